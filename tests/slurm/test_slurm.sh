#!/bin/bash
# test_slurm.sh - the example batch scripts on a real cluster: a job's result is the direct run's. Speaks TAP.
#
#     test_slurm.sh SONGDO
#
# Needs a Slurm cluster that takes jobs (SLURM_CONF where it is not the machine's own); skips, with the reason, where there
# is none. The jobs are small: at most four ranks, some seconds each.
#
# SPDX-License-Identifier: Apache-2.0
set -u
songdo=$(realpath "$1")
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
skip_all() { echo "1..0 # SKIP $1"; exit 0; }
command -v sbatch >/dev/null || skip_all "Slurm is not installed"
# A client without a configuration would look for one for a minute.
[ -n "${SLURM_CONF:-}" ] || [ -e /etc/slurm/slurm.conf ] || skip_all "no Slurm cluster is configured here"
nodes=$(timeout 20 sinfo -h -N -t idle,mixed,allocated -o %N 2>/dev/null | sort -u | wc -l)
[ "$nodes" -gt 0 ] || skip_all "no Slurm cluster takes jobs"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
export SONGDO=$songdo OMP_NUM_THREADS=1
circuit=$root/circuits/order_21.qasm
cases=0
verdict() {
	cases=$((cases + 1))
	if [ "$1" -eq 0 ]; then echo "ok $cases - $2"; else
		echo "not ok $cases - $2"
		tail -n 12 ./*.log 2>/dev/null | sed 's/^/# /'
	fi
	rm -f ./*.log
}
skip() { cases=$((cases + 1)); echo "ok $cases - $1 # SKIP $2"; }
# Submit an example with options of sbatch before --, and wait; the exit code is the job's. The warning that the examples
# ask for comes up to two minutes before the limit.
example() {
	local script=$1 options=()
	shift
	while [ "$1" != -- ]; do options+=("$1"); shift; done
	shift
	timeout 200 sbatch --wait --parsable --time=5 "${options[@]}" "$root/examples/slurm/$script.sbatch" "$@" >id 2>submit.log
}
# The counts must not depend on how a run was started.
same_counts() {
	python3 - "$@" <<-'END'
	import json, sys
	a, b = (json.load(open(name)) for name in sys.argv[1:3])
	sys.exit(a["counts"] != b["counts"] or sum(a["counts"].values()) != a["shots"] or a["shots"] < 1
	         or len(sys.argv) > 3 and b["engine"]["ranks"] != int(sys.argv[3]))
	END
}

# ---- Results -----------------------------------------------------------------------------------------------

"$songdo" run "$circuit" --shots 20000 --seed 5 --format json -o direct.json
example circuit -- "$circuit" --shots 20000 --seed 5
[ $? -eq 0 ] && same_counts direct.json order_21.json 4
verdict $? "a circuit as a job on four ranks has the counts of the direct run"

if [ "$nodes" -ge 2 ]; then
	rm -f order_21.json
	example circuit --nodes=2 --ntasks-per-node=2 -- "$circuit" --shots 20000 --seed 5
	[ $? -eq 0 ] && same_counts direct.json order_21.json 4
	verdict $? "and on two nodes"
else
	skip "and on two nodes" "the cluster has one node"
fi

if srun --mpi=list 2>&1 | grep -q pmix; then
	timeout 100 srun --mpi=pmix --nodes=1 --ntasks=2 "$songdo" run "$circuit" --shots 20000 --seed 5 --format json -o step.json 2>step.log
	[ $? -eq 0 ] && same_counts direct.json step.json 2
	verdict $? "srun --mpi=pmix starts ranks, with the same counts"
else
	skip "srun --mpi=pmix starts ranks, with the same counts" "this Slurm has no PMIx"
fi

timeout 100 srun --mpi=none --nodes=1 --ntasks=2 "$songdo" run "$root/circuits/bell.qasm" >lonely.out 2>lonely.log
[ $? -eq 0 ] && [ "$(grep -c 'the 2 tasks of this step are not ranks' lonely.log)" -eq 1 ]
verdict $? "tasks without PMIx are told that they are no ranks"

if "$songdo" info | grep -q '^features.*jansson'; then
	example city -- "$root/instances/incheon_districts.json" --layers 2
	[ $? -eq 0 ] && "$songdo" solve "$root/instances/incheon_districts.json" --layers 2 --format json -o city.json &&
		python3 - city.json incheon_districts-report.json <<-'END'
		import json, sys
		a, b = (json.load(open(name)) for name in sys.argv[1:])
		sys.exit(not (a["objective"]["best"] == b["objective"]["best"] == 10 and a["solution"] == b["solution"]
		              and a["parameters"] == b["parameters"] and b["engine"]["ranks"] == 4))
		END
	verdict $? "the districts as a job have the answer and the angles of the direct run"
else
	skip "the districts as a job have the answer and the angles of the direct run" "this build has no jansson"
fi

example seeds -- "$root/circuits/quantum_volume.qasm" --shots 500
good=$?
for seed in 0 1 2 3; do
	"$songdo" run "$root/circuits/quantum_volume.qasm" --shots 500 --seed $seed --format json -o direct.json
	same_counts direct.json quantum_volume-$seed.json || good=1
done
verdict $good "a job array runs one seed a job"

{ echo gamma,beta; for i in 1 2 3 4 5 6; do echo "pi/$i,0.$i"; done; } >rows.csv
"$songdo" run "$root/circuits/qaoa_ring.qasm" --sweep rows.csv --observable Z0*Z1 --format csv -q -o direct.csv
example rows -- "$root/circuits/qaoa_ring.qasm" rows.csv --observable Z0*Z1
good=$?
cut -d, -f2- direct.csv | sort -u >direct.sorted
for i in 0 1 2 3; do cut -d, -f2- qaoa_ring-$i.csv; done | sort -u >jobs.sorted
[ $good -eq 0 ] && cmp direct.sorted jobs.sorted && [ "$(wc -l <jobs.sorted)" -eq 7 ]
verdict $? "a job array shares the rows of a sweep"

# ---- Refusals and ends ---------------------------------------------------------------------------------------

example circuit --ntasks=3 -- "$circuit" --seed 1
[ $? -eq 69 ] && grep -q 'power of two of ranks, not 3' songdo-circuit-*.log
verdict $? "three ranks are refused in the job's log, and the job fails with 69"

printf 'OPENQASM 3;\ninclude "stdgates.inc";\nqubit[3] q;\nh q[3];\n' >broken.qasm
example circuit -- broken.qasm
[ $? -eq 65 ] && [ "$(grep -c 'broken.qasm:4:3: error' songdo-circuit-*.log)" -eq 1 ] && [ ! -e broken.json ]
verdict $? "a mistake in the circuit fails the job with 65 and its place, told once"

printf 'OPENQASM 3;\ninclude "stdgates.inc";\nqubit[26] q;\nh q;\ncx q[0], q[25];\nh q;\n' >large.qasm
example circuit --mem=600M -- large.qasm
[ $? -eq 69 ] && grep -qE '26 qubits in double precision need .* MiB on each of 4 ranks, where [0-9.]+ MiB are free' songdo-circuit-*.log &&
	[ ! -e large.json ]
verdict $? "a state larger than the memory that the job asked for fails it with 69 and the figures"

cat >many.sh <<-'END'
	#!/bin/bash
	unset OMPI_MCA_rmaps_base_oversubscribe
	exec mpirun -n 64 "$SONGDO" run "$1"
	END
timeout 100 sbatch --wait --parsable --time=5 --ntasks=2 --output=many.log many.sh "$circuit" >id 2>submit.log
[ $? -ne 0 ] && grep -q 'not enough slots' many.log
verdict $? "more ranks than the job has tasks are refused by mpirun"

{ echo 'OPENQASM 3.0; include "stdgates.inc"; qubit[22] q; for int i in [0:1000000] { h q; cx q[0], q[21]; rx(0.1) q; }'; } >long.qasm
example circuit --ntasks=2 -- long.qasm &
waiting=$!
for _ in $(seq 300); do
	[ -s id ] && [ "$(squeue -h -j "$(cat id)" -o %T 2>/dev/null)" = RUNNING ] && break
	sleep 0.2
done
sleep 5
scancel --batch --signal=USR1 "$(cat id)"
wait $waiting
[ $? -eq 75 ] && [ "$(grep -c 'stopped before the time limit' songdo-circuit-*.log)" -eq 1 ] && [ ! -e long.json ]
verdict $? "the warning of the time limit ends the job with 75 and no result"
echo "1..$cases"
