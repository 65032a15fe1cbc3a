/* values.c - expressions: names, indices, casts and operands.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "qasm/checker.h"

/* ---- Indices
 * ---------------------------------------------------------------------------------------------------------
 * */

static bool index_in_range(struct checker *checker, struct expression *index, uint64_t width)
{
	if (!index->is_known || width == 0)
		return true;
	const bool is_large = index->type.kind == TYPE_UINT && index->value.u > INT64_MAX;
	if (!is_large && index->value.i < 0 && index->value.i >= -(int64_t)width) {
		return true;
	}
	if (is_large || index->value.i < 0 || (uint64_t)index->value.i >= width) {
		if (index->type.kind == TYPE_UINT)
			diagnose_error(checker->diagnostics, index->place, "index %llu is out of range",
			               (unsigned long long)index->value.u);
		else
			diagnose_error(checker->diagnostics, index->place, "index %lld is out of range",
			               (long long)index->value.i);
		diagnose_hint(checker->diagnostics, "indices go from 0 to %llu", (unsigned long long)width - 1);
		return false;
	}
	return true;
}

static bool check_index(struct checker *checker, struct expression **index, uint64_t width)
{
	if (!check_value(checker, index))
		return false;
	struct expression *const value = *index;
	if (!value_bits_to_number(checker, index) || !type_is_number(&(*index)->type) ||
	    (*index)->type.kind > TYPE_UINT) {
		char text[64];
		diagnose_error(checker->diagnostics, value->place, "an index must be an integer, not %s",
		               type_text(&value->type, text));
		return false;
	}
	if (!type_is_integer(&(*index)->type) && !type_convert(checker, index, type_scalar(TYPE_INT, 64), true))
		return false;
	return index_in_range(checker, *index, width);
}

/* Elements that start:step:stop names; all three known, negative ends resolved. */
static uint64_t range_count(int64_t start, int64_t step, int64_t stop)
{
	if (step > 0 ? start > stop : start < stop)
		return 0;
	const uint64_t span = step > 0 ? (uint64_t)stop - (uint64_t)start : (uint64_t)start - (uint64_t)stop;
	return span / (step > 0 ? (uint64_t)step : -(uint64_t)step) + 1;
}

static bool check_range(struct checker *checker, struct expression *range, uint64_t width, uint64_t *count)
{
	bool known = width > 0;
	for (unsigned i = 0; i < 3; i++) {
		if (!range->item[i])
			continue;
		if (!check_index(checker, &range->item[i], i == 1 ? 0 : width))
			return false;
		known = known && range->item[i]->is_known;
	}
	if (range->item[1] && range->item[1]->is_known && range->item[1]->value.i == 0) {
		diagnose_error(checker->diagnostics, range->item[1]->place, "the step of a range must not be 0");
		return false;
	}
	*count = 0;
	range->type = (struct type){.kind = TYPE_RANGE};
	if (!known)
		return true;
	const int64_t step = range->item[1] ? range->item[1]->value.i : 1, size = (int64_t)width;
	int64_t start = range->item[0] ? range->item[0]->value.i : step > 0 ? 0 : size - 1;
	int64_t stop = range->item[2] ? range->item[2]->value.i : step > 0 ? size - 1 : 0;
	*count = range_count(start < 0 ? start + size : start, step, stop < 0 ? stop + size : stop);
	if (*count == 0) {
		diagnose_error(checker->diagnostics, range->place, "this range selects nothing");
		diagnose_hint(checker->diagnostics, "both ends are included: [start:stop] or [start:step:stop]");
		return false;
	}
	return true;
}

bool check_index_item(struct checker *checker, struct expression **item, uint64_t width, uint64_t *count, bool *is_one)
{
	*is_one = false;
	*count = 0;
	if ((*item)->kind == EXPRESSION_RANGE)
		return check_range(checker, *item, width, count);
	if ((*item)->kind == EXPRESSION_SET) {
		bool fine = true;
		for (uint32_t i = 0; i < (*item)->items; i++)
			fine &= check_index(checker, &(*item)->item[i], width);
		*count = (*item)->items;
		(*item)->type = (struct type){.kind = TYPE_SET};
		if (fine && *count == 0) {
			diagnose_error(checker->diagnostics, (*item)->place, "this set selects nothing");
			return false;
		}
		return fine;
	}
	*is_one = true;
	*count = 1;
	return check_index(checker, item, width);
}

