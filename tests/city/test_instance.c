/* test_instance.c - instances of every format: what is read, what is refused and where, costs and objectives.
 *
 * fixtures/accepted holds files that must be read; fixtures/refused pairs of a file and its diagnostics, one a line:
 * `LINE:COLUMN: MESSAGE`, as songdo solve would print them behind the file's name. A file x--qubo.txt is read as
 * --workload qubo.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "check.h"

#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "city/instance.h"

static struct instance_options options_for(const char *name)
{
	struct instance_options options = {.file = name, .workload = -1};
	for (int w = 0; w < WORKLOADS; w++) {
		char mark[32];
		snprintf(mark, sizeof mark, "--%s.", workload_name((enum workload)w));
		if (strstr(name, mark))
			options.workload = w;
	}
	return options;
}

static struct instance *read_text(const char *text, const char *name, songdo_error *errors, size_t *count)
{
	const struct instance_options options = options_for(name);
	struct instance *instance;
	instance_read(&instance, text, strlen(text), &options, errors, INSTANCE_ERRORS, count);
	return instance;
}

/* The objective and the encoded cost agree on every state. */
static void agree(struct check *check, const struct instance *instance, const char *name)
{
	struct polynomial cost;
	uint8_t x[64] = {0};
	if (!CHECK(check, instance->items <= 16 && instance_encode(instance, &cost)))
		return;
	for (uint64_t state = 0; state < bit_mask(instance->items); state++) {
		for (uint32_t i = 0; i < instance->items; i++)
			x[i] = state >> i & 1;
		const double direct = instance_objective(instance, x),
		             encoded = instance_natural(instance, polynomial_value(&cost, x));
		CHECK(check, fabs(direct - encoded) < 1e-9, "%s: state %llu is %g and %g", name,
		      (unsigned long long)state, direct, encoded);
	}
	polynomial_fini(&cost);
}

static void accepted(struct check *check, const char *folder)
{
	DIR *directory = opendir(folder);
	const struct dirent *entry;
	unsigned files = 0;
	if (!CHECK(check, directory != NULL))
		return;
	while ((entry = readdir(directory))) {
		char path[512], *text;
		songdo_error errors[INSTANCE_ERRORS] = {0};
		size_t length, count = 0;
		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
		if (!CHECK(check, !text_read_file(&text, &length, path, 1 << 20, &errors[0])))
			continue;
		const struct instance_options options = options_for(entry->d_name);
		struct instance *instance;
		const songdo_status status =
			instance_read(&instance, text, length, &options, errors, INSTANCE_ERRORS, &count);
		if (CHECK(check, !status && instance, "%s:%u:%u: %s", entry->d_name, errors[0].line, errors[0].column,
		          errors[0].message))
			agree(check, instance, entry->d_name);
		instance_free(instance);
		free(text);
		files++;
	}
	CHECK(check, files >= 10, "%u files", files);
	closedir(directory);
}

static void refused(struct check *check, const char *folder)
{
	DIR *directory = opendir(folder);
	const struct dirent *entry;
	unsigned files = 0;
	if (!CHECK(check, directory != NULL))
		return;
	while ((entry = readdir(directory))) {
		char path[512], *text = NULL, *wanted = NULL;
		songdo_error errors[INSTANCE_ERRORS] = {0}, trouble = {0};
		size_t length, wanted_length, count = 0;
		struct text found = {0};
		if (entry->d_name[0] == '.' || strstr(entry->d_name, ".err"))
			continue;
		snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
		CHECK(check, !text_read_file(&text, &length, path, 1 << 20, &trouble));
		strncat(path, ".err", sizeof path - strlen(path) - 1);
		if (CHECK(check, !text_read_file(&wanted, &wanted_length, path, 1 << 20, &trouble), "%s",
		          trouble.message)) {
			const struct instance_options options = options_for(entry->d_name);
			struct instance *instance;
			const songdo_status status =
				instance_read(&instance, text, length, &options, errors, INSTANCE_ERRORS, &count);
			CHECK(check, status == SONGDO_BAD_PROGRAM && !instance && count > 0, "%s: %d", entry->d_name,
			      (int)status);
			for (size_t i = 0; i < count; i++)
				text_add_format(&found, "%u:%u: %s\n", errors[i].line, errors[i].column,
				                errors[i].message);
			CHECK(check, found.data && strcmp(found.data, wanted) == 0, "%s gives\n%s", entry->d_name,
			      found.data ? found.data : "");
			instance_free(instance);
		}
		text_fini(&found);
		free(text);
		free(wanted);
		files++;
	}
	CHECK(check, files >= 20, "%u files", files);
	closedir(directory);
}

