/* minimise.c - the methods by name, and what they share.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "optimize/minimise.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *const names[MINIMISERS] = {"auto", "cobyla", "bobyqa", "nelder-mead", "spsa"};

const char *minimiser_name(enum minimiser method) { return names[method]; }

enum minimiser minimiser_named(const char *name)
{
	enum minimiser method = MINIMISER_AUTO;
	while (method < MINIMISERS && strcmp(names[method], name) != 0)
		method++;
	return method;
}

bool minimiser_available(enum minimiser method)
{
	return nlopt_present() || (method != MINIMISER_COBYLA && method != MINIMISER_BOBYQA);
}

enum minimiser minimiser_choose(enum minimiser method, unsigned n)
{
	if (method == MINIMISER_AUTO)
		method = nlopt_present() ? MINIMISER_BOBYQA : MINIMISER_NELDER_MEAD;
	/* BOBYQA has no model of one number. */
	return method == MINIMISER_BOBYQA && n < 2 ? MINIMISER_COBYLA : method;
}

bool search_over(const struct search *search) { return search->status != SONGDO_OK || search->left == 0; }

double search_value(struct search *search, const double *x)
{
	double value;
	if (search_over(search))
		return INFINITY;
	search->left--;
	search->status = search->function(search->context, x, &value);
	if (search->status)
		return INFINITY;
	if (value < search->value) {
		search->value = value;
		memcpy(search->best, x, search->n * sizeof *x);
	}
	return value;
}

songdo_status minimise(double *x, unsigned n, double *value, minimise_function function, void *context,
                       const struct minimise_options *options)
{
	const enum minimiser method = minimiser_choose(options->method, n);
	struct search search = {function, context, n, options->evaluations, NULL, INFINITY, SONGDO_OK};
	songdo_status status = SONGDO_NO_FIT;
	assert(n >= 1 && n <= MINIMISE_NUMBERS);
	search.best = malloc(n * sizeof *x);
	if (!search.best || !minimiser_available(method))
		goto done;
	memcpy(search.best, x, n * sizeof *x);
	if (method == MINIMISER_NELDER_MEAD)
		status = nelder_mead_search(&search, x, options);
	else if (method == MINIMISER_SPSA)
		status = spsa_search(&search, x, options);
	else
		status = nlopt_search(&search, x,
		                      &(struct minimise_options){method, options->evaluations, options->step,
		                                                 options->x_tolerance, options->value_tolerance,
		                                                 options->seed});
	if (search.status)
		status = search.status;
	memcpy(x, search.best, n * sizeof *x);
	*value = search.value;
done:
	free(search.best);
	return status;
}
