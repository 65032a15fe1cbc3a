// quantum_walk.qasm - a walk on a ring of eight places, steered by a quantum coin
//
// Each step tosses the coin with a Hadamard and moves the position up or down by one. After four steps only even
// places are possible; the coin starts balanced, so the walk is symmetric about place 0.
//
// Source: Aharonov, Ambainis, Kempe, Vazirani, STOC 2001, arXiv:quant-ph/0012090.
//
// expect: P(000) = 0.125000000000
// expect: P(010) = 0.375000000000
// expect: P(100) = 0.125000000000
// expect: P(110) = 0.375000000000
// expect: P(else) = 0
OPENQASM 3.0;
include "stdgates.inc";

// p -> p + 1 mod 8
gate up p0, p1, p2 { ccx p0, p1, p2; cx p0, p1; x p0; }
// One step: toss, then up where the coin is 1, down where it is 0.
gate walk coin, p0, p1, p2 {
	h coin;
	ctrl @ up coin, p0, p1, p2;
	negctrl @ inv @ up coin, p0, p1, p2;
}

qubit coin;
qubit[3] place;
bit[3] c;

h coin;
s coin;                   // a balanced coin, without preference
walk coin, place[0], place[1], place[2];
walk coin, place[0], place[1], place[2];
walk coin, place[0], place[1], place[2];
walk coin, place[0], place[1], place[2];
c = measure place;
