/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/* The bare parser, for the part of the time that is not ours. usage: parse FILE */
#include <libconfig.h>

int main(int argc, char **argv)
{
	config_t config;

	config_init(&config);
	return argc != 2 || config_read_file(&config, argv[1]) != CONFIG_TRUE;
}
