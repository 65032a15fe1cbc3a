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
	BLOCK_BITS = REAL_BYTES == 8 ? 10 : 11, /* 16 KiB, and two walks of AVX-512 */
	HELD_BITS = VEC_BYTES == 64 ? 4 : 3, /* of a walk */
	VALUE_RUN = 64, /* amplitudes */
};

/* ---- Phases ----------------------------------------------------------------------------------------------- */

ALWAYS_INLINE void phase_run(const struct kernel_phase *phase, const enum phase_loop loop, real *a, uint64_t begin,
                             uint64_t end)
{
	for (uint64_t i = begin; i < end; i += LANES)
		vec_store(a + 2 * i, phase_multiply(vec_load(a + 2 * i), phase_factors(phase, loop, i)));
}

static void phase(const struct kernel_phase *phase, void *amplitudes, uint64_t begin, uint64_t end)
{
	switch (phase->kind) {
	case KERNEL_ENTRY_U8: phase_run(phase, PHASE_U8, amplitudes, begin, end); break;
	case KERNEL_ENTRY_U16: phase_run(phase, PHASE_U16, amplitudes, begin, end); break;
	default: phase_run(phase, PHASE_VALUE, amplitudes, begin, end); break;
	}
}

/* ---- Turns ------------------------------------------------------------------------------------------------ */

