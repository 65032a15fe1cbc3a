/* arithmetic.c - what the machine computes on cells.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "program/arithmetic.h"

#include <complex.h>
#include <math.h>
#include <string.h>

#include "base/bits.h"

static const char not_defined[] = "this operation is not defined for its operands";

int64_t arithmetic_wrap(int64_t value, bool is_signed, uint32_t width)
{
	if (width == 0 || width >= 64)
		return value;
	const uint64_t cut = (uint64_t)value & low_mask(width);
	if (is_signed && cut >> (width - 1))
		return (int64_t)(cut | ~low_mask(width));
	return (int64_t)cut;
}

static int64_t integer_power(int64_t base, uint64_t exponent)
{
	uint64_t result = 1, square = (uint64_t)base;
	for (; exponent; exponent >>= 1, square *= square)
		if (exponent & 1)
			result *= square;
	return (int64_t)result;
}

/* The comparisons, of an order given as below, equal or above zero; NaN compares as nothing (pass is_ordered false). */
static bool compare(enum compute operation, int order, bool is_ordered)
{
	switch (operation) {
	case COMPUTE_EQUAL: return is_ordered && order == 0;
	case COMPUTE_NOT_EQUAL: return !is_ordered || order != 0;
	case COMPUTE_LESS: return is_ordered && order < 0;
	case COMPUTE_LESS_EQUAL: return is_ordered && order <= 0;
	case COMPUTE_GREATER: return is_ordered && order > 0;
	default: return is_ordered && order >= 0;
	}
}

static bool is_comparison(enum compute operation)
{
	return operation >= COMPUTE_EQUAL && operation <= COMPUTE_GREATER_EQUAL;
}

/* Patterns of `width` bits: shifts drop bits off the end, rotations keep them. */
static uint64_t turn_left(uint64_t x, int64_t by, uint32_t width)
{
	const uint32_t shift = (uint32_t)((by % (int64_t)width + width) % width);
	return shift ? (x << shift | x >> (width - shift)) & low_mask(width) : x;
}

static const char *shift_pattern(enum compute operation, uint64_t x, int64_t by, uint32_t width, uint64_t *out)
{
	switch (operation) {
	case COMPUTE_SHIFT_LEFT:
	case COMPUTE_SHIFT_RIGHT:
		if (by < 0)
			return "a shift by a negative number";
		*out = by >= (int64_t)width ? 0 : operation == COMPUTE_SHIFT_LEFT ? x << by & low_mask(width) : x >> by;
		return NULL;
	case COMPUTE_ROTATE_LEFT: *out = turn_left(x, by, width); return NULL;
	case COMPUTE_ROTATE_RIGHT: *out = turn_left(x, -(by % (int64_t)width), width); return NULL;
	default: return not_defined;
	}
}

