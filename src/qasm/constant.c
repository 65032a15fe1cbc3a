/* constant.c - values computed while checking, by the very arithmetic the virtual machine uses.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "program/arithmetic.h"
#include "qasm/checker.h"

static const uint8_t cell_kinds[TYPE_KINDS] = {
        [TYPE_BIT] = CELL_BIT, [TYPE_BOOL] = CELL_BOOL, [TYPE_INT] = CELL_INT, [TYPE_UINT] = CELL_UINT,
        [TYPE_FLOAT] = CELL_FLOAT, [TYPE_ANGLE] = CELL_ANGLE, [TYPE_COMPLEX] = CELL_COMPLEX};

static const uint8_t computes[OPERATORS] = {[OPERATOR_POWER] = COMPUTE_POWER,
                                            [OPERATOR_NOT] = COMPUTE_COMPLEMENT,
                                            [OPERATOR_COMPLEMENT] = COMPUTE_COMPLEMENT,
                                            [OPERATOR_NEGATE] = COMPUTE_NEGATE,
                                            [OPERATOR_MULTIPLY] = COMPUTE_MULTIPLY,
                                            [OPERATOR_DIVIDE] = COMPUTE_DIVIDE,
                                            [OPERATOR_REMAINDER] = COMPUTE_REMAINDER,
                                            [OPERATOR_ADD] = COMPUTE_ADD,
                                            [OPERATOR_SUBTRACT] = COMPUTE_SUBTRACT,
                                            [OPERATOR_SHIFT_LEFT] = COMPUTE_SHIFT_LEFT,
                                            [OPERATOR_SHIFT_RIGHT] = COMPUTE_SHIFT_RIGHT,
                                            [OPERATOR_LESS] = COMPUTE_LESS,
                                            [OPERATOR_LESS_EQUAL] = COMPUTE_LESS_EQUAL,
                                            [OPERATOR_GREATER] = COMPUTE_GREATER,
                                            [OPERATOR_GREATER_EQUAL] = COMPUTE_GREATER_EQUAL,
                                            [OPERATOR_EQUAL] = COMPUTE_EQUAL,
                                            [OPERATOR_NOT_EQUAL] = COMPUTE_NOT_EQUAL,
                                            [OPERATOR_BIT_AND] = COMPUTE_AND,
                                            [OPERATOR_BIT_XOR] = COMPUTE_XOR,
                                            [OPERATOR_BIT_OR] = COMPUTE_OR,
                                            [OPERATOR_AND] = COMPUTE_AND,
                                            [OPERATOR_OR] = COMPUTE_OR};

static const uint8_t function_computes[FUNCTIONS] = {
        [FUNCTION_ARCCOS] = COMPUTE_ARCCOS, [FUNCTION_ARCSIN] = COMPUTE_ARCSIN, [FUNCTION_ARCTAN] = COMPUTE_ARCTAN,
        [FUNCTION_CEILING] = COMPUTE_CEILING, [FUNCTION_COS] = COMPUTE_COS, [FUNCTION_EXP] = COMPUTE_EXP,
        [FUNCTION_FLOOR] = COMPUTE_FLOOR, [FUNCTION_LOG] = COMPUTE_LOG, [FUNCTION_MOD] = COMPUTE_REMAINDER,
        [FUNCTION_POPCOUNT] = COMPUTE_POPCOUNT, [FUNCTION_POW] = COMPUTE_POWER, [FUNCTION_ROTL] = COMPUTE_ROTATE_LEFT,
        [FUNCTION_ROTR] = COMPUTE_ROTATE_RIGHT, [FUNCTION_SIN] = COMPUTE_SIN, [FUNCTION_SQRT] = COMPUTE_SQRT,
        [FUNCTION_TAN] = COMPUTE_TAN, [FUNCTION_REAL] = COMPUTE_REAL, [FUNCTION_IMAG] = COMPUTE_IMAG};

bool constant_is_foldable(const struct type *type)
{
	return !type->dimensions && type->kind >= TYPE_BIT && type->kind <= TYPE_COMPLEX &&
	       !(type->kind == TYPE_BIT && (type->width > FOLDED_BITS || type->width == 0));
}

static uint32_t cells_of(const struct type *type)
{
	return type->kind == TYPE_BIT ? type->width : type->kind == TYPE_COMPLEX ? 2 : 1;
}

/* Room for one value: taken once, as folding is common and registers may be wide. */
static int64_t *room(struct checker *checker, unsigned which)
{
	if (!checker->cells[which])
		checker->cells[which] = arena_new(checker->arena, (FOLDED_BITS + 2) * sizeof *checker->cells[which]);
	return checker->cells[which];
}

