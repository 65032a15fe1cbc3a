/* parse.c - the parser's frame: tokens, errors and recovery, types, files.
 *
 * Hand-written recursive descent; the grammar rule stands over each function. Statements are in statements.c,
 * expressions in expressions.c.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "qasm/parse.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "qasm/parser.h"

/* ---- Tokens and errors ----------------------------------------------------------------------------- */

void parser_advance(struct parser *parser)
{
	if (parser->panics)
		return;
	parser->previous_end = parser->token.start + parser->token.length;
	lexer_next(&parser->lexer, &parser->token);
	if (parser->token.kind == TOKEN_PANIC)
		parser->panics = true;
}

bool parser_is(const struct parser *parser, enum token_kind kind) { return parser->token.kind == kind; }

bool parser_take(struct parser *parser, enum token_kind kind)
{
	if (parser->token.kind != kind)
		return false;
	parser_advance(parser);
	return true;
}

struct place parser_place(const struct parser *parser)
{
	return (struct place){.start = parser->token.start,
	                      .length = (uint16_t)min_u64(parser->token.length, UINT16_MAX),
	                      .file = parser->lexer.file};
}

struct place parser_since(const struct parser *parser, struct place start)
{
	if (parser->previous_end > start.start)
		start.length = (uint16_t)min_u64(parser->previous_end - start.start, UINT16_MAX);
	return start;
}

void parser_error(struct parser *parser, struct place place, const char *format, ...)
{
	char message[sizeof ((songdo_error *)0)->message];
	if (parser->panics)
		return;
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(message, sizeof message, format, arguments);
	va_end(arguments);
	diagnose_error(parser->diagnostics, place, "%s", message);
	parser->panics = true;
	/* Recovery starts at the token at hand. */
	parser->lexer.at = parser->token.start;
	parser->token.kind = TOKEN_PANIC;
}

/* What stands at the token, quoted for a message. */
static const char *found(const struct parser *parser, char buffer[100])
{
	if (parser->token.kind == TOKEN_END)
		return "the end of the file";
	uint32_t length = parser->token.length;
	snprintf(buffer, 100, "'%.*s%s'", (int)min_u64(length, 80),
	         (const char *)parser->lexer.text + parser->token.start, length > 80 ? "..." : "");
	return buffer;
}

/* A semicolon, bracket or the like is missed after the token before, not at the token found, where that is on
 * a later line. */
static struct place missing_place(const struct parser *parser)
{
	struct place place = parser_place(parser);
	for (uint32_t i = parser->previous_end; i < place.start; i++)
		if (parser->lexer.text[i] == '\n' && parser->previous_end > 0) {
			place.start = parser->previous_end - 1;
			place.length = 1;
			break;
		}
	return place;
}

bool parser_expect(struct parser *parser, enum token_kind kind, const char *where)
{
	char buffer[100];
	if (parser_take(parser, kind))
		return true;
	const struct place place = missing_place(parser);
	if (kind == TOKEN_SEMICOLON && place.start != parser->token.start && !parser->panics) {
		/* The next line begins the next statement: go on as if the semicolon stood there. */
		diagnose_error(parser->diagnostics, place, "expected ';' %s", where);
		return true;
	}
	if (kind == TOKEN_SEMICOLON || kind == TOKEN_RIGHT_BRACKET || kind == TOKEN_RIGHT_PAREN)
		parser_error(parser, place, "expected %s %s, found %s", token_text(kind), where,
		             found(parser, buffer));
	else
		parser_error(parser, parser_place(parser), "expected %s %s, found %s", token_text(kind), where,
		             found(parser, buffer));
	return false;
}

void parser_expected(struct parser *parser, const char *what)
{
	char buffer[100];
	parser_error(parser, parser_place(parser), "expected %s, found %s", what, found(parser, buffer));
}

