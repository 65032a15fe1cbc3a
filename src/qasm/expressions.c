/* expressions.c - expressions by precedence climbing, and operands.
 *
 * Constant folding is the checker's; here only literals get their values.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "qasm/parser.h"

/* How tightly each binary operator holds what stands left and right of it; right > left: left associative.
 * The order is that of the OpenQASM 3 grammar; unary operators sit between POWER and the rest. */
static const struct { uint8_t left, right; } priority[OPERATORS] = {
        [OPERATOR_POWER] = {24, 23},   /* right associative */
        [OPERATOR_MULTIPLY] = {20, 21}, [OPERATOR_DIVIDE] = {20, 21}, [OPERATOR_REMAINDER] = {20, 21},
        [OPERATOR_ADD] = {18, 19}, [OPERATOR_SUBTRACT] = {18, 19},
        [OPERATOR_SHIFT_LEFT] = {16, 17}, [OPERATOR_SHIFT_RIGHT] = {16, 17},
        [OPERATOR_LESS] = {14, 15}, [OPERATOR_LESS_EQUAL] = {14, 15}, [OPERATOR_GREATER] = {14, 15},
        [OPERATOR_GREATER_EQUAL] = {14, 15},
        [OPERATOR_EQUAL] = {12, 13}, [OPERATOR_NOT_EQUAL] = {12, 13},
        [OPERATOR_BIT_AND] = {10, 11}, [OPERATOR_BIT_XOR] = {8, 9}, [OPERATOR_BIT_OR] = {6, 7},
        [OPERATOR_AND] = {4, 5}, [OPERATOR_OR] = {2, 3}, [OPERATOR_CONCATENATE] = {1, 2},
};
enum { UNARY = 22 };

static struct expression *parse_binary(struct parser *parser, unsigned least);

struct expression *expression_new(struct parser *parser, enum expression_kind kind, struct place place)
{
	const size_t bytes = kind == EXPRESSION_LITERAL ? offsetof(struct expression, left) : sizeof(struct expression);
	struct expression *expression = arena_new(parser->arena, bytes);
	expression->kind = kind;
	expression->place = place;
	return expression;
}

/* Note the height of what was built over children of the height at hand and `other`. */
static void raise_height(struct parser *parser, unsigned other)
{
	parser->height = (parser->height > other ? parser->height : other) + 1;
	if (parser->height > EXPRESSION_HEIGHT) {
		parser_error(parser, parser_place(parser), "this expression has more than %d operators in a row",
		             EXPRESSION_HEIGHT);
		parser->height = 0;
	}
}

/* ---- Literals ------------------------------------------------------------------------------------------ */

/* The digits of a number without underscores, terminated; longer ones than the buffer are cut after `size` -
 * 1, which no finite double notices. */
static void plain_digits(const struct parser *parser, const struct token *token, char *buffer, size_t size)
{
	const char *text = (const char *)parser->lexer.text + token->start;
	size_t length = 0;
	for (uint32_t i = 0; i < token->length && length + 1 < size; i++)
		if ((text[i] >= '0' && text[i] <= '9') || text[i] == '.' || (text[i] | 32) == 'e' ||
		    ((text[i] == '-' || text[i] == '+') && i > 0 && (text[i - 1] | 32) == 'e'))
			buffer[length++] = text[i];
		else if (text[i] != '_')
			break;
	buffer[length] = '\0';
}

static const double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

/* A decimal exponent, cut where no double can matter: the digits before it may be many, but fewer than a billion. */
static int decimal_exponent(const char *digits)
{
	const long exponent = strtol(digits, NULL, 10);
	return exponent > 1000000000 ? 1000000000 : exponent < -1000000000 ? -1000000000 : (int)exponent;
}

/* Decimal text to double, correctly rounded: exactly where mantissa and power of ten are exact doubles
 * (Clinger 1990), else by the C library, whose decimal point is that of the locale. */
