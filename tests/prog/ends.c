/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Two connected ends: see ends.h. A kind comes in, two fds and their names go out.
 */
#define _GNU_SOURCE
#include "ends.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "truth.h"

enum how { INTERNET, PATH, ABSTRACT, PAIR };

static const struct end_kind {
	const char *name;
	enum how how;
	int family, type;
	bool connected;
} kinds[] = {
	{ "tcp4", INTERNET, AF_INET, SOCK_STREAM, true },
	{ "tcp6", INTERNET, AF_INET6, SOCK_STREAM, true },
	{ "udp4", INTERNET, AF_INET, SOCK_DGRAM, true },
	{ "udp6", INTERNET, AF_INET6, SOCK_DGRAM, true },
	{ "udp4-open", INTERNET, AF_INET, SOCK_DGRAM, false },
	{ "udp6-open", INTERNET, AF_INET6, SOCK_DGRAM, false },
	{ "unix", PATH, AF_UNIX, SOCK_STREAM, true },
	{ "unix-abstract", ABSTRACT, AF_UNIX, SOCK_STREAM, true },
	{ "unix-dgram", PATH, AF_UNIX, SOCK_DGRAM, true },
	{ "unix-seqpacket", PATH, AF_UNIX, SOCK_SEQPACKET, true },
	{ "pair", PAIR, AF_UNIX, SOCK_STREAM, true },
	{ "pair-dgram", PAIR, AF_UNIX, SOCK_DGRAM, true },
	{ "pair-seqpacket", PAIR, AF_UNIX, SOCK_SEQPACKET, true },
};

static void must(int result, const char *what)
{
	if (result < 0)
		truth_die(what);
}

/* Binds a new socket to an address of its own. */
static int bound(const struct end_kind *k, char side, struct sockaddr_storage *address,
		 socklen_t *ret_length)
{
	struct sockaddr_in *in = (void *)address;
	struct sockaddr_in6 *in6 = (void *)address;
	struct sockaddr_un *un = (void *)address;
	static unsigned count;
	char *path = un->sun_path;
	int fd = socket(k->family, k->type, 0), at, r;

	must(fd, "socket");
	memset(address, 0, sizeof(*address));
	address->ss_family = (sa_family_t)k->family;
	if (k->family == AF_INET) {
		in->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
		*ret_length = sizeof(*in);
	} else if (k->family == AF_INET6) {
		in6->sin6_addr = in6addr_loopback;
		*ret_length = sizeof(*in6);
	} else {
		if (k->how == ABSTRACT)
			*path++ = '\0';
		do { /* one that an earlier one still has is taken */
			at = snprintf(path, 80, "end.%d.%c%u", getpid(), side, count++);
			*ret_length = (socklen_t)(path + at - (char *)un) + (k->how == PATH);
			if (k->how == PATH)
				unlink(path);
		} while ((r = bind(fd, (void *)address, *ret_length)) && errno == EADDRINUSE);
		must(r, "bind");
	}
	if (k->how == INTERNET)
		must(bind(fd, (void *)address, *ret_length), "bind");
	*ret_length = sizeof(*address);
	must(getsockname(fd, (void *)address, ret_length), "getsockname");
	return fd;
}

static void connect_stream(struct ends *e, const struct end_kind *k)
{
	int listener = bound(k, 'b', &e->b_address, &e->b_length);

	must(listen(listener, 1), "listen");
	e->a.fd = bound(k, 'a', &e->a_address, &e->a_length);
	must(connect(e->a.fd, (void *)&e->b_address, e->b_length), "connect");
	e->b.fd = accept(listener, NULL, NULL);
	must(e->b.fd, "accept");
	close(listener);
}

static void connect_datagram(struct ends *e, const struct end_kind *k)
{
	e->b.fd = bound(k, 'b', &e->b_address, &e->b_length);
	e->a.fd = bound(k, 'a', &e->a_address, &e->a_length);
	if (!k->connected)
		return;
	must(connect(e->a.fd, (void *)&e->b_address, e->b_length), "connect");
	must(connect(e->b.fd, (void *)&e->a_address, e->a_length), "connect");
}

static void address_text(const struct sockaddr_storage *address, socklen_t length, char *ret,
			 size_t size)
{
	const struct sockaddr_in *in = (const void *)address;
	const struct sockaddr_in6 *in6 = (const void *)address;
	const struct sockaddr_un *un = (const void *)address;
	char host[64] = "";

	if (address->ss_family == AF_INET) {
		inet_ntop(AF_INET, &in->sin_addr, host, sizeof(host));
		snprintf(ret, size, "%s:%d", host, ntohs(in->sin_port));
	} else if (address->ss_family == AF_INET6) {
		inet_ntop(AF_INET6, &in6->sin6_addr, host, sizeof(host));
		snprintf(ret, size, "[%s]:%d", host, ntohs(in6->sin6_port));
	} else if (un->sun_path[0]) {
		snprintf(ret, size, "%s", un->sun_path);
	} else {
		snprintf(ret, size, "@%.*s",
			 (int)(length - offsetof(struct sockaddr_un, sun_path) - 1),
			 un->sun_path + 1);
	}
}

static void name_by_inode(struct end *end)
{
	struct stat st;

	must(fstat(end->fd, &st), "fstat");
	snprintf(end->name, sizeof(end->name), "unix socket:[%lu]", (unsigned long)st.st_ino);
}

static void name_ends(struct ends *e, const struct end_kind *k)
{
	const char *protocol = k->family == AF_UNIX	? "unix"
			       : k->type == SOCK_STREAM ? "tcp"
							: "udp";
	char a[120], b[120];

	if (k->how == PAIR) {
		name_by_inode(&e->a);
		name_by_inode(&e->b);
		return;
	}
	address_text(&e->a_address, e->a_length, a, sizeof(a));
	address_text(&e->b_address, e->b_length, b, sizeof(b));
	/* A socket that is not connected has no peer of its own. */
	snprintf(e->a.name, sizeof(e->a.name), "%s %s > %s", protocol, a, k->connected ? b : "*");
	snprintf(e->b.name, sizeof(e->b.name), "%s %s > %s", protocol, b, k->connected ? a : "*");
}

void ends_make(struct ends *e, const char *kind)
{
	const struct end_kind *k = kinds;
	int size = 4 << 20, pair[2];

	while (k < kinds + sizeof(kinds) / sizeof(*kinds) && strcmp(k->name, kind) != 0)
		k++;
	if (k == kinds + sizeof(kinds) / sizeof(*kinds)) {
		errno = EINVAL;
		truth_die(kind);
	}
	memset(e, 0, sizeof(*e));
	e->datagrams = k->type != SOCK_STREAM;
	e->connected = k->connected;
	if (k->how == PAIR) {
		must(socketpair(k->family, k->type, 0, pair), "socketpair");
		e->a.fd = pair[0];
		e->b.fd = pair[1];
	} else if (k->type == SOCK_DGRAM) {
		connect_datagram(e, k);
	} else {
		connect_stream(e, k);
	}
	name_ends(e, k);
	/* Room for a whole message of many datagrams. */
	setsockopt(e->a.fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size));
	setsockopt(e->b.fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size));
	setsockopt(e->a.fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	setsockopt(e->b.fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
}
