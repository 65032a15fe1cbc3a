/* random.c - Philox4x32-10, uniform draws, and a seed from the system.
 *
 * Philox turns (counter, key) into 128 random bits by ten rounds of two 32 x 32 bit products and
 * exclusive ors; between rounds the key is raised by two Weyl constants. No state is kept.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "base/random.h"

enum { ROUNDS = 10 };
static const uint32_t multiplier[2] = { 0xD2511F53u, 0xCD9E8D57u };
static const uint32_t weyl[2] = { 0x9E3779B9u, 0xBB67AE85u };   /* golden ratio, sqrt(3) - 1 */

void random_philox(uint32_t out[4], const uint32_t counter[4], const uint32_t key[2])
{
	uint32_t c0 = counter[0], c1 = counter[1], c2 = counter[2], c3 = counter[3];
	uint32_t k0 = key[0], k1 = key[1];
	for (int round = 0; round < ROUNDS; round++) {
		const uint64_t p0 = (uint64_t)multiplier[0] * c0, p1 = (uint64_t)multiplier[1] * c2;
		c0 = (uint32_t)(p1 >> 32) ^ c1 ^ k0;
		c1 = (uint32_t)p1;
		c2 = (uint32_t)(p0 >> 32) ^ c3 ^ k1;
		c3 = (uint32_t)p0;
		k0 += weyl[0];
		k1 += weyl[1];
	}
	out[0] = c0;
	out[1] = c1;
	out[2] = c2;
	out[3] = c3;
}

double random_uniform(uint64_t seed, uint64_t shot, uint64_t instance)
{
	const uint32_t counter[4] = { (uint32_t)instance, (uint32_t)(instance >> 32),
	                              (uint32_t)shot, (uint32_t)(shot >> 32) };
	const uint32_t key[2] = { (uint32_t)seed, (uint32_t)(seed >> 32) };
	uint32_t bits[4];
	random_philox(bits, counter, key);
	return (double)(((uint64_t)bits[1] << 32 | bits[0]) >> 11) * 0x1p-53;
}

uint64_t random_seed(void)
{
	uint64_t seed;
	ssize_t got;
	do
		got = getrandom(&seed, sizeof seed, 0);
	while (got < 0 && errno == EINTR);
	if (got == (ssize_t)sizeof seed)
		return seed;
	/* A kernel without getrandom, or one that a sandbox denies: the clock and the process number, mixed. */
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	const uint32_t counter[4] = { (uint32_t)now.tv_nsec, (uint32_t)now.tv_sec, (uint32_t)getpid(), 0 };
	const uint32_t key[2] = { 0, 0 };
	uint32_t bits[4];
	random_philox(bits, counter, key);
	return (uint64_t)bits[1] << 32 | bits[0];
}
