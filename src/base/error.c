/* error.c - filling the caller's error struct.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

/* Format into a fixed field. A message that does not fit ends at a whole UTF-8 character. */
static void format_field(char *field, size_t size, const char *format, va_list arguments)
{
	const int length = vsnprintf(field, size, format, arguments);
	if (length < 0) {
		field[0] = '\0';
		return;
	}
	if ((size_t)length < size)
		return;
	size_t end = size - 1;
	while (end > 0 && ((unsigned char)field[end - 1] & 0xC0) == 0x80)
		end--;
	if (end > 0 && (unsigned char)field[end - 1] >= 0xC0) {
		const unsigned char lead = (unsigned char)field[end - 1];
		const size_t whole = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
		if (end - 1 + whole > size - 1)
			field[end - 1] = '\0';
	}
}

songdo_status error_set(songdo_error *error, songdo_status code, const char *format, ...)
{
	if (!error)
		return code;
	va_list arguments;
	/* The arguments may point into the error itself, so format before clearing. */
	songdo_error fresh;
	memset(&fresh, 0, sizeof fresh);
	fresh.code = code;
	va_start(arguments, format);
	format_field(fresh.message, sizeof fresh.message, format, arguments);
	va_end(arguments);
	*error = fresh;
	return code;
}

void error_hint(songdo_error *error, const char *format, ...)
{
	if (!error)
		return;
	char hint[sizeof error->hint];
	va_list arguments;
	va_start(arguments, format);
	format_field(hint, sizeof hint, format, arguments);
	va_end(arguments);
	memcpy(error->hint, hint, sizeof hint);
}
