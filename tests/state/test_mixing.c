/* test_mixing.c - layers of phases and X mixers against dense matrices, alone or on several ranks.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "check.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "oracle.h"
#include "state/mixing.h"

enum { MOST_LAYERS = 4 };

/* What decides the kind of a table's entries. */
enum weights { SMALL_INTEGERS, INTEGERS, LARGE_INTEGERS, REALS, WEIGHTS };

static void random_cost(struct polynomial *cost, unsigned variables, enum weights weights, uint64_t *seed)
{
	polynomial_init(cost, variables);
	for (unsigned i = 0; i < 3 * variables + 1; i++) {
		uint32_t variable[4];
		const uint32_t degree = (uint32_t)oracle_below(seed, 5);
		for (uint32_t k = 0; k < degree; k++)
			variable[k] = (uint32_t)oracle_below(seed, variables);
		double weight = oracle_normal(seed);
		if (weights == SMALL_INTEGERS)
			weight = (double)oracle_below(seed, 5) - 2;
		else if (weights == INTEGERS)
			weight = (double)oracle_below(seed, 401) - 200;
		else if (weights == LARGE_INTEGERS)
			weight = (double)oracle_below(seed, 1 << 19);
		polynomial_add(cost, weight, variable, degree);
	}
	polynomial_settle(cost);
}

static double value_at(const struct polynomial *cost, uint64_t state)
{
	uint8_t x[64];
	for (unsigned v = 0; v < cost->variables; v++)
		x[v] = state >> v & 1;
	return polynomial_value(cost, x);
}

/* The same by definition: e^(-i gamma cost), then e^(-i beta X) on each qubit. */
static void reference(double complex *psi, const struct polynomial *cost, const double *gamma, const double *beta,
                      unsigned layers)
{
	const uint64_t states = bit_mask(cost->variables);
	for (uint64_t x = 0; x < states; x++)
		psi[x] = 1 / sqrt((double)states);
	for (unsigned layer = 0; layer < layers; layer++) {
		const double complex c = cos(beta[layer]), s = -I * sin(beta[layer]), mixer[4] = {c, s, s, c};
		for (uint64_t x = 0; x < states; x++)
			psi[x] *= cexp(-I * gamma[layer] * (value_at(cost, x) - cost->constant));
		for (uint8_t v = 0; v < cost->variables; v++)
			oracle_apply(psi, cost->variables, 1, &v, mixer, 0, 0);
	}
}

/* This rank's amplitudes of the state, in logical order, against the reference; idle positions must be zero. */
static double difference(const struct mixing *mixing, const double complex *psi)
{
	const struct vector *vector = mixing->state->vector;
	const uint64_t base = (uint64_t)comm_rank(vector->env->comm) * vector->local;
	double complex *own = malloc(vector->local * sizeof *own);
	double worst = 0;
	vector->kernel->to_double(own, vector->amplitudes, 0, vector->local);
	for (uint64_t i = 0; i < vector->local; i++) {
		const double complex wanted = base + i < bit_mask(mixing->variables) ? psi[base + i] : 0;
		worst = fmax(worst, cabs(own[i] - wanted));
	}
	free(own);
	return worst;
}

static void compare(struct check *check, songdo_env *env, unsigned variables, enum weights weights,
                    songdo_precision precision, uint64_t *seed)
{
	struct polynomial cost;
	struct mixing *mixing = NULL;
	double gamma[MOST_LAYERS], beta[MOST_LAYERS];
	const unsigned layers = (unsigned)oracle_below(seed, MOST_LAYERS + 1);
	songdo_error error = {0};
	double complex *psi = malloc(bit_mask(variables) * sizeof *psi);
	random_cost(&cost, variables, weights, seed);
	const double span = polynomial_span(&cost) + 1;
	for (unsigned l = 0; l < layers; l++) {
		gamma[l] = (oracle_uniform(seed) * 8 - 4) / (precision == SONGDO_SINGLE ? 1 : span) *
		           (weights == SMALL_INTEGERS ? span : 1);
		beta[l] = oracle_uniform(seed) * 8 - 4;
	}
	if (CHECK(check, !mixing_new(&mixing, env, precision, &cost, &error), "%s", error.message) &&
	    CHECK(check, !mixing_run(mixing, gamma, beta, layers))) {
		struct distribution distribution;
		double mean = 0, square = 0, optimum = 0, least = INFINITY, count = 0;
		const double tolerance = precision == SONGDO_SINGLE ? 3e-5 : 1e-11;
		reference(psi, &cost, gamma, beta, layers);
		for (uint64_t x = 0; x < bit_mask(variables); x++)
			least = fmin(least, value_at(&cost, x));
		for (uint64_t x = 0; x < bit_mask(variables); x++) {
			const double p = creal(psi[x]) * creal(psi[x]) + cimag(psi[x]) * cimag(psi[x]),
			             c = value_at(&cost, x);
			mean += p * c;
			square += p * c * c;
			if (c <= least + 1e-9 * span) {
				optimum += p;
				count++;
			}
		}
		if (CHECK(check,
		          !table_distribution(&distribution, mixing_table(mixing), mixing->state->vector, &error), "%s",
		          error.message)) {
			CHECK(check, fabs(distribution.norm - 1) < tolerance, "norm %.15g", distribution.norm);
			CHECK(check, fabs(distribution_mean(&distribution) - mean) < tolerance * span,
			      "n %u kind %d mean %.12g is not %.12g", variables, (int)mixing->table[0]->kind,
			      distribution_mean(&distribution), mean);
			/* Bins make the variance coarse. */
			if (mixing->table[0]->values > 0)
				CHECK(check, fabs(distribution_variance(&distribution) - square + mean * mean) <
				                     10 * tolerance * span * span);
			CHECK(check, fabs(distribution.optimum - optimum) < tolerance, "n %u P(opt) %.12g is not %.12g",
			      variables, distribution.optimum, optimum);
			CHECK(check, fabs(distribution_cvar(&distribution, 1) - mean) < 2 * tolerance * span);
			CHECK(check, fabs(mixing_table(mixing)->least - least) < 1e-9 * span);
			CHECK(check, mixing_table(mixing)->optima == count, "optima %g are not %g",
			      mixing_table(mixing)->optima, count);
			distribution_fini(&distribution);
		}
		CHECK(check, !mixing_finish(mixing));
		CHECK(check, difference(mixing, psi) < tolerance,
		      "n %u weights %d layers %u precision %d kind %d: %.3g", variables, (int)weights, layers,
		      (int)precision, (int)mixing->table[0]->kind, difference(mixing, psi));
	}
	mixing_free(mixing);
	polynomial_fini(&cost);
	free(psi);
}

