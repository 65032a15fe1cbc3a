#!/bin/bash
# test_results.sh - what a run is asked for beside counts: observables, sweeps, saved states. Speaks TAP.
#
#     test_results.sh SONGDO [MPIRUN RANKS]
#
# With MPIRUN and RANKS every command runs on so many ranks: answers, codes and messages must be those of one.
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
cat > turn.qasm <<'QASM'
OPENQASM 3.0;
include "stdgates.inc";
input float theta;
input float phi;
qubit[3] data;
qubit flag;
bit[4] c;
ry(theta) data[0];
rz(phi) data[0];
cx data[0], data[1];
ry(theta + phi) data[2];
c[0:2] = measure data;
c[3] = measure flag;
QASM
cat > loop.qasm <<'QASM'
OPENQASM 3.0;
include "stdgates.inc";
qubit[2] q;
bit[2] c;
ry(pi/3) q[0];
c[0] = measure q[0];
if (c[0]) x q[1];
QASM

# near NAME VALUE WANTED: one field of the JSON in out, within 1e-12.
near() { awk -v a="$(field "$1")" -v b="$2" 'BEGIN { exit !(a != "" && a - b < 1e-12 && b - a < 1e-12) }' || { echo "# $1 is $(field "$1"), not $2"; return 1; }; }
# Sampled figures are those of one rank, to the last digit.
serial() { timeout 100 "$songdo" "$@" 2> serial_err < /dev/null; }
# A JSON document or lines of it without what depends on ranks and clocks.
plain() { sed -E 's/"timing": \{[^}]*\}, "engine": \{[^}]*\}//' "$1"; }

# ---- Observables ---------------------------------------------------------------------------------------------

run run bell.qasm --observable "Z0*Z1" --format json
[ $code -eq 0 ] && near value 1 && near variance 0 && same "$(field shots)" 0 && ! grep -q '"counts"' out && ! grep -q sampled out
verdict $? "an observable has its value and variance, and no shots are drawn for it"
good=0
while IFS='|' read -r text value variance; do
	run run bell.qasm --observable "$text" --format json
	[ $code -eq 0 ] && near value "$value" && near variance "$variance" || { good=1; echo "# $text"; }
done <<'END'
0.5*Z0*Z1 - X1 + 1.5|2|1
X(q[0]) X(q[1])|1|0
XX - YY + ZZ|3|0
Y0 @ Y1|-1|0
Z0|0|1
X0 X0 + 2 X0 Y0 X1 Y1|-1|0
7|7|0
END
verdict $good "sums are read in every spelling"
run run loop.qasm --observable "Z0" --observable "Z1" --observable "X1" --observable "Z0 Z1" --format json
digits() { sed -nE "s/^ *\"$1\": ([^,]*),?\$/\1/p" out | awk '{ printf "%.6f ", $1 }'; }
[ $code -eq 0 ] && same "$(digits value)" "0.500000 0.500000 0.000000 1.000000 " && same "$(digits variance)" "0.750000 0.750000 1.000000 0.000000 " &&
	grep -q '"discarded_probability": 0,' out
verdict $? "a program that branches has the mean over its branches"

printf '# the energy\n0.5 Z0 Z1\n+ 0.25 X0 X1 - 2\n' > energy.txt
run run bell.qasm --observable @energy.txt --format json
[ $code -eq 0 ] && near value -1.25 && same "$(field observable)" '"@energy.txt"'
verdict $? "a sum may stand in a file"
run run bell.qasm --observable "Z0 + X1" --shots 1000 --seed 4 --format json
cp out parallel
serial run bell.qasm --observable "Z0 + X1" --shots 1000 --seed 4 --format json > out
sed -n '/"sampled"/,/}/p' out > serial_sampled
sed -n '/"sampled"/,/}/p' parallel | cmp -s - serial_sampled && grep -q '"counts"' parallel && [ $code -eq 0 ] && same "$(field settings)" 1
verdict $? "with --shots they are measured too, the same on any ranks"
run run bell.qasm --observable "Z0 + X0" --shots 1000 --seed 4 --format json
[ $code -eq 0 ] && same "$(field settings)" 2 && grep -q '"shots": 1000' out
verdict $? "what does not go together is measured in settings of its own"
run run bell.qasm --observable "Z0*Z1" --observable "X0" --format csv
printf 'observable,value,variance\nZ0*Z1,1.000000,0.000000\nX0,0.000000,1.000000\n' > wanted
[ $code -eq 0 ] && awk -F, 'NR > 1 { $0 = sprintf("%s,%.6f,%.6f", $1, $2, $3) } 1' out | cmp -s - wanted
verdict $? "as CSV they are a table"
run run bell.qasm --observable "X0" --shots 10 --seed 1
[ $code -eq 0 ] && grep -q '^<X0> = ' out && grep -q 'by 10 shots: ' out && grep -q '^00 ' out
verdict $? "as text they stand under the histogram"

