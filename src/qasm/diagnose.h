/* diagnose.h - errors and warnings about a program, gathered in order and shown as people want them.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef SONGDO_DIAGNOSE_H
#define SONGDO_DIAGNOSE_H

#include "base/text.h"
#include "qasm/ast.h"

enum { DIAGNOSE_LIMIT = 20 };   /* errors reported of one program */

/* The caller's array, filled in source order. Warnings give way to errors where the array is full. */
struct diagnostics {
	songdo_error *errors;
	size_t capacity, count;
	uint32_t error_count;       /* all that were found, reported or not */
	struct source *source;      /* NULL: nothing is kept, errors are only counted */
	songdo_error *last;         /* what hints go to; NULL where it was dropped */
};

/* Report an error about a place. Further errors on the same line at the same column are dropped.
 * Returns SONGDO_BAD_PROGRAM. */
songdo_status diagnose_error(struct diagnostics *diagnostics, struct place place, const char *format, ...)
        ATTRIBUTE_PRINTF(3, 4);
void diagnose_warning(struct diagnostics *diagnostics, struct place place, const char *format, ...)
        ATTRIBUTE_PRINTF(3, 4);
/* Add a hint to what was reported last (nothing where that was dropped). */
void diagnose_hint(struct diagnostics *diagnostics, const char *format, ...) ATTRIBUTE_PRINTF(2, 3);
/* Write the first of these words into a hint: where the thing was declared, as "declared on line 3". */
void diagnose_hint_place(struct diagnostics *diagnostics, const char *what, struct place place);
/* Put what was reported into source order. */
void diagnose_sort(struct diagnostics *diagnostics);
/* No more errors are wanted. */
bool diagnose_is_full(const struct diagnostics *diagnostics);

/* Add `FILE:LINE:COLUMN: error: MESSAGE`, the source line, a caret span and the hint to out. text is the main file;
 * lines are shown only of errors whose file is `file` (what was given to songdo_program_parse). Control bytes are
 * escaped, long lines cut around the span. */
void diagnose_render(struct text *out, const songdo_error *error, const char *file, const char *text, size_t length);

#endif
