/* source.h - the texts of a program: the main file, what it includes, and where lines begin.
 *
 * Files are read only under the directories the caller names. The built-in libraries are known by name and are
 * never looked for on disk.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef SONGDO_SOURCE_H
#define SONGDO_SOURCE_H

#include "qasm/arena.h"
#include "qasm/ast.h"

enum {
	SOURCE_DEPTH = 16,              /* of includes inside includes */
	SOURCE_INCLUDE_BYTES = 16 << 20,
};
#define SOURCE_BYTES 2147483648ull      /* of the main text */

struct source_file {
	const char *name;               /* as diagnostics show it */
	const char *text;
	uint32_t length;
	char *owned;                    /* malloc'd text of an included file; NULL else */
	char *path;                     /* malloc'd real path; NULL for the main text */
	uint32_t *lines;                /* byte offsets of line starts, malloc'd when first wanted */
	uint32_t line_count;
	/* The place located last: the next one on the same line is counted from there: one line may hold
	 * a whole program. */
	uint32_t located, located_begin, located_column;
	int parent;                     /* the file that includes it; -1 */
};

struct source {
	struct source_file file[AST_FILES];
	unsigned files;
	struct arena *arena;
	const char *const *directories; /* of the caller; may be NULL */
};

void source_init(struct source *source, struct arena *arena, const char *name, const char *text, uint32_t length,
                 const char *const *directories);
void source_fini(struct source *source);

/* Find, check and read an included file. *number is its file number. SONGDO_BAD_PROGRAM with words in error (never the
 * file's contents, nor whether a file outside the directories exists). */
songdo_status source_include(struct source *source, const char *name, unsigned from, unsigned *number,
                             songdo_error *error);

/* Add a text of the library itself under a name in angle brackets. */
unsigned source_add_library(struct source *source, const char *name, const char *text);

/* The length of the UTF-8 character at text (1 to 4) and its code point; 0 where it is malformed. */
unsigned utf8_decode(const unsigned char *text, uint64_t left, uint32_t *point);

/* Line from 1, column in characters from 1, and how many characters of the stretch lie on that line (at least 1). */
void source_locate(struct source *source, struct place place, uint32_t *line, uint32_t *column, uint32_t *length);

#endif
