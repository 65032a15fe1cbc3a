/* parser.h - what the parts of the parser share: the token at hand, errors, lists.
 *
 * After an error the parser panics: the token at hand becomes TOKEN_PANIC, which nothing accepts, so every function
 * returns by itself and nothing more is reported until parse_statement finds the end of the broken statement.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef SONGDO_PARSER_H
#define SONGDO_PARSER_H

#include <locale.h>

#include "qasm/parse.h"

enum { EXPRESSION_HEIGHT = 2000 };   /* the tallest expression: a + b + c + ... counts */

struct parser {
	struct lexer lexer;
	struct token token;         /* at hand */
	uint32_t previous_end;      /* where the token before it ended */
	bool panics;
	bool is_cut;                /* the end of the file was reached inside blocks, which has been reported */
	unsigned depth;             /* of nested expressions and blocks */
	unsigned height;            /* of the expression parsed last */
	unsigned files;             /* open, the main one too */
	struct arena *arena;
	struct ast *ast;
	struct parsed *parsed;
	struct names *names;
	struct diagnostics *diagnostics;
	/* A stack of words on which lists are gathered before they are copied to the arena. */
	void **stack;
	uint32_t stacked, stack_capacity;
};

/* parse.c */
void parser_advance(struct parser *parser);
bool parser_is(const struct parser *parser, enum token_kind kind);
/* Take the token if it is of this kind. */
bool parser_take(struct parser *parser, enum token_kind kind);
/* The same, an error where it is not; `where` completes "expected X ...". */
bool parser_expect(struct parser *parser, enum token_kind kind, const char *where);
struct place parser_place(const struct parser *parser);          /* of the token at hand */
struct place parser_since(const struct parser *parser, struct place start);  /* from there to the token before */
void parser_error(struct parser *parser, struct place place, const char *format, ...)
        ATTRIBUTE_PRINTF(3, 4);
/* "expected X, found Y" at the token at hand. */
void parser_expected(struct parser *parser, const char *what);
/* Count one level of nesting; false (and an error) beyond AST_DEPTH. Leave with parser->depth--. */
bool parser_enter(struct parser *parser);
struct name *parser_name(struct parser *parser, struct place *place, const char *what);
void parser_push(struct parser *parser, void *word);
/* The words above `from` as an array in the arena; *count of them. They are taken from the stack. */
void *parser_list(struct parser *parser, uint32_t from, uint32_t *count);
struct type_syntax *parse_type(struct parser *parser);
bool parser_at_type(const struct parser *parser);
/* Open an included text and parse its statements after `link`; returns the last link. */
struct statement **parse_include(struct parser *parser, struct statement **link);

/* expressions.c */
struct expression *parse_expression(struct parser *parser);
struct expression *expression_new(struct parser *parser, enum expression_kind kind, struct place place);
/* name, name[...][...], $n, or in 3.x any ++ of such. The token at hand begins it. */
void parse_operand(struct parser *parser, struct operand *operand);
/* The same for a name that has been taken already. */
void parse_operand_of(struct parser *parser, struct operand *operand, struct name *name, struct place place);
/* start:stop:step or an expression; ends before ']' ',' or '}'. */
struct expression *parse_index_item(struct parser *parser);
/* { item, item } */
struct expression *parse_set(struct parser *parser);
/* Expressions with commas between them, a trailing one allowed, until `close` is taken. */
struct expression **parse_arguments(struct parser *parser, enum token_kind close, uint32_t *count, const char *where);

/* declarations.c */
/* A statement of `bytes` bytes, not yet in any list. */
void *statement_new(struct parser *parser, size_t bytes, enum statement_kind kind, struct place place);
/* The keyword is at hand; parse_declaration: what comes before the type has been taken. */
struct statement *parse_gate(struct parser *parser);
struct measurement *parse_measure(struct parser *parser);
struct statement *parse_old_register(struct parser *parser);
struct statement *parse_declaration(struct parser *parser, enum declaration_kind kind, struct place place);
struct statement *parse_alias(struct parser *parser);
struct statement *parse_subroutine(struct parser *parser);

/* statements.c */
/* Parse one statement and append it at *link; returns where the next one goes. */
struct statement **parse_statement(struct parser *parser, struct statement **link, bool is_global);
struct statement *parse_block_or_statement(struct parser *parser);

#endif
