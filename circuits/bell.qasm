// bell.qasm - two qubits that always agree
//
// H puts the first qubit into an equal superposition; CX copies its value, not its state, onto the second. Neither
// qubit has a value of its own, yet the two measured bits are equal in every shot.
//
// Source: J. S. Bell, Physics 1, 195 (1964); the circuit is fig. 1.12 of Nielsen and Chuang.
//
// expect: P(00) = 1/2
// expect: P(11) = 1/2
// expect: P(else) = 0
OPENQASM 2.0;
include "qelib1.inc";

qreg q[2];
creg c[2];

h q[0];
cx q[0], q[1];
measure q -> c;
