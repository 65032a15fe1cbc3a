/* evaluate.c - observables on an ended path: their exact mean and square, and what shots measure.
 *
 * A qubit that no operation touched is in |0>: Z on it is 1. Where an observable flips it, it joins the state.
 *
 * Shots measure an observable setting by setting. The state is turned into the basis of a setting by gates on single
 * qubits and sampled, from there into the next one. A shot's value is the sum over the settings; so values of
 * different shots are independent, and the error of their mean can be told. The draw of a setting is f(seed, shot,
 * FIRST_INSTANCE + the number of the setting over all observables).
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "base/text.h"
#include "run/run.h"
#include "vector/observe.h"

/* Beyond the slots of a program, whose numbers have 32 bits. */
#define FIRST_INSTANCE (1ull << 32)

/* The observable's masks as masks of the state's bits; what is not in the state is |0> and drops out. */
static uint64_t to_bits(const struct path *path, const struct observable *observable, uint64_t mask)
{
	uint64_t out = 0;

	for (; mask != 0; mask &= mask - 1) {
		const uint32_t number = qubits_find(&path->number, observable->qubit[bit_lowest(mask)]);
		if (number != QUBITS_NONE)
			out |= bit_mask(path->layout.bit[number]);
	}
	return out;
}

static songdo_status evaluate(struct run *run, const struct path *path, const struct observable *observable,
                              struct expected *expected)
{
	struct pauli_sum sum = { malloc(max_u64(observable->sum.terms, 1) * sizeof(*sum.term)), observable->sum.terms };
	double mean = 0, square = 0;
	songdo_status status = run_agree(run, sum.term == NULL ? SONGDO_NO_FIT : SONGDO_OK);

	if (status != SONGDO_OK)
		goto done;
	for (uint64_t t = 0; t < sum.terms; t++) {
		const struct pauli_term *term = &observable->sum.term[t];
		sum.term[t] = (struct pauli_term){term->coefficient, to_bits(path, observable, term->x),
		                                  to_bits(path, observable, term->z)};
	}
	pauli_order(&sum);
	if (path->state != NULL) {
		status = vector_observe(path->state->vector, &sum, &mean, &square, run->error);
	} else {
		for (uint64_t t = 0; t < sum.terms; t++)   /* no qubit is in the state: all that is left is a number */
			mean += sum.term[t].coefficient;
		square = mean * mean;
	}
	expected->mean += path->weight * mean;
	expected->square += path->weight * square;
done:
	pauli_fini(&sum);
	return status;
}

songdo_status path_expect(struct run *run, struct path *path)
{
	songdo_status status = SONGDO_OK;

	for (size_t o = 0; o < run->observables.count && status == SONGDO_OK; o++)
		status = evaluate(run, path, &run->observables.item[o], &run->observables.expected[o]);
	return status;
}

/* ---- Shots ------------------------------------------------------------------------------------------- */

/* What turns the basis of one setting into that of the next, on the state's qubits. */
static songdo_status add_turns(struct run *run, const struct path *path, struct songdo_circuit *circuit,
                               const struct setting *from, const struct setting *to)
{
	songdo_status status = SONGDO_OK;

	for (uint32_t q = 0; q < path->joined && status == SONGDO_OK; q++) {
		const uint64_t bit = bit_mask(path->layout.bit[q]);
		/* X is turned by H; Y, where both masks have the bit, by the inverse of S before it. */
		const unsigned before = (from->x & bit ? 1u : 0) | (from->x & from->z & bit ? 2u : 0);
		const unsigned after = (to->x & bit ? 1u : 0) | (to->x & to->z & bit ? 2u : 0);
		if (before == after)
			continue;
		if (before & 1)
			status = circuit_add_gate(circuit, GATE_H, NULL, 0, 0, &q, run->error);
		if (status == SONGDO_OK && before & 2)
			status = circuit_add_gate(circuit, GATE_S, NULL, 0, 0, &q, run->error);
		if (status == SONGDO_OK && after & 2)
			status = circuit_add_gate(circuit, GATE_SDG, NULL, 0, 0, &q, run->error);
		if (status == SONGDO_OK && after & 1)
			status = circuit_add_gate(circuit, GATE_H, NULL, 0, 0, &q, run->error);
	}
	return status;
}

static songdo_status turn(struct run *run, struct path *path, const struct setting *from, const struct setting *to)
{
	struct songdo_circuit circuit;
	songdo_status status;

	circuit_init(&circuit);
	status = run_agree(run, add_turns(run, path, &circuit, from, to));
	if (status == SONGDO_OK && circuit.operations > 0)
		status = path_apply(run, path, &circuit, 0, circuit.operations, true);
	circuit_fini(&circuit);
	return status;
}

