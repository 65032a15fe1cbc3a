/* gates.h - the one table of standard gates: names, arities, matrices.
 *
 * Every front end, printer and adapter looks gates up here (by name: circuit/names.h); nothing else knows a
 * gate by name. Sources: OpenQASM 2.0 (arXiv:1707.03429) and its qelib1.inc, OpenQASM 3 (arXiv:2104.14722) and
 * its stdgates.inc, Qiskit's circuit library, the Amazon Braket gate set. A gate is taken with the global phase
 * that its definition there gives it. The families U, u2 and u3 exist in three phases: GATE_U (OpenQASM 3's U),
 * GATE_U3 and GATE_U2 (the upper left element real: what OpenQASM 2 tools, Qiskit and Braket use), and
 * stdgates' u2 and u3 of determinant 1 (see names.h).
 *
 * May use: op, base.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef SONGDO_GATES_H
#define SONGDO_GATES_H

#include <complex.h>

#include "base/base.h"

enum gate {
	GATE_PHASE, /* gphase(g): exp(i g) on no target (with controls: a phase on a pattern) */
	GATE_ID,
	GATE_X,
	GATE_Y,
	GATE_Z,
	GATE_H,
	GATE_S,
	GATE_SDG,
	GATE_T,
	GATE_TDG,
	GATE_SX,
	GATE_SXDG,
	GATE_RX,
	GATE_RY,
	GATE_RZ, /* exp(-i theta P / 2) */
	GATE_P,  /* diag(1, exp(i lambda)); u1, phase */
	GATE_U,  /* OpenQASM 3 U(theta, phi, lambda) = exp(i theta/2) u3(theta, phi, lambda) */
	GATE_U3, /* [[cos, -e^{i lambda} sin], [e^{i phi} sin, e^{i(phi+lambda)} cos]] of theta/2 */
	GATE_U2, /* u3(pi/2, phi, lambda) */
	GATE_SWAP,
	GATE_ISWAP,
	GATE_ISWAPDG,
	GATE_ECR,
	GATE_DCX,
	GATE_DCXDG, /* cx(a, b) then cx(b, a); and the reverse order */
	GATE_RXX,
	GATE_RYY,
	GATE_RZZ,
	GATE_RZX, /* exp(-i theta P@P / 2); rzx: Z on the first target */
	GATE_XX_PLUS_YY,
	GATE_XX_MINUS_YY, /* Qiskit's (theta, beta) */
	GATE_R,           /* r(theta, phi): rotation by theta about cos(phi) X + sin(phi) Y */
	GATES
};

enum { GATE_PARAMETERS = 4, GATE_TARGETS = 2 }; /* the most a gate of the table has */

/* What is known of a gate's matrix for all parameters. */
enum gate_form { GATE_IS_IDENTITY, GATE_IS_DIAGONAL, GATE_IS_PERMUTATION, GATE_IS_REAL, GATE_IS_COMPLEX };

struct gate_info {
	const char *name; /* canonical, as OpenQASM writes it */
	uint8_t parameters, targets;
	enum gate inverse; /* the gate that inverts it, with the parameters of gate_invert */
	enum gate_form form;
};

const struct gate_info *gate_info(enum gate gate);
/* The gate that inverts (gate, parameters): the gate, with its parameters in out (up to 4). Every gate of the
 * table has one. out may be parameters. */
enum gate gate_invert(enum gate gate, const double *parameters, double *out);
/* The 2^k x 2^k matrix, row major; matrix index bit j is target j. k = 0: one element. Elements that are
 * 0, 1, -1, i or -i for all parameters are exact. */
void gate_matrix(enum gate gate, const double *parameters, double complex *out);

#endif
