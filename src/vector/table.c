/* table.c - evaluate a cost polynomial on every basis state of this rank, and keep it small.
 *
 * The values come in blocks of the *logical* index, whose rounding depends on the state alone: the table says the same
 * on any threads, ranks and layout.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "vector/table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "base/parallel.h"
#include "base/text.h"

enum {
	CHUNKS = 64, /* parts that are scanned on their own */
	SET_SLOTS = 2 * TABLE_VALUES,
};

/* Rounding may part equal sums by so much of their span. */
static const double rounding = 1e-12;

/* ---- Layout ------------------------------------------------------------------------------------------- */

uint64_t table_logical(const struct table_layout *layout, uint64_t position)
{
	const unsigned m = layout->local_bits, t = layout->traded;
	if (t > 0) {
		const uint64_t field = low_mask(t);
		const uint64_t low = position >> (m - t) & field, high = position >> m & field;
		position ^= (low ^ high) << (m - t) | (low ^ high) << m;
	}
	return position;
}

/* ---- Walking over values ------------------------------------------------------------------------------ */

/* Slices of neighbouring positions that are neighbours as states too; a block of values holds one or more of them. */
struct slices {
	const struct polynomial_blocks *blocks;
	const struct table_layout *layout;
	uint64_t base; /* the position of this rank's first amplitude */
	unsigned bits; /* a slice has 2^bits positions */
	uint64_t count; /* on this rank */
};

struct block {
	uint64_t origin; /* UINT64_MAX: none yet */
	double value[1 << POLYNOMIAL_BLOCK_BITS];
};

static void slices_init(struct slices *slices, const struct polynomial_blocks *blocks,
                        const struct table_layout *layout, int rank)
{
	const unsigned m = layout->local_bits;
	unsigned bits = polynomial_blocks_bits(blocks);
	if (bits > m - layout->traded)
		bits = m - layout->traded;
	*slices = (struct slices){blocks, layout, (uint64_t)rank << m, bits, bit_mask(m - bits)};
}

/* The values of a slice; *idle where no amplitude is ever there. */
static const double *slice_values(const struct slices *slices, struct block *block, uint64_t slice, bool *idle)
{
	const uint64_t logical = table_logical(slices->layout, slices->base + (slice << slices->bits));
	const uint64_t state = logical & low_mask(slices->layout->variables);
	const uint64_t inside = state & low_mask(polynomial_blocks_bits(slices->blocks));
	*idle = state != logical;
	if (block->origin != state - inside) {
		block->origin = state - inside;
		polynomial_blocks_values(slices->blocks, block->value, block->origin);
	}
	return block->value + inside;
}

/* The slices of chunk c of CHUNKS. */
static uint64_t chunk_begin(const struct slices *slices, uint64_t c)
{
	return slices->count / CHUNKS * c + min_u64(slices->count % CHUNKS, c);
}

/* ---- What values there are ---------------------------------------------------------------------------- */

struct scan {
	struct slices slices;
	double least[CHUNKS], most[CHUNKS];
	bool single[CHUNKS]; /* single precision holds all of them */
};

static void scan_chunks(void *context, uint64_t begin, uint64_t end)
{
	struct scan *scan = context;
	struct block block = {.origin = UINT64_MAX};
	bool idle;
	for (uint64_t c = begin; c < end; c++) {
		double least = INFINITY, most = -INFINITY;
		bool single = true;
		for (uint64_t s = chunk_begin(&scan->slices, c); s < chunk_begin(&scan->slices, c + 1); s++) {
			const double *value = slice_values(&scan->slices, &block, s, &idle);
			for (uint64_t i = 0; i < bit_mask(scan->slices.bits); i++) {
				least = value[i] < least ? value[i] : least;
				most = value[i] > most ? value[i] : most;
				single &= value[i] == (double)(float)value[i];
			}
		}
		scan->least[c] = least;
		scan->most[c] = most;
		scan->single[c] = single;
	}
}

/* The largest double over the ranks, through the order of its bits. */
static songdo_status max_double(struct comm *comm, double *value)
{
	uint64_t bits;
	memcpy(&bits, value, sizeof bits);
	bits = bits >> 63 ? ~bits : bits | bit_mask(63);
	const songdo_status status = comm_max(comm, &bits, 1);
	bits = bits >> 63 ? bits & ~bit_mask(63) : ~bits;
	memcpy(value, &bits, sizeof bits);
	return status;
}

