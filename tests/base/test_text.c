/* test_text.c - growing strings, whole files, names and errors.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"

enum { LIMIT = 1 << 24 };

/* A fresh folder, as the working directory of this test's own process. */
static void enter_fresh_folder(void)
{
	char folder[] = "/tmp/songdo-text-XXXXXX";
	cr_assert(mkdtemp(folder));
	cr_assert_eq(chdir(folder), 0);
}

/* Remove it with the files in it; returns how many there were. */
static int leave_folder(void)
{
	char folder[256];
	cr_assert(getcwd(folder, sizeof folder));
	DIR *stream = opendir(".");
	int files = 0;
	for (struct dirent *entry; (entry = readdir(stream));)
		if (entry->d_name[0] != '.') {
			files++;
			unlink(entry->d_name);
		}
	closedir(stream);
	rmdir(folder);
	return files;
}

static void put(const char *name, const char *content)
{
	songdo_error error;
	cr_assert_eq(text_write_file(name, content, strlen(content), &error), SONGDO_OK, "%s", error.message);
}

static void expect(const char *name, const char *content)
{
	char *data;
	size_t length;
	songdo_error error;
	cr_assert_eq(text_read_file(&data, &length, name, LIMIT, &error), SONGDO_OK, "%s", error.message);
	cr_assert_eq(length, strlen(content));
	cr_assert_str_eq(data, content);
	free(data);
}

Test(text, additions_join)
{
	struct text text = { 0 };
	text_add(&text, "ab");
	text_add_bytes(&text, "cdxx", 2);
	text_add_format(&text, "%d-%s", 42, "z");
	text_add(&text, "");
	cr_assert(!text.failed);
	cr_assert_str_eq(text.data, "abcd42-z");
	cr_assert_eq(text.length, 8);
	text_fini(&text);
	cr_assert_null(text.data);
}

Test(text, a_text_grows_through_every_length)
{
	struct text text = { 0 };
	for (int i = 0; i < 100000; i++) {
		text_add_format(&text, "%c", 'a' + i % 26);
		cr_assert_eq(text.data[text.length], '\0');
	}
	cr_assert_eq(text.length, 100000);
	for (int i = 0; i < 100000; i++)
		cr_assert_eq(text.data[i], 'a' + i % 26);
	text_fini(&text);
}

Test(text, a_text_out_of_memory_says_so_and_keeps_what_it_has)
{
	struct text text = { 0 };
	text_add(&text, "kept");
	text_add_bytes(&text, "", SIZE_MAX - 10);
	cr_assert(text.failed);
	text_add(&text, "more");
	cr_assert_str_eq(text.data, "kept");
	text_fini(&text);
}

Test(text, a_file_round_trips_with_every_byte)
{
	enter_fresh_folder();
	char content[70000], *data;
	size_t length;
	for (size_t i = 0; i < sizeof content; i++)
		content[i] = (char)(i * 7 + i / 256);
	songdo_error error;
	cr_assert_eq(text_write_file("file", content, sizeof content, &error), SONGDO_OK, "%s", error.message);
	cr_assert_eq(text_read_file(&data, &length, "file", LIMIT, &error), SONGDO_OK, "%s", error.message);
	cr_assert_eq(length, sizeof content);
	cr_assert_eq(memcmp(data, content, length), 0);
	cr_assert_eq(data[length], '\0');
	free(data);
	cr_assert_eq(leave_folder(), 1, "nothing else is left behind");
}

Test(text, an_empty_file_is_empty_text)
{
	enter_fresh_folder();
	put("empty", "");
	expect("empty", "");
	leave_folder();
}

Test(text, a_file_at_the_limit_is_read_and_one_byte_more_is_refused)
{
	enter_fresh_folder();
	put("file", "12345678");
	char *data;
	size_t length;
	songdo_error error;
	cr_assert_eq(text_read_file(&data, &length, "file", 8, &error), SONGDO_OK);
	cr_assert_eq(length, 8);
	free(data);
	cr_assert_eq(text_read_file(&data, &length, "file", 7, &error), SONGDO_NO_INPUT);
	cr_assert_null(data);
	cr_assert(strstr(error.message, "larger than 7 bytes"), "%s", error.message);
	leave_folder();
}

Test(text, what_is_no_readable_file_is_refused_with_the_reason)
{
	enter_fresh_folder();
	static const struct {
		const char *name, *reason;
	} bad[] = {
		{ "absent.qasm", "No such file" },
		{ ".", "a directory" },
		{ "/dev/zero", "not a regular file" },
		{ "absent/bell.qasm", "No such file" },
	};
	for (size_t i = 0; i < ARRAY_LENGTH(bad); i++) {
		char *data = (char *)"", *found;
		size_t length = 1;
		songdo_error error;
		cr_assert_eq(text_read_file(&data, &length, bad[i].name, LIMIT, &error), SONGDO_NO_INPUT);
		cr_assert_eq(error.code, SONGDO_NO_INPUT);
		found = strstr(error.message, bad[i].reason);
		cr_assert(found && strstr(error.message, bad[i].name), "%s", error.message);
		cr_assert_null(data);
		cr_assert_eq(text_read_file(&data, &length, bad[i].name, LIMIT, NULL), SONGDO_NO_INPUT);
	}
	leave_folder();
}

