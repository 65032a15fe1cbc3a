#!/bin/bash
# test_cli.sh - the songdo command from end to end: answers, exit codes, messages. Speaks TAP.
#
#     test_cli.sh SONGDO [MPIRUN RANKS]
#
# With MPIRUN and RANKS every command runs on so many ranks: codes and messages must be those of one. A number that is no
# power of two runs nothing, and tells the same mistakes.
#
# SPDX-License-Identifier: Apache-2.0
# shellcheck source-path=SCRIPTDIR source=harness.sh
source "$(dirname "$0")/harness.sh"

cat > bell.qasm <<'QASM'
OPENQASM 2.0;
include "qelib1.inc";
qreg q[2];
creg c[2];
h q[0];
cx q[0], q[1];
measure q -> c;
QASM

# ---- What works ------------------------------------------------------------------------------------------
works() {

run run bell.qasm --shots 1000 --seed 7
[ $code -eq 0 ] && grep -q '^c\[1\] c\[0\]$' out && grep -qE '^00 +[0-9]+ +[0-9.]+ %' out && grep -q '1000 shots, seed 7' out
verdict $? "a program runs and its counts are shown under the names of the bits"

run run bell.qasm --shots 1000 --seed 7 --format json
good=0
for pair in schema:'"songdo.run/1"' program:'"bell.qasm"' dialect:'"qasm2"' qubits:2 shots:1000 seed:7 precision:'"double"' ranks:"$ranks"; do
	same "$(field "${pair%%:*}")" "${pair#*:}" || good=1
done
for name in counts parse plan allocate simulate sample total version isa threads sweeps remaps flops exchanged_bytes_per_rank messages_per_rank \
	peak_bytes_per_rank branches notes; do
	grep -q "\"$name\":" out || { echo "# $name is missing"; good=1; }
done
[ $code -eq 0 ] && [ $(($(field 00) + $(field 11))) -eq 1000 ] && [ "$(field sweeps)" -ge 1 ] && [ "$(field flops)" -ge 1 ] || good=1
verdict $good "the JSON document has every field"
cp out first

TERM=xterm run run bell.qasm --shots 1000 --seed 7
[ $code -eq 0 ] && grep -q '%' out && ! grep -q "$(printf '\033')" out
verdict $? "a histogram that goes to a file has no colours"
run plan bell.qasm --shots 1000 --ranks "$ranks" --format json
good=$code
for name in sweeps remaps flops exchanged_bytes_per_rank messages_per_rank peak_bytes_per_rank; do
	planned=$(field $name)
	cp out planned; cp first out
	same "$planned" "$(field $name)" || good=1
	cp planned out
done
same "$(field fits)" true || good=1
verdict $good "the plan says what the run reports"

input=bell.qasm run run - --shots 1000 --seed 7 --format csv
cp out csv
run run bell.qasm --shots 1000 --seed 7 --format csv -o file.csv --threads 2
cmp -s csv file.csv && [ ! -s out ] && head -n 1 csv | grep -q '^outcome,shots$'
verdict $? "standard input and a file, one thread and two, screen and --output give the same"

run run bell.qasm --shots 8 --seed 3 --memory --format json
[ $code -eq 0 ] && [ "$(grep -cE '^ *"(00|11)",?$' out)" -eq 8 ]
verdict $? "--memory keeps every shot"

run run bell.qasm --exact --shots 0 --format json
[ $code -eq 0 ] && grep -q '"probabilities"' out && ! grep -q '"counts"' out && grep -qE '"11": 0\.(5|49999)' out && grep -q discarded_probability out
verdict $? "--exact gives the distribution"

run run bell.qasm --precision single --seed 7 --shots 1000 --format csv
[ $code -eq 0 ] && [ "$(wc -l < out)" -eq 3 ]
verdict $? "single precision runs"

run run bell.qasm --shots 10
seed=$(sed -n 's/.*seed \([0-9]*\).*/\1/p' out)
grep -E '^[01]{2} ' out > counts
run run bell.qasm --shots 10 --seed "$seed"
grep -E '^[01]{2} ' out | cmp -s - counts
verdict $? "the seed that was drawn is printed, and gives the same counts again"

run run bell.qasm --save-state state.npy --shots 1
[ $code -eq 0 ] && [ "$(stat -c %s state.npy)" -eq $((128 + 64)) ] && [ "$(ls | grep -c 'state.npy')" -eq 1 ]
verdict $? "--save-state writes an array of four amplitudes and nothing beside it"

cat > input.qasm <<'QASM'
OPENQASM 3.0;
include "stdgates.inc";
input float theta;
qubit q;
bit c;
rx(theta) q;
c = measure q;
QASM
run run input.qasm --input theta=3.141592653589793 --shots 50 --format csv
[ $code -eq 0 ] && grep -q '^1,50$' out
verdict $? "an input variable takes its value"
expect "a missing input is named" 64 "input 'theta'" run input.qasm
expect "an unknown input is named" 64 thta run input.qasm --input thta=1

cat > loop.qasm <<'QASM'
OPENQASM 3.0;
include "stdgates.inc";
qubit[2] q;
bit[2] c;
h q[0];
c[0] = measure q[0];
if (c[0]) x q[1];
c[1] = measure q[1];
QASM
run run loop.qasm --shots 500 --seed 1 --format csv
[ $code -eq 0 ] && [ "$(wc -l < out)" -eq 3 ] && grep -q '^00,' out && grep -q '^11,' out
verdict $? "a decision on a measured bit is taken"

run check bell.qasm loop.qasm
[ $code -eq 0 ] && [ "$(grep -c ': ok$' out)" -eq 2 ]
verdict $? "check says ok"
run info --limits
[ $code -eq 0 ] && grep -q '^licence' out && grep -q '^isa' out && grep -q 'max-ops' out
verdict $? "info tells about the binary and the machine"
run info --format json
[ $code -eq 0 ] && same "$(field ranks)" "$ranks"
verdict $? "info counts the ranks"
good=0
for command in "" run check plan state info help; do
	run $command --help
	[ $code -eq 0 ] && grep -q example out || good=1
done
verdict $good "every command has help with examples"
run --version
[ $code -eq 0 ] && grep -qE '^songdo [0-9.]+ \(' out
verdict $? "the version is printed, with features"

}

