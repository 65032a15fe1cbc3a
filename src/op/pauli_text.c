/* pauli_text.c - sums of Pauli products read from text.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "op/pauli.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bits.h"
#include "base/text.h"

/* Of a coefficient: the squares of some ten thousand of them still add up to a number. */
#define LARGEST 1e150

struct reader {
	const char *at, *end;
	uint32_t line, column;
	const struct pauli_names *names;
	songdo_error *error;
};

static void advance(struct reader *r)
{
	if (*r->at == '\n') {
		r->line++;
		r->column = 0;
	}
	r->at++;
	r->column++;
}

static void skip_blank(struct reader *r)
{
	while (r->at < r->end && (isspace((unsigned char)*r->at) || *r->at == '#')) {
		if (*r->at == '#')
			while (r->at < r->end && *r->at != '\n')
				advance(r);
		else
			advance(r);
	}
}

static bool at_char(const struct reader *r, char c) { return r->at < r->end && *r->at == c; }

static songdo_status fail(struct reader *r, size_t length, const char *message, const char *hint)
{
	error_set(r->error, SONGDO_BAD_USAGE, "%s", message);
	if (r->error) {
		r->error->line = r->line;
		r->error->column = r->column;
		r->error->length = length ? (uint32_t)length : 1;
		if (hint)
			error_hint(r->error, "%s", hint);
	}
	return SONGDO_BAD_USAGE;
}

static bool is_pauli(char c) { return c && strchr("IXYZxyz", c); }

/* number: a decimal literal, copied so that strtod stops at the text's end and never reads "inf" or hexadecimal. */
static songdo_status read_number(struct reader *r, double *value)
{
	char digits[64];
	size_t n = 0;
	while (r->at + n < r->end && n < sizeof digits - 1) {
		char c = r->at[n];
		bool exponent_sign = n && (c == '+' || c == '-') && (r->at[n - 1] == 'e' || r->at[n - 1] == 'E');
		if (!isdigit((unsigned char)c) && c != '.' && c != 'e' && c != 'E' && !exponent_sign)
			break;
		digits[n++] = c;
	}
	digits[n] = 0;
	char *stop;
	*value = strtod(digits, &stop);
	size_t used = (size_t)(stop - digits);
	if (!used || n == sizeof digits - 1)
		return fail(r, n, "a number cannot be read here", NULL);
	if (!isfinite(*value))
		return fail(r, used, "a coefficient is not finite", NULL);
	while (used--)
		advance(r);
	return SONGDO_OK;
}

/* "2i", "0.5j", "(1 + 2j)": told as what they are. */
static songdo_status refuse_imaginary(struct reader *r)
{
	skip_blank(r);
	if (at_char(r, 'i') || at_char(r, 'j') || at_char(r, 'J'))
		return fail(r, 1, "a coefficient is complex", "coefficients are real numbers: an observable is Hermitian");
	return SONGDO_OK;
}

static songdo_status read_index(struct reader *r, uint64_t *index)
{
	size_t digits = 0;
	*index = 0;
	while (r->at < r->end && isdigit((unsigned char)*r->at)) {
		if (++digits > 10)
			return fail(r, 1, "a qubit number is too large", NULL);
		*index = *index * 10 + (uint64_t)(*r->at - '0');
		advance(r);
	}
	return digits ? SONGDO_OK : fail(r, 1, "a qubit number is expected here", "write Z0, or Z(q[0])");
}

/* term := term * P with P = i^|x & z| X^x Z^z; what is left of the factor i^k is counted in *quarter_turns. */
static void multiply(struct pauli_term *term, uint64_t x, uint64_t z, unsigned *quarter_turns)
{
	*quarter_turns += bit_count(term->x & term->z) + bit_count(x & z) + 2 * bit_count(term->z & x);
	term->x ^= x;
	term->z ^= z;
	*quarter_turns -= bit_count(term->x & term->z);
}

