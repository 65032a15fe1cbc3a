/* names.c - the table of gate names, and the compositions among them.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "circuit/names.h"

#include <math.h>
#include <string.h>

#include "base/bits.h"
#include "op/matrix.h"

/* Angles of parts: a constant, one parameter, or a multiple of one. */
/* clang-format off */
#define CONSTANT(c) {.constant = (c)}
#define P0(f) {.factor = {[0] = (f)}}
#define P1(f) {.factor = {[1] = (f)}}
#define P2(f) {.factor = {[2] = (f)}}
#define P3(f) {.factor = {[3] = (f)}}
/* clang-format on */

/* OpenQASM 3 stdgates.inc: gate u2(phi, lambda) q { gphase(-(phi + lambda + pi/2)/2); U(pi/2, phi, lambda) q; }
 * and U has the phase exp(i theta/2): together exp(-i (phi + lambda)/2) times the legacy u2. */
static const struct gate_part u2_parts[] = {
        {GATE_PHASE, 0, 0, {0}, {{.factor = {-0.5, -0.5}}}},
        {GATE_U2, 0, 0, {0}, {P0(1), P1(1)}},
};
/* gate u3(theta, phi, lambda) q { gphase(-(phi + lambda + theta)/2); U(theta, phi, lambda) q; } */
static const struct gate_part u3_parts[] = {
        {GATE_PHASE, 0, 0, {0}, {{.factor = {0, -0.5, -0.5}}}},
        {GATE_U3, 0, 0, {0}, {P0(1), P1(1), P2(1)}},
};
/* stdgates.inc: gate cu(theta, phi, lambda, gamma) a, b { p(gamma - theta/2) a; ctrl @ U(theta, phi, lambda)
 * a, b; } */
static const struct gate_part cu_parts[] = {
        {GATE_P, 0, 0, {0}, {P3(1)}},
        {GATE_U3, 1, 1, {0, 1}, {P0(1), P1(1), P2(1)}},
};
/* qelib1.inc of Qiskit: the Toffoli gate up to relative phases (Margolus) ... */
static const struct gate_part rccx_parts[] = {
        {GATE_H, 0, 0, {2}, {CONSTANT(0)}},    {GATE_T, 0, 0, {2}, {CONSTANT(0)}},
        {GATE_X, 1, 1, {1, 2}, {CONSTANT(0)}}, {GATE_TDG, 0, 0, {2}, {CONSTANT(0)}},
        {GATE_X, 1, 1, {0, 2}, {CONSTANT(0)}}, {GATE_T, 0, 0, {2}, {CONSTANT(0)}},
        {GATE_X, 1, 1, {1, 2}, {CONSTANT(0)}}, {GATE_TDG, 0, 0, {2}, {CONSTANT(0)}},
        {GATE_H, 0, 0, {2}, {CONSTANT(0)}},
};
/* ... and with three controls. */
static const struct gate_part rc3x_parts[] = {
        {GATE_H, 0, 0, {3}, {CONSTANT(0)}},    {GATE_T, 0, 0, {3}, {CONSTANT(0)}},
        {GATE_X, 1, 1, {2, 3}, {CONSTANT(0)}}, {GATE_TDG, 0, 0, {3}, {CONSTANT(0)}},
        {GATE_H, 0, 0, {3}, {CONSTANT(0)}},    {GATE_X, 1, 1, {0, 3}, {CONSTANT(0)}},
        {GATE_T, 0, 0, {3}, {CONSTANT(0)}},    {GATE_X, 1, 1, {1, 3}, {CONSTANT(0)}},
        {GATE_TDG, 0, 0, {3}, {CONSTANT(0)}},  {GATE_X, 1, 1, {0, 3}, {CONSTANT(0)}},
        {GATE_T, 0, 0, {3}, {CONSTANT(0)}},    {GATE_X, 1, 1, {1, 3}, {CONSTANT(0)}},
        {GATE_TDG, 0, 0, {3}, {CONSTANT(0)}},  {GATE_H, 0, 0, {3}, {CONSTANT(0)}},
        {GATE_T, 0, 0, {3}, {CONSTANT(0)}},    {GATE_X, 1, 1, {2, 3}, {CONSTANT(0)}},
        {GATE_TDG, 0, 0, {3}, {CONSTANT(0)}},  {GATE_H, 0, 0, {3}, {CONSTANT(0)}},
};
/* Braket: diag(exp(i phi), 1, 1, 1) and its kin; operand 0 is the left one of the name's digits. */
static const struct gate_part cphaseshift00_parts[] = {{GATE_PHASE, 2, 0, {0, 1}, {P0(1)}}};
static const struct gate_part cphaseshift01_parts[] = {{GATE_PHASE, 2, 2, {0, 1}, {P0(1)}}};
static const struct gate_part cphaseshift10_parts[] = {{GATE_PHASE, 2, 1, {0, 1}, {P0(1)}}};
/* Braket: a swap whose exchanged amplitudes gain exp(i phi). */
static const struct gate_part pswap_parts[] = {
        {GATE_SWAP, 0, 0, {0, 1}, {CONSTANT(0)}},
        {GATE_RZZ, 0, 0, {0, 1}, {P0(1)}},
        {GATE_PHASE, 0, 0, {0}, {P0(0.5)}},
};
/* Braket's xy has the opposite sign of xx_plus_yy. */
static const struct gate_part xy_parts[] = {{GATE_XX_PLUS_YY, 0, 0, {0, 1}, {P0(-1), CONSTANT(0)}}};
/* IonQ's gates as Braket has them: gpi(phi) = [[0, exp(-i phi)], [exp(i phi), 0]], gpi2 a half of it. */
static const struct gate_part gpi_parts[] = {
        {GATE_R, 0, 0, {0}, {CONSTANT(M_PI), P0(1)}},
        {GATE_PHASE, 0, 0, {0}, {CONSTANT(M_PI_2)}},
};
static const struct gate_part gpi2_parts[] = {{GATE_R, 0, 0, {0}, {CONSTANT(M_PI_2), P0(1)}}};
static const struct gate_part ms_parts[] = {
        /* (phi0, phi1, theta) */
        {GATE_RZ, 0, 0, {0}, {P0(-1)}}, {GATE_RZ, 0, 0, {1}, {P1(-1)}}, {GATE_RXX, 0, 0, {0, 1}, {P2(1)}},
        {GATE_RZ, 0, 0, {0}, {P0(1)}},  {GATE_RZ, 0, 0, {1}, {P1(1)}},
};

