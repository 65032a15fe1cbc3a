/* parallel.c - the split of work among threads; the only file that knows OpenMP.
 *
 * Without OpenMP everything runs on the calling thread, with the same results.
 * One thread, or one index, never enters an OpenMP region: starting a team costs more than a small program.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>

#ifdef _OPENMP
#include <omp.h>
#endif

#include "base/cgroup.h"
#include "base/parallel.h"

enum { MOST_THREADS = 4096, LEAVES = 1024, LEVELS = 64 };

/* ---- How many threads ----------------------------------------------------------------------------- */

#ifdef _OPENMP

/* CPUs in this process's affinity mask, which may be wider than a cpu_set_t. Where the threads of the team are pinned
 * (OMP_PROC_BIND, OMP_PLACES), the calling thread is pinned already and its own mask says nothing; OpenMP remembers. */
static int affinity_cpus(void)
{
	if (omp_get_proc_bind() != omp_proc_bind_false)
		return omp_get_num_procs();
	for (int width = CPU_SETSIZE; width <= 1 << 20; width *= 4) {
		cpu_set_t *set = CPU_ALLOC(width);
		if (!set)
			return 1;
		const size_t bytes = CPU_ALLOC_SIZE(width);
		const int count = sched_getaffinity(0, bytes, set) == 0 ? CPU_COUNT_S(bytes, set) : 0;
		CPU_FREE(set);
		if (count > 0)
			return count;
	}
	return 1;
}

/* The first number of OMP_NUM_THREADS ("4" or "4,2") or OMP_THREAD_LIMIT; 0 where unset or meaningless. */
static int environment_threads(const char *name)
{
	const char *value = getenv(name);
	if (!value)
		return 0;
	char *end;
	const long threads = strtol(value, &end, 10);
	return end != value && threads > 0 && threads <= MOST_THREADS ? (int)threads : 0;
}

int parallel_available(void)
{
	int threads = affinity_cpus();
	/* A team that is larger than the quota waits for its throttled member at every barrier: round down. */
	const uint64_t quota = cgroup_cpus("/proc/self") / 1000;
	if (quota < (uint64_t)threads)
		threads = quota > 0 ? (int)quota : 1;
	const int wished = environment_threads("OMP_NUM_THREADS"), limit = environment_threads("OMP_THREAD_LIMIT");
	if (wished > 0)
		threads = wished;
	if (limit > 0 && threads > limit)
		threads = limit;
	return threads;
}

/* ---- Fork ----------------------------------------------------------------------------------------- */

/* A child has only the thread that forked: a team it believes to have would never answer. So the team is dissolved
 * before the fork, and either side starts a new one when it needs one. */
static void dissolve_team(void)
{
	if (!omp_in_parallel())
		omp_pause_resource_all(omp_pause_soft);
}

static void register_fork(void) { pthread_atfork(dissolve_team, NULL, NULL); }

/* Called before every region; registers once a process. */
static void prepare_team(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	pthread_once(&once, register_fork);
}

#else

int parallel_available(void) { return 1; }

#endif

int parallel_worth(int threads, uint64_t bytes)
{
	/* A region costs some microseconds, its first start some hundred; a core moves about 8 KiB a microsecond. */
	enum { WORTH = 1 << 18 };
	const uint64_t useful = bytes / WORTH;
	return useful < 2 ? 1 : useful < (uint64_t)threads ? (int)useful : threads;
}

/* ---- Ranges --------------------------------------------------------------------------------------- */

/* No more threads than there are pieces of work, and at least one. */
static int team_size(int threads, uint64_t pieces)
{
	const int wished = threads < 1 ? 1 : threads > MOST_THREADS ? MOST_THREADS : threads;
	return pieces < (uint64_t)wished ? (int)pieces : wished;
}

/* Where the share of thread t begins; t == threads gives count. No product overflows. */
static uint64_t share_begin(uint64_t count, int threads, int t)
{
	const uint64_t parts = (uint64_t)threads, i = (uint64_t)t;
	return count / parts * i + min_u64(count % parts, i);
}

