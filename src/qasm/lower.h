/* lower.h - from a checked syntax tree to a program of the virtual machine.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef SONGDO_LOWER_H
#define SONGDO_LOWER_H

#include "program/program.h"
#include "qasm/ast.h"
#include "qasm/diagnose.h"

/* Turn a tree that was checked without errors into a program. *program is owned by the caller and keeps nothing of
 * the tree; NULL on failure. SONGDO_BAD_PROGRAM with the place in diagnostics for what cannot be lowered ("'extern'
 * calls are not supported"), SONGDO_NO_FIT where memory is out. */
songdo_status qasm_lower(songdo_program **program, const struct ast *ast, struct diagnostics *diagnostics);

#endif
