/* vm.c - the virtual machine's loop.
 *
 * An instruction either completes, or leaves pc where it is and gives the reason to stop; what it did until then is
 * kept in `progress`, so that it goes on there. Bits are read before anything is written, so a read that must wait
 * can simply be tried again.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "program/machine.h"

enum { BARRIER_ALL = 4096 };     /* a barrier over everything is kept up to so many qubits */

/* ---- Bits and slots ------------------------------------------------------------------------------- */

/* Replace the slots among `count` bits by their values; false where one is not known: vm->wanted tells. */
static bool read_bits(struct vm *vm, int64_t *bit, uint64_t count)
{
	for (uint64_t i = 0; i < count; i++) {
		if (bit[i] < VM_SLOT)
			continue;
		const uint32_t slot = (uint32_t)(bit[i] - VM_SLOT);
		if (vm->answer[slot] < 0) {
			vm->wanted = slot;
			return false;
		}
		bit[i] = vm->answer[slot];
	}
	return true;
}

static songdo_status new_slot(struct vm *vm, uint32_t *slot)
{
	if (vm->slots == vm->answer_capacity) {
		const uint64_t wanted =
		        min_u64(vm->answer_capacity ? 2 * (uint64_t)vm->answer_capacity : 64, UINT32_MAX - VM_SLOT);
		signed char *moved = wanted > vm->slots ? realloc(vm->answer, wanted) : NULL;
		if (!moved)
			return vm_no_memory(vm);
		vm->answer = moved;
		vm->answer_capacity = (uint32_t)wanted;
	}
	vm->answer[vm->slots] = -1;
	*slot = vm->slots++;
	return SONGDO_OK;
}

void vm_answer(struct vm *vm, uint32_t slot, int value)
{
	assert(slot < vm->slots);
	vm->answer[slot] = value != 0;
}

/* ---- Instructions that are more than a line -------------------------------------------------------- */

static songdo_status measure_one(struct vm *vm, uint32_t qubit, int64_t *bit)
{
	uint32_t slot = 0;
	songdo_status status = vm_count_operations(vm, 1);
	if (status == SONGDO_OK)
		status = new_slot(vm, &slot);
	if (status == SONGDO_OK)
		status = vm_place(vm, circuit_add_measure(vm->pending, qubit, slot, vm->error));
	if (status == SONGDO_OK && bit)
		*bit = (int64_t)VM_SLOT + slot;
	return status;
}

static songdo_status reset_one(struct vm *vm, uint32_t qubit)
{
	uint32_t slot = 0;
	songdo_status status = vm_count_operations(vm, 1);
	if (status == SONGDO_OK)
		status = new_slot(vm, &slot);
	if (status == SONGDO_OK)
		status = vm_place(vm, circuit_add_reset(vm->pending, qubit, slot, vm->error));
	return status;
}

static bool is_full(const struct vm *vm) { return vm->pending->operations >= VM_PENDING; }

/* Measure or reset `count` qubits: consecutive numbers, or cells. Stops, to be called again, where the circuit is full. */
static songdo_status each_qubit(struct vm *vm, bool measures, uint32_t word, const int64_t *list, uint64_t count,
                                int64_t *bits)
{
	songdo_status status = SONGDO_OK;
	for (; status == SONGDO_OK && vm->progress < count && !is_full(vm); vm->progress++) {
		const uint64_t i = vm->progress;
		const uint32_t qubit = list ? (uint32_t)list[i] : word + (uint32_t)i;
		status = measures ? measure_one(vm, qubit, bits ? bits + i : NULL) : reset_one(vm, qubit);
	}
	if (status == SONGDO_OK && vm->progress == count) {
		vm->progress = 0;
		vm->pc++;
	}
	return status;
}

static songdo_status measure_or_reset(struct vm *vm, const struct instruction *i)
{
	const bool measures = i->code == CODE_MEASURE || i->code == CODE_MEASURE_LIST;
	int64_t *bits = measures && i->x == 0 ? vm_cell(vm, i->b) : NULL;
	if (i->code == CODE_MEASURE || i->code == CODE_RESET) {
		const int64_t *cells = i->a & QUBIT_IN_CELL ? vm_cell(vm, i->a & ~QUBIT_IN_CELL) : NULL;
		return each_qubit(vm, measures, i->a, cells, i->d, bits);
	}
	const int64_t *list = vm_cell(vm, i->a);
	if (bits && (uint64_t)list[0] != i->d)
		return vm_fail(vm, SONGDO_BAD_PROGRAM, "%lld qubits are measured into %u bits", (long long)list[0],
		               i->d);
	return each_qubit(vm, measures, 0, list + 1, (uint64_t)list[0], bits);
}

