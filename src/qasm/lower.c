/* lower.c - a checked syntax tree to a program: declarations and statements.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "qasm/lower.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "qasm/lowering.h"

/* ---- What all parts use ----------------------------------------------------------------------------- */

uint32_t lower_emit(struct lowering *l, enum code code, unsigned x, unsigned y, uint32_t a, uint32_t b, uint32_t c,
                    uint32_t d)
{
	return program_emit(l->program, (struct instruction){(uint8_t)code, (uint8_t)x, (uint16_t)y, a, b, c, d});
}

uint32_t lower_take(struct lowering *l, uint64_t cells)
{
	const uint64_t first = l->next;
	if (cells > PROGRAM_CELLS || first + cells > PROGRAM_CELLS) {
		l->program->failed = true;
		return SPACE_FRAME;
	}
	l->next += cells;
	l->most = max_u64(l->most, l->next);
	return SPACE_FRAME | (uint32_t)first;
}

void lower_refuse(struct lowering *l, struct place place, const char *format, ...)
{
	char message[256];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(message, sizeof message, format, arguments);
	va_end(arguments);
	l->failed = true;
	diagnose_error(l->diagnostics, place, "%s", message);
}

void lower_place(struct lowering *l, struct place place)
{
	const char *file;
	uint32_t line, column;
	ast_locate(l->ast, place, &file, &line, &column);
	program_set_place(l->program, file, line, column, place.length ? place.length : 1);
}

uint32_t lower_integer(struct lowering *l, int64_t value)
{
	return program_add_constants(l->program, &value, 1);
}

enum cell_kind lower_kind(const struct type *type)
{
	switch (type->kind) {
	case TYPE_BIT: return CELL_BIT;
	case TYPE_BOOL: return CELL_BOOL;
	case TYPE_INT: return CELL_INT;
	case TYPE_UINT: return CELL_UINT;
	case TYPE_ANGLE: return CELL_ANGLE;
	case TYPE_COMPLEX: return CELL_COMPLEX;
	default: return CELL_FLOAT;   /* also durations, in nanoseconds */
	}
}

uint32_t lower_width(const struct type *type)
{
	switch (type->kind) {
	case TYPE_BIT: return type->width ? type->width : 1;
	case TYPE_BOOL: return 1;
	case TYPE_INT:
	case TYPE_UINT:
	case TYPE_ANGLE:
	case TYPE_FLOAT:
	case TYPE_COMPLEX: return type->width ? type->width : 64;
	default: return 64;
	}
}

uint32_t lower_element_cells(const struct type *type)
{
	switch (type->kind) {
	case TYPE_BIT:
	case TYPE_QUBIT: return type->width ? type->width : 1;
	case TYPE_COMPLEX: return 2;
	default: return 1;
	}
}

uint64_t lower_cells(const struct type *type)
{
	uint64_t cells = lower_element_cells(type);
	if ((type->kind == TYPE_BIT || type->kind == TYPE_QUBIT) && type->width == 0 && type->is_register)
		cells = 0;
	for (uint32_t i = 0; i < type->dimensions; i++)
		cells = mul_saturated(cells, type->sizes ? type->sizes[i] : 0);
	return cells;
}

void lower_count(struct lowering *l, uint64_t least, uint64_t most)
{
	l->program->least = add_saturated(l->program->least, least);
	l->program->most = add_saturated(l->program->most, most);
}

/* ---- Declarations --------------------------------------------------------------------------------- */

/* A variable that users see: name, kind, width, address. */
static void describe(struct program_variable *variable, const struct symbol *symbol)
{
	if (!variable)
		return;
	const struct type *type = &symbol->type;
	variable->kind = (uint8_t)lower_kind(type);
	variable->width = lower_width(type);
	variable->is_register = type->is_register;
	variable->address = (uint32_t)(symbol->lowered - 1);
	variable->is_array = type->dimensions > 0;
	for (uint32_t i = 0; i < type->dimensions; i++)
		variable->elements *= type->sizes[i];
}

