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
		if (name && name->uses == NAME_CALLED)
			return true;
	}
	return false;
}

songdo_status songdo_program_parse(songdo_program **program, const char *text, size_t length, const songdo_parse_options *options,
                                   songdo_error *errors, size_t capacity, size_t *count)
{
	static const songdo_parse_options none;
	struct arena arena = {0};
	struct source source;
	struct names names;
	struct ast ast;
	struct parsed parsed;
	struct diagnostics diagnostics = {.errors = errors, .capacity = errors ? capacity : 0, .source = &source};
	songdo_status status = SONGDO_OK;
	if (program)
		*program = NULL;
	if (count)
		*count = 0;
	if (!program || (!text && length > 0))
		return SONGDO_BAD_USAGE;
	options = options ? options : &none;
	const char *file = options->file ? options->file : "<text>";
	if (length > SOURCE_BYTES) {
		if (capacity > 0 && errors) {
			errors[0] = (songdo_error){0};
			error_set(&errors[0], SONGDO_BAD_PROGRAM, "the text is longer than %llu bytes", SOURCE_BYTES);
			if (count)
				*count = 1;
		}
		return SONGDO_BAD_PROGRAM;
	}
	source_init(&source, &arena, file, text ? text : "", (uint32_t)length, options->include_directories);
	if (setjmp(arena.out)) {
		status = SONGDO_NO_FIT;
		goto done;
	}
	songdo_dialect dialect = options->dialect;
	for (int round = 0; round < 2; round++) {
		diagnostics.count = 0;
		diagnostics.error_count = 0;
		memset(&ast, 0, sizeof ast);
		memset(&parsed, 0, sizeof parsed);
		ast.arena = &arena;
		ast.source = &source;
		names_init(&names, &arena);
		qasm_parse(&ast, &parsed, &names, dialect, &diagnostics);
		/* Braket's dialect shows only at the end; it reads bit strings the other way round, so read again. */
		if (ast.dialect != SONGDO_BRAKET && options->dialect == SONGDO_DIALECT_AUTO && ast.dialect != SONGDO_QASM2 && !parsed.has_include &&
		    (parsed.has_braket_pragma || calls_braket_gate(&names)))
			dialect = SONGDO_BRAKET;
		else
			break;
		source_fini(&source);
		source_init(&source, &arena, file, text ? text : "", (uint32_t)length, options->include_directories);
	}
	if (ast.dialect == SONGDO_DIALECT_AUTO)
		ast.dialect = SONGDO_QASM3;
	qasm_check(&ast, &parsed, &names, options->legacy_u_phase, &diagnostics);
	if (diagnostics.error_count > 0)
		status = SONGDO_BAD_PROGRAM;
	else
		status = qasm_lower(program, &ast, &diagnostics);
done:
	diagnose_sort(&diagnostics);
	if (count)
		*count = diagnostics.count;
	if (status == SONGDO_NO_FIT && diagnostics.error_count == 0 && diagnostics.count < diagnostics.capacity) {
		errors[diagnostics.count] = (songdo_error){0};
		error_set(&errors[diagnostics.count], SONGDO_NO_FIT, "there is not enough memory for this program");
		if (count)
			++*count;
	}
	source_fini(&source);
	arena_fini(&arena);
	return status;
}
