/* fuse.c - the items of one pass to steps: rotations in groups, diagonals in tables.
 *
 * The list is walked in rounds. A round takes every item that is not behind one that remains:
 *   rotations  of a round share steps, of a few wires each
 *   diagonals  wait in a pool until an operator moves one of their wires. Those due are packed into tables of
 *              up to STEP_DIAGONAL_TARGETS wires, and every other diagonal of the pool that lies within a table
 *              rides along: this is what folds the n^2/2 phases of a Fourier transform into a few tables
 *   others     are steps of their own
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/bits.h"
#include "plan/blocked.h"

enum {
	POOL = 256,            /* diagonals that wait */
	SKIPPED = 64,          /* items left behind in a round before it ends */
	TABLE_INSIDE = 8,      /* wires of a table that lie in the block: 2^8 factors are 4 KiB of L1 */
	TABLE_LARGE = 1 << 22, /* coefficients in a plan from which on tables stay small: 64 MiB */
	TABLE_SMALL = 6,       /* wires of these */
};

struct fuser {
	struct builder *b;
	uint64_t inside; /* wires of the block */
	int32_t rotation[MAX_BITS];
	unsigned rotations;
	int32_t pool[POOL];
	unsigned pooled;
	uint64_t pool_wires;
};

/* What an item costs as a step of its own. */
static double cost_of(const struct item *item)
{
	return step_cost((enum kernel_kind)item->kind, item->targets, bit_count(item->control_mask));
}

/* Append a step made of the atoms of the items that `chain` lists; recipe->wire and controls are set. */
static void add_step(struct fuser *f, enum kernel_kind kind, unsigned targets, const struct recipe *frame,
                     uint64_t control_value, const int32_t *chain, unsigned count)
{
	struct builder *b = f->b;
	struct plan_arrays *out = b->out;
	if (!builder_room(b, &out->step, &out->step_capacity, out->steps, sizeof *out->step) ||
	    !builder_room(b, &out->recipe, &out->recipe_capacity, out->steps, sizeof *out->recipe))
		return;
	struct step step = {.kind = (uint8_t)kind, .targets = (uint8_t)targets};
	for (unsigned j = 0; j < targets; j++)
		step.target[j] = b->bit_of_wire[frame->wire[j]];
	for (uint64_t rest = frame->controls; rest; rest &= rest - 1) {
		const unsigned wire = bit_lowest(rest);
		step.control_mask |= bit_mask(b->bit_of_wire[wire]);
		if (control_value >> wire & 1)
			step.control_value |= bit_mask(b->bit_of_wire[wire]);
	}
	struct recipe recipe = *frame;
	recipe.first = (uint32_t)out->recipe_atoms;
	for (unsigned i = 0; i < count; i++)
		for (int32_t a = b->item[chain[i]].head; a != NONE; a = out->atom[a].next) {
			if (!builder_room(b, &out->recipe_atom, &out->recipe_atom_capacity, out->recipe_atoms,
			                  sizeof *out->recipe_atom))
				return;
			out->recipe_atom[out->recipe_atoms++] = (uint32_t)a;
		}
	recipe.count = (uint32_t)(out->recipe_atoms - recipe.first);
	out->coefficients += step_coefficients(kind, targets);
	out->recipe[out->steps] = recipe;
	out->step[out->steps++] = step;
}

/* An item as a step of its own. */
static void add_alone(struct fuser *f, int32_t i)
{
	const struct item *item = &f->b->item[i];
	struct recipe frame = {.controls = item->control_mask};
	for (unsigned j = 0; j < item->targets; j++)
		frame.wire[j] = item->wire[j];
	add_step(f, (enum kernel_kind)item->kind, item->targets, &frame, item->control_value, &i, 1);
}

/* The wires of a mask as a frame, in the order of their bits. */
static struct recipe frame_of(const struct builder *b, uint64_t wires)
{
	struct recipe frame = {0};
	unsigned count = 0;
	for (; wires; wires &= wires - 1) {
		const uint8_t wire = (uint8_t)bit_lowest(wires);
		unsigned j = count++;
		for (; j > 0 && b->bit_of_wire[frame.wire[j - 1]] > b->bit_of_wire[wire]; j--)
			frame.wire[j] = frame.wire[j - 1];
		frame.wire[j] = wire;
	}
	return frame;
}

static bool table_holds(const struct fuser *f, uint64_t wires)
{
	const unsigned most = f->b->out->coefficients < TABLE_LARGE ? STEP_DIAGONAL_TARGETS : TABLE_SMALL;
	return bit_count(wires) <= most && bit_count(wires & f->inside) <= TABLE_INSIDE;
}

