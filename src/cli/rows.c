/* rows.c - the table of a sweep read: comma-separated values as RFC 4180 has them.
 *
 * A value may stand in double quotes, and then hold commas; two of them are one. Blanks around a value are no part of
 * it, and blank lines no rows. A byte order mark and CR before LF are let pass.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"

struct reader {
	const char *at, *end;
	uint32_t line, column;
	char *out;                       /* where the next value goes */
	songdo_error *error;
};

static songdo_status fail_at(songdo_error *error, struct row_place place, const char *message)
{
	error_set(error, SONGDO_BAD_PROGRAM, "%s", message);
	error->line = place.line;
	error->column = place.column;
	error->length = place.length > 0 ? place.length : 1;
	return SONGDO_BAD_PROGRAM;
}

/* Columns count bytes, as those of programs do. */
static void advance(struct reader *reader)
{
	reader->column++;
	if (*reader->at++ == '\n') {
		reader->line++;
		reader->column = 1;
	}
}

static bool at_any(const struct reader *reader, const char *any)
{
	return reader->at < reader->end && *reader->at != '\0' && strchr(any, *reader->at) != NULL;
}

static void skip_blank(struct reader *reader)
{
	while (at_any(reader, " \t"))
		advance(reader);
}

/* One value up to the comma or the end of the line, which stay. */
static songdo_status read_value(struct reader *reader, const char **value, struct row_place *place)
{
	skip_blank(reader);
	char *const start = reader->out, *last = start;
	*place = (struct row_place){ .line = reader->line, .column = reader->column };
	if (at_any(reader, "\"")) {
		advance(reader);
		for (;; advance(reader)) {
			if (reader->at == reader->end)
				return fail_at(reader->error, *place, "a quote is not closed");
			if (*reader->at == '"') {
				advance(reader);
				if (!at_any(reader, "\""))
					break;
			}
			*reader->out++ = *reader->at;
		}
		last = reader->out;
		place->length = reader->line == place->line ? reader->column - place->column : 1;
		skip_blank(reader);
		if (reader->at < reader->end && !at_any(reader, ",\r\n"))
			return fail_at(reader->error, (struct row_place){reader->line, reader->column, 1},
			               "a comma is expected behind the quote");
	} else {
		for (; reader->at < reader->end && !at_any(reader, ",\r\n"); advance(reader)) {
			if (*reader->at == '\0')
				return fail_at(reader->error, (struct row_place){reader->line, reader->column, 1},
				               "this is no text: a zero byte");
			*reader->out++ = *reader->at;
			if (*reader->at != ' ' && *reader->at != '\t')
				last = reader->out;
		}
		place->length = (uint32_t)(last - start);
	}
	*last = '\0';
	reader->out = last + 1;
	*value = start;
	return SONGDO_OK;
}

static void end_line(struct reader *reader)
{
	while (at_any(reader, "\r"))
		advance(reader);
	if (at_any(reader, "\n"))
		advance(reader);
}

/* Pass over blank lines; whether something is left. */
static bool find_line(struct reader *reader)
{
	for (;;) {
		skip_blank(reader);
		if (reader->at == reader->end)
			return false;
		if (!at_any(reader, "\r\n"))
			return true;
		end_line(reader);
	}
}

static songdo_status read_names(struct rows *rows, struct reader *reader)
{
	songdo_status status;

	if (!find_line(reader))
		return fail_at(reader->error, (struct row_place){ 1, 1, 1 }, "the file is empty; its first line names inputs");
	do {
		if (rows->columns > 0)
			advance(reader);
		status = read_value(reader, &rows->name[rows->columns], &rows->place[rows->columns]);
		if (status != SONGDO_OK)
			return status;
		if (rows->name[rows->columns][0] == '\0')
			return fail_at(reader->error, rows->place[rows->columns], "a column has no name");
		for (size_t c = 0; c < rows->columns; c++)
			if (strcmp(rows->name[c], rows->name[rows->columns]) == 0)
				return fail_at(reader->error, rows->place[rows->columns], "a column is there twice");
		rows->columns++;
	} while (at_any(reader, ","));
	end_line(reader);
	return SONGDO_OK;
}