/* left[items] */
static bool check_indexing(struct checker *checker, struct expression *out)
{
	char text[64];
	if (!check_any(checker, &out->left))
		return value_poison(out);
	const struct type base = out->left->type;
	uint64_t count;
	bool is_one;
	out->type = base;
	if (base.dimensions) {
		uint64_t *sizes = arena_new(checker->arena, (AST_DIMENSIONS + 1) * sizeof *sizes);
		uint8_t kept = 0;
		if (out->items > base.dimensions &&
		    !(base.kind == TYPE_BIT && base.is_register && out->items == base.dimensions + 1u)) {
			diagnose_error(checker->diagnostics, out->place, "%u indices on an array of %u dimension%s",
			               out->items, base.dimensions, base.dimensions == 1 ? "" : "s");
			return value_poison(out);
		}
		for (unsigned i = 0; i < base.dimensions; i++) {
			if (i >= out->items) {
				sizes[kept++] = base.sizes[i];
				continue;
			}
			if (!check_index_item(checker, &out->item[i], base.sizes[i], &count, &is_one))
				return value_poison(out);
			if (!is_one)
				sizes[kept++] = count;
		}
		out->type.dimensions = kept;
		out->type.sizes = kept ? sizes : NULL;
		if (out->items == base.dimensions + 1u) {
			diagnose_error(checker->diagnostics, out->item[base.dimensions]->place,
			               "index the element in brackets of its own: a[i][j]");
			return value_poison(out);
		}
		return true;
	}
	const bool is_number = type_is_integer(&base) || base.kind == TYPE_ANGLE;
	if (!(base.is_register && (base.kind == TYPE_BIT || base.kind == TYPE_QUBIT)) && !is_number) {
		diagnose_error(checker->diagnostics, out->place, "%s has no elements to index", type_text(&base, text));
		if (out->left->kind == EXPRESSION_NAME && out->left->symbol)
			diagnose_hint_place(checker->diagnostics, "declared", out->left->symbol->place);
		return value_poison(out);
	}
	if (out->items != 1) {
		diagnose_error(checker->diagnostics, out->place, "a register has one index, not %u", out->items);
		return value_poison(out);
	}
	if (!check_index_item(checker, &out->item[0], base.width, &count, &is_one))
		return value_poison(out);
	out->type = (struct type){.kind = base.kind == TYPE_QUBIT ? TYPE_QUBIT : TYPE_BIT,
	                          .is_register = !is_one,
	                          .is_constant = base.is_constant,
	                          .width = is_one ? 1 : (uint32_t)count};
	/* a constant bit of a constant */
	if (is_one && out->left->is_known && out->item[0]->is_known && constant_is_foldable(&base)) {
		int64_t i = out->item[0]->value.i;
		i = i < 0 ? i + base.width : i;
		const bool wide = base.kind == TYPE_BIT && base.width > 64;
		out->value.u = (wide ? out->left->value.words[i / 64] >> i % 64 : out->left->value.u >> i) & 1;
		out->is_known = true;
	}
	return true;
}

/* ---- All of them
 * ------------------------------------------------------------------------------------------------------- */

static bool check_name(struct checker *checker, struct expression *out)
{
	struct symbol *symbol = scope_value(checker, out->name, out->place);
	out->symbol = symbol;
	if (!symbol || symbol->type.kind == TYPE_VOID)
		return value_poison(out);
	out->type = symbol->type;
	out->type.is_constant = symbol->kind == SYMBOL_CONSTANT;
	if (symbol->kind == SYMBOL_CONSTANT && !symbol->type.dimensions && constant_is_foldable(&symbol->type)) {
		out->value = symbol->value;
		out->is_known = true;
	}
	return true;
}

static bool check_cast(struct checker *checker, struct expression *out)
{
	const struct type type = type_resolve(checker, out->written);
	const bool fine = check_value(checker, &out->left);
	if (!fine || type.kind == TYPE_VOID)
		return value_poison(out);
	struct expression *converted = out->left;
	if (!type_convert(checker, &converted, type, true))
		return value_poison(out);
	out->type = type;
	out->type.is_constant = out->left->type.is_constant;
	out->is_known = converted->is_known;
	out->value = converted->value;
	return true;
}

static bool check_measured(struct checker *checker, struct expression *out)
{
	char text[64];
	if (!check_any(checker, &out->item[0]))
		return value_poison(out);
	const struct type *type = &out->item[0]->type;
	if (type->kind != TYPE_QUBIT) {
		diagnose_error(checker->diagnostics, out->item[0]->place, "only qubits can be measured, not %s",
		               type_text(type, text));
		return value_poison(out);
	}
	if (checker->gate) {
		diagnose_error(checker->diagnostics, out->place, "a gate cannot measure");
		return value_poison(out);
	}
	checker->ast->measures = true;
	out->type = (struct type){.kind = TYPE_BIT, .width = type->width, .is_register = type->is_register};
	return true;
}