/* The hint of an unknown qubit: a name that is like it, or how many there are. */
static songdo_status fail_unknown(struct reader *r, size_t length, const char *name, size_t name_length)
{
	const struct pauli_names *names = r->names;
	char word[64], message[128];
	const char *nearest;
	songdo_status status;

	snprintf(word, sizeof word, "%.*s", (int)(name_length < sizeof word ? name_length : sizeof word - 1), name);
	bool named = name_length && names && names->list;
	for (size_t i = 0; named && names->list[i]; i++)
		if (!strcmp(names->list[i], word))
			named = false;   /* the register is there, the index is not */
	if (named)
		snprintf(message, sizeof message, "there is no qubit register '%s'", word);
	else
		snprintf(message, sizeof message, "there is no such qubit");
	status = fail(r, length, message, NULL);
	nearest = named ? text_nearest(word, names->list) : NULL;
	if (nearest)
		error_hint(r->error, "did you mean '%s'?", nearest);
	else if (names)
		error_hint(r->error, "the program has %u qubit%s, numbered from 0", names->qubits, names->qubits == 1 ? "" : "s");
	return status;
}

/* '(' name '[' number ']' ')' | '(' name ')' | '(' number ')' */
static songdo_status read_name(struct reader *r, const char **name, size_t *name_length, uint64_t *index)
{
	songdo_status status;

	advance(r);
	skip_blank(r);
	*name = r->at;
	while (r->at < r->end && (isalnum((unsigned char)*r->at) || *r->at == '_' || (unsigned char)*r->at >= 128) &&
	       !(*name == r->at && isdigit((unsigned char)*r->at)))
		advance(r);
	*name_length = (size_t)(r->at - *name);
	*index = PAULI_NO_INDEX;
	const bool bracket = at_char(r, '[');
	if (bracket)
		advance(r);
	if ((bracket || !*name_length) && (status = read_index(r, index)))
		return status;
	if (bracket && !at_char(r, ']'))
		return fail(r, 1, "']' is expected here", NULL);
	if (bracket)
		advance(r);
	skip_blank(r);
	if (!at_char(r, ')'))
		return fail(r, 1, "')' is expected here", NULL);
	advance(r);
	return SONGDO_OK;
}

/* How many capital letters of Pauli matrices stand here in a row, with no number or name behind them; 0 where there is
 * one. */
static size_t compact_length(const struct reader *r)
{
	size_t n = 0;
	while (r->at + n < r->end && strchr("IXYZ", r->at[n]) && r->at[n])
		n++;
	return r->at + n < r->end && (isalnum((unsigned char)r->at[n]) || r->at[n] == '(' || r->at[n] == '_') ? 0 : n;
}

/* One letter a qubit, qubit 0 rightmost. */
static songdo_status read_compact(struct reader *r, size_t letters, struct pauli_term *term, unsigned *quarter_turns)
{
	uint32_t qubit;

	if (letters != r->names->qubits) {
		char message[128];
		snprintf(message, sizeof message, "a string of %zu Pauli letters where the program has %u qubit%s",
		         letters, r->names->qubits, r->names->qubits == 1 ? "" : "s");
		return fail(r, letters, message, "write one letter a qubit, qubit 0 rightmost, or number the factors: Z0 Z1");
	}
	for (; letters; letters--, advance(r)) {
		const char pauli = *r->at;
		if (pauli == 'I')
			continue;
		if (!r->names->find(r->names->context, "", 0, letters - 1, &qubit) || qubit >= PAULI_QUBITS)
			return fail_unknown(r, 1, "", 0);
		multiply(term, pauli == 'Z' ? 0 : bit_mask(qubit), pauli == 'X' ? 0 : bit_mask(qubit), quarter_turns);
	}
	return SONGDO_OK;
}

/* factor: PAULI number | PAULI '(' ... ')' | a compact string; a lone I is the identity. */
static songdo_status read_factor(struct reader *r, struct pauli_term *term, unsigned *quarter_turns)
{
	struct reader start = *r;
	const char pauli = (char)toupper((unsigned char)*r->at);
	const size_t compact = r->names ? compact_length(r) : 0;
	const char *name = "";
	size_t name_length = 0;
	uint64_t index = 0;
	songdo_status status;

	if (compact > 1 || (compact == 1 && r->names->qubits == 1))
		return read_compact(r, compact, term, quarter_turns);
	advance(r);
	if (pauli == 'I' && (r->at == r->end || (!isdigit((unsigned char)*r->at) && *r->at != '(')))
		return SONGDO_OK;
	status = at_char(r, '(') ? read_name(r, &name, &name_length, &index) : read_index(r, &index);
	if (status)
		return status;
	uint32_t qubit = (uint32_t)index;
	const bool known = r->names ? r->names->find(r->names->context, name, name_length, index, &qubit)
	                            : !name_length && index < PAULI_QUBITS;
	if (!known || qubit >= PAULI_QUBITS)
		return fail_unknown(&start, (size_t)(r->at - start.at), name, name_length);
	if (pauli != 'I')
		multiply(term, pauli == 'Z' ? 0 : bit_mask(qubit), pauli == 'X' ? 0 : bit_mask(qubit), quarter_turns);
	return SONGDO_OK;
}

