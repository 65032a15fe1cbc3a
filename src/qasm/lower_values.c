/* lower_values.c - expressions to instructions, and assignments.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "qasm/lowering.h"

uint32_t lower_known(struct lowering *l, const struct type *type, const union value *value)
{
	int64_t few[64], *cells = few;
	const uint32_t width = lower_width(type);
	uint32_t address;
	switch (type->kind) {
	case TYPE_BIT:
		if (width > ARRAY_LENGTH(few))
			cells = arena_new(l->ast->arena, width * sizeof *cells);
		for (uint32_t i = 0; i < width; i++)
			cells[i] = (int64_t)((width <= 64 ? value->u : value->words[i / 64]) >> i % 64 & 1);
		return program_add_constants(l->program, cells, width);
	case TYPE_INT: few[0] = value->i; break;
	case TYPE_FLOAT:
	case TYPE_DURATION:
	case TYPE_STRETCH: few[0] = float_cell(value->f); break;
	case TYPE_COMPLEX:
		few[0] = float_cell(value->c[0]);
		few[1] = float_cell(value->c[1]);
		return program_add_constants(l->program, few, 2);
	default: few[0] = (int64_t)value->u; break;
	}
	address = program_add_constants(l->program, few, 1);
	return address;
}

uint32_t lower_convert(struct lowering *l, uint32_t from, const struct type *from_type, const struct type *to)
{
	const enum cell_kind kind = lower_kind(to), from_kind = lower_kind(from_type);
	if (kind == from_kind && lower_width(to) == lower_width(from_type))
		return from;
	if (from_kind == CELL_BIT && kind != CELL_BIT)
		l->program->reads = true;
	const uint32_t out = lower_take(l, lower_cells(to));
	lower_emit(l, CODE_CONVERT, 0, 0, out, from, CELL_TYPE(from_kind, lower_width(from_type)),
	           CELL_TYPE(kind, lower_width(to)));
	return out;
}

enum compute lower_operator(enum operator operator)
{
	static const uint8_t computes[OPERATORS] = {
		[OPERATOR_NONE] = COMPUTES, [OPERATOR_POWER] = COMPUTE_POWER, [OPERATOR_NOT] = COMPUTE_COMPLEMENT,
		[OPERATOR_COMPLEMENT] = COMPUTE_COMPLEMENT, [OPERATOR_NEGATE] = COMPUTE_NEGATE,
		[OPERATOR_MULTIPLY] = COMPUTE_MULTIPLY, [OPERATOR_DIVIDE] = COMPUTE_DIVIDE, [OPERATOR_REMAINDER] = COMPUTE_REMAINDER,
		[OPERATOR_ADD] = COMPUTE_ADD, [OPERATOR_SUBTRACT] = COMPUTE_SUBTRACT, [OPERATOR_SHIFT_LEFT] = COMPUTE_SHIFT_LEFT,
		[OPERATOR_SHIFT_RIGHT] = COMPUTE_SHIFT_RIGHT, [OPERATOR_LESS] = COMPUTE_LESS,
		[OPERATOR_LESS_EQUAL] = COMPUTE_LESS_EQUAL, [OPERATOR_GREATER] = COMPUTE_GREATER,
		[OPERATOR_GREATER_EQUAL] = COMPUTE_GREATER_EQUAL, [OPERATOR_EQUAL] = COMPUTE_EQUAL,
		[OPERATOR_NOT_EQUAL] = COMPUTE_NOT_EQUAL, [OPERATOR_BIT_AND] = COMPUTE_AND, [OPERATOR_BIT_XOR] = COMPUTE_XOR,
		[OPERATOR_BIT_OR] = COMPUTE_OR, [OPERATOR_AND] = COMPUTE_AND, [OPERATOR_OR] = COMPUTE_OR,
		[OPERATOR_CONCATENATE] = COMPUTES,
	};
	return (enum compute)computes[operator];
}

/* out = left operation right, of operands of one type. */
static uint32_t compute(struct lowering *l, enum compute operation, const struct type *operands,
                        const struct type *result, uint32_t left, uint32_t right)
{
	const enum cell_kind kind = lower_kind(operands);
	const uint32_t out = lower_take(l, lower_cells(result));
	if (kind == CELL_BIT)
		l->program->reads = true;
	lower_emit(l, CODE_COMPUTE, operation, kind, out, left, right, lower_width(operands));
	return out;
}

