/* diagnose.c - gathering diagnostics and drawing them.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "qasm/diagnose.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "qasm/source.h"

enum { LINE_COLUMNS = 120 };   /* of a source line that is shown; more is cut */

/* Make a message safe to print: control characters and broken UTF-8 become question marks. */
static void make_plain(char *text)
{
	unsigned char *c = (unsigned char *)text;
	for (size_t left = strlen(text); left > 0;) {
		uint32_t point = 0;
		unsigned length = utf8_decode(c, left, &point);
		if (length == 0 || point < 32 || (point >= 127 && point < 160)) {
			memset(c, '?', length ? length : 1);
			length = length ? length : 1;
		}
		c += length;
		left -= length;
	}
}

/* A free place, or that of the last warning where an error needs it. */
static songdo_error *take_place(struct diagnostics *diagnostics, bool warning)
{
	if (diagnostics->count < diagnostics->capacity)
		return &diagnostics->errors[diagnostics->count++];
	for (size_t i = diagnostics->count; !warning && i-- > 0;)
		if (diagnostics->errors[i].warning) {
			memmove(&diagnostics->errors[i], &diagnostics->errors[i + 1],
			        (diagnostics->count - i - 1) * sizeof *diagnostics->errors);
			return &diagnostics->errors[diagnostics->count - 1];
		}
	return NULL;
}

static void report(struct diagnostics *diagnostics, struct place place, bool warning, const char *format,
                   va_list arguments)
{
	diagnostics->last = NULL;
	if (!diagnostics->source) {
		diagnostics->error_count += !warning;
		return;
	}
	/* Nothing is located that is not reported: lines may be long. */
	if (warning ? diagnostics->count >= diagnostics->capacity : diagnostics->error_count >= DIAGNOSE_LIMIT) {
		diagnostics->error_count += !warning;
		return;
	}
	uint32_t line, column, length;
	const char *file = diagnostics->source->file[place.file].name;
	source_locate(diagnostics->source, place, &line, &column, &length);
	for (size_t i = 0; i < diagnostics->count; i++) {
		const songdo_error *other = &diagnostics->errors[i];
		if (other->line == line && other->column == column && other->warning == warning &&
		    strncmp(other->file, file, sizeof other->file - 1) == 0)
			return;
	}
	diagnostics->error_count += !warning;
	songdo_error *error = take_place(diagnostics, warning);
	if (!error)
		return;
	*error = (songdo_error){.code = SONGDO_BAD_PROGRAM, .warning = warning, .line = line, .column = column,
	                         .length = length};
	snprintf(error->file, sizeof error->file, "%s", file);
	vsnprintf(error->message, sizeof error->message, format, arguments);
	make_plain(error->file);
	make_plain(error->message);
	diagnostics->last = error;
}

songdo_status diagnose_error(struct diagnostics *diagnostics, struct place place, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	report(diagnostics, place, false, format, arguments);
	va_end(arguments);
	return SONGDO_BAD_PROGRAM;
}

void diagnose_warning(struct diagnostics *diagnostics, struct place place, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	report(diagnostics, place, true, format, arguments);
	va_end(arguments);
}

void diagnose_hint(struct diagnostics *diagnostics, const char *format, ...)
{
	if (!diagnostics->last)
		return;
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(diagnostics->last->hint, sizeof diagnostics->last->hint, format, arguments);
	va_end(arguments);
	make_plain(diagnostics->last->hint);
}

void diagnose_hint_place(struct diagnostics *diagnostics, const char *what, struct place place)
{
	uint32_t line, column, length;
	if (!diagnostics->last || place.length == 0)
		return;
	source_locate(diagnostics->source, place, &line, &column, &length);
	if (place.file == 0)
		diagnose_hint(diagnostics, "%s on line %u", what, line);
	else
		diagnose_hint(diagnostics, "%s on line %u of %.160s", what, line,
		              diagnostics->source->file[place.file].name);
}

static int compare_errors(const void *left, const void *right)
{
	const songdo_error *a = left, *b = right;
	if (strcmp(a->file, b->file) != 0)
		return 0;
	if (a->line != b->line)
		return a->line < b->line ? -1 : 1;
	return a->column < b->column ? -1 : a->column > b->column;
}

void diagnose_sort(struct diagnostics *diagnostics)
{
	/* insertion: few, nearly sorted, and those of different files keep their order */
	for (size_t i = 1; i < diagnostics->count; i++)
		for (size_t j = i; j > 0 && compare_errors(&diagnostics->errors[j - 1], &diagnostics->errors[j]) > 0;
		     j--) {
			const songdo_error swap = diagnostics->errors[j];
			diagnostics->errors[j] = diagnostics->errors[j - 1];
			diagnostics->errors[j - 1] = swap;
		}
	diagnostics->last = NULL;
}

bool diagnose_is_full(const struct diagnostics *diagnostics) { return diagnostics->error_count >= DIAGNOSE_LIMIT; }

/* ---- Drawing ------------------------------------------------------------------------------------------------ */

