"""songdo.sweep.

SPDX-License-Identifier: Apache-2.0
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Optional, Union

from . import _call, _errors
from ._program import Path, ProgramLike, coerce
from ._result import Result
from ._songdo import ffi, lib


def sweep(
    program: ProgramLike,
    rows: Iterable[_call.Inputs],
    *,
    shots: int = 1024,
    seed: Optional[int] = None,
    exact: bool = False,
    memory: bool = False,
    precision: str = "double",
    inputs: Optional[_call.Inputs] = None,
    observables: Union[str, Sequence[str]] = (),
    initial_state: Optional[Path] = None,
    threads: Optional[int] = None,
    max_memory: Optional[_call.Size] = None,
    max_operations: Optional[int] = None,
    dialect: str = "auto",
    u_phase: str = "auto",
    include: Sequence[Path] = (),
) -> Iterator[Result]:
    """Run a program once for each row of inputs, planned once: a :class:`songdo.Result` for each, as it is asked for.

    :param rows: mappings of ``input`` variables to values; they may come from a generator that looks at earlier results
    :param inputs: what holds for every row
    :param seed: of the first row; each row has the next, so that ``run(program, seed=seed + i, inputs=rows[i])`` is the
        same

    The other parameters are those of :func:`songdo.run`.

    >>> import songdo
    >>> source = 'include "stdgates.inc"; input float t; qubit q; rx(t) q;'
    >>> rows = [{"t": 0}, {"t": "pi/3"}, {"t": "pi"}]
    >>> [round(result.expectations[0]["value"], 6) for result in songdo.sweep(source, rows, shots=0, observables="Z0")]
    [1.0, 0.5, -1.0]
    """
    parsed = coerce(program, dialect, u_phase, include)
    first = _call.seed_or_draw(seed)
    env = _call.open_env(threads, max_memory)
    options, kept = _call.run_options(
        shots=shots,
        seed=first,
        exact=exact,
        memory=memory,
        precision=precision,
        inputs=inputs,
        observables=observables,
        initial_state=initial_state,
        max_operations=max_operations,
    )
    kept.append(_call.c_string(parsed.file))
    options.name = kept[-1]
    signals = _call.Signals(options)
    made, error = ffi.new("songdo_prepared **"), ffi.new("songdo_error *")
    status = lib.songdo_prepared_new(made, env, parsed._pointer, options, error)
    _call.check(status, error, parsed.file, parsed.source)
    # What was made in the env is freed before it.
    prepared = ffi.gc(made[0], lambda raw, env=env: lib.songdo_prepared_free(raw))

    def results(*_kept: Any) -> Iterator[Result]:
        for i, row in enumerate(rows):
            listed, count, _pairs = _call.c_inputs(row)
            result = ffi.new("songdo_result **")
            status = signals.call(
                lib.songdo_prepared_run, result, prepared, listed, count, (first + i) % (1 << 64), error
            )
            if status != lib.SONGDO_OK:
                wrong = _errors.exception(status, error, parsed.file, parsed.source)
                wrong.row = i
                raise wrong
            yield Result(ffi.gc(result[0], lib.songdo_result_free))

    return results(kept, options)
