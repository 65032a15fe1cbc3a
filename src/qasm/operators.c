/* operators.c - what operators mean for types: promotions, comparisons, bits, angles, durations.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "qasm/checker.h"

static const char *const signs[OPERATORS] = {
        [OPERATOR_POWER] = "**",      [OPERATOR_NOT] = "!",          [OPERATOR_COMPLEMENT] = "~",
        [OPERATOR_NEGATE] = "-",      [OPERATOR_MULTIPLY] = "*",     [OPERATOR_DIVIDE] = "/",
        [OPERATOR_REMAINDER] = "%",   [OPERATOR_ADD] = "+",          [OPERATOR_SUBTRACT] = "-",
        [OPERATOR_SHIFT_LEFT] = "<<", [OPERATOR_SHIFT_RIGHT] = ">>", [OPERATOR_LESS] = "<",
        [OPERATOR_LESS_EQUAL] = "<=", [OPERATOR_GREATER] = ">",      [OPERATOR_GREATER_EQUAL] = ">=",
        [OPERATOR_EQUAL] = "==",      [OPERATOR_NOT_EQUAL] = "!=",   [OPERATOR_BIT_AND] = "&",
        [OPERATOR_BIT_XOR] = "^",     [OPERATOR_BIT_OR] = "|",       [OPERATOR_AND] = "&&",
        [OPERATOR_OR] = "||",         [OPERATOR_CONCATENATE] = "++"};

bool value_poison(struct expression *expression)
{
	expression->type = (struct type){.kind = TYPE_VOID};
	expression->is_known = false;
	return false;
}

bool type_is_bits(const struct type *type) { return type->kind == TYPE_BIT && type->is_register && !type->dimensions; }

static bool no_operator(struct checker *checker, struct expression *expression)
{
	char text[2][64];
	if (expression->kind == EXPRESSION_UNARY)
		diagnose_error(checker->diagnostics, expression->place, "'%s' has no meaning for %s",
		               signs[expression->operator],
		               type_text(&expression->left->type, text[0]));
	else
		diagnose_error(checker->diagnostics, expression->place, "'%s' has no meaning between %s and %s",
		               signs[expression->operator], type_text(&expression->left->type, text[0]),
		               type_text(&expression->right->type, text[1]));
	if (expression->operator == OPERATOR_BIT_XOR && expression->right &&
	    (expression->left->type.kind == TYPE_FLOAT || expression->right->type.kind == TYPE_FLOAT))
		diagnose_hint(checker->diagnostics, "OpenQASM 3 writes powers with **");
	return value_poison(expression);
}

/* ---- Operators
 * ---------------------------------------------------------------------------------------------------- */

/* The type in which two numbers meet: complex over float over uint over int; bits and bools count as unsigned
 * numbers. */
struct type type_common(const struct type *left, const struct type *right)
{
	const struct type *higher = left->kind >= right->kind ? left : right;
	if (higher->kind == TYPE_BOOL || higher->kind == TYPE_BIT)
		return type_scalar(TYPE_INT, 64);
	if (higher->kind == TYPE_ANGLE) {
		const struct type *other = higher == left ? right : left;
		return type_scalar(TYPE_ANGLE, other->kind == TYPE_ANGLE && other->width > higher->width
		                                       ? other->width
		                                       : higher->width);
	}
	uint32_t width = higher->width;
	if (left->kind >= TYPE_INT && right->kind >= TYPE_INT && left->kind <= TYPE_UINT && right->kind <= TYPE_UINT)
		width = left->width > right->width ? left->width : right->width;
	if ((higher->kind == TYPE_FLOAT || higher->kind == TYPE_COMPLEX) && left->kind == right->kind)
		width = left->width > right->width ? left->width : right->width;
	return type_scalar(higher->kind, width);
}

/* A register of bits among numbers counts as the unsigned integer it spells. */
bool value_bits_to_number(struct checker *checker, struct expression **side)
{
	if (!type_is_bits(&(*side)->type))
		return true;
	if ((*side)->type.width > 64 || (*side)->type.width == 0)
		return false;
	return type_convert(checker, side, type_scalar(TYPE_UINT, (*side)->type.width), true);
}

/* A whole literal takes the width and sign of what it meets where it fits there, so that uint[8] x; x + 1
 * stays a uint[8]. */
static bool fits(const struct expression *literal, const struct type *type)
{
	if (!literal->is_known || !type_is_integer(&literal->type) || !type_is_integer(type) ||
	    literal->type.width != 64)
		return false;
	const bool negative = literal->type.kind == TYPE_INT && literal->value.i < 0;
	const uint32_t bits = type->kind == TYPE_UINT ? type->width : type->width - 1;
	if (negative)
		return type->kind == TYPE_INT &&
		       (type->width == 64 || literal->value.i >= -((int64_t)1 << (type->width - 1)));
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
		type = type_common(&expression->left->type, &expression->right->type);
	return type_convert(checker, &expression->left, type, true) &&
	       type_convert(checker, &expression->right, type, true);
}

