/* instance.c - which format a text is in, what every reader needs, and the cost of an instance.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "city/instance.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *workload_name(enum workload workload)
{
	static const char *const name[WORKLOADS] = {"maxcut", "qubo", "polynomial"};
	return name[workload];
}

const char *instance_format_name(enum instance_format format)
{
	static const char *const name[] = {"songdo.instance/1", "graph (n m, then i j weight)", "qbsolv .qubo",
	                                   "QUBO in coordinates (n m, then i j value)"};
	return name[format];
}

/* ---- For the readers ---------------------------------------------------------------------------------- */

songdo_error *reading_error(struct reading *reading, uint32_t line, uint32_t column, uint32_t length,
                            const char *format, ...)
{
	va_list arguments;
	if (reading->count >= reading->capacity)
		return NULL;
	songdo_error *error = &reading->errors[reading->count++];
	*error = (songdo_error){
		.code = SONGDO_BAD_PROGRAM, .line = line, .column = column, .length = length ? length : 1};
	snprintf(error->file, sizeof error->file, "%s", reading->options->file);
	va_start(arguments, format);
	vsnprintf(error->message, sizeof error->message, format, arguments);
	va_end(arguments);
	return error;
}

void reading_hint(songdo_error *error, const char *format, ...)
{
	va_list arguments;
	if (!error)
		return;
	va_start(arguments, format);
	vsnprintf(error->hint, sizeof error->hint, format, arguments);
	va_end(arguments);
}

bool reading_full(const struct reading *reading)
{
	return reading->out_of_memory || reading->count >= reading->capacity;
}

char *reading_copy(struct reading *reading, const char *string)
{
	char *copy = strdup(string);
	reading->out_of_memory |= copy == NULL;
	return copy;
}

bool reading_number_items(struct reading *reading, struct instance *instance, uint32_t items, uint32_t first)
{
	instance->id = calloc((size_t)items + 1, sizeof *instance->id);
	instance->label = calloc((size_t)items + 1, sizeof *instance->label);
	if (!instance->id || !instance->label)
		return reading->out_of_memory = true, false;
	instance->items = items;
	for (uint32_t i = 0; i < items && !reading->out_of_memory; i++) {
		char number[16];
		snprintf(number, sizeof number, "%u", first + i);
		instance->id[i] = reading_copy(reading, number);
		instance->label[i] = reading_copy(reading, "");
	}
	polynomial_init(&instance->terms, items);
	return !reading->out_of_memory;
}

/* ---- Which format ------------------------------------------------------------------------------------- */

static bool ends_with(const char *name, const char *end)
{
	const size_t n = strlen(name), e = strlen(end);
	return n >= e && strcmp(name + n - e, end) == 0;
}

/* By the content; the name decides only between a graph and a QUBO in coordinates without a diagonal. -1: none. */
static int tell_format(const char *text, size_t length, const struct instance_options *options)
{
	size_t at = strspn(text, " \t\r\n");
	if (at >= length)
		return -1;
	const char c = text[at];
	if (c == '{' || c == '[')
		return INSTANCE_JSON;
	if (c == 'c' || c == 'p')
		return INSTANCE_QBSOLV;
	if (c < '0' || c > '9')
		return -1;
	if (options->workload == WORKLOAD_MAXCUT)
		return INSTANCE_GRAPH;
	if (options->workload == WORKLOAD_QUBO || coordinate_has_diagonal(text, length))
		return INSTANCE_COORDINATE;
	return ends_with(options->file, ".sparse") || ends_with(options->file, ".qubo") ? INSTANCE_COORDINATE
	                                                                                : INSTANCE_GRAPH;
}

static bool fill_texts(struct reading *reading, struct instance *instance)
{
	char **const text[] = {&instance->name,        &instance->question,     &instance->citation,
	                       &instance->unit,        &instance->remark,       &instance->data.kind,
	                       &instance->data.source, &instance->data.licence, &instance->data.attribution,
	                       &instance->data.date};
	for (size_t i = 0; i < ARRAY_LENGTH(text); i++)
		if (!*text[i])
			*text[i] = reading_copy(reading, "");
	if (!instance->side[0])
		instance->side[0] = reading_copy(reading, instance->workload == WORKLOAD_MAXCUT ? "side 0" : "out");
	if (!instance->side[1])
		instance->side[1] = reading_copy(reading, instance->workload == WORKLOAD_MAXCUT ? "side 1" : "in");
	return !reading->out_of_memory;
}

/* What a published format does not say: its name is the file's, its terms stand in its reader. */
static void name_after_file(struct reading *reading, struct instance *instance)
{
	const char *slash = strrchr(reading->options->file, '/');
	if (!instance->name)
		instance->name = reading_copy(reading, slash ? slash + 1 : reading->options->file);
	if (!instance->unit)
		instance->unit = reading_copy(reading, instance->workload == WORKLOAD_MAXCUT ? "weight" : "value");
}

