/* ast.h - the syntax tree of an OpenQASM program, and what the checker writes into it.
 *
 * parse.c builds the tree in an arena, check.c fills the fields marked "checked", lower.c turns the whole into a
 * program. The tree and its names live as long as the arena (struct ast); the source text must live as long as the
 * tree. Lists of statements are linked; lists of everything else are arrays with a count.
 *
 * A checked tree without errors promises lowering: every name is resolved, arities and types fit, an operand that is
 * a constant index is in range, declared sizes are 1..AST_SIZE, constants are folded and finite.
 *
 * May use: base. SPDX-License-Identifier: Apache-2.0 */
#ifndef SONGDO_AST_H
#define SONGDO_AST_H

#include <complex.h>

#include "base/base.h"
#include "circuit/names.h"

enum {
	AST_DEPTH = 256,            /* the deepest nesting of expressions and blocks */
	AST_FILES = 64,             /* included files, the main one too */
	AST_DIMENSIONS = 7,         /* of an array, as the specification limits it */
};
#define AST_SIZE 2147483648ull  /* the largest declared register or array, in elements */

/* ---- Places -------------------------------------------------------------------------------------- */

/* A stretch of source: bytes [start, start + length) of file number `file` (0 is the main file). Lines and columns are
 * computed from it where they are wanted: ast_locate. Lengths are cut at 65535. */
struct place {
	uint32_t start;
	uint16_t length;
	uint8_t file;
	uint8_t spare;
};

/* ---- Types and values ---------------------------------------------------------------------------- */

enum type_kind {
	TYPE_VOID,                  /* of a call of a subroutine that returns nothing; of what has no type (yet) */
	TYPE_BIT,                   /* bit (registers = false, width 1) or bit[n] (is_register) */
	TYPE_BOOL,
	TYPE_INT, TYPE_UINT,        /* width bits, 1 to 64; checked: 64 where none was given */
	TYPE_FLOAT,                 /* checked: width 32 or 64 */
	TYPE_ANGLE,                 /* width bits of a fraction of a turn; checked: 64 where none was given */
	TYPE_COMPLEX,               /* width of each part, 32 or 64 */
	TYPE_DURATION, TYPE_STRETCH,
	TYPE_QUBIT,                 /* qubit or qubit[n], also of aliases and slices; width is the number of qubits */
	TYPE_RANGE, TYPE_SET,       /* of `a:b:c` and `{a, b}`: only as indices, for ranges and array values */
	TYPE_STRING,                /* of a string literal where one is legal */
	TYPE_KINDS
};

/* A type. An array is its element's type with dimensions > 0. */
struct type {
	uint8_t kind;               /* enum type_kind */
	uint8_t dimensions;         /* of an array; 0: not an array */
	bool is_register;           /* bit[n], qubit[n]: indexable, even where n is 1 */
	bool is_constant;           /* const, or an expression made of constants only */
	uint32_t width; /* in bits (or qubits); for bit and qubit always known, except 0 for a slice whose bounds
	                             * are known at run time only */
	const uint64_t *sizes;      /* [dimensions]; 0 for a size that is not known (`#dim = n` references) */
};

/* A value known while checking, in the form its type has:
 *   BIT       width <= 64: u, bit 0 is index 0; wider: words, 64 bits each, little endian, in the arena
 *   BOOL      u, 0 or 1
 *   INT       i, sign-extended and inside its width;  UINT  u, inside its width
 *   FLOAT     f, finite
 *   ANGLE     u: the fraction of a turn in units of 2^-width turn (width 64 where none was given)
 *   COMPLEX   c;   DURATION  f: nanoseconds (a dt is counted as one nanosecond) */
union value {
	int64_t i;
	uint64_t u;
	double f;
	double c[2];
	const uint64_t *words;
};

/* ---- Symbols: what a name means (checked) --------------------------------------------------------- */

