"""Calls into C: envs, run options, and signals that come in meanwhile.

SPDX-License-Identifier: Apache-2.0
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Mapping, Sequence
from typing import Any, Optional, Union

from . import _errors
from ._program import Path, choice
from ._songdo import ffi, lib

PRECISIONS = {"double": lib.SONGDO_DOUBLE, "single": lib.SONGDO_SINGLE}
_UNITS = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40, "P": 1 << 50}

Size = Union[int, str]
Inputs = Mapping[str, Any]


def size(name: str, value: Optional[Size]) -> int:
    """Bytes: a number, or text such as "512M" or "1.5G"; None is 0."""
    if value is None:
        return 0
    if isinstance(value, str):
        match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([KMGTP]?)(?:i?B)?", value.strip(), re.I)
        if not match:
            raise _errors.UsageError(f"{name} is a number of bytes or text such as '512M' or '1.5G', not {value!r}")
        value = int(float(match[1]) * _UNITS[match[2].upper()])
    return whole(name, value, 1, 1 << 62)


def whole(name: str, value: Any, least: int, most: int) -> int:
    try:
        number = value.__index__()
    except AttributeError:
        raise TypeError(f"{name} is a whole number, not {type(value).__name__}") from None
    if not least <= number <= most:
        raise _errors.UsageError(f"{name} is a number from {least} to {most}, not {number}")
    return number


def check(
    status: int, error: Any, file: str = "", source: bytes = b"", kind: Optional[type[_errors.Error]] = None
) -> None:
    if status != lib.SONGDO_OK:
        raise _errors.exception(status, error, file, source, kind)


def open_env(threads: Optional[int], max_memory: Optional[Size]) -> Any:
    """An env of our own: a thread that calls shares nothing with others."""
    options = ffi.new(
        "songdo_env_options *",
        {
            "threads": 0 if threads is None else whole("threads", threads, 1, 4096),
            "max_memory": size("max_memory", max_memory),
        },
    )
    env, error = ffi.new("songdo_env **"), ffi.new("songdo_error *")
    status = lib.songdo_env_open(env, options, error)
    check(status, error, kind=_errors.FitError if status == lib.SONGDO_NO_FIT else None)
    return ffi.gc(env[0], lib.songdo_env_close)


# ---- Options of a run ---------------------------------------------------------------------------------------


def _input_text(name: str, value: Any) -> str:
    """A value for an ``input`` variable as the library reads it."""
    if hasattr(value, "tolist"):
        value = value.tolist()  # NumPy's scalars and arrays
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, str)):
        return str(value)
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, (list, tuple)):
        return ", ".join(_input_text(name, each) for each in value)
    raise TypeError(f"the input {name} is a number, a bool, text or a list of these, not {type(value).__name__}")


def c_string(text: Any) -> Any:
    encoded = os.fsencode(text)
    if b"\0" in encoded:  # C would take what is before it
        raise _errors.UsageError(f"{text!r} has a zero byte")
    return ffi.new("char[]", encoded)


def c_inputs(inputs: Optional[Inputs]) -> tuple[Any, int, list[Any]]:
    """An array of songdo_input, its length, and what has to stay alive as long as it."""
    if not isinstance(inputs or {}, Mapping):
        raise TypeError(f"inputs are a dict of names and values, not {type(inputs).__name__}")
    pairs = [(c_string(name), c_string(_input_text(name, value))) for name, value in (inputs or {}).items()]
    return ffi.new("songdo_input[]", pairs), len(pairs), pairs


def run_options(
    *,
    seed: int,
    shots: int = 0,
    exact: bool = False,
    memory: bool = False,
    precision: str = "double",
    inputs: Optional[Inputs] = None,
    observables: Union[str, Sequence[str]] = (),
    initial_state: Optional[Path] = None,
    save_state: Optional[Path] = None,
    max_operations: Optional[int] = None,
) -> tuple[Any, list[Any]]:
    """A songdo_run_options, and what has to stay alive as long as it."""
    listed, count, pairs = c_inputs(inputs)
    texts = [c_string(text) for text in ([observables] if isinstance(observables, str) else observables)]
    observed = ffi.new("songdo_observable[]", [(text, ffi.NULL) for text in texts])
    files = [ffi.NULL if file is None else c_string(file) for file in (initial_state, save_state)]
    options = ffi.new(
        "songdo_run_options *",
        {
            "shots": whole("shots", shots, 0, 1 << 50),
            "seed": seed,
            "exact": bool(exact),
            "memory": bool(memory),
            "precision": choice("precision", precision, PRECISIONS),
            "inputs": listed,
            "input_count": count,
            "observables": observed,
            "observable_count": len(texts),
            "initial_state": files[0],
            "save_state": files[1],
            "max_operations": (
                0 if max_operations is None else whole("max_operations", max_operations, 1, (1 << 64) - 1)
            ),
        },
    )
    return options, [listed, pairs, texts, observed, files]


def seed_or_draw(seed: Optional[int]) -> int:
    # Drawn ones are small enough that every reader of JSON keeps their digits.
    return secrets.randbits(53) if seed is None else whole("seed", seed, 0, (1 << 64) - 1)


# ---- Signals ------------------------------------------------------------------------------------------------


def _remember(_kind: type[BaseException], exception: BaseException, traceback: Any) -> None:
    ffi.from_handle(traceback.tb_frame.f_locals["handle"]).append(exception)


@ffi.def_extern(name="python_ask", error=1, onerror=_remember)
def _ask(handle: Any) -> int:
    """Being called is enough: Python handles signals on the way in, and a KeyboardInterrupt ends the run.

    It handles them on its main thread only; asked on another, it has nothing to say.
    """
    return 0


class Signals:
    """Lets signals in during calls of C that poll `cancelled` of these options; to be kept as long as they are used."""

    def __init__(self, options: Any) -> None:
        self._raised: list[BaseException] = []
        self._handle = ffi.new_handle(self._raised)
        self._poll = ffi.new("python_poll *", {"handle": self._handle})
        options.cancelled = ffi.addressof(lib, "python_poll_due")
        options.context = self._poll

    def call(self, function: Any, *arguments: Any) -> int:
        """Call, and go on with the exception of a signal handler where one ended the call."""
        status: int = function(*arguments)
        if self._raised:
            raise self._raised.pop()
        return status
