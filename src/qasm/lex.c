/* lex.c - bytes to tokens: driven by a table of character classes, no allocation a token.
 *
 * Names are interned while they are read, so the parser compares pointers. Numbers are only delimited here; the
 * parser computes the values it wants.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "qasm/lex.h"

#include <string.h>

#include "qasm/source.h"

enum { BAD, SPACE, LETTER, DIGIT, PUNCTUATION, QUOTE, HIGH, DOLLAR };

static const uint8_t class_of[256] = {
        [' '] = SPACE, ['\t'] = SPACE, ['\n'] = SPACE, ['\r'] = SPACE, ['\f'] = SPACE, ['\v'] = SPACE,
        ['a' ... 'z'] = LETTER, ['A' ... 'Z'] = LETTER, ['_'] = LETTER, ['0' ... '9'] = DIGIT,
        ['!'] = PUNCTUATION, ['#'] = PUNCTUATION, ['%'] = PUNCTUATION, ['&'] = PUNCTUATION,
        ['('] = PUNCTUATION, [')'] = PUNCTUATION, ['*'] = PUNCTUATION, ['+'] = PUNCTUATION, [','] = PUNCTUATION,
        ['-'] = PUNCTUATION, ['.'] = PUNCTUATION, ['/'] = PUNCTUATION, [':'] = PUNCTUATION, [';'] = PUNCTUATION,
        ['<'] = PUNCTUATION, ['='] = PUNCTUATION, ['>'] = PUNCTUATION, ['@'] = PUNCTUATION, ['['] = PUNCTUATION,
        [']'] = PUNCTUATION, ['^'] = PUNCTUATION, ['{'] = PUNCTUATION, ['|'] = PUNCTUATION, ['}'] = PUNCTUATION,
        ['~'] = PUNCTUATION, ['"'] = QUOTE, ['\''] = QUOTE, [0x80 ... 0xFF] = HIGH, ['$'] = DOLLAR,
};

/* In the order of enum token_kind from TOKEN_KEYWORDS. */
static const char *const keywords[] = {
        "OPENQASM", "include", "qreg", "creg", "gate", "opaque", "measure", "reset", "barrier", "if",
        "defcalgrammar", "def", "cal", "defcal", "extern", "box", "let", "break", "continue", "else", "end", "return",
        "for", "while", "in", "switch", "case", "default", "pragma", "input", "output", "const", "readonly", "mutable",
        "qubit", "bit", "bool", "int", "uint", "float", "angle", "complex", "array", "void", "duration", "stretch",
        "gphase", "inv", "pow", "ctrl", "negctrl", "#dim", "durationof", "delay", "nop", "true", "false",
};
_Static_assert(ARRAY_LENGTH(keywords) == TOKEN_KINDS - TOKEN_KEYWORDS, "one word a keyword");

static const char *const others[TOKEN_KEYWORDS] = {
        [TOKEN_END] = "the end of the file", [TOKEN_PANIC] = "what stands here", [TOKEN_NAME] = "a name",
        [TOKEN_INTEGER] = "a number", [TOKEN_FLOAT] = "a number", [TOKEN_IMAGINARY] = "a number",
        [TOKEN_DURATION] = "a duration", [TOKEN_STRING] = "a string", [TOKEN_HARDWARE] = "a hardware qubit",
        [TOKEN_LEFT_BRACKET] = "'['", [TOKEN_RIGHT_BRACKET] = "']'", [TOKEN_LEFT_BRACE] = "'{'",
        [TOKEN_RIGHT_BRACE] = "'}'", [TOKEN_LEFT_PAREN] = "'('", [TOKEN_RIGHT_PAREN] = "')'", [TOKEN_COLON] = "':'",
        [TOKEN_SEMICOLON] = "';'", [TOKEN_COMMA] = "','", [TOKEN_ARROW] = "'->'", [TOKEN_AT] = "'@'",
        [TOKEN_HASH] = "'#'", [TOKEN_DOT] = "'.'", [TOKEN_EQUALS] = "'='", [TOKEN_COMPOUND] = "an assignment",
        [TOKEN_NOT] = "'!'", [TOKEN_COMPLEMENT] = "'~'", [TOKEN_OPERATOR] = "an operator",
};