static songdo_status barrier(struct vm *vm, const struct instruction *i)
{
	const uint32_t count = i->d ? i->d : vm->program->qubits;
	if (!i->d && count > BARRIER_ALL) {
		vm->pc++;
		return SONGDO_OK;
	}
	uint32_t few[16], *qubit = count <= ARRAY_LENGTH(few) ? few : malloc(count * sizeof *qubit);
	if (!qubit)
		return vm_no_memory(vm);
	for (uint32_t j = 0; j < count; j++)
		qubit[j] = i->d ? vm_qubit(vm, vm->program->word[i->a + j]) : j;
	songdo_status status = vm_count_operations(vm, 1);
	if (status == SONGDO_OK)
		status = vm_place(vm, circuit_add_barrier(vm->pending, qubit, count, vm->error));
	if (qubit != few)
		free(qubit);
	vm->pc += status == SONGDO_OK;
	return status;
}

static songdo_status compute(struct vm *vm, const struct instruction *i, bool *waits)
{
	const bool is_unary = i->x == COMPUTE_NEGATE || i->x == COMPUTE_COMPLEMENT || i->x == COMPUTE_POPCOUNT ||
	                      i->x >= COMPUTE_ARCCOS;
	const bool is_shift = i->x >= COMPUTE_SHIFT_LEFT && i->x <= COMPUTE_ROTATE_RIGHT;
	int64_t *left = vm_cell(vm, i->b), *right = is_unary ? NULL : vm_cell(vm, i->c);
	if (i->y == CELL_BIT) {
		*waits = !read_bits(vm, left, i->d) || (right && !is_shift && !read_bits(vm, right, i->d));
		if (*waits)
			return SONGDO_OK;
	}
	const char *wrong =
	        arithmetic_compute((enum compute)i->x, (enum cell_kind)i->y, i->d, vm_cell(vm, i->a), left, right);
	if (wrong)
		return vm_fail(vm, SONGDO_BAD_PROGRAM, "%s", wrong);
	vm->pc++;
	return SONGDO_OK;
}

static songdo_status convert(struct vm *vm, const struct instruction *i, bool *waits)
{
	const enum cell_kind from = (enum cell_kind)(i->c >> 28), to = (enum cell_kind)(i->d >> 28);
	int64_t *in = vm_cell(vm, i->b);
	/* From bits to bits is a copy. */
	if (from == CELL_BIT && to != CELL_BIT) {
		*waits = !read_bits(vm, in, CELL_TYPE_WIDTH(i->c));
		if (*waits)
			return SONGDO_OK;
	}
	const char *wrong =
	        arithmetic_convert(vm_cell(vm, i->a), to, CELL_TYPE_WIDTH(i->d), in, from, CELL_TYPE_WIDTH(i->c));
	if (wrong)
		return vm_fail(vm, SONGDO_BAD_PROGRAM, "%s", wrong);
	vm->pc++;
	return SONGDO_OK;
}

/* The number of rounds of start : step : stop, stop included; saturated. The step is signed also where the others are not. */
static uint64_t trip_count(int64_t start, int64_t step, int64_t stop, bool is_unsigned)
{
	const uint64_t sign =
	        is_unsigned ? 0 : (uint64_t)1 << 63; /* turns the order of signed numbers into that of unsigned ones */
	const uint64_t first = (uint64_t)start ^ sign, last = (uint64_t)stop ^ sign;
	if (step > 0 ? first > last : first < last)
		return 0;
	const uint64_t distance = step > 0 ? last - first : first - last;
	return add_saturated(distance / (step > 0 ? (uint64_t)step : -(uint64_t)step), 1);
}

static songdo_status trip(struct vm *vm, const struct instruction *i)
{
	int64_t *cell = vm_cell(vm, i->a);
	if (cell[1] == 0)
		return vm_fail(vm, SONGDO_BAD_PROGRAM, "the step of a range is 0");
	const uint64_t rounds = trip_count(cell[0], cell[1], cell[2], i->x & 1);
	if (rounds > vm->max_operations && !(i->x & 2)) {
		vm_fail(vm, SONGDO_BAD_PROGRAM, "a loop of %llu rounds; the budget is %llu operations",
		        (unsigned long long)rounds, (unsigned long long)vm->max_operations);
		error_hint(vm->error, "--max-ops N allows more");
		return SONGDO_BAD_PROGRAM;
	}
	cell[2] = (int64_t)rounds;
	vm->pc++;
	return SONGDO_OK;
}

static songdo_status next_round(struct vm *vm, const struct instruction *i)
{
	int64_t *cell = vm_cell(vm, i->a);
	if (cell[2] == 0) {
		vm->pc = i->c;
		return SONGDO_OK;
	}
	const songdo_status status = vm_count_round(vm);
	if (status != SONGDO_OK)
		return status;
	*vm_cell(vm, i->b) = cell[0];
	cell[0] = (int64_t)((uint64_t)cell[0] + (uint64_t)cell[1]);
	cell[2]--;
	vm->pc++;
	return SONGDO_OK;
}

