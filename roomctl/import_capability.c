/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * A line of capability.conf(5): capabilities for names. It becomes a room of its own.
 */
#include <string.h>
#include <strings.h>

#include "config/caps.h"
#include "lib/text.h"
#include "roomctl/import.h"

struct sets {
	uint64_t inheritable, dropped;
};

static bool find_cap(const char *name, unsigned int *ret)
{
	uint64_t number;

	if (text_u64(name, CAP_LAST_CAP, &number) == 0) {
		*ret = (unsigned int)number;
		return text_cap_name(*ret) != NULL;
	}
	if (strncasecmp(name, "cap_", strlen("cap_")) == 0)
		name += strlen("cap_");
	for (*ret = 0; *ret <= CAP_LAST_CAP && text_cap_name(*ret); (*ret)++)
		if (strcasecmp(text_cap_name(*ret), name) == 0)
			return true;
	return false;
}

/* One item of the list, with its marks: "!" takes it from the bounding set, "^" makes it ambient.
 */
static void take_item(struct import *import, const char *item, struct sets *sets)
{
	bool dropped = false, ambient = false;
	const char *name = item;
	unsigned int cap;

	for (; *name && strchr("!^%", *name); name++) {
		dropped |= *name == '!';
		ambient |= *name == '^';
	}
	if (strcasecmp(name, "all") == 0 && !dropped)
		sets->inheritable |= CAPS_ALL;
	else if (strcasecmp(name, "none") == 0)
		return;
	else if (!find_cap(name, &cap))
		import_lost(import, "'%s' is no capability here", item);
	else if (dropped)
		sets->dropped |= CAPS_BIT(cap);
	else
		sets->inheritable |= CAPS_BIT(cap);
	if (ambient)
		import_lost(import,
			"'%s': a room gives no ambient capability, only programs with that file "
			"capability inherit it",
			item);
}

static void print_list(FILE *file, const char *key, const char *sign, uint64_t set, bool *begun)
{
	for (unsigned int cap = 0; cap <= CAP_LAST_CAP && text_cap_name(cap); cap++) {
		if (!(set & CAPS_BIT(cap)))
			continue;
		if (*begun)
			fputs(", ", file);
		else
			fprintf(file, " %s = [ ", key);
		fprintf(file, "\"%s%s\"", sign, text_cap_name(cap));
		*begun = true;
	}
}

static void print_room(struct import *import, const struct sets *sets)
{
	uint64_t inheritable = sets->inheritable & ~sets->dropped;
	bool begun = false;

	fprintf(import->rooms, "  line%u: { walls = \"glass\"; capabilities: {", import->line);
	print_list(import->rooms, "bounding", "+", inheritable & ~CAPS_GLASS, &begun);
	print_list(import->rooms, "bounding", "-", sets->dropped & CAPS_GLASS, &begun);
	if (begun)
		fputs(" ];", import->rooms);
	begun = false;
	print_list(import->rooms, "inheritable", "", inheritable, &begun);
	fputs(begun ? " ]; }; };\n" : " }; };\n", import->rooms);
}

void import_capability(struct import *import, char **words, size_t n)
{
	struct sets sets = { 0 };
	char *rest = words[0], *item;
	unsigned int written = 0;
	bool all = false;

	if (n < 2) {
		import_lost(import, "it is no line of capability.conf(5)");
		return;
	}
	while ((item = strsep(&rest, ",")))
		take_item(import, item, &sets);
	for (size_t i = 1; i < n; i++)
		all |= strcmp(words[i], "*") == 0;
	/* What everybody gets without being told. */
	if (all && !sets.inheritable && !sets.dropped)
		return;
	for (int groups = 0; groups < 2 && !all; groups++) {
		unsigned int these = import_names(import, import->middle, words + 1, n - 1, groups);

		if (these > 0)
			fprintf(import->middle, " room = \"line%u\"; },\n", import->line);
		written += these;
	}
	if (all)
		fprintf(import->middle, "  { uid = \"1000-\"; room = \"line%u\"; },\n",
			import->line);
	if (all || written > 0)
		print_room(import, &sets);
}
