/* store_read.c - reading amplitudes from files, and whether they are a state.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "vector/store.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/bits.h"
#include "base/text.h"

enum {
	PIECE = 1 << 16,           /* amplitudes read at a time */
	HEADER_LIMIT = 1 << 16,    /* of a .npy file */
};

/* Differences from norm 1 that are rounding, and left as they are. */
#define ROUNDING_DOUBLE 1e-12
#define ROUNDING_SINGLE 1e-6

enum store_format store_format_of(const char *name)
{
	const size_t length = strlen(name);
	return length > 7 && !strcmp(name + length - 7, ".songdo") ? STORE_SONGDO : STORE_NPY;
}

uint64_t store_checksum(const void *data, uint64_t words, uint64_t first)
{
	const char *bytes = data;
	uint64_t sum = 0;
	for (uint64_t i = 0; i < words; i++) {
		uint64_t h;
		memcpy(&h, bytes + 8 * i, 8);
		h += (first + i + 1) * 0x9e3779b97f4a7c15u;
		h = (h ^ h >> 30) * 0xbf58476d1ce4e5b9u;
		h = (h ^ h >> 27) * 0x94d049bb133111ebu;
		sum += h ^ h >> 31;
	}
	return sum;
}

static songdo_status fail(const struct store *store, songdo_error *error, const char *what)
{
	return error_set(error, SONGDO_BAD_PROGRAM, "%.160s: %s", store->name, what);
}

/* Read all bytes; a short file is an error. */
static songdo_status read_all(const struct store *store, void *data, uint64_t bytes, uint64_t offset,
                              songdo_error *error)
{
	char *next = data;
	while (bytes > 0) {
		ssize_t got = pread(store->descriptor, next, min_u64(bytes, 16u << 20), (off_t)offset);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return error_set(error, SONGDO_NO_INPUT, "cannot read %.160s: %s", store->name, strerror(errno));
		if (got == 0)
			return fail(store, error, "the file ends too early");
		next += got;
		bytes -= (uint64_t)got;
		offset += (uint64_t)got;
	}
	return SONGDO_OK;
}

/* The value behind 'key': in the header of a .npy file. */
static const char *find_key(const char *header, const char *key)
{
	const char *at = strstr(header, key);
	if (!at)
		return NULL;
	at += strlen(key);
	return at + strspn(at, " :");
}

static songdo_status read_npy(struct store *store, const unsigned char *head, songdo_error *error)
{
	const bool wide = head[6] >= 2;
	const uint64_t length = wide ? head[8] | (uint64_t)head[9] << 8 | (uint64_t)head[10] << 16 | (uint64_t)head[11] << 24
	                             : head[8] | (uint64_t)head[9] << 8;
	if (head[6] < 1 || head[6] > 3 || length > HEADER_LIMIT)
		return fail(store, error, "this version of NumPy's format is not known");
	char *header = calloc(length + 1, 1);
	if (!header)
		return error_set(error, SONGDO_NO_FIT, "out of memory");
	store->offset = (wide ? 12 : 10) + length;
	songdo_status status = read_all(store, header, length, wide ? 12 : 10, error);
	if (status)
		goto done;
	const char *type = find_key(header, "'descr'"), *shape = find_key(header, "'shape'");
	char *end = NULL;
	if (!type || !shape) {
		status = fail(store, error, "the header of the NumPy array is damaged");
	} else if (!strncmp(type, "'<c16'", 6) || !strncmp(type, "'<c8'", 5)) {
		store->precision = type[3] == '1' ? SONGDO_DOUBLE : SONGDO_SINGLE;
	} else {
		error_set(error, SONGDO_BAD_PROGRAM,
		          "%.160s: an array of complex128 or complex64 is wanted, not of type %.*s", store->name,
		          (int)min_u64(strcspn(type, ","), 24), type);
		error_hint(error, "numpy.save(file, numpy.asarray(a, dtype=complex))");
		status = SONGDO_BAD_PROGRAM;
	}
	if (!status) {
		errno = 0;
		store->count = shape[0] == '(' && shape[1] >= '0' && shape[1] <= '9' ? strtoull(shape + 1, &end, 10) : 0;
		if (!end || errno || strspn(end, ", )") == 0 || strcspn(end, ")") > strspn(end, ", ") || !store->count) {
			error_set(error, SONGDO_BAD_PROGRAM, "%.160s: an array of one dimension is wanted, not of shape %.*s", store->name,
			          (int)min_u64(strcspn(shape, ")") + 1, 40), shape);
			error_hint(error, "numpy.save(file, a.reshape(-1))");
			status = SONGDO_BAD_PROGRAM;
		}
	}
done:
	free(header);
	return status;
}

