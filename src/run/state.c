/* state.c - songdo_state: amplitudes that callers hold, in logical order.
 *
 * The bits of the index are the qubits in declaration order, and idle padding above them where a state is smaller than
 * the ranks or the tiles want it: that is zeros behind the amplitudes that callers see.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "base/text.h"
#include "run/draws.h"
#include "run/run.h"
#include "vector/observe.h"

struct songdo_state {
	songdo_env *env;
	struct state *state;
	uint32_t qubits;
	bool lent; /* the caller may have written amplitudes */
	bool broken; /* what was applied stopped half way */
};

/* ---- Making ------------------------------------------------------------------------------------------ */

/* An empty songdo_state on every rank, or on none. */
static songdo_status new_state(songdo_state **made, songdo_env *env, uint32_t qubits, songdo_error *error)
{
	songdo_status status;

	*made = calloc(1, sizeof(**made));
	status = comm_agree(env->comm, *made == NULL ? SONGDO_NO_FIT : SONGDO_OK);
	if (status != SONGDO_OK) {
		free(*made);
		*made = NULL;
		return error_set(error, status, "out of memory");
	}
	**made = (songdo_state){.env = env, .qubits = qubits};
	return SONGDO_OK;
}

songdo_status songdo_state_zero(songdo_state **state, songdo_env *env, uint32_t qubits, songdo_precision precision,
                                songdo_error *error)
{
	const uint64_t ranks = (uint64_t)comm_size(env->comm);
	songdo_state *made = NULL;
	songdo_status status = run_check_ranks(ranks, error);
	uint32_t bits;

	*state = NULL;
	if (status != SONGDO_OK)
		return status;
	if (qubits == 0)
		return error_set(error, SONGDO_BAD_USAGE, "a state has at least one qubit");
	bits = run_state_bits(qubits, bit_highest(ranks));
	if (bits > MAX_BITS)
		return run_fit(qubits, ranks, precision, 0, 0, error);
	status = new_state(&made, env, qubits, error);
	if (status == SONGDO_OK)
		status = state_new(&made->state, env, precision, bits, bits, error);
	if (status != SONGDO_OK) {
		songdo_state_free(made);
		return status;
	}
	*state = made;
	return SONGDO_OK;
}

songdo_status songdo_state_copy(songdo_state **copy, const songdo_state *state, songdo_error *error)
{
	songdo_state *made = NULL;
	songdo_status status = new_state(&made, state->env, state->qubits, error);

	*copy = NULL;
	if (status == SONGDO_OK)
		status = state_copy(&made->state, state->state, error);
	if (status != SONGDO_OK) {
		songdo_state_free(made);
		return status;
	}
	made->lent = state->lent;
	made->broken = state->broken;
	*copy = made;
	return SONGDO_OK;
}

void songdo_state_free(songdo_state *state)
{
	if (state == NULL)
		return;
	state_free(state->state);
	free(state);
}

uint32_t songdo_state_qubits(const songdo_state *state) { return state->qubits; }
songdo_precision songdo_state_precision(const songdo_state *state) { return state->state->vector->kernel->precision; }

void *songdo_state_amplitudes(songdo_state *state, uint64_t *first, uint64_t *count)
{
	const struct vector *vector = state->state->vector;
	const uint64_t all = bit_mask(state->qubits),
	               begin = min_u64(vector->local * (uint64_t)comm_rank(state->env->comm), all);

	*first = begin;
	*count = min_u64(vector->local, all - begin);
	state->lent = true;
	return vector->amplitudes;
}

/* ---- Programs ---------------------------------------------------------------------------------------- */

/* Only what bears on amplitudes. */
static songdo_run_options state_options(const songdo_run_options *options)
{
	if (options == NULL)
		return (songdo_run_options){0};
	return (songdo_run_options){
	        .seed = options->seed,
	        .precision = options->precision,
	        .inputs = options->inputs,
	        .input_count = options->input_count,
	        .max_operations = options->max_operations,
	        .cancelled = options->cancelled,
	        .context = options->context,
	};
}

static songdo_status run_begin(struct run *run)
{
	songdo_status status;

	run->error->message[0] = run->error->hint[0] = run->error->file[0] = '\0';
	run->error->line = run->error->column = run->error->length = 0;
	program_facts(run->program, &run->facts);
	run->keeps = run->whole = true;
	run->env->cancelled = run->options.cancelled;
	run->env->cancel_context = run->options.context;
	run->machine.ranks = (uint32_t)comm_size(run->env->comm);
	run->rank_bits = bit_highest(run->machine.ranks);
	status = run_check_ranks(run->machine.ranks, run->error);
	return status == SONGDO_OK ? run_machine(&run->machine, run->env, run->options.precision) : status;
}

