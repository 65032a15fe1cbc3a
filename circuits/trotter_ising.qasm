// trotter_ising.qasm - a quench of the transverse-field Ising chain
//
// Six spins start up, in the ground state without a field. H = - sum Z Z - 0.8 sum X is switched on for time 1, in
// five steps of the second-order product formula. The all-up string keeps the largest share; the distribution is
// symmetric under reflection of the chain.
//
// Source: the product formula is Suzuki, Commun. Math. Phys. 51, 183 (1976); the model as a circuit:
// Cervera-Lierta, Quantum 2, 114 (2018), arXiv:1807.07112.
//
// expect: P(000000) = 0.286777994744
// expect: P(000001) = 0.109679875987
// expect: P(100000) = 0.109679875987
// expect: collision = 0.117563225837
// expect: strings = 64
OPENQASM 2.0;
include "qelib1.inc";

// exp(-i dt H) to second order: half of the field, the bonds, half of the field.
gate step(dt) a, b, c, d, e, f {
	rx(-0.8 * dt) a; rx(-0.8 * dt) b; rx(-0.8 * dt) c; rx(-0.8 * dt) d; rx(-0.8 * dt) e; rx(-0.8 * dt) f;
	rzz(-2 * dt) a, b; rzz(-2 * dt) c, d; rzz(-2 * dt) e, f;
	rzz(-2 * dt) b, c; rzz(-2 * dt) d, e;
	rx(-0.8 * dt) a; rx(-0.8 * dt) b; rx(-0.8 * dt) c; rx(-0.8 * dt) d; rx(-0.8 * dt) e; rx(-0.8 * dt) f;
}

qreg q[6];
creg c[6];

step(0.2) q[0], q[1], q[2], q[3], q[4], q[5];
step(0.2) q[0], q[1], q[2], q[3], q[4], q[5];
step(0.2) q[0], q[1], q[2], q[3], q[4], q[5];
step(0.2) q[0], q[1], q[2], q[3], q[4], q[5];
step(0.2) q[0], q[1], q[2], q[3], q[4], q[5];
measure q -> c;
