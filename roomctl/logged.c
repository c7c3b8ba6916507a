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

#include <stddef.h>
#include <string.h>

#include "lib/text.h"

#define ENRICHED "\x1d" /* auditd may add what it made of the numbers */
#define RECORD_TYPE "1326"
#define LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

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

/* "audit(1732704003.123:45): " */
static bool read_time(char **at, struct logged *ret)
{
	uint64_t seconds;
	const char *ms;

	if (!skip(at, "audit(") || !take_number(at, UINT32_MAX, ".", &seconds))
		return false;
	ms = *at;
	if (strspn(ms, "0123456789") != 3 || ms[3] != ':')
		return false;
	*at += 4;
	if (!take_u32(at, "): ", &ret->serial))
		return false;
	ret->ms =
		seconds * 1000 + (uint64_t)((ms[0] - '0') * 100 + (ms[1] - '0') * 10 + ms[2] - '0');
	return true;
}

/* "auid=..." up to ses; what is behind is in *at. */
static bool read_ids(char **at, struct logged *ret)
{
	uint64_t number;

	return skip(at, "auid=") && take_u32(at, " uid=", &ret->auid) &&
		take_u32(at, " gid=", &ret->uid) && take_number(at, UINT32_MAX, " ses=", &number) &&
		take_number(at, UINT32_MAX, "", &number);
}

/* Anybody may call the number -1, say: it is as the kernel compares it. */
static bool read_nr(char *text, uint32_t *ret)
{
	bool below = skip(&text, "-");

	if (!take_u32(&text, "", ret) || *text || (below && *ret > INT32_MAX))
		return false;
	if (below)
		*ret = -*ret;
	return true;
}

static bool read_record(char *text, struct logged *ret)
{
	static const char *const names[] = { "code", "ip", "compat", "syscall", "arch", "sig",
		"exe", "comm", "pid" };
	char *values[sizeof names / sizeof names[0]], *code, *pid;
	uint64_t number;

	text[strcspn(text, "\n" ENRICHED)] = '\0';
	/* First, so that of a strange one too it is known whether it is old. */
	if (!read_time(&text, ret))
		return false;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (!(values[i] = cut_last(text, names[i])))
			return false;
	code = values[0];
	pid = values[8];
	if (!skip(&code, "0x") || !read_hex(code, &ret->code) || !read_hex(values[4], &ret->arch) ||
		!read_nr(values[3], &ret->nr) || !take_number(&pid, INT32_MAX, "", &number) ||
		*pid || !read_name(values[6], ret->program, sizeof ret->program))
		return false;
	if (!ret->program[0] && !read_name(values[7], ret->program, sizeof ret->program))
		return false;
	return read_ids(&text, ret) && (!*text || strncmp(text, " subj=", 6) == 0);
}

/*
 * "kauditd_printk_skb: 27 callbacks suppressed", and what the audit itself says. One limit holds
 * for all who ask printk_ratelimit(), and the line names who came next, not whose lines were left
 * out. Only the network's limit, net_ratelimit(), is surely another.
 */
static bool read_lost(char *text, struct logged *ret)
{
	static const char *const words[] = { "audit_lost=", "backlog limit exceeded",
		"rate limit exceeded", "kauditd hold queue overflow" };
	char *behind = text + strspn(text, LETTERS "_0123456789");

	if (behind > text && skip(&behind, ": ") &&
		take_u32(&behind, " callbacks suppressed", &ret->lost))
		return strncmp(text, "net_ratelimit:", 14) != 0;
	if (!skip(&text, "audit: "))
		return false;
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
		if (strncmp(text, words[i], strlen(words[i])) == 0)
			return true;
	return false;
}

/* What asks printk_ratelimit() and anybody can bring about: the audit, and a program's end by a
 * signal (arch/x86: show_signal_msg(), show_signal(), signal_fault()). */
static bool is_limited(const char *text)
{
	return strncmp(text, "audit: ", 7) == 0 || strncmp(text, "traps: ", 7) == 0 ||
		strstr(text, "]: segfault at ") || strstr(text, "] bad frame in ");
}

/* What the kernel itself wrote, and where it begins. */
static enum logged_kind parse_kernel(char *at, struct logged *ret)
{
	enum logged_kind kind = LOGGED_OTHER;

