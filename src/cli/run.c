/* run.c - songdo run: execute a program and print its counts.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "cli/cli.h"

enum { SHOTS, SEED, EXACT, MEMORY, PRECISION, INPUT, THREADS, SAVE_STATE, FORMAT, OUTPUT, MAX_MEMORY, MAX_OPS, DIALECT, U_PHASE, INCLUDE,
       TOP, OBSERVABLE, SWEEP, INITIAL, VERBOSE, QUIET };

static const struct option_info options_run[] = {
        [SHOTS] = {"shots", 0, "N", "how often the program is run (1024; 0 with --observable)"},
        [SEED] = {"seed", 0, "S", "of the draws; without it one is drawn and printed"},
        [EXACT] = {"exact", 0, NULL, "the exact distribution too"},
        [MEMORY] = {"memory", 0, NULL, "every shot's string, in order"},
        [PRECISION] = {"precision", 0, "P", "double (default) or single"},
        [INPUT] = {"input", 0, "NAME=VALUE", "the value of an input variable; may be repeated"},
        [THREADS] = {"threads", 0, "N", "a rank; default: the cores it may use"},
        [SAVE_STATE] = {"save-state", 0, "FILE", "write the final state: OUT.npy for NumPy, OUT.songdo"},
        [FORMAT] = {"format", 0, "F", "text (default), json or csv"},
        [OUTPUT] = {"output", 'o', "FILE", "write there instead of standard output"},
        [MAX_MEMORY] = {"max-memory", 0, "SIZE", "a rank may hold, such as 512M or 1.5G"},
        [MAX_OPS] = {"max-ops", 0, "N", "operations a program may expand to (2^32)"},
        [DIALECT] = {"dialect", 0, "D", "auto (default), qasm2, qasm3 or braket"},
        [U_PHASE] = {"u-phase", 0, "P", "auto (default), spec or legacy: the global phase of U"},
        [INCLUDE] = {"include", 'I', "DIR", "where include files may be; may be repeated"},
        [TOP] = {"top", 0, "K", "strings shown in text (20) and CSV, the likeliest first"},
        [OBSERVABLE] = {"observable", 0, "TEXT|@FILE", "mean and variance of \"0.5*Z0*Z1 - X2\"; may be repeated"},
        [SWEEP] = {"sweep", 0, "ROWS.csv", "a run for each row of inputs, planned once"},
        [INITIAL] = {"initial", 0, "STATE", "start from a saved state (.npy, .songdo)"},
        [VERBOSE] = {"verbose", 'v', NULL, "where the time and memory went, on standard error"},
        [QUIET] = {"quiet", 'q', NULL, "no summary, notes and warnings"},
        {"reproducible", 0, NULL, NULL},
        {"device", 0, "NAME", NULL},
        {"noise", 0, "FILE", NULL},
        {"time-limit", 0, "TIME", NULL},
        {"checkpoint", 0, "DIR", NULL},
        {"checkpoint-every", 0, "TIME", NULL},
        {"resume", 0, "DIR", NULL},
        {"sandbox", 0, NULL, NULL},
        {"progress", 0, "WHEN", NULL},
        {0}};

enum format { FORMAT_TEXT, FORMAT_JSON, FORMAT_CSV, FORMAT_BRAKET };
static const char *const format_names[] = { "text", "json", "csv", "braket", NULL };
static const char *const precision_names[] = { "double", "single", NULL };
static const char *const dialect_names[] = { "auto", "qasm2", "qasm3", "braket", NULL };
static const char *const phase_names[] = { "auto", "spec", "legacy", NULL };

/* The command line, read. */
struct request {
	const char *file, *output;
	songdo_env_options env;
	songdo_parse_options parse;
	songdo_run_options run;
	songdo_input *inputs;
	struct observable_list observables;
	const char **include;
	size_t includes;
	const char *sweep;
	bool seeded, has_shots, verbose, quiet;
	uint64_t top;
	int format;
};

/* NAME=VALUE; the '=' is overwritten. */
static int add_input(const struct command *command, struct request *request, char *value)
{
	char *equals = strchr(value, '=');

	if (equals == NULL || equals == value)
		return cli_usage(command, "--input wants NAME=VALUE, not \"%.60s\"", value);
	*equals = '\0';
	request->inputs[request->run.input_count++] = (songdo_input){ value, equals + 1 };
	return SONGDO_OK;
}

