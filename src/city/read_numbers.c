/* read_numbers.c - published formats that are lines of numbers: weighted graphs, QUBO in coordinates, qbsolv.
 *
 * Gset and the Biq Mac library write graphs as `n m` and then m lines `i j w`, nodes from 1; a weight that is left out
 * is 1. The Biq Mac library writes QUBOs in the same way, with entries on the diagonal; there the objective is x^T Q x
 * with symmetric Q, of which one triangle is written, so an entry off the diagonal counts twice. qbsolv has comments
 * `c`, a line `p qubo ...`, nodes from 0, and counts each entry once.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "city/instance.h"

enum { LINE_TOKENS = 8, TOKEN_LENGTH = 64 };

/* A word of a line, and where it stands. */
struct token {
	const char *text;
	uint32_t length, column;
};

struct line {
	uint32_t number; /* from 1 */
	uint32_t tokens; /* may be more than LINE_TOKENS */
	struct token token[LINE_TOKENS];
};

struct cursor {
	const char *at, *end;
	uint32_t line; /* read so far */
};

static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

/* The next line that is not blank; false at the end. */
static bool next_line(struct cursor *cursor, struct line *line)
{
	while (cursor->at < cursor->end) {
		const char *stop = memchr(cursor->at, '\n', (size_t)(cursor->end - cursor->at)), *begin = cursor->at,
		           *p = begin;
		stop = stop ? stop : cursor->end;
		cursor->at = stop < cursor->end ? stop + 1 : stop;
		*line = (struct line){.number = ++cursor->line};
		while (p < stop) {
			const char *word = p;
			while (p < stop && !is_blank(*p))
				p++;
			if (p > word) {
				if (line->tokens < LINE_TOKENS)
					line->token[line->tokens] = (struct token){word, (uint32_t)(p - word),
					                                           (uint32_t)(word - begin) + 1};
				line->tokens++;
			}
			while (p < stop && is_blank(*p))
				p++;
		}
		if (line->tokens > 0)
			return true;
	}
	return false;
}

static bool token_is(const struct token *token, const char *word)
{
	return token->length == strlen(word) && memcmp(token->text, word, token->length) == 0;
}

/* A decimal number, whole: no hexadecimal, no infinity, no remains. */
static bool token_number(const struct token *token, double *value)
{
	char copy[TOKEN_LENGTH], *end;
	if (token->length >= sizeof copy)
		return false;
	memcpy(copy, token->text, token->length);
	copy[token->length] = '\0';
	if (strspn(copy, "0123456789+-.eE") != token->length)
		return false;
	*value = strtod(copy, &end);
	return *end == '\0' && end != copy && isfinite(*value);
}

static bool token_count(const struct token *token, double most, uint32_t *value)
{
	double number;
	if (!token_number(token, &number) || number < 0 || number > most || number != floor(number))
		return false;
	*value = (uint32_t)number;
	return true;
}

static songdo_error *complain(struct reading *reading, const struct line *line, uint32_t token, const char *message)
{
	const struct token *t = &line->token[token];
	return reading_error(reading, line->number, t->column, t->length, "%s", message);
}

/* A node of 1..n or 0..n-1. */
static bool read_node(struct reading *reading, const struct line *line, uint32_t token, uint32_t items, uint32_t first,
                      uint32_t *item)
{
	double number;
	const struct token *t = &line->token[token];
	if (!token_number(t, &number) || number != floor(number)) {
		complain(reading, line, token, "a node's number is expected here");
		return false;
	}
	if (number < first || number > (double)first + items - 1) {
		reading_error(reading, line->number, t->column, t->length,
		              "there is no such node: they are numbered from %u to %u", first, first + items - 1);
		return false;
	}
	*item = (uint32_t)number - first;
	return true;
}

/* `i j [weight]`. */
static void read_entry(struct reading *reading, struct instance *instance, const struct line *line, uint32_t first)
{
	uint32_t item[2];
	double weight = 1;
	const bool graph = instance->format == INSTANCE_GRAPH;
	if (line->tokens < (graph ? 2u : 3u) || line->tokens > 3) {
		reading_error(reading, line->number, line->token[0].column, 1,
		              graph ? "an edge is `i j weight` or `i j`; here are %u numbers"
		                    : "an entry is `i j value`; here are %u numbers",
		              line->tokens);
		return;
	}
	if (!read_node(reading, line, 0, instance->items, first, &item[0]) ||
	    !read_node(reading, line, 1, instance->items, first, &item[1]))
		return;
	if (line->tokens == 3 && !token_number(&line->token[2], &weight)) {
		complain(reading, line, 2, "a weight is expected here: a decimal number");
		return;
	}
	if (graph && item[0] == item[1]) {
		reading_hint(complain(reading, line, 1, "an edge joins two different nodes"),
		             "if this is a QUBO, say --workload qubo");
		return;
	}
	if (instance->off_diagonal_twice && item[0] != item[1])
		weight *= 2;
	reading->out_of_memory |= !polynomial_add(&instance->terms, weight, item, item[0] == item[1] ? 1 : 2);
}

