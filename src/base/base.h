/* base.h - what every file may use: the status codes, a few macros, checked sizes.
 *
 * May use: include. Knows no quantum word.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef SONGDO_BASE_H
#define SONGDO_BASE_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "songdo.h"

#define ARRAY_LENGTH(a) (sizeof(a) / sizeof((a)[0]))
#define ATTRIBUTE_PRINTF(string, first) __attribute__((format(printf, string, first)))

static inline uint64_t min_u64(uint64_t a, uint64_t b) { return a < b ? a : b; }
static inline uint64_t max_u64(uint64_t a, uint64_t b) { return a > b ? a : b; }

/* Saturating sums and products, for budgets and sizes that are compared before they are used. */
static inline uint64_t add_saturated(uint64_t a, uint64_t b)
{
	uint64_t c;
	return __builtin_add_overflow(a, b, &c) ? UINT64_MAX : c;
}

static inline uint64_t mul_saturated(uint64_t a, uint64_t b)
{
	uint64_t c;
	return __builtin_mul_overflow(a, b, &c) ? UINT64_MAX : c;
}

#endif
