/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Two connected ends of any kind, with what the recorder must call them.
 */
#ifndef ENDS_H
#define ENDS_H

#include <stdbool.h>
#include <sys/socket.h>

#define ENDS_NAME 300

struct end {
	int fd;
	char name[ENDS_NAME]; /* as iotap-show must call it */
};

struct ends {
	struct end a, b;
	bool datagrams;
	bool connected; /* else: what a sends must be sent to b's address, and back */
	struct sockaddr_storage a_address, b_address;
	socklen_t a_length, b_length;
};

/*
 * Kinds: tcp4 tcp6 udp4 udp6 udp4-open udp6-open (not connected) unix unix-abstract
 * unix-dgram unix-seqpacket pair pair-dgram pair-seqpacket. Paths are made in the current
 * directory.
 */
void ends_make(struct ends *e, const char *kind);

#endif
