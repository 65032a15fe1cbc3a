/* test_run.c - programs run on one rank: counts, branches, exact distributions, groups, limits.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "oracle.h"
#include "reference.h"
#include "run/run.h"
#include "script.h"

static songdo_env *open_env(uint64_t max_memory)
{
	const songdo_env_options options = { .threads = 1, .max_memory = max_memory };
	songdo_env *env;

	cr_assert_eq(songdo_env_open(&env, &options, NULL), SONGDO_OK);
	return env;
}

/* Run a script, which must work. */
static songdo_result *run(songdo_env *env, const char *script, songdo_run_options options)
{
	songdo_program *program = script_program(script);
	songdo_result *result = NULL;
	songdo_error error = { 0 };

	cr_assert_not_null(program, "%s", script);
	cr_assert_eq(songdo_run(&result, env, program, &options, &error), SONGDO_OK, "%s", error.message);
	songdo_program_free(program);
	cr_assert_eq(env->memory.held, 0, "%llu bytes are still held", (unsigned long long)env->memory.held);
	return result;
}

/* Run a script, which must fail with this status. */
static songdo_error fail(const char *script, songdo_run_options options, songdo_status status)
{
	songdo_env *env = open_env(0);
	songdo_program *program = script_program(script);
	songdo_result *result = NULL;
	songdo_error error = { 0 };

	cr_assert_not_null(program);
	cr_assert_eq(songdo_run(&result, env, program, &options, &error), status, "%s", error.message);
	cr_assert_null(result);
	cr_assert_eq(env->memory.held, 0);
	songdo_program_free(program);
	songdo_env_close(env);
	return error;
}

static uint64_t shots_of(const songdo_result *result, const char *string)
{
	for (size_t i = 0; i < songdo_result_counts(result); i++) {
		uint64_t shots;
		if (strcmp(songdo_result_count(result, i, &shots), string) == 0)
			return shots;
	}
	return 0;
}

static double probability_of(const songdo_result *result, const char *string)
{
	for (size_t i = 0; i < songdo_result_probabilities(result); i++) {
		double probability;
		if (strcmp(songdo_result_probability(result, i, &probability), string) == 0)
			return probability;
	}
	return 0;
}

static char *to_string(char *buffer, unsigned bits)
{
	for (unsigned j = 0; j < REFERENCE_QUBITS; j++)
		buffer[REFERENCE_QUBITS - 1 - j] = (char)('0' + (bits >> j & 1));
	buffer[REFERENCE_QUBITS] = '\0';
	return buffer;
}

Test(run, a_bell_pair_reads_equal_bits)
{
	songdo_env *env = open_env(0);
	songdo_result *result = run(env, "qubits 2; bits 2; h 0; cx 0 1; measure 0 0; measure 1 1", (songdo_run_options){ .shots = 10000, .seed = 1, .exact = 1 });

	cr_assert_eq(songdo_result_counts(result), 2);
	cr_assert_eq(shots_of(result, "00") + shots_of(result, "11"), 10000);
	cr_assert(fabs((double)shots_of(result, "00") - 5000) < 300);
	cr_assert_float_eq(probability_of(result, "00"), 0.5, 1e-15);
	cr_assert_float_eq(probability_of(result, "11"), 0.5, 1e-15);
	cr_assert_eq(result->branches, 1);
	songdo_result_free(result);
	songdo_env_close(env);
}

Test(run, teleportation_moves_a_state_by_two_bits)
{
	const char *script = "qubits 3; bits 3; ry 1.1 0; h 1; cx 1 2; cx 0 1; h 0; measure 0 0; measure 1 1;"
	                     "if 1 1; x 2; end; if 0 1; z 2; end; ry -1.1 2; measure 2 2";
	songdo_env *env = open_env(0);
	songdo_result *result = run(env, script, (songdo_run_options){ .shots = 4000, .seed = 3, .exact = 1 });

	cr_assert_eq(songdo_result_counts(result), 4);
	for (unsigned i = 0; i < 4; i++) {
		char string[8];
		snprintf(string, sizeof(string), "0%u%u", i >> 1, i & 1);
		cr_assert_float_eq(probability_of(result, string), 0.25, 1e-14);
		cr_assert(fabs((double)shots_of(result, string) - 1000) < 200);
	}
	cr_assert_eq(result->branches, 4);
	songdo_result_free(result);
	songdo_env_close(env);
}

