/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * roomctl map: the host as a floor plan, a room a rectangle, with walls of what the policy says,
 * the people in it, and the doors that its walls leave open.
 */
#include "roomctl/map.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>

#include "cgroup/cgroup.h"
#include "config/preset.h"
#include "config/rooms.h"
#include "lib/clean.h"
#include "lib/text.h"
#include "roomctl/features.h"
#include "roomctl/listed.h"
#include "roomctl/members.h"
#include "roomctl/options.h"
#include "roomctl/out.h"
#include "roomctl/ruling.h"
#include "roomctl/usage.h"
#include "roomctl/verb.h"

#define MAP_WIDTH 76

static const char *const walls_words[] = {
	[WALLS_GLASS] = "glass", [WALLS_BRICK] = "brick", [WALLS_CONCRETE] = "concrete"
};

static void add_word(char *list, size_t size, const char *word)
{
	size_t len = strlen(list);

	if (len + strlen(word) + 3 < size)
		snprintf(list + len, size - len, "%s%s", len ? ", " : "", word);
}

static void draw_people(const struct members *members, struct drawn *ret)
{
	for (size_t i = 0; i < members->n_uids; i++) {
		const struct passwd *found = getpwuid(members->uids[i].uid);
		char word[64];

		if (found)
			snprintf(word, sizeof word, "%.40s %u", found->pw_name, members->uids[i].n);
		else
			snprintf(word, sizeof word, "uid %u %u", members->uids[i].uid,
				members->uids[i].n);
		add_word(ret->people, sizeof ret->people, word);
	}
	ret->n = members->n;
}

static void draw_usage(
	const struct listed *listed, const struct members *members, int root_fd, struct drawn *ret)
{
	char memory[USAGE_TEXT], most[USAGE_TEXT], tasks[USAGE_TEXT];
	struct usage usage;
	const struct usage_figure *figures = usage.figures;
	struct sysinfo info;
	uint64_t all = 0;
	bool limited;

	usage_read_few(listed, members, root_fd, &usage);
	limited = !figures[USAGE_MEMORY_MAX].why && !figures[USAGE_MEMORY_MAX].none;
	if (limited)
		all = figures[USAGE_MEMORY_MAX].value;
	else if (sysinfo(&info) == 0)
		all = (uint64_t)info.totalram * info.mem_unit;
	if (all > 0 && !figures[USAGE_MEMORY].why)
		ret->fill = (unsigned int)(figures[USAGE_MEMORY].value * 100 / all);
	snprintf(ret->usage, sizeof ret->usage, "memory %s%s%s, tasks %s",
		usage_print(&usage, USAGE_MEMORY, memory), limited ? " of " : "",
		limited ? usage_print(&usage, USAGE_MEMORY_MAX, most) : "",
		usage_print(&usage, USAGE_TASKS, tasks));
}

static void draw_walls(const struct policy *policy, struct drawn *ret)
{
	const struct room_spec *spec = rooms_find(policy, ret->name);
	const struct room_spec *concrete = preset_find("concrete");

	ret->walls = spec ? walls_words[spec->walls] : "unknown";
	for (size_t i = 0; spec && i < n_features; i++)
		if (features[i].lets(spec, &features[i]) &&
			!features[i].lets(concrete, &features[i]))
			add_word(ret->doors, sizeof ret->doors, features[i].id);
}

/* A line of a box: its text between the walls. */
static void print_line(char wall, const char *text)
{
	char line[MAP_WIDTH - 5] = "";

	memcpy(line, text, strnlen(text, sizeof line - 1));
	text_tame(line);
	printf("%c%c %-*s %c%c\n", wall, wall, MAP_WIDTH - 6, line, wall, wall);
}

static void print_wall(char wall)
{
	for (int i = 0; i < MAP_WIDTH; i++)
		putchar(wall);
	putchar('\n');
}

