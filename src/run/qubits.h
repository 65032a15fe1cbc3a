/* qubits.h - a map from qubit numbers to small values.
 *
 * Declared qubits are numbers up to 2^31, of which a program touches few: nothing here is an array over the
 * declared ones. Open addressing; a value can be replaced but a key never leaves.
 *
 * May use: base. SPDX-License-Identifier: Apache-2.0 */
#ifndef SONGDO_QUBITS_H
#define SONGDO_QUBITS_H

#include "base/base.h"

#define QUBITS_NONE UINT32_MAX   /* the value of a qubit that is not in the map; never a key */

struct qubits {
	uint32_t count, slots;       /* slots is a power of two, or 0 */
	uint32_t *key, *value;       /* [slots]; an empty place has the key QUBITS_NONE */
};

void qubits_fini(struct qubits *qubits);
/* The value of a qubit, QUBITS_NONE where it has none. */
uint32_t qubits_find(const struct qubits *qubits, uint32_t qubit);
/* Enter or replace. SONGDO_NO_FIT where memory is out. */
songdo_status qubits_set(struct qubits *qubits, uint32_t qubit, uint32_t value);

#endif
