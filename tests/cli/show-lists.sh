#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The lists of a run whose content is known, as text and as JSON.
. "${IOTAP_SOURCE:?}/tests/lib.sh"
export TZ=UTC0

make_run=$IOTAP_BUILD/tests/prog/make-run
"$make_run" job job || exit 99

golden() {
	local name=$1
	shift
	cat >wanted
	"$iotap_show" "$@" job >got 2>messages
	is "$name: status" 0 $?
	same "$name" wanted got
	is "$name: no message" "" "$(cat messages)"
}

# keys NAME WANTED OPTION...: the keys of every object, in the order of the contract
keys() {
	local name=$1 wanted=$2
	shift 2
	is "$name" "$wanted" "$("$iotap_show" "$@" --json job | jq -r 'keys_unsorted | join(" ")' | sort -u)"
}

golden "--streams" --streams <<'END'
STREAM  PID  COMM    NAME          KIND    LENGTH  CAPTURED  LOST  STATE       FILE                   TARGET
     1  100  job.sh  stdout        pipe        16        16     0  complete    100-job.sh.stdout      pipe:[77]
     2  100  job.sh  stderr        tty          8         8     0  complete    100-job.sh.stderr      /dev/pts/1
     3  101  curl    fd5.sent      socket      18        18     0  complete    101-curl.fd5.sent      tcp 10.0.0.1:5000 > 10.0.0.2:80
     4  101  curl    fd5.received  socket      27        27     0  complete    101-curl.fd5.received  tcp 10.0.0.1:5000 > 10.0.0.2:80
     5  101  curl    stdout        file        16         4    12  incomplete  101-curl.stdout        /tmp/out
     6  102  sleep   stderr        char         8         8     0  complete    102-sleep.stderr       /dev/null
END
golden "--processes" --processes <<'END'
PROCESS  PARENT  PID  START         SECONDS  STATUS   OUT  IN  COMM    COMMAND
      1       0  100  12:32:00.000    3.000  7         33   0  job.sh  /bin/sh ./job.sh 'two words' ''
      2       1  101  12:32:00.500    1.000  0         34  28  curl    curl http://here/
      3       1  102  12:32:00.600    1.400  SIGTERM    0   0  sleep   sleep 60
END
golden "--holes" --holes -t relative <<'END'
TIME      STREAM  PID  COMM  NAME    OFFSET  LENGTH  CAUSE
0.801000       5  101  curl  stdout       2      12  ring-full
END
golden "--timeline" --timeline -n 'curl' <<'END'
TIME           STREAM         TID      OFFSET  LENGTH  COMM             NAME
12:32:00.600        3         101           0      18  curl             fd5.sent
12:32:00.700        4         101           0      19  curl             fd5.received
12:32:00.701        4         101          19       8  curl             fd5.received  more
12:32:00.800        5         101           0       2  curl             stdout
12:32:00.802        5         101          14       2  curl             stdout  concurrent
END
golden "--summary" --summary <<'END'
command    ./job.sh
argv       ./job.sh 'two words' ''
cwd        /work
user       nobody
host       here
kernel     6.1.0
version    0.1.0
backend    bpf
options    {"capture": "stdout,stderr,sockets"}
started    2024-05-01T12:32:00.000000000+00:00
ended      2024-05-01T12:32:03.000000000+00:00
state      finished
status     7
processes  3
streams    6
captured   81 bytes
lost       12 bytes
holes      1
complete   no
reason     bytes were lost because the ring was full
END

keys "--streams: the keys" "stream process pid comm fd generation file_id role direction kind name file segments length captured lost in_kernel cut first_ns last_ns complete sha256" --streams
keys "--processes: the keys" "process parent pid ppid comm exe argv cwd uid start_ns end_ns exit_code signal threads bytes_out bytes_in waited_ns" --processes
keys "--holes: the keys" "stream offset length cause time_ns" --holes
keys "--timeline: the keys" "time_ns process pid tid comm stream role offset length more concurrent" --timeline
keys "--summary: the keys" "version state command argv cwd user host backend kernel started ended exit_code signal complete captured lost holes streams processes options reason" --summary

