/* lower_operands.c - where qubits, bits and array elements are: names, indices, slices, concatenations, aliases.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "qasm/lowering.h"

enum { ITEMS_MOST = 1 << 24 };      /* elements of a selection that are written out one by one */

uint32_t lower_item(const struct selection *selection, uint32_t i)
{
	return selection->kind == SELECT_RUN ? selection->first + i : selection->item[i];
}

bool lower_select_symbol(struct lowering *l, const struct symbol *symbol, struct place place, struct selection *out)
{
	if (symbol->kind == SYMBOL_ALIAS) {
		if (symbol->lowered_data) {
			*out = *(const struct selection *)symbol->lowered_data;
			return true;
		}
		return lower_select(l, symbol->alias, out);
	}
	*out = (struct selection){.kind = SELECT_RUN, .count = symbol->type.width ? symbol->type.width : 1};
	if (symbol->kind == SYMBOL_QUBIT || symbol->kind == SYMBOL_HARDWARE) {
		out->first = symbol->first_qubit;
		return true;
	}
	if (!symbol->lowered) {
		lower_refuse(l, place, "'%s' cannot be used here", symbol->name ? symbol->name->text : "this");
		return false;
	}
	out->first = (uint32_t)(symbol->lowered - 1);
	if (symbol->kind == SYMBOL_QUBIT_PARAMETER || symbol->type.kind == TYPE_QUBIT)
		out->first |= QUBIT_IN_CELL;
	return true;
}

static uint32_t *items_new(struct lowering *l, uint32_t count, struct place place)
{
	if (count > ITEMS_MOST) {
		lower_refuse(l, place, "a selection of %u elements is too large", count);
		return NULL;
	}
	return arena_new(l->ast->arena, (count ? count : 1) * sizeof(uint32_t));
}

static bool concatenate(struct lowering *l, const struct expression *e, struct selection *out)
{
	struct selection left, right;
	if (!lower_select(l, e->left, &left) || !lower_select(l, e->right, &right))
		return false;
	if (left.kind >= SELECT_LIST || right.kind >= SELECT_LIST) {
		lower_refuse(l, e->place,
		             "a concatenation with an index that is known at run time only is not supported");
		return false;
	}
	const uint64_t count = (uint64_t)left.count + right.count;
	if (left.kind == SELECT_RUN && right.kind == SELECT_RUN && left.first + left.count == right.first) {
		*out = (struct selection){.kind = SELECT_RUN, .first = left.first, .count = (uint32_t)count};
		return true;
	}
	*out = (struct selection){.kind = SELECT_ITEMS, .count = (uint32_t)min_u64(count, UINT32_MAX)};
	out->item = items_new(l, out->count, e->place);
	if (!out->item)
		return false;
	for (uint32_t i = 0; i < out->count; i++)
		out->item[i] = i < left.count ? lower_item(&left, i) : lower_item(&right, i - left.count);
	return true;
}

/* start : step : stop with what was left out filled in; false where a part is not known. */
static bool known_range(const struct expression *range, int64_t size, int64_t out[3])
{
	for (int i = 0; i < 3; i++)
		if (range->item[i] && !range->item[i]->is_known)
			return false;
	out[1] = range->item[1] ? range->item[1]->value.i : 1;
	out[0] = range->item[0] ? range->item[0]->value.i : out[1] < 0 ? size - 1 : 0;
	out[2] = range->item[2] ? range->item[2]->value.i : out[1] < 0 ? 0 : size - 1;
	for (int i = 0; i < 3; i += 2)
		if (out[i] < 0)
			out[i] += size;
	return true;
}

