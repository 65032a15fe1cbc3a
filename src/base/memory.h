/* memory.h - amplitude pages and the account of what is allocated.
 *
 * An account is owned by an env: it holds the limit, counts what is held now and the peak, and refuses
 * before anything is allocated. Small things (plans, strings) use malloc and are not accounted.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef SONGDO_MEMORY_H
#define SONGDO_MEMORY_H

#include "base/base.h"

struct memory_account {
	uint64_t limit;      /* bytes this rank may hold */
	uint64_t held, peak; /* bytes */
};

/* Bytes this process could still take: the least of MemAvailable, what the cgroup (v1 and v2, every level up)
 * still allows, and what `ulimit -v` and `-d` leave. The node's share is not divided here. */
uint64_t memory_available(void);

/* This process's part of that where so many like it (1 or more) share the node. Here `ulimit -m` counts too, as a limit
 * of all of them together: Linux heeds it nowhere, but Slurm tells by it what memory a job asked for. */
uint64_t memory_share(uint64_t processes);

/* True where bytes more would stay within the limit. */
bool memory_fits(const struct memory_account *account, uint64_t bytes);

/* Large private pages, 64-byte (in fact page) aligned, huge pages asked for, not yet touched. NULL where the limit or
 * the system refuses. bytes is rounded up to whole pages inside and the same value is passed to memory_pages_free. */
void *memory_pages_new(struct memory_account *account, uint64_t bytes);
void memory_pages_free(struct memory_account *account, void *pages, uint64_t bytes);

/* Address space for `capacity` bytes of which none is held yet; memory_pages_commit then takes the first `bytes` of it
 * into account as a vector grows. free releases both. */
void *memory_pages_reserve(uint64_t capacity);
bool memory_pages_commit(struct memory_account *account, void *pages, uint64_t held, uint64_t bytes);
void memory_pages_release(struct memory_account *account, void *pages, uint64_t held, uint64_t capacity);

/* malloc under the account, for what grows with shots or blocks. */
void *memory_new(struct memory_account *account, uint64_t bytes);
void memory_free(struct memory_account *account, void *memory, uint64_t bytes);

/* A size as people read it: "16.0 GiB". buffer holds at least 16 bytes; returns it. */
char *memory_text(char *buffer, uint64_t bytes);

#endif
