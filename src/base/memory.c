/* memory.c - amplitude pages and the account of what is allocated.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/cgroup.h"
#include "base/memory.h"

#define HUGE_PAGE ((uint64_t)2 << 20)

/* ---- What is left ------------------------------------------------------------------------------- */

/* MemAvailable of /proc/meminfo, else free physical memory. */
static uint64_t system_available(void)
{
	char line[128];
	unsigned long long kib;
	uint64_t available = UINT64_MAX;
	FILE *stream = fopen("/proc/meminfo", "re");
	if (stream) {
		while (available == UINT64_MAX && fgets(line, sizeof line, stream))
			if (sscanf(line, "MemAvailable: %llu kB", &kib) == 1)
				available = mul_saturated(kib, 1024);
		fclose(stream);
	}
	if (available == UINT64_MAX) {
		const long pages = sysconf(_SC_AVPHYS_PAGES), page = sysconf(_SC_PAGESIZE);
		if (pages >= 0 && page > 0)
			available = mul_saturated((uint64_t)pages, (uint64_t)page);
	}
	return available;
}

/* A field of /proc/self/status, such as "VmRSS:", in bytes; 0 where it is not told. */
static uint64_t status_bytes(const char *field)
{
	char line[128];
	unsigned long long kib = 0;
	FILE *stream = fopen("/proc/self/status", "re");
	if (!stream)
		return 0;
	while (kib == 0 && fgets(line, sizeof line, stream))
		if (strncmp(line, field, strlen(field)) == 0)
			sscanf(line + strlen(field), "%llu kB", &kib);
	fclose(stream);
	return mul_saturated(kib, 1024);
}

/* What `ulimit -v` leaves of the address space and `ulimit -d` of the private writable part of it. */
static uint64_t limits_available(void)
{
	struct rlimit space, data;
	if (getrlimit(RLIMIT_AS, &space) != 0)
		space.rlim_cur = RLIM_INFINITY;
	if (getrlimit(RLIMIT_DATA, &data) != 0)
		data.rlim_cur = RLIM_INFINITY;
	if (space.rlim_cur == RLIM_INFINITY && data.rlim_cur == RLIM_INFINITY)
		return UINT64_MAX;
	const uint64_t space_used = status_bytes("VmSize:"), data_used = status_bytes("VmData:");
	const uint64_t space_left =
	        space.rlim_cur == RLIM_INFINITY ? UINT64_MAX : space.rlim_cur - min_u64(space.rlim_cur, space_used);
	const uint64_t data_left =
	        data.rlim_cur == RLIM_INFINITY ? UINT64_MAX : data.rlim_cur - min_u64(data.rlim_cur, data_used);
	return min_u64(space_left, data_left);
}

uint64_t memory_available(void)
{
	return min_u64(min_u64(system_available(), cgroup_memory_left("/proc/self")), limits_available());
}

uint64_t memory_share(uint64_t processes)
{
	const uint64_t share = memory_available() / processes;
	struct rlimit resident;
	if (getrlimit(RLIMIT_RSS, &resident) != 0 || resident.rlim_cur == RLIM_INFINITY)
		return share;
	const uint64_t limit = resident.rlim_cur / processes;
	return min_u64(share, limit - min_u64(limit, status_bytes("VmRSS:")));
}

/* ---- The account ---------------------------------------------------------------------------------- */

bool memory_fits(const struct memory_account *account, uint64_t bytes)
{
	return add_saturated(account->held, bytes) <= account->limit;
}

static void take(struct memory_account *account, uint64_t bytes)
{
	account->held += bytes;
	account->peak = max_u64(account->peak, account->held);
}

static void give_back(struct memory_account *account, uint64_t bytes)
{
	assert(bytes <= account->held);
	account->held -= bytes;
}

/* ---- Pages ---------------------------------------------------------------------------------------- */

/* Whole pages that hold bytes; at least one. 0 where no address space could hold them. */
static uint64_t whole_pages(uint64_t bytes)
{
	const uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
	if (bytes > (uint64_t)1 << 62)
		return 0;
	return max_u64((bytes + page - 1) / page, 1) * page;
}

