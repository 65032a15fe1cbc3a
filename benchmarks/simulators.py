"""simulators.py - the other simulators, each in a process of its own that answers requests.

  python simulators.py NAME      one JSON request a line on standard input, one JSON answer a line on standard output

A request names a file of gates (see `load`), a setting, how often to repeat, and may name a file for the final state. What
is timed begins with the simulator's own circuit, built from the gates before the clock starts, and ends with its final state:
fusion, optimization, and the return to |0...0> are inside; imports, translation and copying the state out for a check are not.
A state is saved with qubit 0 as the least significant bit of the index.

SPDX-License-Identifier: Apache-2.0"""
import cmath
import json
import math
import os
import sys
import time
from importlib.metadata import version

import numpy as np

PI = math.pi
clock = time.perf_counter


def load(name):
    """Qubits and gates as `circuits.circuit` makes them, from a JSON file."""
    with open(name) as file:
        content = json.load(file)
    return content['qubits'], content['gates']


class Aer:
    """Qiskit Aer. Its own clock tells how long the simulation took, without the Python around it."""

    settings = {
        'double': {'fuse 5': {}, 'fuse 4': {'fusion_max_qubit': 4}, 'fuse 3': {'fusion_max_qubit': 3},
                   'fuse 2': {'fusion_max_qubit': 2}, 'no fusion': {'fusion_enable': False}},
    }
    settings['single'] = settings['double']
    package = 'qiskit-aer'

    def __init__(self, threads, precision):
        import qiskit
        import qiskit_aer
        self.circuit, self.simulator = qiskit.QuantumCircuit, qiskit_aer.AerSimulator
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
            circuit.save_amplitudes([0])   # or nothing would be simulated
        result = simulator.run(circuit, shots=1).result()
        if not result.success:
            raise RuntimeError(result.status)
        state = np.asarray(result.get_statevector(circuit).data) if want_state else None
        return result.results[0].time_taken, state


class Qulacs:
    """Qulacs, double precision only; its circuit optimizer is part of what is timed."""

    settings = {
        'double': {'as given': {}, 'diagonal cp': {'diagonal': True}, 'light': {'light': True}, 'block 2': {'block': 2},
                   'block 3': {'block': 3}},
        'single': {},
    }
    package = 'qulacs'

    def __init__(self, threads, precision):
        import qulacs
        import qulacs.circuit
        self.q, self.optimizer, self.state, self.n = qulacs, qulacs.circuit.QuantumCircuitOptimizer, None, None

    def gate(self, name, angles, qubits, setting):
        g = self.q.gate
        plain = {'h': g.H, 'x': g.X, 'y': g.Y, 'z': g.Z, 's': g.S, 'sdg': g.Sdag, 't': g.T, 'tdg': g.Tdag, 'sx': g.sqrtX,
                 'cx': g.CNOT, 'cz': g.CZ, 'swap': g.SWAP, 'ccx': g.TOFFOLI}
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
        circuit = given.copy()   # the optimizer works in place
        begin = clock()
        if setting.get('light'):
            self.optimizer().optimize_light(circuit)
        if setting.get('block'):
            self.optimizer().optimize(circuit, setting['block'])
        self.state.set_zero_state()
        circuit.update_quantum_state(self.state)
        return clock() - begin, self.state.get_vector() if want_state else None


