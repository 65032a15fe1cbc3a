"""Circuits of other packages as programs, and their own simulators beside ours.

SPDX-License-Identifier: Apache-2.0
"""

import pytest

import songdo

numpy = pytest.importorskip("numpy")


def test_circuits_of_qiskit_are_programs():
    pytest.importorskip("qiskit", reason="Qiskit is not installed here")
    from qiskit.circuit.random import random_circuit
    from qiskit.quantum_info import Statevector

    for seed in range(25):
        circuit = random_circuit(2 + seed % 7, 8, max_operands=3, seed=seed)
        expected = Statevector(circuit).data
        for precision, bar in (("double", 1e-12), ("single", 1e-5)):
            found = numpy.array(songdo.State.run(circuit, precision=precision), dtype=complex)
            # Qiskit's export does not keep the phase of the whole.
            overlap = numpy.vdot(found, expected)
            assert numpy.linalg.norm(found * overlap / abs(overlap) - expected) < bar, (seed, precision)


def test_parameters_of_qiskit_are_inputs():
    pytest.importorskip("qiskit", reason="Qiskit is not installed here")
    from qiskit.circuit import Parameter, QuantumCircuit

    circuit = QuantumCircuit(1, 1)
    circuit.rx(Parameter("theta"), 0)
    circuit.measure(0, 0)
    assert songdo.run(circuit, shots=5, inputs={"theta": "pi"}).counts == {"1": 5}


def test_circuits_of_cirq_are_programs():
    cirq = pytest.importorskip("cirq", reason="Cirq is not installed here")
    qubits = cirq.LineQubit.range(3)
    circuit = cirq.Circuit(
        cirq.H(qubits[0]), cirq.CNOT(qubits[0], qubits[2]), cirq.rz(0.3)(qubits[2]), cirq.ry(0.7)(qubits[1])
    )
    # Cirq's first qubit is the most significant.
    expected = circuit.final_state_vector(qubit_order=list(reversed(qubits)), dtype=numpy.complex128)
    found = songdo.State.run(circuit).array
    assert abs(abs(numpy.vdot(found, expected)) - 1) < 1e-8


def test_circuits_of_braket_are_programs():
    circuits = pytest.importorskip("braket.circuits", reason="the Amazon Braket SDK is not installed here")
    circuit = circuits.Circuit().h(0).cnot(0, 1).x(2)
    assert set(songdo.run(circuit, shots=100).counts) == {"100", "111"}
