/* read_json.c - instances of the schema songdo.instance/1 (docs/instances.md).
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/json_read.h"
#include "city/instance.h"

enum { ID_LENGTH = 256 };

static const char *const fields[] = {"schema", "workload", "name",  "question", "citation", "data",     "sense", "unit",
                                     "remark", "sides",    "items", "edges",    "terms",    "constant", NULL};
static const char *const data_fields[] = {"kind", "source", "licence", "attribution", "date", "personal", NULL};
static const char *const item_fields[] = {"id", "name", NULL};
static const char *const edge_fields[] = {"a", "b", "weight", NULL};
static const char *const term_fields[] = {"items", "weight", NULL};

static songdo_error *complain(struct reading *reading, const struct node *node, bool key, const char *message)
{
	songdo_error *error = reading_error(reading, 1, 1, 1, "%s", message);
	if (error)
		node_place(node, key, error);
	return error;
}

static bool is_known(const char *const *known, const char *key)
{
	while (*known && strcmp(*known, key) != 0)
		known++;
	return *known != NULL;
}

/* Every member of an object has a known name. */
static void check_fields(struct reading *reading, const struct node *object, const char *const *known)
{
	for (size_t i = 0; i < node_count(object) && !reading_full(reading); i++) {
		const char *key;
		const struct node member = node_child(object, i, &key);
		if (is_known(known, key))
			continue;
		songdo_error *error = complain(reading, &member, true, "there is no such field here");
		const char *nearest = text_nearest(key, known);
		if (nearest)
			reading_hint(error, "did you mean \"%s\"?", nearest);
	}
}

/* A text that may be missing. */
static void read_text(struct reading *reading, const struct node *object, const char *key, char **text)
{
	struct node member;
	if (!node_member(&member, object, key))
		return;
	if (node_is_string(&member))
		*text = reading_copy(reading, node_string(&member));
	else
		complain(reading, &member, false, "a text in quotes is expected here");
}

/* One of a list of words that may be missing; -1 then. */
static int read_word(struct reading *reading, const struct node *object, const char *key, const char *const *words,
                     const char *list)
{
	struct node member;
	if (!node_member(&member, object, key))
		return -1;
	for (int i = 0; node_is_string(&member) && words[i]; i++)
		if (strcmp(words[i], node_string(&member)) == 0)
			return i;
	songdo_error *error = complain(reading, &member, false, "another word is expected here");
	reading_hint(error, "one of %s", list);
	return -1;
}

static void read_data(struct reading *reading, const struct node *root, struct instance_data *data)
{
	static const char *const kinds[] = {"real", "proxy", "synthetic", NULL};
	struct node object, personal;
	if (!node_member(&object, root, "data"))
		return;
	if (!node_is_object(&object)) {
		complain(reading, &object, false, "an object {\"kind\": ..., \"source\": ...} is expected here");
		return;
	}
	check_fields(reading, &object, data_fields);
	const int kind = read_word(reading, &object, "kind", kinds, "real, proxy, synthetic");
	if (kind >= 0)
		data->kind = reading_copy(reading, kinds[kind]);
	read_text(reading, &object, "source", &data->source);
	read_text(reading, &object, "licence", &data->licence);
	read_text(reading, &object, "attribution", &data->attribution);
	read_text(reading, &object, "date", &data->date);
	if (node_member(&personal, &object, "personal")) {
		if (node_is_boolean(&personal))
			data->personal = node_boolean(&personal);
		else
			complain(reading, &personal, false, "true or false is expected here");
	}
}

static void read_sides(struct reading *reading, const struct node *root, struct instance *instance)
{
	struct node sides;
	if (!node_member(&sides, root, "sides"))
		return;
	if (!node_is_array(&sides) || node_count(&sides) != 2) {
		complain(reading, &sides, false, "two texts are expected here: what the sides are called");
		return;
	}
	for (size_t i = 0; i < 2; i++) {
		const struct node side = node_child(&sides, i, NULL);
		if (node_is_string(&side))
			instance->side[i] = reading_copy(reading, node_string(&side));
		else
			complain(reading, &side, false, "a text in quotes is expected here");
	}
}

/* ---- Items -------------------------------------------------------------------------------------------- */

/* Items by their ids. */
struct index_entry {
	const char *id;
	uint32_t item;
};

struct index {
	struct index_entry *entry;
	uint32_t count;
};

static int compare_ids(const void *a, const void *b)
{
	const struct index_entry *p = a, *q = b;
	const int order = strcmp(p->id, q->id);
	return order ? order : (p->item > q->item) - (p->item < q->item);
}

