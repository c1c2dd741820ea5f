/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a run consists of, in memory: processes, streams, chunks, holes.
 *
 * The decoder fills these from the ring, the store writes them, the reader
 * reads them back, the viewer shows them. Plain values: no files, no kernel.
 * Times are nanoseconds since the run's start.
 */
#ifndef IOTAP_MODEL_H
#define IOTAP_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "words.h"

#define COMM_SIZE 16 /* TASK_COMM_LEN: 15 bytes and a NUL */
#define SHA256_SIZE 32

/* Bytes of any value; data is heap memory or NULL when len is 0. */
struct bytes {
	char *data;
	size_t len;
};

struct process {
	uint32_t id;	 /* unique in the run, from 1: the command itself */
	uint32_t parent; /* the parent's id; 0: outside of the tree */
	int32_t pid;	 /* thread group id, as the initial pid namespace numbers it */
	int32_t ppid;
	uint32_t uid;	  /* real user id */
	uint32_t threads; /* how many tasks the process ever had */
	uint64_t start_ns;
	uint64_t end_ns; /* meaningful when ended */
	bool ended;
	int32_t exit_code;  /* -1: none (alive, or ended by a signal) */
	int32_t signal;	    /* 0: none */
	uint64_t waited_ns; /* time its tasks waited for room in the ring */
	uint64_t bytes_out; /* sum of its streams' lengths, by direction */
	uint64_t bytes_in;
	char comm[COMM_SIZE]; /* NUL-terminated; any byte but NUL may be in it */
	struct bytes exe;     /* path of the program */
	struct bytes argv;    /* each argument ends with a NUL */
	struct bytes cwd;
};

/* One file that holds a part of a stream. */
struct segment {
	uint64_t offset; /* of its first byte, in the stream */
	uint64_t length; /* of the file */
	char *file;	 /* name in the run directory */
};

struct hole {
	uint32_t stream;
	enum cause cause;
	uint64_t offset;
	uint64_t length;
	uint64_t time_ns; /* when it was found out */
};

/* length = captured + lost + in_kernel + cut, once the stream is closed. */
struct stream {
	uint32_t id; /* unique in the run, from 1 */
	uint32_t process;
	int32_t pid; /* of that process */
	int32_t fd;
	uint32_t generation; /* of the open file under that number, from 1 */
	uint64_t file_id;    /* the same for streams of one open file */
	enum role role;
	enum direction direction;
	enum kind kind;
	char comm[COMM_SIZE]; /* of the process at the first byte */
	struct bytes name;    /* path, or `tcp 127.0.0.1:8080 > 127.0.0.1:51234` */
	uint64_t length;      /* what the kernel moved */
	uint64_t captured;
	uint64_t lost;	    /* sum of the holes but those of CAUSE_IN_KERNEL */
	uint64_t in_kernel; /* sum of the holes of CAUSE_IN_KERNEL */
	uint64_t cut;
	uint64_t first_ns; /* time of the first and last chunk or hole */
	uint64_t last_ns;
	bool closed;   /* the kernel side has said that no more will come */
	bool complete; /* closed, and every byte of length was captured */
	bool hashed;   /* sha256 is set: over the bytes of its files, in order */
	uint8_t sha256[SHA256_SIZE];
	struct segment *segments; /* in order of offset; the store's, read by all */
	size_t nsegments;
	struct hole *holes; /* in order of offset, no two touch with one cause */
	size_t nholes;
};

#define CHUNK_MORE 0x1 /* the same call goes on in the stream's next chunk */
#define CHUNK_CONCURRENT                                                                           \
	0x2 /* another call on the same open file returned while this one was under way */
#define CHUNK_BY_ENTRY 0x4 /* in the order of the log it stands at entered_ns */

/* A part of a call: at most 64 KiB that stand together in the stream. */
struct chunk {
	uint64_t time_ns; /* when the call returned */
	uint64_t offset;  /* of the first byte, in the stream */
	uint32_t length;
	uint32_t stream;
	uint32_t tid;	     /* the thread that made the call */
	uint32_t flags;	     /* CHUNK_ */
	uint64_t entered_ns; /* when it first blocked or woke a task; time_ns: it did neither */
};

/* Where a chunk stands in the order of the log. */
static inline uint64_t chunk_order(const struct chunk *c)
{
	return c->flags & CHUNK_BY_ENTRY ? c->entered_ns : c->time_ns;
}

/* The words that users see; NULL never: a number out of range is `unknown`. */
const char *direction_name(unsigned direction); /* in out */
const char *role_name(unsigned role);		/* other stdin stdout stderr */
const char *kind_name(unsigned kind);		/* other tty pipe file char block socket */
const char *cause_name(unsigned cause);		/* unknown ring-full fault killed ... */

void process_release(struct process *p); /* frees what it points at, not p */
void stream_release(struct stream *s);

#endif