enum { B = LIBRARY_BUILTIN, Q = LIBRARY_QELIB1, S = LIBRARY_STDGATES, A = LIBRARY_BRAKET, K = LIBRARY_QISKIT };
enum { ANY_PHASE, SPECIFIED_PHASE, LEGACY_PHASE };

/* {name, libraries, phase rule, parameters, operands, gate, controls, parts}; ascending by name (strcmp). */
#define PARTS(p) .part = (p), .parts = ARRAY_LENGTH(p)
static const struct gate_name names[] = {
        {"CX", B | S, 0, 0, 2, GATE_X, 1, NULL, 0},
        {"U", B | A, SPECIFIED_PHASE, 3, 1, GATE_U, 0, NULL, 0},
        {"U", B | A, LEGACY_PHASE, 3, 1, GATE_U3, 0, NULL, 0},
        {"c3sqrtx", Q | K, 0, 0, 4, GATE_SX, 3, NULL, 0},
        {"c3sx", K, 0, 0, 4, GATE_SX, 3, NULL, 0},
        {"c3x", Q | K, 0, 0, 4, GATE_X, 3, NULL, 0},
        {"c4x", Q | K, 0, 0, 5, GATE_X, 4, NULL, 0},
        {"ccnot", A, 0, 0, 3, GATE_X, 2, NULL, 0},
        {"ccx", Q | S, 0, 0, 3, GATE_X, 2, NULL, 0},
        {"ccz", Q | K, 0, 0, 3, GATE_Z, 2, NULL, 0},
        {"ch", Q | S, 0, 0, 2, GATE_H, 1, NULL, 0},
        {"cnot", A, 0, 0, 2, GATE_X, 1, NULL, 0},
        {"cp", Q | S, 0, 1, 2, GATE_P, 1, NULL, 0},
        {"cphase", S, 0, 1, 2, GATE_P, 1, NULL, 0},
        {"cphaseshift", A, 0, 1, 2, GATE_P, 1, NULL, 0},
        {"cphaseshift00", A, 0, 1, 2, 0, 0, PARTS(cphaseshift00_parts)},
        {"cphaseshift01", A, 0, 1, 2, 0, 0, PARTS(cphaseshift01_parts)},
        {"cphaseshift10", A, 0, 1, 2, 0, 0, PARTS(cphaseshift10_parts)},
        {"crx", Q | S, 0, 1, 2, GATE_RX, 1, NULL, 0},
        {"cry", Q | S, 0, 1, 2, GATE_RY, 1, NULL, 0},
        {"crz", Q | S, 0, 1, 2, GATE_RZ, 1, NULL, 0},
        {"cs", Q | K, 0, 0, 2, GATE_S, 1, NULL, 0},
        {"csdg", Q | K, 0, 0, 2, GATE_SDG, 1, NULL, 0},
        {"cswap", Q | S | A, 0, 0, 3, GATE_SWAP, 1, NULL, 0},
        {"csx", Q | K, 0, 0, 2, GATE_SX, 1, NULL, 0},
        {"cu", Q | S, 0, 4, 2, 0, 0, PARTS(cu_parts)},
        {"cu1", Q, 0, 1, 2, GATE_P, 1, NULL, 0},
        {"cu3", Q, 0, 3, 2, GATE_U3, 1, NULL, 0},
        {"cv", A, 0, 0, 2, GATE_SX, 1, NULL, 0},
        {"cx", Q | S, 0, 0, 2, GATE_X, 1, NULL, 0},
        {"cy", Q | S | A, 0, 0, 2, GATE_Y, 1, NULL, 0},
        {"cz", Q | S | A, 0, 0, 2, GATE_Z, 1, NULL, 0},
        {"dcx", K, 0, 0, 2, GATE_DCX, 0, NULL, 0},
        {"ecr", A | K, 0, 0, 2, GATE_ECR, 0, NULL, 0},
        {"gphase", B | A, 0, 1, 0, GATE_PHASE, 0, NULL, 0},
        {"gpi", A, 0, 1, 1, 0, 0, PARTS(gpi_parts)},
        {"gpi2", A, 0, 1, 1, 0, 0, PARTS(gpi2_parts)},
        {"h", Q | S | A, 0, 0, 1, GATE_H, 0, NULL, 0},
        {"i", A, 0, 0, 1, GATE_ID, 0, NULL, 0},
        {"id", Q | S, 0, 0, 1, GATE_ID, 0, NULL, 0},
        {"iswap", A | K, 0, 0, 2, GATE_ISWAP, 0, NULL, 0},
        {"ms", A, 0, 3, 2, 0, 0, PARTS(ms_parts)},
        {"p", Q | S, 0, 1, 1, GATE_P, 0, NULL, 0},
        {"phase", S, 0, 1, 1, GATE_P, 0, NULL, 0},
        {"phaseshift", A, 0, 1, 1, GATE_P, 0, NULL, 0},
        {"prx", A, 0, 2, 1, GATE_R, 0, NULL, 0},
        {"pswap", A, 0, 1, 2, 0, 0, PARTS(pswap_parts)},
        {"r", K, 0, 2, 1, GATE_R, 0, NULL, 0},
        {"rc3x", Q, 0, 0, 4, 0, 0, PARTS(rc3x_parts)},
        {"rcccx", K, 0, 0, 4, 0, 0, PARTS(rc3x_parts)},
        {"rccx", Q | K, 0, 0, 3, 0, 0, PARTS(rccx_parts)},
        {"rx", Q | S | A, 0, 1, 1, GATE_RX, 0, NULL, 0},
        {"rxx", Q | K, 0, 1, 2, GATE_RXX, 0, NULL, 0},
        {"ry", Q | S | A, 0, 1, 1, GATE_RY, 0, NULL, 0},
        {"ryy", Q | K, 0, 1, 2, GATE_RYY, 0, NULL, 0},
        {"rz", Q | S | A, 0, 1, 1, GATE_RZ, 0, NULL, 0},
        {"rzx", Q | K, 0, 1, 2, GATE_RZX, 0, NULL, 0},
        {"rzz", Q | K, 0, 1, 2, GATE_RZZ, 0, NULL, 0},
        {"s", Q | S | A, 0, 0, 1, GATE_S, 0, NULL, 0},
        {"sdg", Q | S, 0, 0, 1, GATE_SDG, 0, NULL, 0},
        {"si", A, 0, 0, 1, GATE_SDG, 0, NULL, 0},
        {"swap", Q | S | A, 0, 0, 2, GATE_SWAP, 0, NULL, 0},
        {"sx", Q | S, 0, 0, 1, GATE_SX, 0, NULL, 0},
        {"sxdg", Q | K, 0, 0, 1, GATE_SXDG, 0, NULL, 0},
        {"t", Q | S | A, 0, 0, 1, GATE_T, 0, NULL, 0},
        {"tdg", Q | S, 0, 0, 1, GATE_TDG, 0, NULL, 0},
        {"ti", A, 0, 0, 1, GATE_TDG, 0, NULL, 0},
        {"u", Q, 0, 3, 1, GATE_U3, 0, NULL, 0},
        {"u0", Q, 0, 1, 1, GATE_ID, 0, NULL, 0},
        {"u1", Q | S, 0, 1, 1, GATE_P, 0, NULL, 0},
        {"u2", Q | S, SPECIFIED_PHASE, 2, 1, 0, 0, PARTS(u2_parts)},
        {"u2", Q | S, LEGACY_PHASE, 2, 1, GATE_U2, 0, NULL, 0},
        {"u3", Q | S, SPECIFIED_PHASE, 3, 1, 0, 0, PARTS(u3_parts)},
        {"u3", Q | S, LEGACY_PHASE, 3, 1, GATE_U3, 0, NULL, 0},
        {"v", A, 0, 0, 1, GATE_SX, 0, NULL, 0},
        {"vi", A, 0, 0, 1, GATE_SXDG, 0, NULL, 0},
        {"x", Q | S | A, 0, 0, 1, GATE_X, 0, NULL, 0},
        {"xx", A, 0, 1, 2, GATE_RXX, 0, NULL, 0},
        {"xx_minus_yy", K, 0, 2, 2, GATE_XX_MINUS_YY, 0, NULL, 0},
        {"xx_plus_yy", K, 0, 2, 2, GATE_XX_PLUS_YY, 0, NULL, 0},
        {"xy", A, 0, 1, 2, 0, 0, PARTS(xy_parts)},
        {"y", Q | S | A, 0, 0, 1, GATE_Y, 0, NULL, 0},
        {"yy", A, 0, 1, 2, GATE_RYY, 0, NULL, 0},
        {"z", Q | S | A, 0, 0, 1, GATE_Z, 0, NULL, 0},
        {"zz", A, 0, 1, 2, GATE_RZZ, 0, NULL, 0},
};

