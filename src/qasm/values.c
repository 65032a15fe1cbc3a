/* values.c - expressions: their types, promotions, indices, calls and constants.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "qasm/checker.h"

static const char *const signs[OPERATORS] = {
        [OPERATOR_POWER] = "**", [OPERATOR_NOT] = "!", [OPERATOR_COMPLEMENT] = "~", [OPERATOR_NEGATE] = "-",
        [OPERATOR_MULTIPLY] = "*", [OPERATOR_DIVIDE] = "/", [OPERATOR_REMAINDER] = "%", [OPERATOR_ADD] = "+",
        [OPERATOR_SUBTRACT] = "-", [OPERATOR_SHIFT_LEFT] = "<<", [OPERATOR_SHIFT_RIGHT] = ">>", [OPERATOR_LESS] = "<",
        [OPERATOR_LESS_EQUAL] = "<=", [OPERATOR_GREATER] = ">", [OPERATOR_GREATER_EQUAL] = ">=", [OPERATOR_EQUAL] = "==",
        [OPERATOR_NOT_EQUAL] = "!=", [OPERATOR_BIT_AND] = "&", [OPERATOR_BIT_XOR] = "^", [OPERATOR_BIT_OR] = "|",
        [OPERATOR_AND] = "&&", [OPERATOR_OR] = "||", [OPERATOR_CONCATENATE] = "++"};

static bool poison(struct expression *expression)
{
	expression->type = (struct type){.kind = TYPE_VOID};
	expression->is_known = false;
	return false;
}

static bool is_bits(const struct type *type) { return type->kind == TYPE_BIT && type->is_register && !type->dimensions; }

static bool no_operator(struct checker *checker, struct expression *expression)
{
	char text[2][64];
	if (expression->kind == EXPRESSION_UNARY)
		diagnose_error(checker->diagnostics, expression->place, "'%s' has no meaning for %s", signs[expression->operator],
		               type_text(&expression->left->type, text[0]));
	else
		diagnose_error(checker->diagnostics, expression->place, "'%s' has no meaning between %s and %s",
		               signs[expression->operator], type_text(&expression->left->type, text[0]),
		               type_text(&expression->right->type, text[1]));
	if (expression->operator == OPERATOR_BIT_XOR && expression->right &&
	    (expression->left->type.kind == TYPE_FLOAT || expression->right->type.kind == TYPE_FLOAT))
		diagnose_hint(checker->diagnostics, "OpenQASM 3 writes powers with **");
	return poison(expression);
}

/* ---- Operators ---------------------------------------------------------------------------------------------------- */

/* The type in which two numbers meet: complex over float over uint over int; bits and bools count as unsigned numbers. */
static struct type common_type(const struct type *left, const struct type *right)
{
	const struct type *higher = left->kind >= right->kind ? left : right;
	if (higher->kind == TYPE_BOOL || higher->kind == TYPE_BIT)
		return type_scalar(TYPE_INT, 64);
	if (higher->kind == TYPE_ANGLE) {
		const struct type *other = higher == left ? right : left;
		return type_scalar(TYPE_ANGLE, other->kind == TYPE_ANGLE && other->width > higher->width ? other->width : higher->width);
	}
	uint32_t width = higher->width;
	if (left->kind >= TYPE_INT && right->kind >= TYPE_INT && left->kind <= TYPE_UINT && right->kind <= TYPE_UINT)
		width = left->width > right->width ? left->width : right->width;
	if ((higher->kind == TYPE_FLOAT || higher->kind == TYPE_COMPLEX) && left->kind == right->kind)
		width = left->width > right->width ? left->width : right->width;
	return type_scalar(higher->kind, width);
}

/* A register of bits among numbers counts as the unsigned integer it spells. */
static bool bits_to_number(struct checker *checker, struct expression **side)
{
	if (!is_bits(&(*side)->type))
		return true;
	if ((*side)->type.width > 64 || (*side)->type.width == 0)
		return false;
	return type_convert(checker, side, type_scalar(TYPE_UINT, (*side)->type.width), true);
}

