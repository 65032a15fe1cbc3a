/* forecast_json.c - a forecast as the JSON document songdo.plan/1, and songdo_plan_json.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdio.h>

#include "base/json.h"
#include "run/run.h"

char *forecast_time(char *buffer, uint64_t seconds)
{
	snprintf(buffer, 32, "%" PRIu64 ":%02u:%02u", seconds / 3600, (unsigned)(seconds / 60 % 60),
	         (unsigned)(seconds % 60));
	return buffer;
}

static void add_figure(struct json *json, const char *key, uint64_t value)
{
	json_key(json, key);
	if (value == UINT64_MAX)
		json_null(json); /* more than any machine has */
	else
		json_u64(json, value);
}

void forecast_write(struct text *text, const struct forecast *forecast)
{
	struct json json;
	char time[32], memory[32];

	json_init(&json, text, 2);
	json_object(&json);
	json_key(&json, "schema");
	json_string(&json, "songdo.plan/1");
	add_figure(&json, "qubits", forecast->qubits);
	add_figure(&json, "active_qubits", forecast->active_qubits);
	add_figure(&json, "operations", forecast->operations);
	add_figure(&json, "stages", forecast->stages);
	add_figure(&json, "ranks", forecast->ranks);
	json_key(&json, "fits");
	json_bool(&json, forecast->fits);
	json_key(&json, "suggestion");
	if (forecast->suggestion[0] != '\0')
		json_string(&json, forecast->suggestion);
	else
		json_null(&json);
	json_key(&json, "branches");
	json_bool(&json, forecast->branches);
	add_figure(&json, "bound_branches", forecast->bound_branches);
	add_figure(&json, "sweeps", forecast->cost.sweeps);
	add_figure(&json, "remaps", forecast->cost.remaps);
	add_figure(&json, "flops", forecast->cost.flops);
	add_figure(&json, "exchanged_bytes_per_rank", forecast->cost.exchanged_bytes);
	add_figure(&json, "messages_per_rank", forecast->cost.messages);
	add_figure(&json, "peak_bytes_per_rank", forecast->peak_bytes);
	add_figure(&json, "bytes_per_rank", forecast->bytes);
	json_key(&json, "estimated_seconds");
	json_double(&json, forecast->seconds);
	json_key(&json, "slurm");
	json_object(&json);
	add_figure(&json, "nodes", forecast->slurm_nodes);
	add_figure(&json, "ntasks", forecast->slurm_tasks);
	json_key(&json, "mem");
	snprintf(memory, sizeof(memory), "%" PRIu64 "M", forecast->slurm_mem);
	json_string(&json, memory);
	json_key(&json, "time");
	json_string(&json, forecast_time(time, forecast->slurm_seconds));
	json_object_end(&json);
	json_object_end(&json);
	text_add(text, "\n");
}

/* ---- From a program to the document ---------------------------------------------------------------------- */

songdo_status forecast_machine(struct forecast_options *wanted, songdo_env *env, const songdo_run_options *options,
                               uint32_t threads)
{
	songdo_status status = run_machine(&wanted->machine, env, options->precision);
	uint64_t node_ranks;

	wanted->ranks = wanted->ranks != 0 ? wanted->ranks : (uint64_t)songdo_env_ranks(env);
	wanted->nodes = wanted->nodes != 0 ? wanted->nodes : 1;
	node_ranks = (wanted->ranks + wanted->nodes - 1) / wanted->nodes;
	if (threads != 0)
		wanted->machine.threads = threads;
	else
		wanted->machine.threads = (uint32_t)max_u64(
		        (uint64_t)songdo_env_threads(env) * (uint64_t)comm_node_size(env->comm) / node_ranks, 1);
	/* What follows from the threads is worked out anew. */
	run_use_rates(&wanted->machine, env, node_ranks);
	return status;
}

songdo_status songdo_plan_json(char **json, songdo_env *env, const songdo_program *program,
                               const songdo_run_options *run, const songdo_plan_options *options, songdo_error *error)
{
	static const songdo_run_options defaults;
	struct forecast_options wanted = {0};
	struct forecast forecast;
	struct text text = {0};
	songdo_status status;

	*json = NULL;
	if (options != NULL) {
		wanted.ranks = options->ranks;
		wanted.nodes = options->nodes;
		wanted.node_memory = options->node_memory;
	}
	run = run != NULL ? run : &defaults;
	status = forecast_machine(&wanted, env, run, options != NULL ? options->threads : 0);
	if (status == SONGDO_OK)
		status = run_forecast(&forecast, program, run, &wanted, error);
	status = env_agree(env, status, error);
	if (status != SONGDO_OK)
		return status;
	forecast_write(&text, &forecast);
	if (text.failed) {
		text_fini(&text);
		return error_set(error, SONGDO_NO_FIT, "out of memory");
	}
	*json = text.data;
	return SONGDO_OK;
}
