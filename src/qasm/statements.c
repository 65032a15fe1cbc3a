/* statements.c - statements of the OpenQASM grammar.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "qasm/parser.h"

enum { CALL_OPERANDS = 16, MODIFIERS = 64 };

/* ---- Lists ------------------------------------------------------------------------------------------------ */

/* Operands gathered beside the stack: most statements have few. */
struct operand_list {
	struct operand few[CALL_OPERANDS];
	struct operand *operand;
	uint32_t count, capacity;
};

/* operands: operand { "," operand } [ "," ] */
static void parse_operands(struct parser *parser, struct operand_list *list)
{
	list->operand = list->few;
	list->capacity = CALL_OPERANDS;
	list->count = 0;
	do {
		if (list->count > 0 && parser_is(parser, TOKEN_SEMICOLON) && !parser->lexer.is_old)
			return;   /* a trailing comma */
		if (list->count == list->capacity) {
			struct operand *more = arena_new(parser->arena, 2 * (size_t)list->capacity * sizeof *more);
			memcpy(more, list->operand, list->count * sizeof *more);
			list->operand = more;
			list->capacity *= 2;
		}
		parse_operand(parser, &list->operand[list->count++]);
	} while (parser_take(parser, TOKEN_COMMA));
}

/* reset, barrier, delay, nop: keyword [ operands ] ";" */
static struct statement *parse_operands_statement(struct parser *parser, enum statement_kind kind, bool optional)
{
	struct operand_list list = {.count = 0};
	const struct place place = parser_place(parser);
	struct expression *duration = NULL;
	parser_advance(parser);
	if (kind == STATEMENT_DELAY) {
		parser_expect(parser, TOKEN_LEFT_BRACKET, "before the duration");
		duration = parse_expression(parser);
		parser_expect(parser, TOKEN_RIGHT_BRACKET, "after the duration");
	}
	if (!(optional && parser_is(parser, TOKEN_SEMICOLON)))
		parse_operands(parser, &list);
	struct operands *out = statement_new(parser, sizeof *out + list.count * sizeof *out->operand, kind, place);
	out->duration = duration;
	out->operands = list.count;
	if (list.count)
		memcpy(out->operand, list.operand, list.count * sizeof *list.operand);
	out->statement.place = parser_since(parser, place);
	parser_expect(parser, TOKEN_SEMICOLON, "after the operands");
	return &out->statement;
}

/* ---- Gates -------------------------------------------------------------------------------------------------- */

/* Parameters: "(" [ expression { "," expression } ] ")" */
static struct expression **parse_parameters(struct parser *parser, uint32_t *count)
{
	*count = 0;
	if (!parser_take(parser, TOKEN_LEFT_PAREN))
		return NULL;
	return parse_arguments(parser, TOKEN_RIGHT_PAREN, count, "after the parameters");
}

/* The operands of a call and its end. */
static struct statement *finish_gate_call(struct parser *parser, struct name *name, struct place place,
                                          struct expression **parameter, uint32_t parameters,
                                          const struct modifier *modifier, unsigned modifiers, bool no_operands)
{
	struct operand_list list = {.count = 0};
	if (!no_operands)
		parse_operands(parser, &list);
	struct gate_call *call =
	        statement_new(parser, sizeof *call + list.count * sizeof *call->operand, STATEMENT_GATE_CALL, place);
	name->uses |= NAME_CALLED;
	call->name = name;
	call->parameter = parameter;
	call->statement.count2 = parameters;
	call->statement.count = (uint16_t)modifiers;
	call->modifier = arena_copy(parser->arena, modifier, modifiers * sizeof *modifier);
	call->operands = list.count;
	if (list.count)
		memcpy(call->operand, list.operand, list.count * sizeof *list.operand);
	parser_expect(parser, TOKEN_SEMICOLON, "after the operands");
	return &call->statement;
}

