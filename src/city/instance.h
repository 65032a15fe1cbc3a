/* instance.h - a problem in its own words, and its way to a cost over bits and back.
 *
 * May use: op, base.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef SONGDO_INSTANCE_H
#define SONGDO_INSTANCE_H

#include "base/text.h"
#include "op/polynomial.h"

enum workload {
	WORKLOAD_MAXCUT, /* two sides for the items; the weight of edges between them */
	WORKLOAD_QUBO, /* items chosen or not; the weights of chosen items and pairs */
	WORKLOAD_POLYNOMIAL, /* the same with products of any number of items */
	WORKLOADS
};

enum instance_format { INSTANCE_JSON, INSTANCE_GRAPH, INSTANCE_QBSOLV, INSTANCE_COORDINATE };

/* Where the facts are from. Texts are "" where the instance does not say. */
struct instance_data {
	char *kind; /* real, proxy or synthetic; "" where it is not said */
	char *source, *licence, *attribution, *date;
	bool personal;
};

struct instance {
	enum workload workload;
	enum instance_format format;
	char *name, *question, *citation, *unit, *remark;
	struct instance_data data;
	bool maximise;
	bool off_diagonal_twice; /* of coordinate files: entry i j stands for i j and j i */
	char *side[2]; /* what 0 and 1 mean */
	uint32_t items;
	char **id, **label; /* label: "" where there is none */
	/* As read, before anything is merged: an edge or a product is a term. */
	struct polynomial terms;
};

/* What the command line says beside the file. */
struct instance_options {
	const char *file; /* for diagnostics, and for what the content leaves open */
	int workload; /* enum workload; -1: told from the content */
	int off_diagonal; /* 1, 2, or 0: by the format */
	int sense; /* 1: maximise, -1: minimise, 0: as the instance says */
};

enum { INSTANCE_ITEMS = 1 << 24, INSTANCE_ERRORS = 20 };

/* Read an instance of any known format. Diagnostics go to errors[0..capacity), which say where but never what stood
 * there. SONGDO_BAD_PROGRAM, or SONGDO_NO_FIT where memory is out. Not collective. */
songdo_status instance_read(struct instance **instance, const char *text, size_t length,
                            const struct instance_options *options, songdo_error *errors, size_t capacity,
                            size_t *count);
void instance_free(struct instance *instance);
const char *workload_name(enum workload workload);
/* "graph (n m, then i j weight)", ... */
const char *instance_format_name(enum instance_format format);

/* The cost to make small: variable i is item i. False where memory is out. */
bool instance_encode(const struct instance *instance, struct polynomial *cost);
/* The objective of an answer, from the instance as it was read, in its own sense and unit. */
double instance_objective(const struct instance *instance, const uint8_t *x);
/* From a cost to the objective: -cost where the objective is to be large. */
double instance_natural(const struct instance *instance, double cost);

/* ---- Between the readers -------------------------------------------------------------------------------- */

/* The reading of one text: what is wrong with it is gathered here. */
struct reading {
	const char *text;
	size_t length;
	const struct instance_options *options;
	songdo_error *errors;
	size_t capacity, count;
	bool out_of_memory;
};

/* Report an error at a place; NULL where no more are wanted. */
songdo_error *reading_error(struct reading *reading, uint32_t line, uint32_t column, uint32_t length,
                            const char *format, ...) ATTRIBUTE_PRINTF(5, 6);
void reading_hint(songdo_error *error, const char *format, ...) ATTRIBUTE_PRINTF(2, 3);
bool reading_full(const struct reading *reading);
/* A copy of a string that the instance owns; NULL sets out_of_memory. */
char *reading_copy(struct reading *reading, const char *string);
/* Ids first, first + 1, ... for so many items. */
bool reading_number_items(struct reading *reading, struct instance *instance, uint32_t items, uint32_t first);

void read_json(struct reading *reading, struct instance *instance);
void read_graph(struct reading *reading, struct instance *instance);
void read_qbsolv(struct reading *reading, struct instance *instance);
void read_coordinate(struct reading *reading, struct instance *instance);
/* Whether a coordinate file has an entry on the diagonal, as only a QUBO has. */
bool coordinate_has_diagonal(const char *text, size_t length);

#endif
