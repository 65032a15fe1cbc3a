/* vec.h - the vector of a template: VEC_BYTES bytes of REAL, whole amplitudes (re, im) side by side.
 *
 * Written once in generic vectors; the compiler lowers them to whatever the translation unit's flags allow,
 * so that the 64-byte templates also run (slowly) on machines with narrower vectors. Only what generic
 * vectors cannot say comes from the header of an instruction set: explicit fused multiply-add and the
 * permutation of lanes by an index that is not a constant.
 *
 * The build defines REAL_f32 or REAL_f64, VEC_BYTES, and KERNEL_SUFFIX (the tail of each exported name).
 * Everything here is static inline: nothing compiled for one instruction set can be linked into another.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef SONGDO_KERNEL_VEC_H
#define SONGDO_KERNEL_VEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ALWAYS_INLINE static inline __attribute__((always_inline))
#define KERNEL_PASTE(name, suffix) name##_##suffix
#define KERNEL_EXPAND(name, suffix) KERNEL_PASTE(name, suffix)
#define KERNEL_NAME(name) KERNEL_EXPAND(name, KERNEL_SUFFIX)

/* UNROLL: a loop over the parts of a group, whole where its constant trip count is at most 8 (UNROLL_HELD: 16).
 * UNROLL_SOME: a long loop, by four. */
#ifdef __clang__
#define UNROLL _Pragma("clang loop unroll(full)")
#define UNROLL_HELD _Pragma("clang loop unroll(full)")
#define UNROLL_SOME _Pragma("clang loop unroll_count(4)")
#else
#define UNROLL _Pragma("GCC unroll 8")
#define UNROLL_HELD _Pragma("GCC unroll 16")
#define UNROLL_SOME _Pragma("GCC unroll 4")
#endif

#ifdef REAL_f64
typedef double real;
typedef int64_t real_bits;
#define REAL_BYTES 8
#else
typedef float real;
typedef int32_t real_bits;
#define REAL_BYTES 4
#endif

/* Values that each vector length needs spelled out: every element x; and the element numbers exclusive-or x. */
#define VEC_REALS (VEC_BYTES / REAL_BYTES)
#if VEC_REALS == 2
#define EACH(x) x, x
#define NUMBERS_XOR(x) 0 ^ x, 1 ^ x
#define ALTERNATE(x, y) x, y
#elif VEC_REALS == 4
#define EACH(x) x, x, x, x
#define NUMBERS_XOR(x) 0 ^ x, 1 ^ x, 2 ^ x, 3 ^ x
#define ALTERNATE(x, y) x, y, x, y
#elif VEC_REALS == 8
#define EACH(x) x, x, x, x, x, x, x, x
#define NUMBERS_XOR(x) 0 ^ x, 1 ^ x, 2 ^ x, 3 ^ x, 4 ^ x, 5 ^ x, 6 ^ x, 7 ^ x
#define ALTERNATE(x, y) x, y, x, y, x, y, x, y
#else
#define EACH(x) x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x
#define NUMBERS_XOR(x) 0 ^ x, 1 ^ x, 2 ^ x, 3 ^ x, 4 ^ x, 5 ^ x, 6 ^ x, 7 ^ x, \
		8 ^ x, 9 ^ x, 10 ^ x, 11 ^ x, 12 ^ x, 13 ^ x, 14 ^ x, 15 ^ x
#define ALTERNATE(x, y) x, y, x, y, x, y, x, y, x, y, x, y, x, y, x, y
#endif

enum { LANES = VEC_REALS / 2, LANE_BITS = LANES == 8 ? 3 : LANES == 4 ? 2 : LANES == 2 ? 1 : 0 };

typedef real vec __attribute__((vector_size(VEC_BYTES), may_alias));
typedef real_bits vec_bits __attribute__((vector_size(VEC_BYTES), may_alias));

ALWAYS_INLINE vec vec_load(const real *p) { return *(const vec *)p; }
ALWAYS_INLINE void vec_store(real *p, vec v) { *(vec *)p = v; }
ALWAYS_INLINE vec vec_all(real x) { return (vec){EACH(x)}; }
ALWAYS_INLINE vec vec_mul(vec a, vec b) { return a * b; }
/* Real and imaginary parts exchanged. */
ALWAYS_INLINE vec vec_swap(vec v) { return __builtin_shufflevector(v, v, NUMBERS_XOR(1)); }
/* a where mask is all ones, b where it is zero. */
ALWAYS_INLINE vec vec_select(vec_bits mask, vec a, vec b) { return (vec)((mask & (vec_bits)a) | (~mask & (vec_bits)b)); }

#if defined(__AVX512F__) && VEC_BYTES == 64
#include "kernel/vec_avx512.h"
#elif defined(__FMA__) && VEC_BYTES == 32
#include "kernel/vec_avx2.h"
#elif defined(__aarch64__) && VEC_BYTES <= 16
#include "kernel/vec_neon.h"
#else
#include "kernel/vec_plain.h"
#endif

#endif
