/* input.c - values for `input` variables, given as text.
 *
 * Numbers may be small expressions: "pi/4", "-2*pi/3", "1e-3". Bit strings have bit 0 rightmost. Arrays are lists
 * separated by commas, with or without brackets.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "program/machine.h"

/* ---- Real numbers: sums of products of signed factors ----------------------------------------------- */

enum { INPUT_DEPTH = 64, INPUT_NAMES = 64 };

struct reader {
	const char *at;
	int depth;
	bool failed;
};

static double read_sum(struct reader *reader);

static bool take(struct reader *reader, const char *word)
{
	while (isspace((unsigned char)*reader->at))
		reader->at++;
	const size_t length = strlen(word);
	if (strncmp(reader->at, word, length) != 0)
		return false;
	reader->at += length;
	return true;
}

static double read_factor(struct reader *reader)
{
	static const struct { const char *name; double value; } constants[] = {
		{"pi", M_PI}, {"\xcf\x80", M_PI}, {"tau", 2 * M_PI}, {"\xcf\x84", 2 * M_PI}, {"euler", M_E}, {"\xe2\x84\x87", M_E},
	};
	double value = 0;
	if (reader->failed || ++reader->depth > INPUT_DEPTH) {
		reader->failed = true;
		return 0;
	}
	if (take(reader, "-")) {
		value = -read_factor(reader);
	} else if (take(reader, "+")) {
		value = read_factor(reader);
	} else if (take(reader, "(")) {
		value = read_sum(reader);
		reader->failed |= !take(reader, ")");
	} else {
		size_t i = 0;
		while (i < ARRAY_LENGTH(constants) && !take(reader, constants[i].name))
			i++;
		if (i < ARRAY_LENGTH(constants)) {
			value = constants[i].value;
		} else if (isdigit((unsigned char)*reader->at) || *reader->at == '.') {
			char *end;
			value = strtod(reader->at, &end);
			reader->failed |= end == reader->at;
			reader->at = end;
		} else {
			reader->failed = true;
		}
	}
	reader->depth--;
	return value;
}

static double read_product(struct reader *reader)
{
	double value = read_factor(reader);
	for (;;) {
		if (take(reader, "*"))
			value *= read_factor(reader);
		else if (take(reader, "/"))
			value /= read_factor(reader);
		else
			return value;
	}
}

static double read_sum(struct reader *reader)
{
	double value = read_product(reader);
	for (;;) {
		if (take(reader, "+"))
			value += read_product(reader);
		else if (take(reader, "-"))
			value -= read_product(reader);
		else
			return value;
	}
}

static bool read_real(const char *text, double *out)
{
	struct reader reader = {.at = text};
	*out = read_sum(&reader);
	take(&reader, "");   /* blanks at the end */
	return !reader.failed && *reader.at == '\0' && isfinite(*out);
}

/* ---- One value -------------------------------------------------------------------------------------- */

/* A whole integer with an optional sign; 0x, 0o and 0b are understood. */
static bool read_integer(const char *text, bool is_signed, uint32_t width, int64_t *out)
{
	const bool is_negative = *text == '-';
	text += *text == '-' || *text == '+';
	int base = 10;
	if (text[0] == '0' && strchr("xXoObB", text[1] ? text[1] : ' ')) {
		base = tolower((unsigned char)text[1]) == 'x' ? 16 : tolower((unsigned char)text[1]) == 'o' ? 8 : 2;
		text += 2;
	}
	if (!isalnum((unsigned char)*text))
		return false;
	char *end;
	errno = 0;
	const unsigned long long magnitude = strtoull(text, &end, base);
	if (errno || *end)
		return false;
	const uint64_t limit = is_signed     ? low_mask(width - 1) + (is_negative ? 1 : 0)
	                       : is_negative ? 0
	                                     : low_mask(width);
	if (magnitude > limit)
		return false;
	*out = (int64_t)(is_negative ? -(uint64_t)magnitude : magnitude);
	return true;
}

static bool read_bits(const char *text, uint32_t width, int64_t *out)
{
	const size_t length = strlen(text);
	if (width == 1 && (!strcmp(text, "true") || !strcmp(text, "false"))) {
		*out = text[0] == 't';
		return true;
	}
	if (length != width || strspn(text, "01") != length)
		return false;
	for (uint32_t i = 0; i < width; i++)
		out[i] = text[width - 1 - i] == '1';
	return true;
}

static bool read_value(const char *text, const struct program_variable *v, int64_t *out)
{
	double real;
	switch (v->kind) {
	case CELL_BIT: return read_bits(text, v->width, out);
	case CELL_BOOL: return read_bits(text, 1, out);
	case CELL_INT:
	case CELL_UINT: return read_integer(text, v->kind == CELL_INT, v->width, out);
	default:
		if (!read_real(text, &real))
			return false;
		if (v->kind == CELL_ANGLE) {
			*out = (int64_t)angle_from_radians(real, v->width);
		} else {
			out[0] = float_cell(v->width == 32 ? (double)(float)real : real);
			if (v->kind == CELL_COMPLEX)
				out[1] = float_cell(0);
		}
		return true;
	}
}

