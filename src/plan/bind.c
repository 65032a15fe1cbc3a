/* bind.c - coefficients from recipes: what is done again for other angles.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <string.h>

#include "base/bits.h"
#include "op/matrix.h"
#include "plan/build.h"

static void atom_elements(const struct plan_arrays *arrays, const struct songdo_circuit *circuit, const struct atom *atom,
                          double complex *out);

/* z / |z|, or 1. */
static double complex direction(double complex z)
{
	const double length = hypot(creal(z), cimag(z));
	return length > 0 ? complex_of(creal(z) / length, cimag(z) / length) : 1;
}

/* A factor of the unitary matrix u = diag(p, q) R diag(1, r), R real: its elements as atom_elements gives them. */
static void factor_elements(const double complex *u, enum atom_part part, double complex *out)
{
	const double cosine = hypot(creal(u[0]), cimag(u[0])), sine = hypot(creal(u[2]), cimag(u[2]));
	const double length = hypot(cosine, sine);
	const double complex p = direction(u[0]), q = sine > 0 ? direction(u[2]) : p;
	switch (part) {
	case PART_TURN:
		out[0] = out[3] = cosine / length;
		out[1] = -(sine / length);
		out[2] = sine / length;
		return;
	case PART_AFTER:
		out[0] = p;
		out[1] = q;
		return;
	default: /* u11 = q r cosine, u01 = - p r sine: from the larger one */
		out[0] = cosine >= sine ? direction(u[3] * conj(q)) : -direction(u[1] * conj(p));
		return;
	}
}

/* The product of a chain of atoms on one wire. */
static void chain_elements(const struct plan_arrays *arrays, const struct songdo_circuit *circuit, int32_t chain,
                           double complex *out)
{
	matrix_identity(1, out);
	for (; chain != NONE; chain = arrays->atom[chain].next) {
		const struct atom *atom = &arrays->atom[chain];
		double complex element[MATRIX_ELEMENTS], matrix[4] = {1, 0, 0, 1}, product[4];
		atom_elements(arrays, circuit, atom, element);
		if (atom->kind != KERNEL_DIAGONAL) {
			memcpy(matrix, element, sizeof matrix);
		} else if (atom->targets == 1) {
			matrix[0] = element[0];
			matrix[3] = element[1];
		} else { /* a phase, where the wire is as the condition says */
			matrix[atom->control_value ? 3 : 0] = element[0];
		}
		matrix_multiply(1, matrix, out, product);
		memcpy(out, product, sizeof product);
	}
}

/* The atom's operator on its targets: 2^t factors for a diagonal, else a 2^t x 2^t matrix. */
static void atom_elements(const struct plan_arrays *arrays, const struct songdo_circuit *circuit, const struct atom *atom, double complex *out)
{
	static const double complex x[] = {0, 1, 1, 0};
	static const double complex swap[] = {1, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 1};
	if (atom->part == PART_X) {
		memcpy(out, x, sizeof x);
		return;
	}
	if (atom->part == PART_SWAP) {
		memcpy(out, swap, sizeof swap);
		return;
	}
	if (atom->chain != NONE) {
		double complex product[4];
		chain_elements(arrays, circuit, atom->chain, product);
		factor_elements(product, (enum atom_part)atom->part, out);
		return;
	}
	double complex matrix[MATRIX_ELEMENTS];
	const struct operation *operation = &circuit->operation[atom->operation];
	operation_matrix(circuit, operation, matrix);
	switch ((enum atom_part)atom->part) {
	case PART_PHASE: out[0] = matrix[bit_mask(2 * operation->targets) - 1]; return;
	case PART_Y:
		out[0] = complex_of(0, 1);
		out[1] = complex_of(0, -1);
		return;
	case PART_SWAPPED:
		out[0] = out[3] = 1;
		out[1] = out[2] = matrix[6];
		return;
	default: break;
	}
	const unsigned n = 1u << atom->targets;
	if (atom->kind == KERNEL_DIAGONAL) {
		for (unsigned i = 0; i < n; i++)
			out[i] = matrix[i * (n + 1)];
	} else {
		memcpy(out, matrix, n * n * sizeof *out);
	}
}

/* Where the atom's wires are among the step's, and its condition on them. The step's own controls are left out. */
struct place {
	uint8_t position[OPERATION_MATRIX_TARGETS];
	unsigned mask, value;
};

static struct place place_atom(const struct atom *atom, const struct recipe *recipe, unsigned targets)
{
	struct place place = {{0}, 0, 0};
	for (unsigned j = 0; j < targets; j++) {
		const unsigned wire = recipe->wire[j];
		for (unsigned i = 0; i < atom->targets && i < OPERATION_MATRIX_TARGETS; i++)
			if (atom->wire[i] == wire)
				place.position[i] = (uint8_t)j;
		if (atom->control_mask & ~recipe->controls & bit_mask(wire)) {
			place.mask |= 1u << j;
			if (atom->control_value & bit_mask(wire))
				place.value |= 1u << j;
		}
	}
	return place;
}

