/* reference.c - random programs with measurements, resets and decisions, and what each of their shots must read.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/random.h"
#include "oracle.h"
#include "reference.h"

enum { STATES = 1 << REFERENCE_QUBITS };

static void add(struct reference *program, enum reference_kind kind, unsigned a, unsigned b, double angle)
{
	char *const end = program->text + strlen(program->text);
	const size_t room = sizeof(program->text) - strlen(program->text);

	program->statement[program->statements++] = (struct reference_statement){ kind, a, b, angle };
	switch (kind) {
	case STATEMENT_H: snprintf(end, room, "h %u;", a); break;
	case STATEMENT_RY: snprintf(end, room, "ry %.17g %u;", angle, a); break;
	case STATEMENT_CX: snprintf(end, room, "cx %u %u;", a, b); break;
	case STATEMENT_CP: snprintf(end, room, "cp %.17g %u %u;", angle, a, b); break;
	case STATEMENT_MEASURE:
	case STATEMENT_FINAL: snprintf(end, room, "measure %u %u;", a, b); break;
	case STATEMENT_RESET: snprintf(end, room, "reset %u;", a); break;
	case STATEMENT_IF_X: snprintf(end, room, "if %u 1; x %u; end;", a, b); break;
	}
}

void reference_random(struct reference *program, uint64_t *seed, unsigned length)
{
	program->statements = 0;
	snprintf(program->text, sizeof(program->text), "qubits %d; bits %d;", REFERENCE_QUBITS, REFERENCE_QUBITS);
	for (unsigned i = 0; i < length; i++) {
		const unsigned a = (unsigned)oracle_below(seed, REFERENCE_QUBITS);
		const unsigned b = (a + 1 + (unsigned)oracle_below(seed, REFERENCE_QUBITS - 1)) % REFERENCE_QUBITS;
		const double angle = 6 * oracle_uniform(seed) - 3;
		const unsigned kind = (unsigned)oracle_below(seed, 10);
		add(program, kind < 2 ? STATEMENT_H : kind < 5 ? STATEMENT_RY : kind < 6 ? STATEMENT_CX : kind < 7 ? STATEMENT_CP :
		    kind < 8 ? STATEMENT_MEASURE : kind < 9 ? STATEMENT_RESET : STATEMENT_IF_X, a, b, angle);
	}
	/* What was measured so far is not final: a rotation follows on every qubit. Diagonal operations follow what is. */
	for (unsigned q = 0; q < REFERENCE_QUBITS; q++)
		add(program, STATEMENT_RY, q, 0, 1 + 0.3 * q);
	for (unsigned q = 0; q < REFERENCE_QUBITS; q++) {
		add(program, STATEMENT_FINAL, q, q, 0);
		add(program, STATEMENT_CP, q, (q + 1) % REFERENCE_QUBITS, 0.7);
	}
}

/* ---- One shot ----------------------------------------------------------------------------------------- */

static void apply_one(double complex *psi, unsigned qubit, const double complex *matrix, uint64_t controls)
{
	const uint8_t target = (uint8_t)qubit;
	oracle_apply(psi, REFERENCE_QUBITS, 1, &target, matrix, controls, controls);
}

static void apply(double complex *psi, const struct reference_statement *s)
{
	const double r = sqrt(0.5), c = cos(s->angle / 2), n = sin(s->angle / 2);
	const double complex h[] = { r, r, r, -r }, x[] = { 0, 1, 1, 0 }, ry[] = { c, -n, n, c }, p[] = { 1, 0, 0, cexp(I * s->angle) };

	switch (s->kind) {
	case STATEMENT_H: apply_one(psi, s->a, h, 0); break;
	case STATEMENT_RY: apply_one(psi, s->a, ry, 0); break;
	case STATEMENT_CX: apply_one(psi, s->b, x, 1u << s->a); break;
	case STATEMENT_CP: apply_one(psi, s->b, p, 1u << s->a); break;
	case STATEMENT_IF_X: apply_one(psi, s->b, x, 0); break;
	default: break;
	}
}

static double weight_of_one(const double complex *psi, unsigned qubit)
{
	double one = 0, all = 0;
	for (unsigned i = 0; i < STATES; i++) {
		const double w = creal(psi[i]) * creal(psi[i]) + cimag(psi[i]) * cimag(psi[i]);
		all += w;
		one += i >> qubit & 1 ? w : 0;
	}
	return one / all;
}

static void project(double complex *psi, unsigned qubit, unsigned outcome, double probability)
{
	for (unsigned i = 0; i < STATES; i++)
		psi[i] = (i >> qubit & 1) == outcome ? psi[i] / sqrt(probability) : 0;
}

static void flip(double complex *psi, unsigned qubit)
{
	const double complex x[] = { 0, 1, 1, 0 };
	apply_one(psi, qubit, x, 0);
}

static unsigned draw_index(const double complex *psi, double u)
{
	double below = 0;
	unsigned last = 0;
	for (unsigned i = 0; i < STATES; i++) {
		const double w = creal(psi[i]) * creal(psi[i]) + cimag(psi[i]) * cimag(psi[i]);
		if (w > 0)
			last = i;
		below += w;
		if (u < below)
			return i;
	}
	return last;
}

