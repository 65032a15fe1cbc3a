"""simulators.py - the other simulators, each in a process of its own that answers requests.

  python simulators.py NAME      one JSON request a line on standard input, one JSON answer a line on standard output

or  python simulators.py NAME counts FILE SHOTS SETTING: OpenQASM 2 to counts, as a user's script would.

A request names a file of gates (see `load`), a setting, how often to repeat, and may name a file for the final state.
What is timed begins with the simulator's own circuit, built from the gates before the clock starts, and ends with its
final state: fusion, optimization, and the return to |0...0> are inside; imports, translation and copying the state out
for a check are not. A request may also be for shots of the final state, or for the mean of products of two Z. A state
is saved with qubit 0 as the least significant bit of the index.

SPDX-License-Identifier: Apache-2.0"""

import cmath
import json
import math
import os
import sys
import time

PI = math.pi
clock = time.perf_counter

# NumPy is imported where it is needed: it is a good part of the time that a small job takes.


def read_qasm(name):
    """Qubits and gates of a file that circuits.qasm wrote; its measurements are left out."""
    n, gates = 0, []
    with open(name) as file:
        for line in file:
            head, _, rest = line.rstrip(';\n').partition(' ')
            if head == 'qreg':
                n = int(rest[2:-1])
            elif head not in ('OPENQASM', 'include', 'creg', 'measure'):
                name, _, angles = head.rstrip(')').partition('(')
                gates.append(
                    (
                        name,
                        [float(x) for x in angles.split(',')] if angles else [],
                        [int(q[2:-1]) for q in rest.split(',')],
                    )
                )
    return n, gates


def load(name):
    """Qubits and gates as `circuits.circuit` makes them, from a JSON file."""
    with open(name) as file:
        content = json.load(file)
    return content['qubits'], content['gates']


class Aer:
    """Qiskit Aer. Its own clock tells how long the simulation took, without the Python around it."""

    settings = {
        'double': {
            'fuse 5': {},
            'fuse 4': {'fusion_max_qubit': 4},
            'fuse 3': {'fusion_max_qubit': 3},
            'fuse 2': {'fusion_max_qubit': 2},
            'no fusion': {'fusion_enable': False},
        }
    }
    settings['single'] = settings['double']
    package = 'qiskit-aer'

    def __init__(self, threads, precision):
        import numpy as np
        import qiskit
        import qiskit_aer

        self.np, self.circuit, self.simulator = np, qiskit.QuantumCircuit, qiskit_aer.AerSimulator
        self.options = {'method': 'statevector', 'max_parallel_threads': threads, 'precision': precision}

    def build(self, n, gates, setting):
        circuit = self.circuit(n)
        names = {'u1': 'p', 'cu1': 'cp', 'u3': 'u'}
        for name, angles, qubits in gates:
            getattr(circuit, names.get(name, name))(*angles, *qubits)
        return circuit, self.simulator(**self.options, **setting)

    def run(self, built, want_state):
        circuit, simulator = built
        circuit = circuit.copy()
        if want_state:
            circuit.save_statevector()
        else:
            circuit.save_amplitudes([0])  # or nothing would be simulated
        result = simulator.run(circuit, shots=1).result()
        if not result.success:
            raise RuntimeError(result.status)
        state = self.np.asarray(result.get_statevector(circuit).data) if want_state else None
        return result.results[0].time_taken, state

    def counts(self, built, shots):
        circuit, simulator = built
        circuit.measure_all()
        return simulator.run(circuit, shots=shots).result().get_counts()

    def time_shots(self, built, shots):
        circuit, simulator = built
        circuit = circuit.copy()
        circuit.measure_all()
        return simulator.run(circuit, shots=shots).result().results[0].metadata['sample_measure_time'], None

    def time_pairs(self, built, pairs):
        """Beyond the time of the circuit alone."""
        from qiskit.quantum_info import SparsePauliOp

        circuit, simulator = built
        n = circuit.num_qubits
        words = [''.join('Z' if q in pair else 'I' for q in reversed(range(n))) for pair in pairs]
        asked = circuit.copy()
        asked.save_expectation_value(SparsePauliOp(words), list(range(n)))
        result = simulator.run(asked).result()
        return result.results[0].time_taken - self.run(built, False)[0], result.data()['expectation_value']


