/* qubits.c - a map from qubit numbers to small values.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "run/qubits.h"

void qubits_fini(struct qubits *qubits)
{
	free(qubits->key);
	free(qubits->value);
	*qubits = (struct qubits){ 0 };
}

/* Where the qubit stands, or would stand. Fibonacci hashing: neighbours in number fall far apart. */
static uint32_t find_place(const struct qubits *qubits, uint32_t qubit)
{
	const uint32_t mask = qubits->slots - 1;
	uint32_t s = (qubit * 2654435769u >> 7) & mask;

	while (qubits->key[s] != QUBITS_NONE && qubits->key[s] != qubit)
		s = (s + 1) & mask;
	return s;
}

uint32_t qubits_find(const struct qubits *qubits, uint32_t qubit)
{
	uint32_t s;

	if (qubits->slots == 0)
		return QUBITS_NONE;
	s = find_place(qubits, qubit);
	return qubits->key[s] == qubit ? qubits->value[s] : QUBITS_NONE;
}

static songdo_status grow(struct qubits *qubits)
{
	struct qubits grown = { .slots = qubits->slots == 0 ? 64 : 2 * qubits->slots };

	grown.key = malloc(4 * (size_t)grown.slots);
	grown.value = malloc(4 * (size_t)grown.slots);
	if (grown.key == NULL || grown.value == NULL) {
		qubits_fini(&grown);
		return SONGDO_NO_FIT;
	}
	for (uint32_t s = 0; s < grown.slots; s++)
		grown.key[s] = QUBITS_NONE;
	for (uint32_t s = 0; s < qubits->slots; s++)
		if (qubits->key[s] != QUBITS_NONE) {
			const uint32_t place = find_place(&grown, qubits->key[s]);
			grown.key[place] = qubits->key[s];
			grown.value[place] = qubits->value[s];
			grown.count++;
		}
	qubits_fini(qubits);
	*qubits = grown;
	return SONGDO_OK;
}

songdo_status qubits_set(struct qubits *qubits, uint32_t qubit, uint32_t value)
{
	uint32_t s;

	if (2 * qubits->count >= qubits->slots) {
		const songdo_status status = grow(qubits);
		if (status != SONGDO_OK)
			return status;
	}
	s = find_place(qubits, qubit);
	if (qubits->key[s] == QUBITS_NONE) {
		qubits->key[s] = qubit;
		qubits->count++;
	}
	qubits->value[s] = value;
	return SONGDO_OK;
}
