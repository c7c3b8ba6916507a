/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Files to be changed (see change.h). Each file is replaced by a rename(2) of a complete one with
 * the same owner and mode, on disk before it gets the name: whoever logs in meanwhile reads the old
 * file or the new one. A crash of the machine between two files leaves a prefix of the list done,
 * which is why its order matters (wiring.c).
 */
#include "roomctl/change.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/clean.h"
#include "lib/fd.h"
#include "lib/why.h"
#include "roomctl/run.h"
#include "roomctl/tree.h"

void changes_free(struct changes *changes)
{
	for (size_t i = 0; i < changes->n; i++) {
		free(changes->list[i].before);
		free(changes->list[i].after);
	}
	changes->n = 0;
}

struct change *changes_add(struct changes *changes, const char *path, struct why *why)
{
	struct change *change;

	if (changes->n == CHANGES_MAX || strlen(path) >= sizeof change->path) {
		why_set(why, 0, "plan", "too many files, or too long a name");
		return NULL;
	}
	change = &changes->list[changes->n++];
	*change = (struct change){ .mode = 0644 };
	snprintf(change->path, sizeof change->path, "%s", path);
	return change;
}

void changes_drop_last(struct changes *changes)
{
	changes->n--;
	free(changes->list[changes->n].before);
	free(changes->list[changes->n].after);
}

const struct change *changes_find(const struct changes *changes, const char *path)
{
	for (size_t i = 0; i < changes->n; i++)
		if (strcmp(changes->list[i].path, path) == 0)
			return &changes->list[i];
	return NULL;
}

void changes_print(const struct changes *changes, enum report_kind kind, struct report *report)
{
	for (size_t i = 0; i < changes->n; i++)
		report_line(report, kind, "/%s: %s", changes->list[i].path, changes->list[i].note);
}

static int change_fill(int fd, const struct change *change, const char *text)
{
	struct stat st;
	int r;

	if (fstat(fd, &st) < 0)
		return -errno;
	if ((st.st_uid != change->uid || st.st_gid != change->gid) &&
		fchown(fd, change->uid, change->gid) < 0)
		return -errno;
	if (fchmod(fd, change->mode & 07777) < 0)
		return -errno;
	r = fd_write_all(fd, text, strlen(text));
	if (r == 0 && fsync(fd) < 0)
		r = -errno;
	return r;
}

static void change_temp(char *buf, size_t size, const char *name)
{
	snprintf(buf, size, ".%s.pam_room-new", name);
}

static int change_replace(int dfd, const char *name, const struct change *change, const char *text)
{
	cleanup_fd int fd = -1;
	char temp[160];
	int r;

	change_temp(temp, sizeof temp, name);
	if (unlinkat(dfd, temp, 0) < 0 && errno != ENOENT)
		return -errno;
	fd = openat(dfd, temp, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	r = change_fill(fd, change, text);
	if (r == 0 && renameat(dfd, temp, dfd, name) < 0)
		r = -errno;
	if (r < 0)
		unlinkat(dfd, temp, 0);
	return r;
}

/* The directory goes when nothing else is in it; otherwise it stays, and that is no error. */
static void change_drop_dir(const struct tree *tree, const char *path)
{
	cleanup_fd int dfd = -1;
	const char *name;
	char dir[CHANGE_PATH_MAX];

	snprintf(dir, sizeof dir, "%s", path);
	*strrchr(dir, '/') = '\0';
	dfd = tree_open_parent(tree, dir, false, &name, NULL);
	if (dfd >= 0)
		unlinkat(dfd, name, AT_REMOVEDIR);
}

void change_sweep(const struct tree *tree, const char *path, bool own_dir)
{
	cleanup_fd int dfd = -1;
	const char *name;
	char temp[160];

	dfd = tree_open_parent(tree, path, false, &name, NULL);
	if (dfd < 0)
		return;
	change_temp(temp, sizeof temp, name);
	unlinkat(dfd, temp, 0);
	if (own_dir)
		change_drop_dir(tree, path);
}

/* Gives the file this text (NULL: removes it). */
static int change_put(
	const struct tree *tree, const struct change *change, const char *text, struct why *why)
{
	cleanup_fd int dfd = -1;
	const char *name;
	int r;

	dfd = tree_open_parent(tree, change->path, change->own_dir && text, &name, why);
	if (dfd < 0)
		return dfd;
	if (text)
		r = change_replace(dfd, name, change, text);
	else
		r = unlinkat(dfd, name, 0) < 0 && errno != ENOENT ? -errno : 0;
	if (r < 0)
		return why_set(why, -r, text ? "write" : "remove", "/%s", change->path);
	if (fsync(dfd) < 0)
		return why_set(why, errno, "write", "directory of /%s", change->path);
	if (!text && change->own_dir)
		change_drop_dir(tree, change->path);
	return 0;
}

static int change_tell(const struct tree *tree, const struct change *change, struct why *why)
{
	static const char *const args[] = { "daemon-reload", NULL };

	return change->reload && tree->host && run_has_systemd() ?
		run_systemd("systemctl", args, why) :
		0;
}

/* A change that failed early has left its file alone, and so must the undoing: the disk may be
 * full. */
static bool change_is_undone(const struct tree *tree, const struct change *change)
{
	cleanup_free char *text = NULL;

	return change->before && tree_read_own(tree, change->path, &text, NULL, NULL) == 0 &&
		strcmp(text, change->before) == 0;
}

/* Back to before, the last change first. A failure here is said and the rest still tried. */
static void changes_undo(const struct tree *tree, const struct changes *changes, size_t n_done,
	struct report *report)
{
	char text[512];

	while (n_done-- > 0) {
		const struct change *change = &changes->list[n_done];
		struct why why = { 0 };
		int r = 0;

		if (change_is_undone(tree, change))
			continue;
		r = change_put(tree, change, change->before, &why);
		if (r == -ENOENT && !change->before)
			continue;
		if (r == 0) {
			report_line(report, REPORT_CHANGED, "/%s: as it was before", change->path);
			r = change_tell(tree, change, &why);
		}
		if (r < 0)
			report_line(report, REPORT_PROBLEM, "taking back: %s",
				why_print(&why, text, sizeof text));
	}
}

int changes_apply(const struct tree *tree, const struct changes *changes, struct report *report)
{
	struct why why = { 0 };
	char text[512];

	for (size_t i = 0; i < changes->n; i++) {
		const struct change *change = &changes->list[i];
		int r = change_put(tree, change, change->after, &why);
		bool written = r == 0;

		if (written) {
			report_line(report, REPORT_CHANGED, "/%s: %s", change->path, change->note);
			/* Once for those that follow each other: a reload takes its time. */
			if (i + 1 == changes->n || !changes->list[i + 1].reload)
				r = change_tell(tree, change, &why);
		}
		if (r == 0)
			continue;
		report_line(report, REPORT_PROBLEM, "%s", why_print(&why, text, sizeof text));
		if (written && !changes->reload_matters)
			continue;
		/* One that failed halfway is put back as well: it may have got its new name. */
		changes_undo(tree, changes, i + 1, report);
		return r;
	}
	return 0;
}
