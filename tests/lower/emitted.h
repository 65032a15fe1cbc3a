/* emitted.h - what a program in OpenQASM emits, for tests.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef SONGDO_TEST_EMITTED_H
#define SONGDO_TEST_EMITTED_H

#include <complex.h>

#include "program/program.h"

/* What came of a run: all operations in one circuit, and text. */
struct emitted {
	songdo_status status;
	songdo_error error;              /* the first one, of parsing or running */
	struct songdo_circuit circuit;
	struct text operations;          /* as circuit_print writes them, declarations left out */
	struct text groups;              /* "c=01? d=1": slots as ?, bit 0 rightmost */
	struct text outputs;             /* "r=3 f=0.5" */
	struct program_facts facts;
	unsigned reads;
	uint64_t most_operations;
};

/* Parse and run. `answers` are the values of slots, by number ("0110..."); past its end they are 0. inputs: "a=1", "b=2",
 * NULL-terminated; may be NULL. */
void emitted_run(struct emitted *emitted, const char *source, const char *answers, const char *const *inputs, uint64_t max_operations);
void emitted_fini(struct emitted *emitted);

/* Assert what OpenQASM text emits, after `OPENQASM 3.0; include "stdgates.inc";` unless it begins with OPENQASM. */
void expect_operations(const char *source, const char *answers, const char *operations);
void expect_groups(const char *source, const char *answers, const char *groups);
void expect_outputs(const char *source, const char *answers, const char *outputs);
/* It fails to parse or run, with these words in its message, at this line (0: any). */
void expect_error(const char *source, const char *words, uint32_t line);
/* Two programs have the same effect on a random state of `bits` qubits. */
void expect_same(const char *source, const char *other, unsigned bits);

#endif
