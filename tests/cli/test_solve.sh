#!/bin/bash
# test_solve.sh - songdo solve from end to end: answers, reports, refusals. Speaks TAP.
#
#     test_solve.sh SONGDO [MPIRUN RANKS]
#
# SONGDO_INSTANCES names a folder of published instances (maxcut/graphs.json, qubo/gka2b.sparse, qubo/gka6a.sparse); without it
# their cases are skipped.
#
# SPDX-License-Identifier: Apache-2.0
# shellcheck source-path=SCRIPTDIR source=harness.sh
source "$(dirname "$0")/harness.sh"
districts=$here/../../instances/incheon_districts.json
# A check of the JSON in out, as Python with the document in d; says what failed.
holds() {
	python3 - "$1" <<-'END'
	import json, sys
	d = json.load(open('out'))
	for line in sys.argv[1].strip().splitlines():
	    line = line.strip()
	    if line and not eval(line):
	        sys.exit(f'# {line}')
	END
}
has_json=no
"$songdo" info | grep -q '^features.*jansson' && has_json=yes

printf '6 9\n1 2 1\n2 3 1\n3 4 1\n4 5 1\n5 6 1\n1 6 1\n1 4 1\n2 5 1\n3 6 1\n' > k33.txt
printf '3 4\n1 1 -63\n1 2 63\n2 3 -11\n3 3 4\n' > q.sparse
printf 'p qubo 0 4 2 3\n0 0 -1\n3 3 2.5\n0 1 2\n1 2 -2\n0 3 1\n' > q.qubo

# ---- Answers ---------------------------------------------------------------------------------------------

run solve k33.txt --layers 2
[ $code -eq 0 ] && grep -q '^Answer: 9 weight, the most possible$' out && grep -q 'the optimum was known before the quantum part began' out &&
	grep -qE '^  random +[0-9]' out && grep -qE '^  exhaustive +9 +64 .*proven' out
verdict $? "a graph is answered in words, with the methods beside it"

run solve k33.txt --layers 2 --format json
[ $code -eq 0 ] && holds '
d["schema"] == "songdo.solve/1" and d["workload"] == "maxcut" and d["status"] == "optimal" and d["method"] == "qaoa"
d["objective"]["best"] == 9 and d["objective"]["optimum"] == 9 and d["objective"]["sense"] == "maximise" and d["objective"]["proven"]
d["objective"]["gap"] == 0 and d["objective"]["gap_kind"] == "relative"
6 < d["objective"]["expectation"] <= 9
d["encoding"] == {"name": "one bit an item", "qubits": 6, "states": 64, "feasible": 64}
0 < d["probability_of_optimum"] <= 1 and d["optima"] == 2
abs(d["enhancement"] - d["probability_of_optimum"] * 64 / 2) < 1e-9
(1 - d["probability_of_optimum"]) ** d["samples_to_99"] <= 0.01 + 1e-12
sorted(d["solution"]["sides"][0]["items"] + d["solution"]["sides"][1]["items"]) == ["1", "2", "3", "4", "5", "6"]
d["solution"]["index"] == int(d["solution"]["bits"], 2) and d["solution"]["index"] in (0b010101, 0b101010)
d["training"]["evaluations"] == len(d["convergence"]) and d["training"]["shots_equivalent"] == 1024 * len(d["convergence"])
max(c["value"] for c in d["convergence"]) == d["objective"]["expectation"] or abs(max(c["value"] for c in d["convergence"]) - d["objective"]["expectation"]) < 1e-9
d["hardware"]["qubits"] == 6 and d["hardware"]["two_qubit_gates"] == 2 * 9 * 2
[b["name"] for b in d["baselines"]] == ["exhaustive", "random", "descent"] and all(b["best"] == 9 for b in d["baselines"])
d["feasible"] is True and d["distance_model"] is None and d["oracle_calls"] is None
d["data"]["kind"] is None and d["data"]["personal"] is False
len(d["parameters"]["gamma"]) == len(d["parameters"]["beta"]) == 2 and d["parameters"]["seed"] == 0
all(t in d["timing"] for t in ("read", "encode", "train", "sample", "classical", "total"))
all(t in d["engine"] for t in ("version", "isa", "threads", "sweeps", "flops", "messages_per_rank", "peak_bytes_per_rank"))
d["engine"]["ranks"] == '"$ranks"' and len(d["notes"]) >= 2'
verdict $? "the JSON report has every field, and its figures agree with one another"

cp out first
run solve k33.txt --layers 2 --format json
python3 - <<'END'
import json
a, b = json.load(open('first')), json.load(open('out'))
for d in (a, b):
    for key in ('timing', 'engine'):
        del d[key]
    for baseline in d['baselines']:
        del baseline['seconds']
raise SystemExit(a != b)
END
verdict $? "the same instance and seed give the same report"

