/* results.c - what a machine that is done has to show: groups of bits, and other outputs as JSON.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "program/machine.h"

/* The i-th bit variable that is counted; NULL past the last. */
static const struct program_variable *counted(const songdo_program *program, size_t i)
{
	for (uint64_t j = 0; j < program->bits; j++)
		if ((!program->has_outputs || program->bit[j].is_output) && i-- == 0)
			return &program->bit[j];
	return NULL;
}

size_t vm_groups(const struct vm *vm)
{
	if (vm->final)
		return vm->program->registers;
	size_t count = 0;
	while (counted(vm->program, count))
		count++;
	return count;
}

struct vm_group vm_group(const struct vm *vm, size_t i)
{
	struct vm_group group;
	int64_t *bit;
	if (vm->final) {
		const struct program_register *r = &vm->program->register_[i];
		bit = vm->final + r->first;
		group = (struct vm_group){.name = r->name, .width = r->width, .bit = bit};
	} else {
		const struct program_variable *v = counted(vm->program, i);
		bit = vm->memory + v->address;
		group = (struct vm_group){.name = v->name, .width = v->width, .bit = bit};
	}
	/* What has been answered on the way is known. */
	for (uint32_t j = 0; j < group.width; j++)
		if (bit[j] >= VM_SLOT && vm->answer[bit[j] - VM_SLOT] >= 0)
			bit[j] = vm->answer[bit[j] - VM_SLOT];
	return group;
}

/* One value as JSON. Bits are known: a register is a string, its bit 0 rightmost. */
static void print_value(struct text *text, const struct vm *vm, const struct program_variable *v, const int64_t *cell)
{
	switch (v->kind) {
	case CELL_BOOL: text_add(text, *cell ? "true" : "false"); break;
	case CELL_INT: text_add_format(text, "%lld", (long long)*cell); break;
	case CELL_UINT: text_add_format(text, "%llu", (unsigned long long)*cell); break;
	case CELL_FLOAT: text_add_format(text, "%.17g", cell_float(*cell)); break;
	case CELL_ANGLE: text_add_format(text, "%.17g", angle_to_radians((uint64_t)*cell, v->width)); break;
	case CELL_COMPLEX: text_add_format(text, "[%.17g, %.17g]", cell_float(cell[0]), cell_float(cell[1])); break;
	default:
		text_add(text, "\"");
		for (uint32_t i = v->width; i-- > 0;) {
			const bool is_slot = cell[i] >= VM_SLOT;
			const int known = is_slot ? vm->answer[cell[i] - VM_SLOT] : (int)cell[i];
			text_add(text, known < 0 ? "?" : known ? "1" : "0");
		}
		text_add(text, "\"");
	}
}

const char *vm_output(const struct vm *vm, size_t i, const char **name)
{
	/* The text is a cache inside an otherwise unchanged machine. */
	struct text *text = &((struct vm *)vm)->output;
	if (i >= vm->program->outputs)
		return NULL;
	const struct program_variable *v = &vm->program->output[i];
	const uint64_t cells = v->kind == CELL_COMPLEX ? 2 : v->kind == CELL_BIT ? v->width : 1;
	*name = v->name;
	text->length = 0;
	if (v->is_array)
		text_add(text, "[");
	for (uint64_t j = 0; j < v->elements; j++) {
		if (j)
			text_add(text, ", ");
		print_value(text, vm, v, vm->memory + v->address + j * cells);
	}
	if (v->is_array)
		text_add(text, "]");
	return text->failed ? NULL : text->data;
}