/* modifier: ( "inv" | "pow" "(" expression ")" | ( "ctrl" | "negctrl" ) [ "(" expression ")" ] ) "@" */
static bool parse_modifier(struct parser *parser, struct modifier *modifier)
{
	static const uint8_t kinds[TOKEN_KINDS] = {[TOKEN_CTRL] = MODIFIER_CONTROL,
	                                           [TOKEN_NEGCTRL] = MODIFIER_NEGATIVE_CONTROL,
	                                           [TOKEN_INV] = MODIFIER_INVERSE,
	                                           [TOKEN_POW] = MODIFIER_POWER};
	const enum token_kind kind = parser->token.kind;
	if (kind != TOKEN_CTRL && kind != TOKEN_NEGCTRL && kind != TOKEN_INV && kind != TOKEN_POW)
		return false;
	const struct place place = parser_place(parser);
	*modifier = (struct modifier){.kind = kinds[kind]};
	parser_advance(parser);
	if (kind == TOKEN_POW || (kind != TOKEN_INV && parser_is(parser, TOKEN_LEFT_PAREN))) {
		parser_expect(parser, TOKEN_LEFT_PAREN,
		              kind == TOKEN_POW ? "after 'pow'" : "before the number of controls");
		modifier->argument = parse_expression(parser);
		parser_expect(parser, TOKEN_RIGHT_PAREN,
		              kind == TOKEN_POW ? "after the exponent" : "after the number of controls");
	}
	modifier->place = parser_since(parser, place);
	parser_expect(parser, TOKEN_AT, "after a modifier");
	return true;
}

/* gate call: { modifier } ( name | "gphase" ) [ parameters ] [ operands ] ";" - the token at hand is a
 * modifier or gphase */
static struct statement *parse_modified_call(struct parser *parser)
{
	struct modifier modifier[MODIFIERS];
	unsigned modifiers = 0;
	uint32_t parameters;
	while (modifiers < MODIFIERS && parse_modifier(parser, &modifier[modifiers]))
		modifiers++;
	if (modifiers == MODIFIERS)
		parser_error(parser, parser_place(parser), "more than %d modifiers on one gate", MODIFIERS - 1);
	struct name *name = parser->token.name;
	const bool is_phase = parser_is(parser, TOKEN_GPHASE);
	const struct place name_place = parser_place(parser);
	if (!parser_take(parser, TOKEN_GPHASE) && !parser_take(parser, TOKEN_NAME)) {
		parser_expected(parser, "the name of a gate");
		return NULL;
	}
	struct expression **parameter = parse_parameters(parser, &parameters);
	return finish_gate_call(parser, name, name_place, parameter, parameters, modifier, modifiers,
	                        is_phase && parser_is(parser, TOKEN_SEMICOLON));
}

/* ---- Control flow ---------------------------------------------------------------------------------------------- */

/* block: "{" { statement } "}"; or a single statement. Returns the list. */
struct statement *parse_block_or_statement(struct parser *parser)
{
	struct statement *first = NULL, **link = &first;
	if (!parser_enter(parser))
		return NULL;
	if (!parser_is(parser, TOKEN_LEFT_BRACE)) {
		parse_statement(parser, link, false);
	} else {
		const struct place open = parser_place(parser);
		parser_advance(parser);
		while (!parser_is(parser, TOKEN_RIGHT_BRACE) && !parser_is(parser, TOKEN_END) &&
		       !diagnose_is_full(parser->diagnostics))
			link = parse_statement(parser, link, false);
		if (parser_is(parser, TOKEN_END) && !parser->panics) {
			if (parser->is_cut)
				parser->panics = true;
			else
				parser_error(parser, open, "this '{' is never closed");
			parser->is_cut = true;
			parser->lexer.at = parser->lexer.length;
		} else {
			parser_take(parser, TOKEN_RIGHT_BRACE);
		}
	}
	parser->depth--;
	return first;
}

/* condition: "(" expression ")" */
static struct expression *parse_condition(struct parser *parser, const char *where)
{
	parser_expect(parser, TOKEN_LEFT_PAREN, where);
	struct expression *out = parse_expression(parser);
	parser_expect(parser, TOKEN_RIGHT_PAREN, "after the condition");
	return out;
}