const char *token_text(enum token_kind kind)
{
	return kind >= TOKEN_KEYWORDS ? keywords[kind - TOKEN_KEYWORDS] : others[kind];
}

/* ---- Names --------------------------------------------------------------------------------------- */

static uint32_t hash_bytes(const unsigned char *text, uint32_t length)
{
	uint32_t hash = 2166136261u;   /* FNV-1a */
	for (uint32_t i = 0; i < length; i++)
		hash = (hash ^ text[i]) * 16777619u;
	return hash;
}

static void names_grow(struct names *names)
{
	uint32_t buckets = names->buckets * 4;
	struct name **bucket = arena_new(names->arena, buckets * sizeof *bucket);
	for (uint32_t i = 0; i < names->buckets; i++)
		for (struct name *name = names->bucket[i], *next; name; name = next) {
			next = name->next;
			name->next = bucket[name->hash & (buckets - 1)];
			bucket[name->hash & (buckets - 1)] = name;
		}
	names->bucket = bucket;
	names->buckets = buckets;
}

static struct name *find_hashed(const struct names *names, const char *text, uint32_t length, uint32_t hash)
{
	struct name *name = names->bucket[hash & (names->buckets - 1)];
	while (name && !(name->hash == hash && name->length == length && memcmp(name->text, text, length) == 0))
		name = name->next;
	return name;
}

static struct name *intern_hashed(struct names *names, const char *text, uint32_t length, uint32_t hash)
{
	struct name *name = find_hashed(names, text, length, hash);
	if (name)
		return name;
	if (names->count++ >= names->buckets)
		names_grow(names);
	name = arena_new(names->arena, sizeof *name + length + 1);
	memcpy(name->text, text, length);
	name->length = length;
	name->hash = hash;
	name->next = names->bucket[hash & (names->buckets - 1)];
	names->bucket[hash & (names->buckets - 1)] = name;
	return name;
}

void names_init(struct names *names, struct arena *arena)
{
	*names = (struct names){.arena = arena, .buckets = 1024};
	names->bucket = arena_new(arena, names->buckets * sizeof *names->bucket);
	for (unsigned i = 0; i < ARRAY_LENGTH(keywords); i++)
		names_intern(names, keywords[i], (uint32_t)strlen(keywords[i]))->keyword =
		        (uint8_t)(TOKEN_KEYWORDS + i);
}

struct name *names_intern(struct names *names, const char *text, uint32_t length)
{
	return intern_hashed(names, text, length, hash_bytes((const unsigned char *)text, length));
}

struct name *names_find(const struct names *names, const char *text, uint32_t length)
{
	return find_hashed(names, text, length, hash_bytes((const unsigned char *)text, length));
}

/* ---- Characters ------------------------------------------------------------------------------------ */

/* Ranges of code points that are no letters: spaces, punctuation, symbols, private use. What is left is taken
 * as letters. */
static const uint32_t not_letters[][2] = {
        {0x80, 0xA9}, {0xAB, 0xB4}, {0xB6, 0xB9}, {0xBB, 0xBF}, {0xD7, 0xD7}, {0xF7, 0xF7}, {0x2C2, 0x2C5},
        {0x2000, 0x207E}, {0x20A0, 0x20FF}, {0x2190, 0x2BFF}, {0x2E00, 0x2FFF}, {0x3000, 0x3004}, {0x3008, 0x3020},
        {0xE000, 0xF8FF}, {0xFD3E, 0xFD3F}, {0xFE00, 0xFE6F}, {0xFEFF, 0xFEFF}, {0xFF01, 0xFF20}, {0xFFE0, 0xFFFF},
        {0x1D000, 0x1D3FF}, {0x1F000, 0x1FAFF}, {0xE0000, 0x10FFFF},
};

static bool is_letter(uint32_t point)
{
	for (unsigned i = 0; i < ARRAY_LENGTH(not_letters); i++)
		if (point >= not_letters[i][0] && point <= not_letters[i][1])
			return false;
	return true;
}

static struct place place_of(const struct lexer *lexer, uint32_t start, uint32_t length)
{
	return (struct place){.start = start, .length = (uint16_t)min_u64(length, UINT16_MAX), .file = lexer->file};
}