Test(run, random_programs_give_every_shot_its_own_draws)
{
	songdo_env *env = open_env(0);
	uint64_t seed = 11;

	for (int round = 0; round < 40; round++) {
		const songdo_run_options options = { .shots = 150, .seed = 100 + (uint64_t)round, .memory = 1 };
		struct reference reference;
		songdo_result *result;
		char string[REFERENCE_QUBITS + 1];
		reference_random(&reference, &seed, 5 + (unsigned)round);
		result = run(env, reference.text, options);
		for (uint64_t shot = 0; shot < options.shots; shot++) {
			to_string(string, reference_shot(&reference, options.seed, shot));
			cr_assert_str_eq(songdo_result_shot(result, shot), string, "round %d, shot %d: %s", round, (int)shot, reference.text);
		}
		songdo_result_free(result);
	}
	songdo_env_close(env);
}

/* Memory for one small state, and for nothing that waits beside it. */
static uint64_t tight_memory(const songdo_run_options *options)
{
	return run_rank_bytes(REFERENCE_QUBITS, 1, options->precision) + run_shots_bytes(options, options->shots, true) + 100;
}

Test(run, replayed_branches_count_what_copied_ones_count)
{
	uint64_t seed = 12;

	for (int round = 0; round < 20; round++) {
		const songdo_run_options options = { .shots = 200, .seed = (uint64_t)round, .precision = round % 2 ? SONGDO_SINGLE : SONGDO_DOUBLE };
		songdo_env *roomy = open_env(0), *tight = open_env(tight_memory(&options));
		struct reference reference;
		songdo_result *copied, *replayed;
		reference_random(&reference, &seed, 30);
		copied = run(roomy, reference.text, options);
		replayed = run(tight, reference.text, options);
		cr_assert_eq(songdo_result_counts(copied), songdo_result_counts(replayed));
		for (size_t i = 0; i < songdo_result_counts(copied); i++) {
			uint64_t a, b;
			char string[REFERENCE_QUBITS + 1];
			strcpy(string, songdo_result_count(copied, i, &a));
			cr_assert_str_eq(string, songdo_result_count(replayed, i, &b));
			cr_assert_eq(a, b, "round %d, %s", round, string);
		}
		cr_assert_eq(copied->branches, replayed->branches);
		/* It was another way: a replay does the work again. */
		if (copied->branches > 2)
			cr_assert_gt(replayed->cost.flops, copied->cost.flops);
		songdo_result_free(copied);
		songdo_result_free(replayed);
		songdo_env_close(roomy);
		songdo_env_close(tight);
	}
}

Test(run, copies_give_way_to_a_state_that_grows)
{
	/* After the first collapse a copy waits; then a qubit joins after another, until the copy's memory is needed. */
	const char *start = "qubits 18; bits 2; h 0; measure 0 0; h 0; measure 0 0; h 0; measure 0 0; h 0; measure 0 1; if 1 1; x 0; end;";
	const songdo_run_options options = { .shots = 100, .seed = 2 };
	char script[1024];
	songdo_env *roomy = open_env(0), *tight = open_env(run_rank_bytes(18, 1, SONGDO_DOUBLE) + run_shots_bytes(&options, 100, true) + 300);
	songdo_result *a, *b;
	uint64_t shots_a, shots_b;

	strcpy(script, start);
	for (int q = 1; q < 18; q++)
		sprintf(script + strlen(script), "h 0; cx 0 %d;", q);
	strcat(script, "measure 17 1");
	a = run(roomy, script, options);
	b = run(tight, script, options);
	cr_assert_eq(songdo_result_counts(a), songdo_result_counts(b));
	for (size_t i = 0; i < songdo_result_counts(a); i++) {
		char string[8];
		strcpy(string, songdo_result_count(a, i, &shots_a));
		cr_assert_str_eq(string, songdo_result_count(b, i, &shots_b));
		cr_assert_eq(shots_a, shots_b);
	}
	cr_assert_gt(b->cost.flops, a->cost.flops);
	songdo_result_free(a);
	songdo_result_free(b);
	songdo_env_close(roomy);
	songdo_env_close(tight);
}