# ---- What is wrong on any number of ranks -------------------------------------------------------------------
wrong() {

expect "no command is a wrong use" 64 "which command"
expect "a wrong command names the right one" 64 "did you mean check" chekc bell.qasm
expect "a command of a later version says so" 64 "not supported in this version" city list
expect "a wrong option names the right one" 64 "did you mean --shots" run bell.qasm --shost 3
expect "an option of a later version says so" 64 "noise is not supported in this version" run bell.qasm --noise x
expect "shots must be a number" 64 "shots wants a whole number" run bell.qasm --shots many
expect "shots must be in range" 64 "shots must be" run bell.qasm --shots 99999999999999999999
expect "a size must be one" 64 "max-memory wants a size" run bell.qasm --max-memory lots
expect "a wrong choice names the right one" 64 "did you mean json" run bell.qasm --format jsno
expect "a program must be named" 64 "which program" run
expect "one program at a time" 64 "one program" run bell.qasm bell.qasm

header='OPENQASM 2.0; include "qelib1.inc"; qreg q[3]; creg c[3];'
bad() { printf '%s\n%s\n' "$header" "$3" > bad.qasm; expect "$1" 65 "^bad.qasm:2:[0-9]+: error: .*$2" run bad.qasm; }
bad "a syntax error has its place" "" "h q[0] q[1];"
bad "an unknown gate has its place" "hadamrd" "hadamrd q[0];"
bad "a qubit out of range has its place" "" "h q[3];"
bad "a qubit used twice has its place" "" "cx q[1], q[1];"
bad "a register too large has its place" "" "qreg r[99999999999];"
bad "an infinite angle has its place" "" "rx(1e400) q[0];"
bad "an angle that is no number has its place" "" "rx(sqrt(-2)) q[0];"
bad "the logarithm of a negative number has its place" "" "rx(ln(-1)) q[0];"

expect "a missing file is named" 66 "missing.qasm" run missing.qasm
expect "a directory is no program" 66 "is a directory" run .
expect "an endless device is no program" 66 "not a regular file" run /dev/zero
: > empty.qasm
expect "an empty file is no program" 65 "empty.qasm:1:1: error: .*empty" run empty.qasm
expect "check finds it empty too" 65 "empty.qasm:1:1: error: .*empty" check empty.qasm
head -c 4096 "$songdo" > binary.qasm
run run binary.qasm
[ $code -eq 65 ] && [ ! -s out ] && [ "$(grep -c 'error:' err)" -le 20 ] && ! grep -qP '[\x00-\x08\x0e-\x1f]' err
verdict $? "a binary file is no program, and its bytes stay out of the message"
# Root may read everything, so it becomes nobody, who must be able to start the program.
cp bell.qasm secret.qasm; chmod 000 secret.qasm
if [ "$(id -u)" -eq 0 ] && [ "$ranks" -eq 1 ]; then
	launch=(setpriv --reuid=65534 --regid=65534 --clear-groups)
	chmod a+rx .
fi
if [ "$(id -u)" -eq 0 ] && { [ "$ranks" -gt 1 ] || ! "${launch[@]}" "$songdo" --version > out 2> err; }; then
	skip "a file that may not be read is named" "root may read everything"
else
	expect "a file that may not be read is named" 66 "secret.qasm: Permission denied" run secret.qasm
fi
[ "$ranks" -eq 1 ] && launch=()

expect "an output that cannot be written is found before the work" 73 "nowhere" run bell.qasm -o nowhere/out.json
expect "a directory is no output" 73 "it is a directory" run bell.qasm -o .

cat > twice.qasm <<'QASM'
OPENQASM 2.0;
include "qelib1.inc";
qreg q[2];
hh q[0];
h q[5];
cx q[0],q[0];
QASM
run check twice.qasm bell.qasm missing.qasm
[ $code -eq 66 ] && [ "$(grep -c '^twice.qasm:[456]:.*error:' err)" -eq 3 ] && grep -q '\^' err && grep -q '^bell.qasm: ok' out
verdict $? "check tells all errors with line and caret, and goes on to the next file"
run check twice.qasm --format json
[ $code -eq 65 ] && [ "$(grep -c '"severity": "error"' out)" -eq 3 ] && ! grep -q twice err
verdict $? "check writes JSON"
for i in $(seq 1 60); do echo "unknown$i q[0];"; done | cat <(echo "$header") - > many.qasm
run check many.qasm
[ $code -eq 65 ] && [ "$(grep -c 'error:' err)" -eq 20 ]
verdict $? "at most 20 errors are told"
}

