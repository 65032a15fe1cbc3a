/* machine.c - the machine itself: its memory, frames and copies, its budgets, its errors.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "program/machine.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	ROUNDS_SHARE = 128,          /* of the budget of operations: so many rounds may go by without one ... */
	ROUNDS_LEAST = 1 << 20,      /* ... but never fewer than this */
	ROUNDS_AN_OPERATION = 64,    /* and so many more for each operation */
};

/* ---- Errors and budgets --------------------------------------------------------------------------- */

songdo_status vm_place(struct vm *vm, songdo_status status)
{
	if (status == SONGDO_OK || !vm->error || vm->error->line || vm->program->code[vm->pc].code == CODE_GATE_FIXED)
		return status;
	const struct program_place *place = program_place_of(vm->program, vm->pc);
	if (!place)
		return status;
	vm->error->line = place->line;
	vm->error->column = place->column;
	vm->error->length = place->length;
	snprintf(vm->error->file, sizeof vm->error->file, "%s", place->file ? place->file : "");
	return status;
}

songdo_status vm_fail(struct vm *vm, songdo_status code, const char *format, ...)
{
	char message[sizeof vm->error->message];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(message, sizeof message, format, arguments);
	va_end(arguments);
	error_set(vm->error, code, "%s", message);
	return vm_place(vm, code);
}

songdo_status vm_no_memory(struct vm *vm)
{
	return vm_fail(vm, SONGDO_NO_FIT, "memory is out");
}

songdo_status vm_count_round(struct vm *vm)
{
	vm->rounds++;
	if (vm->rounds <= add_saturated(vm->max_rounds, mul_saturated(vm->operations, ROUNDS_AN_OPERATION)))
		return SONGDO_OK;
	vm_fail(vm, SONGDO_BAD_PROGRAM, "the program has gone round %llu times and does not end",
	        (unsigned long long)vm->rounds - 1);
	error_hint(vm->error, "--max-ops N allows N/%d rounds without a quantum operation", ROUNDS_SHARE);
	return SONGDO_BAD_PROGRAM;
}

songdo_status vm_count_operations(struct vm *vm, uint64_t count)
{
	if (count <= vm->max_operations - vm->operations) {
		vm->operations += count;
		return SONGDO_OK;
	}
	vm_fail(vm, SONGDO_BAD_PROGRAM, "the program has more than %llu operations",
	        (unsigned long long)vm->max_operations);
	error_hint(vm->error, "--max-ops N allows more");
	return SONGDO_BAD_PROGRAM;
}

/* ---- Memory --------------------------------------------------------------------------------------- */

songdo_status vm_reserve(struct vm *vm, uint64_t cells)
{
	if (cells > PROGRAM_CELLS || vm->top + cells > PROGRAM_CELLS)
		return vm_fail(vm, SONGDO_NO_FIT, "the program's variables and calls exceed %d cells of memory",
		               PROGRAM_CELLS);
	if (vm->top + cells <= vm->capacity)
		return SONGDO_OK;
	const uint64_t wanted = min_u64(max_u64(vm->top + cells, vm->capacity + vm->capacity / 2), PROGRAM_CELLS);
	int64_t *moved = realloc(vm->memory, wanted * sizeof *moved);
	if (!moved)
		return vm_no_memory(vm);
	vm->memory = moved;
	vm->capacity = wanted;
	return SONGDO_OK;
}

songdo_status vm_push(struct vm *vm, struct vm_frame frame, uint64_t below, uint64_t cells)
{
	if (vm->frames == PROGRAM_CALLS)
		return vm_fail(vm, SONGDO_BAD_PROGRAM, "calls are nested more than %d deep", PROGRAM_CALLS);
	songdo_status status = vm_count_round(vm);
	if (status == SONGDO_OK)
		status = vm_reserve(vm, below + cells);
	if (status != SONGDO_OK)
		return status;
	if (vm->frames == vm->frame_capacity) {
		const uint32_t wanted = vm->frame_capacity ? 2 * vm->frame_capacity : 16;
		struct vm_frame *moved = realloc(vm->frame, wanted * sizeof *moved);
		if (!moved)
			return vm_no_memory(vm);
		vm->frame = moved;
		vm->frame_capacity = wanted;
	}
	frame.base = vm->base;
	frame.top = vm->top;
	vm->base = vm->top + below;
	vm->top = vm->base + cells;
	memset(vm->memory + vm->base, 0, cells * sizeof *vm->memory);
	frame.list = vm->top;
	vm->frame[vm->frames++] = frame;
	return SONGDO_OK;
}

