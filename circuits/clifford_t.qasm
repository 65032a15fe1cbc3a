// clifford_t.qasm - ninety random gates of the set that error correction gives
//
// H, S, T, Paulis, CX and CZ on six qubits. Amplitudes lie in Z[i, 1/sqrt(2)] up to powers of 1/sqrt(2): all
// probabilities are of the form (a + b sqrt(2)) / 2^k.
//
// Written by script/make-circuits.
//
// Source: Bravyi and Gosset, Phys. Rev. Lett. 116, 250501 (2016), arXiv:1601.07601, simulate such circuits by their T.
//
// expect: P(110111) = 0.084261983640
// expect: P(010000) = 0.076449483640
// expect: P(001001) = 0.005859375000
// expect: collision = 0.048199806365
// expect: strings = 64
OPENQASM 2.0;
include "qelib1.inc";

qreg q[6];
creg c[6];

h q;
y q[2];
cx q[4], q[2];
sdg q[3];
h q[2];
y q[2];
cx q[3], q[4];
t q[4];
h q[5];
cx q[1], q[3];
tdg q[1];
tdg q[1];
h q[4];
t q[0];
z q[5];
tdg q[5];
x q[0];
h q[0];
cx q[4], q[1];
s q[3];
y q[0];
cx q[3], q[1];
z q[2];
cx q[4], q[1];
cz q[0], q[4];
sdg q[4];
s q[3];
cx q[3], q[4];
y q[3];
cx q[3], q[4];
h q[5];
cz q[0], q[1];
cx q[2], q[5];
tdg q[5];
x q[5];
t q[0];
t q[1];
tdg q[2];
tdg q[4];
cx q[4], q[1];
h q[3];
x q[0];
z q[0];
t q[5];
x q[0];
x q[1];
cx q[0], q[4];
t q[1];
s q[5];
t q[0];
x q[2];
y q[2];
cx q[5], q[0];
z q[3];
tdg q[1];
tdg q[2];
y q[3];
cz q[3], q[1];
sdg q[3];
z q[2];
sdg q[1];
cz q[1], q[4];
h q[2];
tdg q[1];
t q[0];
z q[0];
t q[4];
s q[2];
z q[4];
sdg q[0];
tdg q[5];
t q[5];
s q[1];
z q[4];
y q[3];
cx q[2], q[5];
cx q[3], q[1];
y q[2];
cx q[0], q[2];
tdg q[4];
cx q[5], q[3];
cz q[1], q[2];
z q[2];
h q[5];
h q[5];
h q[1];
z q[2];
x q[1];
t q[1];
x q[3];
h q[4];
h q;
measure q -> c;
