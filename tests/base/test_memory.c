/* test_memory.c - pages, accounts, and every limit that memory_available must see.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cgroup.h"
#include "base/memory.h"

#define MIB ((uint64_t)1 << 20)

Test(memory, an_account_counts_and_refuses_before_it_allocates)
{
	struct memory_account account = { .limit = 10 * MIB };
	void *a = memory_pages_new(&account, 6 * MIB);
	cr_assert(a);
	cr_assert_eq(account.held, 6 * MIB);
	cr_assert(memory_fits(&account, 4 * MIB));
	cr_assert(!memory_fits(&account, 4 * MIB + 1));
	cr_assert(!memory_fits(&account, UINT64_MAX));
	cr_assert_null(memory_pages_new(&account, 4 * MIB + 1));
	void *b = memory_new(&account, 4 * MIB);
	cr_assert(b);
	cr_assert_null(memory_new(&account, 1));
	memory_free(&account, b, 4 * MIB);
	memory_pages_free(&account, a, 6 * MIB);
	cr_assert_eq(account.held, 0);
	cr_assert_eq(account.peak, 10 * MIB);
}

Test(memory, pages_are_zero_writable_and_aligned)
{
	struct memory_account account = { .limit = UINT64_MAX };
	static const uint64_t sizes[] = { 0, 1, 4096, 4097, 2 * 1048576 - 1, 2 * 1048576, 5 * 1048576 + 3 };
	for (size_t i = 0; i < ARRAY_LENGTH(sizes); i++) {
		unsigned char *pages = memory_pages_new(&account, sizes[i]);
		cr_assert(pages);
		cr_assert_eq((uintptr_t)pages % (sizes[i] >= 2 * MIB ? 2 * MIB : 4096), 0);
		for (uint64_t j = 0; j < sizes[i]; j += 511)
			cr_assert_eq(pages[j], 0);
		memset(pages, 0xFF, sizes[i]);
		memory_pages_free(&account, pages, sizes[i]);
	}
	cr_assert_eq(account.held, 0);
	memory_pages_free(&account, NULL, 100);
	cr_assert_eq(account.held, 0);
}

Test(memory, what_no_machine_has_is_refused)
{
	struct memory_account account = { .limit = UINT64_MAX };
	cr_assert_null(memory_pages_new(&account, UINT64_MAX));
	cr_assert_null(memory_pages_new(&account, (uint64_t)1 << 60));
	cr_assert_null(memory_pages_reserve((uint64_t)1 << 60));
	cr_assert_null(memory_new(&account, UINT64_MAX));
	cr_assert_eq(account.held, 0);
	cr_assert_eq(account.peak, 0);
}

Test(memory, a_reserved_range_grows_in_place)
{
	struct memory_account account = { .limit = 64 * MIB };
	const uint64_t capacity = (uint64_t)64 << 30;
	unsigned char *pages = memory_pages_reserve(capacity);
	cr_assert(pages);
	cr_assert_eq(account.held, 0);
	uint64_t held = 0;
	for (uint64_t bytes = 16; bytes <= 64 * MIB; bytes *= 2) {
		cr_assert(memory_pages_commit(&account, pages, held, bytes));
		for (uint64_t i = held; i < bytes; i += 1000)
			cr_assert_eq(pages[i], 0);
		pages[0] = 7;
		pages[bytes - 1] = 9;
		held = bytes;
		cr_assert_eq(account.held, held);
	}
	cr_assert(!memory_pages_commit(&account, pages, held, 2 * held), "above the limit");
	cr_assert_eq(account.held, held);
	cr_assert_eq(pages[0], 7);
	memory_pages_release(&account, pages, held, capacity);
	cr_assert_eq(account.held, 0);
	cr_assert_eq(account.peak, 64 * MIB);
}

Test(memory, available_is_some_of_the_machine)
{
	const uint64_t available = memory_available();
	const uint64_t physical = (uint64_t)sysconf(_SC_PHYS_PAGES) * (uint64_t)sysconf(_SC_PAGESIZE);
	cr_assert(available > MIB && available <= physical, "%llu", (unsigned long long)available);
}

/* Each limit is set to what is used now and a bit more: what is left must be about that bit. */
Test(memory, available_respects_ulimit_v)
{
	struct rlimit limit;
	char line[128];
	unsigned long long kib = 0;
	FILE *status = fopen("/proc/self/status", "r");
	while (fgets(line, sizeof line, status) && sscanf(line, "VmSize: %llu kB", &kib) != 1)
		;
	fclose(status);
	getrlimit(RLIMIT_AS, &limit);
	limit.rlim_cur = kib * 1024 + 256 * MIB;
	cr_assert_eq(setrlimit(RLIMIT_AS, &limit), 0);
	const uint64_t available = memory_available();
	cr_assert(available <= 256 * MIB && available > 250 * MIB, "%llu", (unsigned long long)available);
	struct memory_account account = { .limit = UINT64_MAX };
	cr_assert_null(memory_pages_new(&account, 300 * MIB), "the system refuses, and so do we");
	void *pages = memory_pages_new(&account, 200 * MIB);
	cr_assert(pages);
	cr_assert(memory_available() < 60 * MIB);
	memory_pages_free(&account, pages, 200 * MIB);
	pages = memory_pages_new(&account, available - MIB);
	cr_assert(pages, "what is said to be left can be had, also without room to align it");
	memory_pages_free(&account, pages, available - MIB);
}

