/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SHA-256 over files; holes count as zeros. */
#ifndef IOTAP_STORE_HASH_H
#define IOTAP_STORE_HASH_H

#include <nettle/sha2.h>

#include "model.h"

struct hash {
	struct sha256_ctx context;
};

void hash_init(struct hash *h);

/* Adds bytes [from, from + length) of the file. -EIO: it is shorter. */
int hash_file(struct hash *h, int fd, uint64_t from, uint64_t length);
void hash_end(struct hash *h, uint8_t ret[static SHA256_SIZE]);

#endif
