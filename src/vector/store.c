/* store.c - amplitudes to a NumPy .npy file, by all ranks together.
 *
 * Plain POSIX writes: the MPI-IO of common MPI libraries reports success on a full disk. The format (version
 * 1.0) is a magic string, the length of a header in two bytes, the header as a Python dictionary padded with
 * spaces so that the data start at a multiple of 64 bytes, and the data (numpy.org, "NEP 1: a simple file
 * format for NumPy arrays").
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "vector/vector.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "amplitudes are written as they stand in memory");

enum {
	HEADER_BYTES = 128,        /* fits the largest shape, and is a multiple of 64 */
	MAGIC_BYTES = 10,
	PIECE_BYTES = 16 << 20,
	NAME_TRIES = 100,
};

struct file {
	const char *name;          /* what is to stand there in the end */
	char *beside; /* the name while it is written; the same on every rank, NULL until rank 0 has made the file */
	int descriptor;
	bool made;                 /* this rank made it, and takes it away again on failure */
};

static songdo_status fail(const struct file *file, songdo_status status, const char *what, songdo_error *error)
{
	return error_set(error, status, "%s %.160s: %s", what, file->name, strerror(errno));
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

/* Rank 0: refuse what cannot become a file of this size, and create it beside its name. */
static songdo_status create(struct file *file, uint64_t bytes, songdo_error *error)
{
	struct stat there;
	if (stat(file->name, &there) == 0 && !S_ISREG(there.st_mode))
		return error_set(error, SONGDO_NO_OUTPUT, "%.160s is not a regular file", file->name);
	/* Writing past this limit would end the process by a signal. */
	struct rlimit limit;
	if (getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY && bytes > limit.rlim_cur) {
		char need[16], may[16];
		return error_set(error, SONGDO_NO_OUTPUT, "%.160s needs %s; files may have %s here (ulimit -f)", file->name,
		                 memory_text(need, bytes), memory_text(may, limit.rlim_cur));
	}

	size_t capacity = strlen(file->name) + 48;
	char *beside = malloc(capacity);
	if (!beside)
		return error_set(error, SONGDO_NO_FIT, "out of memory");
	for (int i = 0; i < NAME_TRIES && file->descriptor < 0; i++) {
		snprintf(beside, capacity, "%s.%ld.%d.part", file->name, (long)getpid(), i);
		file->descriptor = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
		if (file->descriptor < 0 && errno != EEXIST)
			break;
	}
	if (file->descriptor < 0) {
		free(beside);
		return fail(file, SONGDO_NO_OUTPUT, "cannot create", error);
	}
	file->beside = beside;
	file->made = true;
	/* Reserve the space now where the file system can, so that a full disk shows before anything is written. */
	if (fallocate(file->descriptor, 0, 0, (off_t)bytes) && (errno == ENOSPC || errno == EFBIG || errno == EDQUOT))
		return fail(file, SONGDO_IO, "cannot write", error);
	return SONGDO_OK;
}

/* Tell the name beside to the other ranks, which open it. */
static songdo_status open_everywhere(struct file *file, struct comm *comm, songdo_error *error)
{
	uint64_t length = file->beside ? strlen(file->beside) + 1 : 0;
	songdo_status status = comm_broadcast(comm, &length, sizeof length, 0);
	if (status)
		return error_set(error, status, "the ranks cannot agree on a file");
	if (!file->beside)
		file->beside = malloc(length);
	songdo_status here = file->beside ? SONGDO_OK : SONGDO_NO_FIT;
	status = comm_agree(comm, here);
	if (!status)
		status = comm_broadcast(comm, file->beside, length, 0);
	if (status)
		return error_set(error, status, "out of memory");
	if (file->descriptor < 0)
		file->descriptor = open(file->beside, O_WRONLY | O_CLOEXEC);
	if (file->descriptor < 0)
		return fail(file, SONGDO_NO_OUTPUT, "not every rank can open", error);
	return SONGDO_OK;
}

static songdo_status write_header(const struct file *file, const char *type, uint64_t length, songdo_error *error)
{
	char header[HEADER_BYTES + 1];
	memcpy(header, "\x93NUMPY\x01\x00", 8);
	header[8] = (char)(HEADER_BYTES - MAGIC_BYTES);
	header[9] = 0;
	int text = snprintf(header + MAGIC_BYTES, sizeof header - MAGIC_BYTES,
	                    "{'descr': '%s', 'fortran_order': False, 'shape': (%" PRIu64 ",), }", type, length);
	memset(header + MAGIC_BYTES + text, ' ', (size_t)(HEADER_BYTES - MAGIC_BYTES - text));
	header[HEADER_BYTES - 1] = '\n';
	return write_all(file->descriptor, header, HEADER_BYTES, 0) ? fail(file, SONGDO_IO, "cannot write", error) : SONGDO_OK;
}

static songdo_status finish_writing(struct file *file, songdo_error *error)
{
	songdo_status status = SONGDO_OK;
	if (fsync(file->descriptor))
		status = fail(file, SONGDO_IO, "cannot write", error);
	if (close(file->descriptor) && !status)
		status = fail(file, SONGDO_IO, "cannot write", error);
	file->descriptor = -1;
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

songdo_status vector_save(const struct vector *vector, const char *name, songdo_error *error)
{
	songdo_env *env = vector->env;
	uint64_t rank = (uint64_t)comm_rank(env->comm), length = vector->local * (uint64_t)comm_size(env->comm);
	uint64_t unit = vector->kernel->amplitude_bytes, own = vector->local * unit;
	struct file file = {.name = name, .descriptor = -1};

	songdo_status status = rank == 0 ? create(&file, HEADER_BYTES + length * unit, error) : SONGDO_OK;
	status = env_agree(env, status, error);
	if (status)
		goto done;
	status = env_agree(env, open_everywhere(&file, env->comm, error), error);
	if (status)
		goto done;
	if (rank == 0)
		status = write_header(&file, unit == 16 ? "<c16" : "<c8", length, error);
	if (!status && write_all(file.descriptor, vector->amplitudes, own, HEADER_BYTES + rank * own))
		status = fail(&file, SONGDO_IO, "cannot write", error);
	if (!status)
		status = finish_writing(&file, error);
	status = env_agree(env, status, error);
	if (status)
		goto done;
	if (rank == 0) {
		if (rename(file.beside, name))
			status = fail(&file, SONGDO_NO_OUTPUT, "cannot create", error);
		else {
			file.made = false;
			sync_folder(name);
		}
	}
	status = env_agree(env, status, error);
done:
	if (file.descriptor >= 0)
		close(file.descriptor);
	if (file.made)
		unlink(file.beside);
	free(file.beside);
	return status;
}
