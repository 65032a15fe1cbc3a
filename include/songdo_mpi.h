/* songdo_mpi.h - open an env on a communicator of your own. Header only; include it where you include mpi.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef SONGDO_MPI_H
#define SONGDO_MPI_H

#include <mpi.h>
#include <stddef.h>
#include <string.h>

#include "songdo.h"

/* Open an env on the ranks of a communicator, which is duplicated: it may be freed afterwards. MPI must be initialised.
 * Collective over the communicator. options may be NULL; its own communicator is ignored. */
static inline songdo_status songdo_env_open_mpi(songdo_env **env, MPI_Comm communicator,
                                                const songdo_env_options *options, songdo_error *error)
{
	songdo_env_options with;
	memset(&with, 0, sizeof(with));
	if (options)
		with = *options;
	with.communicator = &communicator;
	return songdo_env_open(env, &with, error);
}

#endif
