/* test_json.c - the JSON writer.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <float.h>
#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/random.h"

Test(json, commas_and_nesting_on_one_line)
{
	struct text text = { 0 };
	struct json json;
	json_init(&json, &text, 0);
	json_object(&json);
	json_key(&json, "a");
	json_u64(&json, UINT64_MAX);
	json_key(&json, "b");
	json_array(&json);
	json_array(&json);
	json_array_end(&json);
	json_i64(&json, INT64_MIN);
	json_object(&json);
	json_key(&json, "c");
	json_null(&json);
	json_object_end(&json);
	json_bool(&json, true);
	json_array_end(&json);
	json_key(&json, "d");
	json_object(&json);
	json_object_end(&json);
	json_object_end(&json);
	cr_assert_str_eq(
	        text.data,
	        "{\"a\": 18446744073709551615, \"b\": [[], -9223372036854775808, {\"c\": null}, true], \"d\": {}}");
	text_fini(&text);
}

Test(json, indentation)
{
	struct text text = { 0 };
	struct json json;
	json_init(&json, &text, 2);
	json_object(&json);
	json_key(&json, "a");
	json_array(&json);
	json_u64(&json, 1);
	json_bool(&json, false);
	json_array_end(&json);
	json_key(&json, "b");
	json_object(&json);
	json_object_end(&json);
	json_object_end(&json);
	cr_assert_str_eq(text.data, "{\n  \"a\": [\n    1,\n    false\n  ],\n  \"b\": {}\n}");
	text_fini(&text);
}

Test(json, strings_are_escaped_and_always_valid_utf8)
{
	static const struct {
		const char *value, *written;
	} cases[] = {
		{ "", "\"\"" },
		{ "plain /", "\"plain /\"" },
		{ "\"\\", "\"\\\"\\\\\"" },
		{ "\b\f\n\r\t", "\"\\b\\f\\n\\r\\t\"" },
		{ "\x01\x1f\x7f", "\"\\u0001\\u001f\\u007f\"" },
		{ "송도 é 😀", "\"송도 é 😀\"" },
		{ "\x80", "\"\xEF\xBF\xBD\"" },
		{ "a\xC3", "\"a\xEF\xBF\xBD\"" },
		{ "\xC0\xAF", "\"\xEF\xBF\xBD\xEF\xBF\xBD\"" },                       /* overlong */
		{ "\xED\xA0\x80", "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"" },       /* a surrogate */
		{ "\xF4\x90\x80\x80", "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"" },   /* above U+10FFFF */
		{ "\xE2\x82x", "\"\xEF\xBF\xBD\xEF\xBF\xBDx\"" },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		struct text text = { 0 };
		struct json json;
		json_init(&json, &text, 0);
		json_string(&json, cases[i].value);
		cr_assert_str_eq(text.data, cases[i].written, "case %zu: %s", i, text.data);
		text_fini(&text);
	}
}

/* The number as written, valid until the next call. */
static const char *written(double value)
{
	static char number[64];
	struct text text = { 0 };
	struct json json;
	json_init(&json, &text, 0);
	json_double(&json, value);
	strcpy(number, text.data);
	text_fini(&text);
	return number;
}

Test(json, doubles_are_short)
{
	static const struct {
		double value;
		const char *written;
	} cases[] = {
	        {0, "0"},
	        {1, "1"},
	        {-2.5, "-2.5"},
	        {0.1, "0.1"},
	        {1. / 3, "0.3333333333333333"},
	        {0.1 + 0.2, "0.30000000000000004"},
	        {1e300, "1e+300"},
	        {5e-324, "5e-324"},
	        {DBL_MAX, "1.7976931348623157e+308"},
	        {NAN, "null"},
	        {INFINITY, "null"},
	        {-INFINITY, "null"},
	        {-0.0, "-0"},
	};
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++)
		cr_assert_str_eq(written(cases[i].value), cases[i].written);
}

Test(json, doubles_read_back_equal)
{
	for (uint64_t i = 0; i < 100000; i++) {
		const double value = ldexp(random_uniform(1, i, 0) - 0.5, (int)(random_uniform(2, i, 0) * 2100) - 1074);
		cr_assert_eq(strtod(written(value), NULL), value, "%a", value);
	}
}

Test(json, a_locale_with_a_decimal_comma_changes_nothing)
{
	static const char *const locales[] = { "de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8", "es_ES.UTF-8" };
	bool set = false;
	for (size_t i = 0; i < ARRAY_LENGTH(locales) && !set; i++)
		set = setlocale(LC_NUMERIC, locales[i]) != NULL;
	if (!set)
		cr_skip_test("no locale with a decimal comma is installed");
	cr_assert_str_eq(written(0.25), "0.25");
	cr_assert_str_eq(written(-1.5e-10), "-1.5e-10");
}
