/* main.c - the songdo command: the table of commands, and the way to one.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"

const struct command *const cli_commands[] = {&command_run,   &command_check, &command_plan, &command_state,
                                              &command_solve, &command_bench, &command_info,  &command_help,
                                              NULL};

/* Names that the command will have; who asks for one is told so. */
static const char *const later[] = { "draw", "convert", "city", "advantage", "submit", "jobs", "status", "result", "wait", "cancel",
                                     NULL };

static int complain_command(const char *name)
{
	const char *names[ARRAY_LENGTH(cli_commands)];
	const char *nearest;
	size_t count = 0;

	for (size_t i = 0; later[i] != NULL; i++)
		if (strcmp(later[i], name) == 0)
			return cli_usage(&command_help, "songdo %s is not supported in this version", name);
	for (; cli_commands[count] != NULL; count++)
		names[count] = cli_commands[count]->name;
	names[count] = NULL;
	nearest = text_nearest(name, names);
	if (nearest != NULL)
		return cli_usage(&command_help, "there is no command %.60s; did you mean %s?", name, nearest);
	return cli_usage(&command_help, "there is no command %.60s", name);
}

static int run_command(int argc, char **argv)
{
	if (argc < 2)
		return cli_usage(&command_help, "which command?");
	if (strcmp(argv[1], "--version") == 0)
		return cli_rank() == 0 ? cli_print_version() : SONGDO_OK;
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
		return command_help.run(&command_help, 1, argv + 1);
	for (size_t i = 0; cli_commands[i] != NULL; i++)
		if (strcmp(cli_commands[i]->name, argv[1]) == 0)
			return cli_commands[i]->run(cli_commands[i], argc - 1, argv + 1);
	return complain_command(argv[1]);
}

/* Launchers end every rank as soon as one fails. Where MPI does not hold the ranks together (it is not started for a
 * wrong option), the others give rank 0 the time to say why, on a busy machine too: its own exit ends their wait. */
enum { PATIENCE_SECONDS = 3 };

int main(int argc, char **argv)
{
	const int code = run_command(argc, argv);

	if (code != SONGDO_OK && cli_rank() != 0 && !cli_ranks_met())
		sleep(PATIENCE_SECONDS);
	return code;
}
