/* program.h - classical instructions around quantum operations, and the virtual machine that runs them.
 *
 * A program is immutable and may be shared by many machines. A machine (struct vm) has copyable memory: it runs
 * instructions, appends quantum operations to a pending circuit, and stops only where a measured value is
 * really needed, or at the end. Copying a bit that was measured does not need its value.
 *
 * Gate definitions stay a call tree: the machine expands a call when it is reached, modifiers applied on
 * the way down (ctrl, negctrl, inv, pow), under a budget counted beforehand with saturating arithmetic.
 *
 * May use: circuit, op, base. Knows no amplitudes, no states, no syntax.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef SONGDO_PROGRAM_H
#define SONGDO_PROGRAM_H

#include "circuit/circuit.h"

struct vm;

enum vm_event {
	VM_DONE,    /* the program ended; groups are final */
	VM_READS,   /* the value of a result slot is needed to go on */
	VM_FULL,    /* the pending circuit has reached VM_PENDING operations: execute, clear it, and go on */
};

enum { VM_PENDING = 1 << 22 };

/* A bit of the machine's memory as run sees it: 0 or 1, or the slot of the measurement that will tell. */
enum { VM_SLOT = 2 };      /* value - VM_SLOT is the slot */

/* One group of the counted bit strings: a global bit variable, an `output` bit variable, or a quantum register of a
 * program that never measures. Groups come in order of declaration; the last one is printed leftmost. */
struct vm_group {
	const char *name;
	uint32_t width;          /* bits; bit 0 is the rightmost character */
	const int64_t *bit;      /* width values: 0, 1, or VM_SLOT + slot. Valid until the machine runs on or is freed */
};

/* What is known of a program without running it. */
struct program_facts {
	songdo_dialect dialect;
	uint32_t qubits;             /* declared */
	uint64_t operations;         /* after expansion; an upper bound where loops or branches depend on values; saturated */
	bool measures;               /* has a measurement anywhere */
	bool branches;               /* may need a measured value to go on */
};
void program_facts(const songdo_program *program, struct program_facts *facts);
/* The name of a declared qubit for people ("q[2]"), written to buffer of `size` bytes; returns it. */
const char *program_qubit_name(const songdo_program *program, uint32_t qubit, char *buffer, size_t size);
/* The qubit that a register's name and an index in it mean, or a bare number (length 0: declaration order); UINT64_MAX
 * as index where a name stands alone: a register of one qubit. False where there is none. */
bool program_find_qubit(const songdo_program *program, const char *name, size_t length, uint64_t index,
                        uint32_t *qubit);
/* The name of the i-th quantum register; NULL past the last. */
const char *program_register_name(const songdo_program *program, size_t i);
/* Notes for the user ("nothing is measured: every qubit is"), i from 0; NULL past the last. */
const char *program_note(const songdo_program *program, size_t i);

struct vm_options {
	const songdo_input *inputs;
	size_t input_count;
	uint64_t max_operations;     /* 0: SONGDO_MAX_OPERATIONS */
};

/* A machine at the start of a program. Fails on an unknown, missing or malformed input (SONGDO_BAD_USAGE, names what is
 * declared), on a budget that a straight-line program already exceeds (SONGDO_BAD_PROGRAM, with the figures). */
songdo_status vm_new(struct vm **vm, const songdo_program *program, const struct vm_options *options, songdo_error *error);
songdo_status vm_copy(struct vm **copy, const struct vm *vm);
void vm_free(struct vm *vm);

/* Run on, appending to `pending`, until an event. On VM_READS *slot is the slot wanted: execute what is pending at least up
 * to its measurement, vm_answer it (and any other slots resolved on the way), clear what was executed, call again. Slots are
 * numbered in program order along the machine's path from 0, and are never reused. Errors carry the place in the source. */
songdo_status vm_run(struct vm *vm, struct songdo_circuit *pending, enum vm_event *event, uint32_t *slot, songdo_error *error);
void vm_answer(struct vm *vm, uint32_t slot, int value);

/* After VM_DONE. Groups of the counted strings. */
size_t vm_groups(const struct vm *vm);
struct vm_group vm_group(const struct vm *vm, size_t i);
/* Classical `output` variables that are not bits, as JSON text ("3", "0.5", "true"); name is set. NULL past the last. */
const char *vm_output(const struct vm *vm, size_t i, const char **name);

#endif