expect "an unknown qubit has its place" 64 '^observable 1:1:6: error: .*no such qubit' run bell.qasm --observable "Z0 + X7"
expect "an unknown register names the right one" 64 "did you mean 'data'" run turn.qasm --input theta=1 --input phi=1 --observable "Z(dta[1])"
expect "a complex coefficient is refused" 64 "observable 2:1:2: error: a coefficient is complex" run bell.qasm --observable Z0 --observable "2j Z0"
expect "an imaginary product is refused" 64 "imaginary" run bell.qasm --observable "X0 Y0"
expect "letters must be as many as qubits" 64 "3 Pauli letters where the program has 2 qubits" run bell.qasm --observable XYZ
expect "an observable of nothing is refused" 64 "observable 1:1:1: error:" run bell.qasm --observable ""
printf 'Z0\n + Z1 * Q3\n' > wrong.txt
expect "a wrong sum in a file has the file's name, line and column" 65 '^wrong.txt:2:9: error:' run bell.qasm --observable @wrong.txt
run run bell.qasm --observable @wrong.txt
grep -q '^   *+ Z1 \* Q3' err && grep -qE '^ +\^' err
verdict $? "and the line with a caret"
expect "a missing file is named" 66 "missing.txt" run bell.qasm --observable @missing.txt

# ---- Sweeps --------------------------------------------------------------------------------------------------

printf 'theta, phi\n0.1,0.2\n\n "pi/4" ,-0.5\r\n1e-3,0\n' > rows.csv
run run turn.qasm --sweep rows.csv --shots 100 --seed 9 --observable "Z(flag) X(data[0])" --format json
plain out > lines
[ $code -eq 0 ] && [ "$(wc -l < out)" -eq 3 ] && [ "$(grep -cE '^\{"schema": "songdo.run/1", "row": [012], "inputs": \{"theta": ' out)" -eq 3 ]
verdict $? "a sweep gives a line a row"
good=0
r=0
for inputs in "theta=0.1 phi=0.2" "theta=pi/4 phi=-0.5" "theta=1e-3 phi=0"; do
	set -- $inputs
	serial run turn.qasm --input "$1" --input "$2" --shots 100 --seed $((9 + r)) --format json > single
	counts=$(tr -d '\n ' < single | sed -E 's/.*"counts":(\{[^}]*\}).*/\1/')
	same "$(sed -n "$((r + 1))p" lines | tr -d ' ' | sed -E 's/.*"counts":(\{[^}]*\}).*/\1/')" "$counts" || good=1
	r=$((r + 1))
done
verdict $good "row r is the run with its inputs and the seed + r"
run run turn.qasm --sweep rows.csv --observable Z0 --format csv -o table.csv
[ $code -eq 0 ] && [ ! -s out ] && same "$(head -n 1 table.csv)" "row,theta,phi,value Z0,variance Z0" && [ "$(wc -l < table.csv)" -eq 4 ] &&
	grep -q '^1,pi/4,-0.5,0.7071067811865' table.csv
verdict $? "as CSV they are a table, in a file where one is named"
run run turn.qasm --sweep rows.csv --seed 2 --shots 50 --top 1
[ $code -eq 0 ] && [ "$(grep -c '^row [012]: theta=' out)" -eq 3 ] && grep -q ' and [0-9]* more' out
verdict $? "as text they are lines"
printf 'phi\n0.5\n' > phi.csv
run run turn.qasm --sweep phi.csv --input theta=0.3 --shots 10 --seed 1 --format json
[ $code -eq 0 ] && grep -q '"inputs": {"phi": "0.5"}' out
verdict $? "--input holds for every row"
input=rows.csv run run turn.qasm --sweep - --observable Z0
[ $code -eq 0 ] && [ "$(wc -l < out)" -eq 3 ]
verdict $? "rows come from standard input too"

# The figure is told; the bound is one that sanitizers on a busy machine keep.
if [ "$ranks" -eq 1 ]; then
	{
		echo 'OPENQASM 3.0; include "stdgates.inc"; input float a; input float b; qubit[12] q;'
		echo 'for int l in [1:4] { for int i in [0:11] { ry(a * l) q[i]; rz(b) q[i]; } for int i in [0:10] { cx q[i], q[i + 1]; } }'
	} > twelve.qasm
	awk 'BEGIN { print "a,b"; for (i = 0; i < 1000; i++) printf "%.3f,%.3f\n", i / 500, 1 - i / 700 }' > thousand.csv
	start=$(date +%s%N)
	run run twelve.qasm --sweep thousand.csv --observable "Z0*Z11 + X5" --format csv
	took=$((($(date +%s%N) - start) / 1000000))
	echo "# 1000 rows in $took ms"
	[ $code -eq 0 ] && [ "$(wc -l < out)" -eq 1001 ] && [ $took -lt 60000 ]
	verdict $? "a thousand rows on twelve qubits take little time"
