/* observe.c - the end of a path: its final measurements sampled, its distribution summed up.
 *
 * Draws are made for RUN_SAMPLE_CHUNK shots at a time, sorted, and resolved together. Qubits are in declaration order
 * here, so a draw means the same string whatever layout the plan worked in.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "base/text.h"
#include "run/run.h"

/* How the strings of a path come about: bits that are known, and bits that are read off a position of the state. */
struct reading {
	uint64_t *key;               /* the known bits; words of the tally */
	uint64_t *work;              /* a key being made */
	uint32_t words, width;
	uint64_t mask;               /* physical bits that are read */
	uint64_t variables;          /* string bits that are */
	uint32_t *string_bit;        /* [variables] */
	uint8_t *state_bit;          /* [variables] */
	uint32_t instance;           /* of the draw of the group */
};

static void reading_fini(struct reading *reading)
{
	free(reading->key);
	free(reading->work);
	free(reading->string_bit);
	free(reading->state_bit);
}

static const struct final *find_final(const struct path *path, uint32_t slot)
{
	size_t low = 0, high = path->finals;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;
		if (path->final[middle].slot < slot)
			low = middle + 1;
		else
			high = middle;
	}
	return low < path->finals && path->final[low].slot == slot ? &path->final[low] : NULL;
}

/* One bit of the string, from the machine's memory. */
static songdo_status read_bit(struct run *run, const struct path *path, struct reading *reading, uint32_t at, int64_t bit)
{
	const uint32_t slot = bit >= VM_SLOT ? (uint32_t)(bit - VM_SLOT) : 0;
	const struct final *final;
	uint32_t qubit;

	if (bit >= VM_SLOT && slot < path->slots && path->value[slot] < VM_SLOT)
		bit = path->value[slot];
	if (bit < VM_SLOT) {
		reading->key[at / 64] |= (uint64_t)bit << at % 64;
		return SONGDO_OK;
	}
	final = find_final(path, slot);
	if (final == NULL)
		return error_set(run->error, SONGDO_INTERNAL, "bit %u holds measurement %u, which was not made", at, slot);
	qubit = qubits_find(&path->number, final->qubit);
	if (qubit == QUBITS_NONE)
		return SONGDO_OK;   /* never touched: 0 */
	reading->string_bit[reading->variables] = at;
	reading->state_bit[reading->variables++] = path->layout.bit[qubit];
	reading->mask |= bit_mask(path->layout.bit[qubit]);
	return SONGDO_OK;
}

static songdo_status reading_init(struct reading *reading, struct run *run, const struct path *path)
{
	const size_t groups = vm_groups(path->vm);
	songdo_status status = SONGDO_OK;
	uint64_t width = 0;
	uint32_t at = 0;

	*reading = (struct reading){ .instance = path->finals > 0 ? path->final[0].slot : 0 };
	for (size_t g = 0; g < groups; g++)
		width = add_saturated(width, vm_group(path->vm, g).width);
	if (width > UINT32_MAX)
		return error_set(run->error, SONGDO_NO_FIT, "the bit strings of this program have %llu bits", (unsigned long long)width);
	reading->width = (uint32_t)width;
	reading->words = width == 0 ? 1 : (reading->width + 63) / 64;
	reading->key = calloc(reading->words, 8);
	reading->work = calloc(reading->words, 8);
	reading->string_bit = calloc(width + 1, sizeof(*reading->string_bit));
	reading->state_bit = calloc(width + 1, 1);
	if (reading->key == NULL || reading->work == NULL || reading->string_bit == NULL || reading->state_bit == NULL)
		return SONGDO_NO_FIT;
	for (size_t g = 0; g < groups && status == SONGDO_OK; g++) {
		const struct vm_group group = vm_group(path->vm, g);
		for (uint32_t j = 0; j < group.width && status == SONGDO_OK; j++)
			status = read_bit(run, path, reading, at++, group.bit[j]);
	}
	return status;
}

/* The string that a position of the state means. */
static const uint64_t *make_key(const struct reading *reading, uint64_t position)
{
	memcpy(reading->work, reading->key, 8 * (size_t)reading->words);
	for (uint64_t v = 0; v < reading->variables; v++)
		reading->work[reading->string_bit[v] / 64] |= (position >> reading->state_bit[v] & 1) << reading->string_bit[v] % 64;
	return reading->work;
}

/* The groups are those of the first path that ends: they are the program's, not the path's. */
static songdo_status name_groups(struct songdo_result *result, const struct path *path, uint32_t width)
{
	const size_t groups = vm_groups(path->vm);

	if (result->group != NULL || groups == 0)
		return SONGDO_OK;
	result->group = calloc(groups, sizeof(*result->group));
	if (result->group == NULL)
		return SONGDO_NO_FIT;
	for (; result->groups < groups; result->groups++) {
		const struct vm_group group = vm_group(path->vm, result->groups);
		result->group[result->groups].width = group.width;
		result->group[result->groups].name = strdup(group.name);
		if (result->group[result->groups].name == NULL)
			return SONGDO_NO_FIT;
	}
	tally_init(&result->tally, width);
	return SONGDO_OK;
}

