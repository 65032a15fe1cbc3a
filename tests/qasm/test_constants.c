/* test_constants.c - the values of constant expressions, and the dialects that change them.
 *
 * A value is read off the size of a register: the hint about an index out of range tells it.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "front.h"

static long long value_of(const char *expression, const char *before)
{
	char text[1024];
	struct text out = {0};
	snprintf(text, sizeof text, "%sconst int[64] n = %s;\nbit[n] c;\nc[2000000000] = 1;\n", before, expression);
	front_check(&out, "t", text, strlen(text), NULL, NULL, NULL);
	const char *has = out.data ? strstr(out.data, "'c' has ") : NULL;
	cr_assert(has != NULL, "%s has no value:\n%s", expression, out.data);
	const long long value = atoll(has + 8);
	text_fini(&out);
	return value;
}

Test(constants, expressions_have_the_values_of_the_specification)
{
	static const struct { const char *expression; long long value;
	} cases[] = {
	        {"7 / 2", 3},
	        {"-7 / 2 + 10", 7},
	        {"-7 % 3 + 10", 9},
	        {"2 ** 3 ** 2", 512},
	        {"-2 ** 2 + 10", 6},
	        {"1 + 2 * 3", 7},
	        {"(1 + 2) * 3", 9},
	        {"1 << 2 + 1", 8},
	        {"6 & 3 | 8 ^ 1", 11},
	        {"1 | 2 == 2", 1},
	        {"int(2.9)", 2},
	        {"int(-2.9) + 10", 8},
	        {"uint[8](300)", 44},
	        {"int[8](200) + 100", 44},
	        {"int(bit[3](\"110\"))", 6},
	        {"popcount(\"1101\")", 3},
	        {"int(rotl(\"0011\", 1))", 6},
	        {"int(rotr(\"0011\", 1))", 9},
	        {"int((\"01\" ++ \"10\") == \"1001\")", 1},
	        {"int(floor(2.7)) + int(ceiling(2.1))", 5},
	        {"int(sqrt(16.0))", 4},
	        {"int(2.0 ** 0.5 * 1000)", 1414},
	        {"int(100 * pi)", 314},
	        {"int(100 * \xCF\x84)", 628},
	        {"int(100 * \xE2\x84\x87)", 271},
	        {"int(100 * euler)", 271},
	        {"mod(7, 4)", 3},
	        {"pow(2, 10)", 1024},
	        {"int(mod(7.5, 2.0) * 10)", 15},
	        {"int(real(3.0 + 4im) + imag(3.0 + 4im))", 7},
	        {"0x1F", 31},
	        {"0b1010", 10},
	        {"0o17", 15},
	        {"1_000", 1000},
	        {"int(1.5e3)", 1500},
	        {"int(.5 * 4)", 2},
	        {"int(true) + int(!true) + 1", 2},
	        {"~(-5)", 4},
	        {"int(3 > 2 && 2 >= 2 || false)", 1},
	        {"int(angle[4](pi) == angle[4](-pi))", 1},
	        {"int(uint[4](angle[4](pi / 2)[2]))", 1},
	        {"int(uint[8](255) + uint[8](2) == uint[8](1))", 1},
	        {"int(log(euler ** 3) + 0.5)", 3},
	        {"int(arccos(0.0) * 1000)", 1570},
	        {"int(1000 * sin(pi / 6) + 0.5)", 500},
	        {"int(\"100\"[2]) + 1", 2},
	        {"int(3.0e0 == 3)", 1},
	        {"int(123456789012345678 % 1000)", 678},
	        {"int(0.1 + 0.2 == 0.30000000000000004)", 1},
	        {"int(9007199254740993.0 - 9007199254740990)", 2},
	};
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		const long long value = value_of(cases[i].expression, "");
		cr_expect(value == cases[i].value, "%s is %lld, not %lld", cases[i].expression, value, cases[i].value);
	}
}

Test(constants, a_bit_string_is_read_from_the_left_in_the_braket_dialect)
{
	struct text out = {0};
	const char *text = "const bit[3] b = \"100\";\nbit[int(b[0]) + 1] c;\nc[5] = 1;\n";
	const songdo_parse_options braket = {.dialect = SONGDO_BRAKET};
	front_check(&out, "t", text, strlen(text), &braket, NULL, NULL);
	cr_assert(strstr(out.data, "'c' has 2 elements") != NULL);
	text_fini(&out);
	out = (struct text){0};
	front_check(&out, "t", text, strlen(text), NULL, NULL, NULL);
	cr_assert(strstr(out.data, "'c' has 1 element,") != NULL);
	text_fini(&out);
}

static songdo_dialect dialect_of(const char *text)
{
	songdo_dialect dialect = SONGDO_DIALECT_AUTO;
	struct text out = {0};
	const unsigned errors = front_check(&out, "t", text, strlen(text), NULL, NULL, &dialect);
	cr_expect(errors == 0, "%s", out.data);
	text_fini(&out);
	return dialect;
}

Test(dialect, is_told_by_the_version_the_include_and_the_gates)
{
	cr_expect(dialect_of("OPENQASM 2.0;\nqreg q[1];\n") == SONGDO_QASM2);
	cr_expect(dialect_of("include \"qelib1.inc\";\nqreg q[1];\nh q[0];\n") == SONGDO_QASM2);
	cr_expect(dialect_of("OPENQASM 3.0;\ninclude \"qelib1.inc\";\nqubit q;\nh q;\n") == SONGDO_QASM3);
	cr_expect(dialect_of("qubit q;\nU(0, 0, 0) q;\n") == SONGDO_QASM3);
	cr_expect(dialect_of("OPENQASM 3.0;\nqubit[2] q;\ncnot q[0], q[1];\n") == SONGDO_BRAKET);
	cr_expect(dialect_of("#pragma braket result probability\nqubit q;\nh q;\n") == SONGDO_BRAKET);
	cr_expect(dialect_of("gate cnot a, b { ctrl @ U(pi, 0, pi) a, b; }\nqubit[2] q;\ncnot q[0], q[1];\n") ==
	          SONGDO_QASM3);
}