static double decimal_value(const char *digits)
{
	uint64_t mantissa = 0;
	int scale = 0, exponent = 0, significant = 0;
	const char *c = digits;
	for (bool dot = false; (*c >= '0' && *c <= '9') || *c == '.'; c++) {
		if (*c == '.') {
			dot = true;
			continue;
		}
		if (significant < 19)
			mantissa = mantissa * 10 + (uint64_t)(*c - '0');
		significant += significant > 0 || *c != '0';
		scale -= dot;
	}
	if (*c)
		exponent = decimal_exponent(c + 1);
	if (significant < 19 && mantissa <= (uint64_t)1 << 53 && exponent > -1000 && exponent < 1000) {
		const int power = exponent + scale;
		if (power >= 0 && power <= 22)
			return (double)mantissa * powers[power];
		if (power < 0 && power >= -22)
			return (double)mantissa / powers[-power];
	}
	locale_t plain = newlocale(LC_NUMERIC_MASK, "C", (locale_t)0);
	const double value = plain ? strtod_l(digits, NULL, plain) : strtod(digits, NULL);
	if (plain)
		freelocale(plain);
	return value;
}

static double token_decimal(struct parser *parser, const struct token *token, struct place place)
{
	char buffer[800], *digits = buffer;
	if (token->length >= sizeof buffer)
		digits = arena_new(parser->arena, (size_t)token->length + 1);
	plain_digits(parser, token, digits, digits == buffer ? sizeof buffer : (size_t)token->length + 1);
	const double value = decimal_value(digits);
	if (!isfinite(value)) {
		parser_error(parser, place, "this number is too large: the largest is about 1.8e308");
		return 0;
	}
	return value;
}

/* An integer literal: int where it fits, else uint; more than 64 bits are a float in OpenQASM 2.0 and an
 * error in 3.x. */
static void integer_value(struct parser *parser, const struct token *token, struct expression *out)
{
	const unsigned base = token->operator;
	const unsigned char *text = parser->lexer.text + token->start;
	uint64_t value = 0;
	bool overflows = false;
	for (uint32_t i = base == 10 ? 0 : 2; i < token->length; i++) {
		if (text[i] == '_')
			continue;
		const unsigned digit = text[i] <= '9' ? text[i] - '0' : (text[i] | 32) - 'a' + 10;
		overflows |= __builtin_mul_overflow(value, base, &value);
		overflows |= __builtin_add_overflow(value, digit, &value);
	}
	if (overflows && base == 10 && parser->lexer.is_old) {
		out->type = (struct type){.kind = TYPE_FLOAT, .is_constant = true};
		out->value.f = token_decimal(parser, token, out->place);
	} else if (overflows) {
		parser_error(parser, out->place, "this integer does not fit in 64 bits");
	} else {
		out->type = (struct type){.kind = value > INT64_MAX ? TYPE_UINT : TYPE_INT, .is_constant = true};
		out->value.u = value;
	}
}

/* "0101" as a bit register; the rightmost character is index 0. */
static void bits_value(struct parser *parser, const struct token *token, struct expression *out)
{
	const unsigned char *text = parser->lexer.text + token->start + 1;
	const uint32_t length = token->length - 2;
	uint32_t width = 0;
	for (uint32_t i = 0; i < length; i++) {
		if (text[i] != '0' && text[i] != '1' && text[i] != '_') {
			out->type = (struct type){.kind = TYPE_STRING, .is_constant = true};
			parser_error(parser, out->place, "a text has no value here; bit strings consist of 0 and 1");
			return;
		}
		width += text[i] != '_';
	}
	if (width == 0) {
		parser_error(parser, out->place, "a bit string must not be empty");
		return;
	}
	uint64_t *words = arena_new(parser->arena, (width + 63) / 64 * sizeof *words);
	for (uint32_t i = 0, bit = width; i < length; i++)
		if (text[i] != '_' && (bit--, text[i] == '1'))
			words[bit / 64] |= (uint64_t)1 << bit % 64;
	/* Braket reads bit strings from the left. */
	if (parser->ast->dialect == SONGDO_BRAKET)
		for (uint32_t low = 0, high = width - 1; low < high; low++, high--)
			if ((words[low / 64] >> low % 64 ^ words[high / 64] >> high % 64) & 1) {
				words[low / 64] ^= (uint64_t)1 << low % 64;
				words[high / 64] ^= (uint64_t)1 << high % 64;
			}
	out->type = (struct type){.kind = TYPE_BIT, .is_register = true, .is_constant = true, .width = width};
	if (width <= 64)
		out->value.u = words[0];
	else
		out->value.words = words;
}

