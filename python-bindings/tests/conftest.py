"""What the tests of the package share.

SPDX-License-Identifier: Apache-2.0
"""

import cmath
import math
import random

import pytest

import songdo

BELL = 'OPENQASM 3.0; include "stdgates.inc"; qubit[2] q; bit[2] c; h q[0]; cx q[0], q[1]; c = measure q;'
FEEDBACK = """
OPENQASM 3.0;
include "stdgates.inc";
qubit[2] q;
bit[2] c;
ry(1.1) q[0];
c[0] = measure q[0];
if (c[0]) ry(0.7) q[1];
reset q[0];
h q[0];
c[1] = measure q[1];
"""

# Gates as NumPy sees them, by their definitions; two-qubit ones with the first qubit as bit 0.
_R = math.sqrt(0.5)
GATES = {
    "h": (0, [[_R, _R], [_R, -_R]]),
    "x": (0, [[0, 1], [1, 0]]),
    "y": (0, [[0, -1j], [1j, 0]]),
    "s": (0, [[1, 0], [0, 1j]]),
    "t": (0, [[1, 0], [0, cmath.exp(0.25j * math.pi)]]),
    "rx": (1, lambda a: [[math.cos(a / 2), -1j * math.sin(a / 2)], [-1j * math.sin(a / 2), math.cos(a / 2)]]),
    "ry": (1, lambda a: [[math.cos(a / 2), -math.sin(a / 2)], [math.sin(a / 2), math.cos(a / 2)]]),
    "rz": (1, lambda a: [[cmath.exp(-0.5j * a), 0], [0, cmath.exp(0.5j * a)]]),
    "cx": (0, [[1, 0, 0, 0], [0, 0, 0, 1], [0, 0, 1, 0], [0, 1, 0, 0]]),
    "cz": (0, [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, -1]]),
    "cp": (1, lambda a: [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, cmath.exp(1j * a)]]),
    "swap": (0, [[1, 0, 0, 0], [0, 0, 1, 0], [0, 1, 0, 0], [0, 0, 0, 1]]),
}


def random_program(qubits, length, seed):
    """A random circuit as text, and what NumPy makes of a vector by it."""
    numpy = pytest.importorskip("numpy")
    draw = random.Random(seed)
    lines, steps = [f'OPENQASM 3.0;\ninclude "stdgates.inc";\nqubit[{qubits}] q;'], []
    for _ in range(length):
        name = draw.choice([name for name in GATES if qubits > 1 or name not in ("cx", "cz", "cp", "swap")])
        parameters, matrix = GATES[name]
        angle = draw.uniform(-3, 3)
        if parameters:
            matrix = matrix(angle)
        targets = draw.sample(range(qubits), 1 if len(matrix) == 2 else 2)
        lines.append(f"{name}{f'({angle!r})' if parameters else ''} {', '.join(f'q[{q}]' for q in targets)};")
        steps.append((numpy.array(matrix, dtype=complex), targets))

    def apply(psi):
        psi = numpy.array(psi, dtype=complex).reshape((2,) * qubits)
        for matrix, targets in steps:
            count = len(targets)
            axes = [qubits - 1 - q for q in reversed(targets)]  # axis 0 is the highest qubit
            tensor = matrix.reshape((2,) * (2 * count))
            psi = numpy.moveaxis(numpy.tensordot(tensor, psi, axes=(range(count, 2 * count), axes)), range(count), axes)
        return psi.reshape(-1)

    return "\n".join(lines), apply


@pytest.fixture
def bell():
    return songdo.Program(BELL)
