/* run.c - songdo_run, and the same many times for other inputs: from a program and an env to a result.
 *
 * One path is walked from the start; every branch it leaves waiting is walked after it, last in first out. All ranks
 * walk the same paths: whatever decides is a sum over ranks, a draw, or the program.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "base/text.h"
#include "run/run.h"

bool run_forecasts(const struct run *run) { return run->env == NULL; }

songdo_status run_agree(struct run *run, songdo_status status)
{
	if (status != SONGDO_OK && run->error != NULL && run->error->message[0] == '\0')
		error_set(run->error, status, "%s", status == SONGDO_NO_FIT ? "out of memory" : songdo_status_text(status));
	return run_forecasts(run) || run->machine.ranks == 1 ? status : env_agree(run->env, status, run->error);
}

songdo_status run_poll(struct run *run)
{
	if (run_forecasts(run) || run->env->cancelled == NULL)
		return SONGDO_OK;
	return run_agree(run, run->env->cancelled(run->env->cancel_context) ? SONGDO_INTERRUPTED : SONGDO_OK);
}

static songdo_status new_result(struct run *run)
{
	struct songdo_result *result = calloc(1, sizeof(*result));
	const char *note;
	songdo_status status = SONGDO_OK;

	run->result = result;
	if (result == NULL)
		return SONGDO_NO_FIT;
	result->program = strdup(run->options.name != NULL ? run->options.name : "<text>");
	if (result->program == NULL)
		return SONGDO_NO_FIT;
	result->dialect = run->facts.dialect;
	result->qubits = run->facts.qubits;
	result->shots = run->options.shots;
	result->seed = run->options.seed;
	result->exact = run->options.exact != 0;
	result->memory = run->options.memory != 0;
	result->precision = run->options.precision;
	result->isa = songdo_env_isa(run->env);
	result->threads = run->env->threads;
	result->ranks = comm_size(run->env->comm);
	result->timing.parse = run->options.parse_seconds;
	for (size_t i = 0; status == SONGDO_OK && (note = program_note(run->program, i)) != NULL; i++)
		status = result_note(result, note);
	if (status == SONGDO_OK && run->env->remark[0] != '\0')
		status = result_note(result, run->env->remark);
	if (status == SONGDO_OK && result->memory && result->shots > 0 && comm_rank(run->env->comm) == 0) {
		if (result->shots > SIZE_MAX / 8)
			return error_set(run->error, SONGDO_NO_FIT, "%llu shots are more than memory holds", (unsigned long long)result->shots);
		result->shot_entry = malloc(8 * result->shots);
		if (result->shot_entry == NULL)
			status = SONGDO_NO_FIT;
	}
	return status;
}

/* What observables came to; the constant of each has no variance. */
static songdo_status sum_observables(struct run *run)
{
	struct songdo_result *result = run->result;

	if (run->observables.count == 0)
		return SONGDO_OK;
	result->expectation = calloc(run->observables.count, sizeof(*result->expectation));
	if (result->expectation == NULL)
		return SONGDO_NO_FIT;
	for (; result->expectations < run->observables.count; result->expectations++) {
		const struct observable *observable = &run->observables.item[result->expectations];
		const struct expected *expected = &run->observables.expected[result->expectations];
		struct result_expectation *out = &result->expectation[result->expectations];
		out->observable = strdup(observable->name);
		if (out->observable == NULL)
			return SONGDO_NO_FIT;
		out->value = expected->mean + observable->constant;
		out->variance = fmax(0, expected->square - expected->mean * expected->mean);
		out->settings = observable->settings;
		out->sampled_value = expected->shot_mean + observable->constant;
		if (expected->shots > 1) {
			out->sampled_variance = expected->shot_square / (expected->shots - 1);
			out->standard_error = sqrt(out->sampled_variance / expected->shots);
		}
	}
	return SONGDO_OK;
}

