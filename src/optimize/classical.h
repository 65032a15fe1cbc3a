/* classical.h - what a computer without qubits does with the same cost, counted in evaluations.
 *
 * May use: op, base.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef SONGDO_CLASSICAL_H
#define SONGDO_CLASSICAL_H

#include "op/polynomial.h"

struct classical_answer {
	uint8_t *x; /* one byte a variable; owned */
	double value;
	uint64_t evaluations; /* costs, or changes of cost, that were computed */
	bool interrupted;
};

void classical_fini(struct classical_answer *answer);

/* The best of `draws` states drawn uniformly. Draws are functions of (seed, number). False where memory is out. */
bool classical_random(struct classical_answer *answer, const struct polynomial *cost, uint64_t draws, uint64_t seed);

/* Greedy descent: from a random state flip the bit that lowers the cost most, until none does; again from another
 * state, while fewer than `evaluations` changes were computed (the first descent is finished). Stops early at `target`
 * (-INFINITY: never). False where memory is out. cancelled may be NULL. */
bool classical_descent(struct classical_answer *answer, const struct polynomial *cost, uint64_t evaluations,
                       double target, uint64_t seed, int (*cancelled)(void *context), void *context);

#endif
