/* test_gates.c - the gate table and the names: unitary, inverse, and what the languages' specifications say.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "circuit/names.h"
#include "op/matrix.h"

static const double angles[] = {0.3, 0.5, 0.9, 1.1};

static double difference(unsigned bits, const double complex *a, const double complex *b)
{
	double worst = 0;
	for (unsigned i = 0; i < 1u << 2 * bits; i++)
		worst = fmax(worst, cabs(a[i] - b[i]));
	return worst;
}

Test(gates, every_gate_is_unitary_and_its_inverse_undoes_it)
{
	for (unsigned g = 0; g < GATES; g++) {
		const struct gate_info *info = gate_info((enum gate)g);
		double complex a[16], b[16], c[16];
		double inverted[GATE_PARAMETERS];
		gate_matrix((enum gate)g, angles, a);
		cr_assert_lt(matrix_defect(info->targets, a), 1e-15, "%s", info->name);
		const enum gate inverse = gate_invert((enum gate)g, angles, inverted);
		cr_assert_eq(gate_info(inverse)->targets, info->targets);
		gate_matrix(inverse, inverted, b);
		matrix_multiply(info->targets, b, a, c);
		cr_assert(matrix_classify(info->targets, c, 1e-15) & MATRIX_IS_IDENTITY, "%s", info->name);
		double again[GATE_PARAMETERS] = {0};
		memcpy(again, angles, sizeof again);
		cr_assert_eq(gate_invert((enum gate)g, again, again), inverse, "in place");
		cr_assert_arr_eq(again, inverted, gate_info(inverse)->parameters);
	}
}

Test(gates, the_form_holds_for_all_angles)
{
	for (unsigned g = 0; g < GATES; g++)
		for (unsigned k = 0; k < 4; k++) {
			const struct gate_info *info = gate_info((enum gate)g);
			const double turned[] = {angles[k], angles[(k + 1) % 4] - 2, angles[(k + 2) % 4] * 3, 0};
			double complex a[16];
			gate_matrix((enum gate)g, turned, a);
			const unsigned classes = matrix_classify(info->targets, a, 0);
			static const unsigned wanted[] = {
			        [GATE_IS_IDENTITY] = MATRIX_IS_IDENTITY,
			        [GATE_IS_DIAGONAL] = MATRIX_IS_DIAGONAL,
			        [GATE_IS_PERMUTATION] = MATRIX_IS_PERMUTATION,
			        [GATE_IS_REAL] = MATRIX_IS_REAL,
			        [GATE_IS_COMPLEX] = 0,
			};
			cr_assert_eq(classes & wanted[info->form], wanted[info->form], "%s", info->name);
			if (info->form == GATE_IS_COMPLEX)
				cr_assert_eq(classes, 0, "%s could have a kernel of its own", info->name);
		}
}

/* A matrix written out with the first operand as the least significant bit of row and column. */
struct written {
	const char *name;
	unsigned libraries, bits;
	double complex element[16];
};

#define R M_SQRT1_2
#define E(x) (cos(x) + I * sin(x))

static void check_written(const struct written *w)
{
	const struct gate_name *name = gate_name_find(w->name, strlen(w->name), w->libraries);
	cr_assert_not_null(name, "%s", w->name);
	cr_assert_eq(name->qubits, w->bits, "%s", w->name);
	double complex out[16];
	gate_name_matrix(name, angles, out);
	cr_assert_lt(difference(w->bits, out, w->element), 1e-15, "%s", w->name);
}

