/* run.h - the hall: programs executed on states; inside view of songdo_run.
 *
 *   run      what holds for the whole execution: env, options, machine, clocks, the paths that still wait
 *   path     one way through the program: a virtual machine, its pending circuit, a state, the shots that went this way
 *   collapse a measurement (or reset) that later operations depend on: the path divides by its outcome
 *   final    a measurement of an ended path that nothing but diagonal operations and controls follow on its qubit:
 *            all of them are sampled once, jointly, with one draw a shot
 *
 * What is a collapse and what is final is read off the program alone; whether a second branch is a copy or a
 * replay depends on memory and changes nothing but time. The draw of a collapse is f(seed, shot, its slot), that
 * of the final group f(seed, shot, the slot of the first measurement in it).
 *
 * May use: everything below. SPDX-License-Identifier: Apache-2.0 */
#ifndef SONGDO_RUN_H
#define SONGDO_RUN_H

#include "program/program.h"
#include "run/draws.h"
#include "run/expect.h"
#include "run/plans.h"
#include "run/qubits.h"
#include "run/tally.h"
#include "state/state.h"

enum {
	RUN_LOCAL_BITS = 5,              /* a state is padded with idle qubits to at least so many local bits */
	RUN_COPIES = 1024,               /* branches that may wait as copies */
	RUN_PLANNED = 1 << 17,           /* operations planned at a time */
};

/* Branches (and sampled strings) less probable than this are left out of an exact distribution; their sum is reported. */
#define RUN_NEGLIGIBLE 1e-15

/* ---- What a run leaves behind -------------------------------------------------------------------- */

struct result_group { char *name; uint32_t width; };
struct result_output { char *name, *value; uint64_t shots; };   /* value is JSON text */

struct result_expectation {
	char *observable;
	double value, variance;
	double sampled_value, sampled_variance, standard_error;   /* on rank 0, with shots */
	uint64_t settings;
};

struct run_timing { double parse, plan, allocate, simulate, sample, total; };

struct songdo_result {
	char *program;
	songdo_dialect dialect;
	uint32_t qubits, active_qubits;
	uint64_t shots, seed;
	bool exact, memory;
	songdo_precision precision;
	struct result_group *group;
	size_t groups;
	struct tally tally;              /* on rank 0 */
	uint64_t *counted, counts;       /* tally entries in ascending order */
	uint64_t *probable, probabilities;
	double discarded_probability;
	uint64_t *shot_entry;            /* with memory: the tally entry of each shot */
	struct result_output *output;
	size_t outputs;
	struct result_expectation *expectation;
	size_t expectations;
	char **note;
	size_t notes;
	struct run_timing timing;
	const char *isa;
	int threads, ranks;
	struct cost cost;                /* of the busiest rank */
	uint64_t peak_bytes, branches;
	char *scratch;                   /* the string that was asked for last */
};

songdo_status result_note(struct songdo_result *result, const char *note);
/* Count an output's value (JSON text) for some shots. */
songdo_status result_output(struct songdo_result *result, const char *name, const char *value, uint64_t shots);
/* The fields of the JSON document behind its schema, into an open object. */
void result_write_fields(struct json *json, const struct songdo_result *result);
/* Fix the orders of the tally; call once, when it is complete. */
songdo_status result_finish(struct songdo_result *result);

/* ---- Paths ---------------------------------------------------------------------------------------- */

struct final { uint32_t slot, qubit; };

/* The probabilities that a bit reads 0 and 1; what is rounding only is exactly 0, and its opposite exactly 1. */
struct odds {
	double p[2];
	bool sharp;   /* no amplitude at all reads otherwise: there is nothing to project */
};

