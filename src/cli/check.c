/* check.c - songdo check: what is wrong with programs.
 *
 * Every rank of a launcher checks for itself, without MPI.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "cli/cli.h"
#include "qasm/diagnose.h"

enum { FORMAT, DIALECT, U_PHASE, INCLUDE, QUIET };

static const struct option_info options_check[] = {
	[FORMAT] = { "format", 0, "F", "text (default) or json" },
	[DIALECT] = { "dialect", 0, "D", "auto (default), qasm2, qasm3 or braket" },
	[U_PHASE] = { "u-phase", 0, "P", "auto (default), spec or legacy" },
	[INCLUDE] = { "include", 'I', "DIR", "where include files may be; may be repeated" },
	[QUIET] = { "quiet", 'q', NULL, "say nothing of files that are well, and no warnings" },
	{ "target", 0, "NAME", NULL },
	{ 0 }
};

static const char *const format_names[] = { "text", "json", NULL };
static const char *const dialect_names[] = { "auto", "qasm2", "qasm3", "braket", NULL };
static const char *const phase_names[] = { "auto", "spec", "legacy", NULL };

struct request {
	songdo_parse_options parse;
	const char **include;
	size_t includes;
	int format;
	bool quiet;
};

static void add_diagnostic(struct json *json, const songdo_error *error, const char *file)
{
	json_object(json);
	json_key(json, "severity");
	json_string(json, error->warning ? "warning" : "error");
	json_key(json, "file");
	json_string(json, error->file[0] != '\0' ? error->file : file);
	json_key(json, "line");
	json_u64(json, error->line);
	json_key(json, "column");
	json_u64(json, error->column);
	json_key(json, "length");
	json_u64(json, error->length);
	json_key(json, "message");
	json_string(json, error->message);
	json_key(json, "hint");
	json_string(json, error->hint);
	json_object_end(json);
}

static void add_file(struct json *json, const char *file, songdo_status status, const songdo_error *errors, size_t count)
{
	json_object(json);
	json_key(json, "file");
	json_string(json, file);
	json_key(json, "code");
	json_i64(json, status);
	json_key(json, "diagnostics");
	json_array(json);
	for (size_t i = 0; i < count; i++)
		add_diagnostic(json, &errors[i], file);
	json_array_end(json);
	json_object_end(json);
}

static songdo_status check_file(const struct request *request, const char *file, struct json *json)
{
	songdo_parse_options options = request->parse;
	songdo_error errors[CLI_ERRORS] = { 0 };
	songdo_program *program = NULL;
	songdo_status status;
	size_t length = 0, count = 0;
	char *text = NULL;

	options.file = strcmp(file, "-") == 0 ? "<stdin>" : file;
	status = text_read_file(&text, &length, file, CLI_FILE_LIMIT, &errors[0]);
	if (status == SONGDO_OK)
		status = input_parse(&program, text, length, &options, errors, &count);
	else
		count = 1;
	if (json != NULL) {
		add_file(json, options.file, status, errors, count);
	} else {
		for (size_t i = 0; i < count; i++)
			if (!errors[i].warning || !request->quiet)
				cli_complain(&errors[i], options.file, text, length);
		if (status == SONGDO_OK && !request->quiet && cli_rank() == 0)
			printf("%s: ok\n", options.file);
	}
	songdo_program_free(program);
	free(text);
	return status;
}

static int read_option(struct request *request, int option, const char *value)
{
	const char *name = options_check[option].name;
	bool good = true;
	int choice = 0;

	switch (option) {
	case FORMAT: good = option_choice(&request->format, name, value, format_names); break;
	case DIALECT:
		good = option_choice(&choice, name, value, dialect_names);
		request->parse.dialect = (songdo_dialect)choice;
		break;
	case U_PHASE:
		good = option_choice(&choice, name, value, phase_names);
		request->parse.legacy_u_phase = choice == 0 ? 0 : choice == 1 ? -1 : 1;
		break;
	case INCLUDE: request->include[request->includes++] = value; break;
	case QUIET: request->quiet = true; break;
	}
	return good ? SONGDO_OK : SONGDO_BAD_USAGE;
}

/* The worst over the files; programs go on being checked after one that cannot be read. */
static int check_files(const struct request *request, int argc, char **argv)
{
	struct text text = { 0 };
	struct json json;
	int worst = SONGDO_OK;

	json_init(&json, &text, 2);
	if (request->format == 1) {
		json_object(&json);
		json_key(&json, "schema");
		json_string(&json, "songdo.check/1");
		json_key(&json, "files");
		json_array(&json);
	}
	for (int i = optind; i < argc; i++) {
		const int code = (int)check_file(request, argv[i], request->format == 1 ? &json : NULL);
		worst = code > worst ? code : worst;
	}
	if (request->format == 1) {
		json_array_end(&json);
		json_object_end(&json);
		text_add(&text, "\n");
		if (text.failed)
			worst = SONGDO_NO_FIT;
		else if (cli_rank() == 0)
			fputs(text.data, stdout);
	}
	text_fini(&text);
	return worst;
}

static int check_main(const struct command *command, int argc, char **argv)
{
	struct request request = { 0 };
	struct options options;
	int option, code = SONGDO_NO_FIT;

	request.include = calloc((size_t)argc + 1, sizeof(*request.include));
	if (request.include == NULL || !options_open(&options, command, argc, argv))
		goto done;
	while ((option = options_next(&options, &code)) >= 0)
		if ((code = read_option(&request, option, options.value)) != SONGDO_OK)
			break;
	options_close(&options);
	if (option != OPTIONS_END)
		goto done;
	request.parse.include_directories = request.includes > 0 ? request.include : NULL;
	code = optind == argc ? cli_usage(command, "which programs? Name files, or - for standard input") : check_files(&request, argc, argv);
done:
	free(request.include);
	return code;
}

const struct command command_check = {
	.name = "check",
	.usage = "check FILE... [options]",
	.summary = "Read OpenQASM programs and report what is wrong, up to 20 errors a file. Nothing is run.",
	.options = options_check,
	.examples = "  songdo check bell.qasm\n"
	            "  songdo check *.qasm --quiet\n"
	            "  songdo check - --format json < circuit.qasm\n",
	.run = check_main,
};
