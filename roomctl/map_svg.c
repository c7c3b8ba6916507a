/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * The floor plan as a picture (see map.h): three rooms abreast, walls as thick as they hold, filled
 * from below as far as memory is used, one dot for each process, a gap in the lower wall for each
 * door. A room is a drawing of its own in the whole, so nothing of it reaches into another one.
 */
#include "roomctl/map.h"

#include <stdio.h>
#include <string.h>

#define ABREAST 3
#define ROOM_W 320
#define ROOM_H 220
#define GAP 20
#define HEAD 56
#define INSET 24
#define DOTS_MAX 40
#define DOTS_ABREAST 20
#define DOORS_DRAWN 12
/* Letters that fit between the walls, in a font of common width. */
#define LETTERS_USER 24
#define LETTERS 40
#define LETTERS_SMALL 48

static const struct look {
	const char *walls, *stroke, *dash, *fill, *level;
	int width;
} looks[] = {
	{ "glass", "#6fb7d6", "6 5", "#f3fafd", "#d5ecf6", 4 },
	{ "brick", "#a8442a", "none", "#fdf6f2", "#f3d9cd", 8 },
	{ "concrete", "#6b6b6b", "none", "#f5f5f4", "#dadad8", 16 },
	{ "unknown", "#b59b00", "2 6", "#fffdf0", "#f5edc4", 4 },
};

static const struct look *look_of(const char *walls)
{
	size_t i = 0;

	while (i < 3 && strcmp(looks[i].walls, walls) != 0)
		i++;
	return &looks[i];
}

/* Text of XML: names come from files that others wrote. */
static void put_text(FILE *file, const char *text)
{
	for (const char *at = text; *at; at++)
		if (*at == '<')
			fputs("&lt;", file);
		else if (*at == '>')
			fputs("&gt;", file);
		else if (*at == '&')
			fputs("&amp;", file);
		else if (*at == '"')
			fputs("&quot;", file);
		else
			putc((unsigned char)*at >= 0x20 && (unsigned char)*at < 0x7f ? *at : '?',
				file);
}

static void put_line(FILE *file, int x, int y, int size, const char *color, const char *text)
{
	fprintf(file, "<text x=\"%d\" y=\"%d\" font-size=\"%d\" fill=\"%s\">", x, y, size, color);
	put_text(file, text);
	fputs("</text>\n", file);
}

/* At most so many letters; what is longer ends in dots. */
static void put_short(
	FILE *file, int y, int size, const char *color, size_t letters, const char *text)
{
	char line[LETTERS_SMALL + 1];

	snprintf(line, sizeof line, "%.*s", (int)letters, text);
	if (strlen(text) > letters)
		strcpy(line + letters - 3, "...");
	put_line(file, INSET, y, size, color, line);
}

/* Two lines, broken at a blank. */
static void put_two(
	FILE *file, int y, int size, const char *color, size_t letters, const char *text)
{
	char line[LETTERS_SMALL + 1];
	size_t end = letters;

	if (strlen(text) <= letters) {
		put_line(file, INSET, y, size, color, text);
		return;
	}
	while (end > 1 && text[end] != ' ')
		end--;
	if (end == 1)
		end = letters;
	snprintf(line, sizeof line, "%.*s", (int)end, text);
	put_line(file, INSET, y, size, color, line);
	put_short(file, y + size + 3, size, color, letters, text + end + (text[end] == ' '));
}

static void put_dots(FILE *file, int y, unsigned int n)
{
	char more[24];

	for (unsigned int i = 0; i < n && i < DOTS_MAX; i++)
		fprintf(file, "<circle cx=\"%d\" cy=\"%d\" r=\"4\" fill=\"#33536b\"/>\n",
			INSET + 4 + (int)(i % DOTS_ABREAST) * 13, y + (int)(i / DOTS_ABREAST) * 13);
	if (n <= DOTS_MAX)
		return;
	snprintf(more, sizeof more, "and %u more", n - DOTS_MAX);
	put_line(file, INSET, y + 28, 10, "#33536b", more);
}

