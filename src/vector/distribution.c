/* distribution.c - the probability of each cost in a state: one read, from which every objective follows.
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
	PIECE = 1024, /* positions whose probabilities are computed at once */
	CHUNK_BITS = 6, /* parts of the whole vector that are summed on their own, log2 */
	PARTIAL_BITS = 20, /* numbers of all parts together, log2 */
};

struct weighing {
	const struct table *table;
	const struct vector *vector;
	uint64_t chunk_size, stride; /* a chunk's sums: weights, and for values their moments; the optimum last */
	double *sums;
	double origin, scale; /* bin = (step - origin) * scale */
	double limit;
};

static void add_u8(double *weight, const uint8_t *entry, const double *p, uint64_t count)
{
	for (uint64_t i = 0; i < count; i++)
		weight[entry[i]] += p[i];
}

static void add_u16(double *weight, const uint16_t *entry, const double *p, uint64_t count)
{
	for (uint64_t i = 0; i < count; i++)
		weight[entry[i]] += p[i];
}

static void add_value(const struct weighing *w, double *sums, double step, double p)
{
	const double place = (step - w->origin) * w->scale;
	const uint64_t bin = place >= TABLE_BINS - 1 ? TABLE_BINS - 1 : (uint64_t)place;
	sums[bin] += p;
	sums[TABLE_BINS + bin] += p * step;
	if (step <= w->limit)
		sums[2 * TABLE_BINS] += p;
}

static void weigh_chunks(void *context, uint64_t begin, uint64_t end)
{
	const struct weighing *w = context;
	const struct table *table = w->table;
	double p[PIECE];
	for (uint64_t chunk = begin; chunk < end; chunk++) {
		double *sums = w->sums + chunk * w->stride;
		for (uint64_t i = chunk * w->chunk_size; i < (chunk + 1) * w->chunk_size; i += PIECE) {
			const uint64_t count = min_u64(PIECE, (chunk + 1) * w->chunk_size - i);
			w->vector->kernel->probabilities(p, w->vector->amplitudes, i, i + count);
			switch (table->kind) {
			case KERNEL_ENTRY_U8: add_u8(sums, (const uint8_t *)table->entry + i, p, count); break;
			case KERNEL_ENTRY_U16: add_u16(sums, (const uint16_t *)table->entry + i, p, count); break;
			case KERNEL_ENTRY_F32:
				for (uint64_t k = 0; k < count; k++)
					add_value(w, sums, ((const float *)table->entry)[i + k], p[k]);
				break;
			default:
				for (uint64_t k = 0; k < count; k++)
					add_value(w, sums, ((const double *)table->entry)[i + k], p[k]);
			}
		}
	}
}

/* Add the parts in a tree over their number. */
static void add_chunks(double *sums, uint64_t chunks, uint64_t stride)
{
	for (uint64_t half = chunks / 2; half > 0; half /= 2)
		for (uint64_t c = 0; c < half; c++)
			for (uint64_t i = 0; i < stride; i++)
				sums[c * stride + i] = sums[2 * c * stride + i] + sums[(2 * c + 1) * stride + i];
}

static void read_sums(struct distribution *d, const struct table *table, const double *sums)
{
	const bool values = table->values == 0;
	for (uint64_t i = 0; i < d->count; i++) {
		double step = values ? 0 : table->step[i];
		if (values && sums[i] > 0)
			step = sums[TABLE_BINS + i] / sums[i];
		else if (values)
			step = (table->least - table->constant) / table->unit;
		d->weight[i] = sums[i];
		d->cost[i] = table->constant + table->unit * step;
		d->norm += sums[i];
		if (!values && d->cost[i] <= table->least + table->near)
			d->optimum += sums[i];
	}
	if (values)
		d->optimum = sums[2 * TABLE_BINS];
}

songdo_status table_distribution(struct distribution *distribution, const struct table *table,
                                 const struct vector *vector, songdo_error *error)
{
	songdo_env *env = table->env;
	const uint64_t ranks = (uint64_t)comm_size(env->comm), count = table->values > 0 ? table->values : TABLE_BINS;
	const double least = (table->least - table->constant) / table->unit,
	             most = (table->most - table->constant) / table->unit;
	struct weighing w = {.table = table,
	                     .vector = vector,
	                     .stride = table->values > 0 ? count : 2 * TABLE_BINS + 1,
	                     .origin = least};
	assert(vector->local == bit_mask(table->layout.local_bits));

	/* So many parts of the whole vector, whatever the ranks. */
	unsigned chunk_bits = CHUNK_BITS;
	while (chunk_bits > 0 && w.stride << chunk_bits > bit_mask(PARTIAL_BITS))
		chunk_bits--;
	uint64_t chunks = max_u64(bit_mask(chunk_bits) / ranks, 1);
	chunks = min_u64(chunks, max_u64(vector->local / PIECE, 1));
	w.chunk_size = vector->local / chunks;
	w.scale = most > least ? TABLE_BINS / (most - least) : 0;
	w.limit = least + table->near / table->unit;

	*distribution = (struct distribution){.count = count};
	distribution->weight = malloc(count * sizeof(double));
	distribution->cost = malloc(count * sizeof(double));
	w.sums = calloc(chunks * w.stride, sizeof(double));
	songdo_status status =
		comm_agree(env->comm, w.sums && distribution->weight && distribution->cost ? SONGDO_OK : SONGDO_NO_FIT);
	if (!status) {
		parallel_for(vector_threads(vector), chunks, weigh_chunks, &w);
		add_chunks(w.sums, chunks, w.stride);
		status = comm_sum(env->comm, w.sums, w.stride);
		read_sums(distribution, table, w.sums);
		env->cost.flops += 4 * vector->local;
	}
	free(w.sums);
	if (status) {
		distribution_fini(distribution);
		error_set(error, status, "no memory for the distribution of costs");
	}
	return status;
}

void distribution_fini(struct distribution *distribution)
{
	free(distribution->weight);
	free(distribution->cost);
	*distribution = (struct distribution){0};
}

double distribution_mean(const struct distribution *distribution)
{
	double sum = 0;
	for (uint64_t i = 0; i < distribution->count; i++)
		sum += distribution->weight[i] * distribution->cost[i];
	return sum / distribution->norm;
}

double distribution_variance(const struct distribution *distribution)
{
	const double mean = distribution_mean(distribution);
	double sum = 0;
	for (uint64_t i = 0; i < distribution->count; i++)
		sum += distribution->weight[i] * (distribution->cost[i] - mean) * (distribution->cost[i] - mean);
	return sum / distribution->norm;
}

double distribution_cvar(const struct distribution *distribution, double share)
{
	const double wanted = share * distribution->norm;
	double have = 0, sum = 0;
	for (uint64_t i = 0; i < distribution->count && have < wanted; i++) {
		const double part = fmin(distribution->weight[i], wanted - have);
		have += part;
		sum += part * distribution->cost[i];
	}
	return sum / have;
}