void parallel_for(int threads, uint64_t count, void (*body)(void *context, uint64_t begin, uint64_t end), void *context)
{
	if (count == 0)
		return;
	const int team = team_size(threads, count);
	if (team == 1) {
		body(context, 0, count);
		return;
	}
#ifdef _OPENMP
	prepare_team();
#pragma omp parallel num_threads(team)
	{
		/* The system may give fewer threads than asked for: the shares stay the same. */
		const int given = omp_get_num_threads();
		for (int t = omp_get_thread_num(); t < team; t += given)
			body(context, share_begin(count, team, t), share_begin(count, team, t + 1));
	}
#else
	for (int t = 0; t < team; t++)
		body(context, share_begin(count, team, t), share_begin(count, team, t + 1));
#endif
}

void parallel_for_dynamic(int threads, uint64_t count, uint64_t grain,
                          void (*body)(void *context, uint64_t begin, uint64_t end), void *context)
{
	assert(grain > 0);
	const uint64_t pieces = count / grain + (count % grain != 0);
	const int team = team_size(threads, pieces);
#ifdef _OPENMP
	if (team > 1) {
		prepare_team();
#pragma omp parallel for num_threads(team) schedule(dynamic, 1)
		for (uint64_t piece = 0; piece < pieces; piece++)
			body(context, piece * grain, piece * grain + min_u64(grain, count - piece * grain));
		return;
	}
#endif
	(void)team;
	for (uint64_t piece = 0; piece < pieces; piece++)
		body(context, piece * grain, piece * grain + min_u64(grain, count - piece * grain));
}

/* ---- Sums ----------------------------------------------------------------------------------------- */

/* The pairwise sum of items, as they come: level k of the stack holds the sum of 2^k neighbours while bit k of the
 * number of items is set. So the tree splits every range at the largest power of two below its length. */
struct tree {
	double level[LEVELS];
	uint64_t items;
};

static void tree_add(struct tree *tree, double value)
{
	unsigned k = 0;
	for (uint64_t carry = tree->items; carry & 1; carry >>= 1)
		value = tree->level[k++] + value;
	tree->level[k] = value;
	tree->items++;
}

static double tree_total(const struct tree *tree)
{
	double total = 0;
	bool any = false;
	for (unsigned k = 0; k < LEVELS; k++)
		if (tree->items >> k & 1) {
			total = any ? tree->level[k] + total : tree->level[k];
			any = true;
		}
	return total;
}

struct sum {
	double (*part)(void *context, uint64_t i);
	void *context;
	uint64_t count, run;       /* run: indices a leaf, a power of two, so that leaves are whole subtrees */
	double leaf[LEAVES];
};

static void sum_leaves(void *context, uint64_t begin, uint64_t end)
{
	struct sum *sum = context;
	for (uint64_t leaf = begin; leaf < end; leaf++) {
		struct tree tree = { .items = 0 };
		const uint64_t first = leaf * sum->run, last = min_u64(first + sum->run, sum->count);
		for (uint64_t i = first; i < last; i++)
			tree_add(&tree, sum->part(sum->context, i));
		sum->leaf[leaf] = tree_total(&tree);
	}
}

double parallel_sum(int threads, uint64_t count, double (*part)(void *context, uint64_t i), void *context)
{
	struct sum sum = { .part = part, .context = context, .count = count, .run = 1 };
	assert(count <= (uint64_t)1 << 62);
	while ((count + sum.run - 1) / sum.run > LEAVES)
		sum.run *= 2;
	const uint64_t leaves = (count + sum.run - 1) / sum.run;
	parallel_for(threads, leaves, sum_leaves, &sum);
	struct tree tree = { .items = 0 };
	for (uint64_t leaf = 0; leaf < leaves; leaf++)
		tree_add(&tree, sum.leaf[leaf]);
	return tree_total(&tree);
}
