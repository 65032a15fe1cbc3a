/* test_store.c - .npy files read back, and what must not be written over.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "oracle.h"
#include "vector/vector.h"

static char folder[64];

static void make_folder(void)
{
	strcpy(folder, "/tmp/songdo-store-XXXXXX");
	cr_assert_not_null(mkdtemp(folder));
}

/* The files in the folder; the folder and they are removed. */
static int clear_folder(void)
{
	int files = 0;
	char name[512];
	DIR *directory = opendir(folder);
	for (struct dirent *entry; (entry = readdir(directory));)
		if (entry->d_name[0] != '.') {
			snprintf(name, sizeof name, "%s/%s", folder, entry->d_name);
			cr_assert_eq(remove(name), 0);
			files++;
		}
	closedir(directory);
	cr_assert_eq(rmdir(folder), 0);
	return files;
}

static struct vector *random_vector(songdo_env **env, songdo_precision precision, uint64_t length)
{
	uint64_t seed = 1;
	double complex *dense = malloc(length * sizeof *dense);
	struct vector *vector;
	oracle_random_state(dense, length, &seed);
	cr_assert_eq(songdo_env_open(env, NULL, NULL), SONGDO_OK);
	cr_assert_eq(vector_new(&vector, *env, precision, length, length, NULL), SONGDO_OK);
	vector->kernel->from_double(vector->amplitudes, dense, 0, length);
	free(dense);
	return vector;
}

/* Parse a .npy file by the words of its format, and compare with the vector. */
static void check_file(const char *name, const struct vector *vector, const char *type)
{
	FILE *file = fopen(name, "rb");
	cr_assert_not_null(file);
	unsigned char head[10];
	char header[256] = {0}, expected[64];
	cr_assert_eq(fread(head, 1, 10, file), 10);
	cr_assert_eq(memcmp(head, "\x93NUMPY\x01\x00", 8), 0);
	size_t length = head[8] + 256u * head[9];
	cr_assert_lt(length, sizeof header);
	cr_assert_eq((length + 10) % 64, 0);
	cr_assert_eq(fread(header, 1, length, file), length);
	cr_assert_eq(header[length - 1], '\n');
	snprintf(expected, sizeof expected, "'descr': '%s'", type);
	cr_assert_not_null(strstr(header, expected), "%s", header);
	cr_assert_not_null(strstr(header, "'fortran_order': False"));
	snprintf(expected, sizeof expected, "'shape': (%zu,)", (size_t)vector->local);
	cr_assert_not_null(strstr(header, expected), "%s", header);
	size_t bytes = vector->local * vector->kernel->amplitude_bytes;
	char *data = malloc(bytes + 1);
	cr_assert_eq(fread(data, 1, bytes + 1, file), bytes);
	cr_assert_eq(memcmp(data, vector->amplitudes, bytes), 0);
	free(data);
	fclose(file);
}

Test(store, files_read_back_equal)
{
	static const uint64_t lengths[] = {1, 7, 1 << 10, 3 << 20};
	make_folder();
	for (size_t l = 0; l < ARRAY_LENGTH(lengths); l++)
		for (int p = 0; p < 2; p++) {
			songdo_env *env;
			struct vector *vector = random_vector(&env, p ? SONGDO_SINGLE : SONGDO_DOUBLE, lengths[l]);
			char name[128];
			snprintf(name, sizeof name, "%s/state.npy", folder);
			cr_assert_eq(vector_save(vector, name, NULL), SONGDO_OK);
			check_file(name, vector, p ? "<c8" : "<c16");
			struct stat status;
			mode_t mask = umask(0);
			umask(mask);
			cr_assert_eq(stat(name, &status), 0);
			cr_assert_eq(status.st_mode & 0777, 0666 & ~mask);
			vector_free(vector);
			songdo_env_close(env);
		}
	cr_assert_eq(clear_folder(), 1);
}

Test(store, numpy_reads_them)
{
	if (system("python3 -c 'import numpy' >/dev/null 2>&1") != 0)
		cr_skip_test("python3 with numpy is not here");
	make_folder();
	songdo_env *env;
	struct vector *vector = random_vector(&env, SONGDO_DOUBLE, 1024);
	char name[128], command[512];
	double complex value;
	snprintf(name, sizeof name, "%s/state.npy", folder);
	cr_assert_eq(vector_save(vector, name, NULL), SONGDO_OK);
	cr_assert_eq(vector_get(vector, 1000, &value), SONGDO_OK);
	snprintf(command, sizeof command,
	         "python3 -c \"import numpy; a = numpy.load('%s'); assert a.dtype == numpy.complex128 and a.shape == (1024,); "
	         "assert a[1000] == complex(%.17g, %.17g)\"", name, creal(value), cimag(value));
	cr_assert_eq(system(command), 0);
	vector_free(vector);
	songdo_env_close(env);
	clear_folder();
}

Test(store, what_cannot_be_written_is_refused_and_leaves_nothing)
{
	songdo_env *env;
	songdo_error error = {0};
	struct vector *vector = random_vector(&env, SONGDO_DOUBLE, 1 << 12);
	char name[128];
	make_folder();
	cr_assert_eq(vector_save(vector, "/nowhere/state.npy", &error), SONGDO_NO_OUTPUT);
	cr_assert(strstr(error.message, "/nowhere/state.npy") && strstr(error.message, "No such file"), "%s", error.message);
	cr_assert_eq(vector_save(vector, folder, &error), SONGDO_NO_OUTPUT);
	cr_assert(strstr(error.message, "not a regular file"), "%s", error.message);
	cr_assert_eq(vector_save(vector, "/dev/null", &error), SONGDO_NO_OUTPUT);
	struct stat status;
	cr_assert(stat("/dev/null", &status) == 0 && S_ISCHR(status.st_mode));

	/* A file that stands there stays as it is where the new one may not be as large as it must. */
	snprintf(name, sizeof name, "%s/state.npy", folder);
	cr_assert_eq(vector_save(vector, name, NULL), SONGDO_OK);
	struct rlimit limit;
	cr_assert_eq(getrlimit(RLIMIT_FSIZE, &limit), 0);
	struct vector *larger;
	cr_assert_eq(vector_new(&larger, env, SONGDO_DOUBLE, 1 << 13, 1 << 13, NULL), SONGDO_OK);
	struct rlimit less = {.rlim_cur = 1 << 16, .rlim_max = limit.rlim_max};
	cr_assert_eq(setrlimit(RLIMIT_FSIZE, &less), 0);
	songdo_status refused = vector_save(larger, name, &error);
	cr_assert_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
	cr_assert_eq(refused, SONGDO_NO_OUTPUT);
	cr_assert(strstr(error.message, "64.0 KiB"), "%s", error.message);
	check_file(name, vector, "<c16");
	vector_free(vector);
	vector_free(larger);
	songdo_env_close(env);
	cr_assert_eq(clear_folder(), 1);
}
