/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * run.json: what was run, where, when, by whom, how it ended. Written with
 * jansson at the start (state `running`) and replaced by rename at the end.
 */
#ifndef IOTAP_RUNJSON_H
#define IOTAP_RUNJSON_H

#include "model.h"

/* Strings are heap memory or NULL (key is null). Keys in the file have these names. */
struct runinfo {
	char *version;	   /* of iotap */
	char *state;	   /* running, finished; `killed` is never written: running and no writer */
	char *command;	   /* argv[0] */
	struct bytes argv; /* each ends with a NUL; an array in the file */
	char *cwd;
	char *user;
	char *host;
	char *backend; /* bpf */
	char *kernel;  /* uname -r */
	char *started; /* RFC 3339 with nanoseconds and zone, at time 0 */
	char *ended;
	char *options; /* the options as a JSON object text: {"capture": "stdout", ...} */
	int exit_code; /* -1: null */
	int signal;    /* 0: null */
	bool complete;
	uint64_t captured;
	uint64_t lost;
	uint64_t holes;
	uint64_t streams;
	uint64_t processes;
	char *reason; /* why it is not complete, one sentence; null when it is */
};

/*
 * Text that is not UTF-8 is written lossy, and again under KEY_b64 exactly.
 * Writes run.json.new, syncs nothing, renames it over run.json.
 */
int runinfo_write(const struct runinfo *r, int dirfd);

/* -ENOENT, -EINVAL (not JSON or a key of the wrong type). Unknown keys are ignored. */
int runinfo_read(int dirfd, struct runinfo *ret);
/* The same from memory. */
int runinfo_parse(const char *text, size_t len, struct runinfo *ret);
void runinfo_release(struct runinfo *r);

#endif
