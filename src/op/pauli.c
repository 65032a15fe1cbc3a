/* pauli.c - reading and ordering sums of Pauli products.
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

/* factor: PAULI number | PAULI '(' name '[' number ']' ')' | PAULI '(' number ')'; a lone I is the identity. */
static songdo_status read_factor(struct reader *r, struct pauli_term *term)
{
	struct reader start = *r;
	char pauli = (char)toupper((unsigned char)*r->at);
	const char *name = "";
	size_t name_length = 0;
	uint64_t index = 0;
	songdo_status status;
	advance(r);
	if (pauli == 'I' && (r->at == r->end || (!isdigit((unsigned char)*r->at) && *r->at != '(')))
		return SONGDO_OK;
	if (at_char(r, '(')) {
		advance(r);
		skip_blank(r);
		name = r->at;
		while (r->at < r->end && (isalnum((unsigned char)*r->at) || *r->at == '_' || (unsigned char)*r->at >= 128) &&
		       !(name == r->at && isdigit((unsigned char)*r->at)))
			advance(r);
		name_length = (size_t)(r->at - name);
		bool bracket = at_char(r, '[');
		if (bracket)
			advance(r);
		if (bracket || !name_length) {
			if ((status = read_index(r, &index)))
				return status;
		}
		if (bracket && !at_char(r, ']'))
			return fail(r, 1, "']' is expected here", NULL);
		if (bracket)
			advance(r);
		skip_blank(r);
		if (!at_char(r, ')'))
			return fail(r, 1, "')' is expected here", NULL);
		advance(r);
	} else if ((status = read_index(r, &index))) {
		return status;
	}

	uint32_t qubit = (uint32_t)index;
	bool known = r->names ? r->names->find(r->names->context, name, name_length, index, &qubit)
	                      : !name_length && index < PAULI_QUBITS;
	size_t length = (size_t)(r->at - start.at);
	if (!known || qubit >= PAULI_QUBITS) {
		char hint[128] = "";
		if (r->names)
			snprintf(hint, sizeof hint, "the program has %u qubit%s, numbered from 0", r->names->qubits, r->names->qubits == 1 ? "" : "s");
		return fail(&start, length, "there is no such qubit", *hint ? hint : NULL);
	}
	uint64_t bit = bit_mask(qubit);
	if ((term->x | term->z) & bit)
		return fail(&start, length, "a qubit occurs twice in one product", "multiply the two factors out: X0 Y0 = i Z0 is not an observable");
	if (pauli == 'X' || pauli == 'Y')
		term->x |= bit;
	if (pauli == 'Z' || pauli == 'Y')
		term->z |= bit;
	return SONGDO_OK;
}

/* term: sign* (number | factor | '(' sign* number ')') joined by blanks, '*' or '@'. */
static songdo_status read_term(struct reader *r, struct pauli_term *term, bool first)
{
	songdo_status status;
	unsigned parts = 0;
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
			if ((status = read_number(r, &number)))
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
			skip_blank(r);
			if (!at_char(r, ')'))
				return fail(r, 1, "')' is expected here", "coefficients are real numbers");
			advance(r);
			term->coefficient *= sign * number;
		} else if (is_pauli(*r->at)) {
			if ((status = read_factor(r, term)))
				return status;
		} else {
			return fail(r, 1, "a number or a Pauli factor (I, X, Y, Z) is expected here", "for example: 0.5 Z0 Z1 - X(q[2])");
		}
		joined = false;
	}
	if (!parts || joined)
		return fail(r, 1, "a number or a Pauli factor (I, X, Y, Z) is expected here", "for example: 0.5 Z0 Z1 - X(q[2])");
	if (!isfinite(term->coefficient))
		return fail(r, 1, "a coefficient is not finite", NULL);
	return SONGDO_OK;
}

static int compare_terms(const void *a, const void *b)
{
	const struct pauli_term *p = a, *q = b;
	if (p->x != q->x)
		return p->x < q->x ? -1 : 1;
	return (p->z > q->z) - (p->z < q->z);
}

static void order(struct pauli_sum *sum)
{
	uint64_t kept = 0;
	qsort(sum->term, sum->terms, sizeof *sum->term, compare_terms);
	for (uint64_t i = 0; i < sum->terms; i++) {
		if (kept && !compare_terms(&sum->term[kept - 1], &sum->term[i]))
			sum->term[kept - 1].coefficient += sum->term[i].coefficient;
		else
			sum->term[kept++] = sum->term[i];
	}
	sum->terms = kept;
}

songdo_status pauli_parse(struct pauli_sum *sum, const char *text, size_t length, const struct pauli_names *names, songdo_error *error)
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
		order(sum);
	return status;
}

void pauli_fini(struct pauli_sum *sum)
{
	free(sum->term);
	*sum = (struct pauli_sum){ 0 };
}

static uint64_t relabel_mask(uint64_t mask, const uint8_t *bit_of)
{
	uint64_t out = 0;
	for (; mask; mask &= mask - 1)
		out |= bit_mask(bit_of[bit_lowest(mask)]);
	return out;
}

void pauli_relabel(struct pauli_sum *sum, const uint8_t *bit_of)
{
	for (uint64_t i = 0; i < sum->terms; i++) {
		sum->term[i].x = relabel_mask(sum->term[i].x, bit_of);
		sum->term[i].z = relabel_mask(sum->term[i].z, bit_of);
	}
	order(sum);
}

uint64_t pauli_group_end(const struct pauli_sum *sum, uint64_t first)
{
	uint64_t end = first;
	while (end < sum->terms && sum->term[end].x == sum->term[first].x)
		end++;
	return end;
}
