/* qaoa.c - angles, states and samples of the quantum approximate optimization algorithm.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "optimize/qaoa.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/parallel.h"
#include "base/random.h"
#include "base/text.h"

enum {
	GRID_GAMMA = 8,
	GRID_BETA = 4,
	STAGE_LEAST = 8, /* evaluations below which a minimiser is not worth starting */
};

songdo_status qaoa_new(struct qaoa **qaoa, songdo_env *env, songdo_precision precision, const struct polynomial *cost,
                       songdo_error *error)
{
	struct qaoa *made = calloc(1, sizeof *made);
	songdo_status status = comm_agree(env->comm, made ? SONGDO_OK : SONGDO_NO_FIT);
	*qaoa = NULL;
	if (status)
		error_set(error, status, "out of memory");
	else
		status = mixing_new(&made->mixing, env, precision, cost, error);
	if (status)
		qaoa_free(made);
	else
		*qaoa = made;
	return status;
}

void qaoa_free(struct qaoa *qaoa)
{
	if (!qaoa)
		return;
	mixing_free(qaoa->mixing);
	free(qaoa->entry);
	free(qaoa->angle);
	free(qaoa);
}

void qaoa_set(struct qaoa *qaoa, const double *gamma, const double *beta, unsigned layers)
{
	assert(layers <= QAOA_LAYERS);
	qaoa->layers = layers;
	memmove(qaoa->gamma, gamma, layers * sizeof *gamma);
	memmove(qaoa->beta, beta, layers * sizeof *beta);
}

/* ---- One evaluation ----------------------------------------------------------------------------------- */

/* What rank 0 tells the others before each evaluation; no layers: the training is over. */
struct order {
	unsigned layers;
	songdo_status status;
	double gamma[QAOA_LAYERS], beta[QAOA_LAYERS];
};

struct trainer {
	struct qaoa *qaoa;
	songdo_env *env;
	const struct qaoa_training *training;
	songdo_error *error;
	double unit; /* the minimiser's numbers are gamma / unit and beta */
	unsigned layers; /* of the stage in hand */
	double best; /* of all stages, for the progress */
	bool failed; /* an evaluation, and so on every rank */
};

static songdo_status evaluate_order(struct trainer *t, const struct order *order, double *value)
{
	struct mixing *mixing = t->qaoa->mixing;
	struct distribution d;
	songdo_status status = mixing_run(mixing, order->gamma, order->beta, order->layers);
	t->qaoa->evaluations++;
	if (!status)
		status = table_distribution(&d, mixing_table(mixing), mixing->state->vector, t->error);
	if (!status) {
		*value = t->training->objective == QAOA_CVAR ? distribution_cvar(&d, t->training->share)
		                                             : distribution_mean(&d);
		distribution_fini(&d);
	}
	return status;
}

static songdo_status log_entry(struct qaoa *qaoa, const struct order *order, double value)
{
	if (qaoa->entries == qaoa->entry_capacity) {
		const uint64_t wanted = qaoa->entry_capacity ? 2 * qaoa->entry_capacity : 128;
		void *grown = realloc(qaoa->entry, wanted * sizeof *qaoa->entry);
		if (!grown)
			return SONGDO_NO_FIT;
		qaoa->entry = grown;
		qaoa->entry_capacity = wanted;
	}
	if (qaoa->angles + 2 * order->layers > qaoa->angle_capacity) {
		const uint64_t wanted = 2 * qaoa->angle_capacity + 4 * QAOA_LAYERS;
		void *grown = realloc(qaoa->angle, wanted * sizeof *qaoa->angle);
		if (!grown)
			return SONGDO_NO_FIT;
		qaoa->angle = grown;
		qaoa->angle_capacity = wanted;
	}
	qaoa->entry[qaoa->entries++] = (struct qaoa_entry){qaoa->angles, order->layers, value};
	memcpy(qaoa->angle + qaoa->angles, order->gamma, order->layers * sizeof(double));
	memcpy(qaoa->angle + qaoa->angles + order->layers, order->beta, order->layers * sizeof(double));
	qaoa->angles += 2 * order->layers;
	return SONGDO_OK;
}