/* An index from either end, checked. */
static songdo_status resolve_index(struct vm *vm, int64_t index, int64_t size, int64_t *out)
{
	const int64_t place = index < 0 ? index + size : index;
	if (place < 0 || place >= size)
		return vm_fail(vm, SONGDO_BAD_PROGRAM, "index %lld is outside of what has %lld elements",
		               (long long)index, (long long)size);
	*out = place;
	return SONGDO_OK;
}

static songdo_status make_list(struct vm *vm, const struct instruction *i)
{
	const int64_t *range = vm_cell(vm, i->b);
	int64_t *list = vm_cell(vm, i->a), start = 0, stop = 0;
	const int64_t step = range[1], size = (int64_t)i->d;
	if (step == 0)
		return vm_fail(vm, SONGDO_BAD_PROGRAM, "the step of a range is 0");
	/* An empty range may begin or end outside; any other is checked at both ends. */
	const uint64_t count = trip_count(range[0] < 0 ? range[0] + size : range[0], step,
	                                  range[2] < 0 ? range[2] + size : range[2], false);
	if (count) {
		songdo_status status = resolve_index(vm, range[0], i->d, &start);
		if (status == SONGDO_OK)
			status = resolve_index(vm, range[2], i->d, &stop);
		if (status != SONGDO_OK)
			return status;
	}
	for (uint64_t j = 0; j < count; j++)
		list[1 + j] = start + (int64_t)j * step;
	list[0] = (int64_t)count;
	vm->pc++;
	return SONGDO_OK;
}

static songdo_status gather(struct vm *vm, const struct instruction *i)
{
	const int64_t *list = vm_cell(vm, i->c), *from = vm_cell(vm, i->b);
	int64_t *out = vm_cell(vm, i->a);
	if (i->x)
		*out++ = list[0];
	else if ((uint64_t)list[0] != i->d)
		return vm_fail(vm, SONGDO_BAD_PROGRAM, "%lld elements where %u are wanted", (long long)list[0], i->d);
	for (int64_t j = 0; j < list[0]; j++)
		out[j] = from[list[1 + j]];
	vm->pc++;
	return SONGDO_OK;
}

static songdo_status scatter(struct vm *vm, const struct instruction *i)
{
	const int64_t *list = vm_cell(vm, i->c), *from = vm_cell(vm, i->b);
	int64_t *out = vm_cell(vm, i->a);
	if ((uint64_t)list[0] != i->d)
		return vm_fail(vm, SONGDO_BAD_PROGRAM, "%u elements are assigned to %lld", i->d, (long long)list[0]);
	for (int64_t j = 0; j < list[0]; j++)
		out[list[1 + j]] = from[j];
	vm->pc++;
	return SONGDO_OK;
}

/* Where LOAD and STORE go: a cell at a distance from an address, or from what a reference points at. */
static int64_t *at_offset(struct vm *vm, uint32_t address, bool is_reference, uint32_t offset)
{
	int64_t *base = vm_cell(vm, address);
	if (is_reference)
		base = vm->memory + *base;
	return base + *vm_cell(vm, offset);
}

static songdo_status call(struct vm *vm, const struct instruction *i)
{
	const struct program_subroutine *callee = &vm->program->subroutine[i->a];
	const uint64_t region = (uint64_t)(vm_cell(vm, i->b) - vm->memory);
	const struct vm_frame frame = {.return_pc = vm->pc + 1, .callee = i->a, .region = region};
	const songdo_status status = vm_push(vm, frame, 0, callee->frame);
	if (status != SONGDO_OK)
		return status;
	memcpy(vm->memory + vm->base + callee->result, vm->memory + region + callee->result,
	       callee->arguments * sizeof *vm->memory);
	vm->pc = callee->start;
	return SONGDO_OK;
}

static songdo_status gate_fixed(struct vm *vm, const struct instruction *i)
{
	const struct gate_name *table = vm->program->gate[i->y].table;
	const songdo_status status = vm_count_operations(vm, gate_name_operations(table));
	if (status != SONGDO_OK)
		return status;
	double parameter[GATE_PARAMETERS];
	if (table->parameters)
		memcpy(parameter, vm_cell(vm, i->b), table->parameters * sizeof *parameter);
	vm->pc++;
	return circuit_add_named(vm->pending, table, parameter, false, 0, 0, vm->program->word + i->a, vm->error);
}

