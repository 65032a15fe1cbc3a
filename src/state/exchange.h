/* exchange.h - how large the pieces are in which amplitudes travel; private to state/.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef SONGDO_EXCHANGE_H
#define SONGDO_EXCHANGE_H

#include "op/sweep.h"

/* The bytes of one exchanged piece, a power of two, for 2^local_bits amplitudes a rank: an eighth of them, so that four pieces
 * are at most half of a large state, but not so little that small states send many messages, and at most STATE_PIECE_BYTES. */
uint64_t exchange_piece_bytes(unsigned local_bits, songdo_precision precision);

#endif
