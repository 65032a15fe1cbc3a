/* measure.c - the probability of a bit and the projection onto what it read.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "state/state.h"

#include <math.h>

#include "base/bits.h"

songdo_status state_probability(const struct state *state, unsigned bit, int outcome, double *probability)
{
	assert(bit < state->bits);
	return vector_norm_where(state->vector, bit_mask(bit), outcome ? bit_mask(bit) : 0, probability);
}

void state_project(struct state *state, unsigned bit, int outcome, double probability)
{
	assert(bit < state->bits && probability > 0);
	vector_project(state->vector, bit_mask(bit), outcome ? bit_mask(bit) : 0, 1 / sqrt(probability));
}
