/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The end of a stream, see seal.h. */
#include <config.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "store/seal.h"

static int copy_row(struct stream *to, const struct stream *from)
{
	*to = *from;
	to->name = (struct bytes){ 0 };
	to->holes = NULL;
	to->nholes = to->nsegments = 0;
	to->segments = calloc(from->nsegments + 1, sizeof(*to->segments));
	to->name.data = malloc(from->name.len + 1);
	if (to->segments == NULL || to->name.data == NULL)
		return -ENOMEM;
	if (from->name.len > 0)
		memcpy(to->name.data, from->name.data, from->name.len);
	to->name.len = from->name.len;
	for (size_t i = 0; i < from->nsegments; i++) {
		to->segments[i] = from->segments[i];
		to->segments[i].file = strdup(from->segments[i].file);
		if (to->segments[i].file == NULL)
			return -ENOMEM;
		to->nsegments++;
	}
	return 0;
}

int seal_create(const struct stream *st, struct stream_files *sf, struct seal **ret)
{
	struct seal *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return -ENOMEM;
	if (copy_row(&s->row, st) < 0) {
		stream_release(&s->row);
		free(s);
		return -ENOMEM;
	}
	s->sf = sf;
	hash_init(&s->hash);
	*ret = s;
	return 0;
}

void seal_free(struct files *f, struct seal *s)
{
	stream_release(&s->row);
	stream_files_free(f, s->sf);
	free(s);
}

int seal_step(struct seal *s, struct files *f, uint64_t *budget)
{
	for (; s->segment < s->row.nsegments; s->segment++, s->at = 0) {
		uint64_t length = s->row.segments[s->segment].length;
		uint64_t n = length - s->at < *budget ? length - s->at : *budget;
		int fd = files_open(f, s->sf, s->segment);
		struct stat about;
		int r;

		if (fd < 0)
			return fd;
		if (fstat(fd, &about) < 0)
			return -errno;
		if ((uint64_t)about.st_size != length)
			return -EIO;
		r = hash_file(&s->hash, fd, s->at, n);
		if (r < 0)
			return r;
		s->at += n;
		*budget -= n;
		if (s->at < length)
			return 0;
	}
	hash_end(&s->hash, s->row.sha256);
	s->row.hashed = true;
	return 1;
}
