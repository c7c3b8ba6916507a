/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Reads a session stack (see stack.h) the way libpam does (pam.conf(5); Debian's libpam knows
 * @include besides). Where releases of libpam differ - a comment after a continued line - the
 * reading that loses our line is taken, because this file exists to find that out.
 */
#include "roomctl/stack.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "lib/clean.h"
#include "lib/why.h"
#include "roomctl/change.h"
#include "roomctl/tree.h"

#define STACK_BLANKS " \t\n"

struct reader {
	const struct tree *tree;
	const struct changes *planned;
	struct stack *stack;
	struct why *why;
};

/* Where reading is within a file. */
struct spot {
	size_t file;
	unsigned int line;
	unsigned int depth, level;
};

static int read_service(
	const struct reader *reader, const char *name, unsigned int depth, unsigned int level);

void stack_free(struct stack *stack)
{
	for (size_t i = 0; i < stack->n; i++)
		free(stack->entries[i].text);
	for (size_t i = 0; i < stack->n_files; i++)
		free(stack->files[i]);
	stack->n = 0;
	stack->n_files = 0;
}

static int refuse(const struct reader *reader, const struct spot *spot, const char *text)
{
	return why_set(reader->why, 0, "read PAM stack", "/%s:%u: %s",
		reader->stack->files[spot->file], spot->line, text);
}

/* The next word, where "[...]" is one word without its brackets and "\]" in it is a bracket. */
static char *next_token(char **rest)
{
	char *from = *rest + strspn(*rest, STACK_BLANKS), *end, *to;

	if (*from == '[') {
		for (to = end = ++from; *end && *end != ']'; *to++ = *end++)
			if (end[0] == '\\' && end[1] == ']')
				end++;
	} else {
		to = end = from + strcspn(from, STACK_BLANKS);
		if (end == from)
			return NULL;
	}
	*rest = *end ? end + 1 : end;
	*to = '\0';
	return from;
}

static int add_entry(const struct reader *reader, const struct spot *spot,
	struct stack_entry *entry, char **text)
{
	if (reader->stack->n == STACK_ENTRIES_MAX)
		return refuse(reader, spot, "the stack is too long to be judged");
	entry->text = take_ptr(*text);
	entry->file = spot->file;
	entry->line = spot->line;
	entry->level = spot->level;
	reader->stack->entries[reader->stack->n++] = *entry;
	return 0;
}

static int include(
	const struct reader *reader, const struct spot *spot, const char *name, unsigned int deeper)
{
	char text[200];
	int r;

	if (!name)
		return refuse(reader, spot, "it includes nothing");
	if (spot->depth + 1 >= STACK_DEPTH_MAX)
		return refuse(reader, spot, "the files include each other too deep");
	r = read_service(reader, name, spot->depth + 1, spot->level + deeper);
	if (r != -ENOENT)
		return r;
	snprintf(text, sizeof text, "it includes %s, which is not there", name);
	return refuse(reader, spot, text);
}

static int read_session(
	const struct reader *reader, const struct spot *spot, bool silent, char *rest, char **text)
{
	struct stack_entry entry = { .silent = silent };
	int r = 0;

	entry.control = next_token(&rest);
	if (!entry.control)
		return refuse(reader, spot, "there is no control word");
	entry.module = next_token(&rest);
	if (strcasecmp(entry.control, "include") == 0)
		return include(reader, spot, entry.module, 0);
	if (!entry.module)
		return refuse(reader, spot, "there is no module");
	entry.args = rest + strspn(rest, STACK_BLANKS);
	entry.substack = strcasecmp(entry.control, "substack") == 0;
	r = add_entry(reader, spot, &entry, text);
	if (r == 0 && entry.substack)
		r = include(reader, spot, entry.module, 1);
	return r;
}

/* One line, put together and without its comment. *text owns it. */
static int read_line(const struct reader *reader, const struct spot *spot, char **text)
{
	static const char *const others[] = { "auth", "account", "password" };
	char *rest = *text, *type = next_token(&rest);
	bool silent = type && type[0] == '-';

	if (!type)
		return 0;
	if (silent)
		type++;
	if (strcasecmp(type, "@include") == 0)
		return include(reader, spot, next_token(&rest), 0);
	if (strcasecmp(type, "session") == 0)
		return read_session(reader, spot, silent, rest, text);
	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
		if (strcasecmp(type, others[i]) == 0)
			return 0;
	return refuse(reader, spot, "this is no line of a PAM stack");
}

/*
 * Takes one physical line into *held: 1 when the logical line is complete, 0 when it goes on,
 * -ENOMEM. A comment ends a line; only a line without one can go on.
 */
