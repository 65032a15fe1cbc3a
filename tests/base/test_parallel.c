/* test_parallel.c - ranges, sums and forks. Criterion runs each test in a process of its own.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <dirent.h>
#include <math.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/parallel.h"
#include "base/random.h"

enum { MOST = 10000 };
static atomic_uchar visits[MOST];
static atomic_uint calls;
static uint64_t begins[64], ends[64];

static void visit(void *context, uint64_t begin, uint64_t end)
{
	(void)context;
	const unsigned call = atomic_fetch_add(&calls, 1);
	if (call < 64) {
		begins[call] = begin;
		ends[call] = end;
	}
	for (uint64_t i = begin; i < end; i++)
		atomic_fetch_add(&visits[i], 1);
}

static void expect_each_once(uint64_t count)
{
	for (uint64_t i = 0; i < MOST; i++)
		cr_assert_eq(atomic_load(&visits[i]), i < count, "index %llu of %llu", (unsigned long long)i,
		             (unsigned long long)count);
	for (uint64_t i = 0; i < MOST; i++)
		atomic_store(&visits[i], 0);
}

static const uint64_t counts[] = { 0, 1, 2, 3, 7, 64, 1000, MOST };

Test(parallel, every_index_is_visited_once)
{
	for (int threads = 1; threads <= 5; threads++)
		for (size_t i = 0; i < ARRAY_LENGTH(counts); i++) {
			parallel_for(threads, counts[i], visit, NULL);
			expect_each_once(counts[i]);
		}
}

Test(parallel, every_index_is_handed_out_once)
{
	for (int threads = 1; threads <= 5; threads++)
		for (size_t i = 0; i < ARRAY_LENGTH(counts); i++)
			for (uint64_t grain = 1; grain <= 2 * MOST; grain = 3 * grain + 1) {
				parallel_for_dynamic(threads, counts[i], grain, visit, NULL);
				expect_each_once(counts[i]);
			}
}

Test(parallel, shares_are_contiguous_and_the_same_every_time)
{
	for (int round = 0; round < 3; round++) {
		atomic_store(&calls, 0);
		parallel_for(3, 10, visit, NULL);
		cr_assert_eq(atomic_load(&calls), 3);
		bool seen[11] = { false };
		for (int i = 0; i < 3; i++)
			seen[begins[i]] = ends[i] == (begins[i] == 0 ? 4 : begins[i] + 3);
		cr_assert(seen[0] && seen[4] && seen[7]);
	}
}

/* Threads of this process. */
static int count_threads(void)
{
	DIR *tasks = opendir("/proc/self/task");
	cr_assert(tasks);
	int count = 0;
	for (struct dirent *entry; (entry = readdir(tasks));)
		count += entry->d_name[0] != '.';
	closedir(tasks);
	return count;
}

static void note_thread(void *context, uint64_t begin, uint64_t end)
{
	(void)begin, (void)end;
	*(pid_t *)context = gettid();
}

Test(parallel, one_thread_or_one_index_stays_on_the_caller)
{
	pid_t thread = 0;
	const int before = count_threads();
	parallel_for(1, 1000, note_thread, &thread);
	cr_assert_eq(thread, gettid());
	parallel_for(4, 1, note_thread, &thread);
	cr_assert_eq(thread, gettid());
	parallel_for_dynamic(4, 10, 10, note_thread, &thread);
	cr_assert_eq(thread, gettid());
	parallel_for(0, 100, note_thread, &thread);
	cr_assert_eq(thread, gettid());
	cr_assert_eq(count_threads(), before, "no thread was started");
}

static double wild(void *context, uint64_t i)
{
	(void)context;
	return ldexp(random_uniform(5, i, 0) - 0.5, (int)(random_uniform(6, i, 0) * 60));
}

/* The tree of parallel_sum, written another way. */
static double tree_sum(uint64_t begin, uint64_t end)
{
	if (end - begin == 1)
		return wild(NULL, begin);
	uint64_t half = 1;
	while (half * 2 < end - begin)
		half *= 2;
	return tree_sum(begin, begin + half) + tree_sum(begin + half, end);
}

Test(parallel, a_sum_is_the_same_bits_on_any_threads)
{
	static const uint64_t lengths[] = { 1, 2, 3, 5, 1023, 1024, 1025, 2048, 2049, 4097, 100000, 262144 };
	for (size_t i = 0; i < ARRAY_LENGTH(lengths); i++) {
		const double expected = tree_sum(0, lengths[i]);
		for (int threads = 1; threads <= 4; threads++) {
			const double sum = parallel_sum(threads, lengths[i], wild, NULL);
			cr_assert_eq(memcmp(&sum, &expected, sizeof sum), 0, "%llu on %d: %a, not %a",
			             (unsigned long long)lengths[i], threads, sum, expected);
		}
	}
	cr_assert_eq(parallel_sum(3, 0, wild, NULL), 0);
}

Test(parallel, a_child_forked_after_a_region_can_run_regions, .timeout = 60)
{
	for (int round = 0; round < 3; round++) {
		const double here = parallel_sum(4, 100000, wild, NULL);
		const pid_t child = fork();
		cr_assert(child >= 0);
		if (child == 0) {
			alarm(20);
			_exit(parallel_sum(4, 100000, wild, NULL) == here ? 0 : 1);
		}
		int status;
		cr_assert_eq(waitpid(child, &status, 0), child);
		cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0, "the child hung or was wrong");
		cr_assert_eq(parallel_sum(4, 100000, wild, NULL), here, "the parent goes on");
	}
}

#ifdef _OPENMP
Test(parallel, available_threads_follow_affinity_and_environment)
{
	unsetenv("OMP_NUM_THREADS");
	unsetenv("OMP_THREAD_LIMIT");
	cr_assert_geq(parallel_available(), 1);
	cpu_set_t all, one;
	CPU_ZERO(&all);
	CPU_ZERO(&one);
	cr_assert_eq(sched_getaffinity(0, sizeof all, &all), 0);
	cr_assert_leq(parallel_available(), CPU_COUNT(&all));
	for (int cpu = 0; cpu < CPU_SETSIZE && CPU_COUNT(&one) == 0; cpu++)
		if (CPU_ISSET(cpu, &all))
			CPU_SET(cpu, &one);
	cr_assert_eq(sched_setaffinity(0, sizeof one, &one), 0);
	cr_assert_eq(parallel_available(), 1);
	setenv("OMP_NUM_THREADS", "6,2", 1);
	cr_assert_eq(parallel_available(), 6);
	setenv("OMP_THREAD_LIMIT", "3", 1);
	cr_assert_eq(parallel_available(), 3);
	setenv("OMP_NUM_THREADS", "many", 1);
	unsetenv("OMP_THREAD_LIMIT");
	cr_assert_eq(parallel_available(), 1);
}
#else
Test(parallel, a_build_without_threads_has_one) { cr_assert_eq(parallel_available(), 1); }
#endif

Test(parallel, small_work_is_not_worth_a_team)
{
	cr_assert_eq(parallel_worth(8, 0), 1);
	cr_assert_eq(parallel_worth(8, 4096), 1);
	cr_assert_eq(parallel_worth(8, (uint64_t)1 << 40), 8);
	cr_assert_eq(parallel_worth(1, UINT64_MAX), 1);
	int before = 1;
	for (uint64_t bytes = 1; bytes < (uint64_t)1 << 30; bytes *= 2) {
		const int worth = parallel_worth(8, bytes);
		cr_assert(worth >= before && worth <= 8);
		before = worth;
	}
}
