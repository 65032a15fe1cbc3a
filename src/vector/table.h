/* table.h - the cost of every basis state, one small entry a local amplitude, and what a state says of it.
 *
 * A table belongs to a layout of its variables on the bits of the index: after a remap the same position means other
 * variables.
 *
 * May use: kernel, comm, op, base.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef SONGDO_TABLE_H
#define SONGDO_TABLE_H

#include "op/polynomial.h"
#include "vector/vector.h"

/* 2^bits positions, the lowest local_bits of them on each rank. Variable v sits on bit v, but for the `traded` highest
 * local bits, which have changed places with as many rank bits above them. Bits that no variable has are idle: only
 * where they are 0 is there an amplitude. */
struct table_layout {
	unsigned variables, bits, local_bits, traded;
};

/* The variables' values, as a number, at a position. */
uint64_t table_logical(const struct table_layout *layout, uint64_t position);

enum { TABLE_VALUES = 1 << 16, TABLE_BINS = 1 << 12 };

struct table {
	songdo_env *env;
	struct table_layout layout;
	enum kernel_entry kind;
	void *entry; /* one a local amplitude */
	uint64_t bytes;
	/* cost = constant + unit * step. Indices: step[entry], ascending; values: step = entry. */
	double constant, unit;
	uint64_t values; /* distinct steps; 0 where entries are values */
	double *step;
	double least, most; /* of all costs */
	double near; /* costs up to least + near count as optimal: 0, or what rounding may add */
	double optima; /* how many states have such a cost */
	uint64_t states;
};

/* Evaluate the cost of every state and store it in the smallest kind of entry that holds it exactly: an index of 8 or
 * 16 bits where there are so few distinct values, else single precision where that is exact, else double.
 *   cost    settled; at most 60 variables, layout->variables of them
 *   like    another table of the same cost, whose kind and values this one takes over; NULL: find them
 * Two walks of a few operations a state; memory: the entries, and 16 MiB at most for the distinct values.
 * SONGDO_NO_FIT, with the figures, before the entries are allocated. SONGDO_BAD_PROGRAM where a cost is not finite.
 * Collective. */
songdo_status table_new(struct table **table, songdo_env *env, const struct polynomial *polynomial,
                        const struct table_layout *layout, const struct table *like, songdo_error *error);
void table_free(struct table *table);
/* The lowest state, as the number of its variables, that costs no more than least + near. Collective. */
songdo_status table_optimum(const struct table *table, uint64_t *state);
const char *table_kind_name(enum kernel_entry kind);
uint64_t table_kind_bytes(enum kernel_entry kind);

/* The probability of each cost: of each distinct value, or, where entries are values, of TABLE_BINS equal intervals. */
struct distribution {
	uint64_t count;
	double *weight; /* probability */
	double *cost; /* the value; the mean within the interval. Ascending */
	double optimum; /* the probability of an optimal state */
	double norm; /* the sum of the weights, near 1 */
};

/* One read of the vector, whose positions are those of the table's layout. Sums run in a fixed tree over the position:
 * the same bits on any threads. Collective; the result is on every rank. */
songdo_status table_distribution(struct distribution *distribution, const struct table *table,
                                 const struct vector *vector, songdo_error *error);
void distribution_fini(struct distribution *distribution);
double distribution_mean(const struct distribution *distribution);
double distribution_variance(const struct distribution *distribution);
/* The mean of the lowest `share` (0 < share <= 1) of the distribution: conditional value at risk (Barkoutsos et al.
 * 2020, arXiv:1907.04769). Exact for distinct values, within one interval else. */
double distribution_cvar(const struct distribution *distribution, double share);

#endif
