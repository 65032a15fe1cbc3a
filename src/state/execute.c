/* execute.c - carry out a schedule: remaps, sweeps, tiles, passes, blocks.
 *
 * A sweep is worked off tile by tile, each tile by one thread through all passes, while it is in that thread's
 * cache. Where there are too few tiles for the threads, they share the blocks instead, one pass after the
 * other; and where a pass has too few blocks for that, its blocks are taken smaller: a block needs no more than
 * the non-diagonal targets of its steps. Neither changes what is computed for an amplitude, so the result has
 * the same bits on any threads.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "state/state.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "base/bits.h"
#include "base/parallel.h"
#include "base/text.h"

enum {
	TILES_EACH = 8,      /* tiles a thread from which an uneven split costs little */
	BLOCKS_EACH = 4,     /* the same for blocks */
	POLL_BITS = 24,      /* ask whether to stop after so many updates of an amplitude, log2 */
	AGREE_BITS = 27,     /* and ask the other ranks after so many */
};

/* Steps applied one after another to each block; a pass or a part of one. */
struct group {
	uint64_t block, still;
	uint32_t first, count;   /* calls */
};

/* A sweep made ready. */
struct walk {
	struct vector *vector;
	const struct kernel_table *kernel;
	uint64_t local, rank;            /* the mask of local bits; the rank's number in place above them */
	uint64_t tile, still;            /* still: bits outside the tile that are 0 */
	struct group *group;
	uint32_t groups;
	struct kernel_call **call;
	uint32_t calls;
	const struct group *shared;      /* the group in hand where threads share blocks */
	atomic_int stop;
};

/* ---- Blocks -------------------------------------------------------------------------------------------- */

/* Ask the caller, on its own thread, whether to go on; the answer reaches the others through `stop`. */
static void poll_caller(struct walk *walk)
{
	const songdo_env *env = walk->vector->env;
	if (env->cancelled && env->cancelled(env->cancel_context))
		atomic_store_explicit(&walk->stop, 1, memory_order_relaxed);
}

static bool stopped(const struct walk *walk) { return atomic_load_explicit(&walk->stop, memory_order_relaxed); }

/* Apply a group to the blocks [begin, end) of those that the bits of `free` tell apart, `origin` being the first.
 *   since   updates since the caller was asked; NULL on threads that are not the caller's */
static void apply_group(struct walk *walk, const struct group *group, uint64_t origin, uint64_t free, uint64_t begin,
                        uint64_t end, uint64_t *since)
{
	void *amplitudes = walk->vector->amplitudes;
	uint64_t i = bits_deposit(begin, free), updates = (uint64_t)group->count << bit_count(group->block);
	for (uint64_t block = begin; block < end && !stopped(walk); block++) {
		for (uint32_t c = 0; c < group->count; c++)
			walk->kernel->apply(walk->call[group->first + c], amplitudes, origin | i);
		i = (i - free) & free;   /* the next number on the free bits */
		if (since && (*since += updates) >> POLL_BITS) {
			*since = 0;
			poll_caller(walk);
		}
	}
}

static void walk_tiles(void *context, uint64_t begin, uint64_t end)
{
	struct walk *walk = context;
	unsigned mode = kernel_mode_enter();
	uint64_t since = 0, *asked = begin == 0 ? &since : NULL;   /* the calling thread has the first share */
	uint64_t others = walk->local & ~walk->tile & ~walk->still, i = bits_deposit(begin, others);
	for (uint64_t tile = begin; tile < end && !stopped(walk); tile++) {
		for (uint32_t g = 0; g < walk->groups; g++) {
			const struct group *group = &walk->group[g];
			uint64_t free = walk->tile & ~group->block & ~group->still;
			apply_group(walk, group, walk->rank | i, free, 0, bit_mask(bit_count(free)), asked);
		}
		i = (i - others) & others;
	}
	kernel_mode_restore(mode);
}

static void walk_blocks(void *context, uint64_t begin, uint64_t end)
{
	struct walk *walk = context;
	unsigned mode = kernel_mode_enter();
	uint64_t since = 0;
	apply_group(walk, walk->shared, walk->rank, walk->local & ~walk->shared->block & ~walk->shared->still, begin, end,
	            begin == 0 ? &since : NULL);
	kernel_mode_restore(mode);
}

