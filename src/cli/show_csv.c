/* show_csv.c - results as comma-separated values: of a run its tables, of a sweep a line a row.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "cli/cli.h"

/* A field; in quotes where it holds what means something in such a file. */
static void add_field(struct text *text, const char *field)
{
	if (strpbrk(field, ",\"\r\n") == NULL) {
		text_add(text, field);
		return;
	}
	text_add(text, "\"");
	for (; *field != '\0'; field++)
		text_add_bytes(text, *field == '"' ? "\"\"" : field, *field == '"' ? 2 : 1);
	text_add(text, "\"");
}

/* ---- A run --------------------------------------------------------------------------------------------- */

/* Strings that were counted and strings with a probability, merged: both come in ascending order. */
static void add_both(struct text *text, const songdo_result *result)
{
	size_t i = 0, j = 0;

	text_add(text, "outcome,shots,probability\n");
	while (i < result->counts || j < result->probabilities) {
		char *counted = NULL;
		const char *string = songdo_result_probability(result, j, NULL);
		uint64_t shots = 0;
		double probability = 0;
		int order = string == NULL ? -1 : 1;
		if (i < result->counts && string != NULL) {
			char *probable = strdup(string);
			if (probable == NULL) {
				text->failed = true;
				return;
			}
			order = strcmp(songdo_result_count(result, i, NULL), probable);
			free(probable);
		}
		if (order <= 0)
			counted = strdup(songdo_result_count(result, i++, &shots));
		if (order >= 0)
			string = songdo_result_probability(result, j++, &probability);
		text_add_format(text, "%s,%llu,%.17g\n", order <= 0 && counted != NULL ? counted : string,
		                (unsigned long long)shots, probability);
		free(counted);
	}
}

/* The likeliest strings, the likeliest first. */
static void add_top(struct text *text, const songdo_result *result, uint64_t top)
{
	size_t count, *order = show_order(&count, result);

	if (order == NULL) {
		text->failed = true;
		return;
	}
	text_add(text, result->exact ? "outcome,probability\n" : "outcome,shots\n");
	for (size_t i = 0; i < count && i < top; i++) {
		double probability;
		uint64_t shots;
		const char *string = result->exact ? songdo_result_probability(result, order[i], &probability)
		                                   : songdo_result_count(result, order[i], &shots);
		if (result->exact)
			text_add_format(text, "%s,%.17g\n", string, probability);
		else
			text_add_format(text, "%s,%llu\n", string, (unsigned long long)shots);
	}
	free(order);
}

static void add_counts(struct text *text, const songdo_result *result)
{
	const char *string;
	uint64_t shots;

	text_add(text, "outcome,shots\n");
	for (size_t i = 0; (string = songdo_result_count(result, i, &shots)) != NULL; i++)
		text_add_format(text, "%s,%llu\n", string, (unsigned long long)shots);
}

static void add_shots(struct text *text, const songdo_result *result)
{
	const char *string;

	text_add(text, "shot,outcome\n");
	for (uint64_t i = 0; (string = songdo_result_shot(result, i)) != NULL; i++)
		text_add_format(text, "%llu,%s\n", (unsigned long long)i, string);
}

static void add_expectations(struct text *text, const songdo_result *result)
{
	double value, variance, sampled, error;
	const char *observable;

	text_add(text, result->shots > 0 ? "observable,value,variance,sampled_value,standard_error\n"
	                                 : "observable,value,variance\n");
	for (size_t i = 0; (observable = songdo_result_expectation(result, i, &value, &variance)) != NULL; i++) {
		add_field(text, observable);
		text_add_format(text, ",%.17g,%.17g", value, variance);
		if (songdo_result_sampled_expectation(result, i, &sampled, NULL, &error, NULL) != NULL)
			text_add_format(text, ",%.17g,%.17g", sampled, error);
		text_add(text, "\n");
	}
}

void show_csv(struct text *text, const songdo_result *result, const struct show *show)
{
	const bool strings = result->exact || result->shots > 0 || result->expectations == 0;

	if (strings && result->memory)
		add_shots(text, result);
	else if (strings && show->top > 0)
		add_top(text, result, show->top);
	else if (strings && result->exact)
		add_both(text, result);
	else if (strings)
		add_counts(text, result);
	if (result->expectations > 0) {
		text_add(text, strings ? "\n" : "");
		add_expectations(text, result);
	}
}

/* ---- A sweep ------------------------------------------------------------------------------------------- */

