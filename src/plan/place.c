/* place.c - stages, remaps, sweeps and passes: which operators run together, on which bits.
 *
 * One question is asked at three levels: which set of bits, of limited size, lets the most operators run now?
 * For a stage the set is the local bits, for a sweep the tile (L2), for a pass the block (L1). Only the wires
 * that an operator moves must lie in the set. The list of what remains is walked in program order; an operator
 * that cannot run blocks the wires it uses for those behind it, except that two operators which both only read
 * a wire pass each other.
 *
 * A tile (and a block) is a run of low bits plus some far ones. For a block they are few, because stretches of
 * memory at large powers of two apart compete for the same sets of an 8-way L1; for a tile, whose overflow
 * lands in L3, measurements show no loss up to stretches of 1 KiB. Which far bits is found by trying: each seed
 * is a set that some ready operator needs, grown first-fit; the seed that lets the greatest cost run wins.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/bits.h"
#include "plan/blocked.h"

enum {
	WINDOW = 4096,      /* operators skipped before a walk ends: bounds the time of a plan */
	USE_WINDOW = 16384, /* how far ahead a remap looks for the next use of a wire */
	SEEDS = 8,
	POSTPONED = 1024,   /* diagonals put off at a time: every walk passes them again */
};

/* A set of wires that operators may move, and how it may grow. */
struct reach {
	uint64_t base;    /* wires inside from the start */
	uint64_t extra;   /* far wires added */
	uint64_t allowed; /* wires that may be added */
	unsigned limit;   /* at most so many in extra */
};

struct seeds {
	uint64_t set[SEEDS];
	unsigned count;
};

static void add_seed(struct seeds *seeds, uint64_t set)
{
	for (unsigned i = 0; i < seeds->count; i++)
		if (seeds->set[i] == set)
			return;
	if (seeds->count < SEEDS)
		seeds->set[seeds->count++] = set;
}

/* Walk the list from `first`; what fits the reach is weighed (taken NULL) or moved from the list to *taken, in order.
 * *seeds, where given, gathers the far sets that ready operators need. Returns the weight: the cost of what fits. */
static double walk(struct builder *b, int32_t *first, struct reach *reach, int32_t *taken, struct seeds *seeds)
{
	const uint64_t all = low_mask(b->qubits);
	struct blocked blocked = {0};
	double weight = 0;
	int32_t *end = taken;
	for (int32_t *link = first, i = *first, next; i != NONE; i = next) {
		struct item *item = &b->item[i];
		next = item->next;
		bool fits = !blocked_holds(&blocked, item);
		const uint64_t need = item->moved & ~(reach->base | reach->extra);
		if (fits && need) {
			if (seeds && !(need & ~reach->allowed))
				add_seed(seeds, need);
			fits = !(need & ~reach->allowed) && bit_count(reach->extra | need) <= reach->limit;
			if (fits)
				reach->extra |= need;
		}
		if (fits) {
			weight += item->moved ? item_cost(item) : 0;
			if (taken) {
				*link = next;
				*end = i;
				end = &item->next;
			}
			continue;
		}
		link = &item->next;
		blocked_add(&blocked, item);
		if ((blocked.moved & all) == all || blocked.items == WINDOW)
			break;
	}
	if (taken)
		*end = NONE;
	return weight;
}

static uint64_t wires_at(const struct builder *b, uint64_t bits)
{
	uint64_t wires = 0;
	for (; bits; bits &= bits - 1)
		wires |= bit_mask(b->wire_of_bit[bit_lowest(bits)]);
	return wires;
}

static uint64_t bits_of(const struct builder *b, uint64_t wires)
{
	uint64_t bits = 0;
	for (; wires; wires &= wires - 1)
		bits |= bit_mask(b->bit_of_wire[bit_lowest(wires)]);
	return bits;
}

/* Add the lowest bits of `region` that `set` lacks until it has `size` bits. */
static uint64_t fill(uint64_t set, uint64_t region, unsigned size)
{
	for (uint64_t rest = region & ~set; rest && bit_count(set) < size; rest &= rest - 1)
		set |= rest & -rest;
	return set;
}

