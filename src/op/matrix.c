/* matrix.c - small dense complex matrices; powers of unitaries by a Jacobi method for normal matrices.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "op/matrix.h"

#include <math.h>
#include <string.h>

#include "base/bits.h"

void matrix_identity(unsigned bits, double complex *out)
{
	const unsigned n = 1u << bits;
	for (unsigned i = 0; i < n * n; i++)
		out[i] = i % (n + 1) == 0 ? 1.0 : 0.0;
}

/* Complex products are written out: the operator's rescue of infinities costs more than the product. */
static double complex product(double complex a, double complex b)
{
	return complex_of(creal(a) * creal(b) - cimag(a) * cimag(b), creal(a) * cimag(b) + cimag(a) * creal(b));
}

void matrix_multiply(unsigned bits, const double complex *a, const double complex *b, double complex *out)
{
	const unsigned n = 1u << bits;
	for (unsigned i = 0; i < n; i++) {
		double complex *row = out + (size_t)i * n;
		for (unsigned j = 0; j < n; j++)
			row[j] = 0.0;
		for (unsigned k = 0; k < n; k++) {
			const double complex factor = a[i * n + k];
			if (factor == 0.0)
				continue;
			for (unsigned j = 0; j < n; j++)
				row[j] += product(factor, b[k * n + j]);
		}
	}
}

void matrix_dagger(unsigned bits, const double complex *a, double complex *out)
{
	const unsigned n = 1u << bits;
	for (unsigned i = 0; i < n; i++)
		for (unsigned j = 0; j < n; j++)
			out[j * n + i] = conj(a[i * n + j]);
}

void matrix_embed(unsigned bits, unsigned small_bits, const double complex *small, const uint8_t *position,
                  unsigned control_mask, unsigned control_value, double complex *out)
{
	const unsigned n = 1u << bits, s = 1u << small_bits;
	unsigned spread[1 << MATRIX_BITS];
	for (unsigned i = 0; i < s; i++) {
		spread[i] = 0;
		for (unsigned j = 0; j < small_bits; j++)
			if (i & (1u << j))
				spread[i] |= 1u << position[j];
	}
	for (unsigned i = 0; i < n * n; i++)
		out[i] = 0.0;
	for (unsigned i = 0; i < n; i++) {
		if ((i & control_mask) != control_value) {
			out[i * n + i] = 1.0;
			continue;
		}
		unsigned row = 0;
		for (unsigned j = 0; j < small_bits; j++)
			if (i & (1u << position[j]))
				row |= 1u << j;
		const unsigned rest = i & ~spread[s - 1];
		for (unsigned j = 0; j < s; j++)
			out[i * n + (rest | spread[j])] = small[row * s + j];
	}
}

double matrix_defect(unsigned bits, const double complex *a)
{
	const unsigned n = 1u << bits;
	double worst = 0;
	for (unsigned i = 0; i < n; i++)
		for (unsigned j = 0; j <= i; j++) {
			double complex sum = i == j ? -1.0 : 0.0;
			for (unsigned k = 0; k < n; k++)
				sum += product(a[i * n + k], conj(a[j * n + k]));
			const double size = hypot(creal(sum), cimag(sum));
			if (isnan(size))
				return size;
			worst = fmax(worst, size);
		}
	return worst;
}

static bool is_near(double complex a, double b, double tolerance)
{
	return fabs(creal(a) - b) <= tolerance && fabs(cimag(a)) <= tolerance;
}

unsigned matrix_classify(unsigned bits, const double complex *a, double tolerance)
{
	const unsigned n = 1u << bits;
	unsigned classes = MATRIX_IS_DIAGONAL | MATRIX_IS_REAL | MATRIX_IS_PERMUTATION | MATRIX_IS_IDENTITY;
	unsigned columns_seen = 0;
	for (unsigned i = 0; i < n; i++) {
		unsigned ones = 0;
		for (unsigned j = 0; j < n; j++) {
			const double complex x = a[i * n + j];
			const bool zero = is_near(x, 0, tolerance), one = is_near(x, 1, tolerance);
			if (!zero && i != j)
				classes &= ~(unsigned)MATRIX_IS_DIAGONAL;
			if (!(fabs(cimag(x)) <= tolerance))
				classes &= ~(unsigned)MATRIX_IS_REAL;
			if (!zero && !one)
				classes &= ~(unsigned)MATRIX_IS_PERMUTATION;
			if (i == j ? !one : !zero)
				classes &= ~(unsigned)MATRIX_IS_IDENTITY;
			if (one) {
				ones++;
				columns_seen |= 1u << j;
			}
		}
		if (ones != 1)
			classes &= ~(unsigned)MATRIX_IS_PERMUTATION;
	}
	if (columns_seen != (uint32_t)low_mask(n))
		classes &= ~(unsigned)MATRIX_IS_PERMUTATION;
	return classes;
}

/* One rotation of the Jacobi method: a' = r^dagger a r, v' = v r with the unitary r in the plane (p, q):
 * r = [[c, -conj(s)], [s, c]] with c real. */