/* The number of if (register == number): in OpenQASM 2.0 digits only, so that "== -1" is no silent never. */
static void refuse_computed(struct parser *parser, const struct expression *condition)
{
	if (parser->panics || condition->kind != EXPRESSION_BINARY ||
	    (condition->right->kind != EXPRESSION_UNARY && condition->right->kind != EXPRESSION_BINARY))
		return;
	parser_error(parser, condition->right->place, "OpenQASM 2.0 compares a register with a number that is not negative");
}

/* if: "if" condition body { "else" "if" condition body } [ "else" body ] - the chain is a loop, not a recursion */
static struct statement *parse_if(struct parser *parser)
{
	struct branch *first = NULL;
	for (struct branch *last = NULL;;) {
		struct branch *branch = statement_new(parser, sizeof *branch, STATEMENT_IF, parser_place(parser));
		parser_advance(parser);
		branch->condition = parse_condition(parser, "after 'if'");
		branch->statement.place = parser_since(parser, branch->statement.place);
		if (parser->lexer.is_old)
			refuse_computed(parser, branch->condition);
		if (!parser->panics)
			branch->then = parse_block_or_statement(parser);
		if (!first)
			first = branch;
		else
			last->otherwise = &branch->statement;
		last = branch;
		if (!parser_take(parser, TOKEN_ELSE))
			break;
		branch->has_else = true;
		if (!parser_is(parser, TOKEN_IF)) {
			branch->otherwise = parse_block_or_statement(parser);
			break;
		}
	}
	return &first->statement;
}

/* for: "for" type name "in" ( set | "[" range "]" | expression ) body */
static struct statement *parse_for(struct parser *parser)
{
	struct loop_for *loop = statement_new(parser, sizeof *loop, STATEMENT_FOR, parser_place(parser));
	parser_advance(parser);
	if (parser_at_type(parser)) {
		loop->written = parse_type(parser);
	} else if (parser_is(parser, TOKEN_NAME)) {
		parser_expected(parser, "the type of the loop variable");
		diagnose_hint(parser->diagnostics, "write: for int i in [0:3] { ... }");
	}
	loop->name = parser_name(parser, &loop->name_place, "the name of the loop variable");
	parser_expect(parser, TOKEN_IN, "after the loop variable");
	if (parser_is(parser, TOKEN_LEFT_BRACE)) {
		loop->over = parse_set(parser);
	} else if (parser_take(parser, TOKEN_LEFT_BRACKET)) {
		const struct place place = parser_place(parser);
		loop->over = parse_index_item(parser);
		if (loop->over->kind != EXPRESSION_RANGE || !loop->over->item[0] || !loop->over->item[2]) {
			parser_error(parser, place, "a loop needs a range with both ends");
			diagnose_hint(parser->diagnostics, "[start:stop] or [start:step:stop]; the stop is included");
		}
		parser_expect(parser, TOKEN_RIGHT_BRACKET, "after the range");
	} else {
		loop->over = parse_expression(parser);
	}
	loop->statement.place = parser_since(parser, loop->statement.place);
	if (!parser->panics)
		loop->body = parse_block_or_statement(parser);
	return &loop->statement;
}

/* while: "while" condition body */
static struct statement *parse_while(struct parser *parser)
{
	struct branch *loop = statement_new(parser, sizeof *loop, STATEMENT_WHILE, parser_place(parser));
	parser_advance(parser);
	loop->condition = parse_condition(parser, "after 'while'");
	loop->statement.place = parser_since(parser, loop->statement.place);
	if (!parser->panics)
		loop->then = parse_block_or_statement(parser);
	return &loop->statement;
}

