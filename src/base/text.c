/* text.c - growing strings, whole files in and out, and the nearest known name.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/random.h"
#include "base/text.h"

/* ---- Growing strings ---------------------------------------------------------------------------- */

/* Make room for extra bytes and the final NUL. */
static bool text_reserve(struct text *text, size_t extra)
{
	if (text->failed)
		return false;
	if (extra < text->capacity - text->length)   /* capacity 0: 0 - 0, never smaller */
		return true;
	const uint64_t needed = add_saturated(text->length, add_saturated(extra, 1));
	const uint64_t capacity = max_u64(max_u64(needed, 64), text->capacity + text->capacity / 2);
	char *data = needed > PTRDIFF_MAX ? NULL : realloc(text->data, capacity);
	if (!data) {
		text->failed = true;
		return false;
	}
	text->data = data;
	text->capacity = capacity;
	return true;
}

void text_fini(struct text *text)
{
	free(text->data);
	*text = (struct text){ 0 };
}

void text_add_bytes(struct text *text, const char *bytes, size_t length)
{
	if (!text_reserve(text, length))
		return;
	if (length > 0)
		memcpy(text->data + text->length, bytes, length);
	text->length += length;
	text->data[text->length] = '\0';
}

void text_add(struct text *text, const char *string) { text_add_bytes(text, string, strlen(string)); }

void text_add_format(struct text *text, const char *format, ...)
{
	va_list arguments, again;
	va_start(arguments, format);
	va_copy(again, arguments);
	const int length = vsnprintf(NULL, 0, format, arguments);
	if (length < 0)
		text->failed = true;
	else if (text_reserve(text, (size_t)length)) {
		vsnprintf(text->data + text->length, (size_t)length + 1, format, again);
		text->length += (size_t)length;
	}
	va_end(again);
	va_end(arguments);
}

/* ---- Whole files in ----------------------------------------------------------------------------- */

/* Wait until a descriptor is ready that another process has set not to block (it is theirs too: it stays so). */
static bool await(int descriptor, short events)
{
	struct pollfd waited = { .fd = descriptor, .events = events };
	return poll(&waited, 1, -1) > 0;
}

/* Read what descriptor gives until its end, into text; too_long where that is more than limit bytes.
 * Returns 0 or an errno. A signal whose handler does not restart calls ends the reading with EINTR, so that
 * Ctrl-C works while input is awaited. */
static int read_all(struct text *text, bool *too_long, int descriptor, size_t limit, size_t expected)
{
	enum { PIECE = 1 << 16 };
	*too_long = false;
	text_reserve(text, expected < limit ? expected + 1 : limit);
	for (;;) {
		if (text->capacity - text->length < 2 && !text_reserve(text, PIECE))
			return ENOMEM;
		if (text->failed)
			return ENOMEM;
		const ssize_t got = read(descriptor, text->data + text->length, text->capacity - text->length - 1);
		if (got < 0 && errno == EAGAIN && await(descriptor, POLLIN))
			continue;
		if (got < 0)
			return errno;
		if (got == 0)
			break;
		text->length += (size_t)got;
		if (text->length > limit) {
			*too_long = true;
			return 0;
		}
	}
	text->data[text->length] = '\0';
	return 0;
}

