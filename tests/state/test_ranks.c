/* test_ranks.c - states on one or several ranks against a dense vector that every rank holds whole.
 *
 * Run alone it checks the same on one rank, without Criterion and without MPI: under an emulator, for instance.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "base/random.h"
#include "check.h"
#include "comm/calls.h"
#include "oracle.h"
#include "random_schedule.h"
#include "state/state.h"

static const songdo_precision precisions[] = {SONGDO_DOUBLE, SONGDO_SINGLE};

/* This rank's part of a dense vector into the state. */
static void load(struct state *state, const double complex *dense)
{
	struct vector *v = state->vector;
	v->kernel->from_double(v->amplitudes, dense + (uint64_t)comm_rank(v->env->comm) * v->local, 0, v->local);
}

/* The whole state on every rank. */
static void gather(double complex *dense, const struct state *state)
{
	const struct vector *v = state->vector;
	double complex *own = malloc(v->local * sizeof *own);
	v->kernel->to_double(own, v->amplitudes, 0, v->local);
	comm_gather(v->env->comm, dense, own, v->local * sizeof *own);
	comm_broadcast(v->env->comm, dense, bit_mask(state->bits) * sizeof *dense, 0);
	free(own);
}

static unsigned rank_bits(const songdo_env *env) { return bit_highest((uint64_t)songdo_env_ranks(env)); }

static double complex *random_dense(unsigned bits, uint64_t *seed)
{
	double complex *dense = malloc(bit_mask(bits) * sizeof *dense);
	oracle_random_state(dense, bit_mask(bits), seed);
	return dense;
}

/* ---- Remaps ---------------------------------------------------------------------------------------------- */

/* The remap with pairs given by choosing `count` local and rank bits, permutation number `order` of the local ones. */
static void check_remap(struct check *check, songdo_env *env, struct state *state, const struct remap *remap,
                        uint64_t *seed)
{
	unsigned n = state->bits;
	double complex *before = random_dense(n, seed), *after = malloc(bit_mask(n) * sizeof *after);
	load(state, before);
	gather(before, state);   /* rounded to the state's precision */
	struct cost cost = env->cost;
	CHECK(check, state_remap(state, remap) == SONGDO_OK);
	uint64_t bytes, messages, parts = bit_mask(remap->count) - 1;
	remap_cost(remap->count, state->local_bits, state->vector->kernel->precision, &bytes, &messages);
	CHECK(check, env->cost.exchanged_bytes - cost.exchanged_bytes == bytes);
	if (bytes / parts > state->buffer_bytes / 4)   /* a test made the buffer small */
		messages = bytes / (state->buffer_bytes / 4);
	CHECK(check, env->cost.messages - cost.messages == messages);
	CHECK(check, env->cost.remaps - cost.remaps == 1);
	gather(after, state);
	dense_remap(before, n, remap);
	CHECK(check, memcmp(before, after, bit_mask(n) * sizeof *after) == 0, "n = %u, pairs = %u", n, remap->count);

	/* Once more is back again, to the last bit. */
	CHECK(check, state_remap(state, remap) == SONGDO_OK);
	gather(after, state);
	dense_remap(before, n, remap);
	CHECK(check, memcmp(before, after, bit_mask(n) * sizeof *after) == 0, "twice: n = %u, pairs = %u", n, remap->count);
	free(before);
	free(after);
}

static bool distinct(const uint8_t *bit, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		for (unsigned j = 0; j < i; j++)
			if (bit[i] == bit[j])
				return false;
	return true;
}

