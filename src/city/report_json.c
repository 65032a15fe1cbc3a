/* report_json.c - the document songdo.solve/1 (docs/solve.md).
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "base/json.h"
#include "city/solve.h"

static void write_string(struct json *json, const char *key, const char *value)
{
	json_key(json, key);
	json_string(json, value);
}

static void write_double(struct json *json, const char *key, double value)
{
	json_key(json, key);
	json_double(json, value);
}

static void write_count(struct json *json, const char *key, uint64_t value)
{
	json_key(json, key);
	json_u64(json, value);
}

static void write_bool(struct json *json, const char *key, bool value)
{
	json_key(json, key);
	json_bool(json, value);
}

static void write_null(struct json *json, const char *key)
{
	json_key(json, key);
	json_null(json);
}

/* A text, or null where the instance does not say. */
static void write_text(struct json *json, const char *key, const char *value)
{
	if (value[0])
		write_string(json, key, value);
	else
		write_null(json, key);
}

/* A number where `known`, else null. */
static void write_known(struct json *json, const char *key, double value, bool known)
{
	write_double(json, key, known ? value : NAN);
}

static void write_data(struct json *json, const struct instance_data *data)
{
	json_key(json, "data");
	json_object(json);
	write_text(json, "kind", data->kind);
	write_bool(json, "personal", data->personal);
	write_text(json, "source", data->source);
	write_text(json, "licence", data->licence);
	write_text(json, "attribution", data->attribution);
	write_text(json, "date", data->date);
	json_object_end(json);
}

static void write_encoding(struct json *json, const struct report *r)
{
	json_key(json, "encoding");
	json_object(json);
	write_string(json, "name", "one bit an item");
	json_key(json, "qubits");
	if (r->quantum)
		json_u64(json, r->qubits);
	else
		json_null(json);
	write_double(json, "states", r->states);
	write_double(json, "feasible", r->states);
	json_object_end(json);
}

static void write_angles(struct json *json, const char *key, const double *angle, unsigned layers)
{
	json_key(json, key);
	json_array(json);
	for (unsigned l = 0; l < layers; l++)
		json_double(json, angle[l]);
	json_array_end(json);
}

static void write_parameters(struct json *json, const struct report *r)
{
	json_key(json, "parameters");
	json_object(json);
	write_count(json, "shots", r->options.shots);
	write_count(json, "seed", r->options.seed);
	write_string(json, "precision", r->options.precision == SONGDO_SINGLE ? "single" : "double");
	if (r->quantum) {
		write_count(json, "layers", r->options.layers);
		write_string(json, "objective", r->options.objective == QAOA_CVAR ? "cvar" : "expectation");
		if (r->options.objective == QAOA_CVAR)
			write_double(json, "alpha", r->options.share);
		write_string(json, "optimiser", minimiser_name(r->options.minimiser));
		write_count(json, "evaluations", r->options.evaluations);
		write_string(json, "table", r->table);
		write_angles(json, "gamma", r->qaoa->gamma, r->qaoa->layers);
		write_angles(json, "beta", r->qaoa->beta, r->qaoa->layers);
	}
	if (r->instance->format == INSTANCE_COORDINATE || r->instance->format == INSTANCE_QBSOLV)
		write_string(json, "off_diagonal", r->instance->off_diagonal_twice ? "twice" : "once");
	json_object_end(json);
}

static void write_objective(struct json *json, const struct report *r)
{
	const double gap = fabs(r->optimum - r->best), size = fabs(r->optimum);
	json_key(json, "objective");
	json_object(json);
	write_known(json, "expectation", r->expectation, r->quantum);
	write_double(json, "best", r->best);
	write_known(json, "optimum", r->optimum, r->proven);
	write_string(json, "sense", r->instance->maximise ? "maximise" : "minimise");
	write_string(json, "unit", r->instance->unit);
	write_bool(json, "proven", r->proven);
	write_known(json, "gap", size > 0 ? gap / size : gap, r->proven);
	json_key(json, "gap_kind");
	if (r->proven)
		json_string(json, size > 0 ? "relative" : "absolute");
	else
		json_null(json);
	json_object_end(json);
}

/* {"sides": {name: [id, ...]}, "index": ..., "bits": "..."}; bits have item 0 rightmost. */
static void write_solution(struct json *json, const struct report *r, struct text *scratch)
{
	const struct instance *instance = r->instance;
	json_key(json, "solution");
	json_object(json);
	json_key(json, "sides");
	json_array(json);
	for (uint8_t side = 0; side < 2; side++) {
		json_object(json);
		write_string(json, "name", instance->side[side]);
		json_key(json, "items");
		json_array(json);
		for (uint32_t i = 0; i < instance->items; i++)
			if (r->x[i] == side)
				json_string(json, instance->id[i]);
		json_array_end(json);
		json_object_end(json);
	}
	json_array_end(json);
	scratch->length = 0;
	for (uint32_t i = instance->items; i-- > 0;)
		text_add(scratch, r->x[i] ? "1" : "0");
	write_string(json, "bits", scratch->data ? scratch->data : "");
	if (instance->items <= 53) {
		uint64_t index = 0;
		for (uint32_t i = 0; i < instance->items; i++)
			index |= (uint64_t)r->x[i] << i;
		write_count(json, "index", index);
	}
	json_object_end(json);
}

