/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * From text to structs (see read.h): groups and lists of groups. libconfig parses; what it would
 * let pass is refused before it sees the text (scan.h) or after (every key against the schema).
 */
#include "config/read.h"

#include <errno.h>
#include <string.h>

#include "config/arena.h"
#include "config/preset.h"
#include "config/reader.h"
#include "config/scan.h"
#include "lib/text.h"

/* A file as libconfig has it. It lives as long as the policy, whose strings are its own: a policy
 * of many rules is a million small strings, and a login waits for each that is copied. */
struct parsed {
	struct parsed *next;
	config_t config;
};

static size_t count_errors(const struct reader *reader)
{
	return reader->complaints->errors.n + reader->complaints->errors.n_more;
}

/* A key of a room's own description, its groups included. */
static bool is_room_key(const struct schema_row *row)
{
	return row->level != SCHEMA_FILE && row->level != SCHEMA_RULE && row->level != SCHEMA_IO &&
		row->level != SCHEMA_BIND;
}

static int read_known(const struct reader *reader, const config_setting_t *setting,
	const struct schema_row *row, void *target)
{
	int r = read_values[row->type](reader, setting, row, target);

	if (is_room_key(row))
		((struct room_spec *)target)->origins[schema_number(row)] =
			(struct origin){ ORIGIN_ROOM, reader_place(reader, setting) };
	return r;
}

static int read_key(const struct reader *reader, const config_setting_t *setting,
	enum schema_level level, void *target)
{
	const char *name = config_setting_name(setting), *nearest;
	const struct schema_row *row = schema_find(level, name);

	if (row)
		return read_known(reader, setting, row, target);
	nearest = schema_nearest(level, name);
	if (nearest)
		reader_complain(
			reader, setting, "unknown key '%.80s': did you mean '%s'?", name, nearest);
	else
		reader_complain(reader, setting, "unknown key '%.80s'", name);
	return 0;
}

static int read_keys(const struct reader *reader, const config_setting_t *group,
	enum schema_level level, void *target)
{
	int n = config_setting_length(group), r = 0;

	for (int i = 0; i < n && r == 0; i++)
		r = read_key(
			reader, config_setting_get_elem(group, (unsigned int)i), level, target);
	return r;
}

int read_group(const struct reader *reader, const config_setting_t *setting,
	const struct schema_row *row, void *target)
{
	if (config_setting_is_group(setting))
		return read_keys(reader, setting, row->sub, target);
	reader_wants(reader, setting, row);
	return 0;
}

/*
 * Room for more items of an array in the arena, or false. What is there already, of other files, is
 * copied; the old array stays until the end.
 */
static bool read_grow(struct arena *arena, void *array, size_t n, size_t more, size_t size)
{
	void *old, *grown = arena_alloc(arena, (n + more + 1) * size);

	if (!grown)
		return false;
	memcpy(&old, array, sizeof old);
	if (n > 0)
		memcpy(grown, old, n * size);
	memcpy(array, &grown, sizeof grown);
	return true;
}

/* The next group of a list of groups, or NULL when that item is none (told). */
static const config_setting_t *read_item(
	const struct reader *reader, const config_setting_t *setting, int i, const char *what)
{
	const config_setting_t *one = config_setting_get_elem(setting, (unsigned int)i);

	if (config_setting_is_group(one))
		return one;
	reader_complain(reader, one, "%s is a group { ... }", what);
	return NULL;
}

/* How many items it has. An empty () and an empty [] are one to libconfig. */
static int read_list_length(
	const struct reader *reader, const config_setting_t *setting, const struct schema_row *row)
{
	int n = config_setting_length(setting);

	if (config_setting_is_list(setting) || (config_setting_is_array(setting) && n == 0))
		return n;
	reader_wants(reader, setting, row);
	return 0;
}

int read_binds(const struct reader *reader, const config_setting_t *setting,
	const struct schema_row *row, void *target)
{
	struct bind_list *list = reader_field(row, target);
	int n = read_list_length(reader, setting, row), r = 0;

	list->items = arena_alloc(reader->policy->arena, ((size_t)n + 1) * sizeof *list->items);
	if (!list->items)
		return -ENOMEM;
	for (int i = 0; i < n && r == 0; i++) {
		const config_setting_t *one = read_item(reader, setting, i, "a bind");
		struct room_bind *bind = &list->items[list->n];

		if (!one)
			continue;
		list->n++;
		bind->place = reader_place(reader, one);
		r = read_keys(reader, one, row->sub, bind);
		if (r == 0 && (!bind->source || !bind->target))
			reader_complain(reader, one, "a bind has a 'source' and a 'target'");
	}
	return r;
}

int read_io_list(const struct reader *reader, const config_setting_t *setting,
	const struct schema_row *row, void *target)
{
	struct io_list *list = reader_field(row, target);
	int n = read_list_length(reader, setting, row), r = 0;

	list->items = arena_alloc(reader->policy->arena, ((size_t)n + 1) * sizeof *list->items);
	if (!list->items)
		return -ENOMEM;
	for (int i = 0; i < n && r == 0; i++) {
		const config_setting_t *one = read_item(reader, setting, i, "a limit of io");
		struct io_limit *limit = &list->items[list->n];

		if (!one)
			continue;
		list->n++;
		limit->place = reader_place(reader, one);
		r = read_keys(reader, one, row->sub, limit);
		if (r == 0 && (!limit->path || (!limit->read && !limit->write)))
			reader_complain(
				reader, one, "a limit of io has a 'path', and 'read' or 'write'");
	}
	return r;
}