/* x^T Q x of an upper triangle: off the diagonal twice in coordinates, once in qbsolv's files. */
static void counted(struct check *check)
{
	songdo_error errors[INSTANCE_ERRORS];
	size_t count;
	static const uint8_t both[2] = {1, 1};
	struct instance *coordinate = read_text("2 3\n1 1 -3\n2 2 -3\n1 2 5\n", "q.sparse", errors, &count);
	struct instance *qbsolv =
		read_text("c a comment\np qubo 0 2 2 1\n0 0 -3\n1 1 -3\n0 1 5\n", "q.qubo", errors, &count);
	struct instance *graph = read_text("2 1\n1 2 5\n", "g.txt", errors, &count);
	if (CHECK(check, coordinate && qbsolv && graph)) {
		CHECK(check, coordinate->workload == WORKLOAD_QUBO && qbsolv->workload == WORKLOAD_QUBO &&
		                     graph->workload == WORKLOAD_MAXCUT);
		CHECK(check, instance_objective(coordinate, both) == 4 && instance_objective(qbsolv, both) == -1 &&
		                     instance_objective(graph, both) == 0);
		CHECK(check, strcmp(coordinate->id[0], "1") == 0 && strcmp(qbsolv->id[0], "0") == 0);
		CHECK(check, !coordinate->maximise && graph->maximise);
	}
	instance_free(coordinate);
	instance_free(qbsolv);
	instance_free(graph);
}

/* Any cut or change of a good file is read or refused, never worse. */
static void mangled(struct check *check, const char *file)
{
	songdo_error errors[INSTANCE_ERRORS], trouble = {0};
	size_t length, count;
	char *text;
	if (!CHECK(check, !text_read_file(&text, &length, file, 1 << 20, &trouble), "%s", trouble.message))
		return;
	char *copy = malloc(length + 1);
	for (size_t cut = 0; cut < length; cut += 3) {
		struct instance *instance;
		const struct instance_options options = {.file = "cut", .workload = -1};
		instance_read(&instance, text, cut, &options, errors, INSTANCE_ERRORS, &count);
		CHECK(check, (instance != NULL) == (count == 0));
		instance_free(instance);
		for (size_t k = 0; k < 5; k++) {
			memcpy(copy, text, length + 1);
			copy[cut] = "\xFF{9\"-"[k];
			instance_read(&instance, copy, length, &options, errors, INSTANCE_ERRORS, &count);
			CHECK(check, (instance != NULL) == (count == 0));
			instance_free(instance);
		}
	}
	free(copy);
	free(text);
}

int main(int argc, char **argv)
{
	struct check check;
	char path[512];
	check_begin(&check);
	if (argc < 2)
		return 64;
	check_case(&check, "good files are read, and their costs are their objectives");
	snprintf(path, sizeof path, "%s/accepted", argv[1]);
	accepted(&check, path);
	check_case(&check, "broken files are refused at the right place, in the right words");
	snprintf(path, sizeof path, "%s/refused", argv[1]);
	refused(&check, path);
	check_case(&check, "each format counts entries off the diagonal in its own way");
	counted(&check);
	check_case(&check, "files cut off or changed anywhere are read or refused");
	snprintf(path, sizeof path, "%s/accepted/colours.json", argv[1]);
	mangled(&check, path);
	snprintf(path, sizeof path, "%s/accepted/triangle.txt", argv[1]);
	mangled(&check, path);
	snprintf(path, sizeof path, "%s/accepted/small.qubo", argv[1]);
	mangled(&check, path);
	return check_end(&check);
}
