/* random_schedule.h - random schedules, and what they do to a dense vector.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef SONGDO_RANDOM_SCHEDULE_H
#define SONGDO_RANDOM_SCHEDULE_H

#include "op/sweep.h"

/* Owns the arrays that schedule points to. */
struct random_schedule {
	struct schedule schedule;
	struct stage *stage;
	struct sweep *sweep;
	struct pass *pass;
	struct step *step;
	double complex *coefficients;
};

struct random_shape {
	unsigned bits, local_bits;
	unsigned stages, sweeps, passes, steps;   /* of each larger thing */
	unsigned tile_bits, block_bits;           /* sizes of the masks; cut to what there is */
	unsigned contiguous;                      /* nonzero: tiles and blocks are the lowest bits */
};

/* Random tiles, blocks, kinds, targets and controls on every side; a random remap before each stage where there are rank bits. */
void random_schedule_init(struct random_schedule *random, const struct random_shape *shape, uint64_t *seed);
void random_schedule_fini(struct random_schedule *random);

/* A random remap of `pairs` pairs. */
void random_remap(struct remap *remap, unsigned pairs, unsigned bits, unsigned local_bits, uint64_t *seed);

/* The same on a dense vector of 2^bits amplitudes. */
void dense_remap(double complex *state, unsigned bits, const struct remap *remap);
void dense_execute(double complex *state, const struct schedule *schedule);

#endif
