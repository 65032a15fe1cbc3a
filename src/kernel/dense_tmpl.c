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
 * SPDX-License-Identifier: Apache-2.0 */
#include "kernel/loops.h"

enum {
	COLUMNS = 2,                         /* groups worked on together: they share each coefficient read */
	ROWS = 4,                            /* outputs summed together: they share each input read */
	INPUTS = 1 << STEP_DENSE_TARGETS,
	HELD = 16,                           /* matrix elements kept in registers, or at least expanded on the stack */
};

struct coefficients {
	const real *re, *im;                 /* in the call: one for each element, or a vector where l > 0 */
	vec held_re[HELD], held_im[HELD];
};

ALWAYS_INLINE vec coefficient(const real *data, const vec *held, unsigned i, unsigned k, unsigned l)
{
	if (k <= 2)
		return held[i];
	return l ? vec_load(data + i * VEC_REALS) : vec_all(data[i]);
}

ALWAYS_INLINE void dense_group(const struct kernel_call *call, const struct coefficients *m, real *p, const uint64_t *offset,
                               unsigned k, unsigned l, bool is_real, bool masked, unsigned columns)
{
	const unsigned rows = 1u << (k - l), inputs = 1u << k, flips = 1u << l;
	const unsigned together = rows < ROWS ? rows : k == 2 && columns == 2 ? 2 : ROWS;
	const uint64_t stride = call->stride;
	vec in[INPUTS][COLUMNS];

	UNROLL
	for (unsigned c = 0; c < rows; c++) {
		UNROLL
		for (unsigned j = 0; j < columns; j++) {
			const vec v = vec_load(p + offset[c] + (j ? stride : 0));
			in[c * flips][j] = v;
			UNROLL
			for (unsigned f = 1; f < flips; f++)
				in[c * flips + f][j] = vec_permute(v, ((const vec_bits *)call->permutation)[f - 1]);
		}
	}
	UNROLL
	for (unsigned first = 0; first < rows; first += together) {
		vec sum[ROWS][COLUMNS];
		if (!is_real) {
			UNROLL
			for (unsigned i = 0; i < inputs; i++) {
				UNROLL
				for (unsigned r = 0; r < together; r++) {
					const vec im = coefficient(m->im, m->held_im, (first + r) * inputs + i, k, l);
					UNROLL
					for (unsigned j = 0; j < columns; j++)
						sum[r][j] = i ? vec_fma(im, in[i][j], sum[r][j]) : vec_mul(im, in[i][j]);
				}
			}
		}
		UNROLL
		for (unsigned i = 0; i < inputs; i++) {
			UNROLL
			for (unsigned r = 0; r < together; r++) {
				const vec re = coefficient(m->re, m->held_re, (first + r) * inputs + i, k, l);
				UNROLL
				for (unsigned j = 0; j < columns; j++)
					if (i)
						sum[r][j] = vec_fma(re, in[i][j], sum[r][j]);
					else if (is_real)
						sum[r][j] = vec_mul(re, in[i][j]);
					else
						sum[r][j] = vec_fma_swapped(re, in[i][j], vec_swap(sum[r][j]));
			}
		}
		UNROLL
		for (unsigned r = 0; r < together; r++) {
			UNROLL
			for (unsigned j = 0; j < columns; j++) {
				vec out = sum[r][j];
				if (masked)
					out = vec_select(*(const vec_bits *)call->mask, out, in[first + r][j]);
				vec_store(p + offset[first + r] + (j ? stride : 0), out);
			}
		}
	}
}

ALWAYS_INLINE void dense_loop(const struct kernel_call *call, void *origin, unsigned k, unsigned l, bool is_real, bool masked)
{
	const unsigned rows = 1u << (k - l), elements = rows << k;
	const uint64_t stride = call->stride, count = call->count, outer = call->outer;
	real *const begin = (real *)origin + call->start;
	uint64_t offset[INPUTS];
	struct coefficients m = {.re = call->re, .im = call->im};

	for (unsigned r = 0; r < rows; r++)
		offset[r] = call->offset[r];
	if (k <= 2) {
		UNROLL
		for (unsigned i = 0; i < elements; i++) {
			m.held_re[i] = l ? vec_load(m.re + i * VEC_REALS) : vec_all(m.re[i]);
			if (!is_real)
				m.held_im[i] = l ? vec_load(m.im + i * VEC_REALS) : vec_all(m.im[i]);
		}
	}
	uint64_t o = 0;
	do {
		real *p = begin + o;
		if (count < COLUMNS)
			dense_group(call, &m, p, offset, k, l, is_real, masked, 1);
		else
			for (uint64_t i = 0; i < count; i += COLUMNS, p += COLUMNS * stride)
				dense_group(call, &m, p, offset, k, l, is_real, masked, COLUMNS);
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
