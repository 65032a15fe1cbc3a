/* test_comm.c - every call of comm.h, on any number of ranks.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "check.h"

/* Bytes that rank sends in a slot: every position, rank and slot its own. */
static unsigned char pattern(int rank, int slot, uint64_t i)
{
	return (unsigned char)(i * 2654435761u >> 13 ^ (uint64_t)rank * 37 ^ (uint64_t)slot * 101);
}

/* Partner in round `flip`: the rank that differs in those bits, or oneself where there is none. */
static int partner(const struct comm *comm, int flip)
{
	const int peer = comm_rank(comm) ^ flip;
	return peer < comm_size(comm) ? peer : comm_rank(comm);
}

static void check_exchange(struct check *check, uint64_t bytes)
{
	struct comm *comm = check->comm;
	unsigned char *send[COMM_SLOTS], *receive[COMM_SLOTS];
	for (int slot = 0; slot < COMM_SLOTS; slot++) {
		send[slot] = malloc(bytes + 1);
		receive[slot] = malloc(bytes + 1);
		for (uint64_t i = 0; i < bytes; i++)
			send[slot][i] = pattern(comm_rank(comm), slot, i);
		memset(receive[slot], 0xA5, bytes + 1);
		CHECK(check, comm_exchange_begin(comm, slot, partner(comm, slot + 1), send[slot], receive[slot],
		                                 bytes) == SONGDO_OK);
	}
	for (int i = 0; i < 100; i++)
		comm_poll(comm);
	for (int slot = COMM_SLOTS - 1; slot >= 0; slot--) {
		CHECK(check, comm_exchange_end(comm, slot) == SONGDO_OK);
		uint64_t wrong = 0;
		for (uint64_t i = 0; i < bytes; i++)
			wrong += receive[slot][i] != pattern(partner(comm, slot + 1), slot, i);
		CHECK(check, wrong == 0, "slot %d: %llu of %llu bytes", slot, (unsigned long long)wrong,
		      (unsigned long long)bytes);
		CHECK(check, receive[slot][bytes] == 0xA5, "slot %d: written behind the end", slot);
		free(send[slot]);
		free(receive[slot]);
	}
}

/* A double of a magnitude that makes the order of additions visible. */
static double draw(int rank, uint64_t i)
{
	return ldexp(random_uniform(7, (uint64_t)rank, i) - 0.5, (int)(40 * random_uniform(8, (uint64_t)rank, i)));
}

/* The tree of comm_sum, written another way: halves at the largest power of two below the length. */
static double tree_sum(int begin, int end, uint64_t i)
{
	if (end - begin == 1)
		return draw(begin, i);
	int half = 1;
	while (half * 2 < end - begin)
		half *= 2;
	return tree_sum(begin, begin + half, i) + tree_sum(begin + half, end, i);
}

static void check_sum(struct check *check, uint64_t count)
{
	struct comm *comm = check->comm;
	double *values = malloc(count * sizeof *values);
	for (uint64_t i = 0; i < count; i++)
		values[i] = draw(comm_rank(comm), i);
	CHECK(check, comm_sum(comm, values, count) == SONGDO_OK);
	uint64_t wrong = 0;
	for (uint64_t i = 0; i < count; i++) {
		const double expected = tree_sum(0, comm_size(comm), i);
		wrong += memcmp(&values[i], &expected, sizeof expected) != 0;
	}
	CHECK(check, wrong == 0, "%llu of %llu", (unsigned long long)wrong, (unsigned long long)count);
	free(values);
}

/* Rank r gathers unit * (r + 1) bytes; odd ranks none where `holes`. */
static void check_gather(struct check *check, uint64_t unit, bool holes)
{
	struct comm *comm = check->comm;
	const int rank = comm_rank(comm), size = comm_size(comm);
	const uint64_t bytes = holes && rank % 2 ? 0 : unit * (uint64_t)(rank + 1);
	unsigned char *data = malloc(bytes + 1),
	              *out = rank == 0 ? malloc(unit * (uint64_t)(size * (size + 1) / 2) + 1) : NULL;
	for (uint64_t i = 0; i < bytes; i++)
		data[i] = pattern(rank, 0, i);
	CHECK(check, comm_gather(comm, out, data, bytes) == SONGDO_OK);
	if (rank == 0) {
		uint64_t at = 0, wrong = 0;
		for (int r = 0; r < size; r++)
			for (uint64_t i = 0; i < (holes && r % 2 ? 0 : unit * (uint64_t)(r + 1)); i++)
				wrong += out[at++] != pattern(r, 0, i);
		CHECK(check, wrong == 0, "%llu of %llu bytes", (unsigned long long)wrong, (unsigned long long)at);
	}
	free(data);
	free(out);
}

/* The ranks must be as many as the launcher says: argv[1] where given. */
static void check_size(struct check *check, int argc, char **argv)
{
	const int expected = argc > 1 ? atoi(argv[1]) : 1;
	CHECK(check, comm_size(check->comm) == expected, "%d, not %d", comm_size(check->comm), expected);
	CHECK(check, comm_rank(check->comm) >= 0 && comm_rank(check->comm) < expected);
	CHECK(check, comm_library(check->comm)[0] != '\0');
	CHECK(check, comm_trouble(check->comm)[0] == '\0', "%s", comm_trouble(check->comm));
	if (comm_rank(check->comm) == 0)
		fprintf(stderr, "# through %s\n", comm_library(check->comm));
}