Test(names, gates_are_what_the_specifications_write)
{
	const double t = angles[0] / 2, a = angles[0], b = angles[1], l = angles[2], c = cos(t), s = sin(t);
	const unsigned q = LIBRARY_QELIB1 | LIBRARY_LEGACY_PHASE, z = LIBRARY_STDGATES,
	               k = LIBRARY_BRAKET | LIBRARY_LEGACY_PHASE;
	const struct written list[] = {
	        /* OpenQASM 3 specification, "Built-in gates": U with its phase; stdgates' u2, u3 have
		 * determinant 1 */
	        {"U", LIBRARY_BUILTIN, 1, {E(t) * c, -E(t) * E(l) * s, E(t) * E(b) * s, E(t) * E(b + l) * c}},
	        {"U", LIBRARY_BUILTIN | LIBRARY_LEGACY_PHASE, 1, {c, -E(l) * s, E(b) * s, E(b + l) * c}},
	        {"u3", z, 1, {E(-(b + l) / 2) * c, -E((l - b) / 2) * s, E((b - l) / 2) * s, E((b + l) / 2) * c}},
	        {"u3", q, 1, {c, -E(l) * s, E(b) * s, E(b + l) * c}},
	        {"u2", z, 1, {E(-(a + b) / 2) * R, -E((b - a) / 2) * R, E((a - b) / 2) * R, E((a + b) / 2) * R}},
	        {"gphase", LIBRARY_BUILTIN, 0, {E(a)}},
	        {"id", z, 1, {1, 0, 0, 1}},
	        {"h", z, 1, {R, R, R, -R}},
	        {"y", z, 1, {0, -I, I, 0}},
	        {"sdg", z, 1, {1, 0, 0, -I}},
	        {"t", z, 1, {1, 0, 0, R + R * I}},
	        {"sx", z, 1, {0.5 + 0.5 * I, 0.5 - 0.5 * I, 0.5 - 0.5 * I, 0.5 + 0.5 * I}},
	        {"rx", z, 1, {c, -I * s, -I * s, c}},
	        {"ry", z, 1, {c, -s, s, c}},
	        {"rz", z, 1, {E(-t), 0, 0, E(t)}},
	        {"phase", z, 1, {1, 0, 0, E(a)}},
	        {"u0", q, 1, {1, 0, 0, 1}},
	        /* the control is operand 0, the low bit: columns 1 and 3 are acted on */
	        {"cx", z, 2, {1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0, 0, 1, 0, 0}},
	        {"CX", LIBRARY_BUILTIN, 2, {1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0, 0, 1, 0, 0}},
	        {"cp", z, 2, {1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, E(a)}},
	        {"crz", z, 2, {1, 0, 0, 0, 0, E(-t), 0, 0, 0, 0, 1, 0, 0, 0, 0, E(t)}},
	        {"ch", z, 2, {1, 0, 0, 0, 0, R, 0, R, 0, 0, 1, 0, 0, R, 0, -R}},
	        {"cu3", q, 2, {1, 0, 0, 0, 0, c, 0, -E(l) * s, 0, 0, 1, 0, 0, E(b) * s, 0, E(b + l) * c}},
	        {"cu",
	         z,
	         2,
	         {1, 0, 0, 0, 0, E(angles[3]) * c, 0, -E(angles[3] + l) * s, 0, 0, 1, 0, 0, E(angles[3] + b) * s, 0,
	          E(angles[3] + b + l) * c}},
	        {"swap", z, 2, {1, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 1}},
	        {"rzz", q, 2, {E(-t), 0, 0, 0, 0, E(t), 0, 0, 0, 0, E(t), 0, 0, 0, 0, E(-t)}},
	        {"rxx", q, 2, {c, 0, 0, -I * s, 0, c, -I * s, 0, 0, -I * s, c, 0, -I * s, 0, 0, c}},
	        {"ryy", q, 2, {c, 0, 0, I * s, 0, c, -I * s, 0, 0, -I * s, c, 0, I * s, 0, 0, c}},
	        /* Amazon Braket's documentation (its first qubit is the left one, here the low bit) */
	        {"iswap", k, 2, {1, 0, 0, 0, 0, 0, I, 0, 0, I, 0, 0, 0, 0, 0, 1}},
	        {"pswap", k, 2, {1, 0, 0, 0, 0, 0, E(a), 0, 0, E(a), 0, 0, 0, 0, 0, 1}},
	        {"xy", k, 2, {1, 0, 0, 0, 0, c, I * s, 0, 0, I * s, c, 0, 0, 0, 0, 1}},
	        {"cphaseshift00", k, 2, {E(a), 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1}},
	        {"cphaseshift01", k, 2, {1, 0, 0, 0, 0, 1, 0, 0, 0, 0, E(a), 0, 0, 0, 0, 1}},
	        {"cphaseshift10", k, 2, {1, 0, 0, 0, 0, E(a), 0, 0, 0, 0, 1, 0, 0, 0, 0, 1}},
	        {"ecr", k, 2, {0, R, 0, R * I, R, 0, -R * I, 0, 0, R * I, 0, R, -R * I, 0, R, 0}},
	        {"gpi", k, 1, {0, E(-a), E(a), 0}},
	        {"gpi2", k, 1, {R, -I * R * E(-a), -I * R * E(a), R}},
	        {"prx", k, 1, {c, -I * E(-b) * s, -I * E(b) * s, c}},
	        {"v", k, 1, {0.5 + 0.5 * I, 0.5 - 0.5 * I, 0.5 - 0.5 * I, 0.5 + 0.5 * I}},
	        {"ms",
	         k,
	         2,
	         {cos(l / 2), 0, 0, -I * E(-(a + b)) * sin(l / 2), 0, cos(l / 2), -I * E(a - b) * sin(l / 2), 0, 0,
	          -I * E(b - a) * sin(l / 2), cos(l / 2), 0, -I * E(a + b) * sin(l / 2), 0, 0, cos(l / 2)}},
	};
	for (size_t i = 0; i < ARRAY_LENGTH(list); i++)
		check_written(&list[i]);
}