/* A whole literal takes the width and sign of what it meets where it fits there, so that uint[8] x; x + 1 stays a uint[8]. */
static bool fits(const struct expression *literal, const struct type *type)
{
	if (!literal->is_known || !type_is_integer(&literal->type) || !type_is_integer(type) || literal->type.width != 64)
		return false;
	const bool negative = literal->type.kind == TYPE_INT && literal->value.i < 0;
	const uint32_t bits = type->kind == TYPE_UINT ? type->width : type->width - 1;
	if (negative)
		return type->kind == TYPE_INT && (type->width == 64 || literal->value.i >= -((int64_t)1 << (type->width - 1)));
	return bits >= 64 || literal->value.u >> bits == 0;
}

/* Bring both sides to one type. */
static bool meet(struct checker *checker, struct expression *expression)
{
	struct type type;
	if (fits(expression->right, &expression->left->type))
		type = expression->left->type;
	else if (fits(expression->left, &expression->right->type))
		type = expression->right->type;
	else
		type = common_type(&expression->left->type, &expression->right->type);
	return type_convert(checker, &expression->left, type, true) && type_convert(checker, &expression->right, type, true);
}

static bool set_type(struct expression *expression, struct type type)
{
	type.is_constant = expression->left->type.is_constant && (!expression->right || expression->right->type.is_constant);
	type.is_register = type.kind == TYPE_BIT && type.is_register;
	expression->type = type;
	return true;
}

static bool check_comparison(struct checker *checker, struct expression *out)
{
	const bool is_order = out->operator != OPERATOR_EQUAL && out->operator != OPERATOR_NOT_EQUAL;
	struct type *left = &out->left->type, *right = &out->right->type;
	if (is_bits(left) != is_bits(right) && (is_bits(left) ? left : right)->width > 64 && !is_order) {
		/* a register wider than any integer: compare bit by bit */
		const struct type wide = is_bits(left) ? *left : *right;
		struct expression **narrow = is_bits(left) ? &out->right : &out->left;
		if (!type_convert(checker, narrow, type_scalar(TYPE_UINT, 64), true))
			return poison(out);
		struct expression *convert = arena_new(checker->arena, sizeof *convert);
		*convert = (struct expression){.kind = EXPRESSION_CONVERT, .place = (*narrow)->place, .type = wide, .left = *narrow};
		if ((*narrow)->is_known && !constant_convert(checker, convert, *narrow))
			return poison(out);
		*narrow = convert;
	} else if (is_bits(left) && is_bits(right)) {
		if (left->width != right->width || is_order) {
			if (!bits_to_number(checker, &out->left) || !bits_to_number(checker, &out->right))
				return no_operator(checker, out);
		}
	} else if (!bits_to_number(checker, &out->left) || !bits_to_number(checker, &out->right)) {
		return no_operator(checker, out);
	}
	left = &out->left->type, right = &out->right->type;
	if (left->kind == TYPE_DURATION || left->kind == TYPE_STRETCH) {
		if (right->kind != TYPE_DURATION && right->kind != TYPE_STRETCH)
			return no_operator(checker, out);
	} else if (!is_bits(left)) {
		if (!type_is_number(left) || !type_is_number(right) ||
		    (is_order && (left->kind == TYPE_COMPLEX || right->kind == TYPE_COMPLEX)))
			return no_operator(checker, out);
		const bool truths = left->kind <= TYPE_BOOL && right->kind <= TYPE_BOOL;
		if (truths ? !type_convert(checker, &out->left, type_scalar(TYPE_BOOL, 1), true) ||
		                     !type_convert(checker, &out->right, type_scalar(TYPE_BOOL, 1), true)
		           : !meet(checker, out))
			return poison(out);
	}
	set_type(out, type_scalar(TYPE_BOOL, 1));
	return constant_fold(checker, out);
}

