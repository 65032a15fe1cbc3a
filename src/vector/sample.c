/* sample.c - from numbers in [0, 1) to positions.
 *
 * The cumulative sum is that of a binary tree over the bits of the position, whose root is the norm. A draw
 * starts at the root with t = u * norm; where t is less than the sum of the left half it goes left, else it
 * takes that sum off and goes right, and never into a half whose sum is zero. So a position of probability zero
 * is never drawn, and rounding at the upper end falls on the last position that has any. The walk keeps the
 * order of the draws: equal or ascending u give equal or ascending positions.
 *
 * The top of the tree, at most 2^TOP_BITS sums of blocks, is computed in one read and stands on every rank.
 * Below it each thread builds the trees of the blocks that its draws fall in, one at a time, and they fall in
 * order: that is the second read. Where the tree is cut depends on the length of the vector alone, so ranks and
 * threads do not matter.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "vector/vector.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "base/parallel.h"
#include "base/text.h"

enum {
	TOP_BITS = 16,
	LEVEL_BITS = 10,                              /* the tree of a block is cut into levels of this many bits */
	LEVELS = (MAX_BITS + 4 - TOP_BITS + LEVEL_BITS - 1) / LEVEL_BITS,
	SERIAL_DRAWS = 1 << 12,
};

/* ---- A tree of sums ---------------------------------------------------------------------------------- */

/* Nodes 2^depth .. 2^(depth + 1) - 1 are the leaves; node i is the sum of 2i and 2i + 1, node 1 the root. */
static void tree_fill(double *node, unsigned depth)
{
	for (uint64_t i = bit_mask(depth) - 1; i >= 1; i--)
		node[i] = node[2 * i] + node[2 * i + 1];
}

/* The leaf that *t falls in; *t becomes what is left of it there. */
static uint64_t tree_descend(const double *node, unsigned depth, double *t)
{
	uint64_t i = 1;
	for (unsigned level = 0; level < depth; level++) {
		double left = node[2 * i], right = node[2 * i + 1];
		bool go_right = *t >= left && right > 0;
		*t -= go_right ? left : 0;   /* no jump: which way a draw goes cannot be foretold */
		i = 2 * i + go_right;
	}
	return i - bit_mask(depth);
}

/* ---- The top ------------------------------------------------------------------------------------------ */

struct sampler {
	const struct vector *vector;
	uint64_t base;            /* the first position on this rank */
	double *top;              /* the tree of block sums, on every rank */
	unsigned depth, block_bits;
	uint64_t blocks;          /* on this rank */
	double *sum;              /* of these */
	double norm;
	const double *u;
	uint64_t *outcome;
};

static void sum_blocks(void *context, uint64_t begin, uint64_t end)
{
	const struct sampler *s = context;
	const struct vector *vector = s->vector;
	if (s->block_bits == 0) {
		vector->kernel->probabilities(s->sum + begin, vector->amplitudes, begin, end);
		return;
	}
	for (uint64_t block = begin; block < end; block++) {
		uint64_t first = block << s->block_bits, last = min_u64(first + bit_mask(s->block_bits), vector->local);
		s->sum[block] = vector->kernel->norm(vector->amplitudes, first, last);
	}
}

/* Fill the top of the tree with the sums of every rank's blocks. */
static songdo_status build_top(struct sampler *s)
{
	struct comm *comm = s->vector->env->comm;
	double *leaves = s->top + bit_mask(s->depth);
	uint64_t count = s->blocks * (uint64_t)comm_size(comm);
	songdo_status status = SONGDO_OK;
	memset(leaves, 0, bit_mask(s->depth) * sizeof *leaves);
	parallel_for(vector_threads(s->vector), s->blocks, sum_blocks, s);
	if (comm_size(comm) > 1) {
		status = comm_gather(comm, leaves, s->sum, s->blocks * sizeof *s->sum);
		if (!status)
			status = comm_broadcast(comm, leaves, count * sizeof *leaves, 0);
	}
	tree_fill(s->top, s->depth);
	s->norm = s->top[1];
	return status;
}

/* ---- The draws ---------------------------------------------------------------------------------------- */

/* The trees below one block on the way down, each kept until a draw leaves it. Level 0 is the highest. */
struct branch {
	unsigned levels;
	unsigned low[LEVELS], depth[LEVELS];       /* a leaf of the level covers 2^low positions */
	uint64_t first[LEVELS]; /* the first position (on this rank) of the tree built last; UINT64_MAX: none */
	double node[LEVELS][2 << LEVEL_BITS];
};

static void branch_init(struct branch *branch, unsigned block_bits)
{
	branch->levels = 0;
	for (unsigned high = block_bits; high > 0; branch->levels++) {
		unsigned low = (high - 1) / LEVEL_BITS * LEVEL_BITS;
		branch->low[branch->levels] = low;
		branch->depth[branch->levels] = high - low;
		branch->first[branch->levels] = UINT64_MAX;
		high = low;
	}
}

static void branch_build(struct branch *branch, unsigned level, const struct vector *vector, uint64_t first)
{
	unsigned depth = branch->depth[level], low = branch->low[level];
	double *node = branch->node[level], *leaves = node + bit_mask(depth);
	uint64_t last = min_u64(first + bit_mask(depth + low), vector->local);
	memset(leaves, 0, bit_mask(depth) * sizeof *leaves);
	if (low == 0)
		vector->kernel->probabilities(leaves, vector->amplitudes, first, last);
	else
		for (uint64_t i = first; i < last; i += bit_mask(low))
			*leaves++ = vector->kernel->norm(vector->amplitudes, i, min_u64(i + bit_mask(low), last));
	tree_fill(node, depth);
	branch->first[level] = first;
}

