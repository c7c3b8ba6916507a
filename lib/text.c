/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Whole-string parsers and printers (see text.h).
 */
#include "lib/text.h"

#include <errno.h>
#include <string.h>

void text_tame_line(char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < 0x20 || *text == 0x7f)
			*text = '?';
}

void text_tame(char *text)
{
	for (unsigned char *c = (unsigned char *)text; *c; c++)
		if (*c < 0x20 || *c > 0x7e)
			*c = '?';
}

size_t text_utf8(const char *text, size_t max, unsigned int *ret_point)
{
	static const struct {
		unsigned char mask, lead;
		unsigned int least;
	} rows[] = { { 0x80, 0x00, 0 }, { 0xe0, 0xc0, 0x80 }, { 0xf0, 0xe0, 0x800 },
		{ 0xf8, 0xf0, 0x10000 } };
	const unsigned char *s = (const unsigned char *)text;

	for (size_t len = 1; len <= 4 && len <= max; len++) {
		unsigned int point = s[0] & (unsigned int)~rows[len - 1].mask & 0xff;
		size_t i = 1;

		if ((s[0] & rows[len - 1].mask) != rows[len - 1].lead)
			continue;
		for (; i < len && (s[i] & 0xc0) == 0x80; i++)
			point = point << 6 | (s[i] & 0x3f);
		if (i < len || point < rows[len - 1].least || point > 0x10ffff ||
			(point >= 0xd800 && point <= 0xdfff))
			return 0;
		*ret_point = point;
		return len;
	}
	return 0;
}

int text_u64(const char *text, uint64_t max, uint64_t *ret)
{
	uint64_t value = 0;

	if (!*text || (text[0] == '0' && text[1]))
		return -EINVAL;
	for (const char *c = text; *c; c++) {
		unsigned int digit = (unsigned int)(*c - '0');

		if (*c < '0' || *c > '9')
			return -EINVAL;
		if (value > (max - digit) / 10 || digit > max)
			return -ERANGE;
		value = value * 10 + digit;
	}
	*ret = value;
	return 0;
}

bool text_has_word(const char *text, const char *word)
{
	size_t len = strlen(word);

	for (const char *at = text; (at = strstr(at, word)); at++)
		if ((at == text || strchr(" \n", at[-1])) && (!at[len] || strchr(" \n", at[len])))
			return true;
	return false;
}

int text_id(const char *text, uint32_t *ret)
{
	uint64_t value;
	int r = text_u64(text, UINT32_MAX - 1, &value);

	if (r == 0)
		*ret = (uint32_t)value;
	return r;
}

bool text_is_room_name(const char *text)
{
	size_t len = strlen(text);

	return len >= 1 && len <= TEXT_ROOM_NAME_MAX && text[0] >= 'a' && text[0] <= 'z' &&
		strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-_") == len;
}

const char *text_key_name(const char *key, char buf[TEXT_ROOM_NAME_MAX + 1])
{
	const char *dot = strchr(key, '.');
	size_t len = dot ? strcspn(dot + 1, ".") : 0;

	if (len > TEXT_ROOM_NAME_MAX)
		len = 0;
	if (len > 0)
		memcpy(buf, dot + 1, len);
	buf[len] = '\0';
	return buf;
}

bool text_is_room_key(const char *text)
{
	const char *dot = strchr(text, '.'), *second;
	char uid[16], name[TEXT_ROOM_NAME_MAX + 1];
	uint64_t number;
	uint32_t id;

	if (!dot || (size_t)(dot - text) >= sizeof uid)
		return false;
	memcpy(uid, text, (size_t)(dot - text));
	uid[dot - text] = '\0';
	second = strchr(dot + 1, '.');
	return text_id(uid, &id) == 0 && text_is_room_name(text_key_name(text, name)) &&
		(!second || text_u64(second + 1, INT64_MAX, &number) == 0);
}

/* capability.h's numbers; the order is the kernel's and never changes. */
static const char *const cap_names[] = {
	"chown",
	"dac_override",
	"dac_read_search",
	"fowner",
	"fsetid",
	"kill",
	"setgid",
	"setuid",
	"setpcap",
	"linux_immutable",
	"net_bind_service",
	"net_broadcast",
	"net_admin",
	"net_raw",
	"ipc_lock",
	"ipc_owner",
	"sys_module",
	"sys_rawio",
	"sys_chroot",
	"sys_ptrace",
	"sys_pacct",
	"sys_admin",
	"sys_boot",
	"sys_nice",
	"sys_resource",
	"sys_time",
	"sys_tty_config",
	"mknod",
	"lease",
	"audit_write",
	"audit_control",
	"setfcap",
	"mac_override",
	"mac_admin",
	"syslog",
	"wake_alarm",
	"block_suspend",
	"audit_read",
	"perfmon",
	"bpf",
	"checkpoint_restore",
};

const char *text_cap_name(unsigned int cap)
{
	return cap < sizeof cap_names / sizeof cap_names[0] ? cap_names[cap] : NULL;
}

unsigned int text_distance(const char *a, const char *b, unsigned int max)
{
	unsigned int row[64];
	size_t len_a = strlen(a), len_b = strlen(b);

	if (len_a >= 64 || len_b >= 64)
		return max + 1;
	for (size_t j = 0; j <= len_b; j++)
		row[j] = (unsigned int)j;
	for (size_t i = 1; i <= len_a; i++) {
		unsigned int diagonal = row[0];

		row[0] = (unsigned int)i;
		for (size_t j = 1; j <= len_b; j++) {
			unsigned int above = row[j];
			unsigned int best = diagonal + (a[i - 1] != b[j - 1]);

			best = above + 1 < best ? above + 1 : best;
			best = row[j - 1] + 1 < best ? row[j - 1] + 1 : best;
			row[j] = best;
			diagonal = above;
		}
	}
	return row[len_b] > max ? max + 1 : row[len_b];
}
