/* mix.h - phases from a cost table and the X mixer: the arithmetic of alternating-operator circuits.
 *
 * exp(-i b X) on a bit is diag(1, -i) R(b) diag(1, i) with the real rotation R(b) = (cos b, -sin b; sin b, cos b). The
 * diagonals commute with every phase, so those between two layers cancel, and a whole circuit of phases and X mixers
 * is real rotations and phases between one diagonal at its beginning and one at its end. A rotation is carried out in
 * tangent form, (1, -t; t, 1): one fused multiply-add for each real number. The lost scale is put into the factors of a
 * phase; an angle whose tangent is large is halved and turned twice.
 *
 * May use: op. SPDX-License-Identifier: Apache-2.0 */
#ifndef SONGDO_KERNEL_MIX_H
#define SONGDO_KERNEL_MIX_H

#include "base/base.h"

/* How a cost table stores an entry: as an index into distinct values, or as the value. */
enum kernel_entry { KERNEL_ENTRY_U8, KERNEL_ENTRY_U16, KERNEL_ENTRY_F32, KERNEL_ENTRY_F64, KERNEL_ENTRIES };

/* Multiply amplitude i by factor[entry[i]] (indices), or by scale * exp(2 pi i turns * entry[i]) (values). Exact to
 * rounding while |turns * entry| is below 2^51. */
struct kernel_phase {
	enum kernel_entry kind;
	const void *entry; /* one a local amplitude, 64-byte aligned */
	const void *factor; /* complex, in the kernel's precision; one an index */
	double turns, scale;
};

/* What one pass does to its bits: turn, phase, turn. A tangent of 0 turns nothing. */
struct kernel_mix {
	double tangent[2];
	const struct kernel_phase *phase; /* between the turns; NULL: none, and one turn at most */
};

enum {
	KERNEL_NEAR_BITS = 16, /* the widest near pass */
	KERNEL_FAR_BITS = 5, /* the widest far pass */
};

/* The compiled loops of one precision and instruction set. */
struct kernel_mixer {
	/* Phases alone, on the amplitudes [begin, end); both multiples of 8 where the table has so many. */
	void (*phase)(const struct kernel_phase *phase, void *amplitudes, uint64_t begin, uint64_t end);
	/* Turn the lowest `turned` bits of the 2^bits amplitudes from `begin` (a multiple of 2^bits): 3 <= bits <=
	 * KERNEL_NEAR_BITS. */
	void (*near)(const struct kernel_mix *mix, void *amplitudes, uint64_t begin, unsigned bits, unsigned turned);
	/* Turn the `count` bits from `low` (3 <= low, 1 <= count <= KERNEL_FAR_BITS) of the amplitudes whose other
	 * bits spell [begin, end), both multiples of 8. */
	void (*far)(const struct kernel_mix *mix, void *amplitudes, unsigned low, unsigned count, uint64_t begin,
	            uint64_t end);
};

#endif
