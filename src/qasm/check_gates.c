/* check_gates.c - gate calls and gate definitions.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "qasm/checker.h"

enum { DISTINCT = 64 };   /* operands compared pairwise; of longer lists the machine finds doubles at run time */

/* The qubits an operand stands for; false (reported) where it is no qubit. */
bool check_qubits(struct checker *checker, struct operand *operand, struct type *type)
{
	char text[64];
	if (!check_operand(checker, operand, type))
		return false;
	if (type->kind == TYPE_QUBIT)
		return true;
	diagnose_error(checker->diagnostics, operand_place(operand), "a qubit is needed here, not %s",
	               type_text(type, text));
	if (operand->kind != OPERAND_EXPRESSION)
		diagnose_hint_place(checker->diagnostics, "declared", operand->symbol->place);
	return false;
}

static bool check_modifiers(struct checker *checker, struct gate_call *call, uint64_t *controls)
{
	bool fine = true;
	*controls = 0;
	for (unsigned i = 0; i < call->statement.count; i++) {
		struct modifier *modifier = &call->modifier[i];
		int64_t count = 1;
		if (modifier->kind == MODIFIER_INVERSE)
			continue;
		if (modifier->kind == MODIFIER_POWER) {
			char text[64];
			if (!check_value(checker, &modifier->argument)) {
				fine = false;
			} else if (!type_is_number(&modifier->argument->type) ||
			           modifier->argument->type.kind == TYPE_COMPLEX) {
				diagnose_error(checker->diagnostics, modifier->argument->place,
				               "an exponent must be a number, not %s",
				               type_text(&modifier->argument->type, text));
				fine = false;
			} else if (!type_is_integer(&modifier->argument->type)) {
				fine &= type_convert(checker, &modifier->argument, type_scalar(TYPE_FLOAT, 64), false);
			} else {
				fine &= type_convert(checker, &modifier->argument, type_scalar(TYPE_INT, 64), false);
			}
			continue;
		}
		if (modifier->argument &&
		    !type_integer(checker, modifier->argument, &count, "the number of controls")) {
			fine = false;
		} else if (count < 1 || count > OPERATION_CONTROLS) {
			diagnose_error(checker->diagnostics, modifier->argument->place,
			               "the number of controls must be 1 to %d, not %lld", OPERATION_CONTROLS,
			               (long long)count);
			fine = false;
		}
		modifier->controls = (uint32_t)(count > 0 ? count : 1);
		*controls += modifier->controls;
	}
	return fine;
}

/* Operands that are certain to share a qubit. */
static bool overlap(const struct operand *left, const struct operand *right)
{
	return left->kind != OPERAND_EXPRESSION && right->kind != OPERAND_EXPRESSION && left->symbol == right->symbol &&
	       (left->kind == OPERAND_WHOLE || right->kind == OPERAND_WHOLE || left->element == right->element);
}

static bool wrong_number(struct checker *checker, const struct gate_call *call, const char *what, uint64_t wanted,
                         uint64_t given)
{
	const struct symbol *symbol = call->symbol;
	if (call->statement.count && what[0] == 'q')
		diagnose_error(checker->diagnostics, call->statement.place,
		               "gate '%.80s' with its modifiers takes %llu %s%s, not %llu", symbol->name->text,
		               (unsigned long long)wanted, what, wanted == 1 ? "" : "s", (unsigned long long)given);
	else
		diagnose_error(checker->diagnostics, call->statement.place, "gate '%.80s' takes %llu %s%s, not %llu",
		               symbol->name->text, (unsigned long long)wanted, what, wanted == 1 ? "" : "s",
		               (unsigned long long)given);
	diagnose_hint_place(checker->diagnostics, "defined", symbol->place);
	return false;
}

