/* comm_mpi.c - ranks that talk through MPI; the only source file that knows it.
 *
 * We work on a communicator of our own (a duplicate), on which errors are returned and not fatal, so that neither tags
 * nor error handling touch those of a program around us. MPI is started only if nobody has started it. As MPI cannot be
 * started twice in a process, it is then not stopped by comm_close but when the process exits, and only if every comm
 * was closed: a rank that leaves half way must not wait in MPI_Finalize for the others, who wait for it.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <mpi.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "comm/calls.h"

enum {
	TAG_EXCHANGE = 0,                    /* and the slots behind it */
	TAG_SUM = COMM_SLOTS,
	TAG_GATHER,
	SUM_PIECE = 1 << 16,                 /* doubles added at a time */
	MAX_PIECE = 1 << 24,
};

struct comm_mpi {
	struct comm head;
	MPI_Comm all;
	MPI_Request request[COMM_SLOTS][2];  /* receive, send; MPI_REQUEST_NULL where nothing is under way */
	songdo_status early[COMM_SLOTS];     /* what a poll found out, told by exchange_end */
	double *partner;                     /* SUM_PIECE doubles of another rank */
	uint64_t *length;                    /* on rank 0: bytes of each rank, for gather */
};

/* ---- Starting and stopping MPI ----------------------------------------------------------------------- */

/* Comms that are open in this process, and those whose opening failed on this rank perhaps alone. MPI itself is one for
 * the whole process, and so is this. */
static atomic_int open_comms;

static void stop_mpi(void)
{
	int stopped = 1;
	if (atomic_load(&open_comms) == 0 && MPI_Finalized(&stopped) == MPI_SUCCESS && !stopped)
		MPI_Finalize();
}

/* Start MPI if nobody has; it must not have been stopped. */
static songdo_status start_mpi(songdo_error *error)
{
	int started = 0, stopped = 0, level;
	MPI_Initialized(&started);
	MPI_Finalized(&stopped);
	if (stopped)
		return error_set(error, SONGDO_NO_FIT, "MPI has already been finalised in this process");
	if (started)
		return SONGDO_OK;
	if (MPI_Init_thread(NULL, NULL, MPI_THREAD_FUNNELED, &level) != MPI_SUCCESS)
		return error_set(error, SONGDO_LOST, "MPI does not start");
	atexit(stop_mpi);
	return SONGDO_OK;
}

/* ---- Errors -------------------------------------------------------------------------------------------- */

/* Classes that say that we called MPI wrongly; everything else is the world's fault. */
static bool is_our_fault(int class)
{
	static const int ours[] = {
		MPI_ERR_BUFFER, MPI_ERR_COUNT, MPI_ERR_TYPE, MPI_ERR_TAG, MPI_ERR_COMM, MPI_ERR_RANK, MPI_ERR_REQUEST,
		MPI_ERR_ROOT, MPI_ERR_GROUP, MPI_ERR_OP, MPI_ERR_ARG, MPI_ERR_TRUNCATE,
	};
	for (size_t i = 0; i < ARRAY_LENGTH(ours); i++)
		if (class == ours[i])
			return true;
	return false;
}

/* The status of an MPI call, with MPI's words kept in the comm. */
static songdo_status judge(struct comm_mpi *mpi, const char *call, int code)
{
	if (code == MPI_SUCCESS)
		return SONGDO_OK;
	int class = MPI_ERR_OTHER, length = 0;
	char words[MPI_MAX_ERROR_STRING + 1];
	MPI_Error_class(code, &class);
	if (MPI_Error_string(code, words, &length) != MPI_SUCCESS)
		length = 0;
	words[length] = '\0';
	snprintf(mpi->head.trouble, sizeof mpi->head.trouble, "rank %d: %s: %.256s", mpi->head.rank, call, words);
	return is_our_fault(class) ? SONGDO_INTERNAL : SONGDO_LOST;
}

static songdo_status worse(songdo_status a, songdo_status b) { return a > b ? a : b; }

/* ---- Exchanges ------------------------------------------------------------------------------------------ */