class Qulacs:
    """Qulacs, double precision only; its circuit optimizer is part of what is timed."""

    settings = {
        'double': {
            'as given': {},
            'diagonal cp': {'diagonal': True},
            'light': {'light': True},
            'block 2': {'block': 2},
            'block 3': {'block': 3},
        },
        'single': {},
    }
    package = 'qulacs'

    def __init__(self, threads, precision):
        import qulacs
        import qulacs.circuit

        self.q, self.optimizer, self.state, self.n = qulacs, qulacs.circuit.QuantumCircuitOptimizer, None, None

    def gate(self, name, angles, qubits, setting):
        g = self.q.gate
        plain = {
            'h': g.H,
            'x': g.X,
            'y': g.Y,
            'z': g.Z,
            's': g.S,
            'sdg': g.Sdag,
            't': g.T,
            'tdg': g.Tdag,
            'sx': g.sqrtX,
            'cx': g.CNOT,
            'cz': g.CZ,
            'swap': g.SWAP,
            'ccx': g.TOFFOLI,
        }
        turned = {'rx': g.RotX, 'ry': g.RotY, 'rz': g.RotZ, 'u1': g.U1, 'u3': g.U3}
        if name in plain:
            return plain[name](*qubits)
        if name in turned:
            return turned[name](qubits[0], *angles)
        if name == 'rzz':
            return g.PauliRotation(qubits, [3, 3], -angles[0])
        if name != 'cu1':
            raise KeyError(name)
        if setting.get('diagonal'):
            return g.DiagonalMatrix(qubits, [1, 1, 1, cmath.exp(1j * angles[0])])
        phase = g.to_matrix_gate(g.U1(qubits[1], angles[0]))
        phase.add_control_qubit(qubits[0], 1)
        return phase

    def build(self, n, gates, setting):
        circuit = self.q.QuantumCircuit(n)
        for name, angles, qubits in gates:
            circuit.add_gate(self.gate(name, angles, qubits, setting))
        if self.n != n:
            self.state = None
            self.state, self.n = self.q.QuantumState(n), n
        return circuit, setting

    def run(self, built, want_state):
        given, setting = built
        circuit = given.copy()  # the optimizer works in place
        begin = clock()
        if setting.get('light'):
            self.optimizer().optimize_light(circuit)
        if setting.get('block'):
            self.optimizer().optimize(circuit, setting['block'])
        self.state.set_zero_state()
        circuit.update_quantum_state(self.state)
        return clock() - begin, self.state.get_vector() if want_state else None

    def counts(self, built, shots):
        from collections import Counter

        self.run(built, False)
        return Counter(self.state.sampling(shots))

    def time_shots(self, built, shots):
        begin = clock()
        self.state.sampling(shots)
        return clock() - begin, None

    def time_pairs(self, built, pairs):
        observable = self.q.Observable(self.n)
        for a, b in pairs:
            observable.add_operator(1, f'Z {a} Z {b}')
        begin = clock()
        value = observable.get_expectation_value(self.state)
        return clock() - begin, value


