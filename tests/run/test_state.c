/* test_state.c - states that callers hold, on any number of ranks, against dense vectors.
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

enum { STATES = 1 << REFERENCE_QUBITS };

static songdo_env *open_env(struct check *check, uint64_t max_memory)
{
	songdo_env *env = NULL;

	CHECK(check,
	      songdo_env_open(&env, &(songdo_env_options){.threads = 1, .max_memory = max_memory}, NULL) == SONGDO_OK);
	return env;
}

/* All amplitudes, on every rank. */
static void gather(struct check *check, double complex *psi, songdo_env *env, songdo_state *state)
{
	const uint64_t size = 1ull << songdo_state_qubits(state);
	uint64_t first, count;
	const void *amplitudes = songdo_state_amplitudes(state, &first, &count);

	memset(psi, 0, size * sizeof(*psi));
	CHECK(check, first + count <= size);
	for (uint64_t i = 0; i < count; i++)
		psi[first + i] = songdo_state_precision(state) == SONGDO_DOUBLE
		                         ? ((const double complex *)amplitudes)[i]
		                         : (double complex)((const float complex *)amplitudes)[i];
	CHECK(check, comm_sum(env->comm, (double *)psi, 2 * size) == SONGDO_OK);
}

/* Write a vector; every rank its part. */
static void scatter(const double complex *psi, songdo_state *state)
{
	uint64_t first, count;
	void *amplitudes = songdo_state_amplitudes(state, &first, &count);

	for (uint64_t i = 0; i < count; i++)
		if (songdo_state_precision(state) == SONGDO_DOUBLE)
			((double complex *)amplitudes)[i] = psi[first + i];
		else
			((float complex *)amplitudes)[i] = (float complex)psi[first + i];
}

static void check_programs(struct check *check)
{
	songdo_env *env;

	check_case(check, "the state of a program is that of its shot 0, measurements and resets on the way included");
	env = open_env(check, 0);
	for (int round = 0; round < 12 && env != NULL; round++) {
		const songdo_run_options options = {.seed = (uint64_t)round,
		                                    .precision = (songdo_precision)(round % 2)};
		double complex expected[STATES] = {1}, psi[STATES];
		struct reference reference;
		songdo_state *state = NULL;
		songdo_program *program;
		songdo_error error = {0};
		uint64_t seed = 30 + (uint64_t)round;
		double distance;
		reference_random(&reference, &seed, 25);
		reference_walk(expected, &reference, options.seed, 0);
		program = script_program(reference.text);
		if (CHECK(check, songdo_state_run(&state, env, program, &options, &error) == SONGDO_OK, "%s",
		          error.message)) {
			gather(check, psi, env, state);
			distance = oracle_distance(expected, psi, STATES);
			CHECK(check, distance < (round % 2 ? 1e-5 : 1e-12), "round %d: %g", round, distance);
			CHECK(check, songdo_state_qubits(state) == REFERENCE_QUBITS &&
			                     songdo_state_precision(state) == options.precision);
		}
		songdo_state_free(state);
		songdo_program_free(program);
		CHECK(check, env->memory.held == 0);
	}
	songdo_env_close(env);
}

