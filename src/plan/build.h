/* build.h - what the files of plan/ share while a plan is made. Private to this folder.
 *
 * Words here. A *wire* is a place that holds one qubit; an uncontrolled swap only says which qubit is on which
 * wire. Wires sit on bits; only remaps change that. An *atom* is one factor of one operation on wires. An
 * *item* is a product of atoms that is scheduled as one. An item *moves* the wires on which it is not diagonal
 * and *reads* the others it needs (controls, targets of diagonals): two items commute where each shared wire is
 * read by both. A step is made of one or several items; its *recipe* is its atoms in the order they act: from
 * it the coefficients are computed again for other angles.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef SONGDO_PLAN_BUILD_H
#define SONGDO_PLAN_BUILD_H

#include "plan/plan.h"

enum { NONE = -1 };

/* Which factor of an operation's matrix an atom is. */
enum atom_part {
	PART_WHOLE,
	PART_PHASE,   /* the last diagonal element, where all its wires are 1 (z, t, p): no target, only controls */
	PART_Y,       /* diag(i, -i), the first factor of y = x diag(i, -i) */
	PART_SWAPPED, /* diag(1, f, f, 1) with f the off-diagonal element: iswap without its swap */
	PART_X,       /* x, whatever the operation is called */
	PART_SWAP,    /* swap, inserted by the plan; no operation */
	/* A one-wire matrix, the product of other atoms (`chain`), is `after` times `turn` times `before`: */
	PART_BEFORE,  /* diag(1, phase) */
	PART_TURN,    /* a real rotation */
	PART_AFTER,   /* diag(phase, phase) */
};

struct atom {
	uint64_t control_mask, control_value; /* wires */
	uint32_t operation;
	int32_t next;                /* the atom that acts after it in the same item, or NONE */
	int32_t chain;               /* the first of the atoms whose product this one is a factor of; else NONE */
	uint8_t kind, part, targets; /* kind: enum kernel_kind */
	uint8_t wire[OPERATION_MATRIX_TARGETS];
};

struct item {
	uint64_t moved, read;                 /* wires */
	uint64_t control_mask, control_value; /* wires; part of read */
	int32_t head, tail;                   /* atoms */
	int32_t next;                         /* in whatever list the item is on */
	uint32_t order;                       /* its place in the list, while conjugate.c walks it */
	int32_t earlier;                      /* the mover of its first moved wire before it, likewise */
	uint8_t kind, targets;
	bool dead;
	uint8_t wire[OPERATION_MATRIX_TARGETS];
};

/* How a step's coefficients come about. */
struct recipe {
	uint64_t controls;     /* wires that are the step's own controls */
	uint32_t first, count; /* in recipe_atom */
	uint8_t wire[STEP_TARGETS];
};

/* Everything a plan owns; the schedule points into it. */
struct plan_arrays {
	struct stage *stage;
	struct sweep *sweep;
	struct pass *pass;
	struct step *step;
	struct recipe *recipe; /* one a step */
	uint32_t *recipe_atom;
	struct atom *atom;
	double complex *coefficient;
	uint64_t stages, sweeps, passes, steps, recipe_atoms, atoms, coefficients;
	uint64_t stage_capacity, sweep_capacity, pass_capacity, step_capacity, recipe_capacity, recipe_atom_capacity,
	        atom_capacity;
	struct machine_description machine;
	uint64_t begin, end; /* the operations planned */
	uint64_t structure;  /* of these operations, to refuse others in plan_bind */
};

struct builder {
	const struct songdo_circuit *circuit;
	struct plan_arrays *out;
	struct machine_description machine;
	bool unfused, fresh;
	uint32_t qubits, local_bits, rank_bits;
	unsigned tile_bits, block_bits; /* sizes */
	unsigned rotation_rows;         /* the most bits above a vector's that a step rotates: what the registers hold */
	unsigned tile_far, block_far;   /* how many of the bits may be anywhere; the others are the lowest */
	uint8_t wire_of_qubit[MAX_BITS], bit_of_wire[MAX_BITS], wire_of_bit[MAX_BITS];
	struct item *item;
	uint64_t items, item_capacity;
	int32_t first_item, last_item; /* the list of live items in program order */
	uint64_t movers;               /* items on that list that move a wire */
	uint64_t joined;               /* wires that are not known to be 0 any more */
	bool failed;                   /* memory is out */
};

/* Make room for one more element; sets b->failed. array is the address of the pointer. */
bool builder_room(struct builder *b, void *array, uint64_t *capacity, uint64_t held, size_t size);

/* simplify.c: operations [begin, end) to items; merges runs on one wire, cancels neighbours, relabels swaps. */
songdo_status plan_simplify(struct builder *b, uint64_t begin, uint64_t end, const uint32_t *qubit_of,
                            songdo_error *error);
/* New atoms and items; NONE where memory is out. */
int32_t plan_add_atom(struct builder *b, const struct atom *atom);
int32_t plan_add_item(struct builder *b, const struct item *item);
/* An item of one atom. */
struct item plan_item_of(const struct builder *b, int32_t atom);
/* Append an exchange of two wires, after the operations. */
void plan_add_swap(struct builder *b, unsigned wire_a, unsigned wire_b);

/* place.c: items to stages, sweeps and passes. */
void plan_first_layout(struct builder *b, const struct layout *first, const struct layout *last);
void plan_place(struct builder *b);
/* Bring the qubits where they must be at the end. */
void plan_restore(struct builder *b, const struct layout *last);

/* conjugate.c: a diagonal between two equal exchanges becomes a diagonal on their wires too. */
void plan_conjugate(struct builder *b);
/* pair.c: operators that gather on two wires become one matrix where that is cheaper. */
void plan_pair(struct builder *b);
/* split.c: what is left on one wire becomes real rotations between diagonals. */
void plan_split(struct builder *b);

/* fuse.c: the items of one pass (a list through item.next) to steps. inside: the wires on bits of the block. */
void plan_fuse(struct builder *b, int32_t first, uint64_t inside);

/* cost.c */
unsigned plan_log2(uint64_t value); /* floor; 0 for 0 */
void plan_count(struct plan *plan);
/* What a step costs in cache, in flops an amplitude (loads and stores included as flops). */
double step_cost(enum kernel_kind kind, unsigned targets, unsigned controls);
/* The same of an item that is not a step yet: rotations and diagonals are to share theirs with others. */
double item_cost(const struct item *item);

/* bind.c: all coefficients from the circuit. */
void plan_compute(struct plan_arrays *arrays, const struct songdo_circuit *circuit);

#endif
