/* gates.c - the table of standard gates.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "circuit/gates.h"

#include <math.h>
#include <string.h>

#include "op/matrix.h"

static const struct gate_info table[GATES] = {
        [GATE_PHASE] = {"gphase", 1, 0, GATE_PHASE, GATE_IS_DIAGONAL},
        [GATE_ID] = {"id", 0, 1, GATE_ID, GATE_IS_IDENTITY},
        [GATE_X] = {"x", 0, 1, GATE_X, GATE_IS_PERMUTATION},
        [GATE_Y] = {"y", 0, 1, GATE_Y, GATE_IS_COMPLEX},
        [GATE_Z] = {"z", 0, 1, GATE_Z, GATE_IS_DIAGONAL},
        [GATE_H] = {"h", 0, 1, GATE_H, GATE_IS_REAL},
        [GATE_S] = {"s", 0, 1, GATE_SDG, GATE_IS_DIAGONAL},
        [GATE_SDG] = {"sdg", 0, 1, GATE_S, GATE_IS_DIAGONAL},
        [GATE_T] = {"t", 0, 1, GATE_TDG, GATE_IS_DIAGONAL},
        [GATE_TDG] = {"tdg", 0, 1, GATE_T, GATE_IS_DIAGONAL},
        [GATE_SX] = {"sx", 0, 1, GATE_SXDG, GATE_IS_COMPLEX},
        [GATE_SXDG] = {"sxdg", 0, 1, GATE_SX, GATE_IS_COMPLEX},
        [GATE_RX] = {"rx", 1, 1, GATE_RX, GATE_IS_COMPLEX},
        [GATE_RY] = {"ry", 1, 1, GATE_RY, GATE_IS_REAL},
        [GATE_RZ] = {"rz", 1, 1, GATE_RZ, GATE_IS_DIAGONAL},
        [GATE_P] = {"p", 1, 1, GATE_P, GATE_IS_DIAGONAL},
        [GATE_U] = {"U", 3, 1, GATE_U, GATE_IS_COMPLEX},
        [GATE_U3] = {"u3", 3, 1, GATE_U3, GATE_IS_COMPLEX},
        [GATE_U2] = {"u2", 2, 1, GATE_U3, GATE_IS_COMPLEX},
        [GATE_SWAP] = {"swap", 0, 2, GATE_SWAP, GATE_IS_PERMUTATION},
        [GATE_ISWAP] = {"iswap", 0, 2, GATE_ISWAPDG, GATE_IS_COMPLEX},
        [GATE_ISWAPDG] = {"iswapdg", 0, 2, GATE_ISWAP, GATE_IS_COMPLEX},
        [GATE_ECR] = {"ecr", 0, 2, GATE_ECR, GATE_IS_COMPLEX},
        [GATE_DCX] = {"dcx", 0, 2, GATE_DCXDG, GATE_IS_PERMUTATION},
        [GATE_DCXDG] = {"dcxdg", 0, 2, GATE_DCX, GATE_IS_PERMUTATION},
        [GATE_RXX] = {"rxx", 1, 2, GATE_RXX, GATE_IS_COMPLEX},
        [GATE_RYY] = {"ryy", 1, 2, GATE_RYY, GATE_IS_COMPLEX},
        [GATE_RZZ] = {"rzz", 1, 2, GATE_RZZ, GATE_IS_DIAGONAL},
        [GATE_RZX] = {"rzx", 1, 2, GATE_RZX, GATE_IS_COMPLEX},
        [GATE_XX_PLUS_YY] = {"xx_plus_yy", 2, 2, GATE_XX_PLUS_YY, GATE_IS_COMPLEX},
        [GATE_XX_MINUS_YY] = {"xx_minus_yy", 2, 2, GATE_XX_MINUS_YY, GATE_IS_COMPLEX},
        [GATE_R] = {"r", 2, 1, GATE_R, GATE_IS_COMPLEX},
};

const struct gate_info *gate_info(enum gate gate)
{
	assert(gate < GATES);
	return &table[gate];
}

enum gate gate_invert(enum gate gate, const double *parameters, double *out)
{
	double p[GATE_PARAMETERS] = {0};
	for (unsigned i = 0; i < table[gate].parameters; i++)
		p[i] = parameters[i];
	switch (gate) {
	case GATE_U:
	case GATE_U3:
		out[0] = -p[0];
		out[1] = -p[2];
		out[2] = -p[1];
		break;
	case GATE_U2:
		out[0] = -M_PI_2;
		out[1] = -p[1];
		out[2] = -p[0];
		break;
	case GATE_XX_PLUS_YY:
	case GATE_XX_MINUS_YY:
	case GATE_R:
		out[0] = -p[0];
		out[1] = p[1];
		break;
	default:
		for (unsigned i = 0; i < table[gate].parameters; i++)
			out[i] = -p[i];
	}
	return table[gate].inverse;
}

/* exp(i angle) */
static double complex unit(double angle) { return complex_of(cos(angle), sin(angle)); }

static void fill2(double complex *out, double complex a, double complex b, double complex c, double complex d)
{
	out[0] = a;
	out[1] = b;
	out[2] = c;
	out[3] = d;
}

static void fill_diagonal4(double complex *out, double complex a, double complex b, double complex c, double complex d)
{
	memset(out, 0, 16 * sizeof *out);
	out[0] = a;
	out[5] = b;
	out[10] = c;
	out[15] = d;
}

/* The permutation that moves basis state j to image[j]. */
static void fill_permutation4(double complex *out, const uint8_t *image, double complex factor)
{
	memset(out, 0, 16 * sizeof *out);
	for (unsigned j = 0; j < 4; j++)
		out[4 * image[j] + j] = image[j] == j ? 1.0 : factor;
}

