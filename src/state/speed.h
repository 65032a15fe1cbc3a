/* speed.h - how fast this machine is, measured: memory, caches, arithmetic, the kernels, the links between ranks.
 *
 * May use: vector, comm, kernel, op, base.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef SONGDO_SPEED_H
#define SONGDO_SPEED_H

#include "op/rates.h"
#include "vector/vector.h"

enum { SPEED_PASSES = 8 };

struct speed {
	struct rates rates;
	double flops[KERNEL_ISAS]
	            [2]; /* flops/s of fused multiply-adds by instruction set and precision, all threads; 0:
	                                    not usable here */
	struct {
		uint64_t bytes; /* of the state, all ranks of the node together */
		double one, all; /* bytes/s of a pass over it, read and written, by one thread and by all */
	} pass[SPEED_PASSES];
	size_t passes;
	double share; /* of the cores it asked for, what the worst measurement had at its best: 1 on a quiet
	                                    machine, and about 0.5 where something else wanted every core */
};

/* Measure. Several ranks work at the same time, as they do in a run: figures are those of the slowest, times the ranks
 * of a node. Takes a few seconds, at most 1 GiB a node and a quarter of what is free. Collective. */
songdo_status speed_measure(struct speed *speed, songdo_env *env, songdo_error *error);

#endif
