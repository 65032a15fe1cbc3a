#!/bin/bash
# test_install.sh - what `meson install` gives: a command, a library, headers, and a pkg-config file that programs build with.
#
#     test_install.sh MESON BUILD CC
#
# Speaks TAP.
#
# SPDX-License-Identifier: Apache-2.0
set -u
meson=$1 build=$(realpath "$2") cc=$3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
cases=0
verdict() {
	cases=$((cases + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $cases - $2"
	else
		echo "not ok $cases - $2"
		sed 's/^/# /' log | head -n 20
	fi
}

DESTDIR=$work/root $meson install -C "$build" --no-rebuild > log 2>&1
verdict $? "it installs"
library=$(find root -name libsongdo.so -print -quit)
pc=$(find root -name songdo.pc -print -quit)
command=$(find root -name songdo -type f -perm -u+x -print -quit)
prefix=$work/$(dirname "$(dirname "$command")")
export PKG_CONFIG_PATH=$work/$(dirname "$pc") LD_LIBRARY_PATH=$work/$(dirname "$library")

"$command" --version > log 2>&1 && grep -q '^songdo [0-9]' log
verdict $? "the command runs where it was put"
readelf -d "$library" > log 2>&1 && grep -q 'SONAME.*libsongdo\.so\.[0-9]*\]' log && [ -e "$(dirname "$library")/$(sed -n 's/.*SONAME.*\[\(.*\)\]/\1/p' log)" ]
verdict $? "the library has a soname, and a file of that name"
nm -D --defined-only "$library" | awk '$2 ~ /[TDBRVW]/ && $3 !~ /^songdo_/' > log 2>&1 && [ ! -s log ]
verdict $? "it shows its public symbols only"

cat > bell.c <<'END'
#include <songdo.h>
#include <stdio.h>
#include <string.h>

int main(void)
{
	static const char text[] = "OPENQASM 3; include \"stdgates.inc\"; qubit[2] q; h q[0]; cx q[0], q[1];";
	songdo_error error;
	songdo_program *program;
	songdo_env *env;
	songdo_result *result;
	size_t count;
	uint64_t shots, all = 0;
	if (songdo_program_parse(&program, text, strlen(text), NULL, &error, 1, &count) != SONGDO_OK)
		return 1;
	if (songdo_env_open(&env, NULL, &error) != SONGDO_OK)
		return 2;
	if (songdo_run(&result, env, program, &(songdo_run_options){ .shots = 100, .seed = 1 }, &error) != SONGDO_OK)
		return 3;
	for (size_t i = 0; i < songdo_result_counts(result); i++) {
		printf("%s\n", songdo_result_count(result, i, &shots));
		all += shots;
	}
	songdo_result_free(result);
	songdo_program_free(program);
	songdo_env_close(env);
	return all == 100 ? 0 : 4;
}
END
flags=$(pkg-config --define-variable=prefix="$prefix" --cflags --libs songdo 2> log)
verdict $? "pkg-config knows it"
# shellcheck disable=SC2086
$cc bell.c -o bell $flags > log 2>&1
verdict $? "a small program compiles with what pkg-config says"
./bell > log 2>&1 && [ "$(tr '\n' ' ' < log)" = "00 11 " ]
verdict $? "and runs"
echo "1..$cases"
