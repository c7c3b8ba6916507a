/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Sets of capabilities (see caps.h).
 */
#include "config/caps.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "config/schema.h"
#include "lib/text.h"

static const struct caps_row {
	const char *name;
	uint64_t set;
} caps_sets[] = {
	{ "all", CAPS_ALL },
	{ "none", 0 },
	{ "docker", CAPS_DOCKER },
	{ "podman", CAPS_PODMAN },
};

static const struct caps_row *caps_find_set(const char *name)
{
	for (size_t i = 0; i < sizeof caps_sets / sizeof caps_sets[0]; i++)
		if (strcmp(caps_sets[i].name, name) == 0)
			return &caps_sets[i];
	return NULL;
}

/* The capability's bit, or 0. CAP_NET_RAW and net_raw are one. */
static uint64_t caps_find(const char *name)
{
	if (strncasecmp(name, "cap_", 4) == 0)
		name += 4;
	for (unsigned int cap = 0; cap <= CAP_LAST_CAP && text_cap_name(cap); cap++)
		if (strcasecmp(text_cap_name(cap), name) == 0)
			return CAPS_BIT(cap);
	return 0;
}

static void caps_blame(const char *name, char *phrase, size_t size)
{
	for (unsigned int cap = 0; cap <= CAP_LAST_CAP && text_cap_name(cap); cap++)
		if (schema_is_near(name, text_cap_name(cap))) {
			snprintf(phrase, size, "is no capability: did you mean \"%s\"?",
				text_cap_name(cap));
			return;
		}
	snprintf(phrase, size, "is no capability, see capabilities(7)");
}

bool caps_read(
	const char *const *items, size_t n, uint64_t *set, size_t *bad, char *phrase, size_t size)
{
	uint64_t value = *set;

	if (n == 0 || !strchr("+-", items[0][0]))
		value = 0;
	for (size_t i = 0; i < n; i++) {
		const struct caps_row *row = caps_find_set(items[i]);
		bool sign = strchr("+-", items[i][0]) != NULL;
		bool first_sign = strchr("+-", items[0][0]) != NULL;
		uint64_t bit = row ? 0 : caps_find(items[i] + sign);

		*bad = i;
		if (row && i > 0) {
			snprintf(phrase, size, "is a set, and sets stand first");
			return false;
		}
		if (!row && sign != first_sign && !caps_find_set(items[0])) {
			snprintf(phrase, size, "is not like the others: all have + or -, or none");
			return false;
		}
		if (!row && !bit) {
			caps_blame(items[i] + sign, phrase, size);
			return false;
		}
		value = row ? row->set : items[i][0] == '-' ? value & ~bit : value | bit;
	}
	*set = value;
	return true;
}

const char *caps_print(uint64_t set, char *buf, size_t size)
{
	size_t at = 0;

	snprintf(buf, size, "%s", set == 0 ? "none" : set == CAPS_ALL ? "all" : "");
	for (unsigned int cap = 0; cap <= CAP_LAST_CAP && set != CAPS_ALL; cap++) {
		int len;

		if (!(set & CAPS_BIT(cap)))
			continue;
		len = snprintf(buf + at, size - at, "%s%s", at > 0 ? ", " : "",
			text_cap_name(cap) ? text_cap_name(cap) : "?");
		if (len < 0 || (size_t)len >= size - at)
			break;
		at += (size_t)len;
	}
	return buf;
}
