/* print.c - a circuit as OpenQASM 3 text.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/bits.h"
#include "circuit/circuit.h"

/* Gates that stdgates.inc lacks, by definitions that keep their global phase; `needs` is defined before.
 * Parameters are in alphabetical order, because Qiskit's importer binds them in that order whatever the
 * definition says. */
struct definition {
	const char *name, *text;
	uint64_t needs; /* mask of gates */
};

static const struct definition definitions[GATES] = {
        [GATE_SXDG] = {"sxdg", "gate sxdg a { inv @ sx a; }\n", 0},
        [GATE_U3] = {"legacy_u3",
                     "gate legacy_u3(alpha, beta, gamma) a { gphase(-alpha / 2); U(alpha, beta, gamma) a; }\n", 0},
        [GATE_U2] = {"legacy_u2", "gate legacy_u2(alpha, beta) a { gphase(-pi / 4); U(pi / 2, alpha, beta) a; }\n", 0},
        [GATE_ISWAP] = {"iswap", "gate iswap a, b { s a; s b; cz a, b; swap a, b; }\n", 0},
        [GATE_ISWAPDG] = {"iswapdg", "gate iswapdg a, b { swap a, b; cz a, b; sdg a; sdg b; }\n", 0},
        [GATE_ECR] = {"ecr", "gate ecr a, b { rzx(pi / 4) a, b; x a; rzx(-pi / 4) a, b; }\n", (uint64_t)1 << GATE_RZX},
        [GATE_DCX] = {"dcx", "gate dcx a, b { cx a, b; cx b, a; }\n", 0},
        [GATE_DCXDG] = {"dcxdg", "gate dcxdg a, b { cx b, a; cx a, b; }\n", 0},
        [GATE_RXX] = {"rxx", "gate rxx(theta) a, b { h a; h b; cx a, b; rz(theta) b; cx a, b; h a; h b; }\n", 0},
        [GATE_RYY] = {"ryy",
                      "gate ryy(theta) a, b { rx(pi / 2) a; rx(pi / 2) b; cx a, b; rz(theta) b; cx a, b; rx(-pi / 2) "
                      "a; rx(-pi / 2) b; }\n",
                      0},
        [GATE_RZZ] = {"rzz", "gate rzz(theta) a, b { cx a, b; rz(theta) b; cx a, b; }\n", 0},
        [GATE_RZX] = {"rzx", "gate rzx(theta) a, b { h b; cx a, b; rz(theta) b; cx a, b; h b; }\n", 0},
        [GATE_XX_PLUS_YY] = {"xx_plus_yy",
                             "gate xx_plus_yy(alpha, beta) a, b { p(-beta) b; rxx(alpha / 2) a, b; ryy(alpha / 2) a, "
                             "b; p(beta) b; }\n",
                             (uint64_t)1 << GATE_RXX | (uint64_t)1 << GATE_RYY},
        [GATE_XX_MINUS_YY] = {"xx_minus_yy",
                              "gate xx_minus_yy(alpha, beta) a, b { p(-beta) b; rxx(alpha / 2) a, b; ryy(-alpha / 2) "
                              "a, b; p(beta) b; }\n",
                              (uint64_t)1 << GATE_RXX | (uint64_t)1 << GATE_RYY},
        [GATE_R] = {"r", "gate r(alpha, beta) a { rz(-beta) a; rx(alpha) a; rz(beta) a; }\n", 0},
};

enum { PRINT_MATRIX_QUBITS = 8 };

static void add_definitions(const struct songdo_circuit *circuit, struct text *text)
{
	_Static_assert(GATES <= 64, "gates fit a mask");
	uint64_t used = 0;
	for (uint64_t i = 0; i < circuit->operations; i++)
		if (circuit->operation[i].kind == OPERATION_GATE)
			used |= bit_mask(circuit->operation[i].gate);
	for (unsigned g = 0; g < GATES; g++)
		if (used >> g & 1)
			used |= definitions[g].needs;
	/* Those that need nothing first. */
	for (unsigned round = 0; round < 2; round++)
		for (unsigned g = 0; g < GATES; g++)
			if (used >> g & 1 && definitions[g].text && (definitions[g].needs != 0) == (round == 1))
				text_add(text, definitions[g].text);
}

