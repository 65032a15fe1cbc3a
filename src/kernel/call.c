/* call.c - prepare a step: give every bit of the block its part, pack the coefficients for the vectors.
 *
 * Runs once a sweep, so it is written for clarity; the loops it prepares for are the templates.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "kernel/call.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/bits.h"

enum {
	ALIGNMENT = 64,
	LONG_RUN = 3,         /* log2 of the trips that satisfy: then the lowest free bits are the innermost loop */
	INNER_BITS = 11,      /* a strided innermost loop spans at most 2^this amplitudes, to stay in L1, ... */
	INNER_LEAST = 4,      /* ... or makes 2^this trips */
};

/* The targets of a step by the part they play; `which` lists positions in step->target. */
struct parts {
	unsigned lanes, rows, outsides;
	uint8_t lane[STEP_TARGETS], row[STEP_TARGETS], outside[STEP_TARGETS];
	uint64_t row_mask, outside_mask;
};

static uint64_t address(uint64_t index_bits) { return index_bits << 1; }

/* Positions in step->target in ascending order of the bit: the choice of a factor becomes a plain bit extraction. */
static void sort_targets(uint8_t order[STEP_TARGETS], const struct step *step)
{
	for (unsigned j = 0; j < step->targets; j++) {
		unsigned at = j;
		for (; at > 0 && step->target[order[at - 1]] > step->target[j]; at--)
			order[at] = order[at - 1];
		order[at] = (uint8_t)j;
	}
}

static struct parts divide_targets(const struct step *step, uint64_t block, unsigned lane_bits)
{
	struct parts parts = {0};
	uint8_t order[STEP_TARGETS];

	sort_targets(order, step);
	for (unsigned i = 0; i < step->targets; i++) {
		const uint8_t j = order[i];
		const unsigned bit = step->target[j];
		if (bit < lane_bits) {
			parts.lane[parts.lanes++] = j;
		} else if (block >> bit & 1) {
			parts.row[parts.rows++] = j;
			parts.row_mask |= bit_mask(bit);
		} else {
			assert(step->kind == KERNEL_DIAGONAL);
			parts.outside[parts.outsides++] = j;
			parts.outside_mask |= bit_mask(bit);
		}
	}
	return parts;
}

/* Choose the innermost loop among the free bits: the lowest ones where they give a run worth having, else the
 * longest segment of neighbours. */
static void choose_loops(struct kernel_call *call, uint64_t free, unsigned lane_bits)
{
	unsigned low = 0, length = 0;

	for (uint64_t rest = free; rest;) {
		const unsigned start = bit_lowest(rest);
		const uint64_t above = ~(rest >> start);
		const unsigned bits = above ? bit_lowest(above) : 64 - start;
		if (bits > length) {
			low = start;
			length = bits;
		}
		if (start == lane_bits && bits >= LONG_RUN)
			break;
		rest &= ~(low_mask(bits) << start);
	}
	if (low > lane_bits && low + length > INNER_BITS)
		length = (unsigned)min_u64(length, low + INNER_LEAST > INNER_BITS ? INNER_LEAST : INNER_BITS - low);
	call->stride = address(bit_mask(low));
	call->count = bit_mask(length);
	call->outer = address(free & ~(low_mask(length) << low));
}

/* A diagonal whose free bits give short runs only: walk its lowest pattern bits instead, where they are more. */
static bool choose_varying(struct kernel_call *call, uint64_t free, uint64_t pattern)
{
	if (!pattern || call->count >= bit_mask(LONG_RUN))
		return false;
	const unsigned low = bit_lowest(pattern);
	const uint64_t above = ~(pattern >> low);
	const unsigned length = above ? bit_lowest(above) : 64 - low;
	if (bit_mask(length) <= call->count)
		return false;
	call->stride = address(bit_mask(low));
	call->count = bit_mask(length);
	call->outer = address(free);
	call->pattern = address(pattern & ~(low_mask(length) << low));
	return true;
}