/* && and ||: the right side only where the left one does not decide. Reading a measured bit may cost a branch. */
static uint32_t lower_logic(struct lowering *l, const struct expression *e)
{
	const uint32_t out = lower_take(l, 1);
	lower_value_to(l, e->left, out);
	const uint32_t jump = lower_emit(l, CODE_JUMP_IF, e->operator == OPERATOR_OR, 0, 0, out, 0, 0);
	lower_value_to(l, e->right, out);
	if (!l->program->failed)
		l->program->code[jump].a = (uint32_t)l->program->codes;
	return out;
}

static uint32_t lower_binary(struct lowering *l, const struct expression *e)
{
	if (e->operator == OPERATOR_AND || e->operator == OPERATOR_OR)
		return lower_logic(l, e);
	if (e->operator == OPERATOR_CONCATENATE) {
		const uint64_t left = lower_cells(&e->left->type), right = lower_cells(&e->right->type);
		const uint32_t out = lower_take(l, left + right);
		lower_value_to(l, e->left, out);
		lower_value_to(l, e->right, out + (uint32_t)left);
		return out;
	}
	/* A variable on the left is copied where the right side may change it by a call. */
	uint32_t left = lower_value(l, e->left);
	if (e->right->kind == EXPRESSION_CALL && !e->right->is_known && e->left->kind == EXPRESSION_NAME) {
		const uint32_t copy = lower_take(l, lower_cells(&e->left->type));
		lower_emit(l, CODE_MOVE, 0, 0, copy, left, 0, (uint32_t)lower_cells(&e->left->type));
		left = copy;
	}
	const uint32_t right = lower_value(l, e->right);
	return compute(l, lower_operator((enum operator)e->operator), &e->left->type, &e->type, left, right);
}

static uint32_t lower_function(struct lowering *l, const struct expression *e)
{
	static const uint8_t computes[FUNCTIONS] = {
		[FUNCTION_ARCCOS] = COMPUTE_ARCCOS, [FUNCTION_ARCSIN] = COMPUTE_ARCSIN, [FUNCTION_ARCTAN] = COMPUTE_ARCTAN,
		[FUNCTION_CEILING] = COMPUTE_CEILING, [FUNCTION_COS] = COMPUTE_COS, [FUNCTION_EXP] = COMPUTE_EXP,
		[FUNCTION_FLOOR] = COMPUTE_FLOOR, [FUNCTION_LOG] = COMPUTE_LOG, [FUNCTION_MOD] = COMPUTE_REMAINDER,
		[FUNCTION_POPCOUNT] = COMPUTE_POPCOUNT, [FUNCTION_POW] = COMPUTE_POWER, [FUNCTION_ROTL] = COMPUTE_ROTATE_LEFT,
		[FUNCTION_ROTR] = COMPUTE_ROTATE_RIGHT, [FUNCTION_SIN] = COMPUTE_SIN, [FUNCTION_SQRT] = COMPUTE_SQRT,
		[FUNCTION_TAN] = COMPUTE_TAN, [FUNCTION_REAL] = COMPUTE_REAL, [FUNCTION_IMAG] = COMPUTE_IMAG,
		[FUNCTION_SIZEOF] = COMPUTES,
	};
	const enum function function = (enum function)e->symbol->function;
	if (function == FUNCTION_SIZEOF) {
		struct array_part part;
		const int64_t dimension = e->items > 1 && e->item[1]->is_known ? e->item[1]->value.i : 0;
		if (e->items > 1 && !e->item[1]->is_known) {
			lower_refuse(l, e->place, "sizeof with a dimension that is not constant is not supported");
			return SPACE_CONSTANT;
		}
		if (!lower_part(l, e->item[0], &part))
			return SPACE_CONSTANT;
		return part.sizes + (uint32_t)dimension;
	}
	const uint32_t left = lower_value(l, e->item[0]);
	const uint32_t right = e->items > 1 ? lower_value(l, e->item[1]) : left;
	return compute(l, (enum compute)computes[function], &e->item[0]->type, &e->type, left, right);
}