/* Readers look for one field after the other; people read from the top. */
static void sort_errors(struct reading *reading)
{
	for (size_t i = 1; i < reading->count; i++)
		for (size_t j = i; j > 0; j--) {
			const songdo_error before = reading->errors[j - 1], here = reading->errors[j];
			if (before.line < here.line || (before.line == here.line && before.column <= here.column))
				break;
			reading->errors[j - 1] = here;
			reading->errors[j] = before;
		}
}

songdo_status instance_read(struct instance **instance, const char *text, size_t length,
                            const struct instance_options *options, songdo_error *errors, size_t capacity,
                            size_t *count)
{
	static void (*const reader[])(struct reading *, struct instance *) = {read_json, read_graph, read_qbsolv,
	                                                                      read_coordinate};
	struct reading reading = {
		text, length, options, errors, capacity < INSTANCE_ERRORS ? capacity : INSTANCE_ERRORS, 0, false};
	struct instance *made = calloc(1, sizeof *made);
	*instance = NULL;
	*count = 0;
	if (!made)
		return SONGDO_NO_FIT;
	const size_t mark = length >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
	reading.text += mark;
	reading.length -= mark;
	const int format = tell_format(reading.text, reading.length, options);
	if (format < 0) {
		songdo_error *error =
			strspn(reading.text, " \t\r\n") >= reading.length
		                ? reading_error(&reading, 1, 1, 1, "the file is empty")
		                : reading_error(&reading, 1, 1, 1, "this is none of the formats that are read here");
		reading_hint(
			error,
			"a graph or QUBO (n m, then i j weight), qbsolv's .qubo, or JSON of schema songdo.instance/1");
	} else {
		made->format = (enum instance_format)format;
		reader[format](&reading, made);
	}
	if (reading.count == 0 && made->items == 0 && !reading.out_of_memory)
		reading_error(&reading, 1, 1, 1, "there are no items: nothing is to be decided");
	if (reading.count == 0 && options->workload >= 0 && (int)made->workload != options->workload)
		reading_error(&reading, 0, 0, 0, "a file in the format %s is a %s; it cannot be read as %s",
		              instance_format_name(made->format), workload_name(made->workload),
		              workload_name((enum workload)options->workload));
	if (reading.count == 0 && options->sense != 0 && made->workload == WORKLOAD_MAXCUT && options->sense < 0)
		reading_error(&reading, 0, 0, 0,
		              "the largest cut is asked for: sense=minimise makes no sense of a graph");
	if (reading.count == 0 && options->sense != 0)
		made->maximise = options->sense > 0;
	if (reading.count == 0)
		name_after_file(&reading, made);
	sort_errors(&reading);
	*count = reading.count;
	if (reading.count > 0 || !fill_texts(&reading, made)) {
		const songdo_status status = reading.count > 0 ? errors[0].code : SONGDO_NO_FIT;
		if (reading.count == 0) {
			error_set(&errors[0], status, "no memory for the instance");
			*count = 1;
		}
		instance_free(made);
		return status;
	}
	*instance = made;
	return SONGDO_OK;
}

void instance_free(struct instance *instance)
{
	if (!instance)
		return;
	for (uint32_t i = 0; i < instance->items; i++) {
		free(instance->id[i]);
		free(instance->label[i]);
	}
	char *const text[] = {instance->name,         instance->question,         instance->citation,
	                      instance->unit,         instance->remark,           instance->side[0],
	                      instance->side[1],      instance->data.kind,        instance->data.source,
	                      instance->data.licence, instance->data.attribution, instance->data.date};
	for (size_t i = 0; i < ARRAY_LENGTH(text); i++)
		free(text[i]);
	free(instance->id);
	free(instance->label);
	polynomial_fini(&instance->terms);
	free(instance);
}

/* ---- Costs -------------------------------------------------------------------------------------------- */

double instance_natural(const struct instance *instance, double cost) { return instance->maximise ? 0 - cost : cost; }

/* An edge is cut where x_a + x_b - 2 x_a x_b is 1. */
bool instance_encode(const struct instance *instance, struct polynomial *cost)
{
	const double sign = instance->maximise ? -1 : 1;
	bool good = true;
	polynomial_init(cost, instance->items);
	for (uint64_t i = 0; i < instance->terms.terms && good; i++) {
		const struct polynomial_term *term = &instance->terms.term[i];
		const uint32_t *item = instance->terms.variable + term->first;
		const double weight = sign * term->weight;
		if (instance->workload == WORKLOAD_MAXCUT)
			good = polynomial_add(cost, weight, item, 1) && polynomial_add(cost, weight, item + 1, 1) &&
			       polynomial_add(cost, -2 * weight, item, 2);
		else
			good = polynomial_add(cost, weight, item, term->degree);
	}
	cost->constant += sign * instance->terms.constant;
	return good && polynomial_settle(cost);
}

double instance_objective(const struct instance *instance, const uint8_t *x)
{
	double sum = instance->terms.constant;
	if (instance->workload != WORKLOAD_MAXCUT)
		return polynomial_value(&instance->terms, x);
	for (uint64_t i = 0; i < instance->terms.terms; i++) {
		const uint32_t *item = instance->terms.variable + instance->terms.term[i].first;
		if (x[item[0]] != x[item[1]])
			sum += instance->terms.term[i].weight;
	}
	return sum;
}
