#!/usr/bin/env python3
"""Run small programs of many kinds through songdo: their exact distributions, or the place and words of their refusal.

    check_programs.py SONGDO FILE...

A file holds programs between lines "=== DIALECT NAME". The first lines of each say what to expect:

    // gives STRING P, STRING P, ...     the exact distribution of all bits, the last declared leftmost, no spaces;
                                         a line that ends in a comma is continued by the next
    // refused CODE: LINE:COLUMN: TEXT   the exit code and the beginning of the first message

A program without a version and an include of its own gets both, on one line above its first. Distributions come from
Qiskit where it reads the program, by a walk over all outcomes of its measurements; else from the specification, by hand.
Speaks TAP. Needs Python alone.

SPDX-License-Identifier: Apache-2.0
"""
import fractions
import json
import pathlib
import re
import subprocess
import sys

TOLERANCE = 1e-10   # expectations are written with twelve digits
TIMEOUT = 120       # seconds a program may take
HEADS = {"2": 'OPENQASM 2.0; include "qelib1.inc";\n', "3": 'OPENQASM 3.0; include "stdgates.inc";\n'}


def programs(path):
    """Of each program of a file: its name, its text, and what is expected of it."""
    for block in re.split(r"^=== ", path.read_text(encoding="utf-8"), flags=re.M)[1:]:
        title, *lines = block.strip("\n").split("\n")
        dialect, name = title.split(" ", 1)
        wanted = lines.pop(0)
        while wanted.endswith(","):
            wanted += lines.pop(0).removeprefix("//")
        text = "\n".join(lines) + "\n"
        own = re.search(r"OPENQASM|include", text)
        yield f"{name} ({dialect})", text if own else HEADS[dialect] + text, wanted.removeprefix("// ")


def run(program, text):
    return subprocess.run([program, "run", "-", "--exact", "--shots", "20", "--seed", "1", "--format", "json"],
                          input=text, capture_output=True, text=True, timeout=TIMEOUT, check=False)


def wrong(program, text, wanted):
    """What is wrong with a program's result; nothing where it is right."""
    done = run(program, text)
    if (match := re.fullmatch(r"refused (\d+): (.*)", wanted)) is not None:
        first = re.sub(r"\A(<stdin>:|songdo: )", "", done.stderr).replace("error: ", "", 1)
        right = done.returncode == int(match[1]) and first.startswith(match[2]) and not done.stdout
        return "" if right else f"wanted {wanted}, got {done.returncode}: {done.stderr[:300]}{done.stdout[:300]}"
    if done.returncode:
        return f"exit {done.returncode}: {done.stderr[:300]}"
    expected = {string: float(fractions.Fraction(p)) for string, p in
                (pair.split() for pair in wanted.removeprefix("gives ").split(","))}
    got = {string.replace(" ", ""): p for string, p in json.loads(done.stdout)["probabilities"].items()}
    off = [f"P({string}) is {got.get(string, 0):.12g}, not {expected.get(string, 0):.12g}"
           for string in sorted(expected | got)
           if not abs(got.get(string, 0) - expected.get(string, 0)) <= TOLERANCE]
    return "\n".join(off)


def main():
    program, *files = sys.argv[1:]
    cases = [case for name in files for case in programs(pathlib.Path(name))]
    print(f"1..{len(cases)}", flush=True)
    failed = 0
    for number, (name, text, wanted) in enumerate(cases, 1):
        try:
            problem = wrong(program, text, wanted)
        except (subprocess.SubprocessError, ValueError, KeyError, OSError) as error:
            problem = f"{type(error).__name__}: {error}"
        failed += bool(problem)
        print(f"{'not ok' if problem else 'ok'} {number} - {name}", flush=True)
        for line in problem.splitlines():
            print(f"# {line}", flush=True)
    return 1 if failed or not cases else 0


if __name__ == "__main__":
    sys.exit(main())