static const struct index_entry *find_id(const struct index *index, const char *id)
{
	uint32_t low = 0, high = index->count;
	while (low < high) {
		const uint32_t middle = low + (high - low) / 2;
		const int order = strcmp(index->entry[middle].id, id);
		if (order == 0)
			return &index->entry[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

/* "id", or {"id": ..., "name": ...}. */
static void read_item(struct reading *reading, const struct node *node, char **id, char **label)
{
	struct node member = *node;
	if (node_is_object(node)) {
		check_fields(reading, node, item_fields);
		read_text(reading, node, "name", label);
		if (!node_member(&member, node, "id")) {
			complain(reading, node, false, "this item has no \"id\"");
			return;
		}
	}
	if (!node_is_string(&member) || node_string(&member)[0] == '\0' || strlen(node_string(&member)) > ID_LENGTH)
		complain(reading, &member, false, "an id is expected here: a text of 1 to 256 bytes");
	else
		*id = reading_copy(reading, node_string(&member));
}

static void index_items(struct reading *reading, const struct node *items, const struct instance *instance,
                        struct index *index)
{
	index->entry = malloc(((size_t)instance->items + 1) * sizeof *index->entry);
	if (!index->entry) {
		reading->out_of_memory = true;
		return;
	}
	for (uint32_t i = 0; i < instance->items; i++)
		if (instance->id[i])
			index->entry[index->count++] = (struct index_entry){instance->id[i], i};
	qsort(index->entry, index->count, sizeof *index->entry, compare_ids);
	for (uint32_t i = 1; i < index->count && !reading_full(reading); i++)
		if (strcmp(index->entry[i - 1].id, index->entry[i].id) == 0) {
			const struct node item = node_child(items, index->entry[i].item, NULL);
			complain(reading, &item, false, "an item before this one has the same id");
		}
}

static void read_items(struct reading *reading, const struct node *root, struct instance *instance, struct index *index)
{
	struct node items;
	if (!node_member(&items, root, "items")) {
		complain(reading, root, false, "the instance has no \"items\"");
		return;
	}
	if (!node_is_array(&items) || node_count(&items) == 0 || node_count(&items) > INSTANCE_ITEMS) {
		complain(reading, &items, false, "a list of 1 to 16777216 items is expected here");
		return;
	}
	const uint32_t count = (uint32_t)node_count(&items);
	instance->id = calloc((size_t)count + 1, sizeof *instance->id);
	instance->label = calloc((size_t)count + 1, sizeof *instance->label);
	if (!instance->id || !instance->label) {
		reading->out_of_memory = true;
		return;
	}
	instance->items = count;
	polynomial_init(&instance->terms, count);
	for (uint32_t i = 0; i < count && !reading_full(reading); i++) {
		const struct node item = node_child(&items, i, NULL);
		read_item(reading, &item, &instance->id[i], &instance->label[i]);
		if (!instance->label[i])
			instance->label[i] = reading_copy(reading, "");
	}
	index_items(reading, &items, instance, index);
}

/* ---- Edges and terms ---------------------------------------------------------------------------------- */

static bool read_reference(struct reading *reading, const struct node *node, const struct index *index, uint32_t *item)
{
	const struct index_entry *entry = node_is_string(node) ? find_id(index, node_string(node)) : NULL;
	if (!entry)
		complain(reading, node, false,
		         node_is_string(node) ? "no item has this id" : "the id of an item is expected here");
	else
		*item = entry->item;
	return entry != NULL;
}

static bool read_weight(struct reading *reading, const struct node *object, bool needed, double *weight)
{
	struct node member;
	if (!node_member(&member, object, "weight")) {
		if (needed)
			complain(reading, object, false, "this term has no \"weight\"");
		return !needed;
	}
	if (!node_is_number(&member) || !isfinite(node_number(&member))) {
		complain(reading, &member, false, "a number is expected here");
		return false;
	}
	*weight = node_number(&member);
	return true;
}

static void read_edge(struct reading *reading, const struct node *node, const struct index *index,
                      struct instance *instance)
{
	uint32_t item[2];
	double weight = 1;
	struct node end[2];
	static const char *const ends[] = {"a", "b"};
	if (!node_is_object(node)) {
		complain(reading, node, false, "an edge {\"a\": id, \"b\": id, \"weight\": number} is expected here");
		return;
	}
	check_fields(reading, node, edge_fields);
	for (int i = 0; i < 2; i++) {
		if (!node_member(&end[i], node, ends[i])) {
			complain(reading, node, false, "this edge has not both \"a\" and \"b\"");
			return;
		}
		if (!read_reference(reading, &end[i], index, &item[i]))
			return;
	}
	if (item[0] == item[1])
		complain(reading, &end[1], false, "an edge joins two different items");
	else if (read_weight(reading, node, false, &weight))
		reading->out_of_memory |= !polynomial_add(&instance->terms, weight, item, 2);
}

static void read_term(struct reading *reading, const struct node *node, const struct index *index,
                      struct instance *instance)
{
	uint32_t item[POLYNOMIAL_SPIN_DEGREE];
	double weight = 0;
	struct node items;
	const size_t most = instance->workload == WORKLOAD_QUBO ? 2 : POLYNOMIAL_SPIN_DEGREE;
	if (!node_is_object(node)) {
		complain(reading, node, false, "a term {\"items\": [id, ...], \"weight\": number} is expected here");
		return;
	}
	check_fields(reading, node, term_fields);
	if (!node_member(&items, node, "items") || !node_is_array(&items)) {
		complain(reading, node, false, "this term has no list of \"items\"");
		return;
	}
	if (node_count(&items) == 0 || node_count(&items) > most) {
		complain(reading, &items, false,
		         most == 2 ? "a term of a QUBO has one item or two" : "a term has 1 to 12 items");
		return;
	}
	for (size_t i = 0; i < node_count(&items); i++) {
		const struct node reference = node_child(&items, i, NULL);
		if (!read_reference(reading, &reference, index, &item[i]))
			return;
	}
	if (read_weight(reading, node, true, &weight))
		reading->out_of_memory |= !polynomial_add(&instance->terms, weight, item, (uint32_t)node_count(&items));
}

static void read_list(struct reading *reading, const struct node *root, const struct index *index,
                      struct instance *instance)
{
	const bool edges = instance->workload == WORKLOAD_MAXCUT;
	struct node list;
	if (node_member(&list, root, edges ? "terms" : "edges"))
		complain(reading, &list, true,
		         edges ? "a maxcut has \"edges\", no terms" : "this workload has \"terms\", no edges");
	if (!node_member(&list, root, edges ? "edges" : "terms") || !node_is_array(&list)) {
		complain(reading, root, false,
		         edges ? "the instance has no list of \"edges\"" : "the instance has no list of \"terms\"");
		return;
	}
	for (size_t i = 0; i < node_count(&list) && !reading_full(reading); i++) {
		const struct node element = node_child(&list, i, NULL);
		if (edges)
			read_edge(reading, &element, index, instance);
		else
			read_term(reading, &element, index, instance);
	}
}

/* ---- The whole ---------------------------------------------------------------------------------------- */

static void read_root(struct reading *reading, const struct node *root, struct instance *instance)
{
	static const char *const workloads[] = {"maxcut", "qubo", "polynomial", NULL}, *const senses[] = {"minimise",
	                                                                                                  "maximise",
	                                                                                                  NULL};
	struct node member;
	struct index index = {0};
	if (!node_is_object(root) || !node_member(&member, root, "schema") || !node_is_string(&member) ||
	    strcmp(node_string(&member), "songdo.instance/1") != 0) {
		reading_hint(complain(reading, root, false,
		                      "this JSON is no instance: it has not \"schema\": \"songdo.instance/1\""),
		             "docs/instances.md describes the schema");
		return;
	}
	check_fields(reading, root, fields);
	int workload = read_word(reading, root, "workload", workloads, "maxcut, qubo, polynomial");
	if (!node_member(&member, root, "workload") && reading->options->workload < 0)
		reading_hint(complain(reading, root, false, "the instance has no \"workload\""),
		             "one of maxcut, qubo, polynomial");
	if (reading->options->workload >= 0)
		workload = reading->options->workload;
	if (workload < 0)
		return;
	instance->workload = (enum workload)workload;
	const int sense = read_word(reading, root, "sense", senses, "minimise, maximise");
	instance->maximise = sense < 0 ? workload == WORKLOAD_MAXCUT : sense == 1;
	if (workload == WORKLOAD_MAXCUT && !instance->maximise && node_member(&member, root, "sense"))
		complain(reading, &member, false, "a maxcut is made as large as can be: \"maximise\"");
	read_text(reading, root, "name", &instance->name);
	read_text(reading, root, "question", &instance->question);
	read_text(reading, root, "citation", &instance->citation);
	read_text(reading, root, "unit", &instance->unit);
	read_text(reading, root, "remark", &instance->remark);
	read_data(reading, root, &instance->data);
	read_sides(reading, root, instance);
	read_items(reading, root, instance, &index);
	if (instance->items > 0 && !reading->out_of_memory)
		read_list(reading, root, &index, instance);
	if (node_member(&member, root, "constant")) {
		if (node_is_number(&member) && isfinite(node_number(&member)))
			instance->terms.constant = node_number(&member);
		else
			complain(reading, &member, false, "a number is expected here");
	}
	free(index.entry);
}

void read_json(struct reading *reading, struct instance *instance)
{
	struct document *document;
	songdo_error error = {0};
	const songdo_status status = document_open(&document, reading->text, reading->length, &error);
	if (status) {
		songdo_error *out = reading_error(reading, error.line, error.column, error.length, "%s", error.message);
		if (out)
			out->code = status;
		return;
	}
	const struct node root = document_root(document);
	read_root(reading, &root, instance);
	document_close(document);
}
