/* text.h - growing strings, whole files in and out, and the nearest known name.
 *
 * The door to files. SPDX-License-Identifier: Apache-2.0 */
#ifndef SONGDO_TEXT_H
#define SONGDO_TEXT_H

#include "base/base.h"

/* A growing string, always NUL-terminated once something was added. Zero-initialise it; text_fini frees.
 * When memory is out, `failed` is set and later additions do nothing: check it once, at the end. */
struct text {
	char *data;
	size_t length, capacity;
	bool failed;
};

void text_fini(struct text *text);
void text_add(struct text *text, const char *string);
void text_add_bytes(struct text *text, const char *bytes, size_t length);
void text_add_format(struct text *text, const char *format, ...) ATTRIBUTE_PRINTF(2, 3);

/* Read a whole regular file, or stdin where name is "-"; refuses directories, devices and more than limit bytes.
 * *data is NUL-terminated and malloc'd. Fills error (SONGDO_NO_INPUT with the system's words). */
songdo_status text_read_file(char **data, size_t *length, const char *name, size_t limit, songdo_error *error);

/* Write a file whole: beside it first, synced, then renamed over it; "-" is stdout. A file that stands there stays
 * untouched on failure. SONGDO_NO_OUTPUT where it cannot be created, SONGDO_IO where writing failed. */
songdo_status text_write_file(const char *name, const char *data, size_t length, songdo_error *error);

/* The candidate (a NULL-terminated list) nearest to name by edit distance, NULL where none is near. */
const char *text_nearest(const char *name, const char *const *candidates);

/* Fill an error (NULL allowed) and return its code. */
songdo_status error_set(songdo_error *error, songdo_status code, const char *format, ...) ATTRIBUTE_PRINTF(3, 4);
/* Add a hint to an error (NULL allowed). */
void error_hint(songdo_error *error, const char *format, ...) ATTRIBUTE_PRINTF(2, 3);

#endif