/* ---- Making a sweep ready ------------------------------------------------------------------------------- */

static uint64_t step_needs(const struct step *step)
{
	uint64_t needs = 0;
	for (unsigned i = 0; step->kind != KERNEL_DIAGONAL && i < step->targets; i++)
		needs |= bit_mask(step->target[i]);
	return needs;
}

/* The block without its highest bits that are not needed, until it has at most `most` bits. */
static uint64_t narrow(uint64_t block, uint64_t needs, unsigned most)
{
	while (bit_count(block) > most && (block & ~needs))
		block &= ~bit_mask(bit_highest(block & ~needs));
	return block;
}

/* One group a pass. */
static void group_by_pass(struct walk *walk, const struct schedule *schedule, const struct sweep *sweep)
{
	for (uint32_t p = 0; p < sweep->count; p++) {
		const struct pass *pass = &schedule->pass[sweep->first + p];
		assert((pass->block & ~sweep->tile) == 0);
		if (pass->count)
			walk->group[walk->groups++] = (struct group){pass->block, pass->still, walk->calls, pass->count};
		walk->calls += pass->count;
	}
}

/* Groups whose blocks have at most `most` bits where their steps allow it: as many steps of a pass together as share
 * such a block. The bits inside a vector stay in the block, so that the kernels take the same way. */
static void group_by_need(struct walk *walk, const struct schedule *schedule, const struct sweep *sweep, unsigned most)
{
	for (uint32_t p = 0; p < sweep->count; p++) {
		const struct pass *pass = &schedule->pass[sweep->first + p];
		uint64_t lanes = pass->block & low_mask(walk->kernel->lane_bits), needs = lanes;
		struct group *group = NULL;
		if (bit_count(pass->block) <= most) {
			if (pass->count)
				walk->group[walk->groups++] = (struct group){pass->block, pass->still, walk->calls, pass->count};
			walk->calls += pass->count;
			continue;
		}
		for (uint32_t s = 0; s < pass->count; s++, walk->calls++) {
			uint64_t more = step_needs(&schedule->step[pass->first + s]);
			if (!group || bit_count(needs | more) > most) {
				needs = lanes;
				group = &walk->group[walk->groups++];
				*group = (struct group){0, pass->still, walk->calls, 0};
			}
			needs |= more;
			group->block = narrow(pass->block, needs, most);
			group->count++;
		}
	}
}

static songdo_status prepare(struct walk *walk, const struct schedule *schedule, const struct sweep *sweep,
                             unsigned local_bits)
{
	uint32_t call = 0, group = 0;
	for (uint32_t p = 0; p < sweep->count; p++) {
		const struct pass *pass = &schedule->pass[sweep->first + p];
		for (uint32_t s = 0; s < pass->count; s++, call++) {
			while (call >= walk->group[group].first + walk->group[group].count)
				group++;
			songdo_status status = walk->kernel->prepare(&walk->call[call], &schedule->step[pass->first + s],
			                                             walk->group[group].block, local_bits);
			if (status)
				return status;
		}
	}
	return SONGDO_OK;
}

/* ---- Sweeps ---------------------------------------------------------------------------------------------- */

/* Whether whole tiles split well among the threads. */
static bool enough_tiles(uint64_t tiles, int threads)
{
	uint64_t team = (uint64_t)threads;
	return tiles >= TILES_EACH * team || (tiles >= team && tiles % team == 0);
}