/* switch: "switch" "(" expression ")" "{" { "case" expression { "," expression } block | "default" block } "}" */
static struct statement *parse_switch(struct parser *parser)
{
	struct switch_statement *out = statement_new(parser, sizeof *out, STATEMENT_SWITCH, parser_place(parser));
	struct switch_case **link = &out->first;
	parser_advance(parser);
	out->target = parse_condition(parser, "after 'switch'");
	parser_expect(parser, TOKEN_LEFT_BRACE, "before the cases");
	while ((parser_is(parser, TOKEN_CASE) || parser_is(parser, TOKEN_DEFAULT)) && !parser->panics) {
		struct switch_case *one = arena_new(parser->arena, sizeof *one);
		*link = one;
		link = &one->next;
		if (parser_take(parser, TOKEN_DEFAULT)) {
			one->labels = 0;
		} else {
			const uint32_t from = parser->stacked;
			parser_advance(parser);
			do {
				if (parser_is(parser, TOKEN_LEFT_BRACE))
					break;
				parser_push(parser, parse_expression(parser));
			} while (parser_take(parser, TOKEN_COMMA));
			one->label = parser_list(parser, from, &one->labels);
			if (one->labels == 0)
				parser_expected(parser, "a value after 'case'");
		}
		if (!parser_is(parser, TOKEN_LEFT_BRACE))
			parser_expected(parser, "'{' before what the case does");
		else
			one->body = parse_block_or_statement(parser);
	}
	parser_expect(parser, TOKEN_RIGHT_BRACE, "after the cases");
	return &out->statement;
}

/* box: "box" [ "[" expression "]" ] block */
static struct statement *parse_box(struct parser *parser)
{
	struct block_statement *out = statement_new(parser, sizeof *out, STATEMENT_BOX, parser_place(parser));
	parser_advance(parser);
	if (parser_take(parser, TOKEN_LEFT_BRACKET)) {
		out->duration = parse_expression(parser);
		parser_expect(parser, TOKEN_RIGHT_BRACKET, "after the duration");
	}
	if (!parser_is(parser, TOKEN_LEFT_BRACE))
		parser_expected(parser, "'{' after 'box'");
	else
		out->body = parse_block_or_statement(parser);
	return &out->statement;
}

/* ---- The rest
 * ----------------------------------------------------------------------------------------------------- */

/* pragma: ( "pragma" | "#pragma" ) words-of-the-line     annotation: "@" words-of-the-line */
static struct statement *parse_line(struct parser *parser, enum text_kind kind)
{
	struct text_statement *out = statement_new(parser, sizeof *out, STATEMENT_PRAGMA, parser_place(parser));
	uint32_t start;
	out->kind = (uint8_t)kind;
	lexer_line(&parser->lexer, &start, &out->text_length);
	out->text = (const char *)parser->lexer.text + start;
	if (out->text_length >= 6 && memcmp(out->text, "braket", 6) == 0)
		parser->parsed->has_braket_pragma = true;
	parser_advance(parser);
	return &out->statement;
}

/* cal: "cal" block     defcal: "defcal" words block     defcalgrammar: "defcalgrammar" string ";" - skipped
 * as balanced braces: what is inside has a grammar of its own */
static struct statement *parse_calibration(struct parser *parser)
{
	struct text_statement *out = statement_new(parser, sizeof *out, STATEMENT_PRAGMA, parser_place(parser));
	const enum token_kind kind = parser->token.kind;
	out->kind = kind == TOKEN_CAL ? TEXT_CAL : kind == TOKEN_DEFCAL ? TEXT_DEFCAL : TEXT_DEFCALGRAMMAR;
	out->text = (const char *)parser->lexer.text + parser->lexer.at;
	parser_advance(parser);
	if (kind == TOKEN_DEFCALGRAMMAR) {
		parser_expect(parser, TOKEN_STRING, "with the grammar's name");
		parser_expect(parser, TOKEN_SEMICOLON, "after the grammar's name");
		return &out->statement;
	}
	while (!parser_is(parser, TOKEN_LEFT_BRACE) && !parser_is(parser, TOKEN_END) &&
	       !parser_is(parser, TOKEN_SEMICOLON) && !parser->panics)
		parser_advance(parser);
	if (!parser_is(parser, TOKEN_LEFT_BRACE)) {
		parser_expected(parser, "'{' before the calibration");
		return NULL;
	}
	const struct place open = parser_place(parser);
	if (!lexer_block(&parser->lexer)) {
		parser_error(parser, open, "this '{' is never closed");
		parser->lexer.at = parser->lexer.length;
		return NULL;
	}
	out->text_length = (uint32_t)((const char *)parser->lexer.text + parser->lexer.at - out->text);
	parser_advance(parser);
	return &out->statement;
}