static songdo_status walk_all(struct run *run)
{
	struct path *path = path_new();
	songdo_status status = run_agree(run, path == NULL ? SONGDO_NO_FIT : SONGDO_OK);

	if (path != NULL)
		path->shot_count = run->drawn ? run->options.shots : !run->exhaustive;
	while (status == SONGDO_OK && path != NULL) {
		status = path_walk(run, path);
		path_free(run, path);
		path = run->waiting;
		if (path != NULL) {
			run->waiting = path->next;
			run->copies -= path->state != NULL;
		}
	}
	path_free(run, path);
	while ((path = run->waiting) != NULL) {
		run->waiting = path->next;
		path_free(run, path);
	}
	return status;
}

/* Figures of the busiest rank, since `before`. */
static songdo_status sum_up(struct run *run, const struct cost *before)
{
	const struct cost *now = &run->env->cost;
	uint64_t figure[] = {
		now->sweeps - before->sweeps, now->remaps - before->remaps, now->flops - before->flops,
		now->exchanged_bytes - before->exchanged_bytes, now->messages - before->messages, run->env->memory.peak,
	};
	songdo_status status = comm_max(run->env->comm, figure, ARRAY_LENGTH(figure));

	run->result->cost = (struct cost){
		.sweeps = figure[0], .remaps = figure[1], .flops = figure[2], .exchanged_bytes = figure[3], .messages = figure[4],
	};
	run->result->peak_bytes = figure[5];
	run->result->branches = run->branches;
	run->result->active_qubits = run->active;
	run->timing.parse = run->result->timing.parse;
	run->result->timing = run->timing;
	if (status == SONGDO_OK)
		status = sum_observables(run);
	return run_agree(run, status == SONGDO_OK ? result_finish(run->result) : status);
}

/* ---- Many runs of one program -------------------------------------------------------------------------- */

struct songdo_prepared {
	songdo_env *env;
	const songdo_program *program;
	songdo_run_options options;
	struct program_facts facts;
	struct machine_description machine;
	struct observables observables;
	struct plans plans;
};

static void clear_error(songdo_error *error)
{
	error->message[0] = error->hint[0] = error->file[0] = '\0';
	error->line = error->column = error->length = 0;
}

static songdo_status prepare(struct songdo_prepared *prepared, songdo_env *env, const songdo_program *program,
                             const songdo_run_options *options, songdo_error *error)
{
	static const songdo_run_options defaults;
	songdo_status status;

	clear_error(error);
	*prepared = (struct songdo_prepared){ .env = env, .program = program, .options = options != NULL ? *options : defaults };
	program_facts(program, &prepared->facts);
	status = run_check_ranks((uint64_t)comm_size(env->comm), error);
	if (status == SONGDO_OK)
		status = run_machine(&prepared->machine, env, prepared->options.precision);
	if (status == SONGDO_OK)
		status = env_agree(env,
		                   observables_init(&prepared->observables, program, prepared->options.observables,
		                                    prepared->options.observable_count, prepared->options.shots > 0,
		                                    error),
		                   error);
	return status;
}

static songdo_status execute(songdo_result **result, struct songdo_prepared *prepared,
                             const songdo_run_options *options, songdo_error *error)
{
	const double start = cpu_seconds();
	songdo_env *env = prepared->env;
	struct run run = {
	        .env = env,
	        .program = prepared->program,
	        .facts = prepared->facts,
	        .options = *options,
	        .machine = prepared->machine,
	        .rank_bits = bit_highest(prepared->machine.ranks),
	        .drawn = options->shots > 0,
	        .error = error,
	        .exhaustive = options->exact || prepared->observables.count > 0,
	        .observables = prepared->observables,
	        .plans = &prepared->plans,
	};
	const struct cost before = env->cost;
	songdo_status status;

	*result = NULL;
	clear_error(error);
	run.divides = run.drawn && run.facts.branches;
	run.whole = options->save_state != NULL || options->initial_state != NULL;
	observables_clear(&run.observables);
	env->memory.peak = env->memory.held;
	env->cancelled = options->cancelled;
	env->cancel_context = options->context;
	status = run_agree(&run, new_result(&run));
	if (status == SONGDO_OK)
		status = walk_all(&run);
	if (status == SONGDO_OK)
		status = sum_up(&run, &before);
	if (status == SONGDO_OK) {
		run.result->timing.total = cpu_seconds() - start + run.result->timing.parse;
		*result = run.result;
		run.result = NULL;
	}
	env->cancelled = NULL;
	env->cancel_context = NULL;
	songdo_result_free(run.result);
	return status;
}

