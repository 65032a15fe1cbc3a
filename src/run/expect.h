/* expect.h - observables of a run: read once, then evaluated on every path.
 *
 * An observable numbers the qubits that it names by itself, 0 to 63: a program may declare more qubits than a mask has
 * bits. Its constant is kept apart: it has no variance.
 *
 * May use: program, op, base. SPDX-License-Identifier: Apache-2.0 */
#ifndef SONGDO_EXPECT_H
#define SONGDO_EXPECT_H

#include "op/pauli.h"
#include "program/program.h"

/* Terms that are measured together: on each qubit none of them says more than X, Y or Z of one kind.
 *   x, z           the basis, as the masks of a product over the observable's qubits
 *   first, count   terms, in the order of observable.measured */
struct setting { uint64_t x, z, first, count; };

struct observable {
	const char *name;                /* for results; the caller's */
	struct pauli_sum sum;
	double constant;
	uint32_t qubit[PAULI_QUBITS];    /* the program's number of each of its own */
	uint32_t qubits;
	uint64_t flipped;                /* its qubits that have an X or Y somewhere */
	struct setting *setting;         /* NULL: no shots measure it */
	uint64_t settings;
	uint64_t *measured;              /* terms, setting by setting */
};

/* Sums over the paths so far. */
struct expected {
	double mean, square;             /* weighted by the paths' probabilities */
	double shots, shot_mean, shot_square;   /* how many, their mean, the sum of squares about it */
};

struct observables {
	struct observable *item;
	size_t count;
	struct expected *expected;       /* [count]; zero at the start of a run */
};

/* Read them. Errors carry line and column in the text, and as file the observable's name, or "observable N".
 * `measured`: shots will measure them. */
songdo_status observables_init(struct observables *observables, const songdo_program *program,
                               const songdo_observable *list, size_t count, bool measured, songdo_error *error);
void observables_fini(struct observables *observables);
/* Forget the sums. */
void observables_clear(struct observables *observables);

#endif
