/* remap_cost.h - what a remap sends: the one formula that plan predicts with and state counts by.
 *
 * May use: base.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef SONGDO_REMAP_COST_H
#define SONGDO_REMAP_COST_H

#include "base/base.h"

enum { REMAP_PIECE_BYTES = 16 << 20 }; /* the largest message */

/* What one rank sends in a remap of `pairs` pairs with 2^local_bits amplitudes a rank. The amplitudes fall into
 * 2^pairs equal parts, one of which stays; each other part goes to one partner in messages of at most
 * REMAP_PIECE_BYTES. pairs <= local_bits. Zero pairs send nothing. */
void remap_cost(unsigned pairs, unsigned local_bits, songdo_precision precision, uint64_t *bytes, uint64_t *messages);

#endif
