/* plan.c - the life of a plan: make, bind, hash, free.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "plan/plan.h"

#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "base/text.h"
#include "plan/build.h"

/* How many bits fit tiles and blocks: half a cache each, so that coefficients and the other data find room too. */
static void size_levels(struct builder *b)
{
	const struct machine_description *machine = &b->machine;
	const unsigned size = machine->precision == SONGDO_SINGLE ? 8 : 16;
	const unsigned least = OPERATION_MATRIX_TARGETS + 1;
	b->block_bits = plan_log2(machine->l1_bytes / 2 / size);
	b->tile_bits = plan_log2(machine->l2_bytes / 2 / size);
	if (b->block_bits < least)
		b->block_bits = least;
	/* Threads share out tiles: leave each two of them, unless the state is so small that latency counts. */
	const unsigned small = 14;
	const unsigned share = plan_log2(machine->threads - 1 ? 2 * machine->threads - 1 : 0) + 1;
	if (b->local_bits <= small)
		b->tile_bits = b->local_bits;
	else if (machine->threads > 1 && b->tile_bits + share > b->local_bits)
		b->tile_bits = b->local_bits > share + b->block_bits ? b->local_bits - share : b->block_bits;
	if (b->tile_bits < b->block_bits)
		b->tile_bits = b->block_bits;
	const unsigned run = 7; /* stretches of memory of 1 or 2 KiB */
	b->tile_far = b->tile_bits > run + 3 ? b->tile_bits - run : 3;
	b->block_far = 3; /* eight ways */
	/* 16 registers of 64 bytes hold four bits' rows, those of shorter vectors are half as many. */
	b->rotation_rows = machine->lane_bits >= (machine->precision == SONGDO_SINGLE ? 3 : 2) ? 4 : 3;
}

static void *shrink(void *array, uint64_t count, size_t size)
{
	void *moved = count ? realloc(array, count * size) : NULL;
	return moved ? moved : array;
}

static void arrays_free(struct plan_arrays *arrays)
{
	if (!arrays)
		return;
	free(arrays->stage);
	free(arrays->sweep);
	free(arrays->pass);
	free(arrays->step);
	free(arrays->recipe);
	free(arrays->recipe_atom);
	free(arrays->atom);
	free(arrays->coefficient);
	free(arrays);
}

static bool layout_legal(const struct layout *layout, uint32_t qubits)
{
	uint64_t seen = 0;
	if (layout->qubits != qubits)
		return false;
	for (unsigned q = 0; q < qubits; q++) {
		if (layout->bit[q] >= qubits)
			return false;
		seen |= bit_mask(layout->bit[q]);
	}
	return seen == low_mask(qubits);
}

/* Bits, ranks and layouts that a plan can be made for. */
static songdo_status check(const struct builder *b, const struct plan_options *options, songdo_error *error)
{
	const uint32_t ranks = b->machine.ranks;
	if (b->qubits > MAX_BITS)
		return error_set(error, SONGDO_NO_FIT, "%u qubits; a state has at most %d", b->qubits, MAX_BITS);
	if (ranks & (ranks - 1))
		return error_set(error, SONGDO_NO_FIT, "%u ranks; the number must be a power of two", ranks);
	if (plan_log2(ranks) > b->qubits)
		return error_set(error, SONGDO_NO_FIT, "%u ranks hold no state of %u qubits", ranks, b->qubits);
	if (options && ((options->first && !layout_legal(options->first, b->qubits)) ||
	                (options->last && !layout_legal(options->last, b->qubits))))
		return error_set(error, SONGDO_INTERNAL, "a layout is not a permutation of the state's bits");
	return SONGDO_OK;
}

static void read_layout(const struct builder *b, const uint8_t *wire_of_qubit, struct layout *layout)
{
	layout->qubits = b->qubits;
	for (unsigned q = 0; q < b->qubits; q++)
		layout->bit[q] = b->bit_of_wire[wire_of_qubit ? wire_of_qubit[q] : q];
}

static songdo_status build(struct builder *b, struct plan *plan, uint64_t begin, uint64_t end, const uint32_t *qubit_of,
                           const struct plan_options *options, songdo_error *error)
{
	const struct layout *first = options ? options->first : NULL, *last = options ? options->last : NULL;
	songdo_status status = check(b, options, error);
	if (status != SONGDO_OK)
		return status;
	b->rank_bits = plan_log2(b->machine.ranks);
	b->local_bits = b->qubits - b->rank_bits;
	size_levels(b);
	for (unsigned q = 0; q < b->qubits; q++)
		b->wire_of_qubit[q] = (uint8_t)q;
	status = plan_simplify(b, begin, end, qubit_of, error);
	if (status != SONGDO_OK || b->failed)
		return status;
	if (!b->unfused) {
		plan_conjugate(b);
		plan_pair(b);
		plan_split(b);
	}
	if (b->failed)
		return SONGDO_OK;
	b->joined = b->fresh ? 0 : low_mask(b->qubits);
	plan_first_layout(b, first, last);
	read_layout(b, NULL, &plan->first);
	plan_place(b);
	if (last && !b->failed) {
		if (b->local_bits == 0)
			for (unsigned q = 0; q < b->qubits; q++)
				if (last->bit[q] != b->bit_of_wire[b->wire_of_qubit[q]])
					return error_set(error, SONGDO_NO_FIT,
					                 "qubits cannot change places with one amplitude on each rank");
		plan_restore(b, last);
	}
	read_layout(b, b->wire_of_qubit, &plan->last);
	return SONGDO_OK;
}

