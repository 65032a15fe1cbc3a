/* reduce_tmpl.c - sums of squares and moves over contiguous amplitudes.
 *
 * A sum runs in eight double lanes: real number e of the vector goes to lane e mod 8, in order, over leaves of at
 * most LEAF amplitudes; the lanes of a leaf, and then the leaves, are added in a fixed tree. No fused operation
 * is used, so that a sum has the same bits on every instruction set.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "kernel/loops.h"

#include <string.h>

#include "base/bits.h"

enum { GROUP = 4, LEAF = 1024 };   /* amplitudes */

typedef double lanes __attribute__((vector_size(64)));
typedef real group __attribute__((vector_size(8 * REAL_BYTES), aligned(2 * REAL_BYTES), may_alias));

struct condition { uint64_t base, mask, value; };

/* Amplitudes [begin, end) of the group that starts at `at`, those that meet the condition, squared; zero elsewhere. */
ALWAYS_INLINE lanes partial_group(const real *a, struct condition c, uint64_t at, uint64_t begin, uint64_t end)
{
	lanes out = {0};
	for (unsigned i = 0; i < GROUP; i++) {
		if (at + i < begin || at + i >= end || ((c.base + at + i) & c.mask) != c.value)
			continue;
		const double re = a[2 * (at + i)], im = a[2 * (at + i) + 1];
		out[2 * i] = re * re;
		out[2 * i + 1] = im * im;
	}
	return out;
}

ALWAYS_INLINE double leaf(const real *a, struct condition c, uint64_t begin, uint64_t end, bool conditional)
{
	/* What the low bits of the index say is the same for every whole group where the base is a multiple of it. */
	const bool partial = conditional && c.base % GROUP != 0;
	lanes weight = {0};
	for (unsigned i = 0; i < 2 * GROUP; i++)
		weight[i] = (i / 2 & c.mask & (GROUP - 1)) == (c.value & (GROUP - 1)) ? 1 : 0;
	lanes sum = {0};
	uint64_t at = begin & ~(uint64_t)(GROUP - 1);

	if (at < begin) {
		sum += partial_group(a, c, at, begin, end);
		at += GROUP;
	}
	for (; at + GROUP <= end; at += GROUP) {
		if (partial) {
			sum += partial_group(a, c, at, begin, end);
		} else if (!conditional || ((c.base + at) & c.mask & ~(uint64_t)(GROUP - 1)) == (c.value & ~(uint64_t)(GROUP - 1))) {
			const lanes v = __builtin_convertvector(*(const group *)(a + 2 * at), lanes);
			sum += conditional ? v * v * weight : v * v;
		}
	}
	if (at < end)
		sum += partial_group(a, c, at, begin, end);
	return ((sum[0] + sum[1]) + (sum[2] + sum[3])) + ((sum[4] + sum[5]) + (sum[6] + sum[7]));
}

/* Pairwise: the left part is the largest power of two of leaves that leaves something over. */
static double tree(const real *a, const struct condition *c, uint64_t begin, uint64_t end)
{
	const uint64_t length = end - begin;
	if (length <= LEAF)
		return c->mask | c->value ? leaf(a, *c, begin, end, true) : leaf(a, *c, begin, end, false);
	const uint64_t middle = begin + bit_mask(bit_highest(length - 1));
	const double left = tree(a, c, begin, middle);
	return left + tree(a, c, middle, end);
}

double KERNEL_NAME(norm)(const void *amplitudes, uint64_t begin, uint64_t end)
{
	return tree(amplitudes, &(struct condition){0}, begin, end);
}

double KERNEL_NAME(norm_where)(const void *amplitudes, uint64_t base, uint64_t begin, uint64_t end,
                               uint64_t mask, uint64_t value)
{
	return tree(amplitudes, &(struct condition){base, mask, value}, begin, end);
}

void KERNEL_NAME(probabilities)(double *out, const void *amplitudes, uint64_t begin, uint64_t end)
{
	const real *a = (const real *)amplitudes + 2 * begin;
	for (uint64_t i = 0; i < end - begin; i++) {
		const double re = a[2 * i], im = a[2 * i + 1];
		out[i] = re * re + im * im;
	}
}

void KERNEL_NAME(project)(void *amplitudes, uint64_t base, uint64_t begin, uint64_t end,
                          uint64_t mask, uint64_t value, double factor)
{
	/* Runs of equal decision: as long as the lowest bit of the mask, cut at its multiples. */
	const uint64_t run = mask ? mask & -mask : bit_mask(62);
	real *a = amplitudes;
	for (uint64_t i = begin; i < end;) {
		const uint64_t stop = min_u64(end, i + run - ((base + i) & (run - 1)));
		if (((base + i) & mask) != value)
			memset(a + 2 * i, 0, (stop - i) * 2 * sizeof *a);
		else
			for (uint64_t e = 2 * i; e < 2 * stop; e++)
				a[e] = (real)(a[e] * factor);
		i = stop;
	}
}

void KERNEL_NAME(to_double)(double complex *out, const void *amplitudes, uint64_t begin, uint64_t end)
{
	const real *a = (const real *)amplitudes + 2 * begin;
	double *d = (double *)out;
	for (uint64_t e = 0; e < 2 * (end - begin); e++)
		d[e] = a[e];
}

void KERNEL_NAME(from_double)(void *amplitudes, const double complex *in, uint64_t begin, uint64_t end)
{
	real *a = (real *)amplitudes + 2 * begin;
	const double *d = (const double *)in;
	for (uint64_t e = 0; e < 2 * (end - begin); e++)
		a[e] = (real)d[e];
}
