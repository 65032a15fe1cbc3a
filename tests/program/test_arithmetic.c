/* test_arithmetic.c - integers, angles, floats, complex numbers and bit registers on cells.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <math.h>

#include "program/arithmetic.h"

static int64_t integers(enum compute operation, bool is_signed, uint32_t width, int64_t a, int64_t b)
{
	int64_t out = 0;
	const char *wrong = arithmetic_compute(operation, is_signed ? CELL_INT : CELL_UINT, width, &out, &a, &b);
	cr_assert_null(wrong, "%s", wrong);
	return out;
}

static bool refuses(enum compute operation, enum cell_kind kind, int64_t a, int64_t b)
{
	int64_t out = 0;
	return arithmetic_compute(operation, kind, 64, &out, &a, &b) != NULL;
}

Test(arithmetic, integers_wrap_at_their_width)
{
	cr_assert_eq(integers(COMPUTE_ADD, false, 4, 15, 3), 2);
	cr_assert_eq(integers(COMPUTE_SUBTRACT, false, 4, 0, 1), 15);
	cr_assert_eq(integers(COMPUTE_ADD, true, 8, 127, 1), -128);
	cr_assert_eq(integers(COMPUTE_MULTIPLY, false, 64, INT64_MIN, 2), 0);
	cr_assert_eq(integers(COMPUTE_COMPLEMENT, false, 4, 5, 0), 10);
	cr_assert_eq(integers(COMPUTE_NEGATE, true, 64, INT64_MIN, 0), INT64_MIN);
}

Test(arithmetic, division_truncates_towards_zero_as_in_c)
{
	cr_assert_eq(integers(COMPUTE_DIVIDE, true, 64, -7, 2), -3);
	cr_assert_eq(integers(COMPUTE_REMAINDER, true, 64, -7, 2), -1);
	cr_assert_eq(integers(COMPUTE_DIVIDE, true, 64, INT64_MIN, -1), INT64_MIN);
	cr_assert_eq(integers(COMPUTE_DIVIDE, false, 64, -1, 2), INT64_MAX);
}

Test(arithmetic, what_has_no_value_is_refused)
{
	cr_assert(refuses(COMPUTE_DIVIDE, CELL_INT, 1, 0));
	cr_assert(refuses(COMPUTE_REMAINDER, CELL_UINT, 1, 0));
	cr_assert(refuses(COMPUTE_POWER, CELL_INT, 2, -1));
	cr_assert(refuses(COMPUTE_SHIFT_LEFT, CELL_UINT, 1, -1));
	cr_assert(refuses(COMPUTE_DIVIDE, CELL_FLOAT, float_cell(1), float_cell(0)));
	cr_assert(refuses(COMPUTE_SQRT, CELL_FLOAT, float_cell(-1), 0));
	cr_assert(refuses(COMPUTE_EXP, CELL_FLOAT, float_cell(1e4), 0));
	cr_assert(refuses(COMPUTE_ARCSIN, CELL_FLOAT, float_cell(2), 0));
	cr_assert(refuses(COMPUTE_SIN, CELL_INT, 1, 0));
}

Test(arithmetic, shifts_drop_bits_and_rotations_keep_them)
{
	cr_assert_eq(integers(COMPUTE_SHIFT_LEFT, false, 8, 0x81, 1), 2);
	cr_assert_eq(integers(COMPUTE_SHIFT_LEFT, false, 8, 1, 200), 0);
	cr_assert_eq(integers(COMPUTE_SHIFT_RIGHT, true, 64, -8, 1), -4);
	cr_assert_eq(integers(COMPUTE_ROTATE_LEFT, false, 8, 0x81, 1), 3);
	cr_assert_eq(integers(COMPUTE_ROTATE_RIGHT, false, 8, 3, 1), 0x81);
	cr_assert_eq(integers(COMPUTE_ROTATE_LEFT, false, 8, 3, -1), 0x81);
	cr_assert_eq(integers(COMPUTE_POPCOUNT, false, 8, 0xf1, 0), 5);
	cr_assert_eq(integers(COMPUTE_POWER, true, 64, -3, 3), -27);
}

Test(arithmetic, comparisons_know_signed_from_unsigned)
{
	cr_assert_eq(integers(COMPUTE_LESS, true, 64, -1, 1), 1);
	cr_assert_eq(integers(COMPUTE_LESS, false, 64, -1, 1), 0);
	cr_assert_eq(integers(COMPUTE_GREATER_EQUAL, true, 64, 3, 3), 1);
	cr_assert_eq(integers(COMPUTE_NOT_EQUAL, true, 64, 3, 3), 0);
}

Test(arithmetic, bit_registers_of_any_width)
{
	int64_t a[100] = {0}, b[100] = {0}, out[100];
	a[0] = a[99] = 1;
	b[99] = 1;
	cr_assert_null(arithmetic_compute(COMPUTE_XOR, CELL_BIT, 100, out, a, b));
	cr_assert(out[0] == 1 && out[99] == 0);
	int64_t by = 3;
	cr_assert_null(arithmetic_compute(COMPUTE_ROTATE_LEFT, CELL_BIT, 100, out, a, &by));
	cr_assert(out[3] == 1 && out[2] == 1 && out[0] == 0 && out[99] == 0);
	cr_assert_null(arithmetic_compute(COMPUTE_SHIFT_RIGHT, CELL_BIT, 100, out, a, &by));
	cr_assert(out[96] == 1 && out[0] == 0 && out[99] == 0);
	cr_assert_null(arithmetic_compute(COMPUTE_GREATER, CELL_BIT, 100, out, a, b));
	cr_assert_eq(out[0], 1);
	cr_assert_null(arithmetic_compute(COMPUTE_POPCOUNT, CELL_BIT, 100, out, a, NULL));
	cr_assert_eq(out[0], 2);
}

Test(arithmetic, angles_are_fractions_of_a_turn)
{
	cr_assert_eq(angle_from_radians(M_PI, 4), 8);
	cr_assert_eq(angle_from_radians(-M_PI / 2, 4), 12);
	cr_assert_eq(angle_from_radians(2 * M_PI - 1e-9, 4), 0);
	cr_assert_eq(angle_from_radians(M_PI, 64), UINT64_C(1) << 63);
	cr_assert_float_eq(angle_to_radians(12, 4), 1.5 * M_PI, 1e-15);
	int64_t a = 12, b = 7, out;
	cr_assert_null(arithmetic_compute(COMPUTE_ADD, CELL_ANGLE, 4, &out, &a, &b));
	cr_assert_eq(out, 3);
	cr_assert_null(arithmetic_compute(COMPUTE_MULTIPLY, CELL_ANGLE, 4, &out, &a, &b));
	cr_assert_eq(out, 84 % 16);
}

/* One conversion of one cell. */
static int64_t converted(enum cell_kind to, uint32_t to_width, int64_t in, enum cell_kind from, uint32_t from_width)
{
	int64_t out[2] = {0};
	const char *wrong = arithmetic_convert(out, to, to_width, &in, from, from_width);
	cr_assert_null(wrong, "%s", wrong);
	return out[0];
}

