/* solve.c - songdo solve: an instance of an optimization problem, answered in its own words.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "city/solve.h"
#include "cli/cli.h"

enum { WORKLOAD, SET, METHOD, LAYERS, SHOTS, SEED, PRECISION, THREADS, MAX_MEMORY, FORMAT, OUTPUT, VERBOSE, QUIET };

static const struct option_info options_solve[] = {
	[WORKLOAD] = {"workload", 0, "NAME", "maxcut, qubo or polynomial; default: told from the file"},
	[SET] = {"set", 0, "NAME=VALUE", "a setting (see below); may be repeated"},
	[METHOD] = {"method", 0, "M", "auto (default), qaoa or classical"},
	[LAYERS] = {"layers", 0, "P", "of the circuit, 1 to 64 (4)"},
	[SHOTS] = {"shots", 0, "N", "samples of the circuit, and uniform draws beside them (1024)"},
	[SEED] = {"seed", 0, "S", "of every draw (0)"},
	[PRECISION] = {"precision", 0, "P", "double (default) or single"},
	[THREADS] = {"threads", 0, "N", "a rank; default: the cores it may use"},
	[MAX_MEMORY] = {"max-memory", 0, "SIZE", "a rank may hold, such as 512M or 1.5G"},
	[FORMAT] = {"format", 0, "F", "text (default), json or csv"},
	[OUTPUT] = {"output", 'o', "FILE", "write there instead of standard output"},
	[VERBOSE] = {"verbose", 'v', NULL, "the training as it goes, where time went, on standard error"},
	[QUIET] = {"quiet", 'q', NULL, "the answer alone"},
	{"distances", 0, "FILE", NULL},
	{"lang", 0, "L", NULL},
	{"emit-qasm", 0, "FILE", NULL},
	{"checkpoint", 0, "DIR", NULL},
	{"resume", 0, "DIR", NULL},
	{"progress", 0, "WHEN", NULL},
	{0}};

enum format { FORMAT_TEXT, FORMAT_JSON, FORMAT_CSV, FORMAT_GEOJSON, FORMAT_HTML };
static const char *const format_names[] = {"text", "json", "csv", "geojson", "html", NULL};
static const char *const method_names[] = {"auto", "qaoa", "classical", "qwoa", "grover", "gas", NULL};
static const char *const precision_names[] = {"double", "single", NULL};
static const char *const workload_names[] = {"maxcut", "qubo", "polynomial", NULL};
static const char *const setting_names[] = {"evaluations",  "optimiser", "objective", "alpha",
                                            "off_diagonal", "sense",     NULL};

struct request {
	const char *file, *output;
	songdo_env_options env;
	struct instance_options instance;
	struct solve_options solve;
	int format;
	bool verbose, quiet;
};

/* One of a list of words for a setting. */
static int read_choice(const struct command *command, const char *name, const char *value, const char *const *choices,
                       int *choice)
{
	for (*choice = 0; choices[*choice] != NULL; ++*choice)
		if (strcmp(choices[*choice], value) == 0)
			return SONGDO_OK;
	return cli_usage(command, "--set %s=%.40s: %s is one of %s, %s%s%s", name, value, name, choices[0], choices[1],
	                 choices[2] != NULL ? ", " : "", choices[2] != NULL ? choices[2] : "");
}

static int read_optimiser(const struct command *command, struct request *request, const char *value)
{
	const enum minimiser method = minimiser_named(value);

	if (method == MINIMISERS)
		return cli_usage(command,
		                 "--set optimiser=%.40s: optimiser is one of auto, cobyla, bobyqa, nelder-mead, spsa",
		                 value);
	request->solve.minimiser = method;
	return SONGDO_OK;
}