enum symbol_kind {
	SYMBOL_VARIABLE, /* classical variable: bit registers, ints, arrays, loop variables, def parameters */
	SYMBOL_CONSTANT,            /* const: value is known. Also pi, tau, euler */
	SYMBOL_INPUT, SYMBOL_OUTPUT,
	SYMBOL_QUBIT, /* qubit or register at global scope: qubits first_qubit .. first_qubit + type.width - 1 */
	SYMBOL_HARDWARE, /* $n: one qubit; first_qubit is given after the declared ones, in order of first use */
	SYMBOL_QUBIT_PARAMETER,     /* formal qubit of a gate (width 1) or a def (width n); `position` tells which */
	SYMBOL_ANGLE_PARAMETER,     /* formal parameter of a gate: TYPE_FLOAT; `position` tells which */
	SYMBOL_ALIAS,               /* let: alias holds the expression it stands for */
	SYMBOL_GATE, /* gate of the source (definition) or of a library (library): one of the two is NULL */
	SYMBOL_SUBROUTINE, SYMBOL_EXTERN,
	SYMBOL_FUNCTION,            /* a built-in function: `function` */
};

/* As a gate; and NAME_BROKEN: in a statement that could not be parsed, which may have declared it. */
enum { NAME_CALLED = 1, NAME_DEFINED = 2, NAME_BROKEN = 4 };

struct name {                   /* an interned identifier: equal names have equal addresses */
	struct symbol *symbol;      /* checker: what it means in the scope at hand */
	struct name *next;          /* in the bucket of the intern table */
	uint32_t hash, length;
	uint8_t keyword;            /* the token kind of a keyword, or 0 */
	uint8_t uses;               /* NAME_CALLED | ..., by the parser */
	char text[];                /* UTF-8, NUL-terminated */
};

struct symbol {
	uint8_t kind;               /* enum symbol_kind */
	bool is_global;
	bool is_used;
	bool is_read_only;          /* const, input, loop variables are not; readonly references are */
	bool is_reference;          /* array parameter passed by reference (mutable or readonly) */
	bool is_old;                /* declared with creg or qreg */
	struct place place;         /* of the name in its declaration; length 0: built in */
	const struct name *name;
	struct type type;
	union value value;          /* of a SYMBOL_CONSTANT that is not an array */
	uint32_t depth;             /* of the scope it was declared in; 0 is the outermost */
	struct symbol *outer;       /* what the name meant outside; of no use after checking */
	struct symbol *next;        /* the next symbol declared in the same scope, in order (scope chain) */

	/* By kind. */
	uint32_t first_qubit;       /* SYMBOL_QUBIT, SYMBOL_HARDWARE (and the n of $n in hardware) */
	uint32_t hardware;
	uint32_t position;          /* formal parameters: among its own sort (parameters or qubits) for gates, among all
	                             * for defs */
	struct expression *alias;   /* SYMBOL_ALIAS: a qubit (TYPE_QUBIT) or bit register expression */
	struct gate_definition *definition;       /* SYMBOL_GATE: of the source; NULL for one of the libraries */
	/* SYMBOL_GATE: of the libraries (circuit/names.h); gphase is one, with 0 qubits */
	const struct gate_name *library;
	uint32_t parameters, qubits;              /* SYMBOL_GATE: how many it takes (controls of its own included) */
	struct subroutine *subroutine;            /* SYMBOL_SUBROUTINE, SYMBOL_EXTERN */
	uint8_t function;           /* SYMBOL_FUNCTION: enum function */

	/* For lowering, which may keep here what it wants. */
	uint64_t lowered;
	void *lowered_data;
};

/* ---- Expressions ---------------------------------------------------------------------------------- */

enum expression_kind {
	EXPRESSION_LITERAL, /* number, bit string, boolean, duration, string: value and type are set by the parser */
	EXPRESSION_NAME,            /* name; symbol (checked) */
	EXPRESSION_UNARY,           /* operator, left */
	EXPRESSION_BINARY,          /* operator, left, right */
	EXPRESSION_INDEX,           /* left[item, item, ...]: items are expressions, ranges, or one set */
	EXPRESSION_RANGE,           /* item[0] : item[1] : item[2] = start, step, stop; NULL where left out */
	EXPRESSION_SET,             /* { item, ... }: index set, for set, or array literal (nested) */
	EXPRESSION_CALL,            /* name(item, ...): subroutine, extern or built-in function */
	EXPRESSION_CAST,            /* type(left): type is the target */
	EXPRESSION_CONVERT, /* inserted by the checker: left, converted to type where the language does so silently */
	EXPRESSION_MEASURE,         /* measure item[0]: legal as initial value, right side of =, and return value */
	EXPRESSION_DURATIONOF,      /* durationof({ ... }): block */
};

