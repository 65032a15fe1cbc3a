/* topology.h - the sockets, NUMA nodes and cores of this machine, for people to read; the door to hwloc.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef SONGDO_TOPOLOGY_H
#define SONGDO_TOPOLOGY_H

#include "base/base.h"

struct topology {
	int packages, numa_nodes, cores, threads;   /* of the whole machine; 0 where unknown */
};

/* Discover the topology with hwloc, which is loaded now: 10 to 50 ms, so only for `songdo info` and the like.
 * False, with all zero, where this build or this machine has no hwloc. */
bool topology_read(struct topology *topology);

#endif
