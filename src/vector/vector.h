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
#include "op/rates.h"

struct songdo_env {
	struct comm *comm;
	int threads;
	enum kernel_isa isa;
	const struct kernel_table *kernel[2];   /* by precision, found when first needed: asking the CPU takes 0.1 ms
	                                           on virtual machines */
	struct cpu cpu;
	struct memory_account memory;   /* limit: this rank's share of the node; read when first needed, see env_memory_left */
	uint64_t max_memory;            /* the caller's own bound on it; 0: none */
	struct cost cost;               /* counted on this rank since the env was opened; callers take differences */
	struct rates rates;             /* of this machine, as `songdo bench --save` kept them; threads 0: not known. The same on
	                                   every rank */
	char remark[256];               /* for the user, about the kept rates; empty: there is none */
	int (*cancelled)(void *context);   /* polled by state_execute, on the calling thread; nonzero stops it. NULL: never.
	                                      Set on every rank or on none: the ranks agree on its answers */
	void *cancel_context;
};

struct vector {
	songdo_env *env;
	const struct kernel_table *kernel;
	void *amplitudes;               /* this rank's; 64-byte aligned, zeroed in parallel at first touch */
	uint64_t local;                 /* amplitudes on this rank (equal on all ranks) */
	uint64_t held_bytes;            /* memory held, as the account knows it */
	uint64_t capacity_bytes;        /* address space reserved */
};

/* Where the rates of this machine are kept: `option` where it is given, else $SONGDO_MACHINE, else songdo/machine under
 * $XDG_CONFIG_HOME or ~/.config. A name for the caller to free; NULL where there is no such place (all of them unset,
 * or ""). *named: somebody asked for this file. */
char *env_machine_file(const char *option, bool *named);
/* Read them, on rank 0, for all ranks. Those of another processor are passed over with a remark; a file that is not
 * there matters only where it was named. SONGDO_BAD_CONFIGURATION. Collective. */
songdo_status env_read_machine(songdo_env *env, const char *option, songdo_error *error);
/* The bytes a rank may still take, the least over ranks: the caller's bound, and what the node has free divided
 * by its ranks. Reads /proc and cgroup files. Collective. */
songdo_status env_memory_left(songdo_env *env, uint64_t *bytes);
/* Whether every rank may take `bytes` more; *left is then what env_memory_left says where the answer is
 * SONGDO_NO_FIT. Small requests are granted without asking the system. Collective. */
songdo_status env_memory_check(songdo_env *env, uint64_t bytes, uint64_t *left);
/* The worst status over the ranks, and with it the error of the first rank that has it: every rank then tells
 * the same. Collective. */
songdo_status env_agree(songdo_env *env, songdo_status status, songdo_error *error);

/* A zero vector of `local` amplitudes on each rank with address space for `capacity` of them (>= local). Refuses with
 * SONGDO_NO_FIT, before allocating, with the figures and what would fit in error. Collective. */
songdo_status vector_new(struct vector **vector, songdo_env *env, songdo_precision precision, uint64_t local,
                         uint64_t capacity, songdo_error *error);
/* Grow to `local` amplitudes a rank within the capacity; what joins is zero. Collective. */
songdo_status vector_grow(struct vector *vector, uint64_t local, songdo_error *error);
/* A copy of the contents (same env, precision, size). */
songdo_status vector_copy(struct vector **copy, const struct vector *vector, songdo_error *error);
void vector_free(struct vector *vector);
void vector_zero(struct vector *vector);
/* The threads that work on this vector: one where it is so small that waking others costs more than they bring. */
int vector_threads(const struct vector *vector);

/* One amplitude by its global position, on every rank (collective); and writing it. */
songdo_status vector_get(const struct vector *vector, uint64_t position, double complex *value);
songdo_status vector_set(struct vector *vector, uint64_t position, double complex value);

/* Sum of |a|^2, and of |a|^2 over positions with (position & mask) == value. The same bits on any threads;
 * collective. */
songdo_status vector_norm(const struct vector *vector, double *norm);
songdo_status vector_norm_where(const struct vector *vector, uint64_t mask, uint64_t value, double *norm);
/* Keep the amplitudes with (position & mask) == value, multiplied by factor; the others become 0. */
void vector_project(struct vector *vector, uint64_t mask, uint64_t value, double factor);

/* Resolve draws into positions: outcome[i] is the position x with C(x) <= u[i] * norm < C(x + 1), C the cumulative sum
 * of |a|^2 in a fixed tree over the position's bits.
 *   u         count numbers in [0, 1), ascending
 *   outcome   count positions; the same on every rank
 * A position of probability zero is never drawn. At most two reads of the vector; memory a few MiB beside u and
 * outcome. The same on any threads and any ranks. Amplitudes on more than one rank: `local` must be a power of
 * two (SONGDO_BAD_USAGE). SONGDO_INTERNAL, with the figure, where the norm is not finite, not positive, or not
 * 1 within VECTOR_NORM_DOUBLE or VECTOR_NORM_SINGLE. Collective. */
songdo_status vector_sample(const struct vector *vector, const double *u, uint64_t count, uint64_t *outcome,
                            songdo_error *error);
#define VECTOR_NORM_DOUBLE 1e-6
#define VECTOR_NORM_SINGLE 1e-3

/* table[y] += weight * |a_x|^2 for all x, with y made of the bits of x at bit[0..count-1] (bit[0] is y's bit
 * 0). The table has 2^count doubles, complete on every rank. Collective. */
songdo_status vector_marginal(const struct vector *vector, const uint8_t *bit, unsigned count, double weight,
                              double *table);

/* Write the amplitudes in index order as a NumPy .npy file (little endian complex128 or complex64, shape (2^n,)) or, to
 * a name that ends in .songdo, in Songdo's own format (vector/store.h): rank 0 creates the file beside its name, every
 * rank writes its own part with pwrite in bounded pieces, every return is checked, all agree, then it is renamed.
 * Collective. */
songdo_status vector_save(const struct vector *vector, const char *name, songdo_error *error);

#endif