Test(run, exact_distributions_are_those_of_dense_matrices)
{
	uint64_t seed = 13;

	for (int round = 0; round < 60; round++) {
		songdo_env *env = open_env(round % 2 ? 0 : tight_memory(&(songdo_run_options){ .shots = 50 }));
		const bool single = round % 4 == 3;
		struct reference reference;
		songdo_result *result;
		double expected[1 << REFERENCE_QUBITS], sum = 0;
		char string[REFERENCE_QUBITS + 1];
		reference_random(&reference, &seed, 20);
		result = run(env, reference.text, (songdo_run_options){ .shots = round % 3 ? 50 : 0, .exact = 1, .precision = single ? SONGDO_SINGLE : SONGDO_DOUBLE });
		reference_exact(&reference, expected);
		for (unsigned i = 0; i < 1 << REFERENCE_QUBITS; i++) {
			cr_assert_float_eq(probability_of(result, to_string(string, i)), expected[i], single ? 1e-5 : 1e-12, "round %d: %s", round, reference.text);
			sum += probability_of(result, string);
		}
		cr_assert_float_eq(sum + result->discarded_probability, 1, single ? 1e-5 : 1e-12);
		songdo_result_free(result);
		songdo_env_close(env);
	}
}

Test(run, the_first_shots_of_a_longer_run_are_the_same)
{
	songdo_env *env = open_env(0);
	struct reference reference;
	songdo_result *some, *many;
	uint64_t seed = 14;
	char string[REFERENCE_QUBITS + 1];

	reference_random(&reference, &seed, 25);
	some = run(env, reference.text, (songdo_run_options){ .shots = 300, .seed = 9, .memory = 1 });
	many = run(env, reference.text, (songdo_run_options){ .shots = 3000, .seed = 9, .memory = 1 });
	for (uint64_t shot = 0; shot < 300; shot++) {
		strcpy(string, songdo_result_shot(some, shot));
		cr_assert_str_eq(songdo_result_shot(many, shot), string);
	}
	cr_assert_null(songdo_result_shot(some, 300));
	songdo_result_free(some);
	songdo_result_free(many);
	songdo_env_close(env);
}

Test(run, repeating_until_success_ends_with_success)
{
	songdo_env *env = open_env(0);
	songdo_result *result = run(env, "qubits 2; bits 2; while 0 0; reset 0; ry 1.2 0; cx 0 1; measure 0 0; end; measure 1 1",
	                            (songdo_run_options){ .shots = 2000, .seed = 4, .exact = 1 });
	uint64_t odd = shots_of(result, "11"), even = shots_of(result, "01");

	/* Every failure leaves the second qubit alone, the success flips it. */
	cr_assert_eq(odd, 2000);
	cr_assert_eq(even, 0);
	cr_assert_float_eq(probability_of(result, "11") + result->discarded_probability, 1, 1e-12);
	cr_assert(result->discarded_probability > 0 && result->discarded_probability < 1e-13);
	songdo_result_free(result);
	songdo_env_close(env);
}

Test(run, what_is_final_is_sampled_together)
{
	static const struct { const char *script; uint64_t branches; } cases[] = {
		/* Only diagonal operations and controls follow. */
		{ "qubits 2; bits 2; h 0; measure 0 0; rz 0.3 0; cx 0 1; cz 0 1; t 0; measure 1 1", 1 },
		{ "qubits 2; bits 2; h 0; h 1; measure 0 0; measure 1 1; rzz 0.4 0 1; barrier 0; measure 0 0", 1 },
		/* Something else does. */
		{ "qubits 2; bits 2; h 0; measure 0 0; h 0; measure 0 1", 2 },
		{ "qubits 2; bits 2; h 0; measure 0 0; cx 1 0", 2 },
		{ "qubits 2; bits 2; h 0; measure 0 0; reset 0; measure 0 1", 2 },
		{ "qubits 2; bits 2; h 0; cx 0 1; reset 0; h 0; measure 1 0", 2 },
		/* A value is wanted. */
		{ "qubits 2; bits 2; h 0; measure 0 0; if 0 1; x 1; end; measure 1 1", 2 },
		/* A reset that nothing follows cannot be seen. */
		{ "qubits 2; bits 2; h 0; measure 0 0; reset 0; h 1; measure 1 1; reset 1", 1 },
		/* Nor can one of a qubit that was never touched, or the second of two measurements. */
		{ "qubits 2; bits 2; reset 0; reset 1; h 0; measure 1 1; measure 0 0", 1 },
		{ "qubits 2; bits 2; h 0; cx 0 1; reset 0; measure 1 0", 1 },
		{ "qubits 2; bits 2; h 0; measure 0 0; measure 0 1", 1 },
	};
	songdo_env *env = open_env(0);

	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		songdo_result *result = run(env, cases[i].script, (songdo_run_options){ .shots = 100, .seed = 5 });
		cr_assert_eq(result->branches, cases[i].branches, "%s: %d branches", cases[i].script, (int)result->branches);
		songdo_result_free(result);
	}
	songdo_env_close(env);
}

