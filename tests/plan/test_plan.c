/* test_plan.c - plans without a state: schedules are replayed on dense vectors and compared with the circuit.
 *
 * The replay knows nothing of how a plan is made: it applies remaps as exchanges of index bits and steps as
 * matrices, and checks the rules of op/sweep.h on the way.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../oracle.h"
#include "base/bits.h"
#include "circuit/circuit.h"
#include "op/remap_cost.h"
#include "plan/plan.h"

static const double tolerance = 1e-11;

static uint32_t shuffled(uint32_t *qubit, unsigned count, unsigned n, uint64_t *seed)
{
	uint8_t bit[64];
	oracle_random_bits(bit, count, n, 0, seed);
	for (unsigned i = 0; i < count; i++)
		qubit[i] = bit[i];
	return count;
}

/* One random operation; narrow keeps every moved set within `width` qubits. */
static void add_random(struct songdo_circuit *circuit, unsigned n, unsigned width, uint64_t *seed)
{
	uint32_t qubit[16];
	double parameter[4];
	for (unsigned i = 0; i < 4; i++)
		parameter[i] = 7 * oracle_uniform(seed) - 3;
	songdo_error error = {0};
	if (oracle_below(seed, 20) == 0) {
		unsigned k = 1 + (unsigned)oracle_below(seed, width < 5 ? width : 5);
		double complex matrix[1024];
		oracle_random_unitary(matrix, bit_mask(k), (int)oracle_below(seed, 2), seed);
		const unsigned controls = n > k ? (unsigned)oracle_below(seed, n - k < 3 ? n - k + 1 : 3) : 0;
		shuffled(qubit, controls + k, n, seed);
		cr_assert_eq(circuit_add_matrix(circuit, k, matrix, controls, oracle_below(seed, bit_mask(controls)),
		                                qubit, &error),
		             SONGDO_OK, "%s", error.message);
		return;
	}
	for (;;) {
		const enum gate gate = (enum gate)oracle_below(seed, GATES);
		const unsigned targets = gate_info(gate)->targets;
		if (targets > width || targets > n)
			continue;
		unsigned controls = oracle_below(seed, 3) ? 0 : (unsigned)oracle_below(seed, n - targets + 1);
		if (controls > 3 && oracle_below(seed, 4))
			controls = 1;
		shuffled(qubit, controls + targets, n, seed);
		uint64_t values = oracle_below(seed, 3) ? low_mask(controls) : oracle_below(seed, bit_mask(controls));
		cr_assert_eq(circuit_add_gate(circuit, gate, parameter, controls, values, qubit, &error), SONGDO_OK,
		             "%s", error.message);
		return;
	}
}

static void random_circuit(struct songdo_circuit *circuit, unsigned n, unsigned width, unsigned operations,
                           uint64_t *seed)
{
	circuit_init(circuit);
	/* Half of the circuits draw from few gates, so that runs, pairs and tables of one kind appear. */
	static const enum gate favourite[] = {GATE_H,  GATE_X, GATE_X,   GATE_T,    GATE_RZ,
	                                      GATE_RY, GATE_P, GATE_RZZ, GATE_SWAP, GATE_Z};
	const bool plain = oracle_below(seed, 2);
	for (unsigned i = 0; i < operations; i++) {
		const enum gate gate = favourite[oracle_below(seed, 10)];
		const unsigned targets = gate_info(gate)->targets;
		if (!plain || targets > width || targets > n) {
			add_random(circuit, n, width, seed);
			continue;
		}
		uint32_t qubit[4];
		const double angle = 6 * oracle_uniform(seed);
		const unsigned controls = n > targets ? (unsigned)oracle_below(seed, 2) : 0;
		shuffled(qubit, controls + targets, n, seed);
		circuit_add_gate(circuit, gate, &angle, controls, low_mask(controls), qubit, NULL);
	}
	circuit->qubits = n;
}