/* Map fresh private pages. From a huge page upwards they begin at a multiple of one, and huge pages are asked for. */
static void *map_pages(uint64_t bytes, int protection, int flags)
{
	const bool huge = bytes >= HUGE_PAGE;
	const uint64_t asked = bytes + (huge ? HUGE_PAGE : 0);
	char *pages = mmap(NULL, asked, protection, MAP_PRIVATE | MAP_ANONYMOUS | flags, -1, 0);
	if (pages == MAP_FAILED && huge) {
		/* Perhaps the address space is limited just to what was asked for: do without the alignment. */
		pages = mmap(NULL, bytes, protection, MAP_PRIVATE | MAP_ANONYMOUS | flags, -1, 0);
		return pages == MAP_FAILED ? NULL : pages;
	}
	if (pages == MAP_FAILED)
		return NULL;
	if (!huge)
		return pages;
	const uint64_t before = -(uint64_t)(uintptr_t)pages & (HUGE_PAGE - 1);
	if (before > 0)
		munmap(pages, before);
	if (before < HUGE_PAGE)
		munmap(pages + before + bytes, HUGE_PAGE - before);
	madvise(pages + before, bytes, MADV_HUGEPAGE);   /* advice: a kernel without huge pages may refuse */
	return pages + before;
}

void *memory_pages_new(struct memory_account *account, uint64_t bytes)
{
	const uint64_t whole = whole_pages(bytes);
	if (whole == 0 || !memory_fits(account, bytes))
		return NULL;
	void *pages = map_pages(whole, PROT_READ | PROT_WRITE, 0);
	if (pages)
		take(account, bytes);
	return pages;
}

void memory_pages_free(struct memory_account *account, void *pages, uint64_t bytes)
{
	if (!pages)
		return;
	munmap(pages, whole_pages(bytes));
	give_back(account, bytes);
}

void *memory_pages_reserve(uint64_t capacity)
{
	const uint64_t whole = whole_pages(capacity);
	return whole == 0 ? NULL : map_pages(whole, PROT_NONE, MAP_NORESERVE);
}

bool memory_pages_commit(struct memory_account *account, void *pages, uint64_t held, uint64_t bytes)
{
	assert(bytes >= held);
	if (!memory_fits(account, bytes - held))
		return false;
	const uint64_t have = held == 0 ? 0 : whole_pages(held), need = whole_pages(bytes);
	if (need > have && mprotect((char *)pages + have, need - have, PROT_READ | PROT_WRITE) != 0)
		return false;
	take(account, bytes - held);
	return true;
}

void memory_pages_release(struct memory_account *account, void *pages, uint64_t held, uint64_t capacity)
{
	if (!pages)
		return;
	munmap(pages, whole_pages(capacity));
	give_back(account, held);
}

/* ---- Small memory that grows with the work -------------------------------------------------------- */

void *memory_new(struct memory_account *account, uint64_t bytes)
{
	if (bytes > PTRDIFF_MAX || !memory_fits(account, bytes))
		return NULL;
	void *memory = malloc(bytes > 0 ? bytes : 1);
	if (memory)
		take(account, bytes);
	return memory;
}

void memory_free(struct memory_account *account, void *memory, uint64_t bytes)
{
	if (!memory)
		return;
	free(memory);
	give_back(account, bytes);
}

char *memory_text(char *buffer, uint64_t bytes)
{
	enum { BUFFER = 16 };
	static const char *const unit[] = { "B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB" };
	size_t i = 0;
	double size = (double)bytes;
	/* 1023.96 KiB would be printed as 1024.0 KiB. */
	while (size >= (i == 0 ? 1024 : 1023.95) && i + 1 < ARRAY_LENGTH(unit)) {
		size /= 1024;
		i++;
	}
	if (i == 0)
		snprintf(buffer, BUFFER, "%u B", (unsigned)bytes);
	else
		snprintf(buffer, BUFFER, "%.1f %s", size, unit[i]);
	return buffer;
}