static void lower_variable(struct lowering *l, const struct declaration *declaration)
{
	struct symbol *symbol = declaration->symbol;
	const struct type *type = &symbol->type;
	const uint64_t cells = lower_cells(type);
	const bool is_counted = symbol->is_global && type->kind == TYPE_BIT && type->dimensions == 0;
	l->has_bits |= type->kind == TYPE_BIT;
	/* Const scalars are folded where they are used. */
	if (declaration->kind == DECLARE_CONSTANT && type->dimensions == 0)
		return;
	lower_place(l, declaration->statement.place);
	const uint32_t address = symbol->is_global ? program_add_global(l->program, cells) : lower_take(l, cells);
	if (l->program->failed) {
		lower_refuse(l, declaration->name_place,
		             "'%s' is too large: all variables together may have %d bits or values",
		             declaration->name->text, PROGRAM_CELLS);
		return;
	}
	symbol->lowered = 1 + (uint64_t)address;
	if (declaration->kind == DECLARE_INPUT)
		describe(program_add_input(l->program, declaration->name->text), symbol);
	else if (is_counted)
		program_add_bit(l->program, declaration->name->text, address, (uint32_t)cells,
		                declaration->kind == DECLARE_OUTPUT);
	else if (declaration->kind == DECLARE_OUTPUT)
		describe(program_add_output(l->program, declaration->name->text), symbol);
	if (declaration->initial)
		lower_value_to(l, declaration->initial, address);
	else if (!symbol->is_global)
		lower_emit(l, CODE_ZERO, 0, 0, address, 0, 0, (uint32_t)cells);
}

static void lower_declaration(struct lowering *l, const struct declaration *declaration)
{
	switch (declaration->kind) {
	case DECLARE_QUBIT: break;   /* entered beforehand: numbers in order of declaration */
	case DECLARE_ALIAS: lower_alias(l, declaration); break;
	default: lower_variable(l, declaration);
	}
}

/* ---- Statements ----------------------------------------------------------------------------------- */

static void lower_block(struct lowering *l, const struct statement *first)
{
	const uint64_t mark = l->next;
	lower_statements(l, first);
	l->next = mark;
}

/* Is this the beginning of a text, after blanks? */
static bool begins_with(const struct text_statement *text, const char *words)
{
	size_t at = 0;
	while (at < text->text_length && (text->text[at] == ' ' || text->text[at] == '\t'))
		at++;
	return text->text_length - at >= strlen(words) && !memcmp(text->text + at, words, strlen(words));
}

/* A pragma that changes what the program means cannot be passed over; the checker has noted the unknown ones. "verbatim"
 * is about compilation, of which there is none. */
static void lower_text(struct lowering *l, const struct text_statement *text)
{
	static const char *const refused[] = {"braket result", "braket unitary", "braket noise"};
	for (size_t i = 0; text->kind == TEXT_PRAGMA && i < ARRAY_LENGTH(refused); i++)
		if (begins_with(text, refused[i]))
			lower_refuse(l, text->statement.place, "'#pragma %s' is not supported yet", refused[i]);
}

