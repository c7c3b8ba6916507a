/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * roomctl explain --diff (see explain_diff.h).
 */
#include "roomctl/explain_diff.h"

#include <stdio.h>
#include <string.h>

#include "config/caps.h"
#include "config/rooms.h"
#include "lib/text.h"
#include "roomctl/features.h"
#include "roomctl/out.h"

static const char docker_words[] = "a container as Docker makes it";

bool explain_diff_knows(const struct policy *policy, const char *name)
{
	const char *nearest;

	if (strcmp(name, EXPLAIN_DOCKER) == 0 || rooms_find(policy, name))
		return true;
	nearest = rooms_nearest(policy, name);
	complain("--diff: there is no room '%s'%s%s%s", name, nearest ? ": did you mean '" : "",
		nearest ? nearest : "", nearest ? "'?" : "");
	return false;
}

struct telling {
	bool json;
	const struct room_spec *room, *other; /* other NULL: Docker's */
	const char *name;
	unsigned int n[2], n_same; /* looser, tighter */
};

static const char *const words[2] = { "looser", "tighter" };

/* One thing in which they differ, when it is the turn of that side. */
static void tell(
	struct telling *telling, int side, const struct feature *feature, bool room, bool other)
{
	if (room == other) {
		telling->n_same += side == 0;
		return;
	}
	if ((room ? 0 : 1) != side)
		return;
	telling->n[side]++;
	if (!telling->json) {
		say("  %s may %s%s.", feature->who, room ? "" : "not ", feature->text);
		return;
	}
	json_member(
		stdout, telling->n[0] + telling->n[1] > 1 ? ",\n  {" : "\n  {", "id", feature->id);
	json_member(stdout, ", ", "is", words[side]);
	json_member(stdout, ", ", "who", feature->who);
	json_member(stdout, ", ", "may", feature->text);
	printf(", \"room\": %s, \"other\": %s}", room ? "true" : "false", other ? "true" : "false");
}

static void tell_side(struct telling *telling, int side)
{
	const struct room_spec *room = telling->room, *other = telling->other;

	for (size_t i = 0; i < n_features; i++)
		tell(telling, side, &features[i], features[i].lets(room, &features[i]),
			other ? features[i].lets(other, &features[i]) : features[i].docker);
	for (unsigned int cap = 0; feature_cap(cap); cap++) {
		const char *name = text_cap_name(cap);
		char text[200];
		const struct feature feature = {
			.id = name ? name : "?", .who = "What elevates in it", .text = text
		};

		snprintf(text, sizeof text, "%s (%s)", feature_cap(cap), feature.id);
		tell(telling, side, &feature, feature_has_cap(room, cap),
			other ? feature_has_cap(other, cap) : (CAPS_DOCKER >> cap & 1) != 0);
	}
}

void explain_diff(
	const struct policy *policy, const struct room_spec *room, const char *name, bool json)
{
	bool docker = strcmp(name, EXPLAIN_DOCKER) == 0;
	struct telling telling = { .json = json,
		.room = room,
		.other = docker ? NULL : rooms_find(policy, name),
		.name = name };

	if (json) {
		json_member(stdout, "{", "with", name);
		fputs(", \"differences\": [", stdout);
	}
	for (int side = 0; side < 2; side++) {
		if (!json)
			say("%s than %s%s:", side ? "tighter" : "looser", docker ? "" : "room ",
				docker ? docker_words : name);
		tell_side(&telling, side);
		if (!json && telling.n[side] == 0)
			say("  in nothing.");
	}
	if (json)
		printf("%s], \"same\": %u}", telling.n[0] + telling.n[1] ? "\n" : "",
			telling.n_same);
	else
		say("the same in %u other things", telling.n_same);
}
