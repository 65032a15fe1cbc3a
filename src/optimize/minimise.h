/* minimise.h - minima of functions of a few real numbers, without derivatives.
 *
 * Every method here is deterministic: the same function, start and options ask for the same points in the same order.
 *
 * May use: base. NLopt's methods are there where the build has it.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef SONGDO_MINIMISE_H
#define SONGDO_MINIMISE_H

#include "base/base.h"

enum minimiser {
	MINIMISER_AUTO, /* BOBYQA, or Nelder-Mead without NLopt */
	MINIMISER_COBYLA, /* Powell 1994: linear models; NLopt */
	MINIMISER_BOBYQA, /* Powell 2009: quadratic models; NLopt. Two numbers or more */
	MINIMISER_NELDER_MEAD, /* Nelder, Mead 1965, with the parameters of Gao, Han 2012 */
	MINIMISER_SPSA, /* Spall 1992: simultaneous perturbation */
	MINIMISERS
};

/* The value at x[0..n). Anything but SONGDO_OK ends the search with that status. */
typedef songdo_status (*minimise_function)(void *context, const double *x, double *value);

struct minimise_options {
	enum minimiser method;
	uint64_t evaluations; /* at most so many; at least 1 */
	double step; /* the size of first steps, equal for all numbers */
	double x_tolerance; /* stop where steps are smaller */
	double value_tolerance; /* or values differ by less */
	uint64_t seed; /* of SPSA's directions */
};

enum { MINIMISE_NUMBERS = 512 };

/* Search from x, which becomes the best point found; *value is the value there. SONGDO_NO_FIT where the method is not
 * in this build or memory is out. */
songdo_status minimise(double *x, unsigned n, double *value, minimise_function function, void *context,
                       const struct minimise_options *options);
/* "cobyla", ...; and the method of a name, MINIMISERS where there is none. */
const char *minimiser_name(enum minimiser method);
enum minimiser minimiser_named(const char *name);
bool minimiser_available(enum minimiser method);
/* What MINIMISER_AUTO is for n numbers. */
enum minimiser minimiser_choose(enum minimiser method, unsigned n);

/* ---- Between the files of this folder ------------------------------------------------------------------------- */

/* A function that counts, and keeps the best point: whatever a method does, that is the answer. */
struct search {
	minimise_function function;
	void *context;
	unsigned n;
	uint64_t left; /* evaluations */
	double *best, value;
	songdo_status status;
};

/* The value at x; infinity where the budget is spent or the function failed: then the search must end. */
double search_value(struct search *search, const double *x);
bool search_over(const struct search *search);

bool nlopt_present(void);
songdo_status nlopt_search(struct search *search, const double *start, const struct minimise_options *options);
songdo_status nelder_mead_search(struct search *search, const double *start, const struct minimise_options *options);
songdo_status spsa_search(struct search *search, const double *start, const struct minimise_options *options);

#endif
