/* test_observe.c - Pauli sums on vectors against dense matrices, alone or on several ranks.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "check.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "oracle.h"
#include "vector/observe.h"

static const double complex PAULI[4][4] = {
	{ 1, 0, 0, 1 }, { 0, 1, 1, 0 }, { 0, -I, I, 0 }, { 1, 0, 0, -1 },
};

/* |H psi> by applying each factor of each term with the oracle. */
static void reference(double *mean, double *square, const double complex *psi, unsigned bits, const struct pauli_sum *sum)
{
	uint64_t size = bit_mask(bits);
	double complex *result = calloc(size, sizeof *result), *term = malloc(size * sizeof *term);
	for (uint64_t t = 0; t < sum->terms; t++) {
		memcpy(term, psi, size * sizeof *term);
		for (uint8_t q = 0; q < bits; q++) {
			bool x = sum->term[t].x >> q & 1, z = sum->term[t].z >> q & 1;
			if (x || z)
				oracle_apply(term, bits, 1, &q, PAULI[x ? z ? 2 : 1 : 3], 0, 0);
		}
		for (uint64_t i = 0; i < size; i++)
			result[i] += sum->term[t].coefficient * term[i];
	}
	*mean = *square = 0;
	for (uint64_t i = 0; i < size; i++) {
		*mean += creal(conj(psi[i]) * result[i]);
		*square += creal(conj(result[i]) * result[i]);
	}
	free(result);
	free(term);
}

static void compare(struct check *check, songdo_env *env, unsigned bits, songdo_precision precision, uint64_t terms, bool diagonal, uint64_t *seed)
{
	uint64_t size = bit_mask(bits), local = size / (uint64_t)songdo_env_ranks(env);
	struct pauli_sum sum = { malloc(terms * sizeof *sum.term), terms };
	double complex *psi = malloc(size * sizeof *psi);
	struct vector *vector = NULL;
	oracle_random_state(psi, size, seed);
	for (uint64_t t = 0; t < terms; t++)
		sum.term[t] = (struct pauli_term){ oracle_normal(seed), diagonal ? 0 : oracle_below(seed, size), oracle_below(seed, size) };
	uint8_t same[PAULI_QUBITS];
	for (unsigned i = 0; i < PAULI_QUBITS; i++)
		same[i] = (uint8_t)i;
	pauli_relabel(&sum, same);

	if (!CHECK(check, !vector_new(&vector, env, precision, local, local, NULL)))
		return;
	vector->kernel->from_double(vector->amplitudes, psi + (uint64_t)songdo_env_rank(env) * local, 0, local);
	double mean, square, expected_mean, expected_square, scale = sqrt((double)terms);
	double tolerance = precision == SONGDO_DOUBLE ? 1e-13 : 2e-6;
	CHECK(check, !vector_observe(vector, &sum, &mean, &square, NULL));
	reference(&expected_mean, &expected_square, psi, bits, &sum);
	CHECK(check, fabs(mean - expected_mean) < tolerance * scale, "%u bits, %d terms: %.17g, not %.17g", bits, (int)terms, mean, expected_mean);
	CHECK(check, fabs(square - expected_square) < tolerance * (double)terms * 4, "%u bits, %d terms: %.17g, not %.17g", bits, (int)terms,
	      square, expected_square);
	vector_free(vector);
	pauli_fini(&sum);
	free(psi);
}

int main(void)
{
	struct check check;
	songdo_env *env = NULL;
	uint64_t seed = 20;
	check_begin(&check);
	songdo_env_options options = { .threads = 2 };
	songdo_env_open(&env, &options, NULL);

	check_case(&check, "random sums on small vectors have the mean and the square of dense matrices");
	unsigned least = bit_highest((uint64_t)songdo_env_ranks(env));
	for (unsigned bits = least; bits <= 8; bits++)
		for (uint64_t terms = 1; terms <= 256; terms *= 4)
			compare(&check, env, bits, SONGDO_DOUBLE, terms, false, &seed);
	check_case(&check, "vectors of many blocks and many terms a group agree too");
	compare(&check, env, 13, SONGDO_DOUBLE, 40, false, &seed);
	compare(&check, env, 13, SONGDO_DOUBLE, 200, true, &seed);
	check_case(&check, "single precision agrees within its rounding");
	compare(&check, env, 9, SONGDO_SINGLE, 30, false, &seed);
	compare(&check, env, 9, SONGDO_SINGLE, 30, true, &seed);

	songdo_env_close(env);
	return check_end(&check);
}
