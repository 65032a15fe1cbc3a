/* songdo.h - the public interface of Songdo, a quantum-circuit state-vector simulator.
 *
 * This header is the ground floor: status codes and plain structs are declared here and used by
 * everything below. Functions are grouped by noun: songdo_env, songdo_program, songdo_circuit,
 * songdo_state, songdo_result.
 *
 * Conventions, said once:
 *   - Qubit 0 is bit 0, the least significant bit of the amplitude index, and the rightmost character
 *     of a bit string.
 *   - A function that can fail returns songdo_status; its result goes out through the first argument,
 *     which is set to NULL on failure. The library never prints, exits or aborts.
 *   - An env (and what was made in it) may be used by one thread at a time; different envs are independent.
 *   - "Collective" functions must be called by every rank of the env, with equal arguments, and return
 *     the same status on every rank.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef SONGDO_H
#define SONGDO_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define SONGDO_API __attribute__((visibility("default")))
#else
#define SONGDO_API
#endif

/* ---- Status and errors ------------------------------------------------------------------------ */

/* What a function reports. The values are the exit codes of the songdo command (docs/cli.md). */
typedef enum songdo_status {
	SONGDO_OK = 0,
	SONGDO_NEGATIVE = 1,           /* finished, the answer is negative (states differ, ...) */
	SONGDO_BAD_USAGE = 64,         /* an argument or option is wrong */
	SONGDO_BAD_PROGRAM = 65,       /* the program or instance is wrong */
	SONGDO_NO_INPUT = 66,          /* an input cannot be read */
	SONGDO_NO_FIT = 69,            /* does not fit here: memory, ranks, a missing feature */
	SONGDO_INTERNAL = 70,          /* an invariant of Songdo itself is broken */
	SONGDO_LOST = 71,              /* a rank or node was lost */
	SONGDO_NO_OUTPUT = 73,         /* an output cannot be created */
	SONGDO_IO = 74,                /* reading or writing failed half way */
	SONGDO_LATER = 75,             /* try again later: time limit, queue */
	SONGDO_BAD_CONFIGURATION = 78, /* a configuration or environment value is wrong */
	SONGDO_INTERRUPTED = 130,      /* cancelled by the caller */
} songdo_status;

/* A short English phrase for a status ("does not fit here"). Never NULL. */
SONGDO_API const char *songdo_status_text(songdo_status status);

/* One diagnostic about outside input; owned by the caller, filled by the library.
 *
 *   line, column   of the first character concerned, from 1; 0 where there is none
 *   length         characters concerned on that line, for the caret span; at least 1 where line > 0
 *   hint           how to mend it; empty where nothing helps */
typedef struct songdo_error {
	songdo_status code;
	int warning;                   /* 1 for a warning, 0 for an error */
	uint32_t line, column, length;
	char file[256];
	char message[320];
	char hint[256];
} songdo_error;

/* The version of the library as "1.2.3". */
SONGDO_API const char *songdo_version(void);

/* ---- Env: ranks, threads, kernels, memory ------------------------------------------------------ */

typedef struct songdo_env songdo_env;

typedef enum songdo_precision { SONGDO_DOUBLE = 0, SONGDO_SINGLE = 1 } songdo_precision;

/* Where vectors live. Zero means: choose for me. */
typedef struct songdo_env_options {
	int threads;                   /* 0: the cores that affinity and cgroup allow, shared among the ranks of a node */
	uint64_t max_memory;           /* bytes a rank may allocate; 0: what is free */
	const void *communicator;      /* an MPI_Comm by address (songdo_mpi.h); NULL: the launcher's ranks, or one */
	const char *isa;               /* "scalar", "avx2", "avx512"; NULL: SONGDO_ISA, else the best the CPU has */
	const char *machine;           /* the file that `songdo bench --save` wrote; "": none; NULL: SONGDO_MACHINE, else
	                                  songdo/machine in the user's configuration folder, where it exists */
} songdo_env_options;

/* Open an env. Collective over the ranks of the communicator. options may be NULL. */
SONGDO_API songdo_status songdo_env_open(songdo_env **env, const songdo_env_options *options, songdo_error *error);
/* Close it; everything made in it must have been freed. NULL is allowed. Collective. */
SONGDO_API void songdo_env_close(songdo_env *env);
SONGDO_API int songdo_env_rank(const songdo_env *env);
SONGDO_API int songdo_env_ranks(const songdo_env *env);
SONGDO_API int songdo_env_threads(const songdo_env *env);
SONGDO_API const char *songdo_env_isa(const songdo_env *env);

