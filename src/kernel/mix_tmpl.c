/* mix_tmpl.c - phases from a cost table, and real rotations of many bits in few walks.
 *
 * Near: the lowest bits, block by block in the first-level cache, then the bits above them over the whole run, which
 * the second level holds. Far: a few bits however far apart their amplitudes lie, all of them held in registers; a
 * phase between two layers is multiplied on there, so that two layers share the walk.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/bits.h"
#include "kernel/loops.h"
#include "kernel/phase.h"

/* A loop over the vectors of a far group, whole. */
#ifdef __clang__
#define UNROLL_FAR _Pragma("clang loop unroll(full)")
#else
#define UNROLL_FAR _Pragma("GCC unroll 32")
#endif

enum {
	BLOCK_BITS = REAL_BYTES == 8 ? 11 : 12, /* 32 KiB */
	HELD_BITS = VEC_BYTES == 64 ? 4 : 3, /* of a radix step inside the near run */
};

/* ---- Phases ----------------------------------------------------------------------------------------------- */

ALWAYS_INLINE void phase_run(const struct kernel_phase *phase, enum kernel_entry kind, real *a, uint64_t begin,
                             uint64_t end)
{
	for (uint64_t i = begin; i < end; i += LANES)
		vec_store(a + 2 * i, phase_multiply(vec_load(a + 2 * i), phase_factors(phase, kind, i)));
}

static void phase(const struct kernel_phase *phase, void *amplitudes, uint64_t begin, uint64_t end)
{
	switch (phase->kind) {
	case KERNEL_ENTRY_U8: phase_run(phase, KERNEL_ENTRY_U8, amplitudes, begin, end); break;
	case KERNEL_ENTRY_U16: phase_run(phase, KERNEL_ENTRY_U16, amplitudes, begin, end); break;
	case KERNEL_ENTRY_F32: phase_run(phase, KERNEL_ENTRY_F32, amplitudes, begin, end); break;
	default: phase_run(phase, KERNEL_ENTRY_F64, amplitudes, begin, end); break;
	}
}

/* ---- Turns ------------------------------------------------------------------------------------------------ */

/* Turn the top bit of a group of 2^bits vectors, and the bits below it. */
ALWAYS_INLINE void turn_group(vec *v, const unsigned bits, vec t, const enum kernel_turn turn)
{
	UNROLL
	for (unsigned b = 0; b < bits; b++)
		UNROLL_HELD
	for (unsigned pair = 0; pair < 1u << (bits - 1); pair++) {
		const unsigned low = pair & ((1u << b) - 1), i = (pair - low) * 2 + low, j = i + (1u << b);
		const vec x = v[i], y = v[j];
		v[i] = turn == KERNEL_TURN_TANGENT ? vec_fma(-t, y, x) : vec_fma(t, x, -y);
		v[j] = turn == KERNEL_TURN_TANGENT ? vec_fma(t, x, y) : vec_fma(t, y, x);
	}
}

/* v with the lanes exchanged that differ in lane bit b. */
ALWAYS_INLINE vec flip_lanes(vec v, const int b)
{
#if VEC_REALS >= 4
	if (b == 0)
		return __builtin_shufflevector(v, v, NUMBERS_XOR(2));
#endif
#if VEC_REALS >= 8
	if (b == 1)
		return __builtin_shufflevector(v, v, NUMBERS_XOR(4));
#endif
#if VEC_REALS >= 16
	if (b == 2)
		return __builtin_shufflevector(v, v, NUMBERS_XOR(8));
#endif
	(void)b;
	return v;
}

/* Turn the lowest `lanes` lane bits of a vector. */
ALWAYS_INLINE vec turn_lanes(vec v, unsigned lanes, vec t, const enum kernel_turn turn)
{
	UNROLL
	for (int b = 0; b < LANE_BITS; b++) {
		vec sign;
		if (b >= (int)lanes)
			break;
		for (int e = 0; e < VEC_REALS; e++)
			sign[e] = (e >> (b + 1)) & 1 ? 1 : -1;
		v = turn == KERNEL_TURN_TANGENT ? vec_fma(sign * t, flip_lanes(v, b), v)
		                                : vec_fma(sign, flip_lanes(v, b), v * t);
	}
	return v;
}

