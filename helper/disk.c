/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * A room's /tmp on disk (see disk.h). The steps: a file without a name, sparse; ext4 on it, made by
 * mke2fs(8) without any capability; a loop device that goes when nobody uses it any more (loop(4),
 * LO_FLAGS_AUTOCLEAR); a mount. Each holds the one before, and this process none of them in the
 * end. There is no journal and no barrier: after a crash of the machine nobody reads it again.
 */
#include "helper/disk.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/close_range.h>
#include <linux/loop.h>
#include <linux/securebits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "helper/scrub.h"
#include "lib/clean.h"
#include "lib/deadline.h"
#include "lib/fd.h"
#include "lib/sys.h"
#include "lib/text.h"
#include "lib/why.h"

#define DISK_PROGRAM "/sbin/mke2fs"
#define DISK_IMAGE_FD 3
#define DISK_IMAGE "/proc/self/fd/3"
#define DISK_LOOP_TRIES 100 /* others take free devices as well */
#define DISK_FIRST_FREE_FD 64

/* All that is not named is what /etc/mke2fs.conf says. */
#define DISK_FEATURES "^has_journal,^resize_inode"
/* A new file reads as zeros, so nothing has to be written to make it so. */
#define DISK_EXTENDED "lazy_itable_init=1,nodiscard,root_owner=0:0"

/* As mke2fs.conf(5) has it; it takes a sixty-fourth of the size. */
#define DISK_BYTES_PER_FILE 16384u

static const char step[] = "make /tmp on disk";

/* The login program's limit of a file's size (getrlimit(2)), which is not for this file. */
static int raise_file_size(uint64_t size, struct why *why)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_FSIZE, &limit) < 0)
		return why_set(why, errno, step, "file size limit");
	limit.rlim_cur = limit.rlim_max;
	if (setrlimit(RLIMIT_FSIZE, &limit) < 0 || limit.rlim_cur < size)
		return why_set(why, EFBIG, step, "the login program limits the size of files");
	return 0;
}

