/* state.c - making, growing, copying and freeing states.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "state/state.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/bits.h"
#include "base/text.h"

/* ---- What fits -------------------------------------------------------------------------------------- */

static uint64_t amplitude_bytes(songdo_precision precision) { return precision == SONGDO_SINGLE ? 8 : 16; }

/* The exchange buffer: a piece is what goes to one partner, half of the amplitudes at most, up to the longest
 * message. */
static uint64_t buffer_bytes(unsigned local_bits, songdo_precision precision)
{
	uint64_t amplitudes = mul_saturated(bit_mask(local_bits), amplitude_bytes(precision));
	return 4 * min_u64(max_u64(amplitudes / 2, 1), REMAP_PIECE_BYTES);
}

/* log2 of the ranks, rounded down. */
static unsigned rank_bits_of(int ranks) { return bit_highest((uint64_t)ranks); }

uint64_t state_rank_bytes(unsigned bits, int ranks, songdo_precision precision)
{
	unsigned rank_bits = rank_bits_of(ranks);
	unsigned local_bits = bits > rank_bits ? bits - rank_bits : 0;
	if (local_bits >= 64)
		return UINT64_MAX;
	uint64_t amplitudes = mul_saturated(bit_mask(local_bits), amplitude_bytes(precision));
	return ranks > 1 ? add_saturated(amplitudes, buffer_bytes(local_bits, precision)) : amplitudes;
}

/* Say that a state of `bits` does not fit where a rank may take `left` bytes. */
static songdo_status refuse(unsigned bits, int ranks, songdo_precision precision, uint64_t left, songdo_error *error)
{
	char need[16], free_text[16], where[48] = "here";
	unsigned fit = 0;
	while (fit < MAX_BITS && state_rank_bytes(fit + 1, ranks, precision) <= left)
		fit++;
	memory_text(need, state_rank_bytes(bits, ranks, precision));
	memory_text(free_text, left);
	if (ranks > 1)
		snprintf(where, sizeof where, "for each of %d ranks", ranks);
	error_set(error, SONGDO_NO_FIT, "%u qubits in %s need %s%s; %s are free %s; %u qubits fit", bits,
	          precision == SONGDO_SINGLE ? "single" : "double", need, ranks > 1 ? " a rank" : "", free_text, where, fit);
	if (precision == SONGDO_DOUBLE && state_rank_bytes(bits, ranks, SONGDO_SINGLE) <= left)
		error_hint(error, "in single precision it fits");
	return SONGDO_NO_FIT;
}

static songdo_status check_shape(unsigned bits, unsigned capacity_bits, int ranks, songdo_error *error)
{
	unsigned rank_bits = rank_bits_of(ranks);
	int below = 1 << rank_bits;
	if (ranks != below)
		return error_set(error, SONGDO_NO_FIT, "a state of qubits needs a power of two of ranks; %d are here; use %d or %d",
		                 ranks, below, 2 * below);
	if (bits < rank_bits)
		return error_set(error, SONGDO_NO_FIT, "%u qubits cannot be spread over %d ranks; use at most %d", bits, ranks,
		                 1 << bits);
	if (bits > MAX_BITS || capacity_bits > MAX_BITS)
		return error_set(error, SONGDO_NO_FIT, "%u qubits are more than an index can number; at most %d",
		                 bits > capacity_bits ? bits : capacity_bits, MAX_BITS);
	return SONGDO_OK;
}

/* ---- Making ------------------------------------------------------------------------------------------ */

/* The exchange buffer for the state's present size, in place of the one it has. */
static songdo_status fit_buffer(struct state *state, songdo_error *error)
{
	songdo_env *env = state->vector->env;
	if (comm_size(env->comm) == 1)
		return SONGDO_OK;
	uint64_t bytes = buffer_bytes(state->local_bits, state->vector->kernel->precision);
	songdo_status status = SONGDO_OK;
	if (bytes != state->buffer_bytes) {
		if (state->buffer)
			memory_pages_free(&env->memory, state->buffer, state->buffer_bytes);
		state->buffer_bytes = bytes;
		state->buffer = memory_pages_new(&env->memory, bytes);
		char need[16];
		if (!state->buffer)
			status = error_set(error, SONGDO_NO_FIT, "the system refuses %s to exchange amplitudes through",
			                   memory_text(need, bytes));
	}
	return env_agree(env, status, error);
}

