/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which processes and streams of a run are shown. */
#ifndef IOTAP_SELECT_H
#define IOTAP_SELECT_H

#include <sys/types.h>

#include "store/reader.h"

#define STREAM_LABEL_SIZE 32

/* Words that were given for one option, in order. */
struct words {
	char **word; /* heap memory, each and all */
	size_t n;
};

/* An empty list selects everything; each list takes away. */
struct selection {
	struct words pids;    /* numbers */
	struct words comms;   /* globs */
	struct words streams; /* ids, or globs of stream_label() and role_name() */
	unsigned kinds;	      /* bit of enum kind; 0: all */
};

/* Adds each word of a comma list; -EINVAL if one is empty. */
int words_add(struct words *w, const char *list);
void selection_release(struct selection *sel);

bool select_stream(const struct selection *sel, const struct reader *r, const struct stream *st);

/*
 * For each process, in the order of reader_process(), whether it is selected: when streams or
 * kinds are asked for, only processes that have such a stream. Heap memory; NULL: none left.
 */
bool *select_processes(const struct selection *sel, const struct reader *r, size_t *ret_n);

/* stdin, stdout, stderr, or fd5.sent, fd5.received, fd5.read, fd5.written as in the file's name. */
char *stream_label(const struct stream *st, char out[STREAM_LABEL_SIZE]);

#endif