static songdo_status mpi_exchange_begin(struct comm *comm, int slot, int peer, const void *send, void *receive,
                                        uint64_t bytes)
{
	struct comm_mpi *mpi = (struct comm_mpi *)comm;
	MPI_Request *request = mpi->request[slot];
	assert(request[0] == MPI_REQUEST_NULL && request[1] == MPI_REQUEST_NULL && mpi->early[slot] == SONGDO_OK);
	if (bytes == 0)
		return SONGDO_OK;
	if (peer == comm->rank) {
		memmove(receive, send, bytes);
		return SONGDO_OK;
	}
	if (bytes > COMM_MESSAGE_BYTES)
		return judge(mpi, "exchange of a piece that is too large", MPI_ERR_COUNT);
	const songdo_status status =
	        judge(mpi, "MPI_Irecv",
	              MPI_Irecv(receive, (int)bytes, MPI_BYTE, peer, TAG_EXCHANGE + slot, mpi->all, &request[0]));
	if (status != SONGDO_OK)
		return status;
	return judge(mpi, "MPI_Isend",
	             MPI_Isend(send, (int)bytes, MPI_BYTE, peer, TAG_EXCHANGE + slot, mpi->all, &request[1]));
}

static songdo_status mpi_exchange_end(struct comm *comm, int slot)
{
	struct comm_mpi *mpi = (struct comm_mpi *)comm;
	const songdo_status early = mpi->early[slot];
	mpi->early[slot] = SONGDO_OK;
	songdo_status status = SONGDO_OK;
	for (int i = 0; i < 2; i++)
		if (mpi->request[slot][i] != MPI_REQUEST_NULL)
			status = worse(status,
			               judge(mpi, "MPI_Wait", MPI_Wait(&mpi->request[slot][i], MPI_STATUS_IGNORE)));
	return worse(early, status);
}

static void mpi_poll(struct comm *comm)
{
	struct comm_mpi *mpi = (struct comm_mpi *)comm;
	for (int slot = 0; slot < COMM_SLOTS; slot++)
		for (int i = 0; i < 2; i++) {
			int done;
			if (mpi->request[slot][i] == MPI_REQUEST_NULL)
				continue;
			const int code = MPI_Test(&mpi->request[slot][i], &done, MPI_STATUS_IGNORE);
			mpi->early[slot] = worse(mpi->early[slot], judge(mpi, "MPI_Test", code));
		}
}

/* ---- Collectives ---------------------------------------------------------------------------------------- */

static songdo_status mpi_broadcast(struct comm *comm, void *data, uint64_t bytes, int root)
{
	struct comm_mpi *mpi = (struct comm_mpi *)comm;
	songdo_status status = SONGDO_OK;
	for (uint64_t at = 0; at < bytes && status == SONGDO_OK; at += COMM_MESSAGE_BYTES) {
		const int piece = (int)min_u64(bytes - at, COMM_MESSAGE_BYTES);
		status = judge(mpi, "MPI_Bcast", MPI_Bcast((char *)data + at, piece, MPI_BYTE, root, mpi->all));
	}
	return status;
}

/* Add up the tree into rank 0: at step s, rank r with bit s set gives its sum to r - s and is done. The tree splits the
 * ranks at powers of two, whatever their number, and a result is the same bits on every rank because it is copied. */
static songdo_status sum_piece(struct comm_mpi *mpi, double *values, int count)
{
	const int rank = mpi->head.rank, size = mpi->head.size;
	songdo_status status = SONGDO_OK;
	for (int step = 1; step < size && status == SONGDO_OK; step *= 2) {
		if (rank & step) {
			status = judge(mpi, "MPI_Send",
			               MPI_Send(values, count, MPI_DOUBLE, rank - step, TAG_SUM, mpi->all));
			break;
		}
		if (rank + step >= size)
			continue;
		status = judge(
		        mpi, "MPI_Recv",
		        MPI_Recv(mpi->partner, count, MPI_DOUBLE, rank + step, TAG_SUM, mpi->all, MPI_STATUS_IGNORE));
		for (int i = 0; i < count; i++)
			values[i] += mpi->partner[i];
	}
	if (status != SONGDO_OK)
		return status;
	return judge(mpi, "MPI_Bcast", MPI_Bcast(values, count, MPI_DOUBLE, 0, mpi->all));
}

