/* plans.c - plans kept for the next execution of a circuit of the same structure.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "run/plans.h"

#include <string.h>

void plans_fini(struct plans *plans)
{
	for (uint32_t i = 0; i < plans->count; i++)
		plan_free(plans->entry[i].plan);
	*plans = (struct plans){ 0 };
}

static bool same_layout(bool has, const struct layout *kept, const struct layout *wanted)
{
	return has == (wanted != NULL) &&
	       (!has || (kept->qubits == wanted->qubits && memcmp(kept->bit, wanted->bit, kept->qubits) == 0));
}

struct plan *plans_find(struct plans *plans, const struct songdo_circuit *circuit, uint64_t begin, uint64_t end,
                        uint32_t qubits, const struct plan_options *options)
{
	for (uint32_t i = 0; i < plans->count; i++) {
		const struct plans_entry *entry = &plans->entry[i];
		if (entry->begin == begin && entry->end == end && entry->qubits == qubits &&
		    same_layout(entry->has_first, &entry->first, options->first) &&
		    same_layout(entry->has_last, &entry->last, options->last) &&
		    plan_bind(entry->plan, circuit) == SONGDO_OK)
			return entry->plan;
	}
	return NULL;
}

bool plans_keep(struct plans *plans, struct plan *plan, uint64_t begin, uint64_t end, uint32_t qubits,
                const struct plan_options *options)
{
	struct plans_entry entry = { .plan = plan, .begin = begin, .end = end, .qubits = qubits,
	                             .has_first = options->first != NULL, .has_last = options->last != NULL };
	uint32_t place = plans->count;

	if (end - begin > PLANS_OPERATIONS)
		return false;
	if (entry.has_first)
		entry.first = *options->first;
	if (entry.has_last)
		entry.last = *options->last;
	if (plans->count < PLANS_KEPT) {
		plans->count++;
	} else {
		place = plans->next;
		plans->next = (plans->next + 1) % PLANS_KEPT;
		plan_free(plans->entry[place].plan);
	}
	plans->entry[place] = entry;
	return true;
}
