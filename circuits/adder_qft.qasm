// adder_qft.qasm - addition as a rotation of phases
//
// In the Fourier basis, adding a to b turns qubit i of b by 2 pi a / 2^(i+1): only controlled phases, no carries
// and no spare qubits. b is 6; a is 3 and 11 at once. Modulo 16 the sums are 9 and 1.
//
// Source: T. G. Draper (2000), arXiv:quant-ph/0008033.
//
// expect: P(1001 0011) = 1/2
// expect: P(0001 1011) = 1/2
// expect: P(else) = 0
OPENQASM 3.0;
include "stdgates.inc";

const int n = 4;
qubit[n] a;
qubit[n] b;
bit[n] a_out;
bit[n] sum;

x a[0]; x a[1]; h a[3];   // 0011 and 1011
x b[1]; x b[2];           // 0110

// Fourier transform of b, its qubits left in place (no swaps).
for int i in [n - 1:-1:0] {
	h b[i];
	for int j in [0:i - 1] {
		cp(pi / 2 ** (i - j)) b[j], b[i];
	}
}
// Add a.
for int i in [0:n - 1] {
	for int j in [0:i] {
		cp(pi / 2 ** (i - j)) a[j], b[i];
	}
}
// And back.
for int i in [0:n - 1] {
	for int j in [0:i - 1] {
		cp(-pi / 2 ** (i - j)) b[j], b[i];
	}
	h b[i];
}
a_out = measure a;
sum = measure b;
