"""songdo.State: amplitudes against NumPy, and the memory behind the arrays.

SPDX-License-Identifier: Apache-2.0
"""

import copy
import gc
import sys
import threading

import pytest

import songdo
from conftest import BELL, FEEDBACK, random_program

numpy = pytest.importorskip("numpy")


@pytest.mark.parametrize("precision, bar", [("double", 1e-12), ("single", 1e-5)])
@pytest.mark.parametrize("qubits", [1, 2, 3, 5, 8, 11])
def test_states_are_those_of_numpy(qubits, precision, bar):
    for seed in range(5):
        source, apply = random_program(qubits, 40 * qubits, seed)
        zero = numpy.eye(1, 1 << qubits)[0]
        state = songdo.State.run(source, precision=precision, threads=1 + seed % 2)
        assert state.array.dtype == (numpy.complex128 if precision == "double" else numpy.complex64)
        assert numpy.abs(state.array - apply(zero)).max() < bar


def test_programs_of_many_operations_are_planned_piece_by_piece():
    source = """
        include "stdgates.inc"; qubit[4] q;
        for int i in [1:100000] { ry(1e-5) q[0]; cz q[0], q[1]; ry(2e-5) q[3]; cx q[1], q[2]; }
    """
    expected = [a * b for a in (numpy.cos(1), numpy.sin(1)) for b in (numpy.cos(0.5), numpy.sin(0.5))]
    found = songdo.State.run(source).array
    assert found[[0, 1, 8, 9]] == pytest.approx(expected, abs=1e-9) and numpy.vdot(found, found) == pytest.approx(1)
    assert songdo.plan(source)["sweeps"] == songdo.run(source).engine["sweeps"]


def test_programs_are_applied_to_any_state():
    draw = numpy.random.default_rng(5)
    psi = draw.normal(size=64) + 1j * draw.normal(size=64)
    psi /= numpy.linalg.norm(psi)
    state = songdo.State.from_array(psi)
    view = state.array
    for seed in range(4):
        source, apply = random_program(6, 50, seed)
        psi = apply(psi)
        assert state.apply(source) is state
        assert numpy.abs(view - psi).max() < 1e-12


def test_an_array_is_the_memory_itself():
    state = songdo.State.zero(3)
    one, other = state.array, numpy.asarray(state)
    assert one.shape == (8,) and one.flags.writeable and one.flags.c_contiguous and not one.flags.owndata
    assert one.ctypes.data == other.ctypes.data and numpy.shares_memory(one, other)
    one[:] = 0
    one[5] = 1j
    assert state[5] == 1j and state["101"] == 1j and state.sample(10) == {"101": 10}
    assert numpy.asarray(state, dtype=numpy.complex64).dtype == numpy.complex64
    assert not numpy.shares_memory(numpy.array(state), one)
    assert memoryview(one).format == "Zd"
    assert numpy.from_dlpack(one).ctypes.data == one.ctypes.data
    with pytest.raises(ValueError):
        state.__array__(dtype=numpy.complex64, copy=False)


@pytest.mark.skipif(sys.version_info < (3, 12), reason="classes of Python can be buffers from Python 3.12 on")
def test_a_state_is_a_buffer():
    state = songdo.State.zero(2)
    assert (
        memoryview(state).format == "Zd"
        and numpy.frombuffer(state, dtype=complex).ctypes.data == state.array.ctypes.data
    )


def test_an_array_outlives_its_state():
    state = songdo.State.run(BELL, threads=1)
    array = state.array[1:]
    del state
    gc.collect()
    # Others take what memory has been given back.
    others = [songdo.State.zero(2) for _ in range(50)]
    assert numpy.abs(array - [0, 0, 0.5**0.5]).max() < 1e-15 and len(others) == 50