/* Emit every diagonal of the pool that uses a wire of `mask`, and those that cost nothing more. */
static void flush_pool(struct fuser *f, uint64_t mask, bool everything)
{
	struct builder *b = f->b;
	while (f->pooled && (f->pool_wires & mask || everything)) {
		uint64_t wires = 0;
		double cost = 0;
		uint8_t joined[POOL] = {0};
		unsigned count = 0, due = 0;
		/* Due ones first, then those inside the table so far, then those that still fit. */
		for (unsigned round = 0; round < 3; round++)
			for (unsigned i = 0; i < f->pooled; i++) {
				const struct item *item = &b->item[f->pool[i]];
				const uint64_t own = item_wires(item);
				const bool is_due = everything || own & mask;
				if (joined[i] || (round == 0 && !is_due) || (round == 1 && own & ~wires))
					continue;
				if (count > 0 && !table_holds(f, wires | own))
					continue;
				if (count > 0 && !table_holds(f, wires))
					break; /* the first one alone is wider than a table */
				if (count == 0 && round > 0)
					break;
				wires |= own;
				cost += cost_of(item);
				joined[i] = 1 + is_due;
				count++;
				due += is_due;
			}
		if (!due)
			break;
		const unsigned targets = bit_count(wires);
		const bool pays = count > 1 && table_holds(f, wires) && cost >= step_cost(KERNEL_DIAGONAL, targets, 0);
		int32_t chain[POOL];
		unsigned chained = 0, kept = 0;
		f->pool_wires = 0;
		for (unsigned i = 0; i < f->pooled; i++) {
			if (joined[i] && (pays || joined[i] == 2)) {
				chain[chained++] = f->pool[i];
			} else {
				f->pool_wires |= item_wires(&b->item[f->pool[i]]);
				f->pool[kept++] = f->pool[i];
			}
		}
		f->pooled = kept;
		if (pays) {
			const struct recipe frame = frame_of(b, wires);
			add_step(f, KERNEL_DIAGONAL, targets, &frame, 0, chain, chained);
		} else {
			for (unsigned i = 0; i < chained; i++)
				add_alone(f, chain[i]);
		}
	}
}

static void add_to_pool(struct fuser *f, int32_t i)
{
	if (f->pooled == POOL)
		flush_pool(f, 0, true);
	f->pool[f->pooled++] = i;
	f->pool_wires |= item_wires(&f->b->item[i]);
}

/* The rotations on `count` wires as one step. */
static void add_rotations(struct fuser *f, const int32_t *chain, unsigned count)
{
	struct recipe frame = {0};
	for (unsigned j = 0; j < count; j++)
		frame.wire[j] = f->b->item[chain[j]].wire[0];
	add_step(f, count == 1 ? KERNEL_REAL : KERNEL_ROTATE, count, &frame, 0, chain, count);
}

/* The rotations of a round. Those above the bits of a vector are the rows of steps, as evenly as it goes; those inside ride
 * along with the first of them. */
static void flush_rotations(struct fuser *f)
{
	const struct builder *b = f->b;
	int32_t lane[MAX_BITS], row[MAX_BITS];
	unsigned lanes = 0, rows = 0;
	uint64_t wires = 0;
	for (unsigned j = 0; j < f->rotations; j++) {
		const unsigned wire = b->item[f->rotation[j]].wire[0];
		wires |= bit_mask(wire);
		if (b->bit_of_wire[wire] < b->machine.lane_bits)
			lane[lanes++] = f->rotation[j];
		else
			row[rows++] = f->rotation[j];
	}
	f->rotations = 0;
	flush_pool(f, wires, false);
	unsigned steps = (rows + b->rotation_rows - 1) / b->rotation_rows;
	if (steps == 0 && lanes > 0)
		steps = 1;
	for (unsigned done = 0; steps > 0; steps--, lanes = 0) {
		int32_t chain[STEP_ROTATED_TARGETS];
		const unsigned share = (rows - done + steps - 1) / steps;
		unsigned count = 0;
		while (count < lanes) {
			chain[count] = lane[count];
			count++;
		}
		for (unsigned j = 0; j < share; j++)
			chain[count++] = row[done++];
		add_rotations(f, chain, count);
	}
}

static bool goes_on(const struct fuser *f, const struct blocked *blocked)
{
	const uint64_t all = low_mask(f->b->qubits);
	return (blocked->moved & all) != all && blocked->items < SKIPPED;
}

/* Every diagonal that may act now goes to the pool. */
static void pool_diagonals(struct fuser *f, int32_t *list)
{
	struct blocked blocked = {0};
	int32_t *link = list;
	for (int32_t i = *list; i != NONE && goes_on(f, &blocked); i = *link) {
		struct item *item = &f->b->item[i];
		if (item->moved || blocked_holds(&blocked, item)) {
			blocked_add(&blocked, item);
			link = &item->next;
		} else {
			*link = item->next;
			add_to_pool(f, i);
		}
	}
}

/* One round over the list; what stays behind remains on it. */
static void run_round(struct fuser *f, int32_t *list)
{
	struct blocked blocked = {0};
	int32_t *link = list;
	pool_diagonals(f, list);
	for (int32_t i = *list; i != NONE && goes_on(f, &blocked); i = *link) {
		struct item *item = &f->b->item[i];
		if (blocked_holds(&blocked, item)) {
			blocked_add(&blocked, item);
			link = &item->next;
			continue;
		}
		*link = item->next;
		if (!item->moved) {
			add_to_pool(f, i);
		} else if (item->kind == KERNEL_ROTATE) {
			f->rotation[f->rotations++] = i;
			blocked.moved |= item->moved; /* what follows on the wire waits for the end of the round */
		} else {
			flush_pool(f, item->moved, false);
			add_alone(f, i);
		}
	}
	flush_rotations(f);
}

void plan_fuse(struct builder *b, int32_t first, uint64_t inside)
{
	struct fuser f = {.b = b, .inside = inside};
	if (b->unfused) {
		for (int32_t i = first; i != NONE && !b->failed; i = b->item[i].next)
			add_alone(&f, i);
		return;
	}
	while (first != NONE && !b->failed)
		run_round(&f, &first);
	flush_pool(&f, 0, true);
}