enum operator {
	OPERATOR_NONE,
	OPERATOR_POWER,
	OPERATOR_NOT, OPERATOR_COMPLEMENT, OPERATOR_NEGATE,           /* unary ! ~ - */
	OPERATOR_MULTIPLY, OPERATOR_DIVIDE, OPERATOR_REMAINDER,
	OPERATOR_ADD, OPERATOR_SUBTRACT,
	OPERATOR_SHIFT_LEFT, OPERATOR_SHIFT_RIGHT,
	OPERATOR_LESS, OPERATOR_LESS_EQUAL, OPERATOR_GREATER, OPERATOR_GREATER_EQUAL,
	OPERATOR_EQUAL, OPERATOR_NOT_EQUAL,
	OPERATOR_BIT_AND, OPERATOR_BIT_XOR, OPERATOR_BIT_OR,
	OPERATOR_AND, OPERATOR_OR,
	OPERATOR_CONCATENATE,       /* ++ */
	OPERATORS
};

enum function {
	FUNCTION_ARCCOS, FUNCTION_ARCSIN, FUNCTION_ARCTAN, FUNCTION_CEILING, FUNCTION_COS, FUNCTION_EXP, FUNCTION_FLOOR,
	FUNCTION_LOG, FUNCTION_MOD, FUNCTION_POPCOUNT, FUNCTION_POW, FUNCTION_ROTL, FUNCTION_ROTR, FUNCTION_SIN,
	FUNCTION_SQRT, FUNCTION_TAN, FUNCTION_REAL, FUNCTION_IMAG, FUNCTION_SIZEOF,
	FUNCTIONS                   /* ln of OpenQASM 2 is FUNCTION_LOG */
};

/* One node. Operands of a binary operator have been given a common type (kind and width) by EXPRESSION_CONVERT
 * nodes where the language promotes them, so lowering never converts on its own. Exceptions: the right side of a
 * shift is an INT of 64 bits; of ANGLE * and / by a whole number the right side is a UINT of 64 bits,
 * and ANGLE / ANGLE gives a UINT.
 * Where is_known is set, value is the value and the children need not be looked at. */
struct expression {
	uint8_t kind;               /* enum expression_kind */
	uint8_t operator;           /* enum operator */
	bool is_known;              /* checked: value holds it */
	bool is_parenthesised;
	uint32_t items;             /* length of item */
	struct place place;
	struct type type;           /* checked */
	union value value;          /* checked; 16 bytes */
	/* A literal ends here: the fields below are not allocated for it. */
	struct expression *left;
	union {
		struct expression *right;
		struct expression **item;
	};
	union {
		const struct name *name;      /* before checking */
		struct symbol *symbol;        /* checked: of NAME and CALL */
		struct statement *block;      /* DURATIONOF */
		struct type_syntax *written;  /* CAST: the type as written */
	};
};

/* ---- Operands: what gates, measure, reset, barrier and assignments name ------------------------------ */

enum operand_kind {
	OPERAND_WHOLE,              /* symbol: a register, a single qubit, a formal parameter, an alias, a variable */
	OPERAND_ELEMENT, /* symbol[element], element constant; checked: 0 <= element < width (negatives resolved) */
	OPERAND_EXPRESSION, /* anything else: run-time index, slices, sets, concatenation; expression is checked and
	                             * has TYPE_QUBIT (or a classical type), expression->type.width elements */
};

struct operand {
	union {
		const struct name *name;     /* before checking */
		struct symbol *symbol;       /* checked; NULL for OPERAND_EXPRESSION */
	};
	union {
		int64_t element;
		struct expression *expression;
	};
	uint32_t start;             /* place, packed: operand_place */
	uint16_t length;
	uint8_t file;
	uint8_t kind;               /* enum operand_kind */
};

/* ---- Statements ------------------------------------------------------------------------------------ */