Test(arithmetic, conversions_are_those_of_a_cast)
{
	cr_assert_eq(converted(CELL_UINT, 8, 300, CELL_INT, 64), 44);
	cr_assert_eq(converted(CELL_INT, 8, 200, CELL_UINT, 64), -56);
	cr_assert_eq(converted(CELL_INT, 64, float_cell(-2.9), CELL_FLOAT, 64), -2);
	cr_assert_eq(converted(CELL_BOOL, 1, float_cell(0.1), CELL_FLOAT, 64), 1);
	cr_assert_eq(converted(CELL_ANGLE, 3, 11, CELL_ANGLE, 4), 5);
	cr_assert_eq(converted(CELL_ANGLE, 6, 11, CELL_ANGLE, 4), 44);
	cr_assert_eq(cell_float(converted(CELL_FLOAT, 32, float_cell(0.1), CELL_FLOAT, 64)), (double)0.1f);
	cr_assert_float_eq(cell_float(converted(CELL_FLOAT, 64, 4, CELL_ANGLE, 4)), M_PI / 2, 1e-15);
	const int64_t bits[3] = {0, 1, 1};
	int64_t out[4];
	cr_assert_null(arithmetic_convert(out, CELL_INT, 64, bits, CELL_BIT, 3));
	cr_assert_eq(out[0], 6);
	const int64_t minus = -2;
	cr_assert_null(arithmetic_convert(out, CELL_BIT, 4, &minus, CELL_INT, 64));
	cr_assert(out[0] == 0 && out[1] == 1 && out[2] == 1 && out[3] == 1);
	const int64_t huge = float_cell(1e30);
	cr_assert_not_null(arithmetic_convert(out, CELL_INT, 64, &huge, CELL_FLOAT, 64));
}

Test(arithmetic, complex_numbers)
{
	const int64_t a[2] = {float_cell(1), float_cell(2)}, b[2] = {float_cell(0), float_cell(2)};
	int64_t out[2];
	cr_assert_null(arithmetic_compute(COMPUTE_MULTIPLY, CELL_COMPLEX, 64, out, a, b));
	cr_assert(cell_float(out[0]) == -4 && cell_float(out[1]) == 2);
	cr_assert_null(arithmetic_compute(COMPUTE_IMAG, CELL_COMPLEX, 64, out, a, NULL));
	cr_assert_eq(cell_float(out[0]), 2);
}
