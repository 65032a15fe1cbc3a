/* front.h - the front end without lowering, for tests: text to rendered diagnostics.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef SONGDO_TEST_FRONT_H
#define SONGDO_TEST_FRONT_H

#include "base/text.h"

/* Parse and check a text as songdo_program_parse does; adds the rendered diagnostics to out and returns the
 * number of errors. arena_bytes and dialect (decided) may be NULL. */
unsigned front_check(struct text *out, const char *file, const char *text, size_t length,
                     const songdo_parse_options *options, uint64_t *arena_bytes, songdo_dialect *dialect);

#endif