/* ---- Program: what an OpenQASM file becomes ------------------------------------------------------ */

typedef struct songdo_program songdo_program;

typedef enum songdo_dialect { SONGDO_DIALECT_AUTO, SONGDO_QASM2, SONGDO_QASM3, SONGDO_BRAKET } songdo_dialect;

typedef struct songdo_parse_options {
	const char *file;              /* the name diagnostics use; NULL: "<text>" */
	songdo_dialect dialect;
	int legacy_u_phase;            /* 1: U, u2, u3 with the phase of OpenQASM 2.0 in 3.x files too; -1: never; 0: by dialect */
	const char *const *include_directories;   /* NULL-terminated, or NULL: only the built-in libraries */
} songdo_parse_options;

/* Parse and check OpenQASM text. Diagnostics go to errors[0..capacity) in source order; *count is how many were filled
 * (warnings may be filled on success too). options may be NULL. Not collective: pure text to program. */
SONGDO_API songdo_status songdo_program_parse(songdo_program **program, const char *text, size_t length,
                                              const songdo_parse_options *options,
                                              songdo_error *errors, size_t capacity, size_t *count);
SONGDO_API void songdo_program_free(songdo_program *program);

/* ---- Run: a program executed on an env ------------------------------------------------------------ */

typedef struct songdo_result songdo_result;

/* A value for a program's `input` variable, as text ("0.3", "pi/4", "0110"). */
typedef struct songdo_input { const char *name, *value; } songdo_input;

/* A sum of Pauli products with real coefficients, as text: "0.5*Z0*Z1 - X(q[2]) + 1.5", "ZZI" (docs/observables.md).
 *   text   the sum
 *   name   what results and errors call it (a file name); NULL: results say the text, errors "observable 1", ... */
typedef struct songdo_observable { const char *text, *name; } songdo_observable;

typedef struct songdo_run_options {
	uint64_t shots;                /* 0: none are drawn */
	uint64_t seed;
	int exact;                     /* the exact distribution of the counted strings too */
	int memory;                    /* keep every shot's string, in order */
	songdo_precision precision;
	const songdo_input *inputs;
	size_t input_count;
	const char *save_state;        /* write the final state to this file, as NumPy reads it or, with a name that ends in
	                                  .songdo, in Songdo's own format (docs/states.md); NULL: no */
	uint64_t max_operations;       /* budget of expanded operations; 0: SONGDO_MAX_OPERATIONS */
	int (*cancelled)(void *context);   /* polled between sweeps; nonzero stops with SONGDO_INTERRUPTED. May be NULL */
	void *context;
	const char *name;              /* what the result calls the program (a file name); NULL: "<text>" */
	double parse_seconds;          /* what the caller spent on parsing, for the result's timing */
	const songdo_observable *observables;   /* their mean and variance in the state before the final measurements; with
	                                  shots > 0 also as so many shots measure it */
	size_t observable_count;
	const char *initial_state;     /* start from this saved state (.npy, .songdo) of all declared qubits; NULL: |0...0> */
} songdo_run_options;              /* zero-initialise it: zero always means the default, and fields are only ever appended */

#define SONGDO_MAX_OPERATIONS 4294967296ull

/* Run a program. Collective; the result is complete on rank 0 and empty of counts elsewhere. */
SONGDO_API songdo_status songdo_run(songdo_result **result, songdo_env *env, const songdo_program *program,
                                    const songdo_run_options *options, songdo_error *error);
SONGDO_API void songdo_result_free(songdo_result *result);

/* A program that is to be run many times, for other inputs and seeds: it is planned once for each structure, and only
 * angles are computed anew for each run. */
typedef struct songdo_prepared songdo_prepared;

/* Check what is the same in every run: observables, ranks. env, program and everything that the options point to must
 * outlive it. options->inputs hold for every run, options->seed is not used. Collective. */
SONGDO_API songdo_status songdo_prepared_new(songdo_prepared **prepared, songdo_env *env, const songdo_program *program,
                                             const songdo_run_options *options, songdo_error *error);
/* Whether these inputs, with those of the options, are what the program wants: SONGDO_BAD_USAGE with the message of
 * songdo_run where not. Costs microseconds, allocates no state. Not collective. */
SONGDO_API songdo_status songdo_prepared_check(const songdo_prepared *prepared, const songdo_input *inputs,
                                               size_t input_count, songdo_error *error);
/* One run. The result is bit for bit that of songdo_run with the options, these inputs beside those of the options, and
 * this seed. Costs what binding and executing the plan cost. Collective. */
