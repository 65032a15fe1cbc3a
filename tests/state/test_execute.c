/* test_execute.c - schedules on one rank against dense matrices, on one and several threads.
 *
 * States below 2^14 amplitudes stay on one thread whatever is asked for; the larger ones here are shared among
 * threads by tiles, by blocks, or by blocks made smaller, as their masks and the number of threads say.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "oracle.h"
#include "random_schedule.h"
#include "state/state.h"

static const songdo_precision precisions[] = {SONGDO_DOUBLE, SONGDO_SINGLE};

static songdo_env *open_env(int threads, const char *isa)
{
	songdo_env *env;
	songdo_env_options options = {.threads = threads, .isa = isa};
	cr_assert_eq(songdo_env_open(&env, &options, NULL), SONGDO_OK);
	return env;
}

/* Execute on a state that starts as `dense`; the amplitudes' bytes go to `out`, their values back to `dense`. */
static void execute(songdo_env *env, songdo_precision precision, const struct schedule *schedule, double complex *dense,
                    void *out)
{
	struct state *state;
	unsigned n = schedule->bits;
	cr_assert_eq(state_new(&state, env, precision, n, n, NULL), SONGDO_OK);
	struct vector *v = state->vector;
	v->kernel->from_double(v->amplitudes, dense, 0, v->local);
	cr_assert_eq(state_execute(state, schedule), SONGDO_OK);
	v->kernel->to_double(dense, v->amplitudes, 0, v->local);
	if (out)
		memcpy(out, v->amplitudes, v->local * v->kernel->amplitude_bytes);
	state_free(state);
}

static void check_shape(const struct random_shape *shape, songdo_precision precision, const char *isa, int threads,
                        uint64_t *seed)
{
	uint64_t length = bit_mask(shape->bits);
	struct random_schedule random;
	double complex *expected = malloc(length * sizeof *expected), *found = malloc(length * sizeof *found);
	random_schedule_init(&random, shape, seed);
	oracle_random_state(expected, length, seed);
	memcpy(found, expected, length * sizeof *found);
	songdo_env *env = open_env(threads, isa);
	execute(env, precision, &random.schedule, found, NULL);
	dense_execute(expected, &random.schedule);
	double distance = oracle_distance(expected, found, length);
	cr_assert_lt(distance, precision == SONGDO_DOUBLE ? 1e-13 : 2e-5, "%s, n = %u, tile %u, block %u: %g", isa,
	             shape->bits, shape->tile_bits, shape->block_bits, distance);
	cr_assert_eq(env->cost.sweeps, random.schedule.sweeps);
	cr_assert_eq(env->cost.remaps | env->cost.exchanged_bytes | env->cost.messages, 0);
	songdo_env_close(env);
	random_schedule_fini(&random);
	free(expected);
	free(found);
}

Test(execute, random_schedules_on_small_states)
{
	uint64_t seed = 1;
	for (int isa = 0; isa < KERNEL_ISAS; isa++)
		for (unsigned round = 0; !kernel_missing((enum kernel_isa)isa) && round < 120; round++) {
			unsigned n = round % 9;
			struct random_shape shape = {
				.bits = n, .local_bits = n, .stages = 1, .sweeps = 3, .passes = 3, .steps = 4,
				.tile_bits = (unsigned)oracle_below(&seed, 8), .block_bits = (unsigned)oracle_below(&seed, 6),
				.contiguous = oracle_below(&seed, 4) == 0,
			};
			check_shape(&shape, precisions[round / 9 % 2], kernel_name((enum kernel_isa)isa), 1, &seed);
		}
}

static const struct random_shape large_shapes[] = {
        /* tiles for all; one tile; few tiles; scattered ones; one block that is everything; blocks of a bit or two */
        {.bits = 14,
         .local_bits = 14,
         .stages = 1,
         .sweeps = 2,
         .passes = 2,
         .steps = 3,
         .tile_bits = 8,
         .block_bits = 5,
         .contiguous = 1},
        {.bits = 14,
         .local_bits = 14,
         .stages = 1,
         .sweeps = 2,
         .passes = 3,
         .steps = 3,
         .tile_bits = 14,
         .block_bits = 7,
         .contiguous = 1},
        {.bits = 14,
         .local_bits = 14,
         .stages = 1,
         .sweeps = 2,
         .passes = 2,
         .steps = 3,
         .tile_bits = 13,
         .block_bits = 9},
        {.bits = 15,
         .local_bits = 15,
         .stages = 1,
         .sweeps = 2,
         .passes = 2,
         .steps = 3,
         .tile_bits = 9,
         .block_bits = 4},
        {.bits = 14,
         .local_bits = 14,
         .stages = 1,
         .sweeps = 1,
         .passes = 2,
         .steps = 8,
         .tile_bits = 14,
         .block_bits = 14},
        {.bits = 14,
         .local_bits = 14,
         .stages = 2,
         .sweeps = 2,
         .passes = 2,
         .steps = 3,
         .tile_bits = 12,
         .block_bits = 2},
};

Test(execute, random_schedules_on_states_shared_by_threads, .timeout = 200)
{
	uint64_t seed = 2;
	for (size_t s = 0; s < ARRAY_LENGTH(large_shapes); s++)
		for (int threads = 1; threads <= 3; threads++)
			for (size_t p = 0; p < ARRAY_LENGTH(precisions); p++)
				check_shape(&large_shapes[s], precisions[p], NULL, threads, &seed);
}

