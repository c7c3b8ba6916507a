/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Tests of lib/registry.c. Each test runs in a child with a mount namespace and an empty /run of
 * its own, so that the machine's rooms are neither seen nor touched.
 */
#include "tests/unit/unit.h"

#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "lib/deadline.h"
#include "lib/registry.h"
#include "lib/why.h"

#define KEY "1001.staff"
#define MARK ROOM_RUNDIR "/" REGISTRY_MARK

static struct why why;

static void own_run(void)
{
	unit_must(unshare(CLONE_NEWNS) == 0);
	unit_must(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0);
	unit_must(mount("tmpfs", "/run", "tmpfs", MS_NOSUID | MS_NODEV, "mode=755") == 0);
}

static int rooms(void)
{
	int dfd = registry_open(1, &why);

	unit_must(dfd >= 0);
	return dfd;
}

static int room(int rooms_dfd)
{
	int dfd = registry_lock_room(rooms_dfd, KEY, deadline_in(1000), &why);

	unit_must(dfd >= 0);
	return dfd;
}

static void open_makes(void *arg)
{
	int before = unit_fds(), dfd;
	struct stat st;

	(void)arg;
	unit_must(registry_open(0, &why) == -ENOENT);
	unit_must(access(ROOM_RUNDIR, F_OK) < 0);
	umask(0);
	dfd = rooms();
	unit_must(fcntl(dfd, F_GETFD) & FD_CLOEXEC);
	unit_must(stat(ROOM_RUNDIR, &st) == 0 && st.st_mode == (S_IFDIR | 0700));
	unit_must(stat(ROOM_RUNDIR "/rooms", &st) == 0 && st.st_mode == (S_IFDIR | 0700));
	close(dfd);
	dfd = registry_open(0, &why);
	unit_must(dfd >= 0);
	close(dfd);
	unit_must(unit_fds() == before);
}

/* A directory that others could have made, and a link to anywhere, are not the registry. */
static void open_refuses(void *arg)
{
	int before = unit_fds();

	(void)arg;
	close(rooms());
	unit_must(chmod(ROOM_RUNDIR "/rooms", 0777) == 0);
	unit_must(registry_open(1, &why) == -EPERM);
	unit_must(chmod(ROOM_RUNDIR "/rooms", 0700) == 0);
	unit_must(chmod(ROOM_RUNDIR, 0770) == 0);
	unit_must(registry_open(1, &why) == -EPERM);
	unit_must(chmod(ROOM_RUNDIR, 0700) == 0);
	unit_must(chown(ROOM_RUNDIR, 1, 0) == 0);
	unit_must(registry_open(1, &why) == -EPERM);
	unit_must(chown(ROOM_RUNDIR, 0, 0) == 0);
	unit_must(chmod("/run", 01777) == 0);
	unit_must(registry_open(1, &why) == -EPERM);
	unit_must(chmod("/run", 0755) == 0);
	close(rooms());
	unit_must(rmdir(ROOM_RUNDIR "/rooms") == 0);
	unit_must(symlink("/run", ROOM_RUNDIR "/rooms") == 0);
	unit_must(registry_open(1, &why) < 0);
	unit_must(unlink(ROOM_RUNDIR "/rooms") == 0 && rmdir(ROOM_RUNDIR) == 0);
	unit_must(mkdir("/run/elsewhere", 0700) == 0);
	unit_must(symlink("elsewhere", ROOM_RUNDIR) == 0);
	unit_must(registry_open(1, &why) < 0);
	unit_must(access("/run/elsewhere/rooms", F_OK) < 0);
	unit_must(unit_fds() == before);
}

static void outside(void *arg)
{
	char key[REGISTRY_KEY_MAX];

	(void)arg;
	unit_must(registry_inside(key, &why) == 0);
	close(rooms());
	unit_must(registry_inside(key, &why) == 0);
}