static uint32_t get_u32(const unsigned char *at)
{
	return at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}
static uint64_t get_u64(const unsigned char *at) { return get_u32(at) | (uint64_t)get_u32(at + 4) << 32; }

static songdo_status read_songdo(struct store *store, const unsigned char *head, songdo_error *error)
{
	if (get_u64(head + 40) != store_checksum(head, 5, 0))
		return fail(store, error, "the header is damaged: its checksum differs");
	if (get_u32(head + 8) != 1)
		return fail(store, error, "this version of the format is not known");
	if (get_u32(head + 12) != 16 && get_u32(head + 12) != 8)
		return fail(store, error, "the header is damaged");
	store->precision = get_u32(head + 12) == 16 ? SONGDO_DOUBLE : SONGDO_SINGLE;
	store->count = get_u64(head + 24);
	store->checksum = get_u64(head + 32);
	store->offset = 64;
	return store->count ? SONGDO_OK : fail(store, error, "it holds no amplitudes");
}

songdo_status store_open(struct store *store, const char *name, songdo_error *error)
{
	unsigned char head[64] = {0};
	struct stat about;
	*store = (struct store){.name = name, .descriptor = open(name, O_RDONLY | O_CLOEXEC)};
	if (store->descriptor < 0 || fstat(store->descriptor, &about))
		return error_set(error, SONGDO_NO_INPUT, "cannot read %.160s: %s", name, strerror(errno));
	if (!S_ISREG(about.st_mode))
		return error_set(error, SONGDO_NO_INPUT, "cannot read %.160s: not a regular file", name);
	const uint64_t size = (uint64_t)about.st_size;
	songdo_status status = read_all(store, head, min_u64(size, sizeof head), 0, error);
	if (status)
		return status;
	store->format = !memcmp(head, STORE_MAGIC, 8) ? STORE_SONGDO : STORE_NPY;
	if (size < sizeof head || (store->format == STORE_NPY && memcmp(head, "\x93NUMPY", 6) != 0))
		return fail(store, error, "this is neither a NumPy array (.npy) nor a state of Songdo's (.songdo)");
	status = store->format == STORE_SONGDO ? read_songdo(store, head, error) : read_npy(store, head, error);
	if (status)
		return status;
	const uint64_t wanted =
	        add_saturated(store->offset, mul_saturated(store->count, store->precision == SONGDO_DOUBLE ? 16 : 8));
	if (size != wanted)
		return error_set(error, SONGDO_BAD_PROGRAM, "%.160s has %llu bytes, where its header tells of %llu", name,
		                 (unsigned long long)size, (unsigned long long)wanted);
	return SONGDO_OK;
}

songdo_status store_read(const struct store *store, double complex *out, uint64_t first, uint64_t count,
                         uint64_t *checksum, songdo_error *error)
{
	const uint64_t unit = store->precision == SONGDO_DOUBLE ? 16 : 8;
	/* Single precision is read into the upper half and widened from the front. */
	char *raw = (char *)out + count * (16 - unit);
	songdo_status status = read_all(store, raw, count * unit, store->offset + first * unit, error);
	if (status)
		return status;
	if (checksum)
		*checksum += store_checksum(raw, count * unit / 8, first * unit / 8);
	for (uint64_t i = 0; i < count; i++) {
		if (store->precision == SONGDO_SINGLE) {
			float parts[2];
			memcpy(parts, raw + 8 * i, 8);
			const double wide[2] = {parts[0], parts[1]};
			memcpy(&out[i], wide, 16);
		}
		if (!isfinite(creal(out[i])) || !isfinite(cimag(out[i])))
			return error_set(error, SONGDO_BAD_PROGRAM, "%.160s: amplitude %llu is not a finite number", store->name,
			                 (unsigned long long)(first + i));
	}
	return SONGDO_OK;
}

songdo_status store_check(const struct store *store, uint64_t checksum, songdo_error *error)
{
	if (store->format != STORE_SONGDO || store->checksum == checksum)
		return SONGDO_OK;
	return fail(store, error, "the amplitudes are damaged: their checksum differs");
}

