/* plan.c - songdo plan: what a run would cost, without a state.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <getopt.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"

enum { RANKS, NODES, SHOTS, EXACT, MEMORY, PRECISION, INPUT, THREADS, SAVE_STATE, FORMAT, OUTPUT, MAX_MEMORY, MAX_OPS, DIALECT, U_PHASE,
       INCLUDE, OBSERVABLE, SWEEP, INITIAL };

static const struct option_info options_plan[] = {
	[RANKS] = { "ranks", 0, "R", "MPI ranks of the run (1)" },
	[NODES] = { "nodes", 0, "N", "nodes that they are dealt out to (1)" },
	[SHOTS] = { "shots", 0, "N", "of the run (1024)" },
	[EXACT] = { "exact", 0, NULL, "the run is asked for the exact distribution" },
	[MEMORY] = { "memory", 0, NULL, "the run is asked for every shot's string" },
	[PRECISION] = { "precision", 0, "P", "double (default) or single" },
	[INPUT] = { "input", 0, "NAME=VALUE", "the value of an input variable; may be repeated" },
	[THREADS] = { "threads", 0, "N", "a rank; default: its share of the cores here" },
	[SAVE_STATE] = { "save-state", 0, "FILE", "the run is asked to save its state (nothing is written)" },
	[FORMAT] = { "format", 0, "F", "text (default) or json" },
	[OUTPUT] = { "output", 'o', "FILE", "write there instead of standard output" },
	[MAX_MEMORY] = { "max-memory", 0, "SIZE", "of a node; default: what is free here" },
	[MAX_OPS] = { "max-ops", 0, "N", "operations a program may expand to (2^32)" },
	[DIALECT] = { "dialect", 0, "D", "auto (default), qasm2, qasm3 or braket" },
	[U_PHASE] = { "u-phase", 0, "P", "auto (default), spec or legacy" },
	[INCLUDE] = { "include", 'I', "DIR", "where include files may be; may be repeated" },
	[OBSERVABLE] = { "observable", 0, "TEXT|@FILE", "the run is asked for mean and variance; may be repeated" },
	[SWEEP] = { "sweep", 0, "ROWS.csv", "the run takes inputs from there; figures are those of the first row" },
	[INITIAL] = { "initial", 0, "STATE", "the run starts from a saved state (nothing is read)" },
	{ "reproducible", 0, NULL, NULL }, { "device", 0, "NAME", NULL },
	{ "noise", 0, "FILE", NULL },
	{ 0 }
};

static const char *const format_names[] = { "text", "json", NULL };
static const char *const precision_names[] = { "double", "single", NULL };
static const char *const dialect_names[] = { "auto", "qasm2", "qasm3", "braket", NULL };
static const char *const phase_names[] = { "auto", "spec", "legacy", NULL };

struct request {
	const char *file, *output;
	songdo_parse_options parse;
	songdo_run_options run;
	struct forecast_options forecast;
	songdo_input *inputs;
	struct observable_list observables;
	const char *sweep;
	bool has_shots;
	const char **include;
	size_t includes;
	uint64_t threads;
	int format;
};

static int read_option(const struct command *command, struct request *request, int option, char *value)
{
	const char *name = options_plan[option].name;
	char *equals;
	int choice = 0;
	bool good = true;

	switch (option) {
	case RANKS: good = option_u64(&request->forecast.ranks, name, value, 1, 1u << 24); break;
	case NODES: good = option_u64(&request->forecast.nodes, name, value, 1, 1u << 24); break;
	case SHOTS: good = request->has_shots = option_u64(&request->run.shots, name, value, 0, 1ull << 50); break;
	case EXACT: request->run.exact = 1; break;
	case MEMORY: request->run.memory = 1; break;
	case PRECISION:
		good = option_choice(&choice, name, value, precision_names);
		request->run.precision = choice == 0 ? SONGDO_DOUBLE : SONGDO_SINGLE;
		break;
	case INPUT:
		equals = strchr(value, '=');
		if (equals == NULL || equals == value)
			return cli_usage(command, "--input wants NAME=VALUE, not \"%.60s\"", value);
		*equals = '\0';
		request->inputs[request->run.input_count++] = (songdo_input){ value, equals + 1 };
		break;
	case THREADS: good = option_u64(&request->threads, name, value, 1, 4096); break;
	case SAVE_STATE: request->run.save_state = value; break;
	case FORMAT: good = option_choice(&request->format, name, value, format_names); break;
	case OUTPUT: request->output = value; break;
	case MAX_MEMORY: good = option_size(&request->forecast.node_memory, name, value); break;
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
	case OBSERVABLE: observable_list_add(&request->observables, value); break;
	case SWEEP: request->sweep = value; break;
	case INITIAL: request->run.initial_state = value; break;
	}
	return good ? SONGDO_OK : SONGDO_BAD_USAGE;
}

static bool read_request(struct request *request, const struct command *command, int argc, char **argv, int *code)
{
	struct options options;
	int option;

	*code = SONGDO_NO_FIT;
	request->run.shots = 1024;
	request->inputs = calloc((size_t)argc, sizeof(*request->inputs));
	request->include = calloc((size_t)argc + 1, sizeof(*request->include));
	if (request->inputs == NULL || request->include == NULL || !observable_list_open(&request->observables, argc) ||
	    !options_open(&options, command, argc, argv))
		return true;
	while ((option = options_next(&options, code)) >= 0)
		if ((*code = read_option(command, request, option, (char *)(uintptr_t)options.value)) != SONGDO_OK)
			break;
	options_close(&options);
	if (option != OPTIONS_END)
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
	return false;
}

/* ---- Documents ---------------------------------------------------------------------------------------- */

