/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Terminal safety. What was captured, and every name in a run directory, is hostile: a
 * terminal must not obey it.
 *
 * Unsafe are: C0 control characters and DEL; C1 control characters, as characters of UTF-8 and
 * as single bytes 0x80 to 0x9f that belong to no character; characters that turn the direction of
 * text or break lines (U+200E, U+200F, U+2028 to U+202E, U+2066 to U+2069).
 */
#ifndef IOTAP_ESCAPE_H
#define IOTAP_ESCAPE_H

#include <stddef.h>
#include <stdint.h>

enum ansi {
	ANSI_KEEP,   /* as it is */
	ANSI_STRIP,  /* escape sequences and all that is unsafe goes, but tab and newline */
	ANSI_ESCAPE, /* what is unsafe or no UTF-8 stands as \x1b, a backslash as \\ */
};

/* What goes on from one piece of text to the next. All zero at the start. */
struct ansi_state {
	uint8_t state;
	uint8_t npending;
	uint8_t pending[4]; /* the beginning of a character */
};

/* The most that ansi_filter() puts out for `len` bytes. */
#define ANSI_ROOM(len) (4 * ((len) + 4))

/* Returns how many bytes it has put into `out`. */
size_t ansi_filter(struct ansi_state *s, enum ansi mode, const void *in, size_t len, char *out);

/* The same for a text that ends here. */
size_t ansi_line(enum ansi mode, const void *in, size_t len, char *out);

/*
 * A name for the eye, on one line, as in ANSI_ESCAPE but without exception for tab and newline.
 * As much as fits into `out` (size bytes with the NUL) whole; returns out. A word has no
 * blanks either, so that columns can be counted.
 */
char *escape_name(const void *name, size_t len, char *out, size_t size);
char *escape_word(const void *name, size_t len, char *out, size_t size);

#endif