void check_gate_call(struct checker *checker, struct gate_call *call)
{
	uint64_t controls;
	struct symbol *symbol = scope_gate(checker, call->name, call->statement.place);
	const bool modified = check_modifiers(checker, call, &controls);
	bool fine = modified && symbol != NULL;
	checker->real_literals = checker->is_old;
	for (uint32_t i = 0; i < call->statement.count2; i++) {
		if (!check_value(checker, &call->parameter[i]) ||
		    !type_convert(checker, &call->parameter[i], type_scalar(TYPE_FLOAT, 64), false))
			fine = false;
	}
	checker->real_literals = false;
	if (!symbol) {   /* the operands may have mistakes of their own */
		struct type type;
		for (uint32_t i = 0; i < call->operands; i++)
			check_qubits(checker, &call->operand[i], &type);
		return;
	}
	call->symbol = symbol;
	if (call->statement.count2 != symbol->parameters)
		fine = wrong_number(checker, call, "parameter", symbol->parameters, call->statement.count2);
	if (modified && call->operands != controls + symbol->qubits)
		fine = wrong_number(checker, call, "qubit", controls + symbol->qubits, call->operands);
	uint32_t broadcast = 0;
	for (uint32_t i = 0; i < call->operands; i++) {
		struct type type;
		if (!check_qubits(checker, &call->operand[i], &type)) {
			fine = false;
			continue;
		}
		if (!type.is_register || type.width == 0)
			continue;
		if (broadcast && broadcast != type.width) {
			diagnose_error(checker->diagnostics, operand_place(&call->operand[i]),
			               "registers of %u and %u qubits cannot be combined", broadcast, type.width);
			diagnose_hint(checker->diagnostics, "a gate is applied to registers of one size element by "
			                                    "element; single qubits are repeated");
			fine = false;
		} else {
			broadcast = type.width;
		}
	}
	call->broadcast = broadcast;
	for (uint32_t i = 0; fine && call->operands <= DISTINCT && i < call->operands; i++)
		for (uint32_t j = 0; j < i; j++)
			if (overlap(&call->operand[i], &call->operand[j])) {
				diagnose_error(checker->diagnostics, operand_place(&call->operand[i]),
				               "this qubit is used twice by gate '%.80s'", symbol->name->text);
				fine = false;
				break;
			}
}

void check_gate(struct checker *checker, struct gate_definition *gate)
{
	struct scope scope;
	if (gate->qubits == 0)
		diagnose_error(checker->diagnostics, gate->name_place, "gate '%.80s' has no qubits", gate->name->text);
	if (gate->qubits > 1u << 20)
		diagnose_error(checker->diagnostics, gate->name_place, "a gate has at most %u qubits", 1u << 20);
	scope_open(checker, &scope);
	checker->gate = gate;
	for (uint32_t i = 0; i < gate->parameters; i++) {
		struct formal *formal = &gate->parameter[i];
		formal->symbol = symbol_declare(checker, SYMBOL_ANGLE_PARAMETER, formal->name, formal->place,
		                                type_scalar(TYPE_FLOAT, 64));
		formal->symbol->position = i;
		formal->symbol->is_read_only = true;
	}
	for (uint32_t i = 0; i < gate->qubits; i++) {
		struct formal *formal = &gate->qubit[i];
		formal->symbol = symbol_declare(checker, SYMBOL_QUBIT_PARAMETER, formal->name, formal->place,
		                                type_scalar(TYPE_QUBIT, 1));
		formal->symbol->position = i;
	}
	check_statements(checker, gate->body);
	checker->gate = NULL;
	scope_close(checker);
	struct symbol *symbol = symbol_declare(checker, SYMBOL_GATE, gate->name, gate->name_place, (struct type){0});
	symbol->definition = gate;
	symbol->parameters = gate->parameters;
	symbol->qubits = gate->qubits;
	gate->symbol = symbol;
	if (gate->is_opaque) {
		/* what it does is known where a library has a gate of this name and shape */
		const struct gate_name *entry = gate_name_find(gate->name->text, gate->name->length,
		                                               checker->libraries | LIBRARY_QELIB1 | LIBRARY_QISKIT);
		if (entry && entry->parameters == gate->parameters && entry->qubits == gate->qubits) {
			symbol->definition = NULL;
			symbol->library = entry;
		}
	}
}