/* Openings in the lower wall, each with the name of what it is on a tooltip. */
static void put_doors(FILE *file, const struct look *look, const char *doors)
{
	char names[MAP_DOORS_MAX], *rest = names, *name;
	int i = 0;

	snprintf(names, sizeof names, "%s", doors);
	while (i < DOORS_DRAWN && (name = strsep(&rest, ","))) {
		name += strspn(name, " ");
		if (!*name)
			continue;
		fprintf(file,
			"<rect x=\"%d\" y=\"%d\" width=\"14\" height=\"%d\" fill=\"#ffffff\" "
			"stroke=\"%s\"><title>",
			INSET + i * 23, ROOM_H - look->width, look->width, look->stroke);
		put_text(file, name);
		fputs("</title></rect>\n", file);
		i++;
	}
}

/* The walls stand inside of the room's place: all rooms are as large as each other. */
static void put_walls(FILE *file, const struct look *look, unsigned int fill)
{
	int width = look->width, inner = ROOM_H - 2 * width;
	int level = inner * (int)(fill < 100 ? fill : 100) / 100;

	fprintf(file,
		"<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"%s\" stroke=\"%s\" "
		"stroke-width=\"%d\" stroke-dasharray=\"%s\"/>\n",
		width / 2, width / 2, ROOM_W - width, ROOM_H - width, look->fill, look->stroke,
		width, look->dash);
	if (level > 0)
		fprintf(file, "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"%s\"/>\n",
			width, ROOM_H - width - level, ROOM_W - 2 * width, level, look->level);
}

static void put_room(FILE *file, const struct drawn *room, int x, int y)
{
	const struct look *look = look_of(room->walls);
	char text[400];

	fprintf(file, "<svg x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\">\n", x, y, ROOM_W, ROOM_H);
	put_walls(file, look, room->fill);
	put_doors(file, look, room->doors);
	put_short(file, 44, 18, "#222222", LETTERS_USER, *room->user ? room->user : room->name);
	snprintf(text, sizeof text, "%s, %s", room->walls, room->key);
	put_short(file, 63, 12, "#555555", LETTERS, text);
	if (strcmp(room->since, "-") != 0) {
		snprintf(text, sizeof text, "since %s", room->since);
		put_short(file, 79, 12, "#555555", LETTERS, text);
	}
	put_short(file, 95, 12, "#555555", LETTERS, room->usage);
	put_dots(file, 109, room->n);
	put_two(file, 154, 12, "#222222", LETTERS, room->people[0] ? room->people : "nobody");
	snprintf(text, sizeof text, "doors: %s", room->doors[0] ? room->doors : "none");
	put_two(file, 184, 10, "#555555", LETTERS_SMALL, text);
	fputs("</svg>\n", file);
}

void map_svg(FILE *file, const char *host, const struct drawn *rooms, size_t n)
{
	int columns = n < ABREAST ? (n ? (int)n : 1) : ABREAST,
	    lines = n ? (int)((n + ABREAST - 1) / ABREAST) : 1;
	int width = GAP + columns * (ROOM_W + GAP), height = HEAD + lines * (ROOM_H + GAP);
	char text[300];

	fprintf(file,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<svg "
		"xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d "
		"%d\" font-family=\"sans-serif\">\n<rect width=\"100%%\" height=\"100%%\" "
		"fill=\"#ffffff\"/>\n",
		width, height, width, height);
	snprintf(text, sizeof text, "%.200s: %zu room%s", host, n, n == 1 ? "" : "s");
	put_line(file, GAP, 34, 20, "#222222", text);
	for (size_t i = 0; i < n; i++)
		put_room(file, &rooms[i], GAP + (int)(i % ABREAST) * (ROOM_W + GAP),
			HEAD + (int)(i / ABREAST) * (ROOM_H + GAP));
	fputs("</svg>\n", file);
}
