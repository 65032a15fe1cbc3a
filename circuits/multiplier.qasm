// multiplier.qasm - eight products in one run
//
// The product register starts in the Fourier basis; each pair of bits a[i], b[j] adds 2^(i+j) to it by doubly
// controlled phases. b is 5 and a is every number from 0 to 7 at once: each shot shows one a beside its product 5
// a.
//
// Source: the multiplier of Ruiz-Perez and Garcia-Escartin, Quantum Inf. Process. 16, 152 (2017), arXiv:1411.5949.
//
// expect: P(000000 000) = 1/8
// expect: P(000101 001) = 1/8
// expect: P(001010 010) = 1/8
// expect: P(001111 011) = 1/8
// expect: P(010100 100) = 1/8
// expect: P(011001 101) = 1/8
// expect: P(011110 110) = 1/8
// expect: P(100011 111) = 1/8
// expect: P(else) = 0
OPENQASM 3.0;
include "stdgates.inc";

qubit[3] a;
qubit[3] b;
qubit[6] product;
bit[3] a_out;
bit[6] product_out;

h a;
x b[0]; x b[2];           // 101

h product;                // the Fourier transform of 0
for int i in [0:2] {
	for int j in [0:2] {
		for int t in [i + j:5] {
			ctrl @ cp(pi / 2 ** (t - i - j)) a[i], b[j], product[t];
		}
	}
}
for int i in [0:5] {
	for int j in [0:i - 1] {
		cp(-pi / 2 ** (i - j)) product[j], product[i];
	}
	h product[i];
}
a_out = measure a;
product_out = measure product;
