// hidden_shift.qasm - find by how much a bent function was shifted
//
// f(x, y) = x . y is bent: its signs have a flat Fourier spectrum, which is again of that form. One call of the
// shifted function g(z) = f(z xor s) and one of f's dual, between Hadamard layers, leave |s> = |011001>. Clifford
// gates only.
//
// Source: M. Roetteler, SODA 2010, arXiv:0811.3208.
//
// expect: P(011001) = 1
OPENQASM 2.0;
include "qelib1.inc";

gate f x0, x1, x2, y0, y1, y2 { cz x0, y0; cz x1, y1; cz x2, y2; }

qreg q[6];
creg shift[6];

h q;
x q[0]; x q[3]; x q[4];
f q[0], q[1], q[2], q[3], q[4], q[5];
x q[0]; x q[3]; x q[4];
h q;
f q[0], q[1], q[2], q[3], q[4], q[5];
h q;
measure q -> shift;
