/* test_sample.c - draws: their distribution, their bounds, and that nothing but the vector and the numbers
 * decides them.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "base/random.h"
#include "oracle.h"
#include "vector/vector.h"

struct draw {
	double u;
	uint64_t shot;
};

static int by_u(const void *a, const void *b)
{
	double x = ((const struct draw *)a)->u, y = ((const struct draw *)b)->u;
	return (x > y) - (x < y);
}

static struct vector *load(songdo_env **env, int threads, songdo_precision precision, const double complex *dense,
                           uint64_t length)
{
	struct vector *vector;
	songdo_env_options options = {.threads = threads};
	cr_assert_eq(songdo_env_open(env, &options, NULL), SONGDO_OK);
	cr_assert_eq(vector_new(&vector, *env, precision, length, length, NULL), SONGDO_OK);
	vector->kernel->from_double(vector->amplitudes, dense, 0, length);
	return vector;
}

/* outcome[shot] for shots 0 .. count - 1 of a seed. */
static void shoot(const struct vector *vector, uint64_t seed, uint64_t count, uint64_t *outcome)
{
	struct draw *draw = malloc(count * sizeof *draw);
	double *u = malloc(count * sizeof *u);
	uint64_t *sorted = malloc(count * sizeof *sorted);
	for (uint64_t i = 0; i < count; i++)
		draw[i] = (struct draw){random_uniform(seed, i, 0), i};
	qsort(draw, count, sizeof *draw, by_u);
	for (uint64_t i = 0; i < count; i++)
		u[i] = draw[i].u;
	cr_assert_eq(vector_sample(vector, u, count, sorted, NULL), SONGDO_OK);
	for (uint64_t i = 0; i < count; i++)
		outcome[draw[i].shot] = sorted[i];
	free(draw);
	free(u);
	free(sorted);
}

/* The deviate of a chi-square with k degrees of freedom (Wilson and Hilferty 1931), normal to within a percent here. */
static double chi_square_deviate(double chi_square, double k)
{
	return (cbrt(chi_square / k) - (1 - 2 / (9 * k))) / sqrt(2 / (9 * k));
}

Test(sample, draws_follow_the_probabilities)
{
	enum { SIZE = 256, SHOTS = 100000, SEEDS = 40 };
	uint64_t seed = 1, *outcome = malloc(SHOTS * sizeof *outcome);
	double complex dense[SIZE];
	oracle_random_state(dense, SIZE, &seed);
	songdo_env *env;
	struct vector *vector = load(&env, 1, SONGDO_DOUBLE, dense, SIZE);
	double total = 0;
	for (uint64_t s = 0; s < SEEDS; s++) {
		double count[SIZE] = {0}, chi_square = 0;
		shoot(vector, s, SHOTS, outcome);
		for (int i = 0; i < SHOTS; i++)
			count[outcome[i]]++;
		for (int x = 0; x < SIZE; x++) {
			double expected = SHOTS * creal(dense[x] * conj(dense[x]));
			chi_square += (count[x] - expected) * (count[x] - expected) / expected;
		}
		double deviate = chi_square_deviate(chi_square, SIZE - 1);
		cr_assert_lt(fabs(deviate), 5.5, "seed %d: chi-square %g", (int)s, chi_square);
		total += deviate;
	}
	cr_assert_lt(fabs(total) / sqrt(SEEDS), 5.5, "together: %g", total / sqrt(SEEDS));
	free(outcome);
	vector_free(vector);
	songdo_env_close(env);
}

/* The walk of the definition: the largest position whose cumulative sum is not above u. */
Test(sample, draws_are_where_the_cumulative_sum_says)
{
	static const uint64_t lengths[] = {1, 2, 5, 1 << 10, 70000, 1 << 18, 300001};
	for (size_t l = 0; l < ARRAY_LENGTH(lengths); l++)
		for (int p = 0; p < 2; p++) {
			enum { DRAWS = 3000 };
			uint64_t seed = 2 + l, length = lengths[l];
			double complex *dense = malloc(length * sizeof *dense);
			long double *sum = malloc((length + 1) * sizeof *sum);
			oracle_random_state(dense, length, &seed);
			songdo_env *env;
			struct vector *vector = load(&env, 2, p ? SONGDO_SINGLE : SONGDO_DOUBLE, dense, length);
			vector->kernel->to_double(dense, vector->amplitudes, 0, length);
			sum[0] = 0;
			for (uint64_t x = 0; x < length; x++)
				sum[x + 1] = sum[x] + (long double)(creal(dense[x]) * creal(dense[x]) + cimag(dense[x]) * cimag(dense[x]));
			double u[DRAWS];
			uint64_t outcome[DRAWS];
			for (int i = 0; i < DRAWS; i++)
				u[i] = (i + oracle_uniform(&seed)) / DRAWS;
			cr_assert_eq(vector_sample(vector, u, DRAWS, outcome, NULL), SONGDO_OK);
			for (int i = 0; i < DRAWS; i++) {
				long double t = u[i] * sum[length];
				cr_assert_lt(outcome[i], length);
				cr_assert(sum[outcome[i]] <= t + 1e-13L && t - 1e-13L <= sum[outcome[i] + 1],
				          "length %zu, draw %d", (size_t)length, i);
			}
			free(dense);
			free(sum);
			vector_free(vector);
			songdo_env_close(env);
		}
}