static int join_line(const char *line, size_t len, char **held)
{
	size_t skip = strspn(line, " \t"), end, old = *held ? strlen(*held) : 0;
	bool comment = memchr(line, '#', len) != NULL, goes_on = false;
	char *grown;

	end = comment ? (size_t)((const char *)memchr(line, '#', len) - line) : len;
	if (skip >= end)
		return *held ? 0 : 1;
	while (end > skip && strchr(STACK_BLANKS, line[end - 1]))
		end--;
	if (!comment && end > skip && line[end - 1] == '\\') {
		goes_on = true;
		end--;
	}
	grown = realloc(*held, old + (end - skip) + 2);
	if (!grown)
		return -ENOMEM;
	*held = grown;
	memcpy(grown + old, line + skip, end - skip);
	strcpy(grown + old + (end - skip), goes_on ? " " : "");
	return !goes_on;
}

static int take_line(const struct reader *reader, const struct spot *spot, const char *line,
	size_t len, char **held)
{
	int r = join_line(line, len, held);

	if (r < 0)
		return why_set(reader->why, -r, "read PAM stack", "no memory");
	if (r == 0 || !*held)
		return 0;
	r = read_line(reader, spot, held);
	free(*held);
	*held = NULL;
	return r;
}

static int read_text(const struct reader *reader, const char *text, struct spot *spot)
{
	cleanup_free char *held = NULL;
	unsigned int line = 0;
	int r = 0;

	while (*text && r == 0) {
		size_t len = strcspn(text, "\n");

		line++;
		if (!held)
			spot->line = line;
		r = take_line(reader, spot, text, len, &held);
		text += len + (text[len] == '\n');
	}
	if (r == 0 && held)
		return refuse(reader, spot, "the file ends in the middle of a line");
	return r;
}

/* The file's text as it will be; -ENOENT without a reason. */
static int read_file(const struct reader *reader, const char *path, char **ret)
{
	const struct change *change = reader->planned ? changes_find(reader->planned, path) : NULL;

	if (!change)
		return tree_read(reader->tree, path, ret, NULL, reader->why);
	if (!change->after)
		return -ENOENT;
	*ret = strdup(change->after);
	return *ret ? 0 : why_set(reader->why, ENOMEM, "read PAM stack", "no memory");
}

/* libpam takes the first directory that has the file; a name with a leading slash is a path. */
static int read_service(
	const struct reader *reader, const char *name, unsigned int depth, unsigned int level)
{
	static const char *const dirs[] = { STACK_DIR "/", STACK_VENDOR_DIR "/" };
	struct spot spot = { .file = reader->stack->n_files, .depth = depth, .level = level };
	cleanup_free char *text = NULL;
	char path[CHANGE_PATH_MAX];
	int r = -ENOENT;

	if (spot.file == STACK_FILES_MAX || strlen(name) > 64)
		return why_set(reader->why, 0, "read PAM stack", "too much is included");
	for (size_t i = 0; i < sizeof dirs / sizeof dirs[0] && r == -ENOENT; i++) {
		snprintf(path, sizeof path, "%s%s", *name == '/' ? "" : dirs[i],
			name + (*name == '/'));
		r = read_file(reader, path, &text);
	}
	if (r < 0)
		return r;
	reader->stack->files[spot.file] = strdup(path);
	if (!reader->stack->files[spot.file])
		return why_set(reader->why, ENOMEM, "read PAM stack", "no memory");
	reader->stack->n_files++;
	return read_text(reader, text, &spot);
}

int stack_read(const struct tree *tree, const struct changes *planned, const char *service,
	struct stack *ret, struct why *why)
{
	const struct reader reader = { tree, planned, ret, why };

	ret->n = 0;
	ret->n_files = 0;
	return read_service(&reader, service, 0, 0);
}

bool stack_is_ours(const struct stack_entry *entry)
{
	const char *slash = strrchr(entry->module, '/');

	return !entry->substack && strcmp(slash ? slash + 1 : entry->module, STACK_OURS) == 0;
}

unsigned int stack_count_ours(const struct stack *stack)
{
	unsigned int n = 0;

	for (size_t i = 0; i < stack->n; i++)
		n += stack_is_ours(&stack->entries[i]);
	return n;
}

bool stack_includes(const struct stack *stack, const char *name)
{
	for (size_t i = 1; i < stack->n_files; i++) {
		const char *slash = strrchr(stack->files[i], '/');

		if (strcmp(slash ? slash + 1 : stack->files[i], name) == 0)
			return true;
	}
	return false;
}