static void put(void *data, songdo_precision precision, uint64_t i, double value)
{
	if (precision == SONGDO_DOUBLE)
		((double *)data)[i] = value;
	else
		((float *)data)[i] = (float)value;
}

static void put_bits(void *data, songdo_precision precision, uint64_t i, int64_t value)
{
	if (precision == SONGDO_DOUBLE)
		((int64_t *)data)[i] = value;
	else
		((int32_t *)data)[i] = (int32_t)value;
}

/* The value at the matrix bits listed in `which` from the low bits of x. */
static unsigned at_matrix_bits(unsigned x, const uint8_t *which, unsigned count)
{
	unsigned out = 0;
	for (unsigned i = 0; i < count; i++)
		out |= (x >> i & 1) << which[i];
	return out;
}

/* The lane targets' part of a matrix index, for a lane. */
static unsigned lane_index(const struct step *step, const struct parts *parts, unsigned lane)
{
	unsigned out = 0;
	for (unsigned i = 0; i < parts->lanes; i++)
		out |= (lane >> step->target[parts->lane[i]] & 1) << parts->lane[i];
	return out;
}

/* The lanes exchanged by flip f: bit i of f stands for the i-th lane target. */
static unsigned flip_pattern(const struct step *step, const struct parts *parts, unsigned f)
{
	unsigned pattern = 0;
	for (unsigned i = 0; i < parts->lanes; i++)
		pattern |= (f >> i & 1) << step->target[parts->lane[i]];
	return pattern;
}

/* The vector, what its lanes must satisfy, and whether a matrix has a coefficient for each lane. */
struct area {
	songdo_precision precision;
	unsigned lane_count, reals;
	uint64_t control_mask, control_value;
	bool lanewise;
};

static bool lane_acts(const struct area *area, unsigned lane)
{
	return (lane & area->control_mask) == area->control_value;
}

static void put_lane(void *data, const struct area *area, uint64_t vector, unsigned lane, double value)
{
	put(data, area->precision, vector * area->reals + 2 * lane, value);
	put(data, area->precision, vector * area->reals + 2 * lane + 1, value);
}

static void put_lane_bits(void *data, const struct area *area, uint64_t vector, unsigned lane,
                          int64_t even, int64_t odd)
{
	put_bits(data, area->precision, vector * area->reals + 2 * lane, even);
	put_bits(data, area->precision, vector * area->reals + 2 * lane + 1, odd);
}

static void put_permutation(void *data, const struct area *area, uint64_t vector, unsigned lane, unsigned from)
{
	put_lane_bits(data, area, vector, lane, 2 * (int64_t)from, 2 * (int64_t)from + 1);
}

static void put_mask(void *data, const struct area *area, uint64_t vector, unsigned lane, bool set)
{
	put_lane_bits(data, area, vector, lane, -(int64_t)set, -(int64_t)set);
}

/* Coefficients [row][input] of a matrix; the inputs of column c are c's vector and its flips. */
static void pack_dense(const struct step *step, const struct parts *parts, const struct area *area,
                       void *re, void *im, void *permutation, void *mask)
{
	const unsigned k = step->targets, rows = 1u << parts->rows, flips = 1u << parts->lanes;

	for (unsigned f = 1; f < flips; f++)
		for (unsigned lane = 0; lane < area->lane_count; lane++)
			put_permutation(permutation, area, f - 1, lane, lane ^ flip_pattern(step, parts, f));
	for (unsigned lane = 0; lane < area->lane_count; lane++)
		put_mask(mask, area, 0, lane, lane_acts(area, lane));
	for (unsigned r = 0; r < rows; r++) {
		for (unsigned i = 0; i < 1u << k; i++) {
			const unsigned c = i / flips, f = i % flips, pattern = flip_pattern(step, parts, f);
			const unsigned high_row = at_matrix_bits(r, parts->row, parts->rows);
			const unsigned high_column = at_matrix_bits(c, parts->row, parts->rows);
			if (!area->lanewise) {
				const double complex m = step->coefficients[high_row << k | high_column];
				put(re, area->precision, r << k | i, creal(m));
				put(im, area->precision, r << k | i, cimag(m));
				continue;
			}
			for (unsigned lane = 0; lane < area->lane_count; lane++) {
				const unsigned row = high_row | lane_index(step, parts, lane);
				const unsigned column = high_column | lane_index(step, parts, lane ^ pattern);
				const double complex m = lane_acts(area, lane) ? step->coefficients[row << k | column]
				                                               : r == c && f == 0;
				put_lane(re, area, r << k | i, lane, creal(m));
				put_lane(im, area, r << k | i, lane, cimag(m));
			}
		}
	}
}