void vm_pop(struct vm *vm)
{
	const struct vm_frame *frame = &vm->frame[--vm->frames];
	vm->base = frame->base;
	vm->top = frame->top;
	vm->pc = frame->return_pc;
}

songdo_status vm_new(struct vm **out, const songdo_program *program, const struct vm_options *options,
                     songdo_error *error)
{
	*out = NULL;
	const uint64_t max_operations =
	        options && options->max_operations ? options->max_operations : SONGDO_MAX_OPERATIONS;
	if (program->least > max_operations) {
		if (program->least == UINT64_MAX)
			error_set(error, SONGDO_BAD_PROGRAM,
			          "the program expands to 2^64 operations or more; the budget is %llu",
			          (unsigned long long)max_operations);
		else
			error_set(error, SONGDO_BAD_PROGRAM,
			          "the program expands to %llu operations; the budget is %llu",
			          (unsigned long long)program->least, (unsigned long long)max_operations);
		error_hint(error, "--max-ops N allows more");
		return SONGDO_BAD_PROGRAM;
	}
	struct vm *vm = calloc(1, sizeof *vm);
	if (!vm)
		return error_set(error, SONGDO_NO_FIT, "memory is out");
	vm->program = program;
	vm->base = program->globals;
	vm->top = vm->capacity = program->globals + program->frame;
	vm->max_operations = max_operations;
	vm->max_rounds = max_u64(max_operations / ROUNDS_SHARE, ROUNDS_LEAST);
	/* calloc: of a large register only the bits in use ever take memory. */
	vm->memory = vm->capacity <= PROGRAM_CELLS ? calloc(max_u64(vm->capacity, 1), sizeof *vm->memory) : NULL;
	songdo_status status = SONGDO_OK;
	if (!vm->memory)
		status = error_set(error, SONGDO_NO_FIT, "the program's variables do not fit in memory");
	if (status == SONGDO_OK && program->measures_all) {
		vm->final = calloc(max_u64(program->qubits, 1), sizeof *vm->final);
		if (!vm->final)
			status = error_set(error, SONGDO_NO_FIT, "memory is out");
	}
	if (status == SONGDO_OK)
		status = vm_set_inputs(vm, options ? options->inputs : NULL, options ? options->input_count : 0, error);
	if (status != SONGDO_OK) {
		vm_free(vm);
		return status;
	}
	*out = vm;
	return SONGDO_OK;
}

/* A copy of `count` elements in an array of `capacity`; an empty array stays NULL. */
static bool copy_array(void *out, const void *from, uint64_t capacity, uint64_t count, size_t size)
{
	void **place = out;
	*place = NULL;
	if (!capacity)
		return true;
	*place = malloc(capacity * size);
	if (*place && count)
		memcpy(*place, from, count * size);
	return *place != NULL;
}

songdo_status vm_copy(struct vm **out, const struct vm *vm)
{
	*out = NULL;
	struct vm *copy = malloc(sizeof *copy);
	if (!copy)
		return SONGDO_NO_FIT;
	*copy = *vm;
	copy->memory = NULL, copy->frame = NULL, copy->answer = NULL, copy->final = NULL, copy->scratch = NULL;
	copy->scratch_capacity = 0;
	copy->output = (struct text){0};
	copy->capacity = max_u64(vm->top, 1);
	copy->frame_capacity = vm->frames;
	copy->answer_capacity = vm->slots;
	const uint64_t finals = vm->final ? max_u64(vm->program->qubits, 1) : 0;
	if (!copy_array(&copy->memory, vm->memory, copy->capacity, vm->top, sizeof *vm->memory) ||
	    !copy_array(&copy->frame, vm->frame, vm->frames, vm->frames, sizeof *vm->frame) ||
	    !copy_array(&copy->answer, vm->answer, vm->slots, vm->slots, sizeof *vm->answer) ||
	    !copy_array(&copy->final, vm->final, finals, finals, sizeof *vm->final)) {
		vm_free(copy);
		return SONGDO_NO_FIT;
	}
	*out = copy;
	return SONGDO_OK;
}

void vm_free(struct vm *vm)
{
	if (!vm)
		return;
	free(vm->memory);
	free(vm->frame);
	free(vm->answer);
	free(vm->final);
	free(vm->scratch);
	text_fini(&vm->output);
	free(vm);
}
