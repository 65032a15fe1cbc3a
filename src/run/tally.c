/* tally.c - how often each bit string occurred, and with what probability.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "run/tally.h"

void tally_init(struct tally *tally, uint32_t width)
{
	*tally = (struct tally){ .width = width, .words = width == 0 ? 1 : (width + 63) / 64 };
}

void tally_fini(struct tally *tally)
{
	free(tally->key);
	free(tally->shots);
	free(tally->probability);
	free(tally->slot);
	*tally = (struct tally){ 0 };
}

/* The finalizer of SplitMix64 (Steele, Lea, Flood, OOPSLA 2014), chained over the words. */
static uint64_t hash_key(const uint64_t *key, uint32_t words)
{
	uint64_t h = 0x9e3779b97f4a7c15u;
	for (uint32_t w = 0; w < words; w++) {
		h ^= key[w];
		h = (h ^ (h >> 30)) * 0xbf58476d1ce4e5b9u;
		h = (h ^ (h >> 27)) * 0x94d049bb133111ebu;
		h ^= h >> 31;
	}
	return h;
}

/* The place in the table where the key is, or where it would be entered. */
static uint64_t find_slot(const struct tally *tally, const uint64_t *key)
{
	const uint64_t mask = tally->slots - 1;
	uint64_t s = hash_key(key, tally->words) & mask;

	for (; tally->slot[s] != 0; s = (s + 1) & mask)
		if (memcmp(tally->key + (tally->slot[s] - 1) * tally->words, key, 8 * (size_t)tally->words) == 0)
			break;
	return s;
}

/* Double the entries and keep the table at most half full. */
static songdo_status grow(struct tally *tally)
{
	const uint64_t capacity = tally->capacity == 0 ? 64 : 2 * tally->capacity;
	uint64_t *key, *shots, *slot;
	double *probability;

	if ((key = realloc(tally->key, mul_saturated(capacity, 8 * (uint64_t)tally->words))) == NULL)
		return SONGDO_NO_FIT;
	tally->key = key;
	if ((shots = realloc(tally->shots, mul_saturated(capacity, 8))) == NULL)
		return SONGDO_NO_FIT;
	tally->shots = shots;
	if ((probability = realloc(tally->probability, mul_saturated(capacity, 8))) == NULL)
		return SONGDO_NO_FIT;
	tally->probability = probability;
	if ((slot = calloc(2 * capacity, 8)) == NULL)
		return SONGDO_NO_FIT;
	free(tally->slot);
	tally->slot = slot;
	tally->slots = 2 * capacity;
	tally->capacity = capacity;
	for (uint64_t e = 0; e < tally->entries; e++)
		tally->slot[find_slot(tally, tally->key + e * tally->words)] = e + 1;
	return SONGDO_OK;
}

songdo_status tally_add(struct tally *tally, const uint64_t *key, uint64_t shots, double probability, uint64_t *entry)
{
	uint64_t e, s;

	if (tally->entries == tally->capacity) {
		const songdo_status status = grow(tally);
		if (status != SONGDO_OK)
			return status;
	}
	s = find_slot(tally, key);
	if (tally->slot[s] == 0) {
		e = tally->entries++;
		memcpy(tally->key + e * tally->words, key, 8 * (size_t)tally->words);
		tally->shots[e] = 0;
		tally->probability[e] = 0;
		tally->slot[s] = e + 1;
	}
	e = tally->slot[s] - 1;
	tally->shots[e] += shots;
	tally->probability[e] += probability;
	if (entry != NULL)
		*entry = e;
	return SONGDO_OK;
}

static int compare_keys(const struct tally *tally, uint64_t a, uint64_t b)
{
	for (uint32_t w = tally->words; w-- > 0;) {
		const uint64_t x = tally->key[a * tally->words + w], y = tally->key[b * tally->words + w];
		if (x != y)
			return x < y ? -1 : 1;
	}
	return 0;
}

static int compare_entries(const void *a, const void *b, void *tally)
{
	return compare_keys(tally, *(const uint64_t *)a, *(const uint64_t *)b);
}

songdo_status tally_order(uint64_t **order, uint64_t *count, const struct tally *tally, enum tally_choice choice)
{
	bool sorted = true;
	uint64_t n = 0;

	*order = NULL;
	*count = 0;
	if (tally->entries == 0)
		return SONGDO_OK;
	*order = malloc(8 * tally->entries);
	if (*order == NULL)
		return SONGDO_NO_FIT;
	for (uint64_t e = 0; e < tally->entries; e++) {
		if (choice == TALLY_COUNTED ? tally->shots[e] == 0 : tally->probability[e] <= 0)
			continue;
		sorted = sorted && (n == 0 || compare_keys(tally, (*order)[n - 1], e) < 0);
		(*order)[n++] = e;
	}
	/* Samples of one state arrive in ascending order: the usual case needs no sort. */
	if (!sorted)
		qsort_r(*order, n, 8, compare_entries, (void *)(uintptr_t)tally);
	*count = n;
	return SONGDO_OK;
}
