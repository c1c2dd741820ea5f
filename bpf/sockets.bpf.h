/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a socket is: its family and both its addresses, as struct sockaddr has them. */
#ifndef IOTAP_SOCKETS_BPF_H
#define IOTAP_SOCKETS_BPF_H

#include "bpf/emit.bpf.h"

struct address {
	__u16 family;
	__u16 port;
	__u8 bytes[WIRE_ADDRESS - 4];
};

static __always_inline void inet_address(__u8 *to, __u8 *to_length, __u16 port, const void *from,
					 bool v6)
{
	struct address *a = (void *)to;

	a->family = v6 ? AF_INET6 : AF_INET;
	a->port = port;
	if (v6) {
		/* struct sockaddr_in6: family, port, flow label, address */
		bpf_probe_read_kernel(a->bytes + 4, 16, from);
		*to_length = 28;
	} else {
		bpf_probe_read_kernel(a->bytes, 4, from);
		*to_length = 16;
	}
}

static __always_inline void unix_address(__u8 *to, __u8 *to_length, struct sock *sk)
{
	struct unix_address *a = BPF_CORE_READ((struct unix_sock *)sk, addr);
	__u32 length;

	if (!a)
		return;
	length = BPF_CORE_READ(a, len);
	if (length > WIRE_ADDRESS)
		length = WIRE_ADDRESS;
	barrier_var(length);
	if (length > WIRE_ADDRESS)
		return;
	if (bpf_probe_read_kernel(to, length,
				  (void *)a + bpf_core_field_offset(struct unix_address, name)))
		return;
	*to_length = length;
}

static __always_inline void fill_socket(struct wire_open *o, struct sock *sk)
{
	o->family = BPF_CORE_READ(sk, __sk_common.skc_family);
	o->socket_type = BPF_CORE_READ(sk, sk_type);
	o->protocol = BPF_CORE_READ(sk, sk_protocol);
	if (o->family == AF_INET || o->family == AF_INET6) {
		__u16 port = BPF_CORE_READ((struct inet_sock *)sk, inet_sport);
		__u16 peer_port = BPF_CORE_READ(sk, __sk_common.skc_dport);

		if (o->family == AF_INET6) {
			inet_address(o->local, &o->local_length, port,
				     &sk->__sk_common.skc_v6_rcv_saddr, true);
			if (peer_port)
				inet_address(o->peer, &o->peer_length, peer_port,
					     &sk->__sk_common.skc_v6_daddr, true);
		} else {
			inet_address(o->local, &o->local_length, port,
				     &sk->__sk_common.skc_rcv_saddr, false);
			if (peer_port)
				inet_address(o->peer, &o->peer_length, peer_port,
					     &sk->__sk_common.skc_daddr, false);
		}
	} else if (o->family == AF_UNIX) {
		struct sock *peer = BPF_CORE_READ((struct unix_sock *)sk, peer);

		unix_address(o->local, &o->local_length, sk);
		if (peer)
			unix_address(o->peer, &o->peer_length, peer);
	}
}

#endif
