/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The decoder: wire records in, model out. Pure: no files, no kernel. It owns
 * the tables of processes and streams of the run and does the accounting. What
 * comes in is checked: a record that makes no sense is counted and skipped.
 */
#ifndef IOTAP_DECODE_H
#define IOTAP_DECODE_H

#include "model.h"

struct wire_head;
struct decoder;

/* Where the model goes. Each returns 0 or negative errno, which decode_record() returns. */
struct decode_sink {
	void *context;
	int (*process)(void *context, const struct process *p); /* a row that is new or changed */
	int (*stream)(void *context, struct stream *s);		/* opened, named */
	int (*chunk)(void *context, struct stream *s, const struct chunk *c, const void *data);
	int (*hole)(void *context, struct stream *s, const struct hole *h);
	int (*close)(void *context, struct stream *s); /* accounted; s is freed afterwards */
};

struct decode_totals {
	uint64_t processes;
	uint64_t processes_alive;
	uint64_t streams;
	uint64_t captured;
	uint64_t lost;
	uint64_t lost_by_cause[CAUSE_COUNT];
	uint64_t holes;
	uint64_t bad_records;
	bool root_ended; /* process 1 is over */
	int root_status; /* as wait(2) gives it */
};

int decode_create(const struct decode_sink *sink, uint64_t start_boot_ns, struct decoder **ret);
void decode_free(struct decoder *d);

/* One record; size is what the ring holds, at least head.length and the fixed part. */
int decode_record(struct decoder *d, const struct wire_head *record, size_t size);

/*
 * Ends what waited for records of the other ring. To be called now and then, best when a batch of
 * records is through.
 */
int decode_settle(struct decoder *d);

/*
 * Bytes that were captured and that the disk did not take: captured becomes a hole. -EINVAL: there
 * are no such bytes.
 */
int decode_lost(struct decoder *d, uint32_t stream, uint64_t offset, uint64_t length);

/* Everything that is still open is closed as it stands. */
int decode_finish(struct decoder *d);

const struct decode_totals *decode_totals(const struct decoder *d);

#endif
