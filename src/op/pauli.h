/* pauli.h - sums of Pauli products: their text, and their form for evaluation.
 *
 * A product P on n qubits is i^|x & z| X^x Z^z with two bit masks: x has a bit where P has X or Y, z where
 * it has Z or Y. Terms that share x read the state together; all diagonal ones (x = 0) do.
 *
 * May use: base.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef SONGDO_PAULI_H
#define SONGDO_PAULI_H

#include "base/base.h"

enum { PAULI_QUBITS = 64, PAULI_TERMS = 1 << 24 };

struct pauli_term {
	double coefficient;
	uint64_t x, z;
};

/* Sorted by (x, z), equal products merged, zero coefficients kept (a sum may be 0). */
struct pauli_sum {
	struct pauli_term *term;
	uint64_t terms;
};

/* How a qubit's name in the text becomes its number: false where there is no such qubit.
 *   name     `length` characters, no NUL ("q", or "" for a bare number)
 *   index    the number behind it; PAULI_NO_INDEX where a name stands alone */
struct pauli_names {
	bool (*find)(void *context, const char *name, size_t length, uint64_t index, uint32_t *qubit);
	void *context;
	uint32_t qubits;            /* of the program: for messages, and the length of compact strings */
	const char *const *list;    /* the names there are, ending with NULL, for "did you mean"; NULL: none */
};

#define PAULI_NO_INDEX UINT64_MAX

/* Read a sum: terms joined by + and -, a term is numbers and Pauli factors joined by spaces, `*` or `@`:
 *   "0.5 Z0 Z1 - 1.2e-1*X(q[2])*Y3 + 3",  "Z0@Z1",  "-(0.25) X0",  "0.5*ZZI - XII"
 * A factor is I, X, Y or Z followed by a qubit number (declaration order) or by a name in parentheses; lower-case x, y, z are
 * accepted too. A row of as many capital letters as there are qubits is a product with one letter a qubit, qubit 0
 * rightmost, as in a bit string. Newlines count as spaces, # starts a comment up to the end of its line. Factors on one
 * qubit are multiplied: X0 X0 is 1, X0 Y0 is i Z0. Errors (SONGDO_BAD_USAGE) have line and column in the text: a stray
 * character, an unknown qubit, a complex coefficient, a product that is imaginary, an infinite coefficient, more than
 * PAULI_TERMS terms. names NULL: bare numbers below PAULI_QUBITS, no compact strings. */
songdo_status pauli_parse(struct pauli_sum *sum, const char *text, size_t length, const struct pauli_names *names, songdo_error *error);
void pauli_fini(struct pauli_sum *sum);

/* Sort by (x, z) and merge equal products: what a sum that was put together or changed by hand needs. */
void pauli_order(struct pauli_sum *sum);
/* Move every mask bit q to bit_of[q]. Re-sorts. */
void pauli_relabel(struct pauli_sum *sum, const uint8_t *bit_of);

/* The first term after those that share term[first].x. */
uint64_t pauli_group_end(const struct pauli_sum *sum, uint64_t first);

#endif