/* assignment: operand ( "=" | "+=" | ... ) ( "measure" operand | expression ) ";" - the operand has been taken */
static struct statement *parse_assignment(struct parser *parser, const struct operand *target)
{
	struct place place = operand_place(target);
	if (parser->lexer.is_old) {
		parser_error(parser, parser_place(parser), "assignments are OpenQASM 3; this file is OpenQASM 2.0");
		diagnose_hint(parser->diagnostics, "OpenQASM 2.0 measures with: measure q -> c;");
		return NULL;
	}
	const bool compound = parser_is(parser, TOKEN_COMPOUND);
	const uint8_t operator = parser->token.operator;
	parser_advance(parser);
	if (!compound && parser_is(parser, TOKEN_MEASURE)) {
		struct measurement *measure = parse_measure(parser);
		measure->has_target = true;
		measure->target = *target;
		parser_expect(parser, TOKEN_SEMICOLON, "after the measurement");
		return &measure->statement;
	}
	struct assignment *out = statement_new(parser, sizeof *out, STATEMENT_ASSIGN, place);
	out->operator = compound ? operator : OPERATOR_NONE;
	out->target = *target;
	out->value = parser_is(parser, TOKEN_LEFT_BRACE) ? parse_set(parser) : parse_expression(parser);
	out->statement.place = parser_since(parser, place);
	parser_expect(parser, TOKEN_SEMICOLON, "after the assignment");
	return &out->statement;
}

/* A word of OpenQASM 3 at the start of a statement of OpenQASM 2.0. */
static bool refuse_new_word(struct parser *parser, const struct name *name, struct place place)
{
	if (!parser->lexer.is_old || !name->keyword || name->uses & NAME_DEFINED)
		return false;
	parser_error(parser, place, "'%s' is OpenQASM 3; this file is OpenQASM 2.0", name->text);
	diagnose_hint(parser->diagnostics,
	              name->keyword == TOKEN_QUBIT ? "write: qreg q[2]; or begin the file with OPENQASM 3.0;"
	              : name->keyword == TOKEN_BIT ? "write: creg c[2]; or begin the file with OPENQASM 3.0;"
	                                           : "begin the file with OPENQASM 3.0;");
	return true;
}

/* A statement that begins with a name: assignment, gate call, or call of a subroutine. */
static struct statement *parse_named(struct parser *parser)
{
	const struct place place = parser_place(parser);
	struct name *const name = parser->token.name;
	parser_advance(parser);
	switch (parser->token.kind) {
	case TOKEN_NAME:
	case TOKEN_HARDWARE:
		if (refuse_new_word(parser, name, place))
			return NULL;
		return finish_gate_call(parser, name, place, NULL, 0, NULL, 0, false);
	case TOKEN_LEFT_PAREN: {
		uint32_t count;
		if (refuse_new_word(parser, name, place))
			return NULL;
		struct expression **argument = parse_parameters(parser, &count);
		if (!parser_is(parser, TOKEN_SEMICOLON) || parser->lexer.is_old)
			return finish_gate_call(parser, name, place, argument, count, NULL, 0, false);
		struct expression_statement *out = statement_new(parser, sizeof *out, STATEMENT_EXPRESSION, place);
		struct expression *call = expression_new(parser, EXPRESSION_CALL, parser_since(parser, place));
		call->name = name;
		call->item = argument;
		call->items = count;
		out->expression = call;
		parser_advance(parser);
		return &out->statement;
	}
	case TOKEN_LEFT_BRACKET:
	case TOKEN_EQUALS:
	case TOKEN_COMPOUND: {
		struct operand target;
		if (refuse_new_word(parser, name, place))
			return NULL;
		parse_operand_of(parser, &target, name, place);
		if (parser_is(parser, TOKEN_EQUALS) || parser_is(parser, TOKEN_COMPOUND))
			return parse_assignment(parser, &target);
		if (parser_is(parser, TOKEN_NAME) || parser_is(parser, TOKEN_HARDWARE)) {
			parser_error(parser, operand_place(&target), "a duration on a gate call is not supported yet");
			return NULL;
		}
		parser_expected(parser, "'=' or an operator such as '+='");
		return NULL;
	}
	default:
		if (refuse_new_word(parser, name, place))
			return NULL;
		parser_expected(parser, "a qubit or register");
		return NULL;
	}
}

