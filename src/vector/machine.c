/* machine.c - the kept rates of this machine: where they are, and whether they are its own.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "vector/vector.h"

/* A path under a folder that a variable names; NULL where it does not. */
static char *under(const char *variable, const char *path)
{
	const char *folder = getenv(variable);
	struct text text = {0};

	if (!folder || folder[0] != '/') /* a relative one counts as unset, says the XDG specification */
		return NULL;
	text_add_format(&text, "%s/%s", folder, path);
	if (text.failed)
		text_fini(&text);
	return text.data;
}

char *env_machine_file(const char *option, bool *named)
{
	const char *name = option ? option : getenv("SONGDO_MACHINE");
	char *file;

	*named = name && name[0];
	if (name)
		return *named ? strdup(name) : NULL;
	file = under("XDG_CONFIG_HOME", "songdo/machine");
	return file ? file : under("HOME", ".config/songdo/machine");
}

static songdo_status read_machine(songdo_env *env, const char *file, bool named, songdo_error *error)
{
	struct rates rates;
	char *data;
	size_t length;
	songdo_status status;

	if (!named && access(file, F_OK) != 0)
		return SONGDO_OK;
	status = text_read_file(&data, &length, file, RATES_FILE_LIMIT, error);
	if (status == SONGDO_NO_FIT)
		return status;
	if (status) {
		error_hint(error, "songdo bench --save writes it; SONGDO_MACHINE= does without");
		if (error)
			error->code = SONGDO_BAD_CONFIGURATION;
		return SONGDO_BAD_CONFIGURATION;
	}
	status = rates_parse(&rates, data, length, file, error);
	free(data);
	if (status)
		return status;
	if (strcmp(rates.cpu, env->cpu.model) != 0)
		snprintf(env->remark, sizeof env->remark,
		         "%.80s is about another processor (%.60s) and is not used; measure: songdo bench --save", file,
		         rates.cpu);
	else
		env->rates = rates;
	return SONGDO_OK;
}

songdo_status env_read_machine(songdo_env *env, const char *option, songdo_error *error)
{
	songdo_status status = SONGDO_OK;
	bool named;
	char *file = env_machine_file(option, &named);

	if (file && comm_rank(env->comm) == 0)
		status = read_machine(env, file, named, error);
	free(file);
	status = env_agree(env, status, error);
	if (status || comm_size(env->comm) == 1)
		return status;
	status = comm_broadcast(env->comm, &env->rates, sizeof env->rates, 0);
	return status ? status : comm_broadcast(env->comm, env->remark, sizeof env->remark, 0);
}