Test(names, controlled_gates_act_where_their_controls_are_one)
{
	static const struct {
		const char *name;
		unsigned libraries, controls;
		enum gate gate;
	} list[] = {
	        {"ccx", LIBRARY_STDGATES, 2, GATE_X},  {"c3x", LIBRARY_QELIB1, 3, GATE_X},
	        {"c4x", LIBRARY_QELIB1, 4, GATE_X},    {"c3sqrtx", LIBRARY_QELIB1, 3, GATE_SX},
	        {"ccnot", LIBRARY_BRAKET, 2, GATE_X},  {"cv", LIBRARY_BRAKET, 1, GATE_SX},
	        {"csx", LIBRARY_QELIB1, 1, GATE_SX},   {"cy", LIBRARY_STDGATES, 1, GATE_Y},
	        {"cry", LIBRARY_STDGATES, 1, GATE_RY},
	};
	for (size_t i = 0; i < ARRAY_LENGTH(list); i++) {
		const struct gate_name *name = gate_name_find(list[i].name, strlen(list[i].name), list[i].libraries);
		cr_assert_not_null(name, "%s", list[i].name);
		const unsigned k = list[i].controls, n = 1u << (k + 1), ones = (1u << k) - 1;
		double complex out[MATRIX_ELEMENTS], small[4];
		gate_name_matrix(name, angles, out);
		gate_matrix(list[i].gate, angles, small);
		for (unsigned r = 0; r < n; r++)
			for (unsigned c = 0; c < n; c++) {
				double complex expected = r == c;
				if ((r & ones) == ones && (c & ones) == ones)
					expected = small[(r >> k) * 2 + (c >> k)];
				cr_assert_eq(out[r * n + c], expected, "%s", list[i].name);
			}
	}
}

Test(names, relative_phase_toffolis_are_toffolis_up_to_phases)
{
	static const struct {
		const char *name;
		unsigned qubits;
	} list[] = {{"rccx", 3}, {"rc3x", 4}};
	for (size_t i = 0; i < ARRAY_LENGTH(list); i++) {
		const struct gate_name *name = gate_name_find(list[i].name, strlen(list[i].name), LIBRARY_QELIB1);
		double complex out[256];
		gate_name_matrix(name, NULL, out);
		const unsigned n = 1u << list[i].qubits, ones = n / 2 - 1;
		unsigned phases = 0;
		for (unsigned c = 0; c < n; c++) {
			const unsigned r = (c & ones) == ones ? c ^ (n / 2) : c;
			cr_assert_lt(fabs(cabs(out[r * n + c]) - 1), 1e-15);
			phases += cabs(out[r * n + c] - 1) > 0.1;
		}
		cr_assert_gt(phases, 0);
	}
}

Test(names, the_table_is_sorted_and_every_entry_is_found)
{
	size_t count = 0;
	for (size_t i = 0; gate_name_at(i); i++, count++) {
		const struct gate_name *name = gate_name_at(i);
		if (i > 0)
			cr_assert_leq(strcmp(gate_name_at(i - 1)->name, name->name), 0, "%s", name->name);
		cr_assert_leq(name->qubits, GATE_NAME_QUBITS);
		for (unsigned library = 1; library < LIBRARY_LEGACY_PHASE; library *= 2) {
			const bool has = name->libraries & library;
			const unsigned sight = library | (name->phase_rule == 2 ? LIBRARY_LEGACY_PHASE : 0u);
			cr_assert_eq(gate_name_find(name->name, strlen(name->name), sight) == name, has, "%s",
			             name->name);
		}
		double complex out[MATRIX_ELEMENTS];
		gate_name_matrix(name, angles, out);
		cr_assert_lt(matrix_defect(name->qubits, out), 1e-14, "%s", name->name);
	}
	cr_assert_gt(count, 80);
	cr_assert_null(gate_name_find("cx ", 3, 31));
	cr_assert_null(gate_name_find("c", 1, 31));
	cr_assert_null(gate_name_find("", 0, 31));
	cr_assert_not_null(gate_name_find("cxyz", 2, 31), "only length characters count");
	cr_assert_null(gate_name_find("cnot", 4, LIBRARY_QELIB1 | LIBRARY_STDGATES));
}