void store_close(struct store *store)
{
	if (store->descriptor >= 0)
		close(store->descriptor);
	store->descriptor = -1;
}

/* This rank's part. */
static songdo_status read_part(struct vector *vector, const struct store *store, uint64_t *checksum,
                               songdo_error *error)
{
	const uint64_t rank = (uint64_t)comm_rank(vector->env->comm);
	const uint64_t first = min_u64(rank * vector->local, store->count), own = min_u64(store->count - first, vector->local);
	double complex *piece = malloc(PIECE * sizeof *piece);
	songdo_status status = piece ? SONGDO_OK : error_set(error, SONGDO_NO_FIT, "out of memory");
	for (uint64_t done = 0; done < own && !status; done += PIECE) {
		const uint64_t count = min_u64(own - done, PIECE);
		status = store_read(store, piece, first + done, count, checksum, error);
		if (status)
			break;
		vector->kernel->from_double((char *)vector->amplitudes + done * vector->kernel->amplitude_bytes, piece, 0, count);
	}
	free(piece);
	return status;
}

/* Where the checksum of all parts matters, rank 0 compares it. */
static songdo_status compare_checksums(songdo_env *env, const struct store *store, uint64_t checksum,
                                       songdo_error *error)
{
	const bool first = comm_rank(env->comm) == 0;
	uint64_t *all = first ? malloc(8 * (size_t)comm_size(env->comm)) : NULL;
	songdo_status status = comm_agree(env->comm, first && !all ? SONGDO_NO_FIT : SONGDO_OK);
	if (!status)
		status = comm_gather(env->comm, all, &checksum, 8);
	if (!status && first) {
		checksum = 0;
		for (int i = 0; i < comm_size(env->comm); i++)
			checksum += all[i];
		status = store_check(store, checksum, error);
	}
	free(all);
	return env_agree(env, status, error);
}

/* A state has norm 1; what differs by the rounding of its origin is scaled. */
static songdo_status normalise(struct vector *vector, const struct store *store, songdo_error *error)
{
	const bool single = store->precision == SONGDO_SINGLE || vector->kernel->precision == SONGDO_SINGLE;
	double norm;
	songdo_status status = vector_norm(vector, &norm);
	if (status)
		return status;
	if (!(fabs(norm - 1) <= (single ? STORE_NORM_SINGLE : STORE_NORM_DOUBLE))) {
		error_set(error, SONGDO_BAD_PROGRAM,
		          "%.160s: the state is not normalised: its norm squared is %.9g, not 1 within %g", store->name,
		          norm, single ? STORE_NORM_SINGLE : STORE_NORM_DOUBLE);
		if (isnormal(norm))
			error_hint(error, "divide the amplitudes by %.9g", sqrt(norm));
		return SONGDO_BAD_PROGRAM;
	}
	if (fabs(norm - 1) > (vector->kernel->precision == SONGDO_SINGLE ? ROUNDING_SINGLE : ROUNDING_DOUBLE))
		vector_project(vector, 0, 0, 1 / sqrt(norm));
	return SONGDO_OK;
}

songdo_status vector_load(struct vector *vector, const char *name, uint64_t count, songdo_error *error)
{
	songdo_env *env = vector->env;
	struct store store;
	uint64_t checksum = 0;
	songdo_status status = store_open(&store, name, error);
	if (!status && store.count != count) {
		const bool power = bit_count(store.count) == 1 && bit_count(count) == 1;
		status = power ? error_set(error, SONGDO_BAD_PROGRAM, "%.160s holds a state of %u qubit%s, where %u are wanted", name,
		                           bit_highest(store.count), store.count == 2 ? "" : "s", bit_highest(count))
		               : error_set(error, SONGDO_BAD_PROGRAM, "%.160s holds %llu amplitudes, where %llu are wanted", name,
		                           (unsigned long long)store.count, (unsigned long long)count);
	}
	status = env_agree(env, status, error);
	if (!status)
		status = env_agree(env, read_part(vector, &store, &checksum, error), error);
	if (!status && store.format == STORE_SONGDO)
		status = compare_checksums(env, &store, checksum, error);
	if (!status)
		status = normalise(vector, &store, error);
	store_close(&store);
	return status;
}
