/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of src/decode/names.c: each kind of open file, with the name that a user reads. */
#include <arpa/inet.h>
#include <check.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "decode/names.h"
#include "wire.h"

static struct wire_open o;

static void start(uint8_t kind)
{
	o = (struct wire_open){ .kind = kind, .inode = 4711 };
}

static void start_socket(uint16_t family, uint16_t protocol, uint8_t type)
{
	start(KIND_SOCKET);
	o.family = family;
	o.protocol = protocol;
	o.socket_type = type;
}

static uint8_t set_v4(uint8_t *to, const char *address, uint16_t port)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(port) };

	ck_assert_int_eq(inet_pton(AF_INET, address, &a.sin_addr), 1);
	memcpy(to, &a, sizeof(a));
	return sizeof(a);
}

static uint8_t set_v6(uint8_t *to, const char *address, uint16_t port)
{
	struct sockaddr_in6 a = { .sin6_family = AF_INET6, .sin6_port = htons(port) };

	ck_assert_int_eq(inet_pton(AF_INET6, address, &a.sin6_addr), 1);
	memcpy(to, &a, sizeof(a));
	return sizeof(a);
}

/* `name` may hold NULs. */
static uint8_t set_unix(uint8_t *to, const char *name, size_t size)
{
	sa_family_t family = AF_UNIX;

	memcpy(to, &family, sizeof(family));
	memcpy(to + offsetof(struct sockaddr_un, sun_path), name, size);
	return (uint8_t)(offsetof(struct sockaddr_un, sun_path) + size);
}

static void expect_bytes(const char *wanted, size_t length)
{
	struct bytes name;

	ck_assert_int_eq(stream_name(&o, &name), 0);
	ck_assert_msg(name.len == length && !memcmp(name.data, wanted, length),
		      "'%.*s' instead of '%s'", (int)name.len, name.data, wanted);
	free(name.data);
}

static void expect(const char *wanted)
{
	expect_bytes(wanted, strlen(wanted));
}

START_TEST(what_is_no_socket_has_its_inode)
{
	start(KIND_PIPE);
	expect("pipe:[4711]");
	start(KIND_OTHER);
	expect("inode:[4711]");
	start(KIND_TTY);
	expect("inode:[4711]");
	o.inode = UINT64_MAX;
	expect("inode:[18446744073709551615]");
}
END_TEST

START_TEST(tcp_and_udp_have_both_ends)
{
	start_socket(AF_INET, IPPROTO_TCP, SOCK_STREAM);
	o.local_length = set_v4(o.local, "127.0.0.1", 8080);
	o.peer_length = set_v4(o.peer, "10.1.2.3", 51234);
	expect("tcp 127.0.0.1:8080 > 10.1.2.3:51234");
	o.protocol = IPPROTO_UDP;
	expect("udp 127.0.0.1:8080 > 10.1.2.3:51234");
	o.peer_length = 0;
	expect("udp 127.0.0.1:8080 > *");
	o.local_length = 0;
	expect("udp * > *");
}
END_TEST

START_TEST(v6_addresses_stand_in_brackets)
{
	start_socket(AF_INET6, IPPROTO_TCP, SOCK_STREAM);
	o.local_length = set_v6(o.local, "::1", 53);
	o.peer_length = set_v6(o.peer, "2001:db8:1111:2222:3333:4444:5555:6666", 65535);
	expect("tcp [::1]:53 > [2001:db8:1111:2222:3333:4444:5555:6666]:65535");
	o.protocol = IPPROTO_UDP;
	o.peer_length = 0;
	expect("udp [::1]:53 > *");
	o.peer_length = set_v6(o.peer, "::ffff:255.255.255.255", 1);
	expect("udp [::1]:53 > [::ffff:255.255.255.255]:1");
}
END_TEST

START_TEST(other_protocols_have_their_names)
{
	start_socket(AF_INET, IPPROTO_ICMP, SOCK_RAW);
	expect("icmp * > *");
	start_socket(AF_INET6, IPPROTO_ICMPV6, SOCK_DGRAM);
	expect("icmp * > *");
	start_socket(AF_INET, IPPROTO_SCTP, SOCK_SEQPACKET);
	expect("ip * > *");
	start_socket(AF_INET, IPPROTO_SCTP, SOCK_RAW);
	expect("raw * > *");
}
END_TEST

START_TEST(unix_sockets_by_path)
{
	start_socket(AF_UNIX, 0, SOCK_STREAM);
	o.local_length = set_unix(o.local, "/run/x.sock", 12);
	expect("unix /run/x.sock > *");
	o.peer_length = set_unix(o.peer, "/run/y", 6);
	expect("unix /run/x.sock > /run/y");
	o.local_length = set_unix(o.local, "", 0);
	expect("unix * > /run/y");
}
END_TEST

START_TEST(unix_sockets_in_the_abstract_namespace)
{
	start_socket(AF_UNIX, 0, SOCK_STREAM);
	o.local_length = set_unix(o.local, "\0name", 5);
	expect("unix @name > *");
	/* Every byte counts there, a NUL too. */
	o.local_length = set_unix(o.local, "\0a\0b\0", 5);
	expect_bytes("unix @a\0b\0 > *", 14);
	o.local_length = set_unix(o.local, "\0", 1);
	expect("unix @ > *");
}
END_TEST

START_TEST(unnamed_unix_sockets_have_their_inode)
{
	start_socket(AF_UNIX, 0, SOCK_STREAM);
	expect("unix socket:[4711]");
}
END_TEST

START_TEST(the_longest_addresses_fit)
{
	char long_name[WIRE_ADDRESS], wanted[2 * WIRE_ADDRESS + 16];
	const int size = WIRE_ADDRESS - 2;

	memset(long_name, 'x', sizeof(long_name));
	start_socket(AF_UNIX, 0, SOCK_STREAM);
	o.local_length = set_unix(o.local, long_name, size);
	o.peer_length = set_unix(o.peer, long_name, size);
	snprintf(wanted, sizeof(wanted), "unix %.*s > %.*s", size, long_name, size, long_name);
	expect(wanted);
	start_socket(AF_INET6, IPPROTO_TCP, SOCK_STREAM);
	memset(o.local, 0xff, sizeof(o.local));
	memset(o.peer, 0xff, sizeof(o.peer));
	o.local_length = o.peer_length = WIRE_ADDRESS;
	expect("tcp [ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:65535 > "
	       "[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:65535");
}
END_TEST

START_TEST(other_families_have_their_inode)
{
	start_socket(AF_NETLINK, 0, SOCK_RAW);
	expect("netlink socket:[4711]");
	start_socket(AF_PACKET, 0, SOCK_RAW);
	expect("packet socket:[4711]");
	start_socket(AF_VSOCK, 0, SOCK_STREAM);
	expect("vsock socket:[4711]");
	start_socket(999, 0, SOCK_STREAM);
	expect("other socket:[4711]");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("names");
	TCase *tc = tcase_create("names");
	SRunner *runner;

	tcase_add_test(tc, what_is_no_socket_has_its_inode);
	tcase_add_test(tc, tcp_and_udp_have_both_ends);
	tcase_add_test(tc, v6_addresses_stand_in_brackets);
	tcase_add_test(tc, other_protocols_have_their_names);
	tcase_add_test(tc, unix_sockets_by_path);
	tcase_add_test(tc, unix_sockets_in_the_abstract_namespace);
	tcase_add_test(tc, unnamed_unix_sockets_have_their_inode);
	tcase_add_test(tc, the_longest_addresses_fit);
	tcase_add_test(tc, other_families_have_their_inode);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	srunner_free(runner);
	return EXIT_SUCCESS;
}