static struct expression *parse_literal(struct parser *parser)
{
	static const double units[] = {1, 1, 1e3, 1e6, 1e9};   /* nanoseconds in dt (counted as one), ns, us, ms, s */
	const struct token token = parser->token;
	struct expression *out = expression_new(parser, EXPRESSION_LITERAL, parser_place(parser));
	out->is_known = true;
	switch (token.kind) {
	case TOKEN_INTEGER:
		integer_value(parser, &token, out);
		break;
	case TOKEN_FLOAT:
		out->type = (struct type){.kind = TYPE_FLOAT, .is_constant = true};
		out->value.f = token_decimal(parser, &token, out->place);
		break;
	case TOKEN_IMAGINARY:
		out->type = (struct type){.kind = TYPE_COMPLEX, .is_constant = true};
		out->value.c[1] = token_decimal(parser, &token, out->place);
		break;
	case TOKEN_DURATION:
		out->type = (struct type){.kind = TYPE_DURATION, .is_constant = true};
		out->value.f = token_decimal(parser, &token, out->place) * units[token.operator];
		break;
	case TOKEN_STRING:
		bits_value(parser, &token, out);
		break;
	default:
		out->type = (struct type){.kind = TYPE_BOOL, .is_constant = true};
		out->value.u = token.kind == TOKEN_TRUE;
		break;
	}
	parser_advance(parser);
	parser->height = 0;
	return out;
}

/* ---- Primaries ------------------------------------------------------------------------------------------ */

struct expression **parse_arguments(struct parser *parser, enum token_kind close, uint32_t *count, const char *where)
{
	const uint32_t from = parser->stacked;
	unsigned height = 0;
	while (!parser_is(parser, close) && !parser->panics) {
		parser_push(parser, parse_expression(parser));
		height = parser->height > height ? parser->height : height;
		if (!parser_take(parser, TOKEN_COMMA))
			break;
	}
	parser_expect(parser, close, where);
	parser->height = height;
	return parser_list(parser, from, count);
}

/* index item: expression | [ expression ] ":" [ expression ] [ ":" expression ] */
struct expression *parse_index_item(struct parser *parser)
{
	const struct place place = parser_place(parser);
	struct expression *first = parser_is(parser, TOKEN_COLON) ? NULL : parse_expression(parser);
	unsigned height = first ? parser->height : 0;
	if (!parser_is(parser, TOKEN_COLON))
		return first;
	struct expression *range = expression_new(parser, EXPRESSION_RANGE, place), *part[3] = {first, NULL, NULL};
	unsigned parts = 1;
	while (parts < 3 && parser_take(parser, TOKEN_COLON)) {
		if (!parser_is(parser, TOKEN_COLON) && !parser_is(parser, TOKEN_RIGHT_BRACKET) &&
		    !parser_is(parser, TOKEN_COMMA)) {
			part[parts] = parse_expression(parser);
			height = parser->height > height ? parser->height : height;
		}
		parts++;
	}
	if (parts == 2) {   /* start : stop */
		part[2] = part[1];
		part[1] = NULL;
	}
	range->items = 3;
	range->item = arena_copy(parser->arena, part, sizeof part);
	range->place = parser_since(parser, place);
	parser->height = height;
	raise_height(parser, 0);
	return range;
}

