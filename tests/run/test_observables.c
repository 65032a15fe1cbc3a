/* test_observables.c - observables of runs on any number of ranks, kept plans, and states that runs start from.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/bits.h"
#include "base/text.h"
#include "check.h"
#include "oracle.h"
#include "reference.h"
#include "run/run.h"
#include "script.h"
#include "vector/store.h"

enum { TERMS = 12 };

static songdo_env *open_env(struct check *check, int threads)
{
	songdo_env *env = NULL;

	CHECK(check, songdo_env_open(&env, &(songdo_env_options){ .threads = threads }, NULL) == SONGDO_OK);
	return env;
}

/* A random sum, as terms and as text. */
static void random_sum(struct pauli_term *term, char *text, size_t size, uint64_t *seed)
{
	text[0] = '\0';
	for (int t = 0; t < TERMS; t++) {
		term[t] = (struct pauli_term){ oracle_normal(seed), t % 4 == 0 ? 0 : oracle_below(seed, 1 << REFERENCE_QUBITS),
		                               oracle_below(seed, 1 << REFERENCE_QUBITS) };
		snprintf(text + strlen(text), size - strlen(text), " + (%.17g)", term[t].coefficient);
		for (int q = 0; q < REFERENCE_QUBITS; q++)
			if ((term[t].x | term[t].z) >> q & 1)
				snprintf(text + strlen(text), size - strlen(text), " %c%d",
				         "IXZY"[(term[t].x >> q & 1) + 2 * (term[t].z >> q & 1)], q);
	}
}

/* Programs that branch: the mixture of their ends, exactly and by shots. */
static void check_mixtures(struct check *check, songdo_env *env, songdo_precision precision, double bar)
{
	uint64_t seed = 31;

	for (int round = 0; round < 8; round++) {
		struct pauli_term term[TERMS];
		struct reference reference;
		char text[2048];
		double mean, square, value = 0, variance = 0, sampled = 0, error = 0;
		songdo_result *result = NULL;
		songdo_error failure = { 0 };
		reference_random(&reference, &seed, 16);
		random_sum(term, text, sizeof(text), &seed);
		reference_expect(&reference, term, TERMS, &mean, &square);
		songdo_program *program = script_program(reference.text);
		const songdo_observable observable = { .text = text };
		const songdo_run_options options = {.shots = 3000,
		                                    .seed = (uint64_t)round,
		                                    .precision = precision,
		                                    .observables = &observable,
		                                    .observable_count = 1};
		if (!CHECK(check, songdo_run(&result, env, program, &options, &failure) == SONGDO_OK, "%s", failure.message))
			break;
		CHECK(check, songdo_result_expectations(result) == 1 && songdo_result_expectation(result, 1, NULL, NULL) == NULL);
		CHECK(check, strcmp(songdo_result_expectation(result, 0, &value, &variance), text) == 0);
		CHECK(check, fabs(value - mean) < bar, "round %d: %.17g, not %.17g", round, value, mean);
		CHECK(check, fabs(variance - (square - mean * mean)) < 10 * bar, "round %d: %.17g, not %.17g", round,
		      variance, square - mean * mean);
		songdo_result_sampled_expectation(result, 0, &sampled, NULL, &error, NULL);
		if (songdo_env_rank(env) == 0)
			CHECK(check, error > 0 && error < 0.3 && fabs(sampled - mean) < 5 * error,
			      "round %d: %g +- %g, not %g", round, sampled, error, mean);
		CHECK(check, env->memory.held == 0);
		songdo_result_free(result);
		songdo_program_free(program);
	}
}

static double value_of(struct check *check, songdo_env *env, const char *script, const char *text, double *variance,
                       uint64_t shots, double *sampled)
{
	songdo_program *program = script_program(script);
	const songdo_observable observable = { .text = text };
	const songdo_run_options options = { .shots = shots, .seed = 4, .observables = &observable, .observable_count = 1 };
	songdo_result *result = NULL;
	songdo_error error = { 0 };
	double value = NAN;

	if (CHECK(check, songdo_run(&result, env, program, &options, &error) == SONGDO_OK, "%s", error.message))
		songdo_result_expectation(result, 0, &value, variance);
	if (result != NULL && sampled != NULL)
		songdo_result_sampled_expectation(result, 0, sampled, NULL, NULL, NULL);
	songdo_result_free(result);
	songdo_program_free(program);
	return value;
}

