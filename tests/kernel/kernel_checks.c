/* kernel_checks.c - kernels against the oracle: kinds, targets, controls, blocks, ranks, sums.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "kernel_checks.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../oracle.h"
#include "base/bits.h"
#include "base/cpu.h"

extern const struct kernel_table kernel_table_f64_wide, kernel_table_f32_wide;

const struct kernel_table *kernel_wide(songdo_precision precision)
{
#ifdef __x86_64__
	struct cpu cpu;
	cpu_read(&cpu);
	if (!cpu.avx2)
		return NULL;
#endif
	return precision == SONGDO_DOUBLE ? &kernel_table_f64_wide : &kernel_table_f32_wide;
}

static void *new_aligned(uint64_t bytes)
{
	void *memory = aligned_alloc(64, (bytes + 63) & ~(uint64_t)63);
	if (!memory)
		abort();
	return memory;
}

/* The state rounded to the table's precision. */
static void round_state(const struct kernel_table *table, double complex *state, uint64_t length)
{
	for (uint64_t i = 0; table->precision == SONGDO_SINGLE && i < length; i++)
		state[i] = (float)creal(state[i]) + I * (float)cimag(state[i]);
}

/* The step on all blocks of all ranks of a state. */
static bool apply_step(const struct kernel_table *table, const struct step *step, uint64_t block,
                       unsigned bits, unsigned local_bits, double complex *state)
{
	const uint64_t local = bit_mask(local_bits);
	void *amplitudes = new_aligned(local * table->amplitude_bytes);
	struct kernel_call *call;

	if (table->prepare(&call, step, block, local_bits)) {
		free(amplitudes);
		return false;
	}
	for (uint64_t first = 0; first < bit_mask(bits); first += local) {
		const uint64_t others = low_mask(local_bits) & ~block;
		uint64_t origin = 0;
		table->from_double(amplitudes, state + first, 0, local);
		do {
			table->apply(call, amplitudes, first | origin);
			origin = (origin - others) & others;
		} while (origin);
		table->to_double(state + first, amplitudes, 0, local);
	}
	kernel_call_free(call);
	free(amplitudes);
	return true;
}

static const char *const kind_names[] = {"dense", "real", "diagonal", "exchange", "rotate"};

/* One step on a random state, beside the oracle; amplitudes outside the controls keep their bits. */
static bool same_as_oracle(const struct kernel_table *table, const struct step *step, uint64_t block,
                           unsigned bits, unsigned local_bits, uint64_t *seed, char *text)
{
	const uint64_t length = bit_mask(bits), size = bit_mask(step->targets);
	const double tolerance = table->precision == SONGDO_DOUBLE ? 1e-14 : 1e-6;
	double complex *before = malloc(length * sizeof *before), *after = malloc(length * sizeof *after);
	double complex *expected = malloc(length * sizeof *expected);
	bool good = false;

	oracle_random_state(before, length, seed);
	round_state(table, before, length);
	memcpy(after, before, length * sizeof *after);
	memcpy(expected, before, length * sizeof *expected);
	if (step->kind == KERNEL_DIAGONAL) {
		oracle_diagonal(expected, bits, step->targets, step->target, step->coefficients,
		                step->control_mask, step->control_value);
	} else if (step->kind == KERNEL_EXCHANGE) {
		double complex matrix[16] = {0};
		for (uint64_t r = 0; r < size; r++)
			matrix[r * size + (size == 2 ? r ^ 1 : (r >> 1 | r << 1) & 3)] = 1;
		oracle_apply(expected, bits, step->targets, step->target, matrix, step->control_mask, step->control_value);
	} else if (step->kind == KERNEL_ROTATE) {
		for (unsigned j = 0; j < step->targets; j++)
			oracle_apply(expected, bits, 1, &step->target[j], step->coefficients + 4 * j, 0, 0);
	} else {
		oracle_apply(expected, bits, step->targets, step->target, step->coefficients,
		             step->control_mask, step->control_value);
	}
	bool unchanged = true;
	double distance = INFINITY;
	if (apply_step(table, step, block, bits, local_bits, after)) {
		distance = oracle_distance(after, expected, length);
		for (uint64_t i = 0; i < length; i++)
			if ((i & step->control_mask) != step->control_value)
				unchanged &= !memcmp(&after[i], &before[i], sizeof after[i]);
		good = unchanged && distance <= (step->kind == KERNEL_EXCHANGE ? 0 : tolerance);
	}
	if (!good)
		snprintf(text, KERNEL_FAILURE,
		         "%s k %u on %u %u %u %u %u, controls %#llx at %#llx, block %#llx of %u bits, %u local: off by %g%s",
		         kind_names[step->kind], step->targets, step->target[0], step->target[1], step->target[2],
		         step->target[3], step->target[4], (unsigned long long)step->control_mask,
		         (unsigned long long)step->control_value, (unsigned long long)block, bits, local_bits, distance,
		         unchanged ? "" : ", others changed");
	free(before);
	free(after);
	free(expected);
	return good;
}

