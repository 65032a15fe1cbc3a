/* kernel.c - the tables this build has, which of them this CPU can use, and the mode they run in.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "kernel/kernel.h"

#include <string.h>

#include "base/cpu.h"

extern const struct kernel_table kernel_table_f64_scalar, kernel_table_f32_scalar;
#ifdef KERNEL_X86
extern const struct kernel_table kernel_table_f64_avx2, kernel_table_f32_avx2;
extern const struct kernel_table kernel_table_f64_avx512, kernel_table_f32_avx512;
#endif

static const char *const names[KERNEL_ISAS] = {"scalar", "avx2", "avx512"};

/* By instruction set and precision; NULL where the build has none. */
static const struct kernel_table *const tables[KERNEL_ISAS][2] = {
	[KERNEL_SCALAR] = {&kernel_table_f64_scalar, &kernel_table_f32_scalar},
#ifdef KERNEL_X86
	[KERNEL_AVX2] = {&kernel_table_f64_avx2, &kernel_table_f32_avx2},
	[KERNEL_AVX512] = {&kernel_table_f64_avx512, &kernel_table_f32_avx512},
#endif
};

enum kernel_isa kernel_named(const char *name)
{
	for (enum kernel_isa isa = 0; isa < KERNEL_ISAS; isa++)
		if (!strcmp(name, names[isa]))
			return isa;
	return KERNEL_ISAS;
}

const char *kernel_name(enum kernel_isa isa) { return isa < KERNEL_ISAS ? names[isa] : "unknown"; }

const char *kernel_missing(enum kernel_isa isa)
{
	struct cpu cpu;

	if (isa >= KERNEL_ISAS)
		return "no such instruction set";
	if (!tables[isa][SONGDO_DOUBLE])
		return "not in this build";
	cpu_read(&cpu);
	if (isa == KERNEL_AVX2 && !cpu.avx2)
		return "this CPU or its operating system lacks AVX2 with FMA";
	if (isa == KERNEL_AVX512 && !cpu.avx512)
		return "this CPU or its operating system lacks AVX-512 (F, DQ, VL, BW)";
	return NULL;
}

const struct kernel_table *kernel_find(enum kernel_isa isa, songdo_precision precision)
{
	return kernel_missing(isa) ? NULL : tables[isa][precision];
}

enum kernel_isa kernel_best(void)
{
	enum kernel_isa best = KERNEL_SCALAR;
	for (enum kernel_isa isa = 0; isa < KERNEL_ISAS; isa++)
		if (!kernel_missing(isa))
			best = isa;
	return best;
}

/* The bits that flush denormal results (and, on x86, operands) to zero. */
#if defined(__x86_64__)
enum { MODE_FLUSH = 1 << 15 | 1 << 6 };
static unsigned mode_read(void) { return __builtin_ia32_stmxcsr(); }
static void mode_write(unsigned mode) { __builtin_ia32_ldmxcsr(mode); }
#elif defined(__aarch64__)
enum { MODE_FLUSH = 1 << 24 };
static unsigned mode_read(void)
{
	uint64_t mode;
	__asm__ volatile("mrs %0, fpcr" : "=r"(mode));
	return (unsigned)mode;
}
static void mode_write(unsigned mode) { __asm__ volatile("msr fpcr, %0" : : "r"((uint64_t)mode)); }
#else
enum { MODE_FLUSH = 0 };
static unsigned mode_read(void) { return 0; }
static void mode_write(unsigned mode) { (void)mode; }
#endif

unsigned kernel_mode_enter(void)
{
	const unsigned mode = mode_read();
	mode_write(mode | MODE_FLUSH);
	return mode;
}

void kernel_mode_restore(unsigned mode) { mode_write(mode); }