/* The extreme steps over all ranks, and whether single precision is exact. */
static songdo_status find_range(struct comm *comm, struct scan *scan, int threads, double *least, double *most,
                                bool *single)
{
	uint64_t inexact = 0;
	double negative = -INFINITY;
	*most = -INFINITY;
	parallel_for(threads, CHUNKS, scan_chunks, scan);
	for (int c = 0; c < CHUNKS; c++) {
		negative = fmax(negative, -scan->least[c]);
		*most = fmax(*most, scan->most[c]);
		inexact |= !scan->single[c];
	}
	songdo_status status = max_double(comm, &negative);
	if (!status)
		status = max_double(comm, most);
	if (!status)
		status = comm_max(comm, &inexact, 1);
	*least = -negative;
	*single = inexact == 0;
	return status;
}

/* ---- Distinct values ---------------------------------------------------------------------------------- */

struct set {
	uint64_t count;
	double value[TABLE_VALUES + 1];
	uint32_t slot[SET_SLOTS]; /* 1 + the number of a value, by hash; 0: free */
};

static void set_add(struct set *set, double value)
{
	uint64_t bits;
	value += 0.0; /* -0 is 0 */
	memcpy(&bits, &value, sizeof bits);
	uint64_t at = (bits * 0x9E3779B97F4A7C15u) >> 47;
	for (;; at = (at + 1) % SET_SLOTS) {
		if (set->slot[at] == 0)
			break;
		if (set->value[set->slot[at] - 1] == value)
			return;
	}
	set->value[set->count++] = value;
	set->slot[at] = (uint32_t)set->count;
}

static void scan_distinct(struct set *set, const struct slices *slices)
{
	struct block block = {.origin = UINT64_MAX};
	bool idle;
	for (uint64_t s = 0; s < slices->count && set->count <= TABLE_VALUES; s++) {
		const double *value = slice_values(slices, &block, s, &idle);
		for (uint64_t i = 0; i < bit_mask(slices->bits) && set->count <= TABLE_VALUES; i++)
			set_add(set, value[i]);
	}
}

