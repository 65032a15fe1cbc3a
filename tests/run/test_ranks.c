/* test_ranks.c - runs on any number of ranks: planned equals unplanned, forecasts equal counts, shots equal the reference.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "oracle.h"
#include "reference.h"
#include "run/run.h"
#include "script.h"

enum { QUBITS = 9, GATE_COUNT = 120 };

/* A circuit of every gate of the table, with controls, and of matrices. */
static void random_circuit(struct songdo_circuit *circuit, uint64_t *seed)
{
	double complex matrix[64];
	uint8_t bits[QUBITS];
	uint32_t qubits[QUBITS];
	double angle[4];

	circuit_init(circuit);
	for (int i = 0; i < GATE_COUNT; i++) {
		const unsigned controls = (unsigned)oracle_below(seed, 3);
		oracle_random_bits(bits, QUBITS, QUBITS, 0, seed);
		for (int j = 0; j < QUBITS; j++)
			qubits[j] = bits[j];
		for (int j = 0; j < 4; j++)
			angle[j] = 8 * oracle_uniform(seed) - 4;
		if (i % 12 == 11) {
			const unsigned targets = 1 + (unsigned)oracle_below(seed, 3);
			oracle_random_unitary(matrix, (uint64_t)1 << targets, 0, seed);
			circuit_add_matrix(circuit, targets, matrix, controls, oracle_below(seed, 1u << controls), qubits, NULL);
		} else {
			circuit_add_gate(circuit, (enum gate)(i % GATES), angle, controls, oracle_below(seed, 1u << controls), qubits, NULL);
		}
	}
}

static void apply_oracle(double complex *psi, const struct songdo_circuit *circuit)
{
	for (uint64_t i = 0; i < circuit->operations; i++) {
		const struct operation *operation = &circuit->operation[i];
		double complex matrix[1 << (2 * OPERATION_MATRIX_TARGETS)];
		uint64_t mask = 0, value = 0;
		uint8_t target[OPERATION_MATRIX_TARGETS];
		operation_matrix(circuit, operation, matrix);
		for (unsigned j = 0; j < operation->controls; j++) {
			mask |= 1ull << circuit->qubit[operation->first_qubit + j];
			value |= (operation->control_values >> j & 1) << circuit->qubit[operation->first_qubit + j];
		}
		for (unsigned j = 0; j < operation->targets; j++)
			target[j] = (uint8_t)circuit->qubit[operation->first_qubit + operation->controls + j];
		oracle_apply(psi, QUBITS, operation->targets, target, matrix, mask, value);
	}
}

/* Plan, execute, bring the qubits into order; the largest difference from psi, and whether the cost came as predicted. */
static double execute(struct check *check, songdo_env *env, songdo_precision precision, const struct songdo_circuit *circuit, unsigned flags,
                      const double complex *psi)
{
	struct layout order = { .qubits = QUBITS };
	struct plan_options options = { .flags = flags, .last = &order };
	struct machine_description machine;
	const struct cost before = env->cost;
	struct state *state;
	struct plan *plan;
	uint64_t figure[4];
	double worst = 0;

	for (unsigned q = 0; q < QUBITS; q++)
		order.bit[q] = (uint8_t)q;
	run_machine(&machine, env, precision);
	if (!CHECK(check, plan_new(&plan, circuit, 0, circuit->operations, QUBITS, NULL, &machine, &options, NULL) == SONGDO_OK))
		return HUGE_VAL;
	if (!CHECK(check, state_new(&state, env, precision, QUBITS, QUBITS, NULL) == SONGDO_OK))
		return HUGE_VAL;
	CHECK(check, state_execute(state, &plan->schedule) == SONGDO_OK);
	for (uint64_t x = 0; x < 1u << QUBITS; x++) {
		double complex value = 0;
		vector_get(state->vector, x, &value);
		worst = fmax(worst, cabs(value - psi[x]));
	}
	figure[0] = env->cost.sweeps - before.sweeps;
	figure[1] = env->cost.flops - before.flops;
	figure[2] = env->cost.exchanged_bytes - before.exchanged_bytes;
	figure[3] = env->cost.messages - before.messages;
	comm_max(env->comm, figure, 4);
	CHECK(check, figure[0] == plan->cost.sweeps && figure[1] == plan->cost.flops && figure[2] == plan->cost.exchanged_bytes &&
	      figure[3] == plan->cost.messages, "sweeps %llu %llu flops %llu %llu", (unsigned long long)figure[0],
	      (unsigned long long)plan->cost.sweeps, (unsigned long long)figure[1], (unsigned long long)plan->cost.flops);
	state_free(state);
	plan_free(plan);
	return worst;
}

