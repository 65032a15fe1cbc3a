// w_state.qasm - exactly one of four qubits is 1, and nobody knows which
//
// One excitation starts on q[0]. Each controlled RY hands a share of it on: 3/4, then 2/3, then 1/2 of what has
// arrived; the CX back takes away what was handed on. Losing one qubit leaves the others entangled, unlike GHZ.
//
// Source: Duer, Vidal, Cirac, Phys. Rev. A 62, 062314 (2000), arXiv:quant-ph/0005115.
//
// expect: P(0001) = 1/4
// expect: P(0010) = 1/4
// expect: P(0100) = 1/4
// expect: P(1000) = 1/4
// expect: P(else) = 0
OPENQASM 2.0;
include "qelib1.inc";

// Hand the share sin(theta/2)^2 of an excitation from a to b.
gate share(theta) a, b { cry(theta) a, b; cx b, a; }

qreg q[4];
creg c[4];

x q[0];
share(2 * pi / 3) q[0], q[1];                       // sin(pi/3)^2 = 3/4
share(1.9106332362490186) q[1], q[2];               // 2 acos(1/sqrt(3)): 2/3
share(pi / 2) q[2], q[3];                           // 1/2
measure q -> c;
