/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See names.h. */
#include <config.h>

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "decode/names.h"
#include "wire.h"

#define END_SIZE 256

/* One end of an internet connection: address:port, `*` for one that is not known. */
static void inet_end(const uint8_t *address, size_t length, char *to)
{
	char text[INET6_ADDRSTRLEN];

	if (length >= sizeof(struct sockaddr_in6)) {
		struct sockaddr_in6 a;

		memcpy(&a, address, sizeof(a));
		inet_ntop(AF_INET6, &a.sin6_addr, text, sizeof(text));
		snprintf(to, END_SIZE, "[%s]:%u", text, ntohs(a.sin6_port));
	} else if (length >= sizeof(struct sockaddr_in)) {
		struct sockaddr_in a;

		memcpy(&a, address, sizeof(a));
		inet_ntop(AF_INET, &a.sin_addr, text, sizeof(text));
		snprintf(to, END_SIZE, "%s:%u", text, ntohs(a.sin_port));
	} else {
		strcpy(to, "*");
	}
}

/* unix(7): a path, `@` and a name in the abstract namespace, or nothing: an unnamed socket. */
static size_t unix_end(const uint8_t *address, size_t length, char *to)
{
	const size_t head = offsetof(struct sockaddr_un, sun_path);
	size_t size;

	if (length <= head) {
		strcpy(to, "*");
		return 1;
	}
	size = length - head;
	memcpy(to, address + head, size);
	if (!to[0])
		to[0] = '@';
	else
		size = strnlen(to, size);
	return size;
}

static const char *inet_protocol(const struct wire_open *o)
{
	switch (o->protocol) {
	case IPPROTO_TCP:
		return "tcp";
	case IPPROTO_UDP:
		return "udp";
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		return "icmp";
	}
	return o->socket_type == SOCK_RAW ? "raw" : "ip";
}

int stream_name(const struct wire_open *o, struct bytes *ret)
{
	char local[END_SIZE], peer[END_SIZE], *text = NULL;
	size_t local_length, peer_length;
	int length;

	if (o->kind != KIND_SOCKET) {
		length = asprintf(&text, "%s:[%llu]", o->kind == KIND_PIPE ? "pipe" : "inode",
				  (unsigned long long)o->inode);
	} else if (o->family == AF_INET || o->family == AF_INET6) {
		inet_end(o->local, o->local_length, local);
		inet_end(o->peer, o->peer_length, peer);
		length = asprintf(&text, "%s %s > %s", inet_protocol(o), local, peer);
	} else if (o->family == AF_UNIX && !o->local_length && !o->peer_length) {
		length = asprintf(&text, "unix socket:[%llu]", (unsigned long long)o->inode);
	} else if (o->family == AF_UNIX) {
		local_length = unix_end(o->local, o->local_length, local);
		peer_length = unix_end(o->peer, o->peer_length, peer);
		length = 5 + local_length + 3 + peer_length;
		text = malloc(length + 1);
		if (text)
			mempcpy(mempcpy(mempcpy(mempcpy(text, "unix ", 5), local, local_length),
					" > ", 3),
				peer, peer_length);
	} else {
		length = asprintf(&text, "%s socket:[%llu]",
				  o->family == AF_NETLINK  ? "netlink"
				  : o->family == AF_PACKET ? "packet"
				  : o->family == AF_VSOCK  ? "vsock"
							   : "other",
				  (unsigned long long)o->inode);
	}
	if (length < 0 || !text)
		return -ENOMEM;
	*ret = (struct bytes){ .data = text, .len = length };
	return 0;
}
