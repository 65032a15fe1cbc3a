/* source.c - reading included files safely, and lines and columns from byte offsets.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "qasm/source.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/text.h"

void source_init(struct source *source, struct arena *arena, const char *name, const char *text, uint32_t length,
                 const char *const *directories)
{
	memset(source, 0, sizeof *source);
	source->arena = arena;
	source->directories = directories;
	source->file[0] = (struct source_file){.name = name, .text = text, .length = length, .parent = -1};
	source->files = 1;
}

void source_fini(struct source *source)
{
	for (unsigned i = 0; i < source->files; i++) {
		free(source->file[i].owned);
		free(source->file[i].path);
		free(source->file[i].lines);
	}
	source->files = 0;
}

unsigned source_add_library(struct source *source, const char *name, const char *text)
{
	assert(source->files < AST_FILES);
	source->file[source->files] =
	        (struct source_file){.name = name, .text = text, .length = (uint32_t)strlen(text), .parent = -1};
	return source->files++;
}

/* The real path of name below directory, malloc'd; NULL where there is none, or where it leads outside. */
static char *path_below(const char *directory, const char *name)
{
	char joined[PATH_MAX];
	char *root = realpath(directory, NULL), *path = NULL;
	if (!root)
		return NULL;
	int length = snprintf(joined, sizeof joined, "%s/%s", root, name);
	if (length > 0 && (size_t)length < sizeof joined)
		path = realpath(joined, NULL);
	size_t root_length = strlen(root);
	if (path && !(strncmp(path, root, root_length) == 0 && (path[root_length] == '/' || root_length == 1))) {
		free(path);
		path = NULL;
	}
	free(root);
	return path;
}

songdo_status source_include(struct source *source, const char *name, unsigned from, unsigned *number,
                             songdo_error *error)
{
	char *path = NULL;
	for (size_t i = 0; source->directories && source->directories[i] && !path; i++)
		path = path_below(source->directories[i], name);
	if (!path) {
		error_set(error, SONGDO_BAD_PROGRAM, "there is no file of this name under the include directories");
		error_hint(
		        error,
		        source->directories && source->directories[0]
		                ? "only \"qelib1.inc\" and \"stdgates.inc\" are built in; other files are looked "
		                  "for below the directories given with -I"
		                : "only \"qelib1.inc\" and \"stdgates.inc\" are built in; name a directory for other "
		                  "files with -I DIR");
		return SONGDO_BAD_PROGRAM;
	}
	songdo_status status = SONGDO_OK;
	unsigned depth = 0;
	for (int file = (int)from; file >= 0; file = source->file[file].parent, depth++)
		if (source->file[file].path && strcmp(source->file[file].path, path) == 0)
			status = error_set(error, SONGDO_BAD_PROGRAM, "this file includes itself");
	if (status == SONGDO_OK && depth > SOURCE_DEPTH)
		status = error_set(error, SONGDO_BAD_PROGRAM, "files include one another more than %d deep",
		                   SOURCE_DEPTH);
	if (status == SONGDO_OK && source->files == AST_FILES)
		status = error_set(error, SONGDO_BAD_PROGRAM, "more than %d files are included", AST_FILES - 2);
	struct stat kind;
	if (status == SONGDO_OK && (stat(path, &kind) != 0 || !S_ISREG(kind.st_mode)))
		status = error_set(error, SONGDO_BAD_PROGRAM, "this is not a regular file that can be read");
	char *text = NULL;
	size_t length = 0;
	if (status == SONGDO_OK && text_read_file(&text, &length, path, SOURCE_INCLUDE_BYTES, NULL) != SONGDO_OK)
		status = error_set(error, SONGDO_BAD_PROGRAM, "this file cannot be read, or is larger than 16 MiB");
	if (status != SONGDO_OK) {
		free(path);
		return status;
	}
	char *copy = arena_copy(source->arena, name, strlen(name) + 1);
	source->file[source->files] = (struct source_file){.name = copy,
	                                                   .text = text,
	                                                   .length = (uint32_t)length,
	                                                   .owned = text,
	                                                   .path = path,
	                                                   .parent = (int)from};
	*number = source->files++;
	return SONGDO_OK;
}

