/* tally.h - how often each bit string occurred, and with what probability.
 *
 * A string is a key of `words` 64-bit words, bit 0 of word 0 being its rightmost character. Keys are kept in the
 * order of their first occurrence, found by hashing, and sorted once at the end.
 *
 * May use: base. SPDX-License-Identifier: Apache-2.0 */
#ifndef SONGDO_TALLY_H
#define SONGDO_TALLY_H

#include "base/base.h"

struct tally {
	uint32_t width, words;           /* bits of a string; 64-bit words of a key, at least 1 */
	uint64_t entries, capacity;
	uint64_t *key;                   /* [entries * words] */
	uint64_t *shots;                 /* [entries] */
	double *probability;             /* [entries] */
	uint64_t *slot, slots;           /* the hash table: entry + 1, or 0; a power of two */
};

void tally_init(struct tally *tally, uint32_t width);
void tally_fini(struct tally *tally);

/* Add shots and a probability to a string; *entry (may be NULL) is its number, which never changes. Cost: one
 * look-up. SONGDO_NO_FIT where memory is out. */
songdo_status tally_add(struct tally *tally, const uint64_t *key, uint64_t shots, double probability, uint64_t *entry);

enum tally_choice { TALLY_COUNTED, TALLY_PROBABLE };   /* entries with shots > 0; with probability > 0 */

/* The numbers of the chosen entries in ascending order of their strings; malloc'd, NULL where there are none. */
songdo_status tally_order(uint64_t **order, uint64_t *count, const struct tally *tally, enum tally_choice choice);

#endif
