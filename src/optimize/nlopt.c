/* nlopt.c - COBYLA and BOBYQA; the door to NLopt.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <nlopt.h>

#include "optimize/minimise.h"

struct call {
	struct search *search;
	nlopt_opt opt;
};

static double evaluate(unsigned n, const double *x, double *gradient, void *context)
{
	const struct call *call = context;
	(void)n, (void)gradient;
	const double value = search_value(call->search, x);
	if (search_over(call->search))
		nlopt_force_stop(call->opt);
	return value;
}

bool nlopt_present(void) { return true; }

songdo_status nlopt_search(struct search *search, const double *start, const struct minimise_options *options)
{
	double x[MINIMISE_NUMBERS], value;
	struct call call = {
		search,
		nlopt_create(options->method == MINIMISER_BOBYQA ? NLOPT_LN_BOBYQA : NLOPT_LN_COBYLA, search->n)};
	if (!call.opt)
		return SONGDO_NO_FIT;
	for (unsigned i = 0; i < search->n; i++)
		x[i] = start[i];
	nlopt_set_min_objective(call.opt, evaluate, &call);
	nlopt_set_initial_step1(call.opt, options->step);
	nlopt_set_xtol_abs1(call.opt, options->x_tolerance);
	nlopt_set_ftol_abs(call.opt, options->value_tolerance);
	/* Rounding that stops a method is no failure: the best point is kept. */
	const nlopt_result result = nlopt_optimize(call.opt, x, &value);
	nlopt_destroy(call.opt);
	return result == NLOPT_OUT_OF_MEMORY  ? SONGDO_NO_FIT
	       : result == NLOPT_INVALID_ARGS ? SONGDO_INTERNAL
	                                      : SONGDO_OK;
}
