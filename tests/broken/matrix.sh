#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A ring of 1 MiB, whoever writes whatever, wherever: the writers wait and nothing is lost. With
# IOTAP_LOAD=N the totals are N times as large. In: the programs steady, faultfs. Out: TAP.

[ "$(id -u)" != 0 ] || [ -n "${IOTAP_OWN_MOUNTS:-}" ] ||
	IOTAP_OWN_MOUNTS=1 exec unshare -m -- "$BASH" "$0" "$@"
# shellcheck source=tests/lib.sh
. "${IOTAP_SOURCE:?}/tests/lib.sh"
# shellcheck source=tests/broken/lib.sh
. "$IOTAP_SOURCE/tests/broken/lib.sh"
require_bpf

load=${IOTAP_LOAD:-1}
both_cpus=0-$(($(nproc --all) - 1))
mkdir memory
mount -t tmpfs -o size=90% none memory
mkdir memory/own
ln -s memory/own own

# rows CPUS WHERE PART: all of it, the totals divided by PART
rows() {
	local cpus=$1 where=$2 part=$3
	cell processes 1 $((load * 200000 / part)) 64 "$cpus" "$where"
	cell processes 1 $((load * 4096 / part)) 64K "$cpus" "$where"
	cell processes 1 $((load * 64 / part)) 4M "$cpus" "$where"
	cell processes 64 $((load * 4096 / part)) 64 "$cpus" "$where"
	cell processes 64 $((load * 64 / part)) 64K "$cpus" "$where"
	cell processes 64 $((load < part ? 1 : load / part)) 4M "$cpus" "$where"
	cell threads 64 $((load * 4096 / part)) 64 "$cpus" "$where"
	cell threads 64 $((load * 64 / part)) 64K "$cpus" "$where"
	cell threads 64 $((load < part ? 1 : load / part)) 4M "$cpus" "$where"
}

for cpus in $both_cpus 0; do
	rows "$cpus" memory/run 1
done
figures "the writer waits, on tmpfs"

# One call, as long as the kernel takes it.
name="one call of 2 GiB"
keep 600 "$iotap_run" --buffer=1M -o memory/run -- \
	steady processes "$tmp/own" 1 1 2147479552 1 7
is "$name: the job's status" 7 "$status"
check "$name: nothing is said" test ! -s run.err
check "$name: nothing is lost" cmp own/0 memory/run/*-steady.stdout
check "$name: it verifies" "$iotap_show" --verify memory/run
rm -rf own/* memory/run

if [ -x "$prog/faultfs" ] && [ -c /dev/fuse ]; then
	mkdir memory/back
	ln -s memory/back back
	faultfs_start
	fault slow 1
	for cpus in $both_cpus 0; do
		rows "$cpus" disk/run 16
	done
	faultfs_stop
	figures "the writer waits, on a slow file system"
else
	skip "a slow file system" "built without fuse3, or no /dev/fuse"
fi
umount memory
finish
