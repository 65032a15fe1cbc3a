/* comm_no_mpi.c - what stands in for comm_mpi.c in a build without MPI: it takes one rank and refuses several.
 *
 * Several processes that each believed to be alone would each print the whole answer.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"
#include "comm/calls.h"

songdo_status comm_mpi_open(struct comm **comm, const void *handle, const struct launch *launch, songdo_error *error)
{
	if (!handle && launch->size <= 1 && launch->rank == 0)
		return comm_serial_open(comm, error);
	*comm = NULL;
	if (handle)
		error_set(error, SONGDO_NO_FIT, "this build of Songdo has no MPI and cannot use a communicator");
	else if (launch->size > 1)
		error_set(error, SONGDO_NO_FIT, "this build of Songdo has no MPI and was started as %d ranks",
		          launch->size);
	else
		error_set(error, SONGDO_NO_FIT, "this build of Songdo has no MPI and was started as several ranks");
	error_hint(error, "start it without a launcher, or build with -Dmpi=enabled");
	return SONGDO_NO_FIT;
}