/* Turn `bits` neighbouring bits from `low` on in a run of `reals` real numbers; with `lanes`, low is LANE_BITS and so
 * many lane bits are turned with them. */
ALWAYS_INLINE void turn_run(real *p, uint64_t reals, unsigned low, const unsigned bits, unsigned lanes, vec t,
                            const enum kernel_turn turn)
{
	const uint64_t stride = (uint64_t)2 << low;
	for (uint64_t outer = 0; outer < reals; outer += stride << bits)
		for (uint64_t inner = 0; inner < stride; inner += VEC_REALS) {
			real *const at = p + outer + inner;
			vec v[1 << HELD_BITS];
			UNROLL_HELD
			for (unsigned k = 0; k < 1u << bits; k++)
				v[k] = turn_lanes(vec_load(at + k * stride), lanes, t, turn);
			turn_group(v, bits, t, turn);
			UNROLL_HELD
			for (unsigned k = 0; k < 1u << bits; k++)
				vec_store(at + k * stride, v[k]);
		}
}

/* Bits [from, to) of a run, a few at a time. */
ALWAYS_INLINE void turn_bits(real *p, uint64_t reals, unsigned from, unsigned to, real ratio,
                             const enum kernel_turn turn)
{
	const vec t = vec_all(ratio);
	unsigned lanes = 0;
	if (from == 0) {
		lanes = (unsigned)min_u64(to, LANE_BITS);
		from = lanes;
		if (from == to)
			turn_run(p, reals, LANE_BITS, 0, lanes, t, turn);
	}
	for (; from < to; lanes = 0) {
		const unsigned bits = to - from < (unsigned)HELD_BITS ? to - from : (unsigned)HELD_BITS;
		switch (bits) {
		case 1: turn_run(p, reals, from, 1, lanes, t, turn); break;
		case 2: turn_run(p, reals, from, 2, lanes, t, turn); break;
		case 3: turn_run(p, reals, from, 3, lanes, t, turn); break;
		default: turn_run(p, reals, from, HELD_BITS, lanes, t, turn); break;
		}
		from += bits;
	}
}

static void turn_tangent(real *p, uint64_t reals, unsigned from, unsigned to, real ratio)
{
	turn_bits(p, reals, from, to, ratio, KERNEL_TURN_TANGENT);
}

static void turn_cotangent(real *p, uint64_t reals, unsigned from, unsigned to, real ratio)
{
	turn_bits(p, reals, from, to, ratio, KERNEL_TURN_COTANGENT);
}

static void turn(const struct kernel_mix *mix, int which, real *p, uint64_t reals, unsigned from, unsigned to)
{
	if (from >= to)
		return;
	if (mix->turn[which] == KERNEL_TURN_TANGENT)
		turn_tangent(p, reals, from, to, (real)mix->ratio[which]);
	else if (mix->turn[which] == KERNEL_TURN_COTANGENT)
		turn_cotangent(p, reals, from, to, (real)mix->ratio[which]);
}

/* ---- Near ------------------------------------------------------------------------------------------------- */

static void near(const struct kernel_mix *mix, void *amplitudes, uint64_t begin, unsigned bits, unsigned turned)
{
	const unsigned block = bits < (unsigned)BLOCK_BITS ? bits : (unsigned)BLOCK_BITS;
	const unsigned low = turned < block ? turned : block;
	const uint64_t reals = (uint64_t)2 << bits, step = (uint64_t)2 << block;
	real *const p = (real *)amplitudes + 2 * begin;

	turn(mix, 0, p, reals, low, turned);
	for (uint64_t at = 0; at < reals; at += step) {
		turn(mix, 0, p + at, step, 0, low);
		if (mix->phase)
			phase(mix->phase, amplitudes, begin + at / 2, begin + (at + step) / 2);
		turn(mix, 1, p + at, step, 0, low);
	}
	turn(mix, 1, p, reals, low, turned);
}

/* ---- Far -------------------------------------------------------------------------------------------------- */

