/* qasm.c - OpenQASM text to program: parse, decide the dialect, check, lower.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "qasm/arena.h"
#include "qasm/check.h"
#include "qasm/lower.h"
#include "qasm/parse.h"
#include "qasm/source.h"

/* Does the program call a gate that Braket has, stdgates.inc has not, and the program does not define? */
static bool calls_braket_gate(const struct names *names)
{
	const struct gate_name *entry;
	for (size_t i = 0; (entry = gate_name_at(i)); i++) {
		if (!(entry->libraries & LIBRARY_BRAKET) || entry->libraries & (LIBRARY_STDGATES | LIBRARY_BUILTIN))
			continue;
		const struct name *name = names_find(names, entry->name, (uint32_t)strlen(entry->name));
		if (name && (name->uses & (NAME_CALLED | NAME_DEFINED)) == NAME_CALLED)
			return true;
	}
	return false;
}

/* What one parse holds; all of it is freed by songdo_program_parse, also after a jump out of the arena. */
struct reading {
	struct arena arena;
	struct source source;
	struct names names;
	struct ast ast;
	struct parsed parsed;
	struct diagnostics diagnostics;
};

/* The tree of a text in a dialect, from scratch. */
static void read_tree(struct reading *reading, const char *file, const char *text, size_t length,
                      const songdo_parse_options *options, songdo_dialect dialect)
{
	source_fini(&reading->source);
	source_init(&reading->source, &reading->arena, file, text, (uint32_t)length, options->include_directories);
	reading->diagnostics.count = 0;
	reading->diagnostics.error_count = 0;
	reading->ast = (struct ast){.arena = &reading->arena, .source = &reading->source};
	reading->parsed = (struct parsed){0};
	names_init(&reading->names, &reading->arena);
	qasm_parse(&reading->ast, &reading->parsed, &reading->names, dialect, &reading->diagnostics);
}

/* Everything that allocates from the arena. */
static songdo_status read_program(struct reading *reading, songdo_program **program, const char *file, const char *text,
                                  size_t length, const songdo_parse_options *options)
{
	struct ast *ast = &reading->ast;
	if (setjmp(reading->arena.out))
		return SONGDO_NO_FIT;
	read_tree(reading, file, text, length, options, options->dialect);
	/* Braket's dialect shows only at the end; it reads bit strings the other way round, so read again. */
	if (options->dialect == SONGDO_DIALECT_AUTO && ast->dialect != SONGDO_QASM2 && !reading->parsed.has_include &&
	    (reading->parsed.has_braket_pragma || calls_braket_gate(&reading->names)))
		read_tree(reading, file, text, length, options, SONGDO_BRAKET);
	if (ast->dialect == SONGDO_DIALECT_AUTO)
		ast->dialect = SONGDO_QASM3;
	qasm_check(ast, &reading->parsed, &reading->names, options->legacy_u_phase, &reading->diagnostics);
	if (reading->diagnostics.error_count > 0)
		return SONGDO_BAD_PROGRAM;
	return qasm_lower(program, ast, &reading->diagnostics);
}

songdo_status songdo_program_parse(songdo_program **program, const char *text, size_t length,
                                   const songdo_parse_options *options, songdo_error *errors, size_t capacity,
                                   size_t *count)
{
	static const songdo_parse_options none;
	struct reading reading = {.diagnostics = {.errors = errors, .capacity = errors ? capacity : 0}};
	struct diagnostics *const diagnostics = &reading.diagnostics;
	songdo_status status;
	diagnostics->source = &reading.source;
	if (program)
		*program = NULL;
	if (count)
		*count = 0;
	if (!program || (!text && length > 0))
		return SONGDO_BAD_USAGE;
	options = options ? options : &none;
	if (length > SOURCE_BYTES) {
		status = SONGDO_BAD_PROGRAM;
		if (diagnostics->capacity > 0)
			error_set(&errors[diagnostics->count++], status, "the text is longer than %llu bytes",
			          SOURCE_BYTES);
	} else {
		status = read_program(&reading, program, options->file ? options->file : "<text>", text ? text : "",
		                      length, options);
		diagnose_sort(diagnostics);
	}
	if (status == SONGDO_NO_FIT && diagnostics->error_count == 0 && diagnostics->count < diagnostics->capacity) {
		errors[diagnostics->count] = (songdo_error){0};
		error_set(&errors[diagnostics->count++], status, "there is not enough memory for this program");
	}
	if (count)
		*count = diagnostics->count;
	source_fini(&reading.source);
	arena_fini(&reading.arena);
	return status;
}
