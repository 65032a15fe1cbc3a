/* pauli.c - sums of Pauli products, ordered for evaluation. Their text is read in pauli_text.c.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "op/pauli.h"

#include <stdlib.h>

#include "base/bits.h"

static int compare_terms(const void *a, const void *b)
{
	const struct pauli_term *p = a, *q = b;
	if (p->x != q->x)
		return p->x < q->x ? -1 : 1;
	return (p->z > q->z) - (p->z < q->z);
}

void pauli_order(struct pauli_sum *sum)
{
	uint64_t kept = 0;
	qsort(sum->term, sum->terms, sizeof *sum->term, compare_terms);
	for (uint64_t i = 0; i < sum->terms; i++) {
		if (kept && !compare_terms(&sum->term[kept - 1], &sum->term[i]))
			sum->term[kept - 1].coefficient += sum->term[i].coefficient;
		else
			sum->term[kept++] = sum->term[i];
	}
	sum->terms = kept;
}

void pauli_fini(struct pauli_sum *sum)
{
	free(sum->term);
	*sum = (struct pauli_sum){ 0 };
}

static uint64_t relabel_mask(uint64_t mask, const uint8_t *bit_of)
{
	uint64_t out = 0;
	for (; mask; mask &= mask - 1)
		out |= bit_mask(bit_of[bit_lowest(mask)]);
	return out;
}

void pauli_relabel(struct pauli_sum *sum, const uint8_t *bit_of)
{
	for (uint64_t i = 0; i < sum->terms; i++) {
		sum->term[i].x = relabel_mask(sum->term[i].x, bit_of);
		sum->term[i].z = relabel_mask(sum->term[i].z, bit_of);
	}
	pauli_order(sum);
}

uint64_t pauli_group_end(const struct pauli_sum *sum, uint64_t first)
{
	uint64_t end = first;
	while (end < sum->terms && sum->term[end].x == sum->term[first].x)
		end++;
	return end;
}
