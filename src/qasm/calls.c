/* calls.c - calls of built-in functions and subroutines.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "qasm/checker.h"

static bool wrong_count(struct checker *checker, const struct expression *call, uint32_t wanted)
{
	diagnose_error(checker->diagnostics, call->place, "'%.80s' takes %u argument%s, not %u",
	               call->symbol->name->text, wanted, wanted == 1 ? "" : "s", call->items);
	diagnose_hint_place(checker->diagnostics, "declared", call->symbol->place);
	return false;
}

static bool check_function(struct checker *checker, struct expression *call)
{
	const enum function function = call->symbol->function;
	const uint32_t wanted = function == FUNCTION_MOD || function == FUNCTION_POW || function == FUNCTION_ROTL ||
	                                        function == FUNCTION_ROTR
	                                ? 2
	                                : 1;
	bool fine = true;
	for (uint32_t i = 0; i < call->items; i++)
		fine &= check_any(checker, &call->item[i]);
	if (!fine)
		return value_poison(call);
	if (function == FUNCTION_SIZEOF) {
		int64_t dimension = 0;
		if (call->items < 1 || call->items > 2)
			return wrong_count(checker, call, 1), value_poison(call);
		const struct type *type = &call->item[0]->type;
		if (!type->dimensions && !type->is_register) {
			char text[64];
			diagnose_error(checker->diagnostics, call->item[0]->place, "%s has no size",
			               type_text(type, text));
			return value_poison(call);
		}
		if (call->items == 2) {
			if (!call->item[1]->is_known || !type_is_integer(&call->item[1]->type)) {
				diagnose_error(checker->diagnostics, call->item[1]->place,
				               "the dimension must be a constant integer");
				return value_poison(call);
			}
			dimension = call->item[1]->value.i;
		}
		if (dimension < 0 || dimension >= (type->dimensions ? type->dimensions : 1)) {
			diagnose_error(checker->diagnostics, call->item[1]->place, "there is no dimension %lld",
			               (long long)dimension);
			return value_poison(call);
		}
		call->type = type_scalar(TYPE_UINT, 64);
		call->value.u = type->dimensions ? type->sizes[dimension] : type->width;
		call->is_known = call->type.is_constant = call->value.u > 0;
		return true;
	}
	if (call->items != wanted)
		return wrong_count(checker, call, wanted), value_poison(call);
	struct expression **first = &call->item[0];
	struct type result;
	switch (function) {
	case FUNCTION_POPCOUNT:
	case FUNCTION_ROTL:
	case FUNCTION_ROTR:
		if (!type_is_bits(&(*first)->type) && !type_is_integer(&(*first)->type)) {
			char text[64];
			diagnose_error(checker->diagnostics, (*first)->place, "'%s' takes bits or an integer, not %s",
			               call->symbol->name->text, type_text(&(*first)->type, text));
			return value_poison(call);
		}
		if (function != FUNCTION_POPCOUNT &&
		    !type_convert(checker, &call->item[1], type_scalar(TYPE_INT, 64), false))
			return value_poison(call);
		result = function == FUNCTION_POPCOUNT ? type_scalar(TYPE_UINT, 64) : (*first)->type;
		break;
	case FUNCTION_REAL:
	case FUNCTION_IMAG:
		if (!type_convert(
		            checker, first,
		            type_scalar(TYPE_COMPLEX, (*first)->type.kind == TYPE_COMPLEX ? (*first)->type.width : 64),
		            true))
			return value_poison(call);
		result = type_scalar(TYPE_FLOAT, (*first)->type.width);
		break;
	case FUNCTION_MOD:
	case FUNCTION_POW: {
		const bool whole = type_is_integer(&(*first)->type) && type_is_integer(&call->item[1]->type) &&
		                   !(function == FUNCTION_POW && call->item[1]->is_known &&
		                     call->item[1]->type.kind == TYPE_INT && call->item[1]->value.i < 0);
		const bool is_complex = (*first)->type.kind == TYPE_COMPLEX || call->item[1]->type.kind == TYPE_COMPLEX;
		result = whole ? type_common(&(*first)->type, &call->item[1]->type)
		               : type_scalar(is_complex && function == FUNCTION_POW ? TYPE_COMPLEX : TYPE_FLOAT, 64);
		if (!type_convert(checker, first, result, false) ||
		    !type_convert(checker, &call->item[1], result, false))
			return value_poison(call);
		break;
	}
	case FUNCTION_EXP:
	case FUNCTION_SQRT:
	case FUNCTION_LOG:
	case FUNCTION_SIN:
	case FUNCTION_COS:
		result = type_scalar((*first)->type.kind == TYPE_COMPLEX &&
		                                     (function == FUNCTION_EXP || function == FUNCTION_SQRT)
		                             ? TYPE_COMPLEX
		                             : TYPE_FLOAT,
		                     64);
		if (!type_convert(checker, first, result, false))
			return value_poison(call);
		break;
	default:
		result = type_scalar(TYPE_FLOAT, 64);
		if (!type_convert(checker, first, result, false))
			return value_poison(call);
		break;
	}
	call->type = result;
	call->type.is_constant = (*first)->type.is_constant && (wanted < 2 || call->item[1]->type.is_constant);
	return constant_fold(checker, call);
}

/* One argument of a subroutine. */
static bool check_argument(struct checker *checker, struct expression **argument, const struct formal *formal,
                           const struct type *type)
{
	char text[2][64];
	if (!check_any(checker, argument))
		return false;
	const struct type *given = &(*argument)->type;
	if (type->kind == TYPE_VOID)
		return false;
	if (type->dimensions) {
		const bool same = given->kind == type->kind && given->width == type->width &&
		                  given->dimensions == type->dimensions;
		bool fits_sizes = same;
		for (unsigned i = 0; same && i < type->dimensions; i++)
			fits_sizes &= !type->sizes[i] || !given->sizes[i] || type->sizes[i] == given->sizes[i];
		if (!fits_sizes) {
			diagnose_error(checker->diagnostics, (*argument)->place, "%s is passed where %s is expected",
			               type_text(given, text[0]), type_text(type, text[1]));
			return false;
		}
		const struct expression *root = *argument;
		while (root->kind == EXPRESSION_INDEX)
			root = root->left;
		if (formal->written->is_mutable && root->kind == EXPRESSION_NAME && root->symbol &&
		    root->symbol->is_read_only) {
			diagnose_error(checker->diagnostics, (*argument)->place,
			               "'%.80s' cannot be changed, so it cannot be passed as mutable",
			               root->symbol->name->text);
			return false;
		}
		return true;
	}
	if (type->kind == TYPE_QUBIT || given->kind == TYPE_QUBIT) {
		if (type->kind == given->kind && (type->width == given->width || given->width == 0) &&
		    (type->is_register || !given->is_register || given->width == 1))
			return true;
		diagnose_error(checker->diagnostics, (*argument)->place, "%s is passed where %s is expected",
		               type_text(given, text[0]), type_text(type, text[1]));
		return false;
	}
	return type_convert(checker, argument, *type, false);
}

