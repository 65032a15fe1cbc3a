#!/usr/bin/env python3
"""Compare final states and observables with an independent simulator on random circuits.

    compare.py SONGDO [--circuits 200] [--sums 100] [--seed 1] [--keep FOLDER]

Writes seeded random circuits as OpenQASM, half of them 2.0 and half 3.0, 4 to 16 qubits, with every gate of the two
standard libraries and, in 3.0, ctrl, negctrl, inv and pow. Songdo runs each in double and in single precision; Qiskit
reads the same text with its own parsers and computes the same state. The states must agree within 1e-12 and 1e-5
(l2 norm of the difference, global phase aligned). Then random sums of Pauli products: observables.py. Speaks TAP. Needs numpy, qiskit and qiskit-qasm3-import:
script/compare-peers makes an environment with them.

SPDX-License-Identifier: Apache-2.0
"""
import argparse
import concurrent.futures
import itertools
import math
import pathlib
import random
import subprocess
import sys
import tempfile

import numpy as np
import qiskit.qasm2
import qiskit.qasm3
from qiskit.quantum_info import Statevector

from observables import compare_sum

BOUNDS = {"double": 1e-12, "single": 1e-5}
TIMEOUT = 120

# name: (parameters, qubits)
QELIB1 = {
    "u3": (3, 1), "u2": (2, 1), "u1": (1, 1), "cx": (0, 2), "id": (0, 1), "u0": (1, 1), "u": (3, 1), "p": (1, 1),
    "x": (0, 1), "y": (0, 1), "z": (0, 1), "h": (0, 1), "s": (0, 1), "sdg": (0, 1), "t": (0, 1), "tdg": (0, 1),
    "rx": (1, 1), "ry": (1, 1), "rz": (1, 1), "sx": (0, 1), "sxdg": (0, 1), "cz": (0, 2), "cy": (0, 2),
    "swap": (0, 2), "ch": (0, 2), "ccx": (0, 3), "cswap": (0, 3), "crx": (1, 2), "cry": (1, 2), "crz": (1, 2),
    "cu1": (1, 2), "cp": (1, 2), "cu3": (3, 2), "csx": (0, 2), "cu": (4, 2), "rxx": (1, 2), "rzz": (1, 2),
    "rccx": (0, 3), "rc3x": (0, 4), "c3x": (0, 4), "c3sqrtx": (0, 4), "c4x": (0, 5),
    "U": (3, 1), "CX": (0, 2),
}
STDGATES = {
    "p": (1, 1), "x": (0, 1), "y": (0, 1), "z": (0, 1), "h": (0, 1), "s": (0, 1), "sdg": (0, 1), "t": (0, 1),
    "tdg": (0, 1), "sx": (0, 1), "rx": (1, 1), "ry": (1, 1), "rz": (1, 1), "cx": (0, 2), "cy": (0, 2), "cz": (0, 2),
    "cp": (1, 2), "crx": (1, 2), "cry": (1, 2), "crz": (1, 2), "ch": (0, 2), "swap": (0, 2), "ccx": (0, 3),
    "cswap": (0, 3), "cu": (4, 2), "CX": (0, 2), "phase": (1, 1), "cphase": (1, 2), "id": (0, 1), "u1": (1, 1),
    "u2": (2, 1), "u3": (3, 1), "U": (3, 1),
}
# Under modifiers only gates whose global phase is not contested between OpenQASM 2.0, 3 and Qiskit.
MODIFIED = sorted(set(STDGATES) - {"u1", "u2", "u3", "U", "cu", "CX", "phase", "cphase", "id"})
# Fractional powers only of gates without the eigenvalue -1, where the principal root is not a matter of rounding.
ROOTED = ["rx", "ry", "rz", "s", "t", "p"]


def angles(draw, count, functions=False):
    """Parameters as text: decimals, fractions of pi, small expressions; Qiskit's OpenQASM 3 reader has no functions."""
    forms = (lambda: "%.17g" % draw.uniform(-math.pi, math.pi),
             lambda: "%d*pi/%d" % (draw.randint(-7, 7), draw.choice([2, 3, 4, 8, 16])),
             lambda: "-(pi - %.3f)/2" % draw.uniform(0, 3),
             lambda: "sin(%.2f) + %d" % (draw.uniform(0, 6), draw.randint(-2, 2)))
    return ", ".join(draw.choice(forms if functions else forms[:3])() for _ in range(count))


def call(draw, name, parameters, qubits, functions=False):
    if name == "u0":
        return f"u0({draw.randint(1, 3)}) q[{qubits[0]}];"   # a wait of so many cycles
    arguments = f"({angles(draw, parameters, functions)})" if parameters else ""
    return f"{name}{arguments} " + ", ".join(f"q[{q}]" for q in qubits) + ";"


def plain(draw, library, n):
    name = draw.choice([name for name in library if library[name][1] <= n])
    parameters, targets = library[name]
    return call(draw, name, parameters, draw.sample(range(n), targets), library is QELIB1)


