/* path.c - one way through a program, from the start or from where it branched off, to its end.
 *
 * The machine runs until it wants a value, is full, or has ended. Then measurements and resets are carried out one by
 * one up to `through`, gates before them first. In an ended program those measurements that are final on their qubit are
 * taken out before, to be sampled together.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "run/run.h"

struct path *path_new(void)
{
	struct path *path = calloc(1, sizeof(*path));

	if (path != NULL) {
		circuit_init(&path->pending);
		path->weight = 1;
	}
	return path;
}

void path_drop_shots(struct run *run, struct path *path)
{
	if (path->shots == NULL)
		return;
	memory_free(&run->env->memory, path->shots, 8 * path->shot_count);
	run->list_bytes -= 8 * path->shot_count;
	path->shots = NULL;
	path->shot_count = 0;
}

void path_free(struct run *run, struct path *path)
{
	if (path == NULL)
		return;
	vm_free(path->vm);
	circuit_fini(&path->pending);
	state_free(path->state);
	qubits_fini(&path->number);
	path_drop_shots(run, path);
	free(path->outcome);
	free(path->final);
	free(path->reset);
	free(path->value);
	free(path);
}

songdo_status path_answer(struct path *path, uint32_t slot, int value)
{
	if (slot >= path->slots) {
		const uint32_t slots = slot + 1 + slot / 2;
		uint8_t *grown = realloc(path->value, slots);
		if (grown == NULL)
			return SONGDO_NO_FIT;
		memset(grown + path->slots, VM_SLOT, slots - path->slots);
		path->value = grown;
		path->slots = slots;
	}
	path->value[slot] = (uint8_t)value;
	vm_answer(path->vm, slot, value);
	return SONGDO_OK;
}

/* ---- What is final --------------------------------------------------------------------------------- */

/* Whether the operation leaves the value of its target j alone: its matrix has nothing between different values of that bit. */
static bool keeps_value(const struct songdo_circuit *circuit, const struct operation *operation, uint32_t j)
{
	double complex matrix[1 << (2 * OPERATION_MATRIX_TARGETS)];
	const uint32_t n = 1u << operation->targets;

	operation_matrix(circuit, operation, matrix);
	for (uint32_t row = 0; row < n; row++)
		for (uint32_t column = 0; column < n; column++)
			if (((row ^ column) >> j & 1) && (creal(matrix[row * n + column]) != 0 || cimag(matrix[row * n + column]) != 0))
				return false;
	return true;
}

static songdo_status add_final(struct path *path, uint32_t slot, uint32_t qubit)
{
	if (path->finals == path->final_capacity) {
		const size_t capacity = 2 * path->final_capacity + 16;
		struct final *grown = realloc(path->final, capacity * sizeof(*grown));
		if (grown == NULL)
			return SONGDO_NO_FIT;
		path->final = grown;
		path->final_capacity = capacity;
	}
	path->final[path->finals++] = (struct final){ slot, qubit };
	return SONGDO_OK;
}

static songdo_status add_reset(struct path *path, uint32_t qubit)
{
	if (path->resets == path->reset_capacity) {
		const size_t capacity = 2 * path->reset_capacity + 16;
		uint32_t *grown = realloc(path->reset, capacity * sizeof(*grown));
		if (grown == NULL)
			return SONGDO_NO_FIT;
		path->reset = grown;
		path->reset_capacity = capacity;
	}
	path->reset[path->resets++] = qubit;
	return SONGDO_OK;
}

static int compare_finals(const void *a, const void *b)
{
	const uint32_t x = ((const struct final *)a)->slot, y = ((const struct final *)b)->slot;
	return (x > y) - (x < y);
}

/* What comes after the place looked at, for each qubit: USED by anything, or CHANGED by something that measurement
 * does not commute with. */
enum { USED = 1, CHANGED = 2 };

static songdo_status mark_gate(struct qubits *later, const struct songdo_circuit *circuit, const struct operation *operation)
{
	songdo_status status = SONGDO_OK;

	for (uint32_t j = 0; j < operation->controls + operation->targets && status == SONGDO_OK; j++) {
		const uint32_t qubit = circuit->qubit[operation->first_qubit + j];
		const bool control = j < operation->controls;
		if (qubits_find(later, qubit) != CHANGED)
			status = qubits_set(later, qubit, control || keeps_value(circuit, operation, j - operation->controls) ? USED : CHANGED);
	}
	return status;
}

