// deutsch_jozsa.qasm - constant or balanced, in one question
//
// f(x) = x0 x1 xor x2 xor x3 is balanced: 1 for half of its 16 arguments. A classical procedure may need 9
// questions to be sure; here one call of the oracle, on the superposition of all arguments, leaves amplitude 0 on
// 0000 for every balanced f (and 1 for a constant f). For this f the amplitudes sit on x with x2 = x3 = 1, all
// equal.
//
// Source: Deutsch and Jozsa, Proc. R. Soc. Lond. A 439, 553 (1992).
//
// expect: P(0000) = 0
// expect: P(1100) = 1/4
// expect: P(1101) = 1/4
// expect: P(1110) = 1/4
// expect: P(1111) = 1/4
// expect: P(else) = 0
OPENQASM 3.0;
include "stdgates.inc";

// |x>|y> -> |x>|y xor f(x)>
gate oracle x0, x1, x2, x3, y {
	ccx x0, x1, y;
	cx x2, y;
	cx x3, y;
}

qubit[4] arg;
qubit answer;
bit[4] c;

U(pi, 0, pi) answer;           // |1>
h answer;                      // |->: adding f to it is a phase (-1)^f
h arg;
oracle arg[0], arg[1], arg[2], arg[3], answer;
h arg;
c = measure arg;