static int read_option(const struct command *command, struct request *request, int option, char *value)
{
	const char *name = options_run[option].name;
	uint64_t number = 0;
	int choice = 0;
	bool good = true;

	switch (option) {
	case SHOTS: good = request->has_shots = option_u64(&request->run.shots, name, value, 0, 1ull << 50); break;
	case SEED: good = request->seeded = option_u64(&request->run.seed, name, value, 0, UINT64_MAX); break;
	case EXACT: request->run.exact = 1; break;
	case MEMORY: request->run.memory = 1; break;
	case PRECISION:
		good = option_choice(&choice, name, value, precision_names);
		request->run.precision = choice == 0 ? SONGDO_DOUBLE : SONGDO_SINGLE;
		break;
	case INPUT: return add_input(command, request, value);
	case THREADS:
		good = option_u64(&number, name, value, 1, 4096);
		request->env.threads = (int)number;
		break;
	case SAVE_STATE: request->run.save_state = value; break;
	case FORMAT:
		good = option_choice(&request->format, name, value, format_names);
		if (good && request->format == FORMAT_BRAKET)
			return cli_usage(command, "--format braket is not supported in this version");
		break;
	case OUTPUT: request->output = value; break;
	case MAX_MEMORY: good = option_size(&request->env.max_memory, name, value); break;
	case MAX_OPS: good = option_u64(&request->run.max_operations, name, value, 1, UINT64_MAX); break;
	case DIALECT:
		good = option_choice(&choice, name, value, dialect_names);
		request->parse.dialect = (songdo_dialect)choice;
		break;
	case U_PHASE:
		good = option_choice(&choice, name, value, phase_names);
		request->parse.legacy_u_phase = choice == 0 ? 0 : choice == 1 ? -1 : 1;
		break;
	case INCLUDE: request->include[request->includes++] = value; break;
	case TOP: good = option_u64(&request->top, name, value, 1, 1u << 30); break;
	case OBSERVABLE: observable_list_add(&request->observables, value); break;
	case SWEEP: request->sweep = value; break;
	case INITIAL: request->run.initial_state = value; break;
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
	request->run.shots = 1024;
	request->inputs = calloc((size_t)argc, sizeof(*request->inputs));
	request->include = calloc((size_t)argc + 1, sizeof(*request->include));
	if (request->inputs == NULL || request->include == NULL || !observable_list_open(&request->observables, argc) ||
	    !options_open(&options, command, argc, argv))
		return true;
	while ((option = options_next(&options, code)) >= 0 && *code == SONGDO_OK)
		if ((*code = read_option(command, request, option, (char *)(uintptr_t)options.value)) != SONGDO_OK)
			break;
	options_close(&options);
	if (option == OPTIONS_STOP || *code != SONGDO_OK)
		return true;
	request->run.inputs = request->inputs;
	request->run.observables = request->observables.item;
	request->run.observable_count = request->observables.count;
	if (request->observables.count > 0 && !request->has_shots)
		request->run.shots = 0;
	request->parse.include_directories = request->includes > 0 ? request->include : NULL;
	if (argc - optind != 1) {
		*code = cli_usage(command, argc == optind ? "which program? Name a file, or - for standard input" : "one program at a time");
		return true;
	}
	request->file = argv[optind];
	if (request->sweep != NULL && request->run.save_state != NULL)
		*code = cli_usage(command, "a sweep ends in many states: --save-state and --sweep do not go together");
	else if (request->run.save_state != NULL && (strcmp(request->run.save_state, "-") == 0 || !*request->run.save_state))
		*code = cli_usage(command, "--save-state wants a file: a state does not go to standard output");
	else if (request->run.save_state != NULL && request->output != NULL && strcmp(request->run.save_state, request->output) == 0)
		*code = cli_usage(command, "--save-state and --output name the same file");
	else if (request->sweep != NULL && strcmp(request->sweep, "-") == 0 && strcmp(request->file, "-") == 0)
		*code = cli_usage(command, "the program and the rows cannot both come from standard input");
	return *code != SONGDO_OK;
}

/* Without --seed one is drawn on rank 0, for all; small enough that every reader of JSON keeps its digits. */
static songdo_status draw_seed(struct request *request, songdo_env *env)
{
	if (request->seeded)
		return SONGDO_OK;
	request->run.seed = random_seed() >> 11;
	return comm_broadcast(env->comm, &request->run.seed, sizeof(request->run.seed), 0);
}

static void tell_more(const songdo_result *result)
{
	char memory[32], a[32], b[32], c[32], d[32], e[32];

	cli_say("parse %s, plan %s, allocate %s, simulate %s, sample %s", show_seconds(a, result->timing.parse),
	        show_seconds(b, result->timing.plan), show_seconds(c, result->timing.allocate), show_seconds(d, result->timing.simulate),
	        show_seconds(e, result->timing.sample));
	cli_say("%s, %d thread%s, %d rank%s, peak %s a rank", result->isa, result->threads, result->threads == 1 ? "" : "s", result->ranks,
	        result->ranks == 1 ? "" : "s", memory_text(memory, result->peak_bytes));
	cli_say("%llu sweeps, %llu remaps, %.3g flops, %llu messages of %s in all a rank", (unsigned long long)result->cost.sweeps,
	        (unsigned long long)result->cost.remaps, (double)result->cost.flops, (unsigned long long)result->cost.messages,
	        memory_text(memory, result->cost.exchanged_bytes));
}

static int print_result(const struct request *request, songdo_env *env, const songdo_result *result)
{
	struct text text = { 0 };
	const char *note;

	if (songdo_env_rank(env) == 0) {
		struct show show = show_for(request->output);
		show.quiet = request->quiet;
		if (request->top > 0)
			show.top = request->top;
		for (size_t i = 0; !request->quiet && (note = songdo_result_note(result, i)) != NULL; i++)
			fprintf(stderr, "note: %s\n", note);
		if (request->verbose)
			tell_more(result);
		if (request->format == FORMAT_TEXT)
			show_result(&text, result, &show);
		else if (request->format == FORMAT_CSV)
			show_csv(&text, result, &show);
		else if (songdo_result_json(&text.data, result) == SONGDO_OK)
			text.length = strlen(text.data);
		else
			text.failed = true;
	}
	return output_write(env, request->output, &text);
}

/* What a run that did not come to its end is answered with. */
static int end_early(const struct request *request, songdo_env *env, songdo_status status, songdo_error *error,
                     const struct input *input)
{
	if (status == SONGDO_INTERRUPTED)
		return signals_end(env);
	error->code = status;
	return observable_list_complain(&request->observables, error, request->run.name, input);
}

static int run_once(struct request *request, songdo_env *env, const struct input *input)
{
	songdo_result *result = NULL;
	songdo_error error = { 0 };
	const songdo_status status = songdo_run(&result, env, input->program, &request->run, &error);
	const int code = status != SONGDO_OK ? end_early(request, env, status, &error, input)
	                                     : print_result(request, env, result);

	songdo_result_free(result);
	return code;
}

static int run_sweep(struct request *request, songdo_env *env, const struct input *input)
{
	struct sweep_form form = {
	        .json = request->format == FORMAT_JSON,
	        .csv = request->format == FORMAT_CSV,
	        .show = show_for(request->output),
	        .output = request->output,
	};
	songdo_prepared *prepared = NULL;
	struct rows rows = { 0 };
	songdo_error error = { 0 };
	const char *note;
	int code;

	form.show.top = request->top;
	request->run.parse_seconds = 0;   /* no row's own */
	code = (int)songdo_prepared_new(&prepared, env, input->program, &request->run, &error);
	if (code != SONGDO_OK)
		return end_early(request, env, (songdo_status)code, &error, input);
	code = sweep_check(env, &rows, prepared, &request->run, request->sweep);
	if (code == SONGDO_OK) {
		for (size_t i = 0;
		     !request->quiet && songdo_env_rank(env) == 0 && (note = program_note(input->program, i)) != NULL;
		     i++)
			fprintf(stderr, "note: %s\n", note);
		if (!request->quiet && !request->seeded && songdo_env_rank(env) == 0 && request->run.shots > 0)
			fprintf(stderr, "note: the seed of row 0 is %llu\n", (unsigned long long)request->run.seed);
		code = sweep_run(env, prepared, &rows, &request->run, &form, &error);
		if (code != SONGDO_OK && error.code != SONGDO_OK)
			code = end_early(request, env, (songdo_status)code, &error, input);
	}
	rows_fini(&rows);
	songdo_prepared_free(prepared);
	return code;
}

static int run_program(struct request *request, songdo_env *env)
{
	struct input input = { 0 };
	int code;

	code = output_check(env, request->output);
	if (code == SONGDO_OK)
		code = output_check(env, request->run.save_state);
	if (code == SONGDO_OK)
		code = observable_list_read(&request->observables, env);
	if (code == SONGDO_OK)
		code = input_open(&input, env, request->file, &request->parse, request->quiet);
	if (code == SONGDO_OK)
		code = (int)draw_seed(request, env);
	if (code == SONGDO_OK) {
		request->run.cancelled = signals_poll;
		request->run.name = strcmp(request->file, "-") == 0 ? "<stdin>" : request->file;
		request->run.parse_seconds = input.seconds;
		code = request->sweep != NULL ? run_sweep(request, env, &input) : run_once(request, env, &input);
	}
	input_close(&input);
	return code;
}

static int run_main(const struct command *command, int argc, char **argv)
{
	struct request request = { 0 };
	songdo_env *env = NULL;
	int code;

	if (read_request(&request, command, argc, argv, &code))
		goto done;
	signals_catch();
	code = cli_open_env(&env, &request.env);
	if (code == SONGDO_OK)
		code = run_program(&request, env);
	songdo_env_close(env);
done:
	observable_list_close(&request.observables);
	free(request.inputs);
	free(request.include);
	return code;
}

const struct command command_run = {
	.name = "run",
	.usage = "run FILE|- [options]",
	.summary = "Execute an OpenQASM program and print how often each bit string was measured.",
	.options = options_run,
	.examples = "  songdo run bell.qasm --shots 1000 --seed 7\n"
	            "  songdo run circuit.qasm --exact --format json -o result.json\n"
	            "  songdo run ising.qasm --observable \"Z0*Z1 + 0.5*X0\"\n"
	            "  songdo run ansatz.qasm --sweep angles.csv --observable @energy.txt --format csv\n"
	            "  mpirun -n 4 songdo run large.qasm --precision single\n",
	.run = run_main,
};