/* Columns a character takes on a terminal: 0 for combining ones, 2 for the wide ones of East Asia and emoji. */
static unsigned width_of(uint32_t point)
{
	static const uint32_t wide[][2] = {{0x1100, 0x115F}, {0x2E80, 0x303E}, {0x3041, 0xA4CF}, {0xAC00, 0xD7A3},
	                                   {0xF900, 0xFAFF}, {0xFE30, 0xFE6F}, {0xFF00, 0xFF60}, {0xFFE0, 0xFFE6},
	                                   {0x1F300, 0x1F64F}, {0x1F900, 0x1F9FF}, {0x20000, 0x3FFFD}};
	static const uint32_t none[][2] = {
	        {0x300, 0x36F}, {0x1AB0, 0x1AFF}, {0x200B, 0x200F}, {0x20D0, 0x20FF}, {0xFE00, 0xFE0F}};
	for (unsigned i = 0; i < ARRAY_LENGTH(none); i++)
		if (point >= none[i][0] && point <= none[i][1])
			return 0;
	for (unsigned i = 0; i < ARRAY_LENGTH(wide); i++)
		if (point >= wide[i][0] && point <= wide[i][1])
			return 2;
	return 1;
}

/* One character of a source line as it is shown: its bytes, and how many columns they take from `column` on. */
static unsigned shown(const char *text, size_t left, unsigned column, char out[12], unsigned *bytes)
{
	uint32_t point = 0;
	const unsigned length = utf8_decode((const unsigned char *)text, left, &point);
	*bytes = length ? length : 1;
	if (point == '\t') {
		const unsigned width = 8 - column % 8;
		memset(out, ' ', width);
		out[width] = '\0';
		return width;
	}
	if (length == 0)
		return (unsigned)sprintf(out, "\\x%02X", (unsigned char)text[0]);
	if (point < 32 || (point >= 127 && point < 160))
		return (unsigned)sprintf(out, "\\x%02X", (unsigned)point);
	memcpy(out, text, length);
	out[length] = '\0';
	return width_of(point);
}

/* The source line and under it the caret and its span. */
static void draw_line(struct text *out, const songdo_error *error, const char *line, size_t length)
{
	struct text above = {0}, below = {0};
	/* Start so that the span is in sight: at the line's beginning, or 40 characters before the span. */
	const uint32_t first = error->column > 100 ? error->column - 40 : 1;
	unsigned column = 0, carets = 0;
	uint32_t character = 1;
	bool cut = false;
	if (first > 1) {
		text_add(&above, "...");
		text_add(&below, "   ");
		column = 3;
	}
	for (size_t i = 0; i < length && !above.failed; character++) {
		char glyph[12];
		unsigned bytes, width = shown(line + i, length - i, column, glyph, &bytes);
		i += bytes;
		if (character < first)
			continue;
		if (column + width > LINE_COLUMNS) {
			cut = true;
			break;
		}
		text_add(&above, glyph);
		const bool inside = character >= error->column && character - error->column < error->length;
		for (unsigned k = 0; k < width && (inside || character < error->column); k++) {
			text_add(&below, !inside ? " " : carets == 0 ? "^" : "~");
			carets += inside;
		}
		column += width;
	}
	if (carets == 0)
		text_add(&below, "^");   /* beyond the end of the line */
	text_add_format(out, "  %s%s\n  %s\n", above.data ? above.data : "", cut ? "..." : "",
	                below.data ? below.data : "");
	text_fini(&above);
	text_fini(&below);
}

void diagnose_render(struct text *out, const songdo_error *error, const char *file, const char *text, size_t length)
{
	text_add(out, error->file);
	if (error->line > 0)
		text_add_format(out, ":%u:%u", error->line, error->column);
	text_add_format(out, ": %s: %s\n", error->warning ? "warning" : "error", error->message);
	char name[sizeof error->file];
	snprintf(name, sizeof name, "%s", file);
	make_plain(name);
	if (error->line > 0 && text && strcmp(name, error->file) == 0) {
		const char *line = text, *end = text + length;
		for (uint32_t i = 1; i < error->line && line; i++) {
			line = memchr(line, '\n', (size_t)(end - line));
			line = line ? line + 1 : NULL;
		}
		if (line) {
			if (error->line == 1 && length >= 3 && memcmp(line, "\xEF\xBB\xBF", 3) == 0)
				line += 3;
			const char *stop = memchr(line, '\n', (size_t)(end - line));
			stop = stop ? stop : end;
			while (stop > line && (stop[-1] == '\r' || stop[-1] == ' '))
				stop--;
			draw_line(out, error, line, (size_t)(stop - line));
		}
	}
	if (error->hint[0])
		text_add_format(out, "hint: %s\n", error->hint);
}

char *songdo_error_text(const songdo_error *error, const char *file, const char *text, size_t length)
{
	struct text out = { 0 };

	if (error->line > 0)
		diagnose_render(&out, error, file ? file : "<text>", text, length);
	else {
		text_add(&out, error->message[0] ? error->message : songdo_status_text(error->code));
		if (error->hint[0])
			text_add_format(&out, "\nhint: %s", error->hint);
		text_add(&out, "\n");
	}
	if (out.failed) {
		text_fini(&out);
		return NULL;
	}
	return out.data;
}
