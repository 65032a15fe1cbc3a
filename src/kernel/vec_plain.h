/* vec_plain.h - vec_fma and its kin, vec_fma_swapped and vec_permute where nothing better exists: two roundings.
 *
 * Included by vec.h only. SPDX-License-Identifier: Apache-2.0 */

/* a * b + c. */
ALWAYS_INLINE vec vec_fma(vec a, vec b, vec c) { return a * b + c; }

/* a * b - c; c - a * b. */
ALWAYS_INLINE vec vec_fms(vec a, vec b, vec c) { return a * b - c; }
ALWAYS_INLINE vec vec_fnma(vec a, vec b, vec c) { return c - a * b; }

/* a * b + i * c: re a*b - im c, im a*b + re c, where s is c with its parts exchanged. */
ALWAYS_INLINE vec vec_fma_swapped(vec a, vec b, vec s)
{
	const vec_bits sign = (vec_bits)(vec){ALTERNATE(-(real)0, (real)0)};
	return a * b + (vec)((vec_bits)s ^ sign);
}

/* Element e of the result is element index[e] of v. A vector of two lanes has one permutation: their exchange. */
ALWAYS_INLINE vec vec_permute(vec v, vec_bits index)
{
#if VEC_REALS == 4
	(void)index;
	return __builtin_shufflevector(v, v, NUMBERS_XOR(2));
#else
	vec out = v;
	for (int e = 0; e < VEC_REALS; e++)
		out[e] = v[index[e]];
	return out;
#endif
}
