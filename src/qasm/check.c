/* check.c - statements: what may stand where, and that sizes, counts and types fit.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "qasm/check.h"

#include <stdlib.h>
#include <string.h>

#include "qasm/checker.h"

enum { DISTINCT = 64 };   /* operands compared pairwise; of longer lists the machine finds doubles at run time */

static void check_statements(struct checker *checker, struct statement *first);

static void check_block(struct checker *checker, struct statement *first)
{
	struct scope scope;
	scope_open(checker, &scope);
	check_statements(checker, first);
	scope_close(checker);
}

/* Report what a gate's body cannot hold. */
static bool refuse_in_gate(struct checker *checker, const struct statement *statement, const char *what)
{
	if (!checker->gate)
		return false;
	diagnose_error(checker->diagnostics, statement->place, "a gate cannot %s", what);
	diagnose_hint(checker->diagnostics, "gate bodies hold gates, barriers and loops; a 'def' subroutine may do more");
	return true;
}

/* ---- Gates --------------------------------------------------------------------------------------------------------- */

/* The qubits an operand stands for; false (reported) where it is no qubit. */
static bool check_qubits(struct checker *checker, struct operand *operand, struct type *type)
{
	char text[64];
	if (!check_operand(checker, operand, type))
		return false;
	if (type->kind == TYPE_QUBIT)
		return true;
	diagnose_error(checker->diagnostics, operand_place(operand), "a qubit is needed here, not %s", type_text(type, text));
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
			} else if (!type_is_number(&modifier->argument->type) || modifier->argument->type.kind == TYPE_COMPLEX) {
				diagnose_error(checker->diagnostics, modifier->argument->place, "an exponent must be a number, not %s",
				               type_text(&modifier->argument->type, text));
				fine = false;
			} else if (!type_is_integer(&modifier->argument->type)) {
				fine &= type_convert(checker, &modifier->argument, type_scalar(TYPE_FLOAT, 64), false);
			} else {
				fine &= type_convert(checker, &modifier->argument, type_scalar(TYPE_INT, 64), false);
			}
			continue;
		}
		if (modifier->argument && !type_integer(checker, modifier->argument, &count, "the number of controls")) {
			fine = false;
		} else if (count < 1 || count > OPERATION_CONTROLS) {
			diagnose_error(checker->diagnostics, modifier->argument->place, "the number of controls must be 1 to %d, not %lld",
			               OPERATION_CONTROLS, (long long)count);
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

static bool wrong_number(struct checker *checker, const struct gate_call *call, const char *what, uint64_t wanted, uint64_t given)
{
	const struct symbol *symbol = call->symbol;
	if (call->statement.count && what[0] == 'q')
		diagnose_error(checker->diagnostics, call->statement.place, "gate '%.80s' with its modifiers takes %llu %s%s, not %llu",
		               symbol->name->text, (unsigned long long)wanted, what, wanted == 1 ? "" : "s", (unsigned long long)given);
	else
		diagnose_error(checker->diagnostics, call->statement.place, "gate '%.80s' takes %llu %s%s, not %llu", symbol->name->text,
		               (unsigned long long)wanted, what, wanted == 1 ? "" : "s", (unsigned long long)given);
	diagnose_hint_place(checker->diagnostics, "defined", symbol->place);
	return false;
}

static void check_gate_call(struct checker *checker, struct gate_call *call)
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
			diagnose_error(checker->diagnostics, operand_place(&call->operand[i]), "registers of %u and %u qubits cannot be combined",
			               broadcast, type.width);
			diagnose_hint(checker->diagnostics, "a gate is applied to registers of one size element by element; single qubits are repeated");
			fine = false;
		} else {
			broadcast = type.width;
		}
	}
	call->broadcast = broadcast;
	for (uint32_t i = 0; fine && call->operands <= DISTINCT && i < call->operands; i++)
		for (uint32_t j = 0; j < i; j++)
			if (overlap(&call->operand[i], &call->operand[j])) {
				diagnose_error(checker->diagnostics, operand_place(&call->operand[i]), "this qubit is used twice by gate '%.80s'",
				               symbol->name->text);
				fine = false;
				break;
			}
}

