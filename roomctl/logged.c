/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * Reading the kernel's records (see logged.h). audit_seccomp() in kernel/auditsc.c writes
 *
 *   audit(SECONDS.MS:SERIAL): auid=N uid=N gid=N ses=N [subj=CONTEXT] pid=N comm="NAME" exe="FILE"
 *   sig=N arch=HEX syscall=N compat=N ip=0xHEX code=0xHEX
 *
 * A security module may have blanks in its context, and nothing else has. So what is before it is
 * taken from the front and what is behind it from the end.
 */
#include "roomctl/logged.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "lib/text.h"

#define ENRICHED '\x1d' /* auditd may add what it made of the numbers */
#define RECORD_TYPE "1326"

/* Steps over the text; false when it is not there. */
static bool skip(char **at, const char *text)
{
	size_t len = strlen(text);

	if (strncmp(*at, text, len) != 0)
		return false;
	*at += len;
	return true;
}

/* A decimal number and what comes behind it, which is stepped over. */
static bool take_number(char **at, uint64_t max, const char *behind, uint64_t *ret)
{
	size_t len = strspn(*at, "0123456789");
	char digits[24];

	if (len == 0 || len >= sizeof digits)
		return false;
	memcpy(digits, *at, len);
	digits[len] = '\0';
	*at += len;
	return text_u64(digits, max, ret) == 0 && skip(at, behind);
}

static bool take_u32(char **at, const char *behind, uint32_t *ret)
{
	uint64_t number;

	if (!take_number(at, UINT32_MAX, behind, &number))
		return false;
	*ret = (uint32_t)number;
	return true;
}

/* Hexadecimal digits up to the end. */
static bool read_hex(const char *text, uint32_t *ret)
{
	size_t len = strspn(text, "0123456789abcdef");

	if (len == 0 || len > 8 || text[len] != '\0')
		return false;
	*ret = 0;
	for (; *text; text++)
		*ret = *ret << 4 | (uint32_t)(*text <= '9' ? *text - '0' : *text - 'a' + 10);
	return true;
}

/* The value of the last word, which must be of that name, and is cut off. */
static char *cut_last(char *text, const char *name)
{
	char *word = strrchr(text, ' '), *value = word;

	if (!word || !skip(&value, " ") || !skip(&value, name) || !skip(&value, "="))
		return NULL;
	*word = '\0';
	return value;
}

static int hex_digit(char digit)
{
	return digit >= '0' && digit <= '9'  ? digit - '0' :
		digit >= 'A' && digit <= 'F' ? digit - 'A' + 10 :
					       -1;
}

/* What the kernel made of a name: "name", or its bytes in digits, or a word in parentheses when it
 * has none. Cut short when it is longer than size. */
static bool read_name(const char *value, char *buf, size_t size)
{
	size_t len = strlen(value), n = 0;

	buf[0] = '\0';
	if (value[0] == '(' && value[len - 1] == ')')
		return true;
	if (value[0] == '"') {
		if (len < 2 || strchr(value + 1, '"') != value + len - 1)
			return false;
		for (value++; *value != '"'; value++)
			if (n + 1 < size)
				buf[n++] = *value;
		buf[n] = '\0';
		return true;
	}
	if (len == 0 || len % 2)
		return false;
	for (; *value; value += 2) {
		int high = hex_digit(value[0]), low = hex_digit(value[1]);

		if (high < 0 || low < 0 || (high | low) == 0)
			return false;
		if (n + 1 < size)
			buf[n++] = (char)(high << 4 | low);
	}
	buf[n] = '\0';
	return true;
}

/* "audit(1732704003.123:45): auid=..." up to ses; what is behind is in *at. */
static bool read_front(char **at, struct logged *ret)
{
	uint64_t seconds, number;
	const char *ms;

	if (!skip(at, "audit(") || !take_number(at, UINT32_MAX, ".", &seconds))
		return false;
	ms = *at;
	if (strspn(ms, "0123456789") != 3 || ms[3] != ':')
		return false;
	*at += 4;
	ret->ms =
		seconds * 1000 + (uint64_t)((ms[0] - '0') * 100 + (ms[1] - '0') * 10 + ms[2] - '0');
	return take_u32(at, "): auid=", &ret->serial) && take_u32(at, " uid=", &ret->auid) &&
		take_u32(at, " gid=", &ret->uid) && take_number(at, UINT32_MAX, " ses=", &number) &&
		take_number(at, UINT32_MAX, "", &number);
}

