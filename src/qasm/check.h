/* check.h - names, types, constants and sizes of a parsed program.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef SONGDO_CHECK_H
#define SONGDO_CHECK_H

#include "qasm/parse.h"

/* Check the tree and write what is found into it. legacy_u_phase: 1, 0 or -1 as in songdo_parse_options. Errors are in
 * diagnostics. */
void qasm_check(struct ast *ast, struct parsed *parsed, struct names *names, int legacy_u_phase,
                struct diagnostics *diagnostics);

#endif
