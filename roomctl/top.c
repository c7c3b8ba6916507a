/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * roomctl top: which room uses the machine, looked at again and again. The registry is read anew
 * when a room has come or gone, and processes are counted one by one only for rooms that the kernel
 * does not count by control group, so that looking costs little where there are many rooms.
 */
#include <curses.h>
#include <errno.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "cgroup/cgroup.h"
#include "lib/clean.h"
#include "lib/deadline.h"
#include "lib/text.h"
#include "roomctl/listed.h"
#include "roomctl/members.h"
#include "roomctl/options.h"
#include "roomctl/out.h"
#include "roomctl/usage.h"
#include "roomctl/verb.h"

#define TOP_MS 5000
#define TOP_FIRST_MS 1000 /* until there is a difference to show */
#define TOP_HEAD 3

enum sort { BY_CPU, BY_MEMORY, BY_TASKS };

struct row {
	const struct listed *listed;
	struct usage usage;
	uint64_t permille; /* of one processor, since the look before */
	bool fresh;        /* there was none */
};

struct top {
	struct rooms rooms;
	struct row *rows; /* in the order of rooms */
	const struct row **order;
	size_t n_rows;
	int64_t at;
	enum sort sort;
	bool by_process;
	int root_fd;
};

static const struct key_row {
	int key;
	enum sort sort;
	const char *name;
} sorts[] = {
	{ 'c', BY_CPU, "cpu" },
	{ 'm', BY_MEMORY, "memory" },
	{ 't', BY_TASKS, "tasks" },
};

static uint64_t known(const struct row *row, enum usage_what what)
{
	const struct usage_figure *figure = &row->usage.figures[what];

	return figure->why || figure->none ? 0 : figure->value;
}

static uint64_t weight(const struct row *row, enum sort sort)
{
	return sort == BY_CPU     ? row->permille :
		sort == BY_MEMORY ? known(row, USAGE_MEMORY) :
				    known(row, USAGE_TASKS);
}

static int row_compare(const void *a, const void *b, void *by)
{
	const struct row *one = *(const struct row *const *)a;
	const struct row *other = *(const struct row *const *)b;
	const enum sort *sort = by;
	uint64_t x = weight(one, *sort), y = weight(other, *sort);

	return x != y ? (x < y ? 1 : -1) : strverscmp(one->listed->key, other->listed->key);
}

static void top_sort(struct top *top)
{
	qsort_r(top->order, top->n_rows, sizeof(struct row *), row_compare, &top->sort);
}

/* Both lists are sorted by key. What was in the old one tells how much was used since. */
static void top_compare(struct top *top, const struct row *old, size_t n_old, int64_t ms)
{
	size_t j = 0;

	for (size_t i = 0; i < top->n_rows; i++) {
		struct row *row = &top->rows[i];
		uint64_t now = known(row, USAGE_CPU), before;

		while (j < n_old && strverscmp(old[j].listed->key, row->listed->key) < 0)
			j++;
		row->fresh = j == n_old || strcmp(old[j].listed->key, row->listed->key) != 0;
		before = row->fresh ? now : known(&old[j], USAGE_CPU);
		/* Of processes that have ended nothing is summed any more. */
		row->permille = now > before && ms > 0 ? (now - before) / (uint64_t)ms : 0;
	}
}

static int top_read(struct top *top, const struct rooms *rooms)
{
	cleanup_free struct members *members = top->by_process ? members_count(rooms, true) : NULL;

	top->rows = calloc(rooms->n + 1, sizeof *top->rows);
	top->order = calloc(rooms->n + 1, sizeof(struct row *));
	top->n_rows = 0;
	top->by_process = false;
	if (!top->rows || !top->order)
		return -ENOMEM;
	for (size_t i = 0; i < rooms->n; i++) {
		struct row *row = &top->rows[top->n_rows];

		if (rooms->list[i].life != LIFE_LIVING)
			continue;
		row->listed = &rooms->list[i];
		usage_read_few(
			row->listed, members ? &members[i] : NULL, top->root_fd, &row->usage);
		top->by_process = top->by_process || row->usage.by_process ||
			row->usage.figures[USAGE_MEMORY].why || row->usage.figures[USAGE_CPU].why;
		top->order[top->n_rows++] = row;
	}
	return 0;
}