/* Factor vectors [outside][pattern]. */
static void pack_diagonal(const struct step *step, const struct parts *parts, const struct area *area,
                          void *re, void *im, uint8_t *factor)
{
	const unsigned patterns = 1u << parts->rows, outsides = 1u << parts->outsides;

	for (unsigned o = 0; o < outsides; o++) {
		for (unsigned p = 0; p < patterns; p++) {
			const unsigned high = at_matrix_bits(o, parts->outside, parts->outsides)
			                    | at_matrix_bits(p, parts->row, parts->rows);
			const uint64_t at = (uint64_t)o * patterns + p;
			factor[at] = FACTOR_ONE;
			for (unsigned lane = 0; lane < area->lane_count; lane++) {
				const double complex f =
					lane_acts(area, lane) ? step->coefficients[high | lane_index(step, parts, lane)] : 1;
				put_lane(re, area, at, lane, creal(f));
				put_lane(im, area, at, lane, cimag(f));
				if (cimag(f) != 0)
					factor[at] = FACTOR_COMPLEX;
				else if (creal(f) != 1 && factor[at] == FACTOR_ONE)
					factor[at] = FACTOR_REAL;
			}
		}
	}
}

/* Vectors and lanes that trade places. Offsets of the two vectors of a pair go to the call. */
static void pack_exchange(struct kernel_call *call, const struct step *step, const struct parts *parts,
                          const struct area *area, void *permutation, void *mask)
{
	const unsigned pattern = flip_pattern(step, parts, ~0u);
	const bool is_swap = step->targets == 2;

	for (unsigned lane = 0; lane < area->lane_count; lane++) {
		/* Within one vector a SWAP moves only lanes whose two bits differ. Across vectors it moves the lanes at 1 of
		 * the first vector and those at 0 of the second. */
		const bool acts = lane_acts(area, lane), high = (lane & pattern) != 0;
		const bool moves = acts && (parts->rows || !is_swap || (high && (lane & pattern) != pattern));
		const bool mixed = is_swap && parts->lanes == 1;
		put_permutation(permutation, area, 0, lane, parts->rows || moves ? lane ^ pattern : lane);
		put_mask(mask, area, 0, lane, acts && (!mixed || high));
		put_mask(mask, area, 1, lane, acts && (!mixed || !high));
	}
	if (is_swap && parts->rows == 2) {
		call->offset[0] = address(bit_mask(step->target[parts->row[0]]));
		call->offset[1] = address(bit_mask(step->target[parts->row[1]]));
	} else if (parts->rows) {
		call->offset[1] = address(parts->row_mask);
	}
}

/* The number nearest to x that the precision has. */
static double rounded(songdo_precision precision, double x)
{
	return precision == SONGDO_DOUBLE ? x : (double)(float)x;
}

/* A real orthogonal matrix as signs[0] or signs[1] times a row of the input (the rows exchanged or not), then the
 * butterfly (x - t y, y + t x) with |t| <= 1. The scale belongs to t as it is after rounding: so the product is
 * orthogonal however it rounds. */
