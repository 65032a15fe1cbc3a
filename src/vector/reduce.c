/* reduce.c - norms, projections and marginal distributions.
 *
 * Sums run in blocks of a fixed size that depends on the length of the whole vector alone, and the blocks in a
 * pairwise tree over their number, then over the rank's: the same bits on any threads and, where rank and local
 * sizes are powers of two, on any ranks.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "vector/vector.h"

#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "base/parallel.h"

enum {
	BLOCK_BITS = 10,         /* amplitudes summed by one kernel call, log2 */
	RANK_BITS = 12,          /* ranks (log2) up to which a block lies within a rank, whatever the length */
	PROJECT_BLOCK = 1 << 12,
};

/* The first position on this rank. */
static uint64_t base_of(const struct vector *vector)
{
	return (uint64_t)comm_rank(vector->env->comm) * vector->local;
}

/* ---- Norms ------------------------------------------------------------------------------------------ */

struct norm {
	const struct vector *vector;
	uint64_t base, mask, value;
	unsigned block_bits;
};

static double block_norm(void *context, uint64_t block)
{
	const struct norm *norm = context;
	const struct vector *vector = norm->vector;
	uint64_t begin = block << norm->block_bits, end = min_u64(begin + bit_mask(norm->block_bits), vector->local);
	if (norm->mask == 0)
		return vector->kernel->norm(vector->amplitudes, begin, end);

	/* Where the block starts at a multiple of its size, the bits above it are those of all its positions. */
	uint64_t above = norm->mask & ~low_mask(norm->block_bits), first = norm->base + begin;
	bool aligned = (first & low_mask(norm->block_bits)) == 0;
	if (aligned && (first & above) != (norm->value & above))
		return 0;
	return vector->kernel->norm_where(vector->amplitudes, norm->base, begin, end, norm->mask, norm->value);
}

songdo_status vector_norm_where(const struct vector *vector, uint64_t mask, uint64_t value, double *norm)
{
	struct comm *comm = vector->env->comm;
	uint64_t length = vector->local * (uint64_t)comm_size(comm);
	unsigned bits = bit_highest(length);
	unsigned block_bits = bits <= RANK_BITS ? 0 : (unsigned)min_u64(bits - RANK_BITS, BLOCK_BITS);
	struct norm part = {vector, base_of(vector), mask, value, block_bits};
	uint64_t blocks = ((vector->local - 1) >> block_bits) + 1;
	*norm = parallel_sum(vector_threads(vector), blocks, block_norm, &part);
	return comm_sum(comm, norm, 1);
}

songdo_status vector_norm(const struct vector *vector, double *norm) { return vector_norm_where(vector, 0, 0, norm); }

/* ---- Projection ------------------------------------------------------------------------------------- */

struct projection {
	struct vector *vector;
	uint64_t base, mask, value;
	double factor;
};

static void project_blocks(void *context, uint64_t begin, uint64_t end)
{
	const struct projection *p = context;
	p->vector->kernel->project(p->vector->amplitudes, p->base, begin * PROJECT_BLOCK,
	                           min_u64(end * PROJECT_BLOCK, p->vector->local), p->mask, p->value, p->factor);
}

void vector_project(struct vector *vector, uint64_t mask, uint64_t value, double factor)
{
	struct projection projection = {vector, base_of(vector), mask, value, factor};
	uint64_t blocks = (vector->local + PROJECT_BLOCK - 1) / PROJECT_BLOCK;
	parallel_for(vector_threads(vector), blocks, project_blocks, &projection);
}

/* ---- Marginals -------------------------------------------------------------------------------------- */

enum {
	PIECE_BITS = 10,              /* positions whose probabilities are computed at once, log2 */
	PIECE = 1 << PIECE_BITS,
	CHUNK_BITS = 6,               /* parts of the vector that are summed on their own, log2 */
	CHUNK_LEAST = 12,             /* the smallest such part, log2 */
	PARTIAL_DOUBLES = 1 << 20,    /* of all partial tables together */
};

/* The positions of a rank are cut into chunks at places that depend on the sizes alone. Chunks add into tables
 * of their own, summed at the end in the order of the chunks; or into one table, where all bits that tell
 * chunks apart are among the chosen ones, so that no two chunks meet in an entry. */
