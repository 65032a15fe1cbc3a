/* vec_avx512.h - vec_fma and its kin, vec_fma_swapped and vec_permute for 64 bytes of AVX-512.
 *
 * Included by vec.h only. SPDX-License-Identifier: Apache-2.0 */
#include <immintrin.h>

#ifdef REAL_f64
ALWAYS_INLINE vec vec_fms(vec a, vec b, vec c) { return (vec)_mm512_fmsub_pd((__m512d)a, (__m512d)b, (__m512d)c); }
ALWAYS_INLINE vec vec_fnma(vec a, vec b, vec c) { return (vec)_mm512_fnmadd_pd((__m512d)a, (__m512d)b, (__m512d)c); }
ALWAYS_INLINE vec vec_fma(vec a, vec b, vec c) { return (vec)_mm512_fmadd_pd((__m512d)a, (__m512d)b, (__m512d)c); }
ALWAYS_INLINE vec vec_fma_swapped(vec a, vec b, vec s)
{
	return (vec)_mm512_fmaddsub_pd((__m512d)a, (__m512d)b, (__m512d)s);
}
ALWAYS_INLINE vec vec_permute(vec v, vec_bits index) { return (vec)_mm512_permutexvar_pd((__m512i)index, (__m512d)v); }
#else
ALWAYS_INLINE vec vec_fms(vec a, vec b, vec c) { return (vec)_mm512_fmsub_ps((__m512)a, (__m512)b, (__m512)c); }
ALWAYS_INLINE vec vec_fnma(vec a, vec b, vec c) { return (vec)_mm512_fnmadd_ps((__m512)a, (__m512)b, (__m512)c); }
ALWAYS_INLINE vec vec_fma(vec a, vec b, vec c) { return (vec)_mm512_fmadd_ps((__m512)a, (__m512)b, (__m512)c); }
ALWAYS_INLINE vec vec_fma_swapped(vec a, vec b, vec s)
{
	return (vec)_mm512_fmaddsub_ps((__m512)a, (__m512)b, (__m512)s);
}
ALWAYS_INLINE vec vec_permute(vec v, vec_bits index) { return (vec)_mm512_permutexvar_ps((__m512i)index, (__m512)v); }
#endif
