// random_grid.qasm - a small circuit of the kind used to claim supremacy
//
// Twelve qubits on a grid of three by four. Each cycle turns every qubit by a random half rotation, never the same
// twice in a row, and couples neighbours in one of four patterns. After a few cycles the probabilities are
// distributed exponentially (Porter-Thomas): the sum of their squares is near 2 / 4096 = 0.000488.
//
// Written by script/make-circuits.
//
// Source: Arute et al., Nature 574, 505 (2019), arXiv:1910.11333.
//
// expect: P(001011010100) = 0.002278045501
// expect: P(000110101101) = 0.001792446525
// expect: P(001101101101) = 0.000165848581
// expect: collision = 0.000493876602
// expect: strings = 4096
OPENQASM 2.0;
include "qelib1.inc";

gate sqrt_x a { rx(pi / 2) a; }
gate sqrt_y a { ry(pi / 2) a; }
gate sqrt_w a { rz(-pi / 4) a; rx(pi / 2) a; rz(pi / 4) a; }   // w = (x + y) / sqrt(2)
gate yy(theta) a, b { rx(pi / 2) a; rx(pi / 2) b; rzz(theta) a, b; rx(-pi / 2) a; rx(-pi / 2) b; }
gate fsim a, b { rxx(pi / 2) a, b; yy(pi / 2) a, b; cu1(-pi / 6) a, b; }

qreg q[12];
creg c[12];

// cycle 1
sqrt_y q[0];
sqrt_y q[1];
sqrt_w q[2];
sqrt_w q[3];
sqrt_x q[4];
sqrt_w q[5];
sqrt_x q[6];
sqrt_w q[7];
sqrt_x q[8];
sqrt_x q[9];
sqrt_w q[10];
sqrt_w q[11];
fsim q[0], q[1];
fsim q[2], q[3];
fsim q[4], q[5];
fsim q[6], q[7];
fsim q[8], q[9];
fsim q[10], q[11];
// cycle 2
sqrt_x q[0];
sqrt_x q[1];
sqrt_x q[2];
sqrt_x q[3];
sqrt_w q[4];
sqrt_x q[5];
sqrt_w q[6];
sqrt_x q[7];
sqrt_y q[8];
sqrt_w q[9];
sqrt_x q[10];
sqrt_x q[11];
fsim q[1], q[2];
fsim q[5], q[6];
fsim q[9], q[10];
// cycle 3
sqrt_w q[0];
sqrt_w q[1];
sqrt_w q[2];
sqrt_y q[3];
sqrt_y q[4];
sqrt_w q[5];
sqrt_x q[6];
sqrt_w q[7];
sqrt_w q[8];
sqrt_y q[9];
sqrt_w q[10];
sqrt_w q[11];
fsim q[0], q[4];
fsim q[1], q[5];
fsim q[2], q[6];
fsim q[3], q[7];
// cycle 4
sqrt_x q[0];
sqrt_y q[1];
sqrt_y q[2];
sqrt_w q[3];
sqrt_x q[4];
sqrt_y q[5];
sqrt_w q[6];
sqrt_x q[7];
sqrt_y q[8];
sqrt_x q[9];
sqrt_x q[10];
sqrt_y q[11];
fsim q[4], q[8];
fsim q[5], q[9];
fsim q[6], q[10];
fsim q[7], q[11];
// cycle 5
sqrt_w q[0];
sqrt_w q[1];
sqrt_w q[2];
sqrt_y q[3];
sqrt_w q[4];
sqrt_w q[5];
sqrt_x q[6];
sqrt_w q[7];
sqrt_x q[8];
sqrt_y q[9];
sqrt_y q[10];
sqrt_w q[11];
fsim q[0], q[4];
fsim q[1], q[5];
fsim q[2], q[6];
fsim q[3], q[7];
// cycle 6
sqrt_x q[0];
sqrt_x q[1];
sqrt_y q[2];
sqrt_w q[3];
sqrt_y q[4];
sqrt_x q[5];
sqrt_w q[6];
sqrt_x q[7];
sqrt_y q[8];
sqrt_x q[9];
sqrt_w q[10];
sqrt_y q[11];
fsim q[4], q[8];
fsim q[5], q[9];
fsim q[6], q[10];
fsim q[7], q[11];
// cycle 7
sqrt_w q[0];
sqrt_y q[1];
sqrt_w q[2];
sqrt_y q[3];
sqrt_w q[4];
sqrt_y q[5];
sqrt_y q[6];
sqrt_y q[7];
sqrt_x q[8];
sqrt_w q[9];
sqrt_x q[10];
sqrt_x q[11];
fsim q[0], q[1];
fsim q[2], q[3];
fsim q[4], q[5];
fsim q[6], q[7];
fsim q[8], q[9];
fsim q[10], q[11];
// cycle 8
sqrt_x q[0];
sqrt_w q[1];
sqrt_y q[2];
sqrt_x q[3];
sqrt_y q[4];
sqrt_x q[5];
sqrt_x q[6];
sqrt_x q[7];
sqrt_y q[8];
sqrt_x q[9];
sqrt_y q[10];
sqrt_w q[11];
fsim q[1], q[2];
fsim q[5], q[6];
fsim q[9], q[10];
// before the measurement
sqrt_y q[0];
sqrt_y q[1];
sqrt_w q[2];
sqrt_y q[3];
sqrt_x q[4];
sqrt_y q[5];
sqrt_w q[6];
sqrt_y q[7];
sqrt_w q[8];
sqrt_w q[9];
sqrt_w q[10];
sqrt_x q[11];
measure q -> c;
