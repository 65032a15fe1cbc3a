/* topology.c - asks hwloc, loaded at run time so that no other command pays for it.
 *
 * Only hwloc's header is needed to build. Its inline helpers are not used: they would link against the library.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <dlfcn.h>
#include <hwloc.h>
#include <stdlib.h>

#include "base/topology.h"

struct hwloc {
	void *library;
	__typeof__(&hwloc_topology_init) topology_init;
	__typeof__(&hwloc_topology_load) topology_load;
	__typeof__(&hwloc_topology_destroy) topology_destroy;
	__typeof__(&hwloc_get_api_version) api_version;
	__typeof__(&hwloc_get_type_depth) type_depth;
	__typeof__(&hwloc_get_nbobjs_by_depth) count_at_depth;
};

/* dlsym gives an object pointer where a function's is needed; POSIX promises that the bits are the same. */
static bool find(void *function, void *library, const char *name)
{
	void *const found = dlsym(library, name);
	*(void **)function = found;
	return found != NULL;
}

static bool load(struct hwloc *hwloc)
{
	hwloc->library = dlopen("libhwloc.so.15", RTLD_NOW | RTLD_LOCAL);
	if (!hwloc->library)
		return false;
	return find(&hwloc->topology_init, hwloc->library, "hwloc_topology_init") &&
	       find(&hwloc->topology_load, hwloc->library, "hwloc_topology_load") &&
	       find(&hwloc->topology_destroy, hwloc->library, "hwloc_topology_destroy") &&
	       find(&hwloc->api_version, hwloc->library, "hwloc_get_api_version") &&
	       find(&hwloc->type_depth, hwloc->library, "hwloc_get_type_depth") &&
	       find(&hwloc->count_at_depth, hwloc->library, "hwloc_get_nbobjs_by_depth") &&
	       hwloc->api_version() >> 16 == HWLOC_API_VERSION >> 16;
}

static int count(const struct hwloc *hwloc, hwloc_topology_t found, hwloc_obj_type_t type)
{
	const int depth = hwloc->type_depth(found, type);
	if (depth == HWLOC_TYPE_DEPTH_UNKNOWN || depth == HWLOC_TYPE_DEPTH_MULTIPLE)
		return 0;
	return (int)hwloc->count_at_depth(found, depth);
}

bool topology_read(struct topology *topology)
{
	struct hwloc hwloc = { .library = NULL };
	hwloc_topology_t found = NULL;
	bool known = false;
	*topology = (struct topology){ 0 };
	if (!load(&hwloc) || hwloc.topology_init(&found) != 0)
		goto done;
	if (hwloc.topology_load(found) == 0) {
		topology->packages = count(&hwloc, found, HWLOC_OBJ_PACKAGE);
		topology->numa_nodes = count(&hwloc, found, HWLOC_OBJ_NUMANODE);
		topology->cores = count(&hwloc, found, HWLOC_OBJ_CORE);
		topology->threads = count(&hwloc, found, HWLOC_OBJ_PU);
		known = true;
	}
	hwloc.topology_destroy(found);
done:
	if (hwloc.library)
		dlclose(hwloc.library);
	return known;
}
