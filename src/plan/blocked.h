/* blocked.h - which items may pass one another: the one rule by which lists are reordered. Private to this folder.
 *
 * Two items commute where each wire that they share is read by both. Whoever walks a list keeps what the items that stay
 * behind move and read; a later item may be taken first where that holds nothing of its own up. Inline, for it is the
 * innermost question of planning.
 *
 * SPDX-License-Identifier: Apache-2.0 */
#ifndef SONGDO_PLAN_BLOCKED_H
#define SONGDO_PLAN_BLOCKED_H

#include "plan/build.h"

struct blocked {
	uint64_t moved, read; /* wires */
	unsigned items;
};

static inline uint64_t item_wires(const struct item *item) { return item->moved | item->read; }

static inline bool blocked_holds(const struct blocked *blocked, const struct item *item)
{
	return item->moved & (blocked->moved | blocked->read) || item->read & blocked->moved;
}

/* The item stays behind. */
static inline void blocked_add(struct blocked *blocked, const struct item *item)
{
	blocked->moved |= item->moved;
	blocked->read |= item->read;
	blocked->items++;
}

#endif