static void check_apply(struct check *check)
{
	songdo_env *env;

	check_case(check, "programs are applied to any state, in place");
	env = open_env(check, 0);
	for (int round = 0; round < 8 && env != NULL; round++) {
		const songdo_precision precision = (songdo_precision)(round % 2);
		double complex expected[STATES], psi[STATES], before[STATES];
		songdo_state *state = NULL, *copy = NULL;
		uint64_t seed = 50 + (uint64_t)round, first, count;
		songdo_error error = {0};
		double distance;
		void *place;
		oracle_random_state(expected, STATES, &seed);
		memcpy(before, expected, sizeof(before));
		if (!CHECK(check, songdo_state_zero(&state, env, REFERENCE_QUBITS, precision, &error) == SONGDO_OK,
		           "%s", error.message))
			break;
		scatter(expected, state);
		place = songdo_state_amplitudes(state, &first, &count);
		CHECK(check, songdo_state_copy(&copy, state, &error) == SONGDO_OK);
		for (int part = 0; part < 3; part++) {
			const songdo_run_options options = {.seed = (uint64_t)(10 * round + part)};
			struct reference reference;
			songdo_program *program;
			reference_random(&reference, &seed, 12);
			reference_walk(expected, &reference, options.seed, 0);
			program = script_program(reference.text);
			CHECK(check, songdo_state_apply(state, program, &options, &error) == SONGDO_OK, "%s",
			      error.message);
			songdo_program_free(program);
			gather(check, psi, env, state);
			distance = oracle_distance(expected, psi, STATES);
			CHECK(check, distance < (precision == SONGDO_SINGLE ? 1e-5 : 1e-12), "round %d.%d: %g", round,
			      part, distance);
		}
		CHECK(check, songdo_state_amplitudes(state, &first, &count) == place);
		gather(check, psi, env, copy);
		CHECK(check, oracle_distance(before, psi, STATES) < (precision == SONGDO_SINGLE ? 1e-6 : 1e-15),
		      "the copy has changed");
		songdo_state_free(copy);
		songdo_state_free(state);
		CHECK(check, env->memory.held == 0);
	}
	songdo_env_close(env);
}

static void check_idle(struct check *check)
{
	static const char script[] = "qubits 7; x 2; h 5;";
	const double complex half = sqrt(0.5);
	double complex psi[1 << 7];
	songdo_program *program = script_program(script), *smaller = script_program("qubits 3; x 0; x 2;");
	songdo_state *state = NULL;
	songdo_env *env;

	check_case(check, "idle qubits have their places, and a program may have fewer qubits than the state");
	env = open_env(check, 0);
	CHECK(check, songdo_state_run(&state, env, program, NULL, NULL) == SONGDO_OK);
	gather(check, psi, env, state);
	for (int i = 0; i < 1 << 7; i++)
		CHECK(check, cabs(psi[i] - (i == 4 || i == 36 ? half : 0)) < 1e-15, "%d", i);
	CHECK(check, songdo_state_apply(state, smaller, NULL, NULL) == SONGDO_OK);
	gather(check, psi, env, state);
	for (int i = 0; i < 1 << 7; i++)
		CHECK(check, cabs(psi[i] - (i == 1 || i == 33 ? half : 0)) < 1e-15, "%d", i);
	songdo_state_free(state);
	songdo_program_free(program);
	songdo_program_free(smaller);
	songdo_env_close(env);
}

/* A state larger than the ranks' padding, with phases and no symmetry. */
enum { LARGER = 9 };

static void make_larger(char *script)
{
	uint64_t seed = 70;

	sprintf(script, "qubits %d; bits %d;", LARGER, LARGER);
	for (int i = 0; i < 80; i++) {
		const int a = (int)oracle_below(&seed, LARGER),
		          b = (a + 1 + (int)oracle_below(&seed, LARGER - 1)) % LARGER;
		char *const end = script + strlen(script);
		if (i % 3 == 2)
			sprintf(end, "cp %.3f %d %d;", 3 * oracle_uniform(&seed), a, b);
		else if (i % 3 == 1)
			sprintf(end, "cx %d %d;", a, b);
		else
			sprintf(end, "ry %.3f %d;", 3 * oracle_uniform(&seed), a);
	}
}