/* The circuit on a vector whose bit b is qubit b. */
static void apply_circuit(double complex *state, unsigned n, const struct songdo_circuit *circuit, uint64_t begin,
                          uint64_t end)
{
	for (uint64_t i = begin; i < end; i++) {
		const struct operation *o = &circuit->operation[i];
		if (o->kind == OPERATION_BARRIER)
			continue;
		double complex matrix[1024];
		operation_matrix(circuit, o, matrix);
		uint8_t target[8];
		uint64_t mask = 0, value = 0;
		for (unsigned j = 0; j < o->controls; j++) {
			mask |= bit_mask(circuit->qubit[o->first_qubit + j]);
			if (o->control_values >> j & 1)
				value |= bit_mask(circuit->qubit[o->first_qubit + j]);
		}
		for (unsigned j = 0; j < o->targets; j++)
			target[j] = (uint8_t)circuit->qubit[o->first_qubit + o->controls + j];
		oracle_apply(state, n, o->targets, target, matrix, mask, value);
	}
}

/* out[index with qubit q's value at bit layout[q]] = in[index with it at bit q] */
static void to_bits(double complex *out, const double complex *in, unsigned n, const struct layout *layout)
{
	for (uint64_t i = 0; i < bit_mask(n); i++) {
		uint64_t x = 0;
		for (unsigned q = 0; q < n; q++)
			x |= (i >> q & 1) << layout->bit[q];
		out[x] = in[i];
	}
}

static void exchange_bits(double complex *state, unsigned n, unsigned a, unsigned b)
{
	for (uint64_t i = 0; i < bit_mask(n); i++)
		if ((i >> a & 1) && !(i >> b & 1)) {
			const uint64_t j = i ^ bit_mask(a) ^ bit_mask(b);
			const double complex kept = state[i];
			state[i] = state[j];
			state[j] = kept;
		}
}

static void apply_step(double complex *state, unsigned n, const struct step *step)
{
	static const double complex x[] = {0, 1, 1, 0}, swap[] = {1, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 1};
	if (step->kind == KERNEL_DIAGONAL) {
		oracle_diagonal(state, n, step->targets, step->target, step->coefficients, step->control_mask,
		                step->control_value);
		return;
	}
	if (step->kind == KERNEL_ROTATE) {
		cr_assert_eq(step->control_mask, 0);
		for (unsigned j = 0; j < step->targets; j++) {
			for (unsigned i = 0; i < 4; i++)
				cr_assert_eq(cimag(step->coefficients[4 * j + i]), 0.0, "a rotation has an imaginary coefficient");
			oracle_apply(state, n, 1, &step->target[j], step->coefficients + 4 * j, 0, 0);
		}
		return;
	}
	const double complex *matrix =
	        step->kind == KERNEL_EXCHANGE ? (step->targets == 1 ? x : swap) : step->coefficients;
	if (step->kind == KERNEL_REAL)
		for (unsigned i = 0; i < 1u << 2 * step->targets; i++)
			cr_assert_eq(cimag(matrix[i]), 0.0, "a real step has an imaginary coefficient");
	oracle_apply(state, n, step->targets, step->target, matrix, step->control_mask, step->control_value);
}

static void check_still(const double complex *state, unsigned n, uint64_t still)
{
	for (uint64_t i = 0; still && i < bit_mask(n); i++)
		cr_assert(!(i & still) || state[i] == 0, "an amplitude that is said to be 0 is not");
}

