/* speed.c - the limits of the machine and the rates of the kernels, each the best of a few tries, since others
 * can only slow it; and of more while they do.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "state/speed.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "base/parallel.h"
#include "base/text.h"
#include "state/state.h"

enum {
	TRIES = 4,
	MOST_TRIES = 40, /* more than TRIES where none was undisturbed */
	MOST_BYTES = 1 << 30, /* the largest state of a node */
	LEAST_BYTES = 1 << 20, /* the smallest that is passed over by all threads */
	SLICE_BYTES = 1 << 28, /* passed over in one go by a thread, where starting it must not count */
	STEP_BITS = 16, /* the state that steps are timed on: threads share it, and it stays in L2 */
	STEPS = 16, /* so many on each block while it is in L1 */
	LINK_BYTES = 16 << 20,
	LINK_MESSAGES = 200,
};

#define TRY_SECONDS 0.01 /* a try lasts at least so long, unless it is one pass over memory */
#define PATIENCE_SECONDS 8 /* for all tries that others disturbed */
#define QUIET 0.95 /* a try that had so much of the cores it asked for was not disturbed */

struct bench {
	songdo_env *env;
	struct speed *speed;
	struct vector *vector; /* in double precision, whichever is asked for: bytes are bytes */
	const struct kernel_table *kernel;
	uint64_t amplitudes, apart; /* of a slice, where each thread has one, and from one slice to the next */
	uint64_t rounds;
	double deadline; /* after which nobody waits for quiet */
};

/* Tries of one measurement: how many, the best, and how much of the cores the least disturbed one had. */
struct tries {
	int count;
	double best, share;
	double start, worked; /* of the try under way */
};

static void try_begin(struct tries *tries)
{
	tries->worked = cpu_seconds_worked();
	tries->start = cpu_seconds();
}

static double try_spent(const struct tries *tries) { return cpu_seconds() - tries->start; }

static void try_end(struct tries *tries, int threads, uint64_t calls)
{
	const double seconds = try_spent(tries);

	tries->share = fmax(tries->share, (cpu_seconds_worked() - tries->worked) / seconds / threads);
	tries->best = tries->count == 0 ? seconds / (double)calls : fmin(tries->best, seconds / (double)calls);
	tries->count++;
}

static bool try_again(const struct bench *bench, const struct tries *tries)
{
	if (tries->count < TRIES)
		return true;
	return tries->share < QUIET && tries->count < MOST_TRIES && cpu_seconds() < bench->deadline;
}

static void note_share(struct bench *bench, const struct tries *tries)
{
	bench->speed->share = fmin(bench->speed->share, tries->share);
}

/* The seconds of one call of body on `threads` threads: the best try, each of as many calls as last TRY_SECONDS. */
static double time_body(struct bench *bench, int threads, uint64_t count,
                        void (*body)(void *context, uint64_t begin, uint64_t end))
{
	struct tries tries = {0};

	comm_barrier(bench->env->comm);
	parallel_for(threads, count, body, bench);
	while (try_again(bench, &tries)) {
		uint64_t calls = 0;
		try_begin(&tries);
		do {
			parallel_for(threads, count, body, bench);
			calls++;
		} while (try_spent(&tries) < TRY_SECONDS);
		try_end(&tries, threads, calls);
	}
	note_share(bench, &tries);
	return tries.best;
}

/* ---- Memory and caches ------------------------------------------------------------------------------ */

static void pass_over(void *context, uint64_t begin, uint64_t end)
{
	const struct bench *bench = context;
	const uint64_t unit = LEAST_BYTES / 64 / 16; /* ranges are handed out in units that keep vectors aligned */
	bench->kernel->scale(bench->vector->amplitudes, begin * unit, end * unit, -1);
}

/* Thread t passes over its own slice again and again. Slices lie far apart: what one core fetches ahead must not be
 * another's. */
static void pass_over_slice(void *context, uint64_t begin, uint64_t end)
{
	const struct bench *bench = context;
	for (uint64_t t = begin; t < end; t++) {
		const uint64_t first = t * bench->apart;
		for (uint64_t r = 0; r < bench->rounds; r++)
			bench->kernel->scale(bench->vector->amplitudes, first, first + bench->amplitudes, -1);
	}
}