/* The matrix of what circuit_add_named appends, by multiplying its operations on `n` qubits. */
static void multiply_out(const struct songdo_circuit *circuit, unsigned n, double complex *out)
{
	matrix_identity(n, out);
	for (uint64_t i = 0; i < circuit->operations; i++) {
		const struct operation *o = &circuit->operation[i];
		double complex small[MATRIX_ELEMENTS], large[MATRIX_ELEMENTS], product[MATRIX_ELEMENTS];
		operation_matrix(circuit, o, small);
		unsigned mask = 0, value = 0;
		uint8_t position[5];
		for (unsigned j = 0; j < o->controls; j++) {
			mask |= 1u << circuit->qubit[o->first_qubit + j];
			value |= (unsigned)(o->control_values >> j & 1) << circuit->qubit[o->first_qubit + j];
		}
		for (unsigned j = 0; j < o->targets; j++)
			position[j] = (uint8_t)circuit->qubit[o->first_qubit + o->controls + j];
		matrix_embed(n, o->targets, small, position, mask, value, large);
		matrix_multiply(n, large, out, product);
		memcpy(out, product, sizeof *out << 2 * n);
	}
}

Test(names, appending_equals_the_matrix_also_inverted_and_controlled)
{
	for (size_t i = 0; gate_name_at(i); i++) {
		const struct gate_name *name = gate_name_at(i);
		const unsigned k = name->qubits;
		struct songdo_circuit circuit;
		double complex matrix[MATRIX_ELEMENTS], out[MATRIX_ELEMENTS], large[MATRIX_ELEMENTS];
		const uint8_t position[] = {0, 1, 2, 3, 4};
		gate_name_matrix(name, angles, matrix);
		for (unsigned inverse = 0; inverse < 2; inverse++) {
			circuit_init(&circuit);
			if (k < 5) { /* a control of value 0 on the qubit above */
				const uint32_t qubits[] = {k, 0, 1, 2, 3};
				cr_assert_eq(circuit_add_named(&circuit, name, angles, inverse, 1, 0, qubits, NULL),
				             SONGDO_OK);
				double complex dagger[MATRIX_ELEMENTS];
				matrix_dagger(k, matrix, dagger);
				matrix_embed(k + 1, k, inverse ? dagger : matrix, position, 1u << k, 0, large);
				multiply_out(&circuit, k + 1, out);
				cr_assert_lt(difference(k + 1, out, large), 1e-14, "%s", name->name);
			} else {
				const uint32_t qubits[] = {0, 1, 2, 3, 4};
				cr_assert_eq(circuit_add_named(&circuit, name, angles, inverse, 0, 0, qubits, NULL),
				             SONGDO_OK);
				multiply_out(&circuit, k, out);
				cr_assert_lt(difference(k, out, matrix), 1e-14, "%s is its own inverse", name->name);
			}
			circuit_fini(&circuit);
		}
	}
}

Test(names, a_composition_that_is_refused_appends_nothing)
{
	struct songdo_circuit circuit;
	circuit_init(&circuit);
	const struct gate_name *rccx = gate_name_find("rccx", 4, LIBRARY_QELIB1),
	                       *cu = gate_name_find("cu", 2, LIBRARY_QELIB1);
	const uint32_t twice[] = {4, 1, 4};
	songdo_error error = {0};
	cr_assert_eq(circuit_add_named(&circuit, rccx, NULL, false, 0, 0, twice, &error), SONGDO_BAD_PROGRAM);
	cr_assert_not_null(strstr(error.message, "qubit 4 is used twice"));
	const uint32_t fine[] = {0, 1};
	const double endless[] = {NAN, 0, 0, 0};
	cr_assert_eq(circuit_add_named(&circuit, cu, endless, false, 0, 0, fine, &error), SONGDO_BAD_PROGRAM);
	cr_assert(circuit.operations == 0 && circuit.qubits == 0 && circuit.qubit_entries == 0 &&
	          circuit.parameters == 0);
	circuit_fini(&circuit);
}
