/* angles.c - where the search for angles begins.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "optimize/qaoa.h"

double angles_unit(const struct polynomial *cost)
{
	struct spin_form form;
	double strength = 0;
	if (polynomial_spins(cost, &form))
		strength = form.strength;
	else
		for (uint64_t i = 0; i < cost->terms; i++)
			strength += cost->term[i].degree * cost->term[i].weight * cost->term[i].weight;
	const double mean = strength / cost->variables;
	return mean > 0 ? 0.5 / sqrt(mean) : 1;
}

void angles_ramp(double *gamma, double *beta, unsigned layers, double unit)
{
	for (unsigned l = 0; l < layers; l++) {
		const double time = ((double)l + 0.5) / layers;
		gamma[l] = time * unit;
		beta[l] = -(1 - time) * 0.75;
	}
}

void angles_interpolate(double *angle, unsigned layers)
{
	const double p = layers;
	angle[layers] = 0;
	for (unsigned i = layers + 1; i-- > 0;) {
		const double before = i > 0 ? angle[i - 1] : 0;
		angle[i] = i / p * before + (p - i) / p * angle[i];
	}
}