fi

row() { printf "$3" > bad.csv; expect "$1" 65 "$2" run turn.qasm --sweep bad.csv --shots 5; }
row "a row with too many values has its place" '^bad.csv:3:5: error: .*more than 2 values' 'theta,phi\n1,2\n1,2,3\n'
row "a row with too few names what is missing" "^bad.csv:2:2: error: .*'phi' is missing" 'theta,phi\n1\n'
row "an unknown input has its place" "^bad.csv:1:7: error: .*no input 'pih'" 'theta,pih\n1,2\n'
row "a missing input is named" "^bad.csv:1:1: error: .*'phi' is not given" 'theta\n1\n'
row "a value that is no number has its place, and no row before it is printed" "^bad.csv:3:3: error: .*'phi' is a number.*'many'" 'theta,phi\n1,2\n1,many\n'
row "a column twice is refused" '^bad.csv:1:7: error: .*twice' 'theta,theta\n1,2\n'
row "a quote must be closed" '^bad.csv:2:1: error: .*quote' 'theta,phi\n"1,2\n'
row "no row is no sweep" '^bad.csv:2:1: error: .*no row' 'theta,phi\n'
row "an empty file is no sweep" '^bad.csv:1:1: error: .*empty' ''
expect "an input is given once" 65 "given by --input too" run turn.qasm --sweep rows.csv --input phi=1
expect "a missing file of rows is named" 66 "missing.csv" run turn.qasm --sweep missing.csv
expect "a state does not go to standard output" 64 "wants a file" run bell.qasm --save-state -
expect "one file for two outputs" 64 "the same file" run bell.qasm --save-state s.npy -o s.npy
expect "an action that there is not" 64 "^songdo: the action is info, export or compare, not \"inform\"" state inform
expect "a sweep has no one state" 64 "many states" run turn.qasm --sweep rows.csv --save-state s.npy

# ---- States ----------------------------------------------------------------------------------------------------

cat > prepare.qasm <<'QASM'
OPENQASM 3.0;
include "stdgates.inc";
qubit[6] q;
for int i in [0:5] { ry(0.3 + 0.2 * i) q[i]; }
for int i in [0:4] { cx q[i], q[i + 1]; }
p(0.7) q[5];
QASM
sed 's/^ry/nothing/; s/^for.*//; s/^p(.*/x q[5]; x q[5];/' prepare.qasm > idle.qasm
run run prepare.qasm --save-state a.npy --shots 0 -q
run run prepare.qasm --save-state a.songdo --shots 0 -q
[ $code -eq 0 ] && [ "$(stat -c %s a.npy)" -eq $((128 + 1024)) ] && [ "$(stat -c %s a.songdo)" -eq $((64 + 1024)) ]
verdict $? "a state is saved in both formats"
serial run prepare.qasm --save-state serial.songdo --shots 0 -q > /dev/null
run state compare a.songdo serial.songdo --tolerance 1e-14 --format json
[ $code -eq 0 ] && same "$(field equal)" true && near fidelity 1 && near distance 0
verdict $? "they are the same as of one rank"
run run idle.qasm --initial a.songdo --save-state b.npy --shots 0 -q
[ $code -eq 0 ] && run state compare a.npy b.npy
[ $code -eq 0 ] && grep -q '^equal within 1e-09' out
verdict $? "a run that starts from a state and does nothing ends in it"
run run idle.qasm --initial a.npy --precision single --save-state c.songdo --shots 0 -q
run state compare a.npy c.songdo
good=$code
run state compare a.npy c.songdo --tolerance 1e-12
[ $good -eq 0 ] && [ $code -eq 1 ] && grep -q '^not equal' out
verdict $? "single precision differs by its rounding, and the tolerance tells"
run state info a.songdo --top 3
[ $code -eq 0 ] && grep -q '^format *songdo, checksum right' out && grep -q '^qubits *6, 64 amplitudes' out && grep -qE '^norm +(1|0\.999999999999)' out &&
	[ "$(grep -cE '^[01]{6}  ' out)" -eq 3 ]