void lexer_init(struct lexer *lexer, struct source *source, unsigned file, struct names *names,
                struct diagnostics *diagnostics)
{
	*lexer = (struct lexer){.text = (const unsigned char *)source->file[file].text,
	                        .length = source->file[file].length,
	                        .file = (uint8_t)file, .names = names, .diagnostics = diagnostics};
	if (lexer->length >= 3 && memcmp(lexer->text, "\xEF\xBB\xBF", 3) == 0)
		lexer->at = 3;
}

/* ---- Parts of tokens --------------------------------------------------------------------------------- */

/* Skip white space and comments; false where a block comment never ends (reported). */
static bool skip_space(struct lexer *lexer)
{
	const unsigned char *text = lexer->text;
	uint32_t at = lexer->at, length = lexer->length;
	for (;;) {
		while (at < length && class_of[text[at]] == SPACE)
			at++;
		if (at + 1 >= length || text[at] != '/' || (text[at + 1] != '/' && text[at + 1] != '*'))
			break;
		if (text[at + 1] == '/') {
			const unsigned char *end = memchr(text + at, '\n', length - at);
			at = end ? (uint32_t)(end - text) : length;
			continue;
		}
		uint32_t start = at;
		for (at += 2;; at++) {
			const unsigned char *star = at < length ? memchr(text + at, '*', length - at) : NULL;
			if (!star || star + 1 >= text + length) {
				diagnose_error(lexer->diagnostics, place_of(lexer, start, 2),
				               "this comment never ends");
				diagnose_hint(lexer->diagnostics, "close it with '*/'");
				lexer->at = length;
				return false;
			}
			at = (uint32_t)(star - text);
			if (text[at + 1] == '/')
				break;
		}
		at += 2;
	}
	lexer->at = at;
	return true;
}

/* A name from `at`; returns its end. Reports characters that no name may have. */
static uint32_t name_end(struct lexer *lexer, uint32_t at, uint32_t *hash, bool *bad)
{
	const unsigned char *text = lexer->text;
	uint32_t h = 2166136261u;
	for (; at < lexer->length; at++) {
		unsigned c = class_of[text[at]];
		if (c == HIGH) {
			uint32_t point = 0;
			unsigned length = utf8_decode(text + at, lexer->length - at, &point);
			if (length == 0 || !is_letter(point)) {
				*bad = true;
				break;
			}
			for (unsigned i = 0; i < length; i++)
				h = (h ^ text[at + i]) * 16777619u;
			at += length - 1;
			continue;
		}
		if (c != LETTER && c != DIGIT)
			break;
		h = (h ^ text[at]) * 16777619u;
	}
	*hash = h;
	return at;
}

static bool is_digit_of(unsigned char c, unsigned base)
{
	if (base == 16)
		return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'f');
	return c >= '0' && c < '0' + base;
}

/* Digits with single underscores between them. */
static uint32_t digits_end(const struct lexer *lexer, uint32_t at, unsigned base)
{
	while (at < lexer->length &&
	       (is_digit_of(lexer->text[at], base) ||
	        (lexer->text[at] == '_' && at + 1 < lexer->length && is_digit_of(lexer->text[at + 1], base))))
		at++;
	return at;
}

static const struct {
	const char *text;
	uint8_t kind, unit;
} suffixes[] = {
        {"dt", TOKEN_DURATION, 0},        {"ns", TOKEN_DURATION, 1},        {"us", TOKEN_DURATION, 2},
        {"\xC2\xB5s", TOKEN_DURATION, 2}, {"\xCE\xBCs", TOKEN_DURATION, 2}, {"ms", TOKEN_DURATION, 3},
        {"s", TOKEN_DURATION, 4},         {"im", TOKEN_IMAGINARY, 0},
};

static bool starts_name(const struct lexer *lexer, uint32_t at)
{
	unsigned c = at < lexer->length ? class_of[lexer->text[at]] : SPACE;
	return c == LETTER || c == DIGIT || c == HIGH;
}

