/* spsa.c - simultaneous perturbation: two evaluations a step, in however many dimensions.
 *
 * Spall, IEEE Transactions on Automatic Control 37 (1992); the sequences a / (k + A)^0.602 and c / k^0.101 of his
 * guidelines (1998).
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "optimize/minimise.h"

#include <math.h>
#include <string.h>

#include "base/random.h"

enum { TRIALS = 8 }; /* slopes that are looked at before the first move */

/* The slope along a random diagonal through x; NaN where the search is over. */
static double diagonal_slope(struct search *search, const double *x, double reach, uint64_t seed, uint64_t number,
                             double *sign)
{
	double ahead[MINIMISE_NUMBERS], behind[MINIMISE_NUMBERS];
	for (unsigned i = 0; i < search->n; i++) {
		sign[i] = random_uniform(seed, number, i) < 0.5 ? -1 : 1;
		ahead[i] = x[i] + reach * sign[i];
		behind[i] = x[i] - reach * sign[i];
	}
	const double up = search_value(search, ahead), down = search_value(search, behind);
	return isfinite(up) && isfinite(down) ? (up - down) / (2 * reach) : NAN;
}

songdo_status spsa_search(struct search *search, const double *start, const struct minimise_options *options)
{
	double x[MINIMISE_NUMBERS], sign[MINIMISE_NUMBERS], steepness = 0;
	const unsigned n = search->n;
	const double steps = (double)options->evaluations / 2, stability = 0.1 * steps;
	const uint64_t trials = options->evaluations / 10 < TRIALS ? 1 : TRIALS;
	memcpy(x, start, n * sizeof *x);
	search_value(search, x);
	/* How steep it is here says how far a move of the given size goes. */
	for (uint64_t k = 0; k < trials && !search_over(search); k++)
		steepness += fabs(diagonal_slope(search, x, options->step, options->seed, k, sign)) / (double)trials;
	const double gain = steepness > 0 ? options->step * pow(stability + 1, 0.602) / steepness : 0;
	/* The points that are tried lie beside x; one evaluation is left for x itself. */
	for (uint64_t k = 0; gain > 0 && search->left >= 3 && !search_over(search); k++) {
		const double reach = options->step / pow((double)k + 1, 0.101);
		const double slope = diagonal_slope(search, x, reach, options->seed, trials + k, sign);
		if (isnan(slope))
			break;
		const double move = gain * slope / pow((double)k + 1 + stability, 0.602);
		for (unsigned i = 0; i < n; i++)
			x[i] -= fmax(fmin(move, options->step), -options->step) * sign[i];
	}
	search_value(search, x);
	return SONGDO_OK;
}