/* & | ^ */
static bool check_bitwise(struct checker *checker, struct expression *out)
{
	struct type *left = &out->left->type, *right = &out->right->type;
	if (is_bits(left) && is_bits(right) && left->width == right->width) {
		set_type(out, *left);
		return constant_fold(checker, out);
	}
	if (is_bits(left) && is_bits(right)) {
		diagnose_error(checker->diagnostics, out->place, "'%s' between %u and %u bits", signs[out->operator], left->width, right->width);
		return poison(out);
	}
	if (left->kind == TYPE_BIT && right->kind == TYPE_BIT && !left->is_register && !right->is_register && !left->dimensions && !right->dimensions) {
		set_type(out, type_scalar(TYPE_BIT, 1));
		return constant_fold(checker, out);
	}
	if (!bits_to_number(checker, &out->left) || !bits_to_number(checker, &out->right))
		return no_operator(checker, out);
	left = &out->left->type, right = &out->right->type;
	if (!type_is_number(left) || !type_is_number(right) || left->kind == TYPE_FLOAT || right->kind == TYPE_FLOAT ||
	    left->kind == TYPE_COMPLEX || right->kind == TYPE_COMPLEX)
		return no_operator(checker, out);
	if (left->kind <= TYPE_BOOL && right->kind <= TYPE_BOOL) {
		if (!type_convert(checker, &out->left, type_scalar(TYPE_BOOL, 1), true) || !type_convert(checker, &out->right, type_scalar(TYPE_BOOL, 1), true))
			return poison(out);
	} else if (!meet(checker, out)) {
		return poison(out);
	}
	set_type(out, out->left->type);
	return constant_fold(checker, out);
}

static bool check_shift(struct checker *checker, struct expression *out)
{
	const struct type *left = &out->left->type;
	if (!(is_bits(left) || type_is_integer(left) || (left->kind == TYPE_ANGLE && !left->dimensions)) ||
	    !bits_to_number(checker, &out->right) || !(type_is_number(&out->right->type) && out->right->type.kind <= TYPE_UINT))
		return no_operator(checker, out);
	if (!type_convert(checker, &out->right, type_scalar(TYPE_INT, 64), true))
		return poison(out);
	set_type(out, *left);
	return constant_fold(checker, out);
}

static bool check_duration(struct checker *checker, struct expression *out)
{
	const bool left = out->left->type.kind == TYPE_DURATION || out->left->type.kind == TYPE_STRETCH;
	const bool right = out->right->type.kind == TYPE_DURATION || out->right->type.kind == TYPE_STRETCH;
	struct type type = type_scalar(left && right && out->operator == OPERATOR_DIVIDE ? TYPE_FLOAT : TYPE_DURATION, 64);
	bool legal = out->operator == OPERATOR_ADD || out->operator == OPERATOR_SUBTRACT ? left && right
	             : out->operator == OPERATOR_DIVIDE ? left && (right || type_is_number(&out->right->type))
	             : out->operator == OPERATOR_MULTIPLY ? left != right && type_is_number(left ? &out->right->type : &out->left->type)
	                                                  : false;
	if (!legal)
		return no_operator(checker, out);
	if (!left && !type_convert(checker, &out->left, type_scalar(TYPE_FLOAT, 64), true))
		return poison(out);
	if (!right && !type_convert(checker, &out->right, type_scalar(TYPE_FLOAT, 64), true))
		return poison(out);
	if (type.kind == TYPE_DURATION)
		type.width = 1;
	return set_type(out, type);
}