/* Things that may stand only at the outermost level. */
static bool refuse_inner(struct parser *parser, bool is_global)
{
	if (is_global)
		return false;
	parser_error(parser, parser_place(parser), "'%s' is possible only outside all blocks",
	             token_text(parser->token.kind));
	return true;
}

/* Simple statements: keyword ";" */
static struct statement *parse_word(struct parser *parser, enum statement_kind kind)
{
	struct statement *out = statement_new(parser, sizeof *out, kind, parser_place(parser));
	const char *word = token_text(parser->token.kind);
	char where[32] = "after '";
	strcat(strcat(where, word), "'");
	parser_advance(parser);
	parser_expect(parser, TOKEN_SEMICOLON, where);
	return out;
}

static struct statement *parse_one(struct parser *parser, bool is_global)
{
	const struct place place = parser_place(parser);
	switch (parser->token.kind) {
	case TOKEN_NAME: return parse_named(parser);
	case TOKEN_GATE:
	case TOKEN_OPAQUE: return refuse_inner(parser, is_global) ? NULL : parse_gate(parser);
	case TOKEN_QREG:
	case TOKEN_CREG: return parse_old_register(parser);
	case TOKEN_MEASURE: {
		struct measurement *measure = parse_measure(parser);
		if (parser_take(parser, TOKEN_ARROW)) {
			measure->has_target = true;
			parse_operand(parser, &measure->target);
			measure->statement.place = parser_since(parser, place);
		} else if (parser->lexer.is_old) {
			parser_expect(parser, TOKEN_ARROW, "and a bit after the measured qubit");
		}
		parser_expect(parser, TOKEN_SEMICOLON, "after the measurement");
		return &measure->statement;
	}
	case TOKEN_RESET: return parse_operands_statement(parser, STATEMENT_RESET, false);
	case TOKEN_BARRIER: return parse_operands_statement(parser, STATEMENT_BARRIER, true);
	case TOKEN_DELAY: return parse_operands_statement(parser, STATEMENT_DELAY, true);
	case TOKEN_NOP: return parse_operands_statement(parser, STATEMENT_NOP, true);
	case TOKEN_CTRL:
	case TOKEN_NEGCTRL:
	case TOKEN_INV:
	case TOKEN_POW:
	case TOKEN_GPHASE: return parse_modified_call(parser);
	case TOKEN_IF: return parse_if(parser);
	case TOKEN_FOR: return parse_for(parser);
	case TOKEN_WHILE: return parse_while(parser);
	case TOKEN_SWITCH: return parse_switch(parser);
	case TOKEN_BOX: return parse_box(parser);
	case TOKEN_DEF:
	case TOKEN_EXTERN: return refuse_inner(parser, is_global) ? NULL : parse_subroutine(parser);
	case TOKEN_LET: return parse_alias(parser);
	case TOKEN_CONST: parser_advance(parser); return parse_declaration(parser, DECLARE_CONSTANT, place);
	case TOKEN_INPUT:
	case TOKEN_OUTPUT: {
		const bool input = parser_is(parser, TOKEN_INPUT);
		if (refuse_inner(parser, is_global))
			return NULL;
		parser_advance(parser);
		return parse_declaration(parser, input ? DECLARE_INPUT : DECLARE_OUTPUT, place);
	}
	case TOKEN_BREAK: return parse_word(parser, STATEMENT_BREAK);
	case TOKEN_CONTINUE: return parse_word(parser, STATEMENT_CONTINUE);
	case TOKEN_END_STATEMENT: return parse_word(parser, STATEMENT_END);
	case TOKEN_RETURN: {
		struct expression_statement *out = statement_new(parser, sizeof *out, STATEMENT_RETURN, place);
		parser_advance(parser);
		if (!parser_is(parser, TOKEN_SEMICOLON))
			out->expression = parse_expression(parser);
		parser_expect(parser, TOKEN_SEMICOLON, "after what is returned");
		return &out->statement;
	}
	case TOKEN_LEFT_BRACE: {
		struct block_statement *out = statement_new(parser, sizeof *out, STATEMENT_BLOCK, place);
		out->body = parse_block_or_statement(parser);
		return &out->statement;
	}
	case TOKEN_PRAGMA: return parse_line(parser, TEXT_PRAGMA);
	case TOKEN_AT: return parse_line(parser, TEXT_ANNOTATION);
	case TOKEN_CAL: case TOKEN_DEFCAL: case TOKEN_DEFCALGRAMMAR: return parse_calibration(parser);
	case TOKEN_ELSE: parser_error(parser, place, "'else' without an 'if' before it"); return NULL;
	case TOKEN_OPENQASM: parser_error(parser, place, "the version must be the first statement"); return NULL;
	default:
		if (!parser_at_type(parser)) {
			parser_expected(parser, "a statement");
			return NULL;
		}
		break;
	}
	/* A declaration; or a cast as a statement, which does nothing and is taken as a mistake. */
	return parse_declaration(parser, DECLARE_VARIABLE, place);
}