/* Each kind of entry is chosen where it should be. */
static void kinds(struct check *check, songdo_env *env)
{
	static const struct {
		double weight[3];
		enum kernel_entry kind;
	} wanted[] = {
		{{1, 2, 100}, KERNEL_ENTRY_U8},    {{0.1, 0.2, 0.3}, KERNEL_ENTRY_U8},
		{{1, 2, 1000}, KERNEL_ENTRY_U16},  {{1e6, 2e6, -1e6}, KERNEL_ENTRY_U8}, /* the unit is 10^6 */
		{{M_PI, 1, M_E}, KERNEL_ENTRY_U8}, /* eight sums only */
	};
	for (size_t i = 0; i < ARRAY_LENGTH(wanted); i++) {
		struct polynomial cost;
		struct mixing *mixing = NULL;
		polynomial_init(&cost, 3);
		for (uint32_t v = 0; v < 3; v++)
			polynomial_add(&cost, wanted[i].weight[v], &v, 1);
		polynomial_settle(&cost);
		if (CHECK(check, !mixing_new(&mixing, env, SONGDO_DOUBLE, &cost, NULL)))
			CHECK(check, mixing->table[0]->kind == wanted[i].kind, "case %zu is %s", i,
			      table_kind_name(mixing->table[0]->kind));
		mixing_free(mixing);
		polynomial_fini(&cost);
	}
	/* 2^17 distinct values: integers are exact in single precision, thirds are not. */
	for (int third = 0; third < 2; third++) {
		struct polynomial cost;
		struct mixing *mixing = NULL;
		polynomial_init(&cost, 17);
		for (uint32_t v = 0; v < 17; v++)
			polynomial_add(&cost, ldexp(third ? 1 / 3.0 : 1, (int)v), &v, 1);
		polynomial_settle(&cost);
		if (CHECK(check, !mixing_new(&mixing, env, SONGDO_DOUBLE, &cost, NULL)))
			CHECK(check, mixing->table[0]->kind == (third ? KERNEL_ENTRY_F64 : KERNEL_ENTRY_F32));
		mixing_free(mixing);
		polynomial_fini(&cost);
	}
}

int main(void)
{
	static const char *const isa[] = {"scalar", "avx2", "avx512"};
	struct check check;
	uint64_t seed = 20240901;
	check_begin(&check);

	for (size_t i = 0; i < ARRAY_LENGTH(isa); i++) {
		static char name[3][100]; /* read when the case ends */
		songdo_env *env = NULL;
		snprintf(name[i], sizeof name[i], "layers are those of dense matrices (%s)", isa[i]);
		if (kernel_missing(kernel_named(isa[i]))) {
			check_skip(&check, name[i], kernel_missing(kernel_named(isa[i])));
			continue;
		}
		check_case(&check, name[i]);
		if (!CHECK(&check, !songdo_env_open(&env, &(songdo_env_options){.isa = isa[i], .threads = 2}, NULL)))
			continue;
		for (unsigned variables = 1; variables <= 13; variables++)
			for (int repeat = 0; repeat < 2 * WEIGHTS; repeat++)
				for (int precision = 0; precision < 2; precision++)
					compare(&check, env, variables, (enum weights)(repeat % WEIGHTS),
						(songdo_precision)precision, &seed);
		songdo_env_close(env);
	}

	songdo_env *env = NULL;
	check_case(&check, "large states of every kind of entry go through several passes");
	if (CHECK(&check, !songdo_env_open(&env, &(songdo_env_options){.threads = 2}, NULL))) {
		for (unsigned variables = 16; variables <= 18; variables++)
			for (int weights = 0; weights < WEIGHTS; weights++)
				compare(&check, env, variables, (enum weights)weights,
					weights & 1 ? SONGDO_SINGLE : SONGDO_DOUBLE, &seed);
		check_case(&check, "a table's kind of entry follows from the values");
		kinds(&check, env);
	}
	songdo_env_close(env);
	return check_end(&check);
}