Test(run, qubits_that_nothing_touches_cost_nothing)
{
	songdo_env *env = open_env(0);
	songdo_result *result = run(env, "qubits 100000; bits 3; x 99999; h 5; cx 5 70000; measure 99999 0; measure 70000 1; measure 3 2",
	                            (songdo_run_options){ .shots = 1000, .seed = 6 });

	cr_assert_eq(result->active_qubits, 3);
	cr_assert_eq(result->qubits, 100000);
	cr_assert_lt(result->peak_bytes, 100000);
	cr_assert_eq(shots_of(result, "001") + shots_of(result, "011"), 1000);
	songdo_result_free(result);
	songdo_env_close(env);
}

Test(run, a_program_without_shots_or_distribution_counts_nothing)
{
	songdo_env *env = open_env(0);
	songdo_result *result = run(env, "qubits 1; bits 1; h 0; measure 0 0; h 0; measure 0 0", (songdo_run_options){ .shots = 0 });

	cr_assert_eq(songdo_result_counts(result), 0);
	cr_assert_eq(songdo_result_probabilities(result), 0);
	songdo_result_free(result);
	songdo_env_close(env);
}

static void chain(char *script, int qubits)
{
	sprintf(script, "qubits %d; bits 1; h 0;", qubits);
	for (int q = 1; q < qubits; q++)
		sprintf(script + strlen(script), "cx %d %d;", q - 1, q);
	strcat(script, "measure 0 0");
}

Test(run, what_does_not_fit_is_refused_with_the_figures)
{
	char script[4096];
	songdo_error error;

	chain(script, 40);
	error = fail(script, (songdo_run_options){ .shots = 10 }, SONGDO_NO_FIT);
	cr_assert_not_null(strstr(error.message, "40 qubits"), "%s", error.message);
	cr_assert_not_null(strstr(error.message, "16.0 TiB"), "%s", error.message);
	cr_assert_not_null(strstr(error.hint, "ranks"), "%s", error.hint);
	chain(script, 200);
	error = fail(script, (songdo_run_options){ .shots = 10 }, SONGDO_NO_FIT);
	cr_assert_not_null(strstr(error.message, "200 qubits"), "%s", error.message);
	chain(script, 20);
	strcat(script, ";");
	for (int q = 0; q < 20; q++)
		sprintf(script + strlen(script), "h %d;", q);
	songdo_env *env = open_env(20 << 20);
	songdo_program *program = script_program(script);
	songdo_result *result;
	cr_assert_eq(songdo_run(&result, env, program, &(songdo_run_options){ .shots = 10, .save_state = NULL }, &error), SONGDO_OK, "%s", error.message);
	songdo_result_free(result);
	songdo_program_free(program);
	songdo_env_close(env);
}

static int stop_at_once(void *context)
{
	(void)context;
	return 1;
}

Test(run, a_cancelled_run_is_interrupted)
{
	char script[4096];

	chain(script, 16);
	fail(script, (songdo_run_options){ .shots = 10, .cancelled = stop_at_once }, SONGDO_INTERRUPTED);
}

/* ---- Forecasts -------------------------------------------------------------------------------------------- */

