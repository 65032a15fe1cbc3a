// trotter_heisenberg.qasm - a Neel state melts in the Heisenberg chain
//
// Six spins start alternating (010101). H = sum (X X + Y Y + Z Z) over neighbours runs for time 0.6 in four steps
// of the first-order product formula. The number of ones is conserved, exactly, also by the product formula: only
// the 20 strings with three ones occur.
//
// Source: S. Lloyd, Science 273, 1073 (1996); the model as a benchmark: Childs, Maslov, Nam, Ross, Su, PNAS 115,
// 9456 (2018), arXiv:1711.10980.
//
// expect: P(010101) = 0.033166836385
// expect: P(101010) = 0.174723112496
// expect: P(001101) = 0.022184278895
// expect: collision = 0.092286080905
// expect: strings = 20
OPENQASM 3.0;
include "stdgates.inc";

gate rzz(t) a, b { cx a, b; rz(t) b; cx a, b; }
gate rxx(t) a, b { h a; h b; rzz(t) a, b; h a; h b; }
gate ryy(t) a, b { rx(pi / 2) a; rx(pi / 2) b; rzz(t) a, b; rx(-pi / 2) a; rx(-pi / 2) b; }
gate bond(dt) a, b { rxx(2 * dt) a, b; ryy(2 * dt) a, b; rzz(2 * dt) a, b; }

qubit[6] q;
bit[6] c;

x q[0]; x q[2]; x q[4];
for int step in [1:4] {
	bond(0.15) q[0], q[1];
	bond(0.15) q[2], q[3];
	bond(0.15) q[4], q[5];
	bond(0.15) q[1], q[2];
	bond(0.15) q[3], q[4];
}
c = measure q;
