/* simplify.c - operations to items.
 *
 * One pass over the circuit. An uncontrolled swap only relabels. Runs of one-qubit operators merge where that
 * is cheaper than the sum: complex ones absorb their diagonal neighbours, real ones (h, ry) do not, because
 * diagonals merge with one another for almost nothing later. Operators without parameters cancel with an
 * inverse neighbour. All of it looks at the structure of the circuit only, so that a plan serves every choice
 * of angles.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "base/text.h"
#include "op/matrix.h"
#include "plan/build.h"

/* What is known of a wire during the pass; items by number, or NONE. */
struct wires {
	int32_t last[MAX_BITS]; /* the last item that uses the wire */
	int32_t open[MAX_BITS]; /* a one-wire item that moves it and after which only `tail` used it */
	int32_t tail[MAX_BITS]; /* a one-wire diagonal after which nothing moved it */
	int32_t phase;          /* the item that collects global phases */
	uint64_t zero, one;     /* wires whose value is known; a 1 is not written into the state before something needs it */
};

bool builder_room(struct builder *b, void *array, uint64_t *capacity, uint64_t held, size_t size)
{
	if (held < *capacity)
		return !b->failed;
	void **pointer = array;
	const uint64_t wanted = max_u64(64, 2 * *capacity);
	void *moved = held < INT32_MAX / 2 ? realloc(*pointer, wanted * size) : NULL;
	if (!moved) {
		b->failed = true;
		return false;
	}
	*pointer = moved;
	*capacity = wanted;
	return !b->failed;
}

int32_t plan_add_atom(struct builder *b, const struct atom *atom)
{
	struct plan_arrays *out = b->out;
	if (!builder_room(b, &out->atom, &out->atom_capacity, out->atoms, sizeof *out->atom))
		return NONE;
	out->atom[out->atoms] = *atom;
	out->atom[out->atoms].next = NONE;
	return (int32_t)out->atoms++;
}

int32_t plan_add_item(struct builder *b, const struct item *item)
{
	if (!builder_room(b, &b->item, &b->item_capacity, b->items, sizeof *b->item))
		return NONE;
	b->item[b->items] = *item;
	return (int32_t)b->items++;
}

/* The atoms of `later` act after those of `item`. */
static void append_atoms(struct builder *b, struct item *item, const struct item *later)
{
	b->out->atom[item->tail].next = later->head;
	item->tail = later->tail;
}

struct item plan_item_of(const struct builder *b, int32_t atom)
{
	const struct atom *a = &b->out->atom[atom];
	uint64_t targets = 0;
	struct item item = {
	        .control_mask = a->control_mask,
	        .control_value = a->control_value,
	        .head = atom,
	        .tail = atom,
	        .next = NONE,
	        .kind = a->kind,
	        .targets = a->targets,
	};
	for (unsigned i = 0; i < a->targets; i++) {
		item.wire[i] = a->wire[i];
		targets |= bit_mask(a->wire[i]);
	}
	item.moved = a->kind == KERNEL_DIAGONAL ? 0 : targets;
	item.read = a->control_mask | (targets & ~item.moved);
	return item;
}

static void forget_wire_items(struct wires *wires, uint64_t mask, int32_t item)
{
	for (; mask; mask &= mask - 1) {
		const unsigned w = bit_lowest(mask);
		if (wires->last[w] == item)
			wires->last[w] = NONE;
		if (wires->open[w] == item)
			wires->open[w] = NONE;
		if (wires->tail[w] == item)
			wires->tail[w] = NONE;
	}
}

/* True where the item is the inverse of the one before it on all its wires, and both are fixed gates: neither
 * is needed. */