static int make_image(uint64_t size, struct why *why)
{
	cleanup_fd int dir_fd = -1;
	cleanup_fd int fd = -1;

	/* The mode whatever the umask: roomctl keeps the state of a trial there. */
	if (mkdir(DISK_DIR, 0700) == 0 ? chmod(DISK_DIR, 0755) < 0 : errno != EEXIST)
		return why_set(why, errno, step, "%s", DISK_DIR);
	dir_fd = fd_open_trusted_dir(DISK_DIR, why);
	if (dir_fd < 0)
		return dir_fd;
	fd = openat(dir_fd, ".", O_TMPFILE | O_RDWR | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return why_set(why, errno, step, "a file without a name in %s", DISK_DIR);
	if (ftruncate(fd, (off_t)size) < 0)
		return why_set(why, errno, step, "a file of that size in %s", DISK_DIR);
	return take_fd(&fd);
}

/* --- the file system -----------------------------------------------------------------------------
 */

/* uid 0 without capabilities, also behind execve(2): it has the one file. */
static int give_up_capabilities(void)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = { 0 };

	if (prctl(PR_SET_SECUREBITS, (unsigned long)(SECBIT_NOROOT | SECBIT_NOROOT_LOCKED)) < 0 ||
		prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -errno;
	return sys_capset(&header, data) < 0 ? -errno : 0;
}

static __attribute__((noreturn)) void become_program(
	const struct disk_request *request, int program_fd, int image_fd, int error_fd)
{
	static const char *const words[] = { "mke2fs", "-q", "-F", "-t", "ext4", "-b", "4096", "-m",
		"0", "-O", DISK_FEATURES, "-E", DISK_EXTENDED };
	const size_t n = sizeof words / sizeof words[0];
	char files[16], blocks[32], per_file[] = "-i", number[] = "-N", image[] = DISK_IMAGE;
	char *argv[sizeof words / sizeof words[0] + 5], *envp[] = { NULL };

	memcpy(argv, words, sizeof words);
	snprintf(files, sizeof files, "%" PRIu32,
		request->inodes > 0 ? request->inodes : DISK_BYTES_PER_FILE);
	snprintf(blocks, sizeof blocks, "%" PRIu64, request->size / 4096);
	argv[n] = request->inodes > 0 ? number : per_file;
	argv[n + 1] = files;
	argv[n + 2] = image;
	argv[n + 3] = blocks;
	argv[n + 4] = NULL;
	scrub_restore_signals();
	/* Out of the way first: one may stand where another has to go. */
	program_fd = fcntl(program_fd, F_DUPFD_CLOEXEC, DISK_FIRST_FREE_FD);
	image_fd = fcntl(image_fd, F_DUPFD_CLOEXEC, DISK_FIRST_FREE_FD);
	if (program_fd >= 0 && image_fd >= 0 && dup2(error_fd, STDERR_FILENO) >= 0 &&
		dup2(image_fd, DISK_IMAGE_FD) >= 0 &&
		close_range(DISK_IMAGE_FD + 1, ~0u, CLOSE_RANGE_CLOEXEC) == 0 &&
		give_up_capabilities() == 0)
		execveat(program_fd, "", argv, envp, AT_EMPTY_PATH);
	dprintf(STDERR_FILENO, "%s\n", strerror(errno));
	_exit(127);
}

/* The last line that the program said. */
static int fail_as(int read_fd, struct why *why)
{
	char text[200] = "";
	ssize_t len = read(read_fd, text, sizeof text - 1);

	text[len > 0 ? len : 0] = '\0';
	text[strcspn(text, "\n")] = '\0';
	text_tame(text);
	return why_set(why, EIO, step, DISK_PROGRAM " fails: %s", *text ? text : "without a word");
}

static int wait_for_program(pid_t pid, int read_fd, int64_t deadline, struct why *why)
{
	cleanup_fd int pidfd = pidfd_open(pid, 0);
	struct pollfd poll_fd = { .fd = pidfd, .events = POLLIN };
	int n = -1, status;

	if (pidfd >= 0)
		do
			n = poll(&poll_fd, 1, deadline_left(deadline));
		while (n < 0 && errno == EINTR);
	if (n <= 0)
		kill(pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return why_set(why, errno, step, "wait");
	if (n <= 0)
		return why_set(why, ETIMEDOUT, step, DISK_PROGRAM " takes too long");
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : fail_as(read_fd, why);
}

static int make_file_system(
	const struct disk_request *request, int image_fd, int64_t deadline, struct why *why)
{
	cleanup_fd int program_fd = open(DISK_PROGRAM, O_PATH | O_CLOEXEC);
	cleanup_fd int read_fd = -1;
	int report[2], r;
	pid_t pid;

	if (program_fd < 0)
		return why_set(why, errno, step,
			"tmp.kind = disk needs " DISK_PROGRAM " (package e2fsprogs)");
	r = fd_check_root_owned(program_fd, S_IFREG, DISK_PROGRAM, why);
	if (r < 0)
		return r;
	if (pipe2(report, O_CLOEXEC) < 0)
		return why_set(why, errno, step, "no pipe");
	read_fd = report[0];
	pid = fork();
	if (pid == 0)
		become_program(request, program_fd, image_fd, report[1]);
	close(report[1]);
	if (pid < 0)
		return why_set(why, errno, step, "no process");
	return wait_for_program(pid, read_fd, deadline, why);
}

/* --- the mount -----------------------------------------------------------------------------------
 */

/* The device's descriptor, and its path. */
static int make_loop(const char *key, int image_fd, char path[32], struct why *why)
{
	cleanup_fd int control_fd = open("/dev/loop-control", O_RDWR | O_CLOEXEC);
	struct loop_config config = { .fd = (uint32_t)image_fd,
		.info.lo_flags = LO_FLAGS_AUTOCLEAR };

	if (control_fd < 0)
		return why_set(why, errno, step, "tmp.kind = disk needs /dev/loop-control");
	snprintf((char *)config.info.lo_file_name, sizeof config.info.lo_file_name,
		"pam_room %.40s", key);
	for (int i = 0; i < DISK_LOOP_TRIES; i++) {
		int number = ioctl(control_fd, LOOP_CTL_GET_FREE);
		cleanup_fd int fd = -1;

		if (number < 0)
			return why_set(why, errno, step, "no free loop device");
		snprintf(path, 32, "/dev/loop%d", number);
		fd = open(path, O_RDWR | O_CLOEXEC);
		if (fd < 0)
			return why_set(why, errno, step, "%s", path);
		if (ioctl(fd, LOOP_CONFIGURE, &config) == 0)
			return take_fd(&fd);
		/* Somebody else was faster. */
		if (errno != EBUSY)
			return why_set(why, errno, step, "a loop device of a file in %s", DISK_DIR);
	}
	return why_set(why, EBUSY, step, "no free loop device");
}

/* What a freed block took goes back to the host, and inode tables need no zeros. */
static int make_mount(const char *device)
{
	static const char *const options[] = { "discard", "noinit_itable", "nobarrier" };
	cleanup_fd int fs_fd = fsopen("ext4", FSOPEN_CLOEXEC);
	int fd;

	if (fs_fd < 0 || fsconfig(fs_fd, FSCONFIG_SET_STRING, "source", device, 0) < 0)
		return -errno;
	for (size_t i = 0; i < sizeof options / sizeof options[0]; i++)
		if (fsconfig(fs_fd, FSCONFIG_SET_FLAG, options[i], NULL, 0) < 0)
			return -errno;
	if (fsconfig(fs_fd, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0)
		return -errno;
	fd = fsmount(fs_fd, FSMOUNT_CLOEXEC, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV);
	return fd < 0 ? -errno : fd;
}

int disk_make(const struct disk_request *request, int64_t deadline, struct why *why)
{
	cleanup_fd int image_fd = -1;
	cleanup_fd int loop_fd = -1;
	char device[32];
	int r = raise_file_size(request->size, why);

	if (r < 0)
		return r;
	image_fd = make_image(request->size, why);
	r = image_fd < 0 ? image_fd : make_file_system(request, image_fd, deadline, why);
	if (r < 0)
		return r;
	loop_fd = make_loop(request->key, image_fd, device, why);
	if (loop_fd < 0)
		return loop_fd;
	r = make_mount(device);
	return r < 0 ? why_set(why, -r, step, "mount ext4 from %s", device) : r;
}
