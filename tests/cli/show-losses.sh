#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A run that lost bytes: where the holes stand, and that nothing else is missing.
. "${IOTAP_SOURCE:?}/tests/lib.sh"
export TZ=UTC0

"$IOTAP_BUILD/tests/prog/make-run" losses losses || exit 99

cat >wanted <<'END'
12:32:00.001 100 lossy stdout: before
12:32:00.002 100 lossy stdout: [100 bytes not captured: in-kernel]
12:32:00.003 100 lossy stdout: after
12:32:00.004 100 lossy stderr: [5 bytes lost: fault]
12:32:00.005 100 lossy stdout[partial]: cut
12:32:00.005 100 lossy stdout: [1 bytes lost: killed]
12:32:00.006 100 early stdin: head
12:32:00.007 100 early stdin: [3145728 bytes lost: stalled]
12:32:00.008 100 early stdin: tail
END
status_of 0 "the log" "$iotap_show" losses
same "each hole stands in its place" wanted stdout
is "no message" "" "$(cat stderr)"

cat >wanted <<'END'
[7,100,null,"in-kernel"]
[0,5,null,"fault"]
[116,1,null,"killed"]
[5,3145728,null,"stalled"]
END
"$iotap_show" --json losses | jq -c 'select(.cause) | [.offset, .length, .text, .cause]' >got
same "the log as JSON" wanted got
cat >wanted <<'END'
{"stream":1,"offset":7,"length":100,"cause":"in-kernel","time_ns":2000000}
{"stream":1,"offset":116,"length":1,"cause":"killed","time_ns":5000000}
{"stream":2,"offset":0,"length":5,"cause":"fault","time_ns":4000000}
{"stream":3,"offset":5,"length":3145728,"cause":"stalled","time_ns":7000000}
END
"$iotap_show" --holes --json losses >got
same "--holes --json" wanted got

cat >wanted <<'END'
[1,117,16,1,100,0,"100-lossy.stdout",[[0,116,"100-lossy.stdout"]]]
[2,5,0,5,0,0,null,[]]
[3,3145738,10,3145728,0,0,"100-early.stdin",[[0,5,"100-early.stdin"],[3145733,5,"100-early.stdin@3145733"]]]
END
"$iotap_show" --streams --json losses |
	jq -c '[.stream, .length, .captured, .lost, .in_kernel, .cut, .file, .segments]' >got
same "--streams --json: sums and segments" wanted got

printf 'before\nafter\ncut' >wanted
"$iotap_show" --raw --stream=stdout losses >got
same "--raw leaves holes out" wanted got
printf 'head\ntail\n' >wanted
"$iotap_show" --raw --stream=stdin losses >got
same "--raw goes on in the next segment" wanted got
is "--verify" "verified 3 streams, 26 bytes
incomplete: bytes were lost because the ring was full" "$("$iotap_show" --verify losses)"
is "a signal without a name" "signal-63" "$("$iotap_show" --processes losses | awk 'NR == 2 { print $6 }')"

# A process that has changed its name is found by the old one and by the new one.
streams_of() {
	"$iotap_show" --streams --json -n "$1" losses | jq -s -c 'map(.stream)'
}
is "the name at the first byte" '[3]' "$(streams_of early)"
is "the name at the end" '[1,2,3]' "$(streams_of lossy)"

finish