const struct gate_name *gate_name_at(size_t i) { return i < ARRAY_LENGTH(names) ? &names[i] : NULL; }

/* strcmp of a counted string and a terminated one. */
static int compare(const char *a, size_t length, const char *b)
{
	const int order = strncmp(a, b, length);
	return order ? order : -(b[length] != '\0');
}

const struct gate_name *gate_name_find(const char *name, size_t length, unsigned libraries)
{
	size_t low = 0, high = ARRAY_LENGTH(names);
	while (low < high) { /* the first entry that is not below name */
		const size_t middle = (low + high) / 2;
		if (compare(name, length, names[middle].name) > 0)
			low = middle + 1;
		else
			high = middle;
	}
	const unsigned unwanted = libraries & LIBRARY_LEGACY_PHASE ? SPECIFIED_PHASE : LEGACY_PHASE;
	for (; low < ARRAY_LENGTH(names) && compare(name, length, names[low].name) == 0; low++)
		if (names[low].libraries & libraries && names[low].phase_rule != unwanted)
			return &names[low];
	return NULL;
}

/* The gate and parameters of a part, inverted on request. */
static enum gate part_gate(const struct gate_part *part, const double *parameters, unsigned count, bool inverse,
                           double *out)
{
	const enum gate gate = (enum gate)part->gate;
	for (unsigned i = 0; i < gate_info(gate)->parameters; i++) {
		out[i] = part->angle[i].constant;
		for (unsigned j = 0; j < count; j++)
			out[i] += part->angle[i].factor[j] == 0 ? 0 : part->angle[i].factor[j] * parameters[j];
	}
	return inverse ? gate_invert(gate, out, out) : gate;
}