bool check_call(struct checker *checker, struct expression *call, bool is_statement)
{
	struct symbol *symbol = scope_function(checker, call->name, call->place);
	call->symbol = symbol;
	if (!symbol)
		return value_poison(call);
	if (symbol->kind == SYMBOL_FUNCTION)
		return check_function(checker, call);
	if (checker->gate) {
		diagnose_error(checker->diagnostics, call->place, "a gate cannot call a subroutine");
		return value_poison(call);
	}
	const struct subroutine *subroutine = symbol->subroutine;
	symbol->is_used = true;
	call->type = subroutine->type;
	call->type.is_constant = false;
	if (subroutine->is_extern) {
		diagnose_error(checker->diagnostics, call->place,
		               "calls of 'extern' subroutines are not supported: nothing is known of '%.80s'",
		               symbol->name->text);
		return value_poison(call);
	}
	if (call->items != subroutine->formals)
		return wrong_count(checker, call, subroutine->formals), value_poison(call);
	bool fine = true;
	for (uint32_t i = 0; i < call->items; i++)
		fine &= check_argument(checker, &call->item[i], &subroutine->formal[i],
		                       &subroutine->formal[i].symbol->type);
	/* The same qubit twice would make gates inside act on it twice. */
	for (uint32_t i = 0; fine && i < call->items; i++)
		for (uint32_t j = 0; j < i; j++)
			if (call->item[i]->kind == EXPRESSION_NAME && call->item[j]->kind == EXPRESSION_NAME &&
			    call->item[i]->type.kind == TYPE_QUBIT && call->item[i]->symbol == call->item[j]->symbol) {
				diagnose_error(checker->diagnostics, call->item[i]->place, "'%.80s' is passed twice",
				               call->item[i]->symbol->name->text);
				fine = false;
			}
	if (!fine)
		return value_poison(call);
	if (!is_statement && call->type.kind == TYPE_VOID) {
		diagnose_error(checker->diagnostics, call->place, "'%.80s' returns nothing", symbol->name->text);
		diagnose_hint_place(checker->diagnostics, "declared", symbol->place);
		return false;
	}
	return true;
}