bool parser_enter(struct parser *parser)
{
	if (parser->depth >= AST_DEPTH) {
		parser_error(parser, parser_place(parser), "nested more than %d deep", AST_DEPTH);
		parser->is_cut = true;
		parser->lexer.at = parser->lexer.length;   /* what closes all that would only be complained about */
		return false;
	}
	parser->depth++;
	return true;
}

struct name *parser_name(struct parser *parser, struct place *place, const char *what)
{
	*place = parser_place(parser);
	struct name *name = parser->token.name;
	if (parser_take(parser, TOKEN_NAME))
		return name;
	if (parser->token.kind >= TOKEN_KEYWORDS && !parser->panics)
		parser_error(parser, *place, "expected %s, found the keyword '%s'", what,
		             token_text(parser->token.kind));
	else
		parser_expected(parser, what);
	return names_intern(parser->names, "", 0);
}

void parser_push(struct parser *parser, void *word)
{
	if (parser->stacked == parser->stack_capacity) {
		uint32_t capacity = parser->stack_capacity ? parser->stack_capacity * 2 : 256;
		void **stack = arena_new(parser->arena, capacity * sizeof *stack);
		if (parser->stacked)
			memcpy(stack, parser->stack, parser->stacked * sizeof *stack);
		parser->stack = stack;
		parser->stack_capacity = capacity;
	}
	parser->stack[parser->stacked++] = word;
}

void *parser_list(struct parser *parser, uint32_t from, uint32_t *count)
{
	*count = parser->stacked - from;
	parser->stacked = from;
	return *count ? arena_copy(parser->arena, parser->stack + from, *count * sizeof *parser->stack) : NULL;
}

/* ---- Types ------------------------------------------------------------------------------------------- */

bool parser_at_type(const struct parser *parser)
{
	switch (parser->token.kind) {
	case TOKEN_BIT: case TOKEN_BOOL: case TOKEN_INT: case TOKEN_UINT: case TOKEN_FLOAT_TYPE: case TOKEN_ANGLE:
	case TOKEN_COMPLEX: case TOKEN_ARRAY: case TOKEN_DURATION_TYPE: case TOKEN_STRETCH: case TOKEN_QUBIT:
		return true;
	default:
		return false;
	}
}

/* array: "array" "[" type { "," expression } [ "," "#dim" "=" expression ] "]" */
static void parse_array(struct parser *parser, struct type_syntax *type)
{
	parser_expect(parser, TOKEN_LEFT_BRACKET, "after 'array'");
	struct type_syntax *element = parse_type(parser);
	type->kind = element->kind;
	type->width = element->width;
	type->has_width = element->has_width;
	type->is_register = element->is_register;
	if (element->is_array)
		parser_error(parser, element->place,
		             "an array of arrays is written with several sizes: array[int, 2, 3]");
	uint32_t from = parser->stacked, count;
	while (parser_take(parser, TOKEN_COMMA)) {
		if (parser_take(parser, TOKEN_DIM)) {
			parser_expect(parser, TOKEN_EQUALS, "after '#dim'");
			type->hash_dimensions = parse_expression(parser);
			break;
		}
		if (parser_is(parser, TOKEN_RIGHT_BRACKET))
			break;
		parser_push(parser, parse_expression(parser));
	}
	type->size = parser_list(parser, from, &count);
	if (count > AST_DIMENSIONS)
		parser_error(parser, parser_since(parser, type->place), "an array has at most %d dimensions",
		             AST_DIMENSIONS);
	type->dimensions = (uint8_t)min_u64(count, AST_DIMENSIONS);
	if (count == 0 && !type->hash_dimensions)
		parser_expected(parser, "',' and a size");
	parser_expect(parser, TOKEN_RIGHT_BRACKET, "after the sizes of the array");
}

/* type: ( "bit" | "int" | "uint" | "float" | "angle" | "qubit" ) [ "[" expression "]" ] | "bool" | "duration"
 * | "stretch"
 *       | "complex" [ "[" "float" [ "[" expression "]" ] "]" ] | array */