/* The rules of op/sweep.h, then the arithmetic. */
static void replay(double complex *state, const struct schedule *s)
{
	const unsigned n = s->bits, m = s->local_bits;
	uint32_t sweeps = 0, passes = 0, steps = 0;
	for (uint32_t i = 0; i < s->stages; i++) {
		const struct stage *stage = &s->stage[i];
		uint64_t traded = 0;
		for (unsigned k = 0; k < stage->remap.count; k++) {
			const unsigned local = stage->remap.local[k], rank = stage->remap.rank[k];
			cr_assert(local < m && rank >= m && rank < n);
			cr_assert(!(traded & (bit_mask(local) | bit_mask(rank))), "a bit is traded twice");
			traded |= bit_mask(local) | bit_mask(rank);
			exchange_bits(state, n, local, rank);
		}
		cr_assert_eq(stage->first, sweeps);
		for (uint32_t j = 0; j < stage->count; j++, sweeps++) {
			const struct sweep *sweep = &s->sweep[sweeps];
			cr_assert(!(sweep->tile & ~low_mask(m)));
			cr_assert_eq(sweep->first, passes);
			cr_assert_gt(sweep->count, 0);
			for (uint32_t k = 0; k < sweep->count; k++, passes++) {
				const struct pass *pass = &s->pass[passes];
				cr_assert(!(pass->block & ~sweep->tile), "a block is part of its tile");
				cr_assert_eq(pass->first, steps);
				cr_assert(!(pass->still & pass->block));
				cr_assert_eq(pass->still & ~sweep->tile, s->pass[sweep->first].still & ~sweep->tile);
				check_still(state, n, pass->still);
				for (uint32_t l = 0; l < pass->count; l++, steps++) {
					const struct step *step = &s->step[steps];
					uint64_t targets = 0;
					for (unsigned t = 0; t < step->targets; t++) {
						cr_assert(step->target[t] < n && !(targets >> step->target[t] & 1));
						targets |= bit_mask(step->target[t]);
					}
					cr_assert(!(targets & step->control_mask), "a target is not a control");
					cr_assert(!(step->control_value & ~step->control_mask));
					cr_assert(step->kind == KERNEL_DIAGONAL || !(targets & ~pass->block),
					          "moved bits lie in the block");
					cr_assert(step->targets <= (step->kind == KERNEL_DIAGONAL ? STEP_DIAGONAL_TARGETS
					                            : step->kind == KERNEL_ROTATE ? STEP_ROTATED_TARGETS
					                                                          : STEP_DENSE_TARGETS));
					apply_step(state, n, step);
				}
				check_still(state, n, pass->still);
			}
		}
	}
	cr_assert(sweeps == s->sweeps && passes == s->passes && steps == s->steps,
	          "every sweep, pass and step belongs somewhere");
}

/* On a random state, or on |0...0> without a seed. */
static void check_plan(const struct plan *plan, const struct songdo_circuit *circuit, uint64_t begin, uint64_t end,
                       unsigned n, uint64_t *seed)
{
	double complex *start = malloc(3 * sizeof *start << n), *expected = start + bit_mask(n),
	               *got = expected + bit_mask(n);
	if (seed) {
		oracle_random_state(start, bit_mask(n), seed);
	} else {
		memset(start, 0, sizeof *start << n);
		start[0] = 1;
	}
	to_bits(got, start, n, &plan->first);
	replay(got, &plan->schedule);
	apply_circuit(start, n, circuit, begin, end);
	to_bits(expected, start, n, &plan->last);
	const double distance = oracle_distance(expected, got, bit_mask(n));
	cr_assert_lt(distance, tolerance, "planned and unplanned differ by %g (n = %u, %u local)", distance, n,
	             plan->schedule.local_bits);
	free(start);
}

static struct layout random_layout(unsigned n, uint64_t *seed)
{
	struct layout layout = {.qubits = n};
	oracle_random_bits(layout.bit, n, n, 0, seed);
	return layout;
}

/* A machine with caches of 2^5 and 2^7 amplitudes, so that small circuits have sweeps and passes of every sort. */
static struct machine_description tiny_machine(unsigned ranks, uint64_t *seed)
{
	struct machine_description machine = {.ranks = ranks, .threads = 1 + (uint32_t)oracle_below(seed, 4)};
	machine.l1_bytes = (uint64_t)32 << (4 + oracle_below(seed, 3));
	machine.l2_bytes = machine.l1_bytes << oracle_below(seed, 3);
	return machine;
}

