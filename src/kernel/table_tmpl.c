/* table_tmpl.c - the kernel_table of one precision and instruction set.
 *
 * The build defines KERNEL_ISA (its name) and KERNEL_NARROW (the suffix of the loops without lanes).
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "kernel/loops.h"

#if VEC_REALS > 2
extern const struct kernel_loops KERNEL_EXPAND(loops, KERNEL_NARROW);
#endif
extern const struct kernel_loops KERNEL_NAME(loops);

const struct kernel_loops KERNEL_NAME(loops) = {
	.precision = REAL_BYTES == 8 ? SONGDO_DOUBLE : SONGDO_SINGLE,
	.lane_bits = LANE_BITS,
#if VEC_REALS > 2
	.narrow = &KERNEL_EXPAND(loops, KERNEL_NARROW),
#endif
	.dense = &KERNEL_NAME(dense),
	.exchange = &KERNEL_NAME(exchange),
	.diagonal = &KERNEL_NAME(diagonal),
	.rotate = &KERNEL_NAME(rotate),
};

static songdo_status prepare(struct kernel_call **call, const struct step *step, uint64_t block, unsigned local_bits)
{
	return call_new(call, step, block, local_bits, &KERNEL_NAME(loops));
}

extern const struct kernel_table KERNEL_NAME(kernel_table);
const struct kernel_table KERNEL_NAME(kernel_table) = {
	.isa = KERNEL_ISA,
	.precision = REAL_BYTES == 8 ? SONGDO_DOUBLE : SONGDO_SINGLE,
	.lane_bits = LANE_BITS,
	.amplitude_bytes = 2 * REAL_BYTES,
	.mixer = &KERNEL_NAME(mixer),
	.prepare = prepare,
	.apply = call_apply,
	.norm = KERNEL_NAME(norm),
	.norm_where = KERNEL_NAME(norm_where),
	.probabilities = KERNEL_NAME(probabilities),
	.project = KERNEL_NAME(project),
	.to_double = KERNEL_NAME(to_double),
	.from_double = KERNEL_NAME(from_double),
	.scale = KERNEL_NAME(scale),
	.multiply_add = KERNEL_NAME(multiply_add),
};