struct type_syntax *parse_type(struct parser *parser)
{
	static const uint8_t kinds[TOKEN_KINDS] = {
	        [TOKEN_BIT] = TYPE_BIT, [TOKEN_BOOL] = TYPE_BOOL, [TOKEN_INT] = TYPE_INT, [TOKEN_UINT] = TYPE_UINT,
	        [TOKEN_FLOAT_TYPE] = TYPE_FLOAT, [TOKEN_ANGLE] = TYPE_ANGLE, [TOKEN_COMPLEX] = TYPE_COMPLEX,
	        [TOKEN_DURATION_TYPE] = TYPE_DURATION, [TOKEN_STRETCH] = TYPE_STRETCH, [TOKEN_QUBIT] = TYPE_QUBIT};
	struct type_syntax *type = arena_new(parser->arena, sizeof *type);
	enum token_kind kind = parser->token.kind;
	type->place = parser_place(parser);
	if (!parser_at_type(parser)) {
		parser_expected(parser, "a type");
		return type;
	}
	if (!parser_enter(parser))
		return type;
	parser_advance(parser);
	type->kind = kinds[kind];
	if (kind == TOKEN_ARRAY) {
		type->is_array = true;
		parse_array(parser, type);
	} else if (parser_is(parser, TOKEN_LEFT_BRACKET) && kind != TOKEN_BOOL && kind != TOKEN_DURATION_TYPE &&
	           kind != TOKEN_STRETCH) {
		parser_advance(parser);
		if (kind == TOKEN_COMPLEX) {
			if (!parser_is(parser, TOKEN_FLOAT_TYPE))
				parser_expected(parser, "'float' as the type of the parts");
			else
				type->width = parse_type(parser)->width;
			type->has_width = type->width != NULL;
		} else {
			type->has_width = true;
			type->is_register = kind == TOKEN_BIT || kind == TOKEN_QUBIT;
			type->width = parse_expression(parser);
		}
		parser_expect(parser, TOKEN_RIGHT_BRACKET, "after the size");
	}
	parser->depth--;
	type->place = parser_since(parser, type->place);
	return type;
}

/* ---- Files -------------------------------------------------------------------------------------------- */

/* Statements up to the end of the file at hand. */
static struct statement **parse_file(struct parser *parser, struct statement **link)
{
	while (parser->token.kind != TOKEN_END && !diagnose_is_full(parser->diagnostics))
		link = parse_statement(parser, link, true);
	return link;
}

/* include: "include" string ";" */
struct statement **parse_include(struct parser *parser, struct statement **link)
{
	char name[512];
	songdo_error error = {0};
	unsigned number = 0;
	parser_advance(parser);
	const struct token token = parser->token;
	const struct place place = parser_place(parser);
	if (!parser_expect(parser, TOKEN_STRING, "with the file's name after 'include'"))
		return link;
	parser_expect(parser, TOKEN_SEMICOLON, "after the file's name");
	uint32_t length = token.length - 2;
	if (length >= sizeof name) {
		diagnose_error(parser->diagnostics, place, "this file name is longer than %zu bytes", sizeof name - 1);
		return link;
	}
	memcpy(name, parser->lexer.text + token.start + 1, length);
	name[length] = '\0';
	if (strcmp(name, "qelib1.inc") == 0 || strcmp(name, "stdgates.inc") == 0) {
		parser->parsed->libraries |= name[0] == 'q' ? LIBRARY_QELIB1 : LIBRARY_STDGATES;
		parser->parsed->has_include = true;
		return link;
	}
	if (source_include(parser->ast->source, name, parser->lexer.file, &number, &error) != SONGDO_OK) {
		diagnose_error(parser->diagnostics, place, "cannot include \"%.200s\": %s", name, error.message);
		parser->parsed->lacks_include = true;
		if (error.hint[0])
			diagnose_hint(parser->diagnostics, "%s", error.hint);
		return link;
	}
	const struct lexer lexer = parser->lexer;
	const struct token after = parser->token;
	const uint32_t end = parser->previous_end;
	const bool panics = parser->panics;
	lexer_init(&parser->lexer, parser->ast->source, number, parser->names, parser->diagnostics);
	parser->lexer.is_old = lexer.is_old;
	parser->panics = false;
	parser->token = (struct token){0};
	parser_advance(parser);
	link = parse_file(parser, link);
	parser->is_cut = false;
	parser->lexer = lexer;
	parser->token = after;
	parser->previous_end = end;
	parser->panics = panics;
	return link;
}