static struct plan *make(const struct songdo_circuit *circuit, unsigned n, const struct machine_description *machine,
                         const struct plan_options *options)
{
	struct plan *plan;
	songdo_error error = {0};
	cr_assert_eq(plan_new(&plan, circuit, 0, circuit->operations, n, NULL, machine, options, &error), SONGDO_OK,
	             "%s", error.message);
	return plan;
}

static void check_random(unsigned least, unsigned most, unsigned flags, unsigned rounds, uint64_t seed)
{
	for (unsigned round = 0; round < rounds; round++) {
		const unsigned n = least + (unsigned)oracle_below(&seed, most - least + 1);
		const unsigned r = (unsigned)oracle_below(&seed, n < 4 ? n : 4);
		struct songdo_circuit circuit;
		random_circuit(&circuit, n, n - r, 1 + (unsigned)oracle_below(&seed, 120), &seed);
		const struct machine_description machine = tiny_machine(1u << r, &seed);
		const struct layout first = random_layout(n, &seed), last = random_layout(n, &seed);
		const bool fresh = !(flags & PLAN_UNFUSED) && oracle_below(&seed, 2);
		struct plan_options options = {.flags = flags | (fresh ? PLAN_FRESH : 0)};
		options.first = oracle_below(&seed, 2) ? &first : NULL;
		options.last = oracle_below(&seed, 2) ? &last : NULL;
		struct plan *plan = make(&circuit, n, &machine, &options);
		if (options.first)
			cr_assert_arr_eq(plan->first.bit, first.bit, n);
		if (options.last)
			cr_assert_arr_eq(plan->last.bit, last.bit, n);
		check_plan(plan, &circuit, 0, circuit.operations, n, fresh ? NULL : &seed);
		plan_free(plan);
		circuit_fini(&circuit);
	}
}

Test(plan, a_plan_does_what_its_circuit_says_on_few_qubits) { check_random(1, 5, 0, 600, 1); }
Test(plan, a_plan_does_what_its_circuit_says_on_ten_qubits) { check_random(6, 10, 0, 250, 2); }
Test(plan, a_plan_with_large_tiles_does_what_its_circuit_says)
{
	uint64_t seed = 12;
	for (unsigned round = 0; round < 4; round++) { /* more than 14 local bits: tiles with far bits */
		const unsigned n = 15 + (unsigned)oracle_below(&seed, 2);
		struct songdo_circuit circuit;
		random_circuit(&circuit, n, 5, 200, &seed);
		const struct machine_description machine = tiny_machine(1, &seed);
		struct plan *plan = make(&circuit, n, &machine, NULL);
		cr_assert_gt(plan->schedule.sweeps, 1);
		check_plan(plan, &circuit, 0, circuit.operations, n, &seed);
		plan_free(plan);
		circuit_fini(&circuit);
	}
}
Test(plan, an_unfused_plan_does_what_its_circuit_says) { check_random(1, 9, PLAN_UNFUSED, 300, 3); }

Test(plan, an_unfused_plan_has_a_step_and_a_sweep_an_operation)
{
	uint64_t seed = 4;
	struct songdo_circuit circuit;
	circuit_init(&circuit);
	for (unsigned i = 0; i < 40; i++) {
		uint32_t qubit[2];
		shuffled(qubit, 2, 6, &seed);
		const double angle = 0.3;
		circuit_add_gate(&circuit, i % 2 ? GATE_SWAP : GATE_RXX, &angle, 0, 0, qubit, NULL);
	}
	const struct machine_description machine = {.ranks = 1};
	const struct plan_options options = {.flags = PLAN_UNFUSED};
	struct plan *plan = make(&circuit, 6, &machine, &options);
	cr_assert_eq(plan->schedule.sweeps, 40);
	cr_assert_eq(plan->schedule.steps, 40);
	plan_free(plan);
	circuit_fini(&circuit);
}

