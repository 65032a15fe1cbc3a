// grover.qasm - find one of 32 items in four steps
//
// Each step flips the sign of the marked item 10110 and reflects all amplitudes about their mean. With sin(t)^2 =
// 1/32, k steps leave the probability sin((2k + 1) t)^2: 0.9991 after four, less after a fifth.
//
// Source: L. K. Grover, STOC 1996, arXiv:quant-ph/9605043; the formula is Boyer, Brassard, Hoyer, Tapp,
// arXiv:quant-ph/9605034.
//
// expect: P(10110) = sin(9 * asin(sqrt(1 / 32)))^2
// expect: P(00000) = cos(9 * asin(sqrt(1 / 32)))^2 / 31
// expect: P(11111) = cos(9 * asin(sqrt(1 / 32)))^2 / 31
// expect: strings = 32
OPENQASM 3.0;
include "stdgates.inc";

// Sign flip of |10110>: a controlled Z with the pattern of the item.
gate mark a, b, c, d, e { ctrl @ negctrl @ ctrl @ ctrl @ negctrl @ gphase(pi) e, d, c, b, a; }
// Reflection about the mean, up to a global sign.
gate reflect a, b, c, d, e {
	h a; h b; h c; h d; h e;
	negctrl(5) @ gphase(pi) a, b, c, d, e;
	h a; h b; h c; h d; h e;
}

qubit[5] q;
bit[5] c;

h q;
for int step in [1:4] {
	mark q[0], q[1], q[2], q[3], q[4];
	reflect q[0], q[1], q[2], q[3], q[4];
}
c = measure q;
