/* circuit.c - circuits that grow by appending; every check is made here, once.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "circuit/circuit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "op/matrix.h"

void circuit_init(struct songdo_circuit *circuit) { *circuit = (struct songdo_circuit){0}; }

void circuit_fini(struct songdo_circuit *circuit)
{
	free(circuit->operation);
	free(circuit->qubit);
	free(circuit->parameter);
	circuit_init(circuit);
}

void circuit_clear(struct songdo_circuit *circuit)
{
	circuit->operations = circuit->qubit_entries = circuit->parameters = 0;
	circuit->qubits = circuit->slots = 0;
}

/* Room for `more` elements beyond `held`. Offsets are 32-bit, so arrays end at 2^32 elements. */
static bool make_room(void **array, uint64_t *capacity, uint64_t held, uint64_t more, size_t size)
{
	if (held + more <= *capacity)
		return true;
	if (held + more > UINT32_MAX)
		return false;
	const uint64_t wanted = max_u64(max_u64(64, 2 * *capacity), held + more);
	void *moved = realloc(*array, wanted * size);
	if (!moved)
		return false;
	*array = moved;
	*capacity = wanted;
	return true;
}

static songdo_status refuse_memory(songdo_error *error)
{
	return error_set(error, SONGDO_NO_FIT, "the circuit is too large for the memory of this process");
}

/* Append a record with its qubits; the caller has checked them. */
static songdo_status append(struct songdo_circuit *circuit, struct operation *operation, const uint32_t *qubits,
                            uint32_t count, const double *parameters, uint32_t parameter_count, songdo_error *error)
{
	if (!make_room((void **)&circuit->operation, &circuit->operation_capacity, circuit->operations, 1,
	               sizeof *circuit->operation) ||
	    !make_room((void **)&circuit->qubit, &circuit->qubit_capacity, circuit->qubit_entries, count,
	               sizeof *circuit->qubit) ||
	    !make_room((void **)&circuit->parameter, &circuit->parameter_capacity, circuit->parameters, parameter_count,
	               sizeof *circuit->parameter))
		return refuse_memory(error);
	operation->first_qubit = (uint32_t)circuit->qubit_entries;
	operation->first_parameter = (uint32_t)circuit->parameters;
	for (uint32_t i = 0; i < count; i++) {
		circuit->qubit[circuit->qubit_entries + i] = qubits[i];
		if (qubits[i] >= circuit->qubits)
			circuit->qubits = qubits[i] + 1;
	}
	for (uint32_t i = 0; i < parameter_count; i++)
		circuit->parameter[circuit->parameters + i] = parameters[i];
	circuit->qubit_entries += count;
	circuit->parameters += parameter_count;
	circuit->operation[circuit->operations++] = *operation;
	return SONGDO_OK;
}

/* What holds for every unitary operation: few enough controls, values inside them, distinct qubits. */
static songdo_status check_operands(unsigned controls, uint64_t control_values, const uint32_t *qubits, unsigned count,
                                    songdo_error *error)
{
	if (controls > OPERATION_CONTROLS)
		return error_set(error, SONGDO_BAD_PROGRAM, "%u controls on one operation; at most %d are possible",
		                 controls, OPERATION_CONTROLS);
	if (control_values & ~low_mask(controls))
		return error_set(error, SONGDO_BAD_PROGRAM, "control values name a control that is not there");
	for (unsigned i = 0; i < count; i++) {
		if (qubits[i] == UINT32_MAX)
			return error_set(error, SONGDO_BAD_PROGRAM, "qubit number %u is too large",
			                 (unsigned)qubits[i]);
		for (unsigned j = 0; j < i; j++)
			if (qubits[i] == qubits[j])
				return error_set(error, SONGDO_BAD_PROGRAM, "qubit %u is used twice in one operation",
				                 (unsigned)qubits[i]);
	}
	return SONGDO_OK;
}

songdo_status circuit_add_gate(struct songdo_circuit *circuit, enum gate gate, const double *parameters,
                               unsigned controls, uint64_t control_values, const uint32_t *qubits, songdo_error *error)
{
	if ((unsigned)gate >= GATES)
		return error_set(error, SONGDO_BAD_PROGRAM, "no such gate: number %u", (unsigned)gate);
	const struct gate_info *info = gate_info(gate);
	const songdo_status status = check_operands(controls, control_values, qubits, controls + info->targets, error);
	if (status != SONGDO_OK)
		return status;
	for (unsigned i = 0; i < info->parameters; i++)
		if (!isfinite(parameters[i]))
			return error_set(error, SONGDO_BAD_PROGRAM, "parameter %u of %s is not a finite number", i + 1,
			                 info->name);
	struct operation operation = {
	        .kind = OPERATION_GATE,
	        .gate = (uint8_t)gate,
	        .controls = (uint8_t)controls,
	        .parameters = info->parameters,
	        .targets = info->targets,
	        .control_values = control_values,
	};
	return append(circuit, &operation, qubits, controls + info->targets, parameters, info->parameters, error);
}

