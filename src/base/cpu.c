/* cpu.c - what this processor is and what the system lets us use of it; the only file that asks CPUID.
 *
 * A CPU that has wide registers is not enough: the operating system must save them when it switches tasks,
 * which XGETBV tells. Without both, the first wide instruction would kill the process.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#if defined(__x86_64__) || defined(__i386__)
#include <cpuid.h>
#endif

#include "base/cpu.h"

/* A cache as the instruction or the system describes it. Kinds: 1 data, 2 code, 3 both. */
static void note_cache(struct cpu *cpu, unsigned level, unsigned kind, uint64_t bytes)
{
	if (kind == 2 || bytes == 0)
		return;
	if (level == 1)
		cpu->l1_bytes = bytes;
	else if (level == 2)
		cpu->l2_bytes = bytes;
	else if (level == 3)
		cpu->l3_bytes = bytes;
}

/* The first line of a small system file, without its end; false where there is none. */
static bool read_line(char *line, size_t size, const char *name)
{
	FILE *stream = fopen(name, "re");
	if (!stream)
		return false;
	const bool got = fgets(line, (int)size, stream) != NULL;
	fclose(stream);
	if (got)
		line[strcspn(line, "\n")] = '\0';
	return got;
}

/* Caches as the kernel tells them ("32K"), where the instruction told nothing. */
static void read_system_caches(struct cpu *cpu)
{
	for (int i = 0; i < 8; i++) {
		char name[96], level[16], kind[32], size[32];
		snprintf(name, sizeof name, "/sys/devices/system/cpu/cpu0/cache/index%d/level", i);
		if (!read_line(level, sizeof level, name))
			return;
		snprintf(name, sizeof name, "/sys/devices/system/cpu/cpu0/cache/index%d/type", i);
		if (!read_line(kind, sizeof kind, name))
			return;
		snprintf(name, sizeof name, "/sys/devices/system/cpu/cpu0/cache/index%d/size", i);
		if (!read_line(size, sizeof size, name))
			continue;
		char *unit;
		uint64_t bytes = strtoull(size, &unit, 10);
		bytes *= *unit == 'K' ? 1024 : *unit == 'M' ? 1024 * 1024 : 1;
		note_cache(cpu, (unsigned)strtoul(level, NULL, 10), strcmp(kind, "Instruction") == 0 ? 2 : 1, bytes);
	}
}

#if defined(__x86_64__) || defined(__i386__)

/* What the system saves at a task switch (register XCR0). Only legal where CPUID says OSXSAVE. */
static uint64_t read_xcr0(void)
{
	uint32_t low, high;
	__asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
	return (uint64_t)high << 32 | low;
}

static void read_isa(struct cpu *cpu)
{
	enum { FMA = 1 << 12, OSXSAVE = 1 << 27, AVX = 1 << 28 };   /* leaf 1, ecx */
	const uint32_t avx2 = 1u << 5, avx512 = 1u << 16 | 1u << 17 | 1u << 30 | 1u << 31;   /* leaf 7, ebx: F DQ BW VL */
	const uint64_t saves_ymm = 0x6, saves_zmm = 0xE6;   /* XMM YMM; opmask, both ZMM halves */
	uint32_t a, b, c, d;
	if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & OSXSAVE))
		return;
	const bool avx_fma = (c & AVX) && (c & FMA);
	const uint64_t saved = read_xcr0();
	if (!__get_cpuid_count(7, 0, &a, &b, &c, &d))
		return;
	cpu->avx2 = avx_fma && (b & avx2) && (saved & saves_ymm) == saves_ymm;
	cpu->avx512 = cpu->avx2 && (b & avx512) == avx512 && (saved & saves_zmm) == saves_zmm;
}

/* Leaf 4 (Intel) and leaf 0x8000001D (AMD) share one form. */
static void read_caches(struct cpu *cpu, uint32_t leaf)
{
	for (uint32_t i = 0; i < 16; i++) {
		uint32_t a, b, c, d;
		if (!__get_cpuid_count(leaf, i, &a, &b, &c, &d) || (a & 31) == 0)
			return;
		const uint64_t ways = (b >> 22) + 1, partitions = (b >> 12 & 1023) + 1, line = (b & 4095) + 1;
		note_cache(cpu, a >> 5 & 7, a & 31, ways * partitions * line * ((uint64_t)c + 1));
	}
}

static void read_model(struct cpu *cpu)
{
	uint32_t name[12];
	if ((uint32_t)__get_cpuid_max(0x80000000u, NULL) < 0x80000004u)
		return;
	for (uint32_t i = 0; i < 3; i++)
		__get_cpuid(0x80000002u + i, &name[4 * i], &name[4 * i + 1], &name[4 * i + 2], &name[4 * i + 3]);
	char text[sizeof name + 1];
	memcpy(text, name, sizeof name);
	text[sizeof name] = '\0';
	/* Vendors pad with blanks on both sides. */
	const char *begin = text + strspn(text, " ");
	size_t length = strlen(begin);
	while (length > 0 && begin[length - 1] == ' ')
		length--;
	snprintf(cpu->model, sizeof cpu->model, "%.*s", (int)length, begin);
}

static void read_processor(struct cpu *cpu)
{
	uint32_t a, b, c, d;
	read_isa(cpu);
	read_model(cpu);
	read_caches(cpu, 4);
	if (cpu->l1_bytes == 0 && __get_cpuid(0x80000001u, &a, &b, &c, &d) && (c & 1u << 22))
		read_caches(cpu, 0x8000001Du);
}

#else

/* AArch64 kernels name the model in the device tree, at best. */
static void read_processor(struct cpu *cpu)
{
	if (!read_line(cpu->model, sizeof cpu->model, "/sys/firmware/devicetree/base/model"))
		cpu->model[0] = '\0';
}

#endif

void cpu_read(struct cpu *cpu)
{
	*cpu = (struct cpu){ .avx2 = false };
	read_processor(cpu);
	if (cpu->l1_bytes == 0 || cpu->l2_bytes == 0)
		read_system_caches(cpu);
	if (cpu->model[0] == '\0') {
#if defined(__aarch64__)
		strcpy(cpu->model, "AArch64");
#else
		strcpy(cpu->model, "unknown");
#endif
	}
}

static double read_clock(clockid_t clock)
{
	struct timespec now;
	clock_gettime(clock, &now);
	return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

double cpu_seconds(void) { return read_clock(CLOCK_MONOTONIC); }

double cpu_seconds_worked(void) { return read_clock(CLOCK_PROCESS_CPUTIME_ID); }