static bool check_arithmetic(struct checker *checker, struct expression *out)
{
	if (out->left->type.kind == TYPE_DURATION || out->left->type.kind == TYPE_STRETCH || out->right->type.kind == TYPE_DURATION ||
	    out->right->type.kind == TYPE_STRETCH)
		return check_duration(checker, out);
	if (!bits_to_number(checker, &out->left) || !bits_to_number(checker, &out->right))
		return no_operator(checker, out);
	struct type *left = &out->left->type, *right = &out->right->type;
	if (!type_is_number(left) || !type_is_number(right))
		return no_operator(checker, out);
	if ((left->kind == TYPE_ANGLE || right->kind == TYPE_ANGLE) && (left->kind == TYPE_COMPLEX || right->kind == TYPE_COMPLEX))
		return no_operator(checker, out);
	if (left->kind == TYPE_ANGLE || right->kind == TYPE_ANGLE) {
		if (out->operator == OPERATOR_REMAINDER || out->operator == OPERATOR_POWER)
			return no_operator(checker, out);
		struct expression **other = left->kind == TYPE_ANGLE ? &out->right : &out->left;
		const bool scales = out->operator == OPERATOR_MULTIPLY || out->operator == OPERATOR_DIVIDE;
		if (scales && (*other)->type.kind <= TYPE_UINT && !(out->operator == OPERATOR_DIVIDE && other == &out->left)) {
			/* pattern times or over a whole number */
			struct expression *angle = left->kind == TYPE_ANGLE ? out->left : out->right;
			if (!type_convert(checker, other, type_scalar(TYPE_UINT, 64), true))
				return poison(out);
			struct expression *number = *other;
			out->left = angle;
			out->right = number;
			set_type(out, angle->type);
			return constant_fold(checker, out);
		}
		if (scales && (*other)->type.kind != TYPE_ANGLE) {   /* with a float: radians */
			if (!type_convert(checker, &out->left, type_scalar(TYPE_FLOAT, 64), true) ||
			    !type_convert(checker, &out->right, type_scalar(TYPE_FLOAT, 64), true))
				return poison(out);
			set_type(out, type_scalar(TYPE_FLOAT, 64));
			return constant_fold(checker, out);
		}
		if (scales && out->operator == OPERATOR_MULTIPLY)
			return no_operator(checker, out);
		/* An angle and a number of radians; a whole number of radians is a float first. */
		if ((*other)->type.kind != TYPE_ANGLE && !type_convert(checker, other, type_scalar(TYPE_FLOAT, 64), true))
			return poison(out);
		if (!meet(checker, out))
			return poison(out);
		set_type(out, out->operator == OPERATOR_DIVIDE ? type_scalar(TYPE_UINT, 64) : out->left->type);
		return constant_fold(checker, out);
	}
	if (out->operator == OPERATOR_REMAINDER && (left->kind > TYPE_UINT || right->kind > TYPE_UINT))
		return no_operator(checker, out);
	/* A negative whole exponent that is known makes a power real. */
	if (out->operator == OPERATOR_POWER && out->right->is_known && right->kind == TYPE_INT && out->right->value.i < 0 && left->kind <= TYPE_UINT &&
	    !type_convert(checker, &out->left, type_scalar(TYPE_FLOAT, 64), true))
		return poison(out);
	const bool whole = left->kind <= TYPE_UINT && right->kind <= TYPE_UINT;
	if (!meet(checker, out))
		return poison(out);
	set_type(out, out->left->type);
	if (!constant_fold(checker, out))
		return false;
	if (out->operator == OPERATOR_DIVIDE && whole && out->is_known && out->left->kind == EXPRESSION_LITERAL &&
	    out->right->kind == EXPRESSION_LITERAL && out->left->value.u % out->right->value.u != 0) {
		diagnose_warning(checker->diagnostics, out->place, "the quotient of these integers is the integer %lld", (long long)out->value.i);
		diagnose_hint(checker->diagnostics, "for a fraction write %llu.0/%llu", (unsigned long long)out->left->value.u,
		              (unsigned long long)out->right->value.u);
	}
	return true;
}

static bool check_concatenation(struct checker *checker, struct expression *out)
{
	const struct type *left = &out->left->type, *right = &out->right->type;
	if (left->dimensions && left->dimensions == right->dimensions && left->kind == right->kind && left->width == right->width) {
		struct type type = *left;
		uint64_t *sizes = arena_copy(checker->arena, left->sizes, left->dimensions * sizeof *sizes);
		sizes[0] = left->sizes[0] && right->sizes[0] ? left->sizes[0] + right->sizes[0] : 0;
		type.sizes = sizes;
		return set_type(out, type);
	}
	if (left->dimensions || right->dimensions || left->kind != right->kind || (left->kind != TYPE_BIT && left->kind != TYPE_QUBIT))
		return no_operator(checker, out);
	struct type type = *left;
	const uint64_t width = (uint64_t)left->width + right->width;
	type.is_register = true;
	type.width = left->width && right->width ? (uint32_t)min_u64(width, AST_SIZE) : 0;
	if (width > AST_SIZE) {
		diagnose_error(checker->diagnostics, out->place, "a register has at most %llu elements", AST_SIZE);
		return poison(out);
	}
	set_type(out, type);
	out->type.is_register = true;
	if (out->left->is_known && out->right->is_known && constant_is_foldable(&type))
		constant_concatenate(checker, out);
	return true;
}

