"""Observables, sweeps, and states in files.

SPDX-License-Identifier: Apache-2.0
"""

import math
import time

import pytest

import songdo
from conftest import BELL, random_program

TURN = (
    'include "stdgates.inc"; input float t; input float u; qubit[2] q; bit[2] c; rx(t) q[0]; ry(u) q[1]; c = measure q;'
)


def test_observables_have_mean_and_variance_and_are_sampled():
    source = 'include "stdgates.inc"; qubit[2] q; ry(0.8) q[0]; cx q[0], q[1];'
    exact = songdo.run(source, shots=0, observables=["Z0", "X(q[0]) X1 - 0.5"]).expectations
    assert [each["observable"] for each in exact] == ["Z0", "X(q[0]) X1 - 0.5"] and "sampled" not in exact[0]
    assert exact[0]["value"] == pytest.approx(math.cos(0.8)) and exact[0]["variance"] == pytest.approx(
        math.sin(0.8) ** 2
    )
    assert exact[1]["value"] == pytest.approx(math.sin(0.8) - 0.5)
    sampled = songdo.run(source, shots=4000, seed=1, observables="Z0").expectations[0]["sampled"]
    assert abs(sampled["value"] - math.cos(0.8)) < 5 * sampled["standard_error"] and sampled["shots"] == 4000
    with pytest.raises(songdo.UsageError) as caught:
        songdo.run(source, observables=["Z0", "Z0 + Z7"])
    assert (caught.value.file, caught.value.line, caught.value.column) == ("observable 2", 1, 6)


def test_observables_are_those_of_states():
    source, _ = random_program(5, 60, seed=3)
    text = "0.5 Z0 Z4 - 1.5 X1 Y2 + 0.25 Y3"
    (found,), state = songdo.run(source, shots=0, observables=text).expectations, songdo.State.run(source)
    assert found["value"] == pytest.approx(state.expectation(text), abs=1e-12)
    assert found["variance"] == pytest.approx(state.variance(text), abs=1e-12)


def test_a_sweep_is_as_many_runs():
    rows = [{"t": 0.1 * i} for i in range(20)]
    results = list(songdo.sweep(TURN, rows, seed=5, inputs={"u": "pi/3"}, shots=200, exact=True, observables="Z0"))
    assert len(results) == 20
    for i, result in enumerate(results):
        alone = songdo.run(
            TURN, seed=5 + i, inputs={"t": 0.1 * i, "u": "pi/3"}, shots=200, exact=True, observables="Z0"
        )
        for name in ("counts", "probabilities", "expectations", "seed"):
            assert getattr(result, name) == getattr(alone, name), (i, name)


def test_rows_may_depend_on_results():
    found = []

    def rows():
        yield {"t": 1.0}
        while len(found) < 4:
            yield {"t": found[-1]}

    for result in songdo.sweep(TURN, rows(), inputs={"u": 0}, shots=0, observables="Z0"):
        found.append(result.expectations[0]["value"])
    expected = 1.0
    for value in found:
        expected = math.cos(expected)
        assert value == pytest.approx(expected)


def test_a_wrong_row_says_which():
    results = songdo.sweep(TURN, [{"t": 1}, {"s": 1}], inputs={"u": 0})
    next(results)
    with pytest.raises(songdo.UsageError) as caught:
        next(results)
    assert caught.value.row == 1 and "s" in caught.value.message


def test_what_is_wrong_for_all_rows_is_told_before_the_first():
    for wrong in ({"precision": "half"}, {"observables": "Q0"}, {"threads": 0}):
        with pytest.raises(songdo.UsageError):
            songdo.sweep(TURN, [], **wrong)


def test_a_thousand_rows_of_twelve_qubits_take_seconds():
    source = 'include "stdgates.inc"; input float t; qubit[12] q; for int k in [0:11] { rx(t) q[k]; } for int k in [0:10] { cz q[k], q[k+1]; }'
    start = time.process_time()
    values = [
        r.expectations[0]["value"]
        for r in songdo.sweep(source, ({"t": i / 100} for i in range(1000)), shots=0, observables="Z0", threads=1)
    ]
    assert time.process_time() - start < 5
    assert values[100] == pytest.approx(math.cos(1))


def test_states_go_through_files(tmp_path):
    numpy = pytest.importorskip("numpy")
    saved = tmp_path / "bell.npy"
    songdo.run(BELL, save_state=saved)
    assert numpy.load(saved) == pytest.approx(songdo.State.run(BELL).array)
    again = 'include "stdgates.inc"; qubit[2] q; cx q[0], q[1]; h q[0];'
    assert songdo.run(again, initial_state=saved, shots=10).counts == {"00": 10}
    numpy.save(tmp_path / "other.npy", songdo.State.zero(2).array)
    assert songdo.run(
        'include "stdgates.inc"; qubit[2] q; x q[1];', initial_state=tmp_path / "other.npy", shots=3
    ).counts == {"10": 3}
    with pytest.raises(songdo.InputError):
        songdo.run(again, initial_state=tmp_path / "nothing.npy")
    with pytest.raises(songdo.OutputError):
        songdo.run(BELL, save_state=tmp_path / "no" / "folder.npy")