struct butterfly {
	double tangent, sign[2];
	bool exchange;
};

static struct butterfly butterfly_of(const double complex *matrix, songdo_precision precision)
{
	const double a = creal(matrix[0]), b = creal(matrix[1]), c = creal(matrix[2]), d = creal(matrix[3]);
	const bool mirror = a * d - b * c < 0, exchange = fabs(a) < fabs(c);
	const double tangent = rounded(precision, exchange ? -a / c : c / a);
	const double scale = copysign(1 / sqrt(1 + tangent * tangent), exchange ? c : a);

	return (struct butterfly){
		.tangent = tangent, .exchange = exchange,
		.sign = {exchange && !mirror ? -scale : scale, mirror && !exchange ? -scale : scale},
	};
}

/* The scales of the rows and the tangents go to re, the two vectors of each lane target to im. */
static void pack_rotation(struct kernel_call *call, const struct step *step, const struct parts *parts,
                          const struct area *area, void *re, void *im, void *permutation)
{
	const unsigned rows = 1u << parts->rows;
	struct butterfly butterfly[STEP_ROTATED_TARGETS];
	unsigned exchanged = 0;

	for (unsigned j = 0; j < parts->rows; j++) {
		butterfly[j] = butterfly_of(step->coefficients + 4 * parts->row[j], area->precision);
		exchanged |= (unsigned)butterfly[j].exchange << j;
		put(re, area->precision, rows + j, butterfly[j].tangent);
	}
	for (unsigned r = 0; r < rows; r++) {
		double scale = 1;
		for (unsigned j = 0; j < parts->rows; j++)
			scale *= butterfly[j].sign[r >> j & 1];
		put(re, area->precision, r, scale);
		call->offset[r] = address(bits_deposit(r, parts->row_mask));
		call->source[r] = address(bits_deposit(r ^ exchanged, parts->row_mask));
	}
	call->lanes = parts->lanes;
	for (unsigned l = 0; l < parts->lanes; l++) {
		const double complex *matrix = step->coefficients + 4 * parts->lane[l];
		const unsigned flip = 1u << step->target[parts->lane[l]];
		for (unsigned lane = 0; lane < area->lane_count; lane++) {
			const unsigned high = (lane & flip) != 0;
			put_lane(im, area, l, lane, creal(matrix[3 * high]));
			put_lane(im, area, parts->lanes + l, lane, creal(matrix[1 + high]));
			put_permutation(permutation, area, l, lane, lane ^ flip);
		}
	}
}

static call_loop choose_loop(const struct step *step, const struct parts *parts, const struct kernel_loops *loops,
                             bool lane_controls)
{
	const struct exchange_loops *exchange = loops->exchange;

	switch (step->kind) {
	case KERNEL_DENSE:
	case KERNEL_REAL: {
		const unsigned is_real = step->kind == KERNEL_REAL;
		return lane_controls && !parts->lanes ? loops->dense->masked[is_real][step->targets - 1]
		                                      : loops->dense->plain[is_real][step->targets - 1][parts->lanes];
	}
	case KERNEL_DIAGONAL: return loops->diagonal->runs;
	case KERNEL_ROTATE: return loops->rotate->rows[parts->rows];
	default: break;
	}
	if (!parts->rows)
		return exchange->permute;
	return parts->lanes ? exchange->swap_flipped : lane_controls ? exchange->swap_masked : exchange->swap;
}

static uint64_t aligned(uint64_t bytes) { return (bytes + ALIGNMENT - 1) & ~(uint64_t)(ALIGNMENT - 1); }

