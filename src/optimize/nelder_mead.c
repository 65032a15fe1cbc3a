/* nelder_mead.c - a simplex that walks downhill.
 *
 * Nelder, Mead, "A simplex method for function minimization", Computer Journal 7 (1965), with the parameters of Gao,
 * Han, Computational Optimization and Applications 51 (2012), which depend on the number of variables.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "optimize/minimise.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct simplex {
	unsigned n;
	double *corner; /* n + 1 corners of n numbers */
	double *value; /* of the corners, ascending */
	double *centre, *try; /* of all corners but the worst; the point in hand */
};

static double *corner(const struct simplex *s, unsigned i) { return s->corner + (size_t)i * s->n; }

/* Put a corner in its place, those before it being in order. */
static void insert(struct simplex *s, unsigned i, const double *x, double value)
{
	while (i > 0 && s->value[i - 1] > value) {
		memcpy(corner(s, i), corner(s, i - 1), s->n * sizeof *x);
		s->value[i] = s->value[i - 1];
		i--;
	}
	memmove(corner(s, i), x, s->n * sizeof *x);
	s->value[i] = value;
}

/* try = centre + factor * (centre - worst). */
static double attempt(struct simplex *s, struct search *search, double factor)
{
	const double *worst = corner(s, s->n);
	for (unsigned k = 0; k < s->n; k++)
		s->try[k] = s->centre[k] + factor * (s->centre[k] - worst[k]);
	return search_value(search, s->try);
}

static double size_of(const struct simplex *s)
{
	double size = 0;
	for (unsigned i = 1; i <= s->n; i++)
		for (unsigned k = 0; k < s->n; k++)
			size = fmax(size, fabs(corner(s, i)[k] - corner(s, 0)[k]));
	return size;
}

static void shrink(struct simplex *s, struct search *search, double factor)
{
	for (unsigned i = 1; i <= s->n && !search_over(search); i++) {
		for (unsigned k = 0; k < s->n; k++)
			s->try[k] = corner(s, 0)[k] + factor * (corner(s, i)[k] - corner(s, 0)[k]);
		memcpy(corner(s, i), s->try, s->n * sizeof *s->try);
		s->value[i] = search_value(search, s->try);
	}
	for (unsigned i = 1; i <= s->n; i++) {
		memcpy(s->try, corner(s, i), s->n * sizeof *s->try);
		insert(s, i, s->try, s->value[i]);
	}
}

/* One step: reflect the worst corner, and go further, back, or shrink. */
static void step(struct simplex *s, struct search *search)
{
	const double n = s->n, expand = 1 + 2 / n, contract = 0.75 - 1 / (2 * n), smaller = 1 - 1 / n;
	memset(s->centre, 0, s->n * sizeof *s->centre);
	for (unsigned i = 0; i < s->n; i++)
		for (unsigned k = 0; k < s->n; k++)
			s->centre[k] += corner(s, i)[k] / n;
	double value = attempt(s, search, 1);
	if (value < s->value[0]) {
		double reflected[MINIMISE_NUMBERS];
		memcpy(reflected, s->try, s->n * sizeof *reflected);
		const double further = attempt(s, search, expand);
		if (further < value)
			insert(s, s->n, s->try, further);
		else
			insert(s, s->n, reflected, value);
		return;
	}
	if (value < s->value[s->n - 1]) {
		insert(s, s->n, s->try, value);
		return;
	}
	const bool outside = value < s->value[s->n];
	const double limit = outside ? value : s->value[s->n];
	value = attempt(s, search, outside ? contract : -contract);
	if (value <= limit && isfinite(value))
		insert(s, s->n, s->try, value);
	else
		shrink(s, search, s->n > 1 ? smaller : 0.5);
}

songdo_status nelder_mead_search(struct search *search, const double *start, const struct minimise_options *options)
{
	const unsigned n = search->n;
	double *memory = malloc(((size_t)(n + 1) * n + (n + 1) + 2 * n) * sizeof *memory);
	if (!memory)
		return SONGDO_NO_FIT;
	struct simplex s = {n, memory, memory + (size_t)(n + 1) * n, memory + (size_t)(n + 1) * (n + 1),
	                    memory + (size_t)(n + 1) * (n + 1) + n};
	for (unsigned i = 0; i <= n; i++) {
		double x[MINIMISE_NUMBERS];
		memcpy(x, start, n * sizeof *x);
		if (i > 0)
			x[i - 1] += options->step;
		insert(&s, i, x, search_value(search, x));
	}
	while (!search_over(search) && size_of(&s) > options->x_tolerance &&
	       s.value[n] - s.value[0] > options->value_tolerance)
		step(&s, search);
	free(memory);
	return SONGDO_OK;
}
