// phase_estimation_iterative.qasm - phase estimation with one counting qubit
//
// The semi-classical Fourier transform: the least significant bit of the phase is measured first, and each bit
// that is known turns the next round by its share. One qubit, reset and used again, replaces a whole counting
// register. The phase is 11/16 = 0.1011 (binary), so the result is certain.
//
// Source: Griffiths and Niu, Phys. Rev. Lett. 76, 3228 (1996), arXiv:quant-ph/9511007.
//
// expect: P(1011) = 1
OPENQASM 3.0;
include "stdgates.inc";

qubit counting;
qubit eigenstate;
bit[4] c;

x eigenstate;

h counting;
cp(2 * pi * 11 / 16 * 8) counting, eigenstate;
h counting;
c[0] = measure counting;

reset counting;
h counting;
cp(2 * pi * 11 / 16 * 4) counting, eigenstate;
if (c[0]) p(-pi / 2) counting;
h counting;
c[1] = measure counting;

reset counting;
h counting;
cp(2 * pi * 11 / 16 * 2) counting, eigenstate;
if (c[0]) p(-pi / 4) counting;
if (c[1]) p(-pi / 2) counting;
h counting;
c[2] = measure counting;

reset counting;
h counting;
cp(2 * pi * 11 / 16) counting, eigenstate;
if (c[0]) p(-pi / 8) counting;
if (c[1]) p(-pi / 4) counting;
if (c[2]) p(-pi / 2) counting;
h counting;
c[3] = measure counting;