static void run_end(struct run *run)
{
	run->env->cancelled = NULL;
	run->env->cancel_context = NULL;
}

songdo_status songdo_state_run(songdo_state **state, songdo_env *env, const songdo_program *program,
                               const songdo_run_options *options, songdo_error *error)
{
	songdo_error own = {0};
	struct run run = {.env = env,
	                  .program = program,
	                  .options = state_options(options),
	                  .error = error != NULL ? error : &own};
	struct path *path = path_new();
	songdo_state *made = NULL;
	songdo_status status;

	*state = NULL;
	status = run_begin(&run);
	if (status == SONGDO_OK && run.facts.qubits == 0)
		status = error_set(run.error, SONGDO_BAD_USAGE, "the program has no qubits: there is no state");
	if (status == SONGDO_OK)
		status = run_agree(&run, path == NULL ? SONGDO_NO_FIT : SONGDO_OK);
	if (status == SONGDO_OK)
		status = new_state(&made, env, run.facts.qubits, run.error);
	if (status == SONGDO_OK) {
		path->shot_count = 1;
		status = path_walk(&run, path);
	}
	if (status == SONGDO_OK) {
		made->state = path->state;
		path->state = NULL;
		*state = made;
		made = NULL;
	}
	path_free(&run, path);
	run_end(&run);
	songdo_state_free(made);
	return status;
}

/* What a state must be before something is read off it. */
static songdo_status check_whole(const songdo_state *state, songdo_error *error)
{
	if (state->broken)
		return error_set(error, SONGDO_BAD_USAGE,
		                 "what was applied to this state stopped half way: its amplitudes are of no use");
	return SONGDO_OK;
}

static songdo_status check_normal(const songdo_state *state, songdo_error *error)
{
	const double tolerance =
	        songdo_state_precision(state) == SONGDO_SINGLE ? VECTOR_NORM_SINGLE : VECTOR_NORM_DOUBLE;
	songdo_status status = check_whole(state, error);
	double norm;

	if (status != SONGDO_OK || !state->lent)
		return status;
	status = vector_norm(state->state->vector, &norm);
	if (status == SONGDO_OK && !(fabs(norm - 1) <= tolerance)) {
		status =
		        error_set(error, SONGDO_BAD_USAGE, "the squares of the amplitudes sum to %.9g, not to 1", norm);
		if (isnormal(norm))
			error_hint(error, "divide every amplitude by %.9g", sqrt(norm));
	}
	return status;
}

/* Put a state at the start of a path, its qubits in order. */
static songdo_status begin_path(struct path *path, const songdo_state *state)
{
	songdo_status status = SONGDO_OK;

	path->shot_count = 1;
	path->bits = path->layout.qubits = state->state->bits;
	path->joined = state->qubits;
	for (uint32_t s = 0; s < path->bits; s++)
		path->layout.bit[s] = (uint8_t)s;
	for (uint32_t q = 0; q < state->qubits && status == SONGDO_OK; q++) {
		path->qubit[q] = q;
		status = qubits_set(&path->number, q, q);
	}
	return status;
}

songdo_status songdo_state_apply(songdo_state *state, const songdo_program *program, const songdo_run_options *options,
                                 songdo_error *error)
{
	songdo_error own = {0};
	struct run run = {
	        .env = state->env,
	        .program = program,
	        .options = state_options(options),
	        .error = error != NULL ? error : &own,
	};
	struct path *path = path_new();
	songdo_status status;

	run.options.precision = songdo_state_precision(state);
	status = run_begin(&run);
	if (status == SONGDO_OK)
		status = check_normal(state, run.error);
	if (status == SONGDO_OK && run.facts.qubits > state->qubits)
		status = error_set(run.error, SONGDO_BAD_USAGE, "the program declares %u qubits, the state has %u",
		                   run.facts.qubits, state->qubits);
	if (status == SONGDO_OK)
		status = run_agree(&run, path == NULL ? SONGDO_NO_FIT : begin_path(path, state));
	if (status == SONGDO_OK) {
		path->state = state->state;
		status = path_walk(&run, path);
		assert(path->state == state->state);
		path->state = NULL;
		state->broken = status != SONGDO_OK && run.touched;
	}
	path_free(&run, path);
	run_end(&run);
	return status;
}

