/* env.c - where vectors live: ranks, threads, instruction set, memory.
 *
 * Opening an env asks the system for as little as can be: no thread is started, and free memory is looked up when the
 * first large vector is made.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "vector/vector.h"

#include <stdlib.h>
#include <string.h>

#include "base/parallel.h"
#include "base/text.h"

enum {
	ENV_THREADS = 4096,
	SMALL_BYTES = 64 << 20,   /* a node grants this much, divided by its ranks, without being asked what is free */
};

/* ---- Opening -------------------------------------------------------------------------------------- */

/* The names of the instruction sets that work here: "scalar, avx2". */
static void list_isas(char *list, size_t capacity)
{
	size_t length = 0;
	list[0] = '\0';
	for (int isa = 0; isa < KERNEL_ISAS; isa++) {
		const char *name = kernel_name((enum kernel_isa)isa);
		size_t size = strlen(name) + (length ? 2 : 0);
		if (kernel_missing((enum kernel_isa)isa) || length + size >= capacity)
			continue;
		strcpy(list + length, length ? ", " : "");
		strcat(list + length, name);
		length += size;
	}
}

static songdo_status choose_isa(enum kernel_isa *isa, const char *option, songdo_error *error)
{
	const char *name = option ? option : getenv("SONGDO_ISA");
	*isa = KERNEL_SCALAR;
	if (!name || !*name) {
		*isa = kernel_best();
		return SONGDO_OK;
	}
	char list[128];
	enum kernel_isa named = kernel_named(name);
	if (named == KERNEL_ISAS) {
		list_isas(list, sizeof list);
		return error_set(error, SONGDO_BAD_CONFIGURATION, "there is no instruction set \"%.32s\"; here are %s", name,
		                 list);
	}
	if (kernel_missing(named)) {
		list_isas(list, sizeof list);
		return error_set(error, SONGDO_BAD_CONFIGURATION, "%s is of no use here: %.100s; here are %s",
		                 kernel_name(named), kernel_missing(named), list);
	}
	*isa = named;
	return SONGDO_OK;
}

songdo_status songdo_env_open(songdo_env **env, const songdo_env_options *options, songdo_error *error)
{
	static const songdo_env_options defaults;
	songdo_status status = SONGDO_OK;
	*env = NULL;
	if (!options)
		options = &defaults;
	songdo_env *opened = calloc(1, sizeof *opened);
	if (!opened)
		return error_set(error, SONGDO_NO_FIT, "out of memory");
	status = comm_open(&opened->comm, options->communicator, error);
	if (status) {
		free(opened);
		return status;
	}

	cpu_read(&opened->cpu);
	opened->max_memory = options->max_memory;
	opened->memory.limit = options->max_memory ? options->max_memory : UINT64_MAX;
	opened->threads = options->threads;
	if (options->threads < 0 || options->threads > ENV_THREADS)
		status = error_set(error, SONGDO_BAD_USAGE, "%d threads are asked for; 1 to %d are possible",
		                   options->threads, ENV_THREADS);
	else if (options->threads == 0) {
		int share = parallel_available() / comm_node_size(opened->comm);
		opened->threads = share > 1 ? share : 1;
	}
	if (!status)
		status = choose_isa(&opened->isa, options->isa, error);
	status = env_agree(opened, status, error);
	if (status)
		goto done;

	/* Equal kernels everywhere: the least of the ranks' choices. */
	uint64_t distance = KERNEL_ISAS - (uint64_t)opened->isa;
	status = comm_max(opened->comm, &distance, 1);
	if (status) {
		error_set(error, status, "the ranks cannot agree on an instruction set");
		goto done;
	}
	opened->isa = (enum kernel_isa)(KERNEL_ISAS - distance);
	status = env_read_machine(opened, options->machine, error);
done:
	if (status)
		songdo_env_close(opened);
	else
		*env = opened;
	return status;
}

void songdo_env_close(songdo_env *env)
{
	if (!env)
		return;
	comm_close(env->comm);
	free(env);
}

int songdo_env_rank(const songdo_env *env) { return comm_rank(env->comm); }
int songdo_env_ranks(const songdo_env *env) { return comm_size(env->comm); }
int songdo_env_threads(const songdo_env *env) { return env->threads; }
const char *songdo_env_isa(const songdo_env *env) { return kernel_name(env->isa); }

/* ---- Memory --------------------------------------------------------------------------------------- */

/* Ask the system what this rank may hold, and return what of it is left. Pages that are held were touched when
 * they were made, so the system does not count them as free. */
static uint64_t memory_left(songdo_env *env)
{
	uint64_t share = memory_share((uint64_t)comm_node_size(env->comm));
	uint64_t limit = add_saturated(env->memory.held, share);
	env->memory.limit = env->max_memory ? min_u64(limit, env->max_memory) : limit;
	return env->memory.limit > env->memory.held ? env->memory.limit - env->memory.held : 0;
}

songdo_status env_memory_left(songdo_env *env, uint64_t *bytes)
{
	uint64_t missing = UINT64_MAX - memory_left(env);
	songdo_status status = comm_max(env->comm, &missing, 1);
	*bytes = UINT64_MAX - missing;
	return status;
}

songdo_status env_memory_check(songdo_env *env, uint64_t bytes, uint64_t *left)
{
	*left = UINT64_MAX;
	uint64_t small = SMALL_BYTES / (uint64_t)comm_node_size(env->comm);
	bool fits = memory_fits(&env->memory, bytes);
	if (fits && add_saturated(env->memory.held, bytes) > small)
		fits = bytes <= memory_left(env);
	songdo_status status = comm_agree(env->comm, fits ? SONGDO_OK : SONGDO_NO_FIT);
	if (status != SONGDO_NO_FIT)
		return status;
	status = env_memory_left(env, left);
	return status ? status : SONGDO_NO_FIT;
}

/* ---- Agreement ------------------------------------------------------------------------------------ */

songdo_status env_agree(songdo_env *env, songdo_status status, songdo_error *error)
{
	songdo_status worst = comm_agree(env->comm, status);
	int rank = comm_rank(env->comm), ranks = comm_size(env->comm);
	if (worst == SONGDO_OK || ranks == 1)
		return worst;

	/* Who tells: the first rank that has the worst status. Where nobody has it the ranks themselves have failed. */
	uint64_t behind = status == worst ? (uint64_t)(ranks - rank) : 0;
	if (comm_max(env->comm, &behind, 1) || behind == 0)
		return worst;
	songdo_error told = {0};
	int teller = ranks - (int)behind;
	if (rank == teller && error)
		told = *error;
	if (comm_broadcast(env->comm, &told, sizeof told, teller) == SONGDO_OK && error && told.code == worst)
		*error = told;
	return worst;
}