/* Controls, ranks and a block for the targets in step, at random: kinds of the surroundings by `variant`.
 *   0: one block of everything; 1: controls; 2: a random block; 3 and up: controls, a random block, ranks */
static bool in_surroundings(const struct kernel_table *table, struct step *step, unsigned bits, unsigned variant,
                            uint64_t *seed, char *text)
{
	uint64_t targets = 0, block = low_mask(bits);
	unsigned local_bits = bits;
	uint8_t control[STEP_TARGETS];

	for (unsigned j = 0; j < step->targets; j++)
		targets |= bit_mask(step->target[j]);
	step->control_mask = step->control_value = 0;
	if (variant != 0 && variant != 2 && step->kind != KERNEL_ROTATE) {
		const unsigned most = (unsigned)min_u64(4, bits - step->targets);
		step->control_mask = oracle_random_bits(control, (unsigned)oracle_below(seed, most + 1), bits, targets, seed);
		step->control_value = oracle_below(seed, bit_mask(bits)) & step->control_mask;
	}
	const uint64_t needed = step->kind == KERNEL_DIAGONAL ? 0 : targets;
	if (variant >= 3) {
		const unsigned least = needed ? bit_highest(needed) + 1 : 0;
		local_bits = least + (unsigned)oracle_below(seed, bits - least + 1);
		block = low_mask(local_bits);
	}
	if (variant >= 2) {
		/* Half of the time the lowest bits are in the block, so that the vector loops are reached. */
		block &= oracle_below(seed, bit_mask(bits)) | needed;
		if (oracle_below(seed, 2))
			block |= low_mask(min_u64(3, local_bits));
	}
	return same_as_oracle(table, step, block, bits, local_bits, seed, text);
}

enum { VARIANTS = 5 };

/* A matrix step with random coefficients, in every kind of surroundings. */
static bool with_coefficients(const struct kernel_table *table, struct step step, unsigned bits, uint64_t *seed, char *text)
{
	double complex matrix[1 << 2 * STEP_DENSE_TARGETS];

	step.coefficients = matrix;
	for (unsigned variant = 0; variant < VARIANTS; variant++) {
		oracle_random_unitary(matrix, bit_mask(step.targets), step.kind == KERNEL_REAL, seed);
		if (!in_surroundings(table, &step, bits, variant, seed, text))
			return false;
	}
	return true;
}

bool check_matrices_on_every_target_tuple(const struct kernel_table *table, char *text)
{
	enum { BITS = 7 };
	uint64_t seed = 1;

	for (unsigned k = 1; k <= 3; k++) {
		for (unsigned code = 0; code < (k == 1 ? BITS : k == 2 ? BITS * BITS : BITS * BITS * BITS); code++) {
			const uint8_t a = code % BITS, b = code / BITS % BITS, c = (uint8_t)(code / BITS / BITS);
			if ((k > 1 && a == b) || (k > 2 && (a == c || b == c)))
				continue;
			for (unsigned kind = KERNEL_DENSE; kind <= KERNEL_REAL; kind++) {
				struct step step = {.kind = (uint8_t)kind, .targets = (uint8_t)k, .target = {a, b, c}};
				if (!with_coefficients(table, step, BITS, &seed, text))
					return false;
			}
		}
	}
	return true;
}

