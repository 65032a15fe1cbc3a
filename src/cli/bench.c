/* bench.c - songdo bench: the limits of this machine, what the kernels make of them, and a file that keeps both.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <getopt.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "cli/cli.h"
#include "state/speed.h"

enum { SAVE, FORMAT, OUTPUT, THREADS, MAX_MEMORY };

static const struct option_info options_bench[] = {
        [SAVE] = {"save", 0, NULL,
                  "keep the figures for `run` and `plan`: in $SONGDO_MACHINE, or ~/.config/songdo/machine"},
        [FORMAT] = {"format", 0, "F", "text (default) or json"},
        [OUTPUT] = {"output", 'o', "FILE", "write there instead of standard output"},
        [THREADS] = {"threads", 0, "N", "a rank; default: the cores it may use"},
        [MAX_MEMORY] = {"max-memory", 0, "SIZE", "a rank may hold; at most 1 GiB of a node is used"},
        {0}};

static const char *const format_names[] = {"text", "json", NULL};
static const char *const precision_names[] = {"double", "single", NULL};
static const char *const cache_names[] = {"L1", "L2", "L3"};

#define BUSY 0.8 /* had less of the cores than this: the figures are not to be relied on */

struct request {
	songdo_env_options env;
	const char *output;
	int format;
	bool save;
};

static int read_option(struct request *request, int option, const char *value)
{
	const char *name = options_bench[option].name;
	uint64_t number = 0;
	bool good = true;

	switch (option) {
	case SAVE: request->save = true; break;
	case FORMAT: good = option_choice(&request->format, name, value, format_names); break;
	case OUTPUT: request->output = value; break;
	case THREADS:
		good = option_u64(&number, name, value, 1, 4096);
		request->env.threads = (int)number;
		break;
	case MAX_MEMORY: good = option_size(&request->env.max_memory, name, value); break;
	}
	return good ? SONGDO_OK : SONGDO_BAD_USAGE;
}

/* ---- Figures from figures ------------------------------------------------------------------------------ */

/* One kernel beside the limits: how much of the arithmetic it uses, and of what L1 can move. */
struct use {
	double seconds, flops, of_flops, of_cache;
};

static struct use use_of(const struct rates *rates, int precision, int kind, unsigned targets)
{
	struct use use = {.seconds = rates->of[precision].step[kind][targets]};

	use.flops = (double)step_flops((enum kernel_kind)kind, targets) / use.seconds * rates->threads;
	use.of_flops = use.flops / rates->of[precision].flops;
	use.of_cache = 2.0 * (precision == SONGDO_SINGLE ? 8 : 16) / use.seconds * rates->threads / rates->cache[0];
	return use;
}

/* The flops for each amplitude that arithmetic does while memory moves it: below, memory decides. */
static double balance(const struct rates *rates, int precision)
{
	return rates->of[precision].flops * 2 * (precision == SONGDO_SINGLE ? 8 : 16) / rates->memory;
}

/* ---- Documents ------------------------------------------------------------------------------------------- */

static void write_kernels(struct text *text, const struct rates *rates)
{
	text_add(text, "\nkernels in L1            double: ns    of flops  of L1   single: ns    of flops  of L1\n");
	for (int kind = 0; kind < KERNEL_KINDS; kind++)
		for (unsigned k = step_least_targets((enum kernel_kind)kind);
		     k <= step_most_targets((enum kernel_kind)kind); k++) {
			text_add_format(text, "  %-10s %2u target%s ", step_name((enum kernel_kind)kind), k,
			                k == 1 ? " " : "s");
			for (int precision = 0; precision < 2; precision++) {
				const struct use use = use_of(rates, precision, kind, k);
				text_add_format(text, "%13.3f %9.0f %% %4.0f %%", 1e9 * use.seconds, 100 * use.of_flops,
				                100 * use.of_cache);
			}
			text_add(text, "\n");
		}
}