static void rotate(unsigned n, double complex *a, double complex *v, unsigned p, unsigned q, double c, double complex s)
{
	for (unsigned i = 0; i < n; i++) {
		const double complex x = a[i * n + p], y = a[i * n + q];
		a[i * n + p] = c * x + product(s, y);
		a[i * n + q] = c * y - product(conj(s), x);
		const double complex vx = v[i * n + p], vy = v[i * n + q];
		v[i * n + p] = c * vx + product(s, vy);
		v[i * n + q] = c * vy - product(conj(s), vx);
	}
	for (unsigned j = 0; j < n; j++) {
		const double complex x = a[p * n + j], y = a[q * n + j];
		a[p * n + j] = c * x + product(conj(s), y);
		a[q * n + j] = c * y - product(s, x);
	}
}

/* Diagonalise a Hermitian matrix in place: a becomes diagonal, v its eigenvectors (columns) times what v was.
 * Cyclic Jacobi (Golub and Van Loan, Matrix Computations, section 8.5). */
static bool diagonalise_hermitian(unsigned n, double complex *a, double complex *v)
{
	for (unsigned sweep = 0; sweep < 60; sweep++) {
		double off = 0, size = 0;
		for (unsigned i = 0; i < n; i++)
			for (unsigned j = 0; j < n; j++) {
				const double x = hypot(creal(a[i * n + j]), cimag(a[i * n + j]));
				size = fmax(size, x);
				if (i != j)
					off = fmax(off, x);
			}
		if (off <= 1e-15 * fmax(size, 1e-300) || off < 1e-17)
			return true;
		for (unsigned p = 0; p + 1 < n; p++)
			for (unsigned q = p + 1; q < n; q++) {
				const double complex b = a[p * n + q];
				const double modulus = hypot(creal(b), cimag(b));
				if (modulus < 1e-18)
					continue;
				const double tau = (creal(a[q * n + q]) - creal(a[p * n + p])) / (2 * modulus);
				const double t = (tau >= 0 ? 1 : -1) / (fabs(tau) + sqrt(1 + tau * tau));
				const double c = 1 / sqrt(1 + t * t);
				rotate(n, a, v, p, q, c, -(t * c) * (conj(b) / modulus));
			}
	}
	return false;
}

/* a unitary = x + i y with x, y Hermitian and commuting: the eigenvectors of x, then those of y within each
 * eigenspace of x. */
static bool diagonalise_unitary(unsigned bits, const double complex *u, double complex *v, double complex *eigenvalue)
{
	const unsigned n = 1u << bits;
	double complex x[MATRIX_ELEMENTS], y[MATRIX_ELEMENTS], work[MATRIX_ELEMENTS], dagger[MATRIX_ELEMENTS];
	for (unsigned i = 0; i < n; i++)
		for (unsigned j = 0; j < n; j++) {
			const double complex a = u[i * n + j], b = conj(u[j * n + i]);
			x[i * n + j] = 0.5 * (a + b);
			y[i * n + j] = product(complex_of(0, -0.5), a - b);
		}
	/* A fixed combination separates all eigenspaces but those whose images coincide on one line: almost
	 * every unitary is done here, and the second step mends the others. */
	matrix_identity(bits, v);
	if (!diagonalise_hermitian(n, x, v))
		return false;
	matrix_dagger(bits, v, dagger);
	matrix_multiply(bits, dagger, y, work);
	matrix_multiply(bits, work, v, y);
	/* Between different eigenvalues of x, y is zero up to rounding; drop what is there so that the second
	 * step does not mix them. */
	for (unsigned i = 0; i < n; i++)
		for (unsigned j = 0; j < n; j++)
			if (fabs(creal(x[i * n + i]) - creal(x[j * n + j])) > 1e-7)
				y[i * n + j] = 0.0;
	if (!diagonalise_hermitian(n, y, v))
		return false;
	/* Rayleigh quotients: exact to the square of the error of the vectors. */
	matrix_dagger(bits, v, dagger);
	matrix_multiply(bits, dagger, u, work);
	matrix_multiply(bits, work, v, x);
	double off = 0;
	for (unsigned i = 0; i < n; i++)
		for (unsigned j = 0; j < n; j++) {
			if (i == j)
				eigenvalue[i] = x[i * n + i];
			else
				off = fmax(off, hypot(creal(x[i * n + j]), cimag(x[i * n + j])));
		}
	return off < 1e-9;
}

bool matrix_power(unsigned bits, const double complex *a, double exponent, double complex *out)
{
	const unsigned n = 1u << bits;
	if (!(matrix_defect(bits, a) <= 1e-8))
		return false;
	double complex v[MATRIX_ELEMENTS], eigenvalue[1 << MATRIX_BITS], power[1 << MATRIX_BITS];
	if (!diagonalise_unitary(bits, a, v, eigenvalue))
		return false;
	for (unsigned k = 0; k < n; k++) {
		double angle = atan2(cimag(eigenvalue[k]), creal(eigenvalue[k]));
		if (angle < -M_PI + 1e-9)
			angle = M_PI;
		power[k] = complex_of(cos(angle * exponent), sin(angle * exponent));
	}
	for (unsigned i = 0; i < n; i++)
		for (unsigned j = 0; j < n; j++) {
			double complex sum = 0.0;
			for (unsigned k = 0; k < n; k++)
				sum += product(product(v[i * n + k], power[k]), conj(v[j * n + k]));
			out[i * n + j] = sum;
		}
	return true;
}
