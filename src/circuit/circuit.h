/* circuit.h - a straight-line list of operations on qubits.
 *
 * Compact: an operation is a fixed-size record with offsets into two arrays, so a million gates are a
 * few tens of megabytes and appending never allocates an operation of its own. Qubits are numbers the
 * owner gives meaning to (declaration order of the program).
 *
 * May use: op, base.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef SONGDO_CIRCUIT_H
#define SONGDO_CIRCUIT_H

#include <complex.h>

#include "base/text.h"
#include "circuit/gates.h"

enum operation_kind {
	OPERATION_GATE,    /* a gate of the table, with controls */
	OPERATION_MATRIX,  /* 2^k x 2^k given by its elements, with controls; 1 <= k <= OPERATION_MATRIX_TARGETS */
	OPERATION_MEASURE, /* one qubit into result slot `slot` */
	OPERATION_RESET,   /* one qubit to |0> */
	OPERATION_BARRIER, /* no effect; kept for printing and drawing. Any number of qubits */
};

enum { OPERATION_MATRIX_TARGETS = 5, OPERATION_CONTROLS = 48 };

struct operation {
	uint8_t kind;
	uint8_t gate;     /* enum gate; for OPERATION_MATRIX what the matrix is: a mask of matrix_class */
	uint8_t controls; /* a cx is an x with one control */
	uint8_t parameters;
	uint32_t targets;         /* qubits after the controls */
	uint32_t first_qubit;     /* in circuit->qubit: controls first, then targets in the gate's own order */
	uint32_t first_parameter; /* in circuit->parameter; for OPERATION_MATRIX 2 * 4^k doubles, row major (re, im) */
	uint32_t slot;            /* for MEASURE and RESET: the instance of its draw, in program order */
	uint64_t control_values;  /* bit j: the value that control j must have */
};

struct songdo_circuit {
	struct operation *operation;
	uint64_t operations, operation_capacity;
	uint32_t *qubit;
	uint64_t qubit_entries, qubit_capacity;
	double *parameter;
	uint64_t parameters, parameter_capacity;
	uint32_t qubits; /* one more than the largest qubit used */
	uint32_t slots;  /* one more than the largest result slot */
};

void circuit_init(struct songdo_circuit *circuit);
void circuit_fini(struct songdo_circuit *circuit);
/* Forget the operations, keep the memory. */
void circuit_clear(struct songdo_circuit *circuit);

/* Append. Everything is checked here, once: arity, parameter count, distinct qubits (controls and targets
 * together), finite parameters, a unitary matrix (within 1e-8). SONGDO_BAD_PROGRAM with a message in error (no
 * place: the caller adds it). */
songdo_status circuit_add_gate(struct songdo_circuit *circuit, enum gate gate, const double *parameters,
                               unsigned controls, uint64_t control_values, const uint32_t *qubits, songdo_error *error);
songdo_status circuit_add_matrix(struct songdo_circuit *circuit, unsigned targets, const double complex *matrix,
                                 unsigned controls, uint64_t control_values, const uint32_t *qubits,
                                 songdo_error *error);
songdo_status circuit_add_measure(struct songdo_circuit *circuit, uint32_t qubit, uint32_t slot, songdo_error *error);
songdo_status circuit_add_reset(struct songdo_circuit *circuit, uint32_t qubit, uint32_t slot, songdo_error *error);
songdo_status circuit_add_barrier(struct songdo_circuit *circuit, const uint32_t *qubits, uint32_t count,
                                  songdo_error *error);

/* The matrix of a GATE or MATRIX operation on its targets, controls left out. out has 4^targets elements;
 * matrix index bit j is target j. */
void operation_matrix(const struct songdo_circuit *circuit, const struct operation *operation, double complex *out);

/* A hash of everything but the parameters: circuits with equal hashes share a plan and differ in angles only. */
uint64_t circuit_structure(const struct songdo_circuit *circuit);
/* The same for the operations [begin, end). */
uint64_t circuit_structure_between(const struct songdo_circuit *circuit, uint64_t begin, uint64_t end);

/* Add the circuit as OpenQASM 3 text: one register `q` of circuit->qubits qubits, one `c` of circuit->slots
 * bits. Gates that stdgates.inc lacks are defined first, matrices become `unitary` pragmas of the Braket
 * dialect. Doubles read back equal. SONGDO_NO_FIT where memory is out or a matrix with its controls acts on
 * more than 8 qubits. */
songdo_status circuit_print(const struct songdo_circuit *circuit, struct text *text);

#endif
