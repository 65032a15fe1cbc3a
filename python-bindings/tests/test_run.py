"""songdo.run: what goes in, what comes out.

SPDX-License-Identifier: Apache-2.0
"""

import collections
import math
import pathlib
import pickle
import subprocess
import sys
import threading

import pytest

import songdo
from conftest import BELL, FEEDBACK, random_program


def test_counts_are_those_of_every_thread_count_and_add_up():
    source, _ = random_program(12, 200, seed=1)
    results = [songdo.run(source, shots=5000, seed=9, threads=threads) for threads in (1, 2, 3)]
    assert sum(results[0].counts.values()) == 5000
    assert results[0].counts == results[1].counts == results[2].counts
    assert [result.engine["threads"] for result in results] == [1, 2, 3]


def test_a_result_says_what_was_asked():
    result = songdo.run(BELL, shots=100, seed=2**63 + 5, memory=True, exact=True, precision="single", threads=1)
    assert (result.qubits, result.shots, result.seed, result.precision) == (2, 100, 2**63 + 5, "single")
    assert len(result.memory) == 100 and collections.Counter(result.memory) == result.counts
    assert result.probabilities.keys() == {"00", "11"} and math.isclose(result.probabilities["11"], 0.5, rel_tol=1e-6)
    assert result.groups == [("c", 2)] and result.outputs == {} and isinstance(result.notes, list)
    assert result.timing["total"] > 0 and result.engine["version"] == songdo.__version__
    assert result.document["schema"] == "songdo.run/1"
    assert pickle.loads(pickle.dumps(result.document)) == result.document


def test_what_was_not_asked_for_is_not_there():
    result = songdo.run(BELL, shots=0)
    assert result.counts == {} and result.probabilities is None and result.memory is None


def test_a_seed_is_drawn_and_repeats_the_run():
    first, second = songdo.run(FEEDBACK), songdo.run(FEEDBACK)
    assert first.seed != second.seed
    assert songdo.run(FEEDBACK, seed=first.seed).counts == first.counts


def test_groups_are_parted_as_the_command_does():
    result = songdo.run(
        'include "stdgates.inc"; qubit[3] q; bit[2] a; bit b; x q[0]; x q[2]; a[0] = measure q[0]; b = measure q[2];',
        shots=5,
    )
    assert result.counts == {"1 01": 5} and result.groups == [("a", 2), ("b", 1)]
    assert str(result).splitlines()[0] == "b a[1] a[0]"


def test_a_result_shows_itself():
    result = songdo.run(BELL, shots=1000, seed=1)
    assert repr(result) == "<songdo.Result of 2 qubits, 1000 shots, seed 1: {'00': 488, '11': 512}>"
    assert str(result).splitlines()[0] == "c[1] c[0]" and "48.80 %" in str(result)
    assert "... 28 more" in repr(songdo.run('include "stdgates.inc"; qubit[5] q; h q;', shots=100000, seed=1))
    assert "and 12 more" in str(songdo.run('include "stdgates.inc"; qubit[5] q; h q;', shots=100000, seed=1))
    assert "exact" in repr(songdo.run(BELL, shots=0, exact=True)) and "0.500000000" in str(
        songdo.run(BELL, shots=0, exact=True)
    )
    assert "no shots" in repr(songdo.run(BELL, shots=0))


@pytest.mark.parametrize(
    "declared, value, bit",
    [
        ("input bool on;", True, 1),
        ("input bool on;", False, 0),
        ("input int n; bool on = n == -3;", -3, 1),
        ("input float x; bool on = x > 1.5;", 1.6, 1),
        ("input float x; bool on = x > 3.0;", "pi", 1),
        ("input float x; bool on = x < 1e-7;", 1e-9, 1),
        ("input bit[4] word; bool on = word[3] == 1;", "1000", 1),
        ("input array[float, 3] t; bool on = t[2] == 0.25;", [1, 2.5, 0.25], 1),
    ],
)
def test_inputs_of_every_type(declared, value, bit):
    name = declared[: declared.index(";")].split()[-1]
    source = f'include "stdgates.inc"; {declared} qubit q; bit c; if (on) x q; c = measure q;'
    assert songdo.run(source, shots=3, inputs={name: value}).counts == {str(bit): 3}


def test_inputs_may_be_those_of_numpy():
    numpy = pytest.importorskip("numpy")
    source = 'include "stdgates.inc"; input array[float, 2] t; input int n; qubit q; bit c; if (t[1] > 1) x q; c = measure q;'
    assert songdo.run(source, shots=3, inputs={"t": numpy.array([0.5, 1.5]), "n": numpy.int64(4)}).counts == {"1": 3}


def test_outputs_are_values():
    source = 'include "stdgates.inc"; output int n; output float x; output bit[2] b; qubit[2] q; h q[0]; b = measure q; if (b[0]) { n = 7; } else { n = 3; } x = 0.5;'
    result = songdo.run(source, shots=100, seed=1)
    assert (
        set(result.outputs["n"]) == {"3", "7"}
        and sum(result.outputs["n"].values()) == 100
        and result.outputs["x"] == 0.5
    )