/* Line starts of a file, counted once. Where memory is out the file has one line. */
static void find_lines(struct source_file *file)
{
	uint32_t count = 1;
	const char *end = file->text + file->length;
	for (const char *c = file->text; c < end && (c = memchr(c, '\n', (size_t)(end - c))); c++)
		count++;
	file->lines = calloc(count, sizeof *file->lines);
	if (!file->lines)
		return;
	file->line_count = 1;
	for (const char *c = file->text; c < end && (c = memchr(c, '\n', (size_t)(end - c))); c++)
		file->lines[file->line_count++] = (uint32_t)(c + 1 - file->text);
}

unsigned utf8_decode(const unsigned char *text, uint64_t left, uint32_t *point)
{
	unsigned length = text[0] < 0xC2 ? 0 : text[0] < 0xE0 ? 2 : text[0] < 0xF0 ? 3 : text[0] < 0xF5 ? 4 : 0;
	if (text[0] < 0x80) {
		*point = text[0];
		return 1;
	}
	if (length == 0 || length > left)
		return 0;
	uint32_t value = text[0] & (0x7Fu >> length);
	for (unsigned i = 1; i < length; i++) {
		if ((text[i] & 0xC0) != 0x80)
			return 0;
		value = value << 6 | (text[i] & 0x3F);
	}
	if ((length == 3 && value < 0x800) || (length == 4 && (value < 0x10000 || value > 0x10FFFF)) ||
	    (value >= 0xD800 && value < 0xE000))
		return 0;
	*point = value;
	return length;
}

static uint32_t characters(const char *text, uint32_t begin, uint32_t end)
{
	uint32_t count = 0;
	for (uint32_t i = begin; i < end; i++)
		count += ((unsigned char)text[i] & 0xC0) != 0x80;
	return count;
}

void source_locate(struct source *source, struct place place, uint32_t *line, uint32_t *column, uint32_t *length)
{
	struct source_file *file = &source->file[place.file];
	uint32_t start = place.start < file->length ? place.start : file->length;
	if (!file->lines)
		find_lines(file);
	uint32_t low = 0, high = file->line_count;   /* lines[low] <= start < lines[high] */
	while (high - low > 1) {
		uint32_t middle = low + (high - low) / 2;
		if (file->lines[middle] <= start)
			low = middle;
		else
			high = middle;
	}
	uint32_t begin = file->lines ? file->lines[low] : 0;
	/* a byte order mark is no character of the first line */
	if (begin == 0 && start >= 3 && memcmp(file->text, "\xEF\xBB\xBF", 3) == 0)
		begin = 3;
	uint32_t end = start;
	while (end < file->length && end - start < place.length && file->text[end] != '\n' && file->text[end] != '\r')
		end++;
	*line = low + 1;
	if (file->located_column > 0 && file->located_begin == begin && file->located >= begin &&
	    file->located <= start)
		*column = file->located_column + characters(file->text, file->located, start);
	else
		*column = characters(file->text, begin, start) + 1;
	if (file->located_begin != begin || start > file->located || *column == 1) {
		file->located = start;
		file->located_begin = begin;
		file->located_column = *column;
	}
	*length = characters(file->text, start, end);
	if (*length == 0)
		*length = 1;
}

void ast_locate(const struct ast *ast, struct place place, const char **file, uint32_t *line, uint32_t *column)
{
	uint32_t at[3];
	source_locate(ast->source, place, &at[0], &at[1], &at[2]);
	if (file)
		*file = ast->source->file[place.file].name;
	if (line)
		*line = at[0];
	if (column)
		*column = at[1];
}