static bool check_binary(struct checker *checker, struct expression *out)
{
	const bool left = check_any(checker, &out->left), right = check_any(checker, &out->right);
	if (!left || !right)
		return poison(out);
	switch (out->operator) {
	case OPERATOR_AND:
	case OPERATOR_OR:
		if (!type_convert(checker, &out->left, type_scalar(TYPE_BOOL, 1), false) ||
		    !type_convert(checker, &out->right, type_scalar(TYPE_BOOL, 1), false))
			return poison(out);
		set_type(out, type_scalar(TYPE_BOOL, 1));
		return constant_fold(checker, out);
	case OPERATOR_EQUAL: case OPERATOR_NOT_EQUAL: case OPERATOR_LESS: case OPERATOR_LESS_EQUAL: case OPERATOR_GREATER:
	case OPERATOR_GREATER_EQUAL:
		return check_comparison(checker, out);
	case OPERATOR_BIT_AND: case OPERATOR_BIT_OR: case OPERATOR_BIT_XOR:
		return check_bitwise(checker, out);
	case OPERATOR_SHIFT_LEFT: case OPERATOR_SHIFT_RIGHT:
		return check_shift(checker, out);
	case OPERATOR_CONCATENATE:
		return check_concatenation(checker, out);
	default:
		return check_arithmetic(checker, out);
	}
}

static bool check_unary(struct checker *checker, struct expression *out)
{
	if (!check_value(checker, &out->left))
		return poison(out);
	const struct type *type = &out->left->type;
	switch (out->operator) {
	case OPERATOR_NOT:
		if (!type_convert(checker, &out->left, type_scalar(TYPE_BOOL, 1), false))
			return poison(out);
		break;
	case OPERATOR_COMPLEMENT:
		if (!(type->kind == TYPE_BIT && !type->dimensions) && !type_is_integer(type) && type->kind != TYPE_ANGLE)
			return no_operator(checker, out);
		break;
	default:
		if (type->kind == TYPE_DURATION) {
			set_type(out, *type);
			return true;
		}
		if (!bits_to_number(checker, &out->left) || !type_is_number(&out->left->type))
			return no_operator(checker, out);
		/* -9223372036854775808 is written with a literal that does not fit an int by itself */
		if (out->left->kind == EXPRESSION_LITERAL && out->left->type.kind == TYPE_UINT && out->left->value.u == (uint64_t)1 << 63) {
			out->type = type_scalar(TYPE_INT, 64);
			out->type.is_constant = true;
			out->value.i = INT64_MIN;
			return out->is_known = true;
		}
		if (out->left->type.kind <= TYPE_BOOL && !type_convert(checker, &out->left, type_scalar(TYPE_INT, 64), true))
			return poison(out);
		break;
	}
	set_type(out, out->left->type);
	return constant_fold(checker, out);
}

