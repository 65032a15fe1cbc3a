/* split.c - one-wire matrices become real rotations between diagonals.
 *
 * Every unitary matrix on one qubit is diag(p, q) R diag(1, r) with R a real rotation and |p| = |q| = |r| = 1 (the Euler
 * angles). Diagonals merge along the circuit and wait for one another, and rotations on many wires share a walk at a
 * quarter of a complex matrix's cost each.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/bits.h"
#include "plan/build.h"

/* A factor of the item's product, as an item that follows `last` in the list. */
static int32_t add_factor(struct builder *b, int32_t chain, unsigned wire, enum atom_part part, int32_t last)
{
	struct atom atom = {.chain = chain, .part = (uint8_t)part, .kind = KERNEL_DIAGONAL, .targets = 1, .wire = {(uint8_t)wire}};
	if (part == PART_TURN) {
		atom.kind = KERNEL_ROTATE;
	} else if (part == PART_BEFORE) {
		atom.targets = 0;
		atom.control_mask = atom.control_value = bit_mask(wire);
	}
	const int32_t number = plan_add_atom(b, &atom);
	if (number == NONE)
		return last;
	const struct item item = plan_item_of(b, number);
	const int32_t added = plan_add_item(b, &item);
	if (added != NONE) {
		if (last == NONE)
			b->first_item = added;
		else
			b->item[last].next = added;
	}
	return added == NONE ? last : added;
}

void plan_split(struct builder *b)
{
	int32_t last = NONE;
	uint64_t joined = b->fresh ? 0 : low_mask(b->qubits);
	for (int32_t i = b->first_item, next; i != NONE && !b->failed; i = next) {
		struct item *item = &b->item[i];
		next = item->next;
		const bool alone = item->targets == 1 && !item->control_mask;
		if (alone && item->kind == KERNEL_REAL)
			item->kind = KERNEL_ROTATE;
		if (!alone || item->kind != KERNEL_DENSE) {
			joined |= item->moved;
			last = i;
			continue;
		}
		const int32_t chain = item->head;
		const unsigned wire = item->wire[0];
		if (joined >> wire & 1) /* else it is 0, and has no phase to take */
			last = add_factor(b, chain, wire, PART_BEFORE, last);
		joined |= bit_mask(wire);
		last = add_factor(b, chain, wire, PART_TURN, last);
		last = add_factor(b, chain, wire, PART_AFTER, last);
		if (last != NONE)
			b->item[last].next = next;
	}
	b->last_item = last;
}
