/* vec_neon.h - vec_fma and its kin, vec_fma_swapped and vec_permute for the 8 and 16 bytes of AArch64.
 *
 * Included by vec.h only. SPDX-License-Identifier: Apache-2.0 */
#include <arm_neon.h>

#ifdef REAL_f64
ALWAYS_INLINE vec vec_fma(vec a, vec b, vec c) { return (vec)vfmaq_f64((float64x2_t)c, (float64x2_t)a, (float64x2_t)b); }
#elif VEC_BYTES == 16
ALWAYS_INLINE vec vec_fma(vec a, vec b, vec c) { return (vec)vfmaq_f32((float32x4_t)c, (float32x4_t)a, (float32x4_t)b); }
#else
ALWAYS_INLINE vec vec_fma(vec a, vec b, vec c) { return (vec)vfma_f32((float32x2_t)c, (float32x2_t)a, (float32x2_t)b); }
#endif

/* a * b - c; c - a * b. */
ALWAYS_INLINE vec vec_fms(vec a, vec b, vec c) { return vec_fma(a, b, -c); }
ALWAYS_INLINE vec vec_fnma(vec a, vec b, vec c) { return vec_fma(-a, b, c); }

ALWAYS_INLINE vec vec_fma_swapped(vec a, vec b, vec s)
{
	const vec_bits sign = (vec_bits)(vec){ALTERNATE(-(real)0, (real)0)};
	return vec_fma(a, b, (vec)((vec_bits)s ^ sign));
}

/* At most two lanes, which have one permutation: their exchange. */
ALWAYS_INLINE vec vec_permute(vec v, vec_bits index)
{
	(void)index;
#if VEC_REALS == 4
	return __builtin_shufflevector(v, v, NUMBERS_XOR(2));
#else
	return v;
#endif
}