/* Rank 0: have all ranks evaluate x = gamma / unit, beta. A failure that every rank has ends the training on all of
 * them; one of this rank alone (the log) is told with the last order. */
static songdo_status evaluate(void *context, const double *x, double *value)
{
	struct trainer *t = context;
	const struct table *table = t->qaoa->mixing->table[0];
	struct order order = {.layers = t->layers};
	for (unsigned l = 0; l < t->layers; l++) {
		order.gamma[l] = x[l] * t->unit;
		order.beta[l] = x[t->layers + l];
	}
	songdo_status status = comm_broadcast(t->env->comm, &order, sizeof order, 0);
	if (!status)
		status = evaluate_order(t, &order, value);
	t->failed = status != SONGDO_OK;
	if (!status)
		status = log_entry(t->qaoa, &order, *value);
	if (status)
		return status;
	t->best = fmin(t->best, *value);
	if (t->training->progress)
		t->training->progress(t->training->context, t->qaoa->evaluations, t->best);
	/* The minimiser sees a number from 0 to 1 without its last bits. */
	const double range = table->most - table->least;
	*value = range > 0 ? ldexp(rint(ldexp((*value - table->least) / range, 34)), -34) : 0;
	return SONGDO_OK;
}

/* The other ranks: evaluate until rank 0 has finished. */
static songdo_status follow(struct trainer *t)
{
	struct order order;
	double value;
	for (;;) {
		songdo_status status = comm_broadcast(t->env->comm, &order, sizeof order, 0);
		if (status || order.layers == 0)
			return status ? status : order.status;
		status = evaluate_order(t, &order, &value);
		if (status)
			return status;
	}
}

/* ---- Stages ------------------------------------------------------------------------------------------- */

/* The best of a small grid for one layer. */
static songdo_status try_grid(struct trainer *t, double *x, uint64_t *left)
{
	double best = INFINITY;
	songdo_status status = SONGDO_OK;
	for (unsigned g = 0; g < GRID_GAMMA && !status; g++)
		for (unsigned b = 0; b < GRID_BETA && !status && *left > 0; b++) {
			const double point[2] = {0.3 * (g + 1), -0.15 * (b + 1)};
			double value;
			status = evaluate(t, point, &value);
			*left -= 1;
			if (!status && value < best) {
				best = value;
				memcpy(x, point, sizeof point);
			}
		}
	return status;
}

/* Lead the training; x holds the best angles of the last stage, as the minimiser's numbers. */
static songdo_status lead(struct trainer *t, double *x)
{
	const struct qaoa_training *training = t->training;
	uint64_t left = training->evaluations;
	songdo_status status = SONGDO_OK;
	angles_ramp(x, x + 1, 1, 2); /* what is left where the budget is too small to look further */
	t->layers = 1;
	status = try_grid(t, x, &left);
	for (unsigned layers = 1; layers <= training->layers && !status; layers++) {
		double previous[2 * QAOA_LAYERS], value;
		/* Later stages have more numbers to find: a stage of l layers gets a share in proportion to l. */
		const uint64_t weights = (uint64_t)(layers + training->layers) * (training->layers - layers + 1) / 2;
		const uint64_t share = left * layers / weights;
		t->layers = layers;
		if (layers > 1) {
			memcpy(previous, x, 2 * (layers - 1) * sizeof *x);
			memcpy(x, previous, (layers - 1) * sizeof *x);
			angles_interpolate(x, layers - 1);
			memcpy(x + layers, previous + layers - 1, (layers - 1) * sizeof *x);
			angles_interpolate(x + layers, layers - 1);
		}
		if (share < STAGE_LEAST)
			continue;
		const uint64_t before = t->qaoa->evaluations;
		const struct minimise_options options = {
			.method = training->minimiser,
			.evaluations = share,
			.step = layers == 1 ? 0.1 : 0.05,
			.x_tolerance = 1e-4,
			.value_tolerance = 1e-7,
			.seed = training->seed,
		};
		status = minimise(x, 2 * layers, &value, evaluate, t, &options);
		left -= t->qaoa->evaluations - before;
	}
	return status;
}

