// swap_test.qasm - how alike are two unknown states
//
// A controlled swap of two registers leaves the control in 0 with probability (1 + |<a|b>|^2) / 2. Here both
// registers are product states of two qubits, so the overlap is cos(0.3)^2 cos(0.5)^2.
//
// Source: Buhrman, Cleve, Watrous, de Wolf, Phys. Rev. Lett. 87, 167902 (2001), arXiv:quant-ph/0102001.
//
// expect: P(0) = (1 + cos(0.3)^2 * cos(0.5)^2) / 2
// expect: P(1) = (1 - cos(0.3)^2 * cos(0.5)^2) / 2
OPENQASM 2.0;
include "qelib1.inc";

qreg control[1];
qreg a[2];
qreg b[2];
creg c[1];

ry(0.2) a[0]; ry(1.5) a[1];
ry(0.8) b[0]; ry(0.5) b[1];   // half the differences of the angles: 0.3 and 0.5

h control[0];
cswap control[0], a[0], b[0];
cswap control[0], a[1], b[1];
h control[0];
measure control -> c;
