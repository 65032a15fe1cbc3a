/* vector.h - env, and K amplitudes in blocks on any number of ranks.
 *
 * An env says where vectors live: ranks, threads, kernels, memory. A vector is the machine's side of a
 * state: it knows positions, not qubits. Rank r holds the amplitudes [r * local, (r + 1) * local).
 *
 * May use: comm, kernel, op, base.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef SONGDO_VECTOR_H
#define SONGDO_VECTOR_H

#include <complex.h>

#include "base/cpu.h"
#include "base/memory.h"
#include "comm/comm.h"
#include "kernel/kernel.h"

struct songdo_env {
	struct comm *comm;
	int threads;
	enum kernel_isa isa;
	struct cpu cpu;
	struct memory_account memory;   /* this rank's share of the node */
	struct cost cost;               /* counted on this rank since the env was opened; callers take differences */
};

struct vector {
	songdo_env *env;
	const struct kernel_table *kernel;
	void *amplitudes;               /* this rank's; 64-byte aligned, zeroed in parallel at first touch */
	uint64_t local;                 /* amplitudes on this rank (equal on all ranks) */
	uint64_t capacity_bytes;        /* address space reserved */
};

/* The bytes a rank may still take, the least over ranks. Collective. */
songdo_status env_memory_left(songdo_env *env, uint64_t *bytes);

/* A zero vector of `local` amplitudes on each rank with address space for `capacity` of them (>= local). Refuses with
 * SONGDO_NO_FIT, before allocating, with the figures and what would fit in error. Collective. */
songdo_status vector_new(struct vector **vector, songdo_env *env, songdo_precision precision, uint64_t local, uint64_t capacity, songdo_error *error);
/* Grow to `local` amplitudes a rank within the capacity; what joins is zero. Collective. */
songdo_status vector_grow(struct vector *vector, uint64_t local, songdo_error *error);
/* A copy of the contents (same env, precision, size). */
songdo_status vector_copy(struct vector **copy, const struct vector *vector, songdo_error *error);
void vector_free(struct vector *vector);
void vector_zero(struct vector *vector);

/* One amplitude by its global position, on every rank (collective); and writing it. */
songdo_status vector_get(const struct vector *vector, uint64_t position, double complex *value);
songdo_status vector_set(struct vector *vector, uint64_t position, double complex value);

/* Sum of |a|^2, and of |a|^2 over positions with (position & mask) == value. The same bits on any threads; collective. */
songdo_status vector_norm(const struct vector *vector, double *norm);
songdo_status vector_norm_where(const struct vector *vector, uint64_t mask, uint64_t value, double *norm);
/* Keep the amplitudes with (position & mask) == value, multiplied by factor; the others become 0. */
void vector_project(struct vector *vector, uint64_t mask, uint64_t value, double factor);

/* Resolve draws into positions: outcome[i] is the position x with C(x) <= u[i] * norm < C(x + 1), C the cumulative sum
 * of |a|^2 in a fixed tree over the position's bits.
 *   u         count numbers in [0, 1), ascending
 *   outcome   count positions; the same on every rank
 * A position of probability zero is never drawn. At most two reads of the vector; memory 8 bytes a draw and a few
 * MiB. SONGDO_INTERNAL where the norm is not finite or not positive. Collective. */
songdo_status vector_sample(const struct vector *vector, const double *u, uint64_t count, uint64_t *outcome);

/* table[y] += weight * |a_x|^2 for all x, with y made of the bits of x at bit[0..count-1] (bit[0] is y's bit 0). The table has
 * 2^count doubles, complete on every rank. Collective. */
songdo_status vector_marginal(const struct vector *vector, const uint8_t *bit, unsigned count, double weight, double *table);

/* Write the amplitudes in index order as a NumPy .npy file (little endian complex128 or complex64, shape (2^n,)): rank 0 creates
 * the file beside its name, every rank writes its own part with pwrite in bounded pieces, every return is checked, all agree,
 * then it is renamed. Collective. */
songdo_status vector_save(const struct vector *vector, const char *name, songdo_error *error);

#endif
