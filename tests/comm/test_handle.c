/* test_handle.c - ranks of a program that runs MPI itself: half of them, by the address of its communicator.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <mpi.h>

#include "check.h"

/* A message of ours must not meet one of the program's with the same tag. */
static void check_tags(struct check *check, struct comm *comm, MPI_Comm half)
{
	const int rank = comm_rank(comm), size = comm_size(comm), peer = rank ^ 1;
	if (peer >= size)
		return;
	double mine = 1, theirs = 2, our_answer = 0, their_answer = 0;
	MPI_Request request;
	MPI_Irecv(&their_answer, 1, MPI_DOUBLE, peer, 0, half, &request);
	CHECK(check, comm_exchange_begin(comm, 0, peer, &mine, &our_answer, sizeof mine) == SONGDO_OK);
	MPI_Send(&theirs, 1, MPI_DOUBLE, peer, 0, half);
	MPI_Wait(&request, MPI_STATUS_IGNORE);
	CHECK(check, comm_exchange_end(comm, 0) == SONGDO_OK);
	CHECK(check, our_answer == 1 && their_answer == 2, "%g %g", our_answer, their_answer);
}

int main(int argc, char **argv)
{
	MPI_Init(&argc, &argv);
	int rank, size, started = 0, finalized = 1;
	MPI_Comm_rank(MPI_COMM_WORLD, &rank);
	MPI_Comm_size(MPI_COMM_WORLD, &size);
	struct check check;
	check_begin(&check);

	check_case(&check, "a comm on half of the ranks counts those only");
	MPI_Comm half;
	MPI_Comm_split(MPI_COMM_WORLD, rank % 2, rank, &half);
	struct comm *comm = NULL;
	songdo_error error;
	const songdo_status status = comm_open(&comm, &half, &error);
	CHECK(&check, status == SONGDO_OK, "%s", error.message);
	CHECK(&check, comm_size(comm) == (size + 1 - rank % 2) / 2 && comm_rank(comm) == rank / 2);
	double sum = rank;
	CHECK(&check, comm_sum(comm, &sum, 1) == SONGDO_OK);
	double expected = 0;
	for (int r = rank % 2; r < size; r += 2)
		expected += r;
	CHECK(&check, sum == expected, "%g, not %g", sum, expected);

	check_case(&check, "its messages and the program's keep apart");
	check_tags(&check, comm, half);
	CHECK(&check, comm_trouble(comm)[0] == '\0', "%s", comm_trouble(comm));

	check_case(&check, "the communicator may be freed before the comm");
	CHECK(&check, MPI_Comm_free(&half) == MPI_SUCCESS);
	CHECK(&check, comm_agree(comm, SONGDO_OK) == SONGDO_OK);
	comm_close(comm);

	check_case(&check, "what the program started is not stopped");
	MPI_Initialized(&started);
	MPI_Finalized(&finalized);
	CHECK(&check, started && !finalized);

	const int code = check_end(&check);
	MPI_Finalized(&finalized);
	MPI_Finalize();
	return code != 0 || finalized;
}