static songdo_status sweep_run(struct walk *walk, const struct schedule *schedule, const struct sweep *sweep,
                               unsigned local_bits)
{
	int threads = vector_threads(walk->vector);
	walk->tile = sweep->tile;
	walk->still = schedule->pass[sweep->first].still & ~sweep->tile;
	if (walk->rank & walk->still)
		return SONGDO_OK;   /* nothing but zeros on this rank */
	uint64_t tiles = bit_mask(bit_count(walk->local & ~walk->tile & ~walk->still));
	bool by_tile = enough_tiles(tiles, threads);
	walk->groups = walk->calls = 0;
	if (by_tile) {
		group_by_pass(walk, schedule, sweep);
	} else {
		unsigned blocks_bits = bit_highest((uint64_t)threads * BLOCKS_EACH);
		unsigned bits = bit_count(walk->local & ~walk->still);
		group_by_need(walk, schedule, sweep, bits > blocks_bits ? bits - blocks_bits : 0);
	}
	for (uint32_t c = 0; c < walk->calls; c++)
		walk->call[c] = NULL;
	songdo_status status = prepare(walk, schedule, sweep, local_bits);
	if (!status && by_tile)
		parallel_for(threads, tiles, walk_tiles, walk);
	for (uint32_t g = 0; !status && !by_tile && g < walk->groups; g++) {
		walk->shared = &walk->group[g];
		parallel_for(threads, bit_mask(bit_count(walk->local & ~walk->shared->block & ~walk->shared->still)), walk_blocks,
		             walk);
	}
	for (uint32_t c = 0; c < walk->calls; c++)
		kernel_call_free(walk->call[c]);
	if (!status && stopped(walk))
		status = SONGDO_INTERRUPTED;
	return status;
}

/* The steps of a sweep; counts their flops. */
static uint64_t count_sweep(struct cost *cost, const struct schedule *schedule, const struct sweep *sweep)
{
	uint64_t steps = 0;
	for (uint32_t p = 0; p < sweep->count; p++) {
		const struct pass *pass = &schedule->pass[sweep->first + p];
		for (uint32_t s = 0; s < pass->count; s++)
			cost->flops += step_rank_flops(&schedule->step[pass->first + s], schedule->local_bits, pass->still);
		steps += pass->count;
	}
	cost->sweeps++;
	return steps;
}

/* The steps of the sweep that has most of them. */
static uint64_t most_steps(const struct schedule *schedule)
{
	uint64_t most = 1;
	for (uint32_t s = 0; s < schedule->sweeps; s++) {
		uint64_t steps = 0;
		for (uint32_t p = 0; p < schedule->sweep[s].count; p++)
			steps += schedule->pass[schedule->sweep[s].first + p].count;
		most = max_u64(most, steps);
	}
	return most;
}

/* A rank that failed, or was told to stop, goes on with the remaps, which the others wait for, until all have
 * agreed. When they do so depends on the schedule alone. */
songdo_status state_execute(struct state *state, const struct schedule *schedule)
{
	songdo_env *env = state->vector->env;
	unsigned m = state->local_bits;
	songdo_status status = SONGDO_OK, agreed = SONGDO_OK;
	if (schedule->bits != state->bits || schedule->local_bits != m)
		return SONGDO_INTERNAL;

	struct walk walk = {.vector = state->vector, .kernel = state->vector->kernel, .local = low_mask(m)};
	walk.rank = (uint64_t)comm_rank(env->comm) << m;
	uint64_t most = most_steps(schedule), unasked = 0;
	walk.call = malloc(most * sizeof(struct kernel_call *));
	walk.group = malloc(most * sizeof(struct group));
	if (!walk.call || !walk.group)
		status = SONGDO_NO_FIT;
	for (uint32_t t = 0; t < schedule->stages && !agreed; t++) {
		const struct stage *stage = &schedule->stage[t];
		songdo_status moved = state_remap(state, &stage->remap);
		status = status ? status : moved;
		for (uint32_t s = 0; s < stage->count && !agreed; s++) {
			const struct sweep *sweep = &schedule->sweep[stage->first + s];
			uint64_t steps = count_sweep(&env->cost, schedule, sweep);
			if (!status)
				status = sweep_run(&walk, schedule, sweep, m);
			if (!env->cancelled)
				continue;
			unasked = add_saturated(unasked, steps << m);
			if (comm_size(env->comm) > 1 && unasked >> AGREE_BITS == 0)
				continue;
			unasked = 0;
			poll_caller(&walk);
			if (!status && stopped(&walk))
				status = SONGDO_INTERRUPTED;
			agreed = comm_agree(env->comm, status);
		}
	}
	free(walk.call);
	free(walk.group);
	poll_caller(&walk);
	if (!status && stopped(&walk))
		status = SONGDO_INTERRUPTED;
	return agreed ? agreed : comm_agree(env->comm, status);
}
