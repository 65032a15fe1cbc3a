/* signals.c - Ctrl-C and SIGTERM end the work cleanly within a second.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <signal.h>
#include <sys/time.h>
#include <unistd.h>

#include "cli/cli.h"

static volatile sig_atomic_t received;   /* the signal, 0 before: a handler has nowhere else to put it */

/* The work did not come to a place where it looks up: leave without it. Nothing is half written, for files are written
 * beside and renamed. */
static void leave(int signal)
{
	(void)signal;
	_exit(128 + received);
}

static void note(int signal)
{
	const struct itimerval patience = { .it_value = { .tv_sec = 0, .tv_usec = 600000 } };

	if (received == 0)
		setitimer(ITIMER_REAL, &patience, NULL);
	received = signal;
}

void signals_catch(void)
{
	struct sigaction action = { .sa_handler = note };

	sigemptyset(&action.sa_mask);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	action.sa_handler = leave;
	sigaction(SIGALRM, &action, NULL);
}

int signals_poll(void *context)
{
	(void)context;
	return received != 0;
}

int signals_code(void) { return received == SIGTERM ? CLI_TERMINATED : SONGDO_INTERRUPTED; }
