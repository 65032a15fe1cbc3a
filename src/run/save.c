/* save.c - states in files: the initial one read, the final one written.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/bits.h"
#include "base/text.h"
#include "run/run.h"
#include "vector/store.h"

songdo_status path_load(struct run *run, struct path *path)
{
	const double start = cpu_seconds();
	songdo_status status = SONGDO_OK;

	path->fresh = false;   /* no longer |0...0>: the qubits are where they are, in declaration order */
	if (!run_forecasts(run)) {
		/* The amplitude of |0...0> was 1; what the file does not cover stays 0. */
		status = vector_load(path->state->vector, run->options.initial_state, bit_mask(path->joined), run->error);
	}
	run->timing.allocate += cpu_seconds() - start;
	return status;
}

/* A reset at the end leaves one state only where its qubit has one value. */
static songdo_status finish_resets(struct run *run, struct path *path)
{
	songdo_status status = SONGDO_OK;
	char name[64];

	for (size_t i = 0; i < path->resets && status == SONGDO_OK; i++) {
		const uint32_t qubit = qubits_find(&path->number, path->reset[i]);
		const unsigned bit = path->layout.bit[qubit];
		struct odds odds;
		status = path_odds(run, path, bit, &odds);
		if (status != SONGDO_OK)
			break;
		if (odds.p[0] != 1 && odds.p[1] != 1)
			return error_set(run->error, SONGDO_BAD_USAGE, "%s is reset at the end while it may be 0 or 1: there is no one state to save",
			                 program_qubit_name(run->program, path->reset[i], name, sizeof(name)));
		if (!odds.sharp)
			state_project(path->state, bit, odds.p[1] == 1, 1);
		if (odds.p[1] != 1)
			continue;
		status = run_agree(run, circuit_add_gate(&path->pending, GATE_X, NULL, 0, 0, &path->reset[i], run->error));
		if (status == SONGDO_OK) /* at once: the qubit may be reset again */
			status = path_execute(run, path, path->pending.operations, true);
	}
	return status;
}

songdo_status path_save(struct run *run, struct path *path)
{
	songdo_status status = SONGDO_OK;

	if (path->state == NULL)
		return error_set(run->error, SONGDO_BAD_USAGE, "the program has no qubits: there is no state to save");
	if (path->resets > 0)
		status = finish_resets(run, path);
	if (status != SONGDO_OK)
		return status;
	/* The bits above the qubits are padding, and 0. */
	return vector_save_first(path->state->vector, bit_mask(path->joined), run->options.save_state, run->error);
}
