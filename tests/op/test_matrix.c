/* test_matrix.c - small matrices: products, embedding, classes, powers of unitaries.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "../oracle.h"
#include "op/matrix.h"
#include "op/remap_cost.h"

static double difference(unsigned bits, const double complex *a, const double complex *b)
{
	double worst = 0;
	for (unsigned i = 0; i < 1u << 2 * bits; i++)
		worst = fmax(worst, cabs(a[i] - b[i]));
	return worst;
}

Test(matrix, embedding_and_multiplying_equal_applying_to_a_state)
{
	uint64_t seed = 1;
	for (unsigned round = 0; round < 200; round++) {
		const unsigned n = 1 + (unsigned)oracle_below(&seed, 5), k = 1 + (unsigned)oracle_below(&seed, n);
		double complex small[MATRIX_ELEMENTS], large[MATRIX_ELEMENTS], state[32], expected[32];
		uint8_t position[8];
		uint64_t taken = oracle_random_bits(position, k, n, 0, &seed);
		uint64_t mask = oracle_below(&seed, 1u << n) & ~taken, value = mask & oracle_below(&seed, 1u << n);
		oracle_random_unitary(small, 1u << k, 0, &seed);
		matrix_embed(n, k, small, position, (unsigned)mask, (unsigned)value, large);
		cr_assert_lt(matrix_defect(n, large), 1e-13);
		oracle_random_state(state, 1u << n, &seed);
		for (unsigned i = 0; i < 1u << n; i++) {
			expected[i] = 0;
			for (unsigned j = 0; j < 1u << n; j++)
				expected[i] += large[(i << n) + j] * state[j];
		}
		oracle_apply(state, n, k, position, small, mask, value);
		cr_assert_lt(oracle_distance(state, expected, 1u << n), 1e-13);
	}
}

Test(matrix, a_unitary_times_its_dagger_is_the_identity)
{
	uint64_t seed = 2;
	for (unsigned k = 0; k <= MATRIX_BITS; k++) {
		double complex a[MATRIX_ELEMENTS], b[MATRIX_ELEMENTS], c[MATRIX_ELEMENTS];
		oracle_random_unitary(a, 1u << k, 0, &seed);
		matrix_dagger(k, a, b);
		matrix_multiply(k, a, b, c);
		cr_assert(matrix_classify(k, c, 1e-13) & MATRIX_IS_IDENTITY);
		a[0] *= 1.001;
		cr_assert_gt(matrix_defect(k, a), 1e-6);
		a[0] = NAN;
		cr_assert(!(matrix_defect(k, a) <= 1e-8));
	}
}

Test(matrix, classes_are_what_the_elements_say)
{
	const double complex x[] = {0, 1, 1, 0}, z[] = {1, 0, 0, -1}, y[] = {0, -1.0 * I, 1.0 * I, 0},
	                     one[] = {1, 0, 0, 1};
	const double complex twice[] = {1, 0, 1, 0}, nearly[] = {1, 1e-14, 0, 1};
	cr_assert_eq(matrix_classify(1, x, 0), MATRIX_IS_REAL | MATRIX_IS_PERMUTATION);
	cr_assert_eq(matrix_classify(1, z, 0), MATRIX_IS_REAL | MATRIX_IS_DIAGONAL);
	cr_assert_eq(matrix_classify(1, y, 0), 0);
	cr_assert_eq(matrix_classify(1, one, 0),
	             MATRIX_IS_REAL | MATRIX_IS_DIAGONAL | MATRIX_IS_PERMUTATION | MATRIX_IS_IDENTITY);
	cr_assert_eq(matrix_classify(1, twice, 0), MATRIX_IS_REAL, "two ones in a column are no permutation");
	cr_assert_eq(matrix_classify(1, nearly, 0), MATRIX_IS_REAL);
	cr_assert(matrix_classify(1, nearly, 1e-13) & MATRIX_IS_IDENTITY);
}

Test(matrix, roots_of_random_unitaries_multiply_back)
{
	uint64_t seed = 3;
	for (unsigned round = 0; round < 60; round++) {
		const unsigned k = 1 + round % MATRIX_BITS, root = 2 + round % 3;
		double complex a[MATRIX_ELEMENTS], r[MATRIX_ELEMENTS], product[MATRIX_ELEMENTS], next[MATRIX_ELEMENTS];
		oracle_random_unitary(a, 1u << k, round % 2, &seed);
		cr_assert(matrix_power(k, a, 1.0 / root, r));
		cr_assert_lt(matrix_defect(k, r), 1e-12);
		memcpy(product, r, sizeof product);
		for (unsigned i = 1; i < root; i++) {
			matrix_multiply(k, r, product, next);
			memcpy(product, next, sizeof product);
		}
		cr_assert_lt(difference(k, product, a), 1e-11, "k = %u, root %u: %g", k, root,
		             difference(k, product, a));
	}
}

Test(matrix, degenerate_unitaries_have_principal_roots)
{
	/* x has eigenvalues 1 and -1; its principal root has 1 and i: sx. z's is s. A swap's is the root of swap. */
	const double complex x[] = {0, 1, 1, 0}, sx[] = {0.5 + 0.5 * I, 0.5 - 0.5 * I, 0.5 - 0.5 * I, 0.5 + 0.5 * I};
	const double complex z[] = {1, 0, 0, -1}, s[] = {1, 0, 0, I};
	const double complex swap[] = {1, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 1};
	const double complex root[] = {1, 0, 0, 0, 0, 0.5 + 0.5 * I, 0.5 - 0.5 * I, 0, 0, 0.5 - 0.5 * I, 0.5 + 0.5 * I,
	                               0, 0, 0, 0, 1};
	double complex out[MATRIX_ELEMENTS], identity[MATRIX_ELEMENTS];
	cr_assert(matrix_power(1, x, 0.5, out));
	cr_assert_lt(difference(1, out, sx), 1e-14);
	cr_assert(matrix_power(1, z, 0.5, out));
	cr_assert_lt(difference(1, out, s), 1e-14);
	cr_assert(matrix_power(2, swap, 0.5, out));
	cr_assert_lt(difference(2, out, root), 1e-14);
	matrix_identity(5, identity);
	cr_assert(matrix_power(5, identity, 0.3, out));
	cr_assert_lt(difference(5, out, identity), 1e-14);
	for (unsigned i = 0; i < 32;
	     i++) /* -1 with rounding on either side of the cut: each eigenvalue is i, never -i */
		identity[33 * i] = complex_of(-1, i % 2 ? 1e-16 : -1e-16);
	cr_assert(matrix_power(5, identity, 0.5, out));
	for (unsigned i = 0; i < 32; i++)
		cr_assert_lt(cabs(out[33 * i] - I), 1e-9);
	const double complex shear[] = {1, 1, 0, 1};
	cr_assert(!matrix_power(1, shear, 0.5, out), "a matrix that is not unitary is refused");
}