bool check_wide_matrices(const struct kernel_table *table, char *text)
{
	uint64_t seed = 2;

	for (unsigned round = 0; round < 160; round++) {
		const unsigned bits = 6 + round % 3;
		struct step step = {.kind = round & 1 ? KERNEL_REAL : KERNEL_DENSE, .targets = 4 + (round >> 1 & 1)};
		oracle_random_bits(step.target, step.targets, bits, 0, &seed);
		if (!with_coefficients(table, step, bits, &seed, text))
			return false;
	}
	return true;
}

bool check_diagonals(const struct kernel_table *table, char *text)
{
	double complex factors[1 << STEP_DIAGONAL_TARGETS];
	uint64_t seed = 3;

	for (unsigned round = 0; round < 1500; round++) {
		const unsigned k = round % (STEP_DIAGONAL_TARGETS + 1), bits = k + (unsigned)oracle_below(&seed, 12 - k);
		struct step step = {.kind = KERNEL_DIAGONAL, .targets = (uint8_t)k, .coefficients = factors};
		oracle_random_bits(step.target, k, bits, 0, &seed);
		for (uint64_t i = 0; i < bit_mask(k); i++) {
			const uint64_t sort = oracle_below(&seed, 4);
			factors[i] = sort == 0 ? 1 : sort == 1 ? -1 : cexp(I * 6.28 * oracle_uniform(&seed));
		}
		if (!in_surroundings(table, &step, bits, round % VARIANTS, &seed, text))
			return false;
	}
	return true;
}

bool check_exchanges(const struct kernel_table *table, char *text)
{
	enum { BITS = 7 };
	uint64_t seed = 4;

	for (unsigned a = 0; a < BITS; a++) {
		for (unsigned b = 0; b < BITS; b++) {
			struct step step = {.kind = KERNEL_EXCHANGE, .targets = a == b ? 1 : 2, .target = {(uint8_t)a, (uint8_t)b}};
			for (unsigned round = 0; round < 10 * VARIANTS; round++)
				if (!in_surroundings(table, &step, BITS, round % VARIANTS, &seed, text))
					return false;
		}
	}
	return true;
}

/* What a step of this kind takes, at random. */
static void random_coefficients(double complex *out, const struct step *step, uint64_t *seed)
{
	if (step->kind != KERNEL_ROTATE) {
		oracle_random_unitary(out, bit_mask(step->targets), step->kind == KERNEL_REAL, seed);
		return;
	}
	for (unsigned j = 0; j < step->targets; j++)
		oracle_random_unitary(out + 4 * j, 2, true, seed);
}

bool check_rotations(const struct kernel_table *table, char *text)
{
	enum { BITS = 11 };
	double complex coefficients[4 * STEP_ROTATED_TARGETS];
	uint64_t seed = 9;

	for (unsigned round = 0; round < 600; round++) {
		const unsigned k = 1 + round % STEP_ROTATED_TARGETS, bits = k + (unsigned)oracle_below(&seed, BITS + 1 - k);
		struct step step = {.kind = KERNEL_ROTATE, .targets = (uint8_t)k, .coefficients = coefficients};
		oracle_random_bits(step.target, k, bits, 0, &seed);
		random_coefficients(coefficients, &step, &seed);
		/* Also exactly the ends of the ranges: identities, exchanges, Hadamard matrices. */
		for (unsigned j = 0; round % 3 == 0 && j < k; j++) {
			static const double complex special[4][4] = {
				{1, 0, 0, 1}, {0, -1, 1, 0}, {0, 1, 1, 0}, {M_SQRT1_2, M_SQRT1_2, M_SQRT1_2, -M_SQRT1_2},
			};
			memcpy(coefficients + 4 * j, special[oracle_below(&seed, 4)], sizeof special[0]);
		}
		if (!in_surroundings(table, &step, bits, round % VARIANTS, &seed, text))
			return false;
	}
	return true;
}