static bool set_type(struct expression *expression, struct type type)
{
	type.is_constant =
	        expression->left->type.is_constant && (!expression->right || expression->right->type.is_constant);
	type.is_register = type.kind == TYPE_BIT && type.is_register;
	expression->type = type;
	return true;
}

static bool check_comparison(struct checker *checker, struct expression *out)
{
	const bool is_order = out->operator != OPERATOR_EQUAL && out->operator != OPERATOR_NOT_EQUAL;
	struct type *left = &out->left->type, *right = &out->right->type;
	if (type_is_bits(left) != type_is_bits(right) && (type_is_bits(left) ? left : right)->width > 64 && !is_order) {
		/* a register wider than any integer: compare bit by bit */
		const struct type wide = type_is_bits(left) ? *left : *right;
		struct expression **narrow = type_is_bits(left) ? &out->right : &out->left;
		if (!type_convert(checker, narrow, type_scalar(TYPE_UINT, 64), true))
			return value_poison(out);
		struct expression *convert = arena_new(checker->arena, sizeof *convert);
		*convert = (struct expression){.kind = EXPRESSION_CONVERT, .place = (*narrow)->place, .type = wide,
		                               .left = *narrow};
		if ((*narrow)->is_known && !constant_convert(checker, convert, *narrow))
			return value_poison(out);
		*narrow = convert;
	} else if (type_is_bits(left) && type_is_bits(right)) {
		if (left->width != right->width || is_order) {
			if (!value_bits_to_number(checker, &out->left) || !value_bits_to_number(checker, &out->right))
				return no_operator(checker, out);
		}
	} else if (!value_bits_to_number(checker, &out->left) || !value_bits_to_number(checker, &out->right)) {
		return no_operator(checker, out);
	}
	left = &out->left->type, right = &out->right->type;
	if (left->kind == TYPE_DURATION || left->kind == TYPE_STRETCH) {
		if (right->kind != TYPE_DURATION && right->kind != TYPE_STRETCH)
			return no_operator(checker, out);
	} else if (!type_is_bits(left)) {
		if (!type_is_number(left) || !type_is_number(right) ||
		    (is_order && (left->kind == TYPE_COMPLEX || right->kind == TYPE_COMPLEX)))
			return no_operator(checker, out);
		const bool truths = left->kind <= TYPE_BOOL && right->kind <= TYPE_BOOL;
		if (truths ? !type_convert(checker, &out->left, type_scalar(TYPE_BOOL, 1), true) ||
		                     !type_convert(checker, &out->right, type_scalar(TYPE_BOOL, 1), true)
		           : !meet(checker, out))
			return value_poison(out);
	}
	set_type(out, type_scalar(TYPE_BOOL, 1));
	return constant_fold(checker, out);
}

/* & | ^ */
static bool check_bitwise(struct checker *checker, struct expression *out)
{
	struct type *left = &out->left->type, *right = &out->right->type;
	if (type_is_bits(left) && type_is_bits(right) && left->width == right->width) {
		set_type(out, *left);
		return constant_fold(checker, out);
	}
	if (type_is_bits(left) && type_is_bits(right)) {
		diagnose_error(checker->diagnostics, out->place, "'%s' between %u and %u bits", signs[out->operator],
		               left->width, right->width);
		return value_poison(out);
	}
	if (left->kind == TYPE_BIT && right->kind == TYPE_BIT && !left->is_register && !right->is_register &&
	    !left->dimensions && !right->dimensions) {
		set_type(out, type_scalar(TYPE_BIT, 1));
		return constant_fold(checker, out);
	}
	if (!value_bits_to_number(checker, &out->left) || !value_bits_to_number(checker, &out->right))
		return no_operator(checker, out);
	left = &out->left->type, right = &out->right->type;
	if (!type_is_number(left) || !type_is_number(right) || left->kind == TYPE_FLOAT || right->kind == TYPE_FLOAT ||
	    left->kind == TYPE_COMPLEX || right->kind == TYPE_COMPLEX)
		return no_operator(checker, out);
	if (left->kind <= TYPE_BOOL && right->kind <= TYPE_BOOL) {
		if (!type_convert(checker, &out->left, type_scalar(TYPE_BOOL, 1), true) ||
		    !type_convert(checker, &out->right, type_scalar(TYPE_BOOL, 1), true))
			return value_poison(out);
	} else if (!meet(checker, out)) {
		return value_poison(out);
	}
	set_type(out, out->left->type);
	return constant_fold(checker, out);
}

