// teleportation.qasm - move a state by two classical bits
//
// Alice holds a message qubit in cos(0.4)|0> + e^{0.3i} sin(0.4)|1>, and half of a Bell pair. She measures both
// her qubits; Bob applies X and Z as her two bits say, and his qubit is the message. To check it, Bob undoes the
// preparation: `arrived` is 0 in every shot. Alice's bits are fair coins: they tell nothing about the message.
//
// Source: Bennett et al., Phys. Rev. Lett. 70, 1895 (1993).
//
// expect: P(0 0 0) = 1/4
// expect: P(0 0 1) = 1/4
// expect: P(0 1 0) = 1/4
// expect: P(0 1 1) = 1/4
// expect: P(else) = 0
OPENQASM 3.0;
include "stdgates.inc";

gate message q {
	ry(0.8) q;
	p(0.3) q;
}

qubit alice;
qubit[2] pair;
bit parity;
bit sign;
bit arrived;

message alice;

h pair[0];
cx pair[0], pair[1];

cx alice, pair[0];
h alice;
sign = measure alice;
parity = measure pair[0];

if (parity) x pair[1];
if (sign) z pair[1];

inv @ message pair[1];
arrived = measure pair[1];
