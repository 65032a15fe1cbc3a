// iqp.qasm - diagonal gates only, and still hard
//
// Between two layers of Hadamards every gate is diagonal, so the gates commute and their order means nothing. Powers
// of T on each qubit and of controlled S on each pair, drawn at random; sampling from large circuits of this form is
// believed to be out of reach of classical computers.
//
// Written by script/make-circuits.
//
// Source: Bremner, Montanaro, Shepherd, Phys. Rev. Lett. 117, 080501 (2016), arXiv:1504.07999.
//
// expect: P(1001000) = 0.037080627684
// expect: P(1111110) = 0.030412241820
// expect: P(1100101) = 0.005691823364
// expect: collision = 0.014770507812
// expect: strings = 128
OPENQASM 3.0;
include "stdgates.inc";

qubit[7] q;
bit[7] c;

h q;
pow(1) @ t q[0];
pow(3) @ t q[1];
pow(4) @ t q[2];
pow(4) @ t q[3];
pow(4) @ t q[4];
pow(1) @ t q[5];
pow(7) @ t q[6];
ctrl @ pow(2) @ s q[0], q[1];
ctrl @ pow(3) @ s q[0], q[2];
ctrl @ pow(3) @ s q[0], q[3];
ctrl @ pow(3) @ s q[0], q[4];
ctrl @ pow(2) @ s q[0], q[6];
ctrl @ pow(1) @ s q[1], q[2];
ctrl @ pow(2) @ s q[1], q[3];
ctrl @ pow(2) @ s q[1], q[4];
ctrl @ pow(2) @ s q[1], q[5];
ctrl @ pow(2) @ s q[1], q[6];
ctrl @ pow(1) @ s q[2], q[3];
ctrl @ pow(1) @ s q[2], q[4];
ctrl @ pow(2) @ s q[2], q[5];
ctrl @ pow(1) @ s q[2], q[6];
ctrl @ pow(2) @ s q[4], q[5];
h q;
c = measure q;
