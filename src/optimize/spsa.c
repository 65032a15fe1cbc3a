/* spsa.c - simultaneous perturbation: two evaluations a step, in however many dimensions.
 *
 * Spall, IEEE Transactions on Automatic Control 37 (1992); the sequences a / (k + A)^0.602 and c / k^0.101 of his guidelines (1998).
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "optimize/minimise.h"

#include <math.h>
#include <string.h>

#include "base/random.h"

songdo_status spsa_search(struct search *search, const double *start, const struct minimise_options *options)
{
	double x[MINIMISE_NUMBERS], ahead[MINIMISE_NUMBERS], behind[MINIMISE_NUMBERS], sign[MINIMISE_NUMBERS];
	const unsigned n = search->n;
	const double steps = (double)options->evaluations / 2, stability = 0.1 * steps;
	double gain = 0;
	memcpy(x, start, n * sizeof *x);
	search_value(search, x);
	for (uint64_t k = 0; !search_over(search); k++) {
		const double reach = options->step / pow((double)k + 1, 0.101);
		for (unsigned i = 0; i < n; i++) {
			sign[i] = random_uniform(options->seed, k, i) < 0.5 ? -1 : 1;
			ahead[i] = x[i] + reach * sign[i];
			behind[i] = x[i] - reach * sign[i];
		}
		const double up = search_value(search, ahead), down = search_value(search, behind);
		if (!isfinite(up) || !isfinite(down))
			break;
		const double slope = (up - down) / (2 * reach);
		/* The first slope that is one says how far a step of the given size goes. */
		if (gain == 0 && slope != 0)
			gain = options->step * pow(stability + 1, 0.602) / fabs(slope);
		const double move = gain * slope / pow((double)k + 1 + stability, 0.602);
		for (unsigned i = 0; i < n; i++)
			x[i] -= fmax(fmin(move, options->step), -options->step) * sign[i];
	}
	return SONGDO_OK;
}