/* What stands in for the mark; read-only makes the mount so. */
static int mark(const char *text, mode_t mode, int read_only)
{
	char key[REGISTRY_KEY_MAX];
	int before = unit_fds(), r;

	unit_must(mkdir(ROOM_RUNDIR, 0755) == 0 || errno == EEXIST);
	unit_must(mount("tmpfs", ROOM_RUNDIR, "tmpfs", 0, "mode=755") == 0);
	unit_file(AT_FDCWD, MARK, text, mode);
	if (read_only)
		unit_must(mount(NULL, ROOM_RUNDIR, NULL, MS_REMOUNT | MS_BIND | MS_RDONLY, NULL) ==
			0);
	r = registry_inside(key, &why);
	unit_must(r != 1 || strcmp(key, text) == 0);
	unit_must(umount(ROOM_RUNDIR) == 0);
	unit_must(unit_fds() == before);
	return r;
}

static void inside(void *arg)
{
	(void)arg;
	unit_must(mark(KEY, 0444, 1) == 1);
	unit_must(mark("4294967294.abcdefghijklmnopqrstuvwxyz012345", 0444, 1) == 1);
	/* A read-only mount is what no process of the host can make without being root. */
	unit_must(mark(KEY, 0444, 0) == -EPERM);
	unit_must(mark(KEY, 0664, 1) == -EPERM);
	unit_must(mark("", 0444, 1) == -EBADMSG);
	unit_must(mark(KEY "\n", 0444, 1) == -EBADMSG);
	unit_must(mark("../../etc", 0444, 1) == -EBADMSG);
	unit_must(
		mark("4294967294.abcdefghijklmnopqrstuvwxyz0123456789012345", 0444, 1) == -EBADMSG);
}

static void inside_other_kinds(void *arg)
{
	char key[REGISTRY_KEY_MAX];

	(void)arg;
	unit_must(mkdir(ROOM_RUNDIR, 0755) == 0);
	unit_file(AT_FDCWD, ROOM_RUNDIR "/real", KEY, 0444);
	unit_must(symlink("real", MARK) == 0);
	unit_must(registry_inside(key, &why) == -ELOOP);
	unit_must(unlink(MARK) == 0 && mkdir(MARK, 0755) == 0);
	unit_must(registry_inside(key, &why) == -EINVAL);
	unit_must(rmdir(MARK) == 0);
	unit_file(AT_FDCWD, MARK, KEY, 0444);
	unit_must(chown(MARK, 1, 0) == 0);
	unit_must(registry_inside(key, &why) == -EPERM);
}

/* A holder in another process, killed: the lock is free at once. */
static void lock_excludes(void *arg)
{
	int rooms_dfd = rooms(), ready[2], before = unit_fds(), fd;
	int64_t begin;
	pid_t pid;
	char c;

	(void)arg;
	unit_must(pipe2(ready, O_CLOEXEC) == 0);
	pid = fork();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		room(rooms_dfd);
		unit_must(write(ready[1], "x", 1) == 1);
		pause();
	}
	unit_must(read(ready[0], &c, 1) == 1);
	close(ready[0]);
	close(ready[1]);
	begin = deadline_in(0);
	unit_must(registry_lock_room(rooms_dfd, KEY, deadline_in(150), &why) == -ETIMEDOUT);
	unit_must(deadline_in(0) - begin >= 148 && deadline_in(0) - begin < 1000);
	unit_must(unit_fds() == before);
	/* Another room is no concern of this lock. */
	fd = registry_lock_room(rooms_dfd, "1002.staff", deadline_in(0), &why);
	unit_must(fd >= 0);
	close(fd);
	unit_must(kill(pid, SIGKILL) == 0 && waitpid(pid, NULL, 0) == pid);
	fd = registry_lock_room(rooms_dfd, KEY, deadline_in(0), &why);
	unit_must(fd >= 0 && fcntl(fd, F_GETFD) & FD_CLOEXEC);
	close(fd);
	close(room(rooms_dfd));
	unit_must(unit_fds() == before);
}