Test(sample, positions_of_probability_zero_are_never_drawn)
{
	static const unsigned sizes[] = {3, 12, 18};
	for (size_t s = 0; s < ARRAY_LENGTH(sizes); s++) {
		enum { DRAWS = 20000 };
		uint64_t length = bit_mask(sizes[s]), seed = 3;
		double complex *dense = calloc(length, sizeof *dense);
		double norm = 0, *u = malloc(DRAWS * sizeof *u);
		uint64_t *outcome = malloc(DRAWS * sizeof *outcome);
		for (uint64_t x = 1; x < length - 1; x++)   /* the first and the last are zero too */
			if (oracle_below(&seed, 3) == 0) {
				dense[x] = oracle_uniform(&seed) + 0.01;
				norm += creal(dense[x]) * creal(dense[x]);
			}
		for (uint64_t x = 0; x < length; x++)
			dense[x] /= sqrt(norm);
		songdo_env *env;
		struct vector *vector = load(&env, 1, SONGDO_DOUBLE, dense, length);
		for (int i = 0; i < DRAWS; i++)
			u[i] = i == DRAWS - 1 ? 1 - 0x1p-53 : (double)i / DRAWS;
		cr_assert_eq(vector_sample(vector, u, DRAWS, outcome, NULL), SONGDO_OK);
		for (int i = 0; i < DRAWS; i++)
			cr_assert(dense[outcome[i]] != 0, "size %u, draw %d fell on %zu", sizes[s], i, (size_t)outcome[i]);
		free(dense);
		free(u);
		free(outcome);
		vector_free(vector);
		songdo_env_close(env);
	}
}

/* u just below 1 with a norm above and below 1, and ties on the edges of positions. */
Test(sample, the_ends_of_the_interval_are_safe)
{
	static const double scale[] = {1 - 2e-7, 1, 1 + 2e-7};
	for (size_t s = 0; s < ARRAY_LENGTH(scale); s++) {
		double complex dense[8] = {0, 0.5, 0.5, 0, 0.5, 0, 0.5, 0};
		double u[] = {0, 0.25, 0.5, 0.75, 1 - 0x1p-53, 1 - 0x1p-53};
		uint64_t outcome[6];
		songdo_env *env;
		for (int x = 0; x < 8; x++)
			dense[x] *= scale[s];
		struct vector *vector = load(&env, 1, SONGDO_DOUBLE, dense, 8);
		cr_assert_eq(vector_sample(vector, u, 6, outcome, NULL), SONGDO_OK);
		cr_assert_eq(outcome[0], 1);
		cr_assert_eq(outcome[4], 6);
		cr_assert_eq(outcome[5], 6);
		if (scale[s] == 1)
			cr_assert(outcome[1] == 2 && outcome[2] == 4 && outcome[3] == 6);
		cr_assert_eq(vector_sample(vector, u, 0, outcome, NULL), SONGDO_OK);
		vector_free(vector);
		songdo_env_close(env);
	}
}

Test(sample, fewer_shots_are_the_first_of_more)
{
	enum { MANY = 5000, FEW = 1234 };
	uint64_t seed = 4, length = bit_mask(17), many[MANY], few[FEW];
	double complex *dense = malloc(length * sizeof *dense);
	oracle_random_state(dense, length, &seed);
	songdo_env *env;
	struct vector *vector = load(&env, 2, SONGDO_DOUBLE, dense, length);
	shoot(vector, 99, MANY, many);
	shoot(vector, 99, FEW, few);
	cr_assert_eq(memcmp(many, few, sizeof few), 0);
	free(dense);
	vector_free(vector);
	songdo_env_close(env);
}

Test(sample, threads_and_instruction_sets_do_not_matter)
{
	enum { SHOTS = 20000 };
	uint64_t seed = 5, length = bit_mask(19), *first = malloc(SHOTS * sizeof *first),
	         *other = malloc(SHOTS * sizeof *other);
	double complex *dense = malloc(length * sizeof *dense);
	oracle_random_state(dense, length, &seed);
	bool any = false;
	for (int isa = 0; isa < KERNEL_ISAS; isa++)
		for (int threads = 1; !kernel_missing((enum kernel_isa)isa) && threads <= 3; threads++) {
			songdo_env *env;
			setenv("SONGDO_ISA", kernel_name((enum kernel_isa)isa), 1);
			struct vector *vector = load(&env, threads, SONGDO_DOUBLE, dense, length);
			shoot(vector, 7, SHOTS, any ? other : first);
			if (any)
				cr_assert_eq(memcmp(first, other, SHOTS * sizeof *first), 0, "%s, %d threads", songdo_env_isa(env), threads);
			any = true;
			vector_free(vector);
			songdo_env_close(env);
		}
	free(dense);
	free(first);
	free(other);
}

Test(sample, a_vector_that_is_no_state_is_an_internal_error_with_its_norm)
{
	static const double bad[] = {0, 2, 0.5, NAN, INFINITY, 1.00001};
	for (size_t i = 0; i < ARRAY_LENGTH(bad); i++) {
		double complex dense[4] = {0, sqrt(bad[i]), 0, 0};
		double u = 0.5;
		uint64_t outcome;
		songdo_error error = {0};
		songdo_env *env;
		struct vector *vector = load(&env, 1, SONGDO_DOUBLE, dense, 4);
		cr_assert_eq(vector_sample(vector, &u, 1, &outcome, &error), SONGDO_INTERNAL);
		cr_assert(strstr(error.message, "norm is"), "%s", error.message);
		vector_free(vector);
		songdo_env_close(env);
	}
	double complex near[4] = {0, sqrt(1.0005), 0, 0};
	double u = 0.5;
	uint64_t outcome;
	songdo_env *env;
	struct vector *vector = load(&env, 1, SONGDO_SINGLE, near, 4);
	cr_assert_eq(vector_sample(vector, &u, 1, &outcome, NULL), SONGDO_OK);
	cr_assert_eq(outcome, 1);
	vector_free(vector);
	songdo_env_close(env);
}