struct path {
	struct path *next;               /* the one that waits below */
	struct vm *vm;                   /* NULL: to be replayed from the start */
	struct songdo_circuit pending;
	uint64_t done;                   /* operations of pending that are executed */
	uint64_t through;                /* up to here measurements and resets collapse before the machine runs on */
	bool ended;                      /* the program has; its final measurements are in `final` and no longer pending */
	struct state *state;             /* NULL: no qubit has joined, or a forecast */
	uint32_t bits;                   /* of the state, idle padding included; 0: none yet */
	bool fresh;                      /* still |0...0>: the next plan may choose the layout */
	bool negligible;                 /* without shots, and too improbable for the exact distribution: not walked on */
	struct layout layout;
	uint32_t joined;                 /* state qubits 0..joined-1 are real ones, the others padding */
	uint32_t qubit[MAX_BITS];        /* their numbers in the program */
	struct qubits number;            /* and back: program qubit to state qubit */
	double weight;                   /* the probability of coming here */
	uint64_t *shots, shot_count;     /* the shots that did, ascending; NULL: 0..shot_count-1 */
	uint8_t *outcome;                /* of every collapse so far, in order */
	uint64_t outcomes, outcome_capacity;
	uint64_t forced;                 /* so many of them are followed instead of drawn (a replay) */
	struct final *final;
	size_t finals, final_capacity;
	uint32_t *reset;                 /* qubits that the program resets when nothing but that is left to do with them */
	size_t resets, reset_capacity;
	uint8_t *value;                  /* [slots] 0, 1, or VM_SLOT where not known */
	uint32_t slots;
};

struct run {
	songdo_env *env;                 /* NULL in a forecast */
	const songdo_program *program;
	struct program_facts facts;
	songdo_run_options options;
	struct machine_description machine;
	unsigned rank_bits;
	bool drawn;                      /* shots are counted */
	bool exhaustive;                 /* all that is not negligible is walked; else, without shots, the path of shot 0 */
	struct observables observables;
	struct plans *plans;             /* kept from one execution to the next; NULL: none are */
	bool whole;                      /* the state is given or asked for: every declared qubit takes part */
	bool keeps;                      /* the state is all that is asked for: it stays on the path, and there is no result */
	bool touched;                    /* amplitudes have been changed */
	songdo_error *error;
	struct songdo_result *result;    /* NULL in a forecast, and where the run keeps its state */
	struct path *waiting;            /* the branches still to be walked, last in first out */
	uint64_t copies;                 /* of them that hold a state of their own */
	bool divides;                    /* shots may have to be divided among branches */
	uint64_t list_bytes;             /* held by the lists of who went where */
	/* counted */
	struct run_timing timing;
	uint64_t branches;
	uint32_t active;                 /* the most qubits that joined on a path */
	/* of a forecast */
	struct cost cost;
	uint64_t stages, operations;
	double seconds;
	uint64_t collapses;              /* met on the one path */
	uint64_t state_bytes, extra_bytes;   /* a rank: of the largest state, and of what observing took beside it */
	uint32_t bits;                   /* the largest state */
};

/* SONGDO_INTERRUPTED where the caller of any rank wishes to stop. Collective. */
songdo_status run_poll(struct run *run);
/* The worst status over the ranks; where another rank failed and this one did not, the error says so. */
songdo_status run_agree(struct run *run, songdo_status status);
bool run_forecasts(const struct run *run);

struct path *path_new(void);
void path_free(struct run *run, struct path *path);
/* Give up the list of shots. */
void path_drop_shots(struct run *run, struct path *path);
/* Walk a path to its end, leaving the branches it divides into on run->waiting, and take its samples. Collective. */
songdo_status path_walk(struct run *run, struct path *path);
/* Execute the pending operations up to (not including) `end`, measurements aside: qubits that they touch join first,
 * and at the end of the program those that an observable flips.
 * `order`: bring the qubits into declaration order, padding on top. Collective. */
songdo_status path_execute(struct run *run, struct path *path, uint64_t end, bool order);
/* Let a qubit join the state that exists or is made; given several, they join in ascending order. Collective. */
songdo_status path_join(struct run *run, struct path *path, uint32_t *qubit, uint64_t count);
/* Carry out the pending measurement or reset at path->done: go on with one outcome; the other, where it is to be walked
 * too, is left on run->waiting. Collective. */
songdo_status path_collapse(struct run *run, struct path *path);
/* What a measurement of the bit may read. On all ranks. A forecast knows nothing: 1/2 and 1/2. */
songdo_status path_odds(struct run *run, const struct path *path, unsigned bit, struct odds *odds);
/* Record the value of a slot. */
songdo_status path_answer(struct path *path, uint32_t slot, int value);
/* Turn copies of states that wait into replays; true where that freed something. */
bool run_release_copies(struct run *run);
/* Evaluate the observables on an ended path; let the shots measure them, which changes the state. Collective. */
songdo_status path_expect(struct run *run, struct path *path);
songdo_status path_measure_observables(struct run *run, struct path *path);
/* Plan and execute the operations [begin, end) of a circuit on the state's own qubits. Collective. */
songdo_status path_apply(struct run *run, struct path *path, const struct songdo_circuit *circuit, uint64_t begin,
                         uint64_t end, bool order);
