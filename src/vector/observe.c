/* observe.c - mean and variance of a sum of Pauli products, in one walk over the vector.
 *
 * (H psi)_j is the sum over the groups x of d_x(j ^ x) psi_(j ^ x), where d_x(i) is the sum over the group's terms of
 * coefficient * i^|x & z| * (-1)^|i & z|. Within a block of 2^BLOCK_BITS positions the signs of the high bits are
 * constants, so d_x is a Walsh-Hadamard transform of the coefficients binned by the low bits of z. In groups of few
 * terms each term is added by itself instead, by runs of four amplitudes: its signs are a pattern of four, and one sign
 * a run.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "vector/observe.h"

#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "base/parallel.h"
#include "base/text.h"

enum {
	BLOCK_BITS = 10, BLOCK = 1 << BLOCK_BITS, /* psi, d and the result of a block fit L1 together */
	CHUNK_BITS = 16,                          /* exchanged between ranks at once */
	FEW = 6,                                  /* terms that cost less one by one than their transform */
};

/* Terms first..end share x. */
struct group {
	uint64_t x, first, end;
};

struct walk {
	const struct vector *vector;
	const struct pauli_sum *sum;
	const struct group *group;      /* ordered by the rank part of x, then by the chunk part */
	uint64_t groups;
	unsigned block_bits, chunk_bits, local_bits;
	uint64_t rank_origin;           /* this rank's number above the local bits */

	/* the part of the walk under way */
	uint64_t chunk, first, end;     /* groups first..end */
	const void *received;           /* the partner's chunk; NULL: read our own amplitudes */
	double complex *result;         /* H psi of this chunk */
	double *mean, *square;          /* sums, one a block of the whole rank */
	bool finish;
};

struct block_buffer {
	double complex psi[BLOCK];
	double re[BLOCK], im[BLOCK];
	unsigned char odd[BLOCK / 4];   /* of each run of four: whether a term's sign is turned */
};

static double sign_of(uint64_t bits) { return __builtin_parityll(bits) ? -1.0 : 1.0; }

static void walsh_hadamard(double *a, unsigned bits)
{
	for (unsigned b = 0; b < bits; b++)
		for (uint64_t i = 0, h = bit_mask(b); i < bit_mask(bits); i += 2 * h)
			for (uint64_t k = i; k < i + h; k++) {
				double u = a[k], v = a[k + h];
				a[k] = u + v;
				a[k + h] = u - v;
			}
}

/* d of a group on the block at `origin`; returns bit 0: a real part, bit 1: an imaginary part. */
static unsigned block_factors(const struct walk *w, const struct group *g, uint64_t origin, struct block_buffer *buffer)
{
	const unsigned bits = w->block_bits;
	const uint64_t size = bit_mask(bits), low = size - 1;
	unsigned parts = 0;
	for (uint64_t t = g->first; t < g->end; t++)
		parts |= bit_count(w->sum->term[t].x & w->sum->term[t].z) & 1 ? 2 : 1;
	if (parts & 1)
		memset(buffer->re, 0, size * sizeof *buffer->re);
	if (parts & 2)
		memset(buffer->im, 0, size * sizeof *buffer->im);
	for (uint64_t t = g->first; t < g->end; t++) {
		const struct pauli_term *term = &w->sum->term[t];
		unsigned ys = bit_count(term->x & term->z);
		double value = term->coefficient * sign_of(origin & term->z) * (ys & 2 ? -1 : 1);
		double *out = ys & 1 ? buffer->im : buffer->re;
		out[term->z & low] += value;
	}
	if (parts & 1)
		walsh_hadamard(buffer->re, bits);
	if (parts & 2)
		walsh_hadamard(buffer->im, bits);
	return parts;
}

