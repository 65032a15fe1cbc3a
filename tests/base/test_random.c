/* test_random.c - Philox against its published answers, and uniform draws.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "base/random.h"

/* Random123's kat_vectors, philox4x32 with 10 rounds. */
Test(random, philox_gives_the_published_answers)
{
	static const struct {
		uint32_t counter[4], key[2], answer[4];
	} known[] = {
		{ { 0, 0, 0, 0 }, { 0, 0 }, { 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8 } },
		{ { 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff }, { 0xffffffff, 0xffffffff },
		  { 0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd } },
		{ { 0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344 }, { 0xa4093822, 0x299f31d0 },
		  { 0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1 } },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(known); i++) {
		uint32_t out[4];
		random_philox(out, known[i].counter, known[i].key);
		cr_assert_arr_eq(out, known[i].answer, sizeof out, "vector %zu", i);
	}
}

Test(random, a_draw_is_the_documented_bits_of_philox)
{
	const uint32_t counter[4] = {0x55667788, 0x11223344, 0xddeeff00, 0x99aabbcc}, key[2] = {0x89abcdef, 0x01234567};
	uint32_t out[4];
	random_philox(out, counter, key);
	const double expected = ldexp((double)(((uint64_t)out[1] << 32 | out[0]) >> 11), -53);
	cr_assert_eq(random_uniform(0x0123456789abcdef, 0x99aabbccddeeff00, 0x1122334455667788), expected);
}

Test(random, draws_fill_the_unit_interval_evenly)
{
	enum { DRAWS = 1 << 20, BINS = 256 };
	static unsigned bin[BINS];
	double sum = 0;
	for (uint64_t i = 0; i < DRAWS; i++) {
		const double u = random_uniform(2026, i / 4, i % 4);
		cr_assert(u >= 0 && u < 1);
		bin[(int)(u * BINS)]++;
		sum += u;
	}
	double chi = 0;
	for (int i = 0; i < BINS; i++)
		chi += pow(bin[i] - (double)DRAWS / BINS, 2) / ((double)DRAWS / BINS);
	/* 255 degrees of freedom: outside of this range with probability below 1e-5 on either side. */
	cr_assert(chi > 170 && chi < 360, "chi squared %g", chi);
	cr_assert(fabs(sum / DRAWS - 0.5) < 5 * sqrt(1. / 12 / DRAWS), "mean %g", sum / DRAWS);
}

Test(random, seeds_shots_and_instances_do_not_repeat_one_another)
{
	const double u = random_uniform(1, 2, 3);
	cr_assert_eq(random_uniform(1, 2, 3), u);
	cr_assert_neq(random_uniform(2, 2, 3), u);
	cr_assert_neq(random_uniform(1, 3, 2), u);
	cr_assert_neq(random_uniform(1, (uint64_t)1 << 32 | 2, 3), u);
	cr_assert_neq(random_uniform(1, 2, (uint64_t)1 << 32 | 3), u);
	cr_assert_neq(random_uniform((uint64_t)1 << 32 | 1, 2, 3), u);
}

Test(random, two_seeds_of_the_system_differ)
{
	cr_assert_neq(random_seed(), random_seed());
}
