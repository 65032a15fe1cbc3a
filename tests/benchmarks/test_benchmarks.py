#!/usr/bin/env python3
# test_benchmarks.py - the comparison's own parts: circuits, Songdo's driver, ratios, the picture. Nothing is timed.
# Speaks TAP.
#
#   test_benchmarks.py BENCHMARKS_FOLDER SONGDO BENCH_STATE
#
# SPDX-License-Identifier: Apache-2.0
import hashlib
import json
import math
import pathlib
import subprocess
import sys
import tempfile
import xml.etree.ElementTree

sys.dont_write_bytecode = True
sys.path.insert(0, sys.argv[1])
import circuits
import measure
import picture
import report

SONGDO, DRIVER = (pathlib.Path(name).resolve() for name in sys.argv[2:4])
cases = 0


def case(name, faults):
    global cases
    cases += 1
    print(f"{'not ok' if faults else 'ok'} {cases} - {name}")
    for fault in list(faults)[:10]:
        print(f'# {fault}')
    sys.stdout.flush()


def check_circuits():
    faults = []
    for n in range(2, 33):
        for family in circuits.FAMILIES:
            for prefix in (False, True):
                gates = circuits.circuit(family, n, prefix)
                if gates != circuits.circuit(family, n, prefix):
                    faults.append(f'{family} {n}: another one the second time')
                for name, _, qubits in gates:
                    if len(set(qubits)) != len(qubits) or not all(0 <= q < n for q in qubits):
                        faults.append(f'{family} {n}: {name} on {qubits}')
    case('every family has legal circuits of 2 to 32 qubits, the same ones each time', faults)
    digest = hashlib.sha256()
    for family in circuits.FAMILIES:
        digest.update(circuits.qasm(circuits.circuit(family, 11, True), 11).encode())
    case('they are those that were compared before', [] if digest.hexdigest() == CIRCUITS else [digest.hexdigest()])
    differ = [
        family
        for family in circuits.FAMILIES
        if family != 'ghz' and circuits.circuit(family, 9, seed=1) == circuits.circuit(family, 9)
    ]
    case('another seed gives other circuits', differ)
    degrees = []
    for n in range(4, 30, 2):
        edges = circuits.regular_graph(n, 3, __import__('random').Random(n))
        if len(set(edges)) != 3 * n // 2 or any(sum(v in edge for edge in edges) != 3 for v in range(n)):
            degrees.append(n)
    case('the graphs are simple and 3-regular', degrees)


CIRCUITS = 'e4603c1e6a4af5644fab01c1a3c46aa105c81d49c1ec90aee97d54c593832e81'


def check_driver(folder):
    wrong, uncounted, unequal = [], [], []
    for family in circuits.FAMILIES:
        for n, prefix in ((3, False), (6, True), (13, True)):
            file = folder / f'{family}_{n}.qasm'
            file.write_text(circuits.qasm(circuits.circuit(family, n, prefix), n, measured=n == 6))
            done = subprocess.run(
                [DRIVER, file, '-r', '2', '-p', 'single' if n == 6 else 'double'], capture_output=True, text=True
            )
            if done.returncode:
                wrong.append(f'{file.name}: {done.stderr.strip()}')
                continue
            told = json.loads(done.stdout)
            if (
                told['qubits'] != n
                or told['gates'] != len(circuits.circuit(family, n, prefix))
                or len(told['seconds']) != 2
            ):
                wrong.append(f'{file.name}: {told}')
            for i in range(2):
                if abs(told['plan'][i] + told['reset'][i] + told['execute'][i] - told['seconds'][i]) > 1e-6:
                    wrong.append(f'{file.name}: the parts do not add up')
            if (told['planned_sweeps'], told['planned_flops']) != (told['sweeps'], told['flops']):
                uncounted.append(f'{file.name}: {told}')
            if n == 13 and compare_states(folder, file):
                unequal.append(file.name)
    case('the driver runs every family in both precisions', wrong)
    case('planned sweeps and flops are those counted', uncounted)
    case('its final state is that of songdo run', unequal)
    done = subprocess.run([DRIVER, folder / 'qft_13.qasm', '-P'], capture_output=True, text=True)
    told = json.loads(done.stdout)
    case(
        'plans alone are timed without a state', [] if told['sweeps'] == 0 and told['planned_sweeps'] > 0 else [told]
    )
    (folder / 'reset.qasm').write_text('OPENQASM 3.0;\nqubit q;\nreset q;\n')
    (folder / 'wrong.qasm').write_text('OPENQASM 3.0;\nqubit q;\nhh q;\n')
    faults = []
    for name, code in (('reset.qasm', 65), ('wrong.qasm', 65), ('absent.qasm', 66)):
        done = subprocess.run([DRIVER, folder / name], capture_output=True, text=True)
        if done.returncode != code or name not in done.stderr or done.stdout:
            faults.append(f'{name}: {done.returncode} {done.stderr}')
    case('what cannot be compared is refused', faults)


