/* test_sweep.c - sizes and costs of steps, which plan predicts and state counts with the same functions.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "op/sweep.h"

Test(sweep, steps_have_as_many_coefficients_as_their_kind_says)
{
	cr_assert_eq(step_coefficients(KERNEL_DENSE, 5), 1024);
	cr_assert_eq(step_coefficients(KERNEL_REAL, 1), 4);
	cr_assert_eq(step_coefficients(KERNEL_DIAGONAL, 0), 1);
	cr_assert_eq(step_coefficients(KERNEL_DIAGONAL, 10), 1024);
	cr_assert_eq(step_coefficients(KERNEL_EXCHANGE, 2), 0);
}

Test(sweep, a_matrix_costs_a_fused_multiply_add_for_each_real_product)
{
	for (unsigned k = 1; k <= STEP_DENSE_TARGETS; k++) {
		/* An output amplitude has 2^k products: four real ones each, or two where the matrix is real. */
		cr_assert_eq(step_flops(KERNEL_DENSE, k), 2 * 4 * (1ull << k));
		cr_assert_eq(step_flops(KERNEL_REAL, k), 2 * 2 * (1ull << k));
	}
	cr_assert_eq(step_flops(KERNEL_EXCHANGE, 1), 0);
}

Test(sweep, controls_on_local_bits_halve_the_cost_and_those_on_rank_bits_do_not)
{
	struct step step = {.kind = KERNEL_DIAGONAL, .targets = 1};
	const uint64_t all = step_rank_flops(&step, 20, 0);

	cr_assert_eq(all, step_flops(KERNEL_DIAGONAL, 1) << 20);
	step.control_mask = 1 << 3 | 1 << 7;
	cr_assert_eq(step_rank_flops(&step, 20, 0), all / 4);
	step.control_mask = 1 << 3 | 1 << 22;
	cr_assert_eq(step_rank_flops(&step, 20, 0), all / 2);
	cr_assert_eq(step_rank_flops(&step, 20, 1 << 5 | 1 << 21), all / 4, "so do bits that are still 0");
}
