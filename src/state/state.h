/* state.h - a vector of 2^n amplitudes whose index has bits: execution of schedules, remaps, measurement.
 *
 * The state knows bits only; which qubit sits on which bit is the plan's affair. On R = 2^r ranks the
 * n = m + r bits are m local ones and r rank bits on top.
 *
 * May use: vector, comm, kernel, op, base.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef SONGDO_STATE_H
#define SONGDO_STATE_H

#include "op/remap_cost.h"
#include "vector/vector.h"

struct state {
	struct vector *vector;
	unsigned bits, local_bits;      /* n, m */
	void *buffer;                   /* exchange buffer of four pieces; NULL on one rank */
	uint64_t buffer_bytes;          /* at most STATE_BUFFER_BYTES, less where the state is small */
};

/* All exchange buffers of a rank together, at most: two pieces to send and two to receive. */
enum { STATE_BUFFER_BYTES = 4 * REMAP_PIECE_BYTES };

/* The bytes a rank holds for a state of `bits` on `ranks` ranks (exchange buffers included); saturates. */
uint64_t state_rank_bytes(unsigned bits, int ranks, songdo_precision precision);

/* |0...0> on `bits` bits, address space reserved for `capacity_bits`. The number of ranks must be a power of two and
 * bits >= log2(ranks): SONGDO_NO_FIT else, with the two nearest legal counts. Collective. */
songdo_status state_new(struct state **state, songdo_env *env, songdo_precision precision, unsigned bits,
                        unsigned capacity_bits, songdo_error *error);
songdo_status state_copy(struct state **copy, const struct state *state, songdo_error *error);
void state_free(struct state *state);
/* Back to |0...0>, same size. */
void state_reset(struct state *state);

/* A new bit, in |0>, joins as the top *local* bit (number local_bits); the rank bits move up by one. Collective. */
songdo_status state_grow(struct state *state, songdo_error *error);

/* Carry out a schedule made for this state's bits. Counts into env->cost. The env's `cancelled` is polled
 * within and between sweeps; SONGDO_INTERRUPTED on every rank where one said so, and the state is then of no
 * use. The amplitudes are the same bits on any threads. Collective. */
songdo_status state_execute(struct state *state, const struct schedule *schedule);

/* Trade local bits for rank bits; in bounded pieces through the buffer, two of them under way. Sends what remap_cost
 * (op/remap_cost.h) says. Collective. */
songdo_status state_remap(struct state *state, const struct remap *remap);

/* The probability that `bit` reads so, not divided by the norm; and the projection onto an outcome, renormalised by 1/sqrt(probability).
 * Collective. */
songdo_status state_probability(const struct state *state, unsigned bit, int outcome, double *probability);
void state_project(struct state *state, unsigned bit, int outcome, double probability);

#endif