/* Every sequence of pairs on a small state. */
static void test_all_remaps(struct check *check, songdo_env *env)
{
	unsigned r = rank_bits(env), m = 4;
	uint64_t seed = 1;
	for (size_t p = 0; p < ARRAY_LENGTH(precisions); p++) {
		struct state *state;
		if (!CHECK(check, state_new(&state, env, precisions[p], m + r, m + r, NULL) == SONGDO_OK))
			return;
		for (unsigned pairs = 1; pairs <= r; pairs++) {
			uint64_t locals = 1, ranks = 1;
			for (unsigned i = 0; i < pairs; i++) {
				locals *= m;
				ranks *= r;
			}
			for (uint64_t k = 0; k < locals * ranks; k++) {
				struct remap remap = {.count = (uint8_t)pairs};
				uint64_t a = k % locals, b = k / locals;
				for (unsigned i = 0; i < pairs; i++, a /= m, b /= r) {
					remap.local[i] = (uint8_t)(a % m);
					remap.rank[i] = (uint8_t)(m + b % r);
				}
				if (distinct(remap.local, pairs) && distinct(remap.rank, pairs))
					check_remap(check, env, state, &remap, &seed);
			}
		}
		state_free(state);
	}
}

/* Through a buffer so small that several pieces go to a partner; low and high bits. */
static void test_piecewise_remaps(struct check *check, songdo_env *env)
{
	unsigned r = rank_bits(env), m = 10;
	uint64_t seed = 2;
	struct state *state;
	if (!CHECK(check, state_new(&state, env, SONGDO_DOUBLE, m + r, m + r, NULL) == SONGDO_OK))
		return;
	uint64_t whole = state->buffer_bytes;
	for (uint64_t piece = 16; piece <= 4096; piece *= 4) {
		state->buffer_bytes = 4 * piece;
		for (unsigned pairs = 1; pairs <= r; pairs++) {
			struct remap remap = {.count = (uint8_t)pairs};
			for (unsigned i = 0; i < pairs; i++) {   /* the highest local bits: sent from where they stand */
				remap.local[i] = (uint8_t)(m - 1 - i);
				remap.rank[i] = (uint8_t)(m + i);
			}
			check_remap(check, env, state, &remap, &seed);
			for (unsigned i = 0; i < pairs; i++)     /* the lowest */
				remap.local[i] = (uint8_t)i;
			check_remap(check, env, state, &remap, &seed);
			random_remap(&remap, pairs, m + r, m, &seed);
			check_remap(check, env, state, &remap, &seed);
		}
	}
	state->buffer_bytes = whole;
	state_free(state);
}

/* Longer than a message may be: an amplitude is the number of its index, so that nobody needs the whole. */
static void test_long_remap(struct check *check, songdo_env *env)
{
	unsigned m = 22, n = m + rank_bits(env);
	struct state *state;
	struct remap remap = {.count = 1, .local = {3}, .rank = {(uint8_t)(n - 1)}};
	if (!CHECK(check, state_new(&state, env, SONGDO_DOUBLE, n, n, NULL) == SONGDO_OK))
		return;
	CHECK(check, state->buffer_bytes == STATE_BUFFER_BYTES);
	struct vector *v = state->vector;
	uint64_t base = (uint64_t)songdo_env_rank(env) << m, wrong = 0, bytes, messages;
	double complex *amplitude = v->amplitudes;
	for (uint64_t i = 0; i < v->local; i++)
		amplitude[i] = (double)(base + i);
	struct cost before = env->cost;
	CHECK(check, state_remap(state, &remap) == SONGDO_OK);
	for (uint64_t i = 0; i < v->local; i++) {
		uint64_t x = base + i, low = x >> 3 & 1, high = x >> (n - 1) & 1;
		uint64_t from = (x & ~(bit_mask(3) | bit_mask(n - 1))) | high << 3 | low << (n - 1);
		wrong += creal(amplitude[i]) != (double)from;
	}
	CHECK(check, wrong == 0);
	remap_cost(1, m, SONGDO_DOUBLE, &bytes, &messages);
	CHECK(check, messages == 2 && env->cost.messages - before.messages == messages);
	CHECK(check, env->cost.exchanged_bytes - before.exchanged_bytes == bytes);
	state_free(state);
}

/* ---- Execution ------------------------------------------------------------------------------------------- */