static void check_gate(struct checker *checker, struct gate_definition *gate)
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
		formal->symbol = symbol_declare(checker, SYMBOL_ANGLE_PARAMETER, formal->name, formal->place, type_scalar(TYPE_FLOAT, 64));
		formal->symbol->position = i;
		formal->symbol->is_read_only = true;
	}
	for (uint32_t i = 0; i < gate->qubits; i++) {
		struct formal *formal = &gate->qubit[i];
		formal->symbol = symbol_declare(checker, SYMBOL_QUBIT_PARAMETER, formal->name, formal->place, type_scalar(TYPE_QUBIT, 1));
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
		const struct gate_name *entry = gate_name_find(gate->name->text, gate->name->length, checker->libraries | LIBRARY_QELIB1 | LIBRARY_QISKIT);
		if (entry && entry->parameters == gate->parameters && entry->qubits == gate->qubits) {
			symbol->definition = NULL;
			symbol->library = entry;
		}
	}
}

/* ---- Measuring and the like ------------------------------------------------------------------------------------------- */

/* The symbol at the bottom of an operand. */
static const struct symbol *root_symbol(const struct operand *operand)
{
	if (operand->kind != OPERAND_EXPRESSION)
		return operand->symbol;
	const struct expression *root = operand->expression;
	while (root->kind == EXPRESSION_INDEX)
		root = root->left;
	return root->kind == EXPRESSION_NAME ? root->symbol : NULL;
}

/* May a program write here? Reports. */
static bool check_writable(struct checker *checker, const struct operand *operand)
{
	const struct symbol *root = root_symbol(operand);
	if (!root) {
		diagnose_error(checker->diagnostics, operand_place(operand), "a value cannot be assigned to this");
		return false;
	}
	if (!root->is_read_only)
		return true;
	diagnose_error(checker->diagnostics, operand_place(operand), "'%.80s' is %s and cannot be assigned to", root->name->text,
	               root->is_reference ? "readonly" : symbol_kind_text(root));
	diagnose_hint_place(checker->diagnostics, "declared", root->place);
	return false;
}

static void check_measure(struct checker *checker, struct measurement *measure)
{
	struct type source, target;
	char text[64];
	checker->ast->measures = true;
	if (refuse_in_gate(checker, &measure->statement, "measure"))
		return;
	const bool fine = check_qubits(checker, &measure->source, &source);
	if (!measure->has_target)
		return;
	if (!check_operand(checker, &measure->target, &target) || !fine || !check_writable(checker, &measure->target))
		return;
	if (target.kind != TYPE_BIT || target.dimensions)
		diagnose_error(checker->diagnostics, operand_place(&measure->target), "a measurement gives bits, not %s",
		               type_text(&target, text));
	else if (source.width != target.width && source.width != 0 && target.width != 0)
		diagnose_error(checker->diagnostics, measure->statement.place, "%u qubit%s measured into %u bit%s", source.width,
		               source.width == 1 ? "" : "s", target.width, target.width == 1 ? "" : "s");
}

static void check_duration(struct checker *checker, struct expression **duration)
{
	char text[64];
	if (*duration && check_value(checker, duration) && (*duration)->type.kind != TYPE_DURATION && (*duration)->type.kind != TYPE_STRETCH)
		diagnose_error(checker->diagnostics, (*duration)->place, "a duration is needed here, not %s", type_text(&(*duration)->type, text));
}

static void check_operands(struct checker *checker, struct operands *operands)
{
	struct type type;
	if (operands->statement.kind == STATEMENT_RESET && refuse_in_gate(checker, &operands->statement, "reset qubits"))
		return;
	check_duration(checker, &operands->duration);
	for (uint32_t i = 0; i < operands->operands; i++)
		check_qubits(checker, &operands->operand[i], &type);
}

/* ---- Declarations ------------------------------------------------------------------------------------------------------ */