static const char *compute_integer(enum compute operation, bool is_signed, uint32_t width, int64_t *out, int64_t a,
                                   int64_t b)
{
	const uint64_t ua = (uint64_t)a, ub = (uint64_t)b;
	uint64_t pattern;
	const char *wrong;
	int64_t r;
	switch (operation) {
	case COMPUTE_ADD: r = (int64_t)(ua + ub); break;
	case COMPUTE_SUBTRACT: r = (int64_t)(ua - ub); break;
	case COMPUTE_MULTIPLY: r = (int64_t)(ua * ub); break;
	case COMPUTE_DIVIDE:
	case COMPUTE_REMAINDER:
		if (b == 0)
			return "division by zero";
		if (!is_signed)
			r = (int64_t)(operation == COMPUTE_DIVIDE ? ua / ub : ua % ub);
		else if (b == -1)   /* INT64_MIN / -1 does not fit: it wraps */
			r = operation == COMPUTE_DIVIDE ? (int64_t)-ua : 0;
		else
			r = operation == COMPUTE_DIVIDE ? a / b : a % b;
		break;
	case COMPUTE_POWER:
		if (is_signed && b < 0)
			return "an integer to a negative power";
		r = integer_power(a, ub);
		break;
	case COMPUTE_NEGATE: r = (int64_t)-ua; break;
	case COMPUTE_COMPLEMENT: r = ~a; break;
	case COMPUTE_AND: r = a & b; break;
	case COMPUTE_OR: r = a | b; break;
	case COMPUTE_XOR: r = a ^ b; break;
	case COMPUTE_POPCOUNT: *out = bit_count(ua & low_mask(width)); return NULL;
	case COMPUTE_SHIFT_RIGHT:
		if (is_signed && a < 0) {   /* as C compilers do: the sign stays */
			if (b < 0)
				return "a shift by a negative number";
			r = a >> (b > 63 ? 63 : b);
			break;
		}
		/* fall through */
	case COMPUTE_SHIFT_LEFT:
	case COMPUTE_ROTATE_LEFT:
	case COMPUTE_ROTATE_RIGHT:
		if ((wrong = shift_pattern(operation, ua & low_mask(width), b, width, &pattern)))
			return wrong;
		r = (int64_t)pattern;
		break;
	default:
		if (!is_comparison(operation))
			return not_defined;
		*out = compare(operation, is_signed ? (a > b) - (a < b) : (ua > ub) - (ua < ub), true);
		return NULL;
	}
	*out = arithmetic_wrap(r, is_signed, width);
	return NULL;
}

static const char *compute_float(enum compute operation, uint32_t width, int64_t *out, double a, double b)
{
	double r;
	switch (operation) {
	case COMPUTE_ADD: r = a + b; break;
	case COMPUTE_SUBTRACT: r = a - b; break;
	case COMPUTE_MULTIPLY: r = a * b; break;
	case COMPUTE_DIVIDE:
		if (b == 0)
			return "division by zero";
		r = a / b;
		break;
	case COMPUTE_REMAINDER:
		if (b == 0)
			return "division by zero";
		r = fmod(a, b);
		break;
	case COMPUTE_POWER: r = pow(a, b); break;
	case COMPUTE_NEGATE: r = -a; break;
	case COMPUTE_ARCCOS: r = acos(a); break;
	case COMPUTE_ARCSIN: r = asin(a); break;
	case COMPUTE_ARCTAN: r = atan(a); break;
	case COMPUTE_CEILING: r = ceil(a); break;
	case COMPUTE_COS: r = cos(a); break;
	case COMPUTE_EXP: r = exp(a); break;
	case COMPUTE_FLOOR: r = floor(a); break;
	case COMPUTE_LOG: r = log(a); break;
	case COMPUTE_SIN: r = sin(a); break;
	case COMPUTE_SQRT: r = sqrt(a); break;
	case COMPUTE_TAN: r = tan(a); break;
	default:
		if (!is_comparison(operation))
			return not_defined;
		*out = compare(operation, (a > b) - (a < b), !isnan(a) && !isnan(b));
		return NULL;
	}
	if (width == 32)
		r = (float)r;
	if (!isfinite(r))
		return "the result is not a finite number";
	*out = float_cell(r);
	return NULL;
}

/* angle * uint, angle / uint (remainders are dropped), angle / angle (a uint), angle + - & | ^ angle, shifts. The right side
 * of a product or quotient with an integer is marked by the caller: the front end converts it to UINT, and both are patterns. */
static const char *compute_angle(enum compute operation, uint32_t width, int64_t *out, uint64_t a, uint64_t b)
{
	uint64_t r;
	const char *wrong;
	switch (operation) {
	case COMPUTE_ADD: r = a + b; break;
	case COMPUTE_SUBTRACT: r = a - b; break;
	case COMPUTE_MULTIPLY: r = a * b; break;
	case COMPUTE_DIVIDE:
		if (b == 0)
			return "division by zero";
		r = a / b;
		break;
	case COMPUTE_NEGATE: r = -a; break;
	case COMPUTE_COMPLEMENT: r = ~a; break;
	case COMPUTE_AND: r = a & b; break;
	case COMPUTE_OR: r = a | b; break;
	case COMPUTE_XOR: r = a ^ b; break;
	case COMPUTE_POPCOUNT: r = bit_count(a); break;
	case COMPUTE_SHIFT_LEFT:
	case COMPUTE_SHIFT_RIGHT:
	case COMPUTE_ROTATE_LEFT:
	case COMPUTE_ROTATE_RIGHT:
		if ((wrong = shift_pattern(operation, a, (int64_t)b, width, &r)))
			return wrong;
		break;
	default:
		if (!is_comparison(operation))
			return not_defined;
		*out = compare(operation, (a > b) - (a < b), true);
		return NULL;
	}
	*out = (int64_t)(r & low_mask(width));
	return NULL;
}

