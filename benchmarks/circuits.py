"""circuits.py - the circuits that simulators are compared on: fifteen families, any number of qubits, any seed.

A circuit is a list of (gate, parameters, qubits) with the gate names of qelib1.inc. It is fixed by family, number
of qubits, seed and prefix alone, so that every simulator, machine and day gets the same one.

With the prefix a circuit begins with a layer of random rotations, a ring of cx and another layer: its state is
dense and entangled before the family's own gates begin, and nothing about it can be known when it is planned.

SPDX-License-Identifier: Apache-2.0"""

import math
import random

PI = math.pi


class Builder:
    """A list of gates that grows; one method for each gate that the families use."""

    def __init__(self):
        self.gates = []

    def add(self, name, *qubits, angles=()):
        self.gates.append((name, tuple(angles), tuple(qubits)))

    def each(self, name, qubits):
        for qubit in qubits:
            self.add(name, qubit)

    def random_rotation(self, draw, qubit):
        self.add('u3', qubit, angles=(draw.uniform(0, PI), draw.uniform(-PI, PI), draw.uniform(-PI, PI)))

    def random_pair(self, draw, a, b):
        """A random two-qubit unitary as three cx between four pairs of rotations."""
        for turn in range(4):
            self.random_rotation(draw, a)
            self.random_rotation(draw, b)
            if turn < 3:
                self.add('cx', a, b)

    def ladder_z(self, qubits, ancillas):
        """A Z controlled by all but the last qubit, through a ladder of Toffolis on clean ancillas."""
        *controls, target = qubits
        if not controls:
            self.add('z', target)
            return
        if len(controls) == 1:
            self.add('cz', controls[0], target)
            return
        rungs, carried = [], controls[0]
        for control, ancilla in zip(controls[1:-1], ancillas):
            rungs.append((carried, control, ancilla))
            carried = ancilla
        for rung in rungs:
            self.add('ccx', *rung)
        self.add('h', target)
        self.add('ccx', carried, controls[-1], target)
        self.add('h', target)
        for rung in reversed(rungs):
            self.add('ccx', *rung)

    def fourier(self, qubits, sign=1):
        """The Fourier transform on `qubits` (the first is the least significant) up to the reversal of their order."""
        for j in reversed(range(len(qubits))):
            self.add('h', qubits[j])
            for k in reversed(range(j)):
                self.add('cu1', qubits[k], qubits[j], angles=(sign * PI / 2 ** (j - k),))

    def reverse(self, qubits):
        for i in range(len(qubits) // 2):
            self.add('swap', qubits[i], qubits[-1 - i])


def regular_graph(n, degree, draw):
    """The edges of a random simple graph whose vertices all have this degree (one of them one less where n * degree is
    odd). Stubs are paired at random; loops and doubles are mended by exchanging ends with other edges."""
    degree = min(degree, n - 1)
    stubs = [v for v in range(n) for _ in range(degree)]
    while True:
        draw.shuffle(stubs)
        edges = [tuple(sorted(pair)) for pair in zip(stubs[0::2], stubs[1::2])]
        for _ in range(100 * n):
            bad = [i for i, e in enumerate(edges) if e[0] == e[1] or edges.count(e) > 1]
            if not bad:
                return sorted(edges)
            i, j = bad[0], draw.randrange(len(edges))
            (a, b), (c, d) = edges[i], edges[j]
            edges[i], edges[j] = tuple(sorted((a, d))), tuple(sorted((c, b)))


def grid_columns(n):
    """The width of the most square grid that n places fill; where only a strip would, the last row stays short."""
    side = math.isqrt(n)
    exact = [c for c in range(side, 0, -1) if n % c == 0][0]
    return exact if n <= 4 * exact * exact else max(side, 1)


# ---- The families -----------------------------------------------------------------------------------------


def qft(b, n, draw):
    """The Fourier transform of a product of basis states and phases."""
    b.each('x', range(0, n, 2))
    for q in range(n):
        b.add('rz', q, angles=(draw.uniform(0, 2 * PI),))
    b.fourier(range(n))
    b.reverse(range(n))


def ghz(b, n, draw):
    b.add('h', 0)
    for q in range(n - 1):
        b.add('cx', q, q + 1)


def qv(b, n, draw):
    """Quantum volume: ten layers of random two-qubit unitaries on random pairs."""
    order = list(range(n))
    for _ in range(10):
        draw.shuffle(order)
        for i in range(0, n - 1, 2):
            b.random_pair(draw, order[i], order[i + 1])


def brick(b, n, draw):
    """Twelve layers of random two-qubit unitaries on neighbours."""
    for layer in range(12):
        for q in range(layer % 2, n - 1, 2):
            b.random_pair(draw, q, q + 1)


def supremacy(b, n, draw):
    """Fourteen cycles on a grid: a random square root of X, Y or W on every qubit, never the same twice, then cz on
    one of four patterns of neighbours."""
    roots = [('sx', ()), ('ry', (PI / 2,)), ('u3', (PI / 2, -PI / 4, PI / 4))]
    columns = grid_columns(n)
    before = [None] * n
    b.each('h', range(n))
    for cycle in range(14):
        for q in range(n):
            before[q] = draw.choice([i for i in range(3) if i != before[q]])
            b.add(roots[before[q]][0], q, angles=roots[before[q]][1])
        parity, across = cycle % 2, cycle % 4 < 2
        for q in range(n):
            row, column = divmod(q, columns)
            if across and column % 2 == parity and column + 1 < columns and q + 1 < n:
                b.add('cz', q, q + 1)
            if not across and row % 2 == parity and q + columns < n:
                b.add('cz', q, q + columns)
    b.each('h', range(n))


def ansatz(b, n, draw, couple):
    """Four layers of QAOA for the largest cut of a random 3-regular graph."""
    edges = regular_graph(n, 3, draw)
    b.each('h', range(n))
    for _ in range(4):
        gamma, beta = draw.uniform(0, PI), draw.uniform(0, PI)
        for u, v in edges:
            couple(gamma, u, v)
        for q in range(n):
            b.add('rx', q, angles=(beta,))


def qaoa(b, n, draw):
    ansatz(b, n, draw, lambda gamma, u, v: b.add('rzz', u, v, angles=(gamma,)))


def qaoacx(b, n, draw):
    """The same with every coupling written as cx, rz, cx."""

    def couple(gamma, u, v):
        b.add('cx', u, v)
        b.add('rz', v, angles=(gamma,))
        b.add('cx', u, v)

    ansatz(b, n, draw, couple)


def hea(b, n, draw):
    """A hardware-efficient ansatz: ten layers of ry, rz and a ring of cx."""
    for _ in range(10):
        for q in range(n):
            b.add('ry', q, angles=(draw.uniform(0, 2 * PI),))
            b.add('rz', q, angles=(draw.uniform(0, 2 * PI),))
        for q in range(n):
            if n > 1:
                b.add('cx', q, (q + 1) % n)


def grover(b, n, draw):
    """Three iterations; half of the qubits are searched, the others carry the ladders of the controlled Z."""
    searched, ancillas = list(range(n // 2 + 1)), list(range(n // 2 + 1, n))
    zeros = [q for q in searched if draw.random() < 0.5]
    b.each('h', searched)
    for _ in range(3):
        b.each('x', zeros)
        b.ladder_z(searched, ancillas)
        b.each('x', zeros)
        b.each('h', searched)
        b.each('x', searched)
        b.ladder_z(searched, ancillas)
        b.each('x', searched)
        b.each('h', searched)


def bv(b, n, draw):
    """Bernstein and Vazirani: a hidden string by one query."""
    b.add('x', n - 1)
    b.each('h', range(n))
    for q in range(n - 1):
        if draw.random() < 0.5:
            b.add('cx', q, n - 1)
    b.each('h', range(n - 1))


def adder(b, n, draw):
    """The ripple-carry adder of Cuccaro and others: b += a, with a in superposition and b random."""
    width = max((n - 2) // 2, 0)
    sums, addends = [1 + 2 * i for i in range(width)], [2 + 2 * i for i in range(width)]
    carries = [0] + addends[:-1] if width else []
    b.each('h', addends)
    b.each('x', [q for q in sums if draw.random() < 0.5])
    for c, s, a in zip(carries, sums, addends):
        b.add('cx', a, s)
        b.add('cx', a, c)
        b.add('ccx', c, s, a)
    if width:
        b.add('cx', addends[-1], n - 1)
    for c, s, a in reversed(list(zip(carries, sums, addends))):
        b.add('ccx', c, s, a)
        b.add('cx', a, c)
        b.add('cx', c, s)


def qpe(b, n, draw):
    """Phase estimation of a random phase, on n - 1 qubits."""
    counting, phase = range(n - 1), draw.random()
    b.add('x', n - 1)
    b.each('h', counting)
    for q in counting:
        b.add('cu1', q, n - 1, angles=(2 * PI * (phase * 2**q % 1),))
    b.reverse(counting)
    for j in counting:
        for k in range(j):
            b.add('cu1', k, j, angles=(-PI / 2 ** (j - k),))
        b.add('h', j)


def iqp(b, n, draw):
    """Diagonal gates on half of all pairs and on every qubit, between two layers of h."""
    pairs = [(u, v) for u in range(n) for v in range(u + 1, n)]
    b.each('h', range(n))
    for u, v in draw.sample(pairs, len(pairs) // 2):
        b.add('cu1', u, v, angles=(PI / 4 * draw.randrange(1, 8),))
    for q in range(n):
        b.add('u1', q, angles=(PI / 8 * draw.randrange(1, 16),))
    b.each('h', range(n))


def hshift(b, n, draw):
    """The hidden shift of a bent function: products of pairs of bits, and one product of three on either half."""
    half = n // 2
    shift = [q for q in range(n) if draw.random() < 0.5]
    triple = sorted(draw.sample(range(half), 3)) if half >= 3 else None

    def bent(offset):
        for q in range(half):
            b.add('cz', q, q + half)
        if triple:
            u, v, w = (offset + q for q in triple)
            b.add('h', w)
            b.add('ccx', u, v, w)
            b.add('h', w)

    b.each('h', range(n))
    b.each('x', shift)
    bent(0)
    b.each('x', shift)
    b.each('h', range(n))
    bent(half)
    b.each('h', range(n))


def clifford_t(b, n, draw):
    """Twenty gates a qubit: half of them cx between any two, the others h, t or s."""
    for _ in range(20 * n):
        name = draw.choice(['h', 't', 's', 'cx', 'cx', 'cx'] if n > 1 else ['h', 't', 's'])
        b.add(name, *draw.sample(range(n), 2 if name == 'cx' else 1))


FAMILIES = {
    'qft': qft,
    'ghz': ghz,
    'qv': qv,
    'brick': brick,
    'supremacy': supremacy,
    'qaoa': qaoa,
    'qaoacx': qaoacx,
    'hea': hea,
    'grover': grover,
    'bv': bv,
    'adder': adder,
    'qpe': qpe,
    'iqp': iqp,
    'hshift': hshift,
    'random': clifford_t,
}


def entangle(b, n, draw):
    for q in range(n):
        b.random_rotation(draw, q)
    for q in range(n):
        if n > 1:
            b.add('cx', q, (q + 1) % n)
    for q in range(n):
        b.random_rotation(draw, q)


def circuit(family, n, prefix=False, seed=0):
    """The gates of a family on n >= 2 qubits."""
    draw = random.Random(f'songdo {family} {n} {seed}')
    b = Builder()
    if prefix:
        entangle(b, n, random.Random(f'songdo prefix {n} {seed}'))
    FAMILIES[family](b, n, draw)
    return b.gates


def qasm(gates, n, measured=False):
    """The gates as OpenQASM 2; parameters read back equal."""
    lines = ['OPENQASM 2.0;', 'include "qelib1.inc";', f'qreg q[{n}];']
    if measured:
        lines.append(f'creg c[{n}];')
    for name, angles, qubits in gates:
        head = f'{name}({",".join(repr(float(x)) for x in angles)})' if angles else name
        lines.append(f'{head} {",".join(f"q[{q}]" for q in qubits)};')
    if measured:
        lines.append('measure q -> c;')
    return '\n'.join(lines) + '\n'