class Qsim:
    """qsim, single precision only."""

    settings = {
        'double': {},
        'single': {
            f'fuse {f}{", ccx whole" if whole else ""}': {'fuse': f, 'whole': whole}
            for f in (2, 3, 4)
            for whole in (False, True)
        },
    }
    package = 'qsimcirq'

    def __init__(self, threads, precision):
        import cirq
        import numpy as np
        import qsimcirq

        self.np, self.cirq, self.qsim, self.threads = np, cirq, qsimcirq, threads

    def gates(self, name, angles, w, whole):
        cirq, np = self.cirq, self.np
        plain = {
            'h': cirq.H,
            'x': cirq.X,
            'y': cirq.Y,
            'z': cirq.Z,
            's': cirq.S,
            'sdg': cirq.S**-1,
            't': cirq.T,
            'tdg': cirq.T**-1,
            'sx': cirq.X**0.5,
            'cx': cirq.CNOT,
            'cz': cirq.CZ,
            'swap': cirq.SWAP,
        }
        if name in plain:
            yield plain[name](*w)
        elif name in ('rx', 'ry', 'rz'):
            yield getattr(cirq, name)(angles[0])(w[0])
        elif name == 'u1':
            yield cirq.ZPowGate(exponent=angles[0] / PI)(w[0])
        elif name == 'cu1':
            yield cirq.CZPowGate(exponent=angles[0] / PI)(*w)
        elif name == 'u3':
            theta, phi, lam = angles
            c, s = math.cos(theta / 2), math.sin(theta / 2)
            yield cirq.MatrixGate(
                np.array([[c, -cmath.exp(1j * lam) * s], [cmath.exp(1j * phi) * s, cmath.exp(1j * (phi + lam)) * c]])
            )(w[0])
        elif name == 'rzz':
            same, other = cmath.exp(-0.5j * angles[0]), cmath.exp(0.5j * angles[0])
            yield cirq.MatrixGate(np.diag([same, other, other, same]))(*w)
        elif name == 'ccx' and whole:
            yield cirq.CCX(*w)
        elif name == 'ccx':
            a, b, t = w
            for part, *on in (
                ('h', t),
                ('cx', b, t),
                ('tdg', t),
                ('cx', a, t),
                ('t', t),
                ('cx', b, t),
                ('tdg', t),
                ('cx', a, t),
                ('t', b),
                ('t', t),
                ('h', t),
                ('cx', a, b),
                ('t', a),
                ('tdg', b),
                ('cx', a, b),
            ):
                yield plain[part](*on)
        else:
            raise KeyError(name)

    def build(self, n, gates, setting):
        cirq, qsim = self.cirq, self.qsim
        line = cirq.LineQubit.range(n)
        circuit = cirq.Circuit(
            g
            for name, angles, qubits in gates
            for g in self.gates(name, angles, [line[q] for q in qubits], setting['whole'])
        )
        idle = set(line) - circuit.all_qubits()
        circuit = cirq.Circuit(cirq.I(q) for q in sorted(idle)) + circuit
        simulator = qsim.QSimSimulator(
            qsim.QSimOptions(max_fused_gate_size=setting['fuse'], cpu_threads=self.threads, denormals_are_zeros=True),
            seed=1,
        )
        options = dict(simulator.qsim_options)
        # Its first qubit is the most significant of cirq's order, and it reverses what it is given.
        options['c'], _ = simulator._translate_circuit(
            qsim.QSimCircuit(circuit), 'translate_cirq_to_qsim', line[::-1]
        )
        options['s'] = 1
        return simulator._sim_module, options, (simulator, circuit, line)

    def run(self, built, want_state):
        module, options, _ = built
        begin = clock()
        state = module.qsim_simulate_fullstate(options, 0)
        return clock() - begin, state.view(self.np.complex64) if want_state else None

    def counts(self, built, shots):
        simulator, circuit, line = built[2]
        return simulator.run(circuit + self.cirq.measure(*line, key='m'), repetitions=shots).histogram(key='m')

    def beyond(self, built, call):
        """The time of a call beyond that of the circuit alone, both with their translation."""
        simulator, circuit, line = built[2]
        begin = clock()
        value = call(simulator, circuit, line)
        both = clock() - begin
        begin = clock()
        simulator.simulate_into_1d_array(circuit, qubit_order=line[::-1])
        return both - (clock() - begin), value

    def time_shots(self, built, shots):
        def call(simulator, circuit, line):
            simulator.run(circuit + self.cirq.measure(*line, key='m'), repetitions=shots)

        return self.beyond(built, call)

    def time_pairs(self, built, pairs):
        def call(simulator, circuit, line):
            total = sum(self.cirq.Z(line[a]) * self.cirq.Z(line[b]) for a, b in pairs)
            return simulator.simulate_expectation_values(circuit, [total], qubit_order=line[::-1])[0].real

        return self.beyond(built, call)


