#!/usr/bin/env python3
"""Run every file of circuits/ through songdo and compare with the expectations in its head comment.

    check_circuits.py SONGDO FOLDER                      serial: exact distributions, and counts by chi-square
    check_circuits.py SONGDO FOLDER --ranks N MPIRUN     the counts on N ranks equal the serial ones

Speaks TAP. Needs Python alone. The lines it reads:

    // expect: P(STRING) = VALUE     the probability of a bit string; a dot stands for either value
    // expect: P(else) = VALUE       of all strings not named in the lines before, together
    // expect: strings = N           how many strings have a probability above 1e-12
    // expect: collision = VALUE     the sum of the squares of all probabilities
    // expect-by: counts             no exact distribution exists (a loop without a bound): counts only
    // input: NAME = VALUE           handed over as --input NAME=VALUE

VALUE is arithmetic with pi, sqrt, sin, cos, asin; ^ is a power.

SPDX-License-Identifier: Apache-2.0
"""
import argparse
import json
import math
import os
import pathlib
import re
import subprocess
import sys
import tempfile

SHOTS = 4000
SEED = 20
TOLERANCE = 1e-10       # expectations are written with twelve digits
P_VALUE = 1e-6          # a right sampler fails one test in a million, and with a fixed seed always the same
TIMEOUT = 300           # seconds a command may take
NAMES = {name: getattr(math, name) for name in ("pi", "sqrt", "sin", "cos", "asin")}


class Mismatch(Exception):
    pass


def value(text):
    return float(eval(text.replace("^", "**"), {"__builtins__": {}}, NAMES))


class Expectation:
    """What the head comment of one file says."""

    def __init__(self, path):
        text = path.read_text(encoding="utf-8")
        self.path = path
        self.name = path.stem
        self.inputs = re.findall(r"^// input: (\S+) = (\S+)$", text, re.M)
        self.counts_only = re.search(r"^// expect-by: counts$", text, re.M) is not None
        self.patterns = [(p, value(v)) for p, v in re.findall(r"^// expect: P\(([01. ]+)\) = (.+)$", text, re.M)]
        self.properties = {k: value(v) for k, v in
                           re.findall(r"^// expect: (P\(else\)|strings|collision) = (.+)$", text, re.M)}
        lines = len(re.findall(r"^// expect:", text, re.M))
        if lines == 0 or lines != len(self.patterns) + len(self.properties):
            raise Mismatch(f"{path.name}: an expectation is missing or cannot be read")

    def matches(self, pattern, string):
        return re.fullmatch(pattern.replace(".", "[01]"), string) is not None

    def check_exact(self, probabilities):
        """Compare a whole distribution {string: probability}."""
        total = math.fsum(probabilities.values())
        close("the sum of all probabilities", total, 1)
        for pattern, expected in self.patterns:
            close(f"P({pattern})", math.fsum(p for s, p in probabilities.items() if self.matches(pattern, s)), expected)
        got = {
            "P(else)": math.fsum(p for s, p in probabilities.items()
                                 if not any(self.matches(pattern, s) for pattern, _ in self.patterns)),
            "strings": sum(p > 1e-12 for p in probabilities.values()),
            "collision": math.fsum(p * p for p in probabilities.values()),
        }
        for name, expected in self.properties.items():
            close(name, got[name], expected)

    def check_counts(self, counts):
        """Compare counts by chi-square; strings of probability 0 must not occur at all."""
        if sum(counts.values()) != SHOTS:
            raise Mismatch(f"{sum(counts.values())} shots were counted, not {SHOTS}")
        exact = [(p, v) for p, v in self.patterns if "." not in p]
        bins = [(v, counts.get(p, 0)) for p, v in exact]
        rest = max(0.0, 1 - math.fsum(v for _, v in exact))
        if len(exact) == len(self.patterns):
            named = {p for p, _ in exact}
            bins.append((rest, sum(c for s, c in counts.items() if s not in named)))
        for pattern, expected in self.patterns:
            if "." in pattern:
                hits = sum(c for s, c in counts.items() if self.matches(pattern, s))
                compare_bins(self.name + " " + pattern, [(expected, hits), (1 - expected, SHOTS - hits)])
        if exact:
            compare_bins(self.name, bins)


def close(what, got, expected):
    if not abs(got - expected) <= TOLERANCE:
        raise Mismatch(f"{what} is {got:.12g}, expected {expected:.12g}")


def compare_bins(what, bins):
    """Pearson's chi-square of bins [(probability, count)]; bins that expect less than 5 shots are joined."""
    for probability, count in bins:
        if probability < 1e-12 and count:
            raise Mismatch(f"{what}: {count} shots of strings that cannot occur")
    large = [(p * SHOTS, c) for p, c in bins if p * SHOTS >= 5]
    small = [(p * SHOTS, c) for p, c in bins if 1e-12 <= p and p * SHOTS < 5]
    joined = (sum(e for e, _ in small), sum(c for _, c in small))
    if joined[0] >= 5 or not large:
        large.append(joined)
    if len(large) < 2:
        return
    statistic = sum((c - e) ** 2 / e for e, c in large)
    p = chi_square_tail(statistic, len(large) - 1)
    if p < P_VALUE:
        raise Mismatch(f"{what}: chi-square {statistic:.1f} with {len(large) - 1} degrees of freedom, p = {p:.1e}")