static bool check_shift(struct checker *checker, struct expression *out)
{
	const struct type *left = &out->left->type;
	if (!(type_is_bits(left) || type_is_integer(left) || (left->kind == TYPE_ANGLE && !left->dimensions)) ||
	    !value_bits_to_number(checker, &out->right) ||
	    !(type_is_number(&out->right->type) && out->right->type.kind <= TYPE_UINT))
		return no_operator(checker, out);
	if (!type_convert(checker, &out->right, type_scalar(TYPE_INT, 64), true))
		return value_poison(out);
	set_type(out, *left);
	return constant_fold(checker, out);
}

static bool check_duration(struct checker *checker, struct expression *out)
{
	const bool left = out->left->type.kind == TYPE_DURATION || out->left->type.kind == TYPE_STRETCH;
	const bool right = out->right->type.kind == TYPE_DURATION || out->right->type.kind == TYPE_STRETCH;
	struct type type =
	        type_scalar(left && right && out->operator== OPERATOR_DIVIDE ? TYPE_FLOAT : TYPE_DURATION, 64);
	bool legal = out->operator== OPERATOR_ADD || out->operator== OPERATOR_SUBTRACT ? left && right
	             : out->operator== OPERATOR_DIVIDE ? left && (right || type_is_number(&out->right->type))
	             : out->operator== OPERATOR_MULTIPLY
	                     ? left != right && type_is_number(left ? &out->right->type : &out->left->type)
	                     : false;
	if (!legal)
		return no_operator(checker, out);
	if (!left && !type_convert(checker, &out->left, type_scalar(TYPE_FLOAT, 64), true))
		return value_poison(out);
	if (!right && !type_convert(checker, &out->right, type_scalar(TYPE_FLOAT, 64), true))
		return value_poison(out);
	if (type.kind == TYPE_DURATION)
		type.width = 1;
	return set_type(out, type);
}

static bool check_arithmetic(struct checker *checker, struct expression *out)
{
	if (out->left->type.kind == TYPE_DURATION || out->left->type.kind == TYPE_STRETCH ||
	    out->right->type.kind == TYPE_DURATION || out->right->type.kind == TYPE_STRETCH)
		return check_duration(checker, out);
	if (!value_bits_to_number(checker, &out->left) || !value_bits_to_number(checker, &out->right))
		return no_operator(checker, out);
	struct type *left = &out->left->type, *right = &out->right->type;
	if (!type_is_number(left) || !type_is_number(right))
		return no_operator(checker, out);
	if ((left->kind == TYPE_ANGLE || right->kind == TYPE_ANGLE) &&
	    (left->kind == TYPE_COMPLEX || right->kind == TYPE_COMPLEX))
		return no_operator(checker, out);
	if (left->kind == TYPE_ANGLE || right->kind == TYPE_ANGLE) {
		if (out->operator == OPERATOR_REMAINDER || out->operator == OPERATOR_POWER)
			return no_operator(checker, out);
		struct expression **other = left->kind == TYPE_ANGLE ? &out->right : &out->left;
		const bool scales = out->operator == OPERATOR_MULTIPLY || out->operator == OPERATOR_DIVIDE;
		if (scales && (*other)->type.kind <= TYPE_UINT &&
		    !(out->operator== OPERATOR_DIVIDE && other == & out->left)) {
			/* pattern times or over a whole number */
			struct expression *angle = left->kind == TYPE_ANGLE ? out->left : out->right;
			if (!type_convert(checker, other, type_scalar(TYPE_UINT, 64), true))
				return value_poison(out);
			struct expression *number = *other;
			out->left = angle;
			out->right = number;
			set_type(out, angle->type);
			return constant_fold(checker, out);
		}
		if (scales && (*other)->type.kind != TYPE_ANGLE) {   /* with a float: radians */
			if (!type_convert(checker, &out->left, type_scalar(TYPE_FLOAT, 64), true) ||
			    !type_convert(checker, &out->right, type_scalar(TYPE_FLOAT, 64), true))
				return value_poison(out);
			set_type(out, type_scalar(TYPE_FLOAT, 64));
			return constant_fold(checker, out);
		}
		if (scales && out->operator == OPERATOR_MULTIPLY)
			return no_operator(checker, out);
		/* An angle and a number of radians; a whole number of radians is a float first. */
		if ((*other)->type.kind != TYPE_ANGLE &&
		    !type_convert(checker, other, type_scalar(TYPE_FLOAT, 64), true))
			return value_poison(out);
		if (!meet(checker, out))
			return value_poison(out);
		set_type(out, out->operator == OPERATOR_DIVIDE ? type_scalar(TYPE_UINT, 64) : out->left->type);
		return constant_fold(checker, out);
	}
	if (out->operator == OPERATOR_REMAINDER && (left->kind > TYPE_UINT || right->kind > TYPE_UINT))
		return no_operator(checker, out);
	/* A negative whole exponent that is known makes a power real. */
	if (out->operator== OPERATOR_POWER && out->right->is_known && right->kind == TYPE_INT &&
	    out->right->value.i<0 &&
	    left->kind <= TYPE_UINT && !type_convert(checker, &out->left, type_scalar(TYPE_FLOAT, 64), true))
		return value_poison(out);
	const bool whole = left->kind <= TYPE_UINT && right->kind <= TYPE_UINT;
	if (!meet(checker, out))
		return value_poison(out);
	set_type(out, out->left->type);
	if (!constant_fold(checker, out))
		return false;
	if (out->operator == OPERATOR_DIVIDE && whole && out->is_known && out->left->kind == EXPRESSION_LITERAL &&
	    out->right->kind == EXPRESSION_LITERAL && out->left->value.u % out->right->value.u != 0) {
		diagnose_warning(checker->diagnostics, out->place, "the quotient of these integers is the integer %lld",
		                 (long long)out->value.i);
		diagnose_hint(checker->diagnostics, "for a fraction write %llu.0/%llu",
		              (unsigned long long)out->left->value.u, (unsigned long long)out->right->value.u);
	}
	return true;
}