static bool cancel(struct builder *b, struct wires *wires, const struct item *item)
{
	const uint64_t all = item->moved | item->read;
	const struct atom *x = &b->out->atom[item->head];
	const struct operation *p = &b->circuit->operation[x->operation];
	if (!all || p->kind != OPERATION_GATE || gate_info((enum gate)p->gate)->parameters > 0)
		return false;
	const int32_t before = wires->last[bit_lowest(all)];
	if (before == NONE)
		return false;
	for (uint64_t rest = all; rest; rest &= rest - 1)
		if (wires->last[bit_lowest(rest)] != before)
			return false;
	struct item *other = &b->item[before];
	if (other->head != other->tail || other->moved != item->moved || other->read != item->read ||
	    other->kind != item->kind || other->targets != item->targets ||
	    memcmp(other->wire, item->wire, item->targets) != 0 || other->control_mask != item->control_mask ||
	    other->control_value != item->control_value)
		return false;
	const struct atom *y = &b->out->atom[other->head];
	const struct operation *q = &b->circuit->operation[y->operation];
	if (q->kind != OPERATION_GATE || x->part != y->part || gate_info((enum gate)q->gate)->parameters > 0)
		return false;
	/* x is its own inverse whatever gate it was a factor of; other factors only cancel as whole gates do. */
	if (x->part == PART_Y || (x->part != PART_X && gate_info((enum gate)p->gate)->inverse != (enum gate)q->gate))
		return false;
	other->dead = true;
	forget_wire_items(wires, all, before);
	return true;
}

/* A diagonal on one wire joins a diagonal or a complex operator on it. */
static void add_wire_diagonal(struct builder *b, struct wires *wires, struct item *item, unsigned w)
{
	const int32_t tail = wires->tail[w], open = wires->open[w];
	if (tail != NONE) {
		struct item *other = &b->item[tail];
		append_atoms(b, other, item);
		if (other->control_mask != item->control_mask || other->control_value != item->control_value) {
			/* a table of both factors instead of a phase on one */
			other->control_mask = other->control_value = 0;
			other->targets = 1;
			other->wire[0] = (uint8_t)w;
		}
		return;
	}
	if (open != NONE && b->item[open].kind == KERNEL_DENSE) {
		append_atoms(b, &b->item[open], item);
		return;
	}
	wires->tail[w] = wires->last[w] = plan_add_item(b, item);
}

/* A moving operator on one wire absorbs what came before it on the wire, where that is cheaper. */
static void add_wire_mover(struct builder *b, struct wires *wires, struct item *item, unsigned w)
{
	int32_t open = wires->open[w], tail = wires->tail[w];
	const bool exchanges = open != NONE && b->item[open].kind == KERNEL_EXCHANGE && item->kind == KERNEL_EXCHANGE;
	if (exchanges && tail != NONE)
		open = tail = NONE; /* x, diagonal, x: three cheap steps */
	else if (open == NONE && item->kind != KERNEL_DENSE)
		tail = NONE;
	struct item merged = *item;
	if (tail != NONE) {
		struct item before = b->item[tail];
		append_atoms(b, &before, &merged);
		merged.head = before.head;
		merged.kind = KERNEL_DENSE;
		b->item[tail].dead = true;
	}
	if (open != NONE) {
		struct item before = b->item[open];
		append_atoms(b, &before, &merged);
		merged.head = before.head;
		if (before.kind == KERNEL_DENSE)
			merged.kind = KERNEL_DENSE;
		else if (merged.kind != KERNEL_DENSE)
			merged.kind = KERNEL_REAL;
		b->item[open].dead = true;
	}
	wires->open[w] = wires->last[w] = plan_add_item(b, &merged);
	wires->tail[w] = NONE;
}

/* Put an atom to the items. */
static void push_atom(struct builder *b, struct wires *wires, const struct atom *atom)
{
	const int32_t number = plan_add_atom(b, atom);
	if (number == NONE)
		return;
	struct item item = plan_item_of(b, number);
	if (b->unfused) {
		plan_add_item(b, &item);
		return;
	}
	const uint64_t all = item.moved | item.read;
	if (!all) {
		if (wires->phase == NONE)
			wires->phase = plan_add_item(b, &item);
		else
			append_atoms(b, &b->item[wires->phase], &item);
		return;
	}
	if (cancel(b, wires, &item))
		return;
	if (bit_count(all) == 1) {
		if (item.moved)
			add_wire_mover(b, wires, &item, bit_lowest(all));
		else
			add_wire_diagonal(b, wires, &item, bit_lowest(all));
		return;
	}
	const int32_t added = plan_add_item(b, &item);
	for (uint64_t rest = all; rest; rest &= rest - 1) {
		const unsigned w = bit_lowest(rest);
		wires->last[w] = added;
		wires->open[w] = NONE;
		if (item.moved & bit_mask(w))
			wires->tail[w] = NONE;
	}
}

