/* json_read_none.c - a build that cannot read JSON.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/json_read.h"

#include "base/text.h"

songdo_status document_open(struct document **document, const char *text, size_t length, songdo_error *error)
{
	(void)text, (void)length;
	*document = NULL;
	return error_set(error, SONGDO_NO_FIT, "this build cannot read JSON: it was made without jansson");
}

void document_close(struct document *document) { (void)document; }
struct node document_root(const struct document *document) { return (struct node){document, 0, 0, 0}; }
bool node_is_object(const struct node *node) { return (void)node, false; }
bool node_is_array(const struct node *node) { return (void)node, false; }
bool node_is_string(const struct node *node) { return (void)node, false; }
bool node_is_number(const struct node *node) { return (void)node, false; }
bool node_is_boolean(const struct node *node) { return (void)node, false; }
bool node_member(struct node *member, const struct node *object, const char *key)
{
	return (void)member, (void)object, (void)key, false;
}
size_t node_count(const struct node *node) { return (void)node, 0; }
struct node node_child(const struct node *node, size_t i, const char **key) { return (void)i, (void)key, *node; }
const char *node_string(const struct node *node) { return (void)node, ""; }
double node_number(const struct node *node) { return (void)node, 0; }
bool node_boolean(const struct node *node) { return (void)node, false; }
void node_place(const struct node *node, bool key, songdo_error *error) { (void)node, (void)key, (void)error; }
