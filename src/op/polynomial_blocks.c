/* polynomial_blocks.c - the values of a cost polynomial, block by block.
 *
 * Within a block the high bits are constants: a term whose high variables are all 1 there adds its weight to the entry
 * of its low variables, and the value at y is the sum over the subsets of y. All of those together are a transform of
 * bits / 2 additions a value, whatever the number of terms (Yates 1937; the zeta transform of the subset lattice).
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "op/polynomial.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/bits.h"

struct masked {
	uint64_t high;
	double weight;
	uint32_t low;
};

struct polynomial_blocks {
	unsigned bits;
	uint64_t terms;
	struct masked term[];
};

bool polynomial_blocks_new(struct polynomial_blocks **blocks, const struct polynomial *polynomial, double unit)
{
	assert(polynomial->variables <= 60);
	struct polynomial_blocks *made = malloc(sizeof *made + polynomial->terms * sizeof *made->term);
	*blocks = made;
	if (!made)
		return false;
	made->bits = polynomial->variables < POLYNOMIAL_BLOCK_BITS ? polynomial->variables : POLYNOMIAL_BLOCK_BITS;
	made->terms = polynomial->terms;
	for (uint64_t i = 0; i < polynomial->terms; i++) {
		const struct polynomial_term *term = &polynomial->term[i];
		uint64_t mask = 0;
		for (uint32_t k = 0; k < term->degree; k++)
			mask |= bit_mask(polynomial->variable[term->first + k]);
		made->term[i] = (struct masked){
			.high = mask & ~low_mask(made->bits),
			.low = (uint32_t)(mask & low_mask(made->bits)),
			.weight = unit > 0 ? rint(term->weight / unit) : term->weight,
		};
	}
	return true;
}

void polynomial_blocks_free(struct polynomial_blocks *blocks) { free(blocks); }

unsigned polynomial_blocks_bits(const struct polynomial_blocks *blocks) { return blocks->bits; }

void polynomial_blocks_values(const struct polynomial_blocks *blocks, double *out, uint64_t origin)
{
	const uint64_t size = bit_mask(blocks->bits);
	memset(out, 0, size * sizeof *out);
	for (uint64_t i = 0; i < blocks->terms; i++) {
		const struct masked *term = &blocks->term[i];
		if ((origin & term->high) == term->high)
			out[term->low] += term->weight;
	}
	for (unsigned b = 0; b < blocks->bits; b++)
		for (uint64_t i = 0, h = bit_mask(b); i < size; i += 2 * h)
			for (uint64_t k = i; k < i + h; k++)
				out[k + h] += out[k];
}
