// bit_flip_code.qasm - three qubits carry one past an error
//
// The state cos(0.35)|000> + sin(0.35)|111> suffers a rotation about X on its middle qubit. Measuring two parities
// asks which qubit differs, not what it holds: the rotation becomes a flip (syndrome 11, probability sin(0.5)^2)
// or nothing (00), the flip is undone, and decoding returns the state. `data` reads 0 always: it is measured after
// the preparation has been undone.
//
// Source: A. Peres, Phys. Rev. A 32, 3266 (1985); P. W. Shor, Phys. Rev. A 52, R2493 (1995).
//
// expect: P(0 00) = cos(0.5)^2
// expect: P(0 11) = sin(0.5)^2
// expect: P(else) = 0
OPENQASM 2.0;
include "qelib1.inc";

qreg q[3];
qreg parity[2];
creg syndrome[2];
creg data[1];

ry(0.7) q[0];
cx q[0], q[1];
cx q[0], q[2];

rx(1.0) q[1];             // the error

cx q[0], parity[0];
cx q[1], parity[0];
cx q[1], parity[1];
cx q[2], parity[1];
measure parity -> syndrome;
if (syndrome == 1) x q[0];
if (syndrome == 3) x q[1];
if (syndrome == 2) x q[2];

cx q[0], q[2];
cx q[0], q[1];
ry(-0.7) q[0];
measure q[0] -> data[0];