/* Long lists take further lines. */
static void print_list(char wall, const char *name, const char *list)
{
	char text[MAP_DOORS_MAX + 32], *rest = text, *line;

	snprintf(text, sizeof text, "%s%s", name, list);
	while (rest && *rest) {
		size_t len = strlen(rest), end = MAP_WIDTH - 6;

		line = rest;
		if (len <= end) {
			rest = NULL;
		} else {
			while (end > 1 && line[end] != ' ')
				end--;
			line[end] = '\0';
			rest = line + end + 1;
		}
		print_line(wall, line);
	}
}

static void print_room(const struct drawn *room)
{
	char wall = strcmp(room->walls, "glass") == 0 ? '.' :
		strcmp(room->walls, "concrete") == 0  ? '#' :
		strcmp(room->walls, "brick") == 0     ? '=' :
							'?';
	char text[200];

	print_wall(wall);
	snprintf(text, sizeof text, "%s: %s's, of %s, since %s", room->key, room->user, room->walls,
		room->since);
	print_line(wall, text);
	print_line(wall, room->usage);
	print_list(wall, "people: ", room->people[0] ? room->people : "nobody");
	print_list(wall, "doors: ", room->doors[0] ? room->doors : "none that concrete closes");
	print_wall(wall);
	putchar('\n');
}

static void print_map(const char *host, const struct drawn *rooms, size_t n)
{
	say("%s, rooms %zu: walls of glass ..., brick ===, concrete ###", host, n);
	putchar('\n');
	for (size_t i = 0; i < n; i++)
		print_room(&rooms[i]);
}

/* The registry, the people and the file are for root; the policy is looked at without it. */
static int draw(const char *svg)
{
	cleanup_with(ruling_close) struct ruling ruling = { 0 };
	cleanup_with(rooms_freep) struct rooms rooms = { 0 };
	cleanup_free struct members *members = NULL;
	cleanup_free struct drawn *drawn = NULL;
	cleanup_file FILE *file = NULL;
	cleanup_fd int root_fd = cgroup_root();
	struct utsname names;
	size_t n = 0;
	int r = rooms_list_seen(&rooms);

	if (r)
		return r;
	members = members_count(&rooms, true);
	drawn = calloc(rooms.n + 1, sizeof *drawn);
	if (!members || !drawn || uname(&names) < 0) {
		complain("cannot count who is in the rooms");
		return EXIT_CANNOT_TELL;
	}
	for (size_t i = 0; i < rooms.n; i++) {
		const struct listed *listed = &rooms.list[i];

		if (listed->life == LIFE_STALE)
			continue;
		drawn[n].key = listed->key;
		drawn[n].name = listed->fields[FIELD_ROOM];
		drawn[n].user = listed->fields[FIELD_USER];
		listed_since(listed, drawn[n].since);
		draw_usage(listed, &members[i], root_fd, &drawn[n]);
		draw_people(&members[i], &drawn[n++]);
	}
	file = svg ? fopen(svg, "we") : NULL;
	if (svg && !file) {
		complain("cannot write %s: %s", svg, strerrordesc_np(errno));
		return EXIT_CANNOT_TELL;
	}
	r = ruling_need(NULL, &ruling);
	if (r)
		return r;
	for (size_t i = 0; i < n; i++)
		draw_walls(ruling.policy, &drawn[i]);
	if (!file) {
		print_map(names.nodename, drawn, n);
		return EXIT_YES;
	}
	map_svg(file, names.nodename, drawn, n);
	if (fflush(file) != 0 || ferror(file)) {
		complain("cannot write %s", svg);
		return EXIT_CANNOT_TELL;
	}
	return EXIT_YES;
}

int verb_map(int argc, char **argv, bool json)
{
	struct options options;
	int r = options_read(argc, argv, OPTION_SVG, 0, &options);

	if (r == 0 && json) {
		complain("map: a drawing is no JSON; see list");
		r = EXIT_USAGE;
	}
	return r ? r : draw(options.svg);
}