static void add_qubits(const uint32_t *qubit, uint64_t count, struct text *text)
{
	for (uint64_t i = 0; i < count; i++)
		text_add_format(text, "%s q[%u]", i ? "," : "", (unsigned)qubit[i]);
	text_add(text, ";\n");
}

static void add_gate(const struct songdo_circuit *circuit, const struct operation *o, struct text *text)
{
	for (unsigned j = 0; j < o->controls;) {
		const unsigned value = o->control_values >> j & 1;
		unsigned run = 1;
		while (j + run < o->controls && (o->control_values >> (j + run) & 1) == value)
			run++;
		text_add(text, value ? "ctrl" : "negctrl");
		if (run > 1)
			text_add_format(text, "(%u)", run);
		text_add(text, " @ ");
		j += run;
	}
	text_add(text, definitions[o->gate].text ? definitions[o->gate].name : gate_info((enum gate)o->gate)->name);
	for (unsigned i = 0; i < o->parameters; i++)
		text_add_format(text, "%s%.17g", i ? ", " : "(", circuit->parameter[o->first_parameter + i]);
	if (o->parameters)
		text_add(text, ")");
	add_qubits(circuit->qubit + o->first_qubit, (uint64_t)o->controls + o->targets, text);
}

/* Braket's pragma takes the whole matrix, the first qubit being the most significant: controls are written out,
 * targets reversed. */
static songdo_status add_matrix(const struct songdo_circuit *circuit, const struct operation *o, struct text *text)
{
	const unsigned k = o->targets, n = k + o->controls;
	if (n > PRINT_MATRIX_QUBITS)
		return SONGDO_NO_FIT;
	double complex matrix[1 << 2 * OPERATION_MATRIX_TARGETS];
	operation_matrix(circuit, o, matrix);
	const uint64_t controls = low_mask(n) & ~low_mask(k), value = o->control_values << k;
	text_add(text, "#pragma braket unitary([");
	for (uint64_t i = 0; i < bit_mask(n); i++) {
		text_add(text, i ? ", [" : "[");
		for (uint64_t j = 0; j < bit_mask(n); j++) {
			double complex x = i == j;
			if ((i & controls) == value)
				x = (j & controls) == value ? matrix[(i & low_mask(k)) << k | (j & low_mask(k))] : 0;
			text_add_format(text, cimag(x) == 0 ? "%s%.17g" : "%s%.17g%+.17gim", j ? ", " : "", creal(x),
			                cimag(x));
		}
		text_add(text, "]");
	}
	text_add(text, "])");
	/* Index bit j is target j for j < k, then the controls: the last of them is written first. */
	for (unsigned j = n; j-- > 0;)
		text_add_format(text, "%s q[%u]", j + 1 < n ? "," : "",
		                (unsigned)circuit->qubit[o->first_qubit + (j < k ? o->controls + j : j - k)]);
	text_add(text, "\n");
	return SONGDO_OK;
}

songdo_status circuit_print(const struct songdo_circuit *circuit, struct text *text)
{
	songdo_status status = SONGDO_OK;
	text_add(text, "OPENQASM 3.0;\ninclude \"stdgates.inc\";\n");
	add_definitions(circuit, text);
	if (circuit->qubits)
		text_add_format(text, "qubit[%u] q;\n", (unsigned)circuit->qubits);
	if (circuit->slots)
		text_add_format(text, "bit[%u] c;\n", (unsigned)circuit->slots);
	for (uint64_t i = 0; i < circuit->operations && status == SONGDO_OK; i++) {
		const struct operation *o = &circuit->operation[i];
		const uint32_t *qubit = circuit->qubit + o->first_qubit;
		switch ((enum operation_kind)o->kind) {
		case OPERATION_GATE: add_gate(circuit, o, text); break;
		case OPERATION_MATRIX: status = add_matrix(circuit, o, text); break;
		case OPERATION_MEASURE:
			text_add_format(text, "c[%u] = measure q[%u];\n", (unsigned)o->slot, (unsigned)qubit[0]);
			break;
		case OPERATION_RESET: text_add_format(text, "reset q[%u];\n", (unsigned)qubit[0]); break;
		case OPERATION_BARRIER:
			text_add(text, "barrier");
			add_qubits(qubit, o->targets, text);
			break;
		}
	}
	return status == SONGDO_OK && text->failed ? SONGDO_NO_FIT : status;
}