static void check_readings(struct check *check)
{
	static const uint32_t some[] = {8, 0, 5};
	double complex psi[1 << LARGER], image[1 << LARGER];
	double all[1 << LARGER], table[8], expected[8] = {0}, norm, mean, variance, square = 0;
	char script[8192];
	songdo_program *program;
	songdo_state *state = NULL;
	songdo_error error = {0};
	double complex sum = 0;
	songdo_env *env;

	check_case(check, "norm, probabilities, mean and variance are those of the dense vector");
	env = open_env(check, 0);
	make_larger(script);
	program = script_program(script);
	CHECK(check, songdo_state_run(&state, env, program, NULL, NULL) == SONGDO_OK);
	gather(check, psi, env, state);
	CHECK(check, songdo_state_norm(&norm, state, &error) == SONGDO_OK && fabs(norm - 1) < 1e-13);
	CHECK(check, songdo_state_probabilities(all, state, NULL, 0, &error) == SONGDO_OK);
	CHECK(check, songdo_state_probabilities(table, state, some, 3, &error) == SONGDO_OK);
	for (unsigned i = 0; i < 1 << LARGER; i++) {
		const double p = creal(psi[i]) * creal(psi[i]) + cimag(psi[i]) * cimag(psi[i]);
		CHECK(check, fabs(all[i] - p) < 1e-15);
		expected[(i >> 8 & 1) | (i & 1) << 1 | (i >> 5 & 1) << 2] += p;
	}
	for (unsigned y = 0; y < 8; y++)
		CHECK(check, fabs(table[y] - expected[y]) < 1e-13, "%u: %g", y, table[y]);
	/* H = 0.5 Z0 Z8 - 2 X3 Y1 */
	for (unsigned i = 0; i < 1 << LARGER; i++) {
		const unsigned from = i ^ 10;
		image[i] = 0.5 * ((i & 1) == (i >> 8 & 1) ? 1 : -1) * psi[i] - 2 * (from & 2 ? -I : I) * psi[from];
	}
	for (unsigned i = 0; i < 1 << LARGER; i++) {
		sum += conj(psi[i]) * image[i];
		square += creal(image[i]) * creal(image[i]) + cimag(image[i]) * cimag(image[i]);
	}
	CHECK(check, songdo_state_expectation(&mean, &variance, state, "0.5 Z0 Z8 - 2 X3 Y1", &error) == SONGDO_OK,
	      "%s", error.message);
	CHECK(check, fabs(mean - creal(sum)) < 1e-12, "%g %g", mean, creal(sum));
	CHECK(check, fabs(variance - (square - creal(sum) * creal(sum))) < 1e-12);
	CHECK(check, songdo_state_expectation(&mean, NULL, state, "Z0 +\n X9", &error) == SONGDO_BAD_USAGE &&
	                     error.line == 2 && error.column == 2);
	CHECK(check, songdo_state_probabilities(table, state, (uint32_t[]){0, 9}, 2, &error) == SONGDO_BAD_USAGE &&
	                     strstr(error.message, "qubit 9") != NULL);
	CHECK(check, songdo_state_probabilities(table, state, (uint32_t[]){1, 1}, 2, &error) == SONGDO_BAD_USAGE &&
	                     strstr(error.message, "twice") != NULL);
	songdo_state_free(state);
	songdo_program_free(program);
	songdo_env_close(env);
}

static void check_samples(struct check *check)
{
	const songdo_run_options options = {.shots = 300, .seed = 11, .memory = 1};
	uint64_t outcome[300];
	char script[8192];
	songdo_program *program;
	songdo_result *result = NULL;
	songdo_state *state = NULL;
	songdo_env *env;

	check_case(check, "samples are the shots of a run with the same seed, from any shot on");
	env = open_env(check, 0);
	make_larger(script);
	for (int q = 0; q < LARGER; q++)
		sprintf(script + strlen(script), "measure %d %d;", q, q);
	program = script_program(script);
	CHECK(check, songdo_run(&result, env, program, &options, NULL) == SONGDO_OK);
	CHECK(check, songdo_state_run(&state, env, program, &options, NULL) == SONGDO_OK);
	CHECK(check, songdo_state_sample(outcome + 100, state, 100, 200, options.seed, NULL) == SONGDO_OK);
	CHECK(check, songdo_state_sample(outcome, state, 0, 100, options.seed, NULL) == SONGDO_OK);
	for (uint64_t i = 0; i < 300 && comm_rank(check->comm) == 0 && result != NULL; i++)
		CHECK(check, strtoull(songdo_result_shot(result, i), NULL, 2) == outcome[i], "shot %d", (int)i);
	CHECK(check, songdo_state_sample(outcome, state, 0, 0, 1, NULL) == SONGDO_OK);
	songdo_state_free(state);
	songdo_result_free(result);
	songdo_program_free(program);
	CHECK(check, env->memory.held == 0);
	songdo_env_close(env);
}