Test(matrix, eigenvalues_whose_real_parts_agree_are_told_apart)
{
	/* exp(i t) and exp(-i t) have one cosine: the Hermitian part alone cannot separate them. */
	uint64_t seed = 4;
	double complex v[MATRIX_ELEMENTS], dagger[MATRIX_ELEMENTS], d[MATRIX_ELEMENTS] = {0}, a[MATRIX_ELEMENTS],
	                                                            b[MATRIX_ELEMENTS];
	double complex expected[MATRIX_ELEMENTS], out[MATRIX_ELEMENTS];
	oracle_random_unitary(v, 8, 0, &seed);
	matrix_dagger(3, v, dagger);
	for (unsigned half = 0; half < 2; half++) {
		for (unsigned i = 0; i < 8; i++)
			d[9 * i] = cexp(I * (i % 2 ? 1 : -1) * (i < 4 ? 0.7 : 2.1) * (half ? 0.5 : 1));
		matrix_multiply(3, v, d, b);
		matrix_multiply(3, b, dagger, half ? expected : a);
	}
	cr_assert(matrix_power(3, a, 0.5, out));
	cr_assert_lt(difference(3, out, expected), 1e-12);
}

Test(remap_cost, bytes_and_messages_follow_from_the_parts)
{
	uint64_t bytes, messages;
	remap_cost(0, 20, SONGDO_DOUBLE, &bytes, &messages);
	cr_assert(bytes == 0 && messages == 0);
	remap_cost(1, 20, SONGDO_DOUBLE, &bytes, &messages); /* half of 16 MiB to one partner */
	cr_assert(bytes == 8u << 20 && messages == 1);
	remap_cost(3, 24, SONGDO_DOUBLE, &bytes, &messages); /* 7 parts of 32 MiB, two messages each */
	cr_assert(bytes == (uint64_t)7 << 25 && messages == 14);
	remap_cost(2, 26, SONGDO_SINGLE, &bytes, &messages);
	cr_assert(bytes == (uint64_t)3 << 27 && messages == 24);
	remap_cost(2, 2, SONGDO_SINGLE, &bytes, &messages);
	cr_assert(bytes == 24 && messages == 3);
}