Test(plan, plans_are_deterministic_and_hashes_tell_them_apart)
{
	uint64_t seed = 5, hashes[40];
	for (unsigned i = 0; i < 40; i++) {
		struct songdo_circuit circuit;
		random_circuit(&circuit, 8, 6, 60, &seed);
		const struct machine_description machine = {.ranks = 4};
		struct plan *a = make(&circuit, 8, &machine, NULL), *b = make(&circuit, 8, &machine, NULL);
		hashes[i] = plan_hash(a);
		cr_assert_eq(hashes[i], plan_hash(b));
		for (unsigned j = 0; j < i; j++)
			cr_assert_neq(hashes[i], hashes[j]);
		for (uint32_t k = 0; k < a->schedule.steps; k++) {
			const struct step *x = &a->schedule.step[k], *y = &b->schedule.step[k];
			const uint64_t count = step_coefficients((enum kernel_kind)x->kind, x->targets);
			cr_assert(count == 0 ||
			          !memcmp(x->coefficients, y->coefficients, count * sizeof *x->coefficients));
		}
		plan_free(a);
		plan_free(b);
		circuit_fini(&circuit);
	}
}

Test(plan, binding_other_angles_equals_a_fresh_plan)
{
	uint64_t seed = 6;
	for (unsigned round = 0; round < 60; round++) {
		const unsigned n = 3 + (unsigned)oracle_below(&seed, 5);
		struct songdo_circuit circuit;
		random_circuit(&circuit, n, n - 1, 80, &seed);
		const struct machine_description machine = tiny_machine(2, &seed);
		struct plan *plan = make(&circuit, n, &machine, NULL);
		for (uint64_t i = 0; i < circuit.operations;
		     i++) /* other angles; special ones must not change the structure */
			for (unsigned j = 0;
			     circuit.operation[i].kind == OPERATION_GATE && j < circuit.operation[i].parameters; j++)
				circuit.parameter[circuit.operation[i].first_parameter + j] =
				        oracle_below(&seed, 4) ? 6 * oracle_uniform(&seed)
				                               : M_PI_2 * (double)oracle_below(&seed, 4);
		cr_assert_eq(plan_bind(plan, &circuit), SONGDO_OK);
		struct plan *fresh = make(&circuit, n, &machine, NULL);
		cr_assert_eq(plan_hash(plan), plan_hash(fresh));
		for (uint32_t k = 0; k < plan->schedule.steps; k++) {
			const struct step *x = &plan->schedule.step[k], *y = &fresh->schedule.step[k];
			const uint64_t count = step_coefficients((enum kernel_kind)x->kind, x->targets);
			cr_assert(count == 0 ||
			          !memcmp(x->coefficients, y->coefficients, count * sizeof *x->coefficients));
		}
		check_plan(plan, &circuit, 0, circuit.operations, n, &seed);
		const uint32_t qubit = 0;
		circuit.operation[circuit.operations - 1].kind = OPERATION_BARRIER;
		cr_assert_eq(plan_bind(plan, &circuit), SONGDO_BAD_USAGE, "another structure is refused");
		(void)qubit;
		plan_free(plan);
		plan_free(fresh);
		circuit_fini(&circuit);
	}
}

