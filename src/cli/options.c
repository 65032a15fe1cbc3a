/* options.c - command lines read against a table.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"

enum { HELP = 1000 };   /* what getopt_long returns for --help, and for option i: OPTION + i */
enum { OPTION = 2000 };

bool options_open(struct options *options, const struct command *command, int argc, char **argv)
{
	size_t letters = 0;

	*options = (struct options){ .command = command, .argc = argc, .argv = argv };
	while (command->options[options->count].name != NULL)
		options->count++;
	options->longs = calloc((size_t)options->count + 2, sizeof(*options->longs));
	options->shorts = calloc(3 + 2 * (size_t)options->count, 1);
	if (options->longs == NULL || options->shorts == NULL) {
		options_close(options);
		cli_say("out of memory");
		return false;
	}
	options->shorts[letters++] = ':';
	options->shorts[letters++] = 'h';
	for (int i = 0; i < options->count; i++) {
		const struct option_info *info = &command->options[i];
		options->longs[i] = (struct option){ info->name, info->argument != NULL ? required_argument : no_argument, NULL, OPTION + i };
		if (info->letter == 0)
			continue;
		options->shorts[letters++] = info->letter;
		if (info->argument != NULL)
			options->shorts[letters++] = ':';
	}
	options->longs[options->count] = (struct option){ "help", no_argument, NULL, HELP };
	opterr = 0;
	optind = 0;   /* glibc: start anew */
	return true;
}

void options_close(struct options *options)
{
	free(options->longs);
	free(options->shorts);
	options->longs = NULL;
	options->shorts = NULL;
}

/* The long option that was meant by a wrong word ("--shot=3"). */
static int complain_unknown(const struct options *options, const char *word)
{
	const char *candidates[options->count + 2];
	const char *nearest;
	char name[64];

	if (word[0] != '-' || word[1] != '-')
		return cli_usage(options->command, "there is no option -%c", optopt);
	for (int i = 0; i < options->count; i++)
		candidates[i] = options->command->options[i].name;
	candidates[options->count] = "help";
	candidates[options->count + 1] = NULL;
	snprintf(name, sizeof(name), "%.*s", (int)strcspn(word + 2, "="), word + 2);
	nearest = text_nearest(name, candidates);
	if (nearest != NULL)
		return cli_usage(options->command, "there is no option --%s; did you mean --%s?", name, nearest);
	return cli_usage(options->command, "there is no option --%s", name);
}

int options_next(struct options *options, int *code)
{
	const int word = optind == 0 ? 1 : optind;
	const int got = getopt_long(options->argc, options->argv, options->shorts, options->longs, NULL);
	int i;

	*code = SONGDO_OK;
	options->value = optarg;
	if (got == -1)
		return OPTIONS_END;
	if (got == HELP || got == 'h') {
		if (cli_rank() == 0)
			cli_print_help(options->command);
		return OPTIONS_STOP;
	}
	if (got == '?') {
		/* getopt has moved past the word it did not know. */
		*code = optopt >= OPTION ? cli_usage(options->command, "--%s takes no value", options->command->options[optopt - OPTION].name) :
		        complain_unknown(options, options->argv[optopt != 0 && optind == word ? word : optind - 1]);
		return OPTIONS_STOP;
	}
	if (got == ':') {
		if (optopt >= OPTION)
			*code = cli_usage(options->command, "--%s wants a value", options->command->options[optopt - OPTION].name);
		else
			*code = cli_usage(options->command, "-%c wants a value", optopt);
		return OPTIONS_STOP;
	}
	for (i = got >= OPTION ? got - OPTION : 0; got < OPTION && options->command->options[i].letter != got;)
		i++;
	if (options->command->options[i].help == NULL) {
		*code = cli_usage(options->command, "--%s is not supported in this version", options->command->options[i].name);
		return OPTIONS_STOP;
	}
	return i;
}

bool option_u64(uint64_t *out, const char *name, const char *value, uint64_t least, uint64_t most)
{
	char *end;
	unsigned long long number;

	errno = 0;
	number = strtoull(value, &end, 10);
	if (value[0] < '0' || value[0] > '9' || *end != '\0') {
		cli_say("--%s wants a whole number, not \"%.60s\"", name, value);
		return false;
	}
	if (errno == ERANGE || number < least || number > most) {
		cli_say("--%s must be from %llu to %llu", name, (unsigned long long)least, (unsigned long long)most);
		return false;
	}
	*out = number;
	return true;
}

bool option_size(uint64_t *out, const char *name, const char *value)
{
	static const char units[] = "KMGTP";
	char *end;
	double number;
	const char *unit;

	number = strtod(value, &end);
	if (end == value || value[0] < '0' || value[0] > '9' || !isfinite(number))
		goto wrong;
	if (*end != '\0' && (unit = strchr(units, *end >= 'a' ? *end - 'a' + 'A' : *end)) != NULL) {
		number = ldexp(number, 10 * (int)(unit - units + 1));
		end++;
		if (*end == 'i')
			end++;
	}
	if (*end == 'B')
		end++;
	if (*end != '\0' || !(number >= 1) || number > 0x1p62)
		goto wrong;
	*out = (uint64_t)number;
	return true;
wrong:
	cli_say("--%s wants a size such as 512M or 1.5G, not \"%.60s\"", name, value);
	return false;
}

bool option_choice(int *out, const char *name, const char *value, const char *const *choices)
{
	const char *const dashes = name != NULL ? "--" : "";
	struct text list = { 0 };
	const char *nearest;

	if (name == NULL)
		name = "the action";
	for (int i = 0; choices[i] != NULL; i++) {
		if (strcmp(choices[i], value) == 0) {
			*out = i;
			text_fini(&list);
			return true;
		}
		text_add_format(&list, "%s%s", i == 0 ? "" : choices[i + 1] == NULL ? " or " : ", ", choices[i]);
	}
	nearest = text_nearest(value, choices);
	if (nearest != NULL)
		cli_say("%s%s is %s, not \"%.60s\"; did you mean %s?", dashes, name, list.failed ? "" : list.data, value, nearest);
	else
		cli_say("%s%s is %s, not \"%.60s\"", dashes, name, list.failed ? "" : list.data, value);
	text_fini(&list);
	return false;
}
