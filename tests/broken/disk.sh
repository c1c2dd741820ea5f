#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# The disk does not take what is captured: the job is not disturbed, and each byte is there or in a hole with its cause.
# In: the programs steady, spread, faultfs. Out: TAP.

[ "$(id -u)" != 0 ] || [ -n "${IOTAP_OWN_MOUNTS:-}" ] ||
	IOTAP_OWN_MOUNTS=1 exec unshare -m -- "$BASH" "$0" "$@"
# shellcheck source=tests/lib.sh
. "${IOTAP_SOURCE:?}/tests/lib.sh"
# shellcheck source=tests/broken/lib.sh
. "$IOTAP_SOURCE/tests/broken/lib.sh"
require_bpf

bare processes 3 300 '~20000' 5 7
for i in {1..20}; do
	full_disk $((350 + i * 7919 % 8000))k
done
figures "disk full at 20 sizes"

# Not even the index finds room.
mkdir -p disk
for size in 100k 60k; do
	mount -t tmpfs -o size=$size none disk
	on_disk "a disk of $size" 7
	umount disk
	check "a disk of $size: what is there is right" compare_as --index-lost --lossy store
done

mount -t tmpfs -o size=2m none disk
disk_status=0
bare processes 3 300 '~20000' 5 0
on_disk "a full disk and --strict" 125 --strict
disk_status=7
bare processes 3 300 '~20000' 5 7
umount disk

# A limit of the caller's: the job gets rid of it, the recorder has it.
limits=(prlimit --fsize=1000000:unlimited)
on_disk "RLIMIT_FSIZE" 7
check "RLIMIT_FSIZE: all is accounted for" compare_as --lossy store
limits=()

# 5,000 files in turns, and next to no descriptors.
rm -rf own run
mkdir own
# shellcheck disable=SC2016 # the inner shell expands it
keep 60 prlimit --nofile=16:20000 "$iotap_run" -e files -o run -- sh -c 'ulimit -n >limit; spread "$PWD/own" 5000 3 70'
is "RLIMIT_NOFILE=16: the status" 0 "$status"
is "RLIMIT_NOFILE=16: nothing is said" "" "$(cat run.err)"
is "RLIMIT_NOFILE=16: the job has its limit" 16 "$(cat limit)"
check "RLIMIT_NOFILE=16: 5,000 streams are whole" compare_as

keep 60 prlimit --nofile=16:16 setpriv --bounding-set=-sys_resource "$iotap_run" -o few -- true
is "RLIMIT_NOFILE=16 and no right to raise it: status" 125 "$status"
check "RLIMIT_NOFILE=16 and no right to raise it: one line" one_line 'iotap-run: the limit of open files is too low *'
check "RLIMIT_NOFILE=16 and no right to raise it: no directory is left" test ! -e few

figures "limits and tiny disks"

if [ -x "$prog/faultfs" ] && [ -c /dev/fuse ]; then
	rm -rf disk
	faultfs_start
	for n in 3000 200000 4000000; do
		failing_disk fail $n
		failing_disk readonly $n
		failing_disk room $n
		failing_disk quota $n
	done
	refusing_disk fail 40
	refusing_disk readonly 140
	refusing_disk room 500
	recovering_disk fail 300000
	recovering_disk room 300000
	recovering_disk readonly 300000
	failing_end
	served_by_the_job
	faultfs_stop
	figures "EIO, ENOSPC, EROFS of a file system"
else
	skip "a file system that fails" "built without fuse3, or no /dev/fuse"
fi
finish
