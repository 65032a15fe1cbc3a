/* matrix.h - small dense complex matrices: what gates, fused blocks and the `pow` modifier need.
 *
 * A matrix on k bits has 2^k rows and columns and is stored row major; row and column index bit j is target j.
 * Everything is in double, nothing allocates; sizes up to MATRIX_BITS bits.
 *
 * May use: base.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef SONGDO_MATRIX_H
#define SONGDO_MATRIX_H

#include <complex.h>

#include "base/base.h"

enum { MATRIX_BITS = 5, MATRIX_ELEMENTS = 1 << (2 * MATRIX_BITS) };

/* What a matrix is, from its elements. Bits of a mask: the identity has them all. */
enum matrix_class {
	MATRIX_IS_DIAGONAL = 1,
	MATRIX_IS_REAL = 2,
	MATRIX_IS_PERMUTATION = 4, /* one 1 in each row and column, zeros else */
	MATRIX_IS_IDENTITY = 8,
};

/* re + i im, every part exactly as given (the CMPLX of C11, which clang with glibc lacks). */
static inline double complex complex_of(double re, double im) { return __builtin_complex(re, im); }

void matrix_identity(unsigned bits, double complex *out);
/* out = a * b: b acts first. out is neither a nor b. */
void matrix_multiply(unsigned bits, const double complex *a, const double complex *b, double complex *out);
/* out = the conjugate transpose; out is not a. */
void matrix_dagger(unsigned bits, const double complex *a, double complex *out);
/* out = a on `bits` bits, where bit j of `small` (on small_bits bits) is bit position[j] of out, identity
 * elsewhere, acting only where (index & control_mask) == control_value; control bits are not among the
 * positions. */
void matrix_embed(unsigned bits, unsigned small_bits, const double complex *small, const uint8_t *position,
                  unsigned control_mask, unsigned control_value, double complex *out);
/* The largest |element| of a a^dagger - 1. NaN elements give NaN. */
double matrix_defect(unsigned bits, const double complex *a);
/* The classes (enum matrix_class) whose conditions hold up to `tolerance` in each real and imaginary part. */
unsigned matrix_classify(unsigned bits, const double complex *a, double tolerance);

/* out = a^exponent of a unitary a: each eigenvalue exp(i t), -pi < t <= pi, becomes exp(i t exponent) (the
 * principal power, OpenQASM 3's pow). Eigenvalues within 1e-9 of -1 count as -1 exactly. Integer exponents are
 * exact up to rounding. False where the matrix is not unitary (defect above 1e-8) or the eigenvectors do not
 * converge. */
bool matrix_power(unsigned bits, const double complex *a, double exponent, double complex *out);

#endif
