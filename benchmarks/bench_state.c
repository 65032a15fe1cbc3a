/* bench_state.c - the time from a ready circuit to its final state.
 *
 *   bench_state FILE [-p double|single] [-r REPEATS] [-s SECONDS] [-t THREADS] [-o STATE.npy] [-P]
 *
 * Parses an OpenQASM file (measurements at its end are left out), makes the state once, so that all its pages are
 * there, carries the circuit out once untimed, and then until it has done REPEATS (3) repetitions and SECONDS (0) have
 * passed. Each begins with a circuit and ends with all 2^n amplitudes in index order: |0...0> is written, the plan made
 * anew and carried out. One line of JSON tells the seconds of every repetition and of its parts, what was planned and
 * what was counted, and the seconds of one pass that reads and writes this state.
 *
 * With -P circuits are planned and nothing else: no state is made.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "base/parallel.h"
#include "plan/plan.h"
#include "program/program.h"
#include "run/run.h"

enum { MOST_REPEATS = 100000, SWEEP_REPEATS = 7 };

struct bench {
	const char *file, *output;
	songdo_precision precision;
	int threads;
	uint64_t repeats;
	double seconds;
	bool plans_only;
	songdo_env *env;
	struct songdo_circuit circuit;
	uint64_t gates;
	uint32_t qubits;
	struct machine_description machine;
	struct state *state;
	struct cost planned, counted;
	double estimate;
};

struct times {
	double total, reset, plan, execute;
};

static songdo_status fail(songdo_status status, const songdo_error *error, const char *file)
{
	fprintf(stderr, "bench_state: %s: %s\n", file, error->message[0] ? error->message : songdo_status_text(status));
	return status;
}

/* The gates of a straight-line program as one circuit. */
static songdo_status read_circuit(struct bench *bench)
{
	songdo_program *program = NULL;
	struct program_facts facts;
	struct vm *vm = NULL;
	enum vm_event event;
	songdo_error error = {0};
	songdo_status status;
	size_t length, count;
	uint32_t slot;
	char *text = NULL;

	status = text_read_file(&text, &length, bench->file, 1u << 30, &error);
	if (status == SONGDO_OK)
		status = songdo_program_parse(&program, text, length, &(songdo_parse_options){.file = bench->file},
		                              &error, 1, &count);
	if (status == SONGDO_OK)
		status = vm_new(&vm, program, NULL, &error);
	if (status == SONGDO_OK)
		status = vm_run(vm, &bench->circuit, &event, &slot, &error);
	if (status == SONGDO_OK && event != VM_DONE)
		status = error_set(&error, SONGDO_BAD_PROGRAM, "only straight-line programs of at most %d operations",
		                   VM_PENDING);
	for (uint64_t i = 0; status == SONGDO_OK && i < bench->circuit.operations; i++) {
		struct operation *operation = &bench->circuit.operation[i];
		if (operation->kind == OPERATION_RESET)
			status = error_set(&error, SONGDO_BAD_PROGRAM, "a reset has no place in this comparison");
		if (operation->kind == OPERATION_MEASURE)
			*operation = (struct operation){.kind = OPERATION_BARRIER};
		bench->gates += operation->kind == OPERATION_GATE || operation->kind == OPERATION_MATRIX;
	}
	if (status == SONGDO_OK) {
		program_facts(program, &facts);
		bench->qubits = facts.qubits;
	} else {
		fail(status, &error, bench->file);
	}
	vm_free(vm);
	songdo_program_free(program);
	free(text);
	return status;
}

/* What is compared: from the circuit to the amplitudes in index order. */
static songdo_status simulate(struct bench *bench, struct times *times)
{
	const uint32_t bits = (uint32_t)max_u64(bench->qubits, RUN_LOCAL_BITS);
	struct layout ordered = {.qubits = bits};
	const struct plan_options options = {.flags = PLAN_FRESH, .last = &ordered};
	const struct cost before = bench->env->cost;
	struct plan *plan = NULL;
	songdo_error error = {0};
	const double start = cpu_seconds();
	double planned, reset;
	songdo_status status;

	for (uint32_t q = 0; q < bits; q++)
		ordered.bit[q] = (uint8_t)q;
	status = plan_new(&plan, &bench->circuit, 0, bench->circuit.operations, bits, NULL, &bench->machine, &options,
	                  &error);
	planned = cpu_seconds();
	if (status != SONGDO_OK)
		return fail(status, &error, bench->file);
	if (bench->state != NULL)
		state_reset(bench->state);
	reset = cpu_seconds();
	if (bench->state != NULL)
		status = state_execute(bench->state, &plan->schedule);
	times->total = cpu_seconds();
	times->execute = times->total - reset;
	times->reset = reset - planned;
	times->plan = planned - start;
	times->total -= start;
	if (status != SONGDO_OK)
		fail(status, &error, bench->file);
	bench->planned = plan->cost;
	bench->estimate = plan->seconds;
	bench->counted = bench->env->cost;
	bench->counted.sweeps -= before.sweeps;
	bench->counted.flops -= before.flops;
	plan_free(plan);
	return status;
}

/* ---- One pass over the state ------------------------------------------------------------------------------ */

static void scale_doubles(void *context, uint64_t begin, uint64_t end)
{
	double *restrict number = context;

	for (uint64_t i = begin; i < end; i++)
		number[i] *= 0.9999;
}