/* Read the initial state into a path at its start. Collective. */
songdo_status path_load(struct run *run, struct path *path);
/* Sample and sum up an ended path. Collective. */
songdo_status path_observe(struct run *run, struct path *path);
/* Write the state of an ended path, qubits in declaration order. Collective. */
songdo_status path_save(struct run *run, struct path *path);

/* The layout that has the joined qubits in declaration order and the padding above. */
void path_order(const struct path *path, struct layout *layout);

/* ---- Memory ---------------------------------------------------------------------------------------- */

/* The bits a state of so many joined qubits gets on 2^rank_bits ranks. */
uint32_t run_state_bits(uint64_t joined, unsigned rank_bits);
/* state_rank_bytes of a state of so many joined qubits; UINT64_MAX for what no state can have. */
uint64_t run_rank_bytes(uint64_t joined, uint64_t ranks, songdo_precision precision);
/* Bytes a rank needs beside the state for its shots: draws of the final group, and where they divide the lists of them. */
uint64_t run_shots_bytes(const songdo_run_options *options, uint64_t shots, bool divides);
/* What of them may still have to be taken. */
uint64_t run_reserve(const struct run *run);
/* Refuse, with the figures and what would fit, what `left` bytes a rank cannot hold. */
songdo_status run_fit(uint64_t joined, uint64_t ranks, songdo_precision precision, uint64_t shots_bytes, uint64_t left,
                      songdo_error *error);
/* SONGDO_NO_FIT, naming the two nearest counts, unless ranks is a power of two. */
songdo_status run_check_ranks(uint64_t ranks, songdo_error *error);

/* ---- What a run would cost -------------------------------------------------------------------------- */

struct forecast_options {
	uint64_t ranks, nodes;           /* 0: 1 */
	uint64_t node_memory;            /* bytes a node may give; 0: what is free here */
	struct machine_description machine;  /* ranks is filled in from above */
};

struct forecast {
	uint32_t qubits, active_qubits;
	uint64_t operations, stages, ranks, nodes;
	bool fits, branches;             /* branches: the figures are those of one branch */
	uint64_t bound_branches;         /* at most so many; 1 where the program does not branch */
	char suggestion[400];            /* empty where it fits */
	struct cost cost;
	uint64_t peak_bytes, bytes;      /* a rank: everything, and the state alone */
	double seconds;
	uint64_t slurm_nodes, slurm_tasks, slurm_mem, slurm_seconds;
};

/* Predict what songdo_run would report, without a state. Not collective. */
songdo_status run_forecast(struct forecast *forecast, const songdo_program *program, const songdo_run_options *options,
                           const struct forecast_options *wanted, songdo_error *error);
/* Fill in the machine of this env with so many threads a rank (0: its share of the cores of a node), and ranks and nodes where they
 * are 0. Collective. */
songdo_status forecast_machine(struct forecast_options *wanted, songdo_env *env, const songdo_run_options *options, uint32_t threads);
/* The document songdo.plan/1. */
void forecast_write(struct text *text, const struct forecast *forecast);
/* h:mm:ss, as Slurm reads it. buffer holds at least 32 bytes; returns it. */
char *forecast_time(char *buffer, uint64_t seconds);
/* The machine as plans see it: the worst case over the ranks, the same on every rank. Collective. */
songdo_status run_machine(struct machine_description *machine, songdo_env *env, songdo_precision precision);
/* Fill in the speeds that the env's kept rates give for machine->threads threads on each of node_ranks ranks; 0 where nothing
 * is known. */
void run_use_rates(struct machine_description *machine, const songdo_env *env, uint64_t node_ranks);

/* ---- What this is -------------------------------------------------------------------------------------- */

/* Features of the build ("mpi openmp"); the licence in effect: linking FFTW, which is under the GPL, makes the whole so. */
const char *info_features(void);
const char *info_licence(void);
/* The keys and values of songdo.info/1, limits aside, into an open object. Not collective: free_bytes is what env_memory_left said. */
void info_write(struct json *json, songdo_env *env, uint64_t free_bytes);

#endif
