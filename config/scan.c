/* SPDX-License-Identifier: LGPL-2.1-or-later
 * SPDX-FileCopyrightText: pam_room contributors */
/*
 * A look at the text before libconfig's (see scan.h). It knows strings, comments, names, numbers
 * and brackets, and no grammar: what the text means is libconfig's to say.
 */
#include "config/scan.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "config/complaint.h"
#include "lib/text.h"

struct scan {
	const char *file;
	const char *at, *end;
	const char *line_start;
	unsigned int line;
	struct complaints *complaints;
	char last; /* the last byte that was no blank and no comment; 'a' for a name or a number */
	size_t n_groups, depth;
	struct {
		char bracket;
		unsigned int line;
		size_t keys;
	} open[SCAN_DEPTH_MAX + 1]; /* [0] is the file itself */
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
	else if (c == '\r' && scan->at[1] != '\n')
		scan_complain(scan, scan->at, "a carriage return that ends no line");
	else if (c != '\t' && c != '\n' && c != '\r' && (c < 0x20 || c == 0x7f))
		scan_complain(scan, scan->at, "a control byte, \\x%02x", c);
	else if (len == 0)
		scan_complain(scan, scan->at, "a byte that is no UTF-8, \\x%02x", c);
	scan->at += len ? len : 1;
	if (c == '\n')
		scan_line(scan);
}

/* A comment that has begun, its end included. */
static void scan_comment(struct scan *scan, const char *mark)
{
	const char *from = scan->at, *line_start = scan->line_start;
	unsigned int line = scan->line;
	size_t len = strlen(mark);

	for (;;) {
		while (byte_kind(*scan->at) != BYTE_OTHER && *scan->at != mark[0])
			scan->at++;
		if (scan->at >= scan->end || strncmp(scan->at, mark, len) == 0)
			break;
		scan_char(scan);
	}
	/* To libconfig a comment that nobody closes is one that goes on to the end. */
	if (scan->at >= scan->end)
		complaint_add(&scan->complaints->errors, scan->file, line,
			(unsigned int)(from - line_start) + 1, "this comment is never closed");
	/* The end of a line is counted as any other. */
	for (size_t i = 0; i < len && scan->at < scan->end; i++)
		scan_char(scan);
}

/* A string ends in its line: nothing in a policy is longer, and a forgotten quote shows where it
 * is. */
static void scan_string(struct scan *scan)
{
	const char *from = scan->at++;

	/* libconfig would join the two. */
	if (scan->last == '"')
		scan_complain(scan, from, "a comma is missing before this string");
	for (;;) {
		while (byte_kind(*scan->at) != BYTE_OTHER && *scan->at != '"' && *scan->at != '\\')
			scan->at++;
		if (scan->at >= scan->end || *scan->at == '"' || *scan->at == '\n')
			break;
		if (strncmp(scan->at, "\\x00", 4) == 0)
			scan_complain(scan, scan->at, "\\x00 would end the string");
		if (*scan->at == '\\' && scan->at + 1 < scan->end && scan->at[1] != '\n')
			scan_char(scan);
		scan_char(scan);
	}
	scan->last = '"';
	if (scan->at < scan->end && *scan->at == '"')
		scan->at++;
	else
		scan_complain(scan, from, "this string has no quote at its end");
}

