/* run.c - songdo_run: from a program and an env to a result.
 *
 * One path is walked from the start; every branch it leaves waiting is walked after it, last in first out. All ranks
 * walk the same paths: whatever decides is a sum over ranks, a draw, or the program.
 *
 * SPDX-License-Identifier: Apache-2.0 */
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

/* The least of a figure over the ranks. */
static uint64_t flip(uint64_t x) { return UINT64_MAX - x; }

songdo_status run_machine(struct machine_description *machine, songdo_env *env, songdo_precision precision)
{
	const struct kernel_table *kernel = kernel_find(env->isa, precision);
	uint64_t least[] = {
		flip((uint64_t)env->threads), flip(env->cpu.l1_bytes), flip(env->cpu.l2_bytes), flip(env->cpu.l3_bytes),
		flip(kernel == NULL ? 0 : kernel->lane_bits),
	};
	const songdo_status status = comm_max(env->comm, least, ARRAY_LENGTH(least));

	*machine = (struct machine_description){
		.ranks = (uint32_t)comm_size(env->comm), .threads = (uint32_t)flip(least[0]), .precision = precision,
		.l1_bytes = flip(least[1]), .l2_bytes = flip(least[2]), .l3_bytes = flip(least[3]), .lane_bits = (uint32_t)flip(least[4]),
	};
	machine_defaults(machine);
	return status;
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
	if (status == SONGDO_OK && result->memory && result->shots > 0 && comm_rank(run->env->comm) == 0) {
		if (result->shots > SIZE_MAX / 8)
			return error_set(run->error, SONGDO_NO_FIT, "%llu shots are more than memory holds", (unsigned long long)result->shots);
		result->shot_entry = malloc(8 * result->shots);
		if (result->shot_entry == NULL)
			status = SONGDO_NO_FIT;
	}
	return status;
}

static songdo_status walk_all(struct run *run)
{
	struct path *path = path_new();
	songdo_status status = run_agree(run, path == NULL ? SONGDO_NO_FIT : SONGDO_OK);

	if (path != NULL)
		path->shot_count = run->drawn ? run->options.shots : !run->options.exact;
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
	return run_agree(run, status == SONGDO_OK ? result_finish(run->result) : status);
}

songdo_status run_poll(struct run *run)
{
	if (run_forecasts(run) || run->env->cancelled == NULL)
		return SONGDO_OK;
	return run_agree(run, run->env->cancelled(run->env->cancel_context) ? SONGDO_INTERRUPTED : SONGDO_OK);
}

songdo_status run_begin(struct run *run)
{
	songdo_env *env = run->env;
	songdo_status status;

	run->error->message[0] = run->error->hint[0] = '\0';
	run->error->line = run->error->column = run->error->length = 0;
	program_facts(run->program, &run->facts);
	run->drawn = run->options.shots > 0;
	run->divides = run->drawn && run->facts.branches;
	run->whole = run->keeps || run->options.save_state != NULL;
	env->memory.peak = env->memory.held;
	env->cancelled = run->options.cancelled;
	env->cancel_context = run->options.context;
	run->machine.ranks = (uint32_t)comm_size(env->comm);
	status = run_check_ranks(run->machine.ranks, run->error);
	run->rank_bits = bit_highest(run->machine.ranks);
	return status == SONGDO_OK ? run_machine(&run->machine, env, run->options.precision) : status;
}

void run_end(struct run *run)
{
	run->env->cancelled = NULL;
	run->env->cancel_context = NULL;
}

songdo_status songdo_run(songdo_result **result, songdo_env *env, const songdo_program *program,
                         const songdo_run_options *options, songdo_error *error)
{
	static const songdo_run_options defaults;
	const double start = cpu_seconds();
	songdo_error own = { 0 };
	struct run run = { .env = env, .program = program, .options = options != NULL ? *options : defaults, .error = error != NULL ? error : &own };
	const struct cost before = env->cost;
	songdo_status status;

	*result = NULL;
	status = run_begin(&run);
	if (status == SONGDO_OK)
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
	run_end(&run);
	songdo_result_free(run.result);
	return status;
}