row() {
	local name=$1 wanted=$2
	shift 2
	is "$name" "$wanted" "$("$iotap_show" "$@" --json job)"
}

sum=$(sha256sum <job/101-curl.stdout | cut -d ' ' -f 1)
row "a stream" '{"stream":5,"process":2,"pid":101,"comm":"curl","fd":1,"generation":1,"file_id":1005,"role":"stdout","direction":"out","kind":"file","name":"/tmp/out","file":"101-curl.stdout","segments":[[0,16,"101-curl.stdout"]],"length":16,"captured":4,"lost":12,"in_kernel":0,"cut":0,"first_ns":800000000,"last_ns":802000000,"complete":false,"sha256":"'"$sum"'"}' \
	--streams --stream=5
row "a process that exited" '{"process":1,"parent":0,"pid":100,"ppid":50,"comm":"job.sh","exe":"/bin/dash","argv":["/bin/sh","./job.sh","two words",""],"cwd":"/work","uid":1000,"start_ns":0,"end_ns":3000000000,"exit_code":7,"signal":null,"threads":1,"bytes_out":33,"bytes_in":0,"waited_ns":0}' \
	--processes -p 100
row "a process that was killed" '{"process":3,"parent":1,"pid":102,"ppid":100,"comm":"sleep","exe":"/bin/sleep","argv":["sleep","60"],"cwd":"/","uid":1000,"start_ns":600000000,"end_ns":2000000000,"exit_code":null,"signal":15,"threads":1,"bytes_out":0,"bytes_in":0,"waited_ns":0}' \
	--processes -p 102
row "a hole" '{"stream":5,"offset":2,"length":12,"cause":"ring-full","time_ns":801000000}' --holes
row "no hole in other streams" "" --holes -p 100
is "chunks as JSON" '[[3,0,18,false,false],[4,0,19,false,false],[4,19,8,true,false],[5,0,2,false,false],[5,14,2,false,true]]' \
	"$("$iotap_show" --timeline --json -p 101 job | jq -s -c 'map([.stream, .offset, .length, .more, .concurrent])')"
"$iotap_show" --summary --json job | jq -S 'del(.reason, .state)' >ours
jq -S 'del(.reason, .state)' job/run.json >theirs
same "--summary --json is run.json" theirs ours

# Processes, chosen by what they have.
pids() {
	"$iotap_show" --processes --json "$@" job | jq -s -c 'map(.pid)'
}
is "processes by pid" '[101]' "$(pids -p 101)"
is "processes by name" '[100,102]' "$(pids -n 'job*,sleep')"
is "processes that have a socket" '[101]' "$(pids --kind=socket)"
is "processes that have stderr" '[100,102]' "$(pids --stream=stderr)"

# Several directories, and a run that goes on.
"$make_run" unfinished unfinished || exit 99
"$iotap_show" --streams job unfinished >got
is "each directory has its heading" "job: unfinished: " "$(grep ':$' got | tr '\n' ' ')"
is "both are there" "1 2 3 4 5 6 1 2" \
	"$("$iotap_show" --streams --json job unfinished | jq -s -r 'map(.stream) | join(" ")')"
is "a process that still runs" '[null,null,null]' \
	"$("$iotap_show" --processes --json unfinished | jq -c '[.end_ns, .exit_code, .signal]')"
is "a process that still runs, as text" "- running" \
	"$("$iotap_show" --processes unfinished | awk 'NR == 2 { print $5, $6 }')"
is "sums of a run that goes on" '["running",1,2,23,false]' \
	"$("$iotap_show" --summary --json unfinished | jq -c '[.state, .processes, .streams, .captured, .complete]')"

finish
