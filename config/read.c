/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * From text to structs (see read.h). libconfig parses; what it would let pass is refused here
 * before it sees the text (NUL bytes, @include) or after (every key against the schema).
 */
#include "config/read.h"

#include <errno.h>
#include <libconfig.h>
#include <stdbool.h>
#include <string.h>

#include "config/arena.h"
#include "config/complaint.h"
#include "config/policy.h"
#include "config/preset.h"
#include "config/schema.h"
#include "lib/clean.h"
#include "lib/text.h"

#define READ_STRINGS_MAX 1000

struct reader {
	struct draft *draft;
	const char *file;
	struct complaints *complaints;
};

/* Reads one value into the struct at target. 0, a mistake told included, or -ENOMEM. */
typedef int read_value(const struct reader *reader, const config_setting_t *setting,
	const struct schema_row *row, void *target);

static read_value *const read_values[SCHEMA_N_TYPES];

#define complain_at(reader, setting, ...)                                                          \
	complaints_add((reader)->complaints, (reader)->file,                                       \
		(unsigned int)config_setting_source_line(setting), __VA_ARGS__)

static void complain_wants(
	const struct reader *reader, const config_setting_t *setting, const struct schema_row *row)
{
	complain_at(reader, setting, "'%s' wants %s", row->name, row->wants);
}

static int read_key(const struct reader *reader, const config_setting_t *setting,
	enum schema_level level, void *target)
{
	const char *name = config_setting_name(setting), *nearest;
	const struct schema_row *row = schema_find(level, name);