Test(memory, available_respects_ulimit_d)
{
	struct rlimit limit;
	char line[128];
	unsigned long long kib = 0;
	FILE *status = fopen("/proc/self/status", "r");
	while (fgets(line, sizeof line, status) && sscanf(line, "VmData: %llu kB", &kib) != 1)
		;
	fclose(status);
	getrlimit(RLIMIT_DATA, &limit);
	limit.rlim_cur = kib * 1024 + 64 * MIB;
	cr_assert_eq(setrlimit(RLIMIT_DATA, &limit), 0);
	const uint64_t available = memory_available();
	cr_assert(available <= 64 * MIB && available > 60 * MIB, "%llu", (unsigned long long)available);
}

/* The limit is that of all processes together, so each has its part, less what it holds already. */
Test(memory, a_share_respects_ulimit_m)
{
	struct rlimit limit;
	getrlimit(RLIMIT_RSS, &limit);
	limit.rlim_cur = 800 * MIB;
	cr_assert_eq(setrlimit(RLIMIT_RSS, &limit), 0);
	const uint64_t alone = memory_share(1), quarter = memory_share(4);
	cr_assert(alone < 800 * MIB && alone > 600 * MIB, "%llu", (unsigned long long)alone);
	cr_assert(quarter < 200 * MIB && quarter > alone - 605 * MIB, "%llu", (unsigned long long)quarter);
	limit.rlim_cur = MIB;
	cr_assert_eq(setrlimit(RLIMIT_RSS, &limit), 0);
	cr_assert_eq(memory_share(1), 0);
}

/* ---- Control groups, as files that a test wrote ----------------------------------------------------- */

/* A folder that stands for /proc/self and for the file systems mounted on `mount`. */
static char proc[64], mount[80];

static void write_line(const char *folder, const char *file, const char *line)
{
	char path[256];
	snprintf(path, sizeof path, "%s/%s", folder, file);
	FILE *stream = fopen(path, "w");
	cr_assert(stream, "%s", path);
	fputs(line, stream);
	fclose(stream);
}

static void make_folder(const char *below_mount)
{
	char path[256];
	snprintf(path, sizeof path, "%s%s", mount, below_mount);
	cr_assert_eq(mkdir(path, 0700), 0, "%s", path);
}

static void write_group(const char *below_mount, const char *file, const char *line)
{
	char path[256];
	snprintf(path, sizeof path, "%s%s", mount, below_mount);
	write_line(path, file, line);
}

/* type and options as in mountinfo; root: the group at the top of the mount. */
static void begin(const char *cgroup, const char *root, const char *type, const char *options)
{
	strcpy(proc, "/tmp/songdo-cgroup-XXXXXX");
	cr_assert(mkdtemp(proc));
	snprintf(mount, sizeof mount, "%s/mount", proc);
	cr_assert_eq(mkdir(mount, 0700), 0);
	char line[512];
	snprintf(line, sizeof line,
	         "22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/root rw\n"
	         "31 22 0:27 %s %s rw,nosuid shared:9 master:2 - %s cgroup %s\n",
	         root, mount, type, options);
	write_line(proc, "mountinfo", line);
	write_line(proc, "cgroup", cgroup);
}

static void end(void)
{
	char command[128];
	snprintf(command, sizeof command, "rm -r %s", proc);
	cr_assert_eq(system(command), 0);
}