/* What the first operator that could run on the wires of `base` moves; 0 where there is none. */
static uint64_t first_ready(const struct builder *b, int32_t list, uint64_t base)
{
	struct blocked blocked = {0};
	for (int32_t i = list; i != NONE && (base & ~blocked.moved) && blocked.items < WINDOW; i = b->item[i].next) {
		const struct item *item = &b->item[i];
		const bool ready = !blocked_holds(&blocked, item);
		if (!item->moved && ready)
			continue;
		if (ready && !(item->moved & ~base))
			return item->moved;
		blocked_add(&blocked, item);
	}
	return 0;
}

/* Take from the list what one set of `size` bits inside `region` lets run: the lowest of them and `far` others.
 * Returns the set (bits); *taken is NONE where nothing can run inside the region at all. */
static uint64_t choose(struct builder *b, int32_t *list, uint64_t region, unsigned size, unsigned far, int32_t *taken)
{
	struct reach whole = {.base = wires_at(b, region)};
	if (bit_count(region) <= size) {
		walk(b, list, &whole, taken, NULL);
		return region;
	}
	const uint64_t low = fill(0, region, size - far);
	const struct reach empty = {.base = wires_at(b, low), .allowed = wires_at(b, region & ~low), .limit = far};
	struct seeds seeds = {{0}, 1};
	struct reach best = empty;
	double best_weight = walk(b, list, &best, NULL, &seeds);
	for (unsigned i = 1; i < seeds.count; i++) {
		struct reach trial = empty;
		trial.extra = seeds.set[i];
		if (bit_count(trial.extra) > far)
			continue;
		const double weight = walk(b, list, &trial, NULL, NULL);
		if (weight > best_weight * 1.0001) {
			best = trial;
			best_weight = weight;
		}
	}
	uint64_t set = fill(low | bits_of(b, best.extra), region, size);
	if (best_weight == 0) /* the first operators are wider than the far bits allow: give one of them what it needs */
		set = fill(bits_of(b, first_ready(b, *list, whole.base)), region, size);
	struct reach chosen = {.base = wires_at(b, set)};
	walk(b, list, &chosen, taken, NULL);
	return set;
}

/* The bits that move first among the wires: number of the first item that moves each; UINT32_MAX where none in
 * sight does. */
static void next_uses(const struct builder *b, uint32_t *use)
{
	memset(use, 0xff, MAX_BITS * sizeof *use);
	uint64_t unseen = low_mask(b->qubits);
	uint32_t n = 0;
	for (int32_t i = b->first_item; i != NONE && unseen && n < USE_WINDOW; i = b->item[i].next, n++)
		for (uint64_t fresh = b->item[i].moved & unseen; fresh; fresh &= fresh - 1) {
			use[bit_lowest(fresh)] = n;
			unseen &= ~(fresh & -fresh);
		}
}

/* The wires that should sit on rank bits now: those moved last (Belady). Among equals those in `rather` come
 * first. */
static uint64_t farthest(const struct builder *b, uint64_t rather)
{
	uint32_t use[MAX_BITS];
	next_uses(b, use);
	uint64_t chosen = 0;
	for (unsigned k = 0; k < b->rank_bits; k++) {
		unsigned best = MAX_BITS;
		for (unsigned w = 0; w < b->qubits; w++) {
			if (chosen & bit_mask(w))
				continue;
			if (best == MAX_BITS || use[w] > use[best] ||
			    (use[w] == use[best] && (rather >> w & 1) > (rather >> best & 1)))
				best = w;
		}
		chosen |= bit_mask(best);
	}
	return chosen;
}

static void exchange_bits(struct builder *b, unsigned x, unsigned y)
{
	const uint8_t wire_x = b->wire_of_bit[x], wire_y = b->wire_of_bit[y];
	b->wire_of_bit[x] = wire_y;
	b->wire_of_bit[y] = wire_x;
	b->bit_of_wire[wire_x] = (uint8_t)y;
	b->bit_of_wire[wire_y] = (uint8_t)x;
}

static struct stage *add_stage(struct builder *b)
{
	struct plan_arrays *out = b->out;
	if (!builder_room(b, &out->stage, &out->stage_capacity, out->stages, sizeof *out->stage))
		return NULL;
	struct stage *stage = &out->stage[out->stages++];
	*stage = (struct stage){.first = (uint32_t)out->sweeps};
	return stage;
}

