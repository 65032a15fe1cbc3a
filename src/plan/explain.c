/* explain.c - a plan in words and as JSON fields.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/bits.h"
#include "plan/build.h"

static void add_bits(struct text *text, uint64_t bits)
{
	const char *gap = "";
	while (bits) { /* runs as a-b */
		const unsigned low = bit_lowest(bits);
		const unsigned run = ~(bits >> low) ? bit_lowest(~(bits >> low)) : 64 - low;
		if (run == 1)
			text_add_format(text, "%s%u", gap, low);
		else
			text_add_format(text, "%s%u-%u", gap, low, low + run - 1);
		bits &= ~(low_mask(run) << low);
		gap = " ";
	}
}

static void add_step(struct text *text, const struct step *step)
{
	text_add_format(text, "      %s", step_name(step->kind));
	if (step->targets)
		text_add(text, " on");
	for (unsigned j = 0; j < step->targets; j++)
		text_add_format(text, " %u", step->target[j]);
	const uint64_t ones = step->control_mask & step->control_value,
	               zeros = step->control_mask & ~step->control_value;
	if (ones) {
		text_add(text, " where 1: ");
		add_bits(text, ones);
	}
	if (zeros) {
		text_add(text, " where 0: ");
		add_bits(text, zeros);
	}
	text_add(text, "\n");
}

static void add_layout(struct text *text, const char *name, const struct layout *layout)
{
	text_add(text, name);
	for (unsigned q = 0; q < layout->qubits; q++)
		text_add_format(text, " %u", layout->bit[q]);
	text_add(text, "\n");
}

void plan_explain(const struct plan *plan, bool steps, struct text *text)
{
	const struct schedule *s = &plan->schedule;
	text_add_format(text, "%u qubits, %u local bits, %u rank bits\n", s->bits, s->local_bits,
	                s->bits - s->local_bits);
	text_add_format(text, "%u stages, %u sweeps, %u passes, %u steps\n", s->stages, s->sweeps, s->passes, s->steps);
	text_add_format(text, "%llu flops, %llu bytes in %llu messages sent by a rank, about %.3g s\n",
	                (unsigned long long)plan->cost.flops, (unsigned long long)plan->cost.exchanged_bytes,
	                (unsigned long long)plan->cost.messages, plan->seconds);
	add_layout(text, "bits of the qubits at first:", &plan->first);
	add_layout(text, "bits of the qubits at last: ", &plan->last);
	for (uint32_t i = 0; i < s->stages; i++) {
		const struct stage *stage = &s->stage[i];
		text_add_format(text, "stage %u", i);
		for (unsigned k = 0; k < stage->remap.count; k++)
			text_add_format(text, "%s %u<->%u", k ? "," : ": remap", stage->remap.local[k],
			                stage->remap.rank[k]);
		text_add(text, "\n");
		for (uint32_t j = stage->first; j < stage->first + stage->count; j++) {
			const struct sweep *sweep = &s->sweep[j];
			text_add_format(text, "  sweep %u: tile ", j);
			add_bits(text, sweep->tile);
			text_add(text, "\n");
			for (uint32_t k = sweep->first; k < sweep->first + sweep->count; k++) {
				text_add_format(text, "    pass of %u steps: block ", s->pass[k].count);
				add_bits(text, s->pass[k].block);
				if (s->pass[k].still) {
					text_add(text, ", still 0: ");
					add_bits(text, s->pass[k].still);
				}
				text_add(text, "\n");
				for (uint32_t l = s->pass[k].first; steps && l < s->pass[k].first + s->pass[k].count;
				     l++)
					add_step(text, &s->step[l]);
			}
		}
	}
}

void plan_json(const struct plan *plan, struct json *json)
{
	json_key(json, "stages");
	json_u64(json, plan->schedule.stages);
	json_key(json, "sweeps");
	json_u64(json, plan->cost.sweeps);
	json_key(json, "remaps");
	json_u64(json, plan->cost.remaps);
	json_key(json, "flops");
	json_u64(json, plan->cost.flops);
	json_key(json, "exchanged_bytes_per_rank");
	json_u64(json, plan->cost.exchanged_bytes);
	json_key(json, "messages_per_rank");
	json_u64(json, plan->cost.messages);
	json_key(json, "estimated_seconds");
	json_double(json, plan->seconds);
}