/* A range whose bounds are known when the program runs: as a list of indices. */
static uint32_t range_list(struct lowering *l, const struct expression *range, uint32_t size)
{
	const uint32_t bounds = lower_take(l, 3), list = lower_take(l, (uint64_t)size + 1);
	const bool falls = range->item[1] && range->item[1]->is_known && range->item[1]->value.i < 0;
	const int64_t missing[3] = {falls ? -1 : 0, 1, falls ? 0 : -1};
	for (int i = 0; i < 3; i++) {
		if (range->item[i])
			lower_value_to(l, range->item[i], bounds + (uint32_t)i);
		else
			lower_emit(l, CODE_MOVE, 0, 0, bounds + (uint32_t)i, lower_integer(l, missing[i]), 0, 1);
	}
	lower_emit(l, CODE_LIST, 0, 0, list, bounds, 0, size);
	return list;
}

/* Elements of a base with static places. */
static bool choose(struct lowering *l, const struct selection *base, int64_t start, int64_t step, uint64_t count,
                   struct place place, struct selection *out)
{
	for (int end = 0; end < 2 && count; end++) {
		const int64_t at = end ? start + (int64_t)(count - 1) * step : start;
		if (at < 0 || at >= (int64_t)base->count) {
			lower_refuse(l, place, "index %lld is outside of what has %u elements", (long long)at,
			             base->count);
			return false;
		}
	}
	if (base->kind == SELECT_RUN && (step == 1 || count == 1)) {
		*out = (struct selection){.kind = SELECT_RUN, .first = base->first + (uint32_t)start, .count = (uint32_t)count};
		return true;
	}
	*out = (struct selection){.kind = SELECT_ITEMS, .count = (uint32_t)count};
	out->item = items_new(l, out->count, place);
	if (!out->item)
		return false;
	for (uint32_t i = 0; i < out->count; i++)
		out->item[i] = lower_item(base, (uint32_t)(start + (int64_t)i * step));
	return true;
}

/* The whole of a selection of qubits as consecutive cells, so that indices known at run time can reach in. */
static uint32_t spread_qubits(struct lowering *l, const struct selection *base)
{
	if (base->kind == SELECT_RUN && base->first & QUBIT_IN_CELL)
		return base->first & ~QUBIT_IN_CELL;
	const uint32_t cells = lower_take(l, base->count);
	if (base->kind == SELECT_RUN) {
		lower_emit(l, CODE_SERIES, 0, 0, cells, base->first, 0, base->count);
		return cells;
	}
	for (uint32_t i = 0; i < base->count; i++) {
		if (base->item[i] & QUBIT_IN_CELL)
			lower_emit(l, CODE_MOVE, 0, 0, cells + i, base->item[i] & ~QUBIT_IN_CELL, 0, 1);
		else
			lower_emit(l, CODE_SERIES, 0, 0, cells + i, base->item[i], 0, 1);
	}
	return cells;
}

/* One index that is known at run time. */
static bool choose_moving(struct lowering *l, const struct expression *item, const struct selection *base,
                          bool is_qubit, struct selection *out)
{
	const uint32_t index = lower_take(l, 1);
	lower_emit(l, CODE_INDEX, 0, 0, index, lower_value(l, item), 0, base->count);
	if (!is_qubit) {
		if (base->kind != SELECT_RUN) {
			lower_refuse(l, item->place,
			             "an index known at run time only into a concatenation is not supported");
			return false;
		}
		*out = (struct selection){.kind = SELECT_ONE, .first = base->first, .count = 1, .list = index};
		return true;
	}
	if (base->kind == SELECT_RUN && !(base->first & QUBIT_IN_CELL))
		lower_emit(l, CODE_COMPUTE, COMPUTE_ADD, CELL_INT, index, index, lower_integer(l, base->first), 64);
	else
		lower_emit(l, CODE_LOAD, 0, 0, index, spread_qubits(l, base), index, 1);
	*out = (struct selection){.kind = SELECT_RUN, .first = QUBIT_IN_CELL | index, .count = 1};
	return true;
}

