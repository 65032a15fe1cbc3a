/* vec_avx2.h - vec_fma and its kin, vec_fma_swapped and vec_permute for 32 bytes of AVX2 and FMA.
 *
 * Included by vec.h only. SPDX-License-Identifier: Apache-2.0 */
#include <immintrin.h>

#ifdef REAL_f64
ALWAYS_INLINE vec vec_fms(vec a, vec b, vec c) { return (vec)_mm256_fmsub_pd((__m256d)a, (__m256d)b, (__m256d)c); }
ALWAYS_INLINE vec vec_fnma(vec a, vec b, vec c) { return (vec)_mm256_fnmadd_pd((__m256d)a, (__m256d)b, (__m256d)c); }
ALWAYS_INLINE vec vec_fma(vec a, vec b, vec c) { return (vec)_mm256_fmadd_pd((__m256d)a, (__m256d)b, (__m256d)c); }
ALWAYS_INLINE vec vec_fma_swapped(vec a, vec b, vec s)
{
	return (vec)_mm256_fmaddsub_pd((__m256d)a, (__m256d)b, (__m256d)s);
}
ALWAYS_INLINE vec vec_permute(vec v, vec_bits index)
{
	(void)index;   /* two lanes have one permutation: their exchange */
	return __builtin_shufflevector(v, v, NUMBERS_XOR(2));
}
#else
ALWAYS_INLINE vec vec_fms(vec a, vec b, vec c) { return (vec)_mm256_fmsub_ps((__m256)a, (__m256)b, (__m256)c); }
ALWAYS_INLINE vec vec_fnma(vec a, vec b, vec c) { return (vec)_mm256_fnmadd_ps((__m256)a, (__m256)b, (__m256)c); }
ALWAYS_INLINE vec vec_fma(vec a, vec b, vec c) { return (vec)_mm256_fmadd_ps((__m256)a, (__m256)b, (__m256)c); }
ALWAYS_INLINE vec vec_fma_swapped(vec a, vec b, vec s)
{
	return (vec)_mm256_fmaddsub_ps((__m256)a, (__m256)b, (__m256)s);
}
ALWAYS_INLINE vec vec_permute(vec v, vec_bits index)
{
	return (vec)_mm256_permutevar8x32_ps((__m256)v, (__m256i)index);
}
#endif
