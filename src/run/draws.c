/* draws.c - the draws of many shots in ascending order.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "run/draws.h"

#include "base/bits.h"
#include "base/parallel.h"
#include "base/random.h"

uint64_t draws_bytes(uint64_t shots, bool indexed) { return min_u64(shots, RUN_SAMPLE_CHUNK) * (indexed ? 24 : 16); }

songdo_status draws_init(struct draws *draws, uint64_t shots, bool indexed, struct memory_account *account)
{
	draws->capacity = min_u64(shots, RUN_SAMPLE_CHUNK);
	draws->indexed = indexed;
	draws->memory = memory_new(account, draws_bytes(shots, indexed));
	return draws->memory == NULL ? SONGDO_NO_FIT : SONGDO_OK;
}

void draws_fini(struct draws *draws, struct memory_account *account)
{
	if (draws->memory != NULL)
		memory_free(account, draws->memory, draws_bytes(draws->capacity, draws->indexed));
	draws->memory = NULL;
}

static void make_draws(void *context, uint64_t begin, uint64_t end)
{
	const struct draws *draws = context;

	for (uint64_t i = begin; i < end; i++) {
		const uint64_t at = draws->first + i;
		draws->u[i] = random_uniform(draws->seed, draws->shots != NULL ? draws->shots[at] : at, draws->instance);
		if (draws->indexed)
			draws->index[i] = (uint32_t)i;
	}
}

enum { DIGIT_BITS = 11, DIGITS = 3 };

static unsigned digit_of(double u, unsigned digit)
{
	return (uint64_t)(u * 0x1p33) >> DIGIT_BITS * digit & low_mask(DIGIT_BITS);
}

/* Sort by the leading 33 bits, three digits from the lowest up, then mend what differs below them: draws are uniform,
 * so that is next to nothing. */
static void sort_draws(struct draws *draws)
{
	double *from = draws->u, *to = (double *)draws->outcome;

	for (unsigned digit = 0; digit < DIGITS && draws->count > 64; digit++) {
		uint64_t place[1 << DIGIT_BITS] = { 0 }, sum = 0;
		for (uint64_t i = 0; i < draws->count; i++)
			place[digit_of(from[i], digit)]++;
		for (unsigned d = 0; d < 1u << DIGIT_BITS; d++) {
			const uint64_t here = place[d];
			place[d] = sum;
			sum += here;
		}
		for (uint64_t i = 0; i < draws->count; i++) {
			const uint64_t at = place[digit_of(from[i], digit)]++;
			to[at] = from[i];
			if (draws->indexed)
				draws->other_index[at] = draws->index[i];
		}
		{
			double *const values = from;
			uint32_t *const index = draws->index;
			from = to;
			to = values;
			draws->index = draws->other_index;
			draws->other_index = index;
		}
	}
	draws->u = from;
	draws->outcome = (uint64_t *)to;
	for (uint64_t i = 1; i < draws->count; i++) {
		const double u = from[i];
		const uint32_t index = draws->indexed ? draws->index[i] : 0;
		uint64_t j = i;
		for (; j > 0 && from[j - 1] > u; j--) {
			from[j] = from[j - 1];
			if (draws->indexed)
				draws->index[j] = draws->index[j - 1];
		}
		from[j] = u;
		if (draws->indexed)
			draws->index[j] = index;
	}
}

void draws_make(struct draws *draws, int threads)
{
	char *memory = draws->memory;

	draws->u = (double *)memory;
	draws->outcome = (uint64_t *)(memory + 8 * draws->capacity);
	draws->index = (uint32_t *)(memory + 16 * draws->capacity);
	draws->other_index = draws->index + draws->capacity;
	parallel_for(parallel_worth(threads, 16 * draws->count), draws->count, make_draws, draws);
	sort_draws(draws);
}

uint64_t draws_shot(const struct draws *draws, uint64_t i)
{
	const uint64_t at = draws->first + draws->index[i];

	return draws->shots != NULL ? draws->shots[at] : at;
}
