/* collapse.c - measurements and resets that later operations depend on: the path divides by the outcome.
 *
 * The shots of the path compare each its own draw with the probability of 0. Where both outcomes are to be walked, the path
 * goes on with 0, and the branch with 1 waits: as a copy where memory allows, else as the list of its outcomes, by which
 * it is replayed from the start. Both give the same amplitudes, so nobody can tell which was done.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "base/random.h"
#include "base/text.h"
#include "run/run.h"

/* Single precision cannot tell smaller probabilities from rounding. */
#define SINGLE_NOISE 1e-12
/* A forecast takes every outcome as 0, but after so many as 1, and so on in turn: loops until an outcome then end. */
enum { FORECAST_TURNS = 64 };

/* Both are summed up and divided by their sum: as 1 less the other, a small one would be wrong by all that the norm has
 * drifted, and so would the norm of what is projected on it. */
songdo_status path_odds(struct run *run, const struct path *path, unsigned bit, struct odds *odds)
{
	const double noise = run->options.precision == SONGDO_SINGLE ? SINGLE_NOISE : RUN_NEGLIGIBLE;
	songdo_status status = SONGDO_OK;
	double *const p = odds->p, norm;

	*odds = (struct odds){ .p = { 0.5, 0.5 } };
	if (run_forecasts(run))
		return SONGDO_OK;
	for (int o = 0; o < 2 && status == SONGDO_OK; o++)
		status = state_probability(path->state, bit, o, &p[o]);
	if (status != SONGDO_OK)
		return status;
	norm = p[0] + p[1];
	if (!(fabs(norm - 1) <= 1e-3))
		return error_set(run->error, SONGDO_INTERNAL, "a state to measure has the norm %g", norm);
	odds->sharp = p[0] == 0 || p[1] == 0;
	for (int o = 0; o < 2; o++)
		p[o] /= norm;
	for (int o = 0; o < 2; o++)
		if (p[o] < noise) {
			p[o] = 0;
			p[1 - o] = 1;
		}
	return SONGDO_OK;
}

static songdo_status record_outcome(struct path *path, int outcome)
{
	if (path->outcomes == path->outcome_capacity) {
		const uint64_t capacity = 2 * path->outcome_capacity + 64;
		uint8_t *grown = realloc(path->outcome, capacity);
		if (grown == NULL)
			return SONGDO_NO_FIT;
		path->outcome = grown;
		path->outcome_capacity = capacity;
	}
	path->outcome[path->outcomes++] = (uint8_t)outcome;
	return SONGDO_OK;
}

/* Go on with an outcome: project, remember, answer; a reset that read 1 leaves an X to do. */
static songdo_status follow(struct run *run, struct path *path, unsigned bit, int outcome, const struct odds *odds)
{
	struct operation *operation = &path->pending.operation[path->done];
	songdo_status status;

	run->touched = true;
	/* Also where the other outcome is but rounding: left there, its amplitudes would come back into those of this one. */
	if (!odds->sharp && !run_forecasts(run))
		state_project(path->state, bit, outcome, odds->p[outcome]);
	path->weight *= odds->p[outcome];
	path->fresh = false;
	status = record_outcome(path, outcome);
	if (operation->kind == OPERATION_MEASURE) {
		path->done++;
		if (status == SONGDO_OK)
			status = path_answer(path, operation->slot, outcome);
	} else if (outcome == 1) {
		operation->kind = OPERATION_GATE;
		operation->gate = GATE_X;
		operation->parameters = 0;
		operation->control_values = 0;
	} else {
		path->done++;
	}
	return run_agree(run, status);
}

/* ---- Shots ------------------------------------------------------------------------------------------- */

static uint64_t shot_number(const struct path *path, uint64_t i) { return path->shots != NULL ? path->shots[i] : i; }

static bool reads_one(const struct run *run, const struct path *path, uint64_t i, uint32_t slot, double zero)
{
	return random_uniform(run->options.seed, shot_number(path, i), slot) >= zero;
}

/* Divide the shots of a path: the ones to *ones, the path keeps the zeros. Both are not empty. */
static songdo_status divide_shots(struct run *run, struct path *path, uint32_t slot, double zero, uint64_t one_count, uint64_t **ones)
{
	struct memory_account *account = &run->env->memory;
	const uint64_t zero_count = path->shot_count - one_count;
	uint64_t *zeros = memory_new(account, 8 * zero_count), z = 0, o = 0;
	songdo_status status;

	*ones = memory_new(account, 8 * one_count);
	status = run_agree(run, zeros == NULL || *ones == NULL ? SONGDO_NO_FIT : SONGDO_OK);
	if (status != SONGDO_OK) {
		error_set(run->error, status, "no memory for dividing %llu shots among branches", (unsigned long long)path->shot_count);
		if (zeros != NULL)
			memory_free(account, zeros, 8 * zero_count);
		if (*ones != NULL)
			memory_free(account, *ones, 8 * one_count);
		*ones = NULL;
		return status;
	}
	for (uint64_t i = 0; i < path->shot_count; i++)
		if (reads_one(run, path, i, slot, zero))
			(*ones)[o++] = shot_number(path, i);
		else
			zeros[z++] = shot_number(path, i);
	path_drop_shots(run, path);
	path->shots = zeros;
	path->shot_count = zero_count;
	run->list_bytes += 8 * (zero_count + one_count);
	return SONGDO_OK;
}

