/* test_rates.c - rates as text: what is written reads back, and what is wrong is told with its place.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "op/rates.h"

/* Every field another number. */
static struct rates numbered(void)
{
	struct rates rates = {.cpu = "A processor of 3 words", .isa = "avx2", .threads = 12};
	char buffer[64];
	double *value;
	for (size_t i = 0; rates_field(&rates, i, &value, buffer, sizeof buffer); i++)
		*value = 1.5 + (double)i;
	return rates;
}

Test(rates, what_is_written_reads_back)
{
	struct rates rates = numbered(), back;
	struct text text = {0};
	songdo_error error = {0};
	rates_print(&rates, &text);
	cr_assert_eq(rates_parse(&back, text.data, text.length, "file", &error), SONGDO_OK, "%s", error.message);
	cr_assert_str_eq(back.cpu, rates.cpu);
	cr_assert_str_eq(back.isa, rates.isa);
	cr_assert_eq(back.threads, 12);
	char buffer[64];
	double *a, *b;
	size_t fields = 0;
	for (; rates_field(&rates, fields, &a, buffer, sizeof buffer); fields++) {
		rates_field(&back, fields, &b, buffer, sizeof buffer);
		cr_assert_eq(*a, *b, "%s: %g and %g", buffer, *a, *b);
	}
	/* Every kind and every number of its targets, in both precisions. */
	cr_assert_geq(fields, 10 + 2 * (5 + 5 + 11 + 2));
	cr_assert_eq(back.of[SONGDO_SINGLE].step[KERNEL_DENSE][5], rates.of[SONGDO_SINGLE].step[KERNEL_DENSE][5]);
	text_fini(&text);
}

Test(rates, what_was_not_measured_is_left_out)
{
	struct rates rates = {.cpu = "x", .isa = "scalar", .threads = 1, .memory = 2e10}, back;
	struct text text = {0};
	rates_print(&rates, &text);
	cr_assert_str_eq(text.data, "songdo.machine 1\ncpu x\nisa scalar\nthreads 1\nmemory 2e+10\n");
	cr_assert_eq(rates_parse(&back, text.data, text.length, "file", NULL), SONGDO_OK);
	cr_assert_eq(back.memory, 2e10);
	cr_assert_eq(back.link, 0);
	text_fini(&text);
}

Test(rates, what_is_wrong_is_told_with_its_place)
{
#define HEAD "songdo.machine 1\ncpu x\nisa avx2\nthreads 2\n"
	static const struct {
		const char *text, *message;
		uint32_t line, column;
	} cases[] = {
	        {"", "no file of songdo bench", 1, 1},
	        {"songdo.machine 2\ncpu x\n", "no file of songdo bench", 1, 1},
	        {"{}\n", "no file of songdo bench", 1, 1},
	        {HEAD "memory 1e9\nspeed 3\n", "no figure \"speed\"", 6, 1},
	        {HEAD "double.dense.6 1\n", "no figure \"double.dense.6\"", 5, 1},
	        {HEAD "memory\n", "no positive number", 5, 8},
	        {HEAD "memory -1\n", "\"-1\" is no positive number", 5, 8},
	        {HEAD "memory 0\n", "\"0\" is no positive number", 5, 8},
	        {HEAD "memory inf\n", "\"inf\" is no positive number", 5, 8},
	        {HEAD "memory 1e999\n", "\"1e999\" is no positive number", 5, 8},
	        {HEAD "memory 12x\n", "\"12x\" is no positive number", 5, 8},
	        {HEAD "memory 1\nmemory 2\n", "a second \"memory\"", 6, 1},
	        {"songdo.machine 1\ncpu x\nisa avx2\nthreads 0\n", "no number of threads", 4, 9},
	        {"songdo.machine 1\ncpu x\nisa avx2\nthreads two\n", "no number of threads", 4, 9},
	        {"songdo.machine 1\ncpu x\n", "ends too early", 2, 1},
	        {HEAD "mem", "no figure \"mem\"", 5, 1},
	};
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		struct rates rates = {.threads = 7};
		songdo_error error = {0};
		cr_assert_eq(rates_parse(&rates, cases[i].text, strlen(cases[i].text), "kept", &error),
		             SONGDO_BAD_CONFIGURATION, "%zu", i);
		cr_assert(strstr(error.message, cases[i].message), "%zu: %s", i, error.message);
		cr_assert_eq(error.line, cases[i].line, "%zu: line %u", i, error.line);
		cr_assert_eq(error.column, cases[i].column, "%zu: column %u", i, error.column);
		cr_assert_str_eq(error.file, "kept");
		cr_assert(strstr(error.hint, "songdo bench --save"));
		cr_assert_eq(rates.threads, 0, "%zu: nothing is taken from it", i);
	}
}

Test(rates, bytes_of_any_kind_are_read_to_their_end)
{
	/* Long words, no line ends, NULs: refused, and nothing beyond the length is looked at. */
	char data[300];
	struct rates rates;
	memset(data, 'x', sizeof data);
	memcpy(data, HEAD, strlen(HEAD));
	for (size_t length = 0; length <= sizeof data; length++)
		cr_assert_eq(rates_parse(&rates, data, length, "kept", NULL),
		             length == strlen(HEAD) || length == strlen(HEAD) - 1 ? SONGDO_OK
		                                                                  : SONGDO_BAD_CONFIGURATION,
		             "%zu", length);
	data[strlen(HEAD)] = '\0';
	cr_assert_eq(rates_parse(&rates, data, sizeof data, "kept", NULL), SONGDO_BAD_CONFIGURATION);
}
