/* names.h - gates by the names that languages give them.
 *
 * One lookup: a name and the libraries in sight give an entry. An entry is a gate of the table with some
 * controls (cx is x with one), or a short composition of such (rccx). One function appends an entry to a
 * circuit, one gives its matrix.
 *
 * May use: circuit.h, op, base.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef SONGDO_NAMES_H
#define SONGDO_NAMES_H

#include "circuit/circuit.h"

/* Where a name comes from; a mask. */
enum gate_library {
	LIBRARY_BUILTIN = 1,  /* U, CX, gphase: of the languages themselves */
	LIBRARY_QELIB1 = 2,   /* qelib1.inc of the 2.0 paper, and what Qiskit and later versions add */
	LIBRARY_STDGATES = 4, /* stdgates.inc of OpenQASM 3 */
	LIBRARY_BRAKET = 8,   /* Amazon Braket's gates */
	LIBRARY_QISKIT = 16,  /* gates of Qiskit's library that neither include file has: dcx, ecr, iswap, ... */
	/* Not a library: take U, u2 and u3 with the phase of OpenQASM 2.0 tools, Qiskit and Braket (upper left
	 * element real) instead of the 3.x specification's. Set it for 2.0 files and for the Braket dialect. */
	LIBRARY_LEGACY_PHASE = 32,
};

enum { GATE_NAME_QUBITS = 5 }; /* the most operands an entry has */

/* One part of a composition: a table gate on some of the entry's operands. */
struct gate_part {
	uint8_t gate, controls;
	uint8_t control_values; /* bit j: the value control j must have */
	uint8_t operand[3];     /* controls first */
	struct {
		double constant, factor[GATE_PARAMETERS];
	} angle[3]; /* constant + factor . parameters */
};

struct gate_name {
	const char *name;
	uint8_t libraries;            /* mask of gate_library; with LIBRARY_LEGACY_PHASE: only under that flag */
	uint8_t phase_rule;           /* 0: any; 1: only without LIBRARY_LEGACY_PHASE; 2: only with it */
	uint8_t parameters, qubits;   /* operands: controls and targets together */
	uint8_t gate, controls;       /* a table gate with its first operands as controls ... */
	const struct gate_part *part; /* ... unless these parts, in time order, are given */
	uint8_t parts;
};

/* The entry of a name in any of the libraries; NULL where there is none. O(log entries). Names are case-sensitive. */
const struct gate_name *gate_name_find(const char *name, size_t length, unsigned libraries);
/* The i-th entry of the table, NULL past the last: for "did you mean" lists and for tests. Ascending by name. */
const struct gate_name *gate_name_at(size_t i);

/* Append an entry, or its inverse, with `controls` more controls in front:
 *   qubits           the further controls, then the entry's own operands
 *   control_values   of the further controls
 * One operation, or one a part. Checked like circuit_add_gate; nothing is appended on failure. */
songdo_status circuit_add_named(struct songdo_circuit *circuit, const struct gate_name *name, const double *parameters,
                                bool inverse, unsigned controls, uint64_t control_values, const uint32_t *qubits,
                                songdo_error *error);
/* The matrix on all operands (2^qubits rows; index bit j is operand j), the entry's own controls included. For
 * `pow`. */
void gate_name_matrix(const struct gate_name *name, const double *parameters, double complex *out);

#endif
