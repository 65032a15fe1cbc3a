/* qaoa.h - the quantum approximate optimization algorithm on the full state vector.
 *
 *     prod_l exp(-i beta_l sum_v X_v) exp(-i gamma_l cost) |+...+>   (Farhi, Goldstone, Gutmann 2014, arXiv:1411.4028)
 *
 * The cost is made small; good angles have gamma > 0 and beta < 0. Published angles for maximum cut (both positive,
 * the cut made large) are these with beta's sign turned.
 *
 * May use: state, vector, comm, kernel, op, base.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef SONGDO_QAOA_H
#define SONGDO_QAOA_H

#include "optimize/minimise.h"
#include "state/mixing.h"

enum { QAOA_LAYERS = 64 };

enum qaoa_objective { QAOA_EXPECTATION, QAOA_CVAR };

/* One evaluation of the log: the angles are angle[first .. first + layers) = gamma, then as many beta. */
struct qaoa_entry {
	uint64_t first;
	unsigned layers;
	double value; /* of the objective, in the unit of the cost */
};

struct qaoa {
	struct mixing *mixing;
	unsigned layers;
	double gamma[QAOA_LAYERS], beta[QAOA_LAYERS]; /* the best that training found */
	/* Every evaluation of the training, in order; on rank 0. */
	struct qaoa_entry *entry;
	double *angle;
	uint64_t entries, entry_capacity, angles, angle_capacity;
	uint64_t evaluations; /* the same on every rank */
};

struct qaoa_training {
	unsigned layers;
	enum qaoa_objective objective;
	double share; /* of CVaR */
	enum minimiser minimiser;
	uint64_t evaluations; /* of all layers together, at most; at least 1 */
	uint64_t seed;
	/* Called on rank 0 after each evaluation, with the best value so far; may be NULL. */
	void (*progress)(void *context, uint64_t evaluation, double best);
	void *context;
};

/* Tables and a state for the cost. See mixing_new. Collective. */
songdo_status qaoa_new(struct qaoa **qaoa, songdo_env *env, songdo_precision precision, const struct polynomial *cost,
                       songdo_error *error);
void qaoa_free(struct qaoa *qaoa);

/* Find angles: for one layer a small grid and then a minimiser, for each further layer the angles of one less,
 * interpolated (INTERP; Zhou et al. 2018, arXiv:1812.01041), and the minimiser again. Rank 0 leads, the others
 * evaluate with it. The minimiser sees values rounded to 2^-34 of their range, so that the rounding of other ranks or
 * threads leads it the same way. Collective. */
songdo_status qaoa_train(struct qaoa *qaoa, const struct polynomial *cost, const struct qaoa_training *training,
                         songdo_error *error);
/* Use these angles instead. Nothing is evaluated. */
void qaoa_set(struct qaoa *qaoa, const double *gamma, const double *beta, unsigned layers);

/* Prepare the state of the angles, variables in order, and its distribution of costs. Collective. */
songdo_status qaoa_prepare(struct qaoa *qaoa, struct distribution *distribution, songdo_error *error);
/* Draw `shots` states from what qaoa_prepare made: state[i] has the variables' values as bits; ascending, the same on
 * every rank. Draw i is a function of (seed, i), so the first draws of more are the same, in another order.
 * Collective. */
songdo_status qaoa_sample(struct qaoa *qaoa, uint64_t seed, uint64_t shots, uint64_t *state, songdo_error *error);

/* ---- Angles to start from (angles.c) --------------------------------------------------------------------------- */

/* How large a gamma matters: 1 / (2 sqrt(d)), d the mean over the variables of the squared weights of spin products
 * that they are in. */
double angles_unit(const struct polynomial *cost);
/* A linear ramp: gamma grows and beta's size falls over the layers (Sack, Serbyn 2021, arXiv:2101.05742). */
void angles_ramp(double *gamma, double *beta, unsigned layers, double unit);
/* Angles of one layer more, from those of `layers`, by linear interpolation over the layers; in place. */
void angles_interpolate(double *angle, unsigned layers);

#endif
