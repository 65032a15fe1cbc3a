/* plans.h - plans kept for the next execution of a circuit of the same structure.
 *
 * Rows of a sweep, branches and rounds of a loop often differ in angles only: then a plan is bound anew, not made.
 *
 * May use: plan. SPDX-License-Identifier: Apache-2.0 */
#ifndef SONGDO_PLANS_H
#define SONGDO_PLANS_H

#include "plan/plan.h"

enum {
	PLANS_KEPT = 32,
	PLANS_OPERATIONS = 1 << 16,      /* circuits that are longer are planned each time: their plans are large */
};

struct plans {
	struct plans_entry {
		struct plan *plan;
		uint64_t begin, end;
		uint32_t qubits;
		bool has_first, has_last;
		struct layout first, last;
	} entry[PLANS_KEPT];
	uint32_t count, next;            /* next: what gives way when all places are taken */
};

void plans_fini(struct plans *plans);
/* A kept plan for these operations, bound to them; NULL where there is none. It belongs to `plans`. */
struct plan *plans_find(struct plans *plans, const struct songdo_circuit *circuit, uint64_t begin, uint64_t end,
                        uint32_t qubits, const struct plan_options *options);
/* Keep a plan; false where it is not, and stays the caller's. */
bool plans_keep(struct plans *plans, struct plan *plan, uint64_t begin, uint64_t end, uint32_t qubits,
                const struct plan_options *options);

#endif