songdo_status circuit_add_named(struct songdo_circuit *circuit, const struct gate_name *name, const double *parameters,
                                bool inverse, unsigned controls, uint64_t control_values, const uint32_t *qubits,
                                songdo_error *error)
{
	double angles[GATE_PARAMETERS];
	if (!name->part) {
		enum gate gate = (enum gate)name->gate;
		if (inverse) {
			gate = gate_invert(gate, parameters, angles);
			parameters = angles;
		}
		return circuit_add_gate(circuit, gate, parameters, controls + name->controls,
		                        control_values | low_mask(name->controls) << controls, qubits, error);
	}
	if (controls + GATE_NAME_QUBITS > OPERATION_CONTROLS)
		return error_set(error, SONGDO_BAD_PROGRAM, "%u controls on %s; at most %d are possible", controls,
		                 name->name, OPERATION_CONTROLS - GATE_NAME_QUBITS);
	for (unsigned i = controls; i < controls + name->qubits; i++)
		for (unsigned j = 0; j < i; j++) /* a part sees only some operands: the whole is checked here */
			if (qubits[i] == qubits[j])
				return error_set(error, SONGDO_BAD_PROGRAM, "qubit %u is used twice in one operation",
				                 (unsigned)qubits[i]);
	const struct songdo_circuit before = *circuit;
	songdo_status status = SONGDO_OK;
	for (unsigned k = 0; k < name->parts && status == SONGDO_OK; k++) {
		const struct gate_part *part = &name->part[inverse ? name->parts - 1u - k : k];
		const enum gate gate = part_gate(part, parameters, name->parameters, inverse, angles);
		uint32_t operand[OPERATION_CONTROLS + GATE_NAME_QUBITS];
		memcpy(operand, qubits, controls * sizeof *operand);
		for (unsigned i = 0; i < part->controls + (unsigned)gate_info(gate)->targets; i++)
			operand[controls + i] = qubits[controls + part->operand[i]];
		status = circuit_add_gate(circuit, gate, angles, controls + part->controls,
		                          control_values | (uint64_t)part->control_values << controls, operand, error);
	}
	if (status != SONGDO_OK) { /* forget what was appended; the arrays may have moved */
		circuit->operations = before.operations;
		circuit->qubit_entries = before.qubit_entries;
		circuit->parameters = before.parameters;
		circuit->qubits = before.qubits;
	}
	return status;
}

