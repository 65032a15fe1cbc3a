/* fuse.c - the items of one pass to steps, by cost.
 *
 * Two kinds of fusion, on the list in order:
 *   pairs      items within two wires of the block gather until something else uses one of them; then one 4 x 4
 *              matrix replaces them where it is cheaper than their sum (three cx and eight rotations: yes; h h
 *              cx: no)
 *   diagonals  wait in a pool until an operator moves one of their wires. Those due are packed into tables of
 *              up to STEP_DIAGONAL_TARGETS wires, and every other diagonal of the pool that lies within a table
 *              rides along: this is what folds the n^2/2 phases of a Fourier transform into a few tables
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/bits.h"
#include "plan/build.h"

enum {
	POOL = 256,            /* diagonals that wait */
	TABLE_INSIDE = 8,      /* wires of a table that lie in the block: 2^8 factors are 4 KiB of L1 */
	TABLE_LARGE = 1 << 22, /* coefficients in a plan from which on tables stay small: 64 MiB */
	TABLE_SMALL = 6,       /* wires of these */
};

/* Items that gather on one or two wires. */
struct gathering {
	uint64_t wires;
	double cost;
	int32_t head, tail; /* items through next */
	bool real;
};

struct fuser {
	struct builder *b;
	uint64_t inside; /* wires of the block */
	struct gathering gathering[MAX_BITS];
	int8_t of_wire[MAX_BITS]; /* the slot of a wire's gathering (its lowest wire then), or NONE */
	int32_t pool[POOL];
	unsigned pooled;
	uint64_t pool_wires;
};

static double cost_of(const struct item *item)
{
	return item_cost(item->kind, item->targets, bit_count(item->control_mask));
}

static uint64_t wires_of(const struct item *item) { return item->moved | item->read; }

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
				const uint64_t own = wires_of(item);
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
		const bool pays = count > 1 && table_holds(f, wires) && cost >= item_cost(KERNEL_DIAGONAL, targets, 0);
		int32_t chain[POOL];
		unsigned chained = 0, kept = 0;
		f->pool_wires = 0;
		for (unsigned i = 0; i < f->pooled; i++) {
			if (joined[i] && (pays || joined[i] == 2)) {
				chain[chained++] = f->pool[i];
			} else {
				f->pool_wires |= wires_of(&b->item[f->pool[i]]);
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

static void emit(struct fuser *f, int32_t i)
{
	const struct item *item = &f->b->item[i];
	if (item->moved) {
		flush_pool(f, item->moved, false);
		add_alone(f, i);
		return;
	}
	if (f->pooled == POOL)
		flush_pool(f, 0, true);
	f->pool[f->pooled++] = i;
	f->pool_wires |= wires_of(item);
}

static void forget(struct fuser *f, uint64_t wires)
{
	for (; wires; wires &= wires - 1)
		f->of_wire[bit_lowest(wires)] = NONE;
}

/* A gathering ends: as one matrix, or item by item. */
static void close_gathering(struct fuser *f, unsigned slot)
{
	struct builder *b = f->b;
	const struct gathering g = f->gathering[slot];
	forget(f, g.wires);
	const unsigned targets = bit_count(g.wires);
	const enum kernel_kind kind = g.real ? KERNEL_REAL : KERNEL_DENSE;
	if (g.head == g.tail || g.cost <= item_cost(kind, targets, 0)) {
		for (int32_t i = g.head, next; i != NONE; i = next) {
			next = i == g.tail ? NONE : b->item[i].next;
			emit(f, i);
		}
		return;
	}
	flush_pool(f, g.wires, false);
	/* The chain of items becomes one chain of atoms, held by the first. */
	for (int32_t i = g.head; i != g.tail; i = b->item[i].next)
		b->out->atom[b->item[i].tail].next = b->item[b->item[i].next].head;
	const struct recipe frame = frame_of(b, g.wires);
	add_step(f, kind, targets, &frame, 0, &g.head, 1);
}

static void close_all(struct fuser *f, uint64_t wires)
{
	for (; wires; wires &= wires - 1)
		if (f->of_wire[bit_lowest(wires)] != NONE)
			close_gathering(f, (unsigned)f->of_wire[bit_lowest(wires)]);
}

static void join(struct fuser *f, struct gathering *g, int32_t i)
{
	struct item *item = &f->b->item[i];
	g->cost += cost_of(item);
	g->real = g->real && (item->kind == KERNEL_REAL || item->kind == KERNEL_EXCHANGE);
	if (g->head == NONE)
		g->head = i;
	else
		f->b->item[g->tail].next = i;
	g->tail = i;
	item->next = NONE;
}

/* Open a gathering on the wires, taking over those that lie within them. */
static void open_gathering(struct fuser *f, uint64_t wires, int32_t i)
{
	struct gathering g = {.wires = wires, .head = NONE, .tail = NONE, .real = true};
	for (uint64_t rest = wires; rest; rest &= rest - 1) {
		const int slot = f->of_wire[bit_lowest(rest)];
		if (slot == NONE)
			continue;
		const struct gathering old = f->gathering[slot];
		if (old.wires & ~wires) {
			close_gathering(f, (unsigned)slot);
			continue;
		}
		g.cost += old.cost;
		g.real = g.real && old.real;
		if (g.head == NONE)
			g.head = old.head;
		else
			f->b->item[g.tail].next = old.head;
		g.tail = old.tail;
		forget(f, old.wires);
	}
	join(f, &g, i);
	const unsigned slot = bit_lowest(wires);
	f->gathering[slot] = g;
	for (uint64_t rest = wires; rest; rest &= rest - 1)
		f->of_wire[bit_lowest(rest)] = (int8_t)slot;
}

static void gather(struct fuser *f, int32_t i)
{
	const struct item *item = &f->b->item[i];
	const uint64_t wires = wires_of(item);
	const bool fits = wires && bit_count(wires) <= 2 && !(wires & ~f->inside);
	const int slot = wires ? f->of_wire[bit_lowest(wires)] : NONE;
	if (fits && slot != NONE && !(wires & ~f->gathering[slot].wires)) {
		join(f, &f->gathering[slot], i);
	} else if (fits && item->moved) {
		open_gathering(f, wires, i);
	} else {
		close_all(f, wires);
		emit(f, i);
	}
}

void plan_fuse(struct builder *b, int32_t first, uint64_t inside)
{
	struct fuser f = {.b = b, .inside = inside};
	for (unsigned w = 0; w < MAX_BITS; w++)
		f.of_wire[w] = NONE;
	for (int32_t i = first, next; i != NONE && !b->failed; i = next) {
		next = b->item[i].next;
		if (b->unfused)
			add_alone(&f, i);
		else
			gather(&f, i);
	}
	close_all(&f, low_mask(b->qubits));
	flush_pool(&f, 0, true);
}
