"""comparison.py - circuits run in turn by Songdo and the other simulators, and their final states checked.

SPDX-License-Identifier: Apache-2.0"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile

import circuits
import measure
import report

SETTINGS_N = 20  # settings are tried at most at this size, and kept for larger ones
HOPELESS = 1.5  # a peer so much slower than the fastest in the first round is not repeated


def best(answers):
    return min((second for answer in answers for second in answer.get('seconds', [])), default=float('inf'))


def state_distance(a, b):
    """1 - fidelity of two saved states, and the length of their difference with the global phases aligned. In pieces:
    states may be larger than what is left of the memory."""
    import numpy as np

    a, b, piece = np.load(a, mmap_mode='r'), np.load(b, mmap_mode='r'), 1 << 22
    overlap, norm_a, norm_b = 0, 0, 0
    parts = [slice(i, i + piece) for i in range(0, len(a), piece)]
    for part in parts:
        x, y = a[part].astype(np.complex128), b[part].astype(np.complex128)
        overlap, norm_a, norm_b = overlap + np.vdot(x, y), norm_a + np.vdot(x, x).real, norm_b + np.vdot(y, y).real
    phase, square = overlap / abs(overlap), 0
    for part in parts:
        square += np.sum(np.abs(a[part].astype(np.complex128) * phase - b[part]) ** 2)
    return float(1 - abs(overlap) ** 2 / norm_a / norm_b), float(np.sqrt(square))


class Comparison:
    def __init__(self, given, driver):
        self.given, self.driver = given, driver
        self.names = given.only
        self.priority = measure.Priority(given.realtime)
        self.settings = json.loads(given.settings.read_text()) if given.settings.exists() else {}
        self.folder = tempfile.TemporaryDirectory(prefix='songdo-peers-')
        self.path = pathlib.Path(self.folder.name)
        self.machine = measure.machine()
        self.catalogue = {}
        given.out.parent.mkdir(parents=True, exist_ok=True)
        self.out = open(given.out, 'a')

    # ---- Circuits and settings ----------------------------------------------------------------------------

    def write(self, family, n, prefix):
        """The circuit as the peers and as Songdo read it, and the number of its gates."""
        gates = circuits.circuit(family, n, prefix, self.given.seed)
        files = self.path / 'circuit.json', self.path / 'circuit.qasm'
        files[0].write_text(json.dumps({'qubits': n, 'gates': gates}))
        files[1].write_text(circuits.qasm(gates, n))
        return str(files[0]), str(files[1]), len(gates)

    def quiet(self, ask):
        """Ask until nobody disturbs, three times at most; the least disturbed answer."""
        least = None
        for _ in range(3):
            answer = ask()
            if least is None or measure.disturbance(answer) < measure.disturbance(least):
                least = answer
            if 'error' in answer or measure.disturbance(least) <= measure.DISTURBED:
                break
        return least

    def choose(self, peer, precision, prefix, family, n):
        """The label of a peer's best setting for a circuit, tried once at a size of at most SETTINGS_N."""
        options = self.catalogue[peer.name]
        kept = self.settings.setdefault(f'{peer.name} {precision} {"prefix" if prefix else "given"}', {})
        if len(options) == 1 or kept.get(family) in options:
            return kept.get(family, next(iter(options)))
        size, tried = min(n, SETTINGS_N), {}
        file, _, _ = self.write(family, size, prefix)
        toffolis = any(gate[0] == 'ccx' for gate in circuits.circuit(family, size, prefix, self.given.seed))
        for label, setting in options.items():
            if toffolis or 'ccx' not in label:
                answer = self.quiet(lambda: peer.ask(circuit=file, setting=setting, repeats=2, seconds=0.1))
                tried[label] = min(answer.get('seconds', [float('inf')]))
        kept[family] = min(tried, key=tried.get)
        if n >= SETTINGS_N:
            self.given.settings.parent.mkdir(parents=True, exist_ok=True)
            self.given.settings.write_text(json.dumps(self.settings, indent=1))
        return kept[family]

    # ---- One circuit --------------------------------------------------------------------------------------

    def compare(self, family, n, prefix, precision, peers):
        chosen = {name: self.choose(peer, precision, prefix, family, n) for name, peer in peers.items()}
        file, text, gates = self.write(family, n, prefix)
        seconds = 0.2 if n <= 22 else 0
        rows = {name: [] for name in self.names if name == 'songdo' or name in peers}
        for turn in range(self.given.reps):
            for name in rows:
                if (
                    turn > 0
                    and name in peers
                    and best(rows[name]) > HOPELESS * min(best(rows[other]) for other in peers)
                ):
                    continue
                if name == 'songdo':
                    answer = self.quiet(
                        lambda: measure.songdo(self.driver, text, precision, 1, seconds, self.priority)
                    )
                else:
                    setting = self.catalogue[name][chosen[name]]
                    answer = self.quiet(
                        lambda: peers[name].ask(circuit=file, setting=setting, repeats=1, seconds=seconds)
                    )
                answer.update(
                    circuit=family,
                    n=n,
                    prefix=prefix,
                    precision=precision,
                    simulator=name,
                    setting=chosen.get(name, ''),
                    round=turn,
                    gates=gates,
                    seed=self.given.seed,
                    machine=self.machine,
                )
                if name == 'songdo' and self.limits:
                    answer['peak_flops'] = self.limits[precision]
                rows[name].append(answer)
                if 'error' in answer:
                    print(f'{name}: {family} {n}: {answer["error"]}', file=sys.stderr)
        if self.given.check != 'none':
            self.check(rows, peers, chosen, file, text, precision)
        answers = [answer for told in rows.values() for answer in told]
        self.out.writelines(json.dumps(answer) + '\n' for answer in answers)
        self.out.flush()
        print(report.line(answers), file=sys.stderr, flush=True)
        return [answer for answer in answers if 'error' not in answer]

    def check(self, rows, peers, chosen, file, text, precision):
        """Distances of final states from the first one's, written into the peers' last rows."""
        able = sorted((name for name in peers if best(rows[name]) < float('inf')), key=lambda name: best(rows[name]))
        if self.given.check == 'fastest':
            able = able[: 1 if 'songdo' in rows else 2]
        saved = {name: str(self.path / f'{name}.npy') for name in (['songdo'] if 'songdo' in rows else []) + able}
        for name, state in saved.items():
            if name == 'songdo':
                measure.songdo(self.driver, text, precision, 1, 0, self.priority, state)
            else:
                peers[name].ask(circuit=file, setting=self.catalogue[name][chosen[name]], repeats=0, state=state)
        first, *others = saved
        for name in others:
            infidelity, distance = state_distance(saved[first], saved[name])
            rows[name][-1].update(compared_with=first, infidelity=infidelity, distance=distance)
        for state in saved.values():
            os.remove(state)

    def measure_limits(self):
        """{precision: flops/s of fused multiply-adds} of the instruction set in use, from `songdo bench`."""
        command = self.driver.parent.parent / 'src' / 'cli' / 'songdo'
        told = json.loads(
            subprocess.run(
                [*self.priority.prefix, command, 'bench', '--format', 'json'],
                env=measure.environment(),
                check=True,
                capture_output=True,
                text=True,
            ).stdout
        )
        return told['multiply_adds'][told['isa']]

    # ---- All of them --------------------------------------------------------------------------------------

    def start(self, precision, n, python):
        """The peers of a precision, their memory warm."""
        peers = {}
        for name in self.names:
            if name == 'songdo':
                continue
            import simulators

            self.catalogue[name] = simulators.SIMULATORS[name].settings[precision]
            if self.catalogue[name]:
                peers[name] = measure.Peer(name, precision, python, self.priority)
        file, _, _ = self.write('bv', n, False)
        for name, peer in peers.items():
            peer.ask(circuit=file, setting=next(iter(self.catalogue[name].values())), repeats=2)
        return peers

    def run(self, python):
        """Measure everything that was asked for; the rows."""
        rows = []
        self.limits = self.measure_limits() if self.given.roofline and self.driver else {}
        for precision in self.given.precision:
            for n in self.given.n:
                peers = self.start(precision, n, python)
                for prefix in self.given.columns:
                    for family in self.given.circuits:
                        rows += self.compare(family, n, prefix, precision, peers)
                for peer in peers.values():
                    peer.close()
        return rows