static void *feed_pipe(void *descriptor)
{
	char piece[1000];
	memset(piece, 'p', sizeof piece);
	for (int i = 0; i < 300; i++)
		if (write(*(int *)descriptor, piece, sizeof piece) != (ssize_t)sizeof piece)
			break;
	close(*(int *)descriptor);
	return NULL;
}

Test(text, standard_input_and_pipes_are_read_to_their_end)
{
	for (int named = 0; named < 2; named++) {
		int ends[2];
		char name[32] = "-", *data;
		size_t length;
		songdo_error error;
		pthread_t writer;
		cr_assert_eq(pipe(ends), 0);
		if (named)
			snprintf(name, sizeof name, "/proc/self/fd/%d", ends[0]);
		else
			dup2(ends[0], STDIN_FILENO);
		pthread_create(&writer, NULL, feed_pipe, &ends[1]);
		cr_assert_eq(text_read_file(&data, &length, name, LIMIT, &error), SONGDO_OK, "%s", error.message);
		cr_assert_eq(length, 300000);
		cr_assert(data[0] == 'p' && data[length - 1] == 'p');
		pthread_join(writer, NULL);
		free(data);
	}
}

static void note_signal(int number) { (void)number; }

Test(text, a_signal_ends_the_wait_for_input, .timeout = 20)
{
	int ends[2];
	cr_assert_eq(pipe(ends), 0);
	dup2(ends[0], STDIN_FILENO);
	sigaction(SIGALRM, &(struct sigaction){ .sa_handler = note_signal }, NULL);
	alarm(1);
	char *data;
	size_t length;
	songdo_error error;
	cr_assert_eq(text_read_file(&data, &length, "-", LIMIT, &error), SONGDO_INTERRUPTED);
}

Test(text, a_file_is_replaced_whole_and_keeps_its_mode)
{
	enter_fresh_folder();
	put("file", "old");
	cr_assert_eq(chmod("file", 0640), 0);
	put("file", "new content");
	expect("file", "new content");
	struct stat about;
	cr_assert_eq(stat("file", &about), 0);
	cr_assert_eq(about.st_mode & 07777, 0640);
	cr_assert_eq(leave_folder(), 1);
}

Test(text, a_new_file_follows_the_umask)
{
	enter_fresh_folder();
	umask(027);
	put("file", "x");
	struct stat about;
	cr_assert_eq(stat("file", &about), 0);
	cr_assert_eq(about.st_mode & 07777, 0640);
	leave_folder();
}

Test(text, a_link_stays_a_link_and_its_file_is_replaced)
{
	enter_fresh_folder();
	put("file", "old");
	cr_assert_eq(symlink("file", "link"), 0);
	put("link", "new");
	struct stat about;
	cr_assert_eq(lstat("link", &about), 0);
	cr_assert(S_ISLNK(about.st_mode));
	expect("file", "new");
	cr_assert_eq(leave_folder(), 2);
}

Test(text, an_output_that_cannot_be_created_is_refused)
{
	enter_fresh_folder();
	static const char *const bad[] = { ".", "absent/file", "/proc/songdo" };
	for (size_t i = 0; i < ARRAY_LENGTH(bad); i++) {
		songdo_error error;
		cr_assert_eq(text_write_file(bad[i], "x", 1, &error), SONGDO_NO_OUTPUT, "%s", bad[i]);
		cr_assert(strstr(error.message, bad[i]), "%s", error.message);
	}
	cr_assert_eq(leave_folder(), 0);
}

/* A full device is no file that could be replaced: it stays, and the failure is told. */
Test(text, a_full_device_is_an_error_and_stays_a_device)
{
	songdo_error error;
	struct stat about;
	cr_assert_eq(text_write_file("/dev/full", "x", 1, &error), SONGDO_IO);
	cr_assert(strstr(error.message, "No space left"), "%s", error.message);
	cr_assert_eq(stat("/dev/full", &about), 0);
	cr_assert(S_ISCHR(about.st_mode));
	cr_assert_eq(text_write_file("/dev/null", "x", 1, &error), SONGDO_OK);
	cr_assert_eq(stat("/dev/null", &about), 0);
	cr_assert(S_ISCHR(about.st_mode));
}

