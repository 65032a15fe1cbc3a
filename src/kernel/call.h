/* call.h - a step made ready: what call.c prepares once and the compiled loops walk for every block.
 *
 * A block is an origin and a mask of varying index bits. Each varying bit plays one part:
 *
 *   lane      a bit inside a vector (the lowest lane_bits): handled by shuffles and lane-wise coefficients
 *   row       a non-diagonal target above the lanes: its values are the 2^h vectors of one group
 *   pattern   a diagonal target above the lanes: its values choose the factor
 *   control   above the lanes: stands still at the value it must have
 *   inner     one segment of neighbouring free bits (or pattern bits): the innermost loop, a pointer moved by a
 *             constant stride
 *   outer     the free bits that remain, enumerated around the innermost loop
 *
 * Offsets, strides and masks of addresses count real numbers, two an amplitude: an index bit b is 2 << b.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef SONGDO_KERNEL_CALL_H
#define SONGDO_KERNEL_CALL_H

#include "kernel/kernel.h"

enum {
	CALL_LANE_BITS = 3,   /* the most a vector has: 8 single-precision amplitudes in 64 bytes */
	CALL_FOLDED = 2,      /* matrices on up to so many targets take lane controls into their coefficients */
};

/* What a diagonal call does with one pattern. */
enum call_factor { FACTOR_ONE, FACTOR_REAL, FACTOR_COMPLEX };

/* One compiled loop. origin is the address of the block's origin; index its physical index. */
typedef void (*call_loop)(const struct kernel_call *call, void *origin, uint64_t index);

struct kernel_call {
	call_loop loop;
	uint64_t local_mask;                       /* of amplitude indices */
	uint64_t condition_mask, condition_value;  /* controls outside the block, on the physical index */
	unsigned amplitude_bytes;

	uint64_t start;                            /* offset of the control bits that stand at 1 */
	uint64_t outer;                            /* mask of the outer bits */
	uint64_t stride, count;                    /* of the innermost loop; count is a power of two */
	uint64_t offset[1 << STEP_ROTATED_TARGETS];   /* of the vectors of a group */
	uint64_t source[1 << STEP_ROTATED_TARGETS];   /* rotations: where each of them is read */

	uint64_t pattern;                          /* mask of the pattern bits that are not in the innermost loop */
	uint64_t patterns;                         /* values of all pattern bits together */
	uint64_t outside;                          /* diagonal targets outside the block, on the physical index */
	unsigned lanes;                            /* rotated bits inside a vector */

	/* Inside this allocation, 64-byte aligned. */
	const void *re, *im;                       /* coefficients: [row][input] or factors [outside][pattern]; of rotations the
	                                              scales and tangents, and vectors for each lane target */
	const void *permutation;                   /* index vectors: one for each flip after the first */
	const void *mask;                          /* vectors of all ones or zeros: where a lane may change */
	const uint8_t *factor;                     /* enum call_factor of each [outside][pattern] */
};

/* The compiled loops of one precision and instruction set, by template. */
struct dense_loops {
	call_loop plain[2][STEP_DENSE_TARGETS][CALL_LANE_BITS + 1];   /* [real][k - 1][lane targets of the k] */
	call_loop masked[2][STEP_DENSE_TARGETS];                      /* lane controls without a lane target */
};

struct diagonal_loops {
	call_loop runs;                            /* one factor along the innermost loop */
	call_loop varying;                         /* one factor a vector: the innermost loop walks pattern bits */
};

struct exchange_loops {
	call_loop permute;                         /* the lanes of every vector */
	call_loop swap, swap_masked, swap_flipped; /* pairs of vectors: whole; some lanes; some lanes, shuffled */
};

struct rotate_loops {
	call_loop rows[STEP_ROTATED_TARGETS + 1];     /* [rotated bits above the lanes] */
};

struct kernel_loops {
	songdo_precision precision;
	unsigned lane_bits;
	const struct kernel_loops *narrow;         /* for blocks that lack a lane bit; NULL where lane_bits is 0 */
	const struct dense_loops *dense;
	const struct exchange_loops *exchange;
	const struct diagonal_loops *diagonal;
	const struct rotate_loops *rotate;
};

/* kernel_table.prepare for given loops, and kernel_table.apply for all. */
songdo_status call_new(struct kernel_call **call, const struct step *step, uint64_t block, unsigned local_bits,
                       const struct kernel_loops *loops);
void call_apply(const struct kernel_call *call, void *amplitudes, uint64_t index);

#endif