static songdo_status mpi_sum(struct comm *comm, double *values, uint64_t count)
{
	struct comm_mpi *mpi = (struct comm_mpi *)comm;
	songdo_status status = SONGDO_OK;
	for (uint64_t at = 0; at < count && status == SONGDO_OK; at += SUM_PIECE)
		status = sum_piece(mpi, values + at, (int)min_u64(count - at, SUM_PIECE));
	return status;
}

static songdo_status mpi_max(struct comm *comm, uint64_t *values, uint64_t count)
{
	struct comm_mpi *mpi = (struct comm_mpi *)comm;
	songdo_status status = SONGDO_OK;
	for (uint64_t at = 0; at < count && status == SONGDO_OK; at += MAX_PIECE) {
		const int piece = (int)min_u64(count - at, MAX_PIECE);
		status = judge(mpi, "MPI_Allreduce",
		               MPI_Allreduce(MPI_IN_PLACE, values + at, piece, MPI_UINT64_T, MPI_MAX, mpi->all));
	}
	return status;
}

/* Ranks send in pieces; rank 0 takes them in rank order. Lengths travel first. */
static songdo_status mpi_gather(struct comm *comm, void *out, const void *data, uint64_t bytes)
{
	struct comm_mpi *mpi = (struct comm_mpi *)comm;
	songdo_status status = judge(mpi, "MPI_Gather",
	                             MPI_Gather(&bytes, 1, MPI_UINT64_T, mpi->length, 1, MPI_UINT64_T, 0, mpi->all));
	if (comm->rank != 0) {
		for (uint64_t at = 0; at < bytes && status == SONGDO_OK; at += COMM_MESSAGE_BYTES) {
			const int piece = (int)min_u64(bytes - at, COMM_MESSAGE_BYTES);
			status = judge(mpi, "MPI_Send",
			               MPI_Send((const char *)data + at, piece, MPI_BYTE, 0, TAG_GATHER, mpi->all));
		}
		return status;
	}
	if (status != SONGDO_OK)
		return status;
	char *to = out;
	if (bytes > 0)
		memmove(to, data, bytes);
	to += bytes;
	for (int rank = 1; rank < comm->size; rank++)
		for (uint64_t left = mpi->length[rank]; left > 0 && status == SONGDO_OK;) {
			const int piece = (int)min_u64(left, COMM_MESSAGE_BYTES);
			status = judge(mpi, "MPI_Recv",
			               MPI_Recv(to, piece, MPI_BYTE, rank, TAG_GATHER, mpi->all, MPI_STATUS_IGNORE));
			to += piece;
			left -= (uint64_t)piece;
		}
	return status;
}

static songdo_status mpi_agree(struct comm *comm, songdo_status status)
{
	struct comm_mpi *mpi = (struct comm_mpi *)comm;
	int worst = status;
	const songdo_status talk =
	        judge(mpi, "MPI_Allreduce", MPI_Allreduce(MPI_IN_PLACE, &worst, 1, MPI_INT, MPI_MAX, mpi->all));
	return talk != SONGDO_OK ? talk : (songdo_status)worst;
}

static void mpi_barrier(struct comm *comm)
{
	struct comm_mpi *mpi = (struct comm_mpi *)comm;
	judge(mpi, "MPI_Barrier", MPI_Barrier(mpi->all));
}

/* ---- Opening and closing -------------------------------------------------------------------------------- */

static void free_mpi(struct comm_mpi *mpi)
{
	free(mpi->partner);
	free(mpi->length);
	free(mpi);
}

static void mpi_close(struct comm *comm)
{
	struct comm_mpi *mpi = (struct comm_mpi *)comm;
	int stopped = 0;
	MPI_Finalized(&stopped);
	if (!stopped)
		MPI_Comm_free(&mpi->all);
	free_mpi(mpi);
	atomic_fetch_sub(&open_comms, 1);
}

