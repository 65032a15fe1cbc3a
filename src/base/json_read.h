/* json_read.h - JSON documents from outside, and where in the text each value stands; the door to jansson.
 *
 * A document is parsed whole and strictly: UTF-8, no duplicate keys, no values after the end. Values do not remember
 * where they stood: the place is looked for in the text when an error wants it.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef SONGDO_JSON_READ_H
#define SONGDO_JSON_READ_H

#include "base/base.h"

struct document;

/* A value on the way from the root; each stands on the caller's stack as long as its children are used. */
struct node {
	const struct document *document;
	const struct node *parent;   /* NULL: the root */
	const void *value;
	size_t index;                /* among the parent's members or elements */
};

/* Parse text, which must outlive the document; a byte order mark is skipped. SONGDO_BAD_PROGRAM with line and column
 * (never with a piece of the text: it may be personal), SONGDO_NO_FIT in a build without jansson. */
songdo_status document_open(struct document **document, const char *text, size_t length, songdo_error *error);
void document_close(struct document *document);
struct node document_root(const struct document *document);

bool node_is_object(const struct node *node);
bool node_is_array(const struct node *node);
bool node_is_string(const struct node *node);
bool node_is_number(const struct node *node);
bool node_is_boolean(const struct node *node);
/* The member of a name; false where the object has none, or node is no object. */
bool node_member(struct node *member, const struct node *object, const char *key);
/* Members or elements, 0 for other values. */
size_t node_count(const struct node *node);
/* The i-th member or element; for members the key too (key may be NULL). */
struct node node_child(const struct node *node, size_t i, const char **key);
/* Valid while the document is open. */
const char *node_string(const struct node *node);
double node_number(const struct node *node);
bool node_boolean(const struct node *node);

/* Fill line, column and length of an error with a value's place, or with its key's. */
void node_place(const struct node *node, bool key, songdo_error *error);

#endif