/* Qubits that nothing touches, programs of nothing, resets at the end, constants: values known by hand. */
static void check_corners(struct check *check, songdo_env *env)
{
	double variance = NAN, sampled = NAN;
	const bool first = songdo_env_rank(env) == 0;

	CHECK(check, value_of(check, env, "qubits 3; h 0", "Z1 + 2 Z2 + 7", &variance, 10, &sampled) == 10 && variance == 0);
	CHECK(check, !first || sampled == 10, "%g", sampled);
	CHECK(check, fabs(value_of(check, env, "qubits 3; h 0", "X1 + X0", &variance, 0, NULL) - 1) < 1e-14 &&
	                     fabs(variance - 1) < 1e-14);
	CHECK(check, value_of(check, env, "qubits 2; barrier 0", "Z0 Z1 - 3", &variance, 5, &sampled) == -2 && variance == 0);
	CHECK(check, !first || sampled == -2, "%g", sampled);
	CHECK(check, fabs(value_of(check, env, "qubits 2; barrier 0", "X0 Y1", &variance, 0, NULL)) < 1e-14 &&
	                     fabs(variance - 1) < 1e-14);
	CHECK(check, fabs(value_of(check, env, "qubits 2; h 0; cx 0 1; reset 0", "Z0 + Z1", &variance, 0, NULL) - 1) < 1e-14);
	CHECK(check, fabs(variance - 1) < 1e-13, "%g", variance);
	CHECK(check, fabs(value_of(check, env, "qubits 1; bits 1; h 0; measure 0 0", "X0", &variance, 50, &sampled) -
	                  1) < 1e-14);
	CHECK(check, !first || fabs(sampled - 1) < 1e-14, "a final measurement changes no observable");
	CHECK(check, fabs(value_of(check, env, "qubits 70; h 69; cx 69 3", "X3 X69 + Z3 Z(69)", &variance, 0, NULL) -
	                  2) < 1e-14);
	CHECK(check, value_of(check, env, "qubits 70; h 69", "0", &variance, 3, NULL) == 0 && variance == 0);
}

static void check_refusals(struct check *check, songdo_env *env)
{
	songdo_program *program = script_program("qubits 3; h 0");
	const songdo_observable observables[] = { { .text = "Z0" }, { .text = "Z0\n+ X(qq[1])", .name = "@sum" } };
	const songdo_run_options options = { .observables = observables, .observable_count = 2 };
	songdo_result *result = NULL;
	songdo_prepared *prepared = NULL;
	songdo_error error = { 0 };

	CHECK(check, songdo_run(&result, env, program, &options, &error) == SONGDO_BAD_USAGE && result == NULL);
	CHECK(check,
	      strcmp(error.file, "@sum") == 0 && error.line == 2 && error.column == 3 &&
	              strstr(error.hint, "'q'") != NULL,
	      "%s %u:%u %s", error.file, error.line, error.column, error.hint);
	CHECK(check, songdo_prepared_new(&prepared, env, program, &options, &error) == SONGDO_BAD_USAGE && prepared == NULL);
	songdo_program_free(program);
}

