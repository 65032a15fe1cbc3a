/* bits.h - arithmetic on the bits of an amplitude index.
 *
 * Inline, because kernels and enumerations live on it.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef SONGDO_BITS_H
#define SONGDO_BITS_H

#include <stdint.h>

static inline uint64_t bit_mask(unsigned bit) { return (uint64_t)1 << bit; }
/* The lowest count bits set; count may be 64. */
static inline uint64_t low_mask(unsigned count) { return count >= 64 ? ~(uint64_t)0 : bit_mask(count) - 1; }
static inline unsigned bit_count(uint64_t x) { return (unsigned)__builtin_popcountll(x); }
/* The position of the lowest set bit of a nonzero x. */
static inline unsigned bit_lowest(uint64_t x) { return (unsigned)__builtin_ctzll(x); }
/* floor(log2(x)) of a nonzero x. */
static inline unsigned bit_highest(uint64_t x) { return 63 - (unsigned)__builtin_clzll(x); }

/* Spread the low bits of x over the set positions of mask, lowest first (pdep). */
static inline uint64_t bits_deposit(uint64_t x, uint64_t mask)
{
	uint64_t out = 0;
	for (; mask; mask &= mask - 1, x >>= 1)
		if (x & 1)
			out |= mask & -mask;
	return out;
}

/* Collect the bits of x at the set positions of mask into the low bits (pext). */
static inline uint64_t bits_extract(uint64_t x, uint64_t mask)
{
	uint64_t out = 0;
	for (unsigned i = 0; mask; mask &= mask - 1, i++)
		if (x & (mask & -mask))
			out |= bit_mask(i);
	return out;
}

/* The next index in the enumeration of the free (not fixed) bits; the fixed bits of i are kept.
 * Start at the origin (free bits 0); it wraps back to the origin after the last one. step is the
 * lowest free bit to advance (bit_mask of it), so that contiguous runs are skipped whole. */
static inline uint64_t bits_next(uint64_t i, uint64_t fixed, uint64_t step)
{
	return (((i | fixed) + step) & ~fixed) | (i & fixed);
}

#endif