static void add_bytes(struct text *text, const char *name, uint64_t bytes)
{
	char memory[32];

	text_add_format(text, "%-18s %s\n", name, bytes == UINT64_MAX ? "more than any machine has" : memory_text(memory, bytes));
}

static void write_text(struct text *text, const struct forecast *forecast)
{
	char time[32];

	text_add_format(text, "%-18s %u declared, %u in use\n", "qubits", forecast->qubits, forecast->active_qubits);
	text_add_format(text, "%-18s %" PRIu64 " in %" PRIu64 " stages\n", "operations", forecast->operations, forecast->stages);
	text_add_format(text, "%-18s %" PRIu64 " on %" PRIu64 " node%s\n", "ranks", forecast->ranks, forecast->nodes, forecast->nodes == 1 ? "" : "s");
	add_bytes(text, "state a rank", forecast->bytes);
	add_bytes(text, "peak a rank", forecast->peak_bytes);
	text_add_format(text, "%-18s %s\n", "fits", forecast->fits ? "yes" : "no");
	if (forecast->suggestion[0] != '\0')
		text_add_format(text, "%-18s %s\n", "suggestion", forecast->suggestion);
	text_add_format(text, "%-18s %" PRIu64 "\n", "sweeps", forecast->cost.sweeps);
	text_add_format(text, "%-18s %" PRIu64 "\n", "remaps", forecast->cost.remaps);
	text_add_format(text, "%-18s %.4g\n", "flops a rank", (double)forecast->cost.flops);
	add_bytes(text, "exchanged a rank", forecast->cost.exchanged_bytes);
	text_add_format(text, "%-18s %" PRIu64 "\n", "messages a rank", forecast->cost.messages);
	if (forecast->branches)
		text_add_format(text, "%-18s these figures are of one branch; there may be %" PRIu64 "\n", "branches", forecast->bound_branches);
	text_add_format(text, "%-18s %.3g s\n", "estimated time", forecast->seconds);
	forecast_time(time, forecast->slurm_seconds);
	text_add_format(text, "%-18s sbatch --nodes=%" PRIu64 " --ntasks=%" PRIu64 " --mem=%" PRIu64 "M --time=%s\n", "slurm", forecast->slurm_nodes,
	                forecast->slurm_tasks, forecast->slurm_mem, time);
}

