/* remap_cost.c - bytes and messages of a remap.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "op/remap_cost.h"

#include "base/bits.h"

void remap_cost(unsigned pairs, unsigned local_bits, songdo_precision precision, uint64_t *bytes, uint64_t *messages)
{
	assert(pairs <= local_bits);
	const uint64_t part = (precision == SONGDO_SINGLE ? 8u : 16u) * bit_mask(local_bits - pairs);
	const uint64_t partners = bit_mask(pairs) - 1;
	*bytes = partners * part;
	*messages = partners * ((part + REMAP_PIECE_BYTES - 1) / REMAP_PIECE_BYTES);
}