static const struct comm_calls mpi_calls = {
	.close = mpi_close,
	.exchange_begin = mpi_exchange_begin,
	.exchange_end = mpi_exchange_end,
	.poll = mpi_poll,
	.sum = mpi_sum,
	.max = mpi_max,
	.broadcast = mpi_broadcast,
	.gather = mpi_gather,
	.agree = mpi_agree,
	.barrier = mpi_barrier,
};

/* The ranks that share this one's memory. */
static songdo_status read_node(struct comm_mpi *mpi)
{
	MPI_Comm node = MPI_COMM_NULL;
	const songdo_status status =
	        judge(mpi, "MPI_Comm_split_type",
	              MPI_Comm_split_type(mpi->all, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &node));
	if (status != SONGDO_OK)
		return status;
	MPI_Comm_size(node, &mpi->head.node_size);
	MPI_Comm_rank(node, &mpi->head.node_rank);
	MPI_Comm_free(&node);
	return SONGDO_OK;
}

/* "Open MPI v4.1.4, package: ..." up to the first comma or line end. */
static void read_library(struct comm *comm)
{
	char version[MPI_MAX_LIBRARY_VERSION_STRING + 1] = "";
	int length = 0;
	MPI_Get_library_version(version, &length);
	version[strcspn(version, ",\n")] = '\0';
	snprintf(comm->library, sizeof comm->library, "%.*s", (int)sizeof comm->library - 1, version);
}

songdo_status comm_mpi_open(struct comm **comm, const void *handle, const struct launch *launch, songdo_error *error)
{
	*comm = NULL;
	songdo_status status = start_mpi(error);
	if (status != SONGDO_OK)
		return status;
	atomic_fetch_add(&open_comms, 1);
	struct comm_mpi *mpi = calloc(1, sizeof *mpi);
	if (!mpi)
		return error_set(error, SONGDO_NO_FIT, "no memory for the ranks' table");
	mpi->head.calls = &mpi_calls;
	mpi->all = MPI_COMM_NULL;
	for (int slot = 0; slot < COMM_SLOTS; slot++)
		mpi->request[slot][0] = mpi->request[slot][1] = MPI_REQUEST_NULL;

	const MPI_Comm given = handle ? *(const MPI_Comm *)handle : MPI_COMM_WORLD;
	status = judge(mpi, "MPI_Comm_dup", MPI_Comm_dup(given, &mpi->all));
	if (status != SONGDO_OK) {
		error_set(error, status, "%s", mpi->head.trouble);
		free_mpi(mpi);
		return status;
	}
	MPI_Comm_set_errhandler(mpi->all, MPI_ERRORS_RETURN);
	MPI_Comm_rank(mpi->all, &mpi->head.rank);
	MPI_Comm_size(mpi->all, &mpi->head.size);
	if (!handle && launch->size > 1 && mpi->head.size == 1) {
		mpi_close(&mpi->head);
		error_set(error, SONGDO_NO_FIT, "the launcher started %d processes, but MPI sees only this one",
		          launch->size);
		error_hint(error, "use the launcher of the MPI that Songdo was built with: mpirun, or srun --mpi=pmix");
		return SONGDO_NO_FIT;
	}
	read_library(&mpi->head);
	mpi->partner = malloc(SUM_PIECE * sizeof *mpi->partner);
	mpi->length = calloc((size_t)mpi->head.size, sizeof *mpi->length);
	if (!mpi->partner || !mpi->length) {
		status = SONGDO_NO_FIT;
		snprintf(mpi->head.trouble, sizeof mpi->head.trouble, "rank %d: no memory for the ranks' table",
		         mpi->head.rank);
	}
	status = worse(status, read_node(mpi));
	status = mpi_agree(&mpi->head, status);
	if (status != SONGDO_OK) {
		error_set(error, status, "%s", mpi->head.trouble[0] ? mpi->head.trouble : "another rank could not begin");
		mpi_close(&mpi->head);
		return status;
	}
	*comm = &mpi->head;
	return SONGDO_OK;
}