static void measure_passes(struct bench *bench)
{
	struct speed *speed = bench->speed;
	songdo_env *env = bench->env;
	const uint64_t ranks = (uint64_t)comm_node_size(env->comm), held = bench->vector->local * 16;

	for (uint64_t bytes = LEAST_BYTES; bytes <= held && speed->passes < SPEED_PASSES; bytes *= 4) {
		const uint64_t size = bytes * 4 > held ? held : bytes, units = size / (LEAST_BYTES / 64);
		double one = 0;
		if (comm_node_rank(env->comm) == 0)
			one = time_body(bench, 1, units, pass_over);
		else
			comm_barrier(env->comm);
		speed->pass[speed->passes].bytes = size * ranks;
		speed->pass[speed->passes].one = one > 0 ? 2 * (double)size / one : INFINITY;
		speed->pass[speed->passes++].all = 2 * (double)size / time_body(bench, env->threads, units, pass_over);
	}
}

/* Half of what a thread has of each cache; L3 by slices that L2 cannot hold. */
static void measure_caches(struct bench *bench)
{
	const songdo_env *env = bench->env;
	const uint64_t share = (uint64_t)env->threads * (uint64_t)comm_node_size(env->comm);
	const uint64_t most = bench->vector->local / (uint64_t)env->threads & ~(uint64_t)63;
	const uint64_t bytes[3] = {env->cpu.l1_bytes / 2, env->cpu.l2_bytes / 2,
	                           min_u64(4 * env->cpu.l2_bytes, env->cpu.l3_bytes / 2 / share)};

	bench->apart = most;
	for (int level = 0; level < 3; level++) {
		bench->amplitudes = bytes[level] / 16 & ~(uint64_t)63;
		if (bench->amplitudes == 0 || bench->amplitudes > most ||
		    (level == 2 && bytes[2] < 2 * env->cpu.l2_bytes))
			continue;
		bench->rounds = max_u64(1, SLICE_BYTES / bytes[level]);
		const double seconds = time_body(bench, env->threads, (uint64_t)env->threads, pass_over_slice);
		bench->speed->rates.cache[level] =
		        2.0 * 16 * (double)(bench->amplitudes * bench->rounds) * env->threads / seconds;
	}
}

/* As large as a run's state may well be, within what is free. */
static songdo_status measure_memory(struct bench *bench, songdo_error *error)
{
	songdo_env *env = bench->env;
	const uint64_t ranks = (uint64_t)comm_node_size(env->comm);
	uint64_t left, bytes = MOST_BYTES;
	songdo_status status = env_memory_left(env, &left);

	while (bytes > LEAST_BYTES && (bytes * ranks > MOST_BYTES || bytes > left / 4))
		bytes /= 2;
	const double start = cpu_seconds();
	if (!status)
		status = vector_new(&bench->vector, env, SONGDO_DOUBLE, bytes / 16, bytes / 16, error);
	if (status)
		return status;
	bench->speed->rates.touch = (double)bytes / (cpu_seconds() - start);
	bench->kernel = bench->vector->kernel;
	for (uint64_t i = 0; !status && i < bench->vector->local; i += bench->vector->local / 8)
		status = vector_set(bench->vector, i, 1); /* not all zeros, for the kernels' sake */
	measure_passes(bench);
	measure_caches(bench);
	bench->speed->rates.memory_one = bench->speed->pass[bench->speed->passes - 1].one;
	bench->speed->rates.memory = bench->speed->pass[bench->speed->passes - 1].all;
	return status;
}

/* ---- Arithmetic ------------------------------------------------------------------------------------- */

static void multiply_add(void *context, uint64_t begin, uint64_t end)
{
	const struct bench *bench = context;
	const unsigned mode = kernel_mode_enter();
	for (uint64_t t = begin; t < end; t++) {
		double sum = 0.125;
		bench->kernel->multiply_add(bench->rounds, &sum);
	}
	kernel_mode_restore(mode);
}

static void measure_arithmetic(struct bench *bench)
{
	const int threads = bench->env->threads;

	bench->rounds = 1000000;
	for (int isa = 0; isa < KERNEL_ISAS; isa++)
		for (songdo_precision precision = SONGDO_DOUBLE; precision <= SONGDO_SINGLE; precision++) {
			double sum = 0.125;
			bench->kernel = kernel_find((enum kernel_isa)isa, precision);
			if (!bench->kernel)
				continue;
			const double flops = (double)bench->kernel->multiply_add(bench->rounds, &sum) * threads;
			const double seconds = time_body(bench, threads, (uint64_t)threads, multiply_add);
			bench->speed->flops[isa][precision] = flops / seconds;
			if (isa == (int)bench->env->isa)
				bench->speed->rates.of[precision].flops = flops / seconds;
		}
}

/* ---- Kernels ---------------------------------------------------------------------------------------- */

/* Coefficients of a unitary of this kind without zeros: what Hadamard's matrix, or a row of it, becomes with phases; or
 * rotations. */
