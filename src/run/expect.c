/* expect.c - observables of a run: their reading, and which of their terms are measured together.
 *
 * Settings are found greedily: terms in the order of falling weight, each to the first setting that it agrees with
 * qubit by qubit ("sorted insertion": Crawford et al., "Efficient quantum measurement of Pauli operators in the
 * presence of finite sampling error", Quantum 5, 385, 2021).
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "run/expect.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "base/text.h"

/* ---- Names ------------------------------------------------------------------------------------------- */

struct naming {
	const songdo_program *program;
	struct observable *observable;
};

static bool find_qubit(void *context, const char *name, size_t length, uint64_t index, uint32_t *qubit)
{
	const struct naming *naming = context;
	struct observable *observable = naming->observable;
	uint32_t number, own = 0;

	if (!program_find_qubit(naming->program, name, length, index == PAULI_NO_INDEX ? UINT64_MAX : index, &number))
		return false;
	while (own < observable->qubits && observable->qubit[own] != number)
		own++;
	if (own == observable->qubits) {
		if (own == PAULI_QUBITS)
			return false;
		observable->qubit[observable->qubits++] = number;
	}
	*qubit = own;
	return true;
}

/* The names of the quantum registers, ending with NULL. */
static const char **list_registers(const songdo_program *program)
{
	const char **list;
	size_t count = 0;

	while (program_register_name(program, count) != NULL)
		count++;
	list = calloc(count + 1, sizeof(*list));
	for (size_t i = 0; list != NULL && i < count; i++)
		list[i] = program_register_name(program, i);
	return list;
}

/* ---- Settings ---------------------------------------------------------------------------------------- */

static int compare_weights(const void *a, const void *b, void *context)
{
	const struct pauli_term *term = context;
	const uint64_t i = *(const uint64_t *)a, j = *(const uint64_t *)b;
	const double x = fabs(term[i].coefficient), y = fabs(term[j].coefficient);

	if (x != y)
		return x > y ? -1 : 1;
	return (i > j) - (i < j);
}

static int compare_settings(const void *a, const void *b, void *context)
{
	const uint64_t *setting = context, i = *(const uint64_t *)a, j = *(const uint64_t *)b;

	if (setting[i] != setting[j])
		return setting[i] < setting[j] ? -1 : 1;
	return (i > j) - (i < j);
}

static songdo_status find_settings(struct observable *observable)
{
	const struct pauli_sum *sum = &observable->sum;
	const size_t bytes = 8 * (size_t)max_u64(sum->terms, 1);
	uint64_t *place = malloc(bytes);   /* the setting of each term */
	songdo_status status = SONGDO_NO_FIT;

	observable->measured = malloc(bytes);
	observable->setting = calloc(max_u64(sum->terms, 1), sizeof(*observable->setting));
	if (place == NULL || observable->measured == NULL || observable->setting == NULL)
		goto done;
	for (uint64_t t = 0; t < sum->terms; t++)
		observable->measured[t] = t;
	qsort_r(observable->measured, sum->terms, 8, compare_weights, sum->term);
	for (uint64_t i = 0; i < sum->terms; i++) {
		const struct pauli_term *term = &sum->term[observable->measured[i]];
		struct setting *setting;
		uint64_t s = 0;
		for (; s < observable->settings; s++) {
			setting = &observable->setting[s];
			if ((((term->x ^ setting->x) | (term->z ^ setting->z)) & (term->x | term->z) & (setting->x | setting->z)) == 0)
				break;
		}
		setting = &observable->setting[s];
		observable->settings = max_u64(observable->settings, s + 1);
		setting->x |= term->x;
		setting->z |= term->z;
		setting->count++;
		place[observable->measured[i]] = s;
	}
	qsort_r(observable->measured, sum->terms, 8, compare_settings, place);
	for (uint64_t s = 1; s < observable->settings; s++)
		observable->setting[s].first = observable->setting[s - 1].first + observable->setting[s - 1].count;
	status = SONGDO_OK;
done:
	free(place);
	return status;
}

/* ---- Reading ----------------------------------------------------------------------------------------- */

/* Take the constant out of the sum (its term, where there is one, is the first), and terms that cancelled. */
static void take_constant(struct observable *observable)
{
	struct pauli_sum *sum = &observable->sum;
	uint64_t kept = 0;

	for (uint64_t t = 0; t < sum->terms; t++) {
		const struct pauli_term term = sum->term[t];
		if ((term.x | term.z) == 0)
			observable->constant += term.coefficient;
		else if (term.coefficient != 0)
			sum->term[kept++] = term;
		observable->flipped |= term.coefficient != 0 ? term.x : 0;
	}
	sum->terms = kept;
}

songdo_status observables_init(struct observables *observables, const songdo_program *program,
                               const songdo_observable *list, size_t count, bool measured, songdo_error *error)
{
	struct program_facts facts;
	const char **registers = NULL;
	songdo_status status = SONGDO_NO_FIT;

	*observables = (struct observables){ 0 };
	if (count == 0)
		return SONGDO_OK;
	program_facts(program, &facts);
	observables->item = calloc(count, sizeof(*observables->item));
	observables->expected = calloc(count, sizeof(*observables->expected));
	registers = list_registers(program);
	if (observables->item == NULL || observables->expected == NULL || registers == NULL)
		goto done;
	status = SONGDO_OK;
	for (; observables->count < count && status == SONGDO_OK; observables->count++) {
		const songdo_observable *given = &list[observables->count];
		struct observable *observable = &observables->item[observables->count];
		struct naming naming = { program, observable };
		const struct pauli_names names = { find_qubit, &naming, facts.qubits, registers };
		observable->name = given->name != NULL ? given->name : given->text;
		status = pauli_parse(&observable->sum, given->text, strlen(given->text), &names, error);
		if (status != SONGDO_OK && error != NULL) {
			if (given->name != NULL)
				snprintf(error->file, sizeof(error->file), "%s", given->name);
			else
				snprintf(error->file, sizeof(error->file), "observable %zu", observables->count + 1);
		}
		if (status == SONGDO_OK) {
			take_constant(observable);
			status = measured ? find_settings(observable) : SONGDO_OK;
		}
	}
done:
	free(registers);
	if (status != SONGDO_OK)
		observables_fini(observables);
	return status;
}

void observables_fini(struct observables *observables)
{
	for (size_t i = 0; i < observables->count; i++) {
		pauli_fini(&observables->item[i].sum);
		free(observables->item[i].setting);
		free(observables->item[i].measured);
	}
	free(observables->item);
	free(observables->expected);
	*observables = (struct observables){ 0 };
}

void observables_clear(struct observables *observables)
{
	if (observables->count > 0)
		memset(observables->expected, 0, observables->count * sizeof(*observables->expected));
}