static void test_execution(struct check *check, songdo_env *env)
{
	unsigned r = rank_bits(env);
	uint64_t seed = 3;
	for (unsigned round = 0; round < 24; round++) {
		unsigned m = (unsigned)oracle_below(&seed, 8), n = m + r;
		struct random_shape shape = {
			.bits = n, .local_bits = m, .stages = 3, .sweeps = 2, .passes = 2, .steps = 4,
			.tile_bits = 1 + (unsigned)oracle_below(&seed, 6), .block_bits = 1 + (unsigned)oracle_below(&seed, 4),
		};
		struct random_schedule random;
		random_schedule_init(&random, &shape, &seed);
		songdo_precision precision = precisions[round % 2];
		struct state *state;
		if (!CHECK(check, state_new(&state, env, precision, n, n, NULL) == SONGDO_OK))
			return;
		double complex *expected = random_dense(n, &seed), *found = malloc(bit_mask(n) * sizeof *found);
		load(state, expected);
		struct cost before = env->cost;
		CHECK(check, state_execute(state, &random.schedule) == SONGDO_OK);
		dense_execute(expected, &random.schedule);
		gather(found, state);
		double distance = oracle_distance(expected, found, bit_mask(n));
		CHECK(check, distance < (precision == SONGDO_DOUBLE ? 1e-13 : 1e-5), "n = %u, m = %u: %g", n, m, distance);

		/* What was counted is what the schedule says. */
		struct cost said = {.sweeps = random.schedule.sweeps};
		for (uint32_t t = 0; t < shape.stages; t++) {
			uint64_t bytes, messages;
			remap_cost(random.stage[t].remap.count, m, precision, &bytes, &messages);
			said.exchanged_bytes += bytes;
			said.messages += messages;
			said.remaps += random.stage[t].remap.count > 0;
		}
		for (uint32_t s = 0; s < random.schedule.steps; s++)
			said.flops += step_rank_flops(&random.step[s], m, 0);
		CHECK(check, env->cost.sweeps - before.sweeps == said.sweeps);
		CHECK(check, env->cost.remaps - before.remaps == said.remaps);
		CHECK(check, env->cost.flops - before.flops == said.flops);
		CHECK(check, env->cost.exchanged_bytes - before.exchanged_bytes == said.exchanged_bytes);
		CHECK(check, env->cost.messages - before.messages == said.messages);
		free(expected);
		free(found);
		state_free(state);
		random_schedule_fini(&random);
	}
}

static int stop_on_last_rank(void *context) { return *(int *)context; }

static void test_cancellation(struct check *check, songdo_env *env)
{
	unsigned r = rank_bits(env), n = 4 + r;
	uint64_t seed = 4;
	struct random_shape shape = {.bits = n, .local_bits = 4, .stages = 3, .sweeps = 2, .passes = 1, .steps = 2,
	                             .tile_bits = 4, .block_bits = 3};
	struct random_schedule random;
	random_schedule_init(&random, &shape, &seed);
	struct state *state;
	if (!CHECK(check, state_new(&state, env, SONGDO_DOUBLE, n, n, NULL) == SONGDO_OK))
		return;
	int stop = songdo_env_rank(env) == songdo_env_ranks(env) - 1;
	env->cancelled = stop_on_last_rank;
	env->cancel_context = &stop;
	CHECK(check, state_execute(state, &random.schedule) == SONGDO_INTERRUPTED);
	stop = 0;
	CHECK(check, state_execute(state, &random.schedule) == SONGDO_OK);
	env->cancelled = NULL;
	state_free(state);
	random_schedule_fini(&random);
}

/* ---- Measurement, growth, sampling ------------------------------------------------------------------------- */