/* A unit or `im` after a number that ends at `at`, blanks between them allowed. */
static void take_suffix(struct lexer *lexer, struct token *token, uint32_t at)
{
	uint32_t from = at;
	while (from < lexer->length && (lexer->text[from] == ' ' || lexer->text[from] == '\t'))
		from++;
	for (unsigned i = 0; i < ARRAY_LENGTH(suffixes); i++) {
		uint32_t length = (uint32_t)strlen(suffixes[i].text);
		if (length <= lexer->length - from && memcmp(lexer->text + from, suffixes[i].text, length) == 0 &&
		    !starts_name(lexer, from + length)) {
			token->kind = suffixes[i].kind;
			token->operator = suffixes[i].unit;
			lexer->at = from + length;
			return;
		}
	}
}

static void take_number(struct lexer *lexer, struct token *token)
{
	const unsigned char *text = lexer->text;
	uint32_t at = token->start, length = lexer->length;
	token->kind = TOKEN_INTEGER;
	token->operator = 10;
	unsigned char second = at + 1 < length ? text[at + 1] | 32 : 0;
	if (text[at] == '0' && (second == 'x' || second == 'b' || second == 'o')) {
		unsigned base = second == 'x' ? 16 : second == 'b' ? 2 : 8;
		token->operator = (uint8_t)base;
		at = digits_end(lexer, at + 2, base);
		if (at == token->start + 2)
			token->kind = TOKEN_PANIC;
	} else {
		at = digits_end(lexer, at, 10);
		if (at < length && text[at] == '.') {
			token->kind = TOKEN_FLOAT;
			at = digits_end(lexer, at + 1, 10);
		}
		if (at < length && (text[at] | 32) == 'e') {
			uint32_t exponent = at + 1;
			if (exponent < length && (text[exponent] == '+' || text[exponent] == '-'))
				exponent++;
			if (exponent < length && class_of[text[exponent]] == DIGIT) {
				token->kind = TOKEN_FLOAT;
				at = digits_end(lexer, exponent, 10);
			}
		}
		lexer->at = at;
		if (!lexer->is_old)
			take_suffix(lexer, token, at);
		at = lexer->at;
	}
	lexer->at = at;
	if (starts_name(lexer, at) || token->kind == TOKEN_PANIC) {
		uint32_t hash;
		bool bad = false;
		lexer->at = name_end(lexer, at, &hash, &bad) + bad;
		diagnose_error(lexer->diagnostics, place_of(lexer, token->start, lexer->at - token->start),
		               "this is neither a number nor a name");
		diagnose_hint(lexer->diagnostics, "a name must not begin with a digit");
		token->kind = TOKEN_PANIC;
	}
}

static void take_string(struct lexer *lexer, struct token *token)
{
	const unsigned char *text = lexer->text;
	unsigned char quote = text[token->start];
	uint32_t at = token->start + 1;
	while (at < lexer->length && text[at] != quote && text[at] != '\n' && (text[at] >= 32 || text[at] == '\t'))
		at++;
	token->kind = TOKEN_STRING;
	if (at >= lexer->length || text[at] != quote) {
		bool control = at < lexer->length && text[at] != '\n' && text[at] != '\r';
		diagnose_error(lexer->diagnostics, place_of(lexer, control ? at : token->start, 1),
		               control ? "a string must not hold a control character" : "this string never ends");
		const unsigned char *end = memchr(text + at, '\n', lexer->length - at);
		lexer->at = end ? (uint32_t)(end - text) : lexer->length;
		token->kind = TOKEN_PANIC;
		return;
	}
	lexer->at = at + 1;
}

static void refuse_byte(struct lexer *lexer, struct token *token)
{
	unsigned char c = lexer->text[token->start];
	uint32_t point = 0;
	unsigned length = utf8_decode(lexer->text + token->start, lexer->length - token->start, &point);
	struct place place = place_of(lexer, token->start, length ? length : 1);
	if (length == 0)
		diagnose_error(lexer->diagnostics, place, "byte 0x%02X is not UTF-8 text", c);
	else if (c < 32 || c == 127)
		diagnose_error(lexer->diagnostics, place, "control character 0x%02X in the text", c);
	else if (c < 128)
		diagnose_error(lexer->diagnostics, place, "character '%c' has no meaning here", c);
	else
		diagnose_error(lexer->diagnostics, place, "character U+%04X has no meaning here", point);
	lexer->at = token->start + (length ? length : 1);
	token->kind = TOKEN_PANIC;
}