/* result[j] += d[j ^ x] psi[j ^ x]; `near` = x & 3 is a constant in each instance, so that runs of four are shuffles. */
static inline __attribute__((always_inline)) void accumulate(double complex *result, const struct block_buffer *b, unsigned parts,
                                                             uint64_t size, uint64_t x, const unsigned near)
{
	for (uint64_t j = 0; j < size; j += 4) {
		uint64_t k = j ^ (x & ~(uint64_t)3);
		const double *psi = (const double *)(b->psi + k);
		double *out = (double *)(result + j);
		for (unsigned i = 0; i < 4; i++) {
			unsigned s = i ^ near;
			if (parts & 1) {
				out[2 * i] += b->re[k + s] * psi[2 * s];
				out[2 * i + 1] += b->re[k + s] * psi[2 * s + 1];
			}
			if (parts & 2) {
				out[2 * i] -= b->im[k + s] * psi[2 * s + 1];
				out[2 * i + 1] += b->im[k + s] * psi[2 * s];
			}
		}
	}
}

static void accumulate_block(double complex *result, const struct block_buffer *b, unsigned parts, uint64_t size, uint64_t x)
{
	if (size < 4) {
		for (uint64_t j = 0; j < size; j++)
			result[j] += ((parts & 1 ? b->re[j ^ x] : 0) + (parts & 2 ? I * b->im[j ^ x] : 0)) * b->psi[j ^ x];
		return;
	}
	switch (x & 3) {
	case 0: accumulate(result, b, parts, size, x, 0); break;
	case 1: accumulate(result, b, parts, size, x, 1); break;
	case 2: accumulate(result, b, parts, size, x, 2); break;
	case 3: accumulate(result, b, parts, size, x, 3); break;
	}
}

/* Two amplitudes side by side; as wide as the processor has it, which the compiler sees to. */
typedef double pair __attribute__((vector_size(32), aligned(16), may_alias));

/* The signs of a run of four: of the amplitudes of each pair, in its order (i ^ near), as the real and imaginary parts
 * of the result take them from psi. */
static void fill_signs(pair factor[2], double value, uint64_t z, unsigned first, unsigned near, bool imaginary)
{
	const double a = value * sign_of((first ^ near) & z), b = value * sign_of(((first + 1) ^ near) & z);
	factor[0] = (pair){imaginary ? -a : a, a, imaginary ? -b : b, b};
	factor[1] = -factor[0];
}

/* result[j] += d(j ^ x) psi[j ^ x] for one term, whose d is `value` with the signs of z, times i where `imaginary`. */
static inline __attribute__((always_inline)) void accumulate_runs(double complex *result, const struct block_buffer *b,
                                                                  double value, uint64_t z, uint64_t size, uint64_t x,
                                                                  const unsigned near, const bool imaginary)
{
	pair low[2], high[2];   /* by the sign of the run */
	fill_signs(low, value, z, 0, near, imaginary);
	fill_signs(high, value, z, 2, near, imaginary);
	for (uint64_t j = 0; j < size; j += 4) {
		const uint64_t k = j ^ (x & ~(uint64_t)3);
		const pair *psi = (const pair *)(b->psi + k);
		pair *out = (pair *)(result + j), first = psi[near >> 1], second = psi[!(near >> 1)];
		if (near & 1) {
			first = __builtin_shufflevector(first, first, 2, 3, 0, 1);
			second = __builtin_shufflevector(second, second, 2, 3, 0, 1);
		}
		if (imaginary) {
			first = __builtin_shufflevector(first, first, 1, 0, 3, 2);
			second = __builtin_shufflevector(second, second, 1, 0, 3, 2);
		}
		out[0] += low[b->odd[k / 4]] * first;
		out[1] += high[b->odd[k / 4]] * second;
	}
}