/* An argument into its place in the region of a call: an array as a reference and its sizes, all else by value. */
static void lower_argument(struct lowering *l, const struct expression *e, const struct symbol *formal, uint32_t to)
{
	struct selection qubits;
	if (formal->type.kind == TYPE_QUBIT) {
		if (!lower_select(l, e, &qubits))
			return;
		if (qubits.kind == SELECT_LIST) {
			lower_refuse(l, e->place, "a slice with run-time bounds cannot be an argument");
			return;
		}
		for (uint32_t i = 0; i < qubits.count; i++) {
			const uint32_t word = lower_item(&qubits, i);
			if (word & QUBIT_IN_CELL)
				lower_emit(l, CODE_MOVE, 0, 0, to + i, word & ~QUBIT_IN_CELL, 0, 1);
			else if (qubits.kind == SELECT_RUN) {
				lower_emit(l, CODE_SERIES, 0, 0, to, word, 0, qubits.count);
				break;
			} else
				lower_emit(l, CODE_SERIES, 0, 0, to + i, word, 0, 1);
		}
		return;
	}
	if (formal->type.dimensions == 0) {
		lower_value_to(l, e, to);
		return;
	}
	struct array_part part;
	if (!lower_part(l, e, &part))
		return;
	if (part.is_reference)
		lower_emit(l, CODE_MOVE, 0, 0, to, part.base, 0, 1);
	else
		lower_emit(l, CODE_REFERENCE, 0, 0, to, part.base, 0, 0);
	lower_emit(l, CODE_COMPUTE, COMPUTE_ADD, CELL_INT, to, to, lower_part_offset(l, &part), 64);
	for (uint32_t i = 0; i < part.dimensions; i++)
		lower_emit(l, CODE_MOVE, 0, 0, to + 1 + i, part.sizes + i, 0, 1);
}

uint32_t lower_call(struct lowering *l, const struct expression *e)
{
	const struct symbol *symbol = e->symbol;
	if (symbol->kind == SYMBOL_FUNCTION)
		return lower_function(l, e);
	if (symbol->kind == SYMBOL_EXTERN || !symbol->lowered) {
		lower_refuse(l, e->place, "calls of 'extern' functions are not supported: '%s' has no body",
		             symbol->name->text);
		return SPACE_CONSTANT;
	}
	const uint32_t number = (uint32_t)symbol->lowered - 1;
	const struct program_subroutine *callee = &l->program->subroutine[number];
	const uint32_t result = callee->result, arguments = callee->arguments;
	const uint64_t most = callee->most;
	const uint32_t region = lower_take(l, (uint64_t)result + arguments);
	uint32_t at = region + result;
	for (uint32_t i = 0; i < e->items; i++) {
		const struct symbol *formal = symbol->subroutine->formal[i].symbol;
		const uint64_t mark = l->next;
		lower_argument(l, e->item[i], formal, at);
		l->next = mark;
		at += formal->type.dimensions && formal->type.kind != TYPE_QUBIT ? 1u + formal->type.dimensions
		                                                                 : (uint32_t)lower_cells(&formal->type);
	}
	lower_place(l, e->place);
	lower_emit(l, CODE_CALL, 0, 0, number, region, 0, 0);
	lower_count(l, 0, most);
	return region;
}