static bool read_room_name(const struct reader *reader, const config_setting_t *setting)
{
	const char *name = config_setting_name(setting);
	const struct policy *policy = reader->policy;

	if (!text_is_room_name(name)) {
		reader_complain(reader, setting,
			"'%.80s' is no name for a room: up to 32 of a-z, 0-9, - and _, a letter "
			"first",
			name);
		return false;
	}
	if (strcmp(name, "outside") == 0 || strcmp(name, "closed") == 0) {
		reader_complain(reader, setting, "'%s' is no room and cannot be described", name);
		return false;
	}
	if (!config_setting_is_group(setting)) {
		reader_complain(reader, setting, "room '%s' wants a group { ... }", name);
		return false;
	}
	/* libconfig finds those of one file. */
	for (size_t i = 0; i < policy->n_rooms; i++) {
		const struct room_spec *other = &policy->rooms[i];

		if (other->place.file == reader->file || strcmp(other->name, name) != 0)
			continue;
		reader_complain(reader, setting, "room '%s' stands at %s:%u already", name,
			other->place.file, other->place.line);
		return false;
	}
	return true;
}

/* The preset first, whatever the order of the keys: everything else of the room overrides it. */
static struct room_spec read_preset(const config_setting_t *setting)
{
	const struct room_spec *preset = NULL;
	const char *walls;

	if (config_setting_lookup_string(setting, "walls", &walls))
		preset = preset_find(walls);
	return *(preset ? preset : preset_find(PRESET_DEFAULT));
}

int read_rooms(const struct reader *reader, const config_setting_t *setting,
	const struct schema_row *row, void *target)
{
	struct policy *policy = target;
	int n = config_setting_length(setting), r = 0;

	if (!config_setting_is_group(setting)) {
		reader_wants(reader, setting, row);
		return 0;
	}
	if (!read_grow(policy->arena, &policy->rooms, policy->n_rooms, (size_t)n,
		    sizeof *policy->rooms))
		return -ENOMEM;
	for (int i = 0; i < n && r == 0; i++) {
		config_setting_t *one = config_setting_get_elem(setting, (unsigned int)i);
		struct room_spec *spec;

		if (!read_room_name(reader, one))
			continue;
		spec = &policy->rooms[policy->n_rooms++];
		*spec = read_preset(one);
		spec->name = config_setting_name(one);
		spec->place = reader_place(reader, one);
		r = read_keys(reader, one, SCHEMA_ROOM, spec);
	}
	return r;
}

int read_rules(const struct reader *reader, const config_setting_t *setting,
	const struct schema_row *row, void *target)
{
	struct policy *policy = target;
	int n = read_list_length(reader, setting, row), r = 0;

	if (!read_grow(policy->arena, &policy->rules, policy->n_rules, (size_t)n,
		    sizeof *policy->rules))
		return -ENOMEM;
	for (int i = 0; i < n && r == 0; i++) {
		const config_setting_t *one = read_item(reader, setting, i, "a rule");
		size_t before = count_errors(reader);
		struct rule *rule;

		if (!one)
			continue;
		rule = &policy->rules[policy->n_rules++];
		*rule = (struct rule){ .place = reader_place(reader, one) };
		r = read_keys(reader, one, SCHEMA_RULE, rule);
		if (r == 0 && !rule->room_name && count_errors(reader) == before)
			reader_complain(reader, one, "the rule has no 'room'");
	}
	return r;
}

/* A key at the top of two files would be one that two people set. */
static void read_place_of_failure(const struct reader *reader, const config_setting_t *root)
{
	config_setting_t *setting = config_setting_get_member(root, "on_failure");
	struct place *place = &reader->policy->on_failure_place;

	if (setting && place->line > 0)
		reader_complain(reader, setting, "'on_failure' stands at %s:%u already",
			place->file, place->line);
	else if (setting)
		*place = reader_place(reader, setting);
}

int read_text(struct policy *policy, const char *file, const char *text, size_t len,
	struct complaints *complaints)
{
	const struct reader reader = { policy, file, text, complaints };
	struct parsed *parsed;
	config_t *config;

	if (!scan_text(file, text, len, complaints))
		return 0;
	parsed = arena_alloc(policy->arena, sizeof *parsed);
	if (!parsed)
		return -ENOMEM;
	config = &parsed->config;
	config_init(config);
	parsed->next = policy->parsed;
	policy->parsed = parsed;
	if (config_read_string(config, text) != CONFIG_TRUE) {
		const char *what = config_error_text(config);

		complaint_add(&complaints->errors, file, (unsigned int)config_error_line(config), 0,
			"%s", what ? what : "it cannot be parsed");
		return 0;
	}
	read_place_of_failure(&reader, config_root_setting(config));
	return read_keys(&reader, config_root_setting(config), SCHEMA_FILE, policy);
}

void read_free(struct policy *policy)
{
	for (struct parsed *parsed = policy->parsed; parsed; parsed = parsed->next)
		config_destroy(&parsed->config);
	policy->parsed = NULL;
}