/* `n m`. */
static bool read_size(struct reading *reading, struct cursor *cursor, struct line *line, uint32_t *items,
                      uint32_t *entries)
{
	if (!next_line(cursor, line))
		return false;
	if (line->tokens != 2 || !token_count(&line->token[0], 1e9, items) ||
	    !token_count(&line->token[1], 4e9, entries)) {
		reading_error(reading, line->number, line->token[0].column, 1,
		              "the first line is `n m`: how many nodes and how many entries");
		return false;
	}
	if (*items == 0 || *items > INSTANCE_ITEMS) {
		reading_error(reading, line->number, line->token[0].column, line->token[0].length,
		              "the number of nodes is from 1 to %d", INSTANCE_ITEMS);
		return false;
	}
	return true;
}

static void read_entries(struct reading *reading, struct instance *instance)
{
	struct cursor cursor = {reading->text, reading->text + reading->length, 0};
	struct line line = {0};
	uint32_t items, entries, found = 0;
	if (!read_size(reading, &cursor, &line, &items, &entries) || !reading_number_items(reading, instance, items, 1))
		return;
	while (next_line(&cursor, &line) && !reading_full(reading)) {
		if (++found > entries) {
			reading_error(reading, line.number, line.token[0].column, line.token[0].length,
			              "the first line announces %u entries; here is one more", entries);
			return;
		}
		read_entry(reading, instance, &line, 1);
	}
	if (found < entries && !reading_full(reading))
		reading_hint(reading_error(reading, cursor.line ? cursor.line : 1, 1, 1,
		                           "the file ends after %u of the %u entries that its first line announces",
		                           found, entries),
		             "is it cut off?");
}

void read_graph(struct reading *reading, struct instance *instance)
{
	instance->workload = WORKLOAD_MAXCUT;
	instance->maximise = true;
	read_entries(reading, instance);
}

void read_coordinate(struct reading *reading, struct instance *instance)
{
	instance->workload = WORKLOAD_QUBO;
	instance->off_diagonal_twice = reading->options->off_diagonal != 1;
	instance->remark = reading_copy(reading, instance->off_diagonal_twice
	                                                 ? "x^T Q x with symmetric Q of which one triangle is written: "
	                                                   "an entry off the diagonal was counted twice"
	                                                 : "each entry was counted once");
	read_entries(reading, instance);
}

bool coordinate_has_diagonal(const char *text, size_t length)
{
	struct cursor cursor = {text, text + length, 0};
	struct line line;
	double a, b;
	bool diagonal = false;
	if (!next_line(&cursor, &line))
		return false;
	while (!diagonal && next_line(&cursor, &line))
		diagonal = line.tokens == 3 && token_number(&line.token[0], &a) && token_number(&line.token[1], &b) &&
		           a == b;
	return diagonal;
}

/* ---- qbsolv ------------------------------------------------------------------------------------------- */

/* `p qubo topology maxNodes nNodes nCouplers`. */
static bool read_problem(struct reading *reading, struct instance *instance, const struct line *line,
                         uint32_t counts[2])
{
	uint32_t items;
	if (line->tokens != 6 || !token_is(&line->token[1], "qubo") ||
	    !token_count(&line->token[3], INSTANCE_ITEMS, &items) || items == 0 ||
	    !token_count(&line->token[4], 4e9, &counts[0]) || !token_count(&line->token[5], 4e9, &counts[1])) {
		reading_error(reading, line->number, line->token[0].column, 1,
		              "the problem line is `p qubo 0 nodes diagonals couplers`, with 1 to %d nodes",
		              INSTANCE_ITEMS);
		return false;
	}
	return reading_number_items(reading, instance, items, 0);
}

void read_qbsolv(struct reading *reading, struct instance *instance)
{
	struct cursor cursor = {reading->text, reading->text + reading->length, 0};
	struct line line;
	uint32_t counts[2] = {0}, found[2] = {0};
	instance->workload = WORKLOAD_QUBO;
	instance->off_diagonal_twice = reading->options->off_diagonal == 2;
	instance->remark =
		reading_copy(reading, instance->off_diagonal_twice ? "an entry off the diagonal was counted twice"
	                                                           : "each entry was counted once");
	while (next_line(&cursor, &line) && !reading_full(reading)) {
		if (line.token[0].text[0] == 'c' || line.token[0].text[0] == '#')
			continue;
		if (token_is(&line.token[0], "p")) {
			if (instance->items > 0) {
				complain(reading, &line, 0, "there is a second problem line");
				return;
			}
			if (!read_problem(reading, instance, &line, counts))
				return;
			continue;
		}
		if (instance->items == 0) {
			complain(reading, &line, 0,
			         "the problem line `p qubo 0 nodes diagonals couplers` must come first");
			return;
		}
		read_entry(reading, instance, &line, 0);
		found[line.tokens > 1 &&
		      !(line.token[0].length == line.token[1].length &&
			memcmp(line.token[0].text, line.token[1].text, line.token[0].length) == 0)]++;
	}
	for (int i = 0; i < 2 && instance->items > 0 && !reading_full(reading); i++)
		if (found[i] != counts[i])
			reading_hint(reading_error(reading, cursor.line ? cursor.line : 1, 1, 1,
			                           "the problem line announces %u %s; here are %u", counts[i],
			                           i ? "couplers" : "diagonals", found[i]),
			             "is the file cut off?");
}
