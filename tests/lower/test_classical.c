/* test_classical.c - variables, arithmetic, control flow, subroutines: text to values and operations.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "lower/emitted.h"

Test(values, integers_follow_c)
{
	expect_outputs("output int a; output int b; output int d; output int e; int x = -7; int y = 2; a = x / y; b = x % y; d = 7 / y; e = "
	               "y ** 10 - 3 * y + (x << 1);", "", "a=-3 b=-1 d=3 e=1004");
	expect_outputs("output uint[4] a; output int[8] b; output uint[8] d; a = 15; a += 3; b = 127; b += 1; int x = 300; d = uint[8](x);", "",
	               "a=2 b=-128 d=44");
	expect_outputs("output int a; int x = 2; a = -x ** 2;", "", "a=-4");
	expect_outputs("output uint[8] a; output uint[8] b; uint[8] x = 0x81; a = x << 1; b = (x & 0x0f) | (x >> 4) ^ 3;", "", "a=2 b=11");
	expect_outputs("output int a; int x = 5; x *= 2; x -= 1; x /= 2; x <<= 3; x |= 1; a = x;", "", "a=33");
	expect_error("int x = 0;\nint y = 1;\ny = y / x;", "division by zero", 3);
}

Test(values, floats_promote_and_functions_compute)
{
	expect_outputs("output float a; output float b; output float d; int x = 7; a = x / 2 + 0.5; b = x / 2.0; d = sqrt(b * 2 + 2) + "
	               "floor(2.5) + mod(7.5, 2.0);", "", "a=3.5 b=3.5 d=6.5");
	expect_outputs("output float[32] a; float x = 0.1; a = x;", "", "a=0.10000000149011612");
}

Test(values, booleans_and_bits)
{
	expect_outputs("output bool a; output bool b; output bool d; int x = 3; bit[2] y = \"10\"; a = x > 2 && !(x == 4); b = y[0] || x < 0; "
	               "d = y == 2;", "", "a=true b=false d=true");
	expect_groups("bit[4] a = \"0011\"; bit[4] b; bit[4] d; qubit q; measure q; b = a << 1; d = (a | b) ^ \"1000\"; a[3] = b[1];", "",
	              "a=1011 b=0110 d=1111");
	expect_groups("bit[6] a = \"000110\"; qubit q; measure q; a[3:5] = a[0:2]; a[0] = true; a[{1, 2}] = \"01\";", "", "a=110011");
	expect_outputs("output uint a; output int b; bit[4] x = \"0111\"; a = popcount(x); b = int[8](rotl(x, 1));", "", "a=3 b=14");
	expect_outputs("output uint[8] a; output int b; uint[8] x = 5; x[1] = 1; x[-1] = 1; a = x; b = int[4](x[0:2]);", "", "a=135 b=7");
}

Test(values, wide_registers)
{
	expect_outputs("output bool a; output uint b; bit[100] x; bit[100] y; x[99] = 1; y = x >> 99; a = y == 1; b = popcount(x | y);", "",
	               "a=true b=2");
}

Test(values, angles_and_complex_numbers)
{
	expect_outputs("output angle[4] a; a = pi; a += pi; a += pi / 2;", "", "a=1.5707963267948966");
	expect_outputs("output complex a; output float b; complex x = 1.0 + 2.0im; a = x * 2.0im; b = real(a) + imag(x);", "", "a=[-4, 2] b=-2");
	expect_operations("qubit q; bit c; angle[3] a = pi; a = a / 2; rx(a) q; c = measure q;", "",
	                  "rx(1.5707963267948966) q[0];\nc[0] = measure q[0];\n");
}

Test(values, arrays)
{
	expect_outputs("output int a; output array[int, 4] b; array[int, 2, 2] m = {{1, 2}, {3, 4}}; array[int, 4] v = {1, 2, 3, 4}; int i = 1;"
	               " m[i, 0] = 7; m[0][i] += 10; v[-1] = m[1, 0]; v[i] = v[i + 1]; a = m[0, 1] + m[1][0]; b = v;", "",
	               "a=19 b=[1, 3, 3, 7]");
	expect_groups("array[bit[4], 2] a; a[0] = \"0101\"; a[1][2] = 1; output bit[4] x; output bit[4] y; qubit q; x = a[0]; y = a[1];", "",
	              "x=0101 y=0100");
	expect_error("array[bit[4], 2] a;\nint i = 1;\na[i][2] = 1;", "run-time index", 3);
	expect_error("array[int, 4] a;\na[0:1] = a[2:3];", "slices of arrays", 2);
	expect_error("array[int, 3] a;\nint i = 3;\na[i] = 1;", "index 3", 3);
}

Test(control, loops)
{
	static const char head[] = "OPENQASM 3.0; include \"stdgates.inc\"; qubit q; bit c; ";
	static const struct { const char *body, *wanted; } cases[] = {
		{"for int i in [1:3] rx(i) q;", "rx(1) q[0];\nrx(2) q[0];\nrx(3) q[0];\n"},
		{"for int i in [5:-2:1] rx(i) q;", "rx(5) q[0];\nrx(3) q[0];\nrx(1) q[0];\n"},
		{"for int i in [0:2:3] rx(i) q;", "rx(0) q[0];\nrx(2) q[0];\n"},
		{"for uint i in [3:2] rx(i) q;", ""},
		{"for int i in {4, -1} rx(i) q;", "rx(4) q[0];\nrx(-1) q[0];\n"},
		{"array[int, 2] a = {8, 9}; for int i in a rx(i) q;", "rx(8) q[0];\nrx(9) q[0];\n"},
		{"bit[3] b = \"001\"; for bit i in b { if (i) x q; else y q; }", "x q[0];\ny q[0];\ny q[0];\n"},
		{"for int i in [1:2] { rx(i) q; i = 10; }", "rx(1) q[0];\nrx(2) q[0];\n"},
		{"for int i in [0:2] { for int j in [i + 1:2] rx(j) q; }", "rx(1) q[0];\nrx(2) q[0];\nrx(2) q[0];\n"},
		{"for int i in [1:9] { if (i == 2) continue; if (i > 3) break; rx(i) q; }", "rx(1) q[0];\nrx(3) q[0];\n"},
		{"int n = 2; while (n > 0) { rx(n) q; n -= 1; }", "rx(2) q[0];\nrx(1) q[0];\n"},
		{"for int i in [1:2] { int x; x += i; rx(x) q; }", "rx(1) q[0];\nrx(2) q[0];\n"},
	};
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		struct text source = {0}, wanted = {0};
		text_add_format(&source, "%s%s c = measure q;", head, cases[i].body);
		text_add_format(&wanted, "%sc[0] = measure q[0];\n", cases[i].wanted);
		expect_operations(source.data, "", wanted.data);
		text_fini(&source);
		text_fini(&wanted);
	}
	expect_error("qubit q;\nint s = 0;\nfor int i in [0:s:3] { x q; }", "step", 3);
}

Test(control, branches)
{
	expect_operations("qubit[2] q; bit[2] c; c = measure q; if (c == 0) x q[0]; else if (c == 1) y q[0]; else if (c == 2) z q[0]; else h q[0];",
	                  "01", "c[0] = measure q[0];\nc[1] = measure q[1];\nz q[0];\n");
	expect_operations("qubit[2] q; bit[2] c; c = measure q; if (c == 0) x q[0]; else if (c == 1) y q[0]; else if (c == 2) z q[0]; else h q[0];",
	                  "11", "c[0] = measure q[0];\nc[1] = measure q[1];\nh q[0];\n");
	expect_operations("qubit q; bit c; c = measure q; if (!c) { x q; } if (true) y q; else z q;", "0", "c[0] = measure q[0];\nx q[0];\ny q[0];\n");
}

Test(control, a_long_chain_of_else_ifs)
{
	struct text source = {0};
	text_add(&source, "qubit q; bit c; int i = 19999; if (i == -1) x q;");
	for (int i = 0; i < 20000; i++)
		text_add_format(&source, " else if (i == %d) rx(%d) q;", i, i);
	text_add(&source, " c = measure q;");
	expect_operations(source.data, "", "rx(19999) q[0];\nc[0] = measure q[0];\n");
	text_fini(&source);
}

Test(control, switch_takes_one_case)
{
	static const char *const wanted[] = {"z", "x", "x", "y"};
	for (int i = 0; i < 4; i++) {
		char source[256], operations[64];
		snprintf(source, sizeof source, "qubit q; bit c; int i = %d; switch (i) { case 1, 2 { x q; } case 0b11 { y q; } default { z q; } } "
		         "c = measure q;", i);
		snprintf(operations, sizeof operations, "%s q[0];\nc[0] = measure q[0];\n", wanted[i]);
		expect_operations(source, "", operations);
	}
	expect_operations("qubit[2] q; bit[2] c; c = measure q; switch (int[2](c)) { case -2 { x q[0]; } }", "01",
	                  "c[0] = measure q[0];\nc[1] = measure q[1];\nx q[0];\n");
}

Test(control, end_stops_the_program)
{
	expect_operations("qubit q; bit c; c = measure q; if (c) { end; } x q;", "1", "c[0] = measure q[0];\n");
	expect_operations("qubit q; bit c; c = measure q; if (c) { end; } x q;", "0", "c[0] = measure q[0];\nx q[0];\n");
}

Test(control, repeat_until_success_reads_each_new_measurement)
{
	expect_operations("qubit q; bit c = 1; while (c) { reset q; h q; c = measure q; }", "01",
	                  "reset q[0];\nh q[0];\nc[1] = measure q[0];\nreset q[0];\nh q[0];\nc[3] = measure q[0];\n");
}

Test(control, scopes_shadow_and_reach_outwards)
{
	expect_outputs("output int a; output int b; int x = 1; { int x = 5; x += 1; a = x; } { x = x + 10; } b = x;", "", "a=6 b=11");
}

Test(subroutines, values_references_and_recursion)
{
	expect_outputs("def fact(int n) -> int { if (n <= 1) { return 1; } return n * fact(n - 1); }"
	               "def sum(readonly array[int, #dim = 1] a) -> int { int s = 0; for int i in [0:sizeof(a) - 1] { s += a[i]; } return s; }"
	               "def set(mutable array[int, 3] a) { a[1] = 42; }"
	               "def copy(int n) -> int { n = 100; for int i in [0:9] { if (i == 4) { return i; } } return n; }"
	               "output int a; output int b; output int d; output int e; array[int, 3] v = {1, 2, 3}; int k = 7;"
	               "a = fact(6); b = sum(v); set(v); d = sum(v) + v[1]; e = copy(k) + k;", "", "a=720 b=6 d=88 e=11");
}

Test(subroutines, qubits_and_measurements)
{
	expect_operations("def flip(qubit a) -> bit { x a; return measure a; } def all(qubit[2] a, angle t) { h a; rx(t) a[1]; cx a[1], a[0]; }"
	                  "qubit[4] q; bit c; all(q[2:3], pi); all(q[{3, 0}], pi); c = flip(q[1]); if (c) z q[1];", "1",
	                  "h q[2];\nh q[3];\nrx(3.1415926535897931) q[3];\nctrl @ x q[3], q[2];\nh q[3];\nh q[0];\n"
	                  "rx(3.1415926535897931) q[0];\nctrl @ x q[0], q[3];\nx q[1];\nc[0] = measure q[1];\nz q[1];\n");
	expect_operations("def f(int i) -> float { return i / 2.0; } qubit q; bit c; rx(f(3) + 1) q; c = measure q;", "",
	                  "rx(2.5) q[0];\nc[0] = measure q[0];\n");
}

Test(inputs, steer_the_program)
{
	struct emitted e;
	emitted_run(&e, "input float theta; input int n; input bit[2] b; qubit q; bit c; for int i in [1:n] rx(theta * i) q; if (b[1]) x q; "
	                "c = measure q;", "", (const char *const[]){"theta=0.5", "n=2", "b=10", NULL}, 0);
	cr_assert_eq(e.status, SONGDO_OK, "%s", e.error.message);
	cr_assert_str_eq(e.operations.data, "rx(0.5) q[0];\nrx(1) q[0];\nx q[0];\nc[0] = measure q[0];\n");
	emitted_fini(&e);
}