/* The values of an array, nested as its dimensions from `depth` on. */
static bool check_elements(struct checker *checker, struct expression **value, const struct type *type, unsigned depth)
{
	char text[2][64];
	struct type element = *type;
	element.dimensions = (uint8_t)(type->dimensions - depth);
	element.sizes = element.dimensions ? type->sizes + depth : NULL;
	if ((*value)->kind != EXPRESSION_SET) {
		if (element.dimensions == 0)
			return check_value(checker, value) && type_convert(checker, value, element, false);
		if (!check_value(checker, value))
			return false;
		if (type_equal(&(*value)->type, &element))
			return true;
		diagnose_error(checker->diagnostics, (*value)->place, "%s cannot be used as %s", type_text(&(*value)->type, text[0]),
		               type_text(&element, text[1]));
		return false;
	}
	if (element.dimensions == 0) {
		diagnose_error(checker->diagnostics, (*value)->place, "values in braces cannot be used as %s", type_text(&element, text[0]));
		return false;
	}
	if ((*value)->items != element.sizes[0]) {
		diagnose_error(checker->diagnostics, (*value)->place, "%u value%s for %llu elements", (*value)->items, (*value)->items == 1 ? "" : "s",
		               (unsigned long long)element.sizes[0]);
		return false;
	}
	bool fine = true;
	for (uint32_t i = 0; i < (*value)->items; i++)
		fine &= check_elements(checker, &(*value)->item[i], type, depth + 1);
	(*value)->type = element;
	return fine;
}

static void declare_qubits(struct checker *checker, struct declaration *declaration, struct symbol *symbol)
{
	if (!symbol->is_global)
		diagnose_error(checker->diagnostics, declaration->statement.place, "qubits are declared outside all blocks");
	symbol->first_qubit = checker->ast->qubits;
	if (symbol->type.kind != TYPE_QUBIT)
		return;
	if ((uint64_t)checker->ast->qubits + symbol->type.width > AST_SIZE) {
		if (!checker->is_overfull)
			diagnose_error(checker->diagnostics, declaration->name_place, "a program has at most %llu qubits", AST_SIZE);
		checker->is_overfull = true;
	} else {
		checker->ast->qubits += symbol->type.width;
	}
}

static void check_alias(struct checker *checker, struct declaration *declaration)
{
	char text[64];
	struct type type = {.kind = TYPE_VOID};
	if (refuse_in_gate(checker, &declaration->statement, "declare variables"))
		return;
	if (check_any(checker, &declaration->initial)) {
		type = declaration->initial->type;
		if (type.dimensions || (type.kind != TYPE_QUBIT && type.kind != TYPE_BIT)) {
			diagnose_error(checker->diagnostics, declaration->initial->place, "an alias stands for qubits or bits, not %s", type_text(&type, text));
			type.kind = TYPE_VOID;
		}
	}
	type.is_constant = false;
	declaration->symbol = symbol_declare(checker, SYMBOL_ALIAS, declaration->name, declaration->name_place, type);
	declaration->symbol->alias = declaration->initial;
}

static void check_declaration(struct checker *checker, struct declaration *declaration)
{
	static const uint8_t kinds[] = {
	        [DECLARE_VARIABLE] = SYMBOL_VARIABLE, [DECLARE_CONSTANT] = SYMBOL_CONSTANT, [DECLARE_INPUT] = SYMBOL_INPUT,
	        [DECLARE_OUTPUT] = SYMBOL_OUTPUT, [DECLARE_QUBIT] = SYMBOL_QUBIT};
	if (declaration->kind == DECLARE_ALIAS) {
		check_alias(checker, declaration);
		return;
	}
	if (declaration->kind != DECLARE_CONSTANT && refuse_in_gate(checker, &declaration->statement, "declare variables"))
		return;
	struct type type = type_resolve(checker, declaration->written);
	/* The initial value is checked before the name exists. */
	if (declaration->initial && type.kind != TYPE_VOID) {
		bool fine = type.dimensions ? check_elements(checker, &declaration->initial, &type, 0)
		                            : check_value(checker, &declaration->initial);
		/* Constants of a bare type take 64 bits; a scalar's initial value is converted. */
		if (fine && !type.dimensions)
			fine = type_convert(checker, &declaration->initial, type, false);
		const bool foldable = constant_is_foldable(&type);
		if (fine && declaration->kind == DECLARE_CONSTANT && !type.dimensions &&
		    !(foldable ? declaration->initial->is_known : declaration->initial->type.is_constant || type.kind == TYPE_DURATION)) {
			diagnose_error(checker->diagnostics, declaration->initial->place, "the value of a constant must itself be constant");
			fine = false;
		}
		if (!fine && declaration->kind == DECLARE_CONSTANT)
			type.kind = TYPE_VOID;
	} else if (declaration->initial && declaration->initial->kind != EXPRESSION_SET) {
		check_value(checker, &declaration->initial);
	}
	struct symbol *symbol = symbol_declare(checker, (enum symbol_kind)kinds[declaration->kind], declaration->name, declaration->name_place, type);
	declaration->symbol = symbol;
	symbol->is_old = declaration->is_old;
	symbol->is_read_only = declaration->kind == DECLARE_CONSTANT || declaration->kind == DECLARE_INPUT;
	if (declaration->kind == DECLARE_CONSTANT && type.kind != TYPE_VOID && !type.dimensions && declaration->initial)
		symbol->value = declaration->initial->value;
	checker->ast->has_output |= declaration->kind == DECLARE_OUTPUT;
	if (declaration->kind == DECLARE_QUBIT)
		declare_qubits(checker, declaration, symbol);
}