/* NAME=VALUE; the '=' is overwritten. */
static int read_setting(const struct command *command, struct request *request, char *text)
{
	static const char *const objectives[] = {"expectation", "cvar", NULL}, *const counts[] = {"once", "twice",
	                                                                                          NULL};
	static const char *const senses[] = {"minimise", "maximise", NULL};
	char *const equals = strchr(text, '='), *end;
	int choice = 0, code = SONGDO_OK;

	if (equals == NULL || equals == text || equals[1] == '\0')
		return cli_usage(command, "--set wants NAME=VALUE, not \"%.60s\"", text);
	*equals = '\0';
	const char *const value = equals + 1;
	if (strcmp(text, "evaluations") == 0)
		return option_u64(&request->solve.evaluations, "set evaluations", value, 1, 1000000000)
		               ? SONGDO_OK
		               : SONGDO_BAD_USAGE;
	if (strcmp(text, "optimiser") == 0)
		return read_optimiser(command, request, value);
	if (strcmp(text, "objective") == 0) {
		code = read_choice(command, text, value, objectives, &choice);
		request->solve.objective = choice == 1 ? QAOA_CVAR : QAOA_EXPECTATION;
		return code;
	}
	if (strcmp(text, "alpha") == 0) {
		request->solve.share = strtod(value, &end);
		if (*end != '\0' || !(request->solve.share > 0 && request->solve.share <= 1))
			return cli_usage(command, "--set alpha wants a number above 0, up to 1, not \"%.40s\"", value);
		return SONGDO_OK;
	}
	if (strcmp(text, "off_diagonal") == 0) {
		code = read_choice(command, text, value, counts, &choice);
		request->instance.off_diagonal = choice + 1;
		return code;
	}
	if (strcmp(text, "sense") == 0) {
		code = read_choice(command, text, value, senses, &choice);
		request->instance.sense = choice == 1 ? 1 : -1;
		return code;
	}
	const char *const nearest = text_nearest(text, setting_names);
	if (nearest != NULL)
		return cli_usage(command, "there is no setting \"%.40s\"; did you mean %s?", text, nearest);
	return cli_usage(command,
	                 "there is no setting \"%.40s\"; there are evaluations, optimiser, objective, alpha, "
	                 "off_diagonal, sense",
	                 text);
}

static int read_option(const struct command *command, struct request *request, int option, char *value)
{
	const char *name = options_solve[option].name;
	uint64_t number = 0;
	int choice = 0;
	bool good = true;

	switch (option) {
	case WORKLOAD: good = option_choice(&request->instance.workload, name, value, workload_names); break;
	case SET: return read_setting(command, request, value);
	case METHOD:
		good = option_choice(&choice, name, value, method_names);
		if (good && choice > SOLVE_CLASSICAL)
			return cli_usage(command,
			                 "--method %s is not supported in this version; auto, qaoa and classical are",
			                 method_names[choice]);
		request->solve.method = (enum solve_method)choice;
		break;
	case LAYERS:
		good = option_u64(&number, name, value, 1, QAOA_LAYERS);
		request->solve.layers = (unsigned)number;
		break;
	case SHOTS: good = option_u64(&request->solve.shots, name, value, 1, 1ull << 32); break;
	case SEED: good = option_u64(&request->solve.seed, name, value, 0, UINT64_MAX); break;
	case PRECISION:
		good = option_choice(&choice, name, value, precision_names);
		request->solve.precision = choice == 0 ? SONGDO_DOUBLE : SONGDO_SINGLE;
		break;
	case THREADS:
		good = option_u64(&number, name, value, 1, 4096);
		request->env.threads = (int)number;
		break;
	case MAX_MEMORY: good = option_size(&request->env.max_memory, name, value); break;
	case FORMAT:
		good = option_choice(&request->format, name, value, format_names);
		if (good && request->format > FORMAT_CSV)
			return cli_usage(command, "--format %s is not supported in this version",
			                 format_names[request->format]);
		break;
	case OUTPUT: request->output = value; break;
	case VERBOSE: request->verbose = true; break;
	case QUIET: request->quiet = true; break;
	}
	return good ? SONGDO_OK : SONGDO_BAD_USAGE;
}

/* Returns whether the command is over, with *code. */
static bool read_request(struct request *request, const struct command *command, int argc, char **argv, int *code)
{
	struct options options;
	int option;

	*code = SONGDO_INTERNAL;
	request->solve.shots = 1024;
	request->solve.share = 0.1;
	request->instance.workload = -1;
	if (!options_open(&options, command, argc, argv))
		return true;
	while ((option = options_next(&options, code)) >= 0 && *code == SONGDO_OK)
		if ((*code = read_option(command, request, option, (char *)(uintptr_t)options.value)) != SONGDO_OK)
			break;
	options_close(&options);
	if (option == OPTIONS_STOP || *code != SONGDO_OK)
		return true;
	if (argc - optind != 1) {
		*code = cli_usage(command, argc == optind ? "which instance? Name a file, or - for standard input"
		                                          : "one instance at a time");
		return true;
	}
	request->file = argv[optind];
	request->instance.file = strcmp(request->file, "-") == 0 ? "<stdin>" : request->file;
	request->solve.name = request->instance.file;
	return false;
}

