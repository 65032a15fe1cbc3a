/* sweep.c - sizes and costs of steps.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "op/sweep.h"

#include "base/bits.h"

static const struct { const char *name; uint8_t least, most; } kinds[KERNEL_KINDS] = {
	[KERNEL_DENSE] = {"dense", 1, STEP_DENSE_TARGETS},
	[KERNEL_REAL] = {"real", 1, STEP_DENSE_TARGETS},
	[KERNEL_DIAGONAL] = {"diagonal", 0, STEP_DIAGONAL_TARGETS},
	[KERNEL_EXCHANGE] = {"exchange", 1, 2},
	[KERNEL_ROTATE] = {"rotate", 1, STEP_ROTATED_TARGETS},
};

const char *step_name(enum kernel_kind kind) { return kinds[kind].name; }
unsigned step_most_targets(enum kernel_kind kind) { return kinds[kind].most; }
unsigned step_least_targets(enum kernel_kind kind) { return kinds[kind].least; }

uint64_t step_coefficients(enum kernel_kind kind, unsigned targets)
{
	switch (kind) {
	case KERNEL_DENSE:
	case KERNEL_REAL: return bit_mask(2 * targets);
	case KERNEL_DIAGONAL: return bit_mask(targets);
	case KERNEL_ROTATE: return 4 * targets;
	case KERNEL_EXCHANGE:
	case KERNEL_KINDS: break;
	}
	return 0;
}

/* A row of a complex matrix is 2^k complex products (6 flops) and 2^k - 1 complex sums (2 flops): 8 * 2^k - 2; done as
 * fused multiply-adds it is 8 * 2^k with the first sum into zero. Counted as carried out. */
uint64_t step_flops(enum kernel_kind kind, unsigned targets)
{
	switch (kind) {
	case KERNEL_DENSE: return 8 * bit_mask(targets);
	case KERNEL_REAL: return 4 * bit_mask(targets);
	case KERNEL_DIAGONAL: return 6;
	case KERNEL_ROTATE: return 4 * targets + 2; /* an fma for each component and target, and one scale */
	case KERNEL_EXCHANGE:
	case KERNEL_KINDS: break;
	}
	return 0;
}

uint64_t step_rank_flops(const struct step *step, unsigned local_bits, uint64_t still)
{
	unsigned halvings = bit_count((step->control_mask | still) & low_mask(local_bits));
	return step_flops(step->kind, step->targets) << (local_bits - halvings);
}
