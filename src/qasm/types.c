/* types.c - types as written, as text, and what converts to what.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "qasm/checker.h"

static const char *const words[TYPE_KINDS] = {
        [TYPE_VOID] = "nothing", [TYPE_BIT] = "bit", [TYPE_BOOL] = "bool", [TYPE_INT] = "int", [TYPE_UINT] = "uint",
        [TYPE_FLOAT] = "float", [TYPE_ANGLE] = "angle", [TYPE_COMPLEX] = "complex", [TYPE_DURATION] = "duration",
        [TYPE_STRETCH] = "stretch", [TYPE_QUBIT] = "qubit", [TYPE_RANGE] = "range", [TYPE_SET] = "set",
        [TYPE_STRING] = "string"};

struct type type_scalar(enum type_kind kind, uint32_t width) { return (struct type){.kind = kind, .width = width}; }

const char *type_text(const struct type *type, char buffer[64])
{
	char element[32];
	if (type->is_register && type->width == 0)
		snprintf(element, sizeof element, "%s register", words[type->kind]);
	else if (type->is_register ||
	         ((type->kind == TYPE_INT || type->kind == TYPE_UINT || type->kind == TYPE_ANGLE) &&
	          type->width != 64) ||
	         (type->kind == TYPE_FLOAT && type->width == 32))
		snprintf(element, sizeof element, "%s[%u]", words[type->kind], type->width);
	else
		snprintf(element, sizeof element, "%s", words[type->kind]);
	if (type->dimensions == 0) {
		snprintf(buffer, 64, "%s", element);
		return buffer;
	}
	int length = snprintf(buffer, 64, "array[%s", element);
	for (unsigned i = 0; i < type->dimensions && length > 0 && length < 60; i++)
		length += snprintf(buffer + length, (size_t)(64 - length), ", %llu",
		                   (unsigned long long)(type->sizes ? type->sizes[i] : 0));
	if (length > 0 && length < 63)
		strcpy(buffer + length, "]");
	return buffer;
}

bool type_equal(const struct type *left, const struct type *right)
{
	if (left->kind != right->kind || left->width != right->width || left->dimensions != right->dimensions ||
	    (left->kind == TYPE_BIT && left->is_register != right->is_register))
		return false;
	for (unsigned i = 0; i < left->dimensions; i++)
		if (left->sizes && right->sizes && left->sizes[i] && right->sizes[i] &&
		    left->sizes[i] != right->sizes[i])
			return false;
	return true;
}

bool type_is_integer(const struct type *type)
{
	return !type->dimensions && (type->kind == TYPE_INT || type->kind == TYPE_UINT);
}

bool type_is_number(const struct type *type)
{
	return !type->dimensions && type->kind >= TYPE_BIT && type->kind <= TYPE_COMPLEX &&
	       !(type->kind == TYPE_BIT && type->is_register);
}

bool type_integer(struct checker *checker, struct expression *expression, int64_t *value, const char *what)
{
	struct expression *checked = expression;
	*value = 0;
	if (!check_value(checker, &checked))
		return false;
	if (!type_is_integer(&checked->type)) {
		char text[64];
		diagnose_error(checker->diagnostics, expression->place, "%s must be an integer, not %s", what,
		               type_text(&checked->type, text));
		return false;
	}
	if (!checked->is_known) {
		diagnose_error(checker->diagnostics, expression->place, "%s must be a constant", what);
		diagnose_hint(checker->diagnostics, "declare what it depends on with 'const'");
		return false;
	}
	if (checked->type.kind == TYPE_UINT && checked->value.u > INT64_MAX)
		*value = INT64_MAX;
	else
		*value = checked->value.i;
	return true;
}

/* A size between 1 and `most`; 0 where it is none (reported). */
static uint64_t size_of(struct checker *checker, struct expression *expression, uint64_t most, const char *what)
{
	int64_t value;
	if (!type_integer(checker, expression, &value, what))
		return 0;
	if (value <= 0)
		diagnose_error(checker->diagnostics, expression->place, "%s must be at least 1, not %lld", what,
		               (long long)value);
	else if ((uint64_t)value > most)
		diagnose_error(checker->diagnostics, expression->place, "%s is at most %llu", what,
		               (unsigned long long)most);
	else
		return (uint64_t)value;
	return 0;
}

