/* checker.h - what the parts of the checker share.
 *
 * A mistake is reported once: what it leaves without a type is TYPE_VOID, and nothing is said about that again.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef SONGDO_CHECKER_H
#define SONGDO_CHECKER_H

#include "qasm/check.h"
#include "qasm/source.h"

enum {
	FOLDED_BITS = 4096,         /* bit registers up to this width are folded */
};

struct scope {
	struct scope *outer;
	struct symbol *first, **link;   /* in order of declaration */
	uint32_t number;
};

struct checker {
	struct ast *ast;
	struct arena *arena;
	struct parsed *parsed;
	struct names *names;
	struct diagnostics *diagnostics;
	unsigned libraries;             /* mask for gate_name_find */
	bool is_old;                    /* OpenQASM 2.0 */
	bool is_overfull;               /* too many qubits: said once */
	int64_t *cells[3];              /* room for the folding of constants */
	bool real_literals;             /* integers are reals: parameters of gates in OpenQASM 2.0 */
	struct scope *scope;
	struct gate_definition *gate;   /* whose body is checked; NULL outside */
	struct subroutine *subroutine;
	unsigned loops;                 /* around the statement at hand */
	const char **note;
	uint32_t notes, note_capacity;
};

/* scope.c */
void scope_open(struct checker *checker, struct scope *scope);
void scope_close(struct checker *checker);
struct symbol *symbol_declare(struct checker *checker, enum symbol_kind kind, const struct name *name,
                              struct place place, struct type type);
void scope_builtins(struct checker *checker);
/* The variable, constant or qubit a name means here; NULL (reported) where there is none. */
struct symbol *scope_value(struct checker *checker, const struct name *name, struct place place);
struct symbol *scope_gate(struct checker *checker, const struct name *name, struct place place);
struct symbol *scope_function(struct checker *checker, const struct name *name, struct place place);
struct symbol *scope_hardware(struct checker *checker, const struct name *name, struct place place);
const char *symbol_kind_text(const struct symbol *symbol);
void check_note(struct checker *checker, const char *format, ...) ATTRIBUTE_PRINTF(2, 3);

/* types.c */
struct type type_resolve(struct checker *checker, struct type_syntax *written);
/* "uint[8]"; buffer of 64 bytes; returns it. */
const char *type_text(const struct type *type, char buffer[64]);
bool type_equal(const struct type *left, const struct type *right);
bool type_is_number(const struct type *type);      /* INT, UINT, FLOAT, ANGLE, COMPLEX, BOOL, BIT: scalars */
bool type_is_integer(const struct type *type);     /* INT, UINT */
struct type type_scalar(enum type_kind kind, uint32_t width);
/* Convert *expression to a type as an assignment does; reports what cannot be, false then. is_cast: as a cast
 * does. */
bool type_convert(struct checker *checker, struct expression **expression, struct type type, bool is_cast);
/* A constant integer in *value; reports, false otherwise. what: "the size of a register". */
bool type_integer(struct checker *checker, struct expression *expression, int64_t *value, const char *what);

/* constant.c */
/* Compute a value whose operands are known: false where it stays unknown; reports what has no value. */
bool constant_fold(struct checker *checker, struct expression *expression);
bool constant_convert(struct checker *checker, struct expression *out, const struct expression *in);
/* Two known registers of bits, one after the other: the left one has the low indices. */
void constant_concatenate(struct checker *checker, struct expression *expression);
bool constant_is_foldable(const struct type *type);

/* operators.c */
bool check_unary(struct checker *checker, struct expression *expression);
bool check_binary(struct checker *checker, struct expression *expression);
/* Leave an expression without a type; returns false. */
bool value_poison(struct expression *expression);
bool type_is_bits(const struct type *type);        /* a register of bits */
/* The type in which two numbers meet. */
struct type type_common(const struct type *left, const struct type *right);
/* A register of bits among numbers counts as the unsigned integer it spells; false where it is wider than 64
 * (not reported). */
bool value_bits_to_number(struct checker *checker, struct expression **side);

/* calls.c */
bool check_call(struct checker *checker, struct expression *call, bool is_statement);

/* values.c */
/* Check an expression in its place; false where it has no type. */
bool check_value(struct checker *checker, struct expression **expression);
/* The same, for a register, slice or concatenation of qubits or bits too. */
bool check_any(struct checker *checker, struct expression **expression);
/* Items of an index on something with `width` elements (0: unknown): *count elements are named (0: unknown);
 * is_one: a single one. */
bool check_index_item(struct checker *checker, struct expression **item, uint64_t width, uint64_t *count, bool *is_one);
bool check_operand(struct checker *checker, struct operand *operand, struct type *type);

/* check.c */
void check_statements(struct checker *checker, struct statement *first);
/* Report what a gate's body cannot hold; true where it was one. what: "measure". */
bool check_refuse_in_gate(struct checker *checker, const struct statement *statement, const char *what);

/* check_gates.c */
/* The qubits an operand stands for; false (reported) where it is no qubit. */
bool check_qubits(struct checker *checker, struct operand *operand, struct type *type);
void check_gate_call(struct checker *checker, struct gate_call *call);
void check_gate(struct checker *checker, struct gate_definition *gate);

/* check_declarations.c */
/* The values of an array, nested as its dimensions from `depth` on. */
bool check_elements(struct checker *checker, struct expression **value, const struct type *type, unsigned depth);
void check_declaration(struct checker *checker, struct declaration *declaration);
void check_subroutine(struct checker *checker, struct subroutine *subroutine);
void check_return(struct checker *checker, struct expression_statement *statement);

#endif
