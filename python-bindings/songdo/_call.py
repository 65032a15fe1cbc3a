"""Calls into C: envs, run options, and signals that come in meanwhile.

SPDX-License-Identifier: Apache-2.0
"""

from __future__ import annotations

import re
import secrets
import threading
from collections.abc import Callable, Mapping
from typing import Any, Optional, Union

from . import _errors
from ._program import choice
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


def run_options(
    *,
    seed: int,
    shots: int = 0,
    exact: bool = False,
    memory: bool = False,
    precision: str = "double",
    inputs: Optional[Inputs] = None,
    max_operations: Optional[int] = None,
) -> tuple[Any, list[Any]]:
    """A songdo_run_options, and what has to stay alive as long as it."""
    kept: list[Any] = []
    pairs = []
    for name, value in (inputs or {}).items():
        pair = ffi.new("char[]", name.encode()), ffi.new("char[]", _input_text(name, value).encode())
        kept.extend(pair)
        pairs.append(pair)
    listed = ffi.new("songdo_input[]", pairs)
    kept.append(listed)
    options = ffi.new(
        "songdo_run_options *",
        {
            "shots": whole("shots", shots, 0, 1 << 50),
            "seed": seed,
            "exact": bool(exact),
            "memory": bool(memory),
            "precision": choice("precision", precision, PRECISIONS),
            "inputs": listed,
            "input_count": len(pairs),
            "max_operations": (
                0 if max_operations is None else whole("max_operations", max_operations, 1, (1 << 64) - 1)
            ),
        },
    )
    return options, kept


def seed_or_draw(seed: Optional[int]) -> int:
    # Drawn ones are small enough that every reader of JSON keeps their digits.
    return secrets.randbits(53) if seed is None else whole("seed", seed, 0, (1 << 64) - 1)


# ---- Signals ------------------------------------------------------------------------------------------------


class _Interrupt:
    exception: Optional[BaseException] = None


def _remember(_kind: type[BaseException], exception: BaseException, traceback: Any) -> None:
    ffi.from_handle(traceback.tb_frame.f_locals["handle"]).exception = exception


@ffi.def_extern(name="python_ask", error=1, onerror=_remember)
def _ask(handle: Any) -> int:
    """Being called is enough: Python handles signals on the way in, and a KeyboardInterrupt ends the run."""
    return 0


def interruptible(options: Any, call: Callable[[], int]) -> int:
    """Make a call of C that polls `cancelled` of these options. Exceptions of signal handlers end it and go on from here.

    Python runs signal handlers on its main thread only, so that calls from other threads need not ask.
    """
    if threading.current_thread() is not threading.main_thread():
        return call()
    interrupt = _Interrupt()
    handle = ffi.new_handle(interrupt)
    poll = ffi.new("python_poll *", {"handle": handle})
    options.cancelled = ffi.addressof(lib, "python_poll_due")
    options.context = poll
    status = call()
    if interrupt.exception is not None:
        raise interrupt.exception
    return status
