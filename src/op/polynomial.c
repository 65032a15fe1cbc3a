/* polynomial.c - cost polynomials: terms, values, the blocks of a table, the products of spins.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "op/polynomial.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/bits.h"

/* ---- Terms -------------------------------------------------------------------------------------------- */

void polynomial_init(struct polynomial *polynomial, uint32_t variables)
{
	*polynomial = (struct polynomial){.variables = variables};
}

void polynomial_fini(struct polynomial *polynomial)
{
	free(polynomial->term);
	free(polynomial->variable);
	*polynomial = (struct polynomial){0};
}

/* The array with room for `more` elements behind `count`; NULL where memory is out, and the array stays. */
static void *reserve(void *array, uint64_t *capacity, uint64_t count, uint64_t more, size_t size)
{
	uint64_t wanted = *capacity ? *capacity : 64;
	if (count + more <= *capacity)
		return array;
	while (wanted < count + more)
		wanted *= 2;
	void *grown = realloc(array, wanted * size);
	if (grown)
		*capacity = wanted;
	return grown;
}

bool polynomial_add(struct polynomial *polynomial, double weight, const uint32_t *variable, uint32_t degree)
{
	uint32_t kept = 0;
	struct polynomial_term *term =
		reserve(polynomial->term, &polynomial->term_capacity, polynomial->terms, 1, sizeof *term);
	if (!term)
		return false;
	polynomial->term = term;
	uint32_t *room = reserve(polynomial->variable, &polynomial->variable_capacity, polynomial->incidences, degree,
	                         sizeof *room);
	if (!room && degree > 0)
		return false;
	polynomial->variable = room;
	uint32_t *own = polynomial->variable + polynomial->incidences;
	for (uint32_t i = 0; i < degree; i++) {
		uint32_t at = kept;
		assert(variable[i] < polynomial->variables);
		while (at > 0 && own[at - 1] > variable[i])
			at--;
		if (at > 0 && own[at - 1] == variable[i])
			continue;
		memmove(own + at + 1, own + at, (kept - at) * sizeof *own);
		own[at] = variable[i];
		kept++;
	}
	if (kept == 0) {
		polynomial->constant += weight;
		return true;
	}
	polynomial->term[polynomial->terms++] = (struct polynomial_term){weight, polynomial->incidences, kept};
	polynomial->incidences += kept;
	return true;
}

struct entry {
	const uint32_t *variable;
	struct polynomial_term term;
};

static int compare_products(const struct entry *a, const struct entry *b)
{
	if (a->term.degree != b->term.degree)
		return a->term.degree < b->term.degree ? -1 : 1;
	for (uint32_t i = 0; i < a->term.degree; i++)
		if (a->variable[i] != b->variable[i])
			return a->variable[i] < b->variable[i] ? -1 : 1;
	return 0;
}

/* Equal products in the order in which they were added, so that their sum has fixed rounding. */
static int compare_entries(const void *a, const void *b)
{
	const struct entry *p = a, *q = b;
	const int order = compare_products(p, q);
	return order ? order : (p->term.first > q->term.first) - (p->term.first < q->term.first);
}

bool polynomial_settle(struct polynomial *polynomial)
{
	struct entry *entry = malloc((polynomial->terms + 1) * sizeof *entry);
	uint64_t kept = 0;
	if (!entry)
		return false;
	for (uint64_t i = 0; i < polynomial->terms; i++)
		entry[i] = (struct entry){polynomial->variable + polynomial->term[i].first, polynomial->term[i]};
	qsort(entry, polynomial->terms, sizeof *entry, compare_entries);
	for (uint64_t i = 0, next; i < polynomial->terms; i = next) {
		double weight = 0;
		for (next = i; next < polynomial->terms && compare_products(&entry[i], &entry[next]) == 0; next++)
			weight += entry[next].term.weight;
		polynomial->term[kept] = entry[i].term;
		polynomial->term[kept].weight = weight;
		kept += weight != 0;
	}
	polynomial->terms = kept;
	free(entry);
	return true;
}

/* ---- Values ------------------------------------------------------------------------------------------- */

