/* test_minimise.c - every minimiser on functions whose minima are known, and how it stops.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "check.h"

#include <math.h>
#include <string.h>

#include "optimize/minimise.h"

struct problem {
	unsigned n;
	uint64_t calls, fail_at; /* fail_at: the call that reports an error; 0: none */
	double last[16];
};

/* An ellipse with its minimum 3 at (1, -1, 1, ...). */
static songdo_status ellipse(void *context, const double *x, double *value)
{
	struct problem *p = context;
	*value = 3;
	for (unsigned i = 0; i < p->n; i++) {
		const double d = x[i] - (i % 2 ? -1 : 1);
		*value += (1 + 0.5 * i) * d * d;
		p->last[i] = x[i];
	}
	return ++p->calls == p->fail_at ? SONGDO_INTERRUPTED : SONGDO_OK;
}

/* Rosenbrock's valley: 0 at (1, 1). */
static songdo_status valley(void *context, const double *x, double *value)
{
	struct problem *p = context;
	p->calls++;
	*value = 100 * (x[1] - x[0] * x[0]) * (x[1] - x[0] * x[0]) + (1 - x[0]) * (1 - x[0]);
	return SONGDO_OK;
}

static const struct minimise_options fine = {
	.evaluations = 5000, .step = 0.3, .x_tolerance = 1e-7, .value_tolerance = 1e-14, .seed = 3};

int main(void)
{
	static const enum minimiser method[] = {MINIMISER_AUTO, MINIMISER_COBYLA, MINIMISER_BOBYQA,
	                                        MINIMISER_NELDER_MEAD, MINIMISER_SPSA};
	struct check check;
	check_begin(&check);

	check_case(&check, "every minimiser that is there finds the bottom of an ellipse");
	for (size_t m = 0; m < ARRAY_LENGTH(method); m++)
		for (unsigned n = 1; n <= 8; n++) {
			struct problem p = {.n = n};
			struct minimise_options options = fine;
			double x[8] = {0}, value = 0;
			options.method = method[m];
			if (!minimiser_available(minimiser_choose(method[m], n)))
				continue;
			CHECK(&check, !minimise(x, n, &value, ellipse, &p, &options));
			CHECK(&check, fabs(value - 3) < (method[m] == MINIMISER_SPSA ? 1e-3 : 1e-6),
			      "%s, %u numbers: %.10g", minimiser_name(method[m]), n, value);
			CHECK(&check, p.calls <= options.evaluations);
		}

	check_case(&check, "the simplex goes down a curved valley");
	{
		struct problem p = {.n = 2};
		struct minimise_options options = fine;
		double x[2] = {-1.2, 1}, value = 0;
		options.method = MINIMISER_NELDER_MEAD;
		CHECK(&check, !minimise(x, 2, &value, valley, &p, &options));
		CHECK(&check, fabs(x[0] - 1) < 1e-4 && fabs(x[1] - 1) < 1e-4, "%g %g after %llu", x[0], x[1],
		      (unsigned long long)p.calls);
	}

	check_case(&check, "a budget of evaluations is kept, and the best of them is the answer");
	for (size_t m = 0; m < ARRAY_LENGTH(method); m++)
		for (uint64_t budget = 1; budget < 40; budget++) {
			struct problem p = {.n = 3}, again = {.n = 3};
			struct minimise_options options = fine;
			double x[3] = {0, 0, 0}, value = 0, check_value = 0;
			options.method = method[m];
			options.evaluations = budget;
			if (!minimiser_available(minimiser_choose(method[m], 3)))
				continue;
			CHECK(&check, !minimise(x, 3, &value, ellipse, &p, &options));
			CHECK(&check, p.calls <= budget, "%s: %llu of %llu", minimiser_name(method[m]),
			      (unsigned long long)p.calls, (unsigned long long)budget);
			ellipse(&again, x, &check_value);
			CHECK(&check, check_value == value);
		}

	check_case(&check, "an error of the function ends the search with that error");
	for (size_t m = 0; m < ARRAY_LENGTH(method); m++) {
		struct problem p = {.n = 3, .fail_at = 7};
		struct minimise_options options = fine;
		double x[3] = {0, 0, 0}, value;
		options.method = method[m];
		if (!minimiser_available(minimiser_choose(method[m], 3)))
			continue;
		CHECK(&check, minimise(x, 3, &value, ellipse, &p, &options) == SONGDO_INTERRUPTED);
		CHECK(&check, p.calls == 7);
	}

	check_case(&check, "the same seed asks for the same points, another seed for others");
	{
		struct problem p[3] = {{.n = 4}, {.n = 4}, {.n = 4}};
		for (int i = 0; i < 3; i++) {
			struct minimise_options options = fine;
			double x[4] = {0}, value;
			options.method = MINIMISER_SPSA;
			options.evaluations = 31;
			options.seed = i == 2 ? 8 : 7;
			minimise(x, 4, &value, ellipse, &p[i], &options);
		}
		CHECK(&check, memcmp(p[0].last, p[1].last, sizeof p[0].last) == 0);
		CHECK(&check, memcmp(p[0].last, p[2].last, sizeof p[0].last) != 0);
	}

	check_case(&check, "names go both ways");
	for (enum minimiser m = 0; m < MINIMISERS; m++)
		CHECK(&check, minimiser_named(minimiser_name(m)) == m);
	CHECK(&check, minimiser_named("newton") == MINIMISERS);
	return check_end(&check);
}