/* What a character may begin: the longest of the three lengths that is found in the table wins. */
static const struct punctuation {
	char text[4];
	uint8_t kind, operator;
} punctuation[] = {
        {"**=", TOKEN_COMPOUND, OPERATOR_POWER}, {"<<=", TOKEN_COMPOUND, OPERATOR_SHIFT_LEFT},
        {">>=", TOKEN_COMPOUND, OPERATOR_SHIFT_RIGHT},
        {"**", TOKEN_OPERATOR, OPERATOR_POWER}, {"++", TOKEN_OPERATOR, OPERATOR_CONCATENATE},
        {"->", TOKEN_ARROW, 0}, {"+=", TOKEN_COMPOUND, OPERATOR_ADD}, {"-=", TOKEN_COMPOUND, OPERATOR_SUBTRACT},
        {"*=", TOKEN_COMPOUND, OPERATOR_MULTIPLY}, {"/=", TOKEN_COMPOUND, OPERATOR_DIVIDE},
        {"%=", TOKEN_COMPOUND, OPERATOR_REMAINDER}, {"&=", TOKEN_COMPOUND, OPERATOR_BIT_AND},
        {"|=", TOKEN_COMPOUND, OPERATOR_BIT_OR}, {"^=", TOKEN_COMPOUND, OPERATOR_BIT_XOR},
        {"~=", TOKEN_COMPOUND, OPERATOR_COMPLEMENT},
        {"==", TOKEN_OPERATOR, OPERATOR_EQUAL}, {"!=", TOKEN_OPERATOR, OPERATOR_NOT_EQUAL},
        {"<=", TOKEN_OPERATOR, OPERATOR_LESS_EQUAL}, {">=", TOKEN_OPERATOR, OPERATOR_GREATER_EQUAL},
        {"<<", TOKEN_OPERATOR, OPERATOR_SHIFT_LEFT}, {">>", TOKEN_OPERATOR, OPERATOR_SHIFT_RIGHT},
        {"&&", TOKEN_OPERATOR, OPERATOR_AND}, {"||", TOKEN_OPERATOR, OPERATOR_OR},
        {"[", TOKEN_LEFT_BRACKET, 0}, {"]", TOKEN_RIGHT_BRACKET, 0}, {"{", TOKEN_LEFT_BRACE, 0},
        {"}", TOKEN_RIGHT_BRACE, 0}, {"(", TOKEN_LEFT_PAREN, 0}, {")", TOKEN_RIGHT_PAREN, 0},
        {":", TOKEN_COLON, 0}, {";", TOKEN_SEMICOLON, 0}, {",", TOKEN_COMMA, 0}, {"@", TOKEN_AT, 0},
        {"#", TOKEN_HASH, 0}, {".", TOKEN_DOT, 0}, {"=", TOKEN_EQUALS, 0}, {"!", TOKEN_NOT, OPERATOR_NOT},
        {"~", TOKEN_COMPLEMENT, OPERATOR_COMPLEMENT}, {"+", TOKEN_OPERATOR, OPERATOR_ADD},
        {"-", TOKEN_OPERATOR, OPERATOR_SUBTRACT}, {"*", TOKEN_OPERATOR, OPERATOR_MULTIPLY},
        {"/", TOKEN_OPERATOR, OPERATOR_DIVIDE}, {"%", TOKEN_OPERATOR, OPERATOR_REMAINDER},
        {"<", TOKEN_OPERATOR, OPERATOR_LESS}, {">", TOKEN_OPERATOR, OPERATOR_GREATER},
        {"&", TOKEN_OPERATOR, OPERATOR_BIT_AND}, {"|", TOKEN_OPERATOR, OPERATOR_BIT_OR},
        {"^", TOKEN_OPERATOR, OPERATOR_BIT_XOR},
};

/* The commonest single characters, so that the table is searched for operators only. */
static const uint8_t single[128] = {
        ['['] = TOKEN_LEFT_BRACKET, [']'] = TOKEN_RIGHT_BRACKET, ['('] = TOKEN_LEFT_PAREN, [')'] = TOKEN_RIGHT_PAREN,
        ['{'] = TOKEN_LEFT_BRACE, ['}'] = TOKEN_RIGHT_BRACE, [','] = TOKEN_COMMA, [';'] = TOKEN_SEMICOLON,
        [':'] = TOKEN_COLON, ['@'] = TOKEN_AT,
};

