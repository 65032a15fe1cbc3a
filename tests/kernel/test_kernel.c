/* test_kernel.c - every kernel table of this build and CPU against the oracle.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <float.h>

#include "kernel_checks.h"

static void check_table(const struct kernel_table *table, kernel_check check, const char *missing)
{
	char text[KERNEL_FAILURE] = "";

	if (!table)
		cr_skip("%s", missing);
	else
		cr_assert(check(table, text), "%s: %s", table->isa, text);
}

#define TABLE_TEST(suite, table, missing, check) \
	Test(suite, check) { check_table(table, check_##check, missing); }
#define TABLE_TESTS(suite, table, missing) \
	TABLE_TEST(suite, table, missing, matrices_on_every_target_tuple) \
	TABLE_TEST(suite, table, missing, wide_matrices) \
	TABLE_TEST(suite, table, missing, diagonals) \
	TABLE_TEST(suite, table, missing, exchanges) \
	TABLE_TEST(suite, table, missing, rotations) \
	TABLE_TEST(suite, table, missing, small_states) \
	TABLE_TEST(suite, table, missing, large_blocks) \
	TABLE_TEST(suite, table, missing, sums) \
	TABLE_TEST(suite, table, missing, moves) \
	TABLE_TEST(suite, table, missing, limits)

TABLE_TESTS(scalar_double, kernel_find(KERNEL_SCALAR, SONGDO_DOUBLE), kernel_missing(KERNEL_SCALAR))
TABLE_TESTS(scalar_single, kernel_find(KERNEL_SCALAR, SONGDO_SINGLE), kernel_missing(KERNEL_SCALAR))
TABLE_TESTS(avx2_double, kernel_find(KERNEL_AVX2, SONGDO_DOUBLE), kernel_missing(KERNEL_AVX2))
TABLE_TESTS(avx2_single, kernel_find(KERNEL_AVX2, SONGDO_SINGLE), kernel_missing(KERNEL_AVX2))
TABLE_TESTS(avx512_double, kernel_find(KERNEL_AVX512, SONGDO_DOUBLE), kernel_missing(KERNEL_AVX512))
TABLE_TESTS(avx512_single, kernel_find(KERNEL_AVX512, SONGDO_SINGLE), kernel_missing(KERNEL_AVX512))
TABLE_TESTS(wide_double, kernel_wide(SONGDO_DOUBLE), "this CPU lacks AVX2")
TABLE_TESTS(wide_single, kernel_wide(SONGDO_SINGLE), "this CPU lacks AVX2")

Test(kernel, tables_are_what_they_say)
{
	for (enum kernel_isa isa = 0; isa < KERNEL_ISAS; isa++) {
		cr_assert_eq(kernel_named(kernel_name(isa)), isa);
		for (songdo_precision precision = SONGDO_DOUBLE; precision <= SONGDO_SINGLE; precision++) {
			const struct kernel_table *table = kernel_find(isa, precision);
			cr_assert_eq(table == NULL, kernel_missing(isa) != NULL);
			if (!table)
				continue;
			cr_assert_str_eq(table->isa, kernel_name(isa));
			cr_assert_eq(table->precision, precision);
			cr_assert_eq(table->amplitude_bytes, precision == SONGDO_DOUBLE ? 16 : 8);
			cr_assert_eq(table->amplitude_bytes << table->lane_bits, 16u << isa);
		}
	}
	cr_assert_null(kernel_missing(kernel_best()));
	cr_assert_eq(kernel_named("mmx"), KERNEL_ISAS);
}

Test(kernel, denormals_are_flushed_in_the_mode_and_kept_outside_it)
{
	volatile float small = FLT_MIN, half = 0.5f, product;

	const unsigned mode = kernel_mode_enter();
	product = small * half;
	cr_expect_eq(product, 0);
	kernel_mode_restore(mode);
	product = small * half;
	cr_expect_gt(product, 0);
}
