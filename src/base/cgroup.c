/* cgroup.c - what the control groups of this process still allow, versions 1 and 2, every level up.
 *
 * /proc/self/cgroup names the group of each hierarchy, /proc/self/mountinfo where the hierarchies are mounted and
 * which group stands at the top of the mount (in a container, not the root). A limit may sit at any level between.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cgroup.h"

/* What one level leaves. directory ends without a slash. */
typedef uint64_t level_reader(const char *directory, int version);

/* The first line of directory/file; false where it cannot be read. */
static bool read_line(char *line, size_t size, const char *directory, const char *file)
{
	char path[PATH_MAX];
	if (snprintf(path, sizeof path, "%s/%s", directory, file) >= (int)sizeof path)
		return false;
	FILE *stream = fopen(path, "re");
	if (!stream)
		return false;
	const bool got = fgets(line, (int)size, stream) != NULL;
	fclose(stream);
	return got;
}

/* A number in a file of its own. "max", -1 and what cannot be read are no limit: fallback. */
static uint64_t read_number(const char *directory, const char *file, uint64_t fallback)
{
	char line[64];
	if (!read_line(line, sizeof line, directory, file) || line[0] < '0' || line[0] > '9')
		return fallback;
	errno = 0;
	const uint64_t value = strtoull(line, NULL, 10);
	return errno == 0 ? value : fallback;
}

/* The value of a key in memory.stat; 0 where there is none. */
static uint64_t read_stat(const char *directory, const char *key)
{
	char path[PATH_MAX], line[128];
	if (snprintf(path, sizeof path, "%s/memory.stat", directory) >= (int)sizeof path)
		return 0;
	FILE *stream = fopen(path, "re");
	if (!stream)
		return 0;
	const size_t length = strlen(key);
	uint64_t value = 0;
	while (fgets(line, sizeof line, stream))
		if (strncmp(line, key, length) == 0 && line[length] == ' ') {
			value = strtoull(line + length, NULL, 10);
			break;
		}
	fclose(stream);
	return value;
}

static uint64_t level_memory(const char *directory, int version)
{
	uint64_t limit, used, cache;
	if (version == 2) {
		limit = min_u64(read_number(directory, "memory.max", UINT64_MAX),
		                read_number(directory, "memory.high", UINT64_MAX));
		if (limit == UINT64_MAX)
			return UINT64_MAX;
		used = read_number(directory, "memory.current", 0);
		cache = add_saturated(read_stat(directory, "inactive_file"), read_stat(directory, "active_file"));
	} else {
		limit = read_number(directory, "memory.limit_in_bytes", UINT64_MAX);
		/* Version 1 writes "no limit" as the largest multiple of a page. */
		if (limit >= (uint64_t)INT64_MAX / 65536 * 65536)
			return UINT64_MAX;
		used = read_number(directory, "memory.usage_in_bytes", 0);
		cache = add_saturated(read_stat(directory, "total_inactive_file"),
		                      read_stat(directory, "total_active_file"));
	}
	used -= min_u64(used, cache);
	return limit - min_u64(limit, used);
}

static uint64_t level_cpus(const char *directory, int version)
{
	uint64_t quota = UINT64_MAX, period = 0;
	if (version == 2) {
		char line[64];
		if (!read_line(line, sizeof line, directory, "cpu.max") ||
		    sscanf(line, "%" SCNu64 " %" SCNu64, &quota, &period) != 2)
			return UINT64_MAX;
	} else {
		quota = read_number(directory, "cpu.cfs_quota_us", UINT64_MAX);
		period = read_number(directory, "cpu.cfs_period_us", 0);
	}
	if (quota == UINT64_MAX || period == 0)
		return UINT64_MAX;
	return mul_saturated(quota, 1000) / period;
}