struct marginal {
	const struct vector *vector;
	const uint8_t *bit;
	unsigned count;
	uint64_t base, chunk_size, chunks, stride;   /* stride 0: one table */
	double *table;
	uint64_t low[PIECE];                         /* y of the lowest bits of a position */
};

static uint64_t gather_bits(uint64_t x, const uint8_t *bit, unsigned count, unsigned from, unsigned below)
{
	uint64_t y = 0;
	for (unsigned j = 0; j < count; j++)
		if (bit[j] >= from && bit[j] < below)
			y |= (x >> bit[j] & 1) << j;
	return y;
}

static void marginal_chunks(void *context, uint64_t begin, uint64_t end)
{
	const struct marginal *m = context;
	double probability[PIECE];
	for (uint64_t chunk = begin; chunk < end; chunk++) {
		double *table = m->table + chunk * m->stride;
		uint64_t i = chunk * m->chunk_size, last = min_u64(i + m->chunk_size, m->vector->local);
		while (i < last) {
			uint64_t x = m->base + i, within = x & (PIECE - 1);
			uint64_t count = min_u64(PIECE - within, last - i);
			uint64_t high = gather_bits(x, m->bit, m->count, PIECE_BITS, 64);
			m->vector->kernel->probabilities(probability, m->vector->amplitudes, i, i + count);
			for (uint64_t k = 0; k < count; k++)
				table[high | m->low[within + k]] += probability[k];
			i += count;
		}
	}
}

static void add_tables(void *context, uint64_t begin, uint64_t end)
{
	const struct marginal *m = context;
	for (uint64_t chunk = 1; chunk < m->chunks; chunk++)
		for (uint64_t y = begin; y < end; y++)
			m->table[y] += m->table[chunk * m->stride + y];
}

/* Cut the positions of a rank; returns how many tables the chunks need. */
static uint64_t cut(struct marginal *m)
{
	uint64_t local = m->vector->local, entries = bit_mask(m->count);
	unsigned local_bits = bit_highest(local);
	unsigned chunk_bits = local_bits <= CHUNK_LEAST ? 0 : (unsigned)min_u64(local_bits - CHUNK_LEAST, CHUNK_BITS);
	bool apart = bit_count(local) == 1;
	for (unsigned bit = local_bits - chunk_bits; apart && bit < local_bits; bit++)
		apart = memchr(m->bit, (int)bit, m->count) != NULL;
	if (!apart)
		while (chunk_bits && entries << chunk_bits > PARTIAL_DOUBLES)
			chunk_bits--;
	m->chunk_size = ((local - 1) >> chunk_bits) + 1;
	m->chunks = (local - 1) / m->chunk_size + 1;
	m->stride = apart ? 0 : entries;
	return apart ? 1 : m->chunks;
}

songdo_status vector_marginal(const struct vector *vector, const uint8_t *bit, unsigned count, double weight,
                              double *table)
{
	songdo_env *env = vector->env;
	uint64_t entries = bit_mask(count);
	struct marginal *m = malloc(sizeof *m);
	uint64_t bytes = 0;
	songdo_status status = SONGDO_NO_FIT;
	if (m) {
		*m = (struct marginal){.vector = vector, .bit = bit, .count = count, .base = base_of(vector)};
		bytes = mul_saturated(cut(m) * sizeof *table, entries);
		m->table = memory_new(&env->memory, bytes);
		status = m->table ? SONGDO_OK : SONGDO_NO_FIT;
	}
	status = comm_agree(env->comm, status);
	if (status)
		goto done;

	for (uint64_t x = 0; x < PIECE; x++)
		m->low[x] = gather_bits(x, bit, count, 0, PIECE_BITS);
	memset(m->table, 0, bytes);
	int threads = vector_threads(vector);
	parallel_for(threads, m->chunks, marginal_chunks, m);
	if (m->stride)
		parallel_for(threads, entries, add_tables, m);
	status = comm_sum(env->comm, m->table, entries);
	if (status == SONGDO_OK)
		for (uint64_t y = 0; y < entries; y++)
			table[y] += weight * m->table[y];
done:
	if (m)
		memory_free(&env->memory, m->table, bytes);
	free(m);
	return status;
}