/* Multiply the factors of a diagonal atom in. at[i]: where the exchanges so far have taken index i; NULL: nowhere else. */
static void multiply_diagonal(unsigned targets, const struct atom *atom, const struct place *place,
                              const double complex *factor, const uint16_t *at, double complex *out)
{
	const unsigned n = 1u << targets;
	for (unsigned i = 0; i < n; i++) {
		const unsigned index = at ? at[i] : i;
		if ((index & place->mask) != place->value)
			continue;
		unsigned k = 0;
		for (unsigned j = 0; j < atom->targets; j++)
			k |= (index >> place->position[j] & 1) << j;
		const double re = creal(out[i]), im = cimag(out[i]), fr = creal(factor[k]), fi = cimag(factor[k]);
		out[i] = complex_of(re * fr - im * fi, re * fi + im * fr);
	}
}

static void multiply_matrix(unsigned targets, const struct atom *atom, const struct place *place,
                            const double complex *element, double complex *out)
{
	double complex small[MATRIX_ELEMENTS], large[MATRIX_ELEMENTS], product[MATRIX_ELEMENTS];
	const unsigned n = 1u << atom->targets;
	if (atom->kind == KERNEL_DIAGONAL) {
		memset(small, 0, n * n * sizeof *small);
		for (unsigned i = 0; i < n; i++)
			small[i * (n + 1)] = element[i];
		element = small;
	}
	matrix_embed(targets, atom->targets, element, place->position, place->mask, place->value, large);
	matrix_multiply(targets, large, out, product);
	memcpy(out, product, sizeof *out << (2 * targets));
}

/* One real 2 x 2 matrix a target: the product of the atoms on it. */
static void compute_rotations(const struct plan_arrays *arrays, const struct songdo_circuit *circuit,
                              const struct step *step, const struct recipe *recipe, double complex *out)
{
	for (unsigned j = 0; j < step->targets; j++)
		matrix_identity(1, out + 4 * j);
	for (uint32_t i = 0; i < recipe->count; i++) {
		const struct atom *atom = &arrays->atom[arrays->recipe_atom[recipe->first + i]];
		double complex element[MATRIX_ELEMENTS], product[4];
		unsigned j = 0;
		while (recipe->wire[j] != atom->wire[0])
			j++;
		atom_elements(arrays, circuit, atom, element);
		matrix_multiply(1, element, out + 4 * j, product);
		for (unsigned k = 0; k < 4; k++)
			out[4 * j + k] = creal(product[k]);
	}
}

/* 2^k factors: the product of the diagonal atoms, each as the exchanges around it let it act. */
static void compute_diagonal(const struct plan_arrays *arrays, const struct songdo_circuit *circuit,
                             const struct step *step, const struct recipe *recipe, double complex *out)
{
	const unsigned targets = step->targets, n = 1u << targets;
	uint16_t at[1 << STEP_DIAGONAL_TARGETS];
	bool exchanged = false;
	for (unsigned i = 0; i < n; i++)
		out[i] = 1;
	for (uint32_t i = 0; i < recipe->count; i++) {
		const struct atom *atom = &arrays->atom[arrays->recipe_atom[recipe->first + i]];
		const struct place place = place_atom(atom, recipe, targets);
		double complex element[MATRIX_ELEMENTS];
		if (atom->kind != KERNEL_EXCHANGE) {
			atom_elements(arrays, circuit, atom, element);
			multiply_diagonal(targets, atom, &place, element, exchanged ? at : NULL, out);
			continue;
		}
		for (unsigned k = 0; k < n && !exchanged; k++)
			at[k] = (uint16_t)k;
		exchanged = true;
		for (unsigned k = 0; k < n; k++)
			if ((at[k] & place.mask) == place.value)
				at[k] ^= (uint16_t)(1u << place.position[0]);
	}
}

static void compute_step(const struct plan_arrays *arrays, const struct songdo_circuit *circuit,
                         const struct step *step, const struct recipe *recipe, double complex *out)
{
	const unsigned targets = step->targets;
	if (step->kind == KERNEL_ROTATE) {
		compute_rotations(arrays, circuit, step, recipe, out);
		return;
	}
	if (step->kind == KERNEL_DIAGONAL) {
		compute_diagonal(arrays, circuit, step, recipe, out);
		return;
	}
	matrix_identity(targets, out);
	for (uint32_t i = 0; i < recipe->count; i++) {
		const struct atom *atom = &arrays->atom[arrays->recipe_atom[recipe->first + i]];
		double complex element[MATRIX_ELEMENTS];
		atom_elements(arrays, circuit, atom, element);
		const struct place place = place_atom(atom, recipe, targets);
		multiply_matrix(targets, atom, &place, element, out);
	}
	if (step->kind == KERNEL_REAL)
		for (uint64_t i = 0; i < bit_mask(2 * targets); i++)
			out[i] = creal(out[i]);
}

void plan_compute(struct plan_arrays *arrays, const struct songdo_circuit *circuit)
{
	double complex *out = arrays->coefficient;
	for (uint64_t i = 0; i < arrays->steps; i++) {
		struct step *step = &arrays->step[i];
		const uint64_t count = step_coefficients((enum kernel_kind)step->kind, step->targets);
		step->coefficients = count ? out : NULL;
		if (count)
			compute_step(arrays, circuit, step, &arrays->recipe[i], out);
		out += count;
	}
}