/* ---- Readings ---------------------------------------------------------------------------------------- */

songdo_status songdo_state_norm(double *norm, const songdo_state *state, songdo_error *error)
{
	const songdo_status status = check_whole(state, error);

	*norm = 0;
	return status == SONGDO_OK ? vector_norm(state->state->vector, norm) : status;
}

/* The bits of the qubits asked for. */
static songdo_status choose_bits(uint8_t *bit, const songdo_state *state, const uint32_t *qubits, uint32_t count,
                                 songdo_error *error)
{
	uint64_t seen = 0;

	for (uint32_t i = 0; i < count; i++) {
		const uint32_t q = qubits != NULL ? qubits[i] : i;
		if (q >= state->qubits)
			return error_set(error, SONGDO_BAD_USAGE, "there is no qubit %u in a state of %u", q,
			                 state->qubits);
		if (seen >> q & 1)
			return error_set(error, SONGDO_BAD_USAGE, "qubit %u is named twice", q);
		seen |= bit_mask(q);
		bit[i] = (uint8_t)q;
	}
	return SONGDO_OK;
}

songdo_status songdo_state_probabilities(double *probabilities, const songdo_state *state, const uint32_t *qubits,
                                         uint32_t count, songdo_error *error)
{
	songdo_status status = check_whole(state, error);
	uint8_t bit[MAX_BITS];
	uint64_t left, bytes;

	if (qubits == NULL)
		count = state->qubits;
	if (status == SONGDO_OK)
		status = choose_bits(bit, state, qubits, count, error);
	if (status != SONGDO_OK)
		return status;
	bytes = 8 * bit_mask(count);
	status = env_memory_check(state->env, bytes, &left);
	if (status != SONGDO_OK) {
		char need[32], have[32];
		return error_set(error, status, "summing up the probabilities of %u qubits takes %s, where %s are free",
		                 count, memory_text(need, bytes), memory_text(have, left));
	}
	memset(probabilities, 0, bytes);
	status = vector_marginal(state->state->vector, bit, count, 1, probabilities);
	return status == SONGDO_OK ? status : error_set(error, status, "%s", songdo_status_text(status));
}

songdo_status songdo_state_sample(uint64_t *outcome, const songdo_state *state, uint64_t first_shot, uint64_t count,
                                  uint64_t seed, songdo_error *error)
{
	struct memory_account *account = &state->env->memory;
	struct draws draws = {.seed = seed, .first = first_shot};
	songdo_status status = check_normal(state, error);

	if (status != SONGDO_OK || count == 0)
		return status;
	status = comm_agree(state->env->comm, draws_init(&draws, count, true, account));
	if (status != SONGDO_OK)
		error_set(error, status, "no memory for drawing %llu shots", (unsigned long long)count);
	for (uint64_t left = count; left > 0 && status == SONGDO_OK; left -= draws.count, draws.first += draws.count) {
		draws.count = min_u64(left, draws.capacity);
		draws_make(&draws, state->env->threads);
		status = vector_sample(state->state->vector, draws.u, draws.count, draws.outcome, error);
		for (uint64_t i = 0; i < draws.count && status == SONGDO_OK; i++)
			outcome[draws_shot(&draws, i) - first_shot] = draws.outcome[i];
	}
	draws_fini(&draws, account);
	return status;
}

/* Qubits have numbers only. */
static bool find_qubit(void *context, const char *name, size_t length, uint64_t index, uint32_t *qubit)
{
	const songdo_state *state = context;

	(void)name;
	*qubit = (uint32_t)index;
	return length == 0 && index < state->qubits;
}

songdo_status songdo_state_expectation(double *mean, double *variance, const songdo_state *state, const char *text,
                                       songdo_error *error)
{
	const struct pauli_names names = {
	        .find = find_qubit, .context = (void *)(uintptr_t)state, .qubits = state->qubits};
	struct pauli_sum sum = {0};
	songdo_status status;
	double square;

	*mean = 0;
	if (variance != NULL)
		*variance = 0;
	status = comm_agree(state->env->comm, pauli_parse(&sum, text, strlen(text), &names, error));
	if (status == SONGDO_OK)
		status = check_normal(state, error);
	if (status == SONGDO_OK)
		status = vector_observe(state->state->vector, &sum, mean, &square, error);
	if (status == SONGDO_OK && variance != NULL)
		*variance = fmax(square - *mean * *mean, 0);
	pauli_fini(&sum);
	return status;
}