static void add_names(struct text *text, const songdo_result *result, const struct rows *rows)
{
	const char *observable;

	text_add(text, "row");
	for (size_t c = 0; c < rows->columns; c++) {
		text_add(text, ",");
		add_field(text, rows->name[c]);
	}
	for (size_t i = 0; (observable = songdo_result_expectation(result, i, NULL, NULL)) != NULL; i++) {
		static const char *const kinds[] = { "value", "variance", "sampled_value", "standard_error" };
		for (size_t k = 0; k < (result->shots > 0 ? 4 : 2); k++) {
			struct text name = { 0 };
			text_add_format(&name, "%s %s", kinds[k], observable);
			text_add(text, ",");
			add_field(text, name.failed ? kinds[k] : name.data);
			text_fini(&name);
		}
	}
	text_add(text, result->shots > 0 ? ",counts" : "");
	text_add(text, result->exact ? ",probabilities\n" : "\n");
}

/* All strings in one field: "00=512;11=512". */
static void add_strings(struct text *text, const songdo_result *result, bool exact)
{
	const char *string;
	double probability;
	uint64_t shots;

	text_add(text, ",\"");
	for (size_t i = 0;; i++) {
		string = exact ? songdo_result_probability(result, i, &probability) : songdo_result_count(result, i, &shots);
		if (string == NULL)
			break;
		text_add(text, i > 0 ? ";" : "");
		if (exact)
			text_add_format(text, "%s=%.17g", string, probability);
		else
			text_add_format(text, "%s=%llu", string, (unsigned long long)shots);
	}
	text_add(text, "\"");
}

void show_row_csv(struct text *text, const songdo_result *result, const struct rows *rows, size_t row, bool names)
{
	double value, variance, sampled, error;

	if (names) {
		add_names(text, result, rows);
		return;
	}
	text_add_format(text, "%zu", row);
	for (size_t c = 0; c < rows->columns; c++) {
		text_add(text, ",");
		add_field(text, rows->value[row * rows->columns + c].value);
	}
	for (size_t i = 0; songdo_result_expectation(result, i, &value, &variance) != NULL; i++) {
		text_add_format(text, ",%.17g,%.17g", value, variance);
		if (songdo_result_sampled_expectation(result, i, &sampled, NULL, &error, NULL) != NULL)
			text_add_format(text, ",%.17g,%.17g", sampled, error);
	}
	if (result->shots > 0)
		add_strings(text, result, false);
	if (result->exact)
		add_strings(text, result, true);
	text_add(text, "\n");
}

void show_row_json(struct text *text, const songdo_result *result, const struct rows *rows, size_t row)
{
	struct json json;

	json_init(&json, text, 0);
	json_object(&json);
	json_key(&json, "schema");
	json_string(&json, "songdo.run/1");
	json_key(&json, "row");
	json_u64(&json, row);
	json_key(&json, "inputs");
	json_object(&json);
	for (size_t c = 0; c < rows->columns; c++) {
		json_key(&json, rows->name[c]);
		json_string(&json, rows->value[row * rows->columns + c].value);
	}
	json_object_end(&json);
	result_write_fields(&json, result);
	json_object_end(&json);
	text_add(text, "\n");
}

enum { ROW_STRINGS = 4 };   /* strings that a row of text shows without --top */

void show_row(struct text *text, const songdo_result *result, const struct rows *rows, size_t row,
              const struct show *show)
{
	const uint64_t top = show->top > 0 ? show->top : ROW_STRINGS;
	size_t count = 0, *order = NULL;
	const char *observable;
	double value, error;

	text_add_format(text, "row %zu:", row);
	for (size_t c = 0; c < rows->columns; c++)
		text_add_format(text, " %s=%s", rows->name[c], rows->value[row * rows->columns + c].value);
	for (size_t i = 0; (observable = songdo_result_expectation(result, i, &value, NULL)) != NULL; i++) {
		text_add_format(text, "  <%s> = %.12g", observable, value);
		if (songdo_result_sampled_expectation(result, i, &value, NULL, &error, NULL) != NULL)
			text_add_format(text, " (%.6g +- %.2g)", value, error);
	}
	if (result->shots > 0 || result->exact) {
		order = show_order(&count, result);
		text->failed |= order == NULL;
	}
	for (size_t i = 0; order != NULL && i < count && i < top; i++) {
		uint64_t shots;
		if (result->exact) {
			const char *string = songdo_result_probability(result, order[i], &value);
			text_add_format(text, "%s%s: %.9f", i == 0 ? "  " : ", ", string, value);
		} else {
			const char *string = songdo_result_count(result, order[i], &shots);
			text_add_format(text, "%s%s: %llu", i == 0 ? "  " : ", ", string, (unsigned long long)shots);
		}
	}
	if (count > top)
		text_add_format(text, " and %llu more", (unsigned long long)(count - top));
	for (size_t i = 0; i < result->outputs; i++)
		text_add_format(text, "  %s = %s", result->output[i].name, result->output[i].value);
	text_add(text, "\n");
	free(order);
}
