/* test_bits.c - arithmetic on index bits.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "base/bits.h"
#include "base/random.h"

static uint64_t draw(uint64_t i)
{
	return (uint64_t)(random_uniform(3, 0, i) * 0x1p53) << 11 ^ (uint64_t)(random_uniform(4, 0, i) * 0x1p53);
}

Test(bits, masks_at_both_ends)
{
	cr_assert_eq(low_mask(0), 0);
	cr_assert_eq(low_mask(1), 1);
	cr_assert_eq(low_mask(63), UINT64_MAX >> 1);
	cr_assert_eq(low_mask(64), UINT64_MAX);
	cr_assert_eq(bit_mask(63), 0x8000000000000000u);
	cr_assert_eq(bit_highest(1), 0);
	cr_assert_eq(bit_highest(UINT64_MAX), 63);
	cr_assert_eq(bit_lowest(0x8000000000000000u), 63);
}

Test(bits, extract_undoes_deposit)
{
	for (uint64_t i = 0; i < 1000; i++) {
		const uint64_t mask = draw(2 * i), x = draw(2 * i + 1);
		cr_assert_eq(bits_extract(bits_deposit(x, mask), mask), x & low_mask(bit_count(mask)));
		cr_assert_eq(bits_deposit(x, mask) & ~mask, 0);
		cr_assert_eq(bits_deposit(bits_extract(x, mask), mask), x & mask);
	}
}

Test(bits, next_visits_every_free_index_once_and_returns)
{
	const uint64_t width = low_mask(10), fixed = 0x124, value = 0x104;
	uint64_t i = value | ~width, expected = 0, visits = 0;
	do {
		cr_assert_eq(i & fixed, value);
		cr_assert_eq(bits_extract(i & width, width & ~fixed), expected++);
		visits++;
		i = bits_next(i, fixed | ~width, 1);
	} while ((i & width) != value);
	cr_assert_eq(visits, 128);
}