class Qsim:
    """qsim, single precision only."""

    settings = {
        'double': {},
        'single': {f'fuse {f}{", ccx whole" if whole else ""}': {'fuse': f, 'whole': whole} for f in (2, 3, 4) for whole in (False, True)},
    }
    package = 'qsimcirq'

    def __init__(self, threads, precision):
        import cirq
        import qsimcirq
        self.cirq, self.qsim, self.threads = cirq, qsimcirq, threads

    def gates(self, name, angles, w, whole):
        cirq = self.cirq
        plain = {'h': cirq.H, 'x': cirq.X, 'y': cirq.Y, 'z': cirq.Z, 's': cirq.S, 'sdg': cirq.S ** -1, 't': cirq.T, 'tdg': cirq.T ** -1,
                 'sx': cirq.X ** 0.5, 'cx': cirq.CNOT, 'cz': cirq.CZ, 'swap': cirq.SWAP}
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
            yield cirq.MatrixGate(np.array([[c, -cmath.exp(1j * lam) * s], [cmath.exp(1j * phi) * s, cmath.exp(1j * (phi + lam)) * c]]))(w[0])
        elif name == 'rzz':
            same, other = cmath.exp(-0.5j * angles[0]), cmath.exp(0.5j * angles[0])
            yield cirq.MatrixGate(np.diag([same, other, other, same]))(*w)
        elif name == 'ccx' and whole:
            yield cirq.CCX(*w)
        elif name == 'ccx':
            a, b, t = w
            for part, *on in (('h', t), ('cx', b, t), ('tdg', t), ('cx', a, t), ('t', t), ('cx', b, t), ('tdg', t), ('cx', a, t), ('t', b),
                              ('t', t), ('h', t), ('cx', a, b), ('t', a), ('tdg', b), ('cx', a, b)):
                yield plain[part](*on)
        else:
            raise KeyError(name)

    def build(self, n, gates, setting):
        cirq, qsim = self.cirq, self.qsim
        line = cirq.LineQubit.range(n)
        circuit = cirq.Circuit(g for name, angles, qubits in gates for g in self.gates(name, angles, [line[q] for q in qubits], setting['whole']))
        idle = set(line) - circuit.all_qubits()
        circuit = cirq.Circuit(cirq.I(q) for q in sorted(idle)) + circuit
        simulator = qsim.QSimSimulator(qsim.QSimOptions(max_fused_gate_size=setting['fuse'], cpu_threads=self.threads, denormals_are_zeros=True),
                                       seed=1)
        options = dict(simulator.qsim_options)
        # Its first qubit is the most significant of cirq's order, and it reverses what it is given.
        options['c'], _ = simulator._translate_circuit(qsim.QSimCircuit(circuit), 'translate_cirq_to_qsim', line[::-1])
        options['s'] = 1
        return simulator._sim_module, options

    def run(self, built, want_state):
        module, options = built
        begin = clock()
        state = module.qsim_simulate_fullstate(options, 0)
        return clock() - begin, state.view(np.complex64) if want_state else None


class Lightning:
    """PennyLane's lightning.qubit, called below PennyLane itself."""

    settings = {'double': {'as given': {}}, 'single': {'as given': {}}}
    package = 'pennylane_lightning'
    names = {'h': 'Hadamard', 'x': 'PauliX', 'y': 'PauliY', 'z': 'PauliZ', 's': 'S', 't': 'T', 'sx': 'SX', 'rx': 'RX', 'ry': 'RY', 'rz': 'RZ',
             'u1': 'PhaseShift', 'cx': 'CNOT', 'cz': 'CZ', 'swap': 'SWAP', 'ccx': 'Toffoli', 'rzz': 'IsingZZ', 'cu1': 'ControlledPhaseShift',
             'u3': 'Rot'}

    def __init__(self, threads, precision):
        from pennylane_lightning import lightning_qubit_ops
        single = precision == 'single'
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
            calls.append((getattr(self.state, self.names[name[0] if inverse else name]), [n - 1 - q for q in qubits], inverse, angles))
        return calls

    def run(self, calls, want_state):
        begin = clock()
        self.state.resetStateVector()
        for call, wires, inverse, angles in calls:
            call(wires, inverse, angles)
        seconds = clock() - begin
        if not want_state:
            return seconds, None
        state = np.zeros(2 ** self.n, dtype=self.type)
        self.state.getState(state)
        return seconds, state


SIMULATORS = {'aer': Aer, 'qulacs': Qulacs, 'qsim': Qsim, 'lightning': Lightning}


def answer(simulator, request):
    n, gates = load(request['circuit'])
    built = simulator.build(n, gates, request['setting'])
    seconds, begin = [], clock()
    while len(seconds) < request['repeats'] or (clock() - begin < request.get('seconds', 0) and len(seconds) < 1000):
        seconds.append(simulator.run(built, False)[0])
    if request.get('state'):
        np.save(request['state'], simulator.run(built, True)[1])
    return {'seconds': seconds}


def serve(name):
    # Whatever a package prints goes to standard error.
    answers = os.fdopen(os.dup(1), 'w')
    os.dup2(2, 1)
    simulator = SIMULATORS[name](int(os.environ['OMP_NUM_THREADS']), os.environ['BENCH_PRECISION'])
    print(json.dumps({'version': f'{name} {version(SIMULATORS[name].package)}'}), file=answers, flush=True)
    for line in sys.stdin:
        try:
            told = answer(simulator, json.loads(line))
        except Exception as trouble:   # the comparison goes on without this figure, and says so
            told = {'error': f'{type(trouble).__name__}: {trouble}'[:300]}
        print(json.dumps(told), file=answers, flush=True)


if __name__ == '__main__':
    serve(sys.argv[1])