/* A list of indices known at run time into a base. */
static bool choose_list(struct lowering *l, uint32_t indices, uint32_t most, const struct selection *base,
                        bool is_qubit, struct place place, struct selection *out)
{
	if (!is_qubit) {
		if (base->kind != SELECT_RUN) {
			lower_refuse(l, place, "a slice with run-time bounds of a concatenation is not supported");
			return false;
		}
		*out = (struct selection){.kind = SELECT_LIST, .first = base->first, .count = most, .list = indices};
		return true;
	}
	const uint32_t list = lower_take(l, (uint64_t)most + 1);
	lower_emit(l, CODE_GATHER, 1, 0, list, spread_qubits(l, base), indices, most);
	*out = (struct selection){.kind = SELECT_LIST, .count = most, .list = list};
	return true;
}

static bool choose_set(struct lowering *l, const struct expression *set, const struct selection *base, bool is_qubit,
                       struct selection *out)
{
	bool known = true;
	for (uint32_t i = 0; i < set->items; i++)
		known &= set->item[i]->is_known;
	if (!known) {
		const uint32_t list = lower_take(l, (uint64_t)set->items + 1);
		lower_emit(l, CODE_MOVE, 0, 0, list, lower_integer(l, set->items), 0, 1);
		for (uint32_t i = 0; i < set->items; i++)
			lower_emit(l, CODE_INDEX, 0, 0, list + 1 + i, lower_value(l, set->item[i]), 0, base->count);
		if (!choose_list(l, list, set->items, base, is_qubit, set->place, out))
			return false;
		/* Its length is known all the same. */
		if (is_qubit)
			*out = (struct selection){.kind = SELECT_RUN, .first = QUBIT_IN_CELL | (out->list + 1), .count = set->items};
		return true;
	}
	*out = (struct selection){.kind = SELECT_ITEMS, .count = set->items, .item = items_new(l, set->items, set->place)};
	for (uint32_t i = 0; out->item && i < set->items; i++) {
		struct selection one;
		const int64_t index = set->item[i]->value.i;
		if (!choose(l, base, index < 0 ? index + (int64_t)base->count : index, 1, 1, set->place, &one))
			return false;
		out->item[i] = lower_item(&one, 0);
	}
	return out->item != NULL;
}

bool lower_select_index(struct lowering *l, const struct expression *e, const struct selection *base,
                        struct selection *out)
{
	const bool is_qubit = e->left->type.kind == TYPE_QUBIT;
	const struct expression *item = e->item[0];
	if (base->kind >= SELECT_LIST) {
		lower_refuse(l, e->place, "an index into a slice with run-time bounds is not supported");
		return false;
	}
	if (item->kind == EXPRESSION_SET)
		return choose_set(l, item, base, is_qubit, out);
	if (item->kind != EXPRESSION_RANGE) {
		if (!item->is_known)
			return choose_moving(l, item, base, is_qubit, out);
		const int64_t index = item->value.i;
		return choose(l, base, index < 0 ? index + (int64_t)base->count : index, 1, 1, e->place, out);
	}
	int64_t range[3];
	if (!known_range(item, (int64_t)base->count, range)) {
		if (base->count > ITEMS_MOST) {
			lower_refuse(l, e->place, "a slice with run-time bounds of %u elements is too large",
			             base->count);
			return false;
		}
		return choose_list(l, range_list(l, item, base->count), base->count, base, is_qubit, e->place, out);
	}
	const int64_t distance = range[1] > 0 ? range[2] - range[0] : range[0] - range[2];
	const uint64_t step = range[1] > 0 ? (uint64_t)range[1] : -(uint64_t)range[1];
	return choose(l, base, range[0], range[1], distance < 0 || step == 0 ? 0 : (uint64_t)distance / step + 1,
	              e->place, out);
}