def compare_states(folder, file):
    """Whether the states of the driver and of the command differ."""
    names = [str(folder / f'{which}.npy') for which in 'ab']
    subprocess.run([DRIVER, file, '-r', '1', '-o', names[0]], check=True, capture_output=True)
    subprocess.run([SONGDO, 'run', file, '--shots', '0', '--save-state', names[1]], check=True, capture_output=True)
    return subprocess.run([SONGDO, 'state', 'compare', *names], capture_output=True).returncode


def row(simulator, circuit, seconds, **more):
    return {
        'simulator': simulator,
        'circuit': circuit,
        'seconds': seconds,
        'n': 20,
        'precision': 'double',
        'prefix': True,
        'gates': 7,
        'setting': '',
        'foreign': 0,
        'machine': 'here',
        'version': '1',
        **more,
    }


def check_report():
    rows = [
        row('songdo', 'qft', [1, 1, 4], sweep_seconds=0.5),
        row('songdo', 'qft', [100], foreign=0.6, sweep_seconds=0.5),
        row('aer', 'qft', [70], waited=0, foreign=0.5),
        row('qulacs', 'qft', [60], waited=0),
        row('qulacs', 'qft', [10], waited=0.7),
        row('songdo', 'ghz', [2]),
        row('aer', 'ghz', [8], waited=0),
        row('aer', 'bv', [8], waited=0),
    ]
    text, ratios = report.markdown(rows)
    found = ratios['double', 20, True]
    case(
        'the ratio is that of medians of undisturbed turns to the fastest',
        [] if found == {'qft': 60, 'ghz': 4} else [found],
    )
    wanted = f'Geometric mean {math.sqrt(30 * 4):.2f} (no circuit above 30), worst 4.00 (ghz).'
    case('no circuit counts above the cap in the mean', [] if wanted in text else [text])
    case(
        'times in sweeps, and the fastest in bold',
        [] if '| **60** |' in text and '| 1 | 2 | 60 |' in text else [text],
    )
    case('nothing is told of the roofline where the limits are not known', ['told'] if 'roofline' in text else [])
    parts = {
        'plan': [0.1, 0.1],
        'reset': [0.2, 0.2],
        'sweeps': 3,
        'flops': 2**21,
        'sweep_seconds': 0.25,
        'peak_flops': 2**21,
    }
    text, _ = report.markdown([row('songdo', 'qft', [2, 2], **parts)])
    wanted = '| qft | 2 | 5.0 % | 10.0 % | 3 | 2 | 0.00105 | 50 % |'
    case('shares of the time, and of what arithmetic allows', [] if wanted in text else [text])
    text, _ = report.markdown([row('songdo', 'qft', [2, 2], **{**parts, 'sweeps': 5})])
    case('or memory, where it is the narrower', [] if '| 5 | 2 | 0.00105 | 69 % |' in text else [text])
    drawn = picture.draw(ratios)
    try:
        words = [element.text for element in xml.etree.ElementTree.fromstring(drawn).iter() if element.text]
        faults = (
            [] if {'qft', 'ghz', '60.0', '4.0', '20 qubits, double'} <= set(words) and 'bv' not in words else [words]
        )
    except xml.etree.ElementTree.ParseError as error:
        faults = [error]
    case('the picture is well-formed and shows them', faults)
    case(
        'what a turn lost is what its threads waited, where that is known',
        (
            []
            if measure.disturbance({'waited': 0.01, 'foreign': 0.5}) == 0.01
            and measure.disturbance({'foreign': 0.5}) == 0.5
            else ['disturbance']
        ),
    )


with tempfile.TemporaryDirectory() as name:
    check_circuits()
    check_driver(pathlib.Path(name))
    check_report()
print(f'1..{cases}')
