/* observe.h - mean and variance of a sum of Pauli products, in one walk over the vector.
 *
 * May use: vector, comm, kernel, op, base.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef SONGDO_OBSERVE_H
#define SONGDO_OBSERVE_H

#include "op/pauli.h"
#include "vector/vector.h"

/* For the sum H (its masks are over the bits of a position) and a vector psi of norm 1:
 *   mean      <psi|H|psi>
 *   square    <psi|H^2|psi> = |H psi|^2, so that the variance is square - mean^2
 *
 * H psi is formed block by block and never stored. Groups of terms that share x read the vector together: one read a
 * group, all of them from cache while a block of the result is held in L1. A group of G terms costs, an amplitude,
 * G products by a real number where they are few; else 10 additions, G / 1024 more, and one complex product. A group
 * whose x has bits of the rank's number receives the partner's part in pieces of 1 MiB. The same bits on any threads.
 * Collective. */
songdo_status vector_observe(const struct vector *vector, const struct pauli_sum *sum, double *mean, double *square, songdo_error *error);

#endif
