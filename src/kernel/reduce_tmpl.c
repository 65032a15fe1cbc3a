/* reduce_tmpl.c - sums of squares and moves over contiguous amplitudes.
 *
 * A sum runs in sixteen double lanes: real number e of the vector is squared and added to lane e mod 16, in order,
 * over leaves of at most LEAF amplitudes; the lanes of a leaf, and then the leaves, are added in a fixed tree. No
 * fused operation is used, so that a sum has the same bits on every instruction set.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "kernel/loops.h"

#include <string.h>

#include "base/bits.h"

enum {
	GROUP = 8,                                           /* amplitudes that fill the lanes once */
	LEAF = 1024,                                         /* amplitudes */
	WIDTH = (VEC_BYTES < 16 ? 16 : VEC_BYTES) / 8,       /* doubles in a vector */
	PARTS = 2 * GROUP / WIDTH,                           /* vectors that hold the lanes */
};

typedef double lanes __attribute__((vector_size(8 * WIDTH)));
typedef real piece __attribute__((vector_size(REAL_BYTES * WIDTH), aligned(2 * REAL_BYTES), may_alias));

struct condition { uint64_t base, mask, value; };

/* Add the squares of those amplitudes of [begin, end) in the group at `at` that meet the condition. */
static void add_partial(lanes sum[PARTS], const real *a, const struct condition *c,
                        uint64_t at, uint64_t begin, uint64_t end)
{
	double square[2 * GROUP] = {0};
	for (unsigned i = 0; i < GROUP; i++) {
		if (at + i < begin || at + i >= end || ((c->base + at + i) & c->mask) != c->value)
			continue;
		const double re = a[2 * (at + i)], im = a[2 * (at + i) + 1];
		square[2 * i] = re * re;
		square[2 * i + 1] = im * im;
	}
	for (unsigned part = 0; part < PARTS; part++)
		for (unsigned i = 0; i < WIDTH; i++)
			sum[part][i] += square[part * WIDTH + i];
}

ALWAYS_INLINE double leaf(const real *a, const struct condition *c, uint64_t begin, uint64_t end, bool conditional)
{
	const uint64_t low = GROUP - 1;
	/* What the low bits of the index say is the same for every whole group where the base is a multiple of it. */
	const bool whole = !conditional || (c->base & low) == 0;
	lanes sum[PARTS] = {{0}}, weight[PARTS];
	uint64_t at = begin & ~low;

	for (unsigned part = 0; part < PARTS; part++)
		for (unsigned i = 0; i < WIDTH; i++)
			weight[part][i] = ((part * WIDTH + i) / 2 & c->mask & low) == (c->value & low);
	if (at < begin) {
		add_partial(sum, a, c, at, begin, end);
		at += GROUP;
	}
	for (; at + GROUP <= end; at += GROUP) {
		if (!whole) {
			add_partial(sum, a, c, at, begin, end);
			continue;
		}
		if (conditional && ((c->base + at) & c->mask & ~low) != (c->value & ~low))
			continue;
		UNROLL
		for (unsigned part = 0; part < PARTS; part++) {
			const lanes v = __builtin_convertvector(*(const piece *)(a + 2 * at + part * WIDTH), lanes);
			sum[part] += conditional ? v * v * weight[part] : v * v;
		}
	}
	if (at < end)
		add_partial(sum, a, c, at, begin, end);

	double total[2 * GROUP];
	memcpy(total, sum, sizeof total);
	for (unsigned half = GROUP; half; half /= 2)
		for (unsigned i = 0; i < half; i++)
			total[i] += total[i + half];
	return total[0];
}

/* Pairwise: the left part is the largest power of two of leaves that leaves something over. */
static double tree(const real *a, const struct condition *c, uint64_t begin, uint64_t end)
{
	const uint64_t length = end - begin;
	if (length <= LEAF)
		return c->mask | c->value ? leaf(a, c, begin, end, true) : leaf(a, c, begin, end, false);
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
