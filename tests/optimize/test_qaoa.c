/* test_qaoa.c - published values of QAOA on cubic graphs, its training and its samples, alone or on several ranks.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "check.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "optimize/classical.h"
#include "optimize/qaoa.h"
#include "oracle.h"

/* In LCF notation: node i is joined to i + 1 and to i + jump[i % length]. */
struct graph {
	unsigned nodes, length;
	int jump[8];
	double cut; /* the largest */
};

static const struct graph heawood = {14, 2, {5, -5}, 21}, dodecahedron = {20, 0, {0}, 24}, k33 = {6, 1, {3}, 9};
static const int dodecahedron_jump[10] = {10, 7, 4, -4, -7, 10, -4, 7, -7, 4};

/* The cost is minus the cut. */
static void cut_cost(struct polynomial *cost, const struct graph *graph, unsigned *edges)
{
	polynomial_init(cost, graph->nodes);
	*edges = 0;
	for (unsigned i = 0; i < graph->nodes; i++) {
		const int jump = graph->length ? graph->jump[i % graph->length] : dodecahedron_jump[i % 10];
		const unsigned ends[2] = {(i + 1) % graph->nodes,
		                          (unsigned)((int)i + jump + 2 * (int)graph->nodes) % graph->nodes};
		for (int e = 0; e < 2; e++) {
			const uint32_t pair[2] = {i, ends[e]};
			if (e == 1 && ends[e] < i)
				continue;
			polynomial_add(cost, -1, pair, 1);
			polynomial_add(cost, -1, pair + 1, 1);
			polynomial_add(cost, 2, pair, 2);
			*edges += 1;
		}
	}
	polynomial_settle(cost);
}

/* The fraction of the edges that the angles cut in expectation. */
static double fraction(struct check *check, songdo_env *env, const struct graph *graph, const double *gamma,
                       const double *beta, unsigned layers, songdo_precision precision)
{
	struct polynomial cost;
	struct distribution distribution;
	struct qaoa *qaoa = NULL;
	unsigned edges;
	double mean = NAN;
	cut_cost(&cost, graph, &edges);
	if (CHECK(check, !qaoa_new(&qaoa, env, precision, &cost, NULL))) {
		CHECK(check, qaoa->mixing->table[0]->least == -graph->cut, "the largest cut is %g",
		      -qaoa->mixing->table[0]->least);
		qaoa_set(qaoa, gamma, beta, layers);
		if (CHECK(check, !qaoa_prepare(qaoa, &distribution, NULL))) {
			mean = -distribution_mean(&distribution) / edges;
			distribution_fini(&distribution);
		}
	}
	qaoa_free(qaoa);
	polynomial_fini(&cost);
	return mean;
}

/* Wurtz, Lykov 2021 (arXiv:2107.00677): fixed angles of cubic graphs; their gamma is twice, their beta minus ours, and
 * both have some seven digits. The expected fraction holds where no cycle is shorter than 2 p + 2. */
static void published(struct check *check, songdo_env *env)
{
	static const struct {
		unsigned layers;
		double gamma[2], beta[2], fraction;
	} fixed[] = {
		{1, {1.2310672582}, {0.3926720292}, 0.6924500474},
		{2, {0.9754194654, 1.7959753912}, {0.5550603401, 0.2925078148}, 0.7559062918},
	};
	const struct graph *const graph[] = {&heawood, &dodecahedron, &k33};
	static const unsigned girth[] = {6, 5, 4};
	for (size_t f = 0; f < ARRAY_LENGTH(fixed); f++)
		for (size_t g = 0; g < ARRAY_LENGTH(graph); g++)
			for (int precision = 0; precision < 2; precision++) {
				double gamma[2], beta[2];
				if (girth[g] < 2 * fixed[f].layers + 2)
					continue;
				for (unsigned l = 0; l < 2; l++) {
					gamma[l] = fixed[f].gamma[l] / 2;
					beta[l] = -fixed[f].beta[l];
				}
				const double found = fraction(check, env, graph[g], gamma, beta, fixed[f].layers,
				                              (songdo_precision)precision);
				CHECK(check, fabs(found - fixed[f].fraction) < (precision ? 1e-6 : 2e-7),
				      "graph %zu, %u layers: %.10f", g, fixed[f].layers, found);
			}
}

