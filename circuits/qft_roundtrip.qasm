// qft_roundtrip.qasm - the quantum Fourier transform and back
//
// |1011001> becomes a plane wave of 128 equal amplitudes, is moved three steps by a linear phase (the shift
// theorem), and comes back as |1011001 + 3 mod 128> = |1011100>. The inverse is the `inv` modifier on the whole
// gate.
//
// Source: D. Coppersmith, IBM Research Report RC 19642 (1994), arXiv:quant-ph/0201067.
//
// expect: P(1011100) = 1
OPENQASM 3.0;
include "stdgates.inc";

// Amplitude of |y>: sum over x of exp(2 pi i x y / 128) / sqrt(128), qubit 0 least significant.
gate qft q0, q1, q2, q3, q4, q5, q6 {
	h q6; cp(pi / 2) q6, q5; cp(pi / 4) q6, q4; cp(pi / 8) q6, q3; cp(pi / 16) q6, q2; cp(pi / 32) q6, q1;
	cp(pi / 64) q6, q0;
	h q5; cp(pi / 2) q5, q4; cp(pi / 4) q5, q3; cp(pi / 8) q5, q2; cp(pi / 16) q5, q1; cp(pi / 32) q5, q0;
	h q4; cp(pi / 2) q4, q3; cp(pi / 4) q4, q2; cp(pi / 8) q4, q1; cp(pi / 16) q4, q0;
	h q3; cp(pi / 2) q3, q2; cp(pi / 4) q3, q1; cp(pi / 8) q3, q0;
	h q2; cp(pi / 2) q2, q1; cp(pi / 4) q2, q0;
	h q1; cp(pi / 2) q1, q0;
	h q0;
	swap q0, q6; swap q1, q5; swap q2, q4;
}

qubit[7] q;
bit[7] c;

x q[0]; x q[3]; x q[4]; x q[6];
qft q[0], q[1], q[2], q[3], q[4], q[5], q[6];
// exp(2 pi i 3 y / 128): bit j of y adds the phase 2 pi 3 2^j / 128.
p(2 * pi * 3 / 128) q[0];
p(2 * pi * 6 / 128) q[1];
p(2 * pi * 12 / 128) q[2];
p(2 * pi * 24 / 128) q[3];
p(2 * pi * 48 / 128) q[4];
p(2 * pi * 96 / 128) q[5];
p(2 * pi * 192 / 128) q[6];
inv @ qft q[0], q[1], q[2], q[3], q[4], q[5], q[6];
c = measure q;