/* ---- Subroutines ---------------------------------------------------------------------------------------------------------- */

/* Is the end of this list never reached (as far as is easily seen)? */
static bool ends(const struct statement *statement)
{
	for (; statement; statement = statement->next) {
		switch (statement->kind) {
		case STATEMENT_RETURN:
		case STATEMENT_END:
			return true;
		case STATEMENT_IF: {
			bool all = true;
			const struct statement *next = statement;
			while (next && next->kind == STATEMENT_IF && all) {
				const struct branch *branch = (const struct branch *)next;
				all = branch->has_else && ends(branch->then);
				next = branch->otherwise;
				if (!next || next->kind != STATEMENT_IF)
					all = all && ends(next);
			}
			if (all)
				return true;
			break;
		}
		case STATEMENT_FOR:
			if (ends(((const struct loop_for *)statement)->body))
				return true;
			break;
		case STATEMENT_WHILE:   /* it may be the last thing that runs: while (true) { ... return ... } */
			return true;
		case STATEMENT_BLOCK:
		case STATEMENT_BOX:
			if (ends(((const struct block_statement *)statement)->body))
				return true;
			break;
		case STATEMENT_SWITCH: {
			bool all = true, has_default = false;
			for (const struct switch_case *one = ((const struct switch_statement *)statement)->first; one; one = one->next) {
				all = all && ends(one->body);
				has_default |= one->labels == 0;
			}
			if (all && has_default)
				return true;
			break;
		}
		default:
			break;
		}
	}
	return false;
}

static void check_subroutine(struct checker *checker, struct subroutine *subroutine)
{
	struct scope scope;
	subroutine->type = subroutine->written ? type_resolve(checker, subroutine->written) : (struct type){0};
	if (subroutine->type.dimensions) {
		diagnose_error(checker->diagnostics, subroutine->written->place, "a subroutine cannot return an array");
		diagnose_hint(checker->diagnostics, "pass a 'mutable' array instead");
	} else if (subroutine->type.kind == TYPE_QUBIT) {
		diagnose_error(checker->diagnostics, subroutine->written->place, "a subroutine cannot return qubits");
	}
	/* Declared first: a subroutine may call itself. */
	struct symbol *symbol = symbol_declare(checker, subroutine->is_extern ? SYMBOL_EXTERN : SYMBOL_SUBROUTINE, subroutine->name,
	                                       subroutine->name_place, (struct type){0});
	symbol->subroutine = subroutine;
	subroutine->symbol = symbol;
	scope_open(checker, &scope);
	checker->subroutine = subroutine;
	for (uint32_t i = 0; i < subroutine->formals; i++) {
		struct formal *formal = &subroutine->formal[i];
		const struct type type = type_resolve(checker, formal->written);
		const bool qubits = formal->written->kind == TYPE_QUBIT;
		struct symbol *out;
		if (formal->name) {
			out = symbol_declare(checker, qubits ? SYMBOL_QUBIT_PARAMETER : SYMBOL_VARIABLE, formal->name, formal->place, type);
		} else {
			out = arena_new(checker->arena, sizeof *out);
			out->type = type;
		}
		out->position = i;
		out->is_reference = type.dimensions > 0;
		out->is_read_only = formal->written->is_readonly;
		formal->symbol = out;
		if (type.dimensions && !formal->written->is_readonly && !formal->written->is_mutable && !subroutine->is_extern) {
			diagnose_error(checker->diagnostics, formal->written->place, "an array parameter is either 'readonly' or 'mutable'");
		}
	}
	const unsigned loops = checker->loops;
	checker->loops = 0;
	check_statements(checker, subroutine->body);
	checker->loops = loops;
	checker->subroutine = NULL;
	scope_close(checker);
	if (!subroutine->is_extern && subroutine->type.kind != TYPE_VOID && !ends(subroutine->body)) {
		char text[64];
		diagnose_error(checker->diagnostics, subroutine->name_place, "'%.80s' can end without returning its %s", subroutine->name->text,
		               type_text(&subroutine->type, text));
	}
}

