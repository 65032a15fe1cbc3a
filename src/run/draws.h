/* draws.h - the draws of shots: made, sorted, and resolved into positions of a vector, a chunk at a time.
 *
 * The draw of a shot is f(seed, shot, instance): neither chunks nor threads nor ranks change it.
 *
 * May use: vector, base. SPDX-License-Identifier: Apache-2.0 */
#ifndef SONGDO_DRAWS_H
#define SONGDO_DRAWS_H

#include "vector/vector.h"

enum { DRAWS_CHUNK = 1 << 22 };      /* shots resolved at a time */

struct draws {
	/* filled in by the caller */
	const uint64_t *shots;       /* the numbers of the shots, ascending; NULL: first_shot and those that follow */
	uint64_t first_shot, shot_count;
	uint64_t seed;
	uint32_t instance;
	bool indexed;                /* whose draw it is matters */
	/* the chunk in hand: its shots are those from place `first` on */
	uint64_t first, count;
	double *u;                   /* ascending */
	uint64_t *outcome;           /* the position each falls on; before that, room for sorting */
	uint32_t *index;             /* with indexed: the place in the chunk it belongs to */
	/* private */
	uint32_t *other_index;
	uint64_t capacity;
	struct memory_account *account;
	void *memory;
};

/* Bytes that draws of so many shots take. */
uint64_t draws_bytes(uint64_t shots, bool indexed);
/* Take the memory; false where the account refuses. draws_close gives it back, also after a failure. */
bool draws_open(struct draws *draws, struct memory_account *account);
void draws_close(struct draws *draws);
/* The next chunk, resolved; *count is 0 after the last. Errors are those of vector_sample. Collective. */
songdo_status draws_next(struct draws *draws, const struct vector *vector, songdo_error *error);
/* The number of the shot at a place of the chunk (index[i], say). */
uint64_t draws_shot(const struct draws *draws, uint64_t place);

#endif
