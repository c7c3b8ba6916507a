/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Readers of lists of strings (see reader.h): conditions, paths, names and capabilities.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "config/arena.h"
#include "config/caps.h"
#include "config/from.h"
#include "config/reader.h"
#include "config/sysnames.h"
#include "config/week.h"
#include "lib/text.h"

/* What fnmatch(3) does with one is bounded by its stars. */
#define GLOB_LEN_MAX 255
#define GLOB_STARS_MAX 8

/* A phrase that says what is wrong with one string, or NULL. */
typedef const char *phrase_of(const char *text);

/* A list of strings each of which is right by check. */
static int read_checked(const struct reader *reader, const config_setting_t *setting,
	const struct schema_row *row, size_t least, phrase_of *check, struct text_list *target)
{
	struct text_list list;

	if (!reader_strings(reader, setting, row, least, &list))
		return list.n ? -ENOMEM : 0;
	for (size_t i = 0; i < list.n; i++) {
		const char *phrase = check(list.items[i]);

		if (phrase)
			reader_refuses(reader, setting, row, list.items[i], phrase);
	}
	*target = list;
	return 0;
}

static const char *glob_phrase(const char *text)
{
	size_t stars = 0;

	for (const char *c = text; *c; c++)
		stars += *c == '*';
	if (strlen(text) > GLOB_LEN_MAX)
		return "is longer than 255 bytes";
	if (strchr(text, '[') && !strchr(strchr(text, '['), ']'))
		return "has a [ without a ]";
	return stars > GLOB_STARS_MAX ? "has more than 8 stars" : NULL;
}

static const char *tty_phrase(const char *text)
{
	return strncmp(text, "/dev/", 5) == 0 || strncmp(text, "dev/", 4) == 0 ?
		"is written without /dev/" :
		glob_phrase(text);
}

int read_globs(const struct reader *reader, const config_setting_t *setting,
	const struct schema_row *row, void *target)
{
	bool tty = row->offset == offsetof(struct rule, tty);

	return read_checked(
		reader, setting, row, 1, tty ? tty_phrase : glob_phrase, reader_field(row, target));
}

static const char *name_phrase(const char *text)
{
	if (strlen(text) > GLOB_LEN_MAX)
		return "is longer than 255 bytes";
	if (text[0] == '@')
		return "is written without @";
	return strpbrk(text, "*?[") ? "looks like a pattern, and none is taken here" : NULL;
}

int read_names(const struct reader *reader, const config_setting_t *setting,
	const struct schema_row *row, void *target)
{
	struct name_refs *refs = reader_field(row, target);

	return read_checked(reader, setting, row, 1, name_phrase, &refs->names);
}

static const char *path_phrase(const char *text)
{
	size_t len = strlen(text);

	if (text[0] != '/')
		return "is not absolute";
	if (len >= PATH_MAX)
		return "is too long";
	if (strstr(text, "//") || strstr(text, "/./") || strstr(text, "/../") ||
		(len >= 2 && strcmp(text + len - 2, "/.") == 0) ||
		(len >= 3 && strcmp(text + len - 3, "/..") == 0))
		return "is to be written without //, . and ..";
	return len > 1 && text[len - 1] == '/' ? "is to be written without a / at its end" : NULL;
}

int read_paths(const struct reader *reader, const config_setting_t *setting,
	const struct schema_row *row, void *target)
{
	return read_checked(reader, setting, row, 0, path_phrase, reader_field(row, target));
}

static const char *device_phrase(const char *text)
{
	if (strncmp(text, "/dev/", 5) != 0 || !text[5])
		return "is not below /dev";
	return glob_phrase(text) ? glob_phrase(text) : path_phrase(text);
}

int read_devices(const struct reader *reader, const config_setting_t *setting,
	const struct schema_row *row, void *target)
{
	return read_checked(reader, setting, row, 0, device_phrase, reader_field(row, target));
}

int read_sysnames(const struct reader *reader, const config_setting_t *setting,
	const struct schema_row *row, void *target)
{
	struct text_list list;

	if (!reader_strings(reader, setting, row, 0, &list))
		return list.n ? -ENOMEM : 0;
	for (size_t i = 0; i < list.n; i++) {
		const char *nearest;
		char phrase[96] = "is no name of a system call";

		if (sysnames_has(list.items[i]))
			continue;
		nearest = sysnames_nearest(list.items[i]);
		if (nearest)
			snprintf(phrase, sizeof phrase,
				"is no name of a system call, did you mean \"%s\"?", nearest);
		reader_refuses(reader, setting, row, list.items[i], phrase);
	}
	*(struct text_list *)reader_field(row, target) = list;
	return 0;
}

