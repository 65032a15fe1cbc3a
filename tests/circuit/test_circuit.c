/* test_circuit.c - appending, refusing, hashing and printing circuits.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "circuit/circuit.h"
#include "op/matrix.h"

Test(circuit, what_is_appended_is_what_is_stored)
{
	struct songdo_circuit circuit;
	circuit_init(&circuit);
	const uint32_t qubits[] = {7, 2, 5};
	const double angle = 0.25;
	const double complex y[] = {0, -I, I, 0};
	cr_assert_eq(circuit_add_gate(&circuit, GATE_RZ, &angle, 2, 1, qubits, NULL), SONGDO_OK);
	cr_assert_eq(circuit_add_matrix(&circuit, 1, y, 1, 0, qubits, NULL), SONGDO_OK);
	cr_assert_eq(circuit_add_measure(&circuit, 9, 3, NULL), SONGDO_OK);
	cr_assert_eq(circuit_add_reset(&circuit, 1, 4, NULL), SONGDO_OK);
	cr_assert_eq(circuit_add_barrier(&circuit, qubits, 3, NULL), SONGDO_OK);
	cr_assert(circuit.operations == 5 && circuit.qubits == 10 && circuit.slots == 5);
	const struct operation *o = circuit.operation;
	cr_assert(o[0].kind == OPERATION_GATE && o[0].gate == GATE_RZ && o[0].controls == 2 &&
	          o[0].control_values == 1 && o[0].targets == 1);
	cr_assert_arr_eq(circuit.qubit + o[0].first_qubit, qubits, sizeof qubits);
	cr_assert_eq(circuit.parameter[o[0].first_parameter], 0.25);
	double complex out[4];
	operation_matrix(&circuit, &o[1], out);
	cr_assert_arr_eq((const char *)out, (const char *)y, sizeof y);
	cr_assert_eq(o[1].gate, 0, "y is neither diagonal nor real nor a permutation");
	cr_assert(o[2].kind == OPERATION_MEASURE && o[2].slot == 3 && circuit.qubit[o[2].first_qubit] == 9);
	cr_assert(o[4].kind == OPERATION_BARRIER && o[4].targets == 3);
	circuit_clear(&circuit);
	cr_assert(circuit.operations == 0 && circuit.qubits == 0 && circuit.slots == 0 && circuit.operation);
	circuit_fini(&circuit);
}

Test(circuit, what_makes_no_sense_is_refused_with_words)
{
	struct songdo_circuit circuit;
	circuit_init(&circuit);
	const uint32_t twice[] = {3, 1, 3}, fine[] = {0, 1, 2};
	uint32_t many[64];
	for (uint32_t i = 0; i < 64; i++)
		many[i] = i;
	const double endless = INFINITY;
	const double complex shear[] = {1, 1, 0, 1};
	songdo_error error = {0};
	cr_assert_eq(circuit_add_gate(&circuit, GATE_SWAP, NULL, 1, 1, twice, &error), SONGDO_BAD_PROGRAM);
	cr_assert_not_null(strstr(error.message, "qubit 3 is used twice"));
	cr_assert_eq(circuit_add_gate(&circuit, GATE_RX, &endless, 0, 0, fine, &error), SONGDO_BAD_PROGRAM);
	cr_assert_not_null(strstr(error.message, "rx"));
	cr_assert_eq(circuit_add_gate(&circuit, GATE_X, NULL, OPERATION_CONTROLS + 1, 0, many, &error),
	             SONGDO_BAD_PROGRAM);
	cr_assert_eq(circuit_add_gate(&circuit, GATE_X, NULL, 1, 2, fine, &error), SONGDO_BAD_PROGRAM);
	cr_assert_eq(circuit_add_gate(&circuit, GATES, NULL, 0, 0, fine, &error), SONGDO_BAD_PROGRAM);
	cr_assert_eq(circuit_add_matrix(&circuit, 1, shear, 0, 0, fine, &error), SONGDO_BAD_PROGRAM);
	cr_assert_eq(circuit_add_matrix(&circuit, 0, shear, 0, 0, fine, &error), SONGDO_BAD_PROGRAM);
	cr_assert_eq(circuit_add_matrix(&circuit, 6, shear, 0, 0, fine, NULL), SONGDO_BAD_PROGRAM,
	             "an error may be NULL");
	cr_assert(circuit.operations == 0 && circuit.qubits == 0);
	cr_assert_eq(circuit_add_gate(&circuit, GATE_X, NULL, OPERATION_CONTROLS, 0, many, &error), SONGDO_OK);
	circuit_fini(&circuit);
}

static uint64_t structure_of(double angle, uint32_t qubit, uint64_t values, uint32_t slot)
{
	struct songdo_circuit circuit;
	circuit_init(&circuit);
	const uint32_t qubits[] = {qubit, 5};
	circuit_add_gate(&circuit, GATE_RX, &angle, 1, values, qubits, NULL);
	circuit_add_measure(&circuit, 0, slot, NULL);
	const uint64_t hash = circuit_structure(&circuit);
	circuit_fini(&circuit);
	return hash;
}

Test(circuit, the_structure_ignores_angles_and_nothing_else)
{
	const uint64_t hash = structure_of(0.1, 1, 1, 0);
	cr_assert_eq(hash, structure_of(2.0, 1, 1, 0));
	cr_assert_neq(hash, structure_of(0.1, 2, 1, 0));
	cr_assert_neq(hash, structure_of(0.1, 1, 0, 0));
	cr_assert_neq(hash, structure_of(0.1, 1, 1, 1));
	struct songdo_circuit a; /* a part has the structure that it has elsewhere too */
	circuit_init(&a);
	const uint32_t q[] = {0, 1};
	for (unsigned i = 0; i < 6; i++)
		circuit_add_gate(&a, i % 3 == 0 ? GATE_H : GATE_SWAP, NULL, 0, 0, q, NULL);
	cr_assert_eq(circuit_structure_between(&a, 0, 3), circuit_structure_between(&a, 3, 6));
	cr_assert_neq(circuit_structure_between(&a, 0, 3), circuit_structure_between(&a, 1, 4));
	circuit_fini(&a);
}