class Lightning:
    """PennyLane's lightning.qubit, called below PennyLane itself."""

    settings = {'double': {'as given': {}}, 'single': {'as given': {}}}
    package = 'pennylane_lightning'
    names = {
        'h': 'Hadamard',
        'x': 'PauliX',
        'y': 'PauliY',
        'z': 'PauliZ',
        's': 'S',
        't': 'T',
        'sx': 'SX',
        'rx': 'RX',
        'ry': 'RY',
        'rz': 'RZ',
        'u1': 'PhaseShift',
        'cx': 'CNOT',
        'cz': 'CZ',
        'swap': 'SWAP',
        'ccx': 'Toffoli',
        'rzz': 'IsingZZ',
        'cu1': 'ControlledPhaseShift',
        'u3': 'Rot',
    }

    def __init__(self, threads, precision):
        import numpy as np
        from pennylane_lightning import lightning_qubit_ops

        single = precision == 'single'
        self.np, self.ops, self.suffix = np, lightning_qubit_ops, 'C64' if single else 'C128'
        self.make = lightning_qubit_ops.StateVectorC64 if single else lightning_qubit_ops.StateVectorC128
        self.type, self.state, self.n = np.complex64 if single else np.complex128, None, None

    def build(self, n, gates, setting):
        if self.n != n:
            self.state = None
            self.state, self.n = self.make(n), n
        calls = []
        for name, angles, qubits in gates:
            inverse = name in ('sdg', 'tdg')
            # u3 is Rot up to a phase of the whole.
            angles = [angles[2], angles[0], angles[1]] if name == 'u3' else list(angles)
            calls.append(
                (
                    getattr(self.state, self.names[name[0] if inverse else name]),
                    [n - 1 - q for q in qubits],
                    inverse,
                    angles,
                )
            )
        return calls

    def run(self, calls, want_state):
        begin = clock()
        self.state.resetStateVector()
        for call, wires, inverse, angles in calls:
            call(wires, inverse, angles)
        seconds = clock() - begin
        if not want_state:
            return seconds, None
        state = self.np.zeros(2**self.n, dtype=self.type)
        self.state.getState(state)
        return seconds, state

    def measurements(self):
        return getattr(self.ops, 'Measurements' + self.suffix)(self.state)

    def counts(self, calls, shots):
        from collections import Counter

        self.run(calls, False)
        samples = self.np.asarray(self.measurements().generate_samples(list(range(self.n)), shots)).reshape(
            shots, self.n
        )
        return Counter(samples.dot(1 << self.np.arange(self.n)[::-1]).tolist())

    def time_shots(self, calls, shots):
        measurements = self.measurements()
        begin = clock()
        measurements.generate_samples(list(range(self.n)), shots)
        return clock() - begin, None

    def time_pairs(self, calls, pairs):
        o, suffix = self.ops.observables, self.suffix
        named, tensor, hamiltonian = (
            getattr(o, name + suffix) for name in ('NamedObs', 'TensorProdObs', 'Hamiltonian')
        )
        terms = [tensor([named('PauliZ', [self.n - 1 - q]) for q in pair]) for pair in pairs]
        total, measurements = hamiltonian([1.0] * len(terms), terms), self.measurements()
        begin = clock()
        value = measurements.expval(total)
        return clock() - begin, value


SIMULATORS = {'aer': Aer, 'qulacs': Qulacs, 'qsim': Qsim, 'lightning': Lightning}


def answer(simulator, request):
    n, gates = load(request['circuit'])
    built = simulator.build(n, gates, request['setting'])
    seconds, begin = [], clock()
    if 'shots' in request or 'pairs' in request:
        simulator.run(built, False)
        for _ in range(request['repeats']):
            told = (
                simulator.time_shots(built, request['shots'])
                if 'shots' in request
                else simulator.time_pairs(built, request['pairs'])
            )
            seconds.append(told[0])
        return {'seconds': seconds, 'value': told[1]}
    while len(seconds) < request['repeats'] or (clock() - begin < request.get('seconds', 0) and len(seconds) < 1000):
        seconds.append(simulator.run(built, False)[0])
    if request.get('state'):
        import numpy as np

        np.save(request['state'], simulator.run(built, True)[1])
    return {'seconds': seconds}


def serve(name):
    # Whatever a package prints goes to standard error.
    answers = os.fdopen(os.dup(1), 'w')
    os.dup2(2, 1)
    simulator = SIMULATORS[name](int(os.environ['OMP_NUM_THREADS']), os.environ['BENCH_PRECISION'])
    from importlib.metadata import version

    print(json.dumps({'version': f'{name} {version(SIMULATORS[name].package)}'}), file=answers, flush=True)
    for line in sys.stdin:
        try:
            told = answer(simulator, json.loads(line))
        except Exception as trouble:  # the comparison goes on without this figure, and says so
            told = {'error': f'{type(trouble).__name__}: {trouble}'[:300]}
        print(json.dumps(told), file=answers, flush=True)


def count(name, file, shots, setting):
    """What a user's script does: read, simulate, sample, print."""
    simulator = SIMULATORS[name](int(os.environ['OMP_NUM_THREADS']), os.environ['BENCH_PRECISION'])
    n, gates = read_qasm(file)
    counts = simulator.counts(simulator.build(n, gates, json.loads(setting)), int(shots))
    print(sum(counts.values()), 'shots,', len(counts), 'different')


if __name__ == '__main__':
    if len(sys.argv) > 2 and sys.argv[2] == 'counts':
        count(sys.argv[1], sys.argv[3], sys.argv[4], sys.argv[5])
    else:
        serve(sys.argv[1])