Test(plan, a_part_of_a_circuit_on_renamed_qubits)
{
	uint64_t seed = 7;
	struct songdo_circuit circuit, renamed;
	random_circuit(&circuit, 5, 5, 90, &seed);
	uint32_t qubit_of[5];
	shuffled(qubit_of, 5, 7, &seed);
	circuit_init(&renamed);
	for (uint64_t i = 30; i < 70; i++) {
		struct operation *o = &circuit.operation[i];
		uint32_t qubit[16];
		for (unsigned j = 0; j < o->controls + o->targets; j++)
			qubit[j] = qubit_of[circuit.qubit[o->first_qubit + j]];
		double complex matrix[1024];
		operation_matrix(&circuit, o, matrix);
		if (o->kind == OPERATION_GATE)
			circuit_add_gate(&renamed, (enum gate)o->gate, circuit.parameter + o->first_parameter,
			                 o->controls, o->control_values, qubit, NULL);
		else
			circuit_add_matrix(&renamed, o->targets, matrix, o->controls, o->control_values, qubit, NULL);
	}
	const struct machine_description machine = {.ranks = 2};
	struct plan *plan;
	cr_assert_eq(plan_new(&plan, &circuit, 30, 70, 7, qubit_of, &machine, NULL, NULL), SONGDO_OK);
	check_plan(plan, &renamed, 0, renamed.operations, 7, &seed);
	plan_free(plan);
	circuit_fini(&circuit);
	circuit_fini(&renamed);
}

Test(plan, the_predicted_cost_is_what_the_schedule_says)
{
	uint64_t seed = 8;
	for (unsigned round = 0; round < 50; round++) {
		struct songdo_circuit circuit;
		random_circuit(&circuit, 9, 6, 100, &seed);
		const struct machine_description machine = tiny_machine(8, &seed);
		struct plan *plan = make(&circuit, 9, &machine, NULL);
		const struct schedule *s = &plan->schedule;
		uint64_t flops = 0, bytes = 0, messages = 0, remaps = 0;
		for (uint32_t i = 0; i < s->passes; i++)
			for (uint32_t k = s->pass[i].first; k < s->pass[i].first + s->pass[i].count; k++)
				flops += step_rank_flops(&s->step[k], s->local_bits, s->pass[i].still);
		for (uint32_t i = 0; i < s->stages; i++) {
			const unsigned pairs = s->stage[i].remap.count;
			remaps += pairs > 0;
			bytes += (bit_mask(pairs) - 1) * (16 * bit_mask(6) >> pairs);
			messages += bit_mask(pairs) - 1;
		}
		cr_assert_eq(plan->cost.flops, flops);
		cr_assert_eq(plan->cost.exchanged_bytes, bytes);
		cr_assert_eq(plan->cost.messages, messages);
		cr_assert_eq(plan->cost.remaps, remaps);
		cr_assert_eq(plan->cost.sweeps, s->sweeps);
		cr_assert_gt(plan->seconds, 0);
		plan_free(plan);
		circuit_fini(&circuit);
	}
}

Test(plan, swaps_and_cancelling_gates_cost_nothing)
{
	struct songdo_circuit circuit;
	circuit_init(&circuit);
	const uint32_t ab[] = {0, 1}, bc[] = {1, 2};
	circuit_add_gate(&circuit, GATE_SWAP, NULL, 0, 0, ab, NULL);
	circuit_add_gate(&circuit, GATE_X, NULL, 1, 1, bc, NULL);
	circuit_add_gate(&circuit, GATE_X, NULL, 1, 1, bc, NULL);
	circuit_add_gate(&circuit, GATE_T, NULL, 0, 0, ab, NULL);
	circuit_add_gate(&circuit, GATE_TDG, NULL, 0, 0, ab, NULL);
	circuit_add_gate(&circuit, GATE_ID, NULL, 0, 0, ab, NULL);
	const struct machine_description machine = {.ranks = 1};
	struct plan *plan = make(&circuit, 3, &machine, NULL);
	cr_assert_eq(plan->schedule.steps, 0);
	cr_assert_eq(plan->cost.sweeps, 0);
	cr_assert_eq(plan->last.bit[0], 0, "the first layout is chosen so that the last is in order");
	cr_assert_eq(plan->first.bit[0], 1);
	plan_free(plan);
	circuit_fini(&circuit);
}

