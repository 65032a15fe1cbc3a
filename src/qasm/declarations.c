/* declarations.c - declarations of the OpenQASM grammar: gates, registers, variables, aliases, subroutines.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "qasm/parser.h"

enum { FORMALS_FIRST = 4 };   /* formal parameters there is room for at first */

void *statement_new(struct parser *parser, size_t bytes, enum statement_kind kind, struct place place)
{
	struct statement *statement = arena_new(parser->arena, bytes);
	statement->kind = kind;
	statement->place = place;
	return statement;
}

/* formal names of a gate: name { "," name } [ "," ] */
static struct formal *parse_formal_names(struct parser *parser, uint32_t *count, enum token_kind end, const char *what)
{
	uint32_t capacity = FORMALS_FIRST;
	struct formal *formal = arena_new(parser->arena, capacity * sizeof *formal);
	*count = 0;
	while (!parser_is(parser, end) && !parser->panics) {
		if (*count == capacity) {
			struct formal *more = arena_new(parser->arena, 2 * (size_t)capacity * sizeof *more);
			memcpy(more, formal, capacity * sizeof *more);
			formal = more;
			capacity *= 2;
		}
		formal[*count].name = parser_name(parser, &formal[*count].place, what);
		++*count;
		if (!parser_take(parser, TOKEN_COMMA))
			break;
	}
	return formal;
}

/* gate: "gate" name [ "(" names ")" ] names block     opaque: "opaque" name [ "(" names ")" ] names ";" */
struct statement *parse_gate(struct parser *parser)
{
	struct gate_definition *gate = statement_new(parser, sizeof *gate, STATEMENT_GATE, parser_place(parser));
	gate->is_opaque = parser_is(parser, TOKEN_OPAQUE);
	if (gate->is_opaque && !parser->lexer.is_old) {
		parser_error(parser, gate->statement.place, "'opaque' is OpenQASM 2.0; this file is OpenQASM 3");
		diagnose_hint(parser->diagnostics, "give the gate a body, or leave the declaration out");
		return NULL;
	}
	parser_advance(parser);
	struct name *name = parser_name(parser, &gate->name_place, "the name of the gate");
	gate->name = name;
	name->uses |= NAME_DEFINED;
	if (parser_take(parser, TOKEN_LEFT_PAREN)) {
		gate->parameter =
		        parse_formal_names(parser, &gate->parameters, TOKEN_RIGHT_PAREN, "the name of a parameter");
		parser_expect(parser, TOKEN_RIGHT_PAREN, "after the parameters");
	}
	if (!parser_is(parser, TOKEN_LEFT_BRACE))
		gate->qubit = parse_formal_names(parser, &gate->qubits, TOKEN_LEFT_BRACE, "the name of a qubit");
	gate->statement.place = parser_since(parser, gate->statement.place);
	if (gate->is_opaque) {
		parser_expect(parser, TOKEN_SEMICOLON, "after the qubits");
		return &gate->statement;
	}
	if (!parser_is(parser, TOKEN_LEFT_BRACE)) {
		parser_expected(parser, "'{' before the body of the gate");
		return NULL;
	}
	gate->body = parse_block_or_statement(parser);
	return &gate->statement;
}

/* ---- Variables ------------------------------------------------------------------------------------------- */

static struct declaration *declaration_new(struct parser *parser, enum declaration_kind kind)
{
	struct declaration *out = statement_new(parser, sizeof *out, STATEMENT_DECLARE, parser_place(parser));
	out->kind = kind;
	return out;
}

/* measurement: "measure" operand - the keyword is at hand */
struct measurement *parse_measure(struct parser *parser)
{
	struct measurement *out = statement_new(parser, sizeof *out, STATEMENT_MEASURE, parser_place(parser));
	parser_advance(parser);
	parse_operand(parser, &out->source);
	out->statement.place = parser_since(parser, out->statement.place);
	return out;
}

/* register: ( "qreg" | "creg" ) name [ "[" expression "]" ] ";" */
struct statement *parse_old_register(struct parser *parser)
{
	const bool quantum = parser_is(parser, TOKEN_QREG);
	struct declaration *out = declaration_new(parser, quantum ? DECLARE_QUBIT : DECLARE_VARIABLE);
	struct type_syntax *type = arena_new(parser->arena, sizeof *type);
	out->is_old = true;
	out->written = type;
	parser_advance(parser);
	out->name = parser_name(parser, &out->name_place, "the name of the register");
	*type = (struct type_syntax){.kind = quantum ? TYPE_QUBIT : TYPE_BIT, .place = out->name_place};
	if (parser_take(parser, TOKEN_LEFT_BRACKET)) {
		type->has_width = type->is_register = true;
		type->place = parser_place(parser);
		type->width = parse_expression(parser);
		parser_expect(parser, TOKEN_RIGHT_BRACKET, "after the size");
	} else if (parser->lexer.is_old) {
		parser_expect(parser, TOKEN_LEFT_BRACKET, "and a size after the register's name");
	}
	parser_expect(parser, TOKEN_SEMICOLON, "after the declaration");
	return &out->statement;
}

/* declaration: type name [ "=" ( set | "measure" operand | expression ) ] ";" - what comes before the type
 * has been taken */