songdo_status plan_new(struct plan **result, const struct songdo_circuit *circuit, uint64_t begin, uint64_t end,
                       uint32_t qubits, const uint32_t *qubit_of, const struct machine_description *machine,
                       const struct plan_options *options, songdo_error *error)
{
	struct builder b = {.circuit = circuit, .machine = *machine, .qubits = qubits, .first_item = NONE};
	struct plan *plan = calloc(1, sizeof *plan);
	struct plan_arrays *out = calloc(1, sizeof *out);
	songdo_status status = SONGDO_NO_FIT;
	*result = NULL;
	if (!plan || !out)
		goto done;
	plan->arrays = b.out = out;
	machine_defaults(&b.machine);
	b.unfused = options && options->flags & PLAN_UNFUSED;
	b.fresh = options && options->flags & PLAN_FRESH && !b.unfused;
	status = build(&b, plan, begin, end, qubit_of, options, error);
	if (status != SONGDO_OK)
		goto done;
	status = SONGDO_NO_FIT;
	if (b.failed)
		goto done;
	out->coefficient = malloc(max_u64(1, out->coefficients) * sizeof *out->coefficient);
	if (!out->coefficient)
		goto done;
	out->step = shrink(out->step, out->steps, sizeof *out->step);
	out->recipe = shrink(out->recipe, out->steps, sizeof *out->recipe);
	out->atom = shrink(out->atom, out->atoms, sizeof *out->atom);
	out->machine = b.machine;
	out->begin = begin;
	out->end = end;
	out->structure = circuit_structure_between(circuit, begin, end);
	plan_compute(out, circuit);
	plan->schedule = (struct schedule){
	        .bits = qubits,
	        .local_bits = b.local_bits,
	        .stages = (uint32_t)out->stages,
	        .sweeps = (uint32_t)out->sweeps,
	        .passes = (uint32_t)out->passes,
	        .steps = (uint32_t)out->steps,
	        .stage = out->stage,
	        .sweep = out->sweep,
	        .pass = out->pass,
	        .step = out->step,
	};
	plan_count(plan);
	status = SONGDO_OK;
done:
	if (status == SONGDO_NO_FIT && b.failed)
		error_set(error, status, "no memory for the plan of %llu operations",
		          (unsigned long long)(end - begin));
	free(b.item);
	if (status == SONGDO_OK) {
		*result = plan;
	} else {
		arrays_free(out);
		free(plan);
	}
	return status;
}

songdo_status plan_bind(struct plan *plan, const struct songdo_circuit *circuit)
{
	struct plan_arrays *arrays = plan->arrays;
	if (circuit->operations < arrays->end ||
	    circuit_structure_between(circuit, arrays->begin, arrays->end) != arrays->structure)
		return SONGDO_BAD_USAGE;
	plan_compute(arrays, circuit);
	return SONGDO_OK;
}

void plan_free(struct plan *plan)
{
	if (!plan)
		return;
	arrays_free(plan->arrays);
	free(plan);
}

static uint64_t mix(uint64_t hash, uint64_t word)
{
	hash = (hash ^ word) * 0x9e3779b97f4a7c15u;
	return (hash ^ hash >> 29) * 0xbf58476d1ce4e5b9u;
}

static uint64_t mix_layout(uint64_t hash, const struct layout *layout)
{
	hash = mix(hash, layout->qubits);
	for (unsigned q = 0; q < layout->qubits; q++)
		hash = mix(hash, layout->bit[q]);
	return hash;
}

uint64_t plan_hash(const struct plan *plan)
{
	const struct schedule *s = &plan->schedule;
	uint64_t hash = mix(mix(0x706c616e, s->bits), s->local_bits);
	hash = mix(mix(mix(mix(hash, s->stages), s->sweeps), s->passes), s->steps);
	for (uint32_t i = 0; i < s->stages; i++) {
		const struct stage *stage = &s->stage[i];
		hash = mix(mix(mix(hash, stage->remap.count), stage->first), stage->count);
		for (unsigned k = 0; k < stage->remap.count; k++)
			hash = mix(hash, (uint64_t)stage->remap.local[k] << 8 | stage->remap.rank[k]);
	}
	for (uint32_t i = 0; i < s->sweeps; i++)
		hash = mix(mix(mix(hash, s->sweep[i].tile), s->sweep[i].first), s->sweep[i].count);
	for (uint32_t i = 0; i < s->passes; i++)
		hash = mix(mix(mix(mix(hash, s->pass[i].block), s->pass[i].first), s->pass[i].count), s->pass[i].still);
	for (uint32_t i = 0; i < s->steps; i++) {
		const struct step *step = &s->step[i];
		hash = mix(hash, (uint64_t)step->kind << 8 | step->targets);
		for (unsigned j = 0; j < step->targets; j++)
			hash = mix(hash, step->target[j]);
		hash = mix(mix(hash, step->control_mask), step->control_value);
	}
	return mix_layout(mix_layout(hash, &plan->first), &plan->last);
}
