/* json.c - a streaming writer of JSON into a growing string.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"

static void new_line(struct json *json)
{
	if (json->indent == 0)
		return;
	text_add(json->text, "\n");
	for (int i = 0; i < json->depth * json->indent; i++)
		text_add(json->text, " ");
}

/* What stands before a key, or before a value that follows no key. */
static void open_item(struct json *json)
{
	if (json->after_key) {
		json->after_key = false;
		return;
	}
	if (!json->fresh)
		text_add(json->text, json->indent == 0 ? ", " : ",");
	if (json->depth > 0)
		new_line(json);
	json->fresh = false;
}

static void open_level(struct json *json, const char *bracket)
{
	open_item(json);
	text_add(json->text, bracket);
	json->depth++;
	json->fresh = true;
}

static void close_level(struct json *json, const char *bracket)
{
	assert(json->depth > 0 && !json->after_key);
	json->depth--;
	if (!json->fresh)
		new_line(json);
	text_add(json->text, bracket);
	json->fresh = false;
}

/* The length of the valid UTF-8 character at s (no overlong form, no surrogate, at most U+10FFFF), or 0. */
static size_t utf8_length(const unsigned char *s)
{
	if (s[0] < 0x80)
		return 1;
	const size_t length = s[0] >= 0xF0 ? 4 : s[0] >= 0xE0 ? 3 : 2;
	if (s[0] < 0xC2 || s[0] > 0xF4)
		return 0;
	for (size_t i = 1; i < length; i++)
		if ((s[i] & 0xC0) != 0x80)
			return 0;
	if ((s[0] == 0xE0 && s[1] < 0xA0) || (s[0] == 0xED && s[1] >= 0xA0) ||
	    (s[0] == 0xF0 && s[1] < 0x90) || (s[0] == 0xF4 && s[1] >= 0x90))
		return 0;
	return length;
}

static void add_quoted(struct text *text, const char *value)
{
	static const char short_escape[128] = {
		['"'] = '"', ['\\'] = '\\', ['\b'] = 'b', ['\f'] = 'f', ['\n'] = 'n', ['\r'] = 'r', ['\t'] = 't',
	};
	const unsigned char *s = (const unsigned char *)value;
	text_add(text, "\"");
	while (*s) {
		const size_t length = utf8_length(s);
		if (length == 0) {
			text_add(text, "\xEF\xBF\xBD");   /* U+FFFD for a byte that is no UTF-8 */
			s++;
			continue;
		}
		if (length == 1 && short_escape[*s])
			text_add_bytes(text, (const char[]){ '\\', short_escape[*s] }, 2);
		else if (*s < 0x20 || *s == 0x7F)
			text_add_format(text, "\\u%04x", *s);
		else
			text_add_bytes(text, (const char *)s, length);
		s += length;
	}
	text_add(text, "\"");
}

void json_init(struct json *json, struct text *text, int indent)
{
	*json = (struct json){ .text = text, .indent = indent, .fresh = true };
}

void json_object(struct json *json) { open_level(json, "{"); }
void json_object_end(struct json *json) { close_level(json, "}"); }
void json_array(struct json *json) { open_level(json, "["); }
void json_array_end(struct json *json) { close_level(json, "]"); }

void json_key(struct json *json, const char *key)
{
	assert(!json->after_key);
	open_item(json);
	add_quoted(json->text, key);
	text_add(json->text, ": ");
	json->after_key = true;
}

void json_string(struct json *json, const char *value)
{
	open_item(json);
	add_quoted(json->text, value);
}

void json_double(struct json *json, double value)
{
	if (!isfinite(value)) {
		json_null(json);
		return;
	}
	open_item(json);
	/* Fifteen digits are kept by every normal double; below those, fewer may do, and seventeen always do. */
	char digits[40];
	const int fewest = fabs(value) < DBL_MIN ? 1 : 15;
	for (int precision = fewest; precision <= 17; precision++) {
		snprintf(digits, sizeof digits, "%.*g", precision, value);
		if (strtod(digits, NULL) == value)
			break;
	}
	/* A program around us may have set a locale with another decimal sign, of one or more bytes. */
	bool in_sign = false;
	char *end = digits;
	for (const char *c = digits; *c; c++) {
		const bool plain = strchr("0123456789+-e", *c) != NULL;
		if (plain)
			*end++ = *c;
		else if (!in_sign)
			*end++ = '.';
		in_sign = !plain;
	}
	text_add_bytes(json->text, digits, (size_t)(end - digits));
}

void json_u64(struct json *json, uint64_t value)
{
	open_item(json);
	text_add_format(json->text, "%" PRIu64, value);
}

void json_i64(struct json *json, int64_t value)
{
	open_item(json);
	text_add_format(json->text, "%" PRId64, value);
}

void json_bool(struct json *json, bool value)
{
	open_item(json);
	text_add(json->text, value ? "true" : "false");
}

void json_null(struct json *json)
{
	open_item(json);
	text_add(json->text, "null");
}
