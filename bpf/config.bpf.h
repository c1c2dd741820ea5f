/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Knobs: set by the loader before the programs are verified, so that what is
 * off is no code at all; and the few words that both sides share while running.
 */
#ifndef IOTAP_CONFIG_BPF_H
#define IOTAP_CONFIG_BPF_H

#include <stdbool.h>

#include "src/capture/shared.h"
#include "src/wire.h"

/* What is captured: CAPTURE_ bits, those taken away again, and fd numbers below CAPTURE_FDS. */
const volatile __u32 conf_capture = CAPTURE_STDOUT | CAPTURE_STDERR | CAPTURE_SOCKETS;
const volatile __u32 conf_without = 0;
const volatile __u64 conf_capture_fds = 0;

/* Writers wait for room (needs BPF task_work). */
const volatile bool conf_wait = false;

/* The kernel has bpf_rdonly_cast(). */
const volatile bool conf_typed = false;

/* The data ring's size, and how full it may be before a napping reader is woken. */
const volatile __u64 conf_ring_size = 64 << 20;
const volatile __u64 conf_ring_mark = 16 << 20;

/*
 * A call of more bytes than this is copied by the task itself, on its way to user mode, where it
 * can be preempted, and not in the tracepoint, where it cannot.
 */
#define LONG_CALL (256 << 10)

/* The reader makes no progress for so long: the tree drops until the rings are drained. */
#define STALL_NS 10000000000ULL

/* Shared with the loader (the maps .bss and .data); each says who writes it. */
__u32 reader_state = READER_AWAKE;
__u32 reader_pid = 0;  /* kernel side, from on_whoami: the reader in the initial pid namespace */
__u64 reader_word = 0; /* reader: an address that is mapped in the reader */
__u64 reader_beat = 0; /* reader: counts its steps, so that a long one is seen to go on */
__u32 stalled = 0;     /* kernel side sets it, the reader clears it when all is drained */
__u32 life_pressed =
	0;	 /* kernel side sets it, the reader clears it when the life ring is drained */
__u64 tasks = 0; /* kernel side: tasks of the tree that are alive */
__u64 calls_in_flight = 0; /* kernel side: calls whose bytes are on their way */
__u64 lost_events = 0;	   /* kernel side: life records that did not fit */
__u64 lost_tasks = 0;	   /* kernel side: tasks that could not be entered in the tree */
__u64 unseen_calls = 0;	   /* kernel side: calls that moved bytes and are not decoded */

/* The next numbers to be given. Number 1 is the command's process: the loader enters it. */
__u32 last_process = 1;
__u32 last_stream = 0;
__u32 last_text = 0;
__u64 last_file = 0;
__u64 last_ticket = 0;

#endif