static void trained(struct check *check, songdo_env *env, enum minimiser method)
{
	struct polynomial cost;
	struct qaoa *qaoa = NULL;
	unsigned edges;
	const struct qaoa_training training = {
		.layers = 3, .share = 1, .minimiser = method, .evaluations = 400, .seed = 1};
	cut_cost(&cost, &heawood, &edges);
	if (minimiser_available(minimiser_choose(method, 6)) &&
	    CHECK(check, !qaoa_new(&qaoa, env, SONGDO_DOUBLE, &cost, NULL)) &&
	    CHECK(check, !qaoa_train(qaoa, &cost, &training, NULL))) {
		struct distribution d;
		double best[4] = {0};
		for (uint64_t i = 0; i < qaoa->entries; i++)
			best[qaoa->entry[i].layers] = fmax(best[qaoa->entry[i].layers], -qaoa->entry[i].value / edges);
		CHECK(check, qaoa->evaluations <= training.evaluations && qaoa->evaluations > 40);
		if (comm_rank(env->comm) == 0) {
			CHECK(check, qaoa->entries == qaoa->evaluations);
			CHECK(check, fabs(best[1] - 0.6924500474) < 1e-4, "one layer: %.8f", best[1]);
			CHECK(check, best[2] > 0.7559 - (method == MINIMISER_SPSA ? 2e-3 : 2e-5), "two layers: %.8f",
			      best[2]);
			/* 0.7924 is the fraction of a graph without short cycles. */
			CHECK(check, best[3] > best[2] + 0.02, "three layers: %.8f", best[3]);
		}
		if (CHECK(check, !qaoa_prepare(qaoa, &d, NULL))) {
			if (comm_rank(env->comm) == 0)
				CHECK(check, fabs(-distribution_mean(&d) / edges - best[3]) < 1e-9,
				      "the angles kept are the best of the log");
			distribution_fini(&d);
		}
	}
	qaoa_free(qaoa);
	polynomial_fini(&cost);
}

/* The log can be replayed: each entry's angles give its value. */
static void replayed(struct check *check, songdo_env *env)
{
	struct polynomial cost;
	struct qaoa *qaoa = NULL;
	unsigned edges;
	const struct qaoa_training training = {.layers = 2, .objective = QAOA_CVAR, .share = 0.2, .evaluations = 90};
	cut_cost(&cost, &k33, &edges);
	if (CHECK(check, !qaoa_new(&qaoa, env, SONGDO_DOUBLE, &cost, NULL)) &&
	    CHECK(check, !qaoa_train(qaoa, &cost, &training, NULL)))
		for (uint64_t i = 0; i < qaoa->evaluations; i += 11) {
			double angle[5] = {0};
			struct distribution d;
			if (comm_rank(env->comm) == 0) {
				const struct qaoa_entry *entry = &qaoa->entry[i];
				memcpy(angle, qaoa->angle + entry->first, entry->layers * sizeof *angle);
				memcpy(angle + 2, qaoa->angle + entry->first + entry->layers,
				       entry->layers * sizeof *angle);
				angle[4] = entry->layers;
			}
			comm_broadcast(env->comm, angle, sizeof angle, 0);
			qaoa_set(qaoa, angle, angle + 2, (unsigned)angle[4]);
			if (!CHECK(check, !qaoa_prepare(qaoa, &d, NULL)))
				break;
			if (comm_rank(env->comm) == 0)
				CHECK(check, fabs(distribution_cvar(&d, 0.2) - qaoa->entry[i].value) < 1e-12);
			distribution_fini(&d);
		}
	qaoa_free(qaoa);
	polynomial_fini(&cost);
}