run solve k33.txt --format csv
[ $code -eq 0 ] && [ "$(head -c 3 out | od -An -tx1 | tr -d ' ')" = efbbbf ] && [ "$(wc -l < out)" -eq 7 ] && grep -q '^1,,side [01]$' out
verdict $? "CSV has a byte order mark and a line an item"

run solve q.sparse --format json
[ $code -eq 0 ] && holds '
d["workload"] == "qubo" and d["objective"]["sense"] == "minimise" and d["objective"]["best"] == d["objective"]["optimum"] == -63
d["parameters"]["off_diagonal"] == "twice" and any("counted twice" in n for n in d["notes"])'
verdict $? "a QUBO in coordinates counts entries off the diagonal twice, and says so"

run solve q.sparse --set off_diagonal=once --set sense=maximise --format json
[ $code -eq 0 ] && holds 'd["objective"]["optimum"] == 4 and d["objective"]["sense"] == "maximise" and d["parameters"]["off_diagonal"] == "once"'
verdict $? "--set changes the count and the sense"

run solve q.qubo --format json
[ $code -eq 0 ] && holds 'd["objective"]["optimum"] == -2 and d["solution"]["sides"][1]["items"] == ["1", "2"]'
verdict $? "qbsolv's format is read, its nodes named from 0"

run solve k33.txt --method classical --format json
[ $code -eq 0 ] && holds '
d["method"] == "classical" and d["objective"]["best"] == 9 and d["objective"]["proven"] and d["encoding"]["qubits"] is None
d["training"] is None and d["hardware"] is None and d["probability_of_optimum"] is None and d["convergence"] == []'
verdict $? "--method classical looks at every state, and has no figures of a circuit"

printf '400 400\n' > ring.txt
for i in $(seq 1 400); do echo "$i $((i % 400 + 1)) 1"; done >> ring.txt
run solve ring.txt --method classical --format json
[ $code -eq 0 ] && holds '
d["status"] == "feasible" and d["objective"]["optimum"] is None and not d["objective"]["proven"] and d["objective"]["gap"] is None
d["objective"]["best"] > 340'
verdict $? "400 nodes are answered by descent, and nothing is called proven"

for setting in optimiser=nelder-mead optimiser=spsa objective=cvar; do
	run solve k33.txt --layers 1 --set $setting --set alpha=0.2 --set evaluations=60 --seed 3 --precision single --format json
	[ $code -eq 0 ] && holds 'd["objective"]["best"] == 9 and d["training"]["evaluations"] <= 60 and d["parameters"]["seed"] == 3 and d["parameters"]["precision"] == "single"'
	verdict $? "--set $setting is used"
done

input=k33.txt run solve - -q
[ $code -eq 0 ] && [ "$(wc -l < out)" -le 6 ] && grep -q '^Answer: 9' out
verdict $? "an instance comes from standard input, and --quiet says the answer alone"

run solve k33.txt -o report.txt -v
[ $code -eq 0 ] && [ ! -s out ] && grep -q '^Answer: 9' report.txt && grep -q 'evaluation 1:' err && grep -q 'sweeps' err
verdict $? "-o writes the report, -v tells of the training"

if [ $has_json = yes ]; then
	run solve "$districts" --format json
	[ $code -eq 0 ] && holds '
d["objective"]["best"] == d["objective"]["optimum"] == 10 and d["optima"] == 2 and d["status"] == "optimal"
{s["name"] for s in d["solution"]["sides"]} == {"first week", "second week"}
sorted(i for s in d["solution"]["sides"] for i in s["items"]) == ["230%d0" % k for k in range(1, 9)]
d["data"]["kind"] == "real" and d["data"]["attribution"] == "Statistics Korea" and "KOGL" in d["data"]["licence"] and d["data"]["date"] == "2018"
any("by hand" in n for n in d["notes"])'
	verdict $? "the districts of Incheon: ten pairs of neighbours, with the origin of the map"
	run solve "$districts"
	[ $code -eq 0 ] && grep -q 'Answer: 10 neighbouring pairs, the most possible' out && grep -q 'Michuhol-gu' out && grep -q 'Statistics Korea' out
	verdict $? "and in words"
	head='{"schema": "songdo.instance/1", "workload": "qubo", "items": ["a"], "terms": [{"items": ["a"], "weight": 1e308}]'
	printf '%s, "name": "\\u001b[31m\\u009b\\uac00"}' "$head" > colour.json
	run solve colour.json -q
	[ $code -eq 0 ] && [ "$(head -n 1 out)" = '?[31m??가' ]
	verdict $? "control characters of an instance do not reach the terminal"
	printf '%s, "constant": 1e308}' "$head" > endless.json
	expect "a constant that makes the objective infinite" 65 'the weights add up to more than a number can be' solve endless.json
else
	skip "the districts of Incheon: ten pairs of neighbours, with the origin of the map" "this build has no jansson"
	skip "and in words" "this build has no jansson"
	skip "control characters of an instance do not reach the terminal" "this build has no jansson"
	skip "a constant that makes the objective infinite" "this build has no jansson"
