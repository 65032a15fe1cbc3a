/* oracle.h - a small, slow, obviously right state-vector simulator for the tests to compare with.
 *
 * Everything is complex double. A state of n bits is 2^n amplitudes, bit 0 the least significant. Random
 * values come from a caller-owned 64-bit seed that every draw advances, so that a test is repeatable.
 *
 * May use: nothing of Songdo.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef SONGDO_ORACLE_H
#define SONGDO_ORACLE_H

#include <complex.h>
#include <stdint.h>

/* state := the operator of `matrix` (2^targets x 2^targets, row major, matrix index bit j is target[j]) applied to
 * the amplitudes whose index satisfies (index & control_mask) == control_value. */
void oracle_apply(double complex *state, unsigned bits, unsigned targets, const uint8_t *target,
                  const double complex *matrix, uint64_t control_mask, uint64_t control_value);

/* The same for a diagonal matrix of 2^targets factors. */
void oracle_diagonal(double complex *state, unsigned bits, unsigned targets, const uint8_t *target,
                     const double complex *factors, uint64_t control_mask, uint64_t control_value);

/* Uniform in [0, 1), an integer in [0, below), a normal deviate. */
double oracle_uniform(uint64_t *seed);
uint64_t oracle_below(uint64_t *seed, uint64_t below);
double oracle_normal(uint64_t *seed);

/* A random unit vector of `length` amplitudes, and a random unitary (orthogonal where real is nonzero) matrix of
 * size x size, row major. */
void oracle_random_state(double complex *state, uint64_t length, uint64_t *seed);
void oracle_random_unitary(double complex *matrix, uint64_t size, int real, uint64_t *seed);
/* `count` distinct bits below `bits` that are not in `taken`, in random order; returns their mask. */
uint64_t oracle_random_bits(uint8_t *bit, unsigned count, unsigned bits, uint64_t taken, uint64_t *seed);

/* |a - b|, and the same after the global phase of b was turned onto a's. */
double oracle_distance(const double complex *a, const double complex *b, uint64_t length);
double oracle_distance_aligned(const double complex *a, const double complex *b, uint64_t length);

#endif
