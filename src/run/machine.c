/* machine.c - the machine as plans see it: what the env knows, and what was measured where that is known.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "run/run.h"

/* The least of a figure over the ranks. */
static uint64_t flip(uint64_t x) { return UINT64_MAX - x; }

songdo_status run_machine(struct machine_description *machine, songdo_env *env, songdo_precision precision)
{
	const struct kernel_table *kernel = kernel_find(env->isa, precision);
	uint64_t least[] = {
	        flip((uint64_t)env->threads),
	        flip(env->cpu.l1_bytes),
	        flip(env->cpu.l2_bytes),
	        flip(env->cpu.l3_bytes),
	        flip(kernel == NULL ? 0 : kernel->lane_bits),
	        flip((uint64_t)comm_node_size(env->comm)),
	};
	const songdo_status status = comm_max(env->comm, least, ARRAY_LENGTH(least));

	*machine = (struct machine_description){
	        .ranks = (uint32_t)comm_size(env->comm),
	        .threads = (uint32_t)flip(least[0]),
	        .precision = precision,
	        .l1_bytes = flip(least[1]),
	        .l2_bytes = flip(least[2]),
	        .l3_bytes = flip(least[3]),
	        .lane_bits = (uint32_t)flip(least[4]),
	};
	run_use_rates(machine, env, flip(least[5]));
	machine_defaults(machine);
	return status;
}

void run_use_rates(struct machine_description *machine, const songdo_env *env, uint64_t node_ranks)
{
	const struct rates *rates = &env->rates;
	const double ranks = (double)max_u64(node_ranks, 1), threads = machine->threads * ranks;

	machine->sweep_bytes_per_second = machine->flops_per_second = 0;
	memset(machine->step_seconds, 0, sizeof(machine->step_seconds));
	if (rates->threads == 0)
		return;
	/* One thread does not fill the memory's bandwidth; several together do, and more do not help. The ranks of a node
	 * share. */
	machine->sweep_bytes_per_second = fmin(threads * rates->memory_one, rates->memory) / ranks;
	machine->link_bytes_per_second = rates->link;
	machine->link_seconds = rates->link_seconds;
	if (strcmp(rates->isa, kernel_name(env->isa)) != 0)
		return;
	/* More threads than were measured are more than the node has cores. */
	const double useful = fmin(threads, rates->threads) / ranks;
	machine->flops_per_second = rates->of[machine->precision].flops * useful / rates->threads;
	for (int kind = 0; kind < KERNEL_KINDS; kind++)
		for (int k = 0; k <= STEP_TARGETS; k++)
			machine->step_seconds[kind][k] = rates->of[machine->precision].step[kind][k] / useful;
}