songdo_status qaoa_train(struct qaoa *qaoa, const struct polynomial *cost, const struct qaoa_training *training,
                         songdo_error *error)
{
	songdo_env *env = qaoa->mixing->state->vector->env;
	struct trainer t = {.qaoa = qaoa,
	                    .env = env,
	                    .training = training,
	                    .error = error,
	                    .unit = angles_unit(cost),
	                    .best = INFINITY};
	struct order last = {.layers = 0};
	songdo_status status;
	assert(training->layers >= 1 && training->layers <= QAOA_LAYERS && training->evaluations >= 1);
	if (!minimiser_available(training->minimiser)) {
		error_set(error, SONGDO_NO_FIT, "this build has no NLopt, so no %s",
		          minimiser_name(training->minimiser));
		error_hint(error, "nelder-mead and spsa are always there");
		return SONGDO_NO_FIT;
	}
	if (comm_rank(env->comm) != 0) {
		status = follow(&t);
	} else {
		double x[2 * QAOA_LAYERS];
		status = lead(&t, x);
		for (unsigned l = 0; l < training->layers; l++) {
			last.gamma[l] = x[l] * t.unit;
			last.beta[l] = x[training->layers + l];
		}
		last.status = status;
		/* Where an evaluation failed the others know it, and have left. */
		if (!t.failed)
			comm_broadcast(env->comm, &last, sizeof last, 0);
	}
	status = comm_agree(env->comm, status);
	if (!status)
		status = comm_broadcast(env->comm, &last, sizeof last, 0);
	if (!status)
		qaoa_set(qaoa, last.gamma, last.beta, training->layers);
	return status;
}

/* ---- The state and its samples ------------------------------------------------------------------------- */

songdo_status qaoa_prepare(struct qaoa *qaoa, struct distribution *distribution, songdo_error *error)
{
	struct mixing *mixing = qaoa->mixing;
	songdo_status status = mixing_run(mixing, qaoa->gamma, qaoa->beta, qaoa->layers);
	if (!status)
		status = mixing_settle(mixing);
	if (!status)
		status = table_distribution(distribution, mixing_table(mixing), mixing->state->vector, error);
	return status;
}

struct draw {
	double *u;
	uint64_t seed;
};

static void make_draws(void *context, uint64_t begin, uint64_t end)
{
	const struct draw *draw = context;
	for (uint64_t i = begin; i < end; i++)
		draw->u[i] = random_uniform(draw->seed, i, 0);
}

static int compare_draws(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

songdo_status qaoa_sample(struct qaoa *qaoa, uint64_t seed, uint64_t shots, uint64_t *state, songdo_error *error)
{
	const struct vector *vector = qaoa->mixing->state->vector;
	songdo_env *env = vector->env;
	struct draw draw = {memory_new(&env->memory, shots * sizeof(double)), seed};
	songdo_status status = comm_agree(env->comm, draw.u ? SONGDO_OK : SONGDO_NO_FIT);
	if (status) {
		error_set(error, status, "no memory for drawing %llu shots", (unsigned long long)shots);
		goto done;
	}
	parallel_for(parallel_worth(env->threads, 64 * shots), shots, make_draws, &draw);
	qsort(draw.u, shots, sizeof *draw.u, compare_draws);
	status = vector_sample(vector, draw.u, shots, state, error);
done:
	memory_free(&env->memory, draw.u, shots * sizeof(double));
	return status;
}
