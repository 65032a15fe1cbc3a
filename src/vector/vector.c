/* vector.c - making, growing, copying and freeing vectors; single amplitudes.
 *
 * A vector reserves address space once and takes memory of it as it grows. Every page is touched first by the
 * thread that works on it later, so that it lies in that thread's memory on machines where this matters.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "vector/vector.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/parallel.h"
#include "base/text.h"

enum {
	SERIAL_AMPLITUDES = 1 << 14,   /* 256 KiB in double: a core's own cache */
	ZERO_BYTES = 4096,             /* the unit in which pages are zeroed */
};

int vector_threads(const struct vector *vector)
{
	return vector->local < SERIAL_AMPLITUDES ? 1 : vector->env->threads;
}

/* ---- Zeros ---------------------------------------------------------------------------------------- */

struct zeros {
	unsigned char *first;
	uint64_t bytes;
};

static void zero_units(void *context, uint64_t begin, uint64_t end)
{
	const struct zeros *zeros = context;
	uint64_t last = min_u64(end * ZERO_BYTES, zeros->bytes);
	memset(zeros->first + begin * ZERO_BYTES, 0, last - begin * ZERO_BYTES);
}

/* Zero the bytes [begin, end) of the amplitudes, split like all later work on them. */
static void zero_bytes(struct vector *vector, uint64_t begin, uint64_t end)
{
	struct zeros zeros = {(unsigned char *)vector->amplitudes + begin, end - begin};
	parallel_for(vector_threads(vector), (zeros.bytes + ZERO_BYTES - 1) / ZERO_BYTES, zero_units, &zeros);
}

void vector_zero(struct vector *vector) { zero_bytes(vector, 0, vector->local * vector->kernel->amplitude_bytes); }

/* ---- Making --------------------------------------------------------------------------------------- */

static uint64_t amplitude_bytes(songdo_precision precision) { return precision == SONGDO_SINGLE ? 8 : 16; }

/* Say that `local` amplitudes a rank do not fit beside what is held. */
static songdo_status refuse(uint64_t local, uint64_t bytes, uint64_t left, songdo_precision precision,
                            songdo_error *error)
{
	char need[16], free_text[16];
	memory_text(need, bytes);
	memory_text(free_text, left);
	return error_set(error, SONGDO_NO_FIT,
	                 "%" PRIu64 " amplitudes a rank in %s need %s; %s are free here; %" PRIu64 " amplitudes fit", local,
	                 precision == SONGDO_SINGLE ? "single" : "double", need, free_text,
	                 left / amplitude_bytes(precision));
}

songdo_status vector_new(struct vector **vector, songdo_env *env, songdo_precision precision, uint64_t local,
                         uint64_t capacity, songdo_error *error)
{
	*vector = NULL;
	assert(local > 0 && capacity >= local);
	uint64_t bytes = mul_saturated(local, amplitude_bytes(precision)), left;
	uint64_t capacity_bytes = mul_saturated(capacity, amplitude_bytes(precision));
	songdo_status status = env_memory_check(env, bytes, &left);
	if (status == SONGDO_NO_FIT)
		return refuse(local, bytes, left, precision, error);
	if (status)
		return error_set(error, status, "the ranks cannot agree on memory");

	struct vector *made = calloc(1, sizeof *made);
	if (made) {
		made->env = env;
		if (!env->kernel[precision])
			env->kernel[precision] = kernel_find(env->isa, precision);
		made->kernel = env->kernel[precision];
		made->local = local;
		made->capacity_bytes = capacity_bytes;
		made->amplitudes = capacity_bytes <= INT64_MAX ? memory_pages_reserve(capacity_bytes) : NULL;
	}
	if (made && !made->kernel)
		status = error_set(error, SONGDO_NO_FIT, "there are no %s kernels in this build", kernel_name(env->isa));
	else if (made && made->amplitudes && memory_pages_commit(&env->memory, made->amplitudes, 0, bytes)) {
		made->held_bytes = bytes;
		vector_zero(made);
	} else {
		char need[16];
		status = error_set(error, SONGDO_NO_FIT, "the system refuses %s for %" PRIu64 " amplitudes",
		                   memory_text(need, max_u64(bytes, capacity_bytes)), capacity);
	}
	status = env_agree(env, status, error);
	if (status)
		vector_free(made);
	else
		*vector = made;
	return status;
}

