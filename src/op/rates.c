/* rates.c - rates as text: one line a figure, read back as strictly as it was written.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "op/rates.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define VERSION "songdo.machine 1"

/* ---- Names ------------------------------------------------------------------------------------------ */

static const char *const precision_name[2] = {[SONGDO_DOUBLE] = "double", [SONGDO_SINGLE] = "single"};

static const struct {
	const char *name;
	size_t offset;
} plain[] = {
        {"touch", offsetof(struct rates, touch)},
        {"memory.one", offsetof(struct rates, memory_one)},
        {"memory", offsetof(struct rates, memory)},
        {"l1", offsetof(struct rates, cache[0])},
        {"l2", offsetof(struct rates, cache[1])},
        {"l3", offsetof(struct rates, cache[2])},
        {"double.flops", offsetof(struct rates, of[SONGDO_DOUBLE].flops)},
        {"single.flops", offsetof(struct rates, of[SONGDO_SINGLE].flops)},
        {"link", offsetof(struct rates, link)},
        {"link.seconds", offsetof(struct rates, link_seconds)},
};

const char *rates_field(struct rates *rates, size_t i, double **value, char *buffer, size_t size)
{
	if (i < ARRAY_LENGTH(plain)) {
		*value = (double *)((char *)rates + plain[i].offset);
		return plain[i].name;
	}
	i -= ARRAY_LENGTH(plain);
	for (int precision = 0; precision < 2; precision++)
		for (int kind = 0; kind < KERNEL_KINDS; kind++) {
			const unsigned least = step_least_targets((enum kernel_kind)kind);
			const size_t count = step_most_targets((enum kernel_kind)kind) - least + 1;
			if (i < count) {
				*value = &rates->of[precision].step[kind][least + i];
				snprintf(buffer, size, "%s.%s.%u", precision_name[precision],
				         step_name((enum kernel_kind)kind), least + (unsigned)i);
				return buffer;
			}
			i -= count;
		}
	return NULL;
}

/* ---- Writing ---------------------------------------------------------------------------------------- */

void rates_print(const struct rates *rates, struct text *text)
{
	struct rates copy = *rates;
	char buffer[64];
	const char *name;
	double *value;

	text_add_format(text, VERSION "\ncpu %s\nisa %s\nthreads %u\n", rates->cpu, rates->isa, rates->threads);
	for (size_t i = 0; (name = rates_field(&copy, i, &value, buffer, sizeof buffer)) != NULL; i++)
		if (*value > 0)
			text_add_format(text, "%s %.6g\n", name, *value);
}

/* ---- Reading ---------------------------------------------------------------------------------------- */

struct line {
	const char *file, *begin;
	char word[64], rest[64]; /* up to the first space, and after it */
	uint32_t number;
	size_t length;
};

static songdo_status complain(const struct line *line, bool rest, songdo_error *error, const char *message,
                              const char *what)
{
	error_set(error, SONGDO_BAD_CONFIGURATION, message, what);
	error_hint(error, "measure again: songdo bench --save");
	if (error) {
		snprintf(error->file, sizeof error->file, "%s", line->file);
		error->line = line->number;
		error->column = (uint32_t)(rest ? strlen(line->word) + 2 : 1);
		error->length = (uint32_t)(rest ? strlen(line->rest) : line->length);
		error->length += error->length == 0;
	}
	return SONGDO_BAD_CONFIGURATION;
}

/* The next line that says something; false after the last. */
static bool next_line(struct line *line, const char **at, const char *end)
{
	const char *stop = memchr(*at, '\n', (size_t)(end - *at)), *space;
	if (*at == end)
		return false;
	stop = stop ? stop : end;
	line->begin = *at;
	line->number++;
	line->length = (size_t)(stop - *at);
	space = memchr(line->begin, ' ', line->length);
	const int word = (int)((space ? space : stop) - line->begin);
	const int rest = space ? (int)(stop - space - 1) : 0;
	snprintf(line->word, sizeof line->word, "%.*s", word, line->begin);
	snprintf(line->rest, sizeof line->rest, "%.*s", rest, space ? space + 1 : "");
	*at = stop < end ? stop + 1 : end;
	return true;
}

/* The figure of a name; NULL for none of them. */
static double *find_field(struct rates *rates, const char *wanted)
{
	char buffer[64];
	const char *name;
	double *value;

	for (size_t i = 0; (name = rates_field(rates, i, &value, buffer, sizeof buffer)) != NULL; i++)
		if (strcmp(name, wanted) == 0)
			return value;
	return NULL;
}

static songdo_status read_line(struct rates *rates, const struct line *line, songdo_error *error)
{
	char *end;
	double *value;

	if (strcmp(line->word, "cpu") == 0) {
		snprintf(rates->cpu, sizeof rates->cpu, "%s", line->rest);
		return SONGDO_OK;
	}
	if (strcmp(line->word, "isa") == 0) {
		snprintf(rates->isa, sizeof rates->isa, "%.*s", (int)sizeof rates->isa - 1, line->rest);
		return SONGDO_OK;
	}
	if (strcmp(line->word, "threads") == 0) {
		const unsigned long threads = strtoul(line->rest, &end, 10);
		if (*end || line->rest[0] < '0' || line->rest[0] > '9' || threads < 1 || threads > 1u << 20)
			return complain(line, true, error, "\"%.40s\" is no number of threads", line->rest);
		rates->threads = (uint32_t)threads;
		return SONGDO_OK;
	}
	value = find_field(rates, line->word);
	if (!value)
		return complain(line, false, error, "there is no figure \"%.40s\"", line->word);
	if (*value > 0)
		return complain(line, false, error, "a second \"%.40s\"", line->word);
	const double number = strtod(line->rest, &end);
	if (*end || line->rest[0] < '0' || line->rest[0] > '9' || !isfinite(number) || !(number > 0))
		return complain(line, true, error, "\"%.40s\" is no positive number", line->rest);
	*value = number;
	return SONGDO_OK;
}

songdo_status rates_parse(struct rates *rates, const char *data, size_t length, const char *file, songdo_error *error)
{
	struct line line = {.file = file};
	const char *at = data, *end = data + length;
	songdo_status status = SONGDO_OK;

	*rates = (struct rates){0};
	if (!next_line(&line, &at, end) || line.length != strlen(VERSION) ||
	    memcmp(line.begin, VERSION, line.length) != 0) {
		line.number = 1;
		return complain(&line, false, error, "this is no file of %s",
		                "songdo bench --save (its first line is \"" VERSION "\")");
	}
	while (status == SONGDO_OK && next_line(&line, &at, end))
		status = read_line(rates, &line, error);
	if (status == SONGDO_OK && (!rates->cpu[0] || !rates->isa[0] || !rates->threads))
		status = complain(&line, false, error, "%s",
		                  "the file ends too early: it does not tell cpu, isa and threads");
	if (status != SONGDO_OK)
		*rates = (struct rates){0};
	return status;
}