static void scan_number(struct scan *scan)
{
	const char *from = scan->at, *digits = from + (*from == '-' || *from == '+');
	size_t n = strspn(digits, "0123456789");
	const char *after = digits + n;
	uint64_t value = 0;

	while (scan->at < scan->end && (is_name(*scan->at) || *scan->at == '+' || *scan->at == '.'))
		scan->at++;
	scan->last = 'a';
	if (n == 1 && *digits == '0' && (*after == 'x' || *after == 'X')) {
		n = strspn(after + 1, "0123456789abcdefABCDEF");
		if (n > 8 || (n == 8 && !strchr("01234567", after[1])))
			scan_complain(scan, from, "a number is at most 0x7fffffff");
		return;
	}
	if (strspn(after, "0123456789.eE+-L") < (size_t)(scan->at - after))
		scan_complain(scan, after, "a number runs into a name");
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

static bool is_boolean(const char *text, size_t len)
{
	return (len == 4 && strncasecmp(text, "true", len) == 0) ||
		(len == 5 && strncasecmp(text, "false", len) == 0);
}

/* A key, or a value that is true or false. */
static void scan_name(struct scan *scan)
{
	const char *from = scan->at;
	bool value = scan->last == '=' || scan->last == ':' ||
		(scan->depth > 0 && scan->open[scan->depth].bracket != '{');

	while (scan->at < scan->end && is_name(*scan->at))
		scan->at++;
	scan->last = 'a';
	if (value && !is_boolean(from, (size_t)(scan->at - from)))
		scan_complain(scan, from, "text stands in double quotes");
	else if (!value && *scan->at == '.')
		scan_complain(scan, from, "a key has no dot: write limits: { memory = \"8G\"; };");
	if (scan->open[scan->depth].keys++ == SCAN_KEYS_MAX) {
		scan_complain(scan, from, "more than %d keys in one group", SCAN_KEYS_MAX);
		scan->given_up = true;
	}
}

static void scan_open(struct scan *scan)
{
	if (scan->depth == SCAN_DEPTH_MAX || ++scan->n_groups > SCAN_GROUPS_MAX) {
		scan_complain(scan, scan->at,
			scan->depth == SCAN_DEPTH_MAX ? "groups are nested too deep" :
							"too many groups");
		scan->given_up = true;
		return;
	}
	if (scan->open[scan->depth].bracket == '(' && scan->last && strchr("})]\"", scan->last))
		scan_complain(scan, scan->at, "a comma is missing before this");
	scan->depth++;
	scan->open[scan->depth].bracket = *scan->at;
	scan->open[scan->depth].line = scan->line;
	scan->open[scan->depth].keys = 0;
}

static void scan_close(struct scan *scan)
{
	char open = scan->open[scan->depth].bracket;
	char want = open == '{' ? '}' : open == '(' ? ')' : ']';

	if (scan->depth == 0) {
		scan_complain(scan, scan->at, "nothing is open here");
		scan->given_up = true;
	} else if (*scan->at != want) {
		scan_complain(scan, scan->at, "the %c of line %u is still open here", open,
			scan->open[scan->depth].line);
		scan->given_up = true;
	} else {
		if (scan->last == ',')
			scan_complain(scan, scan->at, "a comma too many before this");
		scan->depth--;
	}
}

static void scan_bracket(struct scan *scan)
{
	if (strchr("{([", *scan->at))
		scan_open(scan);
	else
		scan_close(scan);
	scan->last = *scan->at++;
}

/* A comment or a string. */
static void scan_mark(struct scan *scan)
{
	char c = *scan->at, next = scan->at[1];

	if (c == '"') {
		scan_string(scan);
	} else if (c == '#' || next == '/') {
		scan_comment(scan, "\n");
	} else if (next == '*') {
		scan->at += 2;
		scan_comment(scan, "*/");
	} else {
		scan->at++;
	}
}

/* What is neither printable ASCII nor in a string or a comment. */
static void scan_other(struct scan *scan)
{
	if ((unsigned char)*scan->at >= 0xc0)
		scan_complain(scan, scan->at,
			"no quote that is typographic, and no letter that is not ASCII, outside of "
			"strings and comments: a string stands in \"");
	scan_char(scan);
}

static void scan_token(struct scan *scan)
{
	switch (byte_kind(*scan->at)) {
	case BYTE_PLAIN:
		scan->last = *scan->at == ' ' ? scan->last : *scan->at;
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
		scan_other(scan);
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
	/* Whatever was overlooked: to libconfig the text ends there. */
	if (memchr(text, '\0', len) && complaints->errors.n + complaints->errors.n_more == before)
		complaint_add(&complaints->errors, file, 0, 0, "a NUL byte");
	/* One mistake may leave another one's bracket open. */
	if (scan.depth > 0 && complaints->errors.n + complaints->errors.n_more == before)
		complaint_add(&complaints->errors, file, scan.open[scan.depth].line, 0,
			"the %c of this line is never closed", scan.open[scan.depth].bracket);
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
