/* check.c - checks for plain test programs, alone or on several ranks.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "check.h"

enum { REPORTED = 5 };

void check_begin(struct check *check)
{
	songdo_error error = { 0 };
	*check = (struct check){ .comm = NULL };
	if (comm_open(&check->comm, NULL, &error) != SONGDO_OK) {
		fprintf(stderr, "cannot open the ranks: %s\n", error.message);
		exit(SONGDO_INTERNAL);
	}
}

/* A case without a single check on any rank tests nothing, and fails. */
static void finish_case(struct check *check)
{
	if (!check->name[0])
		return;
	uint64_t most[2] = { (uint64_t)check->wrong, (uint64_t)check->done };
	const bool talked = comm_max(check->comm, most, 2) == SONGDO_OK;
	const bool good = talked && most[0] == 0 && most[1] > 0;
	check->cases++;
	check->failures += !good;
	if (comm_rank(check->comm) == 0) {
		printf("%s %d - %s\n", good ? "ok" : "not ok", check->cases, check->name);
		if (most[1] == 0)
			printf("# nothing was checked\n");
		fflush(stdout);
	}
	check->name[0] = '\0';
	check->wrong = check->done = 0;
}

void check_case(struct check *check, const char *name)
{
	finish_case(check);
	snprintf(check->name, sizeof check->name, "%s", name);
}

void check_skip(struct check *check, const char *name, const char *reason)
{
	finish_case(check);
	check->cases++;
	if (comm_rank(check->comm) == 0) {
		printf("ok %d - %s # SKIP %s\n", check->cases, name, reason);
		fflush(stdout);
	}
}

int check_end(struct check *check)
{
	finish_case(check);
	if (comm_rank(check->comm) == 0) {
		printf("1..%d\n", check->cases);
		fflush(stdout);
	}
	const int code = check->failures > 0 || check->cases == 0;
	comm_close(check->comm);
	check->comm = NULL;
	return code;
}

bool check_that(struct check *check, bool holds, const char *file, int line, const char *condition, const char *format,
                ...)
{
	check->done++;
	if (holds)
		return true;
	if (check->wrong++ < REPORTED) {
		char more[256];
		va_list arguments;
		va_start(arguments, format);
		vsnprintf(more, sizeof more, format, arguments);
		va_end(arguments);
		fprintf(stderr, "# rank %d: %s:%d: %s %s\n", comm_rank(check->comm), file, line, condition, more);
	}
	return false;
}