	if (row && row->type != SCHEMA_LATER)
		return read_values[row->type](reader, setting, row, target);
	nearest = schema_nearest(level, name);
	if (row)
		complain_at(reader, setting, "'%s' is not supported yet", name);
	else if (nearest)
		complain_at(reader, setting, "unknown key '%s': did you mean '%s'?", name, nearest);
	else
		complain_at(reader, setting, "unknown key '%s'", name);
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

static int read_version(const struct reader *reader, const config_setting_t *setting,
	const struct schema_row *row, void *target)
{
	(void)target;
	if (config_setting_type(setting) != CONFIG_TYPE_INT || config_setting_get_int(setting) != 1)
		complain_wants(reader, setting, row);
	return 0;
}

static int read_choice(const struct reader *reader, const config_setting_t *setting,
	const struct schema_row *row, void *target)
{
	const char *text = config_setting_get_string(setting);
	const struct schema_choice *choice = row->choices;
	const char *nearest;

	if (!text) {
		complain_wants(reader, setting, row);
		return 0;
	}
	while (choice->name && strcmp(choice->name, text) != 0)
		choice++;
	if (choice->name && !choice->later) {
		memcpy((char *)target + row->offset, &choice->value, sizeof choice->value);
		return 0;
	}
	nearest = schema_nearest_choice(row->choices, text);
	if (choice->name)
		complain_at(reader, setting, "'%s' = \"%s\" is not supported yet", row->name, text);
	else if (nearest)
		complain_at(reader, setting, "'%s' = \"%s\": did you mean \"%s\"?", row->name, text,
			nearest);
	else
		complain_at(
			reader, setting, "'%s' = \"%s\": it wants %s", row->name, text, row->wants);
	return 0;
}

static int read_strings(const struct reader *reader, const config_setting_t *setting,
	const struct schema_row *row, void *target)
{
	struct pattern_list *list = (void *)((char *)target + row->offset);
	struct arena *arena = reader->draft->policy->arena;
	bool many = config_setting_is_array(setting) || config_setting_is_list(setting);
	int n = many ? config_setting_length(setting) : 1;

	/* Without strings the condition would look as if it had not been written. */
	if (n < 1 || n > READ_STRINGS_MAX) {
		complain_at(
			reader, setting, "'%s' wants 1 to %d strings", row->name, READ_STRINGS_MAX);
		return 0;
	}
	list->items = arena_alloc(arena, (size_t)n * sizeof *list->items);
	if (!list->items)
		return -ENOMEM;
	for (int i = 0; i < n; i++) {
		const char *text = many ? config_setting_get_string_elem(setting, i) :
					  config_setting_get_string(setting);

		if (!text || !*text) {
			complain_wants(reader, setting, row);
			return 0;
		}
		list->items[list->n] = arena_text(arena, text);
		if (!list->items[list->n++])
			return -ENOMEM;
	}
	return 0;
}

/* "1000", "1000-1999", "1000-" or "-999". */
static bool read_uid_range(const char *text, struct uid_range *ret)
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

static int read_uids(const struct reader *reader, const config_setting_t *setting,
	const struct schema_row *row, void *target)
{
	const char *text = config_setting_get_string(setting);
	struct uid_range *range = (void *)((char *)target + row->offset);

	if (!text || !read_uid_range(text, range))
		complain_wants(reader, setting, row);
	return 0;
}

static int read_target(const struct reader *reader, const config_setting_t *setting,
	const struct schema_row *row, void *target)
{
	const char *text = config_setting_get_string(setting);
	struct rule *rule = target;

	if (!text) {
		complain_wants(reader, setting, row);
		text = "closed"; /* told once; read_finish() need not complain again */
	}
	rule->room_name = arena_text(reader->draft->policy->arena, text);
	return rule->room_name ? 0 : -ENOMEM;
}

/* Room for one more item of an array in the arena, or false. The old array stays until the end. */
static bool read_grow(struct arena *arena, void *array, size_t n, size_t *max, size_t size)
{
	size_t bigger = *max ? *max * 2 : 16;
	void *old, *grown;

	if (n < *max)
		return true;
	grown = arena_alloc(arena, bigger * size);
	if (!grown)
		return false;
	memcpy(&old, array, sizeof old);
	if (n > 0)
		memcpy(grown, old, n * size);
	memcpy(array, &grown, sizeof grown);
	*max = bigger;
	return true;
}

static bool read_room_name(const struct reader *reader, const config_setting_t *setting)
{
	const char *name = config_setting_name(setting);
	const struct policy *policy = reader->draft->policy;

	if (!text_is_room_name(name))
		complain_at(reader, setting,
			"'%s' is no name for a room: up to 32 of a-z, 0-9, - "
			"and _, a letter first",
			name);
	else if (strcmp(name, "outside") == 0 || strcmp(name, "closed") == 0)
		complain_at(reader, setting, "'%s' is no room and cannot be described", name);
	else if (!config_setting_is_group(setting))
		complain_at(reader, setting, "room '%s' wants a group { ... }", name);
	else
		for (size_t i = 0; i < policy->n_rooms; i++) {
			const struct room_spec *other = &policy->rooms[i];

			if (strcmp(other->name, name) != 0)
				continue;
			complain_at(reader, setting, "room '%s' stands at %s:%u already", name,
				other->place.file, other->place.line);
			return false;
		}
	return text_is_room_name(name) && config_setting_is_group(setting);
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

static int read_rooms(const struct reader *reader, const config_setting_t *setting,
	const struct schema_row *row, void *target)
{
	struct policy *policy = reader->draft->policy;
	int n = config_setting_length(setting), r = 0;

	(void)target;
	if (!config_setting_is_group(setting)) {
		complain_wants(reader, setting, row);
		return 0;
	}
	for (int i = 0; i < n && r == 0; i++) {
		config_setting_t *one = config_setting_get_elem(setting, (unsigned int)i);
		struct room_spec *spec;

		if (!read_room_name(reader, one))
			continue;
		if (!read_grow(policy->arena, &policy->rooms, policy->n_rooms,
			    &reader->draft->max_rooms, sizeof *policy->rooms))
			return -ENOMEM;
		spec = &policy->rooms[policy->n_rooms++];
		*spec = read_preset(one);
		spec->name = arena_text(policy->arena, config_setting_name(one));
		spec->place = (struct place){ reader->file,
			(unsigned int)config_setting_source_line(one) };
		r = spec->name ? read_keys(reader, one, SCHEMA_ROOM, spec) : -ENOMEM;
	}
	return r;
}

static int read_rules(const struct reader *reader, const config_setting_t *setting,
	const struct schema_row *row, void *target)
{
	struct policy *policy = reader->draft->policy;
	int n = config_setting_length(setting), r = 0;

	(void)target;
	/* An empty () and an empty [] are one to libconfig. */
	if (!config_setting_is_list(setting) && !(config_setting_is_array(setting) && n == 0)) {
		complain_wants(reader, setting, row);
		return 0;
	}
	for (int i = 0; i < n && r == 0; i++) {
		config_setting_t *one = config_setting_get_elem(setting, (unsigned int)i);
		struct rule *rule;

		if (!config_setting_is_group(one)) {
			complain_at(reader, one, "a rule is a group { ... }");
			continue;
		}
		if (!read_grow(policy->arena, &policy->rules, policy->n_rules,
			    &reader->draft->max_rules, sizeof *policy->rules))
			return -ENOMEM;
		rule = &policy->rules[policy->n_rules++];
		*rule = (struct rule){ .place = { reader->file,
					       (unsigned int)config_setting_source_line(one) } };
		r = read_keys(reader, one, SCHEMA_RULE, rule);
	}
	return r;
}

static read_value *const read_values[SCHEMA_N_TYPES] = {
	[SCHEMA_VERSION] = read_version,
	[SCHEMA_ROOMS] = read_rooms,
	[SCHEMA_RULES] = read_rules,
	[SCHEMA_CHOICE] = read_choice,
	[SCHEMA_STRINGS] = read_strings,
	[SCHEMA_UIDS] = read_uids,
	[SCHEMA_TARGET] = read_target,
};

/*
 * What libconfig must not see: it ends at a NUL byte without a word, and @include would open any
 * path. Its scanner takes @include for one at the start of a line only, blanks before it allowed;
 * so is it refused there, in a comment too.
 */
static bool read_is_sound(
	const char *file, const char *text, size_t len, struct complaints *complaints)
{
	const char *end = text + len;
	size_t before = complaints->n + complaints->n_more;

	for (unsigned int line = 1; text < end; line++) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));
		size_t n = (size_t)((newline ? newline : end) - text);