# ---- What does not fit ----------------------------------------------------------------------------------------
misfits() {
{ echo "$header" | sed 's/\[3\]/[40]/g'; echo 'h q[0];'; for i in $(seq 1 39); do echo "cx q[$((i - 1))], q[$i];"; done; echo 'measure q -> c;'; } > large.qasm
expect "40 entangled qubits do not fit, with the figures" 69 "40 qubits in double precision need" run large.qasm
run run large.qasm --seed 1
grep -q '^hint: [0-9]* qubits fit' err
verdict $? "and what would fit is told"
run plan large.qasm --format json
[ $code -eq 0 ] && same "$(field fits)" false && field suggestion | grep -q node
verdict $? "the plan of what does not fit is an answer, with a suggestion"
expect "--max-memory is kept" 69 "3 qubits|5 qubits|2 qubits" run bell.qasm --max-memory 1K

expect "an output that cannot be written is found before a lack of memory" 73 "nowhere" run large.qasm -o nowhere/out.json
expect "a state that cannot be written is found before the work" 73 "nowhere" run large.qasm --save-state nowhere/state.npy
if [ -e /dev/full ]; then
	expect "a full disk is told" 74 "No space" run bell.qasm -o /dev/full
fi
}

# ---- Slurm ------------------------------------------------------------------------------------------------
slurm() {
export SLURM_STEP_NUM_TASKS=4 SLURM_PROCID=0
run run bell.qasm --seed 1
if [ "$ranks" -eq 1 ]; then
	[ $code -eq 0 ] && grep -q 'the 4 tasks of this step are not ranks' err
	verdict $? "tasks that srun started without PMIx are told that they are no ranks"
	SLURM_PROCID=1
	run run bell.qasm --seed 1
	[ $code -eq 0 ] && ! grep -q 'tasks' err
	verdict $? "and only the first of them says so"
else
	[ $code -eq 0 ] && ! grep -q 'tasks' err
	verdict $? "ranks inside a step of Slurm are ranks"
fi
unset SLURM_STEP_NUM_TASKS SLURM_PROCID
if [ "$ranks" -eq 1 ]; then
	(ulimit -m 100000 && "$songdo" run large.qasm > out 2> err)
	code=$?
	[ $code -eq 69 ] && grep -qE 'where (97|9[0-6]|8[0-9])\.[0-9] MiB are free' err
	verdict $? "what a job asked for, as Slurm tells by ulimit -m, limits a run"
fi
}

# ---- Signals ------------------------------------------------------------------------------------------------
signals() {
# Long enough to be interrupted, small enough to run anywhere.
{ echo 'OPENQASM 3.0; include "stdgates.inc"; qubit[22] q; for int i in [0:1000000] { h q; cx q[0], q[21]; rx(0.1) q; }'; } > long.qasm
interrupt() {
	local name=$1 signal=$2 wanted=$3 start end
	"${launch[@]}" "$songdo" run long.qasm -o partial.json > out 2> err < /dev/null &
	local pid=$!
	sleep "$4"
	start=$(date +%s%N)
	kill -s "$signal" $pid
	wait $pid
	code=$?
	end=$(date +%s%N)
	echo "# ended after $(((end - start) / 1000000)) ms with $code"
	[ $code -eq "$wanted" ] && [ $((end - start)) -lt "${5}000000000" ] && [ -z "$(ls | grep partial)" ]
	verdict $? "$name"
}
if [ "$ranks" -eq 1 ]; then
	# A shell ignores SIGINT for what it starts in the background; job control gives it back.
	set -m
	interrupt "Ctrl-C ends the work within a second, with 130 and no partial file" INT 130 2 3
	interrupt "SIGTERM ends it with 143" TERM 143 2 3
	interrupt "SIGUSR1, a warning of the time limit, ends it with 75" USR1 75 2 5
	set +m
else
	interrupt "SIGUSR1, which mpirun hands on, ends all ranks with 75" USR1 75 4 12
	[ "$(grep -c 'songdo: stopped before the time limit' err)" -eq 1 ]
	verdict $? "it is told once"
fi
}

if [ "$ranks" -eq 3 ]; then
	wrong
	expect "a number of ranks that is no power of two runs nothing" 69 "power of two of ranks, not 3" run bell.qasm
else
	works
	wrong
	misfits
	slurm
	signals
fi
finish
