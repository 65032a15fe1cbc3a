/* result.c - what a run leaves behind, and its reading.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "run/run.h"

void songdo_result_free(songdo_result *result)
{
	if (result == NULL)
		return;
	for (size_t i = 0; i < result->groups; i++)
		free(result->group[i].name);
	for (size_t i = 0; i < result->outputs; i++) {
		free(result->output[i].name);
		free(result->output[i].value);
	}
	for (size_t i = 0; i < result->notes; i++)
		free(result->note[i]);
	for (size_t i = 0; i < result->expectations; i++)
		free(result->expectation[i].observable);
	tally_fini(&result->tally);
	free(result->expectation);
	free(result->program);
	free(result->group);
	free(result->counted);
	free(result->probable);
	free(result->shot_entry);
	free(result->output);
	free(result->note);
	free(result->scratch);
	free(result);
}

songdo_status result_note(struct songdo_result *result, const char *note)
{
	char **grown = realloc(result->note, (result->notes + 1) * sizeof(*grown));

	if (grown == NULL)
		return SONGDO_NO_FIT;
	result->note = grown;
	result->note[result->notes] = strdup(note);
	return result->note[result->notes] == NULL ? SONGDO_NO_FIT : (result->notes++, SONGDO_OK);
}

songdo_status result_output(struct songdo_result *result, const char *name, const char *value, uint64_t shots)
{
	struct result_output *output;

	for (size_t i = 0; i < result->outputs; i++)
		if (strcmp(result->output[i].name, name) == 0 && strcmp(result->output[i].value, value) == 0) {
			result->output[i].shots += shots;
			return SONGDO_OK;
		}
	output = realloc(result->output, (result->outputs + 1) * sizeof(*output));
	if (output == NULL)
		return SONGDO_NO_FIT;
	result->output = output;
	output += result->outputs;
	*output = (struct result_output){ strdup(name), strdup(value), shots };
	if (output->name == NULL || output->value == NULL) {
		free(output->name);
		free(output->value);
		return SONGDO_NO_FIT;
	}
	result->outputs++;
	return SONGDO_OK;
}

songdo_status result_finish(struct songdo_result *result)
{
	/* Every bit, a space between groups, the end. */
	const size_t length = (size_t)result->tally.width + result->groups + 1;
	songdo_status status;

	result->scratch = calloc(length, 1);
	if (result->scratch == NULL)
		return SONGDO_NO_FIT;
	status = tally_order(&result->counted, &result->counts, &result->tally, TALLY_COUNTED);
	if (status == SONGDO_OK)
		status = tally_order(&result->probable, &result->probabilities, &result->tally, TALLY_PROBABLE);
	return status;
}

/* The string of an entry, written to the scratch buffer: the last group leftmost, its highest bit first. */
static const char *write_string(const songdo_result *result, uint64_t entry)
{
	const uint64_t *key = result->tally.key + entry * result->tally.words;
	char *out = result->scratch;
	uint32_t at = result->tally.width;

	for (size_t g = result->groups; g-- > 0;) {
		for (uint32_t j = result->group[g].width; j-- > 0;) {
			at--;
			*out++ = (key[at / 64] >> at % 64 & 1) ? '1' : '0';
		}
		if (g > 0)
			*out++ = ' ';
	}
	*out = '\0';
	return result->scratch;
}

size_t songdo_result_counts(const songdo_result *result) { return result->counts; }

const char *songdo_result_count(const songdo_result *result, size_t i, uint64_t *shots)
{
	if (i >= result->counts)
		return NULL;
	if (shots != NULL)
		*shots = result->tally.shots[result->counted[i]];
	return write_string(result, result->counted[i]);
}

size_t songdo_result_probabilities(const songdo_result *result) { return result->probabilities; }

const char *songdo_result_probability(const songdo_result *result, size_t i, double *probability)
{
	if (i >= result->probabilities)
		return NULL;
	if (probability != NULL)
		*probability = result->tally.probability[result->probable[i]];
	return write_string(result, result->probable[i]);
}

const char *songdo_result_shot(const songdo_result *result, uint64_t i)
{
	if (result->shot_entry == NULL || i >= result->shots)
		return NULL;
	return write_string(result, result->shot_entry[i]);
}

size_t songdo_result_expectations(const songdo_result *result) { return result->expectations; }

const char *songdo_result_expectation(const songdo_result *result, size_t i, double *value, double *variance)
{
	if (i >= result->expectations)
		return NULL;
	if (value != NULL)
		*value = result->expectation[i].value;
	if (variance != NULL)
		*variance = result->expectation[i].variance;
	return result->expectation[i].observable;
}

const char *songdo_result_sampled_expectation(const songdo_result *result, size_t i, double *value, double *variance,
                                              double *standard_error, uint64_t *settings)
{
	if (i >= result->expectations || result->shots == 0)
		return NULL;
	if (value != NULL)
		*value = result->expectation[i].sampled_value;
	if (variance != NULL)
		*variance = result->expectation[i].sampled_variance;
	if (standard_error != NULL)
		*standard_error = result->expectation[i].standard_error;
	if (settings != NULL)
		*settings = result->expectation[i].settings;
	return result->expectation[i].observable;
}

const char *songdo_result_group(const songdo_result *result, size_t i, uint32_t *width)
{
	if (i >= result->groups)
		return NULL;
	if (width != NULL)
		*width = result->group[i].width;
	return result->group[i].name;
}

const char *songdo_result_note(const songdo_result *result, size_t i)
{
	return i < result->notes ? result->note[i] : NULL;
}

songdo_status songdo_result_figure(double *value, const songdo_result *result, const char *name)
{
	const struct { const char *name; double value; } figure[] = {
		{ "qubits", result->qubits },
		{ "active_qubits", result->active_qubits },
		{ "shots", (double)result->shots },
		{ "discarded_probability", result->discarded_probability },
		{ "timing.parse", result->timing.parse },
		{ "timing.plan", result->timing.plan },
		{ "timing.allocate", result->timing.allocate },
		{ "timing.simulate", result->timing.simulate },
		{ "timing.sample", result->timing.sample },
		{ "timing.total", result->timing.total },
		{ "engine.threads", result->threads },
		{ "engine.ranks", result->ranks },
		{ "engine.sweeps", (double)result->cost.sweeps },
		{ "engine.remaps", (double)result->cost.remaps },
		{ "engine.flops", (double)result->cost.flops },
		{ "engine.exchanged_bytes_per_rank", (double)result->cost.exchanged_bytes },
		{ "engine.messages_per_rank", (double)result->cost.messages },
		{ "engine.peak_bytes_per_rank", (double)result->peak_bytes },
		{ "engine.branches", (double)result->branches },
	};

	*value = 0;
	for (size_t i = 0; i < ARRAY_LENGTH(figure); i++)
		if (strcmp(figure[i].name, name) == 0) {
			*value = figure[i].value;
			return SONGDO_OK;
		}
	return SONGDO_BAD_USAGE;
}