static void add_pair(struct builder *b, struct stage *stage, unsigned local, unsigned rank)
{
	stage->remap.local[stage->remap.count] = (uint8_t)local;
	stage->remap.rank[stage->remap.count++] = (uint8_t)rank;
	exchange_bits(b, local, rank);
}

/* Begin a stage whose remap makes the next operators local. */
static void remap(struct builder *b)
{
	const uint64_t local_bits = low_mask(b->local_bits), rank_bits = low_mask(b->qubits) & ~local_bits;
	const uint64_t rank_wires = wires_at(b, rank_bits), wanted = farthest(b, rank_wires);
	struct stage *stage = add_stage(b);
	if (!stage)
		return;
	/* High local bits are traded first: the parts that travel are then long runs of memory. */
	uint64_t leaving = bits_of(b, wanted & ~rank_wires);
	for (uint64_t coming = bits_of(b, rank_wires & ~wanted); coming; coming &= coming - 1) {
		const unsigned local = bit_highest(leaving);
		leaving &= ~bit_mask(local);
		add_pair(b, stage, local, bit_lowest(coming));
	}
}

/* Diagonals that nothing taken waits for go back to the front of the list: later they may share a table with others. Where
 * no operator that moves a wire remains they stay. */
static void postpone(struct builder *b, int32_t *taken, int32_t *list, uint64_t movers)
{
	if (movers == 0 || b->unfused)
		return;
	/* Reverse the list, then take it apart from its end. */
	int32_t reversed = NONE, kept = NONE;
	for (int32_t i = *taken, next; i != NONE; i = next) {
		next = b->item[i].next;
		b->item[i].next = reversed;
		reversed = i;
	}
	uint64_t awaited = 0;
	unsigned postponed = 0;
	for (int32_t i = reversed, next; i != NONE; i = next) {
		struct item *item = &b->item[i];
		next = item->next;
		awaited |= item->moved;
		const bool stays = item->moved || item->read & awaited || postponed == POSTPONED;
		int32_t *const to = stays ? &kept : list;
		postponed += !stays;
		item->next = *to;
		*to = i;
	}
	*taken = kept;
}

static uint64_t count_movers(const struct builder *b, int32_t list)
{
	uint64_t movers = 0;
	for (int32_t i = list; i != NONE; i = b->item[i].next)
		movers += b->item[i].moved != 0;
	return movers;
}

/* The passes of a sweep over the items of `list`. */
static void add_passes(struct builder *b, int32_t list, uint64_t tile)
{
	struct plan_arrays *out = b->out;
	uint64_t movers = count_movers(b, list);
	while (list != NONE && !b->failed) {
		int32_t taken = NONE;
		const uint64_t block = choose(b, &list, tile, b->block_bits, b->block_far, &taken);
		movers -= count_movers(b, taken);
		postpone(b, &taken, &list, movers);
		assert(taken != NONE);
		if (!builder_room(b, &out->pass, &out->pass_capacity, out->passes, sizeof *out->pass))
			return;
		const uint64_t first = out->steps;
		for (int32_t i = taken; i != NONE; i = b->item[i].next)
			b->joined |= b->item[i].moved;
		const uint64_t still = bits_of(b, low_mask(b->qubits) & ~b->joined) & ~block;
		plan_fuse(b, taken, wires_at(b, block));
		out->pass[out->passes++] = (struct pass){
		        .block = block, .first = (uint32_t)first, .count = (uint32_t)(out->steps - first), .still = still};
	}
}

static void add_sweep(struct builder *b, int32_t list, uint64_t tile)
{
	struct plan_arrays *out = b->out;
	if (out->stages == 0 && !add_stage(b))
		return;
	if (!builder_room(b, &out->sweep, &out->sweep_capacity, out->sweeps, sizeof *out->sweep))
		return;
	const uint64_t first = out->passes;
	add_passes(b, list, tile);
	out->sweep[out->sweeps++] =
	        (struct sweep){.tile = tile, .first = (uint32_t)first, .count = (uint32_t)(out->passes - first)};
	out->stage[out->stages - 1].count++;
}