static void take_punctuation(struct lexer *lexer, struct token *token)
{
	const unsigned char *text = lexer->text + token->start;
	uint32_t left = lexer->length - token->start;
	token->kind = single[text[0] & 127];
	token->operator = 0;
	if (token->kind) {
		lexer->at = token->start + 1;
		return;
	}
	if (text[0] == '.' && left > 1 && class_of[text[1]] == DIGIT) {
		take_number(lexer, token);
		return;
	}
	if (text[0] == '#') {
		static const char *const words[] = {"#dim", "#pragma"};
		for (unsigned i = 0; i < 2; i++) {
			uint32_t length = (uint32_t)strlen(words[i]);
			if (left >= length && memcmp(text, words[i], length) == 0 &&
			    !starts_name(lexer, token->start + length)) {
				token->kind = i == 0 ? TOKEN_DIM : TOKEN_PRAGMA;
				lexer->at = token->start + length;
				return;
			}
		}
	}
	for (unsigned i = 0; i < ARRAY_LENGTH(punctuation); i++) {
		uint32_t length = (uint32_t)strlen(punctuation[i].text);
		if (left >= length && memcmp(text, punctuation[i].text, length) == 0) {
			token->kind = punctuation[i].kind;
			token->operator = punctuation[i].operator;
			lexer->at = token->start + length;
			return;
		}
	}
	refuse_byte(lexer, token);
}

static void take_name(struct lexer *lexer, struct token *token)
{
	uint32_t hash;
	bool bad = false;
	uint32_t end = name_end(lexer, token->start, &hash, &bad);
	if (end == token->start) {
		refuse_byte(lexer, token);
		return;
	}
	lexer->at = end;
	token->name = intern_hashed(lexer->names, (const char *)lexer->text + token->start, end - token->start, hash);
	token->kind = TOKEN_NAME;
	if (token->name->keyword && !(lexer->is_old && token->name->keyword >= TOKEN_KEYWORDS_3))
		token->kind = token->name->keyword;
}

/* $ and digits. */
static void take_hardware(struct lexer *lexer, struct token *token)
{
	uint32_t end = token->start + 1;
	while (end < lexer->length && class_of[lexer->text[end]] == DIGIT)
		end++;
	if (end == token->start + 1) {
		refuse_byte(lexer, token);
		return;
	}
	token->kind = TOKEN_HARDWARE;
	lexer->at = end;
	token->name = names_intern(lexer->names, (const char *)lexer->text + token->start, end - token->start);
}

/* ---- Tokens ------------------------------------------------------------------------------------------ */

void lexer_next(struct lexer *lexer, struct token *token)
{
	if (!skip_space(lexer) || lexer->at >= lexer->length) {
		*token = (struct token){.kind = TOKEN_END, .start = lexer->length, .length = 0};
		return;
	}
	token->start = lexer->at;
	token->name = NULL;
	switch (class_of[lexer->text[lexer->at]]) {
	case LETTER:
	case HIGH: take_name(lexer, token); break;
	case DIGIT: take_number(lexer, token); break;
	case PUNCTUATION: take_punctuation(lexer, token); break;
	case QUOTE: take_string(lexer, token); break;
	case DOLLAR: take_hardware(lexer, token); break;
	default: refuse_byte(lexer, token); break;
	}
	token->length = lexer->at - token->start;
}

void lexer_line(struct lexer *lexer, uint32_t *start, uint32_t *length)
{
	uint32_t at = lexer->at;
	while (at < lexer->length && (lexer->text[at] == ' ' || lexer->text[at] == '\t'))
		at++;
	const unsigned char *end = memchr(lexer->text + at, '\n', lexer->length - at);
	uint32_t stop = end ? (uint32_t)(end - lexer->text) : lexer->length;
	lexer->at = stop;
	while (stop > at && class_of[lexer->text[stop - 1]] == SPACE)
		stop--;
	*start = at;
	*length = stop - at;
}

bool lexer_block(struct lexer *lexer)
{
	for (uint64_t depth = 1; depth > 0;) {
		if (!skip_space(lexer) || lexer->at >= lexer->length)
			return false;
		unsigned char c = lexer->text[lexer->at++];
		depth += c == '{';
		depth -= c == '}';
	}
	return true;
}