fi

# ---- Refusals --------------------------------------------------------------------------------------------

printf '3 2\n1 2 1\n2 7 1\n' > broken.txt
run solve broken.txt
[ $code -eq 65 ] && [ ! -s out ] && grep -q '^broken.txt:3:3: error: there is no such node' err && [ "$(grep -c error: err)" -eq 1 ]
verdict $? "a broken instance: its place, once, and 65"
printf '200 1\n1 200 1\n' > wide.txt
expect "more variables than any state has: 69 and what would do" 69 '200 variables are 2\^200 states, more than any machine holds' solve wide.txt
printf '40 1\n1 40 1\n' > forty.txt
expect "too many for this memory: 69 with the figures, before anything is allocated" 69 '40 variables are 2\^40 states; .*need at least .*are free' \
	solve forty.txt
grep -q 'hint: .* variables fit here; --method classical needs no state' err
verdict $? "and the hint names what fits and the other way"
expect "a memory that is given is kept to" 69 "need at least .* where 1.0 MiB are free" solve forty.txt --max-memory 1M
expect "a file that is not there" 66 'cannot read nothing.txt' solve nothing.txt
expect "no instance" 64 'which instance' solve
expect "two instances" 64 'one instance at a time' solve k33.txt k33.txt
expect "a method of later versions" 64 'method qwoa is not supported in this version' solve k33.txt --method qwoa
expect "an option of later versions" 64 'emit-qasm' solve k33.txt --emit-qasm x.qasm
expect "an unknown setting names the nearest" 64 'no setting "evaluation"; did you mean evaluations' solve k33.txt --set evaluation=5
expect "a setting without a value" 64 'wants NAME=VALUE' solve k33.txt --set evaluations
expect "an alpha out of range" 64 'alpha wants a number above 0' solve k33.txt --set alpha=1.5
expect "too many layers" 64 'layers' solve k33.txt --layers 65
expect "a graph is no QUBO of qbsolv" 65 'cannot be read as maxcut' solve q.qubo --workload maxcut
expect "no place for the report" 73 'cannot write' solve k33.txt -o nowhere/report.txt

# ---- Published instances ---------------------------------------------------------------------------------

if [ -n "${SONGDO_INSTANCES:-}" ] && [ -d "$SONGDO_INSTANCES" ]; then
	python3 - "$SONGDO_INSTANCES/maxcut/graphs.json" <<-'END'
	import json, sys
	for g in json.load(open(sys.argv[1])):
	    if g['n'] <= 16:
	        with open('graph_' + g['name'] + '.txt', 'w') as f:
	            print(g['n'], len(g['edges']), file=f)
	            for i, j in g['edges']:
	                print(i + 1, j + 1, 1, file=f)
	        print(g['name'], int(g['max_cut']), g['optimal_bitstrings'], file=open('graphs', 'a'))
	END
	good=0
	while read -r name cut optima; do
		run solve "graph_$name.txt" --format json --layers 3
		[ $code -eq 0 ] && holds "d['objective']['optimum'] == $cut and d['optima'] == $optima and d['objective']['best'] == $cut" || good=1
	done < graphs
	verdict $good "named cubic graphs have their published cuts"
	if [ "$ranks" -eq 1 ]; then
		run solve "$SONGDO_INSTANCES/qubo/gka2b.sparse" --method classical --set evaluations=300000 --format json
		[ $code -eq 0 ] && holds 'd["objective"]["best"] == -121'
		verdict $? "gka2b has its published optimum"
		run solve "$SONGDO_INSTANCES/qubo/gka6a.sparse" --method classical --set evaluations=300000 --format json
		[ $code -eq 0 ] && holds 'd["objective"]["best"] == -3980'
		verdict $? "gka6a has its published optimum"
	fi
else
	skip "named cubic graphs have their published cuts" "SONGDO_INSTANCES is not set"
	skip "gka2b and gka6a have their published optima" "SONGDO_INSTANCES is not set"
fi

# ---- Interruption ----------------------------------------------------------------------------------------

if [ "$ranks" -eq 1 ]; then
	printf '20 20\n' > long.txt
	for i in $(seq 1 20); do echo "$i $((i % 20 + 1)) 1"; done >> long.txt
	set -m
	"$songdo" solve long.txt --layers 30 --set evaluations=1000000 -o partial.json > out 2> err < /dev/null &
	process=$!
	sleep 1
	kill -INT "$process"
	start=$(date +%s%N)
	wait "$process"
	code=$?
	[ $code -eq 130 ] && [ $(($(date +%s%N) - start)) -lt 1500000000 ] && [ ! -e partial.json ] && grep -q interrupted err
	verdict $? "Ctrl-C ends the training within a second, with 130 and no partial file"
	set +m
fi
finish