def test_a_path_is_a_file_and_a_str_is_text(tmp_path):
    file = tmp_path / "bell.qasm"
    file.write_text(BELL, encoding="utf-8")
    assert songdo.run(file, seed=1).counts == songdo.run(BELL, seed=1).counts
    assert songdo.run(file).document["program"] == str(file)
    with pytest.raises(songdo.UsageError, match=r"pathlib.Path\('circuits/bell.qasm'\)"):
        songdo.run("circuits/bell.qasm")
    with pytest.raises(TypeError, match="not int"):
        songdo.run(5)


def test_includes_are_found_where_told(tmp_path):
    (tmp_path / "mine.inc").write_text("gate flip a { U(pi, 0, pi) a; }", encoding="utf-8")
    source = 'include "mine.inc"; qubit q; flip q;'
    assert songdo.run(source, shots=1, include=[tmp_path]).counts == {"1": 1}
    with pytest.raises(songdo.ProgramError, match="mine.inc"):
        songdo.run(source)


def test_a_program_is_parsed_once_and_run_often(bell):
    assert repr(bell) == "<songdo.Program '<text>'>"
    assert songdo.run(bell, seed=3).counts == songdo.run(BELL, seed=3).counts
    assert songdo.run(bell).timing["parse"] == 0 < songdo.run(BELL).timing["parse"]


def test_threads_may_run_at_the_same_time(bell):
    expected = [songdo.run(bell, seed=seed).counts for seed in range(20)]
    found = [None] * 20

    def work(begin):
        for seed in range(begin, 20, 4):
            found[seed] = songdo.run(bell, seed=seed, threads=2).counts

    workers = [threading.Thread(target=work, args=(begin,)) for begin in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert found == expected


def test_objects_that_can_write_themselves_are_programs():
    class Cirq:
        def to_qasm(self):
            return 'OPENQASM 2.0; include "qelib1.inc"; qreg q[1]; creg c[1]; x q[0]; measure q -> c;'

    class Pennylane:
        def to_openqasm(self):
            return Cirq().to_qasm()

    assert songdo.run(Cirq(), shots=4).counts == songdo.run(Pennylane(), shots=4).counts == {"1": 4}


def test_plan_says_what_run_does():
    source, _ = random_program(10, 100, seed=4)
    figures, engine = songdo.plan(source, shots=100, threads=1), songdo.run(source, shots=100, threads=1).engine
    for name in ("sweeps", "remaps", "flops", "peak_bytes_per_rank"):
        assert figures[name] == engine[name], name
    assert figures["schema"] == "songdo.plan/1" and figures["fits"] is True
    large = songdo.plan('include "stdgates.inc"; qubit[40] q; h q;', ranks=64, nodes=64, node_memory="100G")
    assert large["fits"] is False and "128 nodes" not in large["suggestion"] and large["ranks"] == 64


def test_info_names_no_licence_but_our_own():
    said = songdo.info()
    assert (
        said["schema"] == "songdo.info/1" and said["version"] == songdo.__version__ and said["licence"] == "Apache-2.0"
    )
    assert not {"mpi", "fftw"} & set(said["features"].split())


def test_the_module_brings_nothing_along_and_shows_nothing():
    """No MPI, FFTW, NLopt or hwloc in a wheel, and no name that another extension could collide with."""
    from songdo import _songdo

    module = pathlib.Path(_songdo.__file__)
    needed = subprocess.run(["ldd", module], capture_output=True, text=True, check=True).stdout
    foreign = [
        line.split()[0]
        for line in needed.splitlines()
        if not line.split()[0].startswith(
            ("linux-vdso", "libm.", "libgomp.", "libomp.", "libdl.", "libpthread.", "libc.", "/lib", "ld-linux")
        )
    ]
    assert foreign == []
    names = subprocess.run(["nm", "-D", "--defined-only", module], capture_output=True, text=True, check=True).stdout
    assert [line.split()[-1] for line in names.splitlines() if line] == ["PyInit__songdo"]
    folder = module.parent
    assert sorted(file.suffix for file in folder.iterdir() if file.is_file()) == [".py"] * 9 + [".pyi", ".so", ".typed"]
    assert module.name == "_songdo.abi3.so", "one wheel for every Python"


def test_python_without_numpy_runs_programs(tmp_path):
    (tmp_path / "numpy.py").write_text("raise ImportError('not here')", encoding="utf-8")
    script = f"""
import sys; sys.path.insert(0, {str(tmp_path)!r})
import songdo
assert sum(songdo.run({BELL!r}).counts.values()) == 1024
psi = songdo.State.run({BELL!r})
assert abs(psi["11"] - 0.5 ** 0.5) < 1e-12 and set(psi.sample(50)) == {{"00", "11"}} and abs(psi.expectation("Z0 Z1") - 1) < 1e-12
for use in (lambda: psi.array, psi.probabilities, lambda: songdo.State.from_array([1, 0])):
    try:
        use()
    except ImportError as error:
        assert "pip install numpy" in str(error)
    else:
        raise SystemExit("no ImportError")
"""
    subprocess.run([sys.executable, "-c", script], check=True)
