/* remap.c - trade local bits for rank bits.
 *
 * With j pairs of bits the ranks form groups of 2^j that differ in the traded rank bits. A rank whose traded
 * rank bits read b keeps the amplitudes whose traded local bits read b; those that read a != b belong on the
 * partner whose rank bits read a, and the partner's that read b belong in their place. So with each partner in
 * turn (b xor 1, b xor 2, ...: both sides count alike) a block of equal shape goes both ways, in place, through
 * pieces of bounded size, two of them under way at a time.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "state/state.h"

#include <string.h>

#include "base/bits.h"
#include "base/parallel.h"

enum {
	DEPTH = 2,                 /* pieces under way */
	LONG_RUN = 4096,           /* elements; longer runs are cut, so that threads can share them */
};

/* ---- Moving amplitudes between the state and a piece ------------------------------------------------------ */

/* Element e of a block is the amplitude whose free (not traded) bits spell e and whose traded bits read
 * `pattern`; below the lowest traded bit elements are neighbours, in runs. */
struct block {
	unsigned char *amplitudes;
	uint64_t free, pattern, run;     /* masks of local bits; run in elements */
	unsigned shift;                  /* log2 of an amplitude's bytes */
};

struct transfer {
	struct block block;
	unsigned char *piece;
	uint64_t first;                  /* the element at which the piece begins */
	bool in;                         /* from the piece into the state */
};

/* Inlined with a constant number of bytes for the short runs of low bits, where a call for each would cost the most. */
static inline __attribute__((always_inline)) void copy_runs(const struct transfer *t, uint64_t begin, uint64_t end,
                                                            size_t bytes)
{
	const struct block *block = &t->block;
	uint64_t run = block->run, i = bits_deposit(t->first + begin, block->free);
	for (uint64_t e = begin; e < end; e += run) {
		unsigned char *amplitude = block->amplitudes + ((i | block->pattern) << block->shift);
		unsigned char *place = t->piece + (e << block->shift);
		memcpy(t->in ? amplitude : place, t->in ? place : amplitude, bytes);
		i = ((i | ~block->free) + run) & block->free;
	}
}

/* Runs [begin, end) of a piece. */
static void transfer_runs(void *context, uint64_t begin, uint64_t end)
{
	const struct transfer *t = context;
	uint64_t run = t->block.run, bytes = run << t->block.shift;
	begin *= run;
	end *= run;
	switch (bytes) {
	case 8: copy_runs(t, begin, end, 8); break;
	case 16: copy_runs(t, begin, end, 16); break;
	case 32: copy_runs(t, begin, end, 32); break;
	case 64: copy_runs(t, begin, end, 64); break;
	default: copy_runs(t, begin, end, bytes);
	}
}

static void move_piece(const struct vector *vector, const struct block *block, unsigned char *piece, uint64_t first,
                       uint64_t count, bool in)
{
	struct transfer transfer = {*block, piece, first, in};
	transfer.block.run = min_u64(min_u64(block->run, LONG_RUN), count);
	parallel_for(vector_threads(vector), count / transfer.block.run, transfer_runs, &transfer);
}

/* ---- The exchange ----------------------------------------------------------------------------------------- */

struct trade {
	struct state *state;
	const struct remap *remap;
	uint64_t own;                    /* this rank's traded bits: bit i is that of pair i */
	uint64_t pieces, piece;          /* of one partner's block; elements of each */
	struct block block;              /* its pattern is that of the partner in hand */
};

/* Spread the bits of x over the places listed. */
static uint64_t spread(uint64_t x, const uint8_t *place, unsigned count, unsigned origin)
{
	uint64_t out = 0;
	for (unsigned i = 0; i < count; i++)
		out |= (x >> i & 1) << (place[i] - origin);
	return out;
}

