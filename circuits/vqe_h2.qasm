// vqe_h2.qasm - the one-parameter ansatz of the hydrogen molecule
//
// From the Hartree-Fock state 01, exp(-i theta X Y) mixes in the doubly excited state 10: cos(theta)|01> +
// sin(theta) |10>. A classical optimizer turns theta until the measured energy is least. The symmetry of the
// molecule keeps 00 and 11 empty at every theta, so they tell noise from physics.
//
// Source: O'Malley et al., Phys. Rev. X 6, 031007 (2016), arXiv:1512.06860.
//
// input: theta = 0.3
// expect: P(01) = cos(0.3)^2
// expect: P(10) = sin(0.3)^2
// expect: P(else) = 0
OPENQASM 3.0;
include "stdgates.inc";

input float theta;

qubit[2] q;
bit[2] c;

x q[0];
// exp(-i theta Y0 X1): turn Y and X into Z, rotate about Z Z, turn back.
rx(pi / 2) q[0];
h q[1];
cx q[0], q[1];
rz(2 * theta) q[1];
cx q[0], q[1];
h q[1];
rx(-pi / 2) q[0];
c = measure q;