Test(run, a_forecast_equals_what_is_counted)
{
	songdo_env *env = open_env(0);
	uint64_t seed = 15;

	for (int round = 0; round < 30; round++) {
		songdo_run_options options = { .shots = 100 + (uint64_t)round, .exact = round % 3 == 0, .memory = round % 4 == 0,
		                               .precision = round % 2 ? SONGDO_SINGLE : SONGDO_DOUBLE };
		struct forecast_options wanted = { .ranks = 1 };
		struct forecast forecast;
		songdo_program *program;
		songdo_result *result;
		songdo_error error = { 0 };
		const int qubits = 2 + round % 12;
		char script[8192];
		sprintf(script, "qubits %d; bits 2;", qubits);
		for (int i = 0; i < 40; i++) {
			const int a = (int)oracle_below(&seed, (uint64_t)qubits), b = (a + 1 + (int)oracle_below(&seed, (uint64_t)qubits - 1)) % qubits;
			sprintf(script + strlen(script), i % 3 == 0 ? "cx %d %d;" : i % 3 == 1 ? "ry 0.%d %d;" : "swap %d %d;", a, b);
		}
		sprintf(script + strlen(script), "h 0; measure 0 0; measure %d 1", qubits - 1);
		program = script_program(script);
		cr_assert_not_null(program);
		cr_assert_eq(run_machine(&wanted.machine, env, options.precision), SONGDO_OK);
		cr_assert_eq(run_forecast(&forecast, program, &options, &wanted, &error), SONGDO_OK, "%s", error.message);
		cr_assert_eq(songdo_run(&result, env, program, &options, &error), SONGDO_OK, "%s", error.message);
		cr_assert_eq(forecast.cost.sweeps, result->cost.sweeps);
		cr_assert_eq(forecast.cost.remaps, result->cost.remaps);
		cr_assert_eq(forecast.cost.flops, result->cost.flops);
		cr_assert_eq(forecast.peak_bytes, result->peak_bytes);
		cr_assert_eq(forecast.active_qubits, result->active_qubits);
		cr_assert(forecast.fits);
		songdo_result_free(result);
		songdo_program_free(program);
	}
	songdo_env_close(env);
}

Test(run, a_forecast_of_too_much_suggests_what_would_do)
{
	struct forecast_options wanted = { .ranks = 4, .nodes = 2, .node_memory = 64ull << 30 };
	struct forecast forecast;
	char script[4096];
	songdo_program *program;

	chain(script, 36);
	program = script_program(script);
	cr_assert_eq(run_forecast(&forecast, program, &(songdo_run_options){ .shots = 10 }, &wanted, NULL), SONGDO_OK);
	cr_assert(!forecast.fits);
	cr_assert_eq(forecast.bytes, (1ull << 38) + STATE_BUFFER_BYTES);
	/* 2^36 amplitudes are 1 TiB; with the buffer, 32 nodes of 64 GiB each. */
	cr_assert_eq(forecast.slurm_nodes, 32);
	cr_assert_not_null(strstr(forecast.suggestion, "32 nodes"), "%s", forecast.suggestion);
	songdo_program_free(program);
	chain(script, 100);
	program = script_program(script);
	cr_assert_eq(run_forecast(&forecast, program, NULL, &wanted, NULL), SONGDO_OK);
	cr_assert(!forecast.fits);
	cr_assert_eq(forecast.active_qubits, 100);
	songdo_program_free(program);
	wanted.ranks = 6;
	program = script_program("qubits 1; h 0");
	cr_assert_eq(run_forecast(&forecast, program, NULL, &wanted, NULL), SONGDO_NO_FIT);
	songdo_program_free(program);
}

/* ---- Saving ------------------------------------------------------------------------------------------------ */

/* The amplitudes of a .npy file of complex doubles. */
static size_t load(const char *file, double complex *psi, size_t capacity)
{
	FILE *in = fopen(file, "rb");
	unsigned char head[10];
	char description[1024] = "";
	size_t count;

	cr_assert_not_null(in);
	cr_assert_eq(fread(head, 1, 10, in), 10);
	cr_assert_eq(memcmp(head, "\x93NUMPY\x01\x00", 8), 0);
	cr_assert_eq((head[8] + 256 * head[9] + 10) % 64, 0);
	cr_assert_eq(fread(description, 1, (size_t)(head[8] + 256 * head[9]), in), (size_t)(head[8] + 256 * head[9]));
	cr_assert_not_null(strstr(description, "'<c16'"));
	count = fread(psi, sizeof(*psi), capacity, in);
	fclose(in);
	return count;
}