bool lower_select(struct lowering *l, const struct expression *e, struct selection *out)
{
	struct selection base;
	if (e->kind == EXPRESSION_NAME && e->type.dimensions == 0)
		return lower_select_symbol(l, e->symbol, e->place, out);
	if (e->kind == EXPRESSION_BINARY && e->operator == OPERATOR_CONCATENATE)
		return concatenate(l, e, out);
	if (e->kind == EXPRESSION_INDEX && e->left->type.dimensions == 0)
		return lower_select(l, e->left, &base) && lower_select_index(l, e, &base, out);
	if (e->type.kind == TYPE_QUBIT) {
		lower_refuse(l, e->place, "this way of naming qubits is not supported");
		return false;
	}
	/* Any other value of bits: computed, then named. */
	const uint32_t first = lower_value(l, e);
	*out = (struct selection){.kind = SELECT_RUN, .first = first, .count = (uint32_t)lower_cells(&e->type)};
	return !l->failed;
}

bool lower_select_operand(struct lowering *l, const struct operand *operand, struct selection *out)
{
	if (operand->kind == OPERAND_EXPRESSION)
		return lower_select(l, operand->expression, out);
	if (!lower_select_symbol(l, operand->symbol, operand_place(operand), out))
		return false;
	if (operand->kind == OPERAND_ELEMENT) {
		const struct selection base = *out;
		return choose(l, &base, operand->element, 1, 1, operand_place(operand), out);
	}
	return true;
}

void lower_gather(struct lowering *l, const struct selection *from, uint32_t to, uint32_t count)
{
	switch (from->kind) {
	case SELECT_RUN: lower_emit(l, CODE_MOVE, 0, 0, to, from->first, 0, count); break;
	case SELECT_ONE: lower_emit(l, CODE_LOAD, 0, 0, to, from->first, from->list, 1); break;
	case SELECT_LIST: lower_emit(l, CODE_GATHER, 0, 0, to, from->first, from->list, count); break;
	default:
		for (uint32_t i = 0; i < count; i++)
			lower_emit(l, CODE_MOVE, 0, 0, to + i, from->item[i], 0, 1);
	}
}

void lower_scatter(struct lowering *l, const struct selection *to, uint32_t from, uint32_t count)
{
	switch (to->kind) {
	case SELECT_RUN: lower_emit(l, CODE_MOVE, 0, 0, to->first, from, 0, count); break;
	case SELECT_ONE: lower_emit(l, CODE_STORE, 0, 0, to->first, to->list, from, 1); break;
	case SELECT_LIST: lower_emit(l, CODE_SCATTER, 0, 0, to->first, from, to->list, count); break;
	default:
		for (uint32_t i = 0; i < count; i++)
			lower_emit(l, CODE_MOVE, 0, 0, to->item[i], from + i, 0, 1);
	}
}

/* ---- Arrays --------------------------------------------------------------------------------------- */

static bool all_known(const struct type *type)
{
	for (uint32_t i = 0; i < type->dimensions; i++)
		if (!type->sizes || type->sizes[i] == 0)
			return false;
	return true;
}

struct array_part lower_part_of_symbol(struct lowering *l, const struct symbol *symbol)
{
	struct array_part part = {
	        .base = (uint32_t)(symbol->lowered - 1),
	        .is_reference = symbol->is_reference,
	        .element = lower_element_cells(&symbol->type),
	        .dimensions = symbol->type.dimensions,
	        .known = all_known(&symbol->type) ? symbol->type.sizes : NULL,
	};
	if (part.is_reference) {
		part.sizes = part.base + 1;
		return part;
	}
	/* The sizes as constants, made once. */
	if (!symbol->lowered_data)
		((struct symbol *)symbol)->lowered_data =
		        (void *)(uintptr_t)(1u + program_add_constants(l->program, (const int64_t *)symbol->type.sizes,
		                                                       part.dimensions));
	part.sizes = (uint32_t)(uintptr_t)symbol->lowered_data - 1;
	return part;
}

