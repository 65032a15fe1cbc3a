/* store.h - amplitudes in files: NumPy's .npy and Songdo's own .songdo, for vectors and for tools.
 *
 * Both hold amplitudes in index order as little-endian complex128 or complex64. A .songdo file starts with 64 bytes:
 *
 *   0   8 bytes   89 "SONGDO" 0A
 *   8   u32       version, 1
 *   12  u32       bytes an amplitude: 16 or 8
 *   16  u32       qubits; UINT32_MAX where the amplitudes are not 2^n
 *   20  u32       0
 *   24  u64       amplitudes
 *   32  u64       checksum of the amplitudes
 *   40  u64       checksum of the 40 bytes before
 *   48  16 bytes  0
 *
 * The checksum of 64-bit words w_0, w_1, ... is the sum over i, modulo 2^64, of f(w_i + (i + 1) * 0x9e3779b97f4a7c15),
 * f the finalizer of SplitMix64 (Steele, Lea, Flood, OOPSLA 2014): every rank can add up its own part.
 *
 * May use: vector, comm, kernel, base. SPDX-License-Identifier: Apache-2.0 */
#ifndef SONGDO_STORE_H
#define SONGDO_STORE_H

#include "vector/vector.h"

#define STORE_MAGIC "\x89SONGDO\n"
enum store_format { STORE_NPY, STORE_SONGDO };

/* The most that the norm of a stored state may differ from 1. */
#define STORE_NORM_DOUBLE 1e-6
#define STORE_NORM_SINGLE 1e-4

/* By the end of the name: .songdo, else NumPy's. */
enum store_format store_format_of(const char *name);
/* The checksum of `words` words, the first of which is number `first`. Add parts up. */
uint64_t store_checksum(const void *data, uint64_t words, uint64_t first);

/* ---- Reading ------------------------------------------------------------------------------------- */

struct store {
	const char *name;            /* the caller's */
	int descriptor;
	enum store_format format;    /* by its content, not by its name */
	songdo_precision precision;
	uint64_t count, offset;      /* amplitudes, and where they begin */
	uint64_t checksum;           /* of a .songdo file: as its header says */
};

/* Open a file and check its header and length. SONGDO_NO_INPUT where it cannot be read, SONGDO_BAD_PROGRAM where it is
 * not such a file. Not collective. */
songdo_status store_open(struct store *store, const char *name, songdo_error *error);
/* Read amplitudes [first, first + count) as doubles. *checksum (NULL: not wanted) grows by that of their bytes.
 * SONGDO_BAD_PROGRAM where one is not finite. */
songdo_status store_read(const struct store *store, double complex *out, uint64_t first, uint64_t count,
                         uint64_t *checksum, songdo_error *error);
/* Whether the sum of store_read over all amplitudes is what the header says. */
songdo_status store_check(const struct store *store, uint64_t checksum, songdo_error *error);
void store_close(struct store *store);

/* Fill the first positions of a vector from a file of exactly `count` amplitudes (what is above stays); every rank
 * reads its own part in bounded pieces. SONGDO_BAD_PROGRAM where the file has another size, is damaged, or holds no
 * state: an amplitude that is not finite, or a norm not 1 within STORE_NORM_DOUBLE or, of a complex64 file,
 * STORE_NORM_SINGLE; what differs less is scaled to norm 1. Collective. */
songdo_status vector_load(struct vector *vector, const char *name, uint64_t count, songdo_error *error);

/* ---- Writing ------------------------------------------------------------------------------------- */

struct store_writer {
	const char *name;            /* what is to stand there in the end; the caller's */
	char *beside;                /* the name while it is written */
	int descriptor;
	bool made;                   /* this process made it, and takes it away again on failure */
};

/* Create a file of `bytes` bytes beside its name; refuses what cannot become one. */
songdo_status store_create(struct store_writer *writer, const char *name, uint64_t bytes, songdo_error *error);
songdo_status store_put(struct store_writer *writer, const void *data, uint64_t bytes, uint64_t offset,
                        songdo_error *error);
/* Write the header of either format; its length is what store_header_bytes says. */
songdo_status store_put_header(struct store_writer *writer, enum store_format format, songdo_precision precision,
                               uint64_t count, uint64_t checksum, songdo_error *error);
uint64_t store_header_bytes(enum store_format format);
/* Sync and close; then, on one process, give it its name. */
songdo_status store_sync(struct store_writer *writer, songdo_error *error);
songdo_status store_name(struct store_writer *writer, songdo_error *error);
/* Close and remove what has not got its name. */
void store_drop(struct store_writer *writer);

/* Write the first `count` amplitudes as vector_save does, which writes all. Collective. */
songdo_status vector_save_first(const struct vector *vector, uint64_t count, const char *name, songdo_error *error);

#endif
