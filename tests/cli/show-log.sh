#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The log of a run whose content is known: every line, in every form, and each selection.
. "${IOTAP_SOURCE:?}/tests/lib.sh"
export TZ=CET-1

make_run=$IOTAP_BUILD/tests/prog/make-run
"$make_run" job job || exit 99

# golden NAME OPTION...: standard input is what the log must be
golden() {
	local name=$1
	shift
	cat >wanted
	"$iotap_show" "$@" job >got 2>messages
	is "$name: status" 0 $?
	same "$name" wanted got
	is "$name: no message" "" "$(cat messages)"
}

cr=$(printf '\r')

# A here-document cannot hold every byte: @ stands for those of the binary line.
cat >wanted <<END
13:32:00.044 100 job.sh stdout: hello
13:32:00.050 100 job.sh stdout: world
13:32:00.060 100 job.sh stderr: warning
13:32:00.600 101 curl fd5.sent: GET / HTTP/1.0$cr
13:32:00.600 101 curl fd5.sent: $cr
13:32:00.700 101 curl fd5.received: HTTP/1.0 200 OK$cr
13:32:00.700 101 curl fd5.received: $cr
13:32:00.701 101 curl fd5.received[partial]: @
13:32:00.800 101 curl stdout: a
13:32:00.801 101 curl stdout: [12 bytes lost: ring-full]
13:32:00.802 101 curl stdout: b
13:32:00.902 102 sleep stderr: one
13:32:00.902 102 sleep stderr: two
13:32:02.000 100 job.sh stdout[partial]: tail
END
LC_ALL=C sed -i 's/@/\x00\x01\xff\x1b[31m/' wanted
status_of 0 "the log: status" "$iotap_show" job
same "the log" wanted stdout
is "the log: no message" "" "$(cat stderr)"

golden "fewer prefixes" --prefix=stream,pid -p 100 <<END
100 stdout: hello
100 stdout: world
100 stderr: warning
100 stdout[partial]: tail
END
golden "one prefix" --prefix=time --stream=2 <<END
13:32:00.060: warning
END
golden "no prefix" --prefix=none -n 'job*' <<END
hello
world
warning
tail
END
golden "iso" --time=iso --stream=2 <<END
2024-05-01T13:32:00.060000+01:00 100 job.sh stderr: warning
END
golden "unix" -t unix --stream=2 <<END
1714566720.060000 100 job.sh stderr: warning
END
golden "relative" -t relative --stream=2 <<END
0.060000 100 job.sh stderr: warning
END
golden "strftime" -t '%d.%m.%y %H.%M' --stream=2 <<END
01.05.24 13.32 100 job.sh stderr: warning
END
golden "clock" -t clock --stream=2 <<END
13:32:00.060 100 job.sh stderr: warning
END

# selected NAME WANTED OPTION...: the numbers of the streams whose lines are shown
selected() {
	local name=$1 wanted=$2
	shift 2
	is "$name" "$wanted" "$("$iotap_show" --json "$@" job | jq -s -c 'map(.stream) | unique')"
	is "$name, --streams" "$wanted" \
		"$("$iotap_show" --streams --json "$@" job | jq -s -c 'map(.stream)')"
	is "$name, --timeline" "$wanted" \
		"$("$iotap_show" --timeline --json "$@" job | jq -s -c 'map(.stream) | unique')"
}

selected "all streams" '[1,2,3,4,5,6]'
selected "--pid" '[1,2]' --pid=100
selected "--pid with a list" '[1,2,6]' -p 100,102
selected "--pid twice" '[1,2,6]' -p 100 -p 102
selected "a pid that nobody had" '[]' -p 10
selected "--comm" '[3,4,5]' --comm=curl
selected "--comm with a pattern" '[3,4,5,6]' -n 'c?rl' -n 's*'
selected "--stream by number" '[4]' --stream=4
selected "--stream by role" '[1,5]' --stream=stdout
selected "--stream by name" '[3]' --stream=fd5.sent
selected "--stream by pattern" '[3,4]' --stream='fd5.*'
selected "--stream with a list" '[1,2,5,6]' --stream=stdout,stderr
selected "--kind" '[1]' --kind=pipe
selected "--kind with a list" '[2,3,4,6]' --kind=tty,socket --kind=char
selected "selections narrow each other" '[5]' --stream=stdout --comm=curl --kind=file,pipe

"$iotap_show" --json job >log.json
is "JSON: the keys" \
	'["comm","concurrent","length","offset","partial","pid","process","role","stream","text","time_ns"]' \
	"$(jq -c 'select(.stream == 2) | keys' log.json)"
is "JSON: a line" \
	'{"time_ns":60000000,"process":1,"pid":100,"comm":"job.sh","stream":2,"role":"stderr","offset":0,"length":8,"text":"warning","partial":false,"concurrent":false}' \
	"$(jq -c 'select(.stream == 2)' log.json)"
is "JSON: partial and concurrent" '[[1,"tail"],[4,"\u0000\u0001�\u001b[31m"]] [[5,"b"]]' \
	"$(jq -s -r '"\(map(select(.partial) | [.stream, .text]) | sort) \(map(select(.concurrent) | [.stream, .text]))"' log.json)"
is "JSON: bytes that are no text" 0001ff1b5b33316d \
	"$(jq -r 'select(.text_b64) | .text_b64' log.json | base64 -d | od -An -tx1 | tr -d ' \n')"
is "JSON: a hole" '[2,12,null,"ring-full"]' \
	"$(jq -c 'select(.cause) | [.offset, .length, .text, .cause]' log.json)"
is "JSON: lines and holes cover each stream" '[16,8,18,27,16,8]' \
	"$(jq -s -c 'group_by(.stream) | map(map(.length) | add)' log.json)"
is "JSON: in order of time" true "$(jq -s 'map(.time_ns) | . == sort' log.json)"
"$iotap_show" --format=json job >other.json
same "--format=json is --json" log.json other.json
"$iotap_show" --format=text --stream=2 --prefix=none job >text
is "--format=text" warning "$(cat text)"
is "options behind the directory count" warning "$("$iotap_show" job --stream 2 --prefix none)"

"$make_run" unfinished unfinished || exit 99
is "a run that was not finished" "hello world unfin later " \
	"$("$iotap_show" --prefix=none unfinished | tr '\n' ' ')"

# 2 MiB without a newline come in parts.
"$make_run" big long 1 2097153 1 || exit 99
is "a long line" "1048576 true 1048577 false" \
	"$("$iotap_show" --json long | jq -r '"\(.length) \(.partial)"' | tr '\n' ' ' | sed 's/ $//')"

# Many streams, many chunks: each line once, in order.
"$make_run" big many 30000 10 300 || exit 99
"$iotap_show" --prefix=none many | sort | uniq -c | tr -s ' ' >counts
is "every line of many streams" " 30000 xxxxxxxxx" "$(cat counts)"
is "in order of time" 29999 "$("$iotap_show" -t unix many | awk '$1 >= last { n++ } { last = $1 } END { print n - 1 }')"

finish
