/* dense_tmpl.c - matrices on k bits, l of them inside a vector.
 *
 * A group is the 2^h vectors that differ in the h = k - l targets above the lanes. Its inputs are those vectors
 * and their flips: the lanes exchanged by each pattern of the l lane targets, 2^k inputs in all. Each of the 2^h
 * outputs is a sum over inputs of coefficient times input, with a coefficient for each lane where l > 0:
 *
 *   out = sum re * in  +  i * sum im * in
 *
 * The sum with the imaginary parts comes first; its real and imaginary parts are exchanged once (the only
 * shuffle) and it enters the other sum through the first fused multiply-add: two of these a matrix element.
 *
 * Lane controls are part of lane-wise coefficients where these cost nothing (one or two targets, or a lane target),
 * and a choice between new and old at the store for wider matrices.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "kernel/loops.h"

enum {
	COLUMNS = 2,                         /* groups worked on together: they share each coefficient read */
	ROWS = 4,                            /* outputs summed together: they share each input read */
	INPUTS = 1 << STEP_DENSE_TARGETS,
	HELD = 16,                           /* matrix elements kept in registers, or at least expanded on the stack */
};

/* The loops around a group, and what it works on. */
struct group {
	const real *re, *im;                 /* coefficients: one an element, or a vector where they differ by lane */
	vec held_re[HELD], held_im[HELD];    /* the same, expanded, where k <= CALL_FOLDED */
	const vec_bits *permutation;
	vec_bits mask;
	uint64_t stride;
	uint64_t offset[INPUTS];
};

/* Load the vectors of the rows, and their flips. */
ALWAYS_INLINE void load_inputs(vec in[][COLUMNS], const struct group *g, const real *p,
                               unsigned rows, unsigned l, unsigned columns)
{
	const unsigned flips = 1u << l;

	UNROLL
	for (unsigned c = 0; c < rows; c++) {
		UNROLL
		for (unsigned j = 0; j < columns; j++) {
			const vec v = vec_load(p + g->offset[c] + (j ? g->stride : 0));
			in[c * flips][j] = v;
			UNROLL
			for (unsigned f = 1; f < flips; f++)
				in[c * flips + f][j] = vec_permute(v, g->permutation[f - 1]);
		}
	}
}

ALWAYS_INLINE void store_row(const struct group *g, real *p, unsigned row, unsigned columns,
                             const vec *out, const vec *old, bool masked)
{
	UNROLL
	for (unsigned j = 0; j < columns; j++)
		vec_store(p + g->offset[row] + (j ? g->stride : 0), masked ? vec_select(g->mask, out[j], old[j]) : out[j]);
}

/* One or two targets: inputs in registers, coefficients too as far as they fit. */
ALWAYS_INLINE void narrow_group(const struct group *g, real *p, unsigned k, unsigned l,
                                bool is_real, unsigned columns)
{
	const unsigned rows = 1u << (k - l), inputs = 1u << k;
	vec in[4][COLUMNS];

	load_inputs(in, g, p, rows, l, columns);
	UNROLL
	for (unsigned r = 0; r < rows; r++) {
		vec sum[COLUMNS];
		if (!is_real) {
			UNROLL
			for (unsigned i = 0; i < inputs; i++) {
				UNROLL
				for (unsigned j = 0; j < columns; j++)
					sum[j] = i ? vec_fma(g->held_im[r * inputs + i], in[i][j], sum[j])
					           : vec_mul(g->held_im[r * inputs + i], in[i][j]);
			}
		}
		UNROLL
		for (unsigned i = 0; i < inputs; i++) {
			UNROLL
			for (unsigned j = 0; j < columns; j++) {
				const vec re = g->held_re[r * inputs + i];
				sum[j] = i ? vec_fma(re, in[i][j], sum[j])
				           : is_real ? vec_mul(re, in[i][j]) : vec_fma_swapped(re, in[i][j], vec_swap(sum[j]));
			}
		}
		store_row(g, p, r, columns, sum, NULL, false);
	}
}

ALWAYS_INLINE vec coefficient(const real *data, unsigned i, bool lanewise)
{
	return lanewise ? vec_load(data + i * VEC_REALS) : vec_all(data[i]);
}

/* sum[r][j] += coefficients[r][i] * in[i][j] over the inputs from `first` on, for `together` rows. The inputs stay
 * in L1. */
ALWAYS_INLINE void accumulate(vec sum[][COLUMNS], const real *data, const vec in[][COLUMNS], unsigned first,
                              unsigned inputs, unsigned together, unsigned l, unsigned columns)
{
	UNROLL_SOME
	for (unsigned i = first; i < inputs; i++) {
		UNROLL
		for (unsigned r = 0; r < together; r++) {
			const vec m = coefficient(data, r * inputs + i, l);
			UNROLL
			for (unsigned j = 0; j < columns; j++)
				sum[r][j] = vec_fma(m, in[i][j], sum[r][j]);
		}
	}
}