/* Open an input without waiting for the other end of a pipe. The name's kind is told by the message. */
static songdo_status open_input(int *descriptor, size_t *expected, const char *name, songdo_error *error)
{
	*expected = 0;
	struct stat about;
	const int input = open(name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (input < 0 || fstat(input, &about) != 0) {
		const int cause = errno;
		if (input >= 0)
			close(input);
		return error_set(error, SONGDO_NO_INPUT, "cannot read %s: %s", name, strerror(cause));
	}
	if (!S_ISREG(about.st_mode) && !S_ISFIFO(about.st_mode)) {
		close(input);
		return error_set(error, SONGDO_NO_INPUT, "cannot read %s: it is %s", name,
		                 S_ISDIR(about.st_mode) ? "a directory" : "not a regular file");
	}
	fcntl(input, F_SETFL, 0);
	if (S_ISREG(about.st_mode) && about.st_size > 0)
		*expected = (size_t)about.st_size;
	*descriptor = input;
	return SONGDO_OK;
}

songdo_status text_read_file(char **data, size_t *length, const char *name, size_t limit, songdo_error *error)
{
	*data = NULL;
	*length = 0;
	const bool standard = strcmp(name, "-") == 0;
	const char *called = standard ? "standard input" : name;
	int input = STDIN_FILENO;
	size_t expected = 0;
	if (!standard) {
		const songdo_status status = open_input(&input, &expected, name, error);
		if (status != SONGDO_OK)
			return status;
	}

	struct text text = { 0 };
	bool too_long = expected > limit;
	const int cause = too_long ? 0 : read_all(&text, &too_long, input, limit, expected);
	if (!standard)
		close(input);

	if (cause == 0 && !too_long) {
		*data = text.data;
		*length = text.length;
		return SONGDO_OK;
	}
	text_fini(&text);
	if (too_long)
		return error_set(error, SONGDO_NO_INPUT, "cannot read %s: it is larger than %zu bytes", called, limit);
	if (cause == EINTR)
		return error_set(error, SONGDO_INTERRUPTED, "interrupted while reading %s", called);
	return error_set(error, cause == EIO ? SONGDO_IO : cause == ENOMEM ? SONGDO_NO_FIT : SONGDO_NO_INPUT,
	                 "cannot read %s: %s", called, strerror(cause));
}

/* ---- Whole files out ---------------------------------------------------------------------------- */

/* 0 or an errno. */
static int write_all(int descriptor, const char *data, size_t length)
{
	enum { PIECE = 1 << 30 };   /* Linux writes at most 2^31 - 4096 bytes a call */
	while (length > 0) {
		const ssize_t done = write(descriptor, data, length < PIECE ? length : PIECE);
		if (done < 0 && (errno == EINTR || (errno == EAGAIN && await(descriptor, POLLOUT))))
			continue;
		if (done < 0)
			return errno;
		if (done == 0)
			return ENOSPC;
		data += done;
		length -= (size_t)done;
	}
	return 0;
}

/* Make the rename itself durable. File systems that cannot sync a directory say EINVAL: nothing is lost by that. */
static void sync_directory(const char *name)
{
	const char *slash = strrchr(name, '/');
	char *directory = slash ? strndup(name, slash == name ? 1 : (size_t)(slash - name)) : strdup(".");
	if (!directory)
		return;
	const int descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (descriptor >= 0) {
		fsync(descriptor);
		close(descriptor);
	}
	free(directory);
}

/* Devices, pipes and sockets (/dev/null, /dev/full, a terminal) are written where they stand: a rename would
 * replace them. */
static songdo_status write_special(const char *name, const char *data, size_t length, songdo_error *error)
{
	const int output = open(name, O_WRONLY | O_CLOEXEC | O_NOCTTY);
	if (output < 0)
		return error_set(error, SONGDO_NO_OUTPUT, "cannot write %s: %s", name, strerror(errno));
	int cause = write_all(output, data, length);
	if (close(output) != 0 && cause == 0)
		cause = errno;
	if (cause != 0)
		return error_set(error, SONGDO_IO, "cannot write %s: %s", name, strerror(cause));
	return SONGDO_OK;
}

/* Write beside target, then rename. `old` describes the file that stands there, or is NULL. */
static songdo_status write_beside(const char *target, const struct stat *old, const char *data, size_t length,
                                  songdo_error *error)
{
	struct text beside = { 0 };
	text_add_format(&beside, "%s.%08x.part", target, (unsigned)(random_seed() & 0xFFFFFFFFu));
	if (beside.failed) {
		text_fini(&beside);
		return error_set(error, SONGDO_NO_FIT, "cannot write %s: %s", target, strerror(ENOMEM));
	}
	songdo_status status = SONGDO_OK;
	const int output = open(beside.data, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	if (output < 0) {
		status = error_set(error, SONGDO_NO_OUTPUT, "cannot write %s: %s", target, strerror(errno));
		goto done;
	}
	int cause = old && fchmod(output, old->st_mode & 07777) != 0 ? errno : 0;
	if (cause == 0)
		cause = write_all(output, data, length);
	if (cause == 0 && fsync(output) != 0 && errno != EINVAL && errno != ENOTSUP)
		cause = errno;
	if (close(output) != 0 && cause == 0)
		cause = errno;
	if (cause == 0 && rename(beside.data, target) != 0)
		cause = errno;
	if (cause != 0) {
		unlink(beside.data);
		status = error_set(error, SONGDO_IO, "cannot write %s: %s", target, strerror(cause));
		goto done;
	}
	sync_directory(target);
done:
	text_fini(&beside);
	return status;
}

songdo_status text_write_file(const char *name, const char *data, size_t length, songdo_error *error)
{
	if (strcmp(name, "-") == 0) {
		const int cause = write_all(STDOUT_FILENO, data, length);
		if (cause != 0)
			return error_set(error, SONGDO_IO, "cannot write standard output: %s", strerror(cause));
		return SONGDO_OK;
	}
	struct stat old;
	const bool stands = stat(name, &old) == 0;
	if (stands && S_ISDIR(old.st_mode))
		return error_set(error, SONGDO_NO_OUTPUT, "cannot write %s: it is a directory", name);
	if (stands && !S_ISREG(old.st_mode))
		return write_special(name, data, length, error);
	/* The rename would get around a file's write protection, and would replace a symbolic link by a file. */
	if (stands && access(name, W_OK) != 0)
		return error_set(error, SONGDO_NO_OUTPUT, "cannot write %s: %s", name, strerror(errno));
	char *real = stands ? realpath(name, NULL) : NULL;
	const songdo_status status = write_beside(real ? real : name, stands ? &old : NULL, data, length, error);
	free(real);
	return status;
}

/* ---- The nearest known name ----------------------------------------------------------------------- */

enum { NAME_LENGTH = 63 };   /* longer names are near to nothing */

/* Insertions, deletions, substitutions and exchanges of neighbours that turn a into b, letter case aside
 * (optimal string alignment distance). */
static unsigned edit_distance(const char *a, size_t a_length, const char *b, size_t b_length)
{
	unsigned rows[3][NAME_LENGTH + 1];
	unsigned *before = rows[0], *above = rows[1], *row = rows[2];
	for (size_t j = 0; j <= b_length; j++)
		row[j] = (unsigned)j;
	for (size_t i = 1; i <= a_length; i++) {
		unsigned *const spare = before;
		before = above;
		above = row;
		row = spare;
		row[0] = (unsigned)i;
		for (size_t j = 1; j <= b_length; j++) {
			const int x = tolower((unsigned char)a[i - 1]), y = tolower((unsigned char)b[j - 1]);
			unsigned best = above[j - 1] + (x != y);
			best = above[j] + 1 < best ? above[j] + 1 : best;
			best = row[j - 1] + 1 < best ? row[j - 1] + 1 : best;
			if (i > 1 && j > 1 && x == tolower((unsigned char)b[j - 2]) &&
			    y == tolower((unsigned char)a[i - 2]))
				best = before[j - 2] + 1 < best ? before[j - 2] + 1 : best;
			row[j] = best;
		}
	}
	return row[b_length];
}

const char *text_nearest(const char *name, const char *const *candidates)
{
	const size_t length = strnlen(name, NAME_LENGTH + 1);
	if (length > NAME_LENGTH)
		return NULL;
	/* About a third of the letters may be wrong, three at most; one letter alone must match but for its case. */
	unsigned allowed = (unsigned)(length + 1) / 3;
	allowed = allowed > 3 ? 3 : allowed;
	const char *nearest = NULL;
	for (; *candidates; candidates++) {
		const size_t other = strnlen(*candidates, NAME_LENGTH + 1);
		if (other > NAME_LENGTH || other > length + allowed || length > other + allowed)
			continue;
		const unsigned distance = edit_distance(name, length, *candidates, other);
		if (distance > allowed || distance >= length)
			continue;
		nearest = *candidates;
		if (distance == 0)
			break;
		allowed = distance - 1;
	}
	return nearest;
}
