/* test_quantum.c - gates, modifiers, operands, measurements: text to emitted operations.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "lower/emitted.h"

/* Programs that measure nothing measure every qubit at the end; `bit` and a measurement keep the expectations short. */
#define M "c[0] = measure q[0];\n"

Test(gates, broadcast_over_registers_and_single_qubits)
{
	expect_operations("qubit[2] q; qubit[2] r; qubit z; bit c; h q; cx q, r; cx z, r; cx q, z; c = measure z;", "",
	                  "h q[0];\nh q[1];\nctrl @ x q[0], q[2];\nctrl @ x q[1], q[3];\nctrl @ x q[4], q[2];\nctrl @ x q[4], q[3];\n"
	                  "ctrl @ x q[0], q[4];\nctrl @ x q[1], q[4];\nc[0] = measure q[4];\n");
	expect_operations("qubit[2] q; qubit[2] r; qubit z; bit c; ctrl @ x q, r; negctrl @ ctrl @ x z, q, r; c = measure z;", "",
	                  "ctrl @ x q[0], q[2];\nctrl @ x q[1], q[3];\nnegctrl @ ctrl @ x q[4], q[0], q[2];\n"
	                  "negctrl @ ctrl @ x q[4], q[1], q[3];\nc[0] = measure q[4];\n");
}

Test(gates, a_long_broadcast_is_a_loop_with_the_same_operations)
{
	struct emitted e;
	emitted_run(&e, "qubit[1000] q; qubit[1000] r; bit c; gate g a, b { cx a, b; } h q; g q, r; ctrl @ rz(0.5) q[0:2:999], r[{0, 1}] ++ "
	                "r[2:499]; c = measure q[0];", "", NULL, 0);
	cr_assert_eq(e.status, SONGDO_OK, "%s", e.error.message);
	cr_assert_eq(e.circuit.operations, 2501);
	cr_assert_eq(e.facts.operations, 2501);
	for (unsigned i = 0; i < 1000; i++) {
		const struct operation *h = &e.circuit.operation[i], *g = &e.circuit.operation[1000 + i];
		cr_assert_eq(e.circuit.qubit[h->first_qubit], i);
		cr_assert(e.circuit.qubit[g->first_qubit] == i && e.circuit.qubit[g->first_qubit + 1] == 1000 + i);
	}
	for (unsigned i = 0; i < 500; i++) {
		const struct operation *r = &e.circuit.operation[2000 + i];
		cr_assert(e.circuit.qubit[r->first_qubit] == 2 * i && e.circuit.qubit[r->first_qubit + 1] == 1000 + i);
	}
	emitted_fini(&e);
}

Test(gates, definitions_nest_and_compute_with_their_parameters)
{
	expect_operations("const float k = 0.5; gate a(t, u) x1, y1 { rx(t * k) y1; cx y1, x1; rz(-u) x1; }"
	                  "gate b(t) x1, y1 { a(t, 2 * t) y1, x1; } qubit[2] q; bit c; b(1.0) q[1], q[0]; c = measure q[0];", "",
	                  "rx(0.5) q[1];\nctrl @ x q[1], q[0];\nrz(-2) q[0];\n" M);
	expect_operations("gate g a, b { h a; barrier a, b; t b; } qubit[2] q; bit c; inv @ g q[0], q[1]; c = measure q[0];", "",
	                  "tdg q[1];\nh q[0];\n" M);
	expect_operations("gate nothing a { } qubit q; bit c; nothing q; inv @ nothing q; c = measure q;", "", M);
	expect_operations("gate g a { for int i in [1:2] { rx(i / 4.0) a; } } qubit q; bit c; inv @ g q; c = measure q;", "",
	                  "rx(-0.5) q[0];\nrx(-0.25) q[0];\n" M);
}

Test(gates, own_gates_win_over_those_that_libraries_predefine)
{
	expect_operations("OPENQASM 3.0; gate h a { U(0, 0, 0.5) a; } gate rzz a { h a; } qubit q; bit c; rzz q; c = measure q;", "",
	                  "U(0, 0, 0.5) q[0];\n" M);
}

