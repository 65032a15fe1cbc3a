/* check.h - checks for plain test programs, alone or on several ranks: TAP on rank 0, one verdict for all.
 *
 *     int main(void)
 *     {
 *             struct check check;
 *             check_begin(&check);
 *             check_case(&check, "a remap and then its inverse is the identity");
 *             CHECK(&check, same, "n = %d", n);
 *             return check_end(&check);
 *     }
 *
 * check_begin, check_case, check_skip and check_end are collective: every rank calls them in the same order.
 * CHECK is not: each rank may check other things, as often as it likes; a case fails where any rank failed a check.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef SONGDO_CHECK_H
#define SONGDO_CHECK_H

#include <stdbool.h>

#include "base/base.h"
#include "comm/comm.h"

struct check {
	struct comm *comm;       /* the launcher's ranks, or one */
	char name[160];          /* the case under way; empty before the first */
	int cases, failures;     /* finished cases; those that failed on any rank */
	int wrong;               /* failed checks of this case on this rank */
	int done;                /* checks of this case on this rank */
};

/* Open the ranks. Ends the process with exit code 70 where they cannot be opened. */
void check_begin(struct check *check);
/* Finish the case under way and begin the next; name, a sentence, is copied. */
void check_case(struct check *check, const char *name);
/* Finish the case under way and report one that cannot run here, with its reason. */
void check_skip(struct check *check, const char *name, const char *reason);
/* Finish, print the plan, close the ranks. Returns the exit code, equal on every rank: 0, or 1 where a case failed. */
int check_end(struct check *check);

/* One check: CHECK(&check, a == b) or CHECK(&check, a == b, "n = %d", n), where a literal format and what follows tell
 * more about a failure. Failures go to stderr with rank, file and line, the first five a case and rank. Returns whether
 * it held. */
#define CHECK(check, condition, ...) check_that(check, condition, __FILE__, __LINE__, #condition, " " __VA_ARGS__)
bool check_that(struct check *check, bool holds, const char *file, int line, const char *condition, const char *format,
                ...) ATTRIBUTE_PRINTF(6, 7);

#endif
