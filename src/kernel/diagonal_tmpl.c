/* diagonal_tmpl.c - factors chosen by index bits: by the block's own index outside it, by the pattern bits inside.
 *
 * The patterns are walked around the innermost loop, so that a factor stays in registers along a run, and inside
 * the outer loop, so that a large block is read once. Lane targets and lane controls are in the factor vectors.
 * Where the free bits would give short runs only, the innermost loop walks neighbouring pattern bits instead, with
 * a factor of its own for each vector.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "kernel/loops.h"

#include "base/bits.h"

ALWAYS_INLINE void scale_run(real *p, uint64_t stride, uint64_t count, vec re, vec im, bool is_real)
{
	UNROLL_SOME
	for (uint64_t i = 0; i < count; i++, p += stride) {
		const vec v = vec_load(p);
		vec_store(p, is_real ? vec_mul(v, re) : vec_fma_swapped(re, v, vec_mul(im, vec_swap(v))));
	}
}

static void runs(const struct kernel_call *call, void *origin, uint64_t index)
{
	const uint64_t chosen = bits_extract(index, call->outside) * call->patterns;
	const real *const re = (const real *)call->re + chosen * VEC_REALS;
	const real *const im = (const real *)call->im + chosen * VEC_REALS;
	const uint8_t *const factor = call->factor + chosen;
	const uint64_t outer = call->outer, pattern = call->pattern;
	uint64_t o = 0;

	do {
		real *const begin = (real *)origin + call->start + o;
		uint64_t bits = 0, f = 0;
		do {
			const vec a = vec_load(re + f * VEC_REALS), b = vec_load(im + f * VEC_REALS);
			if (factor[f] == FACTOR_COMPLEX)
				scale_run(begin + bits, call->stride, call->count, a, b, false);
			else if (factor[f] == FACTOR_REAL)
				scale_run(begin + bits, call->stride, call->count, a, b, true);
			bits = (bits - pattern) & pattern;
			f++;
		} while (bits);
		o = (o - outer) & outer;
	} while (o);
}

static void varying(const struct kernel_call *call, void *origin, uint64_t index)
{
	const uint64_t chosen = bits_extract(index, call->outside) * call->patterns;
	const uint64_t outer = call->outer, pattern = call->pattern, stride = call->stride, count = call->count;
	uint64_t o = 0;

	do {
		const real *re = (const real *)call->re + chosen * VEC_REALS;
		const real *im = (const real *)call->im + chosen * VEC_REALS;
		real *const begin = (real *)origin + call->start + o;
		uint64_t bits = 0;
		do {
			real *p = begin + bits;
			UNROLL_SOME
			for (uint64_t i = 0; i < count; i++, p += stride, re += VEC_REALS, im += VEC_REALS) {
				const vec v = vec_load(p);
				vec_store(p, vec_fma_swapped(vec_load(re), v, vec_mul(vec_load(im), vec_swap(v))));
			}
			bits = (bits - pattern) & pattern;
		} while (bits);
		o = (o - outer) & outer;
	} while (o);
}

const struct diagonal_loops KERNEL_NAME(diagonal) = {.runs = runs, .varying = varying};
