"""What a run answers.

SPDX-License-Identifier: Apache-2.0
"""

from __future__ import annotations

import functools
import json
from typing import Any, Optional

from . import _errors
from ._songdo import ffi, lib

_ROWS = 20  # strings that str() shows
_NAMED_BITS = 32  # so many bits it still names one by one


def _floats(found: dict[str, Any]) -> dict[str, Any]:
    """JSON writes 1.0 as 1; what may be any real number is a float here."""
    reals = ("value", "variance", "standard_error")
    return {
        name: _floats(value) if isinstance(value, dict) else float(value) if name in reals else value
        for name, value in found.items()
    }


class Result:
    """What :func:`songdo.run` answers.

    Read from C when first asked for. Bit strings are little endian: qubit or bit 0 is the rightmost character; groups
    of bits (one for each ``bit[n]`` or ``creg``) are parted by a space, the last declared leftmost.

    >>> import songdo
    >>> bell = 'include "stdgates.inc"; qubit[2] q; bit[2] c; h q[0]; cx q[0], q[1]; c = measure q;'
    >>> result = songdo.run(bell, seed=1)
    >>> result
    <songdo.Result of 2 qubits, 1024 shots, seed 1: {'00': 501, '11': 523}>
    >>> result.counts["11"] / result.shots
    0.5107421875
    """

    def __init__(self, pointer: Any) -> None:
        self._pointer = pointer

    @functools.cached_property
    def document(self) -> dict[str, Any]:
        """Everything, as the JSON document ``songdo.run/1`` that the command prints with ``--format json``."""
        text = ffi.new("char **")
        status = lib.songdo_result_json(text, self._pointer)
        if status != lib.SONGDO_OK:
            raise _errors.exception(status, ffi.new("songdo_error *"))
        try:
            return json.loads(ffi.string(text[0]))
        finally:
            lib.free(text[0])

    @functools.cached_property
    def groups(self) -> list[tuple[str, int]]:
        """Name and width of each group of the bit strings, in order of declaration: the first is the rightmost."""
        width = ffi.new("uint32_t *")
        found: list[tuple[str, int]] = []
        while name := lib.songdo_result_group(self._pointer, len(found), width):
            found.append((ffi.string(name).decode(), width[0]))
        return found

    @property
    def counts(self) -> dict[str, int]:
        """How many shots read each bit string, ascending; empty where ``shots=0``."""
        return self.document.get("counts", {})

    @functools.cached_property
    def probabilities(self) -> Optional[dict[str, float]]:
        """With ``exact=True`` the exact probability of each bit string; else None."""
        found = self.document.get("probabilities")
        return None if found is None else {string: float(p) for string, p in found.items()}

    @property
    def memory(self) -> Optional[list[str]]:
        """With ``memory=True`` the bit string of every shot, in order; else None."""
        return self.document.get("memory")

    @property
    def outputs(self) -> dict[str, Any]:
        """Classical ``output`` variables other than bits: {name: value}, or {name: {value: shots}} where they differ."""
        return self.document.get("outputs", {})

    @functools.cached_property
    def expectations(self) -> list[dict[str, Any]]:
        """With observables {observable, value, variance} of each, and where there were shots
        sampled: {value, variance, standard_error, shots, settings}.

        >>> import songdo
        >>> songdo.run('include "stdgates.inc"; qubit q; h q;', shots=0, observables="Z0").expectations
        [{'observable': 'Z0', 'value': 0.0, 'variance': 1.0}]
        """
        return [_floats(found) for found in self.document.get("expectations", [])]

    @property
    def notes(self) -> list[str]:
        """Remarks in words."""
        return self.document["notes"]

    @property
    def timing(self) -> dict[str, float]:
        """Seconds: parse, plan, allocate, simulate, sample, total."""
        return self.document["timing"]

    @property
    def engine(self) -> dict[str, Any]:
        """Version, instruction set, threads, sweeps, flops, peak memory, ..."""
        return self.document["engine"]

    @property
    def qubits(self) -> int:
        """How many the program declares."""
        return self.document["qubits"]

    @property
    def shots(self) -> int:
        return self.document["shots"]

    @property
    def seed(self) -> int:
        """The one given, or the one drawn: with it the run can be repeated."""
        return self.document["seed"]

    @property
    def precision(self) -> str:
        return self.document["precision"]

    def most_common(self, n: Optional[int] = None) -> list[tuple[str, int]]:
        """The `n` most frequent strings (all, without) with their counts, the most frequent first.

        >>> import songdo
        >>> songdo.run('include "stdgates.inc"; qubit[2] q; ry(0.5) q;', seed=1).most_common(2)
        [('00', 911), ('10', 58)]
        """
        return sorted(self.counts.items(), key=lambda item: (-item[1], item[0]))[:n]

    def __repr__(self) -> str:
        shown: dict[str, Any] = self.counts or {string: round(p, 6) for string, p in (self.probabilities or {}).items()}
        inside = ", ".join(f"{string!r}: {value}" for string, value in list(shown.items())[:4])
        rest = f", ... {len(shown) - 4} more" if len(shown) > 4 else ""
        drawn = (
            f"{self.shots} shots, seed {self.seed}"
            if self.shots
            else "exact" if self.probabilities is not None else "no shots"
        )
        plural = "" if self.qubits == 1 else "s"
        return f"<songdo.Result of {self.qubits} qubit{plural}, {drawn}: {{{inside}{rest}}}>"

    def __str__(self) -> str:
        """A histogram of the most frequent strings.

        >>> import songdo
        >>> print(songdo.run('include "stdgates.inc"; qubit q; ry(pi/3) q;', seed=1))
        q
        0       766   74.80 %  ████████████████████████████████████████
        1       258   25.20 %  █████████████
        """
        shown: dict[str, Any] = self.counts or self.probabilities or {}
        whole = sum(shown.values()) or 1
        rows = sorted(shown.items(), key=lambda item: (-item[1], item[0]))[:_ROWS]
        most = max((value for _, value in rows), default=1)
        wide = sum(width for _, width in self.groups) > _NAMED_BITS
        lines = [
            " ".join(
                (
                    name
                    if width == 1
                    else (
                        f"{name}[{width - 1}..0]"
                        if wide
                        else " ".join(f"{name}[{bit}]" for bit in reversed(range(width)))
                    )
                )
                for name, width in reversed(self.groups)
            )
        ]
        for string, value in sorted(rows):
            figure = f"{value:>8}  {100 * value / whole:>6.2f} %" if self.counts else f"{value:>11.9f}"
            lines.append(f"{string}  {figure}  {'█' * round(40 * value / most)}".rstrip())
        if len(shown) > len(rows):
            lines.append(f"and {len(shown) - len(rows)} more")
        return "\n".join(lines)