/* CMPLX of C11, which clang 14 lacks in some headers. */
static double complex complex_of(double re, double im)
{
	double complex z;
	memcpy(&z, (double[2]){re, im}, sizeof z);
	return z;
}

static const char *compute_complex(enum compute operation, uint32_t width, int64_t *out, const int64_t *left,
                                   const int64_t *right)
{
	const double complex a = complex_of(cell_float(left[0]), cell_float(left[1]));
	const double complex b = right ? complex_of(cell_float(right[0]), cell_float(right[1])) : 0;
	double complex r;
	switch (operation) {
	case COMPUTE_ADD: r = a + b; break;
	case COMPUTE_SUBTRACT: r = a - b; break;
	case COMPUTE_MULTIPLY: r = a * b; break;
	case COMPUTE_DIVIDE:
		if (b == 0)
			return "division by zero";
		r = a / b;
		break;
	case COMPUTE_POWER: r = a == 0 && b != 0 ? 0 : cpow(a, b); break;
	case COMPUTE_NEGATE: r = -a; break;
	case COMPUTE_COS: r = ccos(a); break;
	case COMPUTE_SIN: r = csin(a); break;
	case COMPUTE_TAN: r = ctan(a); break;
	case COMPUTE_EXP: r = cexp(a); break;
	case COMPUTE_LOG: r = clog(a); break;
	case COMPUTE_SQRT: r = csqrt(a); break;
	case COMPUTE_REAL: *out = float_cell(creal(a)); return NULL;
	case COMPUTE_IMAG: *out = float_cell(cimag(a)); return NULL;
	case COMPUTE_EQUAL: *out = a == b; return NULL;
	case COMPUTE_NOT_EQUAL: *out = a != b; return NULL;
	default: return not_defined;
	}
	double re = creal(r), im = cimag(r);
	if (width == 32)
		re = (float)re, im = (float)im;
	if (!isfinite(re) || !isfinite(im))
		return "the result is not a finite number";
	out[0] = float_cell(re);
	out[1] = float_cell(im);
	return NULL;
}

static int compare_bits(uint32_t width, const int64_t *a, const int64_t *b)
{
	for (uint32_t i = width; i-- > 0;)
		if (a[i] != b[i])
			return a[i] < b[i] ? -1 : 1;
	return 0;
}

/* Bit registers, a cell a bit; a shift's right operand is an INT cell. out overlaps no operand. */
static const char *compute_bits(enum compute operation, uint32_t width, int64_t *out, const int64_t *a,
                                const int64_t *b)
{
	uint64_t ones = 0;
	int64_t by;
	switch (operation) {
	case COMPUTE_COMPLEMENT:
		for (uint32_t i = 0; i < width; i++)
			out[i] = !a[i];
		return NULL;
	case COMPUTE_AND:
		for (uint32_t i = 0; i < width; i++)
			out[i] = a[i] & b[i];
		return NULL;
	case COMPUTE_OR:
		for (uint32_t i = 0; i < width; i++)
			out[i] = a[i] | b[i];
		return NULL;
	case COMPUTE_XOR:
		for (uint32_t i = 0; i < width; i++)
			out[i] = a[i] ^ b[i];
		return NULL;
	case COMPUTE_SHIFT_LEFT:
	case COMPUTE_SHIFT_RIGHT:
		if (b[0] < 0)
			return "a shift by a negative number";
		by = b[0] > (int64_t)width ? (int64_t)width : b[0];
		for (int64_t i = 0; i < (int64_t)width; i++) {
			const int64_t from = operation == COMPUTE_SHIFT_LEFT ? i - by : i + by;
			out[i] = from >= 0 && from < (int64_t)width ? a[from] : 0;
		}
		return NULL;
	case COMPUTE_ROTATE_LEFT:
	case COMPUTE_ROTATE_RIGHT:
		by = b[0] % (int64_t)width;
		if (operation == COMPUTE_ROTATE_LEFT)
			by = -by;
		for (int64_t i = 0; i < (int64_t)width; i++)
			out[i] = a[((i + by) % (int64_t)width + width) % width];
		return NULL;
	case COMPUTE_POPCOUNT:
		for (uint32_t i = 0; i < width; i++)
			ones += a[i] != 0;
		*out = (int64_t)ones;
		return NULL;
	default:
		if (!is_comparison(operation))
			return not_defined;
		*out = compare(operation, compare_bits(width, a, b), true);
		return NULL;
	}
}

