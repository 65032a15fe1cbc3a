// adder_cuccaro.qasm - ripple-carry addition in place, with one spare qubit
//
// b becomes a + b; the carry ripples up through MAJ and back down through UMA, so a and the spare qubit return to
// what they were. b is 6; a is 10 and 11 at once (its lowest bit is superposed): both sums come out, beside their
// a.
//
// Source: Cuccaro, Draper, Kutin, Moulton (2004), arXiv:quant-ph/0410184.
//
// expect: P(10000 1010) = 1/2
// expect: P(10001 1011) = 1/2
// expect: P(else) = 0
OPENQASM 2.0;
include "qelib1.inc";

gate maj c, b, a { cx a, b; cx a, c; ccx c, b, a; }
gate uma c, b, a { ccx c, b, a; cx a, c; cx c, b; }

qreg carry_in[1];
qreg a[4];
qreg b[4];
qreg carry_out[1];
creg a_out[4];
creg sum[5];

h a[0]; x a[1]; x a[3];   // 1010 and 1011
x b[1]; x b[2];           // 0110

maj carry_in[0], b[0], a[0];
maj a[0], b[1], a[1];
maj a[1], b[2], a[2];
maj a[2], b[3], a[3];
cx a[3], carry_out[0];
uma a[2], b[3], a[3];
uma a[1], b[2], a[2];
uma a[0], b[1], a[1];
uma carry_in[0], b[0], a[0];

measure a -> a_out;
measure b[0] -> sum[0];
measure b[1] -> sum[1];
measure b[2] -> sum[2];
measure b[3] -> sum[3];
measure carry_out[0] -> sum[4];
