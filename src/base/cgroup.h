/* cgroup.h - what the control groups of this process still allow, versions 1 and 2, every level up.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef SONGDO_CGROUP_H
#define SONGDO_CGROUP_H

#include "base/base.h"

/* Bytes that every memory limit from the process's own group up to the root still leaves; page cache that the kernel
 * can drop does not count as used. UINT64_MAX where nothing limits.
 *   proc   the process's folder: "/proc/self", or one that a test wrote (files cgroup and mountinfo) */
uint64_t cgroup_memory_left(const char *proc);

/* CPUs that the quotas of every level allow, in thousandths; UINT64_MAX where nothing limits. */
uint64_t cgroup_cpus(const char *proc);

#endif