static int compare_doubles(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

/* The distinct steps of all ranks, ascending; *count 0 where they are more than TABLE_VALUES. Collective. */
static songdo_status find_distinct(songdo_env *env, const struct slices *slices, double **step, uint64_t *count)
{
	struct comm *comm = env->comm;
	const uint64_t ranks = (uint64_t)comm_size(comm);
	struct set *set = calloc(1, sizeof *set);
	double *all = NULL;
	uint64_t *counts = calloc(ranks, sizeof *counts), most;
	*step = NULL;
	*count = 0;
	songdo_status status = comm_agree(comm, set && counts ? SONGDO_OK : SONGDO_NO_FIT);
	if (status)
		goto done;
	scan_distinct(set, slices);
	most = set->count;
	status = comm_max(comm, &most, 1);
	if (status || most > TABLE_VALUES)
		goto done;
	status = comm_gather(comm, counts, &set->count, sizeof set->count);
	if (status)
		goto done;
	uint64_t total = 0, distinct = 0;
	for (uint64_t r = 0; r < ranks; r++)
		total += counts[r];
	all = malloc((total + TABLE_VALUES + 1) * sizeof *all);
	status = comm_agree(comm, all ? SONGDO_OK : SONGDO_NO_FIT);
	if (!status)
		status = comm_gather(comm, all, set->value, set->count * sizeof *all);
	if (status)
		goto done;
	if (comm_rank(comm) == 0) {
		qsort(all, total, sizeof *all, compare_doubles);
		for (uint64_t i = 0; i < total; i++)
			if (distinct == 0 || all[distinct - 1] != all[i])
				all[distinct++] = all[i];
	}
	status = comm_broadcast(comm, &distinct, sizeof distinct, 0);
	if (status || distinct > TABLE_VALUES)
		goto done;
	status = comm_broadcast(comm, all, distinct * sizeof *all, 0);
	if (status)
		goto done;
	*count = distinct;
	*step = all;
	all = NULL;
done:
	free(set);
	free(counts);
	free(all);
	return status;
}

/* ---- Entries ------------------------------------------------------------------------------------------ */

struct writing {
	struct table *table;
	struct slices slices;
	bool dense; /* step[i] is step[0] + i */
	double limit; /* steps up to it are optimal */
	double optima[CHUNKS];
};

static uint64_t step_index(const struct writing *w, double value)
{
	const double *step = w->table->step;
	uint64_t low = 0, high = w->table->values - 1;
	if (w->dense)
		return (uint64_t)(value - step[0]);
	while (low < high) {
		const uint64_t middle = low + (high - low) / 2;
		if (step[middle] < value)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void write_slice(const struct writing *w, uint64_t first, const double *value, uint64_t count)
{
	void *entry = w->table->entry;
	switch (w->table->kind) {
	case KERNEL_ENTRY_U8:
		for (uint64_t i = 0; i < count; i++)
			((uint8_t *)entry)[first + i] = (uint8_t)step_index(w, value[i]);
		break;
	case KERNEL_ENTRY_U16:
		for (uint64_t i = 0; i < count; i++)
			((uint16_t *)entry)[first + i] = (uint16_t)step_index(w, value[i]);
		break;
	case KERNEL_ENTRY_F32:
		for (uint64_t i = 0; i < count; i++)
			((float *)entry)[first + i] = (float)value[i];
		break;
	default: memcpy((double *)entry + first, value, count * sizeof *value);
	}
}

static void write_chunks(void *context, uint64_t begin, uint64_t end)
{
	struct writing *w = context;
	struct block block = {.origin = UINT64_MAX};
	const uint64_t size = bit_mask(w->slices.bits);
	for (uint64_t c = begin; c < end; c++) {
		uint64_t optima = 0;
		for (uint64_t s = chunk_begin(&w->slices, c); s < chunk_begin(&w->slices, c + 1); s++) {
			bool idle;
			const double *value = slice_values(&w->slices, &block, s, &idle);
			write_slice(w, s << w->slices.bits, value, size);
			for (uint64_t i = 0; !idle && i < size; i++)
				optima += value[i] <= w->limit;
		}
		w->optima[c] = (double)optima;
	}
}

static songdo_status write_entries(struct table *table, const struct slices *slices, double least, int threads)
{
	struct writing *w = malloc(sizeof *w);
	songdo_status status = comm_agree(table->env->comm, w ? SONGDO_OK : SONGDO_NO_FIT);
	if (!status) {
		*w = (struct writing){.table = table, .slices = *slices, .limit = least + table->near / table->unit};
		w->dense = table->values > 0 &&
		           table->step[table->values - 1] - table->step[0] == (double)(table->values - 1) &&
		           rint(table->step[0]) == table->step[0];
		parallel_for(threads, CHUNKS, write_chunks, w);
		table->optima = 0;
		for (int c = 0; c < CHUNKS; c++)
			table->optima += w->optima[c];
		status = comm_sum(table->env->comm, &table->optima, 1);
	}
	free(w);
	return status;
}

/* ---- The door ----------------------------------------------------------------------------------------- */

const char *table_kind_name(enum kernel_entry kind)
{
	static const char *const name[KERNEL_ENTRIES] = {"u8", "u16", "f32", "f64"};
	return name[kind];
}

uint64_t table_kind_bytes(enum kernel_entry kind)
{
	static const uint8_t bytes[KERNEL_ENTRIES] = {1, 2, 4, 8};
	return bytes[kind];
}

/* The kind of entry, and the distinct values where it is an index. */
static songdo_status choose_kind(struct table *table, const struct slices *slices, bool whole, double least,
                                 double most, bool single)
{
	songdo_status status = SONGDO_OK;
	if (whole && most - least < TABLE_VALUES) {
		table->values = (uint64_t)(most - least) + 1;
		table->step = malloc(table->values * sizeof *table->step);
		status = comm_agree(table->env->comm, table->step ? SONGDO_OK : SONGDO_NO_FIT);
		for (uint64_t i = 0; !status && i < table->values; i++)
			table->step[i] = least + (double)i;
	} else {
		status = find_distinct(table->env, slices, &table->step, &table->values);
	}
	if (table->values > 0)
		table->kind = table->values <= 256 ? KERNEL_ENTRY_U8 : KERNEL_ENTRY_U16;
	else
		table->kind = single ? KERNEL_ENTRY_F32 : KERNEL_ENTRY_F64;
	return status;
}

/* What another table of the same cost knows already. */
static songdo_status take_over(struct table *table, const struct table *like)
{
	table->kind = like->kind;
	table->constant = like->constant;
	table->unit = like->unit;
	table->values = like->values;
	table->least = like->least;
	table->most = like->most;
	table->near = like->near;
	if (like->values > 0) {
		table->step = malloc(like->values * sizeof *table->step);
		if (table->step)
			memcpy(table->step, like->step, like->values * sizeof *table->step);
	}
	return comm_agree(table->env->comm, like->values > 0 && !table->step ? SONGDO_NO_FIT : SONGDO_OK);
}

static songdo_status find_values(struct table *table, const struct slices *slices, const struct polynomial *polynomial,
                                 bool whole, int threads, songdo_error *error)
{
	struct scan *scan = malloc(sizeof *scan);
	double least, most;
	bool single;
	songdo_status status = comm_agree(table->env->comm, scan ? SONGDO_OK : SONGDO_NO_FIT);
	if (status)
		goto done;
	scan->slices = *slices;
	status = find_range(table->env->comm, scan, threads, &least, &most, &single);
	if (!status && !(isfinite(least) && isfinite(most))) {
		status = error_set(error, SONGDO_BAD_PROGRAM,
		                   "the costs of some states are larger than a number can be");
		goto done;
	}
	if (!status)
		status = choose_kind(table, slices, whole, least, most, single);
	table->least = table->constant + table->unit * least;
	table->most = table->constant + table->unit * most;
	table->near = whole ? 0 : rounding * fmax(polynomial_span(polynomial), 0);
done:
	free(scan);
	return status;
}

static songdo_status allocate(struct table *table, songdo_error *error)
{
	uint64_t left;
	char need[16], have[16];
	table->bytes = table_kind_bytes(table->kind) << table->layout.local_bits;
	songdo_status status = env_memory_check(table->env, table->bytes, &left);
	if (status == SONGDO_NO_FIT)
		return error_set(error, status, "the cost table needs %s a rank (%s entries), where %s are free",
		                 memory_text(need, table->bytes), table_kind_name(table->kind),
		                 memory_text(have, left));
	if (!status) {
		table->entry = memory_pages_new(&table->env->memory, table->bytes);
		status = comm_agree(table->env->comm, table->entry ? SONGDO_OK : SONGDO_NO_FIT);
	}
	return status;
}

songdo_status table_new(struct table **table, songdo_env *env, const struct polynomial *polynomial,
                        const struct table_layout *layout, const struct table *like, songdo_error *error)
{
	const int threads = parallel_worth(env->threads, bit_mask(layout->local_bits) * 8);
	const double unit = like ? 0 : polynomial_unit(polynomial);
	struct polynomial_blocks *blocks = NULL;
	struct slices slices;
	songdo_status status;
	assert(layout->variables == polynomial->variables && layout->variables <= layout->bits &&
	       layout->bits <= MAX_BITS);
	*table = NULL;
	struct table *made = calloc(1, sizeof *made);
	if (made) {
		*made = (struct table){.env = env,
		                       .layout = *layout,
		                       .constant = polynomial->constant,
		                       .unit = unit > 0 ? unit : 1,
		                       .states = bit_mask(layout->variables)};
		/* Whole steps are exact; else the unit is that of the cost. */
		if (!polynomial_blocks_new(&blocks, polynomial, like ? (like->near > 0 ? 0 : like->unit) : unit))
			blocks = NULL;
	}
	status = comm_agree(env->comm, blocks ? SONGDO_OK : SONGDO_NO_FIT);
	if (status)
		goto done;
	slices_init(&slices, blocks, layout, comm_rank(env->comm));
	status = like ? take_over(made, like) : find_values(made, &slices, polynomial, unit > 0, threads, error);
	if (!status)
		status = allocate(made, error);
	if (!status)
		status = write_entries(made, &slices, (made->least - made->constant) / made->unit, threads);
done:
	polynomial_blocks_free(blocks);
	if (status == SONGDO_NO_FIT && error && !error->message[0])
		error_set(error, status, "no memory for the cost table");
	if (status)
		table_free(made);
	else
		*table = made;
	return status;
}

void table_free(struct table *table)
{
	if (!table)
		return;
	memory_pages_free(&table->env->memory, table->entry, table->bytes);
	free(table->step);
	free(table);
}

/* ---- The optimum -------------------------------------------------------------------------------------- */

static double step_at(const struct table *table, uint64_t i)
{
	switch (table->kind) {
	case KERNEL_ENTRY_U8: return table->step[((const uint8_t *)table->entry)[i]];
	case KERNEL_ENTRY_U16: return table->step[((const uint16_t *)table->entry)[i]];
	case KERNEL_ENTRY_F32: return ((const float *)table->entry)[i];
	default: return ((const double *)table->entry)[i];
	}
}

songdo_status table_optimum(const struct table *table, uint64_t *state)
{
	struct comm *comm = table->env->comm;
	const uint64_t local = bit_mask(table->layout.local_bits), base = (uint64_t)comm_rank(comm) * local;
	const double limit = (table->least + table->near - table->constant) / table->unit;
	uint64_t behind = 0;
	for (uint64_t i = 0; i < local && behind == 0; i++) {
		const uint64_t logical = table_logical(&table->layout, base + i);
		if (logical < table->states && step_at(table, i) <= limit)
			behind = UINT64_MAX - logical;
	}
	const songdo_status status = comm_max(comm, &behind, 1);
	*state = UINT64_MAX - behind;
	return status;
}