/* 0, or the exit code after saying why the rooms cannot be told. */
static int top_look(struct top *top)
{
	struct row *old = top->rows;
	const struct row **old_order = top->order;
	struct rooms old_rooms = top->rooms;
	size_t n_old = top->n_rows;
	int64_t before = top->at;
	bool same = old && rooms_are_same(&old_rooms);
	int r = same ? 0 : rooms_list_seen(&top->rooms);

	top->at = deadline_in(0);
	if (r == 0 && top_read(top, &top->rooms) < 0)
		r = EXIT_CANNOT_TELL;
	if (r == 0) {
		top_compare(top, old, n_old, top->at - before);
		top_sort(top);
	}
	free(old);
	free(old_order);
	if (old && !same)
		rooms_freep(&old_rooms);
	return r;
}

static void draw_row(int y, const struct row *row)
{
	char memory[USAGE_TEXT], most[USAGE_TEXT], tasks[USAGE_TEXT], cpu[24] = "-", line[256];

	if (!row->fresh)
		snprintf(cpu, sizeof cpu, "%llu.%llu%%", (unsigned long long)row->permille / 10,
			(unsigned long long)row->permille % 10);
	snprintf(line, sizeof line, "%-20.20s %-16.16s %8s %9s %9s %7s  %s",
		row->listed->fields[FIELD_ROOM], row->listed->fields[FIELD_USER], cpu,
		usage_print(&row->usage, USAGE_MEMORY, memory),
		usage_print(&row->usage, USAGE_MEMORY_MAX, most),
		usage_print(&row->usage, USAGE_TASKS, tasks), listed_note(row->listed));
	text_tame(line);
	mvaddnstr(y, 0, line, COLS);
}

static void draw(const struct top *top)
{
	static struct utsname names;
	char line[256];
	int y = TOP_HEAD, room = LINES - TOP_HEAD;

	if (!*names.nodename)
		uname(&names);
	erase();
	snprintf(line, sizeof line, "%s: rooms %zu, by %s%s", names.nodename, top->n_rows,
		sorts[top->sort].name,
		top->by_process ? " (summed over processes: no control groups count them)" : "");
	text_tame(line);
	mvaddnstr(0, 0, line, COLS);
	mvaddnstr(1, 0, "keys: c cpu, m memory, t tasks, q quit", COLS);
	snprintf(line, sizeof line, "%-20s %-16s %8s %9s %9s %7s", "ROOM", "USER", "CPU", "MEMORY",
		"OF", "TASKS");
	attron(A_REVERSE);
	mvaddnstr(2, 0, line, COLS);
	attroff(A_REVERSE);
	for (size_t i = 0; i < top->n_rows && room > 0; i++, room--, y++)
		draw_row(y, top->order[i]);
	refresh();
}

/* One key, or the time's end. False: no more. */
static bool top_hear(struct top *top, int ms)
{
	int key;

	timeout(ms);
	key = getch();
	if (key == 'q' || key == 'Q')
		return false;
	for (size_t i = 0; i < sizeof sorts / sizeof sorts[0]; i++)
		if (key == sorts[i].key) {
			top->sort = sorts[i].sort;
			top_sort(top);
		}
	return true;
}

static int top_run(struct top *top)
{
	int ms = TOP_FIRST_MS, r = 0;

	for (;;) {
		int64_t until = deadline_in(ms);

		draw(top);
		/* Keys and a window's new size are drawn at once; the next look is not nearer. */
		while (deadline_left(until) > 0) {
			if (!top_hear(top, deadline_left(until)))
				return 0;
			draw(top);
		}
		/* What it says must not be drawn over. */
		r = top_look(top);
		if (r)
			return r;
		ms = TOP_MS;
	}
}

int verb_top(int argc, char **argv, bool json)
{
	struct top top = { .by_process = true, .root_fd = cgroup_root() };
	struct options options;
	SCREEN *screen;
	int r = options_read(argc, argv, 0, 0, &options);

	if (r == 0 && (json || !isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))) {
		complain("top is for terminals; see status --json");
		r = EXIT_USAGE;
	}
	if (r == 0)
		r = top_look(&top);
	if (r)
		return r;
	setlocale(LC_CTYPE, "");
	screen = newterm(NULL, stdout, stdin);
	if (!screen) {
		complain("this terminal cannot be used (TERM)");
		return EXIT_CANNOT_TELL;
	}
	cbreak();
	noecho();
	keypad(stdscr, TRUE);
	curs_set(0);
	r = top_run(&top);
	endwin();
	delscreen(screen);
	if (r)
		complain("the rooms cannot be told any more");
	free(top.rows);
	free(top.order);
	rooms_freep(&top.rooms);
	fd_closep(&top.root_fd);
	return r ? r : EXIT_YES;
}