static void check_plans(struct check *check)
{
	static const char *const precision_name[] = { "double", "single" };
	char name[128];

	for (int isa = 0; isa < KERNEL_ISAS; isa++)
		for (int precision = 0; precision < 2; precision++) {
			const songdo_env_options options = { .threads = 1, .isa = kernel_name((enum kernel_isa)isa) };
			const double bar = precision == 0 ? 1e-12 : 1e-5;
			uint64_t seed = 17;
			songdo_env *env;
			snprintf(name, sizeof(name), "planned circuits equal unplanned ones and dense matrices: %s, %s", kernel_name((enum kernel_isa)isa), precision_name[precision]);
			if (kernel_missing((enum kernel_isa)isa) != NULL) {
				check_skip(check, name, kernel_missing((enum kernel_isa)isa));
				continue;
			}
			check_case(check, name);
			if (!CHECK(check, songdo_env_open(&env, &options, NULL) == SONGDO_OK))
				continue;
			for (int round = 0; round < 6; round++) {
				struct songdo_circuit circuit;
				double complex psi[1 << QUBITS] = { 1 };
				double planned, unplanned;
				random_circuit(&circuit, &seed);
				apply_oracle(psi, &circuit);
				planned = execute(check, env, (songdo_precision)precision, &circuit, 0, psi);
				unplanned = execute(check, env, (songdo_precision)precision, &circuit, PLAN_UNFUSED, psi);
				CHECK(check, planned < bar, "round %d: %g", round, planned);
				CHECK(check, unplanned < bar, "round %d: %g", round, unplanned);
				circuit_fini(&circuit);
			}
			songdo_env_close(env);
		}
}

/* Every shot of random programs with measurements in their midst; threads and memory change nothing. */
static void check_shots(struct check *check)
{
	static const struct { const char *name; int threads; bool tight; } cases[] = {
		{ "every shot reads what its own draws say", 1, false },
		{ "two threads change no shot", 2, false },
		{ "branches that are replayed change no shot", 1, true },
	};

	for (size_t c = 0; c < ARRAY_LENGTH(cases); c++) {
		songdo_run_options options = { .shots = 80, .memory = 1 };
		songdo_env_options where = { .threads = cases[c].threads };
		uint64_t seed = 18;
		songdo_env *env;
		check_case(check, cases[c].name);
		if (cases[c].tight)
			where.max_memory = run_rank_bytes(REFERENCE_QUBITS, (uint64_t)comm_size(check->comm), SONGDO_DOUBLE) + run_shots_bytes(&options, 80, true) + 100;
		if (!CHECK(check, songdo_env_open(&env, &where, NULL) == SONGDO_OK))
			continue;
		for (int round = 0; round < 6; round++) {
			struct reference reference;
			songdo_result *result = NULL;
			songdo_program *program;
			songdo_error error = { 0 };
			options.seed = (uint64_t)round;
			reference_random(&reference, &seed, 20);
			program = script_program(reference.text);
			CHECK(check, songdo_run(&result, env, program, &options, &error) == SONGDO_OK, "%s", error.message);
			for (uint64_t shot = 0; result != NULL && shot < options.shots && comm_rank(check->comm) == 0; shot++) {
				const char *string = songdo_result_shot(result, shot);
				const unsigned expected = reference_shot(&reference, options.seed, shot);
				CHECK(check, string != NULL && strtoul(string, NULL, 2) == expected, "round %d, shot %d", round, (int)shot);
			}
			if (comm_rank(check->comm) != 0 && result != NULL)
				CHECK(check, songdo_result_counts(result) == 0);
			CHECK(check, env->memory.held == 0);
			songdo_result_free(result);
			songdo_program_free(program);
		}
		songdo_env_close(env);
	}
}