static void unprepare(struct songdo_prepared *prepared)
{
	observables_fini(&prepared->observables);
	plans_fini(&prepared->plans);
}

songdo_status songdo_run(songdo_result **result, songdo_env *env, const songdo_program *program,
                         const songdo_run_options *options, songdo_error *error)
{
	struct songdo_prepared prepared;
	songdo_error own = { 0 };
	songdo_status status;

	*result = NULL;
	error = error != NULL ? error : &own;
	status = prepare(&prepared, env, program, options, error);
	if (status == SONGDO_OK)
		status = execute(result, &prepared, &prepared.options, error);
	unprepare(&prepared);
	return status;
}

songdo_status songdo_prepared_new(songdo_prepared **out, songdo_env *env, const songdo_program *program,
                                  const songdo_run_options *options, songdo_error *error)
{
	struct songdo_prepared *prepared = calloc(1, sizeof(*prepared));
	songdo_error own = { 0 };
	songdo_status status;

	*out = NULL;
	error = error != NULL ? error : &own;
	status = env_agree(env, prepared == NULL ? error_set(error, SONGDO_NO_FIT, "out of memory") : SONGDO_OK, error);
	if (status == SONGDO_OK)
		status = prepare(prepared, env, program, options, error);
	if (status == SONGDO_OK)
		*out = prepared;
	else
		songdo_prepared_free(prepared);
	return status;
}

/* The options of one run: the inputs that all runs have, then its own. *inputs is freed by the caller. */
static songdo_status add_inputs(songdo_run_options *options, songdo_input **inputs, const songdo_prepared *prepared,
                                const songdo_input *more, size_t count)
{
	*options = prepared->options;
	*inputs = malloc((options->input_count + count + 1) * sizeof(**inputs));
	if (*inputs == NULL)
		return SONGDO_NO_FIT;
	if (options->input_count > 0)
		memcpy(*inputs, options->inputs, options->input_count * sizeof(**inputs));
	if (count > 0)
		memcpy(*inputs + options->input_count, more, count * sizeof(**inputs));
	options->inputs = *inputs;
	options->input_count += count;
	return SONGDO_OK;
}

songdo_status songdo_prepared_check(const songdo_prepared *prepared, const songdo_input *inputs, size_t input_count,
                                    songdo_error *error)
{
	songdo_run_options options;
	songdo_input *all;
	struct vm *vm = NULL;
	songdo_status status = add_inputs(&options, &all, prepared, inputs, input_count);

	if (status == SONGDO_OK) {
		const struct vm_options wanted = {
			.inputs = options.inputs, .input_count = options.input_count, .max_operations = options.max_operations,
		};
		status = vm_new(&vm, prepared->program, &wanted, error);
	}
	vm_free(vm);
	free(all);
	return status;
}

songdo_status songdo_prepared_run(songdo_result **result, songdo_prepared *prepared, const songdo_input *inputs,
                                  size_t input_count, uint64_t seed, songdo_error *error)
{
	songdo_run_options options;
	songdo_error own = { 0 };
	songdo_input *all;
	songdo_status status;

	*result = NULL;
	error = error != NULL ? error : &own;
	status = env_agree(prepared->env, add_inputs(&options, &all, prepared, inputs, input_count), error);
	if (status == SONGDO_OK) {
		options.seed = seed;
		status = execute(result, prepared, &options, error);
	}
	free(all);
	return status;
}

void songdo_prepared_free(songdo_prepared *prepared)
{
	if (prepared == NULL)
		return;
	unprepare(prepared);
	free(prepared);
}