Test(circuit, matrices_of_different_classes_have_different_structures)
{
	const double complex x[] = {0, 1, 1, 0}, z[] = {1, 0, 0, -1};
	const uint32_t q = 0;
	struct songdo_circuit a, b;
	circuit_init(&a);
	circuit_init(&b);
	circuit_add_matrix(&a, 1, x, 0, 0, &q, NULL);
	circuit_add_matrix(&b, 1, z, 0, 0, &q, NULL);
	cr_assert_neq(circuit_structure(&a), circuit_structure(&b));
	circuit_fini(&a);
	circuit_fini(&b);
}

Test(circuit, printing_is_openqasm_3)
{
	struct songdo_circuit circuit;
	circuit_init(&circuit);
	const uint32_t q[] = {2, 0, 1};
	const double angles[] = {0.1, 0.2, 0.3};
	const double complex s[] = {1, 0, 0, I};
	circuit_add_gate(&circuit, GATE_H, NULL, 0, 0, q, NULL);
	circuit_add_gate(&circuit, GATE_X, NULL, 2, 2, q, NULL);
	circuit_add_gate(&circuit, GATE_ECR, NULL, 0, 0, q, NULL);
	circuit_add_gate(&circuit, GATE_U3, angles, 2, 3, q, NULL);
	circuit_add_gate(&circuit, GATE_PHASE, angles, 0, 0, q, NULL);
	circuit_add_matrix(&circuit, 1, s, 1, 0, q, NULL);
	circuit_add_barrier(&circuit, q, 2, NULL);
	circuit_add_measure(&circuit, 1, 0, NULL);
	circuit_add_reset(&circuit, 1, 1, NULL);
	struct text text = {0};
	cr_assert_eq(circuit_print(&circuit, &text), SONGDO_OK);
	cr_assert_str_eq(
	        text.data,
	        "OPENQASM 3.0;\n"
	        "include \"stdgates.inc\";\n"
	        "gate legacy_u3(alpha, beta, gamma) a { gphase(-alpha / 2); U(alpha, beta, gamma) a; }\n"
	        "gate rzx(theta) a, b { h b; cx a, b; rz(theta) b; cx a, b; h b; }\n"
	        "gate ecr a, b { rzx(pi / 4) a, b; x a; rzx(-pi / 4) a, b; }\n"
	        "qubit[3] q;\n"
	        "bit[2] c;\n"
	        "h q[2];\n"
	        "negctrl @ ctrl @ x q[2], q[0], q[1];\n"
	        "ecr q[2], q[0];\n"
	        "ctrl(2) @ legacy_u3(0.10000000000000001, 0.20000000000000001, 0.29999999999999999) q[2], q[0], q[1];\n"
	        "gphase(0.10000000000000001);\n"
	        "#pragma braket unitary([[1, 0, 0, 0], [0, 0+1im, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]]) q[2], q[0]\n"
	        "barrier q[2], q[0];\n"
	        "c[0] = measure q[1];\n"
	        "reset q[1];\n");
	text_fini(&text);
	circuit_fini(&circuit);
}