bool check_small_states(const struct kernel_table *table, char *text)
{
	double complex coefficients[64];
	uint64_t seed = 5;

	for (unsigned bits = 0; bits <= 3; bits++) {
		for (unsigned round = 0; round < 400; round++) {
			struct step step = {.kind = (uint8_t)(round % KERNEL_KINDS), .coefficients = coefficients};
			const unsigned most = step.kind == KERNEL_EXCHANGE ? min_u64(2, bits) : bits;
			step.targets = (uint8_t)oracle_below(&seed, most + 1);
			if (step.kind != KERNEL_DIAGONAL && step.targets == 0)
				continue;
			oracle_random_bits(step.target, step.targets, bits, 0, &seed);
			random_coefficients(coefficients, &step, &seed);
			if (!in_surroundings(table, &step, bits, round / 4 % VARIANTS, &seed, text))
				return false;
		}
	}
	return true;
}

/* Enough bits that every shape of the innermost loop is met, the strided and the bounded one included. */
bool check_large_blocks(const struct kernel_table *table, char *text)
{
	enum { BITS = 15 };
	double complex coefficients[1 << STEP_DIAGONAL_TARGETS];
	uint64_t seed = 6;

	for (unsigned round = 0; round < 40; round++) {
		struct step step = {.kind = (uint8_t)(round % KERNEL_KINDS), .coefficients = coefficients};
		step.targets = (uint8_t)(1 + oracle_below(&seed, step.kind == KERNEL_EXCHANGE ? 2 : 3));
		oracle_random_bits(step.target, step.targets, round % 3 ? BITS : 5, 0, &seed);
		random_coefficients(coefficients, &step, &seed);
		if (!in_surroundings(table, &step, BITS, round % VARIANTS, &seed, text))
			return false;
	}
	return true;
}

bool check_sums(const struct kernel_table *table, char *text)
{
	enum { BITS = 13 };
	const uint64_t length = bit_mask(BITS);
	const struct kernel_table *scalar = kernel_find(KERNEL_SCALAR, table->precision);
	double complex *state = malloc(length * sizeof *state);
	double *squares = malloc(length * sizeof *squares);
	void *amplitudes = new_aligned(length * table->amplitude_bytes);
	uint64_t seed = 7;
	bool good = true;

	oracle_random_state(state, length, &seed);
	round_state(table, state, length);
	table->from_double(amplitudes, state, 0, length);
	for (unsigned round = 0; good && round < 300; round++) {
		uint64_t begin = oracle_below(&seed, length), end = oracle_below(&seed, length + 1);
		const uint64_t base = round % 3 ? oracle_below(&seed, 8) << BITS : oracle_below(&seed, 8);
		const uint64_t mask = round % 4 ? oracle_below(&seed, 8 << BITS) & oracle_below(&seed, 8 << BITS)
		                                : bit_mask(oracle_below(&seed, BITS));
		const uint64_t value = mask & oracle_below(&seed, 8 << BITS);
		if (round == 0)
			begin = 0, end = length;
		if (begin > end) {
			const uint64_t other = begin;
			begin = end;
			end = other;
		}
		double sum = 0, where = 0;
		table->probabilities(squares, amplitudes, begin, end);
		for (uint64_t i = begin; i < end; i++) {
			const double square = creal(state[i]) * creal(state[i]) + cimag(state[i]) * cimag(state[i]);
			good &= squares[i - begin] == square;
			sum += square;
			where += ((base + i) & mask) == value ? square : 0;
		}
		const double norm = table->norm(amplitudes, begin, end);
		const double norm_where = table->norm_where(amplitudes, base, begin, end, mask, value);
		const double all = table->norm_where(amplitudes, base, begin, end, 0, 0);
		good &= fabs(norm - sum) <= 1e-14 && fabs(norm_where - where) <= 1e-14 && all == norm;
		good &= norm == scalar->norm(amplitudes, begin, end);
		good &= norm_where == scalar->norm_where(amplitudes, base, begin, end, mask, value);
		if (!good)
			snprintf(text, KERNEL_FAILURE, "[%llu, %llu) at %#llx, mask %#llx value %#llx: %.17g for %.17g, %.17g for %.17g",
			         (unsigned long long)begin, (unsigned long long)end, (unsigned long long)base,
			         (unsigned long long)mask, (unsigned long long)value, norm, sum, norm_where, where);
	}
	free(state);
	free(squares);
	free(amplitudes);
	return good;
}