struct statement *parse_declaration(struct parser *parser, enum declaration_kind kind, struct place place)
{
	struct declaration *out = declaration_new(parser, kind);
	struct measurement *measure = NULL;
	out->statement.place = place;
	out->written = parse_type(parser);
	if (out->written->kind == TYPE_QUBIT && kind == DECLARE_VARIABLE)
		out->kind = DECLARE_QUBIT;
	else if (out->written->kind == TYPE_QUBIT)
		parser_error(parser, out->written->place, "qubits cannot be 'const', 'input' or 'output'");
	out->name = parser_name(parser, &out->name_place, "a name");
	if (parser_take(parser, TOKEN_EQUALS)) {
		if (out->kind == DECLARE_QUBIT || kind == DECLARE_INPUT) {
			parser_error(parser, out->name_place, "%s cannot have an initial value",
			             kind == DECLARE_INPUT ? "an input" : "qubits");
		} else if (parser_is(parser, TOKEN_MEASURE) && kind != DECLARE_CONSTANT) {
			measure = parse_measure(parser);
			measure->has_target = true;
			measure->target = (struct operand){.name = out->name,
			                                   .kind = OPERAND_WHOLE,
			                                   .start = out->name_place.start,
			                                   .length = out->name_place.length,
			                                   .file = out->name_place.file};
			out->statement.next = &measure->statement;
		} else {
			out->initial =
			        parser_is(parser, TOKEN_LEFT_BRACE) ? parse_set(parser) : parse_expression(parser);
		}
	} else if (kind == DECLARE_CONSTANT) {
		parser_expect(parser, TOKEN_EQUALS, "and a value: a constant needs one");
	}
	out->statement.place = parser_since(parser, place);
	parser_expect(parser, TOKEN_SEMICOLON, "after the declaration");
	return &out->statement;
}

/* alias: "let" name "=" expression ";" */
struct statement *parse_alias(struct parser *parser)
{
	struct declaration *out = declaration_new(parser, DECLARE_ALIAS);
	parser_advance(parser);
	out->name = parser_name(parser, &out->name_place, "a name");
	parser_expect(parser, TOKEN_EQUALS, "after the name");
	out->initial = parse_expression(parser);
	parser_expect(parser, TOKEN_SEMICOLON, "after the alias");
	return &out->statement;
}

/* formal of a def: [ "readonly" | "mutable" | "const" ] type name | ( "qreg" | "creg" ) name [ "[" expression
 * "]" ] */
static struct formal parse_formal(struct parser *parser, bool named)
{
	struct formal out = {.place = parser_place(parser)};
	if (parser_is(parser, TOKEN_QREG) || parser_is(parser, TOKEN_CREG)) {
		struct type_syntax *type = arena_new(parser->arena, sizeof *type);
		*type = (struct type_syntax){.kind = parser_is(parser, TOKEN_QREG) ? TYPE_QUBIT : TYPE_BIT,
		                             .place = out.place};
		parser_advance(parser);
		out.written = type;
		out.name = parser_name(parser, &out.place, "the name of a parameter");
		if (parser_take(parser, TOKEN_LEFT_BRACKET)) {
			type->has_width = type->is_register = true;
			type->width = parse_expression(parser);
			parser_expect(parser, TOKEN_RIGHT_BRACKET, "after the size");
		}
		return out;
	}
	/* Braket writes const for readonly. */
	const bool is_readonly = parser_take(parser, TOKEN_READONLY) || parser_take(parser, TOKEN_CONST);
	const bool is_mutable = !is_readonly && parser_take(parser, TOKEN_MUTABLE);
	out.written = parse_type(parser);
	out.written->is_readonly = is_readonly;
	out.written->is_mutable = is_mutable;
	if (named)
		out.name = parser_name(parser, &out.place, "the name of a parameter");
	return out;
}

/* def: "def" name "(" [ formals ] ")" [ "->" type ] block     extern: "extern" name "(" [ types ] ")" [ "->"
 * type ] ";" */
struct statement *parse_subroutine(struct parser *parser)
{
	struct subroutine *out = statement_new(parser, sizeof *out, STATEMENT_SUBROUTINE, parser_place(parser));
	uint32_t capacity = FORMALS_FIRST;
	struct formal *formal = arena_new(parser->arena, capacity * sizeof *formal);
	out->is_extern = parser_is(parser, TOKEN_EXTERN);
	parser_advance(parser);
	out->name = parser_name(parser, &out->name_place, "the name of the subroutine");
	parser_expect(parser, TOKEN_LEFT_PAREN, "after the name");
	while (!parser_is(parser, TOKEN_RIGHT_PAREN) && !parser->panics) {
		if (out->formals == capacity) {
			struct formal *more = arena_new(parser->arena, 2 * (size_t)capacity * sizeof *more);
			memcpy(more, formal, capacity * sizeof *more);
			formal = more;
			capacity *= 2;
		}
		formal[out->formals++] = parse_formal(parser, !out->is_extern);
		if (!parser_take(parser, TOKEN_COMMA))
			break;
	}
	out->formal = formal;
	parser_expect(parser, TOKEN_RIGHT_PAREN, "after the parameters");
	if (parser_take(parser, TOKEN_ARROW)) {
		if (!parser_take(parser, TOKEN_VOID))
			out->written = parse_type(parser);
	}
	out->statement.place = parser_since(parser, out->statement.place);
	if (out->is_extern)
		parser_expect(parser, TOKEN_SEMICOLON, "after the declaration");
	else if (!parser_is(parser, TOKEN_LEFT_BRACE))
		parser_expected(parser, "'{' before the body of the subroutine");
	else
		out->body = parse_block_or_statement(parser);
	return &out->statement;
}