void gate_name_matrix(const struct gate_name *name, const double *parameters, double complex *out)
{
	const struct gate_part whole = {
	        name->gate, name->controls, (uint8_t)low_mask(name->controls), {0}, {CONSTANT(0)}};
	double complex small[16], large[MATRIX_ELEMENTS], product[MATRIX_ELEMENTS];
	matrix_identity(name->qubits, out);
	for (unsigned k = 0; k < (name->part ? name->parts : 1u); k++) {
		const struct gate_part *part = name->part ? &name->part[k] : &whole;
		double angles[GATE_PARAMETERS];
		enum gate gate = (enum gate)part->gate;
		if (name->part)
			gate = part_gate(part, parameters, name->parameters, false, angles);
		gate_matrix(gate, name->part ? angles : parameters, small);
		uint8_t position[GATE_TARGETS];
		for (unsigned i = 0; i < gate_info(gate)->targets; i++)
			position[i] = name->part ? part->operand[part->controls + i] : (uint8_t)(part->controls + i);
		unsigned mask = 0, value = 0;
		for (unsigned i = 0; i < part->controls; i++) {
			const unsigned operand = name->part ? part->operand[i] : i;
			mask |= 1u << operand;
			if (part->control_values >> i & 1)
				value |= 1u << operand;
		}
		matrix_embed(name->qubits, gate_info(gate)->targets, small, position, mask, value, large);
		matrix_multiply(name->qubits, large, out, product);
		memcpy(out, product, sizeof *out << (2 * name->qubits));
	}
}
