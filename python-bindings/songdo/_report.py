"""Telling without running: what is wrong with a program, what a run would cost, what this is.

SPDX-License-Identifier: Apache-2.0
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Optional, Union

from . import _call
from ._errors import Diagnostic
from ._program import Parsed, Path, ProgramLike, coerce
from ._songdo import ffi, lib


def _document(text: Any) -> dict[str, Any]:
    try:
        return json.loads(ffi.string(text[0]))
    finally:
        lib.free(text[0])


def check(
    program: ProgramLike, *, dialect: str = "auto", u_phase: str = "auto", include: Sequence[Path] = ()
) -> list[Diagnostic]:
    """What is wrong with a program, errors and warnings in source order; an empty list where nothing is.

    >>> import songdo
    >>> for said in songdo.check("qubit q; hh q;"):
    ...     print(said)
    <text>:1:10: error: gate 'hh' is not defined
      qubit q; hh q;
               ^~
    """
    return Parsed(program, dialect, u_phase, include).diagnostics


def plan(
    program: ProgramLike,
    *,
    ranks: Optional[int] = None,
    nodes: Optional[int] = None,
    node_memory: Optional[_call.Size] = None,
    shots: int = 1024,
    exact: bool = False,
    memory: bool = False,
    precision: str = "double",
    inputs: Optional[_call.Inputs] = None,
    observables: Union[str, Sequence[str]] = (),
    threads: Optional[int] = None,
    max_operations: Optional[int] = None,
    dialect: str = "auto",
    u_phase: str = "auto",
    include: Sequence[Path] = (),
) -> dict[str, Any]:
    """What a run would cost, without running it: the JSON document ``songdo.plan/1``. No state is allocated.

    :param ranks, nodes: of the run, which may be a cluster's; 1 without
    :param node_memory: bytes a node may give, or text such as ``"64G"``; by default what is free here

    The other parameters are those of :func:`songdo.run`. What does not fit is an answer, not an exception:

    >>> import songdo
    >>> figures = songdo.plan('include "stdgates.inc"; qubit[34] q; h q;', node_memory="64G")
    >>> figures["fits"], figures["suggestion"]
    (False, 'use 8 nodes of 64.0 GiB with one rank each, or single precision on 4')
    """
    parsed = coerce(program, dialect, u_phase, include)
    env = _call.open_env(None, None)
    run, kept = _call.run_options(
        shots=shots,
        seed=0,
        exact=exact,
        memory=memory,
        precision=precision,
        inputs=inputs,
        observables=observables,
        max_operations=max_operations,
    )
    options = ffi.new(
        "songdo_plan_options *",
        {
            "ranks": 0 if ranks is None else _call.whole("ranks", ranks, 1, 1 << 24),
            "nodes": 0 if nodes is None else _call.whole("nodes", nodes, 1, 1 << 24),
            "node_memory": _call.size("node_memory", node_memory),
            "threads": 0 if threads is None else _call.whole("threads", threads, 1, 4096),
        },
    )
    text, error = ffi.new("char **"), ffi.new("songdo_error *")
    _call.check(
        lib.songdo_plan_json(text, env, parsed._pointer, run, options, error), error, parsed.file, parsed.source
    )
    del kept
    return _document(text)


def info() -> dict[str, Any]:
    """Version, features and licence of this build, and what the machine offers it: the JSON document ``songdo.info/1``.

    >>> import songdo
    >>> songdo.info()["licence"]
    'Apache-2.0'
    """
    text = ffi.new("char **")
    _call.check(lib.songdo_info_json(text, _call.open_env(None, None)), ffi.new("songdo_error *"))
    return _document(text)
