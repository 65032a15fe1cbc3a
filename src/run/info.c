/* info.c - what this library is and what the machine offers it, as the JSON document songdo.info/1.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/json.h"
#include "run/run.h"

const char *info_features(void) { return SONGDO_FEATURES; }
const char *info_licence(void) { return SONGDO_LICENCE; }

void info_write(struct json *json, songdo_env *env, uint64_t free_bytes)
{
	json_key(json, "schema");
	json_string(json, "songdo.info/1");
	json_key(json, "version");
	json_string(json, songdo_version());
	json_key(json, "features");
	json_string(json, info_features());
	json_key(json, "licence");
	json_string(json, info_licence());
	json_key(json, "cpu");
	json_string(json, env->cpu.model);
	json_key(json, "isa");
	json_string(json, kernel_name(env->isa));
	json_key(json, "isas");
	json_array(json);
	for (int i = 0; i < KERNEL_ISAS; i++) {
		const char *missing = kernel_missing((enum kernel_isa)i);
		json_object(json);
		json_key(json, "name");
		json_string(json, kernel_name((enum kernel_isa)i));
		json_key(json, "missing");
		if (missing != NULL)
			json_string(json, missing);
		else
			json_null(json);
		json_object_end(json);
	}
	json_array_end(json);
	json_key(json, "threads");
	json_i64(json, songdo_env_threads(env));
	json_key(json, "ranks");
	json_i64(json, songdo_env_ranks(env));
	json_key(json, "communication");
	json_string(json, comm_library(env->comm));
	json_key(json, "free_bytes_per_rank");
	json_u64(json, free_bytes);
	json_key(json, "machine_measured");
	json_bool(json, env->rates.threads > 0);
}

songdo_status songdo_info_json(char **out, songdo_env *env)
{
	struct text text = {0};
	struct json json;
	uint64_t free_bytes;
	const songdo_status status = env_memory_left(env, &free_bytes);

	*out = NULL;
	if (status != SONGDO_OK)
		return status;
	json_init(&json, &text, 2);
	json_object(&json);
	info_write(&json, env, free_bytes);
	json_object_end(&json);
	text_add(&text, "\n");
	if (text.failed) {
		text_fini(&text);
		return SONGDO_NO_FIT;
	}
	*out = text.data;
	return SONGDO_OK;
}