/* Take the final measurements of an ended program out of the pending operations, from the back, and the resets that nothing
 * follows: whoever looks at counts cannot see them. Observables and a state can show a reset: `keep_resets` leaves those
 * where they are. */
static songdo_status take_finals(struct path *path, bool keep_resets)
{
	struct songdo_circuit *pending = &path->pending;
	struct qubits later = { 0 };
	songdo_status status = SONGDO_OK;
	uint64_t first = path->done;

	while (first < pending->operations && pending->operation[first].kind != OPERATION_MEASURE &&
	       pending->operation[first].kind != OPERATION_RESET)
		first++;
	for (uint64_t i = pending->operations; i-- > first && status == SONGDO_OK;) {
		struct operation *operation = &pending->operation[i];
		const uint32_t qubit = operation->kind == OPERATION_BARRIER ? 0 : pending->qubit[operation->first_qubit];
		const uint32_t seen = operation->kind == OPERATION_BARRIER ? 0 : qubits_find(&later, qubit);
		switch (operation->kind) {
		case OPERATION_MEASURE:
			if (seen == CHANGED)
				break;
			status = add_final(path, operation->slot, qubit);
			operation->kind = OPERATION_BARRIER;
			operation->targets = 0;
			if (status == SONGDO_OK)
				status = qubits_set(&later, qubit, USED);
			break;
		case OPERATION_RESET:
			if (seen == QUBITS_NONE && !keep_resets) {
				status = add_reset(path, qubit);
				operation->kind = OPERATION_BARRIER;
				operation->targets = 0;
			} else {
				status = qubits_set(&later, qubit, CHANGED);
			}
			break;
		case OPERATION_GATE:
		case OPERATION_MATRIX:
			status = mark_gate(&later, pending, operation);
			break;
		}
	}
	if (path->finals > 0)
		qsort(path->final, path->finals, sizeof(*path->final), compare_finals);
	qubits_fini(&later);
	return status;
}

/* Measurements and resets of qubits that nothing has touched before them: they read 0 and change nothing. */
static songdo_status settle_untouched(struct path *path)
{
	struct songdo_circuit *pending = &path->pending;
	struct qubits touched = { 0 };
	songdo_status status = SONGDO_OK;
	uint64_t last = path->through;

	while (last > path->done && pending->operation[last - 1].kind != OPERATION_MEASURE &&
	       pending->operation[last - 1].kind != OPERATION_RESET)
		last--;
	for (uint64_t i = path->done; i < last && status == SONGDO_OK; i++) {
		struct operation *operation = &pending->operation[i];
		const uint32_t *qubit = &pending->qubit[operation->first_qubit];
		if (operation->kind == OPERATION_GATE || operation->kind == OPERATION_MATRIX) {
			for (uint32_t j = 0; j < operation->controls + operation->targets && status == SONGDO_OK; j++)
				status = qubits_set(&touched, qubit[j], 1);
			continue;
		}
		if (operation->kind == OPERATION_BARRIER || qubits_find(&path->number, *qubit) != QUBITS_NONE ||
		    qubits_find(&touched, *qubit) != QUBITS_NONE)
			continue;
		if (operation->kind == OPERATION_MEASURE)
			status = path_answer(path, operation->slot, 0);
		operation->kind = OPERATION_BARRIER;
		operation->targets = 0;
	}
	qubits_fini(&touched);
	return status;
}

static bool collapses(const struct operation *operation)
{
	return operation->kind == OPERATION_MEASURE || operation->kind == OPERATION_RESET;
}

/* ---- Walking --------------------------------------------------------------------------------------- */

/* Begin at the start of the program. */
static songdo_status start_path(struct run *run, struct path *path)
{
	const struct vm_options options = {
		.inputs = run->options.inputs, .input_count = run->options.input_count, .max_operations = run->options.max_operations,
	};
	songdo_status status;
	uint32_t *all;

	status = run_agree(run, vm_new(&path->vm, run->program, &options, run->error));
	if (status != SONGDO_OK || !run->whole || run->facts.qubits == 0 || path->joined > 0)
		return status;
	/* Who asks for the state, or gives it, means all of it: every declared qubit is there from the start. */
	if (run->facts.qubits > MAX_BITS) {
		run->active = run->facts.qubits;
		return run_forecasts(run) ? SONGDO_NO_FIT :
		       run_fit(run->facts.qubits, run->machine.ranks, run->options.precision, 0, 0, run->error);
	}
	all = malloc(4 * (size_t)run->facts.qubits);
	status = run_agree(run, all == NULL ? SONGDO_NO_FIT : SONGDO_OK);
	if (status == SONGDO_OK) {
		for (uint32_t q = 0; q < run->facts.qubits; q++)
			all[q] = q;
		status = path_join(run, path, all, run->facts.qubits);
	}
	free(all);
	if (status == SONGDO_OK && run->options.initial_state != NULL)
		status = path_load(run, path);
	return status;
}

