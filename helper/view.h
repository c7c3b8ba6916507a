/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * What a room looks like from inside: a list of mount steps, made from the policy and a few facts
 * without looking at the machine.
 */
#pragma once

#include <sys/types.h>

#include "config/policy.h"
#include "helper/mount_list.h"
#include "lib/registry.h"

struct why;

/* Whose room it is. */
struct view_facts {
	const char *key;  /* lib/registry.h */
	const char *home; /* as NSS told it */
	uid_t uid;
	gid_t gid;
};

/* Where all that is the room's own stands while the view is made: at the registry's place. */
#define VIEW_STORE ROOM_RUNDIR

/* An empty directory of the room that masks are made of. */
#define VIEW_EMPTY_DIR VIEW_STORE "/empty"

/* What every mount of the room's own is. */
#define VIEW_OWN (MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV)

/* Fills list for a room. -ENAMETOOLONG: it has no room for all of it. */
int view_make(const struct room_spec *spec, const struct view_facts *facts, struct mount_list *list,
	struct why *why);

/* The parts of view_make() that have files of their own. Each is called in this order. */
struct view {
	const struct room_spec *spec;
	const struct view_facts *facts;
	struct mount_list *list;
	const char *homes; /* the directory that holds this home and others; NULL: none does */
	bool has_home;     /* home_slot is taken */
	unsigned int home_slot;
	unsigned int bind_slot, writable_slot; /* the first of them */
};

/* What every mount from the host gets that is taken before all of them are set: nosuid, or nothing.
 */
uint64_t view_nosuid(const struct view *view);

/* view_homes.c: the user's home, among hidden ones or in a read-only system. */
void view_take_home(struct view *view);
void view_store_homes(struct view *view);
void view_put_homes(struct view *view);

/*
 * For a member who comes into a living room of a group: takes the home into view->list, which is
 * carried out outside, and puts it in its place in the room by after. view->homes tells where homes
 * have to be hidden already; NULL: nowhere.
 */
void view_add_home(struct view *view, struct mount_list *after);

/* view_dev.c: /dev. */
void view_lay_dev(struct view *view);

/* view_paths.c: what the policy names: bind, writable, read_only, no_entry. */
void view_take_paths(struct view *view);
void view_put_paths(struct view *view);

/* A path that is covered if it is there. */
void view_mask(struct view *view, const char *path);

/* Whether the policy says that this path is writable all the same: then it is not masked either. */
bool view_is_writable(const struct view *view, const char *path);