unsigned reference_walk(double complex *psi, const struct reference *program, uint64_t seed, uint64_t shot)
{
	unsigned bits = 0, drawn = 0;
	uint64_t slot = 0;
	bool sampled = false;

	for (unsigned i = 0; i < program->statements; i++) {
		const struct reference_statement *s = &program->statement[i];
		if (s->kind == STATEMENT_MEASURE || s->kind == STATEMENT_RESET) {
			const double one = weight_of_one(psi, s->a);
			const unsigned outcome = one < 1e-14 ? 0 : one > 1 - 1e-14 ? 1 : random_uniform(seed, shot, slot) >= 1 - one;
			slot++;
			project(psi, s->a, outcome, outcome ? one : 1 - one);
			if (s->kind == STATEMENT_MEASURE)
				bits = (bits & ~(1u << s->b)) | outcome << s->b;
			else if (outcome)
				flip(psi, s->a);
		} else if (s->kind == STATEMENT_FINAL) {
			if (!sampled)
				drawn = draw_index(psi, random_uniform(seed, shot, slot));
			sampled = true;
			slot++;
			bits = (bits & ~(1u << s->b)) | (drawn >> s->a & 1) << s->b;
		} else if (s->kind != STATEMENT_IF_X || (bits >> s->a & 1)) {
			apply(psi, s);
		}
	}
	return bits;
}

unsigned reference_shot(const struct reference *program, uint64_t seed, uint64_t shot)
{
	double complex psi[STATES] = { 1 };

	return reference_walk(psi, program, seed, shot);
}

/* ---- All outcomes ------------------------------------------------------------------------------------------ */

/* What is gathered at the ends: the distribution of the strings, or a sum of products (then final measurements are left
 * out). */
struct ends {
	double *probability;
	const struct pauli_term *term;
	size_t terms;
	double mean, square;
};

static void expect_state(struct ends *ends, const double complex *psi, double weight)
{
	static const double complex pauli[4][4] = { { 1, 0, 0, 1 }, { 0, 1, 1, 0 }, { 1, 0, 0, -1 }, { 0, -I, I, 0 } };
	double complex product[STATES] = { 0 };

	for (size_t t = 0; t < ends->terms; t++) {
		double complex term[STATES];
		memcpy(term, psi, sizeof(term));
		for (unsigned q = 0; q < REFERENCE_QUBITS; q++)
			apply_one(term, q, pauli[(ends->term[t].x >> q & 1) + 2 * (ends->term[t].z >> q & 1)], 0);
		for (unsigned i = 0; i < STATES; i++)
			product[i] += ends->term[t].coefficient * term[i];
	}
	for (unsigned i = 0; i < STATES; i++) {
		ends->mean += weight * creal(conj(psi[i]) * product[i]);
		ends->square += weight * creal(conj(product[i]) * product[i]);
	}
}

static void walk(const struct reference *program, unsigned at, const double complex *state, unsigned bits,
                 double weight, struct ends *ends)
{
	double complex psi[STATES];

	memcpy(psi, state, sizeof(psi));
	for (unsigned i = at; i < program->statements; i++) {
		const struct reference_statement *s = &program->statement[i];
		if (s->kind == STATEMENT_FINAL && ends->term != NULL)
			continue;
		if (s->kind != STATEMENT_MEASURE && s->kind != STATEMENT_RESET && s->kind != STATEMENT_FINAL) {
			if (s->kind != STATEMENT_IF_X || (bits >> s->a & 1))
				apply(psi, s);
			continue;
		}
		const double one = weight_of_one(psi, s->a);
		for (unsigned outcome = 0; outcome < 2; outcome++) {
			const double p = outcome ? one : 1 - one;
			double complex next[STATES];
			if (weight * p < 1e-16)
				continue;
			memcpy(next, psi, sizeof(next));
			project(next, s->a, outcome, p);
			if (s->kind == STATEMENT_RESET && outcome)
				flip(next, s->a);
			walk(program, i + 1, next,
			     s->kind == STATEMENT_RESET ? bits : (bits & ~(1u << s->b)) | outcome << s->b, weight * p,
			     ends);
		}
		return;
	}
	if (ends->term != NULL)
		expect_state(ends, psi, weight);
	else
		ends->probability[bits] += weight;
}

void reference_exact(const struct reference *program, double *probability)
{
	const double complex zero[STATES] = { 1 };
	struct ends ends = { .probability = probability };

	memset(probability, 0, STATES * sizeof(*probability));
	walk(program, 0, zero, 0, 1, &ends);
}

void reference_expect(const struct reference *program, const struct pauli_term *term, size_t terms, double *mean,
                      double *square)
{
	const double complex zero[STATES] = { 1 };
	struct ends ends = { .term = term, .terms = terms };

	walk(program, 0, zero, 0, 1, &ends);
	*mean = ends.mean;
	*square = ends.square;
}