int main(int argc, char **argv)
{
	struct check check;
	check_begin(&check);
	struct comm *comm = check.comm;
	const int rank = comm_rank(comm), size = comm_size(comm);

	check_case(&check, "there are as many ranks as were started");
	check_size(&check, argc, argv);

	check_case(&check, "every rank of this machine is on one node");
	CHECK(&check, comm_node_size(comm) == size, "%d", comm_node_size(comm));
	CHECK(&check, comm_node_rank(comm) == rank, "%d", comm_node_rank(comm));

	check_case(&check, "exchanges in all slots at once bring what the partner sent");
	check_exchange(&check, 0);
	check_exchange(&check, 1);
	check_exchange(&check, 4096);
	check_exchange(&check, 3000001);

	check_case(&check, "an exchange of the largest message is whole");
	{
		unsigned char *send = malloc(COMM_MESSAGE_BYTES), *receive = malloc(COMM_MESSAGE_BYTES);
		memset(send, rank + 1, COMM_MESSAGE_BYTES);
		memset(receive, 0, COMM_MESSAGE_BYTES);
		CHECK(&check,
		      comm_exchange_begin(comm, 0, partner(comm, 1), send, receive, COMM_MESSAGE_BYTES) == SONGDO_OK);
		CHECK(&check, comm_exchange_end(comm, 0) == SONGDO_OK);
		CHECK(&check,
		      receive[0] == partner(comm, 1) + 1 && receive[COMM_MESSAGE_BYTES - 1] == partner(comm, 1) + 1);
		CHECK(&check, memcmp(receive, receive + 1, COMM_MESSAGE_BYTES - 1) == 0);
		free(send);
		free(receive);
	}

	check_case(&check, "ending a slot in which nothing is under way does nothing");
	CHECK(&check, comm_exchange_end(comm, 2) == SONGDO_OK);

	check_case(&check, "a sum is the fixed tree over the ranks, the same bits on every rank");
	check_sum(&check, 1);
	check_sum(&check, 1000);
	check_sum(&check, 200003);

	check_case(&check, "the largest value reaches every rank");
	{
		uint64_t values[3] = { (uint64_t)rank, UINT64_MAX - (uint64_t)rank, 5 };
		CHECK(&check, comm_max(comm, values, 3) == SONGDO_OK);
		CHECK(&check, values[0] == (uint64_t)size - 1 && values[1] == UINT64_MAX && values[2] == 5);
	}

	check_case(&check, "a broadcast from any root reaches every rank, also above one message");
	for (int root = 0; root < size; root++) {
		unsigned char data[1000];
		for (uint64_t i = 0; i < sizeof data; i++)
			data[i] = rank == root ? pattern(root, 1, i) : 0;
		CHECK(&check, comm_broadcast(comm, data, sizeof data, root) == SONGDO_OK);
		uint64_t wrong = 0;
		for (uint64_t i = 0; i < sizeof data; i++)
			wrong += data[i] != pattern(root, 1, i);
		CHECK(&check, wrong == 0, "root %d", root);
	}
	{
		const uint64_t bytes = (uint64_t)COMM_MESSAGE_BYTES + 17;
		unsigned char *data = malloc(bytes);
		memset(data, rank == 0 ? 9 : 0, bytes);
		CHECK(&check, comm_broadcast(comm, data, bytes, 0) == SONGDO_OK);
		CHECK(&check, data[0] == 9 && data[bytes - 1] == 9 && memcmp(data, data + 1, bytes - 1) == 0);
		free(data);
	}

	check_case(&check, "a gather puts parts of different lengths one after another");
	check_gather(&check, 0, false);
	check_gather(&check, 1, false);
	check_gather(&check, 1001, false);
	check_gather(&check, 100000, true);

	check_case(&check, "the worst status of any rank becomes everyone's");
	CHECK(&check, comm_agree(comm, SONGDO_OK) == SONGDO_OK);
	CHECK(&check, comm_agree(comm, rank == size - 1 ? SONGDO_NO_FIT : SONGDO_OK) == SONGDO_NO_FIT);
	CHECK(&check, comm_agree(comm, rank == 0 ? SONGDO_INTERRUPTED : SONGDO_BAD_PROGRAM) == SONGDO_INTERRUPTED);

	check_case(&check, "a second comm beside the first does not disturb it, and a closed one can be opened again");
	for (int i = 0; i < 2; i++) {
		struct comm *other = NULL;
		songdo_error error;
		CHECK(&check, comm_open(&other, NULL, &error) == SONGDO_OK);
		double one = 1, two = 2;
		const int peer = partner(comm, 1);
		double from_one = 0, from_two = 0;
		/* Begun in different orders on the two comms: only separate communicators keep them apart. */
		CHECK(&check, comm_exchange_begin(rank % 2 ? other : comm, 0, peer, rank % 2 ? &two : &one,
		                                  rank % 2 ? &from_two : &from_one, sizeof one) == SONGDO_OK);
		CHECK(&check, comm_exchange_begin(rank % 2 ? comm : other, 0, peer, rank % 2 ? &one : &two,
		                                  rank % 2 ? &from_one : &from_two, sizeof one) == SONGDO_OK);
		CHECK(&check, comm_exchange_end(comm, 0) == SONGDO_OK && comm_exchange_end(other, 0) == SONGDO_OK);
		CHECK(&check, from_one == 1 && from_two == 2, "%g %g", from_one, from_two);
		comm_barrier(other);
		comm_close(other);
	}
	return check_end(&check);
}