/* Item k of a trade is piece k % pieces of the exchange with partner number 1 + k / pieces. */
static struct block item_block(const struct trade *trade, uint64_t k, uint64_t *first)
{
	struct block block = trade->block;
	uint64_t partner = 1 + k / trade->pieces;
	block.pattern = spread(trade->own ^ partner, trade->remap->local, trade->remap->count, 0);
	*first = k % trade->pieces * trade->piece;
	return block;
}

/* The two pieces of a slot: what is sent and what is received. */
static unsigned char *slot_piece(const struct trade *trade, int slot, int received)
{
	return (unsigned char *)trade->state->buffer + (uint64_t)(2 * slot + received) * (trade->state->buffer_bytes / 4);
}

static songdo_status begin_item(const struct trade *trade, uint64_t k)
{
	struct vector *vector = trade->state->vector;
	struct comm *comm = vector->env->comm;
	uint64_t first, bytes = trade->piece << trade->block.shift;
	struct block block = item_block(trade, k, &first);
	int slot = (int)(k % DEPTH);
	uint64_t partner = 1 + k / trade->pieces;
	int peer = comm_rank(comm) ^ (int)spread(partner, trade->remap->rank, trade->remap->count, trade->state->local_bits);

	const unsigned char *send = slot_piece(trade, slot, 0);
	if (block.run >= trade->piece)   /* neighbours: sent from where they stand */
		send = block.amplitudes + ((bits_deposit(first, block.free) | block.pattern) << block.shift);
	else
		move_piece(vector, &block, slot_piece(trade, slot, 0), first, trade->piece, false);
	songdo_status status = comm_exchange_begin(comm, slot, peer, send, slot_piece(trade, slot, 1), bytes);
	if (!status) {
		vector->env->cost.exchanged_bytes += bytes;
		vector->env->cost.messages++;
	}
	return status;
}

static songdo_status end_item(const struct trade *trade, uint64_t k)
{
	struct vector *vector = trade->state->vector;
	uint64_t first;
	struct block block = item_block(trade, k, &first);
	int slot = (int)(k % DEPTH);
	songdo_status status = comm_exchange_end(vector->env->comm, slot);
	if (!status)
		move_piece(vector, &block, slot_piece(trade, slot, 1), first, trade->piece, true);
	return status;
}

songdo_status state_remap(struct state *state, const struct remap *remap)
{
	const struct vector *vector = state->vector;
	unsigned pairs = remap->count, m = state->local_bits;
	if (pairs == 0)
		return SONGDO_OK;
	assert(pairs <= m && pairs <= state->bits - m && state->buffer);

	struct trade trade = {.state = state, .remap = remap};
	uint64_t traded = spread(low_mask(pairs), remap->local, pairs, 0), rank = (uint64_t)comm_rank(vector->env->comm);
	for (unsigned i = 0; i < pairs; i++)
		trade.own |= (rank >> (remap->rank[i] - m) & 1) << i;
	unsigned shift = bit_lowest(vector->kernel->amplitude_bytes);
	uint64_t block = bit_mask(m - pairs);
	trade.piece = min_u64(state->buffer_bytes / 4 >> shift, block);
	trade.pieces = block / trade.piece;
	trade.block = (struct block){vector->amplitudes, low_mask(m) & ~traded, 0, bit_mask(bit_lowest(traded)),
	                             shift};

	/* Blocks and pieces are disjoint, so one may be packed while the one before it is still under way. */
	uint64_t items = trade.pieces * (bit_mask(pairs) - 1), begun = 0, ended = 0;
	songdo_status status = SONGDO_OK;
	while (!status && ended < items) {
		if (begun < items && begun - ended < DEPTH) {
			status = begin_item(&trade, begun);
			begun += !status;
		} else {
			status = end_item(&trade, ended++);
		}
	}
	while (ended < begun) {   /* after a failure: leave nothing under way that points into the buffers */
		songdo_status last = comm_exchange_end(vector->env->comm, (int)(ended++ % DEPTH));
		status = status ? status : last;
	}
	vector->env->cost.remaps++;
	return status;
}