/* Draws [begin, end), all of which fall on this rank. */
static void resolve(void *context, uint64_t begin, uint64_t end)
{
	const struct sampler *s = context;
	struct branch branch;
	branch_init(&branch, s->block_bits);
	for (uint64_t draw = begin; draw < end; draw++) {
		double t = s->u[draw] * s->norm;
		uint64_t position = (tree_descend(s->top, s->depth, &t) << s->block_bits) - s->base;
		for (unsigned level = 0; level < branch.levels; level++) {
			if (branch.first[level] != position)
				branch_build(&branch, level, s->vector, position);
			position += tree_descend(branch.node[level], branch.depth[level], &t) << branch.low[level];
		}
		s->outcome[draw] = s->base + position;
	}
}

struct draws {
	uint64_t begin;
	struct sampler *sampler;
};

static void resolve_from(void *context, uint64_t begin, uint64_t end)
{
	const struct draws *draws = context;
	resolve(draws->sampler, draws->begin + begin, draws->begin + end);
}

/* The first draw in [from, count) that falls into `block` or behind it. */
static uint64_t first_draw(const struct sampler *s, uint64_t from, uint64_t count, uint64_t block)
{
	while (from < count) {
		uint64_t middle = from + (count - from) / 2;
		double t = s->u[middle] * s->norm;
		if (tree_descend(s->top, s->depth, &t) < block)
			from = middle + 1;
		else
			count = middle;
	}
	return from;
}

/* Resolve each rank's draws there, and tell them to all. */
static songdo_status draw_all(struct sampler *s, uint64_t count)
{
	struct comm *comm = s->vector->env->comm;
	int ranks = comm_size(comm), rank = comm_rank(comm);
	uint64_t first = s->base >> s->block_bits;
	uint64_t begin = rank == 0 ? 0 : first_draw(s, 0, count, first);
	uint64_t end = rank == ranks - 1 ? count : first_draw(s, begin, count, first + s->blocks);
	uint64_t work = (end - begin) << min_u64(s->block_bits, LEVEL_BITS);
	struct draws draws = {begin, s};
	parallel_for(work < SERIAL_DRAWS ? 1 : s->vector->env->threads, end - begin, resolve_from, &draws);

	uint64_t from = 0;
	for (int root = 0; ranks > 1 && root < ranks; root++) {
		uint64_t next = (uint64_t)(root + 1) * s->blocks;
		uint64_t to = root == ranks - 1 ? count : first_draw(s, from, count, next);
		if (to > from) {
			songdo_status status = comm_broadcast(comm, s->outcome + from, (to - from) * sizeof *s->outcome, root);
			if (status)
				return status;
		}
		from = to;
	}
	return SONGDO_OK;
}

/* ---- The door ------------------------------------------------------------------------------------------ */

static songdo_status check_norm(const struct sampler *s, songdo_error *error)
{
	double tolerance = s->vector->kernel->precision == SONGDO_SINGLE ? VECTOR_NORM_SINGLE : VECTOR_NORM_DOUBLE;
	if (isfinite(s->norm) && s->norm > 0 && fabs(s->norm - 1) <= tolerance)
		return SONGDO_OK;
	return error_set(error, SONGDO_INTERNAL, "the state's norm is %.17g, not 1 within %g: nothing is drawn from it",
	                 s->norm, tolerance);
}

songdo_status vector_sample(const struct vector *vector, const double *u, uint64_t count, uint64_t *outcome,
                            songdo_error *error)
{
	songdo_env *env = vector->env;
	uint64_t ranks = (uint64_t)comm_size(env->comm), length = vector->local * ranks;
	if (ranks > 1 && bit_count(vector->local) != 1)
		return error_set(error, SONGDO_BAD_USAGE, "sampling from several ranks needs a power of two of amplitudes on each");

	struct sampler s = {
	        .vector = vector, .base = (uint64_t)comm_rank(env->comm) * vector->local, .u = u, .outcome = outcome};
	unsigned bits = length > 1 ? bit_highest(length - 1) + 1 : 0;
	s.block_bits = bits > TOP_BITS ? bits - TOP_BITS : 0;
	s.depth = bits - s.block_bits;
	s.blocks = ((vector->local - 1) >> s.block_bits) + 1;
	if (ranks > 1 && bit_mask(s.block_bits) > vector->local)
		return error_set(error, SONGDO_BAD_USAGE, "sampling takes at most %d ranks", 1 << TOP_BITS);

	double *own = ranks > 1 ? malloc(s.blocks * sizeof *own) : NULL;
	s.top = malloc(2 * bit_mask(s.depth) * sizeof *s.top);
	s.sum = !s.top ? NULL : ranks > 1 ? own : s.top + bit_mask(s.depth);
	songdo_status status = comm_agree(env->comm, s.sum ? SONGDO_OK : SONGDO_NO_FIT);
	if (status == SONGDO_NO_FIT)
		error_set(error, status, "out of memory for sampling");
	if (!status)
		status = build_top(&s);
	if (!status)
		status = check_norm(&s, error);
	if (!status)
		status = draw_all(&s, count);
	free(own);
	free(s.top);
	return status;
}