static songdo_status read_row(struct rows *rows, struct reader *reader)
{
	struct row_place *place = &rows->place[(rows->rows + 1) * rows->columns], extra;
	songdo_input *input = &rows->value[rows->rows * rows->columns];
	size_t count = 0;
	char message[160];
	const char *beyond;
	songdo_status status;

	do {
		if (count > 0)
			advance(reader);
		if (count == rows->columns)
			status = read_value(reader, &beyond, &extra);
		else
			status = read_value(reader, &input[count].value, &place[count]);
		if (status != SONGDO_OK)
			return status;
		if (count == rows->columns) {
			snprintf(message, sizeof(message), "the row has more than %zu value%s, the number of columns", rows->columns,
			         rows->columns == 1 ? "" : "s");
			return fail_at(reader->error, extra, message);
		}
		input[count].name = rows->name[count];
		count++;
	} while (at_any(reader, ","));
	if (count < rows->columns) {
		snprintf(message, sizeof(message), "the row has %zu value%s, where there are %zu columns; '%.60s' is missing", count,
		         count == 1 ? "" : "s", rows->columns, rows->name[count]);
		return fail_at(reader->error, (struct row_place){ reader->line, reader->column, 1 }, message);
	}
	end_line(reader);
	rows->rows++;
	return SONGDO_OK;
}

songdo_status rows_read(struct rows *rows, const char *text, size_t length, songdo_error *error)
{
	struct reader reader = { .at = text, .end = text + length, .line = 1, .column = 1, .error = error };
	size_t lines = 1, commas = 1, widest = 1;
	songdo_status status = SONGDO_NO_FIT;

	*rows = (struct rows){ 0 };
	for (size_t i = 0, here = 1; i < length; i++) {
		here = text[i] == '\n' ? 1 : here + (text[i] == ',');
		lines += text[i] == '\n';
		commas += text[i] == ',';
		widest = here > widest ? here : widest;
	}
	/* Every value has a comma or an end of line behind it; the names bound the columns. */
	rows->text = malloc(length + lines + commas + 1);
	rows->name = calloc(commas + 1, sizeof(*rows->name));
	rows->value = calloc(lines + commas, sizeof(*rows->value));
	rows->place = calloc(lines + 2 * commas + 1, sizeof(*rows->place));
	if (rows->text == NULL || rows->name == NULL || rows->value == NULL || rows->place == NULL) {
		error_set(error, status, "no memory for the rows of the sweep");
		goto done;
	}
	reader.out = rows->text;
	if (length >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
		reader.at += 3;
	status = read_names(rows, &reader);
	while (status == SONGDO_OK && find_line(&reader))
		status = read_row(rows, &reader);
	if (status == SONGDO_OK && rows->rows == 0)
		status = fail_at(error, (struct row_place){ reader.line, reader.column, 1 }, "there is no row under the names");
done:
	if (status != SONGDO_OK)
		rows_fini(rows);
	return status;
}

void rows_fini(struct rows *rows)
{
	free(rows->text);
	free(rows->name);
	free(rows->value);
	free(rows->place);
	*rows = (struct rows){ 0 };
}

void rows_blame(const struct rows *rows, size_t row, songdo_error *error)
{
	const struct row_place *place = rows->place + (row == rows->rows ? 0 : (row + 1) * rows->columns);
	size_t column = 0;
	char quoted[96];

	for (size_t c = 0; c < rows->columns; c++) {
		snprintf(quoted, sizeof(quoted), "'%.80s'", rows->name[c]);
		if (strstr(error->message, quoted) != NULL) {
			column = c;
			break;
		}
	}
	error->code = SONGDO_BAD_PROGRAM;
	error->line = place[column].line;
	error->column = place[column].column;
	error->length = place[column].length > 0 ? place[column].length : 1;
}
