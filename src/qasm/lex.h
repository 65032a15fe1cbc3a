/* lex.h - tokens of OpenQASM, and the names among them.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef SONGDO_LEX_H
#define SONGDO_LEX_H

#include "qasm/arena.h"
#include "qasm/ast.h"
#include "qasm/diagnose.h"

enum token_kind {
	TOKEN_END, TOKEN_PANIC, TOKEN_NAME, TOKEN_INTEGER, TOKEN_FLOAT, TOKEN_IMAGINARY, TOKEN_DURATION, TOKEN_STRING,
	TOKEN_HARDWARE,
	/* punctuation; the operators from POWER to CONCATENATE are looked up in the parser's table of precedence */
	TOKEN_LEFT_BRACKET, TOKEN_RIGHT_BRACKET, TOKEN_LEFT_BRACE, TOKEN_RIGHT_BRACE, TOKEN_LEFT_PAREN,
	TOKEN_RIGHT_PAREN, TOKEN_COLON, TOKEN_SEMICOLON, TOKEN_COMMA, TOKEN_ARROW, TOKEN_AT, TOKEN_HASH, TOKEN_DOT,
	TOKEN_EQUALS, TOKEN_COMPOUND,           /* = and += -= ... (operator in the token) */
	TOKEN_NOT, TOKEN_COMPLEMENT, TOKEN_OPERATOR,   /* ! ~ and the binary operators */
	/* keywords, in the order of the table in lex.c */
	TOKEN_KEYWORDS,
	TOKEN_OPENQASM = TOKEN_KEYWORDS, TOKEN_INCLUDE, TOKEN_QREG, TOKEN_CREG, TOKEN_GATE, TOKEN_OPAQUE, TOKEN_MEASURE,
	TOKEN_RESET, TOKEN_BARRIER, TOKEN_IF,
	TOKEN_KEYWORDS_3,                       /* from here on names in OpenQASM 2.0 */
	TOKEN_DEFCALGRAMMAR = TOKEN_KEYWORDS_3, TOKEN_DEF, TOKEN_CAL, TOKEN_DEFCAL, TOKEN_EXTERN, TOKEN_BOX, TOKEN_LET,
	TOKEN_BREAK, TOKEN_CONTINUE, TOKEN_ELSE, TOKEN_END_STATEMENT, TOKEN_RETURN, TOKEN_FOR, TOKEN_WHILE, TOKEN_IN,
	TOKEN_SWITCH, TOKEN_CASE, TOKEN_DEFAULT, TOKEN_PRAGMA, TOKEN_INPUT, TOKEN_OUTPUT, TOKEN_CONST, TOKEN_READONLY,
	TOKEN_MUTABLE, TOKEN_QUBIT, TOKEN_BIT, TOKEN_BOOL, TOKEN_INT, TOKEN_UINT, TOKEN_FLOAT_TYPE, TOKEN_ANGLE,
	TOKEN_COMPLEX, TOKEN_ARRAY, TOKEN_VOID, TOKEN_DURATION_TYPE, TOKEN_STRETCH, TOKEN_GPHASE, TOKEN_INV, TOKEN_POW,
	TOKEN_CTRL, TOKEN_NEGCTRL, TOKEN_DIM, TOKEN_DURATIONOF, TOKEN_DELAY, TOKEN_NOP, TOKEN_TRUE, TOKEN_FALSE,
	TOKEN_KINDS
};

struct token {
	uint8_t kind;               /* enum token_kind */
	uint8_t operator;           /* OPERATOR, COMPOUND: enum operator; NUMBER: the base; DURATION: unit index */
	uint32_t start, length;
	struct name *name;          /* NAME and keywords */
};

struct names {                      /* the intern table */
	struct arena *arena;
	struct name **bucket;
	uint32_t buckets, count;    /* buckets is a power of two */
};

void names_init(struct names *names, struct arena *arena);
struct name *names_intern(struct names *names, const char *text, uint32_t length);
/* The same, NULL where the name does not occur. */
struct name *names_find(const struct names *names, const char *text, uint32_t length);

struct lexer {
	const unsigned char *text;  /* of this file */
	uint32_t length, at;        /* at: the first byte not yet read */
	uint8_t file;
	bool is_old;                /* OpenQASM 2.0: its few keywords, no time units */
	struct names *names;
	struct diagnostics *diagnostics;
};

void lexer_init(struct lexer *lexer, struct source *source, unsigned file, struct names *names,
                struct diagnostics *diagnostics);
/* Read the next token. What is no token is reported and skipped: the kind is then TOKEN_PANIC. */
void lexer_next(struct lexer *lexer, struct token *token);
/* The rest of the line (without its end), for pragmas and annotations. */
void lexer_line(struct lexer *lexer, uint32_t *start, uint32_t *length);
/* Skip a block whose opening brace has been read, braces balanced; false at the end of the file. */
bool lexer_block(struct lexer *lexer);
/* Name of a token kind for messages ("';'", "a name"). */
const char *token_text(enum token_kind kind);

#endif
