#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# A real job: iotap's own clean build under iotap-run. It ends as it always does, the run directory is
# whole, and what stood on the terminal is what the processes wrote, call by call.
#
# In: the sources. Out: TAP.

# shellcheck source=tests/lib.sh
. "${IOTAP_SOURCE:?}/tests/lib.sh"
# shellcheck source=tests/capture/lib.sh
. "$IOTAP_SOURCE/tests/capture/lib.sh"
require_bpf

# A make of its own, not a part of the one that runs the tests.
unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES

# The tree as it is in a fresh clone or in a release: nothing that was built.
mkdir source build
if [ -e "$IOTAP_SOURCE/.git" ]; then
	(cd "$IOTAP_SOURCE" && git ls-files -z | tar -c --null -T - -f -) | tar -x -C source
	check "bootstrap" source/bootstrap
else
	(cd "$IOTAP_SOURCE" && tar -c --exclude ./_build -f - .) | tar -x -C source
	chmod -R u+w source
	[ ! -e source/Makefile ] || make -s -C source distclean >/dev/null
	ok "bootstrap: a release has been"
fi
cd build || exit 99
check "configure" ../source/configure --quiet
"$iotap_run" -o ../run -- make V=1 -j2 >../terminal 2>&1
is "make -j2 under iotap-run ends well" 0 $?
check "what it built runs" ./iotap-run --version
cd ..

check "iotap-show --verify" "$iotap_show" --verify run
is "the run is complete" "true true" "$(jq -r '"\(.complete) \(.lost == 0)"' run/run.json)"
is "every process has ended with a status" 0 \
	"$("$iotap_show" --processes --json run |
		jq -s 'map(select(.end_ns == null or (.exit_code == null and .signal == null))) | length')"
is "every stream is complete" 0 \
	"$("$iotap_show" --streams --json run | jq -s 'map(select(.complete | not)) | length')"
check "the terminal holds whole calls of all streams" \
	"$IOTAP_SOURCE/tests/capture/compare-terminal" run terminal

# One compiler for each object that make names; the skeleton that bpftool wrote to its stdout.
programs() {
	"$iotap_show" --processes --json run | jq -s --arg name "$1" 'map(select(.comm == $name)) | length'
}
is "as many compilers as objects" "$(find build -name '*.o' ! -name '*.bpf.o' | wc -l)" \
	"$(programs cc1)"
for name in make gcc as ld clang bpftool ar; do
	like "$name is among the processes" '[1-9]*' "$(programs $name)"
done
"$iotap_show" --raw --comm=bpftool --stream=stdout run >skeleton
same "bpftool's stdout is the skeleton" build/bpf/iotap.skel.h skeleton
finish