Test(run, the_saved_state_has_every_declared_qubit_in_order)
{
	/* Qubit 2 joins before 0 would, qubit 1 stays idle; small states are padded inside, larger ones are not. */
	static const int sizes[] = { 3, 7 };
	char file[] = "/tmp/songdo_state_XXXXXX";

	close(mkstemp(file));
	for (size_t i = 0; i < ARRAY_LENGTH(sizes); i++) {
		songdo_env *env = open_env(0);
		double complex psi[256];
		char script[256];
		songdo_result *result;
		const size_t count = (size_t)1 << sizes[i];
		sprintf(script, "qubits %d; bits 1; x 2; ry 1.0 0; measure 2 0; reset 2; reset 2", sizes[i]);
		result = run(env, script, (songdo_run_options){ .shots = 1, .save_state = file });
		cr_assert_eq(load(file, psi, 256), count);
		for (size_t j = 0; j < count; j++)
			cr_assert_float_eq(cabs(psi[j] - (j == 0 ? cos(0.5) : j == 1 ? sin(0.5) : 0)), 0, 1e-14, "amplitude %d", (int)j);
		songdo_result_free(result);
		songdo_env_close(env);
	}
	unlink(file);
}

Test(run, there_is_no_one_state_to_save_where_shots_part)
{
	fail("qubits 1; bits 1; h 0; measure 0 0; h 0", (songdo_run_options){ .shots = 100, .save_state = "/tmp/songdo_never" }, SONGDO_BAD_USAGE);
	fail("qubits 1; bits 1; h 0; measure 0 0; reset 0", (songdo_run_options){ .shots = 100, .save_state = "/tmp/songdo_never" }, SONGDO_BAD_USAGE);
	cr_assert_neq(access("/tmp/songdo_never", F_OK), 0);
}

/* In single precision the norm drifts from 1 by some 1e-7: a qubit that has one value has it all the same, and an outcome
 * of small probability is not divided by a wrong one. */
Test(run, drift_of_the_norm_is_no_outcome)
{
	static const songdo_observable z1 = { .text = "Z1" };
	char file[] = "/tmp/songdo_state_XXXXXX", script[4096];
	songdo_env *env = open_env(0);

	close(mkstemp(file));
	for (unsigned round = 0; round < 12; round++) {
		songdo_result *result;
		double value = 0, variance;
		size_t length = (size_t)sprintf(script, "qubits 3; bits 2; x 2; ");
		for (unsigned i = 0; i < 20; i++)
			length += (size_t)sprintf(script + length, "ry %.3f 0; cx 0 1; ry %.3f 1; cx 1 0; ", 0.31 * (i + 1) + round, 0.17 * (i + 2) - round);
		sprintf(script + length, "measure 0 0; reset 2");
		result = run(env, script, (songdo_run_options){ .shots = 1, .save_state = file, .precision = SONGDO_SINGLE });
		songdo_result_free(result);

		sprintf(script, "qubits 2; bits 1; rx %.3f 0; ry %.3f 1; measure 1 0; x 1; reset 1", 0.3 + round, 3.1 - 0.05 * round);
		result = run(env, script, (songdo_run_options){ .exact = 1, .precision = SONGDO_SINGLE, .observables = &z1, .observable_count = 1 });
		songdo_result_expectation(result, 0, &value, &variance);
		cr_assert_float_eq(value, 1, 1e-5, "%s: %.9g", script, value);
		songdo_result_free(result);
	}
	unlink(file);
	songdo_env_close(env);
}

/* A rotation by 1e-8 leaves an amplitude of 5e-9, a probability that is none. It must be gone: else it would come back as an
 * error of 5e-9 in what follows. */
