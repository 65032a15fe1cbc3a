/* status.c - the words for status codes, and the version.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#include "base/base.h"

const char *songdo_status_text(songdo_status status)
{
	switch (status) {
	case SONGDO_OK: return "ok";
	case SONGDO_NEGATIVE: return "the answer is negative";
	case SONGDO_BAD_USAGE: return "wrong usage";
	case SONGDO_BAD_PROGRAM: return "bad program";
	case SONGDO_NO_INPUT: return "cannot read the input";
	case SONGDO_NO_FIT: return "does not fit here";
	case SONGDO_INTERNAL: return "internal error";
	case SONGDO_LOST: return "a rank or node was lost";
	case SONGDO_NO_OUTPUT: return "cannot create the output";
	case SONGDO_IO: return "input/output error";
	case SONGDO_LATER: return "try again later";
	case SONGDO_BAD_CONFIGURATION: return "bad configuration";
	case SONGDO_INTERRUPTED: return "interrupted";
	}
	return "unknown status";
}

const char *songdo_version(void) { return SONGDO_VERSION; }