void lower_part_index(struct lowering *l, struct array_part *part, const struct expression *item)
{
	uint64_t stride = part->element;
	for (uint32_t i = 1; part->known && i < part->dimensions; i++)
		stride *= part->known[i];
	if (item->is_known && part->known) {
		const int64_t size = (int64_t)part->known[0],
		              index = item->value.i < 0 ? item->value.i + size : item->value.i;
		if (index < 0 || index >= size)
			lower_refuse(l, item->place, "index %lld is outside of an array of %lld",
			             (long long)item->value.i, (long long)size);
		part->fixed += (uint64_t)index * stride;
	} else {
		const uint32_t at = lower_take(l, 1);
		lower_emit(l, CODE_INDEX, 1, 0, at, lower_value(l, item), part->sizes, 0);
		lower_emit(l, CODE_COMPUTE, COMPUTE_MULTIPLY, CELL_INT, at, at, lower_integer(l, (int64_t)stride), 64);
		for (uint32_t i = 1; !part->known && i < part->dimensions; i++)
			lower_emit(l, CODE_COMPUTE, COMPUTE_MULTIPLY, CELL_INT, at, at, part->sizes + i, 64);
		if (part->moves)
			lower_emit(l, CODE_COMPUTE, COMPUTE_ADD, CELL_INT, at, at, part->moving, 64);
		part->moves = true;
		part->moving = at;
	}
	part->dimensions--;
	part->sizes++;
	part->known = part->known ? part->known + 1 : NULL;
}

bool lower_part(struct lowering *l, const struct expression *e, struct array_part *out)
{
	if (e->kind == EXPRESSION_NAME) {
		if (!e->symbol->lowered) {
			lower_refuse(l, e->place, "'%s' cannot be used here", e->symbol->name->text);
			return false;
		}
		*out = lower_part_of_symbol(l, e->symbol);
		return true;
	}
	if (e->kind != EXPRESSION_INDEX) {
		lower_refuse(l, e->place, "this way of naming an array is not supported");
		return false;
	}
	if (!lower_part(l, e->left, out))
		return false;
	for (uint32_t i = 0; i < e->items; i++) {
		if (e->item[i]->kind == EXPRESSION_RANGE || e->item[i]->kind == EXPRESSION_SET) {
			lower_refuse(l, e->item[i]->place, "slices of arrays are not supported yet");
			return false;
		}
		if (out->dimensions == 0) {
			lower_refuse(l, e->item[i]->place, "bits of an array's element are not supported yet");
			return false;
		}
		lower_part_index(l, out, e->item[i]);
	}
	return !l->failed;
}

uint32_t lower_part_offset(struct lowering *l, const struct array_part *part)
{
	if (!part->moves)
		return lower_integer(l, (int64_t)part->fixed);
	if (part->fixed == 0)
		return part->moving;
	const uint32_t sum = lower_take(l, 1);
	lower_emit(l, CODE_COMPUTE, COMPUTE_ADD, CELL_INT, sum, part->moving, lower_integer(l, (int64_t)part->fixed),
	           64);
	return sum;
}

uint32_t lower_part_load(struct lowering *l, const struct array_part *part, uint64_t cells)
{
	if (!part->is_reference && !part->moves)
		return part->base + (uint32_t)part->fixed;
	const uint32_t out = lower_take(l, cells);
	lower_emit(l, CODE_LOAD, part->is_reference, 0, out, part->base, lower_part_offset(l, part), (uint32_t)cells);
	return out;
}

void lower_part_store(struct lowering *l, const struct array_part *part, uint32_t from, uint64_t cells)
{
	if (!part->is_reference && !part->moves)
		lower_emit(l, CODE_MOVE, 0, 0, part->base + (uint32_t)part->fixed, from, 0, (uint32_t)cells);
	else
		lower_emit(l, CODE_STORE, part->is_reference, 0, part->base, lower_part_offset(l, part), from,
		           (uint32_t)cells);
}
