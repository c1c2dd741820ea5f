#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Every call that moves bytes, at every length at which something changes: what moved is what was
# captured. In: the programs put, get, talk, onto. Out: TAP.

# shellcheck source=tests/lib.sh
. "${IOTAP_SOURCE:?}/tests/lib.sh"
# shellcheck source=tests/capture/lib.sh
. "$IOTAP_SOURCE/tests/capture/lib.sh"
require_bpf

lengths='0 1 255 256 257 4095 4096 4097 65535 65536 65537 1M'

# out CALL KIND FD LENGTH...
out() {
	local call=$1 kind=$2 fd=$3
	shift 3
	truth_of "$call to fd $fd on $kind: $*" -- onto "$fd" "$kind" put "$call" "$fd" "$@"
}

# The main case: nobody looks at the bytes, not even the kernel.
for call in write pwrite64 writev pwritev pwritev2; do
	# shellcheck disable=SC2086
	out "$call" null 1 $lengths 33M
	# shellcheck disable=SC2086
	out "$call" "file=$tmp/file" 1 $lengths
done
for call in write writev pwritev2; do
	# shellcheck disable=SC2086
	out "$call" pipe 1 $lengths
	# shellcheck disable=SC2086
	out "$call" tcp4 1 $lengths
done
for call in sendto sendmsg sendmmsg; do
	# shellcheck disable=SC2086
	out "$call" unix 1 $lengths
done
out write "append=$tmp/file" 2 1 65537 300000
truth_of "write to a file with a hostile name" -- \
	onto 1 "file=$tmp/"$'a name \n \e[1m \xc3\xa4' put write 1 1000
out write pty 1 0 1 255 256 257 4095 4096 4097 65537
out writev pty 2 0 1 255 256 257 4095 4096 4097
out write null 2 1 65537 1M
out write pipe 2 1 65537 1M

# shellcheck disable=SC2086
for pair in write:read writev:readv pwritev2:preadv2 sendto:recvfrom sendmsg:recvmsg \
	sendmmsg:recvmmsg; do
	for kind in tcp4 tcp6 unix unix-abstract pair; do
		more=
		[ $kind = tcp4 ] && more=33M
		truth_of "$pair over $kind" -- talk $kind ${pair%:*} ${pair#*:} $lengths $more
	done
	# Datagrams as long as each kind takes them; longer ones are refused and move nothing.
	for kind in udp4 udp6 unix-dgram unix-seqpacket pair-dgram pair-seqpacket; do
		truth_of "$pair over $kind" -- \
			talk $kind ${pair%:*} ${pair#*:} $lengths 9000 65507 65508 200000
	done
done
# shellcheck disable=SC2086
for pair in sendto:recvfrom sendmsg:recvmsg sendmmsg:recvmmsg; do
	for kind in udp4-open udp6-open; do
		truth_of "$pair over $kind" -- \
			talk $kind ${pair%:*} ${pair#*:} $lengths 9000 65507 65508
	done
done

head -c 80000000 /dev/urandom >input
for call in read pread64 readv preadv preadv2; do
	# shellcheck disable=SC2016,SC2086
	truth_of "$call from a file on stdin" -e stdin -- \
		sh -c 'exec get "$@" <input' get "$call" 0 $lengths 33M
done
printf 'some text\n' >input
# shellcheck disable=SC2016
truth_of "read from a pipe on stdin" -e stdin -- sh -c 'cat input | get read 0 1 4096'
finish
