/* sweep.c - songdo run --sweep: one program, a run a row of inputs.
 *
 * Every row is checked before the first one runs. Lines go to standard output as they come, in groups; a file is
 * written whole at the end.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"

enum { ROWS_TOGETHER = 256 };   /* lines printed at once where nobody watches them come */

/* The place of what a row gives wrongly, and the message for it. Returns the exit code. */
static int complain(const struct rows *rows, size_t row, songdo_error *error, const char *file, const char *text,
                    size_t length)
{
	rows_blame(rows, row, error);
	snprintf(error->file, sizeof(error->file), "%s", file);
	return cli_complain(error, file, text, length);
}

/* Inputs may come from the table or from --input, not from both. */
static songdo_status check_names(const struct rows *rows, const songdo_run_options *options, songdo_error *error)
{
	for (size_t c = 0; c < rows->columns; c++)
		for (size_t i = 0; i < options->input_count; i++)
			if (strcmp(rows->name[c], options->inputs[i].name) == 0)
				return error_set(error, SONGDO_BAD_PROGRAM, "the input '%.80s' is given by --input too", rows->name[c]);
	return SONGDO_OK;
}

/* Unknown and missing inputs are mistakes of the line of names; other mistakes are those of a value. */
static int check_rows(const songdo_prepared *prepared, const struct rows *rows, const songdo_run_options *options,
                      const char *file, const char *text, size_t length)
{
	songdo_error error = { 0 };

	if (check_names(rows, options, &error) != SONGDO_OK)
		return complain(rows, rows->rows, &error, file, text, length);
	for (size_t r = 0; r < rows->rows; r++) {
		const songdo_status status = songdo_prepared_check(prepared, &rows->value[r * rows->columns], rows->columns, &error);
		if (status == SONGDO_OK)
			continue;
		if (status != SONGDO_BAD_USAGE) {
			error.code = status;
			return cli_complain(&error, file, NULL, 0);
		}
		const bool names = strstr(error.message, "has no input") != NULL || strstr(error.message, "is not given") != NULL;
		return complain(rows, names ? rows->rows : r, &error, file, text, length);
	}
	return SONGDO_OK;
}

static void add_row(struct text *text, const songdo_result *result, const struct rows *rows, size_t row,
                    const struct sweep_form *form)
{
	if (form->json) {
		show_row_json(text, result, rows, row);
	} else if (form->csv) {
		if (row == 0)
			show_row_csv(text, result, rows, row, true);
		show_row_csv(text, result, rows, row, false);
	} else {
		show_row(text, result, rows, row, &form->show);
	}
}

int sweep_run(songdo_env *env, songdo_prepared *prepared, const struct rows *rows, const songdo_run_options *options,
              const struct sweep_form *form, songdo_error *error)
{
	const bool screen = form->output == NULL || strcmp(form->output, "-") == 0;
	const size_t together = screen && isatty(STDOUT_FILENO) ? 1 : ROWS_TOGETHER;
	struct text text = { 0 };
	int code = SONGDO_OK;

	for (size_t r = 0; r < rows->rows && code == SONGDO_OK; r++) {
		songdo_result *result = NULL;
		code = (int)songdo_prepared_run(&result, prepared, &rows->value[r * rows->columns], rows->columns,
		                                options->seed + r, error);
		if (code != SONGDO_OK) {
			error->code = (songdo_status)code;
			if (code != SONGDO_INTERRUPTED)
				cli_say("row %zu (line %u of the sweep) cannot be run:", r, rows->place[(r + 1) * rows->columns].line);
			break;
		}
		if (songdo_env_rank(env) == 0)
			add_row(&text, result, rows, r, form);
		songdo_result_free(result);
		/* Every rank says the same, whatever lies in its text. */
		if (screen && (r + 1) % together == 0)
			code = output_write(env, form->output, &text);
	}
	if (code == SONGDO_OK)
		return output_write(env, form->output, &text);
	text_fini(&text);
	return code;
}

int sweep_check(songdo_env *env, struct rows *rows, const songdo_prepared *prepared, const songdo_run_options *options,
                const char *file)
{
	const char *const name = strcmp(file, "-") == 0 ? "<stdin>" : file;
	songdo_error error = { 0 };
	char *text = NULL;
	size_t length = 0;
	int code = file_read(&text, &length, env, file, CLI_FILE_LIMIT);

	*rows = (struct rows){ 0 };
	if (code != SONGDO_OK)
		goto done;
	code = (int)rows_read(rows, text, length, &error);
	if (code != SONGDO_OK) {
		snprintf(error.file, sizeof(error.file), "%s", name);
		error.code = (songdo_status)code;
		cli_complain(&error, name, text, length);
	} else {
		code = check_rows(prepared, rows, options, name, text, length);
	}
	code = (int)comm_agree(env->comm, (songdo_status)code);
done:
	free(text);
	return code;
}
