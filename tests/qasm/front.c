/* front.c - the front end without lowering, for tests.
 *
 * Lowering is replaced by a function that looks at the checked tree, so the tests of the front end stand on
 * their own.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "front.h"

#include "qasm/arena.h"
#include "qasm/diagnose.h"
#include "qasm/lower.h"

static struct {
	uint64_t arena_bytes;
	songdo_dialect dialect;
} seen;

songdo_status qasm_lower(songdo_program **program, const struct ast *ast, struct diagnostics *diagnostics)
{
	(void)program;
	(void)diagnostics;
	seen.arena_bytes = ast->arena->bytes;
	seen.dialect = ast->dialect;
	return SONGDO_OK;
}

unsigned front_check(struct text *out, const char *file, const char *text, size_t length,
                     const songdo_parse_options *options, uint64_t *arena_bytes, songdo_dialect *dialect)
{
	songdo_error errors[40];
	songdo_program *program;
	size_t count;
	unsigned wrong = 0;
	songdo_parse_options named = options ? *options : (songdo_parse_options){0};
	named.file = file;
	seen.arena_bytes = 0;
	const songdo_status status =
	        songdo_program_parse(&program, text, length, &named, errors, ARRAY_LENGTH(errors), &count);
	for (size_t i = 0; i < count; i++) {
		diagnose_render(out, &errors[i], file, text, length);
		wrong += !errors[i].warning;
	}
	if (status != SONGDO_OK && wrong == 0) {
		text_add_format(out, "status %d without an error\n", (int)status);
		wrong = 1;
	}
	if (arena_bytes)
		*arena_bytes = seen.arena_bytes;
	if (dialect)
		*dialect = seen.dialect;
	return wrong;
}