/* The same program prepared: run after run the same bits as songdo_run, and plans are kept by structure. */
static void check_prepared(struct check *check, songdo_env *env)
{
	const songdo_observable observable = { .text = "Z0 Z1 + 0.3 X2 - Y3" };
	songdo_run_options options = { .shots = 200, .observables = &observable, .observable_count = 1 };
	struct reference reference;
	songdo_prepared *prepared = NULL;
	uint64_t seed = 77;

	reference_random(&reference, &seed, 20);
	songdo_program *program = script_program(reference.text);
	CHECK(check, songdo_prepared_new(&prepared, env, program, &options, NULL) == SONGDO_OK);
	CHECK(check, songdo_prepared_check(prepared, NULL, 0, NULL) == SONGDO_OK);
	CHECK(check, songdo_prepared_check(prepared, &(songdo_input){ "theta", "1" }, 1, NULL) == SONGDO_BAD_USAGE);
	for (options.seed = 5; options.seed < 9; options.seed++) {
		songdo_result *kept = NULL, *fresh = NULL;
		double a[2] = { 0 }, b[2] = { 0 }, c[3] = { 0 }, d[3] = { 0 };
		uint64_t shots[2];
		CHECK(check, songdo_prepared_run(&kept, prepared, NULL, 0, options.seed, NULL) == SONGDO_OK);
		CHECK(check, songdo_run(&fresh, env, program, &options, NULL) == SONGDO_OK);
		songdo_result_expectation(kept, 0, &a[0], &a[1]);
		songdo_result_expectation(fresh, 0, &b[0], &b[1]);
		songdo_result_sampled_expectation(kept, 0, &c[0], &c[1], &c[2], NULL);
		songdo_result_sampled_expectation(fresh, 0, &d[0], &d[1], &d[2], NULL);
		CHECK(check, memcmp(a, b, sizeof(a)) == 0 && memcmp(c, d, sizeof(c)) == 0);
		CHECK(check, songdo_result_counts(kept) == songdo_result_counts(fresh));
		for (size_t i = 0; songdo_result_count(kept, i, &shots[0]) != NULL &&
		                   songdo_result_count(fresh, i, &shots[1]) != NULL;
		     i++)
			CHECK(check, shots[0] == shots[1]);
		songdo_result_free(kept);
		songdo_result_free(fresh);
	}
	songdo_prepared_free(prepared);
	songdo_program_free(program);
}

static void check_plans(struct check *check, songdo_env *env)
{
	const struct plan_options options = { 0 };
	const double angle[] = { 0.3, 0.4 };
	struct machine_description machine;
	struct songdo_circuit circuit[3];
	struct plans plans = { 0 };
	struct plan *plan = NULL;

	run_machine(&machine, env, SONGDO_DOUBLE);
	for (int i = 0; i < 3; i++) {
		circuit_init(&circuit[i]);
		for (uint32_t q = 0; q < 6; q++)
			circuit_add_gate(&circuit[i], i == 2 ? GATE_RY : GATE_RX, &angle[i % 2], 0, 0, &q, NULL);
	}
	CHECK(check, plans_find(&plans, &circuit[0], 0, 6, 6, &options) == NULL);
	if (CHECK(check, plan_new(&plan, &circuit[0], 0, 6, 6, NULL, &machine, &options, NULL) == SONGDO_OK)) {
		CHECK(check, plans_keep(&plans, plan, 0, 6, 6, &options));
		CHECK(check, plans_find(&plans, &circuit[1], 0, 6, 6, &options) == plan);
		CHECK(check, plans_find(&plans, &circuit[2], 0, 6, 6, &options) == NULL);
		CHECK(check, plans_find(&plans, &circuit[1], 0, 5, 6, &options) == NULL);
		CHECK(check, plans_find(&plans, &circuit[1], 0, 6, 6, &(struct plan_options){ .first = &plan->last }) == NULL);
	}
	for (int i = 0; i < 3; i++)
		circuit_fini(&circuit[i]);
	plans_fini(&plans);
}

/* ---- Initial states ---------------------------------------------------------------------------------------- */

static void write_npy(struct check *check, const char *name, const double complex *psi, uint64_t count, bool single)
{
	struct store_writer writer;
	songdo_error error = { 0 };
	const uint64_t unit = single ? 8 : 16;
	char *data = malloc(count * unit);

	for (uint64_t i = 0; i < count; i++) {
		const float complex narrow = (float complex)psi[i];
		memcpy(data + i * unit, single ? (const void *)&narrow : (const void *)&psi[i], unit);
	}
	if (comm_rank(check->comm) == 0) {
		CHECK(check, store_create(&writer, name, 128 + count * unit, &error) == SONGDO_OK, "%s", error.message);
		CHECK(check, store_put_header(&writer, STORE_NPY, single ? SONGDO_SINGLE : SONGDO_DOUBLE, count, 0,
		                              &error) == SONGDO_OK);
		CHECK(check, store_put(&writer, data, count * unit, 128, &error) == SONGDO_OK);
		CHECK(check, store_sync(&writer, &error) == SONGDO_OK && store_name(&writer, &error) == SONGDO_OK, "%s",
		      error.message);
		store_drop(&writer);
	}
	comm_barrier(check->comm);
	free(data);
}

