/* parallel.h - the split of work among threads; the door to OpenMP.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef SONGDO_PARALLEL_H
#define SONGDO_PARALLEL_H

#include "base/base.h"

/* Threads that affinity and the cgroup's CPU quota allow this process; 1 in a build without OpenMP. */
int parallel_available(void);

/* Of `threads`, as many as are worth starting for work that touches `bytes` bytes: 1 below half a MiB. For callers
 * whose work may be tiny; the functions below start what they are told to. */
int parallel_worth(int threads, uint64_t bytes);

/* Call body(context, begin, end) on disjoint ranges that cover [0, count), on `threads` threads: thread t gets
 * one contiguous share, the same for the same count and threads, so that first touch and later use meet.
 * One thread, or one index, calls body on the calling thread and starts nothing. */
void parallel_for(int threads, uint64_t count, void (*body)(void *context, uint64_t begin, uint64_t end),
                  void *context);

/* The same, handing out `grain` indices at a time to whichever thread is free. */
void parallel_for_dynamic(int threads, uint64_t count, uint64_t grain,
                          void (*body)(void *context, uint64_t begin, uint64_t end), void *context);

/* The sum of part(context, i) for i in [0, count), in a fixed pairwise tree over i: the same bits on any threads. */
double parallel_sum(int threads, uint64_t count, double (*part)(void *context, uint64_t i), void *context);

#endif
