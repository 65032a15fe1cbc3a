/* kernel.h - the arithmetic on amplitudes: one table of functions for each precision and ISA.
 *
 * The only code that knows float from double, and one instruction set from another. Kernels know bits,
 * not qubits, and no threads and no ranks: the caller hands over one block at a time. Amplitudes are
 * interleaved (re, im) in index order.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef SONGDO_KERNEL_H
#define SONGDO_KERNEL_H

#include "kernel/mix.h"
#include "op/sweep.h"

enum kernel_isa { KERNEL_SCALAR, KERNEL_AVX2, KERNEL_AVX512, KERNEL_ISAS };

/* A step made ready for one table and one block mask: coefficients rounded to the table's precision and
 * laid out for its vectors. Made once a sweep, used for every block, by many threads at once. */
struct kernel_call;

struct kernel_table {
	const char *isa;            /* "scalar", "avx2", "avx512" */
	songdo_precision precision;
	unsigned lane_bits;         /* log2 of the amplitudes in one vector */
	unsigned amplitude_bytes;   /* 16 or 8 */
	const struct kernel_mixer *mixer;   /* phases from a cost table and the X mixer (mix.h) */

	/* Make a step ready for blocks that vary in the bits of `block` (a mask of local bits) on a rank of
	 * 2^local_bits amplitudes. *call is allocated; NULL and SONGDO_NO_FIT where memory is out. Any mask
	 * that holds the non-diagonal targets is legal, the empty one included. */
	songdo_status (*prepare)(struct kernel_call **call, const struct step *step, uint64_t block, unsigned local_bits);

	/* Apply a call to one block.
	 *   amplitudes   local amplitude 0 of this rank, 64-byte aligned
	 *   index        the physical index (rank bits included) of the block's origin: its block bits are 0
	 * The local address of an amplitude is index & low_mask(local_bits). Amplitudes that the controls exclude keep
	 * their value (a zero may lose its sign). Loops are fastest where the block holds the lowest lane_bits bits
	 * and a few more; a block that lacks a lane bit is done one amplitude at a time. */
	void (*apply)(const struct kernel_call *call, void *amplitudes, uint64_t index);

	/* Reductions and moves over the contiguous amplitudes [begin, end). Sums are pairwise in a fixed order that
	 * depends only on begin and end, accumulated in double: they have the same bits on every ISA. */
	double (*norm)(const void *amplitudes, uint64_t begin, uint64_t end);   /* sum of |a|^2 */
	/* sum of |a|^2 over those with (index & mask) == value; index = base + position */
	double (*norm_where)(const void *amplitudes, uint64_t base, uint64_t begin, uint64_t end, uint64_t mask, uint64_t value);
	/* out[i - begin] = |a_i|^2 */
	void (*probabilities)(double *out, const void *amplitudes, uint64_t begin, uint64_t end);
	/* Multiply by factor where (index & mask) == value, set to 0 elsewhere (projection after a measurement). */
	void (*project)(void *amplitudes, uint64_t base, uint64_t begin, uint64_t end, uint64_t mask, uint64_t value, double factor);
	void (*to_double)(double complex *out, const void *amplitudes, uint64_t begin, uint64_t end);
	void (*from_double)(void *amplitudes, const double complex *in, uint64_t begin, uint64_t end);

	/* Limits of the machine, to be timed. Multiply the amplitudes [begin, end), of which the first is aligned to a
	 * vector, by a real factor: the least that reading and writing them costs. And rounds of fused multiply-adds that
	 * stay in registers; *sum is a small number, and then another; returns the flops. */
	void (*scale)(void *amplitudes, uint64_t begin, uint64_t end, double factor);
	uint64_t (*multiply_add)(uint64_t rounds, double *sum);
};

void kernel_call_free(struct kernel_call *call);

/* The table of an ISA and precision; NULL where this build or this CPU (CPUID and what the OS enables) lacks it. */
const struct kernel_table *kernel_find(enum kernel_isa isa, songdo_precision precision);
/* The best ISA this build and CPU have. */
enum kernel_isa kernel_best(void);
/* The ISA of a name; KERNEL_ISAS for an unknown name. */
enum kernel_isa kernel_named(const char *name);
/* The name of an ISA, and why it is not usable here (NULL where it is). */
const char *kernel_name(enum kernel_isa isa);
const char *kernel_missing(enum kernel_isa isa);

/* Flush denormals to zero on the calling thread (single-precision butterflies on denormals run 100 times
 * slower); returns the mode to hand to kernel_mode_restore. Call on each thread that applies kernels. */
unsigned kernel_mode_enter(void);
void kernel_mode_restore(unsigned mode);

#endif
