// simon.qasm - a hidden period under exclusive or
//
// f(x) = f(x xor s) with s = 101. Each shot yields a random y with y . s = 0 (mod 2): y0 = y2. Three bits of s are
// known after two independent y. The first problem with a proven exponential gap between quantum and classical.
//
// Source: D. R. Simon, SIAM J. Comput. 26, 1474 (1997).
//
// expect: P(000) = 1/4
// expect: P(010) = 1/4
// expect: P(101) = 1/4
// expect: P(111) = 1/4
// expect: P(else) = 0
OPENQASM 2.0;
include "qelib1.inc";

qreg arg[3];
qreg f[3];
creg result[3];

h arg;
cx arg, f;               // f = arg
cx arg[0], f[0];            // f = arg xor arg0 s: equal on arg and arg xor s
cx arg[0], f[2];
h arg;
measure arg -> result;
