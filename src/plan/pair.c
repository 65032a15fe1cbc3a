/* pair.c - operators that gather on two wires become one matrix, where that is cheaper.
 *
 * Items within two wires gather until something else uses one of them; then one 4 x 4 matrix replaces them where it
 * costs less than their sum (three cx and eight rotations: yes; h h cx: no). It happens before anything is placed, so
 * that all of a gathering runs in one pass.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/bits.h"
#include "plan/blocked.h"

/* Items that gather on one or two wires. */
struct gathering {
	uint64_t wires;
	double cost;
	int32_t head, tail; /* items through next */
	bool real;
};

struct gatherer {
	struct builder *b;
	struct gathering gathering[MAX_BITS];
	int8_t of_wire[MAX_BITS]; /* the slot of a wire's gathering (its lowest wire then), or NONE */
	int32_t first, last;      /* the new list */
};

static void emit(struct gatherer *g, int32_t i)
{
	if (g->first == NONE)
		g->first = i;
	else
		g->b->item[g->last].next = i;
	g->last = i;
	g->b->item[i].next = NONE;
}

static void forget(struct gatherer *g, uint64_t wires)
{
	for (; wires; wires &= wires - 1)
		g->of_wire[bit_lowest(wires)] = NONE;
}

/* A gathering ends: as one matrix, or item by item. */
static void close_gathering(struct gatherer *gatherer, unsigned slot)
{
	struct builder *b = gatherer->b;
	const struct gathering g = gatherer->gathering[slot];
	const unsigned targets = bit_count(g.wires);
	const enum kernel_kind kind = g.real ? KERNEL_REAL : KERNEL_DENSE;
	forget(gatherer, g.wires);
	if (targets == 1 || g.head == g.tail || g.cost <= step_cost(kind, targets, 0)) {
		for (int32_t i = g.head, next; i != NONE; i = next) {
			next = i == g.tail ? NONE : b->item[i].next;
			emit(gatherer, i);
		}
		return;
	}
	/* The chain of items becomes one chain of atoms, held by the first. */
	struct item *whole = &b->item[g.head];
	for (int32_t i = g.head; i != g.tail; i = b->item[i].next)
		b->out->atom[b->item[i].tail].next = b->item[b->item[i].next].head;
	whole->tail = b->item[g.tail].tail;
	whole->kind = (uint8_t)kind;
	whole->targets = (uint8_t)targets;
	whole->moved = g.wires;
	whole->read = whole->control_mask = whole->control_value = 0;
	whole->wire[0] = (uint8_t)bit_lowest(g.wires);
	whole->wire[1] = (uint8_t)bit_highest(g.wires);
	emit(gatherer, g.head);
}

static void close_all(struct gatherer *g, uint64_t wires)
{
	for (; wires; wires &= wires - 1)
		if (g->of_wire[bit_lowest(wires)] != NONE)
			close_gathering(g, (unsigned)g->of_wire[bit_lowest(wires)]);
}

static void join(struct gatherer *gatherer, struct gathering *g, int32_t i)
{
	struct item *item = &gatherer->b->item[i];
	g->cost += item_cost(item);
	g->real = g->real && (item->kind == KERNEL_REAL || item->kind == KERNEL_EXCHANGE);
	if (g->head == NONE)
		g->head = i;
	else
		gatherer->b->item[g->tail].next = i;
	g->tail = i;
	item->next = NONE;
}

/* Open a gathering on the wires, taking over those that lie within them. */
static void open_gathering(struct gatherer *gatherer, uint64_t wires, int32_t i)
{
	struct builder *b = gatherer->b;
	struct gathering g = {.wires = wires, .head = NONE, .tail = NONE, .real = true};
	for (uint64_t rest = wires; rest; rest &= rest - 1) {
		const int slot = gatherer->of_wire[bit_lowest(rest)];
		if (slot == NONE)
			continue;
		const struct gathering old = gatherer->gathering[slot];
		if (old.wires & ~wires) {
			close_gathering(gatherer, (unsigned)slot);
			continue;
		}
		g.cost += old.cost;
		g.real = g.real && old.real;
		if (g.head == NONE)
			g.head = old.head;
		else
			b->item[g.tail].next = old.head;
		g.tail = old.tail;
		forget(gatherer, old.wires);
	}
	join(gatherer, &g, i);
	const unsigned slot = bit_lowest(wires);
	gatherer->gathering[slot] = g;
	for (uint64_t rest = wires; rest; rest &= rest - 1)
		gatherer->of_wire[bit_lowest(rest)] = (int8_t)slot;
}

static void gather(struct gatherer *g, int32_t i)
{
	const struct item *item = &g->b->item[i];
	const uint64_t wires = item_wires(item);
	const bool fits = wires && bit_count(wires) <= 2 && g->b->local_bits >= 2;
	const int slot = wires ? g->of_wire[bit_lowest(wires)] : NONE;
	if (fits && slot != NONE && !(wires & ~g->gathering[slot].wires)) {
		join(g, &g->gathering[slot], i);
	} else if (fits && item->moved) {
		open_gathering(g, wires, i);
	} else {
		close_all(g, wires);
		emit(g, i);
	}
}

void plan_pair(struct builder *b)
{
	struct gatherer g = {.b = b, .first = NONE, .last = NONE};
	for (unsigned w = 0; w < MAX_BITS; w++)
		g.of_wire[w] = NONE;
	for (int32_t i = b->first_item, next; i != NONE; i = next) {
		next = b->item[i].next;
		gather(&g, i);
	}
	close_all(&g, low_mask(b->qubits));
	b->first_item = g.first;
	b->last_item = g.last;
}