void plan_first_layout(struct builder *b, const struct layout *first, const struct layout *last)
{
	uint8_t *bit = b->bit_of_wire;
	/* The qubits end on wires that are known now; without a remap they end on these wires' bits. */
	for (unsigned q = 0; q < b->qubits; q++)
		bit[first ? q : b->wire_of_qubit[q]] = first ? first->bit[q] : last ? last->bit[q] : (uint8_t)q;
	for (unsigned w = 0; w < b->qubits; w++)
		b->wire_of_bit[bit[w]] = (uint8_t)w;
	if (first || b->rank_bits == 0 || b->unfused)
		return;
	const uint64_t rank_bits = low_mask(b->qubits) & ~low_mask(b->local_bits);
	const uint64_t rank_wires = wires_at(b, rank_bits), wanted = farthest(b, rank_wires);
	uint64_t leaving = bits_of(b, wanted & ~rank_wires);
	for (uint64_t coming = bits_of(b, rank_wires & ~wanted); coming; coming &= coming - 1) {
		exchange_bits(b, bit_highest(leaving), bit_lowest(coming));
		leaving &= ~bit_mask(bit_highest(leaving));
	}
}

void plan_place(struct builder *b)
{
	const uint64_t local = low_mask(b->local_bits);
	int32_t *list = &b->first_item;
	b->movers = count_movers(b, *list);
	while (*list != NONE && !b->failed) {
		int32_t taken = NONE;
		uint64_t tile;
		if (b->unfused) {
			const int32_t rest = b->item[*list].next;
			int32_t single = *list;
			b->item[single].next = NONE;
			tile = choose(b, &single, local, b->tile_bits, b->tile_far, &taken);
			if (taken == NONE)
				b->item[*list].next = rest;
			else
				*list = rest;
		} else {
			tile = choose(b, list, local, b->tile_bits, b->tile_far, &taken);
			b->movers -= count_movers(b, taken);
			postpone(b, &taken, list, b->movers);
		}
		if (taken == NONE)
			remap(b);
		else
			add_sweep(b, taken, tile);
	}
}

void plan_restore(struct builder *b, const struct layout *last)
{
	/* desired[x]: the wire that must end on bit x */
	uint8_t desired[MAX_BITS];
	for (unsigned q = 0; q < b->qubits; q++)
		desired[last->bit[q]] = b->wire_of_qubit[q];
	for (;;) { /* two remaps do, where local bits are many */
		struct stage *stage = NULL;
		uint64_t used = 0;
		for (unsigned round = 0; round < 2; round++)
			for (unsigned x = b->local_bits; x < b->qubits; x++) {
				const unsigned from = b->bit_of_wire[desired[x]];
				if (from == x || (used >> x & 1))
					continue;
				unsigned local = from, rank = x;
				if (round == 0) { /* first what comes right at once ... */
					if (from >= b->local_bits || used >> from & 1)
						continue;
				} else { /* ... then what must come down to be placed by the next round */
					const uint64_t free = low_mask(b->local_bits) & ~used;
					if (from < b->local_bits)
						continue;
					if (!free)
						break;
					local = bit_highest(free);
					rank = from;
				}
				if (!stage && !(stage = add_stage(b)))
					return;
				used |= bit_mask(local) | bit_mask(rank);
				add_pair(b, stage, local, rank);
			}
		if (!stage)
			break;
	}
	/* Local bits: each cycle of the permutation by one exchange less than its length. */
	uint8_t now[MAX_BITS];
	memcpy(now, b->wire_of_bit, sizeof now);
	for (unsigned x = 0; x < b->local_bits; x++)
		while (now[x] != desired[x]) {
			unsigned y = x + 1;
			while (now[y] != desired[x])
				y++;
			/* What wire now[x] holds goes to where now[y] is: the qubits change wires, the wires stay. */
			const uint8_t wire_x = b->wire_of_bit[x], wire_y = b->wire_of_bit[y];
			plan_add_swap(b, wire_x, wire_y);
			const uint8_t kept = now[x];
			now[x] = now[y];
			now[y] = kept;
			if (b->failed)
				return;
		}
	plan_place(b);
}
