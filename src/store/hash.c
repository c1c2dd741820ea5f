/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SHA-256 over files, see hash.h. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/fd.h"
#include "store/hash.h"

#define BLOCK (256u << 10)
#define SMALL 4096

void hash_init(struct hash *h)
{
	sha256_init(&h->context);
}

static int hash_range(struct hash *h, int fd, uint64_t length, char *block, size_t size)
{
	for (uint64_t at = 0; at < length;) {
		size_t want = length - at < size ? (size_t)(length - at) : size;
		ssize_t n = pread(fd, block, want, (off_t)at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? -errno : -EIO;
		sha256_update(&h->context, (size_t)n, (const uint8_t *)block);
		at += (uint64_t)n;
	}
	return 0;
}

int hash_file(struct hash *h, int fd, uint64_t length)
{
	CLEANUP_FREE char *block = NULL;
	char small[SMALL];

	if (length <= sizeof(small))
		return hash_range(h, fd, length, small, sizeof(small));
	block = malloc(BLOCK);
	if (block == NULL)
		return -ENOMEM;
	posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
	return hash_range(h, fd, length, block, BLOCK);
}

void hash_end(struct hash *h, uint8_t ret[static SHA256_SIZE])
{
	sha256_digest(&h->context, SHA256_SIZE, ret);
}
