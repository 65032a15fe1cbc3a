// qaoa_ring.qasm - MaxCut on a ring of eight by QAOA with one layer
//
// One layer means two angles, given when the file is run: --input gamma=0.7853981633974483 --input
// beta=0.39269908169872414 (pi/4 and pi/8) is the optimum, where every edge is cut with probability 1/2 + sin(4
// beta) sin(2 gamma) / 4 = 3/4. The two perfect cuts 01010101 and 10101010 lead the histogram.
//
// Source: Farhi, Goldstone, Gutmann (2014), arXiv:1411.4028, section IV.
//
// input: gamma = 0.7853981633974483
// input: beta = 0.39269908169872414
// expect: P(......01) = 3/8
// expect: P(......10) = 3/8
// expect: P(0......1) = 3/8
// expect: P(...01...) = 3/8
OPENQASM 3.0;
include "stdgates.inc";

input float gamma;
input float beta;

qubit[8] q;
bit[8] c;

h q;
// exp(-i gamma (1 - Z Z) / 2) on each edge, up to a global phase.
for int i in [0:7] {
	cx q[i], q[(i + 1) % 8];
	rz(-gamma) q[(i + 1) % 8];
	cx q[i], q[(i + 1) % 8];
}
rx(2 * beta) q;
c = measure q;