static const char *kind_text(const struct program_variable *v)
{
	static const char *const texts[CELL_KINDS] = {
		[CELL_BIT] = "bits, such as 0110", [CELL_BOOL] = "true or false", [CELL_INT] = "a whole number that fits",
		[CELL_UINT] = "a whole number from 0 that fits", [CELL_FLOAT] = "a number, such as 0.5 or pi/4",
		[CELL_ANGLE] = "an angle in radians, such as pi/4", [CELL_COMPLEX] = "a number",
	};
	return texts[v->kind];
}

/* ---- All of them ------------------------------------------------------------------------------------ */

/* Blanks, quotes and brackets around a value are no part of it. In place. */
static char *strip(char *text, const char *around)
{
	while (*text && strchr(around, *text))
		text++;
	size_t length = strlen(text);
	while (length && strchr(around, text[length - 1]))
		text[--length] = '\0';
	return text;
}

static songdo_status set_input(struct vm *vm, const struct program_variable *v, const char *value, songdo_error *error)
{
	char *copy = strdup(value), *next = NULL;
	if (!copy)
		return error_set(error, SONGDO_NO_FIT, "memory is out");
	const uint64_t cells = v->kind == CELL_COMPLEX ? 2 : v->kind == CELL_BIT ? v->width : 1;
	int64_t *out = vm->memory + v->address;
	uint64_t count = 0;
	bool fits = true;
	if (!v->is_array) {
		fits = read_value(strip(copy, " \t\"'"), v, out);
	} else {
		for (char *item = strtok_r(strip(copy, " \t[]{}"), ",", &next); item && fits;
		     item = strtok_r(NULL, ",", &next)) {
			fits = count < v->elements && read_value(strip(item, " \t\"'[]{}"), v, out + count * cells);
			count++;
		}
		fits &= count == v->elements;
	}
	free(copy);
	if (fits)
		return SONGDO_OK;
	/* The value is the user's own and short; it is cut all the same. */
	if (v->is_array)
		error_set(error, SONGDO_BAD_USAGE, "the input '%s' is an array of %llu values, not '%.40s'", v->name,
		          (unsigned long long)v->elements, value);
	else if (v->kind == CELL_BIT && v->width > 1)
		error_set(error, SONGDO_BAD_USAGE, "the input '%s' is a string of %u bits, not '%.40s'", v->name,
		          v->width, value);
	else
		error_set(error, SONGDO_BAD_USAGE, "the input '%s' is %s, not '%.40s'", v->name, kind_text(v), value);
	return SONGDO_BAD_USAGE;
}

static songdo_status refuse_unknown(const songdo_program *program, const char *name, songdo_error *error)
{
	const char *names[INPUT_NAMES + 1] = {NULL};
	struct text list = {0};
	for (uint64_t i = 0; i < program->inputs && i < INPUT_NAMES; i++) {
		names[i] = program->input[i].name;
		text_add_format(&list, "%s%s", i ? ", " : "", names[i]);
	}
	error_set(error, SONGDO_BAD_USAGE, "the program has no input '%.80s'", name);
	const char *near = text_nearest(name, names);
	if (near)
		error_hint(error, "did you mean '%s'?", near);
	else if (program->inputs)
		error_hint(error, "its inputs are: %.200s", list.failed ? "" : list.data);
	else
		error_hint(error, "it declares no inputs");
	text_fini(&list);
	return SONGDO_BAD_USAGE;
}

songdo_status vm_set_inputs(struct vm *vm, const songdo_input *inputs, size_t count, songdo_error *error)
{
	const songdo_program *program = vm->program;
	for (size_t i = 0; i < count; i++) {
		uint64_t j = 0;
		while (j < program->inputs && strcmp(program->input[j].name, inputs[i].name) != 0)
			j++;
		if (j == program->inputs)
			return refuse_unknown(program, inputs[i].name, error);
		const songdo_status status = set_input(vm, &program->input[j], inputs[i].value, error);
		if (status != SONGDO_OK)
			return status;
	}
	for (uint64_t j = 0; j < program->inputs; j++) {
		size_t i = 0;
		while (i < count && strcmp(program->input[j].name, inputs[i].name) != 0)
			i++;
		if (i == count && !program->input[j].has_default) {
			error_set(error, SONGDO_BAD_USAGE, "the input '%s' is not given", program->input[j].name);
			error_hint(error, "--input %s=VALUE, %s", program->input[j].name,
			           kind_text(&program->input[j]));
			return SONGDO_BAD_USAGE;
		}
	}
	return SONGDO_OK;
}
