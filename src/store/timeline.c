/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The time line as it is read, see timeline.h. */
#include <config.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/fd.h"
#include "store/timeline.h"

#define RECORDS_PER_BLOCK 1024u

void timeline_release(struct timeline *t)
{
	fd_close(t->fd);
	free(t->order);
	free(t->blocks);
	*t = (struct timeline){ .fd = -1 };
}

static int load_block(struct timeline *t, uint64_t block, char *to, uint32_t *ret_filled)
{
	size_t size = (size_t)RECORDS_PER_BLOCK * t->record_size;
	size_t have = 0;

	while (have < size) {
		ssize_t n = pread(t->fd, to + have, size - have,
				  (off_t)(t->first + block * size + have));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		have += (size_t)n;
	}
	*ret_filled = (uint32_t)have;
	return 0;
}

int timeline_get(struct timeline *t, uint32_t i, struct chunk *ret)
{
	uint64_t block = i / RECORDS_PER_BLOCK;
	size_t slot = block % TIMELINE_BLOCKS;
	size_t at = (size_t)(i % RECORDS_PER_BLOCK) * t->record_size;
	size_t size = (size_t)RECORDS_PER_BLOCK * t->record_size;
	struct format_chunk row;
	int r;

	if (t->blocks == NULL)
		t->blocks = malloc(TIMELINE_BLOCKS * size);
	if (t->blocks == NULL)
		return -ENOMEM;
	if (t->cached[slot] != block + 1) {
		t->cached[slot] = 0;
		r = load_block(t, block, t->blocks + slot * size, &t->filled[slot]);
		if (r < 0)
			return r;
		t->cached[slot] = block + 1;
	}
	if (at + sizeof(row) > t->filled[slot])
		return -ENODATA;
	memcpy(&row, t->blocks + slot * size + at, sizeof(row));
	*ret = (struct chunk){
		.time_ns = row.time_ns,
		.offset = row.offset,
		.length = row.length,
		.stream = row.stream,
		.tid = row.tid,
		.flags = row.flags,
		.entered_ns = row.entered_ns,
	};
	return 0;
}

/* Two neighbouring ascending runs [a, b) and [b, c) become one. */
static void merge(const uint64_t *times, uint32_t *order, uint32_t *spare, uint32_t a, uint32_t b,
		  uint32_t c)
{
	uint64_t first = times[order[b]], last = times[order[b - 1]];
	uint32_t low = a, high = b, end, i, j, n;

	/* What is in its place already stays: runs overlap little, their times are close. */
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (times[order[middle]] <= first)
			low = middle + 1;
		else
			high = middle;
	}
	a = low;
	low = b;
	high = c;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (times[order[middle]] < last)
			low = middle + 1;
		else
			high = middle;
	}
	end = low;
	n = b - a;
	memcpy(spare, order + a, n * sizeof(*order));
	for (i = 0, j = b; i < n;)
		if (j < end && times[order[j]] < times[spare[i]])
			order[a++] = order[j++];
		else
			order[a++] = spare[i++];
}

/* Merges runs in pairs until one is left. `ends` holds where each ends. */
static void merge_runs(const uint64_t *times, uint32_t *order, uint32_t *spare, uint32_t *ends,
		       uint32_t nruns)
{
	while (nruns > 1) {
		uint32_t out = 0, start = 0;

		for (uint32_t i = 0; i < nruns; i += 2) {
			uint32_t end = ends[i];

			if (i + 1 < nruns) {
				merge(times, order, spare, start, ends[i], ends[i + 1]);
				end = ends[i + 1];
			}
			start = end;
			ends[out++] = end;
		}
		nruns = out;
	}
}

int timeline_sort(struct timeline *t)
{
	CLEANUP_FREE uint64_t *times = NULL;
	CLEANUP_FREE uint32_t *spare = NULL;
	CLEANUP_FREE uint32_t *ends = NULL;
	CLEANUP_FREE uint32_t *order = NULL;
	uint32_t nruns = 0;

	times = reallocarray(NULL, t->count, sizeof(*times));
	spare = reallocarray(NULL, t->count, sizeof(*spare));
	ends = reallocarray(NULL, t->count, sizeof(*ends));
	order = reallocarray(NULL, t->count, sizeof(*order));
	if (times == NULL || spare == NULL || ends == NULL || order == NULL)
		return -ENOMEM;
	for (uint32_t i = 0; i < t->count; i++) {
		struct chunk c;
		int r = timeline_get(t, i, &c);

		if (r < 0)
			return r;
		times[i] = chunk_order(&c);
		order[i] = i;
		if (i > 0 && times[i] < times[i - 1])
			ends[nruns++] = i;
	}
	ends[nruns++] = t->count;
	merge_runs(times, order, spare, ends, nruns);
	t->order = order;
	order = NULL;
	return 0;
}