const char *arithmetic_compute(enum compute operation, enum cell_kind kind, uint32_t width,
                               int64_t *out, const int64_t *left, const int64_t *right)
{
	const bool is_unary = operation == COMPUTE_NEGATE || operation == COMPUTE_COMPLEMENT ||
	                      operation == COMPUTE_POPCOUNT || operation >= COMPUTE_ARCCOS;
	const int64_t b = is_unary ? 0 : right[0];
	switch (kind) {
	case CELL_BIT: return compute_bits(operation, width, out, left, right);
	case CELL_BOOL:
		if (operation == COMPUTE_COMPLEMENT) {
			*out = !left[0];
			return NULL;
		}
		return compute_integer(operation, false, 1, out, left[0], b);
	case CELL_INT:
	case CELL_UINT: return compute_integer(operation, kind == CELL_INT, width, out, left[0], b);
	case CELL_FLOAT: return compute_float(operation, width, out, cell_float(left[0]), cell_float(b));
	case CELL_ANGLE: return compute_angle(operation, width, out, (uint64_t)left[0], (uint64_t)b);
	case CELL_COMPLEX: return compute_complex(operation, width, out, left, is_unary ? NULL : right);
	default: return not_defined;
	}
}

/* ---- Conversions ---------------------------------------------------------------------------------- */

uint64_t angle_from_radians(double radians, uint32_t width)
{
	double turns = radians / (2 * M_PI);
	turns -= floor(turns);
	/* Half a unit rounds away from zero; a full turn wraps to 0. */
	const double scaled = floor(ldexp(turns, (int)width) + 0.5);
	return scaled >= ldexp(1, (int)width) ? 0 : (uint64_t)scaled & low_mask(width);
}

double angle_to_radians(uint64_t pattern, uint32_t width)
{
	return ldexp((double)pattern, -(int)width) * (2 * M_PI);
}

/* The bits of a register's first 64 as a number; bit 0 is index 0. */
static uint64_t bits_number(const int64_t *in, uint32_t width)
{
	uint64_t number = 0;
	for (uint32_t i = 0; i < width && i < 64; i++)
		number |= (uint64_t)(in[i] != 0) << i;
	return number;
}

static const char *float_to_integer(int64_t *out, double f, bool is_signed, uint32_t width)
{
	f = trunc(f);
	if (!(f >= -0x1p63 && f < 0x1p64))
		return "the number does not fit an integer";
	*out = arithmetic_wrap(f < 0x1p63 ? (int64_t)f : (int64_t)(uint64_t)f, is_signed, width);
	return NULL;
}

static const char *convert_to_integer(int64_t *out, bool is_signed, uint32_t width, const int64_t *in,
                                      enum cell_kind from, uint32_t from_width)
{
	switch (from) {
	case CELL_BIT: *out = arithmetic_wrap((int64_t)bits_number(in, from_width), is_signed, width); return NULL;
	case CELL_FLOAT: return float_to_integer(out, cell_float(in[0]), is_signed, width);
	case CELL_COMPLEX: return not_defined;
	default: *out = arithmetic_wrap(in[0], is_signed, width); return NULL;   /* also an angle's pattern */
	}
}