/* After an error: skip to the end of the broken statement, blocks as wholes, and go on behind it. */
static void recover(struct parser *parser)
{
	unsigned depth = 0;
	bool skipped = false;   /* a whole block */
	parser->panics = false;
	/* What is skipped has been complained about: the lexer keeps quiet over it. */
	struct diagnostics quiet = {0};
	struct diagnostics *const diagnostics = parser->lexer.diagnostics;
	parser->lexer.diagnostics = &quiet;
	for (;;) {
		lexer_next(&parser->lexer, &parser->token);
		const enum token_kind kind = parser->token.kind;
		if (kind == TOKEN_END || (kind == TOKEN_RIGHT_BRACE && depth == 0) ||
		    (kind == TOKEN_SEMICOLON && depth == 0))
			break;
		if (kind == TOKEN_LEFT_BRACE)
			depth++;
		if (kind == TOKEN_RIGHT_BRACE && --depth == 0) {
			/* an else belongs to what is skipped */
			const struct lexer lexer = parser->lexer;
			struct token next;
			lexer_next(&parser->lexer, &next);
			if (next.kind == TOKEN_ELSE)
				continue;
			parser->lexer = lexer;
			skipped = true;
			break;
		}
	}
	parser->lexer.diagnostics = diagnostics;
	/* A brace that closes the block around is left to whoever opened it. */
	if (parser->token.kind == TOKEN_SEMICOLON ||
	    (parser->token.kind == TOKEN_RIGHT_BRACE && (skipped || parser->depth == 0)))
		parser_advance(parser);
}

/* Mark the names of a statement that could not be parsed, from its start to the token at hand. */
static void mark_names(struct parser *parser, uint32_t start)
{
	struct diagnostics quiet = {0};
	struct lexer lexer = parser->lexer;
	struct token token;
	lexer.at = start;
	lexer.length = parser->token.start;
	lexer.diagnostics = &quiet;
	for (lexer_next(&lexer, &token); token.kind != TOKEN_END; lexer_next(&lexer, &token))
		if (token.name)
			token.name->uses |= NAME_BROKEN;
}

struct statement **parse_statement(struct parser *parser, struct statement **link, bool is_global)
{
	const uint32_t start = parser->token.start;
	const uint8_t file = parser->lexer.file;
	const unsigned depth = parser->depth;
	const uint32_t stacked = parser->stacked;
	struct statement *statement = NULL;
	if (!parser->panics) {
		if (parser_is(parser, TOKEN_INCLUDE)) {
			if (!refuse_inner(parser, is_global))
				link = parse_include(parser, link);
		} else if (!parser_take(parser, TOKEN_SEMICOLON)) {
			statement = parse_one(parser, is_global);
		}
	}
	if (statement && !parser->panics) {
		*link = statement;
		link = statement->next ? &statement->next->next : &statement->next;
	}
	if (parser->panics) {
		parser->depth = depth;
		parser->stacked = stacked;
		recover(parser);
		if (parser->lexer.file == file && !parser->is_cut)
			mark_names(parser, start);
	}
	return link;
}
