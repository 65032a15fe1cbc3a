/* check_declarations.c - variables, constants, registers, aliases and subroutines.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "qasm/checker.h"

/* The values of an array, nested as its dimensions from `depth` on. */
bool check_elements(struct checker *checker, struct expression **value, const struct type *type, unsigned depth)
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
		diagnose_error(checker->diagnostics, (*value)->place, "%s cannot be used as %s",
		               type_text(&(*value)->type, text[0]), type_text(&element, text[1]));
		return false;
	}
	if (element.dimensions == 0) {
		diagnose_error(checker->diagnostics, (*value)->place, "values in braces cannot be used as %s",
		               type_text(&element, text[0]));
		return false;
	}
	if ((*value)->items != element.sizes[0]) {
		diagnose_error(checker->diagnostics, (*value)->place, "%u value%s for %llu elements", (*value)->items,
		               (*value)->items == 1 ? "" : "s", (unsigned long long)element.sizes[0]);
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
		diagnose_error(checker->diagnostics, declaration->statement.place,
		               "qubits are declared outside all blocks");
	symbol->first_qubit = checker->ast->qubits;
	if (symbol->type.kind != TYPE_QUBIT)
		return;
	if ((uint64_t)checker->ast->qubits + symbol->type.width > AST_SIZE) {
		if (!checker->is_overfull)
			diagnose_error(checker->diagnostics, declaration->name_place,
			               "a program has at most %llu qubits", AST_SIZE);
		checker->is_overfull = true;
	} else {
		checker->ast->qubits += symbol->type.width;
	}
}

static void check_alias(struct checker *checker, struct declaration *declaration)
{
	char text[64];
	struct type type = {.kind = TYPE_VOID};
	if (check_refuse_in_gate(checker, &declaration->statement, "declare variables"))
		return;
	if (check_any(checker, &declaration->initial)) {
		type = declaration->initial->type;
		if (type.dimensions || (type.kind != TYPE_QUBIT && type.kind != TYPE_BIT)) {
			diagnose_error(checker->diagnostics, declaration->initial->place,
			               "an alias stands for qubits or bits, not %s", type_text(&type, text));
			type.kind = TYPE_VOID;
		}
	}
	type.is_constant = false;
	declaration->symbol = symbol_declare(checker, SYMBOL_ALIAS, declaration->name, declaration->name_place, type);
	declaration->symbol->alias = declaration->initial;
}

void check_declaration(struct checker *checker, struct declaration *declaration)
{
	static const uint8_t kinds[] = {[DECLARE_VARIABLE] = SYMBOL_VARIABLE,
	                                [DECLARE_CONSTANT] = SYMBOL_CONSTANT,
	                                [DECLARE_INPUT] = SYMBOL_INPUT,
	                                [DECLARE_OUTPUT] = SYMBOL_OUTPUT,
	                                [DECLARE_QUBIT] = SYMBOL_QUBIT};
	if (declaration->kind == DECLARE_ALIAS) {
		check_alias(checker, declaration);
		return;
	}
	if (declaration->kind != DECLARE_CONSTANT &&
	    check_refuse_in_gate(checker, &declaration->statement, "declare variables"))
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
		    !(foldable ? declaration->initial->is_known
		               : declaration->initial->type.is_constant || type.kind == TYPE_DURATION)) {
			diagnose_error(checker->diagnostics, declaration->initial->place,
			               "the value of a constant must itself be constant");
			fine = false;
		}
		if (!fine && declaration->kind == DECLARE_CONSTANT)
			type.kind = TYPE_VOID;
	} else if (declaration->initial && declaration->initial->kind != EXPRESSION_SET) {
		check_value(checker, &declaration->initial);
	}
	struct symbol *symbol = symbol_declare(checker, (enum symbol_kind)kinds[declaration->kind], declaration->name,
	                                       declaration->name_place, type);
	declaration->symbol = symbol;
	symbol->is_old = declaration->is_old;
	symbol->is_read_only = declaration->kind == DECLARE_CONSTANT || declaration->kind == DECLARE_INPUT;
	if (declaration->kind == DECLARE_CONSTANT && type.kind != TYPE_VOID && !type.dimensions && declaration->initial)
		symbol->value = declaration->initial->value;
	checker->ast->has_output |= declaration->kind == DECLARE_OUTPUT;
	if (declaration->kind == DECLARE_QUBIT)
		declare_qubits(checker, declaration, symbol);
}

/* ---- Subroutines
 * ----------------------------------------------------------------------------------------------------------
 * */

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
			for (const struct switch_case *one = ((const struct switch_statement *)statement)->first; one;
			     one = one->next) {
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

void check_subroutine(struct checker *checker, struct subroutine *subroutine)
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
	struct symbol *symbol = symbol_declare(checker, subroutine->is_extern ? SYMBOL_EXTERN : SYMBOL_SUBROUTINE,
	                                       subroutine->name, subroutine->name_place, (struct type){0});
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
			out = symbol_declare(checker, qubits ? SYMBOL_QUBIT_PARAMETER : SYMBOL_VARIABLE, formal->name,
			                     formal->place, type);
		} else {
			out = arena_new(checker->arena, sizeof *out);
			out->type = type;
		}
		out->position = i;
		out->is_reference = type.dimensions > 0;
		out->is_read_only = formal->written->is_readonly;
		formal->symbol = out;
		if (type.dimensions && !formal->written->is_readonly && !formal->written->is_mutable &&
		    !subroutine->is_extern) {
			diagnose_error(checker->diagnostics, formal->written->place,
			               "an array parameter is either 'readonly' or 'mutable'");
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
		diagnose_error(checker->diagnostics, subroutine->name_place, "'%.80s' can end without returning its %s",
		               subroutine->name->text, type_text(&subroutine->type, text));
	}
}

void check_return(struct checker *checker, struct expression_statement *statement)
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
			diagnose_error(checker->diagnostics, statement->statement.place, "this subroutine returns %s",
			               type_text(type, text));
		return;
	}
	if (!check_value(checker, &statement->expression))
		return;
	if (!checker->subroutine->written) {
		diagnose_error(checker->diagnostics, statement->expression->place, "this subroutine returns nothing");
		diagnose_hint(checker->diagnostics, "declare what it returns: def %.80s(...) -> %s",
		              checker->subroutine->name->text, type_text(&statement->expression->type, text));
		return;
	}
	type_convert(checker, &statement->expression, *type, false);
}
