/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Makes the check sums of a journal right again, so that a fuzzer gets behind them. A record
 * whose sum is 0 is left as it is: one that is damaged.
 */
#ifndef IOTAP_FUZZ_CRC_H
#define IOTAP_FUZZ_CRC_H

#include <zlib.h>

#include "format.h"
#include "fuzz.h"

static inline void mend_records(uint8_t *data, size_t size)
{
	struct format_record head;

	while (size >= sizeof(head)) {
		size_t padded;
		uLong crc;

		memcpy(&head, data, sizeof(head));
		padded = sizeof(head) + ((size_t)head.length + 7) / 8 * 8;
		if (head.length > size - sizeof(head) || padded > size)
			return;
		if (head.crc) {
			crc = crc32(0, data, 8);
			crc = crc32(crc, data + 12, 4);
			crc = crc32(crc, data + sizeof(head), head.length);
			head.crc = (uint32_t)crc;
			memcpy(data, &head, sizeof(head));
		}
		data += padded;
		size -= padded;
	}
}

#endif
