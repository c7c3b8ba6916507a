/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Tests of helper/mount_do.c: where what is laid in a room can be seen. (What each step does is
 * seen in whole rooms, tests/host.)
 */
#include "tests/unit/unit.h"

#include <linux/auto_fs.h>
#include <sched.h>
#include <stdbool.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>

#include "helper/mount_do.h"
#include "lib/why.h"

static char base[64], from[80], to[80];
static struct mount_list list;
static struct why why;

/* What the kernel says of the mount at path. */
static void mountinfo_of(const char *path, char line[512])
{
	FILE *file = fopen("/proc/self/mountinfo", "re");
	char place[256];
	bool found = false;

	unit_must(file != NULL);
	while (!found && fgets(line, 512, file))
		found = sscanf(line, "%*s %*s %*s %*s %255s", place) == 1 &&
			strcmp(place, path) == 0;
	fclose(file);
	unit_must(found);
}

/* As on a host whose mounts are shared: a copy that is taken before the view is private. */
static void take_early(void *arg)
{
	const bool slave = arg != NULL;
	char line[512];

	unit_must(unshare(CLONE_NEWNS) == 0);
	unit_must(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0);
	unit_must(mount("tmpfs", base, "tmpfs", 0, NULL) == 0);
	unit_must(mount(NULL, base, NULL, MS_SHARED, NULL) == 0);
	unit_must(mkdir(from, 0755) == 0 && mkdir(to, 0755) == 0);
	mount_list_init(&list);
	mount_take(&list, from, 0)->slave = slave;
	mount_add(&list, MOUNT_PRIVATE, "/");
	mount_put(&list, 0, to);
	unit_must(mount_do(&list, -1, -1, &why) == 0);
	mountinfo_of(to, line);
	unit_must(!strstr(line, " shared:"));
	/* A slave's master is gone with the one that was made private. */
	unit_must(!strstr(line, " master:"));
}

/* A folder of the test's own, and the two names in it. */
static void begin_base(void)
{
	int dfd;

	unit_need_root();
	dfd = unit_dir_make(base);
	assert_true(dfd >= 0);
	close(dfd);
	snprintf(from, sizeof from, "%s/from", base);
	snprintf(to, sizeof to, "%s/to", base);
}

static void test_no_peer(void **state)
{
	(void)state;
	begin_base();
	assert_int_equal(unit_child(take_early, NULL), 0);
	assert_int_equal(unit_child(take_early, base), 0);
	unit_dir_remove(base);
}

/* An automounter (autofs(5)): the first who goes to `from` waits until a tmpfs is mounted there. */
static void automount(int pipe_fd, int ready_fd)
{
	union autofs_v5_packet_union packet;
	char file[96];
	int dfd, fd;

	/* Processes of this group see what is below. */
	unit_must(setpgid(0, 0) == 0);
	snprintf(file, sizeof file, "fd=%d,pgrp=%d,minproto=5,maxproto=5,direct", pipe_fd,
		getpgrp());
	unit_must(mount("auto", from, "autofs", 0, file) == 0);
	dfd = open(from, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	unit_must(dfd >= 0 && write(ready_fd, "", 1) == 1);
	for (;;) {
		unit_must(read(pipe_fd + 1, &packet, sizeof packet) > 0);
		if (packet.hdr.type != autofs_ptype_missing_direct)
			continue;
		unit_must(mount("tmpfs", from, "tmpfs", 0, NULL) == 0);
		snprintf(file, sizeof file, "%s/file", from);
		fd = open(file, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
		unit_must(fd >= 0 && close(fd) == 0);
		unit_must(ioctl(dfd, AUTOFS_IOC_READY, packet.v5_packet.wait_queue_token) == 0);
	}
}

/* A home that is mounted when somebody goes there is there also for whoever is the first. */
static void take_automounted(void *arg)
{
	int requests[2], ready[2];
	char byte, path[96];
	struct stat st;
	pid_t pid;

	(void)arg;
	unit_must(unshare(CLONE_NEWNS) == 0);
	unit_must(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0);
	unit_must(mount("tmpfs", base, "tmpfs", 0, NULL) == 0);
	unit_must(mount(NULL, base, NULL, MS_SHARED, NULL) == 0);
	unit_must(mkdir(from, 0755) == 0 && mkdir(to, 0755) == 0);
	unit_must(pipe(ready) == 0 && pipe(requests) == 0);
	pid = fork();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		unit_must(dup2(requests[0], 101) == 101 && dup2(requests[1], 100) == 100);
		automount(100, ready[1]);
	}
	close(ready[1]);
	close(requests[1]);
	unit_must(read(ready[0], &byte, 1) == 1);
	unit_must(unshare(CLONE_NEWNS) == 0);
	alarm(20);
	mount_list_init(&list);
	mount_take(&list, from, MOUNT_ATTR_NOSUID)->owner = 0;
	mount_add(&list, MOUNT_PRIVATE, "/");
	mount_put(&list, 0, to);
	unit_must(mount_do(&list, -1, -1, &why) == 0);
	snprintf(path, sizeof path, "%s/file", to);
	unit_must(stat(path, &st) == 0);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static void test_automounted(void **state)
{
	(void)state;
	begin_base();
	assert_int_equal(unit_child(take_automounted, NULL), 0);
	unit_dir_remove(base);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_peer),
		cmocka_unit_test(test_automounted),
	};

	return cmocka_run_group_tests_name("mount_do", tests, NULL, NULL);
}