Test(run, what_a_measurement_rules_out_is_gone)
{
	static const char *const scripts[] = {
		"qubits 1; bits 1; rx 1e-8 0; reset 0; rx 1.5707963267948966 0; measure 0 0",
		"qubits 1; bits 2; x 0; rx 1e-8 0; measure 0 1; rx 1.5707963267948966 0; measure 0 0",
	};

	for (size_t i = 0; i < ARRAY_LENGTH(scripts); i++) {
		songdo_env *env = open_env(0);
		songdo_result *result = run(env, scripts[i], (songdo_run_options){ .exact = 1 });
		cr_assert_float_eq(probability_of(result, i ? "10" : "0"), 0.5, 1e-14, "%s", scripts[i]);
		songdo_result_free(result);
		songdo_env_close(env);
	}
}

Test(run, saving_the_state_does_not_change_the_counts)
{
	const char *script = "qubits 5; bits 3; measure 4 2; h 1; ry 0.8 3; cx 3 1; measure 3 0; measure 1 1";
	char file[] = "/tmp/songdo_state_XXXXXX";
	songdo_env *env = open_env(0);
	songdo_result *plain = run(env, script, (songdo_run_options){ .shots = 500, .seed = 8, .memory = 1 }), *saved;
	char string[8];

	close(mkstemp(file));
	saved = run(env, script, (songdo_run_options){ .shots = 500, .seed = 8, .memory = 1, .save_state = file });
	for (uint64_t shot = 0; shot < 500; shot++) {
		strcpy(string, songdo_result_shot(plain, shot));
		cr_assert_str_eq(songdo_result_shot(saved, shot), string);
	}
	unlink(file);
	songdo_result_free(plain);
	songdo_result_free(saved);
	songdo_env_close(env);
}

/* ---- Parts -------------------------------------------------------------------------------------------------- */

Test(tally, strings_are_found_again_and_come_in_order)
{
	struct tally tally;
	uint64_t *order, count, entry, total = 0, seed = 16;

	tally_init(&tally, 100);
	for (int i = 0; i < 20000; i++) {
		const uint64_t x = oracle_below(&seed, 3000);
		const uint64_t key[2] = { x * 0x9e3779b97f4a7c15u, x % 7 };
		cr_assert_eq(tally_add(&tally, key, x % 5, 0, &entry), SONGDO_OK);
		cr_assert_lt(entry, tally.entries);
		total += x % 5;
	}
	cr_assert_eq(tally_order(&order, &count, &tally, TALLY_COUNTED), SONGDO_OK);
	for (uint64_t i = 0; i < count; i++) {
		const uint64_t *a = tally.key + 2 * order[i];
		total -= tally.shots[order[i]];
		cr_assert_gt(tally.shots[order[i]], 0);
		if (i > 0) {
			const uint64_t *before = tally.key + 2 * order[i - 1];
			cr_assert(before[1] < a[1] || (before[1] == a[1] && before[0] < a[0]));
		}
	}
	cr_assert_eq(total, 0);
	cr_assert_leq(tally.entries, 3000);
	free(order);
	tally_fini(&tally);
}

Test(qubits, a_map_keeps_what_was_set_last)
{
	struct qubits qubits = { 0 };

	cr_assert_eq(qubits_find(&qubits, 3), QUBITS_NONE);
	for (uint32_t i = 0; i < 5000; i++)
		cr_assert_eq(qubits_set(&qubits, i * 429497u, i), SONGDO_OK);
	cr_assert_eq(qubits_set(&qubits, 0, 77), SONGDO_OK);
	cr_assert_eq(qubits_find(&qubits, 0), 77);
	for (uint32_t i = 1; i < 5000; i++)
		cr_assert_eq(qubits_find(&qubits, i * 429497u), i);
	cr_assert_eq(qubits_find(&qubits, 5), QUBITS_NONE);
	cr_assert_eq(qubits.count, 5000);
	qubits_fini(&qubits);
}

Test(fit, rank_counts_that_are_no_power_of_two_name_their_neighbours)
{
	songdo_error error = { 0 };

	cr_assert_eq(run_check_ranks(8, NULL), SONGDO_OK);
	cr_assert_eq(run_check_ranks(6, &error), SONGDO_NO_FIT);
	cr_assert_not_null(strstr(error.hint, "4 or 8"), "%s", error.hint);
	cr_assert_eq(run_check_ranks(0, NULL), SONGDO_NO_FIT);
}