Test(modifiers, controls_are_ordered_from_the_outermost)
{
	expect_operations("qubit[4] q; bit c; negctrl @ ctrl(2) @ x q[3], q[0], q[1], q[2]; ctrl @ cx q[0], q[1], q[2]; c = measure q[0];", "",
	                  "negctrl @ ctrl(2) @ x q[3], q[0], q[1], q[2];\nctrl(2) @ x q[0], q[1], q[2];\n" M);
}

Test(modifiers, agree_with_what_they_stand_for)
{
	static const struct { const char *one, *two; } pairs[] = {
		{"ctrl @ s q[0], q[1];", "cp(pi / 2) q[0], q[1];"},
		{"ctrl @ gphase(0.3) q[1];", "p(0.3) q[1];"},
		{"negctrl @ gphase(0.3) q[1];", "x q[1]; p(0.3) q[1]; x q[1];"},
		{"gate g a { gphase(0.7); x a; } ctrl @ g q[2], q[0];", "p(0.7) q[2]; cx q[2], q[0];"},
		{"pow(1/2.0) @ x q[0]; pow(0.5) @ x q[0];", "x q[0];"},
		{"pow(0.5) @ swap q[0], q[2]; pow(0.5) @ swap q[0], q[2];", "swap q[0], q[2];"},
		{"pow(0.5) @ ctrl @ x q[0], q[1];", "ctrl @ pow(0.5) @ x q[0], q[1];"},
		{"pow(-2) @ t q[0];", "sdg q[0];"},
		{"pow(0) @ rx(0.3) q[0];", ""},
		{"int k = 3; pow(k) @ rx(0.3) q[0];", "rx(0.9) q[0];"},
		{"inv @ pow(0.25) @ x q[1];", "pow(-0.25) @ x q[1];"},
		{"ctrl @ inv @ pow(2) @ t q[0], q[1];", "cp(-pi / 2) q[0], q[1];"},
		{"inv @ ctrl @ U(0.1, 0.2, 0.3) q[0], q[1]; ctrl @ U(0.1, 0.2, 0.3) q[0], q[1];", ""},
		{"ctrl @ U(pi, 0, pi) q[0], q[1];", "cx q[0], q[1]; s q[0];"},
		{"cu(0.4, 0.3, 0.2, 0.1) q[0], q[1]; inv @ cu(0.4, 0.3, 0.2, 0.1) q[0], q[1];", ""},
		{"gate g(t) a, b { h a; cp(t) a, b; rx(t) b; } inv @ g(0.3) q[2], q[1];", "rx(-0.3) q[1]; cp(-0.3) q[2], q[1]; h q[2];"},
		{"gate f a { h a; t a; } gate g a, b { f a; cx a, b; inv @ f b; } inv @ g q[0], q[1]; g q[0], q[1];", ""},
		{"gate g a { rx(0.3) a; t a; } pow(3) @ g q[0]; pow(-2) @ g q[0];", "rx(0.3) q[0]; t q[0];"},
		{"gate g a, b { h a; cx a, b; } pow(0.5) @ g q[0], q[1]; pow(0.5) @ g q[0], q[1];", "h q[0]; cx q[0], q[1];"},
		{"pow(0.5) @ pow(2) @ x q[0];", ""},
	};
	for (size_t i = 0; i < ARRAY_LENGTH(pairs); i++) {
		char one[512], two[512];
		snprintf(one, sizeof one, "qubit[3] q; %s", pairs[i].one);
		snprintf(two, sizeof two, "qubit[3] q; %s", pairs[i].two);
		expect_same(one, two, 3);
	}
}

