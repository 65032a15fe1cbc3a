/* test_polynomial.c - cost polynomials: merging, values in blocks, units, products of spins.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "check.h"

#include <math.h>
#include <stdlib.h>

#include "base/bits.h"
#include "op/polynomial.h"
#include "oracle.h"

static void random_terms(struct polynomial *p, unsigned variables, unsigned terms, unsigned degree, uint64_t *seed)
{
	polynomial_init(p, variables);
	for (unsigned i = 0; i < terms; i++) {
		uint32_t variable[8];
		const uint32_t k = (uint32_t)oracle_below(seed, degree + 1);
		for (uint32_t j = 0; j < k; j++)
			variable[j] = (uint32_t)oracle_below(seed, variables);
		polynomial_add(p, oracle_normal(seed), variable, k);
	}
}

static double value_at(const struct polynomial *p, uint64_t state)
{
	uint8_t x[64];
	for (unsigned v = 0; v < p->variables; v++)
		x[v] = state >> v & 1;
	return polynomial_value(p, x);
}

static void merging(struct check *check)
{
	struct polynomial p;
	static const uint32_t ab[] = {0, 1}, ba[] = {1, 0}, aa[] = {2, 2}, c[] = {2};
	polynomial_init(&p, 3);
	polynomial_add(&p, 2, ab, 2);
	polynomial_add(&p, 3, ba, 2);
	polynomial_add(&p, 1, aa, 2);
	polynomial_add(&p, -1, c, 1);
	polynomial_add(&p, 7, NULL, 0);
	CHECK(check, polynomial_settle(&p));
	CHECK(check, p.terms == 1 && p.term[0].weight == 5 && p.term[0].degree == 2 && p.constant == 7, "%llu terms",
	      (unsigned long long)p.terms);
	CHECK(check, value_at(&p, 3) == 12 && value_at(&p, 5) == 7 && polynomial_span(&p) == 5);
	polynomial_fini(&p);
}

static void blocks(struct check *check)
{
	uint64_t seed = 4;
	for (unsigned variables = 1; variables <= 14; variables++) {
		struct polynomial p;
		struct polynomial_blocks *values;
		double out[1 << POLYNOMIAL_BLOCK_BITS], worst = 0;
		random_terms(&p, variables, 40, 6, &seed);
		polynomial_settle(&p);
		CHECK(check, polynomial_blocks_new(&values, &p, 0));
		const uint64_t size = bit_mask(polynomial_blocks_bits(values));
		for (uint64_t origin = 0; origin < bit_mask(variables); origin += size) {
			polynomial_blocks_values(values, out, origin);
			for (uint64_t y = 0; y < size; y++)
				worst = fmax(worst, fabs(out[y] + p.constant - value_at(&p, origin + y)));
		}
		CHECK(check, worst < 1e-12, "%u variables: %g", variables, worst);
		polynomial_blocks_free(values);
		polynomial_fini(&p);
	}
}

static void units(struct check *check)
{
	static const struct {
		double weight[3], unit;
	} wanted[] = {
		{{1, 2, 3}, 1},         {{4, 6, -8}, 2},      {{0.5, 1.5, -1}, 0.5},
		{{0.1, 0.2, 0.3}, 0.1}, {{1e-9, 1, 2}, 1e-9}, {{M_PI, 1, 1}, 0},
		{{1 / 3.0, 1, 2}, 0},   {{0x1p60, 1, 1}, 0},  {{12.25, -3.75, 100}, 0.25},
	};
	for (size_t i = 0; i < ARRAY_LENGTH(wanted); i++) {
		struct polynomial p;
		polynomial_init(&p, 3);
		for (uint32_t v = 0; v < 3; v++)
			polynomial_add(&p, wanted[i].weight[v], &v, 1);
		const double unit = polynomial_unit(&p);
		CHECK(check, fabs(unit - wanted[i].unit) <= 1e-15 * wanted[i].unit, "case %zu: %.17g", i, unit);
		polynomial_fini(&p);
	}
}

/* The spin form of a random cost by its Walsh-Hadamard transform. */
static void spins(struct check *check)
{
	uint64_t seed = 9;
	for (int repeat = 0; repeat < 30; repeat++) {
		enum { N = 7 };
		struct polynomial p;
		struct spin_form form;
		double value[1 << N], strength = 0;
		uint64_t products = 0, gates = 0;
		random_terms(&p, N, 6, 4, &seed);
		polynomial_settle(&p);
		for (uint64_t x = 0; x < 1 << N; x++)
			value[x] = value_at(&p, x) / (1 << N);
		for (unsigned b = 0; b < N; b++)
			for (uint64_t x = 0; x < 1 << N; x++)
				if (!(x >> b & 1)) {
					const double u = value[x], v = value[x | bit_mask(b)];
					value[x] = u + v;
					value[x | bit_mask(b)] = u - v;
				}
		for (uint64_t s = 1; s < 1 << N; s++)
			if (fabs(value[s]) > 1e-12) {
				products += bit_count(s) > 1;
				gates += 2 * (bit_count(s) - 1);
				strength += bit_count(s) * value[s] * value[s];
			}
		CHECK(check, polynomial_spins(&p, &form));
		CHECK(check, form.products == products && form.gates == gates, "%llu products, not %llu",
		      (unsigned long long)form.products, (unsigned long long)products);
		CHECK(check, fabs(form.strength - strength) < 1e-10);
		polynomial_fini(&p);
	}
}

int main(void)
{
	struct check check;
	check_begin(&check);
	check_case(&check, "equal products are merged, squares are their variables, nothing is kept of zero");
	merging(&check);
	check_case(&check, "blocks hold the values of single states");
	blocks(&check);
	check_case(&check, "the unit of the weights is found where there is one");
	units(&check);
	check_case(&check, "products of spins are those of the Walsh-Hadamard transform");
	spins(&check);
	return check_end(&check);
}