/* ---- The command ----------------------------------------------------------------------------------------- */

/* The inputs of the first row join those of --input, every row being looked at. *all is freed by the caller. */
static int take_first_row(struct request *request, songdo_env *env, const songdo_program *program, struct rows *rows,
                          songdo_input **all)
{
	songdo_prepared *prepared = NULL;
	songdo_error error = { 0 };
	int code = (int)songdo_prepared_new(&prepared, env, program, &request->run, &error);

	if (code != SONGDO_OK)
		return cli_complain(&error, request->file, NULL, 0);
	code = sweep_check(env, rows, prepared, &request->run, request->sweep);
	songdo_prepared_free(prepared);
	if (code != SONGDO_OK)
		return code;
	*all = malloc((request->run.input_count + rows->columns) * sizeof(**all));
	if (*all == NULL)
		return SONGDO_NO_FIT;
	memcpy(*all, request->inputs, request->run.input_count * sizeof(**all));
	memcpy(*all + request->run.input_count, rows->value, rows->columns * sizeof(**all));
	request->run.inputs = *all;
	request->run.input_count += rows->columns;
	return SONGDO_OK;
}

static int plan_program(struct request *request, songdo_env *env)
{
	songdo_input *all = NULL;
	struct rows rows = { 0 };
	struct forecast forecast;
	struct input input = { 0 };
	struct text text = { 0 };
	songdo_error error = { 0 };
	songdo_status status;
	int code = output_check(env, request->output);

	if (code == SONGDO_OK)
		code = observable_list_read(&request->observables, env);
	if (code == SONGDO_OK)
		code = input_open(&input, env, request->file, &request->parse, false);
	if (code == SONGDO_OK && request->sweep != NULL)
		code = take_first_row(request, env, input.program, &rows, &all);
	if (code == SONGDO_OK)
		code = (int)forecast_machine(&request->forecast, env, &request->run, (uint32_t)request->threads);
	if (code != SONGDO_OK)
		goto done;
	status = comm_agree(env->comm, run_forecast(&forecast, input.program, &request->run, &request->forecast, &error));
	if (status != SONGDO_OK) {
		error.code = status;
		code = observable_list_complain(&request->observables, &error,
		                                strcmp(request->file, "-") == 0 ? "<stdin>" : request->file, &input);
		goto done;
	}
	if (songdo_env_rank(env) == 0 && env->remark[0] != '\0')
		fprintf(stderr, "note: %s\n", env->remark);
	if (songdo_env_rank(env) == 0)
		request->format == 1 ? forecast_write(&text, &forecast) : write_text(&text, &forecast);
	code = output_write(env, request->output, &text);
done:
	rows_fini(&rows);
	free(all);
	input_close(&input);
	return code;
}

static int plan_main(const struct command *command, int argc, char **argv)
{
	struct request request = { 0 };
	songdo_env *env = NULL;
	int code;

	if (read_request(&request, command, argc, argv, &code))
		goto done;
	code = cli_open_env(&env, NULL);
	if (code == SONGDO_OK)
		code = plan_program(&request, env);
	songdo_env_close(env);
done:
	observable_list_close(&request.observables);
	free(request.inputs);
	free(request.include);
	return code;
}

const struct command command_plan = {
	.name = "plan",
	.usage = "plan FILE|- [options]",
	.summary = "Tell what a run would take: memory, sweeps, messages, time. No state is allocated.",
	.options = options_plan,
	.examples = "  songdo plan circuit.qasm\n"
	            "  songdo plan circuit.qasm --ranks 8 --nodes 4 --format json\n"
	            "  songdo plan large.qasm --precision single --max-memory 64G\n",
	.run = plan_main,
};
