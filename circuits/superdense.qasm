// superdense.qasm - two classical bits in one qubit
//
// Alice and Bob share a Bell pair. Alice encodes the bits 10 by acting on her half alone (X for the low bit, Z for
// the high bit) and sends it. Bob undoes the Bell circuit and reads both bits, with certainty.
//
// Source: Bennett and Wiesner, Phys. Rev. Lett. 69, 2881 (1992).
//
// expect: P(10) = 1
OPENQASM 2.0;
include "qelib1.inc";

qreg alice[1];
qreg bob[1];
creg message[2];

h alice[0];
cx alice[0], bob[0];
barrier alice, bob;
z alice[0];               // high bit 1; an x here would set the low bit
barrier alice, bob;
cx alice[0], bob[0];
h alice[0];
measure alice[0] -> message[1];
measure bob[0] -> message[0];
