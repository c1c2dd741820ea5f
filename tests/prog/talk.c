/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * talk KIND OUT IN LENGTH...: two processes send each other all lengths over a socket of
 * that kind, first one way, then the other, with the call OUT; each receives with IN.
 *
 * Out: the bytes on the socket, the truth of both sides.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "calls.h"
#include "ends.h"
#include "truth.h"

#define MESSAGES 64 /* of one call: a queue of datagrams has to take them all */

/* What was just sent as datagrams, told over a pipe to who receives: so none is in flight twice. */
struct note {
	unsigned messages; /* 0: that was all */
	size_t longest;
};

struct side {
	const struct ends *ends;
	const struct end *end;
	enum call out, in;
	const struct sockaddr_storage *peer;
	socklen_t peer_length;
	int tell, hear; /* notes to and from the other side */
	char **lengths;
};

static void hear(const struct side *s, void *what, size_t size)
{
	if (read(s->hear, what, size) != (ssize_t)size)
		truth_die("the other side has gone");
}

static void tell(const struct side *s, const void *what, size_t size)
{
	if (write(s->tell, what, size) != (ssize_t)size)
		truth_die("the other side has gone");
}

static void send_datagrams(const struct side *s, struct vector *v, struct call_how *how)
{
	struct note note = { .longest = v->length };
	char done;

	if (!s->ends->connected) {
		how->to = (const void *)s->peer;
		how->to_length = s->peer_length;
	}
	/*
	 * Too long for the socket: moves nothing. An empty writev() sends nothing, an empty write()
	 * does.
	 */
	if (call_make(s->out, s->end->fd, v->iov, v->n, how) < 0)
		return;
	if (!v->length && (s->out == CALL_WRITEV || s->out == CALL_PWRITEV2))
		return;
	note.messages = how->got;
	tell(s, &note, sizeof(note));
	hear(s, &done, 1);
}

static void send_all(const struct side *s)
{
	uint64_t position = 0;
	const size_t *shape;
	struct vector v;
	char **text;
	size_t length;

	for (text = s->lengths; *text; text++) {
		length = parse_length(*text);
		for (shape = vector_shapes(s->out, length); *shape; shape++) {
			struct call_how how = { .offset = s->out == CALL_PWRITEV2 ? -1 : 0 };

			if (call_has_messages(s->out))
				how.messages = *shape > MESSAGES ? MESSAGES : *shape;
			vector_make(&v, length, *shape);
			vector_fill(&v, s->end->fd, position);
			if (s->ends->datagrams)
				send_datagrams(s, &v, &how);
			else
				call_put_all(s->out, s->end->fd, &v, &how);
			vector_free(&v);
			position += length;
		}
	}
	if (s->ends->datagrams)
		tell(s, &(struct note){ 0 }, sizeof(struct note));
	else
		shutdown(s->end->fd, SHUT_WR);
}

static ssize_t receive(const struct side *s, size_t length, size_t pieces, size_t messages,
		       int flags)
{
	struct call_how how = {
		.offset = s->in == CALL_PREADV2 ? -1 : 0,
		.messages = messages,
		.flags = flags,
	};
	struct vector v;
	ssize_t r;

	vector_make(&v, length, pieces);
	r = call_make(s->in, s->end->fd, v.iov, v.n, &how);
	vector_free(&v);
	if (r < 0) {
		errno = (int)-r;
		truth_die("receive");
	}
	return r;
}

static void receive_datagrams(const struct side *s)
{
	struct note note;
	unsigned i;

	for (hear(s, &note, sizeof(note)); note.messages; hear(s, &note, sizeof(note))) {
		/* Two pieces for each message, and room to spare. */
		if (call_has_messages(s->in))
			receive(s, note.messages * (note.longest + 2), 2 * note.messages,
				note.messages, 0);
		else
			for (i = 0; i < note.messages; i++)
				receive(s, note.longest + 1, call_has_vector(s->in) ? 7 : 1, 1, 0);
		tell(s, "", 1);
	}
}

static void receive_stream(const struct side *s)
{
	const size_t *shape;
	char **text = s->lengths;
	size_t length;

	for (;;) {
		length = parse_length(*text);
		for (shape = vector_shapes(s->in, length); *shape; shape++) {
			size_t messages = *shape > MESSAGES ? MESSAGES : *shape;
			int flags = call_has_messages(s->in) ? MSG_WAITFORONE : 0;

			if (receive(s, length, *shape, messages, flags) == 0 && length)
				return;
		}
		if (!*++text)
			text--;
	}
}

static void receive_all(const struct side *s)
{
	if (s->ends->datagrams)
		receive_datagrams(s);
	else
		receive_stream(s);
}

int main(int argc, char **argv)
{
	struct ends ends;
	struct side a = { &ends }, b;
	int ab[2], ba[2], status;
	pid_t child;

	truth_start();
	if (argc < 5)
		truth_die("usage: talk KIND OUT IN LENGTH...");
	ends_make(&ends, argv[1]);
	a.out = call_find(argv[2]);
	a.in = call_find(argv[3]);
	a.lengths = argv + 4;
	b = a;
	if (pipe(ab) || pipe(ba))
		truth_die("pipe");
	a.end = &ends.a;
	a.peer = &ends.b_address;
	a.peer_length = ends.b_length;
	a.tell = ab[1], a.hear = ba[0];
	b.end = &ends.b;
	b.peer = &ends.a_address;
	b.peer_length = ends.a_length;
	b.tell = ba[1], b.hear = ab[0];

	child = fork();
	if (child < 0)
		truth_die("fork");
	if (child == 0)
		a = b;
	close(child ? ends.b.fd : ends.a.fd);
	close(child ? ab[0] : ab[1]);
	close(child ? ba[1] : ba[0]);
	truth_name(a.end->fd, "socket", a.end->name);
	if (child) {
		send_all(&a);
		receive_all(&a);
		return waitpid(child, &status, 0) != child || status;
	}
	receive_all(&a);
	send_all(&a);
	return 0;
}