static void check_return(struct checker *checker, struct expression_statement *statement)
{
	char text[64];
	if (!checker->subroutine) {
		diagnose_error(checker->diagnostics, statement->statement.place, "'return' outside of a subroutine");
		diagnose_hint(checker->diagnostics, "'end;' ends the program");
		return;
	}
	const struct type *type = &checker->subroutine->type;
	if (!statement->expression) {
		if (type->kind != TYPE_VOID)
			diagnose_error(checker->diagnostics, statement->statement.place, "this subroutine returns %s", type_text(type, text));
		return;
	}
	if (!check_value(checker, &statement->expression))
		return;
	if (!checker->subroutine->written) {
		diagnose_error(checker->diagnostics, statement->expression->place, "this subroutine returns nothing");
		diagnose_hint(checker->diagnostics, "declare what it returns: def %.80s(...) -> %s", checker->subroutine->name->text,
		              type_text(&statement->expression->type, text));
		return;
	}
	type_convert(checker, &statement->expression, *type, false);
}

/* ---- Assignment and control flow --------------------------------------------------------------------------------------------- */

/* The operand as an expression, to be read. */
static struct expression *operand_expression(struct checker *checker, const struct operand *operand, const struct name *name)
{
	struct expression *out = arena_new(checker->arena, sizeof *out), *index, *literal;
	const struct place place = operand_place(operand);
	if (operand->kind == OPERAND_EXPRESSION)
		return operand->expression;
	*out = (struct expression){.kind = EXPRESSION_NAME, .place = place, .name = name};
	if (operand->kind == OPERAND_WHOLE)
		return out;
	index = arena_new(checker->arena, sizeof *index);
	literal = arena_new(checker->arena, sizeof *literal);
	*literal = (struct expression){.kind = EXPRESSION_LITERAL, .place = place, .is_known = true, .value.i = operand->element};
	literal->type = type_scalar(TYPE_INT, 64);
	*index = (struct expression){.kind = EXPRESSION_INDEX, .place = place, .left = out, .items = 1};
	index->item = arena_copy(checker->arena, &literal, sizeof literal);
	return index;
}

/* A copy of an unchecked expression for the left side of a compound assignment: checking writes into the tree. */
static struct expression *copy_expression(struct checker *checker, const struct expression *from)
{
	if (!from)
		return NULL;
	if (from->kind == EXPRESSION_LITERAL)
		return arena_copy(checker->arena, from, offsetof(struct expression, left));
	struct expression *out = arena_copy(checker->arena, from, sizeof *from);
	out->left = copy_expression(checker, from->left);
	if (from->kind == EXPRESSION_BINARY) {
		out->right = copy_expression(checker, from->right);
	} else if (from->items) {
		out->item = arena_copy(checker->arena, from->item, from->items * sizeof *from->item);
		for (uint32_t i = 0; i < from->items; i++)
			out->item[i] = copy_expression(checker, from->item[i]);
	}
	return out;
}

