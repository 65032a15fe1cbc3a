"""Exceptions, and the diagnostics of programs.

SPDX-License-Identifier: Apache-2.0
"""

from __future__ import annotations

import dataclasses
from typing import Any

from ._songdo import ffi, lib


@dataclasses.dataclass(frozen=True)
class Diagnostic:
    """One error or warning about a program.

    Lines and columns count from 1; 0 where there is none. ``str()`` shows the source line with the place marked.
    """

    severity: str
    file: str
    line: int
    column: int
    length: int
    message: str
    hint: str
    text: str = dataclasses.field(repr=False)

    def __str__(self) -> str:
        return self.text


class Error(Exception):
    """What every exception of Songdo is. The attributes are empty or 0 where they do not apply.

    :ivar status: the exit code that the ``songdo`` command has for it
    :ivar message: what is wrong, in one line
    :ivar hint: how to mend it
    :ivar file: the file concerned, ``"<text>"`` for a string
    :ivar line, column: the place in it, from 1
    :ivar row: the row of a sweep, from 0
    :ivar errors: every :class:`Diagnostic`, where a program is wrong
    """

    status: int = 70
    message: str = ""
    hint: str = ""
    file: str = ""
    line: int = 0
    column: int = 0
    row: int = 0
    errors: list[Diagnostic] = []

    def __init__(self, message: str = "", **attributes: object) -> None:
        super().__init__(message)
        self.message = message
        self._text = str(attributes.pop("text", "")) or message
        for name, value in attributes.items():
            setattr(self, name, value)

    def __str__(self) -> str:
        return self._text

    def __reduce__(self) -> tuple[object, ...]:
        # Travels between processes with everything it says.
        return _rebuild, (type(self), dict(self.__dict__))


def _rebuild(kind: type[Error], attributes: dict[str, object]) -> Error:
    error = kind(str(attributes.get("message", "")))
    error.__dict__.update(attributes)
    return error


class ProgramError(Error, ValueError):
    """A program is wrong: ``file``, ``line`` and ``column`` of the first error, all of them in ``errors``."""

    status = 65


class UsageError(Error, ValueError):
    """An argument is wrong."""

    status = 64


class InputError(Error, OSError):
    """An input cannot be read."""

    status = 66


class MissingInputError(InputError, FileNotFoundError):
    """An input is not there."""


class OutputError(Error, OSError):
    """An output cannot be created, or writing failed."""

    status = 73


class FitError(Error):
    """Something does not fit here: a feature that this build lacks, the number of ranks."""

    status = 69


class MemoryFitError(FitError, MemoryError):
    """A state is too large for the memory there is; refused before anything was allocated."""


class InternalError(Error):
    """An invariant of Songdo is broken: please report it."""


class ProgramWarning(UserWarning):
    """A program runs, but perhaps not as meant."""


_BY_STATUS: dict[int, type[Error]] = {
    lib.SONGDO_BAD_USAGE: UsageError,
    lib.SONGDO_BAD_PROGRAM: ProgramError,
    lib.SONGDO_NO_INPUT: InputError,
    lib.SONGDO_NO_FIT: MemoryFitError,
    lib.SONGDO_INTERNAL: InternalError,
    lib.SONGDO_NO_OUTPUT: OutputError,
    lib.SONGDO_IO: OutputError,
    lib.SONGDO_BAD_CONFIGURATION: UsageError,
}


def _string(chars: Any) -> str:
    return ffi.string(chars).decode("utf-8", "replace")


def diagnostic(error: Any, file: str, source: bytes) -> Diagnostic:
    """What a ``songdo_error`` of C says, with the source that it is about (empty where it is about none)."""
    shown = lib.songdo_error_text(error, file.encode(), source or ffi.NULL, len(source))
    try:
        text = _string(shown).rstrip("\n") if shown else _string(error.message)
    finally:
        lib.free(shown)
    return Diagnostic(
        "warning" if error.warning else "error",
        _string(error.file) or file,
        error.line,
        error.column,
        error.length,
        _string(error.message) or _string(lib.songdo_status_text(error.code)),
        _string(error.hint),
        text,
    )


def exception(status: int, error: Any, file: str = "", source: bytes = b"", kind: type[Error] | None = None) -> Error:
    """The exception for a status and the ``songdo_error`` that came with it."""
    error.code = status
    said = diagnostic(error, file, source)
    made = (kind or _BY_STATUS.get(status, Error))(
        said.message, hint=said.hint, file=said.file, line=said.line, column=said.column, text=said.text
    )
    made.status = status
    if status == lib.SONGDO_BAD_PROGRAM:
        made.errors = [said]
    return made