def modified(draw, n):
    if draw.random() < 0.2:
        name = draw.choice(ROOTED)
        parameters = f"(%.6f)" % draw.uniform(0.1, 2.9) if STDGATES[name][0] else ""
        power = draw.choice(["0.5", "1.5", "-0.5", "0.3"])
        a, b = draw.sample(range(n), 2)
        return draw.choice([f"pow({power}) @ {name}{parameters} q[{a}];",
                            f"ctrl @ pow({power}) @ {name}{parameters} q[{b}], q[{a}];"])
    if draw.random() < 0.1:
        qubits = draw.sample(range(n), draw.randint(1, 4))
        chain = " ".join(draw.choice(["ctrl @", "negctrl @"]) for _ in qubits)
        return f"{chain} gphase({angles(draw, 1)}) " + ", ".join(f"q[{q}]" for q in qubits) + ";"
    chain, controls = [], 0
    for _ in range(draw.randint(1, 3)):
        modifier = draw.choice(["ctrl @", "negctrl @", "ctrl(2) @", "inv @", "pow(2) @", "pow(-1) @", "pow(0) @"])
        chain.append(modifier)
        controls += {"ctrl @": 1, "negctrl @": 1, "ctrl(2) @": 2}.get(modifier, 0)
    # Qiskit synthesizes the control of a power of a gate on several qubits, and is then right to 1e-11 only.
    widest = 1 if controls and any(modifier.startswith("pow") for modifier in chain) else 3
    name = draw.choice([name for name in MODIFIED if STDGATES[name][1] <= min(widest, n - controls)] or ["x"])
    parameters, targets = STDGATES[name]
    if targets + controls > n:
        return plain(draw, STDGATES, n)
    return " ".join(chain) + " " + call(draw, name, parameters, draw.sample(range(n), targets + controls))


def circuit(number, seed):
    """One random circuit: its text, qubits and number of gates."""
    draw = random.Random(f"songdo {seed} {number}")
    n = 4 + number // 2 % 13
    gates = draw.randint(20, 90)
    new = number % 2 == 1
    if new:
        lines = ["OPENQASM 3.0;", 'include "stdgates.inc";', f"qubit[{n}] q;"]
        lines += [f"ry({angles(draw, 1)}) q[{q}];" for q in range(n)]
        lines += [modified(draw, n) if draw.random() < 0.4 else plain(draw, STDGATES, n) for _ in range(gates)]
    else:
        lines = ["OPENQASM 2.0;", 'include "qelib1.inc";', f"qreg q[{n}];"]
        lines += [f"ry({angles(draw, 1)}) q[{q}];" for q in range(n)]
        lines += [plain(draw, QELIB1, n) for _ in range(gates)]
    return "\n".join(lines) + "\n", n, gates + n, "qasm3" if new else "qasm2"


def reference(text, dialect):
    if dialect == "qasm3":
        return Statevector(qiskit.qasm3.loads(text)).data
    return Statevector(qiskit.qasm2.loads(text, custom_instructions=qiskit.qasm2.LEGACY_CUSTOM_INSTRUCTIONS)).data


def distance(state, expected):
    """l2 norm of the difference after the best global phase."""
    overlap = np.vdot(state, expected)
    phase = overlap / abs(overlap) if abs(overlap) > 0 else 1
    return float(np.linalg.norm(state * phase - expected))


def songdo_state(program, path, precision, folder):
    out = folder / "state.npy"
    done = subprocess.run([program, "run", str(path), "--shots", "1", "--seed", "1", "--precision", precision,
                           "--save-state", str(out), "--format", "json"],
                          capture_output=True, text=True, timeout=TIMEOUT, check=False)
    if done.returncode:
        raise RuntimeError(f"exit {done.returncode}: {done.stderr.strip()[:400]}")
    return np.load(out).astype(np.complex128)


def compare(number, seed, program):
    """What was compared, its text, the distances (None where something failed) and what to say of them."""
    text, qubits, gates, dialect = circuit(number, seed)
    what = f"{dialect} circuit {number}, {qubits} qubits, {gates} gates"
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        path = folder / "circuit.qasm"
        path.write_text(text, encoding="utf-8")
        try:
            expected = reference(text, dialect)
            found = {p: distance(songdo_state(program, path, p, folder), expected) for p in BOUNDS}
        except (RuntimeError, OSError, ValueError, subprocess.SubprocessError) as problem:
            return what, text, None, str(problem)
    return what, text, found, ", ".join(f"{p} {d:.1e}" for p, d in found.items())


def tell(number, good, what, notes):
    print(f"{'ok' if good else 'not ok'} {number} - {what} ({notes.splitlines()[0]})", flush=True)
    for line in [] if good else notes.splitlines():
        print(f"# {line}", flush=True)


def keep(folder, name, text):
    if folder:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{name}.qasm").write_text(text, encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("songdo")
    parser.add_argument("--circuits", type=int, default=200)
    parser.add_argument("--sums", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=pathlib.Path, help="write circuits that disagree to this folder")
    options = parser.parse_args()

    print(f"1..{options.circuits + options.sums}", flush=True)
    worst = dict.fromkeys(BOUNDS, 0.0)
    failed = 0
    with concurrent.futures.ProcessPoolExecutor() as pool:
        compared = pool.map(compare, range(options.circuits), *map(itertools.repeat, (options.seed, options.songdo)))
        for number, (what, text, found, notes) in enumerate(compared):
            worst = {p: max(worst[p], d) for p, d in found.items()} if found else worst
            good = found is not None and all(found[p] <= bound for p, bound in BOUNDS.items())
            tell(number + 1, good, what, notes)
            if not good:
                failed += 1
                keep(options.keep, f"circuit_{number}", text)
        compared = pool.map(compare_sum, range(options.sums),
                            *map(itertools.repeat, (options.seed, options.songdo, circuit, reference)))
        for number, (what, text, good, notes) in enumerate(compared):
            tell(options.circuits + number + 1, good, what, notes)
            if not good:
                failed += 1
                keep(options.keep, f"sum_{number}", text)
    print("# largest distance: " + ", ".join(f"{p} {d:.1e}" for p, d in worst.items()))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