static int stop(void *context)
{
	(void)context;
	return 1;
}

static void check_refusals(struct check *check)
{
	songdo_program *wide = script_program("qubits 4; h 3;"), *layer = script_program("qubits 2; h 0;");
	double complex psi[4], twice[4] = {2};
	songdo_state *state = NULL;
	songdo_error error = {0};
	uint64_t outcome[1];
	songdo_env *env;
	double norm;

	check_case(check, "what makes no sense is refused, and the state stays as it was");
	env = open_env(check, 0);
	CHECK(check, songdo_state_zero(&state, env, 0, SONGDO_DOUBLE, &error) == SONGDO_BAD_USAGE && state == NULL);
	CHECK(check,
	      songdo_state_zero(&state, env, 70, SONGDO_DOUBLE, &error) == SONGDO_NO_FIT && state == NULL &&
	              strstr(error.message, "70 qubits"),
	      "%s", error.message);
	CHECK(check, songdo_state_zero(&state, env, 44, SONGDO_DOUBLE, &error) == SONGDO_NO_FIT && state == NULL);
	CHECK(check, songdo_state_zero(&state, env, 2, SONGDO_DOUBLE, &error) == SONGDO_OK);
	CHECK(check, songdo_state_apply(state, wide, NULL, &error) == SONGDO_BAD_USAGE &&
	                     strstr(error.message, "4 qubits, the state has 2") != NULL);
	gather(check, psi, env, state);
	CHECK(check, psi[0] == 1 && psi[1] == 0 && psi[2] == 0 && psi[3] == 0);
	scatter(twice, state);
	CHECK(check,
	      songdo_state_sample(outcome, state, 0, 1, 1, &error) == SONGDO_BAD_USAGE &&
	              strstr(error.message, "sum to 4") != NULL,
	      "%s", error.message);
	CHECK(check, songdo_state_apply(state, layer, NULL, &error) == SONGDO_BAD_USAGE);
	CHECK(check, songdo_state_norm(&norm, state, &error) == SONGDO_OK && norm == 4);
	scatter((double complex[4]){1}, state);
	/* interrupted before anything was done, and half way */
	CHECK(check,
	      songdo_state_apply(state, layer, &(songdo_run_options){.cancelled = stop}, &error) == SONGDO_INTERRUPTED);
	CHECK(check, songdo_state_norm(&norm, state, &error) == SONGDO_OK && norm == 1);
	songdo_state_free(state);
	songdo_program_free(wide);
	songdo_program_free(layer);
	songdo_env_close(env);
}

static int stop_third(void *context) { return ++*(int *)context >= 3; }

static void check_broken(struct check *check)
{
	songdo_program *program = script_program(
	        "qubits 2; bits 1; h 0; measure 0 0; if 0 1; x 1; end; h 0; measure 0 0; if 0 1; x 1; end; h 0; "
	        "measure 0 0; if 0 1; x 1; end; h 0;");
	songdo_state *state = NULL;
	songdo_error error = {0};
	songdo_env *env;
	double norm;
	int calls = 0;

	check_case(check, "a state that something stopped half way on is of no use, and says so");
	env = open_env(check, 0);
	CHECK(check, songdo_state_zero(&state, env, 2, SONGDO_DOUBLE, &error) == SONGDO_OK);
	CHECK(check,
	      songdo_state_apply(state, program, &(songdo_run_options){.cancelled = stop_third, .context = &calls},
	                         &error) == SONGDO_INTERRUPTED);
	CHECK(check, songdo_state_norm(&norm, state, &error) == SONGDO_BAD_USAGE);
	CHECK(check,
	      songdo_state_apply(state, program, NULL, &error) == SONGDO_BAD_USAGE &&
	              strstr(error.message, "half way") != NULL,
	      "%s", error.message);
	songdo_state_free(state);
	songdo_program_free(program);
	songdo_env_close(env);
}

int main(void)
{
	struct check check;

	check_begin(&check);
	check_programs(&check);
	check_apply(&check);
	check_idle(&check);
	check_readings(&check);
	check_samples(&check);
	check_refusals(&check);
	check_broken(&check);
	return check_end(&check);
}
