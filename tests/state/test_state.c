/* test_state.c - making, copying, growing, resetting and measuring states on one rank, and what is refused.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "oracle.h"
#include "state/state.h"

static songdo_env *open_env(uint64_t max_memory)
{
	songdo_env *env;
	songdo_env_options options = {.threads = 2, .max_memory = max_memory};
	cr_assert_eq(songdo_env_open(&env, &options, NULL), SONGDO_OK);
	return env;
}

static bool is_origin(const struct state *state)
{
	for (uint64_t i = 0; i < state->vector->local; i++) {
		double complex value;
		state->vector->kernel->to_double(&value, state->vector->amplitudes, i, i + 1);
		if (value != (i == 0))
			return false;
	}
	return true;
}

Test(state, begins_and_restarts_at_zero)
{
	songdo_env *env = open_env(0);
	for (unsigned bits = 0; bits <= 17; bits++)
		for (int p = 0; p < 2; p++) {
			struct state *state;
			songdo_precision precision = p ? SONGDO_SINGLE : SONGDO_DOUBLE;
			cr_assert_eq(state_new(&state, env, precision, bits, bits, NULL), SONGDO_OK);
			cr_assert_eq(env->memory.held, state_rank_bytes(bits, 1, precision));
			cr_assert(state->bits == bits && state->local_bits == bits && !state->buffer);
			cr_assert(is_origin(state));
			memset(state->vector->amplitudes, 63, state->vector->held_bytes);
			state_reset(state);
			cr_assert(is_origin(state));
			state_free(state);
		}
	state_free(NULL);
	songdo_env_close(env);
}

Test(state, memory_of_a_rank_is_the_amplitudes_and_the_buffers)
{
	cr_assert_eq(state_rank_bytes(0, 1, SONGDO_DOUBLE), 16);
	cr_assert_eq(state_rank_bytes(20, 1, SONGDO_DOUBLE), 16 << 20);
	cr_assert_eq(state_rank_bytes(20, 1, SONGDO_SINGLE), 8 << 20);
	cr_assert_eq(state_rank_bytes(30, 4, SONGDO_DOUBLE), ((uint64_t)16 << 28) + (64 << 20));
	cr_assert_leq(state_rank_bytes(10, 4, SONGDO_DOUBLE), 3 * 16 << 8);
	cr_assert_eq(state_rank_bytes(60, 1, SONGDO_DOUBLE), UINT64_MAX);
	cr_assert_eq(state_rank_bytes(100, 8, SONGDO_DOUBLE), UINT64_MAX);
	cr_assert_geq(state_rank_bytes(62, 2, SONGDO_SINGLE), bit_mask(63));
}

Test(state, that_does_not_fit_is_refused_before_anything_is_taken)
{
	songdo_env *env = open_env((uint64_t)1 << 20);
	struct state *state;
	songdo_error error = {0};
	cr_assert_eq(state_new(&state, env, SONGDO_DOUBLE, 40, 40, &error), SONGDO_NO_FIT);
	cr_assert_null(state);
	cr_assert_str_eq(error.message, "40 qubits in double need 16.0 TiB; 1.0 MiB are free here; 16 qubits fit");
	cr_assert_str_empty(error.hint);
	cr_assert_eq(state_new(&state, env, SONGDO_DOUBLE, 17, 17, &error), SONGDO_NO_FIT);
	cr_assert_str_not_empty(error.hint);
	cr_assert_eq(state_new(&state, env, SONGDO_SINGLE, 17, 17, NULL), SONGDO_OK);
	state_free(state);
	cr_assert_eq(state_new(&state, env, SONGDO_DOUBLE, 61, 61, &error), SONGDO_NO_FIT);
	cr_assert_eq(state_new(&state, env, SONGDO_DOUBLE, 4000, 4000, &error), SONGDO_NO_FIT);
	cr_assert_eq(env->memory.peak, 1 << 20);

	/* A second state counts what the first one holds. */
	struct state *copy;
	cr_assert_eq(state_new(&state, env, SONGDO_DOUBLE, 16, 16, NULL), SONGDO_OK);
	cr_assert_eq(state_copy(&copy, state, &error), SONGDO_NO_FIT);
	cr_assert_null(copy);
	state_free(state);
	songdo_env_close(env);
}