Test(operands, aliases_slices_sets_and_concatenations)
{
	expect_operations("qubit[6] q; qubit z; bit c; let a = q[1:3]; let b = a[{2, 0}] ++ z; let d = q[-3:-1]; h b; x d[0:2:2]; y q[4:-2:0];"
	                  " s a[-1]; c = measure z;", "",
	                  "h q[3];\nh q[1];\nh q[6];\nx q[3];\nx q[5];\ny q[4];\ny q[2];\ny q[0];\ns q[3];\nc[0] = measure q[6];\n");
}

Test(operands, indices_known_at_run_time)
{
	expect_operations("qubit[4] q; bit c; int i = 1; h q[i]; i += 1; cx q[i], q[i - 2]; h q[-i]; x q[i:3]; let a = q[1:3]; i = 0; y a[i]; "
	                  "z q[{i, 3}]; c = measure q[i];", "",
	                  "h q[1];\nctrl @ x q[2], q[0];\nh q[2];\nx q[2];\nx q[3];\ny q[1];\nz q[0];\nz q[3];\n" M);
	expect_error("qubit[4] q;\nint i = 4;\nh q[i];", "index 4", 3);
	expect_error("qubit[4] q;\nint i = 2;\ncx q[2],\nq[i];", "q[2] is used twice", 3);
	expect_error("qubit[4] q;\nint i = 2;\ncx q[i:3], q[0:2];", "differ in size", 3);
}

Test(operands, hardware_qubits_come_after_the_declared_ones)
{
	expect_operations("qubit q; bit c; h $3; cx $3, $0; cx $3, q; c = measure q;", "",
	                  "h q[1];\nctrl @ x q[1], q[2];\nctrl @ x q[1], q[0];\n" M);
}

Test(measurements, in_every_form)
{
	expect_operations("qubit[3] q; bit[3] c; bit d; measure q -> c; d = measure q[2]; bit e = measure q[1]; c[0:1] = measure q[1:2]; "
	                  "measure q[0]; c[{2, 0}] = measure q[{0, 1}];", "",
	                  "c[0] = measure q[0];\nc[1] = measure q[1];\nc[2] = measure q[2];\nc[3] = measure q[2];\nc[4] = measure q[1];\n"
	                  "c[5] = measure q[1];\nc[6] = measure q[2];\nc[7] = measure q[0];\nc[8] = measure q[0];\nc[9] = measure q[1];\n");
	expect_groups("qubit[2] q; bit[4] c; bit d; c[1:2] = measure q; d = c[2]; c[3] = 1;", "", "c=1??0 d=?");
}

Test(measurements, reset_and_barrier)
{
	struct emitted e;
	emitted_run(&e, "qubit[2] q; qubit z; bit c; reset q; barrier q, z; barrier; reset z; c = measure z;", "", NULL, 0);
	cr_assert_eq(e.status, SONGDO_OK);
	static const uint8_t kinds[] = {OPERATION_RESET, OPERATION_RESET, OPERATION_BARRIER, OPERATION_BARRIER, OPERATION_RESET, OPERATION_MEASURE};
	cr_assert_eq(e.circuit.operations, ARRAY_LENGTH(kinds));
	for (size_t i = 0; i < ARRAY_LENGTH(kinds); i++)
		cr_assert_eq(e.circuit.operation[i].kind, kinds[i]);
	cr_assert_eq(e.circuit.operation[2].targets, 3);
	cr_assert_eq(e.circuit.operation[5].slot, 3, "resets take slots too");
	emitted_fini(&e);
}

Test(measurements, groups_of_the_counted_strings)
{
	expect_groups("qubit[2] q; qubit z;", "", "q=?? z=?");
	expect_groups("qubit[2] q; bit c;", "", "q=??");
	expect_groups("qubit[2] q; measure q[0];", "", "q=??");
	expect_groups("qubit[2] q; bit[2] c; bit d; d = measure q[0]; if (true) { bit inner; inner = measure q[1]; }", "", "c=00 d=?");
	expect_groups("qubit q; bit c; output bit[2] o; c = measure q; o[1] = c;", "", "o=?0");
}

