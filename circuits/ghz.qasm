// ghz.qasm - five qubits, all 0 or all 1
//
// A chain of CX spreads one superposed bit over a register. Measuring any one qubit decides all of them. Shows a
// constant, a loop over a range and a measurement in a declaration.
//
// Source: Greenberger, Horne, Zeilinger, "Going beyond Bell's theorem" (1989), arXiv:0712.0921.
//
// expect: P(00000) = 1/2
// expect: P(11111) = 1/2
// expect: P(else) = 0
OPENQASM 3.0;
include "stdgates.inc";

const int n = 5;
qubit[n] q;

h q[0];
for int i in [1:n - 1] {
	cx q[i - 1], q[i];
}
bit[n] c = measure q;
