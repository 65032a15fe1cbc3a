/* result_json.c - a result as the JSON document songdo.run/1.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "run/run.h"

static const char *const dialect_name[] = { "auto", "qasm2", "qasm3", "braket" };

/* A value that is JSON text already. The writer has no call for that, so the number or word is told to it. */
static void write_value(struct json *json, const char *value)
{
	char *end;
	const long long integer = strtoll(value, &end, 10);

	if (*end == '\0' && end != value)
		json_i64(json, integer);
	else if (strcmp(value, "true") == 0 || strcmp(value, "false") == 0)
		json_bool(json, value[0] == 't');
	else if (strcmp(value, "null") == 0)
		json_null(json);
	else {
		const double real = strtod(value, &end);
		if (*end == '\0' && end != value)
			json_double(json, real);
		else
			json_string(json, value);
	}
}

static bool is_first_of_name(const songdo_result *result, size_t i)
{
	for (size_t j = 0; j < i; j++)
		if (strcmp(result->output[j].name, result->output[i].name) == 0)
			return false;
	return true;
}

/* {name: value}, or {name: {value: shots}} where shots differ in it. */
static void write_outputs(struct json *json, const songdo_result *result)
{
	json_key(json, "outputs");
	json_object(json);
	for (size_t i = 0; i < result->outputs; i++) {
		size_t values = 0;
		if (!is_first_of_name(result, i))
			continue;
		for (size_t j = i; j < result->outputs; j++)
			values += strcmp(result->output[j].name, result->output[i].name) == 0;
		json_key(json, result->output[i].name);
		if (values == 1) {
			write_value(json, result->output[i].value);
			continue;
		}
		json_object(json);
		for (size_t j = i; j < result->outputs; j++)
			if (strcmp(result->output[j].name, result->output[i].name) == 0) {
				json_key(json, result->output[j].value);
				json_u64(json, result->output[j].shots);
			}
		json_object_end(json);
	}
	json_object_end(json);
}

static void write_counts(struct json *json, const songdo_result *result)
{
	const char *string;
	uint64_t shots;

	json_key(json, "counts");
	json_object(json);
	for (size_t i = 0; (string = songdo_result_count(result, i, &shots)) != NULL; i++) {
		json_key(json, string);
		json_u64(json, shots);
	}
	json_object_end(json);
}

static void write_probabilities(struct json *json, const songdo_result *result)
{
	const char *string;
	double probability;

	json_key(json, "probabilities");
	json_object(json);
	for (size_t i = 0; (string = songdo_result_probability(result, i, &probability)) != NULL; i++) {
		json_key(json, string);
		json_double(json, probability);
	}
	json_object_end(json);
}

static void write_expectations(struct json *json, const songdo_result *result)
{
	double value, variance, standard_error;
	uint64_t settings;
	const char *observable;

	json_key(json, "expectations");
	json_array(json);
	for (size_t i = 0; (observable = songdo_result_expectation(result, i, &value, &variance)) != NULL; i++) {
		json_object(json);
		json_key(json, "observable");
		json_string(json, observable);
		json_key(json, "value");
		json_double(json, value);
		json_key(json, "variance");
		json_double(json, variance);
		if (songdo_result_sampled_expectation(result, i, &value, &variance, &standard_error, &settings) != NULL) {
			json_key(json, "sampled");
			json_object(json);
			json_key(json, "value");
			json_double(json, value);
			json_key(json, "variance");
			json_double(json, variance);
			json_key(json, "standard_error");
			json_double(json, standard_error);
			json_key(json, "shots");
			json_u64(json, result->shots);
			json_key(json, "settings");
			json_u64(json, settings);
			json_object_end(json);
		}
		json_object_end(json);
	}
	json_array_end(json);
}

static void write_memory(struct json *json, const songdo_result *result)
{
	const char *string;

	json_key(json, "memory");
	json_array(json);
	for (uint64_t i = 0; (string = songdo_result_shot(result, i)) != NULL; i++)
		json_string(json, string);
	json_array_end(json);
}

static void write_timing(struct json *json, const struct run_timing *timing)
{
	const struct { const char *name; double seconds; } phase[] = {
		{ "parse", timing->parse }, { "plan", timing->plan }, { "allocate", timing->allocate },
		{ "simulate", timing->simulate }, { "sample", timing->sample }, { "total", timing->total },
	};

	json_key(json, "timing");
	json_object(json);
	for (size_t i = 0; i < ARRAY_LENGTH(phase); i++) {
		json_key(json, phase[i].name);
		json_double(json, phase[i].seconds);
	}
	json_object_end(json);
}

static void write_engine(struct json *json, const songdo_result *result)
{
	const struct { const char *name; uint64_t value; } figure[] = {
		{ "threads", (uint64_t)result->threads },
		{ "ranks", (uint64_t)result->ranks },
		{ "sweeps", result->cost.sweeps },
		{ "remaps", result->cost.remaps },
		{ "flops", result->cost.flops },
		{ "exchanged_bytes_per_rank", result->cost.exchanged_bytes },
		{ "messages_per_rank", result->cost.messages },
		{ "peak_bytes_per_rank", result->peak_bytes },
		{ "branches", result->branches },
	};

	json_key(json, "engine");
	json_object(json);
	json_key(json, "version");
	json_string(json, songdo_version());
	json_key(json, "isa");
	json_string(json, result->isa);
	for (size_t i = 0; i < ARRAY_LENGTH(figure); i++) {
		json_key(json, figure[i].name);
		json_u64(json, figure[i].value);
	}
	json_object_end(json);
}

void result_write_fields(struct json *json, const songdo_result *result)
{
	json_key(json, "program");
	json_string(json, result->program);
	json_key(json, "dialect");
	json_string(json, dialect_name[result->dialect]);
	json_key(json, "qubits");
	json_u64(json, result->qubits);
	json_key(json, "active_qubits");
	json_u64(json, result->active_qubits);
	json_key(json, "shots");
	json_u64(json, result->shots);
	json_key(json, "seed");
	json_u64(json, result->seed);
	json_key(json, "precision");
	json_string(json, result->precision == SONGDO_DOUBLE ? "double" : "single");
	json_key(json, "notes");
	json_array(json);
	for (size_t i = 0; i < result->notes; i++)
		json_string(json, result->note[i]);
	json_array_end(json);
	if (result->shots > 0)
		write_counts(json, result);
	if (result->memory)
		write_memory(json, result);
	if (result->exact)
		write_probabilities(json, result);
	if (result->expectations > 0)
		write_expectations(json, result);
	if (result->exact || result->expectations > 0) {
		json_key(json, "discarded_probability");
		json_double(json, result->discarded_probability);
	}
	if (result->outputs > 0)
		write_outputs(json, result);
	write_timing(json, &result->timing);
	write_engine(json, result);
}

songdo_status songdo_result_json(char **out, const songdo_result *result)
{
	struct text text = { 0 };
	struct json json;

	*out = NULL;
	json_init(&json, &text, 2);
	json_object(&json);
	json_key(&json, "schema");
	json_string(&json, "songdo.run/1");
	result_write_fields(&json, result);
	json_object_end(&json);
	text_add(&text, "\n");
	if (text.failed) {
		text_fini(&text);
		return SONGDO_NO_FIT;
	}
	*out = text.data;
	return SONGDO_OK;
}