def test_memory_is_given_back():
    def held():
        with open("/proc/self/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * 4096

    songdo.State.zero(20)
    before = held()
    for _ in range(30):
        songdo.State.zero(20).apply('include "stdgates.inc"; qubit q; h q;')
        songdo.run(BELL).counts
    gc.collect()
    assert held() - before < 16 << 20  # one state has 16 MiB


def test_no_copy_is_made_on_the_way_out():
    with open("/proc/self/status", encoding="ascii") as file:
        before = int(next(line for line in file if line.startswith("VmHWM")).split()[1]) * 1024
    state = songdo.State.run('include "stdgates.inc"; qubit[23] q; h q;')
    assert state.array.sum().real == pytest.approx(2**11.5)
    with open("/proc/self/status", encoding="ascii") as file:
        after = int(next(line for line in file if line.startswith("VmHWM")).split()[1]) * 1024
    assert after - before < 1.2 * 16 * 2**23 + (64 << 20)


def test_measurements_on_the_way_take_the_outcome_of_shot_0():
    for seed in range(10):
        shot = songdo.run(FEEDBACK, shots=1, seed=seed, memory=True).memory[0]
        state = songdo.State.run(FEEDBACK, seed=seed)
        one = state.probabilities([1])
        if shot[1] == "0":  # c[0]: without it no rotation of q[1]
            assert one[0] == pytest.approx(1)
        else:
            assert one[1] == pytest.approx(numpy.sin(0.35) ** 2)
        assert state.probabilities([0]) == pytest.approx([0.5, 0.5])


def test_final_measurements_leave_the_state():
    assert numpy.abs(songdo.State.run(BELL).array - numpy.array([1, 0, 0, 1]) / 2**0.5).max() < 1e-15


def test_idle_qubits_are_there():
    state = songdo.State.run('include "stdgates.inc"; qubit[4] q; x q[2];')
    assert len(state) == 16 and state["0100"] == 1 and state.qubits == 4


def test_samples_are_the_shots_of_a_run():
    source, _ = random_program(6, 80, seed=8)
    state = songdo.State.run(source)
    assert state.sample(3000, seed=5) == songdo.run(source, shots=3000, seed=5).counts
    assert state.sample(0) == {} and sum(state.sample((1 << 20) + 10, seed=1).values()) == (1 << 20) + 10


def test_probabilities_are_those_of_the_vector():
    source, apply = random_program(5, 60, seed=9)
    state, psi = songdo.State.run(source), apply(numpy.eye(1, 32)[0])
    weights = numpy.abs(psi) ** 2
    assert numpy.abs(state.probabilities() - weights).max() < 1e-14
    expected = numpy.zeros(4)
    for index, weight in enumerate(weights):
        expected[(index >> 3 & 1) | (index & 1) << 1] += weight
    assert numpy.abs(state.probabilities([3, 0]) - expected).max() < 1e-14
    assert state.probabilities([]) == pytest.approx([1])
    for wrong in ([5], [-1], [0, 0], [0, 1, 2, 3, 4, 0]):
        with pytest.raises(songdo.UsageError):
            state.probabilities(wrong)


def test_expectations_are_those_of_matrices():
    pauli = {"X": [[0, 1], [1, 0]], "Y": [[0, -1j], [1j, 0]], "Z": [[1, 0], [0, -1]]}
    source, apply = random_program(4, 60, seed=10)
    state, psi = songdo.State.run(source), apply(numpy.eye(1, 16)[0])
    terms = [(0.5, "Z0 Z3"), (-1.25, "X1 Y2"), (0.75, "Y0"), (2, "")]
    matrix = numpy.zeros((16, 16), dtype=complex)
    for weight, factors in terms:
        product = numpy.eye(1)
        for qubit in range(4):
            named = [factor[0] for factor in factors.split() if factor[1] == str(qubit)]
            product = numpy.kron(numpy.array(pauli[named[0]]) if named else numpy.eye(2), product)
        matrix += weight * product
    text = " + ".join(f"{weight} {factors}" for weight, factors in terms).replace("+ -", "- ")
    mean = numpy.vdot(psi, matrix @ psi).real
    assert state.expectation(text) == pytest.approx(mean, abs=1e-12)
    assert state.variance(text) == pytest.approx(numpy.vdot(psi, matrix @ matrix @ psi).real - mean**2, abs=1e-12)
    with pytest.raises(songdo.UsageError) as caught:
        state.expectation("Z0 + Z9")
    assert (caught.value.line, caught.value.column) == (1, 6) and "4 qubits" in caught.value.hint


def test_copies_are_independent():
    state = songdo.State.run(BELL)
    for made in (state.copy(), copy.copy(state), copy.deepcopy(state)):
        made.apply('include "stdgates.inc"; qubit[2] q; x q;')
        assert made["11"] == pytest.approx(0.5**0.5) and not numpy.shares_memory(made.array, state.array)
    assert state["11"] == pytest.approx(0.5**0.5)


def test_wrong_states_are_refused():
    for wrong in ([1, 0, 0], [1], [[1, 0], [0, 0]], [1, 1], [numpy.nan, 0], []):
        with pytest.raises(songdo.UsageError):
            songdo.State.from_array(wrong)
    with pytest.raises(TypeError):
        songdo.State.from_array(["a", "b"])
    with pytest.raises(TypeError, match="State.run"):
        songdo.State(2)
    assert songdo.State.from_array(numpy.array([0.6, 0.8], dtype=numpy.complex64)).precision == "single"
    state = songdo.State.zero(2)
    for key, kind in (("0", KeyError), ("02", KeyError), (4, IndexError), (-5, IndexError)):
        with pytest.raises(kind):
            state[key]
    assert state[-4] == 1 and list(state) == [1, 0, 0, 0]
    with pytest.raises(songdo.UsageError, match="3 qubits, the state has 2"):
        state.apply("qubit[3] q;")
    state.array[:] = [2, 0, 0, 0]
    assert state.norm() == 4
    for use in (
        state.sample,
        lambda: state.expectation("Z0"),
        lambda: state.apply('include "stdgates.inc"; qubit q; h q;'),
    ):
        with pytest.raises(songdo.UsageError, match="sum to 4") as caught:
            use()
        assert "divide" in caught.value.hint
    with pytest.raises(songdo.UsageError, match="no qubits"):
        songdo.State.run("bit c;")


def test_threads_take_turns_on_a_state():
    state = songdo.State.run(BELL)
    expected = state.sample(2000, seed=1)
    found = []
    workers = [threading.Thread(target=lambda: found.append(state.sample(2000, seed=1))) for _ in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert found == [expected] * 8


def test_a_state_shows_itself():
    assert repr(songdo.State.zero(1, precision="single")) == "<songdo.State of 1 qubit, single>"
