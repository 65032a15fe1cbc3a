/* comm.h - what ranks say to one another: a dozen calls, in bytes and doubles.
 *
 * comm_serial.c implements them for one process, comm_mpi.c for MPI; comm_open chooses at run time.
 * Every call but the queries is collective over the ranks, or over the two partners of an exchange.
 * Lengths are 64-bit everywhere; messages are split so that no MPI count overflows.
 *
 * May use: base. Knows nothing of amplitudes.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef SONGDO_COMM_H
#define SONGDO_COMM_H

#include "base/base.h"

struct comm;

enum { COMM_SLOTS = 4 };   /* exchanges that may be under way at once */

/* Open the ranks. handle: the address of an MPI_Comm, or NULL for the ranks of the launcher (known by
 * OMPI_COMM_WORLD_SIZE, PMIX_RANK or PMI_RANK, never by SLURM_* alone) and for one rank without a launcher;
 * then MPI is not started at all. MPI is initialised only if nobody has; then it is finalised when the process exits
 * (it cannot be started twice, and a comm may be opened again), provided that every comm was closed.
 * Fails with SONGDO_NO_FIT in a build without MPI that was started as several ranks. */
songdo_status comm_open(struct comm **comm, const void *handle, songdo_error *error);
void comm_close(struct comm *comm);

int comm_rank(const struct comm *comm);
int comm_size(const struct comm *comm);
/* Ranks on this node (this one included), and this one's place among them. */
int comm_node_size(const struct comm *comm);
int comm_node_rank(const struct comm *comm);
/* The library behind it ("serial", "Open MPI v4.1.4"). */
const char *comm_library(const struct comm *comm);
/* The words of the last call that failed on this rank ("rank 3: MPI_Recv: ..."), for an error message; "" where
 * none did. */
const char *comm_trouble(const struct comm *comm);

/* Begin to send `bytes` to the peer and receive as many from it, in exchange slot 0..COMM_SLOTS-1; both partners
 * use the same slot and length; a rank may be its own peer. The buffers stay untouched until comm_exchange_end of
 * that slot. One message each way for up to COMM_MESSAGE_BYTES; callers send pieces no larger than that. */
enum { COMM_MESSAGE_BYTES = 64 << 20 };
songdo_status comm_exchange_begin(struct comm *comm, int slot, int peer, const void *send, void *receive,
                                  uint64_t bytes);
songdo_status comm_exchange_end(struct comm *comm, int slot);
/* Let the library make progress on what is under way (Open MPI does so only inside calls). */
void comm_poll(struct comm *comm);

/* Sum each of count doubles over the ranks, in a fixed pairwise tree over the rank number: the same bits
 * on every rank and every run. */
songdo_status comm_sum(struct comm *comm, double *values, uint64_t count);
/* The largest over the ranks. */
songdo_status comm_max(struct comm *comm, uint64_t *values, uint64_t count);
songdo_status comm_broadcast(struct comm *comm, void *data, uint64_t bytes, int root);
/* Each rank's bytes (lengths may differ) one after another in rank order, on rank 0, where out has room for the
 * sum of the lengths; out may be NULL on other ranks. */
songdo_status comm_gather(struct comm *comm, void *out, const void *data, uint64_t bytes);
/* The worst (numerically largest) status over the ranks: every rank gets the same answer. */
songdo_status comm_agree(struct comm *comm, songdo_status status);
void comm_barrier(struct comm *comm);

#endif
