/* polynomial.h - cost polynomials over bits: the objective of an optimization problem, always to be made small.
 *
 * cost(x) = constant + sum of weight * (product of some bits of x). Any degree; variables may be more than an index has
 * bits: only a table of all values (vector/table.h) needs them to be few.
 *
 * May use: base.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef SONGDO_POLYNOMIAL_H
#define SONGDO_POLYNOMIAL_H

#include "base/base.h"

enum { POLYNOMIAL_BLOCK_BITS = 10 }; /* values are computed together for so many low bits */

struct polynomial_term {
	double weight;
	uint64_t first; /* its variables are variable[first .. first + degree), ascending */
	uint32_t degree;
};

struct polynomial {
	uint32_t variables;
	double constant;
	struct polynomial_term *term;
	uint64_t terms, term_capacity;
	uint32_t *variable;
	uint64_t incidences, variable_capacity;
};

void polynomial_init(struct polynomial *polynomial, uint32_t variables);
void polynomial_fini(struct polynomial *polynomial);
/* Add weight times the product of `degree` variables; a variable that is there twice counts once (bits are their own
 * squares). False where memory is out. */
bool polynomial_add(struct polynomial *polynomial, double weight, const uint32_t *variable, uint32_t degree);
/* Merge equal products, drop those of weight 0. False where memory is out. */
bool polynomial_settle(struct polynomial *polynomial);

/* The value at x, one byte (0 or 1) a variable. */
double polynomial_value(const struct polynomial *polynomial, const uint8_t *x);
/* The sum of all |weights|, the constant aside: cost varies by no more. */
double polynomial_span(const struct polynomial *polynomial);
/* The largest unit (a power of ten, from 1 to 1e-9, times an integer) of which every weight is an integer multiple,
 * where sums of them are exact in double; 0 where there is none. A cost without terms has unit 1. */
double polynomial_unit(const struct polynomial *polynomial);

/* A cost written in spins s = 1 - 2 x. */
struct spin_form {
	uint64_t products; /* of two spins or more that have a weight */
	uint64_t gates; /* two-qubit gates of exp(-i g cost): 2 (k - 1) for a product of k */
	double strength; /* the sum over all products of k times the weight squared */
};

enum { POLYNOMIAL_SPIN_DEGREE = 12 };
/* False where a term has more than POLYNOMIAL_SPIN_DEGREE variables, or memory is out. */
bool polynomial_spins(const struct polynomial *polynomial, struct spin_form *form);

/* ---- Values of whole blocks -------------------------------------------------------------------------------- */

/* A cost of at most 60 variables made ready: all values of a block cost its low bits / 2 additions each. */
struct polynomial_blocks;

/* unit > 0: values are counted in it, as exact integers; else they are in the cost's own unit, unit 1. The constant is
 * left out. */
bool polynomial_blocks_new(struct polynomial_blocks **blocks, const struct polynomial *polynomial, double unit);
void polynomial_blocks_free(struct polynomial_blocks *blocks);
/* min(variables, POLYNOMIAL_BLOCK_BITS). */
unsigned polynomial_blocks_bits(const struct polynomial_blocks *blocks);
/* out[y] = the value at origin + y for y < 2^bits; origin is a multiple of 2^bits. Rounding depends on x alone. */
void polynomial_blocks_values(const struct polynomial_blocks *blocks, double *out, uint64_t origin);

#endif