double polynomial_value(const struct polynomial *polynomial, const uint8_t *x)
{
	double sum = 0;
	for (uint64_t i = 0; i < polynomial->terms; i++) {
		const uint32_t *v = polynomial->variable + polynomial->term[i].first;
		uint32_t k = 0;
		while (k < polynomial->term[i].degree && x[v[k]])
			k++;
		if (k == polynomial->term[i].degree)
			sum += polynomial->term[i].weight;
	}
	return polynomial->constant + sum;
}

double polynomial_span(const struct polynomial *polynomial)
{
	double sum = 0;
	for (uint64_t i = 0; i < polynomial->terms; i++)
		sum += fabs(polynomial->term[i].weight);
	return sum;
}

static uint64_t greatest_divisor(uint64_t a, uint64_t b)
{
	while (b) {
		const uint64_t rest = a % b;
		a = b;
		b = rest;
	}
	return a;
}

double polynomial_unit(const struct polynomial *polynomial)
{
	const double span = polynomial_span(polynomial);
	double scale = 1;
	for (int digits = 0; digits <= 9; digits++, scale *= 10) {
		uint64_t divisor = 0, i = 0;
		if (span * scale >= 0x1p50)
			return 0;
		for (; i < polynomial->terms; i++) {
			/* A decimal fraction is not exact in binary: within two roundings of an integer will do. */
			const double steps = polynomial->term[i].weight * scale, whole = rint(steps);
			if (whole == 0 || fabs(steps - whole) > 4e-16 * fabs(steps))
				break;
			divisor = greatest_divisor((uint64_t)fabs(whole), divisor);
		}
		if (i == polynomial->terms)
			return divisor ? (double)divisor / scale : 1;
	}
	return 0;
}

/* ---- Products of spins -------------------------------------------------------------------------------- */

struct product {
	uint64_t first; /* of its variables in `variable` */
	uint32_t degree;
	double weight;
	const uint32_t *variable;
};

static int compare_spins(const void *a, const void *b)
{
	const struct product *p = a, *q = b;
	if (p->degree != q->degree)
		return p->degree < q->degree ? -1 : 1;
	for (uint32_t i = 0; i < p->degree; i++)
		if (p->variable[i] != q->variable[i])
			return p->variable[i] < q->variable[i] ? -1 : 1;
	return (p->first > q->first) - (p->first < q->first);
}

static bool same_spins(const struct product *a, const struct product *b)
{
	return a->degree == b->degree && memcmp(a->variable, b->variable, a->degree * sizeof *a->variable) == 0;
}

/* A product of k bits is the mean over all subsets of (-1)^size times the product of their spins. */
bool polynomial_spins(const struct polynomial *polynomial, struct spin_form *form)
{
	uint64_t count = 0, room = 0, variables = 0, used = 0;
	*form = (struct spin_form){0};
	for (uint64_t i = 0; i < polynomial->terms; i++) {
		const uint32_t k = polynomial->term[i].degree;
		if (k > POLYNOMIAL_SPIN_DEGREE)
			return false;
		room += bit_mask(k);
		variables += (uint64_t)k << k;
	}
	struct product *product = malloc((room + 1) * sizeof *product);
	uint32_t *variable = malloc((variables + 1) * sizeof *variable);
	const bool good = product && variable;
	for (uint64_t i = 0; good && i < polynomial->terms; i++) {
		const struct polynomial_term *term = &polynomial->term[i];
		for (uint64_t subset = 0; subset < bit_mask(term->degree); subset++) {
			const uint32_t size = bit_count(subset);
			if (size == 0)
				continue;
			product[count] = (struct product){
				used, size, ldexp(size & 1 ? -term->weight : term->weight, -(int)term->degree),
				variable + used};
			for (uint32_t k = 0; k < term->degree; k++)
				if (subset >> k & 1)
					variable[used++] = polynomial->variable[term->first + k];
			count++;
		}
	}
	if (good)
		qsort(product, count, sizeof *product, compare_spins);
	for (uint64_t i = 0, next; good && i < count; i = next) {
		double weight = 0, size = 0;
		for (next = i; next < count && same_spins(&product[i], &product[next]); next++) {
			weight += product[next].weight;
			size += fabs(product[next].weight);
		}
		if (fabs(weight) > 1e-12 * size) {
			form->products += product[i].degree > 1;
			form->gates += 2 * (uint64_t)(product[i].degree - 1);
			form->strength += product[i].degree * weight * weight;
		}
	}
	free(product);
	free(variable);
	return good;
}