struct type type_resolve(struct checker *checker, struct type_syntax *written)
{
	struct type type = {.kind = written->kind, .width = 1, .is_register = written->is_register};
	static const struct { uint64_t most; const char *what; } limits[TYPE_KINDS] = {
	        [TYPE_BIT] = {AST_SIZE, "the size of a register"}, [TYPE_QUBIT] = {AST_SIZE, "the size of a register"},
	        [TYPE_INT] = {64, "the width of an int"}, [TYPE_UINT] = {64, "the width of a uint"},
	        [TYPE_ANGLE] = {64, "the width of an angle"}, [TYPE_FLOAT] = {64, "the width of a float"},
	        [TYPE_COMPLEX] = {64, "the width of a float"}};
	if (written->kind >= TYPE_INT && written->kind <= TYPE_COMPLEX)
		type.width = 64;
	if (written->width) {
		type.width = (uint32_t)size_of(checker, written->width, limits[written->kind].most,
		                               limits[written->kind].what);
		if (type.width == 0) {
			type.kind = TYPE_VOID;
		} else if ((written->kind == TYPE_FLOAT || written->kind == TYPE_COMPLEX) && type.width != 32 &&
		           type.width != 64) {
			diagnose_error(checker->diagnostics, written->width->place, "a float has 32 or 64 bits");
			type.kind = TYPE_VOID;
		}
	}
	if (!written->is_array)
		return type;
	uint64_t elements = 1, *sizes = NULL;
	if (written->hash_dimensions) {
		int64_t dimensions;
		if (!type_integer(checker, written->hash_dimensions, &dimensions, "the number of dimensions"))
			type.kind = TYPE_VOID;
		else if (dimensions < 1 || dimensions > AST_DIMENSIONS) {
			diagnose_error(checker->diagnostics, written->hash_dimensions->place,
			               "an array has 1 to %d dimensions", AST_DIMENSIONS);
			type.kind = TYPE_VOID;
		} else {
			type.dimensions = (uint8_t)dimensions;
			sizes = arena_new(checker->arena, type.dimensions * sizeof *sizes);
		}
	} else {
		type.dimensions = written->dimensions;
		sizes = arena_new(checker->arena, (written->dimensions + 1u) * sizeof *sizes);
		for (unsigned i = 0; i < written->dimensions; i++) {
			sizes[i] = size_of(checker, written->size[i], AST_SIZE, "the size of an array");
			elements = mul_saturated(elements, sizes[i]);
			if (sizes[i] == 0)
				type.kind = TYPE_VOID;
		}
		if (type.kind != TYPE_VOID && elements > AST_SIZE) {
			diagnose_error(checker->diagnostics, written->place, "an array has at most %llu elements",
			               AST_SIZE);
			type.kind = TYPE_VOID;
		}
	}
	type.sizes = sizes;
	if (written->kind == TYPE_QUBIT || written->kind == TYPE_STRETCH) {
		diagnose_error(checker->diagnostics, written->place, "there are no arrays of %ss",
		               words[written->kind]);
		type.kind = TYPE_VOID;
	}
	return type;
}

/* ---- Conversions ------------------------------------------------------------------------------------------- */

/* What a scalar or register of the left kind may silently become; bit k: kind k. */
#define KIND(k) (1u << (k))
static const unsigned silent[TYPE_KINDS] = {
        [TYPE_BIT] = KIND(TYPE_BOOL) | KIND(TYPE_INT) | KIND(TYPE_UINT) | KIND(TYPE_FLOAT) | KIND(TYPE_ANGLE),
        [TYPE_BOOL] = KIND(TYPE_BIT) | KIND(TYPE_INT) | KIND(TYPE_UINT) | KIND(TYPE_FLOAT),
        [TYPE_INT] = KIND(TYPE_BIT) | KIND(TYPE_BOOL) | KIND(TYPE_UINT) | KIND(TYPE_FLOAT) | KIND(TYPE_COMPLEX) |
                     KIND(TYPE_ANGLE),
        [TYPE_UINT] = KIND(TYPE_BIT) | KIND(TYPE_BOOL) | KIND(TYPE_INT) | KIND(TYPE_FLOAT) | KIND(TYPE_COMPLEX) |
                      KIND(TYPE_ANGLE),
        [TYPE_FLOAT] = KIND(TYPE_BOOL) | KIND(TYPE_COMPLEX) | KIND(TYPE_ANGLE),
        [TYPE_ANGLE] = KIND(TYPE_FLOAT) | KIND(TYPE_BIT) | KIND(TYPE_BOOL),
        [TYPE_DURATION] = KIND(TYPE_STRETCH),
        [TYPE_STRETCH] = KIND(TYPE_DURATION)};
/* What a cast may do beyond that. */
static const unsigned casts[TYPE_KINDS] = {
        [TYPE_FLOAT] = KIND(TYPE_INT) | KIND(TYPE_UINT) | KIND(TYPE_ANGLE), [TYPE_DURATION] = KIND(TYPE_FLOAT)};

static bool can_convert(const struct type *from, const struct type *to, bool is_cast)
{
	if (from->dimensions || to->dimensions)
		return false;
	/* A register of bits goes to and from registers of its own width and numbers. */
	if (from->kind == TYPE_BIT && to->kind == TYPE_BIT)
		return from->width == to->width || from->width == 0 || to->width == 0;
	if (from->kind == to->kind)
		return true;
	if (from->kind == TYPE_BIT && from->is_register && from->width > 64 && to->kind != TYPE_BOOL)
		return false;
	if (from->kind == TYPE_BIT && from->is_register && to->kind == TYPE_FLOAT)
		return false;
	/* A number becomes one bit only where it is 0 or 1 to begin with: constants are looked at by the caller. */
	return ((silent[from->kind] | (is_cast ? casts[from->kind] : 0)) & KIND(to->kind)) != 0;
}

bool type_convert(struct checker *checker, struct expression **expression, struct type type, bool is_cast)
{
	struct expression *from = *expression;
	char text[2][64];
	type.is_constant = from->type.is_constant;
	if (from->type.kind == TYPE_VOID || type.kind == TYPE_VOID)
		return false;
	if (type_equal(&from->type, &type))
		return true;
	if (!can_convert(&from->type, &type, is_cast)) {
		if (from->type.kind == TYPE_BIT && type.kind == TYPE_BIT)
			diagnose_error(checker->diagnostics, from->place, "%u bit%s do%s not fit %u", from->type.width,
			               from->type.width == 1 ? "" : "s", from->type.width == 1 ? "es" : "", type.width);
		else
			diagnose_error(checker->diagnostics, from->place, "%s cannot be used as %s",
			               type_text(&from->type, text[0]), type_text(&type, text[1]));
		if (!is_cast && can_convert(&from->type, &type, true))
			diagnose_hint(checker->diagnostics, "write a cast: %s(...)", type_text(&type, text[1]));
		return false;
	}
	struct expression *out = arena_new(checker->arena, sizeof *out);
	out->kind = EXPRESSION_CONVERT;
	out->place = from->place;
	out->type = type;
	out->left = from;
	if (from->is_known && !constant_convert(checker, out, from))
		return false;
	*expression = out;
	return true;
}
