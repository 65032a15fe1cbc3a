/* oracle.c - a small, slow, obviously right state-vector simulator for the tests to compare with.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "oracle.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The matrix index of an amplitude: the bits of its index at the targets. */
static uint64_t gather(uint64_t index, unsigned targets, const uint8_t *target)
{
	uint64_t row = 0;
	for (unsigned j = 0; j < targets; j++)
		row |= (index >> target[j] & 1) << j;
	return row;
}

/* The index with its bits at the targets replaced by those of a matrix index. */
static uint64_t scatter(uint64_t index, uint64_t column, unsigned targets, const uint8_t *target)
{
	for (unsigned j = 0; j < targets; j++)
		index = (index & ~((uint64_t)1 << target[j])) | (column >> j & 1) << target[j];
	return index;
}

void oracle_apply(double complex *state, unsigned bits, unsigned targets, const uint8_t *target,
                  const double complex *matrix, uint64_t control_mask, uint64_t control_value)
{
	const uint64_t length = (uint64_t)1 << bits, size = (uint64_t)1 << targets;
	double complex *old = malloc(length * sizeof *old);

	memcpy(old, state, length * sizeof *old);
	for (uint64_t i = 0; i < length; i++) {
		if ((i & control_mask) != control_value)
			continue;
		const double complex *row = matrix + gather(i, targets, target) * size;
		state[i] = 0;
		for (uint64_t column = 0; column < size; column++)
			state[i] += row[column] * old[scatter(i, column, targets, target)];
	}
	free(old);
}

void oracle_diagonal(double complex *state, unsigned bits, unsigned targets, const uint8_t *target,
                     const double complex *factors, uint64_t control_mask, uint64_t control_value)
{
	for (uint64_t i = 0; i < (uint64_t)1 << bits; i++)
		if ((i & control_mask) == control_value)
			state[i] *= factors[gather(i, targets, target)];
}

/* The finaliser of splitmix64 over a counter. */
uint64_t oracle_below(uint64_t *seed, uint64_t below)
{
	uint64_t z = *seed += 0x9e3779b97f4a7c15;
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return (z ^ z >> 31) % below;
}

double oracle_uniform(uint64_t *seed)
{
	return (double)oracle_below(seed, (uint64_t)1 << 53) * 0x1p-53;
}

double oracle_normal(uint64_t *seed)
{
	const double radius = sqrt(-2 * log(1 - oracle_uniform(seed)));
	return radius * cos(2 * 3.14159265358979323846 * oracle_uniform(seed));
}

static void normalise(double complex *v, uint64_t length)
{
	double norm = 0;
	for (uint64_t i = 0; i < length; i++)
		norm += creal(v[i]) * creal(v[i]) + cimag(v[i]) * cimag(v[i]);
	for (uint64_t i = 0; i < length; i++)
		v[i] /= sqrt(norm);
}

void oracle_random_state(double complex *state, uint64_t length, uint64_t *seed)
{
	for (uint64_t i = 0; i < length; i++) {
		const double re = oracle_normal(seed);
		state[i] = re + I * oracle_normal(seed);
	}
	normalise(state, length);
}

/* Rows of normal deviates made orthonormal, twice each (Gram and Schmidt; once more against rounding). */
void oracle_random_unitary(double complex *matrix, uint64_t size, int real, uint64_t *seed)
{
	for (uint64_t r = 0; r < size; r++) {
		double complex *row = matrix + r * size;
		oracle_random_state(row, size, seed);
		for (uint64_t c = 0; real && c < size; c++)
			row[c] = creal(row[c]);
		for (uint64_t pass = 0; pass < 2 * r; pass++) {
			const double complex *other = matrix + pass % r * size;
			double complex dot = 0;
			for (uint64_t c = 0; c < size; c++)
				dot += conj(other[c]) * row[c];
			for (uint64_t c = 0; c < size; c++)
				row[c] -= dot * other[c];
		}
		normalise(row, size);
	}
}

uint64_t oracle_random_bits(uint8_t *bit, unsigned count, unsigned bits, uint64_t taken, uint64_t *seed)
{
	uint64_t mask = 0;
	for (unsigned j = 0; j < count; j++) {
		do
			bit[j] = (uint8_t)oracle_below(seed, bits);
		while ((taken | mask) >> bit[j] & 1);
		mask |= (uint64_t)1 << bit[j];
	}
	return mask;
}

double oracle_distance(const double complex *a, const double complex *b, uint64_t length)
{
	double sum = 0;
	for (uint64_t i = 0; i < length; i++)
		sum += pow(cabs(a[i] - b[i]), 2);
	return sqrt(sum);
}

double oracle_distance_aligned(const double complex *a, const double complex *b, uint64_t length)
{
	double complex dot = 0;
	double sum = 0;
	for (uint64_t i = 0; i < length; i++)
		dot += conj(b[i]) * a[i];
	const double complex phase = cabs(dot) > 0 ? dot / cabs(dot) : 1;
	for (uint64_t i = 0; i < length; i++)
		sum += pow(cabs(a[i] - phase * b[i]), 2);
	return sqrt(sum);
}
