/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * roomctl import: a policy to start from, out of what pam_namespace and pam_cap were told. It is
 * printed, never installed: who reads it finds, as comments, what is lost on the way.
 */
#include "roomctl/import.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>

#include "lib/clean.h"
#include "lib/fd.h"
#include "lib/text.h"
#include "roomctl/out.h"
#include "roomctl/options.h"
#include "roomctl/verb.h"

#define IMPORT_FILE_MAX (1u << 20)
#define IMPORT_WORDS_MAX 64

static const struct kind {
	const char *name; /* the file's, whatever its directory */
	const char *path; /* where it usually is */
	void (*take)(struct import *import, char **words, size_t n);
} kinds[] = {
	{ "namespace.conf", "/etc/security/namespace.conf", import_namespace },
	{ "capability.conf", "/etc/security/capability.conf", import_capability },
};

#define N_KINDS (sizeof kinds / sizeof kinds[0])

void import_lost(struct import *import, const char *fmt, ...)
{
	char text[512];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof text, fmt, args);
	va_end(args);
	text_tame(text);
	fprintf(import->notes, "# lost: %s:%u: %s\n", import->file, import->line, text);
	import->n_lost++;
}

/* What stands in a policy as it is: no quote, no pattern. */
static bool is_plain(const char *name)
{
	return *name &&
		strspn(name,
			"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
			"0123456789._$+-") == strlen(name);
}

unsigned int import_names(
	struct import *import, FILE *file, char *const *names, size_t n, bool groups)
{
	unsigned int written = 0;

	for (size_t i = 0; i < n; i++) {
		const char *name = names[i] + groups;

		if ((names[i][0] == '@') != groups)
			continue;
		/* uid 0 is outside whatever is written. */
		if (!groups && strcmp(name, "root") == 0)
			continue;
		if (!is_plain(name)) {
			import_lost(import, "the name '%s'", names[i]);
			continue;
		}
		fprintf(file, "%s\"%s\"",
			written++      ? ", " :
				groups ? "  { group = [ " :
					 "  { user = [ ",
			name);
	}
	if (written > 0)
		fputs(" ];", file);
	return written;
}

static void import_line(struct import *import, const struct kind *kind, char *line)
{
	char *words[IMPORT_WORDS_MAX], *save = NULL, *word;
	size_t n = 0;

	line[strcspn(line, "#")] = '\0';
	for (word = strtok_r(line, " \t\r", &save); word && n < IMPORT_WORDS_MAX;
		word = strtok_r(NULL, " \t\r", &save))
		words[n++] = word;
	if (word)
		import_lost(import, "the words from '%s' on", word);
	if (n > 0)
		kind->take(import, words, n);
}

/* 0 or -errno. */
static int import_file(struct import *import, const struct kind *kind, const char *path)
{
	cleanup_fd int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	cleanup_free char *text = NULL;
	char *rest, *line;
	size_t len = 0;
	int r = fd < 0 ? -errno : fd_read_all(fd, IMPORT_FILE_MAX, &text, &len);

	if (r < 0)
		return r;
	import->file = path;
	import->line = 0;
	rest = text;
	while ((line = strsep(&rest, "\n"))) {
		import->line++;
		import_line(import, kind, line);
	}
	return 0;
}

static const struct kind *kind_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	for (size_t i = 0; i < N_KINDS; i++)
		if (strcmp(slash ? slash + 1 : path, kinds[i].name) == 0)
			return &kinds[i];
	return NULL;
}

static void print_policy(struct import *import, const char *const texts[4])
{
	printf("# Made by roomctl import. Look at it, then: roomctl check, explain and diff.\n"
	       "# What no policy can say is marked with \"lost\".\n%s\nversion = 1;\n\nrooms: {\n",
		texts[0]);
	if (import->has_dirs && *texts[1] && *texts[2])
		puts("  # lost: who stays outside, as namespace.conf says, gets no capabilities "
		     "either");
	if (import->has_dirs) {
		fputs("  # Nothing but a /tmp of one's own, as before; brick has more walls.\n"
		      "  imported: { walls = \"glass\"; tmp: {",
			stdout);
		if (import->size[0])
			printf(" size = \"%s\";", import->size);
		if (import->inodes)
			printf(" inodes = %u;", import->inodes);
		puts(" }; };");
	}
	printf("%s};\n\nassign: (\n%s%s", texts[1], texts[2], texts[3]);
	puts(import->has_dirs && !import->only_some ?
			"  { uid = \"1000-\"; room = \"imported\"; }\n);" :
			"  { room = \"outside\"; }\n);");
}

/* The files that were named, or those that are where they usually are. */
static int import_all(struct import *import, const struct options *options)
{
	unsigned int n = 0;
	int r;

	for (size_t i = 0; i < options->n_words; i++) {
		const struct kind *kind = kind_of(options->words[i]);

		if (!kind) {
			complain(
				"import: '%s' is called neither namespace.conf nor capability.conf",
				options->words[i]);
			return EXIT_USAGE;
		}
		r = import_file(import, kind, options->words[i]);
		if (r < 0) {
			complain("import: %s: %s", options->words[i], strerror(-r));
			return EXIT_CANNOT_TELL;
		}
		n++;
	}
	for (size_t i = 0; i < N_KINDS && options->n_words == 0; i++) {
		r = import_file(import, &kinds[i], kinds[i].path);
		if (r < 0 && r != -ENOENT) {
			complain("import: %s: %s", kinds[i].path, strerror(-r));
			return EXIT_CANNOT_TELL;
		}
		n += r == 0;
	}
	if (n == 0)
		complain("import: there is nothing in /etc/security: name a file");
	return n == 0 ? EXIT_CANNOT_TELL : EXIT_YES;
}

int verb_import(int argc, char **argv, bool json)
{
	char *texts[4] = { NULL };
	size_t lens[4];
	FILE **files[4];
	struct import import = { 0 };
	struct options options;
	int r = options_read(argc, argv, 0, N_KINDS, &options);

	if (r == 0 && json) {
		complain("import: a policy is no JSON");
		r = EXIT_USAGE;
	}
	if (r)
		return r;
	files[0] = &import.notes;
	files[1] = &import.rooms;
	files[2] = &import.first;
	files[3] = &import.middle;
	for (size_t i = 0; i < 4; i++)
		*files[i] = open_memstream(&texts[i], &lens[i]);
	r = import.notes && import.rooms && import.first && import.middle ?
		import_all(&import, &options) :
		EXIT_CANNOT_TELL;
	for (size_t i = 0; i < 4; i++)
		if (*files[i] && fclose(*files[i]) != 0)
			r = EXIT_CANNOT_TELL;
	if (r == 0)
		print_policy(&import, (const char *const *)texts);
	if (r == 0 && import.n_lost > 0)
		complain("import: %u meanings are lost, see the comments", import.n_lost);
	for (size_t i = 0; i < 4; i++)
		free(texts[i]);
	return r;
}