static void check_exact(struct check *check)
{
	uint64_t seed = 19;
	songdo_env *env;

	check_case(check, "exact distributions are those of dense matrices");
	if (!CHECK(check, songdo_env_open(&env, &(songdo_env_options){ .threads = 1 }, NULL) == SONGDO_OK))
		return;
	for (int round = 0; round < 5; round++) {
		struct reference reference;
		songdo_result *result = NULL;
		songdo_program *program;
		double expected[1 << REFERENCE_QUBITS], probability;
		reference_random(&reference, &seed, 15);
		reference_exact(&reference, expected);
		program = script_program(reference.text);
		CHECK(check, songdo_run(&result, env, program, &(songdo_run_options){ .exact = 1 }, NULL) == SONGDO_OK);
		for (size_t i = 0; result != NULL && i < songdo_result_probabilities(result); i++) {
			const char *string = songdo_result_probability(result, i, &probability);
			double *at = &expected[strtoul(string, NULL, 2)];
			CHECK(check, fabs(*at - probability) < 1e-12, "round %d, %s: %g", round, string, probability);
			*at = 0;
		}
		for (unsigned i = 0; i < 1 << REFERENCE_QUBITS && comm_rank(check->comm) == 0; i++)
			CHECK(check, expected[i] < 1e-12, "round %d: %u is missing", round, i);
		songdo_result_free(result);
		songdo_program_free(program);
	}
	songdo_env_close(env);
}

/* A straight-line program of 12 qubits that needs remaps, then one small enough to be padded. */
static void check_forecast(struct check *check)
{
	static const int sizes[] = { 12, 8, 3 };
	songdo_env *env;

	check_case(check, "a forecast equals what is counted");
	if (!CHECK(check, songdo_env_open(&env, &(songdo_env_options){ .threads = 1 }, NULL) == SONGDO_OK))
		return;
	for (size_t s = 0; s < ARRAY_LENGTH(sizes); s++) {
		struct forecast_options wanted = { .ranks = (uint64_t)comm_size(check->comm) };
		const songdo_run_options options = { .shots = 500, .seed = 1, .memory = s == 1 };
		struct forecast forecast;
		songdo_result *result = NULL;
		songdo_program *program;
		uint64_t seed = 20 + s;
		char script[16384];
		sprintf(script, "qubits %d; bits 1;", sizes[s]);
		for (int i = 0; i < 150; i++) {
			const int a = (int)oracle_below(&seed, (uint64_t)sizes[s]), b = (a + 1 + (int)oracle_below(&seed, (uint64_t)sizes[s] - 1)) % sizes[s];
			sprintf(script + strlen(script), i % 2 ? "cx %d %d;" : "ry 0.%d %d;", a, b);
		}
		strcat(script, "measure 0 0");
		program = script_program(script);
		run_machine(&wanted.machine, env, SONGDO_DOUBLE);
		CHECK(check, run_forecast(&forecast, program, &options, &wanted, NULL) == SONGDO_OK);
		if (CHECK(check, songdo_run(&result, env, program, &options, NULL) == SONGDO_OK)) {
			CHECK(check, forecast.cost.sweeps == result->cost.sweeps && forecast.cost.remaps == result->cost.remaps);
			CHECK(check, forecast.cost.flops == result->cost.flops);
			CHECK(check, forecast.cost.exchanged_bytes == result->cost.exchanged_bytes && forecast.cost.messages == result->cost.messages);
			CHECK(check, forecast.peak_bytes == result->peak_bytes, "%llu %llu", (unsigned long long)forecast.peak_bytes,
			      (unsigned long long)result->peak_bytes);
			CHECK(check, s != 0 || comm_size(check->comm) == 1 || result->cost.messages > 0);
		}
		songdo_result_free(result);
		songdo_program_free(program);
	}
	songdo_env_close(env);
}

static void check_refusal(struct check *check)
{
	songdo_program *program;
	songdo_result *result;
	songdo_env *env;
	songdo_error error = { 0 };
	char script[2048] = "qubits 42; h 0;";

	check_case(check, "what does not fit is refused on every rank");
	for (int q = 1; q < 42; q++)
		sprintf(script + strlen(script), "cx %d %d;", q - 1, q);
	if (!CHECK(check, songdo_env_open(&env, NULL, NULL) == SONGDO_OK))
		return;
	program = script_program(script);
	CHECK(check, songdo_run(&result, env, program, &(songdo_run_options){ .shots = 1 }, &error) == SONGDO_NO_FIT);
	CHECK(check, strstr(error.message, "42 qubits") != NULL, "%s", error.message);
	songdo_program_free(program);
	songdo_env_close(env);
}

int main(void)
{
	struct check check;

	check_begin(&check);
	check_plans(&check);
	check_shots(&check);
	check_exact(&check);
	check_forecast(&check);
	check_refusal(&check);
	return check_end(&check);
}