songdo_status call_new(struct kernel_call **out, const struct step *step, uint64_t block, unsigned local_bits,
                       const struct kernel_loops *loops)
{
	*out = NULL;
	if (~block & low_mask(loops->lane_bits))
		loops = loops->narrow;

	const uint64_t lane_mask = low_mask(loops->lane_bits), high_block = block & ~lane_mask;
	const struct parts parts = divide_targets(step, block, loops->lane_bits);
	const uint64_t real_bytes = loops->precision == SONGDO_DOUBLE ? 8 : 4;
	const struct area area = {
		.precision = loops->precision,
		.lane_count = 1u << loops->lane_bits, .reals = 2u << loops->lane_bits,
		.control_mask = step->control_mask & lane_mask, .control_value = step->control_value & lane_mask,
		.lanewise = parts.lanes || (step->targets <= CALL_FOLDED && step->control_mask & lane_mask),
	};
	const uint64_t vector_bytes = area.reals * real_bytes;

	/* Data after the struct: re, im, permutations, two masks, the kinds of factors. */
	uint64_t elements = 0, element_bytes = vector_bytes, factors = 0;
	if (step->kind == KERNEL_DIAGONAL) {
		elements = factors = bit_mask(parts.rows + parts.outsides);
	} else if (step->kind == KERNEL_ROTATE) {
		assert(!step->control_mask);
		elements = bit_mask(parts.rows) + 2 * parts.lanes + parts.rows;
	} else if (step->kind != KERNEL_EXCHANGE) {
		elements = bit_mask(step->targets + parts.rows);
		element_bytes = area.lanewise ? vector_bytes : real_bytes;
	}
	const uint64_t head = aligned(sizeof(struct kernel_call)), list = aligned(elements * element_bytes);
	const uint64_t permutations = aligned(bit_mask(CALL_LANE_BITS) * vector_bytes);
	const uint64_t masks = aligned(2 * vector_bytes);
	char *memory = aligned_alloc(ALIGNMENT, head + 2 * list + permutations + masks + aligned(factors));
	if (!memory)
		return SONGDO_NO_FIT;

	char *const re = memory + head, *const im = re + list, *const permutation = im + list;
	char *const mask = permutation + permutations, *const factor = mask + masks;
	struct kernel_call *call = (struct kernel_call *)memory;
	*call = (struct kernel_call){
		.loop = choose_loop(step, &parts, loops, area.control_mask != 0),
		.local_mask = low_mask(local_bits),
		.condition_mask = step->control_mask & ~block & ~lane_mask,
		.condition_value = step->control_value & ~block & ~lane_mask,
		.amplitude_bytes = (unsigned)(2 * real_bytes),
		.start = address(step->control_value & high_block),
		.pattern = address(parts.row_mask),
		.patterns = bit_mask(parts.rows),
		.outside = parts.outside_mask,
		.re = re, .im = im, .permutation = permutation, .mask = mask, .factor = (uint8_t *)factor,
	};
	const uint64_t free = high_block & ~parts.row_mask & ~step->control_mask;
	choose_loops(call, free, loops->lane_bits);
	if (step->kind == KERNEL_DIAGONAL) {
		if (choose_varying(call, free, parts.row_mask))
			call->loop = loops->diagonal->varying;
		pack_diagonal(step, &parts, &area, re, im, (uint8_t *)factor);
	} else if (step->kind == KERNEL_EXCHANGE) {
		pack_exchange(call, step, &parts, &area, permutation, mask);
	} else if (step->kind == KERNEL_ROTATE) {
		pack_rotation(call, step, &parts, &area, re, im, permutation);
	} else {
		for (uint64_t r = 0; r < bit_mask(parts.rows); r++)
			call->offset[r] = address(bits_deposit(r, parts.row_mask));
		pack_dense(step, &parts, &area, re, im, permutation, mask);
	}
	*out = call;
	return SONGDO_OK;
}

void call_apply(const struct kernel_call *call, void *amplitudes, uint64_t index)
{
	if ((index & call->condition_mask) == call->condition_value)
		call->loop(call, (char *)amplitudes + (index & call->local_mask) * call->amplitude_bytes, index);
}

void kernel_call_free(struct kernel_call *call) { free(call); }