def chi_square_tail(statistic, degrees):
    """The probability that chi-square exceeds the statistic: the regularized upper incomplete gamma function.

    By its recurrence from 1/2 or 1 upward (Abramowitz and Stegun 26.4.4 and 26.4.5).
    """
    x = statistic / 2
    if degrees % 2:
        tail, term, a = math.erfc(math.sqrt(x)), math.exp(-x) * math.sqrt(x) / math.gamma(1.5), 1.5
    else:
        tail, term, a = math.exp(-x), math.exp(-x) * x, 2.0
    while a <= degrees / 2:
        tail += term
        term *= x / a
        a += 1
    return tail


def run(arguments):
    """Run a command; its standard output as JSON. Text on a failure."""
    environment = dict(os.environ, OMPI_ALLOW_RUN_AS_ROOT="1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1",
                       OMPI_MCA_rmaps_base_oversubscribe="1", OMPI_MCA_mpi_yield_when_idle="1",
                       OMPI_MCA_hwloc_base_binding_policy="none")
    done = subprocess.run(arguments, capture_output=True, text=True, timeout=TIMEOUT, env=environment,
                          stdin=subprocess.DEVNULL, check=False)
    if done.returncode:
        raise Mismatch(f"exit {done.returncode}: {done.stderr.strip()[:600]}")
    return json.loads(done.stdout)


def songdo(program, expectation, exact, launcher=()):
    arguments = [*launcher, program, "run", str(expectation.path), "--shots", str(SHOTS), "--seed", str(SEED),
                 "--format", "json"]
    for name, text in expectation.inputs:
        arguments += ["--input", f"{name}={text}"]
    return run(arguments + (["--exact"] if exact else []))


def check_serial(program, expectation):
    exact = not expectation.counts_only
    result = songdo(program, expectation, exact)
    if exact:
        expectation.check_exact(result["probabilities"])
    expectation.check_counts(result["counts"])


def check_ranks(program, expectation, ranks, mpirun):
    launcher = (mpirun, "-n", str(ranks))
    alone = songdo(program, expectation, False)
    together = songdo(program, expectation, False, launcher)
    if together["engine"]["ranks"] != ranks:
        raise Mismatch(f"ran on {together['engine']['ranks']} ranks, not {ranks}")
    if alone["counts"] != together["counts"]:
        differing = sum(alone["counts"].get(s, 0) != together["counts"].get(s, 0)
                        for s in alone["counts"].keys() | together["counts"].keys())
        raise Mismatch(f"the counts of {differing} strings differ from those of one rank")


def check_generated(folder):
    script = pathlib.Path(__file__).resolve().parents[2] / "script" / "make-circuits"
    with tempfile.TemporaryDirectory() as fresh:
        subprocess.run([sys.executable, str(script), fresh], check=True, timeout=TIMEOUT)
        for path in sorted(pathlib.Path(fresh).iterdir()):
            if path.read_bytes() != (folder / path.name).read_bytes():
                raise Mismatch(f"{path.name} is not what script/make-circuits writes")


def check_table(folder):
    table = (folder / "README.md").read_text(encoding="utf-8")
    for path in sorted(folder.glob("*.qasm")):
        if f"[{path.stem}]({path.name})" not in table:
            raise Mismatch(f"{path.name} is missing in the table of circuits/README.md")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("songdo")
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--ranks", type=int, default=1)
    parser.add_argument("--mpirun", default="mpirun")
    options = parser.parse_args()

    tests = []
    for path in sorted(options.folder.glob("*.qasm")):
        if options.ranks == 1:
            tests.append((f"{path.stem} gives what its comment says",
                          lambda path=path: check_serial(options.songdo, Expectation(path))))
        else:
            tests.append((f"{path.stem} has the same counts on {options.ranks} ranks",
                          lambda path=path: check_ranks(options.songdo, Expectation(path), options.ranks, options.mpirun)))
    if options.ranks == 1:
        tests.append(("the random circuits are what script/make-circuits writes", lambda: check_generated(options.folder)))
        tests.append(("every circuit is in the table of circuits/README.md", lambda: check_table(options.folder)))

    print(f"1..{len(tests)}", flush=True)
    failed = 0
    for number, (name, test) in enumerate(tests, 1):
        try:
            test()
            print(f"ok {number} - {name}", flush=True)
        except (Mismatch, subprocess.SubprocessError, ValueError, KeyError, OSError) as problem:
            failed += 1
            print(f"not ok {number} - {name}", flush=True)
            for line in f"{type(problem).__name__}: {problem}".splitlines():
                print(f"# {line}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