/* set: "{" [ item { "," item } [ "," ] ] "}" - an index set, the values of a for, or an array's elements */
struct expression *parse_set(struct parser *parser)
{
	struct expression *set = expression_new(parser, EXPRESSION_SET, parser_place(parser));
	if (!parser_enter(parser))
		return set;
	parser_expect(parser, TOKEN_LEFT_BRACE, "before the values");
	const uint32_t from = parser->stacked;
	unsigned height = 0;
	while (!parser_is(parser, TOKEN_RIGHT_BRACE) && !parser->panics) {
		parser_push(parser, parser_is(parser, TOKEN_LEFT_BRACE) ? parse_set(parser) : parse_expression(parser));
		height = parser->height > height ? parser->height : height;
		if (!parser_take(parser, TOKEN_COMMA))
			break;
	}
	parser_expect(parser, TOKEN_RIGHT_BRACE, "after the values");
	set->item = parser_list(parser, from, &set->items);
	set->place = parser_since(parser, set->place);
	parser->depth--;
	parser->height = height;
	raise_height(parser, 0);
	return set;
}

/* postfix: primary { "[" ( set | item { "," item } ) "]" } */
static struct expression *parse_postfix(struct parser *parser, struct expression *left)
{
	while (parser_is(parser, TOKEN_LEFT_BRACKET)) {
		if (!parser_enter(parser))
			return left;
		unsigned height = parser->height;
		parser_advance(parser);
		struct expression *index = expression_new(parser, EXPRESSION_INDEX, left->place);
		index->left = left;
		const uint32_t from = parser->stacked;
		if (parser_is(parser, TOKEN_LEFT_BRACE)) {
			parser_push(parser, parse_set(parser));
			height = parser->height > height ? parser->height : height;
		} else {
			while (!parser_is(parser, TOKEN_RIGHT_BRACKET) && !parser->panics) {
				parser_push(parser, parse_index_item(parser));
				height = parser->height > height ? parser->height : height;
				if (!parser_take(parser, TOKEN_COMMA))
					break;
			}
		}
		index->item = parser_list(parser, from, &index->items);
		if (index->items == 0)
			parser_expected(parser, "an index");
		parser_expect(parser, TOKEN_RIGHT_BRACKET, "after the index");
		index->place = parser_since(parser, left->place);
		parser->depth--;
		parser->height = height;
		raise_height(parser, 0);
		left = index;
	}
	return left;
}

/* primary: literal | name | name "(" arguments ")" | type "(" expression ")" | "(" expression ")" | hardware qubit
 *          | "measure" operand | "durationof" "(" block ")" */
static struct expression *parse_primary(struct parser *parser)
{
	const struct place place = parser_place(parser);
	struct name *const name = parser->token.name;
	struct expression *out;
	parser->height = 0;
	switch (parser->token.kind) {
	case TOKEN_INTEGER:
	case TOKEN_FLOAT:
	case TOKEN_IMAGINARY:
	case TOKEN_DURATION:
	case TOKEN_STRING:
	case TOKEN_TRUE:
	case TOKEN_FALSE:
		return parse_literal(parser);
	case TOKEN_LEFT_PAREN:
		parser_advance(parser);
		out = parse_expression(parser);
		parser_expect(parser, TOKEN_RIGHT_PAREN, "after the expression");
		out->is_parenthesised = true;
		return out;
	case TOKEN_NAME: case TOKEN_POW: case TOKEN_HARDWARE:
		parser_advance(parser);
		if (parser_is(parser, TOKEN_LEFT_PAREN)) {
			out = expression_new(parser, EXPRESSION_CALL, place);
			parser_advance(parser);
			out->item = parse_arguments(parser, TOKEN_RIGHT_PAREN, &out->items, "after the arguments");
			raise_height(parser, 0);
			out->place = parser_since(parser, place);
		} else {
			out = expression_new(parser, EXPRESSION_NAME, place);
		}
		out->name = name;
		return out;
	case TOKEN_MEASURE:
		out = expression_new(parser, EXPRESSION_MEASURE, place);
		parser_advance(parser);
		out->items = 1;
		out->item = arena_new(parser->arena, sizeof *out->item);
		out->item[0] = parse_binary(parser, UNARY);
		raise_height(parser, 0);
		out->place = parser_since(parser, place);
		return out;
	case TOKEN_DURATIONOF:
		out = expression_new(parser, EXPRESSION_DURATIONOF, place);
		parser_advance(parser);
		parser_expect(parser, TOKEN_LEFT_PAREN, "after 'durationof'");
		if (!parser_is(parser, TOKEN_LEFT_BRACE))
			parser_expected(parser, "'{'");
		else
			out->block = parse_block_or_statement(parser);
		parser_expect(parser, TOKEN_RIGHT_PAREN, "after the block");
		parser->height = 0;
		return out;
	default:
		break;
	}
	if (parser_at_type(parser) && parser->token.kind != TOKEN_QUBIT) {
		out = expression_new(parser, EXPRESSION_CAST, place);
		out->written = parse_type(parser);
		parser_expect(parser, TOKEN_LEFT_PAREN, "after the type of a cast");
		out->left = parse_expression(parser);
		parser_expect(parser, TOKEN_RIGHT_PAREN, "after the value of a cast");
		raise_height(parser, 0);
		out->place = parser_since(parser, place);
		return out;
	}
	parser_expected(parser, "an expression");
	return expression_new(parser, EXPRESSION_SET, place);
}

