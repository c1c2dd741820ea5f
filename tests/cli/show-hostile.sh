#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Names and output that attack the terminal: what is shown, in a pipe and on a terminal.
. "${IOTAP_SOURCE:?}/tests/lib.sh"
export TZ=UTC0

"$IOTAP_BUILD/tests/prog/make-run" hostile hostile || exit 99

# The command's output when it is a terminal, without the \r that the terminal adds.
on_terminal() {
	SHELL=/bin/bash script -qec "$*" /dev/null </dev/null | tr -d '\r'
}

# golden NAME: standard input, with printf's escapes, is what `got` must be
golden() {
	# shellcheck disable=SC2059
	printf "$(cat)\n" >wanted
	same "$1" wanted got
}

# In names of the goldens: \\\\ is one backslash.
"$iotap_show" hostile >got
golden "in a pipe bytes are kept, names are not" <<'END'
12:32:00.001 100 e\\x1b[31m\\x0a/\\\\x\\xff stdout: \33[31mred\33[0m \33]0;title\7\2331mbold\r\b
12:32:00.002 100 e\\x1b[31m\\x0a/\\\\x\\xff stdout: \377 caf\303\251 \342\200\256txt\\\t.
12:32:00.004 100 x\\x20y fd9.written: pl\33[31main
END
"$iotap_show" --ansi=strip hostile >got
golden "--ansi=strip" <<'END'
12:32:00.001 100 e\\x1b[31m\\x0a/\\\\x\\xff stdout: red bold
12:32:00.002 100 e\\x1b[31m\\x0a/\\\\x\\xff stdout: \377 caf\303\251 txt\\\t.
12:32:00.004 100 x\\x20y fd9.written: plain
END
cp wanted stripped
"$iotap_show" --ansi=escape hostile >got
golden "--ansi=escape" <<'END'
12:32:00.001 100 e\\x1b[31m\\x0a/\\\\x\\xff stdout: \\x1b[31mred\\x1b[0m \\x1b]0;title\\x07\\x9b1mbold\\x0d\\x08
12:32:00.002 100 e\\x1b[31m\\x0a/\\\\x\\xff stdout: \\xff caf\303\251 \\xe2\\x80\\xaetxt\\\\\t.
12:32:00.004 100 x\\x20y fd9.written: pl\\x1b[31main
END
cp wanted escaped
"$iotap_show" hostile >kept

on_terminal "'$iotap_show' hostile" >got
same "a terminal gets it stripped" stripped got
on_terminal "'$iotap_show' --ansi=escape hostile" >got
same "a terminal gets it escaped on demand" escaped got
on_terminal "'$iotap_show' --ansi=keep hostile" >got
tr -d '\r' <kept >wanted
same "a terminal gets it as it is on demand" wanted got

on_terminal "'$iotap_show' --raw hostile" >got
golden "--raw on a terminal is stripped" <<'END'
red bold
\377 caf\303\251 txt\\\t.
plain
END
on_terminal "'$iotap_show' --raw --ansi=keep hostile" >got
cat hostile/100-*.stdout hostile/100-x%20y.fd9.written | tr -d '\r' >wanted
same "--raw on a terminal is kept on demand" wanted got

"$iotap_show" --streams hostile >got
golden "--streams" <<'END'
STREAM  PID  COMM                   NAME         KIND  LENGTH  CAPTURED  LOST  STATE     FILE                              TARGET
     1  100  e\\x1b[31m\\x0a/\\\\x\\xff  stdout       pipe      51        51     0  complete  100-e%%1B[31m%%0A%%2F%%5Cx%%FF.stdout  pipe\\x1b[5m\\x07
     2  100  x\\x20y                 fd9.written  file      11        11     0  complete  100-x%%20y.fd9.written             /tmp/caf\303\251\\xff
END
"$iotap_show" --processes hostile >got
golden "--processes" <<'END'
PROCESS  PARENT  PID  START         SECONDS  STATUS  OUT  IN  COMM                   COMMAND
      1       0  100  12:32:00.000    0.000  0         0   0  e\\x1b[31m\\x0a/\\\\x\\xff  ./evil\\x1b[2J \\xff \\xe2\\x80\\xaetxt
END
"$iotap_show" --summary hostile | head -n 5 >got
golden "--summary" <<'END'
command    ./evil\\x1b[2J
argv       ./evil\\x1b[2J \\xff \\xe2\\x80\\xaetxt
cwd        /work\\x0a\\x1b[1m
user       nobody
host       h\\xc2\\x9b1m
END

controls='[\x00-\x08\x0b-\x1f\x7f]'
for list in streams processes holes timeline summary verify; do
	is "--$list has no control character" 0 \
		"$(on_terminal "'$iotap_show' --$list hostile" | LC_ALL=C grep -c -P "$controls")"
	[ "$list" = verify ] ||
		is "--$list --json has nothing but ASCII on a terminal" 0 \
			"$(on_terminal "'$iotap_show' --$list --json hostile" |
				LC_ALL=C grep -c -P "[\x00-\x09\x0b-\x1f\x7f-\xff]")"
done
is "the log as JSON is ASCII on a terminal" 0 \
	"$(on_terminal "'$iotap_show' --json hostile" | LC_ALL=C grep -c -P '[\x00-\x09\x0b-\x1f\x7f-\xff]')"

# JSON holds every name exactly.
exact() {
	is "$1" "$2" "$("$iotap_show" "$3" --json hostile | head -n 1 | jq -r "$4" | base64 -d |
		od -An -tx1 | tr -d ' \n')"
}
evil=651b5b33316d0a2f5c78ff
exact "comm of a stream" $evil --streams .comm_b64
exact "comm of a process" $evil --processes .comm_b64
exact "comm of a chunk" $evil --timeline .comm_b64
exact "comm in the log" $evil --format=json .comm_b64
exact "an argument" ff --processes '.argv_b64[1]'
is "its lossy form" '["./evil\u001b[2J","�","‮txt"]' \
	"$("$iotap_show" --processes --json hostile | jq -c .argv)"
is "the name of a file" '"/tmp/café�" "L3RtcC9jYWbDqf8="' \
	"$("$iotap_show" --streams --json --stream=2 hostile | jq -r '"\(.name | tojson) \(.name_b64 | tojson)"')"

# What the command line and file names say comes back in messages.
on_terminal "'$iotap_show' \$'no\33[2Jdir'" >got
is "a message about a hostile directory" \
	'iotap-show: no\x1b[2Jdir: there is no such directory: name one that iotap-run has made' \
	"$(cat got)"

finish
