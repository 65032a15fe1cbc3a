#!/bin/bash
# test_slurm.sh - the example batch scripts on a real cluster: a job's result is the direct run's. Speaks TAP.
#
#     test_slurm.sh SONGDO
#
# Needs a Slurm cluster that takes jobs (SLURM_CONF where it is not the machine's own); skips, with the reason, where there
# is none. The jobs are small: four ranks, a minute.
#
# SPDX-License-Identifier: Apache-2.0
set -u
songdo=$(realpath "$1")
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
skip_all() { echo "1..0 # SKIP $1"; exit 0; }
command -v sbatch >/dev/null || skip_all "Slurm is not installed"
sinfo -h -t idle,mixed,allocated -o %n 2>/dev/null | grep -q . || skip_all "no Slurm cluster takes jobs"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
export SONGDO=$songdo
cases=0
verdict() {
	cases=$((cases + 1))
	if [ "$1" -eq 0 ]; then echo "ok $cases - $2"; else
		echo "not ok $cases - $2"
		tail -n 12 ./*.log 2>/dev/null | sed 's/^/# /'
	fi
}
# Submit and wait; the exit code is the job's.
job() { timeout 200 sbatch --wait --parsable --time=1 "$@" >id 2>submit.log; }
# The counts and figures that must not depend on how it was started.
same_counts() {
	python3 - "$1" "$2" <<-'END'
	import json, sys
	a, b = (json.load(open(name)) for name in sys.argv[1:])
	sys.exit(a["counts"] != b["counts"] or sum(a["counts"].values()) != a["shots"] or a["shots"] < 1)
	END
}

circuit=$root/circuits/order_21.qasm
"$songdo" run "$circuit" --shots 20000 --seed 5 --format json -o direct.json
job "$root/examples/slurm/circuit.sbatch" "$circuit" --shots 20000 --seed 5
[ $? -eq 0 ] && same_counts direct.json order_21.json && grep -q '"ranks": 4' order_21.json
verdict $? "a circuit as a job on four ranks has the counts of the direct run"

rm -f ./*.log
job "$root/examples/slurm/city.sbatch" "$root/instances/incheon_districts.json" --layers 2
[ $? -eq 0 ] && "$songdo" solve "$root/instances/incheon_districts.json" --layers 2 --format json -o city.json &&
	python3 - city.json incheon_districts.json <<-'END'
	import json, sys
	a, b = (json.load(open(name)) for name in sys.argv[1:])
	sys.exit(not (a["objective"]["best"] == b["objective"]["best"] == 10 and a["solution"] == b["solution"] and b["engine"]["ranks"] == 4))
	END
verdict $? "the districts as a job have the answer of the direct run, 10"

rm -f ./*.log
job "$root/examples/slurm/seeds.sbatch" "$root/circuits/quantum_volume.qasm" --shots 500
good=$?
for seed in 0 1 2 3; do
	"$songdo" run "$root/circuits/quantum_volume.qasm" --shots 500 --seed $seed --format json -o direct.json
	same_counts direct.json quantum_volume-$seed.json || good=1
done
verdict $good "a job array runs one seed a job"

rm -f ./*.log
job --ntasks=3 "$root/examples/slurm/circuit.sbatch" "$circuit" --seed 1
code=$?
[ $code -eq 69 ] && grep -q 'power of two of ranks, not 3' songdo-circuit-*.log
verdict $? "three ranks are refused in the job's log, and the job fails with 69"

rm -f ./*.log
printf 'OPENQASM 3;\ninclude "stdgates.inc";\nqubit[3] q;\nh q[3];\n' >broken.qasm
job "$root/examples/slurm/circuit.sbatch" broken.qasm
code=$?
[ $code -eq 65 ] && grep -q 'broken.qasm:4:3: error' songdo-circuit-*.log && [ ! -e broken.json ]
verdict $? "a mistake in the circuit fails the job with 65 and its place"

rm -f ./*.log
job "$root/examples/slurm/circuit.sbatch" "$circuit" --max-memory 1M --seed 1
code=$?
[ $code -eq 69 ] && grep -qE 'fit here' songdo-circuit-*.log
verdict $? "what does not fit fails the job with 69 and the figures"
echo "1..$cases"
