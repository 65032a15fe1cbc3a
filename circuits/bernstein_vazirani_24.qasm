// bernstein_vazirani_24.qasm - read a hidden string of 23 bits with one question
//
// The oracle computes the parity of x & s. Asked on a superposition of all x with the answer qubit in |->, it
// leaves the phase (-1)^(s . x), which a Hadamard on every qubit turns into |s>. Classically it takes 23
// questions. The first Hadamard layer makes all 2^24 amplitudes nonzero (256 MiB in double precision).
//
// Source: Bernstein and Vazirani, SIAM J. Comput. 26, 1411 (1997).
//
// expect: P(10110011100011110000101) = 1
OPENQASM 2.0;
include "qelib1.inc";

qreg arg[23];
qreg answer[1];
creg hidden[23];

x answer;
h answer;
h arg;
barrier arg, answer;
cx arg[0], answer[0];       // hidden = 10110011100011110000101, bit 0 rightmost
cx arg[2], answer[0];
cx arg[7], answer[0];
cx arg[8], answer[0];
cx arg[9], answer[0];
cx arg[10], answer[0];
cx arg[14], answer[0];
cx arg[15], answer[0];
cx arg[16], answer[0];
cx arg[19], answer[0];
cx arg[20], answer[0];
cx arg[22], answer[0];
barrier arg, answer;
h arg;
measure arg -> hidden;