/* Drop what is executed from the front of the pending operations. */
static void drop_done(struct path *path)
{
	struct songdo_circuit *pending = &path->pending;
	const uint64_t kept = pending->operations - path->done;
	uint32_t qubits, parameters;

	if (path->done == 0)
		return;
	if (kept == 0) {
		circuit_clear(pending);
		path->through = path->done = 0;
		return;
	}
	/* Offsets ascend, because operations are only ever appended. */
	qubits = pending->operation[path->done].first_qubit;
	parameters = pending->operation[path->done].first_parameter;
	memmove(pending->operation, pending->operation + path->done, kept * sizeof(*pending->operation));
	memmove(pending->qubit, pending->qubit + qubits, (pending->qubit_entries - qubits) * sizeof(*pending->qubit));
	if (pending->parameters > parameters)   /* there may be no array at all */
		memmove(pending->parameter, pending->parameter + parameters,
		        (pending->parameters - parameters) * sizeof(*pending->parameter));
	for (uint64_t i = 0; i < kept; i++) {
		pending->operation[i].first_qubit -= qubits;
		pending->operation[i].first_parameter -= parameters;
	}
	pending->operations = kept;
	pending->qubit_entries -= qubits;
	pending->parameters -= parameters;
	path->through -= path->done;
	path->done = 0;
}

/* Carry out the measurements and resets before `through`, in order, each with the gates before it. */
static songdo_status go_through(struct run *run, struct path *path)
{
	songdo_status status = SONGDO_OK;

	while (status == SONGDO_OK && path->done < path->through && !path->negligible) {
		uint64_t i = path->done;
		while (i < path->through && !collapses(&path->pending.operation[i]))
			i++;
		if (i == path->through && path->ended)
			break;   /* the last gates go together with the ordering of the qubits */
		status = path_execute(run, path, i, false);
		if (status == SONGDO_OK && i < path->through)
			status = path_collapse(run, path);
	}
	return status;
}

/* How far to go before the machine runs on. A full machine gives up its operations up to the first measurement, which
 * may still turn out to be final; where that is near, half of them. */
static songdo_status set_through(struct run *run, struct path *path, enum vm_event event, uint32_t slot)
{
	const struct songdo_circuit *pending = &path->pending;
	songdo_status status;
	uint64_t i = 0;

	if (event == VM_DONE) {
		path->ended = true;
		path->through = pending->operations;
		status = take_finals(path, run->keeps || run->observables.count > 0);
		if (status == SONGDO_OK)
			status = settle_untouched(path);
		for (; i < pending->operations && run->drawn && !run->divides; i++)
			run->divides = collapses(&pending->operation[i]);
		return status;
	}
	if (event == VM_READS) {
		while (i < pending->operations && !(pending->operation[i].kind == OPERATION_MEASURE && pending->operation[i].slot == slot))
			i++;
		if (i == pending->operations)
			return error_set(run->error, SONGDO_INTERNAL, "the program reads measurement %u, which nothing makes", slot);
		path->through = i + 1;
		return settle_untouched(path);
	}
	while (i < pending->operations && !collapses(&pending->operation[i]))
		i++;
	path->through = max_u64(i, pending->operations / 2);
	return settle_untouched(path);
}

songdo_status path_walk(struct run *run, struct path *path)
{
	songdo_status status = SONGDO_OK;
	enum vm_event event = VM_DONE;
	uint32_t slot = 0;

	if (path->vm == NULL)
		status = start_path(run, path);
	while (status == SONGDO_OK) {
		double start;
		status = go_through(run, path);
		if (status != SONGDO_OK || path->ended || path->negligible)
			break;
		start = cpu_seconds();
		drop_done(path);
		status = vm_run(path->vm, &path->pending, &event, &slot, run->error);
		if (status == SONGDO_OK)
			status = set_through(run, path, event, slot);
		status = run_agree(run, status);
		if (status == SONGDO_OK)
			status = run_poll(run);
		run->timing.plan += cpu_seconds() - start;
	}
	return status == SONGDO_OK && !path->negligible ? path_observe(run, path) : status;
}
