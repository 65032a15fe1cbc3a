/* loops.h - what the templates of one precision and instruction set call one another.
 *
 * Included by templates only. SPDX-License-Identifier: Apache-2.0 */
#ifndef SONGDO_KERNEL_LOOPS_H
#define SONGDO_KERNEL_LOOPS_H

#include "kernel/call.h"
#include "kernel/mix.h"
#include "kernel/vec.h"

extern const struct dense_loops KERNEL_NAME(dense);
extern const struct exchange_loops KERNEL_NAME(exchange);
extern const struct diagonal_loops KERNEL_NAME(diagonal);
extern const struct rotate_loops KERNEL_NAME(rotate);
extern const struct kernel_mixer KERNEL_NAME(mixer);

/* The reductions of kernel.h. */
double KERNEL_NAME(norm)(const void *amplitudes, uint64_t begin, uint64_t end);
double KERNEL_NAME(norm_where)(const void *amplitudes, uint64_t base, uint64_t begin, uint64_t end,
                               uint64_t mask, uint64_t value);
void KERNEL_NAME(probabilities)(double *out, const void *amplitudes, uint64_t begin, uint64_t end);
void KERNEL_NAME(project)(void *amplitudes, uint64_t base, uint64_t begin, uint64_t end,
                          uint64_t mask, uint64_t value, double factor);
void KERNEL_NAME(to_double)(double complex *out, const void *amplitudes, uint64_t begin, uint64_t end);
void KERNEL_NAME(from_double)(void *amplitudes, const double complex *in, uint64_t begin, uint64_t end);

/* The limits of kernel.h. */
void KERNEL_NAME(scale)(void *amplitudes, uint64_t begin, uint64_t end, double factor);
uint64_t KERNEL_NAME(multiply_add)(uint64_t rounds, double *sum);

#endif
