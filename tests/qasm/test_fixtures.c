/* test_fixtures.c - programs that are accepted, and programs that are refused with exactly the diagnostics
 * beside them.
 *
 * fixtures/accepted/NAME.qasm has no errors; fixtures/refused/NAME.qasm has those of NAME.err, as the command
 * prints them. Lines and columns of the .err files were written down by hand before the checker agreed with them.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "front.h"

enum { FIXTURES_LEAST = 60 };   /* in each folder: fewer means that the folder was not found */

static char *read_fixture(const char *folder, const char *name, size_t *length)
{
	char path[1024], *data = NULL;
	snprintf(path, sizeof path, "%s/%s/%s", FIXTURES, folder, name);
	cr_assert(text_read_file(&data, length, path, 1 << 20, NULL) == SONGDO_OK, "%s cannot be read", path);
	return data;
}

/* Call check for each .qasm file of a folder; returns how many there were. */
static int each(const char *folder, void (*check)(const char *folder, const char *name))
{
	char path[1024];
	int count = 0;
	snprintf(path, sizeof path, "%s/%s", FIXTURES, folder);
	DIR *directory = opendir(path);
	cr_assert(directory != NULL);
	for (struct dirent *entry; (entry = readdir(directory));) {
		const size_t length = strlen(entry->d_name);
		if (length > 5 && strcmp(entry->d_name + length - 5, ".qasm") == 0) {
			check(folder, entry->d_name);
			count++;
		}
	}
	closedir(directory);
	return count;
}

static void accepted(const char *folder, const char *name)
{
	size_t length;
	struct text out = {0};
	char *text = read_fixture(folder, name, &length);
	const unsigned errors = front_check(&out, name, text, length, NULL, NULL, NULL);
	cr_expect(errors == 0, "%s is refused:\n%s", name, out.data);
	text_fini(&out);
	free(text);
}

static void refused(const char *folder, const char *name)
{
	size_t length, wanted_length;
	struct text out = {0};
	char other[300], *text = read_fixture(folder, name, &length);
	snprintf(other, sizeof other, "%.*s.err", (int)strlen(name) - 5, name);
	char *wanted = read_fixture(folder, other, &wanted_length);
	const unsigned errors = front_check(&out, name, text, length, NULL, NULL, NULL);
	cr_expect(errors > 0, "%s is accepted", name);
	cr_expect(out.data && strcmp(out.data, wanted) == 0, "%s: wanted\n%sgot\n%s", name, wanted,
	          out.data ? out.data : "");
	text_fini(&out);
	free(wanted);
	free(text);
}

Test(fixtures, accepted_programs_have_no_errors) { cr_assert(each("accepted", accepted) >= FIXTURES_LEAST); }

Test(fixtures, refused_programs_have_exactly_the_diagnostics_beside_them)
{
	cr_assert(each("refused", refused) >= FIXTURES_LEAST);
}
