/* test_vector.c - vectors on one rank: memory, single amplitudes, norms, projections, marginals.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "oracle.h"
#include "vector/vector.h"

static const songdo_precision precisions[] = {SONGDO_DOUBLE, SONGDO_SINGLE};

static songdo_env *open_env(int threads, uint64_t max_memory)
{
	songdo_env *env;
	songdo_env_options options = {.threads = threads, .max_memory = max_memory};
	cr_assert_eq(songdo_env_open(&env, &options, NULL), SONGDO_OK);
	return env;
}

/* A random unit vector; *dense gets it too, rounded to the precision. */
static struct vector *random_vector(songdo_env *env, songdo_precision precision, uint64_t local, double complex **dense,
                                    uint64_t *seed)
{
	struct vector *vector;
	*dense = malloc(local * sizeof **dense);
	oracle_random_state(*dense, local, seed);
	cr_assert_eq(vector_new(&vector, env, precision, local, local, NULL), SONGDO_OK);
	vector->kernel->from_double(vector->amplitudes, *dense, 0, local);
	vector->kernel->to_double(*dense, vector->amplitudes, 0, local);
	return vector;
}

static double probability(double complex a) { return creal(a) * creal(a) + cimag(a) * cimag(a); }

Test(vector, is_zero_aligned_and_accounted)
{
	songdo_env *env = open_env(2, 0);
	for (size_t p = 0; p < ARRAY_LENGTH(precisions); p++)
		for (uint64_t local = 1; local < 300000; local = local * 3 + 1) {
			struct vector *vector;
			uint64_t bytes = local * (precisions[p] == SONGDO_DOUBLE ? 16 : 8);
			cr_assert_eq(vector_new(&vector, env, precisions[p], local, 2 * local, NULL), SONGDO_OK);
			cr_assert_eq((uintptr_t)vector->amplitudes % 64, 0);
			cr_assert_eq(env->memory.held, bytes);
			for (uint64_t i = 0; i < bytes; i++)
				cr_assert_eq(((unsigned char *)vector->amplitudes)[i], 0);
			memset(vector->amplitudes, 1, bytes);
			vector_zero(vector);
			for (uint64_t i = 0; i < bytes; i++)
				cr_assert_eq(((unsigned char *)vector->amplitudes)[i], 0);
			vector_free(vector);
			cr_assert_eq(env->memory.held, 0);
		}
	songdo_env_close(env);
}

Test(vector, that_does_not_fit_is_refused_with_figures)
{
	songdo_env *env = open_env(1, 1 << 20);
	struct vector *vector;
	songdo_error error = {0};
	cr_assert_eq(vector_new(&vector, env, SONGDO_DOUBLE, 65537, 65537, &error), SONGDO_NO_FIT);
	cr_assert_null(vector);
	cr_assert(strstr(error.message, "1.0 MiB are free here; 65536 amplitudes fit"), "%s", error.message);
	cr_assert_eq(env->memory.peak, 0);
	cr_assert_eq(vector_new(&vector, env, SONGDO_DOUBLE, UINT64_MAX / 2, UINT64_MAX, &error), SONGDO_NO_FIT);
	cr_assert_eq(vector_new(&vector, env, SONGDO_DOUBLE, 65536, 65536, &error), SONGDO_OK);
	vector_free(vector);
	songdo_env_close(env);
}

Test(vector, grows_within_its_capacity_and_its_limit)
{
	songdo_env *env = open_env(2, 4 << 20);
	struct vector *vector;
	songdo_error error = {0};
	cr_assert_eq(vector_new(&vector, env, SONGDO_DOUBLE, 1, 1 << 20, NULL), SONGDO_OK);
	void *place = vector->amplitudes;
	cr_assert_eq(vector_set(vector, 0, 2 + 3 * I), SONGDO_OK);
	for (uint64_t local = 2; local <= 1 << 18; local *= 2) {
		double complex first, last;
		cr_assert_eq(vector_grow(vector, local, NULL), SONGDO_OK);
		cr_assert_eq(vector->amplitudes, place);
		cr_assert_eq(vector_get(vector, 0, &first), SONGDO_OK);
		cr_assert_eq(vector_get(vector, local - 1, &last), SONGDO_OK);
		cr_assert(first == 2 + 3 * I && last == 0);
	}
	cr_assert_eq(vector_grow(vector, 1 << 19, &error), SONGDO_NO_FIT);
	cr_assert(strstr(error.message, "4.0 MiB are free here; 262144 amplitudes fit"), "%s", error.message);
	cr_assert_eq(vector->local, 1 << 18);
	vector_free(vector);
	cr_assert_eq(env->memory.held, 0);
	cr_assert_eq(env->memory.peak, 4 << 20);
	songdo_env_close(env);
}

Test(vector, copies_are_equal_and_independent)
{
	songdo_env *env = open_env(2, 0);
	uint64_t seed = 1;
	for (size_t p = 0; p < ARRAY_LENGTH(precisions); p++) {
		double complex *dense;
		struct vector *vector = random_vector(env, precisions[p], 50000, &dense, &seed), *copy;
		cr_assert_eq(vector_copy(&copy, vector, NULL), SONGDO_OK);
		cr_assert_eq(memcmp(copy->amplitudes, vector->amplitudes, vector->local * vector->kernel->amplitude_bytes), 0);
		cr_assert_eq(vector_set(copy, 7, 9), SONGDO_OK);
		double complex value;
		cr_assert_eq(vector_get(vector, 7, &value), SONGDO_OK);
		cr_assert(value == dense[7]);
		cr_assert_eq(vector_get(vector, 50000, &value), SONGDO_BAD_USAGE);
		cr_assert_eq(vector_set(vector, 50000, 1), SONGDO_BAD_USAGE);
		vector_free(vector);
		vector_free(copy);
		free(dense);
	}
	songdo_env_close(env);
}