/* ---- Indices --------------------------------------------------------------------------------------------------------- */

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
			diagnose_error(checker->diagnostics, index->place, "index %llu is out of range", (unsigned long long)index->value.u);
		else
			diagnose_error(checker->diagnostics, index->place, "index %lld is out of range", (long long)index->value.i);
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
	if (!bits_to_number(checker, index) || !type_is_number(&(*index)->type) || (*index)->type.kind > TYPE_UINT) {
		char text[64];
		diagnose_error(checker->diagnostics, value->place, "an index must be an integer, not %s", type_text(&value->type, text));
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
		return poison(out);
	const struct type base = out->left->type;
	uint64_t count;
	bool is_one;
	out->type = base;
	if (base.dimensions) {
		uint64_t *sizes = arena_new(checker->arena, (AST_DIMENSIONS + 1) * sizeof *sizes);
		uint8_t kept = 0;
		if (out->items > base.dimensions && !(base.kind == TYPE_BIT && base.is_register && out->items == base.dimensions + 1u)) {
			diagnose_error(checker->diagnostics, out->place, "%u indices on an array of %u dimension%s", out->items, base.dimensions,
			               base.dimensions == 1 ? "" : "s");
			return poison(out);
		}
		for (unsigned i = 0; i < base.dimensions; i++) {
			if (i >= out->items) {
				sizes[kept++] = base.sizes[i];
				continue;
			}
			if (!check_index_item(checker, &out->item[i], base.sizes[i], &count, &is_one))
				return poison(out);
			if (!is_one)
				sizes[kept++] = count;
		}
		out->type.dimensions = kept;
		out->type.sizes = kept ? sizes : NULL;
		if (out->items == base.dimensions + 1u) {
			diagnose_error(checker->diagnostics, out->item[base.dimensions]->place, "index the element in brackets of its own: a[i][j]");
			return poison(out);
		}
		return true;
	}
	const bool is_number = type_is_integer(&base) || base.kind == TYPE_ANGLE;
	if (!(base.is_register && (base.kind == TYPE_BIT || base.kind == TYPE_QUBIT)) && !is_number) {
		diagnose_error(checker->diagnostics, out->place, "%s has no elements to index", type_text(&base, text));
		if (out->left->kind == EXPRESSION_NAME && out->left->symbol)
			diagnose_hint_place(checker->diagnostics, "declared", out->left->symbol->place);
		return poison(out);
	}
	if (out->items != 1) {
		diagnose_error(checker->diagnostics, out->place, "a register has one index, not %u", out->items);
		return poison(out);
	}
	if (!check_index_item(checker, &out->item[0], base.width, &count, &is_one))
		return poison(out);
	out->type = (struct type){.kind = base.kind == TYPE_QUBIT ? TYPE_QUBIT : TYPE_BIT, .is_register = !is_one, .is_constant = base.is_constant,
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

/* ---- Calls ------------------------------------------------------------------------------------------------------------ */

static bool wrong_count(struct checker *checker, const struct expression *call, uint32_t wanted)
{
	diagnose_error(checker->diagnostics, call->place, "'%.80s' takes %u argument%s, not %u", call->symbol->name->text, wanted,
	               wanted == 1 ? "" : "s", call->items);
	diagnose_hint_place(checker->diagnostics, "declared", call->symbol->place);
	return false;
}

static bool check_function(struct checker *checker, struct expression *call)
{
	const enum function function = call->symbol->function;
	const uint32_t wanted = function == FUNCTION_MOD || function == FUNCTION_POW || function == FUNCTION_ROTL || function == FUNCTION_ROTR ? 2 : 1;
	bool fine = true;
	for (uint32_t i = 0; i < call->items; i++)
		fine &= check_any(checker, &call->item[i]);
	if (!fine)
		return poison(call);
	if (function == FUNCTION_SIZEOF) {
		int64_t dimension = 0;
		if (call->items < 1 || call->items > 2)
			return wrong_count(checker, call, 1), poison(call);
		const struct type *type = &call->item[0]->type;
		if (!type->dimensions && !type->is_register) {
			char text[64];
			diagnose_error(checker->diagnostics, call->item[0]->place, "%s has no size", type_text(type, text));
			return poison(call);
		}
		if (call->items == 2) {
			if (!call->item[1]->is_known || !type_is_integer(&call->item[1]->type)) {
				diagnose_error(checker->diagnostics, call->item[1]->place, "the dimension must be a constant integer");
				return poison(call);
			}
			dimension = call->item[1]->value.i;
		}
		if (dimension < 0 || dimension >= (type->dimensions ? type->dimensions : 1)) {
			diagnose_error(checker->diagnostics, call->item[1]->place, "there is no dimension %lld", (long long)dimension);
			return poison(call);
		}
		call->type = type_scalar(TYPE_UINT, 64);
		call->value.u = type->dimensions ? type->sizes[dimension] : type->width;
		call->is_known = call->type.is_constant = call->value.u > 0;
		return true;
	}
	if (call->items != wanted)
		return wrong_count(checker, call, wanted), poison(call);
	struct expression **first = &call->item[0];
	struct type result;
	switch (function) {
	case FUNCTION_POPCOUNT:
	case FUNCTION_ROTL:
	case FUNCTION_ROTR:
		if (!is_bits(&(*first)->type) && !type_is_integer(&(*first)->type)) {
			char text[64];
			diagnose_error(checker->diagnostics, (*first)->place, "'%s' takes bits or an integer, not %s", call->symbol->name->text,
			               type_text(&(*first)->type, text));
			return poison(call);
		}
		if (function != FUNCTION_POPCOUNT && !type_convert(checker, &call->item[1], type_scalar(TYPE_INT, 64), false))
			return poison(call);
		result = function == FUNCTION_POPCOUNT ? type_scalar(TYPE_UINT, 64) : (*first)->type;
		break;
	case FUNCTION_REAL:
	case FUNCTION_IMAG:
		if (!type_convert(checker, first, type_scalar(TYPE_COMPLEX, (*first)->type.kind == TYPE_COMPLEX ? (*first)->type.width : 64), true))
			return poison(call);
		result = type_scalar(TYPE_FLOAT, (*first)->type.width);
		break;
	case FUNCTION_MOD:
	case FUNCTION_POW: {
		const bool whole = type_is_integer(&(*first)->type) && type_is_integer(&call->item[1]->type) &&
		                   !(function == FUNCTION_POW && call->item[1]->is_known && call->item[1]->type.kind == TYPE_INT && call->item[1]->value.i < 0);
		const bool is_complex = (*first)->type.kind == TYPE_COMPLEX || call->item[1]->type.kind == TYPE_COMPLEX;
		result = whole ? common_type(&(*first)->type, &call->item[1]->type)
		        : type_scalar(is_complex && function == FUNCTION_POW ? TYPE_COMPLEX : TYPE_FLOAT, 64);
		if (!type_convert(checker, first, result, false) || !type_convert(checker, &call->item[1], result, false))
			return poison(call);
		break;
	}
	case FUNCTION_EXP:
	case FUNCTION_SQRT:
	case FUNCTION_LOG:
	case FUNCTION_SIN:
	case FUNCTION_COS:
		result = type_scalar((*first)->type.kind == TYPE_COMPLEX && (function == FUNCTION_EXP || function == FUNCTION_SQRT)
		                             ? TYPE_COMPLEX : TYPE_FLOAT, 64);
		if (!type_convert(checker, first, result, false))
			return poison(call);
		break;
	default:
		result = type_scalar(TYPE_FLOAT, 64);
		if (!type_convert(checker, first, result, false))
			return poison(call);
		break;
	}
	call->type = result;
	call->type.is_constant = (*first)->type.is_constant && (wanted < 2 || call->item[1]->type.is_constant);
	return constant_fold(checker, call);
}

/* One argument of a subroutine. */
static bool check_argument(struct checker *checker, struct expression **argument, const struct formal *formal, const struct type *type)
{
	char text[2][64];
	if (!check_any(checker, argument))
		return false;
	const struct type *given = &(*argument)->type;
	if (type->kind == TYPE_VOID)
		return false;
	if (type->dimensions) {
		const bool same = given->kind == type->kind && given->width == type->width && given->dimensions == type->dimensions;
		bool fits_sizes = same;
		for (unsigned i = 0; same && i < type->dimensions; i++)
			fits_sizes &= !type->sizes[i] || !given->sizes[i] || type->sizes[i] == given->sizes[i];
		if (!fits_sizes) {
			diagnose_error(checker->diagnostics, (*argument)->place,
			        "%s is passed where %s is expected", type_text(given, text[0]), type_text(type, text[1]));
			return false;
		}
		const struct expression *root = *argument;
		while (root->kind == EXPRESSION_INDEX)
			root = root->left;
		if (formal->written->is_mutable && root->kind == EXPRESSION_NAME && root->symbol && root->symbol->is_read_only) {
			diagnose_error(checker->diagnostics, (*argument)->place,
			        "'%.80s' cannot be changed, so it cannot be passed as mutable", root->symbol->name->text);
			return false;
		}
		return true;
	}
	if (type->kind == TYPE_QUBIT || given->kind == TYPE_QUBIT) {
		if (type->kind == given->kind && (type->width == given->width || given->width == 0) &&
		    (type->is_register || !given->is_register || given->width == 1))
			return true;
		diagnose_error(checker->diagnostics, (*argument)->place,
		        "%s is passed where %s is expected", type_text(given, text[0]), type_text(type, text[1]));
		return false;
	}
	return type_convert(checker, argument, *type, false);
}

bool check_call(struct checker *checker, struct expression *call, bool is_statement)
{
	struct symbol *symbol = scope_function(checker, call->name, call->place);
	call->symbol = symbol;
	if (!symbol)
		return poison(call);
	if (symbol->kind == SYMBOL_FUNCTION)
		return check_function(checker, call);
	if (checker->gate) {
		diagnose_error(checker->diagnostics, call->place, "a gate cannot call a subroutine");
		return poison(call);
	}
	const struct subroutine *subroutine = symbol->subroutine;
	symbol->is_used = true;
	call->type = subroutine->type;
	call->type.is_constant = false;
	if (subroutine->is_extern) {
		diagnose_error(checker->diagnostics, call->place,
		        "calls of 'extern' subroutines are not supported: nothing is known of '%.80s'", symbol->name->text);
		return poison(call);
	}
	if (call->items != subroutine->formals)
		return wrong_count(checker, call, subroutine->formals), poison(call);
	bool fine = true;
	for (uint32_t i = 0; i < call->items; i++)
		fine &= check_argument(checker, &call->item[i], &subroutine->formal[i], &subroutine->formal[i].symbol->type);
	/* The same qubit twice would make gates inside act on it twice. */
	for (uint32_t i = 0; fine && i < call->items; i++)
		for (uint32_t j = 0; j < i; j++)
			if (call->item[i]->kind == EXPRESSION_NAME && call->item[j]->kind == EXPRESSION_NAME && call->item[i]->type.kind == TYPE_QUBIT &&
			    call->item[i]->symbol == call->item[j]->symbol) {
				diagnose_error(checker->diagnostics, call->item[i]->place, "'%.80s' is passed twice", call->item[i]->symbol->name->text);
				fine = false;
			}
	if (!fine)
		return poison(call);
	if (!is_statement && call->type.kind == TYPE_VOID) {
		diagnose_error(checker->diagnostics, call->place, "'%.80s' returns nothing", symbol->name->text);
		diagnose_hint_place(checker->diagnostics, "declared", symbol->place);
		return false;
	}
	return true;
}

/* ---- All of them ------------------------------------------------------------------------------------------------------- */

static bool check_name(struct checker *checker, struct expression *out)
{
	struct symbol *symbol = scope_value(checker, out->name, out->place);
	out->symbol = symbol;
	if (!symbol || symbol->type.kind == TYPE_VOID)
		return poison(out);
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
		return poison(out);
	struct expression *converted = out->left;
	if (!type_convert(checker, &converted, type, true))
		return poison(out);
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
		return poison(out);
	const struct type *type = &out->item[0]->type;
	if (type->kind != TYPE_QUBIT) {
		diagnose_error(checker->diagnostics, out->item[0]->place, "only qubits can be measured, not %s", type_text(type, text));
		return poison(out);
	}
	if (checker->gate) {
		diagnose_error(checker->diagnostics, out->place, "a gate cannot measure");
		return poison(out);
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
		diagnose_error(checker->diagnostics, out->place, "a %s has no value here", out->kind == EXPRESSION_SET ? "set" : "range");
		return poison(out);
	}
}

bool check_value(struct checker *checker, struct expression **expression)
{
	if (!check_any(checker, expression))
		return false;
	if ((*expression)->type.kind == TYPE_QUBIT) {
		diagnose_error(checker->diagnostics, (*expression)->place, "a qubit has no value");
		diagnose_hint(checker->diagnostics, "measure it into a bit");
		return poison(*expression);
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
		if (out->kind == EXPRESSION_INDEX && out->left->kind == EXPRESSION_NAME && out->left->type.is_register &&
		    !out->left->type.dimensions && !out->type.is_register && out->item[0]->is_known && out->left->type.width > 0) {
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
			diagnose_error(checker->diagnostics, place, "index %lld is out of range", (long long)operand->element);
			diagnose_hint(checker->diagnostics, "'%.80s' has %u element%s, so indices go from 0 to %u", symbol->name->text, base.width,
			              base.width == 1 ? "" : "s", base.width - 1);
			return false;
		}
		operand->symbol = symbol;
		*type = (struct type){.kind = base.kind, .width = 1};
		return true;
	}
	/* Elements of arrays and bits of integers take the general road. */
	struct expression *name = arena_new(checker->arena, sizeof *name), *index = arena_new(checker->arena, sizeof *index);
	struct expression *literal = arena_new(checker->arena, sizeof *literal);
	*name = (struct expression){.kind = EXPRESSION_NAME, .place = place, .name = operand->name};
	*literal = (struct expression){.kind = EXPRESSION_LITERAL, .place = place, .is_known = true, .value.i = operand->element};
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