/* unary: ( "-" | "+" | "!" | "~" ) unary | postfix */
static struct expression *parse_unary(struct parser *parser)
{
	const struct place place = parser_place(parser);
	enum operator operator = OPERATOR_NONE;
	if (parser->token.kind == TOKEN_NOT || parser->token.kind == TOKEN_COMPLEMENT)
		operator = parser->token.operator;
	else if (parser->token.kind == TOKEN_OPERATOR && parser->token.operator == OPERATOR_SUBTRACT)
		operator = OPERATOR_NEGATE;
	else if (parser->token.kind == TOKEN_OPERATOR && parser->token.operator == OPERATOR_ADD && parser->lexer.is_old)
		operator = OPERATOR_ADD;
	if (operator == OPERATOR_NONE)
		return parse_postfix(parser, parse_primary(parser));
	parser_advance(parser);
	struct expression *operand = parse_binary(parser, UNARY);
	if (operator == OPERATOR_ADD)
		return operand;
	struct expression *out = expression_new(parser, EXPRESSION_UNARY, parser_since(parser, place));
	out->operator = operator;
	out->left = operand;
	raise_height(parser, 0);
	return out;
}

/* binary: unary { operator binary } - by priority[] */
static struct expression *parse_binary(struct parser *parser, unsigned least)
{
	if (!parser_enter(parser))
		return expression_new(parser, EXPRESSION_SET, parser_place(parser));
	const struct place place = parser_place(parser);
	struct expression *left = parse_unary(parser);
	while (parser->token.kind == TOKEN_OPERATOR) {
		enum operator operator = parser->token.operator;
		if (operator == OPERATOR_BIT_XOR && parser->lexer.is_old)
			operator = OPERATOR_POWER;   /* OpenQASM 2.0 writes powers so */
		if (priority[operator].left < least)
			break;
		const unsigned height = parser->height;
		parser_advance(parser);
		struct expression *out = expression_new(parser, EXPRESSION_BINARY, place);
		out->operator = operator;
		out->left = left;
		out->right = parse_binary(parser, priority[operator].right);
		out->place = parser_since(parser, place);
		raise_height(parser, height);
		left = out;
	}
	parser->depth--;
	return left;
}

struct expression *parse_expression(struct parser *parser) { return parse_binary(parser, 0); }

/* ---- Operands ------------------------------------------------------------------------------------------- */

static void set_operand_place(struct operand *operand, struct place place)
{
	operand->start = place.start;
	operand->length = place.length;
	operand->file = place.file;
}

