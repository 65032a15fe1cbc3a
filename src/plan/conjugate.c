/* conjugate.c - diagonals between two equal exchanges are diagonals.
 *
 * x d x, with x the same (controlled) exchange twice and d diagonal, is diagonal on the wires of both: cx rz cx is a rotation
 * about zz, whatever its angle. Both exchanges go, and what was between them may act anywhere among other diagonals. The
 * atoms of the result keep the exchanges: its factors are computed through them.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/bits.h"
#include "plan/build.h"

enum { BETWEEN = 6 }; /* items that may read a wire between two exchanges of it */

/* What is known of a wire while the list is walked. */
struct history {
	int32_t mover;            /* the last item that moves it, or NONE */
	int32_t reader[BETWEEN];  /* the items since then that read it */
	unsigned readers;         /* more than BETWEEN: not all are known */
};

static void note_reader(struct history *history, int32_t i)
{
	if (history->readers < BETWEEN)
		history->reader[history->readers] = i;
	if (history->readers <= BETWEEN)
		history->readers++;
}

static bool same_exchange(const struct item *a, const struct item *b)
{
	return a->kind == KERNEL_EXCHANGE && b->kind == KERNEL_EXCHANGE && a->targets == 1 && b->targets == 1 &&
	       a->wire[0] == b->wire[0] && a->control_mask == b->control_mask && a->control_value == b->control_value;
}

/* Whether the exchange `i` undoes an earlier one with nothing but diagonals between them. */
static bool encloses_diagonals(const struct builder *b, const struct history *history, const struct item *x)
{
	const struct history *target = &history[x->wire[0]];
	if (x->kind != KERNEL_EXCHANGE || x->targets != 1 || target->mover == NONE || target->readers > BETWEEN)
		return false;
	const struct item *first = &b->item[target->mover];
	if (!same_exchange(first, x))
		return false;
	for (uint64_t rest = x->control_mask; rest; rest &= rest - 1) {
		const int32_t mover = history[bit_lowest(rest)].mover;
		if (mover != NONE && b->item[mover].order > first->order)
			return false;
	}
	for (unsigned j = 0; j < target->readers; j++) {
		const struct item *d = &b->item[target->reader[j]];
		if (!d->dead && (d->moved || bit_count(d->read | x->control_mask) > OPERATION_MATRIX_TARGETS))
			return false;
	}
	return true;
}

/* An exchange's atom once more, as the only one of a chain. */
static int32_t copy_exchange(struct builder *b, const struct item *x)
{
	const struct atom atom = {
		.control_mask = x->control_mask, .control_value = x->control_value, .chain = NONE,
		.kind = KERNEL_EXCHANGE, .part = PART_X, .targets = 1, .wire = {x->wire[0]},
	};
	return plan_add_atom(b, &atom);
}

/* d becomes x d x. */
static void conjugate(struct builder *b, struct history *history, int32_t i, const struct item *x)
{
	const int32_t before = copy_exchange(b, x), after = copy_exchange(b, x);
	struct item *d = &b->item[i];
	if (b->failed)
		return;
	b->out->atom[before].next = d->head;
	b->out->atom[d->tail].next = after;
	d->head = before;
	d->tail = after;
	for (uint64_t fresh = x->control_mask & ~d->read; fresh; fresh &= fresh - 1)
		note_reader(&history[bit_lowest(fresh)], i);
	d->read |= x->control_mask;
	d->control_mask = d->control_value = 0;
	unsigned targets = 0;
	for (uint64_t rest = d->read; rest && targets < OPERATION_MATRIX_TARGETS; rest &= rest - 1)
		d->wire[targets++] = (uint8_t)bit_lowest(rest);
	d->targets = (uint8_t)targets;
}

void plan_conjugate(struct builder *b)
{
	struct history history[MAX_BITS];
	uint32_t order = 0;
	for (unsigned w = 0; w < MAX_BITS; w++)
		history[w] = (struct history){.mover = NONE};
	for (int32_t i = b->first_item; i != NONE && !b->failed; i = b->item[i].next) {
		struct item *item = &b->item[i];
		item->order = order++;
		if (encloses_diagonals(b, history, item)) {
			struct history *target = &history[item->wire[0]];
			struct item *first = &b->item[target->mover];
			const struct history between = *target;
			first->dead = item->dead = true;
			target->mover = first->earlier;
			target->readers = BETWEEN + 1; /* those before `first` are forgotten */
			for (unsigned j = 0; j < between.readers; j++)
				if (!b->item[between.reader[j]].dead)
					conjugate(b, history, between.reader[j], item);
			continue;
		}
		if (item->moved)
			item->earlier = history[bit_lowest(item->moved)].mover;
		for (uint64_t rest = item->moved; rest; rest &= rest - 1)
			history[bit_lowest(rest)] = (struct history){.mover = i};
		for (uint64_t rest = item->read; rest; rest &= rest - 1)
			note_reader(&history[bit_lowest(rest)], i);
	}
	int32_t *link = &b->first_item;
	b->last_item = NONE;
	for (int32_t i = b->first_item; i != NONE; i = b->item[i].next) {
		if (b->item[i].dead)
			continue;
		*link = b->last_item = i;
		link = &b->item[i].next;
	}
	*link = NONE;
}
