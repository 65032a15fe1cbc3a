/* signals.c - Ctrl-C and SIGTERM end the work cleanly within a second; SIGUSR1, a batch system's warning, soon.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <signal.h>
#include <sys/time.h>
#include <unistd.h>

#include "cli/cli.h"

static volatile sig_atomic_t received;   /* the signal, 0 before: a handler has nowhere else to put it */

static int code_of(int signal) { return signal == SIGUSR1 ? SONGDO_LATER : 128 + signal; }

/* The work did not come to a place where it looks up: leave without it. Nothing is half written, for files are written
 * beside and renamed. */
static void leave(int signal)
{
	(void)signal;
	_exit(code_of(received));
}

static void note(int signal)
{
	const struct itimerval patience = { .it_value = { .tv_sec = signal == SIGUSR1 ? 10 : 0, .tv_usec = 600000 } };

	/* After a warning somebody may still lose patience; a warning hurries nobody. */
	if (received == 0 || (received == SIGUSR1 && signal != SIGUSR1)) {
		setitimer(ITIMER_REAL, &patience, NULL);
		received = signal;
	}
}

void signals_catch(void)
{
	struct sigaction action = { .sa_handler = note };

	sigemptyset(&action.sa_mask);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGUSR1, &action, NULL);
	action.sa_handler = leave;
	sigaction(SIGALRM, &action, NULL);
}

int signals_poll(void *context)
{
	(void)context;
	return received != 0;
}

int signals_end(songdo_env *env)
{
	/* A rank that the signal has not reached yet follows the others. */
	const int code = (int)comm_agree(env->comm, received == 0 ? SONGDO_OK : (songdo_status)code_of(received));

	cli_say(code == SONGDO_LATER ? "stopped before the time limit, as asked (SIGUSR1)" : "interrupted");
	return code == SONGDO_OK ? SONGDO_INTERRUPTED : code;
}
