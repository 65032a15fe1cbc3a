/* store.c - writing amplitudes to a file, by all ranks together.
 *
 * Plain POSIX writes: the MPI-IO of common MPI libraries reports success on a full disk. NumPy's format (version
 * 1.0) is a magic string, the length of a header in two bytes, the header as a Python dictionary padded with
 * spaces so that the data start at a multiple of 64 bytes, and the data (numpy.org, "NEP 1: a simple file
 * format for NumPy arrays"). Songdo's own is described in store.h.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "vector/store.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/bits.h"
#include "base/text.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "amplitudes are written as they stand in memory");

enum {
	NPY_BYTES = 128,           /* fits the largest shape, and is a multiple of 64 */
	NPY_MAGIC = 10,
	SONGDO_BYTES = 64,
	PIECE_BYTES = 16 << 20,
	NAME_TRIES = 100,
};

static songdo_status fail(const struct store_writer *writer, songdo_status status, const char *what,
                          songdo_error *error)
{
	return error_set(error, status, "%s %.160s: %s", what, writer->name, strerror(errno));
}

/* Write all bytes at an offset; 0 or -1 with errno. */
static int write_all(int descriptor, const void *data, uint64_t bytes, uint64_t offset)
{
	const char *next = data;
	while (bytes > 0) {
		ssize_t written = pwrite(descriptor, next, min_u64(bytes, PIECE_BYTES), (off_t)offset);
		if (written < 0 && errno == EINTR)
			continue;
		if (written == 0)
			errno = ENOSPC;
		if (written <= 0)
			return -1;
		next += written;
		bytes -= (uint64_t)written;
		offset += (uint64_t)written;
	}
	return 0;
}

songdo_status store_create(struct store_writer *writer, const char *name, uint64_t bytes, songdo_error *error)
{
	*writer = (struct store_writer){.name = name, .descriptor = -1};
	struct stat there;
	if (stat(writer->name, &there) == 0 && !S_ISREG(there.st_mode))
		return error_set(error, SONGDO_NO_OUTPUT, "%.160s is not a regular file", writer->name);
	/* Writing past this limit would end the process by a signal. */
	struct rlimit limit;
	if (getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY && bytes > limit.rlim_cur) {
		char need[16], may[16];
		return error_set(error, SONGDO_NO_OUTPUT, "%.160s needs %s; files may have %s here (ulimit -f)", writer->name,
		                 memory_text(need, bytes), memory_text(may, limit.rlim_cur));
	}

	size_t capacity = strlen(writer->name) + 48;
	char *beside = malloc(capacity);
	if (!beside)
		return error_set(error, SONGDO_NO_FIT, "out of memory");
	for (int i = 0; i < NAME_TRIES && writer->descriptor < 0; i++) {
		snprintf(beside, capacity, "%s.%ld.%d.part", writer->name, (long)getpid(), i);
		writer->descriptor = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
		if (writer->descriptor < 0 && errno != EEXIST)
			break;
	}
	if (writer->descriptor < 0) {
		free(beside);
		return fail(writer, SONGDO_NO_OUTPUT, "cannot create", error);
	}
	writer->beside = beside;
	writer->made = true;
	/* Reserve the space now where the file system can, so that a full disk shows before anything is written. */
	if (fallocate(writer->descriptor, 0, 0, (off_t)bytes) && (errno == ENOSPC || errno == EFBIG || errno == EDQUOT))
		return fail(writer, SONGDO_IO, "cannot write", error);
	return SONGDO_OK;
}

/* Tell the name beside to the other ranks, which open it. */
static songdo_status open_everywhere(struct store_writer *writer, struct comm *comm, songdo_error *error)
{
	uint64_t length = writer->beside ? strlen(writer->beside) + 1 : 0;
	songdo_status status = comm_broadcast(comm, &length, sizeof length, 0);
	if (status)
		return error_set(error, status, "the ranks cannot agree on a file");
	if (!writer->beside)
		writer->beside = malloc(length);
	songdo_status here = writer->beside ? SONGDO_OK : SONGDO_NO_FIT;
	status = comm_agree(comm, here);
	if (!status)
		status = comm_broadcast(comm, writer->beside, length, 0);
	if (status)
		return error_set(error, status, "out of memory");
	if (writer->descriptor < 0)
		writer->descriptor = open(writer->beside, O_WRONLY | O_CLOEXEC);
	if (writer->descriptor < 0)
		return fail(writer, SONGDO_NO_OUTPUT, "not every rank can open", error);
	return SONGDO_OK;
}

songdo_status store_put(struct store_writer *writer, const void *data, uint64_t bytes, uint64_t offset,
                        songdo_error *error)
{
	return write_all(writer->descriptor, data, bytes, offset) ? fail(writer, SONGDO_IO, "cannot write", error) : SONGDO_OK;
}

uint64_t store_header_bytes(enum store_format format) { return format == STORE_SONGDO ? SONGDO_BYTES : NPY_BYTES; }

static void put_u32(char *at, uint32_t value) { memcpy(at, &value, sizeof value); }
static void put_u64(char *at, uint64_t value) { memcpy(at, &value, sizeof value); }

