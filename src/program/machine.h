/* machine.h - the inside of a virtual machine, for the files that make it up.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef SONGDO_MACHINE_H
#define SONGDO_MACHINE_H

#include "program/arithmetic.h"
#include "program/instructions.h"

/* A call in progress: of a subroutine, or of a gate that has a body. */
struct vm_frame {
	uint32_t return_pc;
	uint32_t callee;             /* gate or subroutine */
	uint64_t base, top;          /* of the caller */
	uint64_t region;             /* subroutine: where its result goes, as an index of the memory */
	bool is_gate;
	bool is_inverse;             /* the body is gathered first, then replayed backwards */
	bool is_replaying;
	uint32_t controls;           /* their qubits are the cells below the frame's base */
	uint64_t control_values;
	uint64_t rounds;             /* how often the body is still to run, this time included */
	uint64_t list;               /* where the gathered calls begin; they end at the machine's top */
};

struct vm {
	const songdo_program *program;
	int64_t *memory;             /* globals, then the main frame, then frames of calls */
	uint64_t capacity, base, top;
	struct vm_frame *frame;
	uint32_t frames, frame_capacity;
	uint32_t pc;
	bool is_done;
	bool is_inner;               /* expands one gate for its matrix: the end measures nothing */
	signed char *answer;         /* [slots] 0, 1, or -1: not known yet */
	uint32_t slots, answer_capacity;
	uint32_t wanted;             /* the slot that a read has stopped at */
	uint64_t operations, max_operations;
	uint64_t rounds, max_rounds; /* of loops, calls and repetitions */
	uint64_t progress;           /* how far the instruction at pc has come */
	int64_t *final;              /* [program->qubits] where every qubit is measured at the end */
	int64_t *scratch;
	uint64_t scratch_capacity;
	struct text output;
	struct songdo_circuit *pending;   /* during vm_run */
	songdo_error *error;
};

/* The address's cell. Constants are never written. */
static inline int64_t *vm_cell(const struct vm *vm, uint32_t address)
{
	const uint32_t offset = address & SPACE_OFFSET;
	if (address & SPACE_CONSTANT)
		return vm->program->constant + offset;
	return vm->memory + offset + (address & SPACE_FRAME ? vm->base : 0);
}

/* The qubit that an operand word names. */
static inline uint32_t vm_qubit(const struct vm *vm, uint32_t word)
{
	return word & QUBIT_IN_CELL ? (uint32_t)*vm_cell(vm, word & ~QUBIT_IN_CELL) : word;
}

/* An error at the instruction at pc; returns its code. */
songdo_status vm_fail(struct vm *vm, songdo_status code, const char *format, ...) ATTRIBUTE_PRINTF(3, 4);
songdo_status vm_no_memory(struct vm *vm);
/* Give a circuit's error about the instruction at pc its place; passes the status through. */
songdo_status vm_place(struct vm *vm, songdo_status status);
/* Make room for `cells` more cells at the top (which stays). Pointers into memory change. */
songdo_status vm_reserve(struct vm *vm, uint64_t cells);
/* One more round of something; fails where a program goes round without end. */
songdo_status vm_count_round(struct vm *vm);
/* `count` more operations are about to be appended: inside the budget? */
songdo_status vm_count_operations(struct vm *vm, uint64_t count);
/* Push a frame of `cells` zeroed cells above `below` cells that are kept for the caller to fill. */
songdo_status vm_push(struct vm *vm, struct vm_frame frame, uint64_t below, uint64_t cells);
void vm_pop(struct vm *vm);

/* expand.c: the instructions CODE_GATE and CODE_GATE_END; they move pc themselves. */
songdo_status vm_gate(struct vm *vm, const struct instruction *instruction);
songdo_status vm_gate_end(struct vm *vm);

/* input.c: write the inputs into a new machine's globals. */
songdo_status vm_set_inputs(struct vm *vm, const songdo_input *inputs, size_t count, songdo_error *error);

#endif
