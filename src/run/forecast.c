/* forecast.c - what a run would cost, found without a state.
 *
 * The program is walked by the same code that executes it, only that there is nothing to execute on: plans are made and
 * their predicted costs added up. Of a program that branches one path is walked.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdio.h>

#include "base/bits.h"
#include "base/text.h"
#include "run/run.h"

/* Ranks on one node when they are dealt out evenly. */
static uint64_t ranks_per_node(uint64_t ranks, uint64_t nodes) { return (ranks + nodes - 1) / nodes; }

/* The fewest nodes, one rank on each and a power of two of them, that hold the state; 0 where none do. */
static uint64_t enough_nodes(const struct run *run, songdo_precision precision, uint64_t node_memory)
{
	for (uint64_t nodes = 1; nodes <= 1u << 20; nodes *= 2)
		if (add_saturated(run_rank_bytes(run->active, nodes, precision), run->extra_bytes) <= node_memory)
			return nodes;
	return 0;
}

static void suggest(struct forecast *forecast, const struct run *run, uint64_t node_memory)
{
	const uint64_t many = enough_nodes(run, run->options.precision, node_memory);
	const uint64_t single = enough_nodes(run, SONGDO_SINGLE, node_memory);
	char *const text = forecast->suggestion;
	const size_t size = sizeof(forecast->suggestion);
	char memory[32];
	int length;

	memory_text(memory, node_memory);
	if (many == 0) {
		snprintf(text, size, "%u qubits in one state do not fit on any number of nodes of %s that is sensible", run->active, memory);
		return;
	}
	length = snprintf(text, size, "use %llu node%s of %s with one rank each", (unsigned long long)many, many == 1 ? "" : "s", memory);
	if (run->options.precision == SONGDO_DOUBLE && single < many)
		snprintf(text + length, size - (size_t)length, ", or single precision on %llu", (unsigned long long)single);
	forecast->slurm_nodes = many;
	forecast->slurm_tasks = many;
}

/* MiB a node and seconds to ask Slurm for: the peak with what the process needs beside it, and time with a margin. */
static void ask_slurm(struct forecast *forecast, const struct run *run)
{
	const uint64_t node_ranks = ranks_per_node(forecast->slurm_tasks, forecast->slurm_nodes);
	const uint64_t bytes = add_saturated(run_rank_bytes(run->active, bit_mask(bit_highest(forecast->slurm_tasks)), run->options.precision),
	                                     run->extra_bytes);

	forecast->slurm_mem = mul_saturated(node_ranks, add_saturated(add_saturated(bytes, bytes / 20), 256u << 20)) >> 20;
	forecast->slurm_seconds = 60 + (uint64_t)fmin(2 * forecast->seconds, 1e9);
}

songdo_status run_forecast(struct forecast *forecast, const songdo_program *program, const songdo_run_options *options,
                           const struct forecast_options *wanted, songdo_error *error)
{
	static const songdo_run_options defaults;
	songdo_error own = { 0 };
	struct run run = { .program = program, .options = options != NULL ? *options : defaults, .error = error != NULL ? error : &own };
	const uint64_t ranks = max_u64(wanted->ranks, 1), nodes = min_u64(max_u64(wanted->nodes, 1), ranks);
	const uint64_t node_memory = wanted->node_memory != 0 ? wanted->node_memory : memory_share(1);
	struct path *path = NULL;
	songdo_status status;

	*forecast = (struct forecast){ .ranks = ranks, .nodes = nodes };
	program_facts(program, &run.facts);
	status = run_check_ranks(ranks, error);
	if (status != SONGDO_OK)
		goto done;
	run.machine = wanted->machine;
	run.machine.ranks = (uint32_t)ranks;
	run.machine.precision = run.options.precision;
	machine_defaults(&run.machine);
	run.rank_bits = bit_highest(ranks);
	run.drawn = run.options.shots > 0;
	run.whole = run.options.save_state != NULL || run.options.initial_state != NULL;
	run.exhaustive = run.options.exact || run.options.observable_count > 0;
	status = observables_init(&run.observables, program, run.options.observables, run.options.observable_count,
	                          run.drawn, run.error);
	if (status != SONGDO_OK)
		goto done;
	path = path_new();
	status = path == NULL ? SONGDO_NO_FIT : path_walk(&run, path);
	/* More qubits than any state has is an answer too. */
	if (status == SONGDO_NO_FIT && run.active > MAX_BITS)
		status = SONGDO_OK;
	if (status != SONGDO_OK)
		goto done;
	forecast->qubits = run.facts.qubits;
	forecast->active_qubits = run.active;
	forecast->operations = run.active > MAX_BITS ? run.facts.operations : run.operations;
	forecast->stages = run.stages;
	forecast->cost = run.cost;
	forecast->seconds = run.seconds;
	forecast->branches = run.collapses > 0;
	forecast->bound_branches = run.collapses == 0 ? 1 : run.collapses >= 63 ? run.options.shots
	        : min_u64(max_u64(run.options.shots, 1), bit_mask((unsigned)run.collapses));
	if (run.exhaustive && run.collapses > 0)
		forecast->bound_branches = run.collapses >= 63 ? UINT64_MAX : bit_mask((unsigned)run.collapses);
	forecast->bytes = run.active == 0 ? 0 : run_rank_bytes(run.active, ranks, run.options.precision);
	forecast->peak_bytes = add_saturated(forecast->bytes, run.extra_bytes);
	forecast->fits = forecast->peak_bytes <= node_memory / ranks_per_node(ranks, nodes);
	forecast->slurm_nodes = nodes;
	forecast->slurm_tasks = ranks;
	if (!forecast->fits)
		suggest(forecast, &run, node_memory);
	ask_slurm(forecast, &run);
done:
	path_free(&run, path);
	observables_fini(&run.observables);
	return status;
}