/* The value of a wire is not known any more. `operation` is the one that changes that. */
static void release(struct builder *b, struct wires *wires, unsigned wire, uint32_t operation)
{
	const struct atom x = {.operation = operation, .chain = NONE, .kind = KERNEL_EXCHANGE, .part = PART_X, .targets = 1,
	                       .wire = {(uint8_t)wire}};
	const bool is_one = wires->one >> wire & 1;
	wires->zero &= ~bit_mask(wire);
	wires->one &= ~bit_mask(wire);
	if (is_one)
		push_atom(b, wires, &x);
}

/* Put an atom to the items; on wires of known value only what it does there. */
static void push(struct builder *b, struct wires *wires, const struct atom *given)
{
	struct atom atom = *given;
	const uint64_t known = wires->zero | wires->one;
	if ((atom.control_mask & known & wires->one) != (atom.control_value & known & atom.control_mask))
		return;
	atom.control_mask &= ~known;
	atom.control_value &= ~known;
	if (atom.kind == KERNEL_EXCHANGE && atom.targets == 1 && !atom.control_mask && known >> atom.wire[0] & 1) {
		const uint64_t wire = bit_mask(atom.wire[0]);
		wires->zero ^= wire;
		wires->one ^= wire;
		return;
	}
	for (unsigned j = 0; j < atom.targets; j++) {
		const uint64_t wire = bit_mask(atom.wire[j]);
		if (wires->one & wire || (wires->zero & wire && atom.kind != KERNEL_DIAGONAL))
			release(b, wires, atom.wire[j], atom.operation);
	}
	push_atom(b, wires, &atom);
}

static void push_x(struct builder *b, struct wires *wires, struct atom atom, uint8_t control, uint8_t target)
{
	atom.kind = KERNEL_EXCHANGE;
	atom.part = PART_X;
	atom.targets = 1;
	atom.wire[0] = target;
	if (control != target) {
		atom.control_mask |= bit_mask(control);
		atom.control_value |= bit_mask(control);
	}
	push(b, wires, &atom);
}

static void swap_wires(struct builder *b, unsigned wire_a, unsigned wire_b)
{
	for (unsigned q = 0; q < b->qubits; q++) {
		if (b->wire_of_qubit[q] == wire_a)
			b->wire_of_qubit[q] = (uint8_t)wire_b;
		else if (b->wire_of_qubit[q] == wire_b)
			b->wire_of_qubit[q] = (uint8_t)wire_a;
	}
}

static enum kernel_kind matrix_kind(const struct operation *operation)
{
	const unsigned classes = operation->gate;
	if (classes & MATRIX_IS_DIAGONAL)
		return KERNEL_DIAGONAL;
	if (classes & MATRIX_IS_PERMUTATION && operation->targets == 1)
		return KERNEL_EXCHANGE;
	return classes & MATRIX_IS_REAL ? KERNEL_REAL : KERNEL_DENSE;
}

/* One gate to its atoms. atom has its wires and controls. */
static void push_gate(struct builder *b, struct wires *wires, enum gate gate, struct atom atom)
{
	static const enum kernel_kind kind[] = {
	        [GATE_IS_DIAGONAL] = KERNEL_DIAGONAL,
	        [GATE_IS_PERMUTATION] = KERNEL_EXCHANGE,
	        [GATE_IS_REAL] = KERNEL_REAL,
	        [GATE_IS_COMPLEX] = KERNEL_DENSE,
	};
	const uint64_t target = atom.targets ? bit_mask(atom.wire[0]) : 0;
	atom.kind = (uint8_t)kind[gate_info(gate)->form];
	switch (gate) {
	case GATE_ID: return;
	case GATE_Z:
	case GATE_S:
	case GATE_SDG:
	case GATE_T:
	case GATE_TDG:
	case GATE_P:
		atom.part = PART_PHASE;
		atom.targets = 0;
		atom.control_mask |= target;
		atom.control_value |= target;
		break;
	case GATE_Y:
		if (b->unfused)
			break;
		atom.part = PART_Y;
		atom.kind = KERNEL_DIAGONAL;
		push(b, wires, &atom);
		push_x(b, wires, atom, atom.wire[0], atom.wire[0]);
		return;
	case GATE_SWAP:
		if (b->unfused || atom.control_mask)
			break;
		swap_wires(b, atom.wire[0], atom.wire[1]);
		return;
	case GATE_ISWAP:
	case GATE_ISWAPDG:
		if (b->unfused || atom.control_mask)
			break;
		atom.part = PART_SWAPPED;
		atom.kind = KERNEL_DIAGONAL;
		push(b, wires, &atom);
		swap_wires(b, atom.wire[0], atom.wire[1]);
		return;
	case GATE_DCX:
	case GATE_DCXDG:
		if (b->unfused) {
			atom.kind = KERNEL_REAL;
			break;
		}
		push_x(b, wires, atom, atom.wire[gate == GATE_DCXDG], atom.wire[gate == GATE_DCX]);
		push_x(b, wires, atom, atom.wire[gate == GATE_DCX], atom.wire[gate == GATE_DCXDG]);
		return;
	default: break;
	}
	push(b, wires, &atom);
}

