// phase_estimation.qasm - four bits of the phase 1/3
//
// The target |1> is an eigenstate of p(2 pi / 3) with phase 1/3. Four counting qubits collect 2^k copies of it
// each; the inverse Fourier transform turns them into a number near 16/3. 1/3 has no exact four-bit form, so the
// nearest values share the probability: P(y) = sin(16 pi d)^2 / (256 sin(pi d)^2) with d = 1/3 - y/16.
//
// Source: Cleve, Ekert, Macchiavello, Mosca, Proc. R. Soc. Lond. A 454, 339 (1998), arXiv:quant-ph/9708016.
//
// expect: P(0101) = sin(16 * pi / 48)^2 / (256 * sin(pi / 48)^2)
// expect: P(0110) = sin(16 * pi / 24)^2 / (256 * sin(pi / 24)^2)
// expect: P(0100) = sin(16 * pi / 12)^2 / (256 * sin(pi / 12)^2)
// expect: P(0000) = sin(16 * pi / 3)^2 / (256 * sin(pi / 3)^2)
// expect: strings = 16
OPENQASM 3.0;
include "stdgates.inc";

gate turn a { p(2 * pi / 3) a; }

qubit[4] count;
qubit eigenstate;
bit[4] c;

x eigenstate;
h count;
ctrl @ turn count[0], eigenstate;
ctrl @ pow(2) @ turn count[1], eigenstate;
ctrl @ pow(4) @ turn count[2], eigenstate;
ctrl @ pow(8) @ turn count[3], eigenstate;

// Inverse Fourier transform, least significant bit 0.
swap count[0], count[3];
swap count[1], count[2];
h count[0];
cp(-pi / 2) count[0], count[1]; h count[1];
cp(-pi / 4) count[0], count[2]; cp(-pi / 2) count[1], count[2]; h count[2];
cp(-pi / 8) count[0], count[3]; cp(-pi / 4) count[1], count[3]; cp(-pi / 2) count[2], count[3]; h count[3];

c = measure count;