static void check_assignment(struct checker *checker, struct assignment *assignment)
{
	char text[64];
	if (refuse_in_gate(checker, &assignment->statement, "assign to variables"))
		return;
	if (assignment->operator != OPERATOR_NONE) {
		struct expression *value = arena_new(checker->arena, sizeof *value);
		*value = (struct expression){.kind = EXPRESSION_BINARY, .operator = assignment->operator, .place = assignment->statement.place};
		value->left = copy_expression(checker, operand_expression(checker, &assignment->target, assignment->target.name));
		value->right = assignment->value;
		if (assignment->operator == OPERATOR_COMPLEMENT) {
			value->kind = EXPRESSION_UNARY;
			value->left = assignment->value;
			value->right = NULL;
		}
		assignment->value = value;
		assignment->operator = OPERATOR_NONE;
	}
	const bool target = check_operand(checker, &assignment->target, &assignment->type);
	if (target && assignment->type.kind == TYPE_QUBIT) {
		diagnose_error(checker->diagnostics, operand_place(&assignment->target), "qubits cannot be assigned to");
		return;
	}
	if (target && !check_writable(checker, &assignment->target))
		return;
	assignment->type.is_constant = false;
	if (target && assignment->type.dimensions) {
		check_elements(checker, &assignment->value, &assignment->type, 0);
		return;
	}
	if (assignment->value->kind == EXPRESSION_SET) {
		diagnose_error(checker->diagnostics, assignment->value->place, "values in braces cannot be used as %s",
		               target ? type_text(&assignment->type, text) : "this");
		return;
	}
	if (check_value(checker, &assignment->value) && target)
		type_convert(checker, &assignment->value, assignment->type, false);
}

static void check_condition(struct checker *checker, struct expression **condition)
{
	if (check_value(checker, condition))
		type_convert(checker, condition, type_scalar(TYPE_BOOL, 1), false);
}

/* The chain is walked, not recursed into: it may be very long. */
static void check_if(struct checker *checker, struct branch *branch)
{
	for (;;) {
		check_condition(checker, &branch->condition);
		check_block(checker, branch->then);
		struct statement *otherwise = branch->otherwise;
		if (!otherwise || otherwise->kind != STATEMENT_IF || otherwise->next) {
			check_block(checker, otherwise);
			return;
		}
		branch = (struct branch *)otherwise;
	}
}

static void check_for(struct checker *checker, struct loop_for *loop)
{
	char text[2][64];
	struct type type = loop->written ? type_resolve(checker, loop->written) : type_scalar(TYPE_INT, 64);
	struct expression *over = loop->over;
	if (over->kind == EXPRESSION_RANGE) {
		if (!type_is_integer(&type) && type.kind != TYPE_VOID) {
			diagnose_error(checker->diagnostics, loop->written->place, "the variable of a loop over a range is an int or uint");
			type.kind = TYPE_VOID;
		}
		for (unsigned i = 0; i < 3; i++) {
			if (!over->item[i] || !check_value(checker, &over->item[i]) || type.kind == TYPE_VOID)
				continue;
			/* The step of a uint loop may be negative, and ends may be wider than the variable's type says. */
			type_convert(checker, &over->item[i], i == 1 || type.width < 64 ? type_scalar(TYPE_INT, 64) : type, false);
			if (i == 1 && over->item[1]->is_known && over->item[1]->value.i == 0)
				diagnose_error(checker->diagnostics, over->item[1]->place, "the step of a range must not be 0");
		}
		over->type = (struct type){.kind = TYPE_RANGE};
	} else if (over->kind == EXPRESSION_SET) {
		for (uint32_t i = 0; i < over->items; i++)
			if (check_value(checker, &over->item[i]) && type.kind != TYPE_VOID)
				type_convert(checker, &over->item[i], type, false);
		over->type = (struct type){.kind = TYPE_SET};
	} else if (check_value(checker, &loop->over)) {
		over = loop->over;
		if (over->type.dimensions != 1 && !(over->type.kind == TYPE_BIT && over->type.is_register && !over->type.dimensions)) {
			diagnose_error(checker->diagnostics, over->place, "a loop runs over a range, a set, a bit register or an array, not %s",
			               type_text(&over->type, text[0]));
		} else {
			struct type element = over->type;
			element.dimensions = 0;
			element.sizes = NULL;
			if (over->type.dimensions == 0)
				element = type_scalar(TYPE_BIT, 1);
			struct expression *probe = arena_new(checker->arena, sizeof *probe);
			*probe = (struct expression){.kind = EXPRESSION_CONVERT, .place = over->place, .type = element};
			if (type.kind != TYPE_VOID)
				type_convert(checker, &probe, type, false);
		}
	}
	struct scope scope;
	scope_open(checker, &scope);
	loop->symbol = symbol_declare(checker, SYMBOL_VARIABLE, loop->name, loop->name_place, type);
	checker->loops++;
	check_block(checker, loop->body);
	checker->loops--;
	scope_close(checker);
}

