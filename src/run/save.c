/* save.c - the final state written as a NumPy array.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "base/bits.h"
#include "base/text.h"
#include "run/run.h"

/* A reset at the end leaves one state only where its qubit has one value. */
static songdo_status finish_resets(struct run *run, struct path *path)
{
	songdo_status status = SONGDO_OK;
	char name[64];

	for (size_t i = 0; i < path->resets && status == SONGDO_OK; i++) {
		const uint32_t qubit = qubits_find(&path->number, path->reset[i]);
		double one;
		status = state_probability(path->state, path->layout.bit[qubit], &one);
		if (status != SONGDO_OK || one < 1e-10)
			continue;
		if (one < 1 - 1e-10)
			return error_set(run->error, SONGDO_BAD_USAGE, "%s is reset at the end while it may be 0 or 1: there is no one state to save",
			                 program_qubit_name(run->program, path->reset[i], name, sizeof(name)));
		status = run_agree(run, circuit_add_gate(&path->pending, GATE_X, NULL, 0, 0, &path->reset[i], run->error));
	}
	return status == SONGDO_OK ? path_execute(run, path, path->pending.operations, true) : status;
}

/* The header of version 1.0 (NEP 1): its length with the magic and the newline is a multiple of 64. */
static void add_header(struct text *file, songdo_precision precision, uint64_t count)
{
	char description[128];
	const int length = snprintf(description, sizeof(description), "{'descr': '<c%d', 'fortran_order': False, 'shape': (%llu,), }",
	                            precision == SONGDO_DOUBLE ? 16 : 8, (unsigned long long)count);
	const int padded = (10 + length + 1 + 63) / 64 * 64 - 10;
	const char head[10] = { '\x93', 'N', 'U', 'M', 'P', 'Y', 1, 0, (char)(padded & 255), (char)(padded >> 8) };

	text_add_bytes(file, head, sizeof(head));
	text_add_format(file, "%-*s\n", padded - 1, description);
}

/* A padded state is small: rank 0 writes the part that the program knows. */
static songdo_status save_small(struct run *run, const struct path *path)
{
	const uint64_t count = bit_mask(path->joined);
	struct text file = { 0 };
	songdo_status status = SONGDO_OK;

	add_header(&file, run->options.precision, count);
	for (uint64_t i = 0; i < count && status == SONGDO_OK; i++) {
		double complex value;
		status = vector_get(path->state->vector, i, &value);
		if (run->options.precision == SONGDO_DOUBLE) {
			text_add_bytes(&file, (const char *)&value, sizeof(value));
		} else {
			const float complex single = (float complex)value;
			text_add_bytes(&file, (const char *)&single, sizeof(single));
		}
	}
	if (status == SONGDO_OK && comm_rank(run->env->comm) == 0)
		status = file.failed ? SONGDO_NO_FIT : text_write_file(run->options.save_state, file.data, file.length, run->error);
	text_fini(&file);
	return run_agree(run, status);
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
	if (path->joined < path->bits)
		return save_small(run, path);
	return vector_save(path->state->vector, run->options.save_state, run->error);
}
