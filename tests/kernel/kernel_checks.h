/* kernel_checks.h - what every kernel table must pass, shared by the unit tests and the plain program.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef SONGDO_KERNEL_CHECKS_H
#define SONGDO_KERNEL_CHECKS_H

#include "kernel/kernel.h"

enum { KERNEL_FAILURE = 400 };

/* A check of one table: true where it holds, else what failed is in text[KERNEL_FAILURE]. */
typedef bool (*kernel_check)(const struct kernel_table *table, char *text);

bool check_matrices_on_every_target_tuple(const struct kernel_table *table, char *text);
bool check_wide_matrices(const struct kernel_table *table, char *text);
bool check_diagonals(const struct kernel_table *table, char *text);
bool check_exchanges(const struct kernel_table *table, char *text);
bool check_rotations(const struct kernel_table *table, char *text);
bool check_small_states(const struct kernel_table *table, char *text);
bool check_large_blocks(const struct kernel_table *table, char *text);
bool check_sums(const struct kernel_table *table, char *text);
bool check_moves(const struct kernel_table *table, char *text);
bool check_limits(const struct kernel_table *table, char *text);

/* The tables of the 64-byte templates compiled for whatever this build's tests may use: they show the logic of
 * AVX-512 right on machines without it. NULL where this CPU cannot run them. */
const struct kernel_table *kernel_wide(songdo_precision precision);

#endif
