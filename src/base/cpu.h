/* cpu.h - what this processor is and what the system lets us use of it; the door to CPUID.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef SONGDO_CPU_H
#define SONGDO_CPU_H

#include "base/base.h"

struct cpu {
	char model[64];
	bool avx2;           /* AVX2 and FMA, and the OS saves ymm (XGETBV) */
	bool avx512;         /* AVX-512 F, DQ, VL, BW and the OS saves zmm and masks */
	uint64_t l1_bytes, l2_bytes, l3_bytes;  /* data cache of one core (l3: shared); 0 where unknown */
};

void cpu_read(struct cpu *cpu);
/* Monotonic seconds. */
double cpu_seconds(void);
/* Seconds that this process has worked on all its cores together. */
double cpu_seconds_worked(void);

#endif