static bool read_record(char *text, struct logged *ret)
{
	static const char *const names[] = { "code", "ip", "compat", "syscall", "arch", "sig",
		"exe", "comm", "pid" };
	char *values[sizeof names / sizeof names[0]], *code, *nr, *pid;
	uint64_t number;

	text[strcspn(text, "\n\x1d")] = '\0';
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (!(values[i] = cut_last(text, names[i])))
			return false;
	code = values[0];
	nr = values[3];
	pid = values[8];
	if (!skip(&code, "0x") || !read_hex(code, &ret->code) || !read_hex(values[4], &ret->arch) ||
		!take_u32(&nr, "", &ret->nr) || *nr || !take_number(&pid, INT32_MAX, "", &number) ||
		*pid || !read_name(values[6], ret->program, sizeof ret->program))
		return false;
	if (!ret->program[0] && !read_name(values[7], ret->program, sizeof ret->program))
		return false;
	return read_front(&text, ret) && (!*text || strncmp(text, " subj=", 6) == 0);
}

/* "kauditd_printk_skb: 27 callbacks suppressed", and what the audit itself says. */
static bool read_lost(char *text, struct logged *ret)
{
	static const char *const words[] = { "audit_lost=", "backlog limit exceeded",
		"rate limit exceeded", "kauditd hold queue overflow" };

	if (skip(&text, "kauditd_printk_skb: ") || skip(&text, "audit_printk_skb: "))
		return take_u32(&text, " callbacks suppressed", &ret->lost);
	if (!skip(&text, "audit: "))
		return false;
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (strncmp(text, words[i], strlen(words[i])) == 0)
			return true;
	return false;
}

/* What of /dev/kmsg the kernel itself wrote has no facility: whoever writes to the file gets one.
 */
static bool skip_kmsg(char **at, struct logged *ret)
{
	uint64_t number;

	if (!take_number(at, 7, ",", &number) || !take_number(at, UINT64_MAX, ",", &ret->sequence))
		return false;
	*at = strchr(*at, ';');
	return *at && skip(at, ";");
}

/* "[   12.345678] ", as often as it is there; "[Fri Nov 27 11:00:00 2026] " */
static void skip_times(char **at)
{
	while (**at == '[') {
		size_t len = strspn(*at + 1,
			" .:+-/0123456789"
			"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

		if ((*at)[len + 1] != ']')
			return;
		*at += len + 2;
		*at += **at == ' ';
	}
}

/*
 * "Nov 27 11:00:00 host kernel: " or "2026-11-27T11:00:00+0000 host kernel: ". The word stands
 * where a program's name would, so that nothing a program says comes to stand there.
 */
static void skip_journal(char **at)
{
	size_t words = **at >= '0' && **at <= '9' ? 2 : 4;
	char *word = *at;

	for (size_t i = 0; i < words; i++) {
		word += strcspn(word, " ");
		word += strspn(word, " ");
	}
	if (skip(&word, "kernel: "))
		*at = word;
}

enum logged_kind logged_parse(char *line, enum logged_form form, struct logged *ret)
{
	char *at = line;
	bool found;

	*ret = (struct logged){ 0 };
	if (form == LOGGED_KMSG && !skip_kmsg(&at, ret))
		return LOGGED_OTHER;
	if (form == LOGGED_TEXT) {
		skip_times(&at);
		skip_journal(&at);
		skip_times(&at);
		if (skip(&at, "node="))
			at += strcspn(at, " ") + (strchr(at, ' ') != NULL);
	}
	found = skip(&at, "audit: type=" RECORD_TYPE " ");
	if (!found && form == LOGGED_TEXT)
		found = skip(&at, "type=SECCOMP msg=") || skip(&at, "type=" RECORD_TYPE " msg=");
	if (found)
		return read_record(at, ret) ? LOGGED_RECORD : LOGGED_STRANGE;
	return read_lost(at, ret) ? LOGGED_LOST : LOGGED_OTHER;
}
