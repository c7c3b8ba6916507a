/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * A private network's namespace, and that pasta is not started in another one. Needs root.
 */
#include <fcntl.h>
#include <linux/nsfs.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "helper/network.h"
#include "lib/deadline.h"
#include "lib/registry.h"
#include "lib/why.h"
#include "tests/unit/unit.h"

static struct why why;

/* Nobody's and not root's either: with the owner's uid go all capabilities in there. */
static void test_owner(void **state)
{
	struct stat theirs, ours;
	uid_t owner = 0;
	int fd, user_fd;

	(void)state;
	if (geteuid() != 0)
		skip();
	fd = network_make(deadline_in(5000), &why);
	assert_true(fd >= 0);
	user_fd = ioctl(fd, NS_GET_USERNS);
	assert_int_equal(ioctl(user_fd, NS_GET_OWNER_UID, &owner), 0);
	assert_true(owner > INT32_MAX);
	assert_int_equal(fstat(user_fd, &theirs), 0);
	assert_int_equal(stat("/proc/self/ns/user", &ours), 0);
	assert_true(theirs.st_ino != ours.st_ino);
	close(user_fd);
	close(fd);
	/* The process that made it is gone. */
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

static void test_loopback(void **state)
{
	struct ifreq request = { .ifr_name = "lo" };
	int fd, status;
	pid_t pid;

	(void)state;
	if (geteuid() != 0)
		skip();
	fd = network_make(deadline_in(5000), &why);
	assert_true(fd >= 0);
	pid = fork();
	if (pid == 0)
		_exit(setns(fd, CLONE_NEWNET) == 0 &&
					ioctl(socket(AF_INET, SOCK_DGRAM, 0), SIOCGIFFLAGS,
						&request) == 0 &&
					(request.ifr_flags & IFF_UP) ?
				0 :
				1);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	close(fd);
}

/* This process's own network is the host's: pasta would have capabilities of the host there. */
static void test_hosts_network(void **state)
{
	char path[64];
	int dfd, pidfd = pidfd_open(getpid(), 0);

	(void)state;
	if (geteuid() != 0)
		skip();
	dfd = unit_dir_make(path);
	assert_true(dfd >= 0);
	/* One without a way out has none to mend. */
	assert_int_equal(network_mend(dfd, getpid(), pidfd, deadline_in(1000), &why), 0);
	assert_int_equal(network_open(dfd, getpid(), pidfd, deadline_in(1000), &why), -EPERM);
	assert_non_null(strstr(why.text, "the host's own"));
	assert_int_equal(network_mend(dfd, getpid(), pidfd, deadline_in(1000), &why), -EPERM);
	assert_int_equal(network_forget(dfd, &why), 0);
	assert_int_equal(network_forget(dfd, &why), 0);
	assert_int_equal(rmdir(path), 0);
	close(dfd);
	close(pidfd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_owner),
		cmocka_unit_test(test_loopback),
		cmocka_unit_test(test_hosts_network),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
