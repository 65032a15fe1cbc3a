/* json.h - a streaming writer of JSON into a growing string.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef SONGDO_JSON_H
#define SONGDO_JSON_H

#include "base/text.h"

/* Commas and nesting are kept by the writer. indent 0 writes one line. */
struct json {
	struct text *text;
	int indent, depth;
	bool fresh;          /* nothing written yet at this depth */
	bool after_key;
};

void json_init(struct json *json, struct text *text, int indent);
void json_object(struct json *json);      /* { */
void json_object_end(struct json *json);
void json_array(struct json *json);       /* [ */
void json_array_end(struct json *json);
void json_key(struct json *json, const char *key);
void json_string(struct json *json, const char *value);
/* The shortest form that reads back equal; null for NaN and infinities. */
void json_double(struct json *json, double value);
void json_u64(struct json *json, uint64_t value);
void json_i64(struct json *json, int64_t value);
void json_bool(struct json *json, bool value);
void json_null(struct json *json);

#endif