/* ---- Branches ------------------------------------------------------------------------------------------- */

static void *copy_bytes(const void *bytes, uint64_t count)
{
	void *copy = malloc(count == 0 ? 1 : count);
	if (copy != NULL && count > 0)
		memcpy(copy, bytes, count);
	return copy;
}

/* The part of the pending circuit that is still to be done. */
static songdo_status copy_pending(struct path *copy, const struct path *path)
{
	const struct songdo_circuit *from = &path->pending;
	struct songdo_circuit *to = &copy->pending;
	const struct operation *first = &from->operation[path->done];

	to->operations = to->operation_capacity = from->operations - path->done;
	to->qubit_entries = to->qubit_capacity = from->qubit_entries - first->first_qubit;
	to->parameters = to->parameter_capacity = from->parameters - first->first_parameter;
	to->operation = copy_bytes(first, to->operations * sizeof(*first));
	to->qubit = copy_bytes(from->qubit + first->first_qubit, to->qubit_entries * sizeof(*to->qubit));
	to->parameter = from->parameter == NULL ? NULL :
	                copy_bytes(from->parameter + first->first_parameter, to->parameters * sizeof(*to->parameter));
	to->qubits = from->qubits;
	to->slots = from->slots;
	if (to->operation == NULL || to->qubit == NULL || (to->parameter == NULL && from->parameter != NULL))
		return SONGDO_NO_FIT;
	for (uint64_t i = 0; i < to->operations; i++) {
		to->operation[i].first_qubit -= first->first_qubit;
		to->operation[i].first_parameter -= first->first_parameter;
	}
	copy->through = path->through - path->done;
	return SONGDO_OK;
}

static songdo_status copy_outcomes(struct path *copy, const struct path *path)
{
	copy->outcomes = copy->outcome_capacity = path->outcomes;
	copy->outcome = copy_bytes(path->outcome, path->outcomes);
	return copy->outcome == NULL ? SONGDO_NO_FIT : SONGDO_OK;
}

/* Everything of a path but its state and its shots. */
static songdo_status copy_path(struct path *copy, const struct path *path)
{
	songdo_status status = vm_copy(&copy->vm, path->vm);

	if (status == SONGDO_OK)
		status = copy_pending(copy, path);
	if (status == SONGDO_OK)
		status = copy_outcomes(copy, path);
	copy->ended = path->ended;
	copy->bits = path->bits;
	copy->fresh = path->fresh;
	copy->layout = path->layout;
	memcpy(copy->qubit, path->qubit, sizeof(copy->qubit));
	for (uint32_t s = 0; s < path->joined && status == SONGDO_OK; s++)
		status = qubits_set(&copy->number, path->qubit[s], s);
	copy->joined = path->joined;
	copy->weight = path->weight;
	copy->forced = path->forced;
	copy->finals = copy->final_capacity = path->finals;
	copy->final = copy_bytes(path->final, path->finals * sizeof(*path->final));
	copy->resets = copy->reset_capacity = path->resets;
	copy->reset = copy_bytes(path->reset, path->resets * sizeof(*path->reset));
	copy->slots = path->slots;
	copy->value = copy_bytes(path->value, path->slots);
	if (copy->final == NULL || copy->reset == NULL || copy->value == NULL)
		return SONGDO_NO_FIT;
	return status;
}

static void push(struct run *run, struct path *path)
{
	path->next = run->waiting;
	run->waiting = path;
	run->copies += path->state != NULL;
}

/* A waiting copy becomes a replay: its outcomes are all it needs. */
static void forget_copy(struct run *run, struct path *path)
{
	struct path bare = {
		.next = path->next, .shots = path->shots, .shot_count = path->shot_count, .weight = 1,
		.outcome = path->outcome, .outcomes = 0, .outcome_capacity = path->outcome_capacity, .forced = path->outcomes,
	};

	vm_free(path->vm);
	circuit_fini(&path->pending);
	state_free(path->state);
	qubits_fini(&path->number);
	free(path->final);
	free(path->reset);
	free(path->value);
	*path = bare;
	run->copies--;
}

bool run_release_copies(struct run *run)
{
	const bool any = run->copies > 0;

	for (struct path *path = run->waiting; path != NULL; path = path->next)
		if (path->state != NULL)
			forget_copy(run, path);
	return any;
}

