// chsh.qasm - a game that entangled players win more often than any others
//
// A referee asks Alice x and Bob y, coins each. They win if a xor b = x and y. Without entanglement no strategy
// exceeds 3/4; with a Bell pair and these measurement angles they win cos(pi/8)^2 = 0.854 of the rounds, whatever
// is asked.
//
// Source: Clauser, Horne, Shimony, Holt, Phys. Rev. Lett. 23, 880 (1969); B. S. Tsirelson, Lett. Math. Phys. 4, 93
// (1980).
//
// Strings are b a y x.
// expect: P(0 0 0 0) = cos(pi / 8)^2 / 8
// expect: P(1 1 0 0) = cos(pi / 8)^2 / 8
// expect: P(0 0 0 1) = cos(pi / 8)^2 / 8
// expect: P(1 1 0 1) = cos(pi / 8)^2 / 8
// expect: P(0 0 1 0) = cos(pi / 8)^2 / 8
// expect: P(1 1 1 0) = cos(pi / 8)^2 / 8
// expect: P(0 1 1 1) = cos(pi / 8)^2 / 8
// expect: P(1 0 1 1) = cos(pi / 8)^2 / 8
// expect: P(else) = sin(pi / 8)^2
OPENQASM 2.0;
include "qelib1.inc";

qreg alice[1];
qreg bob[1];
qreg coin[2];
creg ask_alice[1];
creg ask_bob[1];
creg a[1];
creg b[1];

h alice[0];
cx alice[0], bob[0];
h coin;

cry(-pi / 2) coin[0], alice[0];   // Alice measures along 0 or 90 degrees,
ry(-pi / 4) bob[0];               // Bob along 45
cry(pi / 2) coin[1], bob[0];      // or -45

measure coin[0] -> ask_alice[0];
measure coin[1] -> ask_bob[0];
measure alice[0] -> a[0];
measure bob[0] -> b[0];
