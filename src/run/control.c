/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sends and receives the messages of control.h, each in one packet. */
#include <config.h>

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "lib/fd.h"
#include "run/control.h"

union fd_space {
	struct cmsghdr head;
	char space[CMSG_SPACE(sizeof(int))];
};

int control_send(int sock, const struct control_message *m, int fd)
{
	struct iovec iov = { .iov_base = (void *)m, .iov_len = sizeof(*m) };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	union fd_space space = { 0 };
	ssize_t n;

	if (fd >= 0) {
		space.head.cmsg_level = SOL_SOCKET;
		space.head.cmsg_type = SCM_RIGHTS;
		space.head.cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(&space.head), &fd, sizeof(int));
		msg.msg_control = &space;
		msg.msg_controllen = sizeof(space.space);
	}
	do
		n = sendmsg(sock, &msg, MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return errno == ECONNRESET ? -EPIPE : -errno;
	return 0;
}

/* The descriptor that came along, or -1. */
static int received_fd(struct msghdr *msg)
{
	struct cmsghdr *c = CMSG_FIRSTHDR(msg);
	int fd = -1;

	if (c && c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS &&
	    c->cmsg_len == CMSG_LEN(sizeof(int)))
		memcpy(&fd, CMSG_DATA(c), sizeof(int));
	return fd;
}

int control_receive(int sock, struct control_message *ret, int *ret_fd)
{
	struct control_message m;
	struct iovec iov = { .iov_base = &m, .iov_len = sizeof(m) };
	union fd_space space;
	struct msghdr msg = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = &space,
		.msg_controllen = sizeof(space.space),
	};
	CLEANUP_CLOSE int fd = -1;
	ssize_t n;

	do
		n = recvmsg(sock, &msg, MSG_CMSG_CLOEXEC);
	while (n < 0 && errno == EINTR);
	/* A peer that died with unread messages of ours resets the connection. */
	if (n < 0 && errno != ECONNRESET)
		return -errno;
	if (n <= 0)
		return 0;
	fd = received_fd(&msg);
	if (n != sizeof(m))
		return -EPROTO;
	m.text[sizeof(m.text) - 1] = '\0';
	*ret = m;
	if (ret_fd)
		*ret_fd = fd_take(&fd);
	return 1;
}
