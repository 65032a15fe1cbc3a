/* check_machine.c - what base asks the machine, as a plain program that runs on any processor, emulated ones too.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "base/cpu.h"
#include "base/memory.h"
#include "base/parallel.h"
#include "base/random.h"
#include "check.h"

static double wild(void *context, uint64_t i)
{
	(void)context;
	return ldexp(random_uniform(5, i, 0) - 0.5, (int)(random_uniform(6, i, 0) * 60));
}

int main(void)
{
	struct check check;
	check_begin(&check);

	check_case(&check, "Philox gives a published answer");
	const uint32_t counter[4] = {0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, key[2] = {0xa4093822, 0x299f31d0};
	const uint32_t answer[4] = { 0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1 };
	uint32_t out[4];
	random_philox(out, counter, key);
	CHECK(&check, memcmp(out, answer, sizeof out) == 0);

	check_case(&check, "sums have the same bits on any threads, and the same on every machine");
	const double sum = parallel_sum(1, 100000, wild, NULL);
	CHECK(&check, sum == 0x1.5e9d1be51ecabp+63, "%a", sum);
	for (int threads = 2; threads <= 4; threads++)
		CHECK(&check, parallel_sum(threads, 100000, wild, NULL) == sum, "on %d threads", threads);

	check_case(&check, "the processor is known by name and offers no instructions of another");
	struct cpu cpu;
	cpu_read(&cpu);
	CHECK(&check, cpu.model[0] != '\0');
#if !defined(__x86_64__)
	CHECK(&check, !cpu.avx2 && !cpu.avx512);
#endif
	CHECK(&check, !cpu.avx512 || cpu.avx2);

	check_case(&check, "pages can be had, grown and given back");
	struct memory_account account = { .limit = 64 << 20 };
	unsigned char *pages = memory_pages_reserve((uint64_t)1 << 30);
	CHECK(&check, pages != NULL);
	CHECK(&check, memory_pages_commit(&account, pages, 0, 1 << 20));
	pages[(1 << 20) - 1] = 1;
	CHECK(&check, memory_pages_commit(&account, pages, 1 << 20, 32 << 20));
	pages[(32 << 20) - 1] = 1;
	memory_pages_release(&account, pages, 32 << 20, (uint64_t)1 << 30);
	CHECK(&check, account.held == 0 && account.peak == 32 << 20);
	CHECK(&check, memory_available() > 0);

	return check_end(&check);
}