/* Counts against the probabilities, by chi-square; and the first samples of more are the same. */
static void sampled(struct check *check, songdo_env *env)
{
	enum { SHOTS = 20000, FEWER = 1000 };
	static uint64_t state[SHOTS], fewer[FEWER];
	struct polynomial cost;
	struct qaoa *qaoa = NULL;
	unsigned edges;
	double complex *psi = calloc(64, sizeof *psi);
	static const double gamma[1] = {0.6}, beta[1] = {-0.4};
	cut_cost(&cost, &k33, &edges);
	if (CHECK(check, !qaoa_new(&qaoa, env, SONGDO_DOUBLE, &cost, NULL))) {
		struct distribution d;
		double chi = 0, count[64] = {0};
		uint64_t found = 0;
		qaoa_set(qaoa, gamma, beta, 1);
		CHECK(check, !qaoa_prepare(qaoa, &d, NULL));
		distribution_fini(&d);
		CHECK(check, !qaoa_sample(qaoa, 5, SHOTS, state, NULL) && !qaoa_sample(qaoa, 5, FEWER, fewer, NULL));
		for (uint64_t i = 0; i < SHOTS; i++)
			count[state[i] & 63]++;
		for (uint64_t x = 0; x < 64; x++) {
			CHECK(check, !vector_get(qaoa->mixing->state->vector, x, &psi[x]));
			const double expected = SHOTS * (creal(psi[x]) * creal(psi[x]) + cimag(psi[x]) * cimag(psi[x]));
			chi += (count[x] - expected) * (count[x] - expected) / expected;
		}
		CHECK(check, chi < 120, "chi-square %g of 63", chi); /* above 120 with probability 1e-5 */
		for (uint64_t i = 0, j = 0; i < FEWER && j < SHOTS; j++)
			if (state[j] == fewer[i])
				i++, found++;
		CHECK(check, found == FEWER, "only %llu samples are there again", (unsigned long long)found);
	}
	qaoa_free(qaoa);
	polynomial_fini(&cost);
	free(psi);
}

static double brute_force(const struct polynomial *cost)
{
	double least = INFINITY;
	uint8_t x[32];
	for (uint64_t state = 0; state < bit_mask(cost->variables); state++) {
		for (unsigned v = 0; v < cost->variables; v++)
			x[v] = state >> v & 1;
		least = fmin(least, polynomial_value(cost, x));
	}
	return least;
}

static void searched(struct check *check)
{
	uint64_t seed = 77;
	for (int repeat = 0; repeat < 40; repeat++) {
		struct polynomial cost;
		struct classical_answer answer;
		polynomial_init(&cost, 10);
		for (int i = 0; i < 40; i++) {
			uint32_t variable[3];
			for (int k = 0; k < 3; k++)
				variable[k] = (uint32_t)oracle_below(&seed, 10);
			polynomial_add(&cost, oracle_normal(&seed), variable, (uint32_t)oracle_below(&seed, 4));
		}
		polynomial_settle(&cost);
		const double least = brute_force(&cost);
		if (CHECK(check, classical_descent(&answer, &cost, 100000, -INFINITY, 1, NULL, NULL))) {
			CHECK(check, fabs(answer.value - least) < 1e-9, "descent %.12g, least %.12g", answer.value,
			      least);
			CHECK(check, polynomial_value(&cost, answer.x) == answer.value);
			CHECK(check, answer.evaluations >= 100000);
		}
		classical_fini(&answer);
		if (CHECK(check, classical_descent(&answer, &cost, 100000, least + 1e-9, 1, NULL, NULL)))
			CHECK(check, answer.evaluations < 100000 && fabs(answer.value - least) < 1e-9);
		classical_fini(&answer);
		if (CHECK(check, classical_random(&answer, &cost, 500, 1)))
			CHECK(check, answer.value >= least - 1e-9 &&
			                     polynomial_value(&cost, answer.x) == answer.value &&
			                     answer.evaluations == 500);
		classical_fini(&answer);
		polynomial_fini(&cost);
	}
}

int main(void)
{
	struct check check;
	songdo_env *env = NULL;
	check_begin(&check);
	check_case(&check, "fixed angles cut the published fraction of cubic graphs");
	if (songdo_env_open(&env, &(songdo_env_options){.threads = 1}, NULL))
		return 70;
	published(&check, env);
	check_case(&check, "training finds the published optima of one and two layers");
	trained(&check, env, MINIMISER_AUTO);
	check_case(&check, "so does it with COBYLA and with the simplex");
	trained(&check, env, MINIMISER_COBYLA);
	trained(&check, env, MINIMISER_NELDER_MEAD);
	check_case(&check, "the log of a training can be replayed");
	replayed(&check, env);
	check_case(&check, "samples follow the state's probabilities");
	sampled(&check, env);
	check_case(&check, "descent and uniform draws tell the truth, and descent finds optima of ten variables");
	searched(&check);
	songdo_env_close(env);
	return check_end(&check);
}
