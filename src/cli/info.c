/* info.c - songdo info: what this binary and this machine are.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <getopt.h>

#include "base/json.h"
#include "base/parallel.h"
#include "city/solve.h"
#include "cli/cli.h"
#include "qasm/ast.h"
#include "qasm/diagnose.h"

enum { FORMAT, LIMITS };

static const struct option_info options_info[] = {
	[FORMAT] = { "format", 0, "F", "text (default) or json" },
	[LIMITS] = { "limits", 0, NULL, "every limit, and the option that moves it" },
	{ 0 }
};

static const char *const format_names[] = { "text", "json", NULL };

struct limit { const char *name; uint64_t value; const char *option; };

static const struct limit limits[] = {
	{ "qubits declared", AST_SIZE, "" },
	{ "qubits in one state", MAX_BITS, "" },
	{ "controls of one operation", OPERATION_CONTROLS, "" },
	{ "targets of a given matrix", OPERATION_MATRIX_TARGETS, "" },
	{ "operations after expansion", SONGDO_MAX_OPERATIONS, "--max-ops" },
	{ "shots", 1ull << 50, "--shots" },
	{ "bytes of a program file", CLI_FILE_LIMIT, "" },
	{ "bytes of an instance file", CLI_INSTANCE_LIMIT, "" },
	{ "items of an instance", INSTANCE_ITEMS, "" },
	{ "layers of qaoa", QAOA_LAYERS, "" },
	{ "nesting of expressions and blocks", AST_DEPTH, "" },
	{ "files of one program", AST_FILES, "" },
	{ "errors reported of one program", DIAGNOSE_LIMIT, "" },
	{ "bytes of exchange buffers a rank", STATE_BUFFER_BYTES, "" },
};

static void write_text(struct text *text, songdo_env *env, uint64_t free_bytes)
{
	char memory[32];

	text_add_format(text, "version   %s\nfeatures  %s\nlicence   %s\ncpu       %s\n", songdo_version(), info_features(), info_licence(),
	                env->cpu.model);
	for (int i = 0; i < KERNEL_ISAS; i++) {
		const char *missing = kernel_missing((enum kernel_isa)i);
		text_add_format(text, "%-9s %s: %s%s\n", i == 0 ? "isa" : "", kernel_name((enum kernel_isa)i), missing != NULL ? missing : "ok",
		                i == (int)env->isa ? ", in use" : "");
	}
	text_add_format(text, "threads   %d a rank, of %d here\n", songdo_env_threads(env), parallel_available());
	text_add_format(text, "ranks     %d (%s)\n", songdo_env_ranks(env), comm_library(env->comm));
	text_add_format(text, "memory    %s free for a rank\n", memory_text(memory, free_bytes));
	if (env->rates.threads > 0)
		text_add_format(text, "machine   measured with %u threads, %s\n", env->rates.threads, env->rates.isa);
	else
		text_add_format(text, "machine   %s\n", env->remark[0] != '\0' ? env->remark : "not measured yet: songdo bench --save");
}

static void write_limits(struct text *text)
{
	text_add(text, "limits\n");
	for (size_t i = 0; i < ARRAY_LENGTH(limits); i++)
		text_add_format(text, "  %-36s %20llu  %s\n", limits[i].name, (unsigned long long)limits[i].value, limits[i].option);
}

static void write_json(struct text *text, songdo_env *env, uint64_t free_bytes, bool with_limits)
{
	struct json json;

	json_init(&json, text, 2);
	json_object(&json);
	info_write(&json, env, free_bytes);
	if (with_limits) {
		json_key(&json, "limits");
		json_object(&json);
		for (size_t i = 0; i < ARRAY_LENGTH(limits); i++) {
			json_key(&json, limits[i].name);
			json_u64(&json, limits[i].value);
		}
		json_object_end(&json);
	}
	json_object_end(&json);
	text_add(text, "\n");
}

static int info_main(const struct command *command, int argc, char **argv)
{
	struct options options;
	struct text text = { 0 };
	songdo_env *env = NULL;
	uint64_t free_bytes = 0;
	int option, code = SONGDO_NO_FIT, format = 0;
	bool with_limits = false;

	if (!options_open(&options, command, argc, argv))
		return code;
	while ((option = options_next(&options, &code)) >= 0) {
		if (option == LIMITS)
			with_limits = true;
		else if (!option_choice(&format, "format", options.value, format_names)) {
			code = SONGDO_BAD_USAGE;
			break;
		}
	}
	options_close(&options);
	if (option != OPTIONS_END)
		return code;
	if (optind < argc)
		return cli_usage(command, "info takes no operands");
	code = cli_open_env(&env, NULL);
	if (code != SONGDO_OK)
		return code;
	code = (int)env_memory_left(env, &free_bytes);
	if (songdo_env_rank(env) == 0 && format == 1)
		write_json(&text, env, free_bytes, with_limits);
	else if (songdo_env_rank(env) == 0) {
		write_text(&text, env, free_bytes);
		if (with_limits)
			write_limits(&text);
	}
	if (code == SONGDO_OK)
		code = output_write(env, NULL, &text);
	songdo_env_close(env);
	return code;
}

const struct command command_info = {
	.name = "info",
	.usage = "info [options]",
	.summary = "Tell the version, features and licence of this binary, and what this machine offers it.",
	.options = options_info,
	.examples = "  songdo info\n"
	            "  songdo info --limits\n"
	            "  songdo info --format json\n",
	.run = info_main,
};