enum statement_kind {
	STATEMENT_GATE_CALL,        /* struct gate_call; gphase too */
	STATEMENT_MEASURE, /* struct measurement: `measure q -> c`, `c = measure q`, `measure q;`, and declarations
	                             * initialised by measure become a DECLARE followed by this */
	STATEMENT_RESET,            /* struct operands */
	STATEMENT_BARRIER,          /* struct operands; count 0: all qubits */
	STATEMENT_DELAY,            /* struct operands, duration; no effect */
	STATEMENT_NOP,              /* struct operands; no effect */
	STATEMENT_DECLARE,          /* struct declaration: classical and quantum, const, input, output, alias (let) */
	STATEMENT_ASSIGN,           /* struct assignment */
	STATEMENT_EXPRESSION,       /* struct expression_statement: a call */
	STATEMENT_IF,               /* struct branch */
	STATEMENT_FOR,              /* struct loop_for */
	STATEMENT_WHILE,            /* struct branch: condition, then */
	STATEMENT_SWITCH,           /* struct switch_statement */
	STATEMENT_BLOCK,            /* struct block_statement */
	STATEMENT_BOX,              /* struct block_statement, duration */
	STATEMENT_BREAK, STATEMENT_CONTINUE, STATEMENT_END,           /* struct statement */
	STATEMENT_RETURN,           /* struct expression_statement; expression NULL where nothing is returned */
	STATEMENT_GATE,             /* struct gate_definition: nothing to do when reached; opaque has no body */
	STATEMENT_SUBROUTINE,       /* struct subroutine: def or extern; nothing to do when reached */
	STATEMENT_PRAGMA, /* struct text_statement: pragma, annotation, cal, defcal, defcalgrammar: the words */
	STATEMENTS
};

struct statement {
	struct statement *next;
	struct place place;
	uint8_t kind;               /* enum statement_kind */
	uint8_t flags;              /* for the parser and checker */
	uint16_t count;             /* GATE_CALL: modifiers */
	uint32_t count2;            /* GATE_CALL: parameters */
};

enum modifier_kind { MODIFIER_CONTROL, MODIFIER_NEGATIVE_CONTROL, MODIFIER_INVERSE, MODIFIER_POWER };

struct modifier {
	uint8_t kind;               /* enum modifier_kind */
	uint32_t controls;          /* checked: of (NEGATIVE_)CONTROL, at least 1 */
	/* the count or exponent; NULL: 1 control. An exponent is int or float, maybe not known */
	struct expression *argument;
	struct place place;
};

/* modifiers @ gate(parameters) operands; the outermost modifier comes first, and its controls are the first operands.
 * Operands that are registers of one size n are broadcast, single qubits repeat: `broadcast` is n, or 0 for one
 * application (checked; also 0 where sizes are known only at run time, operand types with width 0 tell).
 * There are statement.count modifiers and statement.count2 parameters. */
struct gate_call {
	struct statement statement;
	union {
		const struct name *name;    /* before checking */
		struct symbol *symbol;      /* checked: SYMBOL_GATE */
	};
	struct modifier *modifier;
	struct expression **parameter;  /* checked: TYPE_FLOAT */
	uint32_t broadcast;
	uint32_t operands;
	struct operand operand[];       /* controls first */
};

/* In order of elements; a target of the same width as the source, or none. */
struct measurement {
	struct statement statement;
	bool has_target;
	struct operand source, target;
};

struct operands {
	struct statement statement;
	struct expression *duration;    /* DELAY */
	uint32_t operands;
	struct operand operand[];
};

/* A type as it was written; checked into struct type. */
struct type_syntax {
	uint8_t kind;
	bool is_array, is_readonly, is_mutable, has_width, is_register;
	uint8_t dimensions;             /* array: how many sizes */
	struct place place;
	struct expression *width;       /* NULL: none */
	struct expression **size;       /* array: [dimensions] */
	struct expression *hash_dimensions;   /* `#dim = n` of references */
};

enum declaration_kind {
	DECLARE_VARIABLE, DECLARE_CONSTANT, DECLARE_INPUT, DECLARE_OUTPUT, DECLARE_QUBIT, DECLARE_ALIAS
};

