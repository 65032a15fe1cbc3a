// shor_15.qasm - the order of 7 modulo 15, and with it 15 = 3 x 5
//
// Compiled: the controlled multiplications use what is known of 15 (multiplying by 7 is a rotation of four bits
// and their complement; 7^4 = 1), so this demonstrates order finding and is no general factoring circuit. With
// three counting bits the order 4 shows as peaks at multiples of 8/4; gcd(7^2 +- 1, 15) = 3, 5.
//
// Source: P. W. Shor, SIAM J. Comput. 26, 1484 (1997), arXiv:quant-ph/9508027; first run with seven qubits by
// Vandersypen et al., Nature 414, 883 (2001).
//
// expect: P(000) = 1/4
// expect: P(010) = 1/4
// expect: P(100) = 1/4
// expect: P(110) = 1/4
// expect: P(else) = 0
OPENQASM 2.0;
include "qelib1.inc";

// w -> 7 w mod 15, controlled: 7 w = 15 - 8 w; 8 w rotates the four bits right, 15 - . complements them.
gate times7 k, w0, w1, w2, w3 {
	cswap k, w0, w1; cswap k, w1, w2; cswap k, w2, w3;
	cx k, w0; cx k, w1; cx k, w2; cx k, w3;
}
// w -> 4 w mod 15, controlled: rotate by two.
gate times4 k, w0, w1, w2, w3 { cswap k, w0, w2; cswap k, w1, w3; }

qreg k[3];
qreg w[4];
creg c[3];

x w[0];                   // 1
h k;
times7 k[0], w[0], w[1], w[2], w[3];
times4 k[1], w[0], w[1], w[2], w[3];
// 7^4 = 1 mod 15: k[2] controls nothing.

// Inverse Fourier transform, least significant bit 0.
swap k[0], k[2];
h k[0];
cu1(-pi / 2) k[0], k[1]; h k[1];
cu1(-pi / 4) k[0], k[2]; cu1(-pi / 2) k[1], k[2]; h k[2];
measure k -> c;
