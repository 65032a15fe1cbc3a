/* classical.c - uniform draws and greedy descent.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "optimize/classical.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"

enum {
	STREAM_DRAWS = 1,
	STREAM_DESCENT = 1 << 20
}; /* instances of the generator that samples of a circuit do not use */

void classical_fini(struct classical_answer *answer)
{
	free(answer->x);
	*answer = (struct classical_answer){0};
}

static bool answer_new(struct classical_answer *answer, const struct polynomial *cost)
{
	*answer = (struct classical_answer){.x = calloc(cost->variables + 1, 1), .value = INFINITY};
	return answer->x != NULL;
}

/* 53 variables a draw. */
static void random_state(uint8_t *x, uint32_t variables, uint64_t seed, uint64_t number, uint64_t instance)
{
	uint64_t bits = 0;
	for (uint32_t v = 0; v < variables; v++) {
		if (v % 53 == 0)
			bits = (uint64_t)(random_uniform(seed, number, instance + v / 53) * 0x1p53);
		x[v] = bits >> v % 53 & 1;
	}
}

bool classical_random(struct classical_answer *answer, const struct polynomial *cost, uint64_t draws, uint64_t seed)
{
	uint8_t *x = malloc(cost->variables + 1);
	const bool good = answer_new(answer, cost) && x;
	for (uint64_t i = 0; good && i < draws; i++) {
		random_state(x, cost->variables, seed, i, STREAM_DRAWS);
		const double value = polynomial_value(cost, x);
		if (value < answer->value) {
			answer->value = value;
			memcpy(answer->x, x, cost->variables);
		}
	}
	answer->evaluations = draws;
	free(x);
	return good;
}

/* Which terms each variable is in. */
struct incidence {
	uint64_t *first; /* variables + 1 */
	uint64_t *term;
	uint32_t *zeros; /* of each term: how many of its variables are 0 */
	double *gain; /* of each variable: the change of cost where it flips */
	uint8_t *x;
};

static void incidence_fini(struct incidence *in)
{
	free(in->first);
	free(in->term);
	free(in->zeros);
	free(in->gain);
	free(in->x);
}

static bool incidence_init(struct incidence *in, const struct polynomial *cost)
{
	in->first = calloc((size_t)cost->variables + 2, sizeof *in->first);
	in->term = malloc((cost->incidences + 1) * sizeof *in->term);
	in->zeros = malloc((cost->terms + 1) * sizeof *in->zeros);
	in->gain = malloc((cost->variables + 1) * sizeof *in->gain);
	in->x = malloc(cost->variables + 1);
	if (!in->first || !in->term || !in->zeros || !in->gain || !in->x)
		return false;
	for (uint64_t t = 0; t < cost->terms; t++)
		for (uint32_t k = 0; k < cost->term[t].degree; k++)
			in->first[cost->variable[cost->term[t].first + k] + 2]++;
	for (uint32_t v = 0; v < cost->variables; v++)
		in->first[v + 2] += in->first[v + 1];
	for (uint64_t t = 0; t < cost->terms; t++)
		for (uint32_t k = 0; k < cost->term[t].degree; k++)
			in->term[in->first[cost->variable[cost->term[t].first + k] + 1]++] = t;
	return true;
}

/* A variable's flip changes those terms whose other variables are all 1. */
static double flip_gain(const struct incidence *in, const struct polynomial *cost, uint32_t v)
{
	double sum = 0;
	for (uint64_t i = in->first[v]; i < in->first[v + 1]; i++) {
		const uint64_t t = in->term[i];
		if (in->zeros[t] == (in->x[v] ? 0u : 1u))
			sum += in->x[v] ? -cost->term[t].weight : cost->term[t].weight;
	}
	return sum;
}

static void start_at(struct incidence *in, const struct polynomial *cost)
{
	for (uint64_t t = 0; t < cost->terms; t++) {
		in->zeros[t] = 0;
		for (uint32_t k = 0; k < cost->term[t].degree; k++)
			in->zeros[t] += !in->x[cost->variable[cost->term[t].first + k]];
	}
	for (uint32_t v = 0; v < cost->variables; v++)
		in->gain[v] = flip_gain(in, cost, v);
}

/* Flip v, and renew the gains of its neighbours. Returns how many were computed. */
static uint64_t flip(struct incidence *in, const struct polynomial *cost, uint32_t v)
{
	uint64_t computed = 0;
	in->x[v] ^= 1;
	for (uint64_t i = in->first[v]; i < in->first[v + 1]; i++)
		in->zeros[in->term[i]] += in->x[v] ? (uint32_t)-1 : 1u;
	for (uint64_t i = in->first[v]; i < in->first[v + 1]; i++) {
		const struct polynomial_term *term = &cost->term[in->term[i]];
		for (uint32_t k = 0; k < term->degree; k++, computed++) {
			const uint32_t w = cost->variable[term->first + k];
			in->gain[w] = flip_gain(in, cost, w);
		}
	}
	return computed;
}

bool classical_descent(struct classical_answer *answer, const struct polynomial *cost, uint64_t evaluations,
                       double target, uint64_t seed, int (*cancelled)(void *context), void *context)
{
	const double least =
		-1e-12 * (polynomial_span(cost) + fabs(cost->constant)); /* a gain that is more than rounding */
	struct incidence in = {0};
	const bool good = answer_new(answer, cost) && incidence_init(&in, cost);
	for (uint64_t start = 0; good && (start == 0 || answer->evaluations < evaluations) && answer->value > target;
	     start++) {
		random_state(in.x, cost->variables, seed, start, STREAM_DESCENT);
		start_at(&in, cost);
		answer->evaluations += 1 + cost->variables;
		for (;;) {
			uint32_t best = 0;
			for (uint32_t v = 1; v < cost->variables; v++)
				best = in.gain[v] < in.gain[best] ? v : best;
			if (cost->variables == 0 || in.gain[best] >= least)
				break;
			answer->evaluations += flip(&in, cost, best);
		}
		const double value = polynomial_value(cost, in.x);
		if (value < answer->value) {
			answer->value = value;
			memcpy(answer->x, in.x, cost->variables);
		}
		if (cancelled && cancelled(context)) {
			answer->interrupted = true;
			break;
		}
	}
	incidence_fini(&in);
	return good;
}
