// order_21.qasm - twenty qubits find the order of 2 modulo 21: six peaks, and 21 = 3 x 7
//
// Fifteen counting qubits hold x = 0 .. 32767 at once, five more hold 2^x mod 21, which repeats with period 6. The
// inverse Fourier transform turns the period into peaks near the multiples of 32768 / 6. Two of them (0 and 1/2)
// are sharp; the other four fall between two integers, and their neighbours show it. From the order 6, gcd(2^3 +-
// 1, 21) gives 7 and 3. Compiled: the multiplications need be right only on 1, 2, 4, 8, 16, 11, the powers that
// occur, which makes them shorter than general modular arithmetic.
//
// Source: P. W. Shor, SIAM J. Comput. 26, 1484 (1997), arXiv:quant-ph/9508027, section 5.
//
// expect: P(000000000000000) = (5462^2 * 2 + 5461^2 * 4) / 2^30
// expect: P(100000000000000) = (5462^2 * 2 + 5461^2 * 4) / 2^30
// expect: P(001010101010101) = 0.113986332374
// expect: collision = 0.111111112974
// expect: strings = 32768
OPENQASM 3.0;
include "stdgates.inc";

// 1 -> 2 -> 4 -> 8 -> 16 -> 11 -> 1. A rotation of the bits, then repairs where it leaves the path: 1 (from 16)
// becomes 11, and 22 (from 11) becomes 1.
gate times2 w0, w1, w2, w3, w4 {
	swap w4, w3; swap w3, w2; swap w2, w1; swap w1, w0;
	cx w0, w1; cx w0, w3;
	ccx w1, w2, w0; ccx w0, w2, w1; ccx w0, w2, w4;
	x w1; ccx w0, w1, w2; x w1;
}
// 1 -> 4 -> 16 -> 1 and 2 -> 8 -> 11 -> 2.
gate times4 w0, w1, w2, w3, w4 {
	swap w0, w2; swap w0, w4; swap w1, w3;
	cx w1, w0; cx w1, w3;
	ccx w1, w2, w0;
	x w0; ccx w0, w1, w2; x w0;
}

const int n = 15;
qubit[n] k;
qubit[5] w;
bit[n] c;

x w[0];
h k;

// k[i] multiplies by 2^(2^i): 2, then 4, 16, 4, 16, ..., and 16 undoes 4.
ctrl @ times2 k[0], w[0], w[1], w[2], w[3], w[4];
for int i in [1:2:n - 1] {
	ctrl @ times4 k[i], w[0], w[1], w[2], w[3], w[4];
}
for int i in [2:2:n - 1] {
	ctrl @ inv @ times4 k[i], w[0], w[1], w[2], w[3], w[4];
}

// Inverse Fourier transform, least significant bit 0.
for int i in [0:n / 2 - 1] {
	swap k[i], k[n - 1 - i];
}
for int i in [0:n - 1] {
	for int j in [0:i - 1] {
		cp(-pi / 2 ** (i - j)) k[j], k[i];
	}
	h k[i];
}
c = measure k;