	ret->limited = is_limited(at);
	if (!skip(&at, "audit: type="))
		return read_lost(at, ret) ? LOGGED_LOST : LOGGED_OTHER;
	if (skip(&at, RECORD_TYPE " ")) {
		kind = read_record(at, ret) ? LOGGED_RECORD : LOGGED_STRANGE;
	} else {
		at += strspn(at, "0123456789");
		if (skip(&at, " "))
			read_time(&at, ret);
	}
	/* A program that ends by a signal may be called so, as far as here. */
	ret->audit = ret->ms > 0;
	return kind;
}

/* What of /dev/kmsg the kernel itself wrote has no facility: whoever writes to the file gets one.
 * The number and the time are read of those too. */
static bool skip_kmsg(char **at, struct logged *ret)
{
	uint64_t priority, us;

	if (!take_number(at, UINT32_MAX, ",", &priority) ||
		!take_number(at, UINT64_MAX, ",", &ret->sequence) ||
		!take_number(at, UINT64_MAX, ",", &us))
		return false;
	ret->boot_ms = us / 1000;
	*at = strchr(*at, ';');
	return priority <= 7 && *at && skip(at, ";");
}

/* "[   12.345678] ", as often as it is there; "[Fri Nov 27 11:00:00 2026] " */
static bool skip_times(char **at)
{
	const char *begin = *at;

	while (**at == '[') {
		size_t len = strspn(*at + 1, " .:+-/0123456789" LETTERS);

		if ((*at)[len + 1] != ']')
			break;
		*at += len + 2;
		*at += **at == ' ';
	}
	return *at > begin;
}

/* A word of that length, and the blanks behind it. */
static bool skip_len(char **at, size_t len)
{
	if (len == 0 || (*at)[len] != ' ')
		return false;
	*at += len;
	*at += strspn(*at, " ");
	return true;
}

static bool skip_word(char **at, const char *set)
{
	return skip_len(at, strspn(*at, set));
}

/*
 * "Nov 27 11:00:00 host kernel: " or "2026-11-27T11:00:00+0000 host kernel: ". The word stands
 * where a program's name would, so that nothing a program says comes to stand there.
 */
static bool skip_journal(char **at)
{
	char *word = *at;

	/* A month is called as people there call it. */
	if (*word >= '0' && *word <= '9' ? !skip_word(&word, "0123456789-T:.,+Z") :
					   !skip_len(&word, strcspn(word, " \t:=/'\"[]")) ||
				!skip_word(&word, "0123456789") ||
				!skip_word(&word, "0123456789:."))
		return false;
	if (!skip_word(&word, LETTERS "0123456789.-_") || !skip(&word, "kernel: "))
		return false;
	*at = word;
	return true;
}

/* Whether there is such a record in it somewhere, or that some were left out: what a tool has
 * turned into another form is not nothing. */
static bool is_like(const char *line)
{
	static const char *const marks[] = { "type=" RECORD_TYPE " audit(",
		"type=" RECORD_TYPE " msg=audit(", "type=SECCOMP msg=audit(", "]: SECCOMP ",
		"audit_printk_skb: ", "kauditd_printk_skb: " };

	for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++)
		if (strstr(line, marks[i]))
			return true;
	return false;
}

/*
 * A line that begins with a blank goes on with what was before, which may be anybody's. Where the
 * kernel's text stands without a front, a line may do so too; what it then says to have lost is
 * believed all the same.
 */
static enum logged_kind parse_text(char *at, struct logged *ret)
{
	char *msg;

	if (skip_journal(&at)) {
		skip_times(&at);
		return parse_kernel(at, ret);
	}
	if (skip_times(&at))
		return parse_kernel(at, ret);
	if (read_lost(at, ret))
		return LOGGED_LOST;
	if (skip(&at, "node="))
		at += strcspn(at, " ") + (strchr(at, ' ') != NULL);
	if (skip(&at, "type=SECCOMP msg=") || skip(&at, "type=" RECORD_TYPE " msg="))
		return read_record(at, ret) ? LOGGED_RECORD : LOGGED_STRANGE;
	if (skip(&at, "type=") && (msg = strstr(at, " msg=")) && skip(&msg, " msg="))
		read_time(&msg, ret);
	return LOGGED_OTHER;
}

enum logged_kind logged_parse(char *line, enum logged_form form, struct logged *ret)
{
	enum logged_kind kind;
	bool like;

	*ret = (struct logged){ 0 };
	if (form == LOGGED_KMSG)
		return skip_kmsg(&line, ret) ? parse_kernel(line, ret) : LOGGED_OTHER;
	like = is_like(line);
	kind = parse_text(line, ret);
	return kind == LOGGED_OTHER && like ? LOGGED_STRANGE : kind;
}