Test(execute, the_number_of_threads_changes_no_bit, .timeout = 200)
{
	uint64_t seed = 3;
	for (size_t s = 0; s < ARRAY_LENGTH(large_shapes); s++)
		for (int isa = 0; isa < KERNEL_ISAS; isa++) {
			if (kernel_missing((enum kernel_isa)isa))
				continue;
			for (size_t p = 0; p < ARRAY_LENGTH(precisions); p++) {
				uint64_t length = bit_mask(large_shapes[s].bits);
				struct random_schedule random;
				double complex *start = malloc(length * sizeof *start), *dense = malloc(length * sizeof *dense);
				char *bytes[4];
				random_schedule_init(&random, &large_shapes[s], &seed);
				oracle_random_state(start, length, &seed);
				for (int t = 0; t < 4; t++) {
					static const int threads[] = {1, 2, 3, 16};
					songdo_env *env = open_env(threads[t], kernel_name((enum kernel_isa)isa));
					bytes[t] = calloc(length, 16);
					memcpy(dense, start, length * sizeof *dense);
					execute(env, precisions[p], &random.schedule, dense, bytes[t]);
					cr_assert_eq(memcmp(bytes[0], bytes[t], length * 16), 0, "shape %zu, %s, precision %zu, %d threads", s,
					             kernel_name((enum kernel_isa)isa), p, threads[t]);
					songdo_env_close(env);
				}
				for (int t = 0; t < 4; t++)
					free(bytes[t]);
				free(start);
				free(dense);
				random_schedule_fini(&random);
			}
		}
}

struct counter {
	int calls, stop_at;
};

static int count_calls(void *context)
{
	struct counter *counter = context;
	return ++counter->calls >= counter->stop_at;
}

Test(execute, stops_between_sweeps_when_told)
{
	uint64_t seed = 4;
	struct random_schedule random;
	struct random_shape shape = {.bits = 6, .local_bits = 6, .stages = 1, .sweeps = 10, .passes = 1, .steps = 1,
	                             .tile_bits = 6, .block_bits = 3};
	random_schedule_init(&random, &shape, &seed);
	songdo_env *env = open_env(1, NULL);
	struct state *state;
	struct counter counter = {0, 4};
	cr_assert_eq(state_new(&state, env, SONGDO_DOUBLE, 6, 6, NULL), SONGDO_OK);
	env->cancelled = count_calls;
	env->cancel_context = &counter;
	cr_assert_eq(state_execute(state, &random.schedule), SONGDO_INTERRUPTED);
	cr_assert_eq(env->cost.sweeps, 4);
	counter = (struct counter){0, 1000};
	cr_assert_eq(state_execute(state, &random.schedule), SONGDO_OK);
	cr_assert_geq(counter.calls, 10);
	state_free(state);
	songdo_env_close(env);
	random_schedule_fini(&random);
}

/* One sweep of very many steps: the caller is asked long before its end. */
Test(execute, stops_within_a_long_sweep, .timeout = 100)
{
	enum { BITS = 16, STEPS = 20000 };
	static const double complex hadamard[4] = {0.70710678118654752, 0.70710678118654752, 0.70710678118654752,
	                                           -0.70710678118654752};
	struct step *step = calloc(STEPS, sizeof *step);
	for (int i = 0; i < STEPS; i++)
		step[i] = (struct step){.kind = KERNEL_REAL, .targets = 1, .target = {(uint8_t)(i % 12)}, .coefficients = hadamard};
	struct pass pass = {.block = low_mask(12), .first = 0, .count = STEPS};
	struct sweep sweep = {low_mask(BITS), 0, 1};
	struct stage stage = {.first = 0, .count = 1};
	struct schedule schedule = {.bits = BITS, .local_bits = BITS, .stages = 1, .sweeps = 1, .passes = 1, .steps = STEPS,
	                            .stage = &stage, .sweep = &sweep, .pass = &pass, .step = step};
	for (int threads = 1; threads <= 2; threads++) {
		songdo_env *env = open_env(threads, NULL);
		struct state *state;
		struct counter counter = {0, 1};
		cr_assert_eq(state_new(&state, env, SONGDO_DOUBLE, BITS, BITS, NULL), SONGDO_OK);
		cr_assert_eq(vector_set(state->vector, bit_mask(BITS) - 1, 0.25), SONGDO_OK);
		env->cancelled = count_calls;
		env->cancel_context = &counter;
		cr_assert_eq(state_execute(state, &schedule), SONGDO_INTERRUPTED);
		cr_assert_leq(counter.calls, 4);

		/* Where one thread goes through all blocks, the last of them keeps what it held: it was never reached. */
		double complex last;
		cr_assert_eq(vector_get(state->vector, bit_mask(BITS) - 1, &last), SONGDO_OK);
		cr_assert(threads > 1 || last == 0.25);
		state_free(state);
		songdo_env_close(env);
	}
	free(step);
}

Test(execute, a_schedule_for_another_size_is_an_internal_error)
{
	songdo_env *env = open_env(1, NULL);
	struct state *state;
	struct schedule schedule = {.bits = 5, .local_bits = 5};
	cr_assert_eq(state_new(&state, env, SONGDO_DOUBLE, 4, 4, NULL), SONGDO_OK);
	cr_assert_eq(state_execute(state, &schedule), SONGDO_INTERNAL);
	state_free(state);
	songdo_env_close(env);
}