static void check_initial(struct check *check, songdo_env *env, const char *folder)
{
	static const unsigned sizes[] = { 1, 3, 7, 11 };
	uint64_t seed = 41;

	for (size_t s = 0; s < 4 * ARRAY_LENGTH(sizes); s++) {
		const unsigned n = sizes[s / 4];
		const bool single = s & 1, ours = s & 2;
		double complex psi[1 << 11], back[1 << 11];
		char in[256], out[256], script[256];
		struct store store;
		songdo_result *result = NULL;
		songdo_error error = { 0 };
		const uint8_t top = (uint8_t)(n - 1);
		const double complex x[] = { 0, 1, 1, 0 };
		oracle_random_state(psi, bit_mask(n), &seed);
		snprintf(in, sizeof(in), "%s/in.npy", folder);
		snprintf(out, sizeof(out), "%s/out.%s", folder, ours ? "songdo" : "npy");
		write_npy(check, in, psi, bit_mask(n), single);
		snprintf(script, sizeof(script), "qubits %u; x %u", n, n - 1);
		songdo_program *program = script_program(script);
		const songdo_run_options options = { .initial_state = in, .save_state = out };
		if (!CHECK(check, songdo_run(&result, env, program, &options, &error) == SONGDO_OK, "%u: %s", n, error.message))
			break;
		oracle_apply(psi, n, 1, &top, x, 0, 0);
		if (comm_rank(check->comm) == 0) {
			uint64_t checksum = 0;
			CHECK(check, store_open(&store, out, &error) == SONGDO_OK && store.count == bit_mask(n), "%s", error.message);
			CHECK(check, store.format == (ours ? STORE_SONGDO : STORE_NPY));
			CHECK(check, store_read(&store, back, 0, store.count, &checksum, &error) == SONGDO_OK &&
			                     store_check(&store, checksum, &error) == SONGDO_OK);
			CHECK(check, oracle_distance(psi, back, bit_mask(n)) < (single ? 1e-6 : 1e-15), "%u: %g", n,
			      oracle_distance(psi, back, bit_mask(n)));
			store_close(&store);
		}
		songdo_result_free(result);
		songdo_program_free(program);
	}
}

static void refuse(struct check *check, songdo_env *env, const char *name, songdo_status status, const char *words)
{
	songdo_program *program = script_program("qubits 3; h 0");
	const songdo_run_options options = { .initial_state = name };
	songdo_result *result = NULL;
	songdo_error error = { 0 };
	const songdo_status got = songdo_run(&result, env, program, &options, &error);

	CHECK(check, got == status && result == NULL && strstr(error.message, words) != NULL, "%d: %s", got, error.message);
	CHECK(check, env->memory.held == 0);
	songdo_result_free(result);
	songdo_program_free(program);
}

/* Write bytes over a file at an offset, or cut it there (NULL), on rank 0. */
static void damage(struct check *check, const char *name, const char *bytes, long offset)
{
	if (comm_rank(check->comm) == 0) {
		FILE *file = fopen(name, "r+b");
		if (CHECK(check, file != NULL) && bytes != NULL)
			CHECK(check, fseek(file, offset, SEEK_SET) == 0 && fwrite(bytes, 1, strlen(bytes), file) == strlen(bytes));
		fclose(file);
		if (bytes == NULL)
			CHECK(check, truncate(name, offset) == 0);
	}
	comm_barrier(check->comm);
}

