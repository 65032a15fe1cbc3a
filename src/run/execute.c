/* execute.c - pending operations carried out on the state of a path.
 *
 * Qubits join the state when an operation first touches them. A path's first plan may choose where its qubits sit;
 * later ones start from where the last one left them. In a forecast everything happens but the arithmetic.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "base/text.h"
#include "run/run.h"

static int compare_numbers(const void *a, const void *b)
{
	const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
	return (x > y) - (x < y);
}

static bool is_gate(const struct operation *operation)
{
	return operation->kind == OPERATION_GATE || operation->kind == OPERATION_MATRIX;
}

/* A growing list of qubits, none twice. */
struct joining {
	uint32_t *qubit;
	uint64_t count, capacity;
	struct qubits seen;
};

static songdo_status add_joining(struct joining *joining, const struct path *path, uint32_t qubit)
{
	if (qubits_find(&path->number, qubit) != QUBITS_NONE || qubits_find(&joining->seen, qubit) != QUBITS_NONE)
		return SONGDO_OK;
	if (joining->count == joining->capacity) {
		const uint64_t capacity = 2 * joining->capacity + 64;
		uint32_t *grown = realloc(joining->qubit, 4 * capacity);
		if (grown == NULL)
			return SONGDO_NO_FIT;
		joining->qubit = grown;
		joining->capacity = capacity;
	}
	joining->qubit[joining->count++] = qubit;
	return qubits_set(&joining->seen, qubit, 0);
}

/* The qubits that the gates of [done, end) touch, and at the end of the program those that an observable flips, as far
 * as they are not in the state yet. */
static songdo_status list_joining(struct joining *joining, const struct run *run, const struct path *path, uint64_t end)
{
	const struct songdo_circuit *pending = &path->pending;
	const bool last = path->ended && end == pending->operations;
	songdo_status status = SONGDO_OK;

	for (uint64_t i = path->done; i < end && status == SONGDO_OK; i++) {
		const struct operation *operation = &pending->operation[i];
		if (!is_gate(operation))
			continue;
		for (uint32_t j = 0; j < operation->controls + operation->targets && status == SONGDO_OK; j++)
			status = add_joining(joining, path, pending->qubit[operation->first_qubit + j]);
	}
	for (size_t o = 0; last && o < run->observables.count; o++) {
		const struct observable *observable = &run->observables.item[o];
		for (uint64_t flipped = observable->flipped; flipped != 0 && status == SONGDO_OK; flipped &= flipped - 1)
			status = add_joining(joining, path, observable->qubit[bit_lowest(flipped)]);
	}
	qubits_fini(&joining->seen);
	return status;
}

/* Whether all that is left of the program is executed at once: then no further qubit joins. */
static bool is_last(const struct path *path)
{
	const struct songdo_circuit *pending = &path->pending;
	bool last = path->ended;

	for (uint64_t i = path->done; i < pending->operations && last; i++)
		last = pending->operation[i].kind != OPERATION_MEASURE && pending->operation[i].kind != OPERATION_RESET;
	return last;
}

/* The largest state that address space is kept for: what the program declares, within what memory holds. */
static songdo_status find_capacity(const struct run *run, const struct path *path, uint32_t bits, uint32_t *capacity)
{
	const int ranks = (int)run->machine.ranks;
	const uint64_t declared = min_u64(run_state_bits(run->facts.qubits, run->rank_bits), MAX_BITS);
	songdo_status status = SONGDO_OK;
	uint64_t left = 0;

	*capacity = bits;
	if (declared <= bits || is_last(path))
		return SONGDO_OK;
	*capacity = (uint32_t)declared;
	if (env_memory_check(run->env, state_rank_bytes(*capacity, ranks, run->options.precision), &left) == SONGDO_OK)
		return SONGDO_OK;
	status = env_memory_left(run->env, &left);
	while (*capacity > bits && state_rank_bytes(*capacity, ranks, run->options.precision) > left)
		--*capacity;
	return status;
}

/* Another qubit for a state that is full: it becomes the top local bit. */
static songdo_status grow(struct run *run, struct path *path)
{
	const uint32_t local_bits = path->bits - run->rank_bits;
	songdo_status status = SONGDO_OK;

	if (!run_forecasts(run))
		status = state_grow(path->state, run->error);
	if (status != SONGDO_OK)
		return status;
	for (uint32_t s = 0; s < path->bits; s++)
		if (path->layout.bit[s] >= local_bits)
			path->layout.bit[s]++;
	path->layout.bit[path->bits] = (uint8_t)local_bits;
	path->layout.qubits = ++path->bits;
	return SONGDO_OK;
}

