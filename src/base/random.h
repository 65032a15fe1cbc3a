/* random.h - counter-based random numbers: a draw is a pure function of (seed, shot, instance).
 *
 * Philox4x32-10 (Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011).
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef SONGDO_RANDOM_H
#define SONGDO_RANDOM_H

#include "base/base.h"

void random_philox(uint32_t out[4], const uint32_t counter[4], const uint32_t key[2]);

/* The draw of one shot for one instance of a measurement, in [0, 1): 53 random bits.
 *   instance   the number of the draw on this shot's path through the program, from 0 */
double random_uniform(uint64_t seed, uint64_t shot, uint64_t instance);

/* A seed from the system's entropy. */
uint64_t random_seed(void);

#endif
