/* limits_tmpl.c - what the machine does at its best: arithmetic in registers, and one pass over memory.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "kernel/loops.h"

enum { SUMS = 12 }; /* as many as hide the latency of two units of four or five cycles */

uint64_t KERNEL_NAME(multiply_add)(uint64_t rounds, double *sum)
{
	const vec factor = vec_all((real)0.875), term = vec_all((real)*sum);
	vec sums[SUMS];

	for (unsigned i = 0; i < SUMS; i++)
		sums[i] = vec_all((real)i);
	for (uint64_t r = 0; r < rounds; r++)
		UNROLL_HELD
	for (unsigned i = 0; i < SUMS; i++)
		sums[i] = vec_fma(sums[i], factor, term);
	for (unsigned i = 0; i < SUMS; i++)
		*sum += (double)sums[i][0];
	return 2 * rounds * SUMS * VEC_REALS;
}

void KERNEL_NAME(scale)(void *amplitudes, uint64_t begin, uint64_t end, double factor)
{
	enum { GROUP = 4 * VEC_REALS };
	const vec by = vec_all((real)factor);
	real *a = (real *)amplitudes + 2 * begin;
	const uint64_t count = 2 * (end - begin);
	uint64_t i = 0;

	for (; i + GROUP <= count; i += GROUP)
		UNROLL
	for (unsigned j = 0; j < 4; j++)
		vec_store(a + i + j * VEC_REALS, vec_mul(vec_load(a + i + j * VEC_REALS), by));
	for (; i < count; i++)
		a[i] *= by[0];
}
