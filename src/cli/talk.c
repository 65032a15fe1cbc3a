/* talk.c - messages, help, version, colour: what the command says beside its answer.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "qasm/diagnose.h"

int cli_rank(void)
{
	static const char *const names[] = { "OMPI_COMM_WORLD_RANK", "PMIX_RANK", "PMI_RANK" };

	for (size_t i = 0; i < ARRAY_LENGTH(names); i++) {
		const char *value = getenv(names[i]);
		if (value != NULL && *value != '\0')
			return atoi(value);
	}
	return 0;
}

static void say(const char *format, va_list arguments)
{
	if (cli_rank() != 0)
		return;
	fputs("songdo: ", stderr);
	vfprintf(stderr, format, arguments);
	fputc('\n', stderr);
}

void cli_say(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	say(format, arguments);
	va_end(arguments);
}

int cli_usage(const struct command *command, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	say(format, arguments);
	va_end(arguments);
	if (cli_rank() == 0)
		fprintf(stderr, "try: songdo %s --help\n", command->name);
	return SONGDO_BAD_USAGE;
}

int cli_complain(const songdo_error *error, const char *file, const char *source, size_t length)
{
	struct text text = { 0 };

	if (cli_rank() != 0)
		return (int)error->code;
	if (error->line > 0 && source != NULL) {
		diagnose_render(&text, error, file, source, length);
		if (!text.failed && text.data != NULL)
			fputs(text.data, stderr);
		text_fini(&text);
		return (int)error->code;
	}
	if (error->line > 0)
		fprintf(stderr, "%s:%u:%u: %s: %s\n", error->file, error->line, error->column, error->warning ? "warning" : "error", error->message);
	else
		fprintf(stderr, "songdo: %s\n", error->message[0] != '\0' ? error->message : songdo_status_text(error->code));
	if (error->hint[0] != '\0')
		fprintf(stderr, "hint: %s\n", error->hint);
	return (int)error->code;
}

bool cli_colour(FILE *stream)
{
	const char *none = getenv("NO_COLOR"), *terminal = getenv("TERM");

	/* mpirun lends its ranks a terminal of its own, wherever the output then goes: to a file too. */
	if (getenv("OMPI_COMM_WORLD_RANK") != NULL)
		return false;
	return isatty(fileno(stream)) && (none == NULL || *none == '\0') && (terminal == NULL || strcmp(terminal, "dumb") != 0);
}

static void print_option(const struct option_info *info)
{
	char left[64];

	if (info->help == NULL)
		return;
	snprintf(left, sizeof(left), "%c%c%s--%s%s%s", info->letter != 0 ? '-' : ' ', info->letter != 0 ? info->letter : ' ',
	         info->letter != 0 ? ", " : "  ", info->name, info->argument != NULL ? " " : "", info->argument != NULL ? info->argument : "");
	printf("  %-30s %s\n", left, info->help);
}

void cli_print_help(const struct command *command)
{
	printf("usage: songdo %s\n\n%s\n\noptions:\n", command->usage, command->summary);
	for (const struct option_info *info = command->options; info->name != NULL; info++)
		print_option(info);
	printf("  -h, --help                     this text\n\nexamples:\n%s", command->examples);
}

int cli_print_version(void)
{
	printf("songdo %s (%s)\n", songdo_version(), info_features());
	return SONGDO_OK;
}