static int compare_doubles(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

/* The median time to read and write every byte of the state once. */
static double measure_sweep(const struct bench *bench)
{
	const struct vector *vector = bench->state->vector;
	double seconds[SWEEP_REPEATS];

	for (int i = 0; i < SWEEP_REPEATS; i++) {
		const double start = cpu_seconds();
		parallel_for(vector_threads(vector), vector->local * vector->kernel->amplitude_bytes / 8, scale_doubles,
		             vector->amplitudes);
		seconds[i] = cpu_seconds() - start;
	}
	qsort(seconds, SWEEP_REPEATS, sizeof(*seconds), compare_doubles);
	return seconds[SWEEP_REPEATS / 2];
}

/* ---- The report ------------------------------------------------------------------------------------------- */

static void add_times(struct json *json, const char *key, const struct times *times, uint64_t count, size_t offset)
{
	json_key(json, key);
	json_array(json);
	for (uint64_t i = 0; i < count; i++)
		json_double(json, *(const double *)((const char *)&times[i] + offset));
	json_array_end(json);
}

static void add_figure(struct json *json, const char *key, uint64_t value)
{
	json_key(json, key);
	json_u64(json, value);
}

static void report(const struct bench *bench, const struct times *times, uint64_t count, double sweep)
{
	struct text text = {0};
	struct json json;

	json_init(&json, &text, 0);
	json_object(&json);
	add_figure(&json, "qubits", bench->qubits);
	add_figure(&json, "gates", bench->gates);
	json_key(&json, "precision");
	json_string(&json, bench->precision == SONGDO_SINGLE ? "single" : "double");
	json_key(&json, "version");
	json_string(&json, songdo_version());
	json_key(&json, "isa");
	json_string(&json, songdo_env_isa(bench->env));
	add_figure(&json, "threads", (uint64_t)songdo_env_threads(bench->env));
	add_times(&json, "seconds", times, count, offsetof(struct times, total));
	add_times(&json, "plan", times, count, offsetof(struct times, plan));
	add_times(&json, "reset", times, count, offsetof(struct times, reset));
	add_times(&json, "execute", times, count, offsetof(struct times, execute));
	add_figure(&json, "planned_sweeps", bench->planned.sweeps);
	add_figure(&json, "planned_flops", bench->planned.flops);
	add_figure(&json, "sweeps", bench->counted.sweeps);
	add_figure(&json, "flops", bench->counted.flops);
	json_key(&json, "estimated_seconds");
	json_double(&json, bench->estimate);
	json_key(&json, "sweep_seconds");
	json_double(&json, sweep);
	json_object_end(&json);
	if (text.data)
		puts(text.data);
	text_fini(&text);
}

/* ---- The command ------------------------------------------------------------------------------------------ */

static songdo_status run_bench(struct bench *bench)
{
	struct times *times = calloc(MOST_REPEATS, sizeof(*times)), warm;
	songdo_error error = {0};
	songdo_status status;
	uint64_t count = 0;
	double begin;

	status = times == NULL ? SONGDO_NO_FIT : read_circuit(bench);
	if (status != SONGDO_OK)
		goto done;
	status = songdo_env_open(&bench->env, &(songdo_env_options){.threads = bench->threads}, &error);
	if (status == SONGDO_OK)
		status = run_machine(&bench->machine, bench->env, bench->precision);
	if (status == SONGDO_OK && !bench->plans_only)
		status = state_new(&bench->state, bench->env, bench->precision,
		                   (unsigned)max_u64(bench->qubits, RUN_LOCAL_BITS), 0, &error);
	if (status != SONGDO_OK) {
		fail(status, &error, bench->file);
		goto done;
	}
	status = simulate(bench, &warm);
	begin = cpu_seconds();
	while (status == SONGDO_OK && count < MOST_REPEATS &&
	       (count < bench->repeats || cpu_seconds() - begin < bench->seconds))
		status = simulate(bench, &times[count++]);
	if (status == SONGDO_OK && bench->output != NULL && bench->state != NULL) {
		status = vector_save(bench->state->vector, bench->output, &error);
		if (status != SONGDO_OK)
			fail(status, &error, bench->output);
	}
	if (status == SONGDO_OK)
		report(bench, times, count, bench->state != NULL ? measure_sweep(bench) : 0);
done:
	free(times);
	state_free(bench->state);
	circuit_fini(&bench->circuit);
	songdo_env_close(bench->env);
	return status;
}

int main(int argc, char **argv)
{
	struct bench bench = {.precision = SONGDO_DOUBLE, .repeats = 3};
	int option;

	while ((option = getopt(argc, argv, "p:r:s:t:o:P")) != -1)
		switch (option) {
		case 'p': bench.precision = strcmp(optarg, "single") == 0 ? SONGDO_SINGLE : SONGDO_DOUBLE; break;
		case 'r': bench.repeats = strtoull(optarg, NULL, 10); break;
		case 's': bench.seconds = strtod(optarg, NULL); break;
		case 't': bench.threads = atoi(optarg); break;
		case 'o': bench.output = optarg; break;
		case 'P': bench.plans_only = true; break;
		default: return SONGDO_BAD_USAGE;
		}
	if (argc - optind != 1) {
		fprintf(stderr, "usage: bench_state FILE [-p double|single] [-r REPEATS] [-s SECONDS] [-t THREADS] [-o "
		                "STATE.npy] [-P]\n");
		return SONGDO_BAD_USAGE;
	}
	bench.file = argv[optind];
	circuit_init(&bench.circuit);
	return (int)run_bench(&bench);
}
