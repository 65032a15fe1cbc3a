/* rates.h - how fast a machine is: what `songdo bench` measures, a file keeps, and the cost of a plan is told by.
 *
 * Bandwidths count what is read and what is written: a pass over a state of B bytes moves 2 B. Fields are 0 where they
 * were not measured. Figures of "all threads" are those of one node with all its threads at work.
 *
 * May use: base. SPDX-License-Identifier: Apache-2.0 */
#ifndef SONGDO_RATES_H
#define SONGDO_RATES_H

#include "base/text.h"
#include "op/sweep.h"

struct rates {
	char cpu[64]; /* the processor that was measured */
	char isa[16]; /* the instruction set of the kernels, which `of` tells about */
	uint32_t threads; /* that worked together; 0: nothing is known */
	double touch; /* bytes/s of memory used for the first time, all threads */
	double memory_one, memory; /* bytes/s of one pass over a large state, by one thread, and by all */
	double cache[3]; /* bytes/s of passes over what stays in L1, L2, L3; all threads */
	struct rates_of {
		double flops; /* flops/s of fused multiply-adds, all threads */
		/* Seconds that one of the threads at work needs for a step on one amplitude in L1; [kind][targets]. */
		double step[KERNEL_KINDS][STEP_TARGETS + 1];
	} of[2]; /* by songdo_precision */
	double link, link_seconds; /* bytes/s that a rank sends while it receives as many; s a message */
};

enum { RATES_FILE_LIMIT = 1 << 16 }; /* bytes of a file of rates */

/* The rates as lines of text, "name value", and back. Reading takes nothing on trust: SONGDO_BAD_CONFIGURATION, with
 * file (the name for messages), line and column, for what it does not know, twice, or not a positive number. */
void rates_print(const struct rates *rates, struct text *text);
songdo_status rates_parse(struct rates *rates, const char *data, size_t length, const char *file, songdo_error *error);

/* One figure by its number, from 0: its name in the file ("memory", "double.dense.2"), and where it is; NULL past the
 * last. */
const char *rates_field(struct rates *rates, size_t i, double **value, char *buffer, size_t size);

#endif