/* True where the comma-separated list holds the word. */
static bool list_holds(const char *list, const char *word)
{
	const size_t length = strlen(word);
	while (*list) {
		const size_t item = strcspn(list, ",\n");
		if (item == length && strncmp(list, word, length) == 0)
			return true;
		list += item;
		list += *list != '\0';
	}
	return false;
}

/* Where the hierarchy is mounted, and the group at the top of that mount. A mountinfo line is
 * "id parent major:minor root mount options [optional fields] - type source super-options". */
static bool find_mount(char *mount, char *root, size_t size, const char *proc, const char *controller, int version)
{
	char path[PATH_MAX], line[2 * PATH_MAX];
	if (snprintf(path, sizeof path, "%s/mountinfo", proc) >= (int)sizeof path)
		return false;
	FILE *stream = fopen(path, "re");
	if (!stream)
		return false;
	bool found = false;
	while (!found && fgets(line, sizeof line, stream)) {
		char *separator = strstr(line, " - ");
		char type[32], options[512];
		if (!separator || sscanf(separator, " - %31s %*s %511s", type, options) != 2)
			continue;
		if (strcmp(type, version == 2 ? "cgroup2" : "cgroup") != 0)
			continue;
		if (version == 1 && !list_holds(options, controller))
			continue;
		*separator = '\0';
		char *rest = line, *field = NULL;
		for (int i = 0; i < 5 && (field = strsep(&rest, " ")); i++) {
			if (i == 3)
				snprintf(root, size, "%s", field);
			if (i == 4)
				snprintf(mount, size, "%s", field);
		}
		found = field != NULL;
	}
	fclose(stream);
	return found;
}

/* The least over the levels of one hierarchy. group is this process's group as /proc/self/cgroup tells it. */
static uint64_t walk_hierarchy(const char *proc, const char *controller, int version, const char *group,
                               level_reader *read)
{
	char mount[PATH_MAX], root[PATH_MAX], directory[2 * PATH_MAX];
	if (!find_mount(mount, root, sizeof mount, proc, controller, version))
		return UINT64_MAX;
	const size_t above = strcmp(root, "/") == 0 ? 0 : strlen(root);
	/* A group outside of the mount (a container without a group namespace): the mount's top is what can be seen. */
	const bool inside = strncmp(group, root, above) == 0 && (group[above] == '/' || group[above] == '\0');
	snprintf(directory, sizeof directory, "%s%s", mount, inside ? group + above : "");
	size_t end = strlen(directory);
	const size_t top = strlen(mount);
	uint64_t least = UINT64_MAX;
	for (;;) {
		while (end > top && directory[end - 1] == '/')
			end--;
		directory[end] = '\0';
		least = min_u64(least, read(directory, version));
		if (end <= top)
			return least;
		while (end > top && directory[end - 1] != '/')
			end--;
	}
}

static uint64_t walk_groups(const char *proc, const char *controller, level_reader *read)
{
	char path[PATH_MAX], line[2 * PATH_MAX];
	if (snprintf(path, sizeof path, "%s/cgroup", proc) >= (int)sizeof path)
		return UINT64_MAX;
	FILE *stream = fopen(path, "re");
	if (!stream)
		return UINT64_MAX;
	uint64_t least = UINT64_MAX;
	while (fgets(line, sizeof line, stream)) {
		/* "number:controllers:group"; version 2 has no controllers. */
		char *rest = line;
		strsep(&rest, ":");
		const char *controllers = strsep(&rest, ":");
		if (!rest)
			continue;
		rest[strcspn(rest, "\n")] = '\0';
		if (controllers[0] == '\0')
			least = min_u64(least, walk_hierarchy(proc, controller, 2, rest, read));
		else if (list_holds(controllers, controller))
			least = min_u64(least, walk_hierarchy(proc, controller, 1, rest, read));
	}
	fclose(stream);
	return least;
}

uint64_t cgroup_memory_left(const char *proc) { return walk_groups(proc, "memory", level_memory); }

uint64_t cgroup_cpus(const char *proc) { return walk_groups(proc, "cpu", level_cpus); }
