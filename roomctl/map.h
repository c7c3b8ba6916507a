/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * The host as a floor plan: what both drawings of it are made of.
 */
#pragma once

#include <stddef.h>
#include <stdio.h>

#define MAP_PEOPLE_MAX 200
#define MAP_DOORS_MAX 300

/* A room as it is drawn; nothing in it is older than the call that made it. */
struct drawn {
	const char *key, *name, *user;
	char since[32];
	const char *walls;           /* "glass", "brick", "concrete"; "unknown": no policy says */
	char people[MAP_PEOPLE_MAX]; /* "alice 14, root 1"; empty: nobody */
	char doors[MAP_DOORS_MAX]; /* what it lets that concrete does not, by features.h's names */
	unsigned int n;            /* processes */
	char usage[64];            /* "memory 1.5G of 4.0G, tasks 17" */
	unsigned int fill;         /* percent of its memory, or of the machine's, that it uses */
};

/* Draws them as SVG 1.1. Text is escaped. */
void map_svg(FILE *file, const char *host, const struct drawn *rooms, size_t n);
