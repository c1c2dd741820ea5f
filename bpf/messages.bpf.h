/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Calls with a struct msghdr: where their bytes are and how many of them really moved. */
#ifndef IOTAP_MESSAGES_BPF_H
#define IOTAP_MESSAGES_BPF_H

#include "bpf/fds.bpf.h"

/*
 * MSG_TRUNC makes a receive return the real length of a datagram, which can be more than what was
 * delivered; on a TCP socket it throws the bytes away and delivers none.
 */
static __noinline __u64 delivered(__s32 fd, __u64 length, __u64 room)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct file *file = file_of(task, fd);
	struct socket *socket = BPF_CORE_READ(file, private_data);
	struct sock *sk = BPF_CORE_READ(socket, sk);

	if (BPF_CORE_READ(sk, sk_type) == SOCK_STREAM &&
	    BPF_CORE_READ(sk, __sk_common.skc_family) != AF_UNIX)
		return 0;
	return length < room ? length : room;
}

struct sum {
	__u64 next;
	__u64 left;
	__u64 total;
};

CHECKED_ONCE int add_iovec(struct sum *s)
{
	struct user_iovec iov;

	if (!s || !s->left--)
		return 1;
	if (bpf_probe_read_user(&iov, sizeof(iov), (void *)s->next))
		return 1;
	s->next += sizeof(iov);
	s->total += iov.len;
	return 0;
}

static int sum_iovec(__u32 i, struct sum *s)
{
	return add_iovec(s) != 0;
}

CHECKED_ONCE int add_message(struct sum *s)
{
	struct user_mmsghdr message;
	struct sum room = {};

	if (!s || !s->left--)
		return 1;
	if (bpf_probe_read_user(&message, sizeof(message), (void *)s->next))
		return 1;
	s->next += sizeof(message);
	if (message.hdr.flags & MSG_TRUNC) {
		room.next = message.hdr.iov;
		room.left = message.hdr.iovlen;
		bpf_loop(1024, sum_iovec, &room, 0);
		if (message.len > room.total)
			message.len = room.total;
	}
	s->total += message.len;
	return 0;
}

static int sum_message(__u32 i, struct sum *s)
{
	return add_message(s) != 0;
}

/*
 * Where the bytes of a call are: in one buffer, in the iovecs of one message, or in many messages.
 */
struct source {
	__u64 base;
	__u64 iov;
	__u64 iovs;
	__u64 messages;
	__u64 count;
};

/* The bytes that recvmsg or sendmsg moved; 0: none. */
static __noinline __u64 one_message(struct pt_regs *regs, __u32 direction, __u64 length,
				    struct source *ret)
{
	struct user_msghdr message;
	struct sum s = {};

	if (bpf_probe_read_user(&message, sizeof(message), (void *)regs->si)) {
		__sync_fetch_and_add(&unseen_calls, 1);
		return 0;
	}
	ret->iov = s.next = message.iov;
	ret->iovs = s.left = message.iovlen;
	if (direction == DIRECTION_OUT || !(regs->dx & MSG_TRUNC))
		return length;
	bpf_loop(1024, sum_iovec, &s, 0);
	return delivered(regs->di, length, s.total);
}

/* The bytes that `count` messages of recvmmsg or sendmmsg moved. */
static __noinline __u64 many_messages(__u64 address, __u64 count, struct source *ret)
{
	struct sum s = { .next = address, .left = count };

	bpf_loop(1024, sum_message, &s, 0);
	ret->messages = address;
	ret->count = count;
	return s.total;
}

#endif
