/* test_pauli.c - reading Pauli sums, and where bad ones are wrong.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <string.h>

#include "op/pauli.h"

static bool find_q(void *context, const char *name, size_t length, uint64_t index, uint32_t *qubit)
{
	(void)context;
	*qubit = (uint32_t)index;
	return (!length || (length == 1 && *name == 'q')) && index < 4;
}

static const struct pauli_names NAMES = { find_q, NULL, 4, (const char *const[]){ "q", NULL } };

static songdo_status parse(struct pauli_sum *sum, const char *text, songdo_error *error)
{
	memset(error, 0, sizeof *error);
	return pauli_parse(sum, text, strlen(text), &NAMES, error);
}

static void expect(const char *text, uint64_t terms, const struct pauli_term *term)
{
	struct pauli_sum sum;
	songdo_error error;
	cr_assert_eq(parse(&sum, text, &error), SONGDO_OK, "%s: %s", text, error.message);
	cr_assert_eq(sum.terms, terms, "%s", text);
	for (uint64_t t = 0; t < terms; t++) {
		cr_assert_float_eq(sum.term[t].coefficient, term[t].coefficient, 1e-15, "%s", text);
		cr_assert(sum.term[t].x == term[t].x && sum.term[t].z == term[t].z, "%s", text);
	}
	pauli_fini(&sum);
}

Test(pauli, terms_are_read_in_every_spelling_and_sorted)
{
	expect("Z0", 1, (struct pauli_term[]){ { 1, 0, 1 } });
	expect("0.5 Z0 Z1 - 1.2e-1*X(q[2])*Y3 + 3", 3, (struct pauli_term[]){ { 3, 0, 0 }, { 0.5, 0, 3 }, { -0.12, 12, 8 } });
	expect("- (0.25) z0@x(1)\n  # a comment + Z9\n + - I", 2, (struct pauli_term[]){ { -1, 0, 0 }, { -0.25, 2, 1 } });
	expect("2*3 I0 Z( q[1] )", 1, (struct pauli_term[]){ { 6, 0, 2 } });
	expect("(-2)Y0", 1, (struct pauli_term[]){ { -2, 1, 1 } });
}

Test(pauli, a_letter_a_qubit_reads_from_the_right)
{
	expect("ZIIX", 1, (struct pauli_term[]){ { 1, 1, 8 } });
	expect("0.5*YIII - IIZZ + 2 IIII", 3, (struct pauli_term[]){ { 2, 0, 0 }, { -1, 0, 3 }, { 0.5, 8, 8 } });
	expect("XIIX*ZIIZ", 1, (struct pauli_term[]){ { -1, 9, 9 } });   /* (-iY)(-iY) */
}

Test(pauli, factors_on_one_qubit_are_multiplied)
{
	expect("X0*X0", 1, (struct pauli_term[]){ { 1, 0, 0 } });
	expect("X0 Y0 X1 Y1", 1, (struct pauli_term[]){ { -1, 0, 3 } });         /* (iZ)(iZ) */
	expect("X0 Y0 Y1 X1", 1, (struct pauli_term[]){ { 1, 0, 3 } });          /* (iZ)(-iZ) */
	expect("2 Z0 X0 Z0", 1, (struct pauli_term[]){ { -2, 1, 0 } });
	expect("Y3 X3 Z3 X1 Y1 Z1", 1, (struct pauli_term[]){ { 1, 0, 0 } });     /* (-i)(i) */
}

Test(pauli, equal_products_are_merged)
{
	expect("Z0 + X1 + 2 Z0 - X1", 2, (struct pauli_term[]){ { 3, 0, 1 }, { 0, 2, 0 } });
}

static void refuse(const char *text, uint32_t line, uint32_t column, const char *words)
{
	struct pauli_sum sum;
	songdo_error error;
	cr_assert_eq(parse(&sum, text, &error), SONGDO_BAD_USAGE, "%s", text);
	cr_assert(error.line == line && error.column == column, "%s: %u:%u", text, error.line, error.column);
	cr_assert(strstr(error.message, words), "%s: %s", text, error.message);
	cr_assert_null(sum.term);
}

Test(pauli, bad_text_is_refused_at_its_place)
{
	refuse("", 1, 1, "expected");
	refuse("Z0 +", 1, 5, "expected");
	refuse("Z0 *", 1, 5, "expected");
	refuse("Z", 1, 2, "qubit number");
	refuse("Z0 Q1", 1, 4, "Pauli factor");
	refuse("Z0\n+ Z4", 2, 3, "no such qubit");
	refuse("Z(r[0])", 1, 1, "no qubit register 'r'");
	refuse("Z(q[4])", 1, 1, "no such qubit");
	refuse("ZZ0", 1, 2, "qubit number");
	refuse("ZZ", 1, 1, "2 Pauli letters where the program has 4 qubits");
	refuse("ZZIII", 1, 1, "5 Pauli letters");
	refuse("Z(q[0]", 1, 7, "')'");
	refuse("Z(q[0)", 1, 6, "']'");
	refuse("Z1 + X0 Y0", 1, 6, "imaginary");
	refuse("1e999 Z0", 1, 1, "finite");
	refuse("1e308*1e308 Z0", 1, 1, "above 1e150");
	refuse("Z0 + 1e200 X0", 1, 6, "above 1e150");
	refuse("Z99999999999999999999", 1, 12, "too large");
	refuse("0.5i Z0", 1, 4, "complex");
	refuse("2 j Z0", 1, 3, "complex");
	refuse("(3j) Z0", 1, 3, "complex");
	refuse("(1+3j) Z0", 1, 3, "')'");
	refuse("(0.5 Z0)", 1, 6, "')'");
	refuse("inf Z0", 1, 1, "Pauli factor");
}

Test(pauli, relabelling_moves_bits_and_sorts_again)
{
	struct pauli_sum sum;
	songdo_error error;
	cr_assert_eq(parse(&sum, "X0 + X3 Z1", &error), SONGDO_OK);
	pauli_relabel(&sum, (const uint8_t[PAULI_QUBITS]){ 3, 2, 1, 0 });
	cr_assert_eq(sum.term[0].x, 1);
	cr_assert_eq(sum.term[0].z, 4);
	cr_assert_eq(sum.term[1].x, 8);
	cr_assert_eq(pauli_group_end(&sum, 0), 1);
	pauli_fini(&sum);
}
