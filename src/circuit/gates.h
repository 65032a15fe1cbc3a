/* gates.h - the one table of standard gates: names, arities, matrices.
 *
 * Every front end, printer and adapter looks gates up here; nothing else knows a gate by name. Sources:
 * OpenQASM 2.0 (arXiv:1707.03429) and its qelib1.inc, OpenQASM 3 (arXiv:2104.14722) and its stdgates.inc.
 * A gate is taken with the global phase that its definition there gives it; where 2.0 and 3 differ (u1, u2, u3,
 * cu3, U) the table has the 3.x phase under the 3.x name and the 2.0 one under its own entry.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef SONGDO_GATES_H
#define SONGDO_GATES_H

#include <complex.h>

#include "base/base.h"

enum gate {
	GATE_PHASE,   /* gphase(g): exp(i g) on no target (with controls: a phase on a pattern) */
	GATE_ID, GATE_X, GATE_Y, GATE_Z, GATE_H, GATE_S, GATE_SDG, GATE_T, GATE_TDG, GATE_SX, GATE_SXDG,
	GATE_RX, GATE_RY, GATE_RZ,   /* exp(-i theta P / 2) */
	GATE_P,       /* diag(1, exp(i lambda)); u1, phase */
	GATE_U,       /* OpenQASM 3 U(theta, phi, lambda), determinant phase exp(i(phi+lambda)) and the leading exp(i theta/2) of the specification */
	GATE_U3,      /* u3 of stdgates and qelib1: [[cos, -e^{i lambda} sin], [e^{i phi} sin, e^{i(phi+lambda)} cos]] */
	GATE_U2,      /* u3(pi/2, phi, lambda) */
	GATE_SWAP, GATE_ISWAP, GATE_ISWAPDG, GATE_ECR, GATE_DCX,
	GATE_RXX, GATE_RYY, GATE_RZZ, GATE_RZX,   /* exp(-i theta P@P / 2) */
	GATE_XX_PLUS_YY, GATE_XX_MINUS_YY,        /* Qiskit's (theta, beta) */
	GATE_R,       /* r(theta, phi): rotation about cos(phi) X + sin(phi) Y */
	GATES
};

struct gate_info {
	const char *name;        /* canonical, as OpenQASM writes it */
	uint8_t parameters, targets;
	enum gate inverse;       /* the gate whose matrix with negated (or equal) parameters inverts it; see gate_invert */
};

const struct gate_info *gate_info(enum gate gate);
/* The gate that inverts (gate, parameters): the gate, with its parameters in out (up to 4). Every gate of the table has one. */
enum gate gate_invert(enum gate gate, const double *parameters, double *out);
/* The 2^k x 2^k matrix, row major; matrix index bit j is target j. k = 0: one element. */
void gate_matrix(enum gate gate, const double *parameters, double complex *out);

#endif