static void write_text(struct text *text, const struct speed *speed, const songdo_env *env)
{
	const struct rates *rates = &speed->rates;
	char memory[32];

	text_add_format(text, "%s, %u threads, %d rank%s, %s\n\n", rates->cpu, rates->threads, comm_size(env->comm),
	                comm_size(env->comm) == 1 ? "" : "s", rates->isa);
	text_add_format(text, "memory used first    %8.1f GB/s\n", 1e-9 * rates->touch);
	text_add(text, "passes, read + write   1 thread       all\n");
	for (size_t i = 0; i < speed->passes; i++)
		text_add_format(text, "  %-16s %8.1f   %8.1f GB/s\n", memory_text(memory, speed->pass[i].bytes),
		                1e-9 * speed->pass[i].one, 1e-9 * speed->pass[i].all);
	for (size_t i = 0; i < ARRAY_LENGTH(cache_names); i++)
		if (rates->cache[i] > 0)
			text_add_format(text, "  from %s                    %9.1f GB/s\n", cache_names[i],
			                1e-9 * rates->cache[i]);
	text_add(text, "multiply-adds            double    single\n");
	for (int isa = 0; isa < KERNEL_ISAS; isa++)
		if (speed->flops[isa][SONGDO_DOUBLE] > 0)
			text_add_format(text, "  %-16s  %9.1f %9.1f GFLOP/s\n", kernel_name((enum kernel_isa)isa),
			                1e-9 * speed->flops[isa][SONGDO_DOUBLE],
			                1e-9 * speed->flops[isa][SONGDO_SINGLE]);
	text_add_format(text,
	                "balance             %9.0f %9.0f flops an amplitude and pass: with fewer, memory decides\n",
	                balance(rates, SONGDO_DOUBLE), balance(rates, SONGDO_SINGLE));
	if (rates->link > 0)
		text_add_format(text, "between two ranks    %8.1f GB/s each way, %.1f us a message\n",
		                1e-9 * rates->link, 1e6 * rates->link_seconds);
	write_kernels(text, rates);
}

static void add_number(struct json *json, const char *key, double value)
{
	json_key(json, key);
	json_double(json, value);
}

/* 0 is what was not measured. */
static void add_figure(struct json *json, const char *key, double value)
{
	add_number(json, key, value > 0 ? value : NAN);
}

static void add_kernel(struct json *json, const struct rates *rates, int precision, int kind, unsigned targets)
{
	const struct use use = use_of(rates, precision, kind, targets);

	json_object(json);
	json_key(json, "precision");
	json_string(json, precision_names[precision]);
	json_key(json, "kind");
	json_string(json, step_name((enum kernel_kind)kind));
	json_key(json, "targets");
	json_u64(json, targets);
	add_number(json, "seconds_per_amplitude_and_thread", use.seconds);
	add_number(json, "flops_per_second", use.flops);
	add_number(json, "share_of_multiply_adds", use.of_flops);
	add_number(json, "share_of_l1", use.of_cache);
	json_object_end(json);
}

static void write_json(struct text *text, const struct speed *speed, const songdo_env *env, const char *saved)
{
	const struct rates *rates = &speed->rates;
	struct json json;

	json_init(&json, text, 2);
	json_object(&json);
	json_key(&json, "schema");
	json_string(&json, "songdo.bench/1");
	json_key(&json, "version");
	json_string(&json, songdo_version());
	json_key(&json, "cpu");
	json_string(&json, rates->cpu);
	json_key(&json, "isa");
	json_string(&json, rates->isa);
	json_key(&json, "threads");
	json_u64(&json, rates->threads);
	json_key(&json, "ranks");
	json_i64(&json, comm_size(env->comm));
	add_figure(&json, "first_use_bytes_per_second", rates->touch);
	json_key(&json, "passes");
	json_array(&json);
	for (size_t i = 0; i < speed->passes; i++) {
		json_object(&json);
		json_key(&json, "bytes");
		json_u64(&json, speed->pass[i].bytes);
		add_figure(&json, "one_thread_bytes_per_second", speed->pass[i].one);
		add_figure(&json, "bytes_per_second", speed->pass[i].all);
		json_object_end(&json);
	}
	json_array_end(&json);
	json_key(&json, "caches");
	json_object(&json);
	for (size_t i = 0; i < ARRAY_LENGTH(cache_names); i++)
		add_figure(&json, cache_names[i], rates->cache[i]);
	json_object_end(&json);
	json_key(&json, "multiply_adds");
	json_object(&json);
	for (int isa = 0; isa < KERNEL_ISAS; isa++) {
		json_key(&json, kernel_name((enum kernel_isa)isa));
		json_object(&json);
		for (int precision = 0; precision < 2; precision++)
			add_figure(&json, precision_names[precision], speed->flops[isa][precision]);
		json_object_end(&json);
	}
	json_object_end(&json);
	json_key(&json, "kernels");
	json_array(&json);
	for (int precision = 0; precision < 2; precision++)
		for (int kind = 0; kind < KERNEL_KINDS; kind++)
			for (unsigned k = step_least_targets((enum kernel_kind)kind);
			     k <= step_most_targets((enum kernel_kind)kind); k++)
				add_kernel(&json, rates, precision, kind, k);
	json_array_end(&json);
	add_figure(&json, "link_bytes_per_second", rates->link);
	add_figure(&json, "link_seconds_per_message", rates->link_seconds);
	add_figure(&json, "share_of_cores", speed->share);
	json_key(&json, "saved");
	if (saved != NULL)
		json_string(&json, saved);
	else
		json_null(&json);
	json_object_end(&json);
	text_add(text, "\n");
}

