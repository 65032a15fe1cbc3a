/* sweep.h - the vocabulary of execution: what plan writes, state carries out and kernels compute.
 *
 * Everything here speaks of *bits*: positions in the physical amplitude index. On R = 2^r ranks with
 * 2^m amplitudes each, bits 0..m-1 are local and bits m..m+r-1 are the rank's number.
 *
 *   stage    one remap (possibly empty), then sweeps that need local bits only
 *   sweep    one pass over the local state, tile by tile; the bits in `tile` vary within a tile
 *   pass     one walk over each tile, block by block; the bits in `block` vary within a block; block is
 *            a subset of tile. A block is what L1 (or registers) should hold
 *   step     one operator applied to each block
 *
 * The non-diagonal targets of a step lie in its pass's block. Controls, and all targets of a diagonal
 * step, may be any bit: inside the block, outside it, or a rank bit; outside they are a condition on,
 * or a choice of factors by, the block's own index.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef SONGDO_SWEEP_H
#define SONGDO_SWEEP_H

#include <complex.h>

#include "base/base.h"

enum {
	STEP_DENSE_TARGETS = 5,     /* the widest matrix a kernel takes */
	STEP_DIAGONAL_TARGETS = 10, /* the widest table of factors */
	STEP_ROTATED_TARGETS = 7,   /* the most bits rotated in one step; fast where four or less lie above the vector's */
	STEP_TARGETS = 10,
	MAX_BITS = 60,              /* physical bits; sizes stay inside 64-bit signed byte counts */
};

/* The kernels. k is the number of targets; matrix index bit j is target[j]. */
enum kernel_kind {
	KERNEL_DENSE,     /* 2^k x 2^k complex matrix, row major; 1 <= k <= STEP_DENSE_TARGETS */
	KERNEL_REAL,      /* the same with every imaginary part zero */
	KERNEL_DIAGONAL,  /* 2^k factors; 0 <= k <= STEP_DIAGONAL_TARGETS (k = 0: one factor, a phase or scale) */
	KERNEL_EXCHANGE,  /* k = 1: X; k = 2: SWAP. No coefficients */
	KERNEL_ROTATE,    /* k real orthogonal 2 x 2 matrices, one for each target, row major; 1 <= k <= STEP_ROTATED_TARGETS.
	                     No controls */
	KERNEL_KINDS
};

struct step {
	uint8_t kind;                            /* enum kernel_kind */
	uint8_t targets;                         /* k */
	uint8_t target[STEP_TARGETS];            /* distinct bits, in matrix order; any numeric order */
	uint64_t control_mask, control_value;    /* the step acts where (index & mask) == value; value is inside mask */
	const double complex *coefficients;      /* owned by the plan; step_coefficients() of them; NULL for KERNEL_EXCHANGE */
};

struct pass {
	uint64_t block;                          /* mask of local bits; a subset of the sweep's tile */
	uint32_t first, count;                   /* steps */
	uint64_t still;                          /* bits outside the block, local ones or the rank's, that are 0 in every amplitude
	                                            that is not, before and after: only blocks where they are 0 are walked.
	                                            Those outside the tile are the same in all passes of a sweep */
};

struct sweep {
	uint64_t tile;                           /* mask of local bits */
	uint32_t first, count;                   /* passes */
};

/* Trade `count` local bits for rank bits: pairs (local[i], rank[i]); a bit occurs at most once. The
 * amplitude at index x moves to the index with each pair of bits exchanged. */
struct remap {
	uint8_t count;
	uint8_t local[MAX_BITS], rank[MAX_BITS];
};

struct stage {
	struct remap remap;                      /* first; count 0 where there is nothing to trade */
	uint32_t first, count;                   /* sweeps */
};

/* A whole schedule; plan fills it, state_execute carries it out. The arrays belong to the plan. */
struct schedule {
	uint32_t bits, local_bits;               /* n = m + r, and m */
	uint32_t stages, sweeps, passes, steps;
	const struct stage *stage;
	const struct sweep *sweep;
	const struct pass *pass;
	const struct step *step;
};

/* What was, or will be, spent; of the busiest rank. Plan predicts it, state counts it: equal, exactly. */
struct cost {
	uint64_t sweeps, remaps;
	uint64_t flops;                          /* floating-point operations, an fma counted as two */
	uint64_t exchanged_bytes, messages;      /* sent by this rank; state payload */
};

/* What a kind is called ("dense"). */
const char *step_name(enum kernel_kind kind);
/* The most targets a step of this kind may have, and the least. */
unsigned step_most_targets(enum kernel_kind kind);
unsigned step_least_targets(enum kernel_kind kind);
/* The number of coefficients a step of this kind and width has. */
uint64_t step_coefficients(enum kernel_kind kind, unsigned targets);
/* The flops of a step for each amplitude that it acts on (controls restrict the amplitudes, not this figure). */
uint64_t step_flops(enum kernel_kind kind, unsigned targets);
/* The flops of one application of the step to the 2^local_bits amplitudes of one rank: controls on local bits and bits
 * that are still 0 halve it, controls on rank bits are taken as satisfied (the busiest rank). */
uint64_t step_rank_flops(const struct step *step, unsigned local_bits, uint64_t still);

#endif
