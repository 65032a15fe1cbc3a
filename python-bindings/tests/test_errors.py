"""Bad input: one clear exception, with its place.

SPDX-License-Identifier: Apache-2.0
"""

import errno
import pathlib
import pickle
import warnings

import pytest

import songdo
from conftest import BELL


def test_a_wrong_program_names_its_place():
    with pytest.raises(songdo.ProgramError) as caught:
        songdo.run('OPENQASM 3.0;\ninclude "stdgates.inc";\nqubit[2] q;\nhh q[0];\ncx q[0], q[7];\n')
    error = caught.value
    assert (error.file, error.line, error.column, error.status) == ("<text>", 4, 1, 65)
    assert error.message == "gate 'hh' is not defined" and isinstance(error, ValueError)
    assert [(said.line, said.column) for said in error.errors] == [(4, 1), (5, 10)] or len(error.errors) == 2
    assert str(error).splitlines()[:3] == ["<text>:4:1: error: gate 'hh' is not defined", "  hh q[0];", "  ^~"]


def test_a_wrong_file_is_named(tmp_path):
    file = tmp_path / "wrong.qasm"
    file.write_text("qubit q;\nx q\n", encoding="utf-8")
    with pytest.raises(songdo.ProgramError) as caught:
        songdo.run(file)
    assert caught.value.file == str(file) and str(caught.value).startswith(f"{file}:")


def test_check_lists_what_is_wrong_and_raises_nothing():
    assert songdo.check(BELL) == []
    said = songdo.check("qubit q;\nhh q;\ngg q;")
    assert [(each.severity, each.line, each.column, each.length) for each in said] == [
        ("error", 2, 1, 2),
        ("error", 3, 1, 2),
    ]
    assert "hh q;" in str(said[0]) and "Diagnostic(severity='error'" in repr(said[0])


def test_errors_travel_between_processes():
    with pytest.raises(songdo.ProgramError) as caught:
        songdo.run("qubit q; hh q;")
    again = pickle.loads(pickle.dumps(caught.value))
    assert (
        type(again) is songdo.ProgramError and str(again) == str(caught.value) and again.errors == caught.value.errors
    )


def test_files_that_cannot_be_read(tmp_path):
    missing = tmp_path / "nothing.qasm"
    with pytest.raises(FileNotFoundError) as caught:
        songdo.run(missing)
    assert (
        isinstance(caught.value, songdo.InputError)
        and caught.value.errno == errno.ENOENT
        and caught.value.filename == str(missing)
    )
    assert str(missing) in str(caught.value)
    with pytest.raises(songdo.InputError) as caught:
        songdo.run(tmp_path)
    assert caught.value.errno == errno.EISDIR


def test_a_state_that_does_not_fit_is_refused_at_once():
    with pytest.raises(songdo.MemoryFitError, match="44 qubits") as caught:
        songdo.run('include "stdgates.inc"; qubit[44] q; h q;')
    assert isinstance(caught.value, MemoryError) and "fit" in caught.value.hint and "hint: " in str(caught.value)
    with pytest.raises(MemoryError, match="20 qubits"):
        songdo.run('include "stdgates.inc"; qubit[20] q; h q;', max_memory="1M")
    with pytest.raises(songdo.MemoryFitError):
        songdo.State.zero(50)
    with pytest.raises(songdo.MemoryFitError):
        songdo.State.zero(20, max_memory=1 << 20)


@pytest.mark.parametrize(
    "options, message",
    [
        ({"precision": "half"}, "precision is one of double, single, not 'half'"),
        ({"shots": -1}, "shots is a number from 0"),
        ({"seed": -1}, "seed is a number"),
        ({"seed": 1 << 64}, "seed is a number"),
        ({"threads": 0}, "threads is a number from 1"),
        ({"max_memory": "lots"}, "max_memory is a number of bytes"),
        ({"dialect": "qasm4"}, "dialect is one of"),
        ({"u_phase": ""}, "u_phase is one of"),
        ({"max_operations": 0}, "max_operations is"),
        ({"inputs": {"x": 1}}, "x"),
        ({"inputs": {"x\0": 1}}, "zero byte"),
        ({"observables": "Z0\0 + X0"}, "zero byte"),
        ({"save_state": "a\0.npy"}, "zero byte"),
    ],
)
def test_wrong_arguments(options, message):
    with pytest.raises(songdo.UsageError, match=message) as caught:
        songdo.run(BELL, **options)
    assert isinstance(caught.value, ValueError)


@pytest.mark.parametrize("options", [{"shots": 1.5}, {"seed": "7"}, {"inputs": {"x": object()}}, {"inputs": {"x": 1j}}, {"inputs": ["x"]}])
def test_arguments_of_a_wrong_type(options):
    with pytest.raises(TypeError):
        songdo.run(BELL, **options)


def test_arguments_of_a_state_of_a_wrong_type():
    state = songdo.State.zero(1)
    for call in (lambda: state[0.5], lambda: state[None], lambda: state.expectation(5)):
        with pytest.raises(TypeError):
            call()
    with pytest.raises(songdo.UsageError, match="zero byte"):
        state.variance("Z0\0")


def test_an_input_that_is_missing_is_named():
    with pytest.raises(songdo.UsageError, match="theta"):
        songdo.run('include "stdgates.inc"; input float theta; qubit q; rx(theta) q;')


def test_a_program_too_long_is_refused():
    with pytest.raises(songdo.ProgramError, match="operations"):
        songdo.run('include "stdgates.inc"; qubit q; for int i in [1:100] { h q; }', max_operations=50)


def test_an_error_while_it_runs_has_its_place():
    with pytest.raises(songdo.ProgramError) as caught:
        songdo.run(
            'include "stdgates.inc";\nqubit[2] q; bit c;\nc = measure q[0];\nint n = 5;\nif (!c) { n = n + 2; }\nx q[n];'
        )
    assert caught.value.line == 6 and caught.value.errors


def test_warnings_are_warnings_of_python():
    source = 'include "stdgates.inc"; qubit q; rx(1/2) q;'
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        songdo.run(source)
        songdo.State.run(source)
        songdo.Program(source)
    assert [each.category for each in caught] == 3 * [songdo.ProgramWarning]
    assert {pathlib.Path(each.filename) for each in caught} == {pathlib.Path(__file__)}
    assert "warning: the quotient of these integers" in str(caught[0].message)
    assert [said.severity for said in songdo.check(source)] == ["warning"]


def test_every_exception_is_one_of_ours():
    for name in songdo.__all__:
        kind = getattr(songdo, name)
        if isinstance(kind, type) and issubclass(kind, Exception) and not issubclass(kind, Warning):
            assert issubclass(kind, songdo.Error)
    assert songdo.Error("x", hint="y").hint == "y"