static bool check_concatenation(struct checker *checker, struct expression *out)
{
	const struct type *left = &out->left->type, *right = &out->right->type;
	if (left->dimensions && left->dimensions == right->dimensions && left->kind == right->kind &&
	    left->width == right->width) {
		struct type type = *left;
		uint64_t *sizes = arena_copy(checker->arena, left->sizes, left->dimensions * sizeof *sizes);
		sizes[0] = left->sizes[0] && right->sizes[0] ? left->sizes[0] + right->sizes[0] : 0;
		type.sizes = sizes;
		return set_type(out, type);
	}
	if (left->dimensions || right->dimensions || left->kind != right->kind ||
	    (left->kind != TYPE_BIT && left->kind != TYPE_QUBIT))
		return no_operator(checker, out);
	struct type type = *left;
	const uint64_t width = (uint64_t)left->width + right->width;
	type.is_register = true;
	type.width = left->width && right->width ? (uint32_t)min_u64(width, AST_SIZE) : 0;
	if (width > AST_SIZE) {
		diagnose_error(checker->diagnostics, out->place, "a register has at most %llu elements", AST_SIZE);
		return value_poison(out);
	}
	set_type(out, type);
	out->type.is_register = true;
	if (out->left->is_known && out->right->is_known && constant_is_foldable(&type))
		constant_concatenate(checker, out);
	return true;
}

bool check_binary(struct checker *checker, struct expression *out)
{
	const bool left = check_any(checker, &out->left), right = check_any(checker, &out->right);
	if (!left || !right)
		return value_poison(out);
	switch (out->operator) {
	case OPERATOR_AND:
	case OPERATOR_OR:
		if (!type_convert(checker, &out->left, type_scalar(TYPE_BOOL, 1), false) ||
		    !type_convert(checker, &out->right, type_scalar(TYPE_BOOL, 1), false))
			return value_poison(out);
		set_type(out, type_scalar(TYPE_BOOL, 1));
		return constant_fold(checker, out);
	case OPERATOR_EQUAL:
	case OPERATOR_NOT_EQUAL:
	case OPERATOR_LESS:
	case OPERATOR_LESS_EQUAL:
	case OPERATOR_GREATER:
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

bool check_unary(struct checker *checker, struct expression *out)
{
	if (!check_value(checker, &out->left))
		return value_poison(out);
	const struct type *type = &out->left->type;
	switch (out->operator) {
	case OPERATOR_NOT:
		if (!type_convert(checker, &out->left, type_scalar(TYPE_BOOL, 1), false))
			return value_poison(out);
		break;
	case OPERATOR_COMPLEMENT:
		if (!(type->kind == TYPE_BIT && !type->dimensions) && !type_is_integer(type) &&
		    type->kind != TYPE_ANGLE)
			return no_operator(checker, out);
		break;
	default:
		if (type->kind == TYPE_DURATION) {
			set_type(out, *type);
			return true;
		}
		if (!value_bits_to_number(checker, &out->left) || !type_is_number(&out->left->type))
			return no_operator(checker, out);
		/* -9223372036854775808 is written with a literal that does not fit an int by itself */
		if (out->left->kind == EXPRESSION_LITERAL && out->left->type.kind == TYPE_UINT &&
		    out->left->value.u == (uint64_t)1 << 63) {
			out->type = type_scalar(TYPE_INT, 64);
			out->type.is_constant = true;
			out->value.i = INT64_MIN;
			return out->is_known = true;
		}
		if (out->left->type.kind <= TYPE_BOOL &&
		    !type_convert(checker, &out->left, type_scalar(TYPE_INT, 64), true))
			return value_poison(out);
		break;
	}
	set_type(out, out->left->type);
	return constant_fold(checker, out);
}