Test(vector, norms_are_right_and_the_same_bits_on_any_threads)
{
	static const uint64_t lengths[] = {1, 2, 3, 1000, 1 << 12, 100000, 1 << 18};
	for (size_t l = 0; l < ARRAY_LENGTH(lengths); l++)
		for (size_t p = 0; p < ARRAY_LENGTH(precisions); p++) {
			double norms[3], wheres[3];
			uint64_t mask = 0x1045, value = 0x41;
			for (int threads = 1; threads <= 3; threads++) {
				songdo_env *env = open_env(threads, 0);
				uint64_t seed = 2;
				double complex *dense;
				struct vector *vector = random_vector(env, precisions[p], lengths[l], &dense, &seed);
				double expected = 0, where = 0;
				for (uint64_t i = 0; i < lengths[l]; i++) {
					expected += probability(dense[i]);
					where += (i & mask) == value ? probability(dense[i]) : 0;
				}
				cr_assert_eq(vector_norm(vector, &norms[threads - 1]), SONGDO_OK);
				cr_assert_eq(vector_norm_where(vector, mask, value, &wheres[threads - 1]), SONGDO_OK);
				cr_assert_lt(fabs(norms[threads - 1] - expected), 1e-13);
				cr_assert_lt(fabs(wheres[threads - 1] - where), 1e-13);
				vector_free(vector);
				free(dense);
				songdo_env_close(env);
			}
			cr_assert_eq(memcmp(&norms[0], &norms[1], sizeof *norms) | memcmp(&norms[0], &norms[2], sizeof *norms), 0);
			cr_assert_eq(memcmp(&wheres[0], &wheres[1], sizeof *norms) | memcmp(&wheres[0], &wheres[2], sizeof *norms), 0);
		}
}

Test(vector, projection_keeps_what_matches)
{
	songdo_env *env = open_env(2, 0);
	uint64_t seed = 3, mask = 0x4102, value = 0x4002;
	double complex *dense, found;
	struct vector *vector = random_vector(env, SONGDO_DOUBLE, 1 << 15, &dense, &seed);
	vector_project(vector, mask, value, 2);
	for (uint64_t i = 0; i < vector->local; i++) {
		vector->kernel->to_double(&found, vector->amplitudes, i, i + 1);
		cr_assert(found == ((i & mask) == value ? 2 * dense[i] : 0));
	}
	vector_free(vector);
	free(dense);
	songdo_env_close(env);
}

/* Few and many bits, high and low, in every order; lengths that are no power of two. */
Test(vector, marginals_are_right_on_any_threads)
{
	static const struct {
		uint64_t length;
		unsigned count;
		uint8_t bit[20];
	} cases[] = {
	        {1, 0, {0}},
	        {1 << 6, 0, {0}},
	        {1 << 6, 6, {0, 1, 2, 3, 4, 5}},
	        {1 << 6, 3, {5, 0, 3}},
	        {1 << 15, 1, {14}},
	        {1 << 15, 3, {12, 0, 10}},
	        {1 << 17, 17, {16, 0, 15, 1, 14, 2, 13, 3, 12, 4, 11, 5, 10, 6, 9, 7, 8}},
	        {1 << 17, 16, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}},
	        {100000, 17, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}},
	        {99999, 2, {3, 16}},
	        {1 << 18, 6, {17, 16, 15, 14, 13, 12}},
	        {1 << 18, 7, {17, 16, 15, 14, 13, 12, 0}},
	};
	for (size_t c = 0; c < ARRAY_LENGTH(cases); c++) {
		uint64_t entries = bit_mask(cases[c].count);
		double *tables[3];
		for (int threads = 1; threads <= 3; threads++) {
			songdo_env *env = open_env(threads, 0);
			uint64_t seed = 4 + c;
			double complex *dense;
			struct vector *vector = random_vector(env, precisions[c % 2], cases[c].length, &dense, &seed);
			double *expected = malloc(entries * sizeof *expected), *table = malloc(entries * sizeof *table);
			for (uint64_t y = 0; y < entries; y++)
				expected[y] = table[y] = 1;
			for (uint64_t x = 0; x < cases[c].length; x++) {
				uint64_t y = 0;
				for (unsigned j = 0; j < cases[c].count; j++)
					y |= (x >> cases[c].bit[j] & 1) << j;
				expected[y] += 0.25 * probability(dense[x]);
			}
			cr_assert_eq(vector_marginal(vector, cases[c].bit, cases[c].count, 0.25, table), SONGDO_OK);
			for (uint64_t y = 0; y < entries; y++)
				cr_assert_lt(fabs(table[y] - expected[y]), 1e-13, "case %zu, entry %zu", c, (size_t)y);
			tables[threads - 1] = table;
			free(expected);
			free(dense);
			vector_free(vector);
			cr_assert_eq(env->memory.held, 0);
			songdo_env_close(env);
		}
		cr_assert_eq(memcmp(tables[0], tables[1], entries * sizeof(double)), 0);
		cr_assert_eq(memcmp(tables[0], tables[2], entries * sizeof(double)), 0);
		for (int t = 0; t < 3; t++)
			free(tables[t]);
	}
}
