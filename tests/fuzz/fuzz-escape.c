/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fuzzes what keeps a terminal safe. In: a byte that says how the text is cut, then the text.
 * Nothing that a terminal obeys may come through, and where the text is cut must not matter.
 */
#include <config.h>

#include "fuzz.h"
#include "show/escape.h"
#include "show/utf8.h"

/* The length of the character by RFC 3629, written down once more; 0: none begins here. */
static size_t character(const uint8_t *at, size_t left, uint32_t *ret)
{
	size_t n = at[0] < 0x80 ? 1 : at[0] < 0xc2 ? 0 : at[0] < 0xe0 ? 2 : at[0] < 0xf0 ? 3 : 4;
	uint32_t c = n == 1 ? at[0] : at[0] & (0xff >> (n + 1));

	if (!n || at[0] > 0xf4 || n > left)
		return 0;
	for (size_t i = 1; i < n; i++) {
		if ((at[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (at[i] & 0x3f);
	}
	if ((n == 3 && c < 0x800) || (n == 4 && (c < 0x10000 || c > 0x10ffff)) ||
	    (c >= 0xd800 && c <= 0xdfff))
		return 0;
	*ret = c;
	return n;
}

static bool is_unsafe(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c <= 0x9f) || c == 0x200e || c == 0x200f ||
	       (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

static void expect_safe(const char *text, size_t len, bool may_have_blanks, bool only_utf8)
{
	const uint8_t *at = (const uint8_t *)text;

	while (len) {
		uint32_t c = 0;
		size_t n = character(at, len, &c);

		if (!n) {
			EXPECT(!only_utf8);
			EXPECT(*at >= 0xa0);
			n = 1;
		} else if (!may_have_blanks || (c != '\t' && c != '\n')) {
			EXPECT(!is_unsafe(c));
		}
		at += n;
		len -= n;
	}
}

static void check_utf8(const uint8_t *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		uint32_t own = 0, theirs = 0;
		size_t n = character(text + i, len - i, &own);
		int m = utf8_decode(text + i, len - i, &theirs);

		if (n)
			EXPECT(m == (int)n && own == theirs);
		else
			EXPECT(m <= 0);
	}
}

static void check_mode(enum ansi mode, const uint8_t *text, size_t len, uint8_t cut)
{
	char *whole = malloc(ANSI_ROOM(len)), *parts = malloc(ANSI_ROOM(len) * 2 + 64);
	struct ansi_state state = { 0 };
	size_t nwhole, nparts = 0;

	EXPECT(whole && parts);
	nwhole = ansi_filter(&state, mode, text, len, whole);
	EXPECT(nwhole <= ANSI_ROOM(len));
	memset(&state, 0, sizeof(state));
	for (size_t at = 0, n; at < len; at += n) {
		char *out;

		n = 1 + (cut + at * 7) % (cut % 16 + 1);
		n = n < len - at ? n : len - at;
		out = malloc(ANSI_ROOM(n));
		EXPECT(out);
		size_t did = ansi_filter(&state, mode, text + at, n, out);

		EXPECT(did <= ANSI_ROOM(n));
		EXPECT(nparts + did <= nwhole);
		memcpy(parts + nparts, out, did);
		nparts += did;
		free(out);
	}
	EXPECT(nparts == nwhole && memcmp(whole, parts, nwhole) == 0);
	nwhole = ansi_line(mode, text, len, whole);
	EXPECT(nwhole <= ANSI_ROOM(len));
	if (mode == ANSI_KEEP)
		EXPECT(nwhole == len && memcmp(whole, text, len) == 0);
	else
		expect_safe(whole, nwhole, true, mode == ANSI_ESCAPE);
	free(whole);
	free(parts);
}

static void check_names(const uint8_t *text, size_t len, size_t size)
{
	char *out = malloc(size);

	EXPECT(out);
	EXPECT(escape_name(text, len, out, size) == out);
	EXPECT(memchr(out, 0, size));
	expect_safe(out, strlen(out), false, true);
	EXPECT(escape_word(text, len, out, size) == out);
	EXPECT(memchr(out, 0, size));
	expect_safe(out, strlen(out), false, true);
	EXPECT(!strchr(out, ' '));
	free(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { data, size };
	uint8_t cut = input_byte(&in);
	size_t len;
	uint8_t *text = input_copy(&in, in.left, &len);

	check_utf8(text, len);
	for (int mode = ANSI_KEEP; mode <= ANSI_ESCAPE; mode++)
		check_mode((enum ansi)mode, text, len, cut);
	check_names(text, len, 1 + cut);
	check_names(text, len, 4 * len + 1);
	free(text);
	return 0;
}