/* Make sure that a state of so many joined qubits fits; kept copies of other branches give way. */
static songdo_status check_fit(struct run *run, const struct path *path, uint64_t joined)
{
	const uint64_t reserve = run_reserve(run);
	const uint64_t need = add_saturated(run_rank_bytes(joined, run->machine.ranks, run->options.precision), reserve);
	const uint64_t held = path->bits == 0 ? 0 :
	                      state_rank_bytes(path->bits, (int)run->machine.ranks, run->options.precision);
	songdo_status status;
	uint64_t left;

	do {
		status = env_memory_check(run->env, need > held ? need - held : 0, &left);
		if (status != SONGDO_NO_FIT)
			return status;
		left = add_saturated(left, held);
		status = run_fit(joined, run->machine.ranks, run->options.precision, reserve, left, run->error);
	} while (status != SONGDO_OK && run_release_copies(run));
	return status;
}

static songdo_status make_state(struct run *run, struct path *path, uint32_t bits)
{
	const double start = cpu_seconds();
	songdo_status status = SONGDO_OK;
	uint32_t capacity;

	if (!run_forecasts(run)) {
		status = find_capacity(run, path, bits, &capacity);
		if (status == SONGDO_OK)
			status = state_new(&path->state, run->env, run->options.precision, bits, capacity, run->error);
	}
	path->bits = bits;
	path->fresh = true;
	path->layout.qubits = bits;
	for (uint32_t s = 0; s < bits; s++)
		path->layout.bit[s] = (uint8_t)s;
	run->timing.allocate += cpu_seconds() - start;
	return status;
}

songdo_status path_join(struct run *run, struct path *path, uint32_t *qubit, uint64_t count)
{
	const uint64_t joined = path->joined + count;
	songdo_status status = SONGDO_OK;
	uint32_t bits;

	if (count == 0)
		return SONGDO_OK;
	run->active = (uint32_t)max_u64(run->active, min_u64(joined, UINT32_MAX));
	if (run_forecasts(run))
		status = joined > MAX_BITS ? SONGDO_NO_FIT : SONGDO_OK;
	else
		status = check_fit(run, path, joined);
	if (status != SONGDO_OK)
		return status;
	qsort(qubit, count, sizeof(*qubit), compare_numbers);
	bits = run_state_bits(joined, run->rank_bits);
	if (path->bits == 0)
		status = make_state(run, path, bits);
	while (status == SONGDO_OK && path->bits < bits)
		status = grow(run, path);
	for (uint64_t i = 0; i < count && status == SONGDO_OK; i++) {
		path->qubit[path->joined] = qubit[i];
		status = run_agree(run, qubits_set(&path->number, qubit[i], path->joined++));
	}
	run->bits = (uint32_t)max_u64(run->bits, path->bits);
	return status;
}

void path_order(const struct path *path, struct layout *layout)
{
	layout->qubits = path->bits;
	for (uint32_t s = 0; s < path->bits; s++) {
		uint32_t below = 0;
		for (uint32_t other = 0; other < path->joined && s < path->joined; other++)
			below += path->qubit[other] < path->qubit[s];
		layout->bit[s] = (uint8_t)(s < path->joined ? below : s);
	}
}

/* Gates of [done, end) now speak of state qubits; everything else there has been dealt with and becomes nothing. */
static void rename_qubits(struct path *path, uint64_t end)
{
	struct songdo_circuit *pending = &path->pending;

	for (uint64_t i = path->done; i < end; i++) {
		struct operation *operation = &pending->operation[i];
		if (is_gate(operation)) {
			for (uint32_t j = 0; j < operation->controls + operation->targets; j++) {
				uint32_t *qubit = &pending->qubit[operation->first_qubit + j];
				*qubit = qubits_find(&path->number, *qubit);
			}
		} else {
			operation->kind = OPERATION_BARRIER;
			operation->targets = 0;
			operation->controls = 0;
		}
	}
}

/* Ranks must have made the same plan, or their exchanges would not meet. */
static songdo_status compare_plans(struct run *run, const struct plan *plan)
{
	uint64_t hash[2];
	songdo_status status;

	if (run_forecasts(run) || run->machine.ranks == 1)
		return SONGDO_OK;
	hash[0] = plan_hash(plan);
	hash[1] = ~hash[0];
	status = comm_max(run->env->comm, hash, 2);
	if (status == SONGDO_OK && hash[0] != ~hash[1])
		status = error_set(run->error, SONGDO_INTERNAL, "the ranks planned differently");
	return status;
}