static void fill_u3(double complex *out, double theta, double phi, double lambda)
{
	const double c = cos(theta / 2), s = sin(theta / 2);
	fill2(out, c, -unit(lambda) * s, unit(phi) * s, unit(phi + lambda) * c);
}

void gate_matrix(enum gate gate, const double *p, double complex *out)
{
	static const uint8_t swap[] = {0, 2, 1, 3}, dcx[] = {0, 2, 3, 1}, dcxdg[] = {0, 3, 1, 2};
	const double r = M_SQRT1_2;
	double c, s;
	switch (gate) {
	case GATE_PHASE: out[0] = unit(p[0]); return;
	case GATE_ID: fill2(out, 1, 0, 0, 1); return;
	case GATE_X: fill2(out, 0, 1, 1, 0); return;
	case GATE_Y: fill2(out, 0, complex_of(0, -1), complex_of(0, 1), 0); return;
	case GATE_Z: fill2(out, 1, 0, 0, -1); return;
	case GATE_H: fill2(out, r, r, r, -r); return;
	case GATE_S: fill2(out, 1, 0, 0, complex_of(0, 1)); return;
	case GATE_SDG: fill2(out, 1, 0, 0, complex_of(0, -1)); return;
	case GATE_T: fill2(out, 1, 0, 0, complex_of(r, r)); return;
	case GATE_TDG: fill2(out, 1, 0, 0, complex_of(r, -r)); return;
	case GATE_SX:
		fill2(out, complex_of(0.5, 0.5), complex_of(0.5, -0.5), complex_of(0.5, -0.5), complex_of(0.5, 0.5));
		return;
	case GATE_SXDG:
		fill2(out, complex_of(0.5, -0.5), complex_of(0.5, 0.5), complex_of(0.5, 0.5), complex_of(0.5, -0.5));
		return;
	case GATE_RX:
		c = cos(p[0] / 2), s = sin(p[0] / 2);
		fill2(out, c, complex_of(0, -s), complex_of(0, -s), c);
		return;
	case GATE_RY:
		c = cos(p[0] / 2), s = sin(p[0] / 2);
		fill2(out, c, -s, s, c);
		return;
	case GATE_RZ: fill2(out, unit(-p[0] / 2), 0, 0, unit(p[0] / 2)); return;
	case GATE_P: fill2(out, 1, 0, 0, unit(p[0])); return;
	case GATE_U:
		fill_u3(out, p[0], p[1], p[2]);
		for (unsigned i = 0; i < 4; i++)
			out[i] *= unit(p[0] / 2);
		return;
	case GATE_U3: fill_u3(out, p[0], p[1], p[2]); return;
	case GATE_U2: fill2(out, r, -r * unit(p[1]), r * unit(p[0]), r * unit(p[0] + p[1])); return;
	case GATE_R:
		c = cos(p[0] / 2), s = sin(p[0] / 2);
		fill2(out, c, complex_of(0, -s) * unit(-p[1]), complex_of(0, -s) * unit(p[1]), c);
		return;
	case GATE_SWAP: fill_permutation4(out, swap, 1); return;
	case GATE_ISWAP: fill_permutation4(out, swap, complex_of(0, 1)); return;
	case GATE_ISWAPDG: fill_permutation4(out, swap, complex_of(0, -1)); return;
	case GATE_DCX: fill_permutation4(out, dcx, 1); return;
	case GATE_DCXDG: fill_permutation4(out, dcxdg, 1); return;
	case GATE_ECR: /* (X on the first target - Y on the first and X on the second) / sqrt 2 */
		memset(out, 0, 16 * sizeof *out);
		out[1] = out[4] = out[11] = out[14] = r;
		out[3] = out[9] = complex_of(0, r);
		out[6] = out[12] = complex_of(0, -r);
		return;
	case GATE_RXX:
		c = cos(p[0] / 2), s = sin(p[0] / 2);
		fill_diagonal4(out, c, c, c, c);
		out[3] = out[6] = out[9] = out[12] = complex_of(0, -s);
		return;
	case GATE_RYY:
		c = cos(p[0] / 2), s = sin(p[0] / 2);
		fill_diagonal4(out, c, c, c, c);
		out[3] = out[12] = complex_of(0, s);
		out[6] = out[9] = complex_of(0, -s);
		return;
	case GATE_RZZ: fill_diagonal4(out, unit(-p[0] / 2), unit(p[0] / 2), unit(p[0] / 2), unit(-p[0] / 2)); return;
	case GATE_RZX: /* X rotation of the second target (bit 1), its sign from the first (bit 0) */
		c = cos(p[0] / 2), s = sin(p[0] / 2);
		fill_diagonal4(out, c, c, c, c);
		out[2] = out[8] = complex_of(0, -s);
		out[7] = out[13] = complex_of(0, s);
		return;
	case GATE_XX_PLUS_YY:
		c = cos(p[0] / 2), s = sin(p[0] / 2);
		fill_diagonal4(out, 1, c, c, 1);
		out[6] = complex_of(0, -s) * unit(-p[1]);
		out[9] = complex_of(0, -s) * unit(p[1]);
		return;
	case GATE_XX_MINUS_YY:
		c = cos(p[0] / 2), s = sin(p[0] / 2);
		fill_diagonal4(out, c, 1, 1, c);
		out[3] = complex_of(0, -s) * unit(-p[1]);
		out[12] = complex_of(0, -s) * unit(p[1]);
		return;
	case GATES: break;
	}
	assert(!"a gate of the table");
}
