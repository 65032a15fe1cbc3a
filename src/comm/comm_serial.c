/* comm_serial.c - one process by itself: what is said to all is said to nobody else.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "comm/calls.h"

static void serial_close(struct comm *comm) { free(comm); }

/* The only peer is oneself. */
static songdo_status serial_exchange_begin(struct comm *comm, int slot, int peer, const void *send, void *receive,
                                           uint64_t bytes)
{
	(void)comm, (void)slot, (void)peer;
	if (bytes > 0)
		memmove(receive, send, bytes);
	return SONGDO_OK;
}

static songdo_status serial_exchange_end(struct comm *comm, int slot)
{
	(void)comm, (void)slot;
	return SONGDO_OK;
}

static void serial_poll(struct comm *comm) { (void)comm; }

static songdo_status serial_sum(struct comm *comm, double *values, uint64_t count)
{
	(void)comm, (void)values, (void)count;
	return SONGDO_OK;
}

static songdo_status serial_max(struct comm *comm, uint64_t *values, uint64_t count)
{
	(void)comm, (void)values, (void)count;
	return SONGDO_OK;
}

static songdo_status serial_broadcast(struct comm *comm, void *data, uint64_t bytes, int root)
{
	(void)comm, (void)data, (void)bytes, (void)root;
	return SONGDO_OK;
}

static songdo_status serial_gather(struct comm *comm, void *out, const void *data, uint64_t bytes)
{
	(void)comm;
	if (bytes > 0)
		memmove(out, data, bytes);
	return SONGDO_OK;
}

static songdo_status serial_agree(struct comm *comm, songdo_status status)
{
	(void)comm;
	return status;
}

static void serial_barrier(struct comm *comm) { (void)comm; }

static const struct comm_calls serial_calls = {
	.close = serial_close,
	.exchange_begin = serial_exchange_begin,
	.exchange_end = serial_exchange_end,
	.poll = serial_poll,
	.sum = serial_sum,
	.max = serial_max,
	.broadcast = serial_broadcast,
	.gather = serial_gather,
	.agree = serial_agree,
	.barrier = serial_barrier,
};

songdo_status comm_serial_open(struct comm **comm, songdo_error *error)
{
	*comm = malloc(sizeof **comm);
	if (!*comm)
		return error_set(error, SONGDO_NO_FIT, "no memory for the ranks' table");
	**comm = (struct comm){ .calls = &serial_calls, .size = 1, .node_size = 1, .library = "serial" };
	return SONGDO_OK;
}