/* Bits of a whole number or an angle: as a register of its own. */
static bool is_pattern(const struct type *type)
{
	return type->dimensions == 0 && (type->kind == TYPE_INT || type->kind == TYPE_UINT || type->kind == TYPE_ANGLE);
}

static struct type bits_of(const struct type *type)
{
	return (struct type){.kind = TYPE_BIT, .is_register = true, .width = lower_width(type)};
}

static uint32_t lower_index(struct lowering *l, const struct expression *e)
{
	const struct expression *base = e->left;
	struct selection all, chosen;
	struct array_part part;
	if (base->type.dimensions > 0) {
		lower_place(l, e->place);
		if (!lower_part(l, e, &part))
			return SPACE_CONSTANT;
		return lower_part_load(l, &part, lower_cells(&e->type));
	}
	if (is_pattern(&base->type)) {
		const struct type bits = bits_of(&base->type);
		all = (struct selection){.kind = SELECT_RUN,
		                         .first = lower_convert(l, lower_value(l, base), &base->type, &bits),
		                         .count = bits.width};
		lower_place(l, e->place);
		if (!lower_select_index(l, e, &all, &chosen))
			return SPACE_CONSTANT;
	} else {
		lower_place(l, e->place);
		if (!lower_select(l, e, &chosen))
			return SPACE_CONSTANT;
	}
	if (chosen.kind == SELECT_RUN)
		return chosen.first;
	if (e->type.width == 0) {
		lower_refuse(l, e->place, "a slice with run-time bounds cannot be a value here");
		return SPACE_CONSTANT;
	}
	const uint32_t out = lower_take(l, e->type.width);
	lower_gather(l, &chosen, out, e->type.width);
	return out;
}

uint32_t lower_value(struct lowering *l, const struct expression *e)
{
	struct selection chosen;
	struct array_part part;
	uint32_t out;
	if (e->is_known)
		return lower_known(l, &e->type, &e->value);
	switch (e->kind) {
	case EXPRESSION_NAME:
		if (e->type.dimensions > 0) {
			part = lower_part_of_symbol(l, e->symbol);
			if (!part.is_reference)
				return part.base;
			return lower_part_load(l, &part, lower_cells(&e->type));
		}
		if (e->symbol->kind == SYMBOL_ALIAS) {
			if (!lower_select(l, e, &chosen))
				return SPACE_CONSTANT;
			out = lower_take(l, chosen.count);
			lower_gather(l, &chosen, out, chosen.count);
			return out;
		}
		if (!e->symbol->lowered) {
			lower_refuse(l, e->place, "'%s' has no value that can be computed here", e->symbol->name->text);
			return SPACE_CONSTANT;
		}
		return (uint32_t)(e->symbol->lowered - 1);
	case EXPRESSION_UNARY:
		out = lower_value(l, e->left);
		return compute(l, lower_operator((enum operator)e->operator), &e->left->type, &e->type, out, out);
	case EXPRESSION_BINARY: lower_place(l, e->place); return lower_binary(l, e);
	case EXPRESSION_INDEX: return lower_index(l, e);
	case EXPRESSION_CALL: lower_place(l, e->place); return lower_call(l, e);
	case EXPRESSION_CAST:
	case EXPRESSION_CONVERT: return lower_convert(l, lower_value(l, e->left), &e->left->type, &e->type);
	case EXPRESSION_MEASURE:
		if (!lower_select(l, e->item[0], &chosen))
			return SPACE_CONSTANT;
		out = lower_take(l, max_u64(chosen.count, 1));
		lower_measure(l, &chosen, out, true);
		return out;
	case EXPRESSION_DURATIONOF:
		return lower_known(l, &(struct type){.kind = TYPE_DURATION}, &(union value){.f = 0});
	default:
		lower_refuse(l, e->place, "this expression is not supported here");
		return SPACE_CONSTANT;
	}
}