static void fill_coefficients(enum kernel_kind kind, unsigned targets, double complex *out)
{
	const uint64_t n = bit_mask(targets);
	if (kind == KERNEL_ROTATE) {
		for (unsigned i = 0; i < targets; i++) {
			const double c = cos(0.3 * (i + 1)), s = sin(0.3 * (i + 1)), rotation[4] = {c, -s, s, c};
			for (unsigned j = 0; j < 4; j++)
				out[4 * i + j] = rotation[j];
		}
		return;
	}
	for (uint64_t i = 0; i < step_coefficients(kind, targets); i++) {
		const uint64_t row = i / n, column = i % n;
		const double sign = bit_count(row & column) % 2 ? -1 : 1,
		             size = kind == KERNEL_DIAGONAL ? 1 : 1 / sqrt((double)n);
		const double angle = kind == KERNEL_REAL ? 0 : 0.2 + 0.3 * (double)row + 0.7 * (double)column;
		out[i] = size * sign * cos(angle) + I * size * sign * sin(angle);
	}
}

/* The seconds a thread needs for one step on one amplitude of a block in L1. */
static songdo_status measure_step(struct bench *bench, struct state *state, enum kernel_kind kind, unsigned targets,
                                  double *seconds)
{
	enum { LOW = 3 }; /* targets above the bits inside a vector */
	const unsigned size = state->vector->kernel->amplitude_bytes;
	const uint64_t l1 = bench->env->cpu.l1_bytes ? bench->env->cpu.l1_bytes : 32u << 10;
	const unsigned block = (unsigned)max_u64(LOW + targets, min_u64(bit_highest(l1 / 2 / size), STEP_BITS - 4));
	double complex coefficient[1 << (2 * STEP_DENSE_TARGETS)];
	struct step step = {.kind = (uint8_t)kind, .targets = (uint8_t)targets, .coefficients = coefficient},
	            steps[STEPS];
	const struct pass pass = {.block = low_mask(block), .count = STEPS};
	const struct sweep sweep = {.tile = low_mask(block), .count = 1};
	const struct stage stage = {.count = 1};
	const struct schedule schedule = {state->bits, state->local_bits, 1, 1, 1, STEPS, &stage, &sweep, &pass, steps};
	const struct cost before = bench->env->cost;
	struct tries tries = {0};
	uint64_t again = 1;
	songdo_status status;

	for (unsigned j = 0; j < targets; j++)
		step.target[j] = (uint8_t)(LOW + j);
	fill_coefficients(kind, targets, coefficient);
	for (unsigned i = 0; i < STEPS; i++)
		steps[i] = step;
	comm_barrier(bench->env->comm);
	status = state_execute(state, &schedule);
	/* Ranks execute together: they must agree on how often. */
	while (again && !status) {
		uint64_t calls = 0, more = 1;
		try_begin(&tries);
		while (more && !status) {
			status = state_execute(state, &schedule);
			calls++;
			more = try_spent(&tries) < TRY_SECONDS;
			if (!status)
				status = comm_max(bench->env->comm, &more, 1);
		}
		try_end(&tries, bench->env->threads, calls);
		again = try_again(bench, &tries);
		if (!status)
			status = comm_max(bench->env->comm, &again, 1);
	}
	note_share(bench, &tries);
	*seconds = tries.best * bench->env->threads / ldexp(STEPS, (int)state->local_bits);
	bench->env->cost = before; /* it was no part of any program */
	return status;
}

static songdo_status measure_steps(struct bench *bench, songdo_precision precision, songdo_error *error)
{
	const unsigned rank_bits = bit_highest((uint64_t)comm_size(bench->env->comm));
	struct state *state;
	songdo_status status = state_new(&state, bench->env, precision, STEP_BITS + rank_bits, 0, error);

	if (status)
		return status;
	for (uint64_t x = 0; x < 64 && !status; x++)
		status = vector_set(state->vector, x << rank_bits << (STEP_BITS - 6), 0.125);
	for (int kind = 0; kind < KERNEL_KINDS && !status; kind++)
		for (unsigned k = step_least_targets((enum kernel_kind)kind);
		     k <= step_most_targets((enum kernel_kind)kind) && !status; k++)
			status = measure_step(bench, state, (enum kernel_kind)kind, k,
			                      &bench->speed->rates.of[precision].step[kind][k]);
	state_free(state);
	return status;
}

/* ---- Links ------------------------------------------------------------------------------------------ */