Test(measurements, values_are_read_only_where_they_are_needed)
{
	struct emitted e;
	emitted_run(&e, "qubit[2] q; bit[2] c; bit[2] d; c = measure q; d = c; d[0] = c[1];", "", NULL, 0);
	cr_assert(e.status == SONGDO_OK && e.reads == 0 && !e.facts.branches);
	emitted_fini(&e);
	emitted_run(&e, "qubit[2] q; bit[2] c; c = measure q; if (c[0] && c[1]) x q[0];", "01", NULL, 0);
	cr_assert(e.status == SONGDO_OK && e.reads == 1 && e.facts.branches, "the second bit does not matter");
	emitted_fini(&e);
}

Test(old, if_reads_the_whole_register)
{
	static const char source[] = "OPENQASM 2.0; include \"qelib1.inc\"; qreg q[2]; creg c[2]; measure q -> c; if (c == 2) x q[0];"
	                             "if (c == 1) cx q[0], q[1]; if (c == 2) measure q[0] -> c[0];";
	expect_operations(source, "01", "c[0] = measure q[0];\nc[1] = measure q[1];\nx q[0];\nc[2] = measure q[0];\n");
	expect_operations(source, "11", "c[0] = measure q[0];\nc[1] = measure q[1];\n");
	expect_operations("OPENQASM 2.0; qreg q[1]; creg c[1]; gate g(t) a { U(0, 0, sin(t) + 2^3 - -1) a; } g(pi/2) q[0]; measure q -> c;", "",
	                  "legacy_u3(0, 0, 10) q[0];\n" M);
}

Test(old, the_phase_of_u_is_that_of_the_dialect)
{
	expect_operations("OPENQASM 2.0; qreg q[1]; creg c[1]; U(0.1, 0.2, 0.3) q[0]; measure q -> c;", "", "legacy_u3(0.10000000000000001, "
	                  "0.20000000000000001, 0.29999999999999999) q[0];\n" M);
	expect_operations("qubit q; bit c; U(0.5, 0.25, 0.125) q; c = measure q;", "", "U(0.5, 0.25, 0.125) q[0];\n" M);
}

Test(budgets, bombs_cost_nothing_until_they_are_lit)
{
	struct text source = {0};
	text_add(&source, "gate g0 a { x a; }");
	for (int i = 1; i < 80; i++)
		text_add_format(&source, "gate g%d a { g%d a; g%d a; }", i, i - 1, i - 1);
	text_add(&source, "qubit q; bit c; g3 q; c = measure q;");
	struct emitted e;
	emitted_run(&e, source.data, "", NULL, 0);
	cr_assert_eq(e.status, SONGDO_OK);
	cr_assert(e.circuit.operations == 9 && e.facts.operations == 9);
	emitted_fini(&e);
	text_add(&source, "inv @ g70 q;");
	expect_error(source.data, "expands to", 0);
	text_fini(&source);
}

Test(budgets, loops_are_multiplied_before_they_run)
{
	expect_error("qubit q; for int i in [1:1000000] { for int j in [1:1000000] { x q; } }", "expands to 1000000000001 operations", 0);
	expect_error("int x;\nfor int i in [1:1000000000000000] { x += 1; }", "1000000000000000 rounds", 2);
	expect_error("qubit q;\nwhile (true) { }", "does not end", 2);
	expect_error("gate g a { for int i in [1:10000000] { x a; } }\nqubit q;\ninv @ g q;", "backwards", 1);
	expect_error("qubit q;\npow(9223372036854775807) @ x q;", "2^53", 2);
}

Test(refusals, name_the_feature)
{
	expect_error("OPENQASM 2.0; qreg q[1]; opaque magic a; magic q[0];", "opaque", 0);
	expect_error("extern f(int) -> int; int i; i = f(1);", "extern", 0);
	expect_error("qubit[2000000] q;", "too many", 0);
	expect_error("gate g a, b, d, e, f, i { cx a, b; } qubit[6] q; pow(0.5) @ g q[0], q[1], q[2], q[3], q[4], q[5];", "6 qubits", 0);
}