/* version: "OPENQASM" number ";" - the first statement */
static void parse_version(struct parser *parser)
{
	parser_advance(parser);
	const struct place place = parser_place(parser);
	const struct token token = parser->token;
	if (!parser_take(parser, TOKEN_INTEGER) && !parser_take(parser, TOKEN_FLOAT)) {
		parser_expected(parser, "a version, such as 3.0 or 2.0");
		return;
	}
	char text[16];
	unsigned major = 0, minor = 0;
	snprintf(text, sizeof text, "%.*s", (int)min_u64(token.length, 15),
	         (const char *)parser->lexer.text + token.start);
	int read = sscanf(text, "%3u.%3u", &major, &minor);
	struct parsed *parsed = parser->parsed;
	parsed->has_version = true;
	parsed->version_major = major;
	parsed->version_minor = minor;
	if (read < 1 || token.length > 6 || !((major == 2 && minor == 0) || (major == 3 && minor <= 2))) {
		diagnose_error(parser->diagnostics, place, "OpenQASM %.*s is not known here",
		               (int)min_u64(token.length, 20), (const char *)parser->lexer.text + token.start);
		diagnose_hint(parser->diagnostics, "versions 2.0, 3.0, 3.1 and 3.2 are");
	}
	if (parser->ast->dialect == SONGDO_DIALECT_AUTO)
		parser->ast->dialect = major == 2 ? SONGDO_QASM2 : SONGDO_QASM3;
	parser->lexer.is_old = parser->ast->dialect == SONGDO_QASM2;
	/* The token after the semicolon is read by the rules of the version. */
	parser_expect(parser, TOKEN_SEMICOLON, "after the version");
}

/* A file without a version line that includes qelib1.inc, and not stdgates.inc, is OpenQASM 2.0: many were
 * written so. */
static bool includes_old_library(const struct parser *parser)
{
	struct lexer lexer = parser->lexer;
	struct diagnostics none = {0};
	struct token token = parser->token;
	lexer.diagnostics = &none;
	lexer.is_old = true;
	for (unsigned i = 0; i < 64 && token.kind != TOKEN_END; i++, lexer_next(&lexer, &token)) {
		if (token.kind != TOKEN_INCLUDE)
			continue;
		lexer_next(&lexer, &token);
		if (token.kind == TOKEN_STRING && token.length == 12 &&
		    memcmp(lexer.text + token.start + 1, "qelib1.inc", 10) == 0)
			return true;
		return false;
	}
	return false;
}

void qasm_parse(struct ast *ast, struct parsed *parsed, struct names *names, songdo_dialect dialect,
                struct diagnostics *diagnostics)
{
	struct parser parser = {
	        .arena = ast->arena, .ast = ast, .parsed = parsed, .names = names, .diagnostics = diagnostics};
	ast->dialect = dialect;
	lexer_init(&parser.lexer, ast->source, 0, names, diagnostics);
	parser.lexer.is_old = dialect == SONGDO_QASM2;
	parser_advance(&parser);
	if (parser_is(&parser, TOKEN_OPENQASM))
		parse_version(&parser);
	else if (dialect == SONGDO_DIALECT_AUTO && includes_old_library(&parser)) {
		ast->dialect = SONGDO_QASM2;
		parser.lexer.is_old = true;
		parser.lexer.at = parser.token.start;   /* read the token at hand again, by the rules of 2.0 */
		parser_advance(&parser);
	}
	parse_file(&parser, &ast->first);
}