/* The elements of an array literal, in order. */
static void lower_elements(struct lowering *l, const struct expression *e, uint32_t element, uint32_t *at)
{
	if (e->kind != EXPRESSION_SET) {
		const uint64_t cells = e->type.dimensions ? lower_cells(&e->type) : element;
		lower_value_to(l, e, *at);
		*at += (uint32_t)cells;
		return;
	}
	for (uint32_t i = 0; i < e->items; i++)
		lower_elements(l, e->item[i], element, at);
}

void lower_value_to(struct lowering *l, const struct expression *e, uint32_t address)
{
	const uint64_t mark = l->next;
	if (e->kind == EXPRESSION_SET) {
		/* Elements have the type of the first that is none itself a set. */
		const struct expression *leaf = e;
		while (leaf->kind == EXPRESSION_SET && leaf->items)
			leaf = leaf->item[0];
		lower_elements(l, e, lower_element_cells(&leaf->type), &address);
	} else {
		const uint32_t from = lower_value(l, e);
		if (from != address)
			lower_emit(l, CODE_MOVE, 0, 0, address, from, 0, (uint32_t)lower_cells(&e->type));
	}
	l->next = mark;
}

/* ---- Assignments ---------------------------------------------------------------------------------- */

/* What an assignment writes to. */
struct target {
	enum { TARGET_CELLS, TARGET_BITS, TARGET_PART, TARGET_PATTERN } kind;
	uint32_t address;                /* CELLS; PATTERN: the number whose bits are named */
	struct selection bits;           /* BITS; PATTERN: inside `pattern` */
	uint32_t pattern;                /* PATTERN: the number as a register */
	struct type whole;               /* PATTERN: the number's type */
	struct array_part part;
};

static bool target_element(struct lowering *l, const struct symbol *symbol, int64_t element, struct target *out)
{
	const uint32_t base = (uint32_t)(symbol->lowered - 1);
	if (symbol->type.dimensions > 0) {
		union value value = {.i = element};
		const struct expression item = {
		        .kind = EXPRESSION_LITERAL,
		        .is_known = true,
		        .type = {.kind = TYPE_INT, .width = 64},
		        .value = value,
		};
		out->kind = TARGET_PART;
		out->part = lower_part_of_symbol(l, symbol);
		lower_part_index(l, &out->part, &item);
		return true;
	}
	if (is_pattern(&symbol->type)) {
		out->kind = TARGET_PATTERN;
		out->address = base;
		out->whole = symbol->type;
		const struct type bits = bits_of(&symbol->type);
		out->pattern = lower_convert(l, base, &symbol->type, &bits);
		out->bits =
		        (struct selection){.kind = SELECT_RUN, .first = out->pattern + (uint32_t)element, .count = 1};
		return true;
	}
	out->kind = TARGET_BITS;
	if (!lower_select_symbol(l, symbol, symbol->place, &out->bits))
		return false;
	out->bits =
	        (struct selection){.kind = SELECT_RUN, .first = lower_item(&out->bits, (uint32_t)element), .count = 1};
	return true;
}

