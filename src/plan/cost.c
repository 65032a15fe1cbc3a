/* cost.c - what things cost: items for the choices of the planner, and the prediction for a whole plan.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>

#include "base/bits.h"
#include "op/remap_cost.h"
#include "plan/build.h"

unsigned plan_log2(uint64_t value) { return value ? bit_highest(value) : 0; }

void machine_defaults(struct machine_description *machine)
{
	const bool single = machine->precision == SONGDO_SINGLE;
	if (!machine->ranks)
		machine->ranks = 1;
	if (!machine->threads)
		machine->threads = 1;
	if (!machine->l1_bytes)
		machine->l1_bytes = 32u << 10;
	if (!machine->l2_bytes)
		machine->l2_bytes = 1u << 20;
	if (!machine->l3_bytes)
		machine->l3_bytes = 16u << 20;
	if (!machine->lane_bits)
		machine->lane_bits = single ? 2 : 1;
	if (!(machine->sweep_bytes_per_second > 0))
		machine->sweep_bytes_per_second = 25e9 * sqrt(machine->threads);
	if (!(machine->flops_per_second > 0))
		machine->flops_per_second = (single ? 40e9 : 20e9) * machine->threads;
	if (!(machine->link_bytes_per_second > 0))
		machine->link_bytes_per_second = 5e9;
	if (!(machine->link_seconds > 0))
		machine->link_seconds = 5e-6;
}

/* Measured in L1 with AVX-512 and AVX2, as flops at the peak rate: a matrix runs at three quarters of it, everything else
 * is bound by loads, stores and shuffles. A control halves the amplitudes, but below a quarter the walk itself costs. */
double step_cost(enum kernel_kind kind, unsigned targets, unsigned controls)
{
	static const double dense[] = {0, 21, 40, 88, 168, 320}, real[] = {0, 12, 18, 48, 84, 162};
	const double fraction = controls == 0 ? 1 : controls == 1 ? 0.5 : 0.25;
	switch (kind) {
	case KERNEL_DENSE: return fraction * dense[targets];
	case KERNEL_REAL: return fraction * real[targets];
	case KERNEL_ROTATE: return 10 + 4.5 * targets;
	case KERNEL_DIAGONAL: return fraction * (targets == 0 ? 9 : targets == 1 ? 14 : targets < 5 ? 16 : 20);
	default: return fraction * 7;
	}
}

double item_cost(const struct item *item)
{
	const unsigned controls = bit_count(item->control_mask);
	const bool alone = item->targets == 1 && controls == 0;
	switch ((enum kernel_kind)item->kind) {
	case KERNEL_ROTATE: return 6;
	case KERNEL_REAL: return alone ? 6 : step_cost(KERNEL_REAL, item->targets, controls);
	case KERNEL_DENSE: return alone ? 14 : step_cost(KERNEL_DENSE, item->targets, controls);
	case KERNEL_DIAGONAL: return 2 + 1.5 * (item->targets + controls);
	default: return step_cost((enum kernel_kind)item->kind, item->targets, controls);
	}
}

/* Seconds an amplitude: as measured on this machine where that is known, controls by the rule above. */
static double step_seconds(const struct machine_description *machine, const struct step *step)
{
	const unsigned controls = bit_count(step->control_mask);
	const double measured = machine->step_seconds[step->kind][step->targets];
	const double cost = step_cost(step->kind, step->targets, controls);
	if (measured > 0)
		return measured * cost / step_cost(step->kind, step->targets, 0);
	return cost / machine->flops_per_second;
}

void plan_count(struct plan *plan)
{
	const struct schedule *s = &plan->schedule;
	const struct machine_description *machine = &plan->arrays->machine;
	struct cost *cost = &plan->cost;
	const double bytes = ldexp(machine->precision == SONGDO_SINGLE ? 8 : 16, (int)s->local_bits);
	*cost = (struct cost){.sweeps = s->sweeps};
	plan->seconds = 0;
	for (uint32_t i = 0; i < s->stages; i++) {
		if (s->stage[i].remap.count == 0)
			continue;
		uint64_t sent, messages;
		remap_cost(s->stage[i].remap.count, s->local_bits, machine->precision, &sent, &messages);
		cost->remaps++;
		cost->exchanged_bytes += sent;
		cost->messages += messages;
		plan->seconds +=
		        (double)sent / machine->link_bytes_per_second + (double)messages * machine->link_seconds;
	}
	/* A state that stays in a cache is swept several times faster than memory allows. */
	const double in_cache = bytes <= (double)machine->l2_bytes ? 8 : bytes <= (double)machine->l3_bytes ? 2 : 1;
	for (uint32_t i = 0; i < s->passes; i++) {
		const struct pass *pass = &s->pass[i];
		const int amplitudes = (int)bit_count(low_mask(s->local_bits) & ~pass->still);
		for (uint32_t k = pass->first; k < pass->first + pass->count; k++) {
			const struct step *step = &s->step[k];
			cost->flops += step_rank_flops(step, s->local_bits, pass->still);
			plan->seconds += ldexp(step_seconds(machine, step), amplitudes);
		}
	}
	for (uint32_t i = 0; i < s->sweeps; i++) {
		const struct sweep *sweep = &s->sweep[i];
		const uint64_t still = s->pass[sweep->first].still & ~sweep->tile;
		const int unread = (int)bit_count(low_mask(s->local_bits) & still);
		plan->seconds += ldexp(2 * bytes, -unread) / (machine->sweep_bytes_per_second * in_cache);
	}
}
