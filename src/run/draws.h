/* draws.h - the draws of many shots in ascending order, as vector_sample wants them.
 *
 * Made for RUN_SAMPLE_CHUNK shots at a time. A draw is f(seed, shot, instance): neither the order nor the chunk
 * matters.
 *
 * May use: base. SPDX-License-Identifier: Apache-2.0 */
#ifndef SONGDO_DRAWS_H
#define SONGDO_DRAWS_H

#include "base/memory.h"

enum { RUN_SAMPLE_CHUNK = 1 << 22 };      /* shots resolved at a time */

/* One chunk of shots: their draws in ascending order, which shot each belongs to, and the positions they fall on. */
struct draws {
	const uint64_t *shots;       /* the numbers of all the shots; NULL: 0, 1, 2, ... */
	uint64_t first, count;       /* the chunk */
	uint64_t capacity;           /* the most that a chunk has */
	uint64_t seed, instance;
	bool indexed;                /* whose draw it is matters */
	double *u;
	uint64_t *outcome;           /* before they are resolved, room for sorting */
	uint32_t *index, *other_index;   /* with indexed: u[i] is the draw of the shot first + index[i] of the list */
	void *memory;
};

/* The bytes that draws of so many shots take. */
uint64_t draws_bytes(uint64_t shots, bool indexed);
/* Room for the chunks of `shots` shots; SONGDO_NO_FIT where there is none. */
songdo_status draws_init(struct draws *draws, uint64_t shots, bool indexed, struct memory_account *account);
void draws_fini(struct draws *draws, struct memory_account *account);
/* Make and sort the draws of the chunk that starts at draws->first and has draws->count shots. */
void draws_make(struct draws *draws, int threads);
/* The number of the shot that the i-th draw belongs to (with indexed). */
uint64_t draws_shot(const struct draws *draws, uint64_t i);

#endif
