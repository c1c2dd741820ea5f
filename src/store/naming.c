/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names of stream files, see naming.h. Opens nothing. */
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "store/naming.h"

#define COMM_ESCAPED ((COMM_SIZE - 1) * 3 + 1)

/* Printable ASCII that shells, archives and artefact stores of other systems take as it is. */
static bool is_safe(unsigned char c)
{
	return c > ' ' && c < 0x7f && strchr("/:%\"<>|*?\\", c) == NULL;
}

static void escape_comm(const char *comm, char *ret)
{
	for (size_t i = 0; i < COMM_SIZE - 1 && comm[i] != '\0'; i++) {
		unsigned char c = (unsigned char)comm[i];

		if (is_safe(c) && !(i == 0 && (c == '.' || c == '-')))
			*ret++ = (char)c;
		else
			ret += sprintf(ret, "%%%02X", c);
	}
	*ret = '\0';
}

static void suffix(const struct stream *st, char *ret, size_t size)
{
	static const char *const socket_words[] = { "received", "sent" };
	static const char *const other_words[] = { "read", "written" };
	const char *const *words = st->kind == KIND_SOCKET ? socket_words : other_words;

	if (st->role == ROLE_STDIN || st->role == ROLE_STDOUT || st->role == ROLE_STDERR)
		snprintf(ret, size, "%s", role_name(st->role));
	else
		snprintf(ret, size, "fd%" PRId32 ".%s", st->fd,
			 words[st->direction == DIRECTION_OUT]);
}

/* FNV-1a */
static uint64_t hash(const char *text)
{
	uint64_t h = 0xcbf29ce484222325u;

	for (; *text != '\0'; text++)
		h = (h ^ (unsigned char)*text) * 0x100000001b3u;
	return h;
}

void names_release(struct names *n)
{
	idmap_release(&n->taken);
}

int names_take(struct names *n, const struct stream *st, char ret[static NAME_SIZE])
{
	char comm[COMM_ESCAPED], tail[24];
	uintptr_t count;
	uint64_t key;
	int r;

	escape_comm(st->comm, comm);
	suffix(st, tail, sizeof(tail));
	snprintf(ret, NAME_SIZE, "%" PRId32 "-%s.%s", st->pid, comm, tail);
	key = hash(ret);
	count = idmap_get(&n->taken, key) + 1;
	r = idmap_set(&n->taken, key, count);
	if (r < 0)
		return r;
	if (count > 1)
		snprintf(ret, NAME_SIZE, "%" PRId32 ".%" PRIu32 "-%s.%s", st->pid, (uint32_t)count,
			 comm, tail);
	return 0;
}

void name_segment(const char *name, uint64_t offset, char ret[static NAME_SIZE])
{
	if (offset == 0)
		snprintf(ret, NAME_SIZE, "%s", name);
	else
		snprintf(ret, NAME_SIZE, "%.*s@%" PRIu64, NAME_SIZE - 22, name, offset);
}

bool name_is_plain(const char *name, size_t len)
{
	if (len == 0 || len > NAME_MAX || memchr(name, '/', len) != NULL ||
	    memchr(name, '\0', len) != NULL)
		return false;
	return !(name[0] == '.' && (len == 1 || (len == 2 && name[1] == '.')));
}
