/* lowering.h - what the parts of lowering share.
 *
 * Variables of the program's outermost scope are global cells, all others and every intermediate value cells of a
 * frame, given out like a stack: what a statement or scope has taken is free again after it.
 *
 * A symbol's `lowered` is the address of its first cell plus 1 (variables, formal parameters), the number of the gate or
 * subroutine plus 1, and 0 where it has not been met. An array that is passed by reference is a reference, then its sizes.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef SONGDO_LOWERING_H
#define SONGDO_LOWERING_H

#include "program/arithmetic.h"
#include "program/instructions.h"
#include "qasm/arena.h"
#include "qasm/lower.h"

/* A loop around the statement at hand: jumps that wait for their address. */
struct lowered_loop {
	struct lowered_loop *outer;
	struct { uint32_t *jump, count, capacity; } breaks, continues;
	bool is_switch;
};

struct lowering {
	songdo_program *program;
	const struct ast *ast;
	struct diagnostics *diagnostics;
	bool failed;
	bool has_bits;              /* a bit variable occurs anywhere */
	bool leaves;                /* break, continue, end or an early return occur: nothing later is certain to run */
	uint64_t next, most;        /* cells of the frame at hand: in use, and ever */
	struct lowered_loop *loop;
	const struct subroutine *subroutine;   /* whose body is lowered; NULL outside */
	bool in_gate;               /* the body of a gate is lowered */
};

/* Where some qubits or bits are.
 *   RUN     `first`, first + 1, ...: operand words of qubits, addresses of bits
 *   ITEMS   one word each
 *   LIST    known at run time only. Qubits: `list` is a list of numbers. Bits: of distances from `first`. count: at most
 *   ONE     the bit at `first` + the INT at address `list` */
enum selection_kind { SELECT_RUN, SELECT_ITEMS, SELECT_LIST, SELECT_ONE };
struct selection {
	enum selection_kind kind;
	uint32_t first, count, list;
	uint32_t *item;             /* in the tree's arena */
};

/* Part of an array: dims sizes from `size` on, its first element `fixed` cells (and the INT at `moving`, where there is
 * one) after `base`, or after what the reference there points at. */
struct array_part {
	uint32_t base;
	bool is_reference, moves;
	uint32_t moving;
	uint64_t fixed;
	uint32_t element;           /* cells */
	uint32_t dimensions;        /* left; 0: one element */
	uint32_t sizes;             /* address of the sizes left (INT) */
	const uint64_t *known;      /* the same, 0 where not known; NULL where none is */
};

/* ---- lower.c ---- */
uint32_t lower_emit(struct lowering *l, enum code code, unsigned x, unsigned y, uint32_t a, uint32_t b, uint32_t c, uint32_t d);
uint32_t lower_take(struct lowering *l, uint64_t cells);
void lower_refuse(struct lowering *l, struct place place, const char *format, ...) ATTRIBUTE_PRINTF(3, 4);
void lower_place(struct lowering *l, struct place place);
uint32_t lower_integer(struct lowering *l, int64_t value);
enum cell_kind lower_kind(const struct type *type);
uint32_t lower_width(const struct type *type);        /* as COMPUTE wants it */
uint64_t lower_cells(const struct type *type);        /* of one value; arrays whole */
uint32_t lower_element_cells(const struct type *type);
void lower_statements(struct lowering *l, const struct statement *first);
void lower_count(struct lowering *l, uint64_t least, uint64_t most);

/* ---- lower_values.c ---- */
/* Code that computes an expression; the address where the value then is (maybe the variable's own). */
uint32_t lower_value(struct lowering *l, const struct expression *e);
/* The same, to a place of the caller's. */
void lower_value_to(struct lowering *l, const struct expression *e, uint32_t address);
/* The address of a known value among the constants. */
uint32_t lower_known(struct lowering *l, const struct type *type, const union value *value);
uint32_t lower_convert(struct lowering *l, uint32_t from, const struct type *from_type, const struct type *to);
uint32_t lower_call(struct lowering *l, const struct expression *call);
void lower_assign(struct lowering *l, const struct assignment *assignment);
enum compute lower_operator(enum operator operator);

/* ---- lower_operands.c ---- */
bool lower_select(struct lowering *l, const struct expression *e, struct selection *out);
bool lower_select_symbol(struct lowering *l, const struct symbol *symbol, struct place place, struct selection *out);
bool lower_select_operand(struct lowering *l, const struct operand *operand, struct selection *out);
/* Elements of `base` that an index expression's items name. */
bool lower_select_index(struct lowering *l, const struct expression *index, const struct selection *base, struct selection *out);
/* Read the bits of a selection into consecutive cells, and the way back. */
void lower_gather(struct lowering *l, const struct selection *from, uint32_t to, uint32_t count);
void lower_scatter(struct lowering *l, const struct selection *to, uint32_t from, uint32_t count);
/* The i-th qubit as an operand word. */
uint32_t lower_item(const struct selection *selection, uint32_t i);
bool lower_part(struct lowering *l, const struct expression *e, struct array_part *out);
struct array_part lower_part_of_symbol(struct lowering *l, const struct symbol *symbol);
void lower_part_index(struct lowering *l, struct array_part *part, const struct expression *item);
/* Copy `cells` cells out of, or into, a part. */
uint32_t lower_part_load(struct lowering *l, const struct array_part *part, uint64_t cells);
void lower_part_store(struct lowering *l, const struct array_part *part, uint32_t from, uint64_t cells);
/* The distance of a part's beginning as an INT cell. */
uint32_t lower_part_offset(struct lowering *l, const struct array_part *part);

/* ---- lower_gates.c ---- */
void lower_gate_call(struct lowering *l, const struct gate_call *call);
void lower_gate_definition(struct lowering *l, const struct gate_definition *definition);
void lower_measurement(struct lowering *l, const struct measurement *measurement);
void lower_measure(struct lowering *l, const struct selection *qubits, uint32_t to, bool has_target);
void lower_reset(struct lowering *l, const struct operands *reset);
void lower_barrier(struct lowering *l, const struct operands *barrier);
void lower_alias(struct lowering *l, const struct declaration *declaration);

/* ---- lower_statements.c ---- */
void lower_if(struct lowering *l, const struct branch *branch);
void lower_while(struct lowering *l, const struct branch *branch);
void lower_for(struct lowering *l, const struct loop_for *loop);
void lower_switch(struct lowering *l, const struct switch_statement *statement);
void lower_leave(struct lowering *l, const struct statement *statement);
void lower_return(struct lowering *l, const struct expression_statement *statement);
void lower_subroutine(struct lowering *l, const struct subroutine *subroutine);

#endif