static songdo_status note_outputs(struct songdo_result *result, const struct path *path)
{
	songdo_status status = SONGDO_OK;
	const char *name, *value;

	for (size_t i = 0; status == SONGDO_OK && (value = vm_output(path->vm, i, &name)) != NULL; i++)
		status = result_output(result, name, value, path->shot_count);
	return status;
}

/* ---- Shots ------------------------------------------------------------------------------------------------ */

/* Beside the draws vector_sample keeps the top of its tree of sums: small, but not nothing. */
enum { TREE_BYTES = 2 << 20 };

/* While a list of shots is divided, it stands there twice. */
static uint64_t lists_bytes(uint64_t shots) { return mul_saturated(16, shots); }

/* Shots that are counted, or that measure observables (those have sums a shot, too). */
static uint64_t sampling_bytes(const songdo_run_options *options, uint64_t shots)
{
	const uint64_t sums =
	        options->observable_count > 0 ? draws_bytes(shots, true) + 8 * min_u64(shots, RUN_SAMPLE_CHUNK) : 0;

	return max_u64(draws_bytes(shots, options->memory != 0), sums);
}

uint64_t run_shots_bytes(const songdo_run_options *options, uint64_t shots, bool divides)
{
	return shots == 0 ? 0 : add_saturated(sampling_bytes(options, shots) + TREE_BYTES, divides ? lists_bytes(shots) : 0);
}

uint64_t run_reserve(const struct run *run)
{
	const uint64_t lists = run->divides ? lists_bytes(run->options.shots) : 0;

	return add_saturated(run_shots_bytes(&run->options, run->options.shots, false),
	                     lists - min_u64(lists, run->list_bytes));
}

/* Count a chunk's positions; equal neighbours are counted together. */
static songdo_status count_draws(struct songdo_result *result, const struct reading *reading, const struct draws *draws)
{
	songdo_status status = SONGDO_OK;
	uint64_t entry;

	for (uint64_t i = 0, next; i < draws->count && status == SONGDO_OK; i = next) {
		const uint64_t position = draws->outcome[i] & reading->mask;
		for (next = i + 1; next < draws->count && (draws->outcome[next] & reading->mask) == position;)
			next++;
		status = tally_add(&result->tally, make_key(reading, position), next - i, 0, &entry);
		for (uint64_t j = i; j < next && draws->indexed && status == SONGDO_OK; j++)
			result->shot_entry[draws_shot(draws, j)] = entry;
	}
	return status;
}

static songdo_status sample(struct run *run, const struct path *path, const struct reading *reading)
{
	struct memory_account *account = &run->env->memory;
	struct draws draws = { .shots = path->shots, .seed = run->options.seed, .instance = reading->instance };
	songdo_status status;

	status = run_agree(run, draws_init(&draws, path->shot_count, run->options.memory != 0, account));
	if (status != SONGDO_OK)
		error_set(run->error, status, "no memory for drawing %llu shots", (unsigned long long)path->shot_count);
	for (; draws.first < path->shot_count && status == SONGDO_OK; draws.first += draws.count) {
		draws.count = min_u64(path->shot_count - draws.first, draws.capacity);
		draws_make(&draws, run->env->threads);
		status = vector_sample(path->state->vector, draws.u, draws.count, draws.outcome, run->error);
		if (status == SONGDO_OK)
			status = run_agree(run, comm_rank(run->env->comm) == 0 ? count_draws(run->result, reading, &draws) : SONGDO_OK);
		if (status == SONGDO_OK)
			status = run_poll(run);
	}
	draws_fini(&draws, account);
	return status;
}

/* Every shot of the path reads the same string. */
static songdo_status count_all(struct run *run, const struct path *path, const struct reading *reading)
{
	songdo_status status = SONGDO_OK;
	uint64_t entry;

	if (comm_rank(run->env->comm) == 0)
		status = tally_add(&run->result->tally, reading->key, path->shot_count, 0, &entry);
	for (uint64_t i = 0; i < path->shot_count && run->result->shot_entry != NULL && status == SONGDO_OK; i++)
		run->result->shot_entry[path->shots != NULL ? path->shots[i] : i] = entry;
	return run_agree(run, status);
}

/* ---- The exact distribution ------------------------------------------------------------------------------- */

static songdo_status add_exact(struct run *run, const struct reading *reading, const uint8_t *bit, unsigned count, const double *table)
{
	songdo_status status = SONGDO_OK;
	uint64_t probable = 0, mask = 0;

	for (unsigned j = 0; j < count; j++)
		mask |= bit_mask(bit[j]);
	for (uint64_t y = 0; y < bit_mask(count); y++)
		probable += table[y] > RUN_NEGLIGIBLE;
	/* An entry of the tally, its share of the hash table, its place in the order. */
	if (!memory_fits(&run->env->memory, mul_saturated(probable, 8 * (uint64_t)reading->words + 64)))
		return error_set(run->error, SONGDO_NO_FIT, "the exact distribution has %llu strings, more than memory holds",
		                 (unsigned long long)probable);
	for (uint64_t y = 0; y < bit_mask(count) && status == SONGDO_OK; y++)
		if (table[y] > RUN_NEGLIGIBLE)
			status = tally_add(&run->result->tally, make_key(reading, bits_deposit(y, mask)), 0, table[y], NULL);
		else
			run->result->discarded_probability += table[y];
	return status;
}

