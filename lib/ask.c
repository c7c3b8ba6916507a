/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * The question and the answer on the wire (see ask.h). The version in record.c covers both: module
 * and helper of different versions refuse each other rather than guess.
 */
#include "lib/ask.h"

#include <errno.h>
#include <stdio.h>

#include "lib/plan.h"
#include "lib/text.h"
#include "lib/wire.h"

long ask_encode(const struct ask *ask, void *buf, size_t size)
{
	struct wire wire = { .data = buf, .size = size };

	wire_put_u32(&wire, ask->uid);
	wire_put_u32(&wire, ask->gid);
	wire_put_str(&wire, ask->user);
	wire_put_str(&wire, ask->home);
	wire_put_str(&wire, ask->service);
	wire_put_str(&wire, ask->tty);
	wire_put_str(&wire, ask->rhost);
	wire_put_str(&wire, ask->ccache);
	wire_put_u8(&wire, ask->rehearsal);
	return wire.err ? wire.err : (long)wire.at;
}

int ask_decode(const void *data, size_t len, struct ask *ret, struct why *why)
{
	struct wire wire = { .data = (unsigned char *)(uintptr_t)data, .size = len };
	uint8_t rehearsal;

	ret->uid = wire_get_u32(&wire);
	ret->gid = wire_get_u32(&wire);
	ret->user = wire_get_str(&wire);
	ret->home = wire_get_str(&wire);
	ret->service = wire_get_str(&wire);
	ret->tty = wire_get_str(&wire);
	ret->rhost = wire_get_str(&wire);
	ret->ccache = wire_get_str(&wire);
	rehearsal = wire_get_u8(&wire);
	ret->rehearsal = rehearsal == 1;
	if (wire_end(&wire) < 0 || rehearsal > 1)
		return why_set(why, EBADMSG, "read question", "the bytes are no question");
	return 0;
}

long answer_encode(const struct answer *answer, void *buf, size_t size)
{
	struct wire wire = { .data = buf, .size = size };

	wire_put_u8(&wire, (uint8_t)answer->outcome);
	wire_put_u32(&wire, (uint32_t)answer->why.err);
	wire_put_str(&wire, answer->why.step);
	wire_put_str(&wire, answer->why.text);
	wire_put_str(&wire, answer->key);
	wire_put_str(&wire, answer->rule);
	wire_put_str(&wire, answer->banner);
	wire_put_u32(&wire, (uint32_t)answer->plan_len);
	wire_put_bytes(&wire, answer->plan, answer->plan_len);
	return wire.err ? wire.err : (long)wire.at;
}

int answer_decode(const void *data, size_t len, struct answer *ret, struct why *why)
{
	struct wire wire = { .data = (unsigned char *)(uintptr_t)data, .size = len };
	uint8_t outcome = wire_get_u8(&wire);

	*ret = (struct answer){ .outcome = outcome };
	ret->why.err = (int)wire_get_u32(&wire);
	snprintf(ret->why.step, sizeof ret->why.step, "%s", wire_get_str(&wire));
	snprintf(ret->why.text, sizeof ret->why.text, "%s", wire_get_str(&wire));
	snprintf(ret->key, sizeof ret->key, "%s", wire_get_str(&wire));
	snprintf(ret->rule, sizeof ret->rule, "%s", wire_get_str(&wire));
	snprintf(ret->banner, sizeof ret->banner, "%s", wire_get_str(&wire));
	text_tame(ret->why.step);
	text_tame(ret->why.text);
	text_tame(ret->rule);
	text_tame_line(ret->banner);
	ret->plan_len = wire_get_u32(&wire);
	ret->plan = wire_get_bytes(&wire, ret->plan_len);
	if (wire_end(&wire) < 0 || outcome >= N_OUTCOMES || ret->plan_len > PLAN_SIZE_MAX)
		return why_set(why, EBADMSG, "read answer", "the bytes are no answer");
	if (ret->key[0] && !text_is_room_key(ret->key))
		return why_set(why, EBADMSG, "read answer", "not a room's key");
	return 0;
}
