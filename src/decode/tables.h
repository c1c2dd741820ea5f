/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Inside of the decoder: its tables, shared by decode.c (which record), lives.c (processes) and
 * flows.c (streams).
 */
#ifndef IOTAP_TABLES_H
#define IOTAP_TABLES_H

#include <string.h>

#include "decode/accounts.h"
#include "decode/decode.h"
#include "decode/overlap.h"
#include "decode/table.h"
#include "decode/texts.h"
#include "wire.h"

struct life {
	struct process p; /* its bytes are those of the texts while a row is written */
	struct text *exe;
	struct text *argv;
	struct text *cwd;     /* at the last exec, or at the fork */
	struct text *cwd_now; /* what a fork hands on */
	unsigned open_streams;
	struct life *next_ended;
};

struct flow {
	struct stream s;      /* first: the sink's pointer is ours */
	struct spans covered; /* bytes that came, and holes */
	struct life *life;
	struct open_file *file;
	bool is_known;	 /* the sink has seen it */
	bool is_closing; /* WIRE_CLOSE has come, length is final */
	bool path_due;	 /* its path is on the way */
};

struct decoder {
	struct decode_sink sink;
	struct decode_totals totals;
	uint64_t start;
	struct table lives;
	struct table flows;
	struct table files; /* struct open_file */
	struct table texts;
	uint32_t last_process; /* the greatest number that a process ever had */
	struct life *ended;    /* exited, not yet reported for the last time */
};

static inline uint64_t since_start(const struct decoder *d, uint64_t time)
{
	return time > d->start ? time - d->start : 0;
}

static inline void copy_comm(char to[COMM_SIZE], const char *from)
{
	memcpy(to, from, COMM_SIZE - 1);
	to[COMM_SIZE - 1] = 0;
}

/* A record that makes no sense: counted and skipped. */
static inline int bad_record(struct decoder *d)
{
	d->totals.bad_records++;
	return 0;
}

/* lives.c: one function for each record of processes. 0 or negative errno. */
int see_fork(struct decoder *d, const struct wire_fork *r);
int see_exec(struct decoder *d, const struct wire_exec *r);
int see_exit(struct decoder *d, const struct wire_exit *r);
int see_text(struct decoder *d, const struct wire_text *r);

int life_end(struct decoder *d, struct life *l); /* writes its last row and frees it */
void life_free(struct decoder *d, struct life *l);

/* flows.c: the same for streams. */
int see_open(struct decoder *d, const struct wire_open *r);
int see_close(struct decoder *d, const struct wire_close *r);
int see_hole(struct decoder *d, const struct wire_hole *r);
int see_chunk(struct decoder *d, const struct wire_chunk *r);
int see_path(struct decoder *d, const struct wire_text *r);

int flow_end(struct decoder *d,
	     struct flow *f); /* accounts for it, hands it to the sink and frees it */
void flow_free(struct decoder *d, struct flow *f);

#endif