/* term: sign* (number | factor | '(' sign* number ')') joined by blanks, '*' or '@'. */
static songdo_status read_term(struct reader *r, struct pauli_term *term, bool first)
{
	songdo_status status;
	struct reader start;
	unsigned parts = 0, quarter_turns = 0;
	bool signs = false, joined = false;
	*term = (struct pauli_term){ .coefficient = 1 };
	for (skip_blank(r); at_char(r, '+') || at_char(r, '-'); skip_blank(r)) {
		if (at_char(r, '-'))
			term->coefficient = -term->coefficient;
		signs = true;
		advance(r);
	}
	if (!first && !signs)
		return fail(r, 1, "'+' or '-' is expected between terms", NULL);
	skip_blank(r);
	start = *r;
	for (;; parts++) {
		skip_blank(r);
		if (parts && (at_char(r, '*') || at_char(r, '@'))) {
			advance(r);
			joined = true;
			skip_blank(r);
		}
		if (r->at == r->end || (!joined && parts && (*r->at == '+' || *r->at == '-')))
			break;
		double number;
		if (isdigit((unsigned char)*r->at) || *r->at == '.') {
			if ((status = read_number(r, &number)) || (status = refuse_imaginary(r)))
				return status;
			term->coefficient *= number;
		} else if (*r->at == '(') {
			advance(r);
			double sign = 1;
			for (skip_blank(r); at_char(r, '+') || at_char(r, '-'); skip_blank(r)) {
				sign = at_char(r, '-') ? -sign : sign;
				advance(r);
			}
			if (r->at == r->end || (status = read_number(r, &number)))
				return r->at == r->end ? fail(r, 1, "a number is expected here", NULL) : status;
			if ((status = refuse_imaginary(r)))
				return status;
			skip_blank(r);
			if (!at_char(r, ')'))
				return fail(r, 1, "')' is expected here", "coefficients are real numbers");
			advance(r);
			term->coefficient *= sign * number;
		} else if (is_pauli(*r->at)) {
			if ((status = read_factor(r, term, &quarter_turns)))
				return status;
		} else {
			return fail(r, 1, "a number or a Pauli factor (I, X, Y, Z) is expected here", "for example: 0.5 Z0 Z1 - X(q[2])");
		}
		joined = false;
	}
	if (!parts || joined)
		return fail(r, 1, "a number or a Pauli factor (I, X, Y, Z) is expected here", "for example: 0.5 Z0 Z1 - X(q[2])");
	if (quarter_turns & 1)
		return fail(&start, (size_t)(r->at - start.at), "the product is imaginary, and no observable",
		            "X0 Y0 is i Z0; an observable is Hermitian");
	if (quarter_turns & 2)
		term->coefficient = -term->coefficient;
	if (!(fabs(term->coefficient) <= LARGEST))
		return fail(&start, (size_t)(r->at - start.at), "a coefficient is above 1e150, and the variance would be no number", NULL);
	return SONGDO_OK;
}

songdo_status pauli_parse(struct pauli_sum *sum, const char *text, size_t length, const struct pauli_names *names,
                          songdo_error *error)
{
	struct reader r = { .at = text, .end = text + length, .line = 1, .column = 1, .names = names, .error = error };
	uint64_t capacity = 0;
	songdo_status status = SONGDO_OK;
	*sum = (struct pauli_sum){ 0 };
	do {
		if (sum->terms == capacity) {
			capacity = capacity ? 2 * capacity : 8;
			struct pauli_term *grown = capacity <= PAULI_TERMS ? realloc(sum->term, capacity * sizeof *grown) : NULL;
			if (!grown) {
				status = error_set(error, SONGDO_BAD_USAGE, "an observable has more than %d terms", PAULI_TERMS / 2);
				break;
			}
			sum->term = grown;
		}
		status = read_term(&r, &sum->term[sum->terms], !sum->terms);
		sum->terms += !status;
		skip_blank(&r);
	} while (!status && r.at < r.end);
	if (status)
		pauli_fini(sum);
	else
		pauli_order(sum);
	return status;
}

