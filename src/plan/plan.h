/* plan.h - a circuit given a machine: stages, sweeps, remaps, with their predicted cost.
 *
 * Pure: no clock, no talking, no amplitudes. Structure is planned once (plan_new), numbers are filled in by
 * plan_bind, which may be repeated for circuits that differ in angles only.
 *
 * May use: circuit, op, base. Above this line we say qubit; schedules say bit.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef SONGDO_PLAN_H
#define SONGDO_PLAN_H

#include "base/json.h"
#include "circuit/circuit.h"
#include "op/sweep.h"

/* What matters of the machine: the worst case over ranks, broadcast by rank 0. */
struct machine_description {
	uint32_t ranks, threads;
	songdo_precision precision;
	uint64_t l1_bytes, l2_bytes, l3_bytes;      /* data cache of one core */
	uint32_t lane_bits;                         /* log2 amplitudes in a vector */
	double sweep_bytes_per_second;              /* read + write of a state in memory, all threads */
	double flops_per_second;                    /* all threads, this precision */
	double step_seconds[KERNEL_KINDS][STEP_TARGETS + 1]; /* an amplitude in L1, all threads, by targets; 0: not known */
	double link_bytes_per_second, link_seconds; /* between ranks */
};

/* Sensible figures for fields left 0. */
void machine_defaults(struct machine_description *machine);

/* Where each qubit of the state sits: bit[q] for q < qubits. A permutation of 0..qubits-1. */
struct layout {
	uint32_t qubits;
	uint8_t bit[MAX_BITS];
};

struct plan {
	struct schedule schedule;
	struct layout first, last; /* before and after */
	struct cost cost;          /* predicted; equals what state_execute counts */
	double seconds;            /* estimated */
	/* private to plan/ from here */
	struct plan_arrays *arrays;
};

enum {
	PLAN_UNFUSED = 1, /* one step an operation, one sweep a step: the reference that tests compare with */
	PLAN_FRESH = 2,   /* the state is |0...0>: what does nothing to it is left out, and a qubit counts from its first change */
};

struct plan_options {
	unsigned flags;
	const struct layout *first; /* where the qubits sit now; NULL: the plan chooses */
	const struct layout *last;  /* where they must sit at the end; NULL: anywhere */
};

/* Plan the operations [begin, end) of a circuit (GATE, MATRIX and BARRIER only) on a state of `qubits` qubits.
 *   qubit_of   maps the circuit's qubit numbers to the state's (0..qubits-1); NULL: the identity
 * Deterministic. SONGDO_NO_FIT where an operation needs more local bits than there are. The plan is bound. */
songdo_status plan_new(struct plan **plan, const struct songdo_circuit *circuit, uint64_t begin, uint64_t end,
                       uint32_t qubits, const uint32_t *qubit_of, const struct machine_description *machine,
                       const struct plan_options *options, songdo_error *error);
/* Compute the coefficients anew from a circuit whose operations [begin, end) have the same structure: they
 * differ in parameters only. SONGDO_BAD_USAGE where they do not, the plan is then unchanged. */
songdo_status plan_bind(struct plan *plan, const struct songdo_circuit *circuit);
void plan_free(struct plan *plan);
/* A hash of the whole schedule without coefficients: ranks compare it before the first exchange. */
uint64_t plan_hash(const struct plan *plan);

/* The plan as text for people; with its steps one by one where asked. */
void plan_explain(const struct plan *plan, bool steps, struct text *text);
/* The plan's figures as keys and values of an open JSON object (the names of songdo.plan/1): stages, sweeps,
 * remaps, flops, exchanged_bytes_per_rank, messages_per_rank, estimated_seconds. */
void plan_json(const struct plan *plan, struct json *json);

#endif