verdict $? "info tells size, precision, norm and the largest amplitudes"
run state info a.npy --format json --top 1
[ $code -eq 0 ] && same "$(field schema)" '"songdo.state/1"' && same "$(field qubits)" 6 && same "$(field precision)" '"double"' && same "$(field format)" '"npy"'
verdict $? "and as JSON"
run state export a.npy -o d.songdo --precision single
run state export d.songdo -o e.npy --precision double
[ $code -eq 0 ] && [ "$(stat -c %s d.songdo)" -eq $((64 + 512)) ] && [ "$(stat -c %s e.npy)" -eq $((128 + 1024)) ] && run state compare a.npy e.npy --tolerance 1e-6
[ $code -eq 0 ]
verdict $? "export writes the other format and precision"
run state export a.npy
[ $code -eq 0 ] && [ "$(wc -l < out)" -eq 65 ] && same "$(head -n 1 out)" "index,bits,re,im,probability" && grep -q '^5,000101,' out
verdict $? "and CSV"
run run bell.qasm --initial a.npy
expect "a state of other size is refused" 65 "holds a state of 6 qubits, where 2 are wanted" run bell.qasm --initial a.npy
run state compare a.npy a.npy
run run bell.qasm --save-state two.npy --shots 0 -q
run state compare a.npy two.npy
[ $code -eq 1 ] && grep -q '^different' out
verdict $? "states of different size differ"
head -c 1000 a.npy > cut.npy
expect "a file that was cut is refused" 65 "has 1000 bytes, where its header tells of 1152" run idle.qasm --initial cut.npy
expect "by info too" 65 "has 1000 bytes" state info cut.npy
cp a.songdo hurt.songdo
printf 'x' | dd of=hurt.songdo bs=1 seek=200 conv=notrunc 2> /dev/null
expect "damaged amplitudes are found" 65 "checksum" state info hurt.songdo
expect "by a run too" 65 "checksum" run idle.qasm --initial hurt.songdo
expect "another file is no state" 65 "neither" state info bell.qasm
expect "a missing state is named" 66 "missing.npy" run idle.qasm --initial missing.npy
expect "an action must be one" 64 "did you mean compare" state compar a.npy b.npy
expect "compare wants two" 64 "two files" state compare a.npy
expect "options belong to actions" 64 "tolerance is no option of info" state info a.npy --tolerance 1
expect "what export is to write must be known" 64 "End it in" state export a.npy -o a.bin
expect "an output that cannot be written is told" 73 "nowhere" state export a.npy -o nowhere/a.songdo

# ---- Shots and strings -------------------------------------------------------------------------------------------

run run bell.qasm --shots 6 --seed 3 --memory --format csv
[ $code -eq 0 ] && same "$(head -n 1 out)" "shot,outcome" && [ "$(grep -cE '^[0-5],(00|11)$' out)" -eq 6 ]
verdict $? "--memory as CSV is a line a shot"
run run bell.qasm --shots 6 --seed 3 --memory
[ $code -eq 0 ] && [ "$(sed '1,/^every shot:/d' out | grep -cE '^(00|11)$')" -eq 6 ]
verdict $? "and as text"
run run prepare.qasm --shots 2000 --seed 3 --top 3 --format csv
[ $code -eq 0 ] && [ "$(wc -l < out)" -eq 4 ] && tail -n 3 out | cut -d, -f2 | sort -rnc
verdict $? "--top keeps the likeliest strings, the likeliest first"
run run prepare.qasm --exact --shots 0 --top 2 --format csv
[ $code -eq 0 ] && [ "$(wc -l < out)" -eq 3 ] && same "$(head -n 1 out)" "outcome,probability"
verdict $? "of the exact distribution too"
run run prepare.qasm --shots 500 --seed 1 --top 5
[ $code -eq 0 ] && [ "$(grep -cE '^[01]{6} ' out)" -eq 5 ] && grep -q '^and [0-9]* more with' out
verdict $? "and in text the rest is summed up"
run run bell.qasm --exact --shots 100 --seed 1 --format csv
[ $code -eq 0 ] && same "$(head -n 1 out)" "outcome,shots,probability" && [ "$(wc -l < out)" -eq 3 ]
verdict $? "shots and probabilities stand side by side"

run plan turn.qasm --sweep rows.csv --observable "Z0 + X1" --ranks "$ranks" --format json
planned="$(field sweeps) $(field messages_per_rank)"
[ $code -eq 0 ] && run run turn.qasm --sweep rows.csv --observable "Z0 + X1" --format json
same "$planned" "$(head -n 1 out | sed -E 's/.*"sweeps": ([0-9]+),.*"messages_per_rank": ([0-9]+),.*/\1 \2/')"
verdict $? "the plan of a sweep says what a row reports"
finish