Test(state, forty_qubits_do_not_fit_without_a_bound_either)
{
	songdo_env *env = open_env(0);
	struct state *state;
	songdo_error error = {0};
	cr_assert_eq(state_new(&state, env, SONGDO_DOUBLE, 44, 44, &error), SONGDO_NO_FIT);
	cr_assert(strstr(error.message, "44 qubits in double need 256.0 TiB; "), "%s", error.message);
	songdo_env_close(env);
}

Test(state, copies_are_equal_and_independent)
{
	songdo_env *env = open_env(0);
	struct state *state, *copy;
	cr_assert_eq(state_new(&state, env, SONGDO_SINGLE, 15, 18, NULL), SONGDO_OK);
	cr_assert_eq(vector_set(state->vector, 1234, 0.5 - I), SONGDO_OK);
	cr_assert_eq(state_copy(&copy, state, NULL), SONGDO_OK);
	cr_assert_eq(copy->bits, 15);
	cr_assert_eq(memcmp(copy->vector->amplitudes, state->vector->amplitudes, state->vector->held_bytes), 0);
	state_reset(state);
	double complex value;
	cr_assert_eq(vector_get(copy->vector, 1234, &value), SONGDO_OK);
	cr_assert(value == 0.5 - I);
	cr_assert_eq(state_grow(copy, NULL), SONGDO_OK);
	state_free(state);
	state_free(copy);
	cr_assert_eq(env->memory.held, 0);
	songdo_env_close(env);
}

Test(state, growing_past_the_bound_is_refused_and_keeps_the_state)
{
	songdo_env *env = open_env((uint64_t)1 << 20);
	struct state *state;
	songdo_error error = {0};
	cr_assert_eq(state_new(&state, env, SONGDO_DOUBLE, 14, 30, NULL), SONGDO_OK);
	cr_assert_eq(state_grow(state, NULL), SONGDO_OK);
	cr_assert_eq(state_grow(state, NULL), SONGDO_OK);
	cr_assert_eq(state_grow(state, &error), SONGDO_NO_FIT);
	cr_assert(strstr(error.message, "17 qubits in double need 2.0 MiB; 1.0 MiB are free here; 16 qubits fit"), "%s",
	          error.message);
	cr_assert_eq(state->bits, 16);
	cr_assert(is_origin(state));
	state_free(state);
	songdo_env_close(env);
}

Test(state, measuring_a_bell_pair)
{
	songdo_env *env = open_env(0);
	struct state *state;
	double probability;
	double complex value;
	cr_assert_eq(state_new(&state, env, SONGDO_DOUBLE, 2, 2, NULL), SONGDO_OK);
	cr_assert_eq(vector_set(state->vector, 0, sqrt(0.5)), SONGDO_OK);
	cr_assert_eq(vector_set(state->vector, 3, sqrt(0.5) * I), SONGDO_OK);
	cr_assert_eq(state_probability(state, 1, 1, &probability), SONGDO_OK);
	cr_assert_lt(fabs(probability - 0.5), 1e-15);
	state_project(state, 1, 1, probability);
	cr_assert_eq(vector_get(state->vector, 0, &value), SONGDO_OK);
	cr_assert(value == 0);
	cr_assert_eq(vector_get(state->vector, 3, &value), SONGDO_OK);
	cr_assert_lt(cabs(value - I), 1e-15);
	cr_assert_eq(state_probability(state, 0, 1, &probability), SONGDO_OK);
	cr_assert_lt(fabs(probability - 1), 1e-15);
	state_free(state);
	songdo_env_close(env);
}
