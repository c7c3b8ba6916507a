/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Tests of config/schema.c: the table is whole, and the nearest name is near.
 */
#include "tests/unit/unit.h"

#include "config/policy.h"
#include "config/preset.h"
#include "config/schema.h"

static void test_rows(void **state)
{
	(void)state;
	assert_true(schema_n_rows > 60);
	for (size_t i = 0; i < schema_n_rows; i++) {
		const struct schema_row *row = &schema_rows[i];

		assert_non_null(row->meaning);
		/* Found by its name, so no name stands twice. */
		assert_ptr_equal(schema_find(row->level, row->name), row);
		assert_true((row->type == SCHEMA_CHOICE || row->type == SCHEMA_FLAGS ||
				    row->type == SCHEMA_LINGER) == (row->choices != NULL));
		assert_non_null(row->wants);
		assert_non_null(row->fallback);
	}
}

/* Every choice of walls that can be written is a preset with just these walls. */
static void test_walls_are_presets(void **state)
{
	const struct schema_choice *choice = schema_find(SCHEMA_ROOM, "walls")->choices;

	(void)state;
	for (; choice->name; choice++) {
		const struct room_spec *preset = preset_find(choice->name);

		assert_int_equal(preset != NULL, !choice->later);
		if (preset)
			assert_int_equal(preset->walls, choice->value);
	}
	assert_non_null(preset_find(PRESET_DEFAULT));
	assert_null(preset_find("outside"));
}

static void test_levels(void **state)
{
	(void)state;
	assert_null(schema_find(SCHEMA_FILE, "walls"));
	assert_null(schema_find(SCHEMA_ROOM, "user"));
	assert_null(schema_find(SCHEMA_RULE, "rooms"));
	assert_null(schema_find(SCHEMA_RULE, ""));
	assert_non_null(schema_find(SCHEMA_FILE, "on_failure"));
	assert_non_null(schema_find(SCHEMA_ROOM, "on_failure"));
}

static void test_nearest(void **state)
{
	static const struct {
		enum schema_level level;
		const char *name, *nearest;
	} rows[] = { { SCHEMA_FILE, "roms", "rooms" }, { SCHEMA_FILE, "asign", "assign" },
		{ SCHEMA_ROOM, "wall", "walls" }, { SCHEMA_ROOM, "lingre", "linger" },
		{ SCHEMA_LIMITS, "memroy", "memory" }, { SCHEMA_RULE, "usr", "user" },
		{ SCHEMA_RULE, "xyzzyx", NULL },
		{ SCHEMA_RULE,
			"a_very_long_name_that_nobody_would_ever_think_of_as_a_key_in_a_file",
			NULL },
		{ SCHEMA_RULE, "", NULL } };

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const char *got = schema_nearest(rows[i].level, rows[i].name);

		if (rows[i].nearest && got)
			assert_string_equal(got, rows[i].nearest);
		else
			assert_ptr_equal(got, rows[i].nearest);
	}
	assert_string_equal(
		schema_nearest_choice(schema_find(SCHEMA_ROOM, "walls")->choices, "bricks"),
		"brick");
	/* One that is not supported yet is no advice. */
	assert_null(schema_nearest_choice(schema_find(SCHEMA_ROOM, "namespaces")->choices, "usr"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_walls_are_presets),
		cmocka_unit_test(test_levels),
		cmocka_unit_test(test_nearest),
	};

	return cmocka_run_group_tests_name("schema", tests, NULL, NULL);
}
