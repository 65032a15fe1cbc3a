/* calls.h - what each way to talk implements; private to comm.
 *
 * A comm is this head followed by what its implementation needs. The functions of comm.h call through the table.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef SONGDO_COMM_CALLS_H
#define SONGDO_COMM_CALLS_H

#include "comm/comm.h"

struct comm_calls {
	void (*close)(struct comm *comm);
	songdo_status (*exchange_begin)(struct comm *comm, int slot, int peer, const void *send, void *receive,
	                                uint64_t bytes);
	songdo_status (*exchange_end)(struct comm *comm, int slot);
	void (*poll)(struct comm *comm);
	songdo_status (*sum)(struct comm *comm, double *values, uint64_t count);
	songdo_status (*max)(struct comm *comm, uint64_t *values, uint64_t count);
	songdo_status (*broadcast)(struct comm *comm, void *data, uint64_t bytes, int root);
	songdo_status (*gather)(struct comm *comm, void *out, const void *data, uint64_t bytes);
	songdo_status (*agree)(struct comm *comm, songdo_status status);
	void (*barrier)(struct comm *comm);
};

struct comm {
	const struct comm_calls *calls;
	int rank, size, node_rank, node_size;
	char library[64];
	char trouble[320];   /* words of the last failed call; empty where none failed */
};

/* What a launcher says through the environment. */
struct launch {
	bool found;          /* OMPI_COMM_WORLD_SIZE, PMIX_RANK or PMI_RANK is set */
	int size;            /* ranks it started; 0 where it does not say */
	int rank;            /* this one; 0 where it does not say */
};

/* One process by itself. */
songdo_status comm_serial_open(struct comm **comm, songdo_error *error);

/* The ranks of *(const MPI_Comm *)handle, or of the launcher where handle is NULL. In a build without MPI this refuses
 * (comm_no_mpi.c), unless the launcher started one rank only. */
songdo_status comm_mpi_open(struct comm **comm, const void *handle, const struct launch *launch, songdo_error *error);

#endif
