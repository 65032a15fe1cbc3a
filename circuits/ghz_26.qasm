// ghz_26.qasm - a GHZ state of 26 qubits, read in the other basis
//
// The 2^26 amplitudes of the full register take 1 GiB in double precision. Only three bits are read: the two ends
// of the chain, which agree, and the middle qubit after a Hadamard, which is a fair coin independent of them.
//
// Source: Greenberger, Horne, Zeilinger, "Going beyond Bell's theorem" (1989), arXiv:0712.0921.
//
// expect: P(000) = 1/4
// expect: P(010) = 1/4
// expect: P(101) = 1/4
// expect: P(111) = 1/4
OPENQASM 2.0;
include "qelib1.inc";

qreg q[26];
creg c[3];

h q[0];
cx q[0], q[1];
cx q[1], q[2];
cx q[2], q[3];
cx q[3], q[4];
cx q[4], q[5];
cx q[5], q[6];
cx q[6], q[7];
cx q[7], q[8];
cx q[8], q[9];
cx q[9], q[10];
cx q[10], q[11];
cx q[11], q[12];
cx q[12], q[13];
cx q[13], q[14];
cx q[14], q[15];
cx q[15], q[16];
cx q[16], q[17];
cx q[17], q[18];
cx q[18], q[19];
cx q[19], q[20];
cx q[20], q[21];
cx q[21], q[22];
cx q[22], q[23];
cx q[23], q[24];
cx q[24], q[25];
h q[13];
measure q[0] -> c[0];
measure q[13] -> c[1];
measure q[25] -> c[2];