/* Leave the branch with outcome 1 waiting. Takes over the shots. */
static songdo_status branch(struct run *run, struct path *path, unsigned bit, const struct odds *odds, uint64_t *ones, uint64_t one_count)
{
	const uint64_t state_bytes = state_rank_bytes(path->bits, (int)run->machine.ranks, run->options.precision);
	struct path *other = path_new();
	songdo_status status, fits = SONGDO_NO_FIT;
	uint64_t left;

	status = run_agree(run, other == NULL ? SONGDO_NO_FIT : SONGDO_OK);
	if (status != SONGDO_OK)
		goto done;
	other->shots = ones;
	other->shot_count = one_count;
	ones = NULL;
	if (run->copies < RUN_COPIES) {
		fits = env_memory_check(run->env, add_saturated(state_bytes, run_reserve(run)), &left);
		if (fits != SONGDO_OK && fits != SONGDO_NO_FIT)
			status = fits;
	}
	if (status == SONGDO_OK && fits == SONGDO_OK) {
		status = run_agree(run, copy_path(other, path));
		if (status == SONGDO_OK)
			status = state_copy(&other->state, path->state, run->error);
		if (status == SONGDO_OK)
			status = follow(run, other, bit, 1, odds);
	} else if (status == SONGDO_OK) {
		status = copy_outcomes(other, path);
		if (status == SONGDO_OK)
			status = record_outcome(other, 1);
		status = run_agree(run, status);
		other->forced = other->outcomes;
		other->outcomes = 0;
	}
	if (status == SONGDO_OK) {
		push(run, other);
		other = NULL;
	}
done:
	if (ones != NULL) {
		memory_free(&run->env->memory, ones, 8 * one_count);
		run->list_bytes -= 8 * one_count;
	}
	path_free(run, other);
	return status;
}

/* Which outcomes are walked: those with shots, and those that an exact distribution or an observable needs. */
static void choose(const struct run *run, const struct path *path, const struct odds *odds, const uint64_t shots[2], bool walked[2])
{
	for (int o = 0; o < 2; o++)
		walked[o] = shots[o] > 0 || (run->exhaustive && path->weight * odds->p[o] > RUN_NEGLIGIBLE);
}

static songdo_status divide(struct run *run, struct path *path, unsigned bit, uint32_t slot, const struct odds *odds)
{
	uint64_t shots[2] = { 0, 0 }, *ones = NULL;
	songdo_status status = SONGDO_OK;
	bool walked[2];

	for (uint64_t i = 0; i < path->shot_count; i++)
		shots[1] += reads_one(run, path, i, slot, odds->p[0]);
	shots[0] = path->shot_count - shots[1];
	choose(run, path, odds, shots, walked);
	for (int o = 0; o < 2; o++)
		if (!walked[o] && run->result != NULL)
			run->result->discarded_probability += path->weight * odds->p[o];
	path->negligible = !walked[0] && !walked[1];
	if (path->negligible)
		return SONGDO_OK;
	if (!walked[0] || !walked[1])
		return follow(run, path, bit, walked[1], odds);
	if (run->options.save_state != NULL)
		return error_set(run->error, SONGDO_BAD_USAGE, "the program measures or resets on its way, so that shots end in different "
		                 "states: there is no one state to save");
	if (shots[0] > 0 && shots[1] > 0) {
		status = divide_shots(run, path, slot, odds->p[0], shots[1], &ones);
	} else if (shots[1] > 0) {
		ones = path->shots;
		path->shots = NULL;
		path->shot_count = 0;
	}
	if (status == SONGDO_OK)
		status = branch(run, path, bit, odds, ones, shots[1]);
	return status == SONGDO_OK ? follow(run, path, bit, 0, odds) : status;
}

songdo_status path_collapse(struct run *run, struct path *path)
{
	const struct operation *operation = &path->pending.operation[path->done];
	const uint32_t slot = operation->slot;
	const uint32_t qubit = qubits_find(&path->number, path->pending.qubit[operation->first_qubit]);
	const double start = cpu_seconds();
	songdo_status status;
	unsigned bit;
	struct odds odds;

	assert(qubit != QUBITS_NONE);   /* untouched qubits are settled before */
	bit = path->layout.bit[qubit];
	status = path_odds(run, path, bit, &odds);
	if (status != SONGDO_OK)
		return status;
	if (run_forecasts(run))
		status = follow(run, path, bit, run->collapses++ / FORECAST_TURNS % 2 == 1, &odds);
	else if (path->outcomes < path->forced)
		status = follow(run, path, bit, path->outcome[path->outcomes], &odds);
	else
		status = divide(run, path, bit, slot, &odds);
	run->timing.simulate += cpu_seconds() - start;
	return status;
}
