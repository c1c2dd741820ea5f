/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Makes text that was captured safe for a terminal. In: any bytes. Out: bytes that move no
 * cursor, set no title, answer no question. Knows ECMA-48 escape sequences and their 8-bit forms.
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "show/escape.h"
#include "show/utf8.h"

enum state {
	GROUND,
	ESC,	  /* after ESC */
	ESC_MORE, /* after ESC and an intermediate byte, as in ESC ( B */
	CSI,
	STRING,	    /* OSC, DCS, SOS, PM, APC: until ST or BEL */
	STRING_ESC, /* ESC in a string: ST if a backslash follows */
};

static bool is_unsafe(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c <= 0x9f) || c == 0x200e || c == 0x200f ||
	       (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

static bool is_plain(uint8_t byte)
{
	return (byte >= 0x20 && byte < 0x7f) || byte == '\t' || byte == '\n';
}

static bool begins_string(uint32_t c)
{
	return c == 0x90 || c == 0x98 || (c >= 0x9d && c <= 0x9f);
}

static enum state after_esc(uint32_t c, bool *again)
{
	if (c == '[')
		return CSI;
	if (c == 'P' || c == 'X' || c == ']' || c == '^' || c == '_')
		return STRING;
	if (c >= 0x20 && c <= 0x2f)
		return ESC_MORE;
	if (c < 0x20 && c != 0x1b && c != '\n' && c != 0x18 && c != 0x1a)
		return ESC;
	*again = c < 0x30 || c > 0x7e;
	return GROUND;
}

static enum state in_string(uint32_t c, bool *again)
{
	if (c == 0x07 || c == 0x9c || c == 0x18 || c == 0x1a)
		return GROUND;
	if (c == 0x1b)
		return STRING_ESC;
	/* A string that nobody ends must not hide the lines that follow. */
	*again = c == '\n';
	return c == '\n' ? GROUND : STRING;
}

static enum state in_csi(uint32_t c, bool *again)
{
	if (c >= 0x40 && c <= 0x7e)
		return GROUND;
	if (c >= 0x20 && c <= 0x3f)
		return CSI;
	if (c < 0x20 && c != 0x1b && c != '\n' && c != 0x18 && c != 0x1a)
		return CSI;
	*again = c != 0x18 && c != 0x1a;
	return GROUND;
}

/* One step of the machine. Returns whether the character is shown. */
static bool step(uint8_t *state, uint32_t c)
{
	bool again = false;

	switch (*state) {
	case ESC:
		*state = after_esc(c, &again);
		break;
	case ESC_MORE:
		if (c >= 0x20 && c <= 0x2f)
			return false;
		again = c < 0x30 || c > 0x7e;
		*state = GROUND;
		break;
	case CSI:
		*state = in_csi(c, &again);
		break;
	case STRING:
		*state = in_string(c, &again);
		break;
	case STRING_ESC:
		if (c == '\\') {
			*state = GROUND;
			return false;
		}
		*state = ESC;
		return step(state, c);
	default:
		again = true;
	}
	if (!again)
		return false;
	if (c == 0x1b)
		*state = ESC;
	else if (c == 0x9b)
		*state = CSI;
	else if (begins_string(c))
		*state = STRING;
	else
		return c == '\t' || c == '\n' || !is_unsafe(c);
	return false;
}

static size_t put_hex(const uint8_t *in, size_t len, char *out)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < len; i++) {
		*out++ = '\\';
		*out++ = 'x';
		*out++ = digits[in[i] >> 4];
		*out++ = digits[in[i] & 15];
	}
	return 4 * len;
}

/* One character of n bytes, or, with n 0, one byte that belongs to none. */
static size_t put(struct ansi_state *s, enum ansi mode, const uint8_t *in, int n, uint32_t c,
		  char *out)
{
	size_t len = n ? n : 1;
	bool shown;

	if (!n)
		c = in[0];
	if (mode == ANSI_ESCAPE) {
		if (c == '\\') {
			memcpy(out, "\\\\", 2);
			return 2;
		}
		if (!n || (is_unsafe(c) && c != '\t' && c != '\n'))
			return put_hex(in, len, out);
		shown = true;
	} else {
		shown = step(&s->state, c);
	}
	if (shown)
		memcpy(out, in, len);
	return shown ? len : 0;
}

static size_t run_of_plain(const uint8_t *in, size_t len, enum ansi mode)
{
	size_t n = 0;

	while (n < len && is_plain(in[n]) && (mode != ANSI_ESCAPE || in[n] != '\\'))
		n++;
	return n;
}

/* Characters up to the end, or to one that is not whole. Returns what is left over. */
static size_t filter(struct ansi_state *s, enum ansi mode, const uint8_t *in, size_t len,
		     char **out)
{
	while (len) {
		uint32_t c = 0;
		int n;

		if (s->state == GROUND) {
			size_t plain = run_of_plain(in, len, mode);

			memcpy(*out, in, plain);
			*out += plain;
			in += plain;
			len -= plain;
			if (!len)
				break;
		}
		n = utf8_decode(in, len, &c);
		if (n < 0)
			break;
		*out += put(s, mode, in, n, c, *out);
		in += n ? n : 1;
		len -= n ? n : 1;
	}
	return len;
}

size_t ansi_filter(struct ansi_state *s, enum ansi mode, const void *in, size_t len, char *out)
{
	const uint8_t *bytes = in;
	char *end = out;
	size_t left;

	if (mode == ANSI_KEEP) {
		memcpy(out, in, len);
		return len;
	}
	while (s->npending && len) {
		s->pending[s->npending++] = *bytes++;
		len--;
		left = filter(s, mode, s->pending, s->npending, &end);
		memmove(s->pending, s->pending + s->npending - left, left);
		s->npending = left;
	}
	left = filter(s, mode, bytes, len, &end);
	if (left) {
		memcpy(s->pending, bytes + len - left, left);
		s->npending = left;
	}
	return end - out;
}

size_t ansi_line(enum ansi mode, const void *in, size_t len, char *out)
{
	struct ansi_state s = { 0 };
	size_t n = ansi_filter(&s, mode, in, len, out);

	for (int i = 0; i < s.npending; i++)
		n += put(&s, mode, s.pending + i, 0, 0, out + n);
	return n;
}

static char *escape(const uint8_t *in, size_t len, bool word, char *out, size_t size)
{
	size_t used = 0;

	while (len) {
		char text[16];
		uint32_t c = 0;
		int n = utf8_decode(in, len, &c);
		size_t bytes = n > 0 ? n : 1, room;

		if (n <= 0 || is_unsafe(c) || (word && c == ' '))
			room = put_hex(in, bytes, text);
		else if (c == '\\')
			room = sprintf(text, "\\\\");
		else
			memcpy(text, in, room = bytes);
		if (used + room + 1 > size)
			break;
		memcpy(out + used, text, room);
		used += room;
		in += bytes;
		len -= bytes;
	}
	out[used] = '\0';
	return out;
}

char *escape_name(const void *name, size_t len, char *out, size_t size)
{
	return escape(name, len, false, out, size);
}

char *escape_word(const void *name, size_t len, char *out, size_t size)
{
	return escape(name, len, true, out, size);
}