static int compare_labels(const void *left, const void *right)
{
	const struct expression *a = *(struct expression *const *)left, *b = *(struct expression *const *)right;
	if (a->value.i != b->value.i)
		return a->value.i < b->value.i ? -1 : 1;
	return a->place.start < b->place.start ? -1 : a->place.start > b->place.start;
}

/* Report labels that occur twice. */
static void check_labels(struct checker *checker, const struct switch_statement *statement)
{
	uint64_t count = 0;
	for (const struct switch_case *one = statement->first; one; one = one->next)
		count += one->labels;
	struct expression **label = arena_new(checker->arena, count * sizeof *label);
	count = 0;
	for (const struct switch_case *one = statement->first; one; one = one->next)
		for (uint32_t i = 0; i < one->labels; i++)
			if (one->label[i]->is_known && one->label[i]->type.kind != TYPE_VOID)
				label[count++] = one->label[i];
	if (count > 1)
		qsort(label, count, sizeof *label, compare_labels);
	for (uint64_t i = 1; i < count; i++)
		if (label[i]->value.i == label[i - 1]->value.i) {
			diagnose_error(checker->diagnostics, label[i]->place, "this case occurs twice");
			diagnose_hint_place(checker->diagnostics, "first", label[i - 1]->place);
		}
}

static void check_switch(struct checker *checker, struct switch_statement *statement)
{
	char text[64];
	bool fine = check_value(checker, &statement->target);
	if (fine && statement->target->type.kind == TYPE_BIT && !statement->target->type.dimensions && statement->target->type.width <= 64)
		fine = type_convert(checker, &statement->target, type_scalar(TYPE_UINT, 64), true);
	if (fine && !type_is_integer(&statement->target->type)) {
		diagnose_error(checker->diagnostics, statement->target->place, "a switch is on an integer, not %s", type_text(&statement->target->type, text));
		fine = false;
	}
	bool has_default = false;
	for (struct switch_case *one = statement->first; one; one = one->next) {
		if (has_default && one->labels > 0)
			diagnose_error(checker->diagnostics, one->label[0]->place, "'default' must be the last case");
		has_default |= one->labels == 0;
		for (uint32_t i = 0; i < one->labels; i++) {
			int64_t value;
			struct expression *label = one->label[i];
			if (label->kind == EXPRESSION_LITERAL && label->type.kind == TYPE_BIT) {
				if (check_value(checker, &one->label[i]) && !type_convert(checker, &one->label[i], type_scalar(TYPE_UINT, 64), true))
					continue;
			} else if (!type_integer(checker, label, &value, "a case")) {
				continue;
			}
			if (fine)
				type_convert(checker, &one->label[i], type_scalar(statement->target->type.kind, 64), false);
		}
		check_block(checker, one->body);
	}
	if (fine)
		check_labels(checker, statement);
	/* The labels are of 64 bits: so is what is compared with them. */
	if (fine)
		type_convert(checker, &statement->target, type_scalar(statement->target->type.kind, 64), false);
}

static void check_text(struct checker *checker, const struct text_statement *statement)
{
	const unsigned length = statement->text_length < 60 ? statement->text_length : 60;
	static const char *const changing[] = {"braket unitary", "braket noise"};
	if (statement->kind == TEXT_PRAGMA) {
		for (unsigned i = 0; i < ARRAY_LENGTH(changing); i++)
			if (statement->text_length >= strlen(changing[i]) && memcmp(statement->text, changing[i], strlen(changing[i])) == 0) {
				diagnose_error(checker->diagnostics, statement->statement.place, "'#pragma %s' is not supported yet", changing[i]);
				return;
			}
		check_note(checker, "pragma '%.*s' is ignored", (int)length, statement->text);
	} else if (statement->kind == TEXT_ANNOTATION) {
		check_note(checker, "annotation '@%.*s' is ignored", (int)length, statement->text);
	} else {
		check_note(checker, "calibrations have no effect");
	}
}

