/* help.c - songdo help: the commands, or one of them.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "cli/cli.h"

static const struct option_info no_options[] = { { 0 } };

static int list_commands(void)
{
	printf("usage: songdo COMMAND [options]\n\nQuantum circuits, simulated: OpenQASM in, counts out; problems in, answers out.\n\ncommands:\n");
	for (size_t i = 0; cli_commands[i] != NULL; i++)
		printf("  %-8s %s\n", cli_commands[i]->name, cli_commands[i]->summary);
	printf("\n  songdo COMMAND --help   tells more, with examples\n  songdo --version        version and features\n\n"
	       "examples:\n  songdo run bell.qasm --shots 1000\n  songdo check circuit.qasm\n  mpirun -n 4 songdo run large.qasm\n"
	       "  songdo solve districts.json\n");
	return SONGDO_OK;
}

static int help_main(const struct command *command, int argc, char **argv)
{
	const char *names[32];
	size_t count = 0;

	if (argc < 2 || argv[1][0] == '-')
		return cli_rank() == 0 ? list_commands() : SONGDO_OK;
	for (; cli_commands[count] != NULL && count + 1 < ARRAY_LENGTH(names); count++) {
		names[count] = cli_commands[count]->name;
		if (strcmp(names[count], argv[1]) == 0) {
			if (cli_rank() == 0)
				cli_print_help(cli_commands[count]);
			return SONGDO_OK;
		}
	}
	names[count] = NULL;
	if (text_nearest(argv[1], names) != NULL)
		return cli_usage(command, "there is no command %.60s; did you mean %s?", argv[1], text_nearest(argv[1], names));
	return cli_usage(command, "there is no command %.60s", argv[1]);
}

const struct command command_help = {
	.name = "help",
	.usage = "help [COMMAND]",
	.summary = "List the commands, or tell about one.",
	.options = no_options,
	.examples = "  songdo help\n  songdo help run\n",
	.run = help_main,
};
