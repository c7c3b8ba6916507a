/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * The rooms of a policy (see rooms.h). Values are printed into a sink that cuts what is too long
 * for people and hashes all of it: what two rooms differ in shows in their numbers.
 */
#include "config/rooms.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "config/caps.h"
#include "config/hash.h"
#include "config/preset.h"
#include "config/schema.h"

struct sink {
	char *buf;
	size_t size, at;
	uint64_t hash;
};

const struct room_spec *rooms_find(const struct policy *policy, const char *name)
{
	for (size_t i = 0; i < policy->n_rooms; i++)
		if (strcmp(policy->rooms[i].name, name) == 0)
			return &policy->rooms[i];
	for (size_t i = 0; i < PRESETS; i++)
		if (strcmp(policy->presets[i].name, name) == 0)
			return &policy->presets[i];
	return NULL;
}

const char *rooms_nearest(const struct policy *policy, const char *name)
{
	static const char *const others[] = { "outside", "closed" };

	for (size_t i = 0; i < 2; i++)
		if (schema_is_near(name, others[i]))
			return others[i];
	for (size_t i = 0; i < policy->n_rooms; i++)
		if (schema_is_near(name, policy->rooms[i].name))
			return policy->rooms[i].name;
	for (size_t i = 0; i < PRESETS; i++)
		if (schema_is_near(name, policy->presets[i].name))
			return policy->presets[i].name;
	return NULL;
}

int rooms_has_row(const struct schema_row *row)
{
	return row->level != SCHEMA_FILE && row->level != SCHEMA_RULE && row->level != SCHEMA_IO &&
		row->level != SCHEMA_BIND && row->type != SCHEMA_GROUP;
}

struct origin rooms_origin(const struct room_spec *spec, const struct schema_row *row)
{
	struct origin origin = spec->origins[schema_number(row)];

	if (origin.kind == ORIGIN_DEFAULT && row->of_walls)
		origin.kind = ORIGIN_WALLS;
	return origin;
}

static void sink_text(struct sink *sink, const char *text)
{
	size_t len = strlen(text), left = sink->size - sink->at - 1;

	sink->hash = hash_bytes(sink->hash, text, len);
	if (len <= left) {
		memcpy(sink->buf + sink->at, text, len + 1);
		sink->at += len;
		return;
	}
	/* From here on everything is too long. */
	snprintf(sink->buf + sink->at, left + 1, "%s", text);
	sink->at = sink->size - 1;
	if (sink->size > 4)
		memcpy(sink->buf + sink->size - 4, "...", 4);
}

static __attribute__((format(printf, 2, 3))) void sink_format(
	struct sink *sink, const char *fmt, ...)
{
	char text[128];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof text, fmt, args);
	va_end(args);
	sink_text(sink, text);
}

static void put_choice(struct sink *sink, const struct schema_row *row, unsigned int value)
{
	for (const struct schema_choice *choice = row->choices; choice->name; choice++)
		if (choice->value == value && !choice->later) {
			sink_text(sink, choice->name);
			return;
		}
	sink_format(sink, "%u", value);
}

static void put_flags(struct sink *sink, const struct schema_row *row, unsigned int set)
{
	const char *between = "";

	if (set == 0)
		sink_text(sink, "none");
	for (const struct schema_choice *choice = row->choices; choice->name; choice++)
		if (set & choice->value) {
			sink_format(sink, "%s%s", between, choice->name);
			between = ", ";
		}
}

static void put_list(struct sink *sink, const struct text_list *list)
{
	if (list->n == 0)
		sink_text(sink, "none");
	for (size_t i = 0; i < list->n; i++) {
		sink_text(sink, i > 0 ? ", " : "");
		sink_text(sink, list->items[i]);
	}
}

static void put_size(struct sink *sink, uint64_t size)
{
	static const char units[] = "KMGTP";
	size_t unit = 0;

	while (size > 0 && size % 1024 == 0 && unit < sizeof units - 1) {
		size /= 1024;
		unit++;
	}
	sink_format(sink, "%" PRIu64 "%.1s", size, unit > 0 ? &units[unit - 1] : "");
}

static void put_duration(struct sink *sink, unsigned int seconds)
{
	static const struct {
		unsigned int seconds;
		char unit;
	} rows[] = { { 86400, 'd' }, { 3600, 'h' }, { 60, 'm' }, { 1, 's' } };

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		if (seconds >= rows[i].seconds)
			sink_format(sink, "%u%c", seconds / rows[i].seconds, rows[i].unit);
		seconds %= rows[i].seconds;
	}
}

static void put_binds(struct sink *sink, const struct bind_list *list)
{
	for (size_t i = 0; i < list->n; i++) {
		sink_text(sink, i > 0 ? ", " : "");
		sink_text(sink, list->items[i].source);
		sink_text(sink, " at ");
		sink_text(sink, list->items[i].target);
		sink_text(sink, list->items[i].read_only ? " read-only" : "");
	}
}