ALWAYS_INLINE void turn_held(vec *v, const unsigned bits, vec t, enum kernel_turn turn)
{
	if (turn == KERNEL_TURN_TANGENT)
		turn_group(v, bits, t, KERNEL_TURN_TANGENT);
	else if (turn == KERNEL_TURN_COTANGENT)
		turn_group(v, bits, t, KERNEL_TURN_COTANGENT);
}

/* bits, phased and kind are constants of each instance: a loop without a phase has one turn. */
ALWAYS_INLINE void far_run(const struct kernel_mix *mix, real *amplitudes, unsigned low, const unsigned bits,
                           uint64_t begin, uint64_t end, const bool phased, const enum kernel_entry kind)
{
	const vec t = vec_all((real)mix->ratio[0]), u = vec_all((real)mix->ratio[1]);
	const uint64_t stride = bit_mask(low);
	for (uint64_t j = begin; j < end; j += LANES) {
		const uint64_t i = (j >> low) << (low + bits) | (j & (stride - 1));
		real *const at = amplitudes + 2 * i;
		vec v[1 << KERNEL_FAR_BITS];
		UNROLL_FAR
		for (unsigned k = 0; k < 1u << bits; k++)
			v[k] = vec_load(at + 2 * k * stride);
		turn_held(v, bits, t, mix->turn[0]);
		if (phased) {
			UNROLL_FAR
			for (unsigned k = 0; k < 1u << bits; k++)
				v[k] = phase_multiply(v[k], phase_factors(mix->phase, kind, i + k * stride));
			turn_held(v, bits, u, mix->turn[1]);
		}
		UNROLL_FAR
		for (unsigned k = 0; k < 1u << bits; k++)
			vec_store(at + 2 * k * stride, v[k]);
	}
}

ALWAYS_INLINE void far_bits(const struct kernel_mix *mix, real *amplitudes, unsigned low, const unsigned bits,
                            uint64_t begin, uint64_t end)
{
	if (!mix->phase)
		far_run(mix, amplitudes, low, bits, begin, end, false, KERNEL_ENTRY_U8);
	else if (mix->phase->kind == KERNEL_ENTRY_U8)
		far_run(mix, amplitudes, low, bits, begin, end, true, KERNEL_ENTRY_U8);
	else if (mix->phase->kind == KERNEL_ENTRY_U16)
		far_run(mix, amplitudes, low, bits, begin, end, true, KERNEL_ENTRY_U16);
	else if (mix->phase->kind == KERNEL_ENTRY_F32)
		far_run(mix, amplitudes, low, bits, begin, end, true, KERNEL_ENTRY_F32);
	else
		far_run(mix, amplitudes, low, bits, begin, end, true, KERNEL_ENTRY_F64);
}

static void far1(const struct kernel_mix *m, real *a, unsigned low, uint64_t b, uint64_t e)
{
	far_bits(m, a, low, 1, b, e);
}
static void far2(const struct kernel_mix *m, real *a, unsigned low, uint64_t b, uint64_t e)
{
	far_bits(m, a, low, 2, b, e);
}
static void far3(const struct kernel_mix *m, real *a, unsigned low, uint64_t b, uint64_t e)
{
	far_bits(m, a, low, 3, b, e);
}
static void far4(const struct kernel_mix *m, real *a, unsigned low, uint64_t b, uint64_t e)
{
	far_bits(m, a, low, 4, b, e);
}
static void far5(const struct kernel_mix *m, real *a, unsigned low, uint64_t b, uint64_t e)
{
	far_bits(m, a, low, 5, b, e);
}

static void far(const struct kernel_mix *mix, void *amplitudes, unsigned low, unsigned count, uint64_t begin,
                uint64_t end)
{
	static void (*const loop[])(const struct kernel_mix *, real *, unsigned, uint64_t,
	                            uint64_t) = {far1, far2, far3, far4, far5};
	loop[count - 1](mix, amplitudes, low, begin, end);
}

const struct kernel_mixer KERNEL_NAME(mixer) = {.phase = phase, .near = near, .far = far};