Test(text, a_full_standard_output_is_an_error)
{
	const int full = open("/dev/full", O_WRONLY), saved = dup(STDOUT_FILENO);
	cr_assert(full >= 0 && saved >= 0);
	dup2(full, STDOUT_FILENO);
	songdo_error error;
	const songdo_status status = text_write_file("-", "x", 1, &error);
	dup2(saved, STDOUT_FILENO);
	cr_assert_eq(status, SONGDO_IO);
}

/* The limit on file sizes stands in for a full disk: the write fails half way, as it would there. */
Test(text, a_write_that_fails_half_way_leaves_the_old_file)
{
	enter_fresh_folder();
	put("file", "old");
	signal(SIGXFSZ, SIG_IGN);
	static char content[100000];
	struct rlimit before, small;
	getrlimit(RLIMIT_FSIZE, &before);
	small = before;
	small.rlim_cur = 50000;
	cr_assert_eq(setrlimit(RLIMIT_FSIZE, &small), 0);
	songdo_error error;
	const songdo_status status = text_write_file("file", content, sizeof content, &error);
	setrlimit(RLIMIT_FSIZE, &before);
	cr_assert_eq(status, SONGDO_IO);
	expect("file", "old");
	cr_assert_eq(leave_folder(), 1, "the unfinished file is gone");
}

Test(text, the_nearest_name)
{
	static const char *const names[] = {"h",       "cx",     "ccx", "measure",    "barrier",
	                                    "--shots", "--seed", "rx",  "qelib1.inc", NULL};
	static const struct {
		const char *name, *nearest;
	} cases[] = {
	        {"mesure", "measure"},
	        {"measrue", "measure"},
	        {"MEASURE", "measure"},
	        {"--shot", "--shots"},
	        {"H", "h"},
	        {"CX", "cx"},
	        {"x", NULL},
	        {"ry", "rx"},
	        {"teleport", NULL},
	        {"", NULL},
	        {"qelib.inc", "qelib1.inc"},
	        {"barier", "barrier"},
	        {"--sed", "--seed"},
	        {"cccx", "ccx"},
	        {"a name of more than sixty-three letters is near to nothing in the world", NULL},
	};
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		const char *found = text_nearest(cases[i].name, names);
		if (!cases[i].nearest)
			cr_assert_null(found, "%s gave %s", cases[i].name, found ? found : "");
		else
			cr_assert(found && strcmp(found, cases[i].nearest) == 0, "%s gave %s", cases[i].name,
			          found ? found : "nothing");
	}
}

Test(error, is_filled_afresh_and_may_quote_itself)
{
	songdo_error error;
	memset(&error, 0x55, sizeof error);
	cr_assert_eq(error_set(&error, SONGDO_BAD_PROGRAM, "gate %s", "zz"), SONGDO_BAD_PROGRAM);
	cr_assert_eq(error.code, SONGDO_BAD_PROGRAM);
	cr_assert_str_eq(error.message, "gate zz");
	cr_assert(error.line == 0 && error.column == 0 && error.length == 0 && error.warning == 0);
	cr_assert_str_empty(error.file);
	cr_assert_str_empty(error.hint);
	error_hint(&error, "did you mean %s?", "rzz");
	cr_assert_str_eq(error.hint, "did you mean rzz?");
	error_set(&error, SONGDO_IO, "(%s)", error.message);
	cr_assert_str_eq(error.message, "(gate zz)");
	cr_assert_eq(error_set(NULL, SONGDO_IO, "nobody listens"), SONGDO_IO);
	error_hint(NULL, "nobody listens");
}

Test(error, a_long_message_ends_at_a_whole_character)
{
	/* Three bytes a character: from either start, the cut falls inside of one sooner or later. */
	for (int start = 0; start < 3; start++) {
		char message[1000] = "ab";
		message[start] = '\0';
		for (int i = 0; i < 200; i++)
			strcat(message, "송");
		songdo_error error;
		error_set(&error, SONGDO_BAD_PROGRAM, "%s", message);
		const size_t length = strlen(error.message);
		cr_assert(length >= sizeof error.message - 3 && length < sizeof error.message);
		cr_assert_eq((length - (size_t)start) % 3, 0);
		cr_assert_eq(strncmp(message, error.message, length), 0);
	}
}

Test(status, has_words_for_every_code)
{
	static const songdo_status codes[] = { 0, 1, 64, 65, 66, 69, 70, 71, 73, 74, 75, 78, 130 };
	for (size_t i = 0; i < ARRAY_LENGTH(codes); i++)
		cr_assert_str_neq(songdo_status_text(codes[i]), "unknown status", "%d", codes[i]);
	cr_assert_str_eq(songdo_status_text((songdo_status)2), "unknown status");
	cr_assert_str_not_empty(songdo_version());
}
