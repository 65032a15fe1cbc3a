/* plain_kernel.c - the checks of every kernel table as a plain program, for machines without Criterion (qemu too).
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "../check.h"
#include "kernel_checks.h"

static const struct { const char *name; kernel_check check; } checks[] = {
	{"matrices on every target tuple equal the oracle", check_matrices_on_every_target_tuple},
	{"matrices on four and five targets equal the oracle", check_wide_matrices},
	{"diagonals equal the oracle", check_diagonals},
	{"exchanges equal the oracle", check_exchanges},
	{"rotations equal the oracle", check_rotations},
	{"states of up to three bits equal the oracle", check_small_states},
	{"large blocks equal the oracle", check_large_blocks},
	{"sums are right and have the bits of the scalar table", check_sums},
	{"projections and conversions are exact", check_moves},
	{"what is timed for the machine's limits does what it says", check_limits},
};

typedef char case_name[160];

/* names: one for each check; the harness keeps the name of the case under way. */
static void check_table(struct check *check, case_name *names, const struct kernel_table *table, const char *isa,
                        songdo_precision precision, const char *missing)
{
	for (size_t i = 0; i < ARRAY_LENGTH(checks); i++) {
		char text[KERNEL_FAILURE] = "";
		snprintf(names[i], sizeof names[i], "%s %s: %s", isa, precision == SONGDO_DOUBLE ? "double" : "single",
		         checks[i].name);
		if (!table) {
			check_skip(check, names[i], missing);
			continue;
		}
		check_case(check, names[i]);
		const bool holds = checks[i].check(table, text);
		CHECK(check, holds, "%s", text);
	}
}

int main(void)
{
	case_name names[2][KERNEL_ISAS + 1][ARRAY_LENGTH(checks)];
	struct check check;

	check_begin(&check);
	for (songdo_precision precision = SONGDO_DOUBLE; precision <= SONGDO_SINGLE; precision++) {
		for (enum kernel_isa isa = 0; isa < KERNEL_ISAS; isa++)
			check_table(&check, names[precision][isa], kernel_find(isa, precision), kernel_name(isa), precision,
			            kernel_missing(isa));
		check_table(&check, names[precision][KERNEL_ISAS], kernel_wide(precision), "wide", precision,
		            "this CPU lacks AVX2");
	}
	return check_end(&check);
}
