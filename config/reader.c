/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * What the readers of a policy share (see reader.h).
 */
#include "config/reader.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "config/arena.h"
#include "config/scan.h"

/* libconfig tells lines only; the column is where the key stands in its line. */
static unsigned int reader_column(const struct reader *reader, const config_setting_t *setting)
{
	const char *name = config_setting_name(setting);

	if (!name && !config_setting_is_root(setting))
		name = config_setting_name(config_setting_parent(setting));
	return name ? scan_column(reader->text, config_setting_source_line(setting), name) : 0;
}

void reader_complain(
	const struct reader *reader, const config_setting_t *setting, const char *fmt, ...)
{
	struct complaint_list *errors = &reader->complaints->errors;
	char text[sizeof errors->list[0].text];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof text, fmt, args);
	va_end(args);
	/* What is only counted need not be looked for. */
	complaint_add(errors, reader->file, config_setting_source_line(setting),
		errors->n < COMPLAINTS_MAX ? reader_column(reader, setting) : 0, "%s", text);
}

void reader_wants(
	const struct reader *reader, const config_setting_t *setting, const struct schema_row *row)
{
	char path[64];

	reader_complain(
		reader, setting, "'%s' wants %s", schema_path(row, path, sizeof path), row->wants);
}

void reader_refuses(const struct reader *reader, const config_setting_t *setting,
	const struct schema_row *row, const char *text, const char *phrase)
{
	char path[64];

	reader_complain(reader, setting, "'%s' = \"%.80s\" %s", schema_path(row, path, sizeof path),
		text, phrase);
}

void reader_later(const struct reader *reader, const config_setting_t *setting,
	const struct schema_row *row, const char *text)
{
	reader->complaints->n_later++;
	reader_refuses(reader, setting, row, text, "is understood, but not built yet");
}

struct place reader_place(const struct reader *reader, const config_setting_t *setting)
{
	return (struct place){ reader->file, config_setting_source_line(setting) };
}

/* What an escape put there would end up in logs, on terminals and in lists of lines. */
static bool reader_is_plain(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < 0x20 || *text == 0x7f)
			return false;
	return true;
}

bool reader_strings(const struct reader *reader, const config_setting_t *setting,
	const struct schema_row *row, size_t least, struct text_list *ret)
{
	bool many = config_setting_is_array(setting) || config_setting_is_list(setting);
	int n = many ? config_setting_length(setting) : 1;

	*ret = (struct text_list){ 0 };
	if ((size_t)n < least || n > READER_STRINGS_MAX) {
		reader_complain(reader, setting, "'%s' wants %zu to %d strings", row->name, least,
			READER_STRINGS_MAX);
		return false;
	}
	ret->items = arena_alloc(reader->policy->arena, ((size_t)n + 1) * sizeof *ret->items);
	for (int i = 0; i < n && ret->items; i++) {
		const char *text = many ? config_setting_get_string_elem(setting, i) :
					  config_setting_get_string(setting);

		if (text && *text && reader_is_plain(text)) {
			ret->items[ret->n++] = text;
			continue;
		}
		if (text && *text)
			reader_refuses(reader, setting, row, text, "has a control byte in it");
		else
			reader_wants(reader, setting, row);
		ret->n = 0;
		return false;
	}
	if (!ret->items)
		ret->n = 1;
	return ret->items != NULL;
}