SONGDO_API songdo_status songdo_prepared_run(songdo_result **result, songdo_prepared *prepared,
                                             const songdo_input *inputs, size_t input_count, uint64_t seed,
                                             songdo_error *error);
/* Before the env is closed. NULL is allowed. */
SONGDO_API void songdo_prepared_free(songdo_prepared *prepared);

/* How many different bit strings were counted; the i-th in ascending order of the string, with its shots. */
SONGDO_API size_t songdo_result_counts(const songdo_result *result);
SONGDO_API const char *songdo_result_count(const songdo_result *result, size_t i, uint64_t *shots);
/* A string is valid until the next call on this result. */

/* The same for the exact distribution. */
SONGDO_API size_t songdo_result_probabilities(const songdo_result *result);
SONGDO_API const char *songdo_result_probability(const songdo_result *result, size_t i, double *probability);
/* With memory: the string of shot i (valid until the next call on this result); NULL past the last and without memory. */
SONGDO_API const char *songdo_result_shot(const songdo_result *result, uint64_t i);
/* How many observables have values, on every rank; and those of the i-th, in the order of the options. Returns what the
 * observable is called; NULL past the last. */
SONGDO_API size_t songdo_result_expectations(const songdo_result *result);
SONGDO_API const char *songdo_result_expectation(const songdo_result *result, size_t i, double *value,
                                                 double *variance);
/* The same as the shots measured it, on rank 0. Terms that agree qubit by qubit are measured together, in one setting;
 * every shot measures every setting once, on a state of its own, and its value is the sum over the settings. NULL past
 * the last and without shots.
 *   value            the mean over the shots
 *   variance         of a shot's value (n - 1 in the denominator); with one setting it estimates the observable's
 *   standard_error   of the mean, sqrt(variance / shots); 0 for one shot
 *   settings         how many there were
 * Each pointer may be NULL. */
SONGDO_API const char *songdo_result_sampled_expectation(const songdo_result *result, size_t i, double *value,
                                                         double *variance, double *standard_error, uint64_t *settings);
/* The groups of bits that the strings are made of, in order of declaration; the last one is printed leftmost. NULL past the
 * last; width may be NULL. */
SONGDO_API const char *songdo_result_group(const songdo_result *result, size_t i, uint32_t *width);
/* A remark for the user ("nothing is measured: every qubit is"), i from 0; NULL past the last. */
SONGDO_API const char *songdo_result_note(const songdo_result *result, size_t i);
/* A figure by its name in the JSON document: "qubits", "active_qubits", "shots", "discarded_probability", "timing.parse",
 * "timing.plan", "timing.allocate", "timing.simulate", "timing.sample", "timing.total" (seconds), "engine.threads", "engine.ranks",
 * "engine.sweeps", "engine.remaps", "engine.flops", "engine.exchanged_bytes_per_rank", "engine.messages_per_rank",
 * "engine.peak_bytes_per_rank", "engine.branches". SONGDO_BAD_USAGE for a name that is none of these. */
SONGDO_API songdo_status songdo_result_figure(double *value, const songdo_result *result, const char *name);
/* The result as the JSON document songdo.run/1 (docs/cli.md); malloc'd, freed by the caller with free(). */
SONGDO_API songdo_status songdo_result_json(char **json, const songdo_result *result);

/* ---- State: the amplitudes themselves ------------------------------------------------------------------ */

/* 2^n amplitudes in logical order: the qubit declared q-th is bit q of the index, whatever the ranks and the plan;
 * idle qubits are there too. A state belongs to its env, counts as its memory, and is to be freed before it. */
typedef struct songdo_state songdo_state;

/* |0...0> on `qubits` qubits, at least 1. For any other vector of norm 1, write it through songdo_state_amplitudes.
 * SONGDO_NO_FIT, with the figures, before anything is allocated. Collective. */
SONGDO_API songdo_status songdo_state_zero(songdo_state **state, songdo_env *env, uint32_t qubits,
                                           songdo_precision precision, songdo_error *error);
/* The final state of a program, all its declared qubits together. Measurements that nothing but diagonal operations
 * and controls follow on their qubit leave it as it is; any other measurement, and every reset, takes the outcome
 * that it takes in shot 0 of songdo_run with the same seed. Of the options seed, precision, inputs, max_operations,
 * cancelled and context count. Collective. */
SONGDO_API songdo_status songdo_state_run(songdo_state **state, songdo_env *env, const songdo_program *program,
                                          const songdo_run_options *options, songdo_error *error);