songdo_status store_put_header(struct store_writer *writer, enum store_format format, songdo_precision precision,
                               uint64_t count, uint64_t checksum, songdo_error *error)
{
	const unsigned unit = precision == SONGDO_DOUBLE ? 16 : 8;
	char header[NPY_BYTES + 1] = {0};
	if (format == STORE_SONGDO) {
		memcpy(header, STORE_MAGIC, 8);
		put_u32(header + 8, 1);
		put_u32(header + 12, unit);
		put_u32(header + 16, count && bit_count(count) == 1 ? bit_highest(count) : UINT32_MAX);
		put_u64(header + 24, count);
		put_u64(header + 32, checksum);
		put_u64(header + 40, store_checksum(header, 5, 0));
	} else {
		memcpy(header, "\x93NUMPY\x01\x00", 8);
		header[8] = (char)(NPY_BYTES - NPY_MAGIC);
		int text = snprintf(header + NPY_MAGIC, sizeof header - NPY_MAGIC,
		                    "{'descr': '<c%u', 'fortran_order': False, 'shape': (%" PRIu64 ",), }", unit, count);
		memset(header + NPY_MAGIC + text, ' ', (size_t)(NPY_BYTES - NPY_MAGIC - text));
		header[NPY_BYTES - 1] = '\n';
	}
	return store_put(writer, header, store_header_bytes(format), 0, error);
}

songdo_status store_sync(struct store_writer *writer, songdo_error *error)
{
	songdo_status status = SONGDO_OK;
	if (fsync(writer->descriptor))
		status = fail(writer, SONGDO_IO, "cannot write", error);
	if (close(writer->descriptor) && !status)
		status = fail(writer, SONGDO_IO, "cannot write", error);
	writer->descriptor = -1;
	return status;
}

/* Make the new name last through a power cut; a file system that cannot sync a directory does not need it. */
static void sync_folder(const char *name)
{
	const char *slash = strrchr(name, '/');
	size_t length = slash ? (size_t)(slash - name) + 1 : 1;
	char *folder = strndup(slash ? name : ".", length);
	int descriptor = folder ? open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	if (descriptor >= 0) {
		(void)fsync(descriptor);
		close(descriptor);
	}
	free(folder);
}

songdo_status store_name(struct store_writer *writer, songdo_error *error)
{
	if (rename(writer->beside, writer->name))
		return fail(writer, SONGDO_NO_OUTPUT, "cannot create", error);
	writer->made = false;
	sync_folder(writer->name);
	return SONGDO_OK;
}

void store_drop(struct store_writer *writer)
{
	if (writer->descriptor >= 0)
		close(writer->descriptor);
	if (writer->made)
		unlink(writer->beside);
	free(writer->beside);
	*writer = (struct store_writer){.descriptor = -1};
}

/* The sum of the ranks' checksums, on rank 0. */
static songdo_status add_checksums(songdo_env *env, uint64_t *checksum)
{
	uint64_t *all = comm_rank(env->comm) == 0 ? malloc(8 * (size_t)comm_size(env->comm)) : NULL;
	songdo_status status = comm_agree(env->comm, comm_rank(env->comm) == 0 && !all ? SONGDO_NO_FIT : SONGDO_OK);
	if (!status)
		status = comm_gather(env->comm, all, checksum, 8);
	if (!status && all) {
		*checksum = 0;
		for (int i = 0; i < comm_size(env->comm); i++)
			*checksum += all[i];
	}
	free(all);
	return status;
}

songdo_status vector_save_first(const struct vector *vector, uint64_t count, const char *name, songdo_error *error)
{
	songdo_env *env = vector->env;
	const enum store_format format = store_format_of(name);
	const uint64_t rank = (uint64_t)comm_rank(env->comm), unit = vector->kernel->amplitude_bytes;
	const uint64_t first = min_u64(rank * vector->local, count), own = min_u64(count - first, vector->local);
	const uint64_t header = store_header_bytes(format);
	struct store_writer writer = {.name = name, .descriptor = -1};
	uint64_t checksum = 0;

	songdo_status status = rank == 0 ? store_create(&writer, name, header + count * unit, error) : SONGDO_OK;
	status = env_agree(env, status, error);
	if (status)
		goto done;
	status = env_agree(env, open_everywhere(&writer, env->comm, error), error);
	if (status)
		goto done;
	if (format == STORE_SONGDO) {
		checksum = store_checksum(vector->amplitudes, own * unit / 8, first * unit / 8);
		status = env_agree(env, add_checksums(env, &checksum), error);
		if (status)
			goto done;
	}
	if (rank == 0)
		status = store_put_header(&writer, format, unit == 16 ? SONGDO_DOUBLE : SONGDO_SINGLE, count, checksum, error);
	if (!status && own)
		status = store_put(&writer, vector->amplitudes, own * unit, header + first * unit, error);
	if (!status)
		status = store_sync(&writer, error);
	status = env_agree(env, status, error);
	if (status)
		goto done;
	if (rank == 0)
		status = store_name(&writer, error);
	status = env_agree(env, status, error);
done:
	store_drop(&writer);
	return status;
}

songdo_status vector_save(const struct vector *vector, const char *name, songdo_error *error)
{
	return vector_save_first(vector, vector->local * (uint64_t)comm_size(vector->env->comm), name, error);
}