static void test_measurement(struct check *check, songdo_env *env)
{
	unsigned n = 4 + rank_bits(env);
	uint64_t seed = 5;
	struct state *state;
	if (!CHECK(check, state_new(&state, env, SONGDO_DOUBLE, n, n, NULL) == SONGDO_OK))
		return;
	double complex *dense = random_dense(n, &seed), *found = malloc(bit_mask(n) * sizeof *found);
	for (unsigned bit = 0; bit < n; bit++) {
		double expected = 0, probability, norm;
		for (uint64_t x = 0; x < bit_mask(n); x++)
			if (x >> bit & 1)
				expected += creal(dense[x] * conj(dense[x]));
		load(state, dense);
		CHECK(check, state_probability(state, bit, 1, &probability) == SONGDO_OK);
		CHECK(check, fabs(probability - expected) < 1e-14);
		int outcome = bit % 2;
		state_project(state, bit, outcome, outcome ? probability : 1 - probability);
		CHECK(check, vector_norm(state->vector, &norm) == SONGDO_OK && fabs(norm - 1) < 1e-14);
		gather(found, state);
		double factor = 1 / sqrt(outcome ? expected : 1 - expected), wrong = 0;
		for (uint64_t x = 0; x < bit_mask(n); x++)
			wrong = fmax(wrong, cabs(found[x] - ((int)(x >> bit & 1) == outcome ? dense[x] * factor : 0)));
		CHECK(check, wrong < 1e-14, "bit %u: %g", bit, wrong);
	}
	free(dense);
	free(found);
	state_free(state);
}

