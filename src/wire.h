/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The records on the rings: the contract between the kernel side and the
 * decoder. Both compilers read this file.
 *
 * Fixed widths, no pointers, padding written out. Every record begins with
 * struct wire_head. Times are CLOCK_BOOTTIME in nanoseconds.
 *
 * There are two rings. The life ring carries small records of fixed size that
 * must never be lost: fork, exec, exit, open and close of streams, holes. The
 * data ring carries what can be long: chunks of streams, and texts (argv,
 * paths). The reader drains the life ring to its end before it takes records
 * of the data ring that were there before it began: so whatever a chunk refers
 * to has been seen.
 */
#ifndef IOTAP_WIRE_H
#define IOTAP_WIRE_H

#include <linux/types.h>

#include "words.h"

#define WIRE_COMM 16
#define WIRE_CHUNK_MAX 65536 /* data bytes in one record, at most */
#define WIRE_ADDRESS 112     /* struct sockaddr_un is the longest: 110 */

enum wire_type {
	WIRE_FORK = 1,	/* life: a process began */
	WIRE_EXEC = 2,	/* life */
	WIRE_EXIT = 3,	/* life: the last task of a process has gone */
	WIRE_OPEN = 4,	/* life: a stream began */
	WIRE_CLOSE = 5, /* life: a stream is over; exactly one for each */
	WIRE_HOLE = 6,	/* life: bytes that will not come */
	WIRE_CHUNK = 7, /* data */
	WIRE_TEXT = 8,	/* data */
	WIRE_FETCH = 9, /* life: bytes that the reader is to read from their file; see below */
};

struct wire_head {
	__u16 type; /* enum wire_type */
	__u16 flags;
	__u32 length; /* bytes of data[] in use; 0 for records of fixed size */
};

/* Which texts a process has: ids of WIRE_TEXT records; 0: none. */
struct wire_texts {
	__u32 exe;
	__u32 argv;
	__u32 cwd;
};

struct wire_fork {
	struct wire_head head;
	__u64 time;
	__u32 process;
	__u32 parent; /* process number; 0: outside of the tree */
	__s32 pid;    /* tgid in the initial pid namespace */
	__s32 ppid;
	__u32 uid;
	struct wire_texts texts;
	char comm[WIRE_COMM];
};

struct wire_exec {
	struct wire_head head;
	__u64 time;
	__u32 process;
	__u32 uid;
	__s32 pid;
	struct wire_texts texts; /* exe and argv are new */
	char comm[WIRE_COMM];
};

struct wire_exit {
	struct wire_head head;
	__u64 time;
	__u32 process;
	__u32 status;  /* as wait(2) gives it */
	__u32 threads; /* tasks that the process ever had */
	__u32 pad;
	__u64 waited_ns;
	char comm[WIRE_COMM]; /* the leader's, at the end */
};

struct wire_open {
	struct wire_head head;
	__u64 time;
	__u32 stream;
	__u32 process;
	__s32 fd;
	__u32 generation;
	__u64 file_id;
	__u64 inode;
	__u32 device;	   /* of the file system: major << 20 | minor, as the kernel keeps it */
	__u32 rdev;	   /* of the device itself */
	__u8 direction;	   /* enum direction */
	__u8 kind;	   /* enum kind */
	__u8 socket_type;  /* SOCK_STREAM ... */
	__u8 path_follows; /* a WIRE_TEXT with the path comes before the first chunk */
	__u16 family;	   /* AF_INET, AF_INET6, AF_UNIX ...; 0: not a socket */
	__u16 protocol;	   /* IPPROTO_TCP ... */
	char comm[WIRE_COMM];
	__u8 local_length; /* bytes in use of the two addresses */
	__u8 peer_length;
	__u8 pad[6];
	__u8 local[WIRE_ADDRESS]; /* struct sockaddr_in, _in6, _un */
	__u8 peer[WIRE_ADDRESS];
};

struct wire_close {
	struct wire_head head;
	__u64 time;
	__u64 length; /* bytes that moved, by return values */
	__u32 stream;
	__u32 pad;
};

struct wire_hole {
	struct wire_head head;
	__u64 time;
	__u64 offset;
	__u64 length;
	__u32 stream;
	__u32 cause; /* enum cause */
};

#define WIRE_MORE 0x1 /* chunk: the same call goes on */

struct wire_chunk {
	struct wire_head head; /* length: bytes of data */
	__u64 time;	       /* when the call returned */
	__u64 offset;
	__u32 stream;
	__u32 tid;
	__u64 entered; /* when it first blocked or woke another task; 0: it did neither */
	__u8 data[];
};

enum wire_text_kind {
	WIRE_ARGV = 1, /* each argument ends with a NUL */
	WIRE_EXE = 2,  /* a path, see below */
	WIRE_CWD = 3,  /* a path */
	WIRE_PATH = 4, /* a path; of a stream's file */
};

#define WIRE_LAST 0x1	 /* text: nothing of it follows */
#define WIRE_CUT 0x2	 /* text: longer than what was sent */
#define WIRE_DELETED 0x4 /* path: the file has no name any more */

/*
 * A text, or a part of one. Texts are shared: a process that forks hands the
 * ids of its texts on. A text may come after the records that name its id.
 *
 * A path travels as its names from the last to the first, each ended by a NUL,
 * as the walk up the kernel's tree finds them: `log NUL var NUL` is /var/log.
 */
struct wire_text {
	struct wire_head head; /* length: bytes of data */
	__u32 id;	       /* of the text, unique in the run; WIRE_PATH: a stream */
	__u32 kind;	       /* enum wire_text_kind */
	__u64 offset;	       /* of data[] in the text */
	__u32 process;	       /* whose text it is; WIRE_CWD: whose it now is */
	__u32 pad;
	__u64 pad2;
	__u8 data[];
};

/*
 * sendfile, copy_file_range or splice moved bytes out of a regular file: no buffer of the process
 * ever held them. The task waits until the reader has read them from its own open file and said so
 * in the map `acks`. The backend makes chunks or holes of this record: the decoder never sees it.
 */
struct wire_fetch {
	struct wire_head head;
	__u64 time;
	__u64 entered;
	__u64 ticket;	/* the answer that the task waits for */
	__u64 position; /* in the file */
	__u64 length;
	__u64 inode;
	__u64 offset[2]; /* in the streams, by direction */
	__u32 stream[2]; /* by direction: of the file, of where it went; 0: not captured */
	__s32 pid;
	__s32 fd;
	__u32 tid;
	__u32 pad;
};

_Static_assert(sizeof(struct wire_fetch) == 96, "wire_fetch");
_Static_assert(sizeof(struct wire_head) == 8, "wire_head");
_Static_assert(sizeof(struct wire_fork) == 64, "wire_fork");
_Static_assert(sizeof(struct wire_exec) == 56, "wire_exec");
_Static_assert(sizeof(struct wire_exit) == 56, "wire_exit");
_Static_assert(sizeof(struct wire_open) == 312, "wire_open");
_Static_assert(sizeof(struct wire_close) == 32, "wire_close");
_Static_assert(sizeof(struct wire_hole) == 40, "wire_hole");
_Static_assert(sizeof(struct wire_chunk) == 40, "wire_chunk");
_Static_assert(sizeof(struct wire_text) == 40, "wire_text");

#endif