/* The same, starting from a state instead of |0...0>: the program's qubits are the state's first ones. In place;
 * options as above, precision aside. Fails with the state unchanged, or, where amplitudes were changed already
 * (SONGDO_INTERRUPTED, say), leaves a state that every later call but songdo_state_free refuses. Collective. */
SONGDO_API songdo_status songdo_state_apply(songdo_state *state, const songdo_program *program,
                                            const songdo_run_options *options, songdo_error *error);
/* A second state of the same amplitudes. Collective. */
SONGDO_API songdo_status songdo_state_copy(songdo_state **copy, const songdo_state *state, songdo_error *error);
/* NULL is allowed. */
SONGDO_API void songdo_state_free(songdo_state *state);
SONGDO_API uint32_t songdo_state_qubits(const songdo_state *state);
SONGDO_API songdo_precision songdo_state_precision(const songdo_state *state);

/* This rank's part of the amplitudes: of the indices *first .. *first + *count - 1, each two doubles (floats in
 * single precision), the real and the imaginary part. They may be read and written; their address stays the same
 * until songdo_state_free. On one rank that is all of them; a state of few qubits may have none on some ranks. Costs
 * nothing. */
SONGDO_API void *songdo_state_amplitudes(songdo_state *state, uint64_t *first, uint64_t *count);
/* The sum of |a|^2: 1 for what a program leaves. One read of the state. Collective. */
SONGDO_API songdo_status songdo_state_norm(double *norm, const songdo_state *state, songdo_error *error);
/* The probabilities of the values of some qubits, the first of them bit 0 of the value: 2^count of them, complete on
 * every rank. qubits NULL: all, in their order, whatever count. SONGDO_BAD_USAGE for a qubit that is not there or is
 * named twice. One read of the state. Collective. */
SONGDO_API songdo_status songdo_state_probabilities(double *probabilities, const songdo_state *state,
                                                    const uint32_t *qubits, uint32_t count, songdo_error *error);
/* Measure all qubits in each of `count` shots from number first_shot on, the state as it is before each: outcome[i]
 * is the index that shot first_shot + i falls on, the same on every rank. With the seed of songdo_run that is what
 * it counts of a program whose only measurements are one of each qubit at its end. Two reads of the state for each 4
 * million shots, 24 bytes a shot of them beside it. SONGDO_BAD_USAGE where the norm is not 1. Collective. */
SONGDO_API songdo_status songdo_state_sample(uint64_t *outcome, const songdo_state *state, uint64_t first_shot,
                                             uint64_t count, uint64_t seed, songdo_error *error);
/* Mean and variance of a sum of Pauli products such as "0.5 Z0 Z1 - 1.2 X2", qubits by number. variance may be NULL.
 * Terms that share their X and Y read the state together. SONGDO_BAD_USAGE, with line and column in the text, where
 * it is malformed; also where the norm is not 1. Collective. */
SONGDO_API songdo_status songdo_state_expectation(double *mean, double *variance, const songdo_state *state,
                                                  const char *text, songdo_error *error);

/* ---- Descriptions --------------------------------------------------------------------------------------- */

/* What a run would cost, where. Zero means: choose for me. */
typedef struct songdo_plan_options {
	uint64_t ranks, nodes;         /* 0: those of the env; 1 */
	uint64_t node_memory;          /* bytes a node may give; 0: what is free here */
	uint32_t threads;              /* a rank; 0: its share of the cores here */
} songdo_plan_options;

/* What songdo_run would cost with these options, as the JSON document songdo.plan/1 (docs/cli.md), without a state;
 * what does not fit is an answer too. malloc'd, freed by the caller with free(). Either options may be NULL.
 * Collective. */
SONGDO_API songdo_status songdo_plan_json(char **json, songdo_env *env, const songdo_program *program,
                                          const songdo_run_options *run, const songdo_plan_options *options,
                                          songdo_error *error);
/* Version, features and licence of the library and what this machine offers it, as the JSON document songdo.info/1;
 * malloc'd, freed by the caller with free(). Collective. */
SONGDO_API songdo_status songdo_info_json(char **json, songdo_env *env);
/* A diagnostic as the command prints it: FILE:LINE:COLUMN: error: MESSAGE, the source line with a caret span where
 * the error is in `file` (what songdo_program_parse was told) whose text is given, the hint. malloc'd, freed by the
 * caller with free(); NULL where memory is out. text may be NULL. */
SONGDO_API char *songdo_error_text(const songdo_error *error, const char *file, const char *text, size_t length);

#ifdef __cplusplus
}
#endif
#endif