static void write_hardware(struct json *json, const struct report *r)
{
	json_key(json, "hardware");
	if (!r->quantum) {
		json_null(json);
		return;
	}
	json_object(json);
	write_count(json, "qubits", r->qubits);
	json_key(json, "two_qubit_gates");
	if (r->spins_known)
		json_u64(json, r->spins.gates * r->options.layers);
	else
		json_null(json);
	write_string(json, "why",
	             "each product of k spins in the cost is 2 (k - 1) two-qubit gates and a rotation, once a layer, "
	             "where every "
	             "pair of qubits is connected; routing and error correction come on top");
	json_object_end(json);
}

static void write_baselines(struct json *json, const struct report *r)
{
	json_key(json, "baselines");
	json_array(json);
	for (unsigned i = 0; i < r->baselines; i++) {
		const struct baseline *b = &r->baseline[i];
		json_object(json);
		write_string(json, "name", b->name);
		write_double(json, "best", b->best);
		write_bool(json, "feasible", true);
		write_bool(json, "proven", b->proven);
		write_count(json, "evaluations", b->evaluations);
		write_double(json, "seconds", b->seconds);
		json_object_end(json);
	}
	json_array_end(json);
}

static void write_convergence(struct json *json, const struct report *r)
{
	json_key(json, "convergence");
	json_array(json);
	for (uint64_t i = 0; r->quantum && i < r->qaoa->entries; i++) {
		const struct qaoa_entry *entry = &r->qaoa->entry[i];
		json_object(json);
		write_count(json, "evaluation", i + 1);
		write_double(json, "value", instance_natural(r->instance, entry->value));
		write_angles(json, "gamma", r->qaoa->angle + entry->first, entry->layers);
		write_angles(json, "beta", r->qaoa->angle + entry->first + entry->layers, entry->layers);
		json_object_end(json);
	}
	json_array_end(json);
}

static void write_training(struct json *json, const struct report *r)
{
	json_key(json, "training");
	if (!r->quantum) {
		json_null(json);
		return;
	}
	json_object(json);
	write_count(json, "evaluations", r->qaoa->evaluations);
	write_count(json, "shots_equivalent", mul_saturated(r->qaoa->evaluations, r->options.shots));
	json_object_end(json);
}

static void write_account(struct json *json, const struct report *r)
{
	json_key(json, "timing");
	json_object(json);
	write_double(json, "read", r->timing.read);
	write_double(json, "encode", r->timing.encode);
	write_double(json, "train", r->timing.train);
	write_double(json, "sample", r->timing.sample);
	write_double(json, "classical", r->timing.classical);
	write_double(json, "total", r->timing.total);
	json_object_end(json);
	json_key(json, "engine");
	json_object(json);
	write_string(json, "version", songdo_version());
	write_string(json, "isa", r->isa);
	write_count(json, "threads", (uint64_t)r->threads);
	write_count(json, "ranks", (uint64_t)r->ranks);
	write_count(json, "sweeps", r->cost.sweeps);
	write_count(json, "remaps", r->cost.remaps);
	write_count(json, "flops", r->cost.flops);
	write_count(json, "exchanged_bytes_per_rank", r->cost.exchanged_bytes);
	write_count(json, "messages_per_rank", r->cost.messages);
	write_count(json, "peak_bytes_per_rank", r->peak_bytes);
	json_object_end(json);
}

void report_json(struct text *text, const struct report *r)
{
	const struct instance *instance = r->instance;
	struct text scratch = {0};
	struct json json;
	char buffer[400];
	json_init(&json, text, 2);
	json_object(&json);
	write_string(&json, "schema", "songdo.solve/1");
	write_string(&json, "workload", workload_name(instance->workload));
	write_string(&json, "instance", instance->name);
	write_text(&json, "question", instance->question);
	write_text(&json, "citation", instance->citation);
	write_string(&json, "format", instance_format_name(instance->format));
	write_string(&json, "status", r->optimal ? "optimal" : "feasible");
	write_string(&json, "reason", r->reason);
	write_string(&json, "method", solve_method_name(r->method));
	write_null(&json, "distance_model");
	write_data(&json, &instance->data);
	write_encoding(&json, r);
	write_parameters(&json, r);
	write_objective(&json, r);
	write_solution(&json, r, &scratch);
	write_bool(&json, "feasible", true);
	write_known(&json, "probability_of_optimum", r->probability, r->quantum);
	write_known(&json, "optima", r->optima, r->proven);
	write_known(&json, "enhancement", r->enhancement, r->quantum);
	write_known(&json, "samples_to_99", r->samples, r->quantum && r->samples > 0);
	if (r->quantum)
		write_count(&json, "optimal_samples", r->hits);
	write_null(&json, "oracle_calls");
	write_training(&json, r);
	write_hardware(&json, r);
	write_baselines(&json, r);
	json_key(&json, "notes");
	json_array(&json);
	for (unsigned i = 0; report_sentence(r, i, buffer); i++)
		json_string(&json, buffer);
	json_array_end(&json);
	write_convergence(&json, r);
	write_account(&json, r);
	json_object_end(&json);
	text_add(text, "\n");
	text->failed |= scratch.failed;
	text_fini(&scratch);
}