bool check_any(struct checker *checker, struct expression **expression)
{
	struct expression *out = *expression;
	switch (out->kind) {
	case EXPRESSION_LITERAL:
		if (out->type.kind >= TYPE_INT && out->type.kind <= TYPE_COMPLEX)
			out->type.width = 64;
		else if (out->type.kind != TYPE_BIT)
			out->type.width = 1;
		if (checker->real_literals && (out->type.kind == TYPE_INT || out->type.kind == TYPE_UINT)) {
			out->value.f = (double)out->value.u;
			out->type.kind = TYPE_FLOAT;
		}
		return out->type.kind != TYPE_VOID;
	case EXPRESSION_NAME: return check_name(checker, out);
	case EXPRESSION_UNARY: return check_unary(checker, out);
	case EXPRESSION_BINARY: return check_binary(checker, out);
	case EXPRESSION_INDEX: return check_indexing(checker, out);
	case EXPRESSION_CALL: return check_call(checker, out, false);
	case EXPRESSION_CAST: return check_cast(checker, out);
	case EXPRESSION_MEASURE: return check_measured(checker, out);
	case EXPRESSION_DURATIONOF:
		out->type = type_scalar(TYPE_DURATION, 1);
		return true;
	case EXPRESSION_CONVERT: return true;
	case EXPRESSION_SET:
	case EXPRESSION_RANGE:
	default:
		diagnose_error(checker->diagnostics, out->place, "a %s has no value here",
		               out->kind == EXPRESSION_SET ? "set" : "range");
		return value_poison(out);
	}
}

bool check_value(struct checker *checker, struct expression **expression)
{
	if (!check_any(checker, expression))
		return false;
	if ((*expression)->type.kind == TYPE_QUBIT) {
		diagnose_error(checker->diagnostics, (*expression)->place, "a qubit has no value");
		diagnose_hint(checker->diagnostics, "measure it into a bit");
		return value_poison(*expression);
	}
	return true;
}

bool check_operand(struct checker *checker, struct operand *operand, struct type *type)
{
	const struct place place = operand_place(operand);
	if (operand->kind == OPERAND_EXPRESSION) {
		if (!check_any(checker, &operand->expression))
			return false;
		struct expression *out = operand->expression;
		*type = out->type;
		/* One constant index on a register is an element, negative ones from the end. */
		if (out->kind == EXPRESSION_INDEX && out->left->kind == EXPRESSION_NAME &&
		    out->left->type.is_register && !out->left->type.dimensions && !out->type.is_register &&
		    out->item[0]->is_known && out->left->type.width > 0) {
			const int64_t element = out->item[0]->value.i;
			operand->symbol = out->left->symbol;
			operand->element = element < 0 ? element + out->left->type.width : element;
			operand->kind = OPERAND_ELEMENT;
		} else if (out->kind == EXPRESSION_NAME) {
			operand->symbol = out->symbol;
			operand->kind = OPERAND_WHOLE;
		}
		return true;
	}
	struct symbol *symbol = scope_value(checker, operand->name, place);
	if (!symbol || symbol->type.kind == TYPE_VOID)
		return false;
	const struct type base = symbol->type;
	if (operand->kind == OPERAND_WHOLE) {
		operand->symbol = symbol;
		*type = base;
		return true;
	}
	/* name[element] */
	if (base.is_register && !base.dimensions) {
		if (base.width > 0 && (uint64_t)operand->element >= base.width) {
			diagnose_error(checker->diagnostics, place, "index %lld is out of range",
			               (long long)operand->element);
			diagnose_hint(checker->diagnostics, "'%.80s' has %u element%s, so indices go from 0 to %u",
			              symbol->name->text, base.width, base.width == 1 ? "" : "s", base.width - 1);
			return false;
		}
		operand->symbol = symbol;
		*type = (struct type){.kind = base.kind, .width = 1};
		return true;
	}
	/* Elements of arrays and bits of integers take the general road. */
	struct expression *name = arena_new(checker->arena, sizeof *name),
	                  *index = arena_new(checker->arena, sizeof *index);
	struct expression *literal = arena_new(checker->arena, sizeof *literal);
	*name = (struct expression){.kind = EXPRESSION_NAME, .place = place, .name = operand->name};
	*literal = (struct expression){.kind = EXPRESSION_LITERAL, .place = place, .is_known = true,
	                               .value.i = operand->element};
	literal->type = type_scalar(TYPE_INT, 64);
	literal->type.is_constant = true;
	*index = (struct expression){.kind = EXPRESSION_INDEX, .place = place, .left = name, .items = 1};
	index->item = arena_copy(checker->arena, &literal, sizeof literal);
	operand->kind = OPERAND_EXPRESSION;
	operand->symbol = NULL;
	operand->expression = index;
	if (!check_any(checker, &operand->expression))
		return false;
	*type = operand->expression->type;
	return true;
}
