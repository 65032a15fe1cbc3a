/* solve.c - from an instance to its report: encode, optimise, sample, decode, and the same classically.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "city/solve.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "optimize/classical.h"

enum {
	EXHAUSTIVE_ITEMS = 30, /* the classical method looks at all states of so many items */
	DESCENT_EVALUATIONS = 2000000,
	BASELINE_EVALUATIONS = 100000,
};

const char *solve_method_name(enum solve_method method)
{
	static const char *const name[] = {"auto", "qaoa", "classical"};
	return name[method];
}

static void set_bits(uint8_t *x, uint32_t items, uint64_t state)
{
	for (uint32_t i = 0; i < items; i++)
		x[i] = state >> i & 1;
}

/* Whether two objectives are equal but for rounding. */
static bool same(double a, double b) { return fabs(a - b) <= 1e-9 * fmax(1, fmax(fabs(a), fabs(b))); }

static void add_baseline(struct report *report, const char *name, double best, bool proven, uint64_t evaluations,
                         double seconds)
{
	assert(report->baselines < SOLVE_BASELINES);
	report->baseline[report->baselines++] = (struct baseline){name, best, proven, evaluations, seconds};
}

/* ---- The classical side ------------------------------------------------------------------------------- */

/* The answer that rank 0 found is every rank's. */
static songdo_status share_answer(struct report *report, songdo_env *env)
{
	songdo_status status = comm_broadcast(env->comm, report->x, report->instance->items, 0);
	if (!status)
		status = comm_broadcast(env->comm, &report->best, sizeof report->best, 0);
	return status;
}

/* On rank 0: as many uniform draws as shots, and greedy descent. */
static songdo_status run_baselines(struct report *report, const struct polynomial *cost)
{
	const struct instance *instance = report->instance;
	struct classical_answer answer;
	double start = cpu_seconds();
	bool good = classical_random(&answer, cost, report->options.shots, report->options.seed);
	if (good)
		add_baseline(report, "random", instance_objective(instance, answer.x), false, answer.evaluations,
		             cpu_seconds() - start);
	classical_fini(&answer);
	if (good && report->method != SOLVE_CLASSICAL) {
		const double target =
			report->proven ? (instance->maximise ? -report->optimum : report->optimum) : -INFINITY;
		start = cpu_seconds();
		good = classical_descent(&answer, cost, BASELINE_EVALUATIONS, target + 1e-9 * fabs(target),
		                         report->options.seed, report->options.cancelled, report->options.context);
		if (good)
			add_baseline(report, "descent", instance_objective(instance, answer.x), false,
			             answer.evaluations, cpu_seconds() - start);
		classical_fini(&answer);
	}
	return good ? SONGDO_OK : SONGDO_NO_FIT;
}

static void know_optimum(struct report *report, const struct table *table)
{
	report->optimum = instance_natural(report->instance, table->least);
	report->proven = true;
	report->optima = table->optima;
}

/* Look at every state. */
static songdo_status run_exhaustive(struct report *report, songdo_env *env, const struct polynomial *cost,
                                    songdo_error *error)
{
	const unsigned bits = mixing_bits(cost->variables, comm_size(env->comm));
	const struct table_layout layout = {cost->variables, bits, bits - bit_highest((uint64_t)comm_size(env->comm)),
	                                    0};
	struct table *table;
	uint64_t state;
	const double start = cpu_seconds();
	songdo_status status = table_new(&table, env, cost, &layout, NULL, error);
	if (status)
		return status;
	status = table_optimum(table, &state);
	if (!status) {
		know_optimum(report, table);
		set_bits(report->x, report->instance->items, state);
		report->best = instance_objective(report->instance, report->x);
		snprintf(report->reason, sizeof report->reason, "all %.0f states were looked at: the answer is proven",
		         report->states);
		report->timing.classical += cpu_seconds() - start;
		add_baseline(report, "exhaustive", report->optimum, true, table->states, cpu_seconds() - start);
	}
	table_free(table);
	return status;
}

static songdo_status run_descent(struct report *report, songdo_env *env, const struct polynomial *cost,
                                 songdo_error *error)
{
	const uint64_t evaluations = report->options.evaluations ? report->options.evaluations : DESCENT_EVALUATIONS;
	songdo_status status = SONGDO_OK;
	snprintf(report->reason, sizeof report->reason,
	         "2^%u states are too many to look at each: greedy descent from many random states; nothing is proven",
	         report->instance->items);
	if (comm_rank(env->comm) == 0) {
		struct classical_answer answer;
		const double start = cpu_seconds();
		if (!classical_descent(&answer, cost, evaluations, -INFINITY, report->options.seed,
		                       report->options.cancelled, report->options.context))
			status = error_set(error, SONGDO_NO_FIT, "no memory for the search");
		else if (answer.interrupted)
			status = SONGDO_INTERRUPTED;
		else {
			memcpy(report->x, answer.x, report->instance->items);
			report->best = instance_objective(report->instance, answer.x);
			report->timing.classical += cpu_seconds() - start;
			add_baseline(report, "descent", report->best, false, answer.evaluations, cpu_seconds() - start);
		}
		classical_fini(&answer);
	}
	status = env_agree(env, status, error);
	return status ? status : share_answer(report, env);
}