/* Measure every qubit where nothing else is measured; then the program is done. */
static songdo_status end(struct vm *vm)
{
	if (!vm->is_inner && vm->final)
		for (; vm->progress < vm->program->qubits && !is_full(vm); vm->progress++) {
			const songdo_status status = measure_one(vm, (uint32_t)vm->progress, &vm->final[vm->progress]);
			if (status != SONGDO_OK)
				return status;
		}
	vm->is_done = vm->is_inner || !vm->final || vm->progress == vm->program->qubits;
	return SONGDO_OK;
}

/* ---- The loop ------------------------------------------------------------------------------------- */

/* One instruction. `waits` is set where it needs the value of slot vm->wanted. */
static songdo_status step(struct vm *vm, const struct instruction *i, bool *waits)
{
	switch (i->code) {
	case CODE_END: return end(vm);
	case CODE_JUMP: vm->pc = i->a; return SONGDO_OK;
	case CODE_JUMP_IF: vm->pc = *vm_cell(vm, i->b) == i->x ? i->a : vm->pc + 1; return SONGDO_OK;
	case CODE_MOVE:
		memmove(vm_cell(vm, i->a), vm_cell(vm, i->b), i->d * sizeof(int64_t));
		break;
	case CODE_ZERO:
		memset(vm_cell(vm, i->a), 0, i->d * sizeof(int64_t));
		break;
	case CODE_COMPUTE: return compute(vm, i, waits);
	case CODE_CONVERT: return convert(vm, i, waits);
	case CODE_INDEX: {
		const int64_t size = i->x ? *vm_cell(vm, i->c) : (int64_t)i->d;
		const songdo_status status = resolve_index(vm, *vm_cell(vm, i->b), size, vm_cell(vm, i->a));
		if (status != SONGDO_OK)
			return status;
		break;
	}
	case CODE_LOAD:
		memmove(vm_cell(vm, i->a), at_offset(vm, i->b, i->x, i->c), i->d * sizeof(int64_t));
		break;
	case CODE_STORE:
		memmove(at_offset(vm, i->a, i->x, i->b), vm_cell(vm, i->c), i->d * sizeof(int64_t));
		break;
	case CODE_REFERENCE:
		*vm_cell(vm, i->a) = vm_cell(vm, i->b) - vm->memory;
		break;
	case CODE_LIST: return make_list(vm, i);
	case CODE_GATHER: return gather(vm, i);
	case CODE_SCATTER: return scatter(vm, i);
	case CODE_SERIES:
		for (uint32_t j = 0; j < i->d; j++)
			vm_cell(vm, i->a)[j] = (int64_t)i->b + j;
		break;
	case CODE_TRIP: return trip(vm, i);
	case CODE_NEXT: return next_round(vm, i);
	case CODE_COUNT: {
		const songdo_status status = vm_count_round(vm);
		if (status != SONGDO_OK)
			return status;
		break;
	}
	case CODE_GATE_FIXED: return gate_fixed(vm, i);
	case CODE_GATE: return vm_gate(vm, i);
	case CODE_GATE_END: return vm_gate_end(vm);
	case CODE_MEASURE:
	case CODE_RESET:
	case CODE_RESET_LIST:
	case CODE_MEASURE_LIST: return measure_or_reset(vm, i);
	case CODE_BARRIER: return barrier(vm, i);
	case CODE_CALL: return call(vm, i);
	case CODE_RETURN: {
		const struct vm_frame *frame = &vm->frame[vm->frames - 1];
		const uint32_t result = vm->program->subroutine[frame->callee].result;
		memmove(vm->memory + frame->region, vm->memory + vm->base, result * sizeof(int64_t));
		vm_pop(vm);
		return SONGDO_OK;
	}
	case CODE_FAIL: return vm_fail(vm, SONGDO_BAD_PROGRAM, "%s", vm->program->text[i->a]);
	default: return vm_fail(vm, SONGDO_INTERNAL, "the program has an instruction %u that is not one", i->code);
	}
	vm->pc++;
	return SONGDO_OK;
}

songdo_status vm_run(struct vm *vm, struct songdo_circuit *pending, enum vm_event *event, uint32_t *slot,
                     songdo_error *error)
{
	songdo_error ignored;
	vm->pending = pending;
	vm->error = error ? error : &ignored;
	*vm->error = (songdo_error){0};
	*event = VM_DONE;
	songdo_status status = SONGDO_OK;
	while (status == SONGDO_OK && !vm->is_done) {
		if (is_full(vm)) {
			*event = VM_FULL;
			break;
		}
		bool waits = false;
		status = step(vm, &vm->program->code[vm->pc], &waits);
		if (waits) {
			*event = VM_READS;
			*slot = vm->wanted;
			break;
		}
	}
	vm->pending = NULL;
	vm->error = NULL;
	return status;
}