		if (memchr(text, '\0', n))
			complaints_add(complaints, file, line, "a NUL byte");
		else if (strncmp(text + strspn(text, " \t"), "@include", 8) == 0)
			complaints_add(complaints, file, line,
				"@include is not supported: put a file into room.d");
		text += n + 1;
	}
	return complaints->n + complaints->n_more == before;
}

int read_text(struct draft *draft, const char *file, const char *text, size_t len,
	struct complaints *complaints)
{
	const struct reader reader = { draft, file, complaints };
	cleanup_with(config_destroy) config_t config;

	config_init(&config);
	if (!read_is_sound(file, text, len, complaints))
		return 0;
	if (config_read_string(&config, text) != CONFIG_TRUE) {
		const char *what = config_error_text(&config);

		complaints_add(complaints, file, (unsigned int)config_error_line(&config), "%s",
			what ? what : "it cannot be parsed");
		return 0;
	}
	return read_keys(&reader, config_root_setting(&config), SCHEMA_FILE, draft->policy);
}

void read_finish(struct draft *draft, struct complaints *complaints)
{
	struct policy *policy = draft->policy;

	for (size_t i = 0; i < policy->n_rules; i++) {
		struct rule *rule = &policy->rules[i];
		const char *name = rule->room_name;

		if (!name) {
			complaints_add(complaints, rule->place.file, rule->place.line,
				"the rule has no 'room'");
			continue;
		}
		rule->verdict = strcmp(name, "outside") == 0 ? VERDICT_OUTSIDE :
			strcmp(name, "closed") == 0          ? VERDICT_CLOSED :
							       VERDICT_ROOM;
		for (size_t j = 0; j < policy->n_rooms && !rule->room; j++)
			if (strcmp(policy->rooms[j].name, name) == 0)
				rule->room = &policy->rooms[j];
		if (!rule->room)
			rule->room = preset_find(name);
		if (rule->verdict == VERDICT_ROOM && !rule->room)
			complaints_add(complaints, rule->place.file, rule->place.line,
				"there is no room '%s'", name);
	}
}