Test(plan, what_does_nothing_to_known_qubits_is_left_out)
{
	struct songdo_circuit circuit;
	circuit_init(&circuit);
	const uint32_t ab[] = {0, 1}, bc[] = {1, 2};
	const double angle = 0.7;
	circuit_add_gate(&circuit, GATE_X, NULL, 1, 1, ab, NULL);      /* its control is 0 */
	circuit_add_gate(&circuit, GATE_P, &angle, 1, 1, ab, NULL);
	circuit_add_gate(&circuit, GATE_X, NULL, 0, 0, &ab[0], NULL);
	circuit_add_gate(&circuit, GATE_X, NULL, 1, 1, ab, NULL);      /* its control is 1 */
	circuit_add_gate(&circuit, GATE_X, NULL, 0, 0, &ab[1], NULL);
	circuit_add_gate(&circuit, GATE_X, NULL, 1, 1, bc, NULL);
	circuit_add_gate(&circuit, GATE_X, NULL, 0, 0, &ab[0], NULL);
	const struct machine_description machine = {.ranks = 1};
	const struct plan_options options = {.flags = PLAN_FRESH};
	struct plan *plan = make(&circuit, 3, &machine, &options);
	cr_assert_eq(plan->schedule.steps, 0);
	plan_free(plan);
	plan = make(&circuit, 3, &machine, NULL);
	cr_assert_gt(plan->schedule.steps, 2, "nothing is known of another state");
	plan_free(plan);
	circuit_fini(&circuit);
}

Test(plan, qubits_join_when_they_first_change)
{
	struct songdo_circuit circuit;
	circuit_init(&circuit);
	const uint32_t first = 0;
	circuit_add_gate(&circuit, GATE_H, NULL, 0, 0, &first, NULL);
	for (uint32_t q = 0; q < 23; q++) {
		const uint32_t pair[] = {q, q + 1};
		circuit_add_gate(&circuit, GATE_X, NULL, 1, 1, pair, NULL);
	}
	const struct machine_description machine = {.ranks = 1};
	const struct plan_options options = {.flags = PLAN_FRESH};
	struct plan *plan = make(&circuit, 24, &machine, &options);
	const struct schedule *s = &plan->schedule;
	for (uint32_t i = 0; i + 1 < s->passes; i++)
		cr_assert(s->pass[i].still & bit_mask(23), "the last qubit is 0 until the last pass");
	cr_assert_eq(s->pass[s->passes - 1].still, 0);
	plan_free(plan);
	circuit_fini(&circuit);
}

Test(plan, a_wide_operator_behind_thousands_of_diagonals_is_found, .timeout = 60)
{
	uint64_t seed = 13;
	struct songdo_circuit circuit;
	circuit_init(&circuit);
	for (unsigned i = 0; i < 6000; i++) {
		uint32_t pair[2];
		shuffled(pair, 2, 12, &seed);
		circuit_add_gate(&circuit, GATE_Z, NULL, 1, 1, pair, NULL);
	}
	double complex matrix[256];
	oracle_random_unitary(matrix, 16, 0, &seed);
	const uint32_t qubit[] = {20, 21, 22, 23};
	circuit_add_matrix(&circuit, 4, matrix, 0, 0, qubit, NULL);
	const struct machine_description machine = {.ranks = 1, .threads = 2};
	struct plan *plan = make(&circuit, 24, &machine, NULL);
	cr_assert_geq(plan->schedule.sweeps, 1);
	plan_free(plan);
	circuit_fini(&circuit);
}

static void add_fourier(struct songdo_circuit *circuit, unsigned n)
{
	for (uint32_t i = n; i-- > 0;) {
		circuit_add_gate(circuit, GATE_H, NULL, 0, 0, &i, NULL);
		for (uint32_t j = i; j-- > 0;) {
			const uint32_t qubit[] = {j, i};
			const double angle = ldexp(M_PI, -(int)(i - j));
			circuit_add_gate(circuit, GATE_P, &angle, 1, 1, qubit, NULL);
		}
	}
}

