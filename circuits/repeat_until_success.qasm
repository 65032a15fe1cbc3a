// repeat_until_success.qasm - a rotation that needs luck, and tries until it has it
//
// With probability 5/8 both flags read 0 and the target was turned about Z by an angle with cosine -3/5, which no
// finite product of Clifford and T gates gives exactly. Any other outcome left the target as it was: try again. On
// |+>, read along X, the rotation shows as P(0) = (1 - 3/5) / 2 = 1/5.
//
// Source: Paetznick and Svore, Quantum Inf. Comput. 14, 1277 (2014), arXiv:1311.1074.
//
// expect-by: counts
// expect: P(0 00) = 1/5
// expect: P(1 00) = 4/5
// expect: P(else) = 0
OPENQASM 3.0;
include "stdgates.inc";

qubit[2] flag;
qubit target;
bit[2] failed;
bit result;

h target;
failed[0] = 1;
while (failed[0] || failed[1]) {
	reset flag;
	h flag;
	ccx flag[0], flag[1], target;
	s target;
	ccx flag[0], flag[1], target;
	z target;
	h flag;
	failed = measure flag;
}
h target;
result = measure target;
