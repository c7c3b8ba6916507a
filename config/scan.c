/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * A look at the text before libconfig's (see scan.h). It knows strings, comments, names, numbers
 * and brackets, and no grammar: what the text means is libconfig's to say.
 */
#include "config/scan.h"

#include <stdint.h>
#include <string.h>

#include "config/complaint.h"
#include "lib/text.h"

struct scan {
	const char *file;
	const char *at, *end;
	const char *line_start;
	unsigned int line;
	struct complaints *complaints;
	size_t n_groups, depth;
	size_t keys[SCAN_DEPTH_MAX + 1]; /* of the groups that are open */
	bool given_up;
};

#define scan_complain(scan, where, ...)                                                            \
	complaint_add(&(scan)->complaints->errors, (scan)->file, (scan)->line,                     \
		(unsigned int)((where) - (scan)->line_start) + 1, __VA_ARGS__)

/* What a byte is, outside of strings and comments. A login waits for each of millions of them. */
enum {
	BYTE_OTHER,  /* what scan_char() looks at */
	BYTE_PLAIN,  /* printable and nothing else */
	BYTE_NAME,   /* to libconfig these are one name: [A-Za-z*][-A-Za-z0-9_*]* */
	BYTE_NUMBER, /* of a name too, but it may begin a number */
	BYTE_BRACKET,
	BYTE_MARK, /* may begin a comment or a string */
};

static const unsigned char byte_kinds[256] = {
	[' ' ... '!'] = BYTE_PLAIN,
	['$' ... '\''] = BYTE_PLAIN,
	[','] = BYTE_PLAIN,
	['.'] = BYTE_PLAIN,
	[':' ... '@'] = BYTE_PLAIN,
	['\\'] = BYTE_PLAIN,
	['^'] = BYTE_PLAIN,
	['`'] = BYTE_PLAIN,
	['|'] = BYTE_PLAIN,
	['~'] = BYTE_PLAIN,
	['a' ... 'z'] = BYTE_NAME,
	['A' ... 'Z'] = BYTE_NAME,
	['_'] = BYTE_NAME,
	['*'] = BYTE_NAME,
	['0' ... '9'] = BYTE_NUMBER,
	['-'] = BYTE_NUMBER,
	['+'] = BYTE_NUMBER,
	['{'] = BYTE_BRACKET,
	['}'] = BYTE_BRACKET,
	['('] = BYTE_BRACKET,
	[')'] = BYTE_BRACKET,
	['['] = BYTE_BRACKET,
	[']'] = BYTE_BRACKET,
	['#'] = BYTE_MARK,
	['/'] = BYTE_MARK,
	['"'] = BYTE_MARK,
};

static unsigned char byte_kind(char c)
{
	return byte_kinds[(unsigned char)c];
}

static bool is_name(char c)
{
	return byte_kind(c) == BYTE_NAME || (byte_kind(c) == BYTE_NUMBER && c != '+');
}

/*
 * libconfig's scanner takes @include at the start of any line, blanks before it allowed, in a
 * comment or a string of several lines too.
 */
static void scan_line(struct scan *scan)
{
	const char *from = scan->at + strspn(scan->at, " \t");

	scan->line_start = scan->at;
	scan->line++;
	if (strncmp(from, "@include", 8) == 0)
		scan_complain(scan, from, "@include is not supported: put a file into room.d");
}

/* Over one character. */
static void scan_char(struct scan *scan)
{
	unsigned char c = (unsigned char)*scan->at;
	unsigned int point;
	size_t len;

	if (byte_kinds[c] != BYTE_OTHER) {
		scan->at++;
		return;
	}
	len = text_utf8(scan->at, (size_t)(scan->end - scan->at), &point);

	if (c == '\0')
		scan_complain(scan, scan->at, "a NUL byte");
	else if (c != '\t' && c != '\n' && c != '\r' && (c < 0x20 || c == 0x7f))
		scan_complain(scan, scan->at, "a control byte, \\x%02x", c);
	else if (len == 0)
		scan_complain(scan, scan->at, "a byte that is no UTF-8, \\x%02x", c);
	scan->at += len ? len : 1;
	if (c == '\n')
		scan_line(scan);
}

/* The rest of a comment or of a string that has begun, its end included. */
static void scan_until(struct scan *scan, const char *mark, bool escapes)
{
	size_t len = strlen(mark);

	for (;;) {
		while (byte_kind(*scan->at) != BYTE_OTHER && *scan->at != mark[0] &&
			*scan->at != '\\')
			scan->at++;
		if (scan->at >= scan->end || strncmp(scan->at, mark, len) == 0)
			break;
		if (escapes && *scan->at == '\\') {
			if (strncmp(scan->at, "\\x00", 4) == 0)
				scan_complain(scan, scan->at, "\\x00 would end the string");
			scan_char(scan);
		}
		if (scan->at < scan->end)
			scan_char(scan);
	}
	/* The end of a line is counted as any other. */
	for (size_t i = 0; i < len && scan->at < scan->end; i++)
		scan_char(scan);
}