static void put_io(struct sink *sink, const struct io_list *list)
{
	for (size_t i = 0; i < list->n; i++) {
		sink_text(sink, i > 0 ? ", " : "");
		sink_text(sink, list->items[i].path);
		sink_text(sink, list->items[i].read ? " read " : "");
		if (list->items[i].read)
			put_size(sink, list->items[i].read);
		sink_text(sink, list->items[i].write ? " write " : "");
		if (list->items[i].write)
			put_size(sink, list->items[i].write);
	}
}

static void put_setuid(struct sink *sink, const struct room_setuid *setuid)
{
	if (setuid->kind == SETUID_LISTED)
		put_list(sink, &setuid->programs);
	else
		sink_text(sink, setuid->kind == SETUID_ALL ? "all" : "none");
}

static void put_caps(struct sink *sink, uint64_t set)
{
	char text[1024];

	sink_text(sink, caps_print(set, text, sizeof text));
}

static void put_value(struct sink *sink, const struct schema_row *row, const void *field)
{
	const struct room_spec *spec;
	char cpus[UNITS_CPUS_TEXT];

	switch (row->type) {
	case SCHEMA_LINGER:
		spec = (const void *)((const char *)field - offsetof(struct room_spec, linger));
		if (spec->linger == LINGER_DURATION)
			put_duration(sink, spec->linger_s);
		else
			put_choice(sink, row, spec->linger);
		break;
	case SCHEMA_CHOICE:
		put_choice(sink, row, *(const unsigned int *)field);
		break;
	case SCHEMA_FLAGS:
		put_flags(sink, row, *(const unsigned int *)field);
		break;
	case SCHEMA_BOOL:
		sink_text(sink, *(const bool *)field ? "true" : "false");
		break;
	case SCHEMA_COUNT:
		/* No count is 0 when it is written. */
		if (*(const uint32_t *)field == 0)
			sink_text(sink, "none");
		else
			sink_format(sink, "%" PRIu32, *(const uint32_t *)field);
		break;
	case SCHEMA_PERCENT:
		sink_format(sink, "%" PRIu32 "%%", *(const uint32_t *)field);
		break;
	case SCHEMA_SIZE:
		put_size(sink, *(const uint64_t *)field);
		break;
	case SCHEMA_CPUS:
		sink_text(sink, units_print_cpus(field, cpus));
		break;
	case SCHEMA_BINDS:
		put_binds(sink, field);
		break;
	case SCHEMA_IO_LIST:
		put_io(sink, field);
		break;
	case SCHEMA_SETUID:
		put_setuid(sink, field);
		break;
	case SCHEMA_CAPS:
		put_caps(sink, *(const uint64_t *)field);
		break;
	case SCHEMA_TEXT:
	case SCHEMA_HOSTNAME:
		sink_text(sink, *(const char *const *)field);
		break;
	default:
		put_list(sink, field);
		break;
	}
}

static void put_row(struct sink *sink, const struct room_spec *spec, const struct schema_row *row)
{
	/* What was not said and is no wall's has no value, only a meaning. */
	if (rooms_origin(spec, row).kind == ORIGIN_DEFAULT && row->type != SCHEMA_CHOICE)
		sink_text(sink, row->fallback);
	else
		put_value(sink, row, (const char *)spec + row->offset);
}

const char *rooms_print(
	const struct room_spec *spec, const struct schema_row *row, char *buf, size_t size)
{
	struct sink sink = { .buf = buf, .size = size };

	buf[0] = '\0';
	put_row(&sink, spec, row);
	return buf;
}

/* What may change while the room lives, and what not: the PTY pool is a mount of the view. */
static bool is_limit(const struct schema_row *row)
{
	return row->level == SCHEMA_LIMITS && strcmp(row->name, "ptys") != 0;
}

static uint64_t hash_rows(const struct room_spec *spec, bool limits)
{
	char scrap[8];
	struct sink sink = { .buf = scrap, .size = sizeof scrap, .hash = HASH_START };

	for (size_t i = 0; i < schema_n_rows; i++) {
		if (!rooms_has_row(&schema_rows[i]) || is_limit(&schema_rows[i]) != limits)
			continue;
		put_row(&sink, spec, &schema_rows[i]);
		/* So that no two keys run together. */
		sink.hash = hash_bytes(sink.hash, "", 1);
	}
	return sink.hash;
}

uint64_t rooms_hash(const struct room_spec *spec)
{
	return hash_rows(spec, false);
}

uint64_t rooms_limits_hash(const struct room_spec *spec)
{
	return hash_rows(spec, true);
}

bool rooms_are_limited(const struct room_spec *spec)
{
	for (size_t i = 0; i < schema_n_rows; i++)
		if (is_limit(&schema_rows[i]) &&
			rooms_origin(spec, &schema_rows[i]).kind != ORIGIN_DEFAULT)
			return true;
	return false;
}

void rooms_clear_limits(struct room_spec *spec)
{
	for (size_t i = 0; i < schema_n_rows; i++)
		if (is_limit(&schema_rows[i]))
			spec->origins[schema_number(&schema_rows[i])].kind = ORIGIN_DEFAULT;
}