songdo_status vector_grow(struct vector *vector, uint64_t local, songdo_error *error)
{
	songdo_env *env = vector->env;
	songdo_precision precision = vector->kernel->precision;
	uint64_t bytes = mul_saturated(local, amplitude_bytes(precision)), left;
	assert(local >= vector->local && bytes <= vector->capacity_bytes);
	songdo_status status = env_memory_check(env, bytes - vector->held_bytes, &left);
	if (status == SONGDO_NO_FIT)
		return refuse(local, bytes, add_saturated(left, vector->held_bytes), precision, error);
	if (status)
		return error_set(error, status, "the ranks cannot agree on memory");

	uint64_t before = vector->held_bytes;
	if (memory_pages_commit(&env->memory, vector->amplitudes, before, bytes)) {
		vector->local = local;
		vector->held_bytes = bytes;
		zero_bytes(vector, before, bytes);
	} else {
		char need[16];
		status = error_set(error, SONGDO_NO_FIT, "the system refuses %s for %" PRIu64 " amplitudes",
		                   memory_text(need, bytes), local);
	}
	return env_agree(env, status, error);
}

struct duplicate {
	unsigned char *to;
	const unsigned char *from;
	uint64_t unit;
};

static void copy_units(void *context, uint64_t begin, uint64_t end)
{
	const struct duplicate *copy = context;
	memcpy(copy->to + begin * copy->unit, copy->from + begin * copy->unit, (end - begin) * copy->unit);
}

songdo_status vector_copy(struct vector **copy, const struct vector *vector, songdo_error *error)
{
	uint64_t unit = vector->kernel->amplitude_bytes;
	songdo_status status = vector_new(copy, vector->env, vector->kernel->precision, vector->local,
	                                  vector->capacity_bytes / unit, error);
	if (status)
		return status;
	struct duplicate duplicate = {(*copy)->amplitudes, vector->amplitudes, unit};
	parallel_for(vector_threads(vector), vector->local, copy_units, &duplicate);
	return SONGDO_OK;
}

void vector_free(struct vector *vector)
{
	if (!vector)
		return;
	if (vector->amplitudes)
		memory_pages_release(&vector->env->memory, vector->amplitudes, vector->held_bytes, vector->capacity_bytes);
	free(vector);
}

/* ---- Single amplitudes ------------------------------------------------------------------------------ */

songdo_status vector_get(const struct vector *vector, uint64_t position, double complex *value)
{
	struct comm *comm = vector->env->comm;
	uint64_t owner = position / vector->local;
	*value = 0;
	if (owner >= (uint64_t)comm_size(comm))
		return SONGDO_BAD_USAGE;
	if ((uint64_t)comm_rank(comm) == owner) {
		uint64_t i = position % vector->local;
		vector->kernel->to_double(value, vector->amplitudes, i, i + 1);
	}
	return comm_broadcast(comm, value, sizeof *value, (int)owner);
}

songdo_status vector_set(struct vector *vector, uint64_t position, double complex value)
{
	struct comm *comm = vector->env->comm;
	uint64_t owner = position / vector->local;
	if (owner >= (uint64_t)comm_size(comm))
		return SONGDO_BAD_USAGE;
	if ((uint64_t)comm_rank(comm) == owner) {
		uint64_t i = position % vector->local;
		vector->kernel->from_double(vector->amplitudes, &value, i, i + 1);
	}
	return SONGDO_OK;
}