static void scan_number(struct scan *scan)
{
	const char *from = scan->at, *digits = from + (*from == '-' || *from == '+');
	size_t n = strspn(digits, "0123456789");
	const char *after = digits + n;
	uint64_t value = 0;

	while (scan->at < scan->end && (is_name(*scan->at) || strchr("+.", *scan->at)))
		scan->at++;
	if (n == 1 && *digits == '0' && (*after == 'x' || *after == 'X')) {
		n = strspn(after + 1, "0123456789abcdefABCDEF");
		if (n > 8 || (n == 8 && !strchr("01234567", after[1])))
			scan_complain(scan, from, "a number is at most 0x7fffffff");
		return;
	}
	/* Not a whole number: libconfig and the schema have their say about it. */
	if (n == 0 || after != scan->at)
		return;
	for (size_t i = 0; i < n && value <= INT32_MAX; i++)
		value = value * 10 + (uint64_t)(digits[i] - '0');
	if (n > 1 && *digits == '0')
		scan_complain(scan, from,
			"a number does not begin with 0: it would be read as decimal %u",
			(unsigned int)(value & UINT32_MAX));
	else if (value > INT32_MAX)
		scan_complain(scan, from, "a number is at most 2147483647, and sizes are strings");
}

static void scan_name(struct scan *scan)
{
	const char *from = scan->at;

	while (scan->at < scan->end && is_name(*scan->at))
		scan->at++;
	if (scan->keys[scan->depth]++ == SCAN_KEYS_MAX) {
		scan_complain(scan, from, "more than %d keys in one group", SCAN_KEYS_MAX);
		scan->given_up = true;
	}
}

static void scan_bracket(struct scan *scan)
{
	char c = *scan->at;

	if (strchr("{([", c)) {
		if (scan->depth == SCAN_DEPTH_MAX || ++scan->n_groups > SCAN_GROUPS_MAX) {
			scan_complain(scan, scan->at,
				scan->depth == SCAN_DEPTH_MAX ? "groups are nested too deep" :
								"too many groups");
			scan->given_up = true;
			return;
		}
		scan->keys[++scan->depth] = 0;
	} else if (scan->depth > 0) {
		scan->depth--;
	}
	scan->at++;
}

/* A comment or a string. */
static void scan_mark(struct scan *scan)
{
	char c = *scan->at, next = scan->at[1];

	if (c == '"') {
		scan->at++;
		scan_until(scan, "\"", true);
	} else if (c == '#' || next == '/') {
		scan_until(scan, "\n", false);
	} else if (next == '*') {
		scan->at += 2;
		scan_until(scan, "*/", false);
	} else {
		scan->at++;
	}
}

static void scan_token(struct scan *scan)
{
	switch (byte_kind(*scan->at)) {
	case BYTE_PLAIN:
		scan->at++;
		break;
	case BYTE_NAME:
		scan_name(scan);
		break;
	case BYTE_NUMBER:
		scan_number(scan);
		break;
	case BYTE_BRACKET:
		scan_bracket(scan);
		break;
	case BYTE_MARK:
		scan_mark(scan);
		break;
	default:
		scan_char(scan);
		break;
	}
}

bool scan_text(const char *file, const char *text, size_t len, struct complaints *complaints)
{
	struct scan scan = {
		.file = file, .at = text, .end = text + len, .complaints = complaints
	};
	size_t before = complaints->errors.n + complaints->errors.n_more;

	scan_line(&scan);
	while (scan.at < scan.end && !scan.given_up)
		scan_token(&scan);
	return complaints->errors.n + complaints->errors.n_more == before;
}

unsigned int scan_column(const char *text, unsigned int line, const char *name)
{
	size_t len = strlen(name);
	const char *found = NULL, *end, *at;

	for (; line > 1 && text; line--) {
		text = strchr(text, '\n');
		text = text ? text + 1 : NULL;
	}
	if (!text || line == 0)
		return 0;
	end = strchrnul(text, '\n');
	for (at = text; at < end; at++) {
		if ((at > text && is_name(at[-1])) || strncmp(at, name, len) != 0 ||
			is_name(at[len]) || !strchr(":=", at[len + strspn(at + len, " \t")]))
			continue;
		if (found)
			return 0;
		found = at;
	}
	return found ? (unsigned int)(found - text) + 1 : 0;
}