Test(plan, a_fourier_transform_of_24_qubits_takes_few_sweeps_and_steps)
{
	struct songdo_circuit circuit;
	circuit_init(&circuit);
	add_fourier(&circuit, 24);
	const struct machine_description machine = {.ranks = 1, .threads = 2};
	struct plan *plan = make(&circuit, 24, &machine, NULL);
	cr_assert_leq(plan->schedule.sweeps, 5, "%u sweeps", plan->schedule.sweeps);
	cr_assert_leq(plan->schedule.steps, 100, "%u steps for 300 gates", plan->schedule.steps);
	plan_free(plan);
	circuit_fini(&circuit);
}

Test(plan, diagonal_and_controlled_operators_on_rank_bits_need_no_remap)
{
	struct songdo_circuit circuit;
	circuit_init(&circuit);
	const double angle = 0.7;
	for (uint32_t q = 0; q < 10; q++) {
		const uint32_t pair[] = {q, (q + 1) % 10};
		circuit_add_gate(&circuit, GATE_RZZ, &angle, 0, 0, pair, NULL);
		if (pair[1] < 7)
			circuit_add_gate(&circuit, GATE_X, NULL, 1, 1, pair, NULL);
	}
	const struct machine_description machine = {.ranks = 8};
	struct plan *plan = make(&circuit, 10, &machine, NULL);
	cr_assert_eq(plan->cost.remaps, 0);
	cr_assert_eq(plan->cost.exchanged_bytes, 0);
	plan_free(plan);
	circuit_fini(&circuit);
}

Test(plan, an_operator_wider_than_the_local_bits_does_not_fit)
{
	struct songdo_circuit circuit;
	circuit_init(&circuit);
	uint64_t seed = 9;
	double complex matrix[1024];
	oracle_random_unitary(matrix, 16, 0, &seed);
	const uint32_t qubit[] = {0, 1, 2, 3};
	circuit_add_matrix(&circuit, 4, matrix, 0, 0, qubit, NULL);
	struct machine_description machine = {.ranks = 4};
	struct plan *plan;
	songdo_error error = {0};
	cr_assert_eq(plan_new(&plan, &circuit, 0, 1, 5, NULL, &machine, NULL, &error), SONGDO_NO_FIT);
	cr_assert_null(plan);
	cr_assert_gt(strlen(error.message), 10);
	machine.ranks = 3;
	cr_assert_eq(plan_new(&plan, &circuit, 0, 1, 5, NULL, &machine, NULL, &error), SONGDO_NO_FIT,
	             "three ranks are not a power of two");
	circuit_fini(&circuit);
}

/* Work grows in proportion to the circuit: ten times the gates take at most about thirty times the time. */
Test(plan, planning_time_is_linear_in_the_circuit, .timeout = 60)
{
	double seconds[2];
	for (unsigned k = 0; k < 2; k++) {
		uint64_t seed = 10;
		struct songdo_circuit circuit;
		circuit_init(&circuit);
		for (unsigned i = 0; i < (k ? 200000u : 20000u); i++) {
			uint32_t qubit[2];
			const double angle = oracle_uniform(&seed);
			shuffled(qubit, 2, 24, &seed);
			circuit_add_gate(&circuit,
			                 i % 3 == 0   ? GATE_X
			                 : i % 3 == 1 ? GATE_H
			                              : GATE_RZ,
			                 &angle, i % 3 == 0, i % 3 == 0, qubit, NULL);
		}
		const struct machine_description machine = {.ranks = 4};
		const clock_t start = clock();
		struct plan *plan = make(&circuit, 24, &machine, NULL);
		seconds[k] = (double)(clock() - start) / CLOCKS_PER_SEC;
		plan_free(plan);
		circuit_fini(&circuit);
	}
	cr_assert_lt(seconds[1], 30 * seconds[0] + 0.05, "%g s for 20,000 gates, %g s for 200,000", seconds[0],
	             seconds[1]);
}
