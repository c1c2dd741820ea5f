#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A few of the tests with faults, for every `make check`: one kill of each sort, one full disk, a disk that fails for a
# while, cells of the matrix. In: the programs steady, faultfs. Out: TAP.

[ "$(id -u)" != 0 ] || [ -n "${IOTAP_OWN_MOUNTS:-}" ] ||
	IOTAP_OWN_MOUNTS=1 exec unshare -m -- "$BASH" "$0" "$@"
# shellcheck source=tests/lib.sh
. "${IOTAP_SOURCE:?}/tests/lib.sh"
# shellcheck source=tests/broken/lib.sh
. "$IOTAP_SOURCE/tests/broken/lib.sh"
require_bpf

for whom in front recorder both; do
	killed_by_job $whom 7
done
killed_while_writing
bare processes 3 300 '~20000' 5 7
full_disk 3m
cell processes 4 16 4M 0 run
cell threads 8 1024 64K 0-$(($(nproc --all) - 1)) run

if [ -x "$prog/faultfs" ] && [ -c /dev/fuse ]; then
	rm -rf disk run
	faultfs_start
	kill_in_write recorder 7
	kill_in_write recorder 1 run.json.new
	kill_before_the_job 3
	bare processes 3 300 '~20000' 5 7
	failing_disk fail 200000
	recovering_disk room 300000
	faultfs_stop
else
	skip "a file system that fails" "built without fuse3, or no /dev/fuse"
fi
figures "a few faults"

# What compares notices every sort of difference.
rm -rf own run
mkdir own
"$iotap_run" --buffer=1M -o run -- steady processes "$tmp/own" 2 100 '~3000' 1 0
check "a good run passes" compare_as
harmed() {
	rm -rf good
	cp -a run good
	cp -a own truth
	"${@:2}"
	status_of 1 "noticed: $1" "$compare_own" --own own run
	rm -rf run own
	mv good run
	mv truth own
}
file=run/$(cd run && find . -name '*.stdout' -size +4k | head -n 1)
# shellcheck disable=SC2317 # harmed calls it
dd_at() { printf '%s' "$2" | dd of="$1" bs=1 seek=5000 conv=notrunc status=none; }
harmed "a byte that differs" dd_at own/0 '***'
harmed "a byte too few" truncate -s -1 own/1
harmed "a byte too many" sh -c 'echo >>own/0'
harmed "a stream too few" sh -c 'echo >own/2'
harmed "a captured byte that differs" dd_at "$file" '***'
harmed "a file that is gone" rm "$file"
harmed "complete is wrong" sed -i 's/"complete": true/"complete": false/' run/run.json
harmed "lost is wrong" sed -i 's/"lost": 0/"lost": 1/' run/run.json
"$iotap_run" --on-full=drop --buffer=1M -o lossy -- steady processes "$tmp/own" 2 1000 64K 1 0 2>/dev/null
rm -rf run
mv lossy run
check "a run with losses passes where they may be" compare_as --lossy ring-full
harmed "a loss where there must be none" true
finish
