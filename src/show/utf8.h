/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One character of UTF-8 out of bytes that may be anything. */
#ifndef IOTAP_UTF8_H
#define IOTAP_UTF8_H

#include <stddef.h>
#include <stdint.h>

/*
 * Returns the length of the character at `in` (1 to 4) and its number; 0 when the first byte
 * begins no character (RFC 3629: overlong forms and surrogates are none); -1 when the bytes
 * end within what may become a character. len is at least 1.
 */
int utf8_decode(const uint8_t *in, size_t len, uint32_t *ret);

#endif