/* The general form, from an expression on. */
static void general_operand(struct parser *parser, struct operand *operand, struct expression *left, struct place place)
{
	left = parse_postfix(parser, left);
	while (parser->token.kind == TOKEN_OPERATOR &&
	       parser->token.operator== OPERATOR_CONCATENATE && !parser->lexer.is_old) {
		const unsigned height = parser->height;
		parser_advance(parser);
		struct expression *out = expression_new(parser, EXPRESSION_BINARY, place);
		out->operator = OPERATOR_CONCATENATE;
		out->left = left;
		out->right = parse_binary(parser, UNARY);
		out->place = parser_since(parser, place);
		raise_height(parser, height);
		left = out;
	}
	operand->kind = OPERAND_EXPRESSION;
	operand->symbol = NULL;
	operand->expression = left;
	set_operand_place(operand, parser_since(parser, place));
}

void parse_operand_of(struct parser *parser, struct operand *operand, struct name *name, struct place place)
{
	*operand = (struct operand){.name = name, .kind = OPERAND_WHOLE};
	set_operand_place(operand, place);
	if (!parser_is(parser, TOKEN_LEFT_BRACKET)) {
		if (parser->token.kind != TOKEN_OPERATOR || parser->token.operator != OPERATOR_CONCATENATE)
			return;
		struct expression *left = expression_new(parser, EXPRESSION_NAME, place);
		left->name = name;
		parser->height = 0;
		general_operand(parser, operand, left, place);
		return;
	}
	/* name[digits] is by far the commonest, and needs no expression. */
	const struct lexer lexer = parser->lexer;
	const struct token bracket = parser->token;
	parser_advance(parser);
	if (parser_is(parser, TOKEN_INTEGER) && parser->token.operator == 10 && parser->token.length <= 10) {
		const unsigned char *digit = parser->lexer.text + parser->token.start;
		int64_t element = 0;
		for (uint32_t i = 0; i < parser->token.length; i++)
			element = digit[i] == '_' ? element : element * 10 + (digit[i] - '0');
		parser_advance(parser);
		if (parser_is(parser, TOKEN_RIGHT_BRACKET)) {
			parser_advance(parser);
			if (!parser_is(parser, TOKEN_LEFT_BRACKET) &&
			    !(parser->token.kind == TOKEN_OPERATOR && parser->token.operator == OPERATOR_CONCATENATE)) {
				operand->kind = OPERAND_ELEMENT;
				operand->element = element;
				set_operand_place(operand, parser_since(parser, place));
				return;
			}
		}
	}
	if (parser->panics)
		return;
	parser->lexer = lexer;
	parser->token = bracket;
	parser->previous_end = bracket.start;
	struct expression *left = expression_new(parser, EXPRESSION_NAME, place);
	left->name = name;
	parser->height = 0;
	general_operand(parser, operand, left, place);
	const struct expression *whole = operand->expression;
	const bool is_element = whole->kind == EXPRESSION_INDEX && whole->items == 1 && whole->item[0]->kind == EXPRESSION_LITERAL;
	if (parser->lexer.is_old && !parser->panics && !is_element) {
		parser_error(parser, operand_place(operand), "an operand in OpenQASM 2.0 is '%s' or '%s[number]'", name->text,
		             name->text);
		diagnose_hint(parser->diagnostics, "ranges, sets, expressions and negative indices are OpenQASM 3");
	}
}

void parse_operand(struct parser *parser, struct operand *operand)
{
	const struct place place = parser_place(parser);
	struct name *const name = parser->token.name;
	*operand = (struct operand){.name = name, .kind = OPERAND_WHOLE};
	set_operand_place(operand, place);
	if (!parser_is(parser, TOKEN_NAME) && !parser_is(parser, TOKEN_HARDWARE)) {
		if (parser->token.kind >= TOKEN_KEYWORDS)
			parser_error(parser, place, "expected a qubit or register, found the keyword '%s'",
			             token_text(parser->token.kind));
		else
			parser_expected(parser, "a qubit or register");
		return;
	}
	parser_advance(parser);
	parse_operand_of(parser, operand, name, place);
}