static bool target_of(struct lowering *l, const struct operand *operand, struct target *out)
{
	*out = (struct target){0};
	if (operand->kind == OPERAND_ELEMENT)
		return target_element(l, operand->symbol, operand->element, out);
	if (operand->kind == OPERAND_WHOLE) {
		const struct symbol *symbol = operand->symbol;
		if (symbol->kind == SYMBOL_ALIAS) {
			out->kind = TARGET_BITS;
			return lower_select_symbol(l, symbol, operand_place(operand), &out->bits);
		}
		if (symbol->type.dimensions > 0) {
			out->kind = TARGET_PART;
			out->part = lower_part_of_symbol(l, symbol);
			return true;
		}
		out->kind = TARGET_CELLS;
		out->address = (uint32_t)(symbol->lowered - 1);
		return true;
	}
	const struct expression *e = operand->expression;
	if (e->kind == EXPRESSION_INDEX && e->left->type.dimensions > 0) {
		out->kind = TARGET_PART;
		return lower_part(l, e, &out->part);
	}
	if (e->kind == EXPRESSION_INDEX && is_pattern(&e->left->type)) {
		if (e->left->kind != EXPRESSION_NAME) {
			lower_refuse(l, e->place, "bits of this cannot be assigned");
			return false;
		}
		out->kind = TARGET_PATTERN;
		out->address = lower_value(l, e->left);
		out->whole = e->left->type;
		const struct type bits = bits_of(&out->whole);
		out->pattern = lower_convert(l, out->address, &out->whole, &bits);
		const struct selection all = {.kind = SELECT_RUN, .first = out->pattern, .count = bits.width};
		return lower_select_index(l, e, &all, &out->bits);
	}
	/* Bits of an array's element: only where the element itself can be named; a loaded copy would take the value in vain. */
	const struct expression *element = e;
	while (element->kind == EXPRESSION_INDEX && element->type.dimensions == 0 && element->left->type.dimensions == 0)
		element = element->left;
	if (element->kind == EXPRESSION_INDEX && element->left->type.dimensions > 0) {
		struct array_part part;
		if (!lower_part(l, element, &part))
			return false;
		if (part.is_reference || part.moves) {
			lower_refuse(l, e->place, "assigning bits of an array's element with a run-time index is not supported");
			return false;
		}
	}
	out->kind = TARGET_BITS;
	return lower_select(l, e, &out->bits);
}

static void target_store(struct lowering *l, const struct target *target, uint32_t from, uint64_t cells)
{
	switch (target->kind) {
	case TARGET_CELLS:
		if (from != target->address)
			lower_emit(l, CODE_MOVE, 0, 0, target->address, from, 0, (uint32_t)cells);
		break;
	case TARGET_PART: lower_part_store(l, &target->part, from, cells); break;
	case TARGET_BITS: lower_scatter(l, &target->bits, from, (uint32_t)cells); break;
	case TARGET_PATTERN: {
		const struct type bits = bits_of(&target->whole);
		lower_scatter(l, &target->bits, from, (uint32_t)cells);
		l->program->reads = true;
		lower_emit(l, CODE_CONVERT, 0, 0, target->address, target->pattern, CELL_TYPE(CELL_BIT, bits.width),
		           CELL_TYPE(lower_kind(&target->whole), lower_width(&target->whole)));
	}
	}
}

/* The value is computed before its target is touched: array literals aside, bits in a copy; MOVE takes overlaps. */
void lower_assign(struct lowering *l, const struct assignment *assignment)
{
	const uint64_t mark = l->next;
	const struct type *type = &assignment->type;
	struct target target;
	uint32_t value;
	if (assignment->value->kind == EXPRESSION_SET) {
		value = lower_take(l, lower_cells(type));
		lower_value_to(l, assignment->value, value);
	} else {
		value = lower_value(l, assignment->value);
	}
	lower_place(l, assignment->statement.place);
	if (l->failed || !target_of(l, &assignment->target, &target)) {
		l->next = mark;
		return;
	}
	uint64_t cells = lower_cells(type);
	if (type->kind == TYPE_BIT && type->dimensions == 0 && target.kind != TARGET_CELLS &&
	    target.kind != TARGET_PART && cells == 0)
		cells = lower_cells(&assignment->value->type);
	if ((target.kind == TARGET_BITS || target.kind == TARGET_PATTERN) && cells > 1) {
		/* The value may be bits of the very register: `c[0:1] = c[1:2]`. */
		const uint32_t copy = lower_take(l, cells);
		lower_emit(l, CODE_MOVE, 0, 0, copy, value, 0, (uint32_t)cells);
		value = copy;
	}
	target_store(l, &target, value, cells);
	l->next = mark;
}