static int64_t *to_cells(struct checker *checker, unsigned which, const struct type *type, const union value *value)
{
	int64_t *cell = room(checker, which);
	if (type->kind == TYPE_BIT)
		for (uint32_t i = 0; i < type->width; i++)
			cell[i] = (type->width <= 64 ? value->u >> i : value->words[i / 64] >> i % 64) & 1;
	else
		memcpy(cell, value, cells_of(type) * sizeof *cell);
	return cell;
}

static void from_cells(struct checker *checker, const struct type *type, union value *value, const int64_t *cell)
{
	if (type->kind != TYPE_BIT) {
		memcpy(value, cell, cells_of(type) * sizeof *cell);
		return;
	}
	if (type->width <= 64) {
		value->u = 0;
		for (uint32_t i = 0; i < type->width; i++)
			value->u |= (uint64_t)(cell[i] & 1) << i;
		return;
	}
	uint64_t *words = arena_new(checker->arena, (type->width + 63) / 64 * sizeof *words);
	for (uint32_t i = 0; i < type->width; i++)
		words[i / 64] |= (uint64_t)(cell[i] & 1) << i % 64;
	value->words = words;
}

/* Refuse NaN and infinity. */
static bool check_finite(struct checker *checker, struct expression *out)
{
	const bool finite = out->type.kind == TYPE_FLOAT     ? isfinite(out->value.f)
	                    : out->type.kind == TYPE_COMPLEX ? isfinite(out->value.c[0]) && isfinite(out->value.c[1])
	                                                     : true;
	if (finite)
		return true;
	const bool nan =
	        out->type.kind == TYPE_FLOAT ? isnan(out->value.f) : isnan(out->value.c[0]) || isnan(out->value.c[1]);
	diagnose_error(checker->diagnostics, out->place, nan ? "the value of this expression is not a number (NaN)"
	                                                     : "the value of this expression is infinite");
	out->type.kind = TYPE_VOID;
	return false;
}

bool constant_convert(struct checker *checker, struct expression *out, const struct expression *in)
{
	if (!constant_is_foldable(&in->type) || !constant_is_foldable(&out->type))
		return true;
	const int64_t *from = to_cells(checker, 0, &in->type, &in->value);
	int64_t *to = room(checker, 2);
	const char *wrong = arithmetic_convert(to, cell_kinds[out->type.kind], out->type.width, from,
	                                       cell_kinds[in->type.kind], in->type.width);
	if (wrong) {
		diagnose_error(checker->diagnostics, in->place, "%s", wrong);
		out->type.kind = TYPE_VOID;
		return false;
	}
	from_cells(checker, &out->type, &out->value, to);
	out->is_known = true;
	return check_finite(checker, out);
}

void constant_concatenate(struct checker *checker, struct expression *out)
{
	int64_t *cell = to_cells(checker, 0, &out->left->type, &out->left->value);
	memcpy(cell + out->left->type.width, to_cells(checker, 1, &out->right->type, &out->right->value),
	       out->right->type.width * sizeof *cell);
	from_cells(checker, &out->type, &out->value, cell);
	out->is_known = true;
}

bool constant_fold(struct checker *checker, struct expression *out)
{
	const struct expression *left = out->kind == EXPRESSION_CALL ? out->item[0] : out->left;
	const struct expression *right = out->kind == EXPRESSION_BINARY ? out->right
	                                 : out->kind == EXPRESSION_CALL && out->items > 1 ? out->item[1] : left;
	if (!left->is_known || !right->is_known || !constant_is_foldable(&left->type) ||
	    !constant_is_foldable(&right->type) || !constant_is_foldable(&out->type))
		return true;
	const enum compute compute = out->kind == EXPRESSION_CALL ? function_computes[out->symbol->function]
	                                                          : computes[out->operator];
	const int64_t *a = to_cells(checker, 0, &left->type, &left->value),
	              *b = to_cells(checker, 1, &right->type, &right->value);
	int64_t *c = room(checker, 2);
	if (compute == COMPUTE_DIVIDE && left->type.kind == TYPE_INT && a[0] == INT64_MIN && b[0] == -1) {
		diagnose_error(checker->diagnostics, out->place, "the quotient does not fit in 64 bits");
		out->type.kind = TYPE_VOID;
		return false;
	}
	const char *wrong = arithmetic_compute(compute, cell_kinds[left->type.kind], left->type.width, c, a, b);
	if (wrong) {
		diagnose_error(checker->diagnostics, out->place, "%s", wrong);
		out->type.kind = TYPE_VOID;
		return false;
	}
	from_cells(checker, &out->type, &out->value, c);
	out->is_known = true;
	return check_finite(checker, out);
}