struct declaration {
	struct statement statement;
	uint8_t kind;                   /* enum declaration_kind */
	bool is_old;                    /* qreg, creg */
	const struct name *name;
	struct place name_place;
	struct type_syntax *written;
	struct expression *initial; /* checked: of the declared type. NULL: none (variables start as 0). An array may
	                                 * have an EXPRESSION_SET (nested as its dimensions). ALIAS: what it stands for */
	struct symbol *symbol;          /* checked */
};

/* target = value. The checker rewrites `target op= value` to `target = target op value`, so operator is then NONE. */
struct assignment {
	struct statement statement;
	uint8_t operator;               /* before checking */
	struct operand target;
	struct type type;               /* checked: of the target */
	struct expression *value;       /* checked: of the target's type; an EXPRESSION_SET, or an array, for arrays */
};

struct expression_statement {
	struct statement statement;
	struct expression *expression;
};

/* if and while. Chains of else-if are linked: otherwise is a single STATEMENT_IF. */
struct branch {
	struct statement statement;
	struct expression *condition;   /* checked: TYPE_BOOL */
	struct statement *then, *otherwise;
	bool has_else;
};

struct loop_for {
	struct statement statement;
	struct type_syntax *written;    /* of the variable */
	const struct name *name;
	struct place name_place;
	struct symbol *symbol;          /* checked: a fresh variable for each iteration */
	struct expression *over; /* EXPRESSION_RANGE (start and stop given; checked: integers, step NULL: 1),
	                                 * EXPRESSION_SET, or an expression of a bit register or array type */
	struct statement *body;
};

struct switch_case {
	struct expression **label;      /* constant integers (checked: of the target's type); count 0: default */
	uint32_t labels;
	struct statement *body;
	struct switch_case *next;
};

struct switch_statement {
	struct statement statement;
	struct expression *target;      /* checked: INT, UINT */
	struct switch_case *first;
};

struct block_statement {
	struct statement statement;
	struct expression *duration;    /* BOX; NULL: none */
	struct statement *body;
};

struct formal {
	const struct name *name;
	struct place place;
	struct type_syntax *written;    /* of a def; NULL for a gate */
	struct symbol *symbol;          /* checked */
};

struct gate_definition {
	struct statement statement;
	const struct name *name;
	struct place name_place;
	bool is_opaque;
	uint32_t parameters, qubits;
	struct formal *parameter, *qubit;
	struct statement *body;
	struct symbol *symbol;          /* checked */
};

struct subroutine {
	struct statement statement;
	const struct name *name;
	struct place name_place;
	bool is_extern;
	uint32_t formals;
	struct formal *formal;          /* of an extern: without names */
	struct type_syntax *written;    /* result; NULL: none */
	struct type type;               /* checked: result, TYPE_VOID where none */
	struct statement *body;
	struct symbol *symbol;          /* checked */
};

enum text_kind { TEXT_PRAGMA, TEXT_ANNOTATION, TEXT_CAL, TEXT_DEFCAL, TEXT_DEFCALGRAMMAR };

struct text_statement {
	struct statement statement;
	uint8_t kind;
	const char *text;               /* without the keyword; text_length bytes, not terminated */
	uint32_t text_length;
};

/* ---- The tree -------------------------------------------------------------------------------------- */

struct arena;
struct source;                      /* source.h: the files and their line starts */

struct ast {
	struct arena *arena;
	struct source *source;
	songdo_dialect dialect;         /* never AUTO */
	bool legacy_u_phase;            /* decided: U, u2 and u3 without the leading phase */
	struct statement *first;        /* the program, included files in their places */
	struct symbol *symbols;         /* checked: global symbols declared by the program, in order (symbol->next) */
	uint32_t qubits;                /* checked: declared qubits, and hardware ones after them */
	bool has_output;                /* checked: `output` is declared */
	bool measures;                  /* checked: a measurement occurs anywhere */
	/* Notes for the user, such as a pragma that is ignored. */
	const char *const *notes;
	uint32_t note_count;
};

/* Where a place is: the file's name, line and column (in characters) from 1. Any of the outputs may be NULL. */
void ast_locate(const struct ast *ast, struct place place, const char **file, uint32_t *line, uint32_t *column);

static inline struct place operand_place(const struct operand *operand)
{
	return (struct place){.start = operand->start, .length = operand->length, .file = operand->file};
}

#endif