int read_setuid(const struct reader *reader, const config_setting_t *setting,
	const struct schema_row *row, void *target)
{
	const char *text = config_setting_get_string(setting);
	struct room_setuid *field = reader_field(row, target);

	if (text && strcmp(text, "all") == 0)
		*field = (struct room_setuid){ .kind = SETUID_ALL };
	else if (text && strcmp(text, "none") == 0)
		*field = (struct room_setuid){ .kind = SETUID_NONE };
	else if (text && text[0] != '/')
		reader_wants(reader, setting, row);
	else
		field->kind = SETUID_LISTED;
	return field->kind == SETUID_LISTED ?
		read_checked(reader, setting, row, 0, path_phrase, &field->programs) :
		0;
}

int read_caps(const struct reader *reader, const config_setting_t *setting,
	const struct schema_row *row, void *target)
{
	uint64_t *field = reader_field(row, target);
	struct text_list list;
	char phrase[160];
	size_t bad;

	if (!reader_strings(reader, setting, row, 0, &list))
		return list.n ? -ENOMEM : 0;
	if (!caps_read(list.items, list.n, field, &bad, phrase, sizeof phrase))
		reader_refuses(reader, setting, row, list.items[bad], phrase);
	return 0;
}

/* "1000", "1000-1999", "1000-" or "-999". */
static bool uid_range(const char *text, struct uid_range *ret)
{
	const char *dash = strchr(text, '-');
	size_t len = dash ? (size_t)(dash - text) : strlen(text);
	char from[16];

	*ret = (struct uid_range){ .present = true, .to = UINT32_MAX - 1 };
	if (len >= sizeof from || (dash && len == 0 && !dash[1]))
		return false;
	memcpy(from, text, len);
	from[len] = '\0';
	if ((len > 0 || !dash) && text_id(from, &ret->from) < 0)
		return false;
	if (!dash)
		ret->to = ret->from;
	else if (dash[1] && text_id(dash + 1, &ret->to) < 0)
		return false;
	return ret->from <= ret->to;
}

int read_uids(const struct reader *reader, const config_setting_t *setting,
	const struct schema_row *row, void *target)
{
	const char *text = config_setting_get_string(setting);

	if (!text)
		reader_wants(reader, setting, row);
	else if (!uid_range(text, reader_field(row, target)))
		reader_refuses(reader, setting, row, text,
			"wants a range like \"1000-1999\" or \"1000-\", up to 4294967294");
	return 0;
}

int read_from(const struct reader *reader, const config_setting_t *setting,
	const struct schema_row *row, void *target)
{
	struct from_list *field = reader_field(row, target);
	struct text_list list;

	if (!reader_strings(reader, setting, row, 1, &list))
		return list.n ? -ENOMEM : 0;
	field->items = arena_alloc(reader->policy->arena, list.n * sizeof *field->items);
	if (!field->items)
		return -ENOMEM;
	for (size_t i = 0; i < list.n; i++) {
		const char *phrase = from_parse(list.items[i], &field->items[field->n]);

		if (phrase)
			reader_refuses(reader, setting, row, list.items[i], phrase);
		else
			field->n++;
	}
	return 0;
}

int read_time(const struct reader *reader, const config_setting_t *setting,
	const struct schema_row *row, void *target)
{
	struct week_list *field = reader_field(row, target);
	struct text_list list;

	if (!reader_strings(reader, setting, row, 1, &list))
		return list.n ? -ENOMEM : 0;
	field->items = arena_alloc(reader->policy->arena, list.n * sizeof *field->items);
	if (!field->items)
		return -ENOMEM;
	for (size_t i = 0; i < list.n; i++) {
		const char *phrase = week_parse(list.items[i], &field->items[field->n]);

		if (phrase)
			reader_refuses(reader, setting, row, list.items[i], phrase);
		else
			field->n++;
	}
	return 0;
}

int read_target(const struct reader *reader, const config_setting_t *setting,
	const struct schema_row *row, void *target)
{
	const char *text = config_setting_get_string(setting);
	struct rule *rule = target;

	if (!text) {
		reader_wants(reader, setting, row);
		text = "closed"; /* told once; the look for rooms need not complain again */
	}
	rule->room_name = text;
	return 0;
}
