"""Programs: OpenQASM text, files, and objects of other packages that can say themselves in OpenQASM.

SPDX-License-Identifier: Apache-2.0
"""

from __future__ import annotations

import importlib
import os
import pathlib
import sys
import time
import warnings
from collections.abc import Sequence
from typing import Any, Union

from . import _errors
from ._songdo import ffi, lib

_DIALECTS = {
    "auto": lib.SONGDO_DIALECT_AUTO,
    "qasm2": lib.SONGDO_QASM2,
    "qasm3": lib.SONGDO_QASM3,
    "braket": lib.SONGDO_BRAKET,
}
_PHASES = {"auto": 0, "spec": -1, "legacy": 1}
_ERRORS = 20  # as many as the library tells of one program

Path = Union[str, "os.PathLike[str]"]
#: What functions take as a program: OpenQASM text, a path, a :class:`Program`, or a circuit of another package.
ProgramLike = Union[str, "os.PathLike[str]", "Program", Any]


def choice(name: str, value: str, choices: dict[str, int]) -> int:
    if value not in choices:
        raise _errors.UsageError(f"{name} is one of {', '.join(choices)}, not {value!r}")
    return choices[value]


def _exported(circuit: Any) -> str:
    """A circuit of another package as OpenQASM; that package is loaded already, for its object is here."""
    package = type(circuit).__module__.partition(".")[0]
    if package == "qiskit":
        return importlib.import_module("qiskit.qasm3").dumps(circuit)
    if package == "braket":
        language = importlib.import_module("braket.circuits.serialization").IRType.OPENQASM
        return circuit.to_ir(language).source
    for name in ("to_openqasm", "to_qasm"):
        if callable(getattr(circuit, name, None)):
            return str(getattr(circuit, name)())
    raise TypeError(
        f"a program is OpenQASM text, a pathlib.Path, a songdo.Program or a circuit that can be written as OpenQASM, "
        f"not {type(circuit).__name__}"
    )


def _read(path: pathlib.Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        kind = _errors.MissingInputError if isinstance(error, FileNotFoundError) else _errors.InputError
        made = kind(f"cannot read {path}: {error.strerror}", file=str(path))
        made.errno, made.strerror, made.filename = error.errno, error.strerror, str(path)
        raise made from None


def _looks_like_a_path(text: str) -> bool:
    line = text.strip()
    return "\n" not in line and line.endswith((".qasm", ".qasm3", ".inc")) and ";" not in line


def _source(program: ProgramLike) -> tuple[str, bytes]:
    """The name that diagnostics use, and the text."""
    if isinstance(program, str):
        if _looks_like_a_path(program):
            message, hint = (
                f"a str is OpenQASM text, and {program.strip()!r} looks like the name of a file",
                f"give pathlib.Path({program.strip()!r})",
            )
            raise _errors.UsageError(message, hint=hint, text=f"{message}\nhint: {hint}")
        return "<text>", program.encode()
    if isinstance(program, os.PathLike):
        return os.fspath(program), _read(pathlib.Path(program))
    return f"<{type(program).__name__}>", _exported(program).encode()


class Parsed:
    """What came of parsing: a C program or none, and every diagnostic."""

    def __init__(self, program: ProgramLike, dialect: str, u_phase: str, include: Sequence[Path]) -> None:
        self.file, self.source = _source(program)
        folders = [ffi.new("char[]", os.fsencode(folder)) for folder in include]
        listed, name = ffi.new("const char *[]", [*folders, ffi.NULL]), ffi.new("char[]", self.file.encode())
        options = ffi.new(
            "songdo_parse_options *",
            {
                "file": name,
                "dialect": choice("dialect", dialect, _DIALECTS),
                "legacy_u_phase": choice("u_phase", u_phase, _PHASES),
                "include_directories": listed if folders else ffi.NULL,
            },
        )
        made, count, errors = ffi.new("songdo_program **"), ffi.new("size_t *"), ffi.new("songdo_error[]", _ERRORS)
        started = time.perf_counter()
        self.status = lib.songdo_program_parse(made, self.source, len(self.source), options, errors, _ERRORS, count)
        self.seconds = time.perf_counter() - started
        self.pointer = ffi.gc(made[0], lib.songdo_program_free) if made[0] else None
        self.diagnostics = [
            _errors.diagnostic(ffi.addressof(errors, i), self.file, self.source) for i in range(count[0])
        ]

    def raise_errors(self) -> None:
        wrong = [said for said in self.diagnostics if said.severity == "error"]
        if self.status == lib.SONGDO_OK:
            return
        if self.status != lib.SONGDO_BAD_PROGRAM or not wrong:
            raise _errors.exception(self.status, ffi.new("songdo_error *"), self.file)
        raise _errors.ProgramError(
            wrong[0].message,
            hint=wrong[0].hint,
            file=wrong[0].file,
            line=wrong[0].line,
            column=wrong[0].column,
            errors=wrong,
            text="\n\n".join(str(said) for said in wrong),
        )


class Program:
    """A program, parsed and checked once to be run many times. It never changes; threads may share it.

    :param program: OpenQASM text (a ``str``, always), a file (a ``pathlib.Path``, always), or a circuit of another
        package
    :param dialect: ``"auto"``, ``"qasm2"``, ``"qasm3"`` or ``"braket"``
    :param u_phase: ``"auto"``, ``"spec"`` or ``"legacy"``: the global phase of ``U``, which controls make visible
    :param include: folders for ``include``; without any only the built-in libraries can be included
    :raises ProgramError: with the place of every error

    >>> import songdo
    >>> coin = songdo.Program('include "stdgates.inc"; qubit q; bit c; h q; c = measure q;')
    >>> coin
    <songdo.Program '<text>'>
    """

    def __init__(
        self, program: ProgramLike, *, dialect: str = "auto", u_phase: str = "auto", include: Sequence[Path] = ()
    ) -> None:
        parsed = Parsed(program, dialect, u_phase, include)
        parsed.raise_errors()
        for said in parsed.diagnostics:
            warnings.warn(str(said), _errors.ProgramWarning, stacklevel=_depth_outside())
        self._pointer = parsed.pointer
        #: The name that diagnostics use.
        self.file = parsed.file
        #: The text.
        self.source = parsed.source
        #: Seconds that parsing took.
        self.seconds = parsed.seconds

    def __repr__(self) -> str:
        return f"<songdo.Program {self.file!r}>"


def _depth_outside() -> int:
    """The stack level of the caller outside this package, for a warning that __init__ gives."""
    level = 2
    frame: Any = sys._getframe(2)
    while frame is not None and frame.f_globals.get("__name__", "").partition(".")[0] == "songdo":
        frame, level = frame.f_back, level + 1
    return level


def coerce(program: ProgramLike, dialect: str = "auto", u_phase: str = "auto", include: Sequence[Path] = ()) -> Program:
    return (
        program if isinstance(program, Program) else Program(program, dialect=dialect, u_phase=u_phase, include=include)
    )
