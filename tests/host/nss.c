/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * A directory for tests, built with -DALICE=UID as libnss_stage.so.2. It knows the account "alice"
 * by another spelling too, as those do that ignore case, and a group "far", whose only member is
 * alice. The file /etc/stage-directory says how it fares: without it it answers, "down" means that
 * it is away, "hang" that it never answers. With /etc/stage-directory-half it answers about a group
 * and not about a user's groups.
 */
#include <errno.h>
#include <grp.h>
#include <nss.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define FAR 7777

enum nss_status _nss_stage_getpwnam_r(
	const char *name, struct passwd *ret, char *buf, size_t len, int *ret_errno)
{
	static const char text[] = "alice\0x\0/home/alice\0/bin/bash";

	if (strcmp(name, "ALICE") != 0)
		return NSS_STATUS_NOTFOUND;
	if (len < sizeof text) {
		*ret_errno = ERANGE;
		return NSS_STATUS_TRYAGAIN;
	}
	memcpy(buf, text, sizeof text);
	*ret = (struct passwd){ .pw_name = buf,
		.pw_passwd = buf + 6,
		.pw_uid = ALICE,
		.pw_gid = ALICE,
		.pw_gecos = buf + 7,
		.pw_dir = buf + 8,
		.pw_shell = buf + 20 };
	return NSS_STATUS_SUCCESS;
}

/* What becomes of a question: success when the directory answers. */
static enum nss_status stage_fare(int *ret_errno)
{
	FILE *file = fopen("/etc/stage-directory", "re");
	char word[16] = "";

	if (!file)
		return NSS_STATUS_SUCCESS;
	if (!fgets(word, sizeof word, file))
		word[0] = '\0';
	fclose(file);
	while (strcmp(word, "hang\n") == 0)
		sleep(60);
	*ret_errno = ENOENT; /* as nslcd's does */
	return NSS_STATUS_UNAVAIL;
}

static enum nss_status stage_group(
	int found, struct group *ret, char *buf, size_t len, int *ret_errno)
{
	static const char text[] = "far\0x\0alice";
	enum nss_status status = stage_fare(ret_errno);
	char **members = (char **)(void *)(buf + 16);

	if (status != NSS_STATUS_SUCCESS)
		return status;
	if (!found)
		return NSS_STATUS_NOTFOUND;
	if (len < 16 + 2 * sizeof *members || (size_t)buf % sizeof *members) {
		*ret_errno = ERANGE;
		return NSS_STATUS_TRYAGAIN;
	}
	memcpy(buf, text, sizeof text);
	members[0] = buf + 6;
	members[1] = NULL;
	*ret = (struct group){
		.gr_name = buf, .gr_passwd = buf + 4, .gr_gid = FAR, .gr_mem = members
	};
	return NSS_STATUS_SUCCESS;
}

enum nss_status _nss_stage_getgrnam_r(
	const char *name, struct group *ret, char *buf, size_t len, int *ret_errno)
{
	return stage_group(strcmp(name, "far") == 0, ret, buf, len, ret_errno);
}

enum nss_status _nss_stage_getgrgid_r(
	gid_t gid, struct group *ret, char *buf, size_t len, int *ret_errno)
{
	return stage_group(gid == FAR, ret, buf, len, ret_errno);
}

enum nss_status _nss_stage_initgroups_dyn(const char *user, gid_t skip, long *start, long *size,
	gid_t **groups, long limit, int *ret_errno)
{
	enum nss_status status = stage_fare(ret_errno);

	(void)skip, (void)limit;
	if (status != NSS_STATUS_SUCCESS)
		return status;
	if (access("/etc/stage-directory-half", F_OK) == 0)
		return NSS_STATUS_UNAVAIL;
	if (strcmp(user, "alice") != 0)
		return NSS_STATUS_NOTFOUND;
	if (*start < *size)
		(*groups)[(*start)++] = FAR;
	return NSS_STATUS_SUCCESS;
}
