/* parse.h - text to syntax tree.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef SONGDO_PARSE_H
#define SONGDO_PARSE_H

#include "qasm/ast.h"
#include "qasm/diagnose.h"
#include "qasm/lex.h"
#include "qasm/source.h"

/* What parsing leaves for the checker beside the tree. */
struct parsed {
	unsigned libraries;         /* mask of enum gate_library: those included */
	bool has_include;           /* of a library */
	bool has_version;
	bool has_braket_pragma;
	bool lacks_include;         /* a file could not be included: names may be declared there */
	uint32_t version_major, version_minor;
};

/* Parse the main file of source and what it includes into ast (arena, source and names are set). Errors are in
 * diagnostics: the tree is complete only where there are none. */
void qasm_parse(struct ast *ast, struct parsed *parsed, struct names *names, songdo_dialect dialect,
                struct diagnostics *diagnostics);

#endif