static const char *convert_to_float(double *out, const int64_t *in, enum cell_kind from, uint32_t from_width)
{
	switch (from) {
	case CELL_BIT: *out = (double)bits_number(in, from_width); return NULL;
	case CELL_BOOL:
	case CELL_INT: *out = (double)in[0]; return NULL;
	case CELL_UINT: *out = (double)(uint64_t)in[0]; return NULL;
	case CELL_FLOAT: *out = cell_float(in[0]); return NULL;
	case CELL_ANGLE: *out = angle_to_radians((uint64_t)in[0], from_width); return NULL;
	default: return not_defined;
	}
}

static const char *convert_to_angle(int64_t *out, uint32_t width, const int64_t *in, enum cell_kind from,
                                    uint32_t from_width)
{
	double f;
	switch (from) {
	case CELL_BIT: *out = (int64_t)(bits_number(in, from_width) & low_mask(width)); return NULL;
	case CELL_ANGLE:
		if (from_width >= width)   /* lower bits are dropped */
			*out = (int64_t)((uint64_t)in[0] >> (from_width - width));
		else
			*out = (int64_t)((uint64_t)in[0] << (width - from_width));
		return NULL;
	default:
		if (convert_to_float(&f, in, from, from_width))
			return not_defined;
		*out = (int64_t)angle_from_radians(f, width);
		return NULL;
	}
}

static bool is_true(const int64_t *in, enum cell_kind from, uint32_t from_width)
{
	switch (from) {
	case CELL_BIT:
		for (uint32_t i = 0; i < from_width; i++)
			if (in[i])
				return true;
		return false;
	case CELL_FLOAT: return cell_float(in[0]) != 0;
	case CELL_COMPLEX: return cell_float(in[0]) != 0 || cell_float(in[1]) != 0;
	default: return in[0] != 0;
	}
}

static const char *convert_to_bits(int64_t *out, uint32_t width, const int64_t *in, enum cell_kind from,
                                   uint32_t from_width)
{
	if (from == CELL_BIT) {
		for (uint32_t i = 0; i < width; i++)
			out[i] = i < from_width ? in[i] : 0;
		return NULL;
	}
	if (from == CELL_FLOAT || from == CELL_COMPLEX) {
		if (width != 1)
			return not_defined;
		out[0] = is_true(in, from, from_width);
		return NULL;
	}
	const uint64_t pattern = (uint64_t)in[0], sign = from == CELL_INT && in[0] < 0;
	for (uint32_t i = 0; i < width; i++)
		out[i] = i < 64 ? pattern >> i & 1 : sign;
	return NULL;
}

const char *arithmetic_convert(int64_t *out, enum cell_kind to, uint32_t to_width,
                               const int64_t *in, enum cell_kind from, uint32_t from_width)
{
	double f;
	const char *wrong;
	switch (to) {
	case CELL_BIT: return convert_to_bits(out, to_width, in, from, from_width);
	case CELL_BOOL: *out = is_true(in, from, from_width); return NULL;
	case CELL_INT:
	case CELL_UINT: return convert_to_integer(out, to == CELL_INT, to_width, in, from, from_width);
	case CELL_ANGLE: return convert_to_angle(out, to_width, in, from, from_width);
	case CELL_FLOAT:
	case CELL_COMPLEX:
		if (to == CELL_COMPLEX && from == CELL_COMPLEX) {
			memmove(out, in, 2 * sizeof *out);
		} else {
			if ((wrong = convert_to_float(&f, in, from, from_width)))
				return wrong;
			out[0] = float_cell(f);
			if (to == CELL_COMPLEX)
				out[1] = float_cell(0);
		}
		if (to_width == 32)
			for (int i = 0; i < (to == CELL_COMPLEX ? 2 : 1); i++)
				out[i] = float_cell((float)cell_float(out[i]));
		return NULL;
	default: return not_defined;
	}
}
