"""States: the amplitudes themselves.

SPDX-License-Identifier: Apache-2.0
"""

from __future__ import annotations

import collections
import operator
import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Optional, Union

from . import _call, _errors
from ._program import Path, ProgramLike, choice, coerce
from ._songdo import ffi, lib

if TYPE_CHECKING:
    import numpy

_SHOTS = 1 << 20  # sampled at a time


def _numpy() -> Any:
    try:
        import numpy
    except ImportError as error:
        raise ImportError(
            "arrays of a songdo.State need NumPy, which is not installed here: pip install numpy"
        ) from error
    return numpy


class _Amplitudes:
    """What an array stands on: it holds the state for as long as the array lives."""

    def __init__(self, state: State) -> None:
        self._state = state
        self.__array_interface__ = {
            "version": 3,
            "shape": (len(state),),
            "typestr": "<c16" if state.precision == "double" else "<c8",
            "data": (int(ffi.cast("uintptr_t", state._amplitudes())), False),
        }


class State:
    """The 2^n amplitudes of n qubits. Qubit 0, the first declared, is bit 0 of the index.

    Made by :meth:`run` (the final state of a program), :meth:`zero` or :meth:`from_array`. ``state.array``, or
    ``numpy.asarray(state)``, is the memory itself, no copy: writing to it changes the state, and it stays valid for as
    long as it is held. Threads may share a state; its methods take turns.

    >>> import songdo
    >>> psi = songdo.State.run('include "stdgates.inc"; qubit[2] q; h q[0]; cx q[0], q[1];')
    >>> psi
    <songdo.State of 2 qubits, double>
    >>> psi.array.round(3)
    array([0.707+0.j, 0.   +0.j, 0.   +0.j, 0.707+0.j])
    >>> round(psi.expectation("X0 X1 - Z0 Z1"), 12)
    0.0
    """

    def __init__(self, *_: object, **__: object) -> None:
        raise TypeError("make a state by State.run(program), State.zero(qubits) or State.from_array(amplitudes)")

    @classmethod
    def _of(cls, env: Any, pointer: Any) -> State:
        state = cls.__new__(cls)
        # The env goes last: what was made in it is freed first.
        state._env = env
        state._pointer = ffi.gc(pointer, lambda raw, env=env: lib.songdo_state_free(raw))
        state._lock = threading.RLock()
        return state

    _env: Any
    _pointer: Any
    _lock: threading.RLock

    # ---- Making

    @classmethod
    def run(
        cls,
        program: ProgramLike,
        *,
        seed: int = 0,
        precision: str = "double",
        inputs: Optional[_call.Inputs] = None,
        threads: Optional[int] = None,
        max_memory: Optional[_call.Size] = None,
        max_operations: Optional[int] = None,
        dialect: str = "auto",
        u_phase: str = "auto",
        include: Sequence[Path] = (),
    ) -> State:
        """The final state of a program; parameters as of :func:`songdo.run`.

        Final measurements leave it as it is before them. Measurements on the way and resets take the outcome of shot 0
        with this seed. The global phase is that of the text.
        """
        parsed = coerce(program, dialect, u_phase, include)
        env = _call.open_env(threads, max_memory)
        options, kept = _call.run_options(
            seed=_call.seed_or_draw(seed), precision=precision, inputs=inputs, max_operations=max_operations
        )
        state, error = ffi.new("songdo_state **"), ffi.new("songdo_error *")
        status = _call.Signals(options).call(lib.songdo_state_run, state, env, parsed._pointer, options, error)
        _call.check(status, error, parsed.file, parsed.source)
        del kept
        return cls._of(env, state[0])

    @classmethod
    def zero(
        cls,
        qubits: int,
        *,
        precision: str = "double",
        threads: Optional[int] = None,
        max_memory: Optional[_call.Size] = None,
    ) -> State:
        """The state |0...0>.

        >>> import songdo
        >>> songdo.State.zero(3)[0]
        (1+0j)
        """
        env = _call.open_env(threads, max_memory)
        state, error = ffi.new("songdo_state **"), ffi.new("songdo_error *")
        _call.check(
            lib.songdo_state_zero(
                state,
                env,
                _call.whole("qubits", qubits, 1, (1 << 32) - 1),
                choice("precision", precision, _call.PRECISIONS),
                error,
            ),
            error,
        )
        return cls._of(env, state[0])

    @classmethod
    def from_array(
        cls,
        amplitudes: Any,
        *,
        precision: Optional[str] = None,
        threads: Optional[int] = None,
        max_memory: Optional[_call.Size] = None,
    ) -> State:
        """A state of given amplitudes (copied): 2^n numbers whose squares sum to 1.

        complex64 arrays make states in single precision.

        >>> import songdo
        >>> songdo.State.from_array([0.6, 0.8j])
        <songdo.State of 1 qubit, double>
        """
        numpy = _numpy()
        array = numpy.asarray(amplitudes)
        if array.ndim != 1 or array.size < 2 or array.size & (array.size - 1):
            raise _errors.UsageError(
                f"a state has 2, 4, 8, ... amplitudes in one dimension, not an array of shape {array.shape}"
            )
        if not numpy.can_cast(array.dtype, numpy.complex128):
            raise TypeError(f"amplitudes are numbers, not {array.dtype}")
        if precision is None:
            precision = "single" if array.dtype in (numpy.complex64, numpy.float32) else "double"
        norm = float(numpy.vdot(array, array).real)
        if not abs(norm - 1) <= (1e-6 if precision == "double" else 1e-3):
            raise _errors.UsageError(
                f"the squares of the amplitudes sum to {norm:.9g}, not to 1: divide by numpy.linalg.norm(amplitudes)"
            )
        state = cls.zero(array.size.bit_length() - 1, precision=precision, threads=threads, max_memory=max_memory)
        state.array[:] = array
        return state

    def copy(self) -> State:
        """A second state of the same amplitudes."""
        state, error = ffi.new("songdo_state **"), ffi.new("songdo_error *")
        with self._lock:
            _call.check(lib.songdo_state_copy(state, self._pointer, error), error)
            # Both belong to one env, which one thread at a time may use.
            made = self._of(self._env, state[0])
            made._lock = self._lock
        return made

    __copy__ = copy

    def __deepcopy__(self, _memo: object) -> State:
        return self.copy()

    def apply(
        self,
        program: ProgramLike,
        *,
        seed: int = 0,
        inputs: Optional[_call.Inputs] = None,
        max_operations: Optional[int] = None,
        dialect: str = "auto",
        u_phase: str = "auto",
        include: Sequence[Path] = (),
    ) -> State:
        """Go on from here with a program, in place: its qubits are the first of the state. Returns the state.

        Arrays of the state show the new amplitudes. Interrupted half way, the state is of no use and says so.

        >>> import songdo
        >>> songdo.State.zero(2).apply('include "stdgates.inc"; qubit[2] q; x q[1];').sample(10, seed=1)
        {'10': 10}
        """
        parsed = coerce(program, dialect, u_phase, include)
        options, kept = _call.run_options(seed=_call.seed_or_draw(seed), inputs=inputs, max_operations=max_operations)
        error = ffi.new("songdo_error *")
        with self._lock:
            status = _call.Signals(options).call(lib.songdo_state_apply, self._pointer, parsed._pointer, options, error)
        _call.check(status, error, parsed.file, parsed.source)
        del kept
        return self

    # ---- What it is

    @property
    def qubits(self) -> int:
        return lib.songdo_state_qubits(self._pointer)

    @property
    def precision(self) -> str:
        """``"double"`` (complex128) or ``"single"`` (complex64)."""
        return "double" if lib.songdo_state_precision(self._pointer) == lib.SONGDO_DOUBLE else "single"

    def __len__(self) -> int:
        return 1 << self.qubits

    def __repr__(self) -> str:
        return f"<songdo.State of {self.qubits} qubit{'' if self.qubits == 1 else 's'}, {self.precision}>"

    # ---- Amplitudes

    def _amplitudes(self) -> Any:
        return lib.songdo_state_amplitudes(self._pointer, ffi.new("uint64_t *"), ffi.new("uint64_t *"))

    @property
    def array(self) -> numpy.ndarray:
        """The amplitudes as a NumPy array of complex128 or complex64: the memory itself, which may be written."""
        return _numpy().asarray(_Amplitudes(self))

    def __array__(self, dtype: Any = None, copy: Optional[bool] = None) -> numpy.ndarray:
        array = self.array
        if dtype is not None and array.dtype != dtype:
            if copy is False:
                raise ValueError(f"amplitudes of {array.dtype} cannot be seen as {dtype} without a copy")
            return array.astype(dtype)
        return array.copy() if copy else array

    def __buffer__(self, _flags: int) -> memoryview:
        return self.array.data

    def __getitem__(self, index: Union[int, str]) -> complex:
        """One amplitude, by its index or its bit string; needs no NumPy.

        >>> import songdo
        >>> songdo.State.zero(2)["00"]
        (1+0j)
        """
        if isinstance(index, str):
            if len(index) != self.qubits or set(index) - {"0", "1"}:
                raise KeyError(f"{index!r} is not a string of {self.qubits} bits")
            index = int(index, 2)
        index = operator.index(index)
        if not -len(self) <= index < len(self):
            raise IndexError(f"a state of {self.qubits} qubits has no amplitude {index}")
        pair = ffi.cast("double *" if self.precision == "double" else "float *", self._amplitudes()) + 2 * (
            index % len(self)
        )
        return complex(pair[0], pair[1])

    # ---- Readings

    def norm(self) -> float:
        """The sum of the squares of the amplitudes: 1 for what a program leaves."""
        norm, error = ffi.new("double *"), ffi.new("songdo_error *")
        with self._lock:
            status = lib.songdo_state_norm(norm, self._pointer, error)
        _call.check(status, error)
        return norm[0]

    def probabilities(self, qubits: Optional[Sequence[int]] = None) -> numpy.ndarray:
        """The probability of each value of some qubits (all, without), the first of them bit 0 of the value.

        >>> import songdo
        >>> songdo.State.run('include "stdgates.inc"; qubit[3] q; h q[0]; x q[2];').probabilities([2, 0]).round(3)
        array([0. , 0.5, 0. , 0.5])
        """
        wanted = (
            list(range(self.qubits))
            if qubits is None
            else [_call.whole("a qubit", q, 0, self.qubits - 1) for q in qubits]
        )
        if len(wanted) > self.qubits:
            raise _errors.UsageError(f"{len(wanted)} qubits are named of a state of {self.qubits}")
        table, error = _numpy().empty(1 << len(wanted)), ffi.new("songdo_error *")
        with self._lock:
            status = lib.songdo_state_probabilities(
                ffi.from_buffer("double[]", table), self._pointer, ffi.new("uint32_t[]", wanted), len(wanted), error
            )
        _call.check(status, error)
        return table

    def sample(self, shots: int = 1024, seed: Optional[int] = None) -> dict[str, int]:
        """Measure every qubit, as often as `shots` says: {bit string: shots}, ascending. The state stays as it is.

        With the same seed these are the counts of :func:`songdo.run` of a program whose only measurements are one of
        each qubit at its end.

        >>> import songdo
        >>> songdo.State.run('include "stdgates.inc"; qubit[2] q; h q[0];').sample(100, seed=3)
        {'00': 45, '01': 55}
        """
        shots, seed = _call.whole("shots", shots, 0, 1 << 50), _call.seed_or_draw(seed)
        outcome, error = ffi.new("uint64_t[]", min(shots, _SHOTS)), ffi.new("songdo_error *")
        counted: collections.Counter[int] = collections.Counter()
        for first in range(0, shots, _SHOTS):
            count = min(shots - first, _SHOTS)
            with self._lock:
                status = lib.songdo_state_sample(outcome, self._pointer, first, count, seed, error)
            _call.check(status, error)
            counted.update(ffi.unpack(outcome, count))
        return {format(index, f"0{self.qubits}b"): counted[index] for index in sorted(counted)}

    def _moments(self, observable: str) -> tuple[float, float]:
        mean, variance, error = ffi.new("double *"), ffi.new("double *"), ffi.new("songdo_error *")
        text = _call.c_string(observable)
        with self._lock:
            status = lib.songdo_state_expectation(mean, variance, self._pointer, text, error)
        _call.check(status, error, "", ffi.string(text))
        return mean[0], variance[0]

    def expectation(self, observable: str) -> float:
        """The mean of a sum of Pauli products such as ``"0.5 Z0 Z1 - 1.2 X2"``.

        >>> import songdo
        >>> round(songdo.State.run('include "stdgates.inc"; qubit q; ry(pi/3) q;').expectation("2 Z0"), 12)
        1.0
        """
        return self._moments(observable)[0]

    def variance(self, observable: str) -> float:
        """The variance of a sum of Pauli products."""
        return self._moments(observable)[1]