/* The same, with the choice of an instance. */
static void accumulate_term(double complex *result, struct block_buffer *b, double value, uint64_t z, uint64_t size,
                            uint64_t x, bool imaginary)
{
	b->odd[0] = 0;
	for (uint64_t run = 1; run < size / 4; run *= 2)
		for (uint64_t i = 0, odd = (z / 4 & run) != 0; i < run; i++)
			b->odd[i + run] = b->odd[i] ^ (unsigned char)odd;
	switch ((x & 3) | (imaginary ? 4 : 0)) {
	case 0: accumulate_runs(result, b, value, z, size, x, 0, false); break;
	case 1: accumulate_runs(result, b, value, z, size, x, 1, false); break;
	case 2: accumulate_runs(result, b, value, z, size, x, 2, false); break;
	case 3: accumulate_runs(result, b, value, z, size, x, 3, false); break;
	case 4: accumulate_runs(result, b, value, z, size, x, 0, true); break;
	case 5: accumulate_runs(result, b, value, z, size, x, 1, true); break;
	case 6: accumulate_runs(result, b, value, z, size, x, 2, true); break;
	case 7: accumulate_runs(result, b, value, z, size, x, 3, true); break;
	}
}

/* Add a group, of which the block at `origin` is in the buffer. */
static void add_group(const struct walk *w, const struct group *g, uint64_t origin, struct block_buffer *buffer,
                      double complex *result)
{
	const uint64_t size = bit_mask(w->block_bits), low = size - 1;
	if (g->end - g->first > FEW || size < 4) {
		accumulate_block(result, buffer, block_factors(w, g, origin, buffer), size, g->x & low);
		return;
	}
	for (uint64_t t = g->first; t < g->end; t++) {
		const struct pauli_term *term = &w->sum->term[t];
		const unsigned ys = bit_count(term->x & term->z);
		accumulate_term(result, buffer,
		                term->coefficient * sign_of(origin & term->z & ~low) * (ys & 2 ? -1 : 1), term->z & low,
		                size, g->x & low, ys & 1);
	}
}

/* The blocks [begin, end) of the chunk under way: add its groups; with `finish`, close the sums of the block. */
static void walk_blocks(void *context, uint64_t begin, uint64_t end)
{
	const struct walk *w = context;
	const struct kernel_table *kernel = w->vector->kernel;
	const uint64_t size = bit_mask(w->block_bits), low = size - 1;
	const uint64_t chunk_origin = w->chunk << w->chunk_bits;
	struct block_buffer buffer;
	uint64_t loaded = UINT64_MAX;   /* the block in the buffer; groups that read the same one are neighbours */
	for (uint64_t block = begin; block < end; block++) {
		double complex *result = w->result + (block << w->block_bits);
		uint64_t origin = chunk_origin + (block << w->block_bits);   /* local */
		for (uint64_t i = w->first; i < w->end; i++) {
			const struct group *g = &w->group[i];
			uint64_t source = (w->rank_origin | origin) ^ (g->x & ~low);   /* global index of the block read */
			uint64_t local = source & low_mask(w->local_bits);
			uint64_t at = w->received ? local & low_mask(w->chunk_bits) : local;
			if (source != loaded)
				kernel->to_double(buffer.psi, w->received ? w->received : w->vector->amplitudes, at, at + size);
			loaded = source;
			add_group(w, g, source, &buffer, result);
		}
		if (w->finish) {
			double mean = 0, square = 0;
			kernel->to_double(buffer.psi, w->vector->amplitudes, origin, origin + size);
			loaded = w->rank_origin | origin;
			for (uint64_t j = 0; j < size; j++) {
				mean += creal(buffer.psi[j]) * creal(result[j]) + cimag(buffer.psi[j]) * cimag(result[j]);
				square += creal(result[j]) * creal(result[j]) + cimag(result[j]) * cimag(result[j]);
			}
			w->mean[origin >> w->block_bits] = mean;
			w->square[origin >> w->block_bits] = square;
		}
	}
}

static double read_part(void *context, uint64_t i) { return ((const double *)context)[i]; }

static int compare_groups(const void *a, const void *b)
{
	const struct group *p = a, *q = b;
	return (p->x > q->x) - (p->x < q->x);
}