/* Four processes lock, look, remove and make the room anew: never are two of them inside. */
static void lock_survives_removal(void *arg)
{
	int rooms_dfd = rooms(), status;

	(void)arg;
	for (int i = 0; i < 4; i++)
		if (fork() == 0) {
			for (int n = 0; n < 150; n++) {
				int fd = registry_lock_room(
					rooms_dfd, KEY, deadline_in(20000), &why);
				int busy;

				unit_must(fd >= 0);
				busy = open("/run/busy", O_CREAT | O_EXCL | O_CLOEXEC, 0600);
				unit_must(busy >= 0);
				usleep(200);
				close(busy);
				unit_must(unlink("/run/busy") == 0);
				if (n % 2)
					unit_must(registry_remove_room(rooms_dfd, fd, KEY) == 0);
				close(fd);
			}
			_exit(0);
		}
	for (int i = 0; i < 4; i++)
		unit_must(wait(&status) > 0 && status == 0);
}

static void lock_refuses(void *arg)
{
	int rooms_dfd = rooms(), before = unit_fds();

	(void)arg;
	unit_must(mkdirat(rooms_dfd, KEY, 0700) == 0 && fchmodat(rooms_dfd, KEY, 0777, 0) == 0);
	unit_must(registry_lock_room(rooms_dfd, KEY, deadline_in(100), &why) == -EPERM);
	unit_must(unlinkat(rooms_dfd, KEY, AT_REMOVEDIR) == 0);
	unit_must(symlinkat("/tmp", rooms_dfd, KEY) == 0);
	unit_must(registry_lock_room(rooms_dfd, KEY, deadline_in(100), &why) < 0);
	unit_must(unlinkat(rooms_dfd, KEY, 0) == 0);
	unit_file(rooms_dfd, KEY, "x", 0600);
	unit_must(registry_lock_room(rooms_dfd, KEY, deadline_in(100), &why) == -ENOTDIR);
	unit_must(unit_fds() == before);
}

static void remove_room(void *arg)
{
	int rooms_dfd = rooms(), dfd = room(rooms_dfd);

	(void)arg;
	unit_file(dfd, REGISTRY_SOCKET, "", 0600);
	unit_file(dfd, REGISTRY_PLAN, "x", 0600);
	unit_file(dfd, REGISTRY_STATE, "x", 0600);
	unit_file(dfd, REGISTRY_PROMISE, "", 0600);
	unit_file(dfd, "." REGISTRY_PLAN ".new", "x", 0600);
	unit_file(dfd, "." REGISTRY_STATE ".new", "x", 0600);
	unit_must(registry_remove_room(rooms_dfd, dfd, KEY) == 0);
	unit_must(faccessat(rooms_dfd, KEY, F_OK, AT_SYMLINK_NOFOLLOW) < 0 && errno == ENOENT);
	unit_must(registry_remove_room(rooms_dfd, dfd, KEY) == 0);
	close(dfd);
	dfd = room(rooms_dfd);
	unit_file(dfd, "of-a-later-version", "x", 0600);
	unit_must(mkdirat(dfd, "unknown", 0700) == 0);
	unit_must(registry_remove_room(rooms_dfd, dfd, KEY) == -ENOTEMPTY);
}

static int listen_in(int room_dfd)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	int sock = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	snprintf(addr.sun_path, sizeof addr.sun_path, "/proc/self/fd/%d/%s", room_dfd,
		REGISTRY_SOCKET);
	unit_must(bind(sock, (struct sockaddr *)&addr, sizeof addr) == 0);
	unit_must(listen(sock, 4) == 0);
	return sock;
}

/* A child listens as uid; returns its pid once it does. */
static pid_t keeper(int room_dfd, uid_t uid)
{
	int ready[2];
	pid_t pid;
	char c;

	unit_must(pipe2(ready, O_CLOEXEC) == 0);
	pid = fork();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (uid)
			unit_must(fchown(room_dfd, uid, 0) == 0 && setresuid(uid, uid, uid) == 0);
		listen_in(room_dfd);
		unit_must(write(ready[1], "x", 1) == 1);
		pause();
	}
	close(ready[1]);
	unit_must(read(ready[0], &c, 1) == 1);
	close(ready[0]);
	return pid;
}

