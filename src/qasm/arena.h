/* arena.h - memory of one parse: taken piece by piece, freed as a whole.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef SONGDO_ARENA_H
#define SONGDO_ARENA_H

#include <setjmp.h>

#include "base/base.h"

struct arena_chunk;

/* Where memory is out, arena_new jumps to `out`, which the owner has set with setjmp before the first call: a parser
 * that checked every allocation would be twice as long, and everything it holds lies in the arena anyway. */
struct arena {
	struct arena_chunk *chunk;
	char *next, *end;
	uint64_t bytes;             /* held, all chunks together */
	jmp_buf out;
};

void arena_fini(struct arena *arena);
/* `bytes` bytes of zeros, aligned to 8. Never NULL. */
void *arena_new(struct arena *arena, size_t bytes);
/* A copy of `bytes` bytes, for a list that was gathered elsewhere; NULL where bytes is 0. */
void *arena_copy(struct arena *arena, const void *from, size_t bytes);

#endif
