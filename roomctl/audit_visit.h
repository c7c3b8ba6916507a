/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * The audit of somebody else's room, by root from outside.
 */
#pragma once

#include <stdbool.h>

/* Runs the audit in the living room of that user (or of that name or key), as the user. form: NULL,
 * "--json" or "--lines"; fail_below: NULL or the text of that option. Returns the exit code. */
int audit_visit(const char *user, const char *form, const char *fail_below);

/* The same outside and inside, side by side. */
int audit_compare(const char *user, bool json);