static void set_origin(struct state *state)
{
	songdo_status status = vector_set(state->vector, 0, 1);
	assert(status == SONGDO_OK);
	(void)status;
}

songdo_status state_new(struct state **state, songdo_env *env, songdo_precision precision, unsigned bits,
                        unsigned capacity_bits, songdo_error *error)
{
	int ranks = comm_size(env->comm);
	unsigned rank_bits = rank_bits_of(ranks);
	uint64_t left;
	*state = NULL;
	if (capacity_bits < bits)
		capacity_bits = bits;
	songdo_status status = check_shape(bits, capacity_bits, ranks, error);
	if (status)
		return status;
	status = env_memory_check(env, state_rank_bytes(bits, ranks, precision), &left);
	if (status == SONGDO_NO_FIT)
		return refuse(bits, ranks, precision, left, error);
	if (status)
		return error_set(error, status, "the ranks cannot agree on memory");

	struct state *made = calloc(1, sizeof *made);
	status = comm_agree(env->comm, made ? SONGDO_OK : SONGDO_NO_FIT);
	if (status) {
		error_set(error, status, "out of memory");
		goto done;
	}
	made->bits = bits;
	made->local_bits = bits - rank_bits;
	status = vector_new(&made->vector, env, precision, bit_mask(made->local_bits), bit_mask(capacity_bits - rank_bits),
	                    error);
	if (!status)
		status = fit_buffer(made, error);
	if (!status)
		set_origin(made);
done:
	if (status)
		state_free(made);
	else
		*state = made;
	return status;
}

songdo_status state_copy(struct state **copy, const struct state *state, songdo_error *error)
{
	songdo_env *env = state->vector->env;
	int ranks = comm_size(env->comm);
	songdo_precision precision = state->vector->kernel->precision;
	uint64_t left;
	*copy = NULL;
	songdo_status status = env_memory_check(env, state_rank_bytes(state->bits, ranks, precision), &left);
	if (status == SONGDO_NO_FIT)
		return refuse(state->bits, ranks, precision, left, error);
	if (status)
		return error_set(error, status, "the ranks cannot agree on memory");

	struct state *made = calloc(1, sizeof *made);
	status = comm_agree(env->comm, made ? SONGDO_OK : SONGDO_NO_FIT);
	if (status) {
		error_set(error, status, "out of memory");
		goto done;
	}
	made->bits = state->bits;
	made->local_bits = state->local_bits;
	status = vector_copy(&made->vector, state->vector, error);
	if (!status)
		status = fit_buffer(made, error);
done:
	if (status)
		state_free(made);
	else
		*copy = made;
	return status;
}

void state_free(struct state *state)
{
	if (!state)
		return;
	if (state->buffer)
		memory_pages_free(&state->vector->env->memory, state->buffer, state->buffer_bytes);
	vector_free(state->vector);
	free(state);
}

void state_reset(struct state *state)
{
	vector_zero(state->vector);
	set_origin(state);
}

songdo_status state_grow(struct state *state, songdo_error *error)
{
	songdo_env *env = state->vector->env;
	int ranks = comm_size(env->comm);
	songdo_precision precision = state->vector->kernel->precision;
	uint64_t left, now = state_rank_bytes(state->bits, ranks, precision);
	songdo_status status = env_memory_check(env, state_rank_bytes(state->bits + 1, ranks, precision) - now, &left);
	if (status == SONGDO_NO_FIT)
		return refuse(state->bits + 1, ranks, precision, add_saturated(left, now), error);
	if (status)
		return error_set(error, status, "the ranks cannot agree on memory");
	status = vector_grow(state->vector, bit_mask(state->local_bits + 1), error);
	if (status)
		return status;
	state->bits++;
	state->local_bits++;
	return fit_buffer(state, error);
}