Test(cgroup, version_2_is_read_at_every_level)
{
	begin("0::/job/step\n", "/", "cgroup2", "rw,nsdelegate");
	make_folder("/job");
	make_folder("/job/step");
	cr_assert_eq(cgroup_memory_left(proc), UINT64_MAX, "no files, no limit");
	write_group("/job/step", "memory.max", "max\n");
	write_group("/job/step", "memory.current", "500\n");
	cr_assert_eq(cgroup_memory_left(proc), UINT64_MAX);
	write_group("/job", "memory.max", "10000\n");
	write_group("/job", "memory.current", "4000\n");
	cr_assert_eq(cgroup_memory_left(proc), 6000);
	write_group("/job", "memory.stat", "anon 1000\nfile 2500\ninactive_file 2000\nactive_file 500\n");
	cr_assert_eq(cgroup_memory_left(proc), 8500, "page cache can be dropped");
	write_group("/job/step", "memory.max", "5000\n");
	cr_assert_eq(cgroup_memory_left(proc), 4500);
	write_group("/job/step", "memory.high", "3000\n");
	cr_assert_eq(cgroup_memory_left(proc), 2500);
	write_group("/job/step", "memory.current", "3500\n");
	cr_assert_eq(cgroup_memory_left(proc), 0);
	end();
}

Test(cgroup, version_1_is_read_at_every_level)
{
	begin("5:cpuset:/other\n4:memory:/docker/abc\n0::/\n", "/", "cgroup", "rw,memory");
	make_folder("/docker");
	make_folder("/docker/abc");
	write_group("/docker/abc", "memory.limit_in_bytes", "9223372036854771712\n");
	cr_assert_eq(cgroup_memory_left(proc), UINT64_MAX);
	write_group("/docker", "memory.limit_in_bytes", "1000000\n");
	write_group("/docker", "memory.usage_in_bytes", "400000\n");
	write_group("/docker", "memory.stat", "inactive_file 7\ntotal_inactive_file 100000\ntotal_active_file 50000\n");
	cr_assert_eq(cgroup_memory_left(proc), 750000);
	end();
}

Test(cgroup, a_container_sees_its_group_at_the_top_of_the_mount)
{
	begin("0::/docker/abc/inner\n", "/docker/abc", "cgroup2", "rw");
	make_folder("/inner");
	write_group("", "memory.max", "8000\n");
	write_group("", "memory.current", "1000\n");
	cr_assert_eq(cgroup_memory_left(proc), 7000);
	write_group("/inner", "memory.max", "3000\n");
	write_group("/inner", "memory.current", "1000\n");
	cr_assert_eq(cgroup_memory_left(proc), 2000);
	write_line(proc, "cgroup", "0::/docker/other\n");
	cr_assert_eq(cgroup_memory_left(proc), 7000, "a group outside of the mount: only its top is seen");
	end();
}

Test(cgroup, processor_quotas)
{
	begin("0::/job\n", "/", "cgroup2", "rw");
	make_folder("/job");
	cr_assert_eq(cgroup_cpus(proc), UINT64_MAX);
	write_group("/job", "cpu.max", "max 100000\n");
	cr_assert_eq(cgroup_cpus(proc), UINT64_MAX);
	write_group("/job", "cpu.max", "250000 100000\n");
	cr_assert_eq(cgroup_cpus(proc), 2500);
	write_group("", "cpu.max", "50000 100000\n");
	cr_assert_eq(cgroup_cpus(proc), 500);
	end();
	begin("3:cpu,cpuacct:/job\n", "/", "cgroup", "rw,cpu,cpuacct");
	make_folder("/job");
	write_group("/job", "cpu.cfs_quota_us", "-1\n");
	write_group("/job", "cpu.cfs_period_us", "100000\n");
	cr_assert_eq(cgroup_cpus(proc), UINT64_MAX);
	write_group("/job", "cpu.cfs_quota_us", "300000\n");
	cr_assert_eq(cgroup_cpus(proc), 3000);
	end();
}

Test(cgroup, a_system_without_control_groups_limits_nothing)
{
	cr_assert_eq(cgroup_memory_left("/nowhere"), UINT64_MAX);
	cr_assert_eq(cgroup_cpus("/nowhere"), UINT64_MAX);
}

Test(memory, sizes_as_people_read_them)
{
	static const struct {
		uint64_t bytes;
		const char *text;
	} cases[] = {
	        {0, "0 B"},
	        {1023, "1023 B"},
	        {1024, "1.0 KiB"},
	        {1536, "1.5 KiB"},
	        {(uint64_t)16 << 30, "16.0 GiB"},
	        {1024 * 1024 - 1, "1.0 MiB"},
	        {UINT64_MAX, "16.0 EiB"},
	};
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		char buffer[16];
		cr_assert_str_eq(memory_text(buffer, cases[i].bytes), cases[i].text);
	}
}