static void connect_and_stale(void *arg)
{
	int rooms_dfd = rooms(), dfd = room(rooms_dfd), before = unit_fds(), pidfd = -1, sock;
	pid_t pid, got = 0;

	(void)arg;
	unit_must(registry_connect(dfd, &pidfd, &got, &why) == -ENOENT);
	unit_must(pidfd == -1 && unit_fds() == before);
	pid = keeper(dfd, 0);
	sock = registry_connect(dfd, &pidfd, &got, &why);
	unit_must(sock >= 0 && got == pid);
	unit_must(fcntl(sock, F_GETFD) & FD_CLOEXEC && fcntl(pidfd, F_GETFD) & FD_CLOEXEC);
	/* The pidfd is that of the listener. */
	unit_must(waitid(P_PIDFD, (id_t)pidfd, NULL, WEXITED | WNOHANG) == 0);
	unit_must(kill(pid, SIGKILL) == 0);
	unit_must(waitid(P_PIDFD, (id_t)pidfd, NULL, WEXITED) == 0);
	close(sock);
	close(pidfd);
	pidfd = -1;
	/* The dead keeper's socket file is there, and goes. */
	unit_must(faccessat(dfd, REGISTRY_SOCKET, F_OK, 0) == 0);
	unit_must(registry_connect(dfd, &pidfd, &got, &why) == -ENOENT);
	unit_must(faccessat(dfd, REGISTRY_SOCKET, F_OK, 0) < 0 && errno == ENOENT);
	unit_must(pidfd == -1 && unit_fds() == before);
	close(listen_in(dfd));
}

/* Somebody else listens on the keeper's name: the kernel tells who. */
static void connect_to_stranger(void *arg)
{
	int rooms_dfd = rooms(), dfd = room(rooms_dfd), before = unit_fds(), pidfd = -1;
	pid_t pid, got = 0;

	(void)arg;
	unit_must(chmod(ROOM_RUNDIR, 0711) == 0 && chmod(ROOM_RUNDIR "/rooms", 0711) == 0);
	pid = keeper(dfd, 1);
	unit_must(registry_connect(dfd, &pidfd, &got, &why) == -EPERM);
	unit_must(strstr(why.text, "uid 1") != NULL);
	unit_must(pidfd == -1 && unit_fds() == before);
	unit_must(kill(pid, SIGKILL) == 0 && waitpid(pid, NULL, 0) == pid);
}

static void in_own_run(void *run)
{
	own_run();
	((void (*)(void *))(uintptr_t)run)(NULL);
}

#define TEST(name)                                                                                 \
	static void test_##name(void **state)                                                      \
	{                                                                                          \
		(void)state;                                                                       \
		unit_need_root();                                                                  \
		assert_int_equal(unit_child(in_own_run, (void *)(uintptr_t)name), 0);              \
	}

TEST(open_makes)
TEST(open_refuses)
TEST(outside)
TEST(inside)
TEST(inside_other_kinds)
TEST(lock_excludes)
TEST(lock_survives_removal)
TEST(lock_refuses)
TEST(remove_room)
TEST(connect_and_stale)
TEST(connect_to_stranger)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_open_makes),
		cmocka_unit_test(test_open_refuses),
		cmocka_unit_test(test_outside),
		cmocka_unit_test(test_inside),
		cmocka_unit_test(test_inside_other_kinds),
		cmocka_unit_test(test_lock_excludes),
		cmocka_unit_test(test_lock_survives_removal),
		cmocka_unit_test(test_lock_refuses),
		cmocka_unit_test(test_remove_room),
		cmocka_unit_test(test_connect_and_stale),
		cmocka_unit_test(test_connect_to_stranger),
	};

	return cmocka_run_group_tests_name("registry", tests, NULL, NULL);
}