songdo_status circuit_add_matrix(struct songdo_circuit *circuit, unsigned targets, const double complex *matrix,
                                 unsigned controls, uint64_t control_values, const uint32_t *qubits,
                                 songdo_error *error)
{
	if (targets < 1 || targets > OPERATION_MATRIX_TARGETS)
		return error_set(error, SONGDO_BAD_PROGRAM, "a matrix on %u qubits; 1 to %d are possible", targets,
		                 OPERATION_MATRIX_TARGETS);
	const songdo_status status = check_operands(controls, control_values, qubits, controls + targets, error);
	if (status != SONGDO_OK)
		return status;
	const double defect = matrix_defect(targets, matrix);
	if (!(defect <= 1e-8))
		return error_set(error, SONGDO_BAD_PROGRAM, "the matrix is not unitary: it misses by %.3g", defect);
	struct operation operation = {
	        .kind = OPERATION_MATRIX,
	        .gate = (uint8_t)matrix_classify(targets, matrix, 1e-15),
	        .controls = (uint8_t)controls,
	        .targets = targets,
	        .control_values = control_values,
	};
	/* C guarantees that a complex number lies in memory as its real, then its imaginary part. */
	return append(circuit, &operation, qubits, controls + targets, (const double *)matrix, 2u << (2 * targets),
	              error);
}

static songdo_status add_single(struct songdo_circuit *circuit, enum operation_kind kind, uint32_t qubit, uint32_t slot,
                                songdo_error *error)
{
	if (slot == UINT32_MAX)
		return error_set(error, SONGDO_BAD_PROGRAM, "more than 2^32 - 2 measurements");
	songdo_status status = check_operands(0, 0, &qubit, 1, error);
	if (status != SONGDO_OK)
		return status;
	struct operation operation = {.kind = (uint8_t)kind, .targets = 1, .slot = slot};
	status = append(circuit, &operation, &qubit, 1, NULL, 0, error);
	if (status == SONGDO_OK && slot >= circuit->slots)
		circuit->slots = slot + 1;
	return status;
}

songdo_status circuit_add_measure(struct songdo_circuit *circuit, uint32_t qubit, uint32_t slot, songdo_error *error)
{
	return add_single(circuit, OPERATION_MEASURE, qubit, slot, error);
}

songdo_status circuit_add_reset(struct songdo_circuit *circuit, uint32_t qubit, uint32_t slot, songdo_error *error)
{
	return add_single(circuit, OPERATION_RESET, qubit, slot, error);
}

songdo_status circuit_add_barrier(struct songdo_circuit *circuit, const uint32_t *qubits, uint32_t count,
                                  songdo_error *error)
{
	for (uint32_t i = 0; i < count; i++)
		if (qubits[i] == UINT32_MAX)
			return error_set(error, SONGDO_BAD_PROGRAM, "qubit number %u is too large",
			                 (unsigned)qubits[i]);
	struct operation operation = {.kind = OPERATION_BARRIER, .targets = count};
	return append(circuit, &operation, qubits, count, NULL, 0, error);
}

void operation_matrix(const struct songdo_circuit *circuit, const struct operation *operation, double complex *out)
{
	const double *parameters = circuit->parameter + operation->first_parameter;
	if (operation->kind == OPERATION_GATE) {
		gate_matrix((enum gate)operation->gate, parameters, out);
		return;
	}
	assert(operation->kind == OPERATION_MATRIX);
	memcpy(out, parameters, sizeof *out << (2 * operation->targets));
}

/* One step of a 64-bit hash: multiply and fold (constants: the golden ratio's, and one of splitmix64's). */
static uint64_t mix(uint64_t hash, uint64_t word)
{
	hash = (hash ^ word) * 0x9e3779b97f4a7c15u;
	return (hash ^ hash >> 29) * 0xbf58476d1ce4e5b9u;
}

uint64_t circuit_structure_between(const struct songdo_circuit *circuit, uint64_t begin, uint64_t end)
{
	uint64_t hash = mix(0x736f6e67646f, end - begin);
	for (uint64_t i = begin; i < end; i++) {
		const struct operation *o = &circuit->operation[i];
		hash = mix(hash, (uint64_t)o->kind | (uint64_t)o->gate << 8 | (uint64_t)o->controls << 16 |
		                         (uint64_t)o->targets << 32);
		if (o->kind == OPERATION_MEASURE || o->kind == OPERATION_RESET)
			hash = mix(hash, o->slot);
		if (o->controls)
			hash = mix(hash, o->control_values);
		for (uint64_t j = 0; j < (uint64_t)o->controls + o->targets; j++)
			hash = mix(hash, circuit->qubit[o->first_qubit + j]);
	}
	return hash ^ hash >> 32;
}

uint64_t circuit_structure(const struct songdo_circuit *circuit)
{
	return circuit_structure_between(circuit, 0, circuit->operations);
}