static songdo_status run_classical(struct report *report, songdo_env *env, const struct polynomial *cost,
                                   songdo_error *error)
{
	const int ranks = comm_size(env->comm);
	uint64_t left;
	bool all =
		cost->variables <= EXHAUSTIVE_ITEMS && bit_count((uint64_t)ranks) == 1 && !report->options.evaluations;
	if (all) {
		const unsigned bits = mixing_bits(cost->variables, ranks) - bit_highest((uint64_t)ranks);
		all = env_memory_check(env, 8 * bit_mask(bits), &left) == SONGDO_OK;
	}
	return all ? run_exhaustive(report, env, cost, error) : run_descent(report, env, cost, error);
}

/* ---- The circuit -------------------------------------------------------------------------------------- */

/* The best of the samples: of equal ones the most frequent, of those the lowest. States are ascending. */
static songdo_status decode(struct report *report, const struct polynomial *cost, const uint64_t *state, uint64_t shots)
{
	uint8_t *x = malloc(report->instance->items + 1);
	uint64_t most = 0, best = 0;
	double least = INFINITY;
	if (!x)
		return SONGDO_NO_FIT;
	for (uint64_t i = 0, next; i < shots; i = next) {
		for (next = i + 1; next < shots && state[next] == state[i];)
			next++;
		set_bits(x, report->instance->items, state[i]);
		const double value = polynomial_value(cost, x);
		if (same(instance_natural(report->instance, value), report->optimum))
			report->hits += next - i;
		if (value < least - 1e-9 * fabs(least) || (same(value, least) && next - i > most)) {
			least = value;
			most = next - i;
			best = state[i];
		}
	}
	set_bits(report->x, report->instance->items, best);
	report->best = instance_objective(report->instance, report->x);
	free(x);
	return SONGDO_OK;
}

/* Enough for the angles of so many layers; fewer where an evaluation takes seconds. */
static uint64_t default_evaluations(unsigned layers, uint32_t items)
{
	const uint64_t wanted = 60 + 60 * (uint64_t)layers;
	return items <= 22 ? wanted : items <= 25 ? wanted / 2 : wanted / 4;
}

static songdo_status train_and_sample(struct report *report, songdo_env *env, const struct polynomial *cost,
                                      uint64_t *state, songdo_error *error)
{
	struct solve_options *options = &report->options;
	const struct qaoa_training training = {
		.layers = options->layers,
		.objective = options->objective,
		.share = options->share,
		.minimiser = options->minimiser,
		.evaluations = options->evaluations,
		.seed = options->seed,
		.progress = options->progress,
		.context = options->context,
	};
	struct distribution distribution = {0};
	double start = cpu_seconds();
	songdo_status status = qaoa_train(report->qaoa, cost, &training, error);
	report->timing.train = cpu_seconds() - start;
	start = cpu_seconds();
	if (!status)
		status = qaoa_prepare(report->qaoa, &distribution, error);
	if (status)
		return status;
	report->expectation = instance_natural(report->instance, distribution_mean(&distribution));
	report->probability = fmin(distribution.optimum / distribution.norm, 1);
	distribution_fini(&distribution);
	status = qaoa_sample(report->qaoa, options->seed, options->shots, state, error);
	if (!status)
		status = comm_agree(env->comm, decode(report, cost, state, options->shots));
	report->timing.sample = cpu_seconds() - start;
	return status;
}

