/* comm.c - which ranks there are, and the calls that go to them.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <limits.h>
#include <stdlib.h>

#include "comm/calls.h"

/* A number of the environment; fallback where it is unset or no number. */
static int environment_number(const char *name, int fallback)
{
	const char *value = getenv(name);
	if (!value || !*value)
		return fallback;
	char *end;
	const long number = strtol(value, &end, 10);
	return *end == '\0' && number >= 0 && number <= INT_MAX ? (int)number : fallback;
}

/* A launcher is known by its own variables. Those of Slurm alone are set in every batch script, where a plain
 * `songdo` is one process; they only tell a launcher's size that PMIx does not. */
static struct launch read_launch(void)
{
	struct launch launch = { .found = false };
	if (getenv("OMPI_COMM_WORLD_SIZE")) {
		launch.found = true;
		launch.size = environment_number("OMPI_COMM_WORLD_SIZE", 0);
		launch.rank = environment_number("OMPI_COMM_WORLD_RANK", 0);
	} else if (getenv("PMI_RANK")) {
		launch.found = true;
		launch.size = environment_number("PMI_SIZE", 0);
		launch.rank = environment_number("PMI_RANK", 0);
	} else if (getenv("PMIX_RANK")) {
		launch.found = true;
		launch.size = environment_number("SLURM_STEP_NUM_TASKS", 0);
		launch.rank = environment_number("PMIX_RANK", 0);
	}
	return launch;
}

songdo_status comm_open(struct comm **comm, const void *handle, songdo_error *error)
{
	*comm = NULL;
	const struct launch launch = read_launch();
	if (handle || launch.found)
		return comm_mpi_open(comm, handle, &launch, error);
	return comm_serial_open(comm, error);
}

void comm_close(struct comm *comm)
{
	if (comm)
		comm->calls->close(comm);
}

int comm_rank(const struct comm *comm) { return comm->rank; }
int comm_size(const struct comm *comm) { return comm->size; }
int comm_node_size(const struct comm *comm) { return comm->node_size; }
int comm_node_rank(const struct comm *comm) { return comm->node_rank; }
const char *comm_library(const struct comm *comm) { return comm->library; }
const char *comm_trouble(const struct comm *comm) { return comm->trouble; }

songdo_status comm_exchange_begin(struct comm *comm, int slot, int peer, const void *send, void *receive,
                                  uint64_t bytes)
{
	assert(slot >= 0 && slot < COMM_SLOTS && peer >= 0 && peer < comm->size && bytes <= COMM_MESSAGE_BYTES);
	return comm->calls->exchange_begin(comm, slot, peer, send, receive, bytes);
}

songdo_status comm_exchange_end(struct comm *comm, int slot)
{
	assert(slot >= 0 && slot < COMM_SLOTS);
	return comm->calls->exchange_end(comm, slot);
}

void comm_poll(struct comm *comm) { comm->calls->poll(comm); }

songdo_status comm_sum(struct comm *comm, double *values, uint64_t count)
{
	return comm->calls->sum(comm, values, count);
}

songdo_status comm_max(struct comm *comm, uint64_t *values, uint64_t count)
{
	return comm->calls->max(comm, values, count);
}

songdo_status comm_broadcast(struct comm *comm, void *data, uint64_t bytes, int root)
{
	assert(root >= 0 && root < comm->size);
	return comm->calls->broadcast(comm, data, bytes, root);
}

songdo_status comm_gather(struct comm *comm, void *out, const void *data, uint64_t bytes)
{
	return comm->calls->gather(comm, out, data, bytes);
}

songdo_status comm_agree(struct comm *comm, songdo_status status) { return comm->calls->agree(comm, status); }

void comm_barrier(struct comm *comm) { comm->calls->barrier(comm); }
