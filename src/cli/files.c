/* files.c - programs in, documents out.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/cli.h"

/* Read on rank 0 and hand out: its status, the length, the bytes. */
static songdo_status read_everywhere(char **text, size_t *length, songdo_env *env, const char *file, size_t limit,
                                     songdo_error *error)
{
	struct { uint64_t length; songdo_status status; } head = { 0 };
	songdo_status status;

	if (env == NULL || comm_rank(env->comm) == 0) {
		head.status = text_read_file(text, length, file, limit, error);
		head.length = *length;
	}
	if (env == NULL || comm_size(env->comm) == 1)
		return head.status;
	status = comm_broadcast(env->comm, &head, sizeof(head), 0);
	if (status != SONGDO_OK || head.status != SONGDO_OK) {
		error->code = status != SONGDO_OK ? status : head.status;
		return error->code;
	}
	if (comm_rank(env->comm) != 0) {
		*length = head.length;
		*text = calloc(head.length + 1, 1);
	}
	status = env_agree(env, *text == NULL ? error_set(error, SONGDO_NO_FIT, "no memory for the file") : SONGDO_OK, error);
	return status == SONGDO_OK ? comm_broadcast(env->comm, *text, *length, 0) : status;
}

int file_read(char **text, size_t *length, songdo_env *env, const char *file, size_t limit)
{
	songdo_error error = { 0 };
	songdo_status status;

	*text = NULL;
	*length = 0;
	status = read_everywhere(text, length, env, file, limit, &error);
	error.code = status;
	return status == SONGDO_OK ? SONGDO_OK : cli_complain(&error, file, NULL, 0);
}

songdo_status input_parse(songdo_program **program, const char *text, size_t length, const songdo_parse_options *options,
                          songdo_error *errors, size_t *count)
{
	*program = NULL;
	*count = 0;
	if (strspn(text, " \t\r\n") < length)
		return songdo_program_parse(program, text, length, options, errors, CLI_ERRORS, count);
	/* The language allows a program of nothing; a file of nothing is a mistake. */
	*count = 1;
	error_set(&errors[0], SONGDO_BAD_PROGRAM, "the file is empty");
	errors[0].line = errors[0].column = errors[0].length = 1;
	snprintf(errors[0].file, sizeof(errors[0].file), "%s", options->file);
	return SONGDO_BAD_PROGRAM;
}

int input_open(struct input *input, songdo_env *env, const char *file, const songdo_parse_options *options, bool quiet)
{
	songdo_parse_options named = *options;
	songdo_error errors[CLI_ERRORS];
	songdo_status status;
	size_t count = 0;
	double start;
	int code;

	*input = (struct input){ 0 };
	named.file = strcmp(file, "-") == 0 ? "<stdin>" : file;
	code = file_read(&input->text, &input->length, env, file, CLI_FILE_LIMIT);
	if (code != SONGDO_OK)
		return code;
	start = cpu_seconds();
	status = input_parse(&input->program, input->text, input->length, &named, errors, &count);
	input->seconds = cpu_seconds() - start;
	for (size_t i = 0; i < count; i++)
		if (!errors[i].warning || !quiet)
			cli_complain(&errors[i], named.file, input->text, input->length);
	if (status != SONGDO_OK && count == 0)
		cli_say("%s: %s", named.file, songdo_status_text(status));
	return env != NULL ? (int)comm_agree(env->comm, status) : (int)status;
}

void input_close(struct input *input)
{
	songdo_program_free(input->program);
	free(input->text);
	*input = (struct input){ 0 };
}

/* srun without PMIx starts tasks that know nothing of each other: each would do the whole work, and write the same file. */
static void warn_of_lonely_tasks(void)
{
	const char *tasks = getenv("SLURM_STEP_NUM_TASKS"), *task = getenv("SLURM_PROCID");

	if (tasks == NULL || atoi(tasks) < 2 || task == NULL || strcmp(task, "0") != 0)
		return;
	if (getenv("OMPI_COMM_WORLD_SIZE") == NULL && getenv("PMI_RANK") == NULL && getenv("PMIX_RANK") == NULL)
		cli_say("the %s tasks of this step are not ranks: each does all the work alone. srun --mpi=pmix makes ranks of them",
		        tasks);
}

static bool met;   /* an env was opened */

bool cli_ranks_met(void) { return met; }

int cli_open_env(songdo_env **env, const songdo_env_options *options)
{
	songdo_error error = { 0 };
	const songdo_status status = songdo_env_open(env, options, &error);
	char *source = NULL;
	size_t length = 0;

	met = status == SONGDO_OK;
	if (met) {
		warn_of_lonely_tasks();
		return SONGDO_OK;
	}
	error.code = status;
	if (error.line > 0)
		text_read_file(&source, &length, error.file, RATES_FILE_LIMIT, NULL);
	cli_complain(&error, error.file, source, length);
	free(source);
	return (int)status;
}

int output_make_folder(const char *file)
{
	char *path = strdup(file);
	int cause = path == NULL ? ENOMEM : 0;

	for (char *slash = path; cause == 0 && (slash = strchr(slash + 1, '/')) != NULL; *slash = '/') {
		*slash = '\0';
		if (mkdir(path, 0777) != 0 && errno != EEXIST)
			cause = errno;
	}
	if (cause != 0)
		cli_say("cannot make the folder of %s: %s", file, strerror(cause));
	free(path);
	return cause == 0 ? SONGDO_OK : SONGDO_NO_OUTPUT;
}

/* Whether a file of this name could be made; nothing is left behind. */
static songdo_status try_file(const char *file)
{
	struct text beside = { 0 };
	struct stat about;
	int descriptor = -1, cause = 0;

	if (stat(file, &about) == 0) {
		if (S_ISDIR(about.st_mode))
			cause = EISDIR;
		else if (access(file, W_OK) != 0)
			cause = errno;
		if (cause != 0 || !S_ISREG(about.st_mode))
			goto done;
	}
	text_add_format(&beside, "%s.%ld.try", file, (long)getpid());
	descriptor = beside.failed ? -1 : open(beside.data, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	if (descriptor < 0) {
		cause = beside.failed ? ENOMEM : errno;
		goto done;
	}
	close(descriptor);
	unlink(beside.data);
done:
	text_fini(&beside);
	if (cause == 0)
		return SONGDO_OK;
	cli_say("cannot write %s: %s", file, cause == EISDIR ? "it is a directory" : strerror(cause));
	return SONGDO_NO_OUTPUT;
}

int output_check(songdo_env *env, const char *file)
{
	songdo_status status = SONGDO_OK;

	if (file != NULL && strcmp(file, "-") != 0 && songdo_env_rank(env) == 0)
		status = try_file(file);
	return (int)comm_agree(env->comm, status);
}

int output_write(songdo_env *env, const char *file, struct text *document)
{
	songdo_status status = SONGDO_OK;
	songdo_error error = { 0 };

	if (songdo_env_rank(env) == 0) {
		if (document->failed)
			status = error_set(&error, SONGDO_NO_FIT, "no memory for the output");
		else if (document->length > 0)
			status = text_write_file(file != NULL ? file : "-", document->data, document->length, &error);
		if (status != SONGDO_OK)
			cli_complain(&error, "", NULL, 0);
	}
	text_fini(document);
	return (int)comm_agree(env->comm, status);
}