/* Turn every bit of a group of 2^bits vectors. */
ALWAYS_INLINE void turn_group(vec *v, const unsigned bits, vec t)
{
	UNROLL
	for (unsigned b = 0; b < bits; b++) {
		UNROLL_HELD
		for (unsigned pair = 0; pair < 1u << (bits - 1); pair++) {
			const unsigned low = pair & ((1u << b) - 1), i = (pair - low) * 2 + low, j = i + (1u << b);
			const vec x = v[i], y = v[j];
			v[i] = vec_fma(-t, y, x);
			v[j] = vec_fma(t, x, y);
		}
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

/* Turn the lane bits of a vector: t[b] holds the tangent of lane bit b with its sign in each lane, or zeros. */
ALWAYS_INLINE vec turn_lanes(vec v, const vec *t)
{
	UNROLL
	for (int b = 0; b < LANE_BITS; b++)
		v = vec_fma(t[b], flip_lanes(v, b), v);
	return v;
}

ALWAYS_INLINE void lane_tangents(vec *t, unsigned lanes, real tangent)
{
	for (int b = 0; b < LANE_BITS; b++) {
		vec signs = vec_all(0);
		for (int e = 0; e < VEC_REALS; e++)
			signs[e] = b >= (int)lanes ? 0 : (e >> (b + 1)) & 1 ? tangent : -tangent;
		t[b] = signs;
	}
}

/* ---- Near ------------------------------------------------------------------------------------------------- */

/* Neighbouring bits that one walk over a run turns: `held` above the lanes, from `low` on; and the lowest `lanes` lane
 * bits, in a walk that has `first`. */
struct walk {
	unsigned low, held, lanes;
	bool first;
};

/* Turn the bits of a walk in the run of `count` amplitudes from `begin`, by one turn, or by a turn, a phase and a turn.
 * held, first, phased and loop are constants of each instance. */
ALWAYS_INLINE void near_walk(const struct kernel_mix *mix, real *amplitudes, uint64_t begin, uint64_t count,
                             const struct walk *walk, const unsigned held, const bool first, const bool phased,
                             const enum phase_loop loop)
{
	const vec t = vec_all((real)mix->tangent[0]), u = vec_all((real)mix->tangent[1]);
	const bool twice = mix->tangent[0] != 0;
	const uint64_t stride = bit_mask(walk->low);
	vec lane[LANE_BITS + 1] = {{0}}, lane_after[LANE_BITS + 1] = {{0}};
	lane_tangents(lane, walk->lanes, (real)mix->tangent[0]);
	lane_tangents(lane_after, walk->lanes, (real)mix->tangent[1]);
	for (uint64_t outer = begin; outer < begin + count; outer += stride << held)
		for (uint64_t i = outer; i < outer + stride; i += LANES) {
			vec v[1 << HELD_BITS];
			UNROLL_HELD
			for (unsigned k = 0; k < 1u << held; k++)
				v[k] = vec_load(amplitudes + 2 * (i + k * stride));
			if (!phased || twice) {
				UNROLL_HELD
				for (unsigned k = 0; k < 1u << held; k++)
					v[k] = first ? turn_lanes(v[k], lane) : v[k];
				turn_group(v, held, t);
			}
			if (phased) {
				UNROLL_HELD
				for (unsigned k = 0; k < 1u << held; k++) {
					v[k] = phase_multiply(v[k], phase_factors(mix->phase, loop, i + k * stride));
					v[k] = first ? turn_lanes(v[k], lane_after) : v[k];
				}
				turn_group(v, held, u);
			}
			UNROLL_HELD
			for (unsigned k = 0; k < 1u << held; k++)
				vec_store(amplitudes + 2 * (i + k * stride), v[k]);
		}
}

ALWAYS_INLINE void near_held(const struct kernel_mix *mix, real *amplitudes, uint64_t begin, uint64_t count,
                             const struct walk *walk, const bool first, const bool phased, const enum phase_loop loop)
{
	switch (walk->held) {
	case 0: near_walk(mix, amplitudes, begin, count, walk, 0, first, phased, loop); break;
	case 1: near_walk(mix, amplitudes, begin, count, walk, 1, first, phased, loop); break;
	case 2: near_walk(mix, amplitudes, begin, count, walk, 2, first, phased, loop); break;
	case 3: near_walk(mix, amplitudes, begin, count, walk, 3, first, phased, loop); break;
	default: near_walk(mix, amplitudes, begin, count, walk, HELD_BITS, first, phased, loop); break;
	}
}

/* The turn of mix->tangent[0] alone. */
static void walk_plain(const struct kernel_mix *mix, real *a, uint64_t begin, uint64_t count, const struct walk *walk)
{
	if (walk->first)
		near_held(mix, a, begin, count, walk, true, false, PHASE_U8);
	else
		near_held(mix, a, begin, count, walk, false, false, PHASE_U8);
}

/* The whole mix; values are multiplied on in a walk of their own. */
static void walk_phased(const struct kernel_mix *mix, real *a, uint64_t begin, uint64_t count, const struct walk *walk)
{
	const struct kernel_mix before = {.tangent = {mix->tangent[0]}}, after = {.tangent = {mix->tangent[1]}};
	switch (mix->phase->kind) {
	case KERNEL_ENTRY_U8: near_held(mix, a, begin, count, walk, true, true, PHASE_U8); break;
	case KERNEL_ENTRY_U16: near_held(mix, a, begin, count, walk, true, true, PHASE_U16); break;
	default:
		if (mix->tangent[0] != 0)
			walk_plain(&before, a, begin, count, walk);
		phase(mix->phase, a, begin, begin + count);
		walk_plain(&after, a, begin, count, walk);
	}
}

/* Cut the bits [from, to) into walks of equal shares; from 0 the lanes come with the first. */
static unsigned cut_walks(struct walk *walk, unsigned from, unsigned to)
{
	struct walk next = {.first = from == 0};
	unsigned walks = 0;
	if (next.first) {
		next.lanes = (unsigned)min_u64(to, LANE_BITS);
		from = LANE_BITS;
	}
	do {
		const unsigned left = to > from ? to - from : 0, passes = left ? (left + HELD_BITS - 1) / HELD_BITS : 1;
		next.low = from;
		next.held = (left + passes - 1) / passes;
		walk[walks++] = next;
		from += next.held;
		next = (struct walk){0};
	} while (from < to);
	return walks;
}

/* One turn, number `which`, on every walk. */
static void turn_walks(const struct kernel_mix *mix, int which, real *a, uint64_t begin, uint64_t count,
                       const struct walk *walk, unsigned walks)
{
	const struct kernel_mix one = {.tangent = {mix->tangent[which]}};
	for (unsigned w = 0; w < walks && one.tangent[0] != 0; w++)
		walk_plain(&one, a, begin, count, &walk[w]);
}

static void near(const struct kernel_mix *mix, void *amplitudes, uint64_t begin, unsigned bits, unsigned turned)
{
	const unsigned block = bits < (unsigned)BLOCK_BITS ? bits : (unsigned)BLOCK_BITS;
	const uint64_t size = bit_mask(bits), step = bit_mask(block);
	struct walk low[BLOCK_BITS], high[KERNEL_NEAR_BITS];
	const unsigned lows = cut_walks(low, 0, turned < block ? turned : block);
	const unsigned highs = turned > block ? cut_walks(high, block, turned) : 0;

	/* The phase is multiplied on in the first walk of a block, between its turns: all others of the first turn come
	 * before it, of the second after it. */
	turn_walks(mix, 0, amplitudes, begin, size, high, highs);
	for (uint64_t at = begin; at < begin + size; at += step) {
		turn_walks(mix, 0, amplitudes, at, step, low + 1, lows - 1);
		if (mix->phase)
			walk_phased(mix, amplitudes, at, step, low);
		else
			turn_walks(mix, 0, amplitudes, at, step, low, 1);
		turn_walks(mix, 1, amplitudes, at, step, low + 1, lows - 1);
	}
	turn_walks(mix, 1, amplitudes, begin, size, high, highs);
}

/* ---- Far -------------------------------------------------------------------------------------------------- */

/* bits, phased and loop are constants of each instance. */
ALWAYS_INLINE void far_run(const struct kernel_mix *mix, real *amplitudes, unsigned low, const unsigned bits,
                           uint64_t begin, uint64_t end, const bool phased, const enum phase_loop loop)
{
	const vec t = vec_all((real)mix->tangent[0]), u = vec_all((real)mix->tangent[1]);
	const uint64_t stride = bit_mask(low);
	for (uint64_t j = begin; j < end; j += LANES) {
		const uint64_t i = (j >> low) << (low + bits) | (j & (stride - 1));
		real *const at = amplitudes + 2 * i;
		vec v[1 << KERNEL_FAR_BITS];
		UNROLL_FAR
		for (unsigned k = 0; k < 1u << bits; k++)
			v[k] = vec_load(at + 2 * k * stride);
		turn_group(v, bits, t);
		if (phased) {
			UNROLL_FAR
			for (unsigned k = 0; k < 1u << bits; k++)
				v[k] = phase_multiply(v[k], phase_factors(mix->phase, loop, i + k * stride));
			turn_group(v, bits, u);
		}
		UNROLL_FAR
		for (unsigned k = 0; k < 1u << bits; k++)
			vec_store(at + 2 * k * stride, v[k]);
	}
}

/* Values are multiplied on in runs of their own, a few pages at a time while they are in cache. */
ALWAYS_INLINE void far_bits(const struct kernel_mix *mix, real *amplitudes, unsigned low, const unsigned bits,
                            uint64_t begin, uint64_t end)
{
	const struct kernel_mix before = {.tangent = {mix->tangent[0]}}, after = {.tangent = {mix->tangent[1]}};
	if (!mix->phase) {
		far_run(mix, amplitudes, low, bits, begin, end, false, PHASE_U8);
	} else if (mix->phase->kind == KERNEL_ENTRY_U8) {
		far_run(mix, amplitudes, low, bits, begin, end, true, PHASE_U8);
	} else if (mix->phase->kind == KERNEL_ENTRY_U16) {
		far_run(mix, amplitudes, low, bits, begin, end, true, PHASE_U16);
	} else {
		const uint64_t run = min_u64(bit_mask(low), VALUE_RUN);
		for (uint64_t j = begin; j < end; j = (j / run + 1) * run) {
			const uint64_t stop = min_u64((j / run + 1) * run, end);
			const uint64_t i = (j >> low) << (low + bits) | (j & low_mask(low));
			far_run(&before, amplitudes, low, bits, j, stop, false, PHASE_U8);
			for (uint64_t k = 0; k < bit_mask(bits); k++)
				phase(mix->phase, amplitudes, i + (k << low), i + (k << low) + (stop - j));
			far_run(&after, amplitudes, low, bits, j, stop, false, PHASE_U8);
		}
	}
}

static void far1(const struct kernel_mix *m, real *a, unsigned l, uint64_t b, uint64_t e)
{
	far_bits(m, a, l, 1, b, e);
}
static void far2(const struct kernel_mix *m, real *a, unsigned l, uint64_t b, uint64_t e)
{
	far_bits(m, a, l, 2, b, e);
}
static void far3(const struct kernel_mix *m, real *a, unsigned l, uint64_t b, uint64_t e)
{
	far_bits(m, a, l, 3, b, e);
}
static void far4(const struct kernel_mix *m, real *a, unsigned l, uint64_t b, uint64_t e)
{
	far_bits(m, a, l, 4, b, e);
}
static void far5(const struct kernel_mix *m, real *a, unsigned l, uint64_t b, uint64_t e)
{
	far_bits(m, a, l, 5, b, e);
}

static void far(const struct kernel_mix *mix, void *amplitudes, unsigned low, unsigned count, uint64_t begin,
                uint64_t end)
{
	static void (*const loop[])(const struct kernel_mix *, real *, unsigned, uint64_t,
	                            uint64_t) = {far1, far2, far3, far4, far5};
	loop[count - 1](mix, amplitudes, low, begin, end);
}

const struct kernel_mixer KERNEL_NAME(mixer) = {.phase = phase, .near = near, .far = far};
