"""songdo.run.

SPDX-License-Identifier: Apache-2.0
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Optional, Union

from . import _call
from ._program import Path, Program, ProgramLike, coerce
from ._result import Result
from ._songdo import ffi, lib


def run(
    program: ProgramLike,
    *,
    shots: int = 1024,
    seed: Optional[int] = None,
    exact: bool = False,
    memory: bool = False,
    precision: str = "double",
    inputs: Optional[_call.Inputs] = None,
    observables: Union[str, Sequence[str]] = (),
    initial_state: Optional[Path] = None,
    save_state: Optional[Path] = None,
    threads: Optional[int] = None,
    max_memory: Optional[_call.Size] = None,
    max_operations: Optional[int] = None,
    dialect: str = "auto",
    u_phase: str = "auto",
    include: Sequence[Path] = (),
) -> Result:
    """Run a program.

    :param program: OpenQASM text (a ``str``, always), a file (a ``pathlib.Path``, always), a :class:`songdo.Program`,
        or a circuit of Qiskit, Amazon Braket, Cirq or another package whose objects can write themselves as OpenQASM
    :param shots: how often the program is run; 0 draws none
    :param seed: of all draws: the same program and seed give the same counts anywhere. Without it one is drawn
        (``result.seed``)
    :param exact: the exact distribution too (``result.probabilities``), also with measurements in mid-circuit
    :param memory: keep every shot's bit string, in order (``result.memory``)
    :param precision: ``"double"`` (complex128 amplitudes) or ``"single"`` (complex64: half the memory)
    :param inputs: values for the program's ``input`` variables: numbers, bools, text such as ``"pi/4"`` or ``"0110"``,
        lists
    :param observables: sums of Pauli products such as ``"0.5 Z0 Z1 - X(q[2])"``: their mean and variance in the state
        before the final measurements, and where there are shots also as these measure them (``result.expectations``)
    :param initial_state: a file to start from, ``.npy`` or ``.songdo``, with all declared qubits
    :param save_state: a file to write the final state to; :class:`songdo.State` has it without a file
    :param threads: by default the cores that this process may use
    :param max_memory: bytes, or text such as ``"1.5G"``; by default what is free
    :param max_operations: refuse a program that expands to more (2^32)
    :param dialect, u_phase, include: how the program is read, see :class:`songdo.Program`
    :raises ProgramError: the program is wrong; with file, line and column
    :raises UsageError: an argument is, or an input is missing or unknown
    :raises MemoryFitError: the state would not fit; nothing was allocated
    :raises InputError: the file cannot be read

    The lock of the interpreter is released while it runs, and Ctrl-C stops it within a second.

    >>> import songdo
    >>> songdo.run('''
    ...     OPENQASM 3.0;
    ...     include "stdgates.inc";
    ...     input float theta;
    ...     qubit[2] q; bit[2] c;
    ...     ry(theta) q[0]; cx q[0], q[1];
    ...     c = measure q;
    ... ''', shots=100, seed=7, inputs={"theta": 1.0}).counts
    {'00': 82, '11': 18}
    """
    parsed = coerce(program, dialect, u_phase, include)
    env = _call.open_env(threads, max_memory)
    options, kept = _call.run_options(
        shots=shots,
        seed=_call.seed_or_draw(seed),
        exact=exact,
        memory=memory,
        precision=precision,
        inputs=inputs,
        observables=observables,
        initial_state=initial_state,
        save_state=save_state,
        max_operations=max_operations,
    )
    kept.append(_call.c_string(parsed.file))
    options.name = kept[-1]
    options.parse_seconds = 0 if isinstance(program, Program) else parsed.seconds
    result, error = ffi.new("songdo_result **"), ffi.new("songdo_error *")
    status = _call.Signals(options).call(lib.songdo_run, result, env, parsed._pointer, options, error)
    _call.check(status, error, parsed.file, parsed.source)
    del kept
    return Result(ffi.gc(result[0], lib.songdo_result_free))