/* Receive the partner's chunk that the groups with this high part of x read, and send it ours. */
static songdo_status exchange_chunk(const struct walk *w, uint64_t x, void *received)
{
	const struct vector *v = w->vector;
	int peer = (int)((uint64_t)comm_rank(v->env->comm) ^ (x >> w->local_bits));
	uint64_t chunk = w->chunk ^ ((x & low_mask(w->local_bits)) >> w->chunk_bits);
	uint64_t bytes = bit_mask(w->chunk_bits) * v->kernel->amplitude_bytes;
	songdo_status status = comm_exchange_begin(v->env->comm, 0, peer, (const char *)v->amplitudes + chunk * bytes, received, bytes);
	if (status)
		return status;
	v->env->cost.exchanged_bytes += bytes;
	v->env->cost.messages++;
	return comm_exchange_end(v->env->comm, 0);
}

songdo_status vector_observe(const struct vector *vector, const struct pauli_sum *sum, double *mean, double *square, songdo_error *error)
{
	songdo_env *env = vector->env;
	struct walk w = { .vector = vector, .sum = sum, .local_bits = bit_highest(vector->local) };
	w.block_bits = w.local_bits < BLOCK_BITS ? w.local_bits : BLOCK_BITS;
	w.chunk_bits = w.local_bits < CHUNK_BITS ? w.local_bits : CHUNK_BITS;
	w.rank_origin = (uint64_t)comm_rank(env->comm) << w.local_bits;
	const uint64_t chunk_size = bit_mask(w.chunk_bits), blocks = vector->local >> w.block_bits;
	const int threads = vector_threads(vector);
	songdo_status status = SONGDO_OK;

	struct group *group = malloc((sum->terms ? sum->terms : 1) * sizeof *group);
	double *sums = malloc(2 * blocks * sizeof *sums);
	void *received = comm_size(env->comm) > 1 ? malloc(chunk_size * vector->kernel->amplitude_bytes) : NULL;
	w.result = malloc(chunk_size * sizeof *w.result);
	if (!group || !sums || !w.result || (comm_size(env->comm) > 1 && !received))
		status = error_set(error, SONGDO_NO_FIT, "no memory to evaluate an observable of %llu terms", (unsigned long long)sum->terms);
	if ((status = comm_agree(env->comm, status)))
		goto done;
	for (uint64_t t = 0; t < sum->terms; t = pauli_group_end(sum, t))
		group[w.groups++] = (struct group){ sum->term[t].x, t, pauli_group_end(sum, t) };
	qsort(group, w.groups, sizeof *group, compare_groups);
	w.group = group;
	w.mean = sums;
	w.square = sums + blocks;

	for (w.chunk = 0; w.chunk < vector->local >> w.chunk_bits && !status; w.chunk++) {
		memset(w.result, 0, chunk_size * sizeof *w.result);
		/* groups of one high part of x share what is received; those without rank bits come first and need nothing */
		uint64_t first = 0;
		do {
			uint64_t end = first, x = w.groups ? group[first].x : 0;
			unsigned shared = x >> w.local_bits ? w.chunk_bits : w.local_bits;
			while (end < w.groups && group[end].x >> shared == x >> shared)
				end++;
			w.first = first;
			w.end = end;
			w.received = x >> w.local_bits ? received : NULL;
			w.finish = end == w.groups;
			if (w.received && (status = exchange_chunk(&w, x, received)))
				break;
			parallel_for(threads, chunk_size >> w.block_bits, walk_blocks, &w);
			first = end;
		} while (first < w.groups);
	}
	if ((status = comm_agree(env->comm, status)))
		goto done;
	double total[2] = { parallel_sum(1, blocks, read_part, w.mean), parallel_sum(1, blocks, read_part, w.square) };
	status = comm_sum(env->comm, total, 2);
	*mean = total[0];
	*square = total[1];
done:
	free(group);
	free(sums);
	free(received);
	free(w.result);
	return status;
}
