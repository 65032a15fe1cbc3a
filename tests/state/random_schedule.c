/* random_schedule.c - random schedules, and what they do to a dense vector, by the oracle.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "random_schedule.h"

#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "oracle.h"

void random_remap(struct remap *remap, unsigned pairs, unsigned bits, unsigned local_bits, uint64_t *seed)
{
	memset(remap, 0, sizeof *remap);
	remap->count = (uint8_t)pairs;
	oracle_random_bits(remap->local, pairs, local_bits, 0, seed);
	oracle_random_bits(remap->rank, pairs, bits - local_bits, 0, seed);
	for (unsigned i = 0; i < pairs; i++)
		remap->rank[i] = (uint8_t)(remap->rank[i] + local_bits);
}

static uint64_t random_mask(unsigned count, uint64_t among, uint64_t *seed)
{
	uint8_t bit[64];
	if (count > bit_count(among))
		count = bit_count(among);
	return oracle_random_bits(bit, count, 64, ~among, seed);
}

static double complex *random_step(struct step *step, uint64_t block, unsigned bits, double complex *coefficients,
                                   uint64_t *seed)
{
	memset(step, 0, sizeof *step);
	step->kind = (uint8_t)oracle_below(seed, KERNEL_KINDS);
	bool diagonal = step->kind == KERNEL_DIAGONAL || bit_count(block) == 0;
	if (diagonal) {
		step->kind = KERNEL_DIAGONAL;
		block = low_mask(bits);
	}
	unsigned most = step->kind == KERNEL_EXCHANGE ? 2 : diagonal ? 6 : step->kind == KERNEL_ROTATE ? 5 : 3;
	if (most > bit_count(block))
		most = bit_count(block);
	unsigned targets = diagonal ? (unsigned)oracle_below(seed, most + 1) : 1 + (unsigned)oracle_below(seed, most);
	uint64_t taken = oracle_random_bits(step->target, targets, bits, ~block, seed);
	step->targets = (uint8_t)targets;
	unsigned controls = step->kind == KERNEL_ROTATE ? 0 : (unsigned)oracle_below(seed, 4);
	if (controls > bits - targets)
		controls = bits - targets;
	uint8_t control[64];
	step->control_mask = oracle_random_bits(control, controls, bits, taken, seed);
	step->control_value = step->control_mask & (uint64_t)(oracle_uniform(seed) * 1e15);
	if (step->kind == KERNEL_EXCHANGE)
		return coefficients;

	step->coefficients = coefficients;
	if (diagonal)
		for (uint64_t i = 0; i < bit_mask(targets); i++)
			coefficients[i] = cexp(6.283185307179586 * oracle_uniform(seed) * I);
	else if (step->kind == KERNEL_ROTATE)
		for (unsigned j = 0; j < targets; j++)
			oracle_random_unitary(coefficients + 4 * j, 2, true, seed);
	else
		oracle_random_unitary(coefficients, bit_mask(targets), step->kind == KERNEL_REAL, seed);
	return coefficients + step_coefficients(step->kind, targets);
}

void random_schedule_init(struct random_schedule *random, const struct random_shape *shape, uint64_t *seed)
{
	uint32_t sweeps = shape->stages * shape->sweeps, passes = sweeps * shape->passes, steps = passes * shape->steps;
	unsigned m = shape->local_bits, ranks = shape->bits - m;
	random->stage = calloc(shape->stages, sizeof *random->stage);
	random->sweep = calloc(sweeps, sizeof *random->sweep);
	random->pass = calloc(passes, sizeof *random->pass);
	random->step = calloc(steps, sizeof *random->step);
	random->coefficients = calloc((uint64_t)steps * 64, sizeof *random->coefficients);
	double complex *coefficients = random->coefficients;
	for (uint32_t t = 0; t < shape->stages; t++) {
		unsigned pairs = ranks && m ? (unsigned)oracle_below(seed, (ranks < m ? ranks : m) + 1) : 0;
		random_remap(&random->stage[t].remap, pairs, shape->bits, m, seed);
		random->stage[t].first = t * shape->sweeps;
		random->stage[t].count = shape->sweeps;
	}
	for (uint32_t s = 0; s < sweeps; s++) {
		uint64_t tile = shape->contiguous ? low_mask(shape->tile_bits) & low_mask(m)
		                                  : random_mask(shape->tile_bits, low_mask(m), seed);
		random->sweep[s] = (struct sweep){tile, s * shape->passes, shape->passes};
		for (uint32_t p = s * shape->passes; p < (s + 1) * shape->passes; p++) {
			uint64_t block = shape->contiguous ? low_mask(shape->block_bits) & tile
			                                   : random_mask(shape->block_bits, tile, seed);
			random->pass[p] = (struct pass){.block = block, .first = p * shape->steps, .count = shape->steps};
			for (uint32_t i = 0; i < shape->steps; i++)
				coefficients = random_step(&random->step[p * shape->steps + i], block, shape->bits, coefficients, seed);
		}
	}
	random->schedule = (struct schedule){
		.bits = shape->bits, .local_bits = m, .stages = shape->stages, .sweeps = sweeps, .passes = passes, .steps = steps,
		.stage = random->stage, .sweep = random->sweep, .pass = random->pass, .step = random->step,
	};
}

void random_schedule_fini(struct random_schedule *random)
{
	free(random->stage);
	free(random->sweep);
	free(random->pass);
	free(random->step);
	free(random->coefficients);
}

void dense_remap(double complex *state, unsigned bits, const struct remap *remap)
{
	double complex *moved = malloc(bit_mask(bits) * sizeof *moved);
	for (uint64_t x = 0; x < bit_mask(bits); x++) {
		uint64_t y = x;
		for (unsigned i = 0; i < remap->count; i++) {
			uint64_t low = x >> remap->local[i] & 1, high = x >> remap->rank[i] & 1;
			y &= ~(bit_mask(remap->local[i]) | bit_mask(remap->rank[i]));
			y |= high << remap->local[i] | low << remap->rank[i];
		}
		moved[y] = state[x];
	}
	memcpy(state, moved, bit_mask(bits) * sizeof *moved);
	free(moved);
}

static void dense_step(double complex *state, unsigned bits, const struct step *step)
{
	static const double complex x[4] = {0, 1, 1, 0};
	static const double complex swap[16] = {1, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 1};
	const double complex *matrix = step->coefficients;
	if (step->kind == KERNEL_EXCHANGE)
		matrix = step->targets == 1 ? x : swap;
	if (step->kind == KERNEL_DIAGONAL)
		oracle_diagonal(state, bits, step->targets, step->target, matrix, step->control_mask, step->control_value);
	else if (step->kind == KERNEL_ROTATE)
		for (unsigned j = 0; j < step->targets; j++)
			oracle_apply(state, bits, 1, &step->target[j], matrix + 4 * j, 0, 0);
	else
		oracle_apply(state, bits, step->targets, step->target, matrix, step->control_mask, step->control_value);
}

void dense_execute(double complex *state, const struct schedule *schedule)
{
	for (uint32_t t = 0; t < schedule->stages; t++) {
		const struct stage *stage = &schedule->stage[t];
		dense_remap(state, schedule->bits, &stage->remap);
		for (uint32_t s = stage->first; s < stage->first + stage->count; s++) {
			const struct sweep *sweep = &schedule->sweep[s];
			for (uint32_t p = sweep->first; p < sweep->first + sweep->count; p++)
				for (uint32_t i = 0; i < schedule->pass[p].count; i++)
					dense_step(state, schedule->bits, &schedule->step[schedule->pass[p].first + i]);
		}
	}
}
