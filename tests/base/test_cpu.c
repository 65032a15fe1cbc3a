/* test_cpu.c - the processor and the machine as the system's own files tell them.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cpu.h"
#include "base/topology.h"

/* True where a line of /proc/cpuinfo that begins with key holds the word. The kernel lists only what it enables. */
static bool cpuinfo_has(const char *key, const char *word)
{
	static char line[65536];
	FILE *stream = fopen("/proc/cpuinfo", "r");
	bool has = false;
	while (stream && !has && fgets(line, sizeof line, stream))
		if (strncmp(line, key, strlen(key)) == 0) {
			char *save = NULL;
			for (char *token = strtok_r(line, " \t\n", &save); token && !has;
			     token = strtok_r(NULL, " \t\n", &save))
				has = strcmp(token, word) == 0;
			break;
		}
	if (stream)
		fclose(stream);
	return has;
}

Test(cpu, instruction_sets_are_those_the_kernel_lists)
{
	struct cpu cpu;
	cpu_read(&cpu);
#if defined(__x86_64__)
	cr_assert_eq(cpu.avx2, cpuinfo_has("flags", "avx2") && cpuinfo_has("flags", "fma"));
	cr_assert_eq(cpu.avx512, cpuinfo_has("flags", "avx512f") && cpuinfo_has("flags", "avx512dq") &&
	                             cpuinfo_has("flags", "avx512vl") && cpuinfo_has("flags", "avx512bw"));
#else
	cr_assert(!cpu.avx2 && !cpu.avx512 && !cpuinfo_has("flags", "avx2"));
#endif
	cr_assert_str_not_empty(cpu.model);
}

Test(cpu, caches_have_sizes_that_exist)
{
	struct cpu cpu;
	cpu_read(&cpu);
	cr_assert(cpu.l1_bytes == 0 || (cpu.l1_bytes >= 4096 && cpu.l1_bytes <= 1 << 20), "%llu",
	          (unsigned long long)cpu.l1_bytes);
	cr_assert(cpu.l2_bytes == 0 || (cpu.l2_bytes >= cpu.l1_bytes && cpu.l2_bytes <= 64 << 20));
	cr_assert(cpu.l3_bytes == 0 || cpu.l3_bytes >= cpu.l2_bytes / 8);
}

Test(cpu, the_clock_goes_forward)
{
	const double before = cpu_seconds();
	double after = before;
	for (int i = 0; i < 100000000 && after == before; i++)
		after = cpu_seconds();
	cr_assert_gt(after, before);
}

Test(topology, is_known_as_a_whole_or_not_at_all)
{
	struct topology topology;
	if (!topology_read(&topology)) {
		cr_assert(topology.packages == 0 && topology.numa_nodes == 0 && topology.cores == 0 &&
		          topology.threads == 0);
		cr_skip_test("hwloc is not installed or not built in");
	}
	cr_assert_geq(topology.threads, 1);
	cr_assert_geq(topology.threads, topology.cores);
}