static songdo_status run_qaoa(struct report *report, songdo_env *env, const struct polynomial *cost,
                              songdo_error *error)
{
	struct solve_options *options = &report->options;
	const uint64_t bytes = mul_saturated(8, options->shots);
	uint64_t *state = NULL, left;
	options->layers = options->layers ? options->layers : SOLVE_LAYERS;
	options->evaluations =
		options->evaluations ? options->evaluations : default_evaluations(options->layers, cost->variables);
	options->minimiser = minimiser_choose(options->minimiser, 2 * options->layers);
	double start = cpu_seconds();
	songdo_status status = qaoa_new(&report->qaoa, env, options->precision, cost, error);
	if (status) {
		if (status == SONGDO_NO_FIT && error->hint[0] == '\0')
			error_hint(error, "--method classical needs no state");
		else if (status == SONGDO_NO_FIT && strlen(error->hint) < 150)
			strcat(error->hint, "; --method classical needs no state");
		return status;
	}
	const struct table *table = report->qaoa->mixing->table[0];
	report->quantum = true;
	report->qubits = cost->variables;
	report->table = table_kind_name(table->kind);
	know_optimum(report, table);
	report->timing.encode = cpu_seconds() - start;
	add_baseline(report, "exhaustive", report->optimum, true, table->states, report->timing.encode);
	snprintf(report->reason, sizeof report->reason,
	         "one qubit an item: %u qubits, all 2^%u states are answers, so the transverse-field mixer "
	         "needs no penalty",
	         cost->variables, cost->variables);

	status = env_memory_check(env, mul_saturated(2, bytes), &left);
	state = status ? NULL : memory_new(&env->memory, bytes);
	status = comm_agree(env->comm, state ? SONGDO_OK : SONGDO_NO_FIT);
	if (status)
		error_set(error, status, "no memory for %llu shots beside the state",
		          (unsigned long long)options->shots);
	else
		status = train_and_sample(report, env, cost, state, error);
	memory_free(&env->memory, state, bytes);
	/* The account ends here: what follows is not the state's. */
	mixing_free(report->qaoa->mixing);
	report->qaoa->mixing = NULL;
	report->enhancement = report->probability * report->states / report->optima;
	report->samples = report->probability >= 0.99 ? 1
	                  : report->probability > 0   ? ceil(log(0.01) / log1p(-report->probability))
	                                              : 0;
	return status;
}

/* ---- The door ----------------------------------------------------------------------------------------- */

static struct report *report_new(songdo_env *env, const struct instance *instance, const struct solve_options *options)
{
	struct report *report = calloc(1, sizeof *report);
	uint8_t *x = calloc((size_t)instance->items + 1, 1);
	if (!report || !x) {
		free(report);
		free(x);
		return NULL;
	}
	report->x = x;
	report->instance = instance;
	report->options = *options;
	report->method = options->method == SOLVE_CLASSICAL ? SOLVE_CLASSICAL : SOLVE_QAOA;
	report->states = ldexp(1, (int)min_u64(instance->items, 2000));
	report->threads = env->threads;
	report->ranks = comm_size(env->comm);
	report->isa = kernel_name(env->isa);
	report->timing.read = options->read_seconds;
	return report;
}

songdo_status solve(struct report **report, songdo_env *env, const struct instance *instance,
                    const struct solve_options *options, songdo_error *error)
{
	const struct cost before = env->cost;
	const double begin = cpu_seconds();
	struct polynomial cost = {0};
	songdo_status status = SONGDO_OK;
	*report = NULL;
	struct report *made = report_new(env, instance, options);
	if (!made || !instance_encode(instance, &cost))
		status = error_set(error, SONGDO_NO_FIT, "no memory for the instance's cost");
	else if (!isfinite(polynomial_span(&cost) + fabs(cost.constant)))
		status = error_set(error, SONGDO_BAD_PROGRAM, "the weights add up to more than a number can be");
	status = env_agree(env, status, error);
	if (status)
		goto done;
	env->cancelled = options->cancelled;
	env->cancel_context = options->context;
	made->spins_known = polynomial_spins(&cost, &made->spins);
	status =
		made->method == SOLVE_QAOA ? run_qaoa(made, env, &cost, error) : run_classical(made, env, &cost, error);
	env->cancelled = NULL;
	if (status)
		goto done;
	if (comm_rank(env->comm) == 0) {
		const double start = cpu_seconds();
		status = run_baselines(made, &cost);
		made->timing.classical += cpu_seconds() - start;
	}
	status = env_agree(env, status, error);
	made->optimal = made->proven && same(made->best, made->optimum);
	made->cost = (struct cost){env->cost.sweeps - before.sweeps, env->cost.remaps - before.remaps,
	                           env->cost.flops - before.flops, env->cost.exchanged_bytes - before.exchanged_bytes,
	                           env->cost.messages - before.messages};
	made->peak_bytes = env->memory.peak;
	made->timing.total = options->read_seconds + cpu_seconds() - begin;
done:
	polynomial_fini(&cost);
	if (status)
		report_free(made);
	else
		*report = made;
	return status;
}

void report_free(struct report *report)
{
	if (!report)
		return;
	qaoa_free(report->qaoa);
	free(report->x);
	free(report);
}