static void lower_statement(struct lowering *l, const struct statement *s)
{
	const uint64_t mark = l->next;
	switch ((enum statement_kind)s->kind) {
	case STATEMENT_GATE_CALL: lower_gate_call(l, (const struct gate_call *)s); break;
	case STATEMENT_MEASURE: lower_measurement(l, (const struct measurement *)s); break;
	case STATEMENT_RESET: lower_reset(l, (const struct operands *)s); break;
	case STATEMENT_BARRIER: lower_barrier(l, (const struct operands *)s); break;
	case STATEMENT_DELAY:
	case STATEMENT_NOP: break;
	case STATEMENT_DECLARE: lower_declaration(l, (const struct declaration *)s); break;
	case STATEMENT_ASSIGN: lower_assign(l, (const struct assignment *)s); break;
	case STATEMENT_EXPRESSION:
		lower_place(l, s->place);
		lower_value(l, ((const struct expression_statement *)s)->expression);
		l->next = mark;
		break;
	case STATEMENT_IF: lower_if(l, (const struct branch *)s); break;
	case STATEMENT_FOR: lower_for(l, (const struct loop_for *)s); break;
	case STATEMENT_WHILE: lower_while(l, (const struct branch *)s); break;
	case STATEMENT_SWITCH: lower_switch(l, (const struct switch_statement *)s); break;
	case STATEMENT_BLOCK:
	case STATEMENT_BOX: lower_block(l, ((const struct block_statement *)s)->body); break;
	case STATEMENT_BREAK:
	case STATEMENT_CONTINUE: lower_leave(l, s); break;
	case STATEMENT_END:
		l->leaves = true;
		lower_emit(l, CODE_END, 0, 0, 0, 0, 0, 0);
		break;
	case STATEMENT_RETURN: lower_return(l, (const struct expression_statement *)s); break;
	case STATEMENT_GATE: lower_gate_definition(l, (const struct gate_definition *)s); break;
	case STATEMENT_SUBROUTINE: lower_subroutine(l, (const struct subroutine *)s); break;
	case STATEMENT_PRAGMA: lower_text(l, (const struct text_statement *)s); break;
	case STATEMENTS: break;
	}
}

void lower_statements(struct lowering *l, const struct statement *first)
{
	for (const struct statement *s = first; s && !l->program->failed && !diagnose_is_full(l->diagnostics);
	     s = s->next)
		lower_statement(l, s);
}

/* ---- The whole ------------------------------------------------------------------------------------ */

/* Registers have their numbers from the checker; the program's table must say the same. Hardware qubits come last. */
static void enter_registers(struct lowering *l)
{
	for (const struct symbol *s = l->ast->symbols; s; s = s->next)
		if (s->kind == SYMBOL_QUBIT)
			program_add_register(l->program, s->name->text, s->type.width ? s->type.width : 1,
			                     !s->type.is_register);
	if (l->program->qubits < l->ast->qubits)
		program_add_register(l->program, "$", l->ast->qubits - l->program->qubits, false);
}

songdo_status qasm_lower(songdo_program **out, const struct ast *ast, struct diagnostics *diagnostics)
{
	songdo_error error = {0};
	songdo_status status = SONGDO_OK;
	*out = NULL;
	struct lowering l = {.program = program_new(ast->dialect), .ast = ast, .diagnostics = diagnostics};
	songdo_program *const program = l.program;
	if (!program)
		return SONGDO_NO_FIT;
	/* The arena's owner may stand further out: its place to jump to is put back. */
	jmp_buf outer;
	memcpy(&outer, &ast->arena->out, sizeof outer);
	if (setjmp(ast->arena->out)) {
		memcpy(&ast->arena->out, &outer, sizeof outer);
		songdo_program_free(program);
		return SONGDO_NO_FIT;
	}
	enter_registers(&l);
	for (uint32_t i = 0; i < ast->note_count; i++)
		program_add_note(program, ast->notes[i]);
	lower_statements(&l, ast->first);
	memcpy(&ast->arena->out, &outer, sizeof outer);
	program->frame = (uint32_t)l.most;
	program->measures |= ast->measures;
	if (l.leaves)
		program->least = 0;
	if (l.failed)
		status = SONGDO_BAD_PROGRAM;
	else
		status = program_finish(program, &error);
	if (status == SONGDO_BAD_PROGRAM && !l.failed) {
		diagnose_error(diagnostics, (struct place){.length = 1}, "%s", error.message);
		if (error.hint[0])
			diagnose_hint(diagnostics, "%s", error.hint);
	}
	if (status != SONGDO_OK) {
		songdo_program_free(program);
		return status;
	}
	*out = program;
	return SONGDO_OK;
}
