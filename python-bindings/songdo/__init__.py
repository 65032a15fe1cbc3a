"""Songdo: run quantum circuits. OpenQASM in; counts, probabilities and states out.

    >>> import songdo
    >>> bell = '''
    ...     OPENQASM 3.0;
    ...     include "stdgates.inc";
    ...     qubit[2] q; bit[2] c;
    ...     h q[0]; cx q[0], q[1];
    ...     c = measure q;
    ... '''
    >>> songdo.run(bell, shots=1000, seed=1).counts
    {'00': 488, '11': 512}
    >>> psi = songdo.State.run(bell)       # the state before the final measurements
    >>> abs(psi.array).round(3)            # a NumPy array: the memory itself
    array([0.707, 0.   , 0.   , 0.707])

Qubit 0 is the least significant bit of an index and the rightmost character of a bit string.

SPDX-License-Identifier: Apache-2.0
"""

from ._errors import (
    Diagnostic,
    Error,
    FitError,
    InputError,
    InternalError,
    MemoryFitError,
    MissingInputError,
    OutputError,
    ProgramError,
    ProgramWarning,
    UsageError,
)
from ._program import Program
from ._report import check, info, plan
from ._result import Result
from ._run import run
from ._songdo import ffi as _ffi, lib as _lib
from ._state import State
from ._sweep import sweep

__version__ = _ffi.string(_lib.songdo_version()).decode()

__all__ = [
    "Diagnostic",
    "Error",
    "FitError",
    "InputError",
    "InternalError",
    "MemoryFitError",
    "MissingInputError",
    "OutputError",
    "Program",
    "ProgramError",
    "ProgramWarning",
    "Result",
    "State",
    "UsageError",
    "check",
    "info",
    "plan",
    "run",
    "sweep",
]
