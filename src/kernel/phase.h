/* phase.h - one vector of phase factors from a cost table: what the templates of phases and of mixers share.
 *
 * Included by templates only. SPDX-License-Identifier: Apache-2.0 */
#ifndef SONGDO_KERNEL_PHASE_H
#define SONGDO_KERNEL_PHASE_H

#include <string.h>

#include "kernel/mix.h"
#include "kernel/vec.h"

#if VEC_REALS == 2
#define NUMBERS_EVEN 0, 0
#define NUMBERS_ODD 1, 1
#elif VEC_REALS == 4
#define NUMBERS_EVEN 0, 0, 2, 2
#define NUMBERS_ODD 1, 1, 3, 3
#elif VEC_REALS == 8
#define NUMBERS_EVEN 0, 0, 2, 2, 4, 4, 6, 6
#define NUMBERS_ODD 1, 1, 3, 3, 5, 5, 7, 7
#else
#define NUMBERS_EVEN 0, 0, 2, 2, 4, 4, 6, 6, 8, 8, 10, 10, 12, 12, 14, 14
#define NUMBERS_ODD 1, 1, 3, 3, 5, 5, 7, 7, 9, 9, 11, 11, 13, 13, 15, 15
#endif

/* v * f, amplitude by amplitude. */
ALWAYS_INLINE vec phase_multiply(vec v, vec f)
{
	const vec re = __builtin_shufflevector(f, f, NUMBERS_EVEN), im = __builtin_shufflevector(f, f, NUMBERS_ODD);
	return vec_fma_swapped(re, v, vec_mul(im, vec_swap(v)));
}

/* One factor, as the 8 or 16 bytes that it is. */
#ifdef REAL_f64
typedef double phase_pair __attribute__((vector_size(16), may_alias));
#else
typedef int64_t phase_pair __attribute__((may_alias));
#endif

/* The factors of LANES entries, side by side; built in registers: a detour through memory would stall each load. */
#define PHASE_PAIR(k) (*(const phase_pair *)(factor + 2 * (uint64_t)entry[k]))
#if VEC_REALS == 2
#define PHASE_GATHER return (vec)PHASE_PAIR(0)
#elif defined(REAL_f64) && VEC_REALS == 4
#define PHASE_GATHER return (vec)__builtin_shufflevector(PHASE_PAIR(0), PHASE_PAIR(1), 0, 1, 2, 3)
#elif defined(REAL_f64)
typedef double phase_half __attribute__((vector_size(32)));
#define PHASE_GATHER                                                                                                   \
	const phase_half a = __builtin_shufflevector(PHASE_PAIR(0), PHASE_PAIR(1), 0, 1, 2, 3);                        \
	const phase_half b = __builtin_shufflevector(PHASE_PAIR(2), PHASE_PAIR(3), 0, 1, 2, 3);                        \
	return (vec)__builtin_shufflevector(a, b, 0, 1, 2, 3, 4, 5, 6, 7)
#else
typedef int64_t phase_pairs __attribute__((vector_size(VEC_BYTES)));
#if VEC_REALS == 4
#define PHASE_GATHER                                                                                                   \
	return (vec)(phase_pairs) { PHASE_PAIR(0), PHASE_PAIR(1) }
#elif VEC_REALS == 8
#define PHASE_GATHER                                                                                                   \
	return (vec)(phase_pairs) { PHASE_PAIR(0), PHASE_PAIR(1), PHASE_PAIR(2), PHASE_PAIR(3) }
#else
#define PHASE_GATHER                                                                                                   \
	return (vec)(phase_pairs)                                                                                      \
	{                                                                                                              \
		PHASE_PAIR(0), PHASE_PAIR(1), PHASE_PAIR(2), PHASE_PAIR(3), PHASE_PAIR(4), PHASE_PAIR(5),              \
		        PHASE_PAIR(6), PHASE_PAIR(7)                                                                   \
	}
#endif
#endif

ALWAYS_INLINE vec phase_gather8(const real *factor, const uint8_t *entry) { PHASE_GATHER; }
ALWAYS_INLINE vec phase_gather16(const real *factor, const uint16_t *entry) { PHASE_GATHER; }

/* scale * (cos, sin) of 2 pi r for LANES numbers of turns r, each given twice: cos x is the sine a quarter turn later,
 * so one odd polynomial does both. */
ALWAYS_INLINE vec phase_circle(vec r, real scale)
{
	/* sin(2 pi r) for |r| <= 1/4: the Taylor series to r^21, whose next term is below 1e-17. */
	static const double series[] = {
	        6.283185307179586,   -41.341702240399755,   81.60524927607504,     -76.70585975306136,
	        42.058693944897634,  -15.094642576822984,   3.8199525848482803,    -0.7181223017785001,
	        0.10422916220813978, -0.012031585942120619, 0.0011309237482517954,
	};
	const real round = REAL_BYTES == 8 ? (real)0x1.8p52 : (real)0x1.8p23;
	const vec quarter = {ALTERNATE((real)0.25, 0)};
	r = r + quarter;
	r = r - ((r + vec_all(round)) - vec_all(round)); /* to [-1/2, 1/2] */
	const vec_bits sign = (vec_bits)vec_all(-(real)0), negative = (vec_bits)r & sign;
	const vec size = (vec)((vec_bits)r & ~sign);
	const vec folded = vec_all((real)0.5) - size; /* sin(pi - x) = sin x */
	const vec x = (vec)((vec_bits)vec_select((vec_bits)(size > vec_all((real)0.25)), folded, size) | negative);
	const vec square = x * x;
	vec sum = vec_all((real)series[10]);
	UNROLL_HELD
	for (int k = 9; k >= 0; k--)
		sum = vec_fma(sum, square, vec_all((real)series[k]));
	return sum * x * vec_all(scale);
}

/* The turns of an entry, reduced in double to [-1/2, 1/2], twice. */
#define PHASE_TURNS                                                                                                    \
	for (int k = 0; k < LANES; k++) {                                                                              \
		const double t = turns * (double)entry[k], whole = (t + 0x1.8p52) - 0x1.8p52;                          \
		turn[2 * k] = turn[2 * k + 1] = (real)(t - whole);                                                     \
	}

ALWAYS_INLINE void phase_turns32(real *turn, double turns, const float *entry) { PHASE_TURNS }
ALWAYS_INLINE void phase_turns64(real *turn, double turns, const double *entry) { PHASE_TURNS }

/* Three kinds of loops: by small index, by index, by value. */
enum phase_loop { PHASE_U8, PHASE_U16, PHASE_VALUE };

/* The factors of the amplitudes from i on; i is a multiple of LANES. */
ALWAYS_INLINE vec phase_factors(const struct kernel_phase *phase, const enum phase_loop loop, uint64_t i)
{
	if (loop == PHASE_U8)
		return phase_gather8(phase->factor, (const uint8_t *)phase->entry + i);
	if (loop == PHASE_U16)
		return phase_gather16(phase->factor, (const uint16_t *)phase->entry + i);
	real turn[VEC_REALS] __attribute__((aligned(VEC_BYTES)));
	if (phase->kind == KERNEL_ENTRY_F32)
		phase_turns32(turn, phase->turns, (const float *)phase->entry + i);
	else
		phase_turns64(turn, phase->turns, (const double *)phase->entry + i);
	return phase_circle(vec_load(turn), (real)phase->scale);
}

#endif
