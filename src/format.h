/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is in index/ of a run directory: the contract between the recorder, the
 * disk and the viewer. iotap(5) describes the same, byte by byte.
 *
 * All numbers are little-endian. Each of the three files begins with struct
 * format_header.
 *
 *   processes, streams   journals: struct format_record, payload, zeros up to a
 *                        multiple of 8. A row replaces the earlier rows of the
 *                        same process or stream: the last one counts.
 *   timeline             struct format_chunk, one after the other, in the order
 *                        of arrival. record_size says how far apart they are: a
 *                        later version may append fields.
 *
 * A journal that ends in the middle of a record is good up to there.
 */
#ifndef IOTAP_FORMAT_H
#define IOTAP_FORMAT_H

#include <stdint.h>

#include "words.h"

#define FORMAT_MAGIC "\x89iotap\r\n" /* 8 bytes, without the final NUL */
#define FORMAT_VERSION 1

#define FORMAT_INDEX_DIR "index"
#define FORMAT_PROCESSES "index/processes"
#define FORMAT_STREAMS "index/streams"
#define FORMAT_TIMELINE "index/timeline"
#define FORMAT_RUN_JSON "run.json"

enum format_kind {
	FORMAT_KIND_PROCESSES = 1,
	FORMAT_KIND_STREAMS = 2,
	FORMAT_KIND_TIMELINE = 3,
};

enum format_state {
	FORMAT_FINISHED = 0,
	FORMAT_INCOMPLETE = 1, /* being written, or its writer was killed */
};

struct format_header {
	uint8_t magic[8];
	uint16_t version;
	uint16_t kind;	      /* enum format_kind */
	uint32_t header_size; /* 48; records begin here */
	uint32_t record_size; /* timeline: bytes per record; journals: 0 */
	uint32_t state;	      /* enum format_state */
	uint64_t records;     /* valid when finished */
	uint32_t crc;	      /* timeline, when finished: CRC-32 of all records; else 0 */
	uint32_t pad;
	uint64_t start_boot_ns; /* CLOCK_BOOTTIME at time 0 of the run */
};

enum format_type {
	FORMAT_PROCESS = 1, /* struct format_process */
	FORMAT_STREAM = 2,  /* struct format_stream */
	FORMAT_HOLE = 3,    /* struct format_hole; in streams */
	FORMAT_SEGMENT = 4, /* struct format_segment; in streams: a file was begun */
};

struct format_record {
	uint32_t type;	 /* enum format_type */
	uint32_t length; /* of the payload, without padding */
	uint32_t crc;	 /* CRC-32 of type, length, fixed and payload */
	uint32_t fixed;	 /* length of the payload's fixed part: strings begin there */
};

/* A string is uint32_t length, then its bytes: no NUL at the end, no padding. */

#define FORMAT_PROCESS_ENDED 0x1

struct format_process {
	uint32_t id;
	uint32_t parent;
	int32_t pid;
	int32_t ppid;
	uint32_t uid;
	uint32_t threads;
	int32_t exit_code; /* -1: none */
	int32_t signal;	   /* 0: none */
	uint64_t start_ns;
	uint64_t end_ns;
	uint64_t waited_ns;
	uint64_t bytes_out;
	uint64_t bytes_in;
	uint32_t flags; /* FORMAT_PROCESS_ */
	uint32_t pad;
	/* strings: comm exe argv cwd */
};

#define FORMAT_STREAM_CLOSED 0x1
#define FORMAT_STREAM_COMPLETE 0x2
#define FORMAT_STREAM_HASHED 0x4

struct format_stream {
	uint32_t id;
	uint32_t process;
	int32_t pid;
	int32_t fd;
	uint32_t generation;
	uint8_t role;
	uint8_t direction;
	uint8_t kind;
	uint8_t pad0;
	uint64_t file_id;
	uint64_t length;
	uint64_t captured;
	uint64_t lost;
	uint64_t in_kernel;
	uint64_t cut;
	uint64_t first_ns;
	uint64_t last_ns;
	uint8_t sha256[32];
	uint32_t flags; /* FORMAT_STREAM_ */
	uint32_t segments;
	/* strings: comm name; then for each segment: uint64_t offset,
	 * uint64_t length, string file */
};

struct format_hole {
	uint32_t stream;
	uint32_t cause; /* enum cause */
	uint64_t offset;
	uint64_t length;
	uint64_t time_ns;
};

/* Written with the first bytes of the file: names it until the stream's closing row does. */
struct format_segment {
	uint32_t stream;
	uint32_t pad;
	uint64_t offset;
	/* string: file */
};

struct format_chunk {
	uint64_t time_ns;
	uint64_t offset;
	uint32_t length;
	uint32_t stream;
	uint32_t tid;
	uint32_t flags; /* CHUNK_ of model.h */
	uint64_t entered_ns;
};

_Static_assert(sizeof(struct format_header) == 48, "format_header");
_Static_assert(sizeof(struct format_record) == 16, "format_record");
_Static_assert(sizeof(struct format_process) == 80, "format_process");
_Static_assert(sizeof(struct format_stream) == 128, "format_stream");
_Static_assert(sizeof(struct format_hole) == 32, "format_hole");
_Static_assert(sizeof(struct format_segment) == 16, "format_segment");
_Static_assert(sizeof(struct format_chunk) == 40, "format_chunk");
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the index is little-endian");

#endif