static songdo_status sum_exact(struct run *run, const struct path *path, const struct reading *reading)
{
	const unsigned count = bit_count(reading->mask);
	const uint64_t bytes = 8 * bit_mask(count);
	struct memory_account *account = &run->env->memory;
	uint8_t bit[MAX_BITS];
	songdo_status status;
	uint64_t left = 0;
	double *table;

	if (count == 0)
		return run_agree(run, comm_rank(run->env->comm) == 0 ?
		                 tally_add(&run->result->tally, reading->key, 0, path->weight, NULL) : SONGDO_OK);
	do
		status = env_memory_check(run->env, bytes, &left);
	while (status == SONGDO_NO_FIT && run_release_copies(run));
	if (status != SONGDO_OK) {
		char need[32], have[32];
		return error_set(run->error, status, "the exact distribution of %u measured qubits is a table of %s, where %s are free",
		                 count, memory_text(need, bytes), memory_text(have, left));
	}
	for (unsigned j = 0, b = 0; j < count; b++)
		if (reading->mask >> b & 1)
			bit[j++] = (uint8_t)b;
	table = memory_new(account, bytes);
	status = run_agree(run, table == NULL ? SONGDO_NO_FIT : SONGDO_OK);
	if (status != SONGDO_OK)
		goto done;
	memset(table, 0, bytes);
	status = vector_marginal(path->state->vector, bit, count, path->weight, table);
	if (status == SONGDO_OK)
		status = run_agree(run, comm_rank(run->env->comm) == 0 ? add_exact(run, reading, bit, count, table) : SONGDO_OK);
done:
	if (table != NULL)
		memory_free(account, table, bytes);
	return status;
}

/* A state that is not of norm 1 has no distribution: an error of ours, never an answer. */
static songdo_status check_norm(struct run *run, const struct path *path)
{
	const double tolerance = run->options.precision == SONGDO_SINGLE ? VECTOR_NORM_SINGLE : VECTOR_NORM_DOUBLE;
	songdo_status status;
	double norm;

	status = vector_norm(path->state->vector, &norm);
	if (status == SONGDO_OK && !(fabs(norm - 1) <= tolerance))
		status = error_set(run->error, SONGDO_INTERNAL, "the state's norm is %.17g, not 1 within %g: nothing is read from it", norm, tolerance);
	return status;
}

/* ---- The end of a path ------------------------------------------------------------------------------------- */

static void forecast_observation(struct run *run, const struct reading *reading)
{
	uint64_t draws = 0, table = 0;

	if (run->drawn && (reading->mask != 0 || run->observables.count > 0))
		draws = sampling_bytes(&run->options, run->options.shots);
	if (run->options.exact && reading->mask != 0)
		table = 8 * bit_mask(bit_count(reading->mask));
	run->extra_bytes = max_u64(run->extra_bytes, max_u64(draws, table));
}

songdo_status path_observe(struct run *run, struct path *path)
{
	struct reading reading = { 0 };
	const bool ordered = run->drawn || run->keeps || run->options.save_state != NULL, observed = run->observables.count > 0;
	songdo_status status;
	double start;

	status = path_execute(run, path, path->pending.operations, ordered);
	if (run->keeps)
		return status;
	start = cpu_seconds();
	if (status == SONGDO_OK)
		status = run_agree(run, reading_init(&reading, run, path));
	if (status != SONGDO_OK)
		goto done;
	run->branches++;
	if (run_forecasts(run)) {
		forecast_observation(run, &reading);
		goto done;
	}
	status = run_agree(run, name_groups(run->result, path, reading.width));
	if (status == SONGDO_OK)
		status = run_agree(run, note_outputs(run->result, path));
	if (status == SONGDO_OK && path->state != NULL && (run->exhaustive || !run->drawn))
		status = check_norm(run, path);
	if (status == SONGDO_OK && run->drawn && path->shot_count > 0)
		status = reading.mask != 0 ? sample(run, path, &reading) : count_all(run, path, &reading);
	if (status == SONGDO_OK && run->options.exact)
		status = sum_exact(run, path, &reading);
	if (status == SONGDO_OK && observed)
		status = path_expect(run, path);
	run->timing.sample += cpu_seconds() - start;
	if (status == SONGDO_OK && run->options.save_state != NULL)
		status = path_save(run, path);
	/* Turning the state into other bases is counted as what it is. */
	start = cpu_seconds() - run->timing.plan - run->timing.simulate;
	if (status == SONGDO_OK && observed && run->drawn && path->shot_count > 0)
		status = path_measure_observables(run, path);
	run->timing.sample += cpu_seconds() - run->timing.plan - run->timing.simulate - start;
done:
	reading_fini(&reading);
	return status;
}