static void check_bad_states(struct check *check, songdo_env *env, const char *folder)
{
	double complex psi[16];
	uint64_t seed = 43;
	char npy[256], ours[256];
	songdo_result *result = NULL;

	snprintf(npy, sizeof(npy), "%s/bad.npy", folder);
	snprintf(ours, sizeof(ours), "%s/bad.songdo", folder);
	refuse(check, env, "/nowhere/state.npy", SONGDO_NO_INPUT, "No such file");
	refuse(check, env, folder, SONGDO_NO_INPUT, "not a regular file");
	oracle_random_state(psi, 16, &seed);
	write_npy(check, npy, psi, 16, false);
	refuse(check, env, npy, SONGDO_BAD_PROGRAM, "holds a state of 4 qubits, where 3 are wanted");
	write_npy(check, npy, psi, 7, false);
	refuse(check, env, npy, SONGDO_BAD_PROGRAM, "holds 7 amplitudes, where 8 are wanted");
	write_npy(check, npy, psi, 8, false);
	refuse(check, env, npy, SONGDO_BAD_PROGRAM, "not normalised");
	oracle_random_state(psi, 8, &seed);
	psi[6] = NAN;
	write_npy(check, npy, psi, 8, false);
	refuse(check, env, npy, SONGDO_BAD_PROGRAM, "amplitude 6 is not a finite number");
	oracle_random_state(psi, 8, &seed);
	write_npy(check, npy, psi, 8, false);
	damage(check, npy, NULL, 200);
	refuse(check, env, npy, SONGDO_BAD_PROGRAM, "has 200 bytes, where its header tells of 256");
	damage(check, npy, "X", 1);
	refuse(check, env, npy, SONGDO_BAD_PROGRAM, "neither");
	write_npy(check, npy, psi, 8, false);
	damage(check, npy, "<f16", 21);
	refuse(check, env, npy, SONGDO_BAD_PROGRAM, "complex128 or complex64");

	songdo_program *program = script_program("qubits 3; h 0");
	CHECK(check, songdo_run(&result, env, program, &(songdo_run_options){ .save_state = ours }, NULL) == SONGDO_OK);
	songdo_result_free(result);
	songdo_program_free(program);
	damage(check, ours, "!", 64 + 16 * 7);
	refuse(check, env, ours, SONGDO_BAD_PROGRAM, "checksum");
	damage(check, ours, "!", 24);
	refuse(check, env, ours, SONGDO_BAD_PROGRAM, "header is damaged");
}

static void check_states(struct check *check, songdo_env *env)
{
	char folder[64] = "/tmp/songdo-states-XXXXXX";
	const char *const names[] = { "in.npy", "out.npy", "out.songdo", "bad.npy", "bad.songdo" };

	if (comm_rank(check->comm) == 0)
		CHECK(check, mkdtemp(folder) != NULL);
	comm_broadcast(check->comm, folder, sizeof(folder), 0);
	check_case(check, "a run starts from a saved state, and its end is saved, in either format and precision");
	check_initial(check, env, folder);
	check_case(check, "what is no state is refused on every rank, with what is wrong");
	check_bad_states(check, env, folder);
	for (size_t i = 0; i < ARRAY_LENGTH(names) && comm_rank(check->comm) == 0; i++) {
		char name[256];
		snprintf(name, sizeof(name), "%s/%s", folder, names[i]);
		CHECK(check, unlink(name) == 0, "%s", names[i]);
	}
	if (comm_rank(check->comm) == 0)
		CHECK(check, rmdir(folder) == 0, "nothing else is left");
}

int main(void)
{
	struct check check;
	songdo_env *env;

	check_begin(&check);
	env = open_env(&check, 2);
	if (env != NULL) {
		check_case(&check, "mean and variance over branches are those of dense matrices, and shots come near them");
		check_mixtures(&check, env, SONGDO_DOUBLE, 1e-12);
		check_case(&check, "single precision agrees within its rounding");
		check_mixtures(&check, env, SONGDO_SINGLE, 2e-5);
		check_case(&check, "idle qubits, empty programs, final resets and measurements, many declared qubits");
		check_corners(&check, env);
		check_case(&check, "a wrong observable is refused with its name and place");
		check_refusals(&check, env);
		check_case(&check, "a prepared program gives the bits of a single run");
		check_prepared(&check, env);
		check_case(&check, "plans are found by structure, range and layout");
		check_plans(&check, env);
		check_states(&check, env);
		songdo_env_close(env);
	}
	return check_end(&check);
}
