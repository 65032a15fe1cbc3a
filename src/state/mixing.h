/* mixing.h - layers of a phase by a cost table and the X mixer on every variable, in as few passes as can be.
 *
 * May use: vector, comm, kernel, op, base.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef SONGDO_MIXING_H
#define SONGDO_MIXING_H

#include "state/state.h"
#include "vector/table.h"

/* The bits of the state that the variables need on so many ranks: `variables`, or more where a rank would have too
 * few. */
unsigned mixing_bits(unsigned variables, int ranks);

/* A state on which layers are carried out. Variables that sit on rank bits are turned after a remap that puts them
 * among the local ones; the next layer starts in that layout, so there is one remap a layer, and two tables. */
struct mixing {
	struct state *state;
	struct table *table[2]; /* of the plain layout, and of the traded one; the same where all variables are local */
	unsigned variables;
	unsigned traded; /* variables on rank bits */
	bool exchanged; /* the state is in the traded layout now */
	void *factor; /* of the distinct values, in the kernel's precision; NULL where entries are values */
	uint64_t factor_bytes;
};

/* Tables and state for a cost. SONGDO_NO_FIT, with the figures, before anything large is allocated. Collective. */
songdo_status mixing_new(struct mixing **mixing, songdo_env *env, songdo_precision precision,
                         const struct polynomial *polynomial, songdo_error *error);
void mixing_free(struct mixing *mixing);
/* What a rank would hold for it, at least: the state, its buffers and one byte a table entry. Saturates. */
uint64_t mixing_rank_bytes(unsigned variables, int ranks, songdo_precision precision);

/* The state after `layers` layers from the uniform superposition:
 *
 *     prod_l exp(-i beta[l] sum_v X_v) exp(-i gamma[l] cost) |+...+>,   the first layer at the right,
 *
 * up to the factor (-i)^(number of ones) of each amplitude, which no probability sees (mixing_finish puts it in), and
 * a global phase. Cost: one pass over the state, and one for every three to five bits beyond the lowest sixteen; layers
 * share a pass. SONGDO_INTERRUPTED where the env was cancelled. Collective. */
songdo_status mixing_run(struct mixing *mixing, const double *gamma, const double *beta, unsigned layers);
/* Bring the variables back into order, variable i on bit i. Collective. */
songdo_status mixing_settle(struct mixing *mixing);
/* The same, and multiply the factors that mixing_run left out. Collective. */
songdo_status mixing_finish(struct mixing *mixing);
/* The table of the layout that the state is in. */
const struct table *mixing_table(const struct mixing *mixing);

#endif
