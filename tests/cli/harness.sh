#!/bin/bash
# harness.sh - what the tests of the songdo command share: a folder of their own, one command at a time, TAP.
#
# Sourced with the arguments SONGDO [MPIRUN RANKS]. The test ends with `finish`.
#
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034
set -u
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
songdo=$(realpath "$1")   # Meson 1.0 gives a relative path
launch=()
ranks=1
if [ $# -eq 3 ]; then
	launch=("$2" -n "$3")
	ranks=$3
fi
work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
cd "$work" || exit 1
unset SONGDO_ISA
cases=0

ok() { cases=$((cases + 1)); echo "ok $cases - $1"; }
not_ok() {
	cases=$((cases + 1))
	echo "not ok $cases - $1"
	echo "# code $code"
	sed 's/^/# out: /' out | head -n 12
	sed 's/^/# err: /' err | head -n 12
}
skip() { cases=$((cases + 1)); echo "ok $cases - $1 # SKIP $2"; }
verdict() { if [ "$1" -eq 0 ]; then ok "$2"; else not_ok "$2"; fi; }

# Run the command; its output is in out and err, its code in $code.
run() {
	timeout 100 "${launch[@]}" "$songdo" "$@" > out 2> err < "${input:-/dev/null}"
	code=$?
}
# expect NAME CODE PATTERN ARGS...: the code, a message on stderr that is there once, and nothing on stdout.
expect() {
	local name=$1 wanted=$2 pattern=$3
	shift 3
	run "$@"
	[ "$code" -eq "$wanted" ] && [ "$(grep -cE -- "$pattern" err)" -eq 1 ] && [ ! -s out ]
	verdict $? "$name"
}
# One field of the JSON in out.
field() { sed -n "s/^ *\"$1\": \(.*[^,]\),\{0,1\}\$/\1/p" out | head -n 1; }
same() { [ "$1" = "$2" ] || { echo "# $1 is not $2"; return 1; }; }
finish() { echo "1..$cases"; }
