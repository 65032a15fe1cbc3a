"""Random Pauli sums on random circuits: mean and variance against Qiskit's SparsePauliOp and Statevector.

Sums are written in every spelling that Songdo reads: numbers, names, one letter a qubit, with and without `*` and `@`.
The errors must stay within 1e-12 and 1e-5 of the sum of the coefficients' sizes (its square for the variance). A third of
the sums is also measured by shots: their mean must lie within six standard errors.

SPDX-License-Identifier: Apache-2.0
"""
import json
import pathlib
import random
import subprocess
import tempfile

import numpy as np
from qiskit.quantum_info import SparsePauliOp

BOUNDS = {"double": 1e-12, "single": 1e-5}
SHOTS = 4000
TIMEOUT = 300


def spell(draw, letters, n):
    """A product of Pauli matrices, {qubit: letter}, as text."""
    if not letters:
        return "I" if draw.random() < 0.5 else ""
    if n > 1 and draw.random() < 0.3:
        return "".join(letters.get(q, "I") for q in reversed(range(n)))
    factors = [draw.choice([f"{p}{q}", f"{p}({q})", f"{p}(q[{q}])"]) for q, p in letters.items()]
    return draw.choice([" ", "*", "@", " * "]).join(factors)


def pauli_sum(draw, n):
    """A random sum: its text, and the same as a list of (Qiskit's label, coefficient)."""
    parts, terms = [], []
    diagonal = draw.random() < 0.2
    flips = [draw.getrandbits(n) for _ in range(draw.randint(1, 6))]
    for _ in range(draw.choice([1, 3, 12, 60, 300])):
        flip, phase = draw.choice(flips) if draw.random() < 0.7 else draw.getrandbits(n), draw.getrandbits(n)
        flip = 0 if diagonal else flip
        letters = {q: "IXZY"[(flip >> q & 1) + 2 * (phase >> q & 1)] for q in range(n) if (flip | phase) >> q & 1}
        size = draw.choice([round(draw.uniform(0, 3), 6), 1.0, draw.uniform(0, 1e-3)])
        sign = draw.choice("+-")
        word = spell(draw, letters, n)
        joint = draw.choice([" ", " * ", "*"]) if word else ""
        parts.append(f"{sign} {size!r}{joint}{word}")
        terms.append(("".join(letters.get(q, "I") for q in reversed(range(n))), size if sign == "+" else -size))
    return draw.choice(["", "\n"]).join(parts), terms


def expected(terms, state):
    product = SparsePauliOp.from_list(terms).to_matrix(sparse=True) @ state
    mean = np.vdot(state, product).real
    return mean, np.vdot(product, product).real - mean * mean


def songdo(program, path, text, options, folder):
    observable = folder / "sum.txt"
    observable.write_text(text, encoding="utf-8")
    done = subprocess.run([program, "run", str(path), "--observable", f"@{observable}", "--seed", "1", "--format", "json", *options],
                          capture_output=True, text=True, timeout=TIMEOUT, check=False)
    if done.returncode:
        raise RuntimeError(f"exit {done.returncode}: {done.stderr.strip()[:400]}")
    return json.loads(done.stdout)["expectations"][0]


def compare_sum(number, seed, program, circuit, reference):
    """What was compared, its text, whether it agrees, and what to say of it. circuit and reference: as in compare.py."""
    draw = random.Random(f"songdo sum {seed} {number}")
    text, n, _, dialect = circuit(number % 20, seed)   # up to 13 qubits
    words, terms = pauli_sum(draw, n)
    what = f"{dialect} circuit {number % 20}, {n} qubits, a sum of {len(terms)} terms"
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        path = folder / "circuit.qasm"
        path.write_text(text, encoding="utf-8")
        scale = 1 + sum(abs(coefficient) for _, coefficient in terms)
        good, notes = True, []
        try:
            mean, variance = expected(terms, reference(text, dialect))
            for precision, bound in BOUNDS.items():
                shots = ["--shots", str(SHOTS)] if number % 3 == 0 and precision == "double" and len(terms) <= 60 else []
                found = songdo(program, path, words, ["--precision", precision, *shots], folder)
                errors = abs(found["value"] - mean) / scale, abs(found["variance"] - variance) / scale**2
                good = good and max(errors) <= bound
                notes.append(f"{precision} {errors[0]:.1e} {errors[1]:.1e}")
                if shots:
                    sampled = found["sampled"]
                    apart = abs(sampled["value"] - mean) / (sampled["standard_error"] + 1e-9 * scale)
                    good = good and apart <= 6 and sampled["shots"] == SHOTS
                    notes.append(f"shots {apart:.1f} standard errors off")
        except (RuntimeError, OSError, ValueError, KeyError, subprocess.SubprocessError) as problem:
            return what, text, False, str(problem)
    return what, text + "// observable: " + words.replace("\n", " ") + "\n", good, ", ".join(notes)
