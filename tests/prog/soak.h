/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The parts of soak: chance, what the fds of the process point at, and random calls on them.
 *
 * An fd of ours has a number below SLOTS: the slot. What else opens an fd for a moment (the truth)
 * does so in between; while there are threads, placeholders keep it out of the slots.
 */
#ifndef SOAK_H
#define SOAK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SLOTS 40 /* fewer than truth.c follows generations of */

/* --- chance: the same numbers for the same seed --- */

struct chance {
	uint64_t state;
};

uint64_t chance_next(struct chance *c);
size_t chance_below(struct chance *c, size_t n); /* 0 .. n-1 */
bool chance_in(struct chance *c, size_t n);	 /* once in n times */
struct chance chance_fork(struct chance *c);	 /* for a child: its own numbers */

/* --- slots.c --- */

enum what {
	NOTHING,
	IGNORES, /* /dev/null, /dev/zero: takes bytes without looking at them */
	REGULAR,
	PIPE_IN,
	PIPE_OUT,
	TERMINAL, /* either end */
	STREAM_SOCKET,
	MESSAGE_SOCKET,
	WHAT_COUNT
};

struct slot {
	uint8_t what; /* enum what */
	bool closes;  /* on exec */
};

extern struct slot slots[SLOTS];

/* Something new under the number a; where it has two ends, the other one under b (-1: closed). */
void slot_fill(struct chance *c, int a, int b, bool threaded);
void slot_close(int fd);
void slot_close_range(struct chance *c);
void slot_duplicate(struct chance *c, int from, int to, bool threaded);
void slot_reopen(struct chance *c, int fd); /* close, then open: the number comes back by itself */

/* Before and after there are threads: see above. */
void slots_hold(void);
void slots_let_go(void);

/* The table as text and back: what exec leaves open. */
void slots_to_text(char *text); /* SLOTS + 1 bytes */
void slots_from_text(const char *text);

/* --- moves.c --- */

/* A random call with random bytes on that fd. Tells the truth; what fails has moved nothing. */
void move_something(struct chance *c, int fd);

size_t random_length(struct chance *c);

/* What this process has moved by calls that /proc/PID/io does not count: send and receive. */
struct uncounted {
	uint64_t out, in;
};

extern struct uncounted uncounted;

#endif