static int open_instance(struct instance **instance, struct input *input, const struct request *request,
                         songdo_env *env)
{
	songdo_error errors[CLI_ERRORS];
	size_t count = 0;
	const int code = file_read(&input->text, &input->length, env, request->file, CLI_INSTANCE_LIMIT);

	if (code != SONGDO_OK)
		return code;
	const double start = cpu_seconds();
	const songdo_status status =
	        instance_read(instance, input->text, input->length, &request->instance, errors, CLI_ERRORS, &count);
	input->seconds = cpu_seconds() - start;
	for (size_t i = 0; i < count; i++)
		cli_complain(&errors[i], request->instance.file, input->text, input->length);
	return (int)comm_agree(env->comm, status);
}

static void show_training(void *context, uint64_t evaluation, double best)
{
	(void)context;
	if ((evaluation & (evaluation - 1)) == 0 || evaluation % 50 == 0)
		cli_say("evaluation %llu: the lowest cost so far is %.8g", (unsigned long long)evaluation, best);
}

static void tell_more(const struct report *report)
{
	char memory[32], a[32], b[32], c[32], d[32], e[32];

	cli_say("read %s, encode %s, train %s, sample %s, classical %s", show_seconds(a, report->timing.read),
		show_seconds(b, report->timing.encode), show_seconds(c, report->timing.train),
		show_seconds(d, report->timing.sample), show_seconds(e, report->timing.classical));
	cli_say("%s, %d thread%s, %d rank%s, peak %s a rank, %llu sweeps, %llu remaps", report->isa, report->threads,
		report->threads == 1 ? "" : "s", report->ranks, report->ranks == 1 ? "" : "s",
		memory_text(memory, report->peak_bytes), (unsigned long long)report->cost.sweeps,
		(unsigned long long)report->cost.remaps);
}

static int print_report(const struct request *request, songdo_env *env, const struct report *report)
{
	struct text text = {0};

	if (songdo_env_rank(env) == 0) {
		if (request->verbose)
			tell_more(report);
		if (request->format == FORMAT_JSON)
			report_json(&text, report);
		else if (request->format == FORMAT_CSV)
			report_csv(&text, report);
		else
			report_text(&text, report, request->quiet);
	}
	return output_write(env, request->output, &text);
}

static int solve_instance(struct request *request, songdo_env *env)
{
	struct instance *instance = NULL;
	struct report *report = NULL;
	struct input input = {0};
	songdo_error error = {0};
	songdo_status status;
	int code;

	code = output_check(env, request->output);
	if (code == SONGDO_OK)
		code = open_instance(&instance, &input, request, env);
	if (code != SONGDO_OK)
		goto done;
	request->solve.cancelled = signals_poll;
	request->solve.read_seconds = input.seconds;
	request->solve.progress = request->verbose ? show_training : NULL;
	status = solve(&report, env, instance, &request->solve, &error);
	if (status == SONGDO_INTERRUPTED) {
		code = signals_end(env);
	} else if (status != SONGDO_OK) {
		error.code = status;
		code = cli_complain(&error, request->instance.file, NULL, 0);
	} else {
		code = print_report(request, env, report);
	}
done:
	report_free(report);
	instance_free(instance);
	input_close(&input);
	return code;
}

static int solve_main(const struct command *command, int argc, char **argv)
{
	struct request request = {0};
	songdo_env *env = NULL;
	int code;

	if (read_request(&request, command, argc, argv, &code))
		return code;
	signals_catch();
	code = cli_open_env(&env, &request.env);
	if (code == SONGDO_OK)
		code = solve_instance(&request, env);
	songdo_env_close(env);
	return code;
}

const struct command command_solve = {
	.name = "solve",
	.usage = "solve INSTANCE|- [options]",
	.summary = "Answer an optimization problem by a quantum method on the full state, beside classical ones.",
	.options = options_solve,
	.examples = "  songdo solve instances/incheon_districts.json\n"
                    "  songdo solve graph.txt --layers 6 --format json -o report.json\n"
                    "  songdo solve large.txt --method classical\n"
                    "  mpirun -n 4 songdo solve instances/incheon_districts.json\n"
                    "\ninstances: weighted graphs (n m, then i j weight), QUBOs (.qubo, coordinates), JSON of schema\n"
                    "songdo.instance/1; docs/solve.md and docs/instances.md tell more\n"
                    "\nsettings (--set NAME=VALUE):\n"
                    "  evaluations    of the training at most, or of a classical search\n"
                    "  optimiser      auto, cobyla, bobyqa, nelder-mead or spsa\n"
                    "  objective      what is trained: expectation (default) or cvar\n"
                    "  alpha          the share of the best samples that cvar counts (0.1)\n"
                    "  off_diagonal   once or twice: how QUBO entries off the diagonal count\n"
                    "  sense          minimise or maximise a QUBO\n",
	.run = solve_main,
};