static void test_growth(struct check *check, songdo_env *env)
{
	unsigned r = rank_bits(env), n = r;
	uint64_t seed = 6;
	struct state *state;
	if (!CHECK(check, state_new(&state, env, SONGDO_DOUBLE, n, n + 12, NULL) == SONGDO_OK))
		return;
	double complex *dense = random_dense(n, &seed);
	load(state, dense);
	for (; n < r + 12; n++) {
		CHECK(check, state_grow(state, NULL) == SONGDO_OK && state->bits == n + 1 && state->local_bits == n + 1 - r);
		double complex *grown = calloc(bit_mask(n + 1), sizeof *grown), *found = calloc(bit_mask(n + 1), sizeof *found);
		uint64_t low = low_mask(n - r);
		for (uint64_t x = 0; x < bit_mask(n); x++)
			grown[(x & low) | (x & ~low) << 1] = dense[x];
		gather(found, state);
		CHECK(check, memcmp(grown, found, bit_mask(n + 1) * sizeof *found) == 0, "from %u bits", n);
		free(found);
		free(dense);
		dense = grown;
	}
	/* A grown state exchanges through a buffer that grew with it. */
	if (r) {
		struct remap remap = {.count = 1, .local = {0}, .rank = {(uint8_t)(n - 1)}};
		check_remap(check, env, state, &remap, &seed);
	}
	CHECK(check, env->memory.held == state_rank_bytes(n, songdo_env_ranks(env), SONGDO_DOUBLE));
	state_free(state);
	CHECK(check, env->memory.held == 0);
	free(dense);
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

/* The same vector on all ranks together and on each rank alone. */
static void test_same_on_one_rank(struct check *check, songdo_env *env)
{
	enum { DRAWS = 20000 };
	static const unsigned sizes[] = {3, 10, 16, 18};
	songdo_env alone = *env;
	alone.memory = (struct memory_account){.limit = UINT64_MAX};
	if (!CHECK(check, comm_serial_open(&alone.comm, NULL) == SONGDO_OK))
		return;
	double *u = malloc(DRAWS * sizeof *u);
	uint64_t *one = malloc(DRAWS * sizeof *one), *many = malloc(DRAWS * sizeof *many), seed = 7;
	for (uint64_t i = 0; i < DRAWS; i++)
		u[i] = random_uniform(11, i, 0);
	u[0] = 0;
	u[1] = 1 - 0x1p-53;
	qsort(u, DRAWS, sizeof *u, by_value);
	for (size_t s = 0; s < ARRAY_LENGTH(sizes); s++) {
		unsigned n = sizes[s];
		struct state *here, *there;
		for (size_t p = 0; p < ARRAY_LENGTH(precisions); p++) {
			double complex *dense = random_dense(n, &seed);
			if (!CHECK(check, state_new(&here, &alone, precisions[p], n, n, NULL) == SONGDO_OK) ||
			    !CHECK(check, state_new(&there, env, precisions[p], n, n, NULL) == SONGDO_OK))
				break;
			load(here, dense);
			load(there, dense);
			CHECK(check, vector_sample(here->vector, u, DRAWS, one, NULL) == SONGDO_OK);
			CHECK(check, vector_sample(there->vector, u, DRAWS, many, NULL) == SONGDO_OK);
			CHECK(check, memcmp(one, many, DRAWS * sizeof *one) == 0, "n = %u", n);
			double a = 0, b = 1;
			CHECK(check, vector_norm(here->vector, &a) == SONGDO_OK && vector_norm(there->vector, &b) == SONGDO_OK);
			CHECK(check, memcmp(&a, &b, sizeof a) == 0, "n = %u: %.17g and %.17g", n, a, b);
			for (unsigned bit = 0; bit < n; bit++) {
				CHECK(check, state_probability(here, bit, 1, &a) == SONGDO_OK);
				CHECK(check, state_probability(there, bit, 1, &b) == SONGDO_OK);
				CHECK(check, memcmp(&a, &b, sizeof a) == 0, "n = %u, bit %u: %.17g and %.17g", n, bit, a, b);
			}
			double complex x, y;
			for (uint64_t i = 0; i < bit_mask(n); i += 1 + bit_mask(n) / 7) {
				CHECK(check, vector_get(here->vector, i, &x) == SONGDO_OK);
				CHECK(check, vector_get(there->vector, i, &y) == SONGDO_OK && x == y);
			}
			CHECK(check, vector_get(there->vector, bit_mask(n), &y) == SONGDO_BAD_USAGE);
			uint8_t bits[4] = {(uint8_t)(n - 1), 0, 1, (uint8_t)(n / 2)};
			double few[16] = {0}, all[16] = {0}, wrong = 0;
			unsigned count = n > 3 ? 4 : 3;
			CHECK(check, vector_marginal(here->vector, bits, count, 0.5, few) == SONGDO_OK);
			CHECK(check, vector_marginal(there->vector, bits, count, 0.5, all) == SONGDO_OK);
			for (unsigned y0 = 0; y0 < 16; y0++)
				wrong = fmax(wrong, fabs(few[y0] - all[y0]));
			CHECK(check, wrong < 1e-15);
			state_free(here);
			state_free(there);
			free(dense);
		}
	}
	comm_close(alone.comm);
	free(u);
	free(one);
	free(many);
}

/* ---- Files and refusals ------------------------------------------------------------------------------------ */

static bool same_files(const char *a, const char *b)
{
	FILE *x = fopen(a, "rb"), *y = fopen(b, "rb");
	bool same = x && y;
	for (int c = 0, d = 0; same && (c != EOF || d != EOF);) {
		c = fgetc(x);
		d = fgetc(y);
		same = c == d;
	}
	if (x)
		fclose(x);
	if (y)
		fclose(y);
	return same;
}

static void test_files(struct check *check, songdo_env *env)
{
	unsigned n = 12;
	uint64_t seed = 8;
	char folder[] = "/tmp/songdo-state-XXXXXX", one[64], many[64];
	int rank = songdo_env_rank(env);
	if (rank == 0 && !CHECK(check, mkdtemp(folder) != NULL))
		folder[0] = '\0';
	comm_broadcast(env->comm, folder, sizeof folder, 0);
	snprintf(one, sizeof one, "%s/one.npy", folder);
	snprintf(many, sizeof many, "%s/many.npy", folder);
	songdo_env alone = *env;
	alone.memory = (struct memory_account){.limit = UINT64_MAX};
	if (!CHECK(check, comm_serial_open(&alone.comm, NULL) == SONGDO_OK))
		return;
	for (size_t p = 0; p < ARRAY_LENGTH(precisions); p++) {
		double complex *dense = random_dense(n, &seed);
		struct state *here, *there;
		CHECK(check, state_new(&here, &alone, precisions[p], n, n, NULL) == SONGDO_OK);
		CHECK(check, state_new(&there, env, precisions[p], n, n, NULL) == SONGDO_OK);
		load(here, dense);
		load(there, dense);
		if (rank == 0)
			CHECK(check, vector_save(here->vector, one, NULL) == SONGDO_OK);
		songdo_error error = {0};
		CHECK(check, vector_save(there->vector, many, &error) == SONGDO_OK, "%s", error.message);
		if (rank == 0)
			CHECK(check, same_files(one, many));
		CHECK(check, vector_save(there->vector, "/nowhere/at/all.npy", &error) == SONGDO_NO_OUTPUT);
		CHECK(check, error.code == SONGDO_NO_OUTPUT && strstr(error.message, "No such file"), "%s", error.message);
		CHECK(check, vector_save(there->vector, folder, &error) == SONGDO_NO_OUTPUT);
		state_free(here);
		state_free(there);
		free(dense);
	}
	comm_close(alone.comm);
	if (rank == 0) {
		remove(one);
		remove(many);
		CHECK(check, remove(folder) == 0, "something was left behind");
	}
}

static void test_refusals(struct check *check, songdo_env *env)
{
	int ranks = songdo_env_ranks(env);
	unsigned r = rank_bits(env);
	songdo_error error = {0};
	struct state *state;
	CHECK(check, state_new(&state, env, SONGDO_DOUBLE, 58, 58, &error) == SONGDO_NO_FIT && !state);
	CHECK(check, strstr(error.message, "58 qubits in double need"), "%s", error.message);
	CHECK(check, strstr(error.message, "qubits fit"), "%s", error.message);
	if (ranks > 1) {
		CHECK(check, state_new(&state, env, SONGDO_DOUBLE, r - 1, r - 1, &error) == SONGDO_NO_FIT && !state);
		CHECK(check, strstr(error.message, "cannot be spread"), "%s", error.message);
	}
	CHECK(check, env->memory.held == 0);

	/* A failure on one rank is everybody's, in the same words. */
	songdo_status status = SONGDO_OK;
	memset(&error, 0, sizeof error);
	if (songdo_env_rank(env) == ranks - 1) {
		status = error.code = SONGDO_IO;
		strcpy(error.message, "the last rank says so");
	}
	CHECK(check, env_agree(env, status, &error) == SONGDO_IO && !strcmp(error.message, "the last rank says so"));
}

int main(void)
{
	struct check check;
	songdo_env *env = NULL;
	songdo_error error = {0};
	check_begin(&check);
	check_case(&check, "an env opens");
	songdo_env_options options = {.threads = 2};
	CHECK(&check, songdo_env_open(&env, &options, &error) == SONGDO_OK, "%s", error.message);
	if (!env)
		return check_end(&check);
	CHECK(&check, songdo_env_threads(env) == 2);
	if (songdo_env_ranks(env) > 1) {
		check_case(&check, "every remap of a small state is the permutation of its indices, and its own inverse");
		test_all_remaps(&check, env);
		check_case(&check, "remaps in several pieces are the permutation too");
		test_piecewise_remaps(&check, env);
	}
	if (songdo_env_ranks(env) == 2) {   /* 128 MiB a rank are enough on two */
		check_case(&check, "a remap longer than a message may be sends what remap_cost says");
		test_long_remap(&check, env);
	}
	check_case(&check, "random schedules do what dense matrices do, at the cost they say");
	test_execution(&check, env);
	check_case(&check, "one rank that is told to stop stops all");
	test_cancellation(&check, env);
	check_case(&check, "probabilities and projections of every bit are right");
	test_measurement(&check, env);
	check_case(&check, "a state grows at the top of its local bits, and the account is even");
	test_growth(&check, env);
	check_case(&check, "draws, norms and probabilities are the same bits as on one rank");
	test_same_on_one_rank(&check, env);
	check_case(&check, "files are the same bytes as from one rank, and failures leave nothing");
	test_files(&check, env);
	check_case(&check, "what does not fit is refused everywhere in the same words");
	test_refusals(&check, env);
	songdo_env_close(env);
	return check_end(&check);
}