static void check_statement(struct checker *checker, struct statement *statement)
{
	switch (statement->kind) {
	case STATEMENT_GATE_CALL: check_gate_call(checker, (struct gate_call *)statement); break;
	case STATEMENT_MEASURE: check_measure(checker, (struct measurement *)statement); break;
	case STATEMENT_RESET:
	case STATEMENT_BARRIER:
	case STATEMENT_DELAY:
	case STATEMENT_NOP: check_operands(checker, (struct operands *)statement); break;
	case STATEMENT_DECLARE: check_declaration(checker, (struct declaration *)statement); break;
	case STATEMENT_ASSIGN: check_assignment(checker, (struct assignment *)statement); break;
	case STATEMENT_EXPRESSION:
		if (!refuse_in_gate(checker, statement, "call subroutines"))
			check_call(checker, ((struct expression_statement *)statement)->expression, true);
		break;
	case STATEMENT_IF: check_if(checker, (struct branch *)statement); break;
	case STATEMENT_FOR: check_for(checker, (struct loop_for *)statement); break;
	case STATEMENT_WHILE:
		check_condition(checker, &((struct branch *)statement)->condition);
		checker->loops++;
		check_block(checker, ((struct branch *)statement)->then);
		checker->loops--;
		break;
	case STATEMENT_SWITCH: check_switch(checker, (struct switch_statement *)statement); break;
	case STATEMENT_BOX: check_duration(checker, &((struct block_statement *)statement)->duration);   /* fall through */
	case STATEMENT_BLOCK: check_block(checker, ((struct block_statement *)statement)->body); break;
	case STATEMENT_BREAK:
	case STATEMENT_CONTINUE:
		if (checker->loops == 0)
			diagnose_error(checker->diagnostics, statement->place, "'%s' outside of a loop",
			        statement->kind == STATEMENT_BREAK ? "break" : "continue");
		break;
	case STATEMENT_END: refuse_in_gate(checker, statement, "end the program"); break;
	case STATEMENT_RETURN: check_return(checker, (struct expression_statement *)statement); break;
	case STATEMENT_GATE: check_gate(checker, (struct gate_definition *)statement); break;
	case STATEMENT_SUBROUTINE: check_subroutine(checker, (struct subroutine *)statement); break;
	case STATEMENT_PRAGMA: check_text(checker, (struct text_statement *)statement); break;
	default: break;
	}
}

static void check_statements(struct checker *checker, struct statement *statement)
{
	for (; statement && !diagnose_is_full(checker->diagnostics); statement = statement->next)
		check_statement(checker, statement);
}

void qasm_check(struct ast *ast, struct parsed *parsed, struct names *names, int legacy_u_phase, struct diagnostics *diagnostics)
{
	struct scope scope;
	struct checker checker = {.ast = ast, .arena = ast->arena, .parsed = parsed, .names = names, .diagnostics = diagnostics};
	checker.is_old = ast->dialect == SONGDO_QASM2;
	ast->legacy_u_phase = legacy_u_phase > 0 || (legacy_u_phase == 0 && ast->dialect != SONGDO_QASM3);
	checker.libraries = LIBRARY_BUILTIN | parsed->libraries | (ast->dialect == SONGDO_BRAKET ? LIBRARY_BRAKET : 0) |
	                    (ast->legacy_u_phase ? LIBRARY_LEGACY_PHASE : 0);
	if (parsed->libraries & LIBRARY_QELIB1)   /* its later versions and Qiskit's exporters add gates to it */
		checker.libraries |= LIBRARY_QISKIT;
	scope_builtins(&checker);
	scope_open(&checker, &scope);
	check_statements(&checker, ast->first);
	ast->symbols = scope.first;
	for (struct symbol *symbol = ast->symbols; symbol; symbol = symbol->next)
		if (symbol->kind == SYMBOL_HARDWARE)
			symbol->first_qubit = ast->qubits++;
	scope_close(&checker);
	ast->notes = checker.note;
	ast->note_count = checker.notes;
}
