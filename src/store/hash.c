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

static int hash_range(struct hash *h, int fd, uint64_t at, uint64_t end, char *block, size_t size)
{
	while (at < end) {
		size_t want = end - at < size ? (size_t)(end - at) : size;
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

int hash_file(struct hash *h, int fd, uint64_t from, uint64_t length)
{
	CLEANUP_FREE char *block = NULL;
	char small[SMALL];

	if (length <= sizeof(small))
		return hash_range(h, fd, from, from + length, small, sizeof(small));
	block = malloc(BLOCK);
	if (block == NULL)
		return -ENOMEM;
	posix_fadvise(fd, (off_t)from, (off_t)length, POSIX_FADV_SEQUENTIAL);
	return hash_range(h, fd, from, from + length, block, BLOCK);
}

void hash_end(struct hash *h, uint8_t ret[static SHA256_SIZE])
{
	sha256_digest(&h->context, SHA256_SIZE, ret);
}
