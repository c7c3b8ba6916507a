/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Readers of values that are one thing (see reader.h), and the table of all readers.
 */
#include <errno.h>
#include <string.h>

#include "config/reader.h"
#include "config/units.h"
#include "lib/text.h"

static int read_version(const struct reader *reader, const config_setting_t *setting,
	const struct schema_row *row, void *target)
{
	(void)target;
	if (config_setting_type(setting) != CONFIG_TYPE_INT || config_setting_get_int(setting) != 1)
		reader_wants(reader, setting, row);
	return 0;
}

/* What could have been meant, or what is wanted. */
static void complain_choice(const struct reader *reader, const config_setting_t *setting,
	const struct schema_row *row, const char *text)
{
	const char *nearest = schema_nearest_choice(row->choices, text);
	char path[64];

	schema_path(row, path, sizeof path);
	if (nearest)
		reader_complain(reader, setting, "'%s' = \"%.80s\": did you mean \"%s\"?", path,
			text, nearest);
	else
		reader_complain(
			reader, setting, "'%s' = \"%.80s\": it wants %s", path, text, row->wants);
}

static const struct schema_choice *find_choice(const struct schema_row *row, const char *text)
{
	const struct schema_choice *choice = row->choices;

	while (choice->name && strcmp(choice->name, text) != 0)
		choice++;
	return choice->name ? choice : NULL;
}

/* A choice with a name, or NULL after a complaint. */
static const struct schema_choice *read_one_choice(const struct reader *reader,
	const config_setting_t *setting, const struct schema_row *row, const char *text)
{
	const struct schema_choice *choice = find_choice(row, text);

	if (!choice)
		complain_choice(reader, setting, row, text);
	else if (choice->later)
		reader_later(reader, setting, row, text);
	return choice && !choice->later ? choice : NULL;
}

static int read_choice(const struct reader *reader, const config_setting_t *setting,
	const struct schema_row *row, void *target)
{
	const char *text = config_setting_get_string(setting);
	const struct schema_choice *choice =
		text ? read_one_choice(reader, setting, row, text) : NULL;

	if (!text)
		reader_wants(reader, setting, row);
	if (choice)
		memcpy(reader_field(row, target), &choice->value, sizeof choice->value);
	return 0;
}

static int read_linger(const struct reader *reader, const config_setting_t *setting,
	const struct schema_row *row, void *target)
{
	const char *text = config_setting_get_string(setting);
	struct room_spec *spec = target;
	const char *phrase;

	if (!text || text[0] < '0' || text[0] > '9')
		return read_choice(reader, setting, row, target);
	phrase = units_duration(text, &spec->linger_s);
	spec->linger = LINGER_DURATION;
	if (phrase)
		reader_refuses(reader, setting, row, text, phrase);
	return 0;
}

static int read_flags(const struct reader *reader, const config_setting_t *setting,
	const struct schema_row *row, void *target)
{
	struct text_list list;
	unsigned int set = 0;

	if (!reader_strings(reader, setting, row, 0, &list))
		return list.n ? -ENOMEM : 0;
	for (size_t i = 0; i < list.n; i++) {
		const struct schema_choice *choice =
			read_one_choice(reader, setting, row, list.items[i]);

		set |= choice ? choice->value : 0;
	}
	memcpy(reader_field(row, target), &set, sizeof set);
	return 0;
}

static int read_bool(const struct reader *reader, const config_setting_t *setting,
	const struct schema_row *row, void *target)
{
	if (config_setting_type(setting) == CONFIG_TYPE_BOOL)
		*(bool *)reader_field(row, target) = config_setting_get_bool(setting) != 0;
	else
		reader_wants(reader, setting, row);
	return 0;
}

static int read_count(const struct reader *reader, const config_setting_t *setting,
	const struct schema_row *row, void *target)
{
	int value = config_setting_get_int(setting);

	if (config_setting_type(setting) == CONFIG_TYPE_INT && value >= 0 &&
		(uint32_t)value >= row->min && (uint32_t)value <= row->max)
		*(uint32_t *)reader_field(row, target) = (uint32_t)value;
	else
		reader_wants(reader, setting, row);
	return 0;
}

/* The string of a setting, or NULL after a complaint. */
static const char *read_string(
	const struct reader *reader, const config_setting_t *setting, const struct schema_row *row)
{
	const char *text = config_setting_get_string(setting);

	if (!text)
		reader_wants(reader, setting, row);
	return text;
}

