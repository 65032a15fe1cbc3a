#!/bin/bash
# test_bench.sh - the limits of the machine measured, kept, and read by plans. Speaks TAP.
#
#     test_bench.sh SONGDO [MPIRUN RANKS]
#
# How fast this machine is nobody knows beforehand, nor what else it does meanwhile; what the figures must be like to each
# other is known.
#
# SPDX-License-Identifier: Apache-2.0
# shellcheck source-path=SCRIPTDIR source=harness.sh
source "$(dirname "$0")/harness.sh"
unset SONGDO_MACHINE XDG_CONFIG_HOME
export HOME=$work/home
mkdir home

cat > layer.qasm <<'QASM'
OPENQASM 2.0;
include "qelib1.inc";
qreg q[14];
creg c[14];
h q;
cx q[0], q[13];
rz(0.3) q;
h q;
measure q -> c;
QASM

# ---- Measuring -------------------------------------------------------------------------------------------

start=$SECONDS
run bench --save --format json
good=0
[ $((SECONDS - start)) -le 40 ] || { echo "# it took $((SECONDS - start)) s"; good=1; }
same "$(field schema)" '"songdo.bench/1"' && same "$(field ranks)" "$ranks" || good=1
for name in cpu isa threads first_use_bytes_per_second passes caches multiply_adds kernels saved share_of_cores; do
	grep -q "\"$name\":" out || { echo "# $name is missing"; good=1; }
done
[ "$(grep -c seconds_per_amplitude_and_thread out)" -ge 46 ] || good=1
! grep -E "per_second|seconds_per|share" out | grep -v link | grep -E ": (null|-)" || good=1
[ "$ranks" -eq 1 ] || { grep -E '"link_(bytes|seconds)_per' out | grep -c null | grep -qx 0 || good=1; }
verdict $good "every limit and every kernel is measured"

kept=$work/home/.config/songdo/machine
if [ "$code" -eq 0 ]; then
	same "$(field saved)" "\"$kept\"" && [ "$(head -n 1 "$kept")" = "songdo.machine 1" ] && grep -q "kept in $kept" err
	verdict $? "--save keeps the figures in the user's configuration folder"
	run info
	grep -q '^machine *measured with' out
	verdict $? "and they are read from there"
else
	[ "$code" -eq 75 ] && same "$(field saved)" null && [ ! -e "$kept" ] && grep -q 'had .* of the cores meanwhile.*not kept' err
	verdict $? "on a machine that is busy with something else --save keeps nothing, says why, and ends with 75"
	run info
	grep -q '^machine *not measured yet' out
	verdict $? "and nothing is read"
fi
rm -rf home/.config

expect "bench takes no operands" 64 "no operands" bench file

# ---- Reading -----------------------------------------------------------------------------------------------

run info --format json
cpu=$(field cpu | tr -d '"')
isa=$(field isa | tr -d '"')
# A machine of round figures: 10 GB/s, whatever the number of threads.
{ printf 'songdo.machine 1\ncpu %s\nisa %s\nthreads 64\nmemory.one 1e10\nmemory 1e10\n' "$cpu" "$isa"; } > slow
sed 's/1e10/1e7/' slow > slower
export SONGDO_MACHINE=slow
run plan layer.qasm --format json
slow=$(field estimated_seconds)
SONGDO_MACHINE=slower
run plan layer.qasm --format json
awk "BEGIN { exit !($(field estimated_seconds) > 100 * $slow) }"
verdict $? "plans are told by the kept figures"
SONGDO_MACHINE=slow
run run layer.qasm --seed 3 --format csv
mv out with
SONGDO_MACHINE=''
run run layer.qasm --seed 3 --format csv
cmp -s with out && [ -s out ]
verdict $? "counts are the same with and without them"

sed 's/^cpu .*/cpu Another/' slow > foreign
SONGDO_MACHINE=foreign
run run layer.qasm --seed 3 --format csv
[ $code -eq 0 ] && cmp -s with out && [ "$(grep -c '^note: foreign is about another processor (Another)' err)" -eq 1 ]
verdict $? "figures of another processor are passed over, with a note"
run run layer.qasm -q --format csv
[ $code -eq 0 ] && [ ! -s err ]
verdict $? "which --quiet keeps silent"
run plan layer.qasm
[ $code -eq 0 ] && [ "$(grep -c '^note: foreign' err)" -eq 1 ]
verdict $? "a plan says so too"

sed 's/^memory .*/memory 12x/' slow > broken
SONGDO_MACHINE=broken
expect "a broken file is told with its place" 78 '^broken:6:8: error: "12x" is no positive number' run layer.qasm
run run layer.qasm
grep -q '^  *^~~$' err && grep -q '^hint: measure again: songdo bench --save' err
verdict $? "with a caret and a hint"
expect "also by plan" 78 'no positive number' plan layer.qasm
SONGDO_MACHINE=absent
expect "a named file that is not there is told" 78 'cannot read absent' run layer.qasm
SONGDO_MACHINE=''
expect "with nowhere to keep them nothing is measured" 78 'no place for the figures' bench --save
SONGDO_MACHINE=/proc/nowhere/machine
expect "a place that cannot be written is found before the work" 73 '/proc/nowhere' bench --save
unset SONGDO_MACHINE

# ---- Threads --------------------------------------------------------------------------------------------------

# OpenMP pins the thread that asks: how many there are must not be read off its own mask.
unset OMP_NUM_THREADS
run info
plain=$(sed -n 's/^threads *//p' out)
export OMP_PROC_BIND=true OMP_PLACES=threads
run info
same "$(sed -n 's/^threads *//p' out)" "$plain"
verdict $? "threads that are pinned are counted"
finish
