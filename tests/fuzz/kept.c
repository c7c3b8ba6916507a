/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Any text as what is read back from /run/pam_room, should another version have written it: a
 * room's key, its state, which limits there were before.
 */
#include "cgroup/before.h"
#include "helper/owner.h"
#include "lib/registry.h"
#include "lib/text.h"
#include "tests/fuzz/fuzz.h"

static void try_key(const char *text)
{
	char name[TEXT_ROOM_NAME_MAX + 1];

	text_key_name(text, name);
	if (!text_is_room_key(text))
		return;
	must(text_is_room_name(name));
	must(!strchr(text, '/') && strspn(text, "0123456789") > 0);
	must(registry_is_group(text) == (text[0] == '0'));
}

/* A room of which nothing is known but this text is nobody's who is not named in it. */
static void try_state(const char *text)
{
	const struct owner owner = { "room-fuzz", "/nonexistent", 4000000000u, 4000000000u };

	if (!strstr(text, "\nuser=room-fuzz"))
		must(owner_of(&owner, text) != OWNER_SAME);
	else
		(void)owner_of(&owner, text);
}

/* As it is written it reads the same. */
static void try_before(char *text)
{
	struct before before, again;
	char all[BEFORE_TEXT_MAX];

	before_parse(text, &before);
	must(before_print(&before, all) < sizeof all);
	must(before_is_none(&before) == !*all);
	before_parse(all, &again);
	for (size_t i = 0; i < N_LIMITS; i++)
		must(again.set[i] == before.set[i] &&
			(!again.set[i] || again.values[i] == before.values[i]));
	must(again.cpus == before.cpus && again.io == before.io);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char text[1024];

	as_text(data, size, text, sizeof text);
	try_key(text);
	try_state(text);
	try_before(text);
	return 0;
}
