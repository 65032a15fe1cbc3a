/* reference.h - random programs with measurements, resets and decisions, and what each of their shots must read.
 *
 * The reference walks the program once a shot on a dense state, with that shot's own draws: no branches, no groups of
 * shots, no planning. The exact distribution is the sum over both outcomes of every measurement, recursively.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef SONGDO_REFERENCE_H
#define SONGDO_REFERENCE_H

#include <complex.h>

#include "op/pauli.h"

enum { REFERENCE_QUBITS = 4, REFERENCE_STATEMENTS = 80, REFERENCE_TEXT = 8192 };

enum reference_kind { STATEMENT_H, STATEMENT_RY, STATEMENT_CX, STATEMENT_CP, STATEMENT_MEASURE, STATEMENT_RESET, STATEMENT_IF_X, STATEMENT_FINAL };

/* IF_X: where bit a reads 1, X on qubit b. MEASURE: qubit a into bit b, and something follows on the qubit. */
struct reference_statement { enum reference_kind kind; unsigned a, b; double angle; };

struct reference {
	struct reference_statement statement[REFERENCE_STATEMENTS];
	unsigned statements;
	char text[REFERENCE_TEXT];       /* the same as a script */
};

void reference_random(struct reference *program, uint64_t *seed, unsigned length);
/* One shot from the state psi, which becomes the final one (before the final measurements). The string as a number: bit j is c[j]. */
unsigned reference_walk(double complex *psi, const struct reference *program, uint64_t seed, uint64_t shot);
/* The same from |0...0>. */
unsigned reference_shot(const struct reference *program, uint64_t seed, uint64_t shot);
/* probability[string], 2^REFERENCE_QUBITS of them. */
void reference_exact(const struct reference *program, double *probability);

/* Mean and square of a sum of Pauli products in the state that the program ends in, its final measurements left out,
 * over the outcomes of the others. */
void reference_expect(const struct reference *program, const struct pauli_term *term, size_t terms, double *mean,
                      double *square);

#endif
