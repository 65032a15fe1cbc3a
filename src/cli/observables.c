/* observables.c - the values of --observable: texts, and texts in files.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"

bool observable_list_open(struct observable_list *list, int most)
{
	list->count = 0;
	list->item = calloc((size_t)most + 1, sizeof(*list->item));
	list->text = calloc((size_t)most + 1, sizeof(*list->text));
	return list->item != NULL && list->text != NULL;
}

void observable_list_add(struct observable_list *list, const char *value) { list->item[list->count++].text = value; }

int observable_list_read(struct observable_list *list, songdo_env *env)
{
	int code = SONGDO_OK;

	for (size_t i = 0; i < list->count && code == SONGDO_OK; i++) {
		songdo_observable *observable = &list->item[i];
		size_t length;
		if (observable->text[0] != '@')
			continue;
		observable->name = observable->text;
		code = file_read(&list->text[i], &length, env, observable->name + 1, CLI_FILE_LIMIT);
		if (code == SONGDO_OK && strlen(list->text[i]) < length) {
			cli_say("%s is no text: it has a zero byte", observable->name + 1);
			code = SONGDO_BAD_PROGRAM;
		}
		observable->text = list->text[i];
	}
	return code;
}

int observable_list_complain(const struct observable_list *list, songdo_error *error, const char *file,
                             const struct input *input)
{
	char name[64];

	for (size_t i = 0; i < list->count && error->line > 0; i++) {
		const songdo_observable *observable = &list->item[i];
		snprintf(name, sizeof(name), "observable %zu", i + 1);
		if (strcmp(error->file, observable->name != NULL ? observable->name : name) != 0)
			continue;
		if (observable->name != NULL) {   /* what is wrong in a file is wrong input, not wrong use */
			error->code = SONGDO_BAD_PROGRAM;
			snprintf(error->file, sizeof(error->file), "%s", observable->name + 1);
		}
		return cli_complain(error, error->file, observable->text, strlen(observable->text));
	}
	return cli_complain(error, file, input->text, input->length);
}

void observable_list_close(struct observable_list *list)
{
	for (size_t i = 0; list->text != NULL && i < list->count; i++)
		free(list->text[i]);
	free(list->text);
	free(list->item);
}