/* The terms of a setting as signs of the state's bits, in pairs: coefficient, support. */
struct sign { double coefficient; uint64_t support; };

static double read_signs(const struct sign *sign, uint64_t count, uint64_t position)
{
	double value = 0;

	for (uint64_t t = 0; t < count; t++)
		value += __builtin_parityll(position & sign[t].support) ? -sign[t].coefficient : sign[t].coefficient;
	return value;
}

/* Add a setting's value to each shot of the chunk. Equal outcomes are neighbours, and read once. */
static void add_values(double *value, const struct draws *draws, const struct sign *sign, uint64_t count)
{
	uint64_t last = 0;
	double worth = 0;

	for (uint64_t i = 0; i < draws->count; i++) {
		if (i == 0 || draws->outcome[i] != last)
			worth = read_signs(sign, count, last = draws->outcome[i]);
		value[draws->index[i]] += worth;
	}
}

/* Count the values of a chunk in: means and squares about them (Chan, Golub, LeVeque 1979). */
static void add_chunk(struct expected *expected, const double *value, uint64_t count)
{
	double mean = 0, square = 0;

	for (uint64_t i = 0; i < count; i++)
		mean += value[i];
	mean /= (double)count;
	for (uint64_t i = 0; i < count; i++)
		square += (value[i] - mean) * (value[i] - mean);
	const double shots = expected->shots + (double)count, apart = mean - expected->shot_mean;
	expected->shot_square += square + apart * apart * expected->shots * (double)count / shots;
	expected->shot_mean += apart * (double)count / shots;
	expected->shots = shots;
}

/* One setting for one chunk of shots; *basis is the one that the state is in. */
static songdo_status measure_setting(struct run *run, struct path *path, const struct observable *observable,
                                     const struct setting *setting, struct setting *basis, struct draws *draws,
                                     double *value)
{
	struct sign *sign = malloc(setting->count * sizeof(*sign));
	const struct setting wanted = {.x = to_bits(path, observable, setting->x),
	                               .z = to_bits(path, observable, setting->z)};
	songdo_status status = run_agree(run, sign == NULL ? SONGDO_NO_FIT : SONGDO_OK);

	for (uint64_t i = 0; i < setting->count && status == SONGDO_OK; i++) {
		const struct pauli_term *term = &observable->sum.term[observable->measured[setting->first + i]];
		sign[i] = (struct sign){ term->coefficient, to_bits(path, observable, term->x | term->z) };
	}
	if (status == SONGDO_OK && path->state != NULL)
		status = turn(run, path, basis, &wanted);
	if (status != SONGDO_OK)
		goto done;
	*basis = wanted;
	draws_make(draws, run->env->threads);
	if (path->state != NULL)
		status = vector_sample(path->state->vector, draws->u, draws->count, draws->outcome, run->error);
	else
		memset(draws->outcome, 0, 8 * draws->count);
	if (status == SONGDO_OK && comm_rank(run->env->comm) == 0)
		add_values(value, draws, sign, setting->count);
done:
	free(sign);
	return status;
}

songdo_status path_measure_observables(struct run *run, struct path *path)
{
	struct memory_account *account = &run->env->memory;
	const uint64_t bytes = 8 * min_u64(path->shot_count, RUN_SAMPLE_CHUNK);
	struct draws draws = { .shots = path->shots, .seed = run->options.seed };
	struct setting basis = { 0 };
	double *value = memory_new(account, bytes);
	songdo_status status = draws_init(&draws, path->shot_count, true, account);

	status = run_agree(run, value == NULL ? SONGDO_NO_FIT : status);
	if (status != SONGDO_OK)
		error_set(run->error, status, "no memory for drawing %llu shots", (unsigned long long)path->shot_count);
	for (; draws.first < path->shot_count && status == SONGDO_OK; draws.first += draws.count) {
		draws.count = min_u64(path->shot_count - draws.first, draws.capacity);
		draws.instance = FIRST_INSTANCE;
		for (size_t o = 0; o < run->observables.count && status == SONGDO_OK; o++) {
			const struct observable *observable = &run->observables.item[o];
			memset(value, 0, 8 * draws.count);
			for (uint64_t s = 0; s < observable->settings && status == SONGDO_OK; s++, draws.instance++)
				status = measure_setting(run, path, observable, &observable->setting[s], &basis, &draws, value);
			if (status == SONGDO_OK)
				add_chunk(&run->observables.expected[o], value, draws.count);
		}
	}
	draws_fini(&draws, account);
	if (value != NULL)
		memory_free(account, value, bytes);
	return status;
}