/* Exchange with the neighbour: long messages, then short ones. */
static songdo_status exchange(struct bench *bench, int peer, uint64_t bytes, int count, double *seconds)
{
	struct comm *comm = bench->env->comm;
	char *memory = bench->vector->amplitudes;
	songdo_status status = SONGDO_OK;
	const double start = cpu_seconds();

	for (int i = 0; i < count && !status; i++) {
		status = comm_exchange_begin(comm, 0, peer, memory, memory + bytes, bytes);
		if (!status)
			status = comm_exchange_end(comm, 0);
	}
	*seconds = (cpu_seconds() - start) / count;
	return status;
}

static songdo_status measure_link(struct bench *bench)
{
	const int rank = comm_rank(bench->env->comm), ranks = comm_size(bench->env->comm), peer = rank ^ 1;
	const uint64_t bytes = min_u64(LINK_BYTES, bench->vector->local * 16 / 2);
	struct rates *rates = &bench->speed->rates;
	double best = INFINITY, seconds = INFINITY;
	songdo_status status = SONGDO_OK;

	if (ranks == 1)
		return SONGDO_OK;
	for (int t = 0; t <= TRIES && !status; t++) {
		comm_barrier(bench->env->comm);
		if (peer >= ranks)
			continue;
		status = exchange(bench, peer, bytes, 1, &seconds);
		best = t == 0 ? best : fmin(best, seconds); /* the first one makes connections */
	}
	if (peer < ranks && !status)
		status = exchange(bench, peer, 16, LINK_MESSAGES, &rates->link_seconds);
	rates->link = peer < ranks ? (double)bytes / best : INFINITY;
	return comm_agree(bench->env->comm, status);
}

/* ---- Together --------------------------------------------------------------------------------------- */

/* Positive doubles are ordered like their bits. */
static uint64_t bits_of(double value)
{
	uint64_t bits;
	memcpy(&bits, &value, sizeof bits);
	return bits;
}

/* The worst over the ranks: the least of what is a rate, the most of what is a time. */
static songdo_status take_worst(struct comm *comm, double *value, bool is_time)
{
	uint64_t bits = is_time ? bits_of(*value) : ~bits_of(*value);
	songdo_status status = comm_max(comm, &bits, 1);
	bits = is_time ? bits : ~bits;
	memcpy(value, &bits, sizeof bits);
	return status;
}

/* Figures of the slowest rank; those of all threads are multiplied by the ranks that share the node. */
static songdo_status combine(struct speed *speed, const songdo_env *env)
{
	const double ranks = comm_node_size(env->comm);
	struct rates *rates = &speed->rates;
	songdo_status status = SONGDO_OK;
	char buffer[64];
	const char *name;
	double *value;

	for (size_t i = 0; (name = rates_field(rates, i, &value, buffer, sizeof buffer)) != NULL && !status; i++) {
		const bool is_step = name == buffer, is_time = is_step || value == &rates->link_seconds;
		status = take_worst(env->comm, value, is_time);
		if (!is_time && value != &rates->memory_one && value != &rates->link)
			*value *= ranks;
	}
	for (size_t i = 0; i < speed->passes && !status; i++) {
		status = take_worst(env->comm, &speed->pass[i].one, false);
		if (!status)
			status = take_worst(env->comm, &speed->pass[i].all, false);
		speed->pass[i].all *= ranks;
	}
	if (!status)
		status = take_worst(env->comm, &speed->share, false);
	for (int i = 0; i < 2 * KERNEL_ISAS && !status; i++) {
		status = take_worst(env->comm, &speed->flops[i / 2][i % 2], false);
		speed->flops[i / 2][i % 2] *= ranks;
	}
	return status;
}

songdo_status speed_measure(struct speed *speed, songdo_env *env, songdo_error *error)
{
	struct bench bench = {.env = env, .speed = speed};
	songdo_status status;

	*speed = (struct speed){.rates.threads = (uint32_t)(env->threads * comm_node_size(env->comm)), .share = 1};
	bench.deadline = cpu_seconds() + PATIENCE_SECONDS;
	memcpy(speed->rates.cpu, env->cpu.model, sizeof speed->rates.cpu);
	strncpy(speed->rates.isa, kernel_name(env->isa), sizeof speed->rates.isa - 1);
	status = measure_memory(&bench, error);
	if (!status)
		measure_arithmetic(&bench);
	for (songdo_precision precision = SONGDO_DOUBLE; precision <= SONGDO_SINGLE && !status; precision++)
		status = measure_steps(&bench, precision, error);
	if (!status)
		status = measure_link(&bench);
	vector_free(bench.vector);
	return status ? status : combine(speed, env);
}
