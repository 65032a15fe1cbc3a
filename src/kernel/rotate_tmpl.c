/* rotate_tmpl.c - real orthogonal matrices on many bits at once, one fused multiply-add an output.
 *
 * A rotation is its cosine times (x - t y, y + t x). Where the tangent t is above 1, and for reflections, it is the same
 * with x and y exchanged and with other signs; so every step is a signed permutation of its rows, a scale, and one
 * butterfly for each bit. Permutation, signs and scale are part of the loads. The 2^h vectors of a group stay in
 * registers through all h butterflies, while h is at most 4. A bit inside a vector takes its two coefficients lane by
 * lane.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "kernel/loops.h"

enum { TOGETHER = 8, MOST = 1 << STEP_ROTATED_TARGETS };   /* vectors worked on together, where the rows are fewer; at most */

/* What a step's loops need beside the pointers. */
struct rotation {
	const real *scale;                   /* one a row */
	const real *same, *other;            /* a vector for each lane target: of the lane itself, and of its partner */
	const vec_bits *permutation;
	vec tangent[STEP_ROTATED_TARGETS];
	unsigned lanes;
	uint64_t stride;
	/* Row r is read at high[r / 4] + low[r % 4]: sums of few registers instead of an offset for each row. */
	uint64_t from_high[MOST / 4], from_low[4], to_high[MOST / 4], to_low[4];
};

ALWAYS_INLINE vec load_row(const struct rotation *s, const real *p, unsigned r)
{
	return vec_mul(vec_load(p + s->from_high[r / 4] + s->from_low[r % 4]), vec_all(s->scale[r]));
}

ALWAYS_INLINE void rotate_group(const struct rotation *s, real *p, unsigned h, unsigned columns)
{
	const unsigned vectors = columns << h;
	vec v[MOST];

	UNROLL_HELD
	for (unsigned i = 0; i < vectors; i++)
		v[i] = load_row(s, p + i % columns * s->stride, i / columns);
	for (unsigned l = 0; l < s->lanes; l++) {
		const vec same = vec_load(s->same + l * VEC_REALS), other = vec_load(s->other + l * VEC_REALS);
		UNROLL_HELD
		for (unsigned i = 0; i < vectors; i++)
			v[i] = vec_fma(other, vec_permute(v[i], s->permutation[l]), vec_mul(same, v[i]));
	}
	UNROLL
	for (unsigned j = 0; j < h; j++) {
		UNROLL_HELD
		for (unsigned i = 0; i < vectors; i++) {
			if (i / columns >> j & 1)
				continue;
			const unsigned k = i + (columns << j);
			const vec x = v[i], y = v[k];
			v[i] = vec_fnma(s->tangent[j], y, x);
			v[k] = vec_fma(s->tangent[j], x, y);
		}
	}
	UNROLL_HELD
	for (unsigned i = 0; i < vectors; i++)
		vec_store(p + s->to_high[i / columns / 4] + s->to_low[i / columns % 4] + i % columns * s->stride, v[i]);
}

ALWAYS_INLINE void rotate_loop(const struct kernel_call *call, void *origin, unsigned h)
{
	const unsigned columns = h >= 3 ? 1 : TOGETHER >> h;
	const uint64_t count = call->count, outer = call->outer;
	const real *const numbers = call->re;
	struct rotation s = {
		.scale = numbers, .same = call->im, .other = (const real *)call->im + call->lanes * VEC_REALS,
		.permutation = call->permutation, .lanes = call->lanes, .stride = call->stride,
	};
	uint64_t o = 0;

	for (unsigned r = 0; r < 1u << h; r++) {
		/* What the highest and the lowest two bits of a row say about it: offsets add up bit by bit. */
		if (r < 4) {
			s.from_low[r] = call->source[r] - call->source[0];
			s.to_low[r] = call->offset[r];
		}
		if (r % 4 == 0) {
			s.from_high[r / 4] = call->source[r];
			s.to_high[r / 4] = call->offset[r];
		}
	}
	for (unsigned j = 0; j < h; j++)
		s.tangent[j] = vec_all(numbers[(1u << h) + j]);
	do {
		real *p = (real *)origin + call->start + o;
		if (count < columns)
			for (uint64_t i = 0; i < count; i++, p += s.stride)
				rotate_group(&s, p, h, 1);
		else
			for (uint64_t i = 0; i < count; i += columns, p += columns * s.stride)
				rotate_group(&s, p, h, columns);
		o = (o - outer) & outer;
	} while (o);
}

#define INSTANCE(h) \
	static void rotate_##h(const struct kernel_call *call, void *origin, uint64_t index) \
	{ \
		(void)index; \
		rotate_loop(call, origin, h); \
	}
INSTANCE(0) INSTANCE(1) INSTANCE(2) INSTANCE(3) INSTANCE(4) INSTANCE(5) INSTANCE(6) INSTANCE(7)

const struct rotate_loops KERNEL_NAME(rotate) = {
	.rows = {rotate_0, rotate_1, rotate_2, rotate_3, rotate_4, rotate_5, rotate_6, rotate_7},
};