bool check_moves(const struct kernel_table *table, char *text)
{
	enum { LENGTH = 1 << 9 };
	double complex *state = malloc(LENGTH * sizeof *state), *back = malloc(LENGTH * sizeof *back);
	void *amplitudes = new_aligned((uint64_t)LENGTH * table->amplitude_bytes);
	uint64_t seed = 8;
	bool good = true;

	for (unsigned round = 0; good && round < 200; round++) {
		const uint64_t begin = oracle_below(&seed, LENGTH), end = begin + oracle_below(&seed, LENGTH - begin + 1);
		const uint64_t base = round % 2 ? oracle_below(&seed, 4) * LENGTH : oracle_below(&seed, 4);
		const uint64_t mask = oracle_below(&seed, 4 * LENGTH) & oracle_below(&seed, 4 * LENGTH) * (round % 5 != 0);
		const uint64_t value = mask & oracle_below(&seed, 4 * LENGTH);
		oracle_random_state(state, LENGTH, &seed);
		round_state(table, state, LENGTH);
		table->from_double(amplitudes, state, 0, LENGTH);
		table->to_double(back, amplitudes, 0, LENGTH);
		good &= !memcmp(state, back, LENGTH * sizeof *state);
		/* The middle one more time, from elsewhere in memory. */
		table->from_double(amplitudes, state + begin, begin, end);
		table->project(amplitudes, base, begin, end, mask, value, 0.5);
		table->to_double(back, amplitudes, begin, end);
		for (uint64_t i = begin; i < end; i++)
			good &= back[i - begin] == (((base + i) & mask) == value ? 0.5 * state[i] : 0);
		table->to_double(back, amplitudes, 0, LENGTH);
		for (uint64_t i = 0; i < LENGTH; i++)
			good &= (i >= begin && i < end) || back[i] == state[i];
		if (!good)
			snprintf(text, KERNEL_FAILURE, "[%llu, %llu) at %#llx, mask %#llx value %#llx",
			         (unsigned long long)begin, (unsigned long long)end, (unsigned long long)base,
			         (unsigned long long)mask, (unsigned long long)value);
	}
	free(state);
	free(back);
	free(amplitudes);
	return good;
}

/* scale against a product; multiply_add against its recurrence s = 0.875 s + t, of which twelve run, from 0 to 11. */
bool check_limits(const struct kernel_table *table, char *text)
{
	enum { LENGTH = 1 << 9, ROUNDS = 5 };
	double complex *state = malloc(LENGTH * sizeof *state), *back = malloc(LENGTH * sizeof *back);
	void *amplitudes = new_aligned((uint64_t)LENGTH * table->amplitude_bytes);
	uint64_t seed = 9;
	bool good = true;

	for (unsigned round = 0; good && round < 100; round++) {
		const uint64_t begin = 8 * oracle_below(&seed, LENGTH / 8), end = begin + oracle_below(&seed, LENGTH - begin + 1);
		oracle_random_state(state, LENGTH, &seed);
		round_state(table, state, LENGTH);
		table->from_double(amplitudes, state, 0, LENGTH);
		table->scale(amplitudes, begin, end, -0.5);
		table->to_double(back, amplitudes, 0, LENGTH);
		for (uint64_t i = 0; i < LENGTH; i++)
			good &= back[i] == (i >= begin && i < end ? -0.5 * state[i] : state[i]);
		if (!good)
			snprintf(text, KERNEL_FAILURE, "scale of [%llu, %llu)", (unsigned long long)begin, (unsigned long long)end);
	}
	const double term = 0.125;
	double sum = term, wanted = term;
	const uint64_t flops = table->multiply_add(ROUNDS, &sum);
	for (int i = 0; i < 12; i++) {
		double s = i;
		for (int r = 0; r < ROUNDS; r++)
			s = 0.875 * s + term;
		wanted += s;
	}
	if (good && (fabs(sum - wanted) > 1e-5 || flops != (uint64_t)2 * ROUNDS * 12 * 2 << table->lane_bits)) {
		snprintf(text, KERNEL_FAILURE, "multiply_add gives %g, not %g, in %llu flops", sum, wanted, (unsigned long long)flops);
		good = false;
	}
	free(state);
	free(back);
	free(amplitudes);
	return good;
}
