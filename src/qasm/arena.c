/* arena.c - a bump allocator over chunks that grow.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "qasm/arena.h"

#include <stdlib.h>
#include <string.h>

enum { CHUNK_FIRST = 1 << 16, CHUNK_LARGEST = 1 << 22 };

struct arena_chunk {
	struct arena_chunk *next;
	size_t bytes;
};

void arena_fini(struct arena *arena)
{
	while (arena->chunk) {
		struct arena_chunk *next = arena->chunk->next;
		free(arena->chunk);
		arena->chunk = next;
	}
	arena->next = arena->end = NULL;
}

void *arena_new(struct arena *arena, size_t bytes)
{
	if (bytes > SIZE_MAX / 2)
		longjmp(arena->out, 1);
	bytes = (bytes + 7) & ~(size_t)7;
	if (bytes > (size_t)(arena->end - arena->next)) {
		size_t size = arena->chunk ? arena->chunk->bytes * 2 : CHUNK_FIRST;
		if (size > CHUNK_LARGEST)
			size = CHUNK_LARGEST;
		if (size < bytes)
			size = bytes;
		/* calloc hands out pages of zeros without touching them */
		struct arena_chunk *chunk = calloc(1, sizeof *chunk + size);
		if (!chunk)
			longjmp(arena->out, 1);
		chunk->next = arena->chunk;
		chunk->bytes = size;
		arena->chunk = chunk;
		arena->bytes += size;
		arena->next = (char *)(chunk + 1);
		arena->end = arena->next + size;
	}
	void *out = arena->next;
	arena->next += bytes;
	return out;
}

void *arena_copy(struct arena *arena, const void *from, size_t bytes)
{
	return bytes ? memcpy(arena_new(arena, bytes), from, bytes) : NULL;
}