static void add_forecast(struct run *run, const struct plan *plan)
{
	run->cost.sweeps += plan->cost.sweeps;
	run->cost.remaps += plan->cost.remaps;
	run->cost.flops = add_saturated(run->cost.flops, plan->cost.flops);
	run->cost.exchanged_bytes = add_saturated(run->cost.exchanged_bytes, plan->cost.exchanged_bytes);
	run->cost.messages += plan->cost.messages;
	run->stages += plan->schedule.stages;
	run->seconds += plan->seconds;
}

/* The plan of the operations: a kept one, or a new one. *owned: the caller frees it. */
static songdo_status find_plan(struct run *run, const struct path *path, const struct songdo_circuit *circuit,
                               uint64_t begin, uint64_t end, const struct plan_options *options, struct plan **plan,
                               bool *owned)
{
	songdo_status status;

	*owned = false;
	*plan = run->plans == NULL ? NULL : plans_find(run->plans, circuit, begin, end, path->bits, options);
	if (*plan != NULL)
		return SONGDO_OK;   /* on every rank: what is kept is the same on all */
	status = run_agree(run, plan_new(plan, circuit, begin, end, path->bits, NULL, &run->machine, options, run->error));
	if (status == SONGDO_OK)
		status = compare_plans(run, *plan);
	*owned = status != SONGDO_OK || run->plans == NULL || !plans_keep(run->plans, *plan, begin, end, path->bits, options);
	return status;
}

static songdo_status apply_piece(struct run *run, struct path *path, const struct songdo_circuit *circuit,
                                 uint64_t begin, uint64_t end, bool order)
{
	struct layout ordered;
	struct plan_options options = { 0 };
	struct plan *plan = NULL;
	bool owned = false;
	songdo_status status;
	double start = cpu_seconds();

	if (order) {
		path_order(path, &ordered);
		options.last = &ordered;
	}
	if (path->fresh)
		options.flags = PLAN_FRESH;
	else
		options.first = &path->layout;
	status = find_plan(run, path, circuit, begin, end, &options, &plan, &owned);
	run->timing.plan += cpu_seconds() - start;
	if (status != SONGDO_OK)
		goto done;
	start = cpu_seconds();
	run->touched = true;
	if (run_forecasts(run))
		add_forecast(run, plan);
	else
		status = state_execute(path->state, &plan->schedule);
	run->timing.simulate += cpu_seconds() - start;
	path->layout = plan->last;
	path->fresh = false;
done:
	if (owned)
		plan_free(plan);
	return status;
}

songdo_status path_apply(struct run *run, struct path *path, const struct songdo_circuit *circuit, uint64_t begin,
                         uint64_t end, bool order)
{
	songdo_status status;

	/* Planning asks nobody whether to go on: that is done between pieces that are planned in a fraction of a second. */
	do {
		const uint64_t piece = min_u64(end - begin, RUN_PLANNED);
		status = apply_piece(run, path, circuit, begin, begin + piece, order && begin + piece == end);
		begin += piece;
		if (status == SONGDO_OK && begin < end)
			status = run_poll(run);
	} while (status == SONGDO_OK && begin < end);
	return status;
}

songdo_status path_execute(struct run *run, struct path *path, uint64_t end, bool order)
{
	struct joining joining = { 0 };
	struct layout ordered;
	uint64_t gates = 0;
	songdo_status status;

	status = run_agree(run, list_joining(&joining, run, path, end));
	if (status == SONGDO_OK)
		status = path_join(run, path, joining.qubit, joining.count);
	if (status != SONGDO_OK)
		goto done;
	for (uint64_t i = path->done; i < end; i++)
		gates += is_gate(&path->pending.operation[i]);
	run->operations += gates;
	if (path->bits == 0 || (gates == 0 && !order))
		goto done;   /* nothing there but phases of the whole, which nobody can see */
	if (order && gates == 0) {
		path_order(path, &ordered);
		if (memcmp(ordered.bit, path->layout.bit, path->bits) == 0)
			goto done;
	}
	rename_qubits(path, end);
	status = path_apply(run, path, &path->pending, path->done, end, order);
done:
	if (status == SONGDO_OK)
		path->done = end;
	free(joining.qubit);
	return status;
}
