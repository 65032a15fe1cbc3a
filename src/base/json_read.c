/* json_read.c - JSON documents through jansson, and places in their text.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/json_read.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

enum { DEPTH = 64 }; /* of values whose place can be told; deeper ones are told by their ancestor's */

struct document {
	json_t *root;
	const char *text;
	size_t length;
};

songdo_status document_open(struct document **document, const char *text, size_t length, songdo_error *error)
{
	struct document *made = calloc(1, sizeof *made);
	json_error_t fault;
	*document = NULL;
	if (!made)
		return error_set(error, SONGDO_NO_FIT, "out of memory");
	if (length >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0) {
		text += 3;
		length -= 3;
	}
	made->text = text;
	made->length = length;
	made->root = json_loadb(text, length, JSON_REJECT_DUPLICATES, &fault);
	if (!made->root) {
		char *near = strstr(fault.text, " near ");
		if (near)
			*near = '\0';
		free(made);
		error_set(error, SONGDO_BAD_PROGRAM, "this is no valid JSON: %s", fault.text);
		if (error) {
			error->line = fault.line > 0 ? (uint32_t)fault.line : 1;
			error->column = fault.column > 0 ? (uint32_t)fault.column : 1;
			error->length = 1;
		}
		return SONGDO_BAD_PROGRAM;
	}
	*document = made;
	return SONGDO_OK;
}

void document_close(struct document *document)
{
	if (!document)
		return;
	json_decref(document->root);
	free(document);
}

struct node document_root(const struct document *document) { return (struct node){document, NULL, document->root, 0}; }

/* ---- Values -------------------------------------------------------------------------------------------- */

static json_t *value_of(const struct node *node) { return (json_t *)(uintptr_t)node->value; }

bool node_is_object(const struct node *node) { return json_is_object(value_of(node)); }
bool node_is_array(const struct node *node) { return json_is_array(value_of(node)); }
bool node_is_string(const struct node *node) { return json_is_string(value_of(node)); }
bool node_is_number(const struct node *node) { return json_is_number(value_of(node)); }
bool node_is_boolean(const struct node *node) { return json_is_boolean(value_of(node)); }

bool node_member(struct node *member, const struct node *object, const char *key)
{
	json_t *value = json_object_get(value_of(object), key);
	size_t index = 0;
	if (!value)
		return false;
	for (void *at = json_object_iter(value_of(object)); at && strcmp(json_object_iter_key(at), key) != 0;
	     at = json_object_iter_next(value_of(object), at))
		index++;
	*member = (struct node){object->document, object, value, index};
	return true;
}

size_t node_count(const struct node *node)
{
	return node_is_object(node) ? json_object_size(value_of(node)) : json_array_size(value_of(node));
}

struct node node_child(const struct node *node, size_t i, const char **key)
{
	assert(i < node_count(node));
	if (!node_is_object(node))
		return (struct node){node->document, node, json_array_get(value_of(node), i), i};
	void *at = json_object_iter(value_of(node));
	for (size_t k = 0; k < i; k++)
		at = json_object_iter_next(value_of(node), at);
	if (key)
		*key = json_object_iter_key(at);
	return (struct node){node->document, node, json_object_iter_value(at), i};
}

const char *node_string(const struct node *node) { return json_string_value(value_of(node)); }
double node_number(const struct node *node) { return json_number_value(value_of(node)); }
bool node_boolean(const struct node *node) { return json_is_true(value_of(node)); }

/* ---- Places -------------------------------------------------------------------------------------------- */

/* The text was parsed: it is well formed. */
struct scan {
	const char *text;
	size_t length, at;
};

static void skip_space(struct scan *s)
{
	while (s->at < s->length && strchr(" \t\r\n", s->text[s->at]))
		s->at++;
}

static void skip_string(struct scan *s)
{
	for (s->at++; s->at < s->length && s->text[s->at] != '"'; s->at++)
		if (s->text[s->at] == '\\')
			s->at++;
	s->at++;
}

static void skip_value(struct scan *s)
{
	size_t depth = 0;
	do {
		skip_space(s);
		if (s->at >= s->length)
			return;
		const char c = s->text[s->at];
		if (c == '"') {
			skip_string(s);
			continue;
		}
		s->at++;
		if (c == '{' || c == '[')
			depth++;
		else if (c == '}' || c == ']')
			depth--;
		else if (depth == 0)
			while (s->at < s->length && !strchr(" \t\r\n,]}:", s->text[s->at]))
				s->at++;
	} while (depth > 0);
}

/* From the opening bracket to child i: its key where there is one and `key`, else its value. */
static void enter(struct scan *s, size_t i, bool key)
{
	const bool object = s->text[s->at] == '{';
	s->at++;
	for (;; i--) {
		skip_space(s);
		if (object && !(i == 0 && key)) {
			skip_string(s);
			skip_space(s);
			s->at++; /* the colon */
			skip_space(s);
		}
		if (i == 0)
			return;
		skip_value(s);
		skip_space(s);
		s->at++; /* the comma */
	}
}

void node_place(const struct node *node, bool key, songdo_error *error)
{
	size_t path[DEPTH], depth = 0;
	struct scan s = {node->document->text, node->document->length, 0};
	if (!error)
		return;
	while (node->parent) {
		if (depth == DEPTH) {
			memmove(path, path + 1, (DEPTH - 1) * sizeof *path);
			depth--;
			key = false;
		}
		path[depth++] = node->index;
		node = node->parent;
	}
	skip_space(&s);
	while (depth-- > 0)
		enter(&s, path[depth], key && depth == 0);
	const size_t begin = s.at;
	if (s.text[s.at] != '{' && s.text[s.at] != '[')
		skip_value(&s);
	else
		s.at++;
	error->line = error->column = 1;
	error->length = 0;
	for (size_t i = 0; i < begin; i++) {
		error->column += ((unsigned char)s.text[i] & 0xC0) != 0x80;
		if (s.text[i] == '\n') {
			error->line++;
			error->column = 1;
		}
	}
	for (size_t i = begin; i < s.at && s.text[i] != '\n'; i++)
		error->length += ((unsigned char)s.text[i] & 0xC0) != 0x80;
}