/* A phrase of units.h about a text is a complaint. */
static int tell(const struct reader *reader, const config_setting_t *setting,
	const struct schema_row *row, const char *text, const char *phrase)
{
	if (phrase)
		reader_refuses(reader, setting, row, text, phrase);
	return 0;
}

static int read_percent(const struct reader *reader, const config_setting_t *setting,
	const struct schema_row *row, void *target)
{
	const char *text = read_string(reader, setting, row);

	return text ?
		tell(reader, setting, row, text, units_percent(text, reader_field(row, target))) :
		0;
}

static int read_size(const struct reader *reader, const config_setting_t *setting,
	const struct schema_row *row, void *target)
{
	const char *text = read_string(reader, setting, row);

	return text ?
		tell(reader, setting, row, text, units_size(text, reader_field(row, target))) :
		0;
}

static int read_cpus(const struct reader *reader, const config_setting_t *setting,
	const struct schema_row *row, void *target)
{
	const char *text = read_string(reader, setting, row);

	return text ?
		tell(reader, setting, row, text, units_cpus(text, reader_field(row, target))) :
		0;
}

/* The only string, kept, when it has 1 to max bytes out of allowed (NULL: all that are plain). */
static int read_one(const struct reader *reader, const config_setting_t *setting,
	const struct schema_row *row, void *target, size_t max, const char *allowed)
{
	struct text_list list;

	if (!config_setting_get_string(setting)) {
		reader_wants(reader, setting, row);
		return 0;
	}
	if (!reader_strings(reader, setting, row, 1, &list))
		return list.n ? -ENOMEM : 0;
	if (strlen(list.items[0]) > max ||
		(allowed && strspn(list.items[0], allowed) != strlen(list.items[0])))
		reader_wants(reader, setting, row);
	else
		*(const char **)reader_field(row, target) = list.items[0];
	return 0;
}

static int read_line(const struct reader *reader, const config_setting_t *setting,
	const struct schema_row *row, void *target)
{
	return read_one(reader, setting, row, target, 200, NULL);
}

static int read_hostname(const struct reader *reader, const config_setting_t *setting,
	const struct schema_row *row, void *target)
{
	return read_one(reader, setting, row, target, 64,
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.");
}

static int read_path(const struct reader *reader, const config_setting_t *setting,
	const struct schema_row *row, void *target)
{
	struct text_list list = { 0 };
	struct schema_row whole = *row;
	int r;

	whole.offset = 0;
	r = config_setting_get_string(setting) ? read_paths(reader, setting, &whole, &list) : 0;
	if (!config_setting_get_string(setting))
		reader_wants(reader, setting, row);
	if (list.n == 1)
		*(const char **)reader_field(row, target) = list.items[0];
	return r;
}

read_value *const read_values[SCHEMA_N_TYPES] = {
	[SCHEMA_VERSION] = read_version,
	[SCHEMA_ROOMS] = read_rooms,
	[SCHEMA_RULES] = read_rules,
	[SCHEMA_GROUP] = read_group,
	[SCHEMA_CHOICE] = read_choice,
	[SCHEMA_LINGER] = read_linger,
	[SCHEMA_FLAGS] = read_flags,
	[SCHEMA_BOOL] = read_bool,
	[SCHEMA_COUNT] = read_count,
	[SCHEMA_PERCENT] = read_percent,
	[SCHEMA_SIZE] = read_size,
	[SCHEMA_CPUS] = read_cpus,
	[SCHEMA_TEXT] = read_line,
	[SCHEMA_HOSTNAME] = read_hostname,
	[SCHEMA_GLOBS] = read_globs,
	[SCHEMA_PATHS] = read_paths,
	[SCHEMA_DEVICES] = read_devices,
	[SCHEMA_SYSNAMES] = read_sysnames,
	[SCHEMA_PATH] = read_path,
	[SCHEMA_BINDS] = read_binds,
	[SCHEMA_IO_LIST] = read_io_list,
	[SCHEMA_SETUID] = read_setuid,
	[SCHEMA_CAPS] = read_caps,
	[SCHEMA_NAMES] = read_names,
	[SCHEMA_UIDS] = read_uids,
	[SCHEMA_FROM] = read_from,
	[SCHEMA_TIME] = read_time,
	[SCHEMA_TARGET] = read_target,
};
