/* bind.c - coefficients from recipes: what is done again for other angles.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/bits.h"
#include "op/matrix.h"
#include "plan/build.h"

/* The atom's operator on its targets: 2^t factors for a diagonal, else a 2^t x 2^t matrix. */
static void atom_elements(const struct songdo_circuit *circuit, const struct atom *atom, double complex *out)
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

static void multiply_diagonal(unsigned targets, const struct atom *atom, const struct place *place,
                              const double complex *factor, double complex *out)
{
	const unsigned n = 1u << targets;
	for (unsigned i = 0; i < n; i++) {
		if ((i & place->mask) != place->value)
			continue;
		unsigned k = 0;
		for (unsigned j = 0; j < atom->targets; j++)
			k |= (i >> place->position[j] & 1) << j;
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

static void compute_step(const struct plan_arrays *arrays, const struct songdo_circuit *circuit,
                         const struct step *step, const struct recipe *recipe, double complex *out)
{
	const unsigned targets = step->targets;
	if (step->kind == KERNEL_DIAGONAL)
		for (uint64_t i = 0; i < bit_mask(targets); i++)
			out[i] = 1;
	else
		matrix_identity(targets, out);
	for (uint32_t i = 0; i < recipe->count; i++) {
		const struct atom *atom = &arrays->atom[arrays->recipe_atom[recipe->first + i]];
		double complex element[MATRIX_ELEMENTS];
		atom_elements(circuit, atom, element);
		const struct place place = place_atom(atom, recipe, targets);
		if (step->kind == KERNEL_DIAGONAL)
			multiply_diagonal(targets, atom, &place, element, out);
		else
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
