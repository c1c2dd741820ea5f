/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads UTF-8 as RFC 3629 defines it. In: any bytes. Out: characters, and where there is none. */
#include "show/utf8.h"

int utf8_decode(const uint8_t *in, size_t len, uint32_t *ret)
{
	uint8_t low = 0x80, high = 0xbf;
	uint32_t c = in[0];
	int need;

	if (c < 0x80) {
		*ret = c;
		return 1;
	}
	if (c < 0xc2 || c > 0xf4)
		return 0;
	need = c < 0xe0 ? 1 : c < 0xf0 ? 2 : 3;
	if (c == 0xe0)
		low = 0xa0;
	else if (c == 0xed)
		high = 0x9f;
	else if (c == 0xf0)
		low = 0x90;
	else if (c == 0xf4)
		high = 0x8f;
	c &= 0x3f >> need;
	for (int i = 1; i <= need; i++) {
		if ((size_t)i == len)
			return -1;
		if (in[i] < low || in[i] > high)
			return 0;
		c = c << 6 | (in[i] & 0x3f);
		low = 0x80;
		high = 0xbf;
	}
	*ret = c;
	return need + 1;
}
