/* solve.h - an instance solved, and the honest account of how.
 *
 * May use: optimize and what lies below it.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef SONGDO_SOLVE_H
#define SONGDO_SOLVE_H

#include "city/instance.h"
#include "optimize/qaoa.h"

enum solve_method { SOLVE_AUTO, SOLVE_QAOA, SOLVE_CLASSICAL };

struct solve_options {
	enum solve_method method;
	unsigned layers; /* 0: SOLVE_LAYERS */
	uint64_t shots, seed;
	songdo_precision precision;
	enum qaoa_objective objective;
	double share; /* of CVaR */
	enum minimiser minimiser;
	uint64_t evaluations; /* of the training, or of the descent; 0: by the size */
	const char *name; /* the file */
	double read_seconds;
	int (*cancelled)(void *context);
	void (*progress)(void *context, uint64_t evaluation, double best); /* on rank 0; may be NULL */
	void *context;
};

enum { SOLVE_LAYERS = 4, SOLVE_BASELINES = 4 };

struct baseline {
	const char *name;
	double best; /* in the instance's sense and unit */
	bool proven;
	uint64_t evaluations;
	double seconds;
};

struct solve_timing {
	double read, encode, train, sample, classical, total;
};

/* What came out; complete on rank 0. Objectives are in the instance's sense and unit. */
struct report {
	const struct instance *instance;
	struct solve_options options;
	enum solve_method method;
	char reason[400];
	bool quantum; /* a circuit was emulated: the fields so marked are filled (q) */
	uint32_t qubits; /* (q) */
	double states; /* 2^items */
	uint8_t *x; /* the answer, a byte an item */
	double best;
	double expectation; /* (q) */
	double optimum;
	bool proven; /* optimum is known */
	double optima; /* states that have it */
	bool optimal; /* the answer has it */
	double probability, enhancement, samples; /* (q) of the optimum; samples 0: none would do */
	uint64_t hits; /* (q) shots that were optimal */
	struct spin_form spins; /* of the cost, for the hardware's gates */
	bool spins_known;
	const char *table; /* (q) kind of the table's entries */
	struct qaoa *qaoa; /* (q) angles and log; its state is gone */
	struct baseline baseline[SOLVE_BASELINES];
	unsigned baselines;
	struct solve_timing timing;
	struct cost cost;
	uint64_t peak_bytes;
	int threads, ranks;
	const char *isa;
};

/* Solve. Collective; equal status on every rank. The instance must outlive the report. */
songdo_status solve(struct report **report, songdo_env *env, const struct instance *instance,
                    const struct solve_options *options, songdo_error *error);
void report_free(struct report *report);
const char *solve_method_name(enum solve_method method);

/* The document songdo.solve/1. */
void report_json(struct text *text, const struct report *report);
/* For people; quiet leaves out everything but the answer. */
void report_text(struct text *text, const struct report *report, bool quiet);
/* id, name, value of each item, with a byte order mark so that spreadsheets show Korean. */
void report_csv(struct text *text, const struct report *report);
/* What a report must say, one sentence each; NULL past the last. buffer holds 400 bytes. */
const char *report_sentence(const struct report *report, unsigned i, char *buffer);

#endif