/* Three to five targets: a small matrix product, `together` outputs of each column in registers at a time. */
ALWAYS_INLINE void wide_group(const struct group *g, real *p, unsigned k, unsigned l,
                              bool is_real, bool masked, unsigned columns)
{
	const unsigned rows = 1u << (k - l), inputs = 1u << k, together = rows < ROWS ? rows : ROWS;
	vec in[INPUTS][COLUMNS];

	load_inputs(in, g, p, rows, l, columns);
	for (unsigned first = 0; first < rows; first += together) {
		const real *const re = g->re + first * inputs * (l ? VEC_REALS : 1);
		const real *const im = g->im + first * inputs * (l ? VEC_REALS : 1);
		vec sum[ROWS][COLUMNS];

		if (!is_real) {
			UNROLL
			for (unsigned r = 0; r < together; r++) {
				UNROLL
				for (unsigned j = 0; j < columns; j++)
					sum[r][j] = vec_mul(coefficient(im, r * inputs, l), in[0][j]);
			}
			accumulate(sum, im, in, 1, inputs, together, l, columns);
		}
		UNROLL
		for (unsigned r = 0; r < together; r++) {
			const vec m = coefficient(re, r * inputs, l);
			UNROLL
			for (unsigned j = 0; j < columns; j++)
				sum[r][j] = is_real ? vec_mul(m, in[0][j]) : vec_fma_swapped(m, in[0][j], vec_swap(sum[r][j]));
		}
		accumulate(sum, re, in, 1, inputs, together, l, columns);
		UNROLL
		for (unsigned r = 0; r < together; r++)
			store_row(g, p, first + r, columns, sum[r], in[first + r], masked);
	}
}

ALWAYS_INLINE void any_group(const struct group *g, real *p, unsigned k, unsigned l,
                             bool is_real, bool masked, unsigned columns)
{
	if (k <= CALL_FOLDED)
		narrow_group(g, p, k, l, is_real, columns);
	else
		wide_group(g, p, k, l, is_real, masked, columns);
}

ALWAYS_INLINE void dense_loop(const struct kernel_call *call, void *origin, unsigned k, unsigned l,
                              bool is_real, bool masked)
{
	const unsigned rows = 1u << (k - l), elements = rows << k;
	const uint64_t count = call->count, outer = call->outer;
	real *const begin = (real *)origin + call->start;
	struct group g;

	g.re = call->re;
	g.im = call->im;
	g.permutation = call->permutation;
	g.stride = call->stride;
	if (masked)
		g.mask = *(const vec_bits *)call->mask;
	for (unsigned r = 0; r < rows; r++)
		g.offset[r] = call->offset[r];
	if (k <= CALL_FOLDED) {
		UNROLL_HELD
		for (unsigned i = 0; i < elements; i++) {
			g.held_re[i] = coefficient(g.re, i, l || masked);
			if (!is_real)
				g.held_im[i] = coefficient(g.im, i, l || masked);
		}
	}
	uint64_t o = 0;
	do {
		real *p = begin + o;
		if (count < COLUMNS)
			any_group(&g, p, k, l, is_real, masked, 1);
		else
			for (uint64_t i = 0; i < count; i += COLUMNS, p += COLUMNS * g.stride)
				any_group(&g, p, k, l, is_real, masked, COLUMNS);
		o = (o - outer) & outer;
	} while (o);
}

/* One line an instance: k, l, real, masked. */
#define INSTANCE(name, k, l, is_real, masked) \
	static void name(const struct kernel_call *call, void *origin, uint64_t index) \
	{ \
		(void)index; \
		dense_loop(call, origin, k, l, is_real, masked); \
	}
#define INSTANCES(k, l) INSTANCE(complex_##k##_##l, k, l, false, false) INSTANCE(real_##k##_##l, k, l, true, false)
#define MASKED(k) INSTANCE(complex_##k##_masked, k, 0, false, true) INSTANCE(real_##k##_masked, k, 0, true, true)
#define NARROW(k) INSTANCES(k, 0)
NARROW(1) NARROW(2) NARROW(3) NARROW(4) NARROW(5)

/* LANE_BITS for the preprocessor. */
#if VEC_REALS >= 4
MASKED(1) MASKED(2) MASKED(3) MASKED(4) MASKED(5)
INSTANCES(1, 1) INSTANCES(2, 1) INSTANCES(3, 1) INSTANCES(4, 1) INSTANCES(5, 1)
#endif
#if VEC_REALS >= 8
INSTANCES(2, 2) INSTANCES(3, 2) INSTANCES(4, 2) INSTANCES(5, 2)
#endif
#if VEC_REALS >= 16
INSTANCES(3, 3) INSTANCES(4, 3) INSTANCES(5, 3)
#endif

#if VEC_REALS == 2
#define ROW(part) {{part##_1_0}, {part##_2_0}, {part##_3_0}, {part##_4_0}, {part##_5_0}}
#define ROW_MASKED(part) {0}
#else
#define ROW_MASKED(part) {part##_1_masked, part##_2_masked, part##_3_masked, part##_4_masked, part##_5_masked}
#if VEC_REALS == 4
#define ROW(part) {{part##_1_0, part##_1_1}, {part##_2_0, part##_2_1}, {part##_3_0, part##_3_1}, \
	{part##_4_0, part##_4_1}, {part##_5_0, part##_5_1}}
#elif VEC_REALS == 8
#define ROW(part) {{part##_1_0, part##_1_1}, {part##_2_0, part##_2_1, part##_2_2}, {part##_3_0, part##_3_1, part##_3_2}, \
	{part##_4_0, part##_4_1, part##_4_2}, {part##_5_0, part##_5_1, part##_5_2}}
#else
#define ROW(part) {{part##_1_0, part##_1_1}, {part##_2_0, part##_2_1, part##_2_2}, \
	{part##_3_0, part##_3_1, part##_3_2, part##_3_3}, {part##_4_0, part##_4_1, part##_4_2, part##_4_3}, \
	{part##_5_0, part##_5_1, part##_5_2, part##_5_3}}
#endif
#endif

const struct dense_loops KERNEL_NAME(dense) = {
	.plain = {ROW(complex), ROW(real)},
	.masked = {ROW_MASKED(complex), ROW_MASKED(real)},
};