songdo_status plan_simplify(struct builder *b, uint64_t begin, uint64_t end, const uint32_t *qubit_of,
                            songdo_error *error)
{
	struct wires wires = {.phase = NONE, .zero = b->fresh ? low_mask(b->qubits) : 0};
	memset(wires.last, 0xff, sizeof wires.last);
	memset(wires.open, 0xff, sizeof wires.open);
	memset(wires.tail, 0xff, sizeof wires.tail);
	for (uint64_t i = begin; i < end && !b->failed; i++) {
		const struct operation *o = &b->circuit->operation[i];
		if (o->kind == OPERATION_BARRIER)
			continue;
		if (o->kind != OPERATION_GATE && o->kind != OPERATION_MATRIX)
			return error_set(error, SONGDO_INTERNAL, "a plan holds unitary operations only");
		struct atom atom = {.operation = (uint32_t)i, .chain = NONE, .targets = (uint8_t)o->targets};
		for (unsigned j = 0; j < o->controls + o->targets; j++) {
			uint32_t q = b->circuit->qubit[o->first_qubit + j];
			q = qubit_of ? qubit_of[q] : q;
			if (q >= b->qubits)
				return error_set(error, SONGDO_INTERNAL,
				                 "a planned operation uses a qubit outside the state");
			const uint8_t wire = b->wire_of_qubit[q];
			if (j >= o->controls) {
				atom.wire[j - o->controls] = wire;
				continue;
			}
			atom.control_mask |= bit_mask(wire);
			if (o->control_values >> j & 1)
				atom.control_value |= bit_mask(wire);
		}
		if (o->kind == OPERATION_GATE) {
			push_gate(b, &wires, (enum gate)o->gate, atom);
		} else if (!(o->gate & MATRIX_IS_IDENTITY)) {
			atom.kind = (uint8_t)matrix_kind(o);
			push(b, &wires, &atom);
		}
	}
	while (wires.one && !b->failed)
		release(b, &wires, bit_lowest(wires.one), (uint32_t)(end - 1));
	b->first_item = b->last_item = NONE;
	for (uint64_t i = 0; i < b->items; i++) {
		struct item *item = &b->item[i];
		if (item->dead)
			continue;
		if (bit_count(item->moved) > b->local_bits)
			return error_set(
			        error, SONGDO_NO_FIT,
			        "an operation on %u qubits at once needs 2^%u amplitudes on each rank; there are 2^%u",
			        bit_count(item->moved), bit_count(item->moved), b->local_bits);
		if (b->last_item == NONE)
			b->first_item = (int32_t)i;
		else
			b->item[b->last_item].next = (int32_t)i;
		b->last_item = (int32_t)i;
		item->next = NONE;
	}
	return SONGDO_OK;
}

void plan_add_swap(struct builder *b, unsigned wire_a, unsigned wire_b)
{
	const struct atom atom = {
	        .chain = NONE, .kind = KERNEL_EXCHANGE, .part = PART_SWAP, .targets = 2, .wire = {(uint8_t)wire_a, (uint8_t)wire_b}};
	const int32_t number = plan_add_atom(b, &atom);
	if (number == NONE)
		return;
	const struct item item = plan_item_of(b, number);
	const int32_t added = plan_add_item(b, &item);
	if (added == NONE)
		return;
	if (b->first_item == NONE)
		b->first_item = added;
	else
		b->item[b->last_item].next = added;
	b->last_item = added;
	swap_wires(b, wire_a, wire_b);
}
