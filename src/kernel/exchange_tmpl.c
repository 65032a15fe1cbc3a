/* exchange_tmpl.c - X and SWAP: amplitudes change places, nothing is computed.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "kernel/loops.h"

static void permute(const struct kernel_call *call, void *origin, uint64_t index)
{
	const vec_bits permutation = *(const vec_bits *)call->permutation;
	const uint64_t stride = call->stride, count = call->count, outer = call->outer;
	uint64_t o = 0;

	(void)index;
	do {
		real *p = (real *)origin + call->start + o;
		UNROLL_SOME
		for (uint64_t i = 0; i < count; i++, p += stride)
			vec_store(p, vec_permute(vec_load(p), permutation));
		o = (o - outer) & outer;
	} while (o);
}

/* Vector pairs trade places in the lanes of their masks, one of each for either way. */
ALWAYS_INLINE void swap_loop(const struct kernel_call *call, void *origin, bool masked, bool flipped)
{
	const vec_bits permutation = flipped ? *(const vec_bits *)call->permutation : (vec_bits){0};
	const vec_bits first = masked ? ((const vec_bits *)call->mask)[0] : (vec_bits){0};
	const vec_bits second = masked ? ((const vec_bits *)call->mask)[1] : (vec_bits){0};
	const uint64_t stride = call->stride, count = call->count, outer = call->outer;
	uint64_t o = 0;

	do {
		real *p = (real *)origin + call->start + call->offset[0] + o;
		real *q = (real *)origin + call->start + call->offset[1] + o;
		UNROLL_SOME
		for (uint64_t i = 0; i < count; i++, p += stride, q += stride) {
			const vec a = vec_load(p), b = vec_load(q);
			const vec to_p = flipped ? vec_permute(b, permutation) : b;
			const vec to_q = flipped ? vec_permute(a, permutation) : a;
			vec_store(p, masked ? vec_select(first, to_p, a) : to_p);
			vec_store(q, masked ? vec_select(second, to_q, b) : to_q);
		}
		o = (o - outer) & outer;
	} while (o);
}

static void swap(const struct kernel_call *call, void *origin, uint64_t index)
{
	(void)index;
	swap_loop(call, origin, false, false);
}

static void swap_masked(const struct kernel_call *call, void *origin, uint64_t index)
{
	(void)index;
	swap_loop(call, origin, true, false);
}

static void swap_flipped(const struct kernel_call *call, void *origin, uint64_t index)
{
	(void)index;
	swap_loop(call, origin, true, true);
}

const struct exchange_loops KERNEL_NAME(exchange) = {
	.permute = permute, .swap = swap, .swap_masked = swap_masked, .swap_flipped = swap_flipped,
};