/* ---- The command ------------------------------------------------------------------------------------------- */

/* Where the figures are to be kept, known before they are measured. *file is for the caller to free. */
static int find_place(char **file, songdo_env *env)
{
	songdo_status status = SONGDO_OK;
	bool named;

	*file = env_machine_file(NULL, &named);
	if (*file == NULL) {
		cli_say("there is no place for the figures: SONGDO_MACHINE is empty, or neither it nor XDG_CONFIG_HOME "
		        "and HOME is set");
		status = SONGDO_BAD_CONFIGURATION;
	} else if (songdo_env_rank(env) == 0) {
		status = (songdo_status)output_make_folder(*file);
	}
	status = comm_agree(env->comm, status);
	return status == SONGDO_OK ? output_check(env, *file) : (int)status;
}

static int measure(const struct request *request, songdo_env *env)
{
	struct text text = {0}, kept = {0};
	songdo_error error = {0};
	struct speed speed;
	songdo_status status;
	char *file = NULL;
	bool busy;
	int code = output_check(env, request->output);

	if (code == SONGDO_OK && request->save)
		code = find_place(&file, env);
	if (code != SONGDO_OK)
		goto done;
	env->cancelled = signals_poll;
	status = speed_measure(&speed, env, &error);
	if (status != SONGDO_OK) {
		error.code = status;
		code = status == SONGDO_INTERRUPTED ? signals_end(env) : cli_complain(&error, "", NULL, 0);
		goto done;
	}
	busy = speed.share < BUSY;
	if (busy)
		cli_say("something else had %.0f %% of the cores meanwhile: these figures are too low%s. Measure again "
		        "on a quiet machine",
		        100 * (1 - speed.share), request->save ? " and are not kept" : "");
	if (request->save && !busy) {
		rates_print(&speed.rates, &kept);
		code = output_write(env, file, &kept);
	}
	if (songdo_env_rank(env) == 0 && request->format == 1)
		write_json(&text, &speed, env, busy ? NULL : file);
	else if (songdo_env_rank(env) == 0)
		write_text(&text, &speed, env);
	if (code == SONGDO_OK)
		code = output_write(env, request->output, &text);
	if (code == SONGDO_OK && request->save && busy)
		code = SONGDO_LATER;
	else if (code == SONGDO_OK && request->save)
		cli_say("kept in %s", file);
done:
	text_fini(&text);
	free(file);
	return code;
}

static int bench_main(const struct command *command, int argc, char **argv)
{
	struct request request = {.env.machine = ""};
	struct options options;
	songdo_env *env = NULL;
	int option, code = SONGDO_NO_FIT;

	if (!options_open(&options, command, argc, argv))
		return code;
	while ((option = options_next(&options, &code)) >= 0)
		if ((code = read_option(&request, option, options.value)) != SONGDO_OK)
			break;
	options_close(&options);
	if (option != OPTIONS_END)
		return code;
	if (optind < argc)
		return cli_usage(command, "bench takes no operands");
	signals_catch();
	code = cli_open_env(&env, &request.env);
	if (code == SONGDO_OK)
		code = measure(&request, env);
	songdo_env_close(env);
	return code;
}

const struct command command_bench = {
        .name = "bench",
        .usage = "bench [options]",
        .summary = "Measure this machine's limits and what Songdo's kernels make of them, in a few seconds.",
        .options = options_bench,
        .examples = "  songdo bench\n"
                    "  songdo bench --save\n"
                    "  mpirun -n 2 songdo bench --save   the links between ranks too\n",
        .run = bench_main,
};
