#!/usr/bin/env bash
# Measures the memory of requests that wait for a backend's answer: nginx, HAProxy and LbCore.
set -euo pipefail

usage() {
    cat <<'EOF'
bench/compare/waiting.sh [OPTION…]

One proxy after the other: resident memory without a connection, then with many requests, each on a connection of its
own, that the backend has received and does not answer; KiB per request. At the end every request must still wait.

  --proxies LIST       of nginx,haproxy,lbcore,lbcore-aot; default nginx,haproxy,lbcore
  --connections N      one request each; default 5000; the proxy needs two descriptors for each
  --warmup N           rounds of one second and 200 connections; default 40
  --settle N           seconds after the warm-up and after the requests, so that pools shrink; default 15, at most 45:
                       after 60 seconds lbcore answers 504
  --engine NAME        lbcore's engine: auto (default), epoll, managed
  --lbcore PATH        a built lbcore instead of building src/LbCore.Server
  --lbcore-aot PATH    a published one instead of publishing it
  --no-build           use what was built before
  --base-port N        first of the ports used on 127.0.0.1; default 21000
  --check              exit 1 when lbcore or lbcore-aot needs more than 8 KiB per request

Exit codes: 0 fine, 1 over the limit, 2 bad usage, 3 could not measure.
EOF
}

# shellcheck source=common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
# shellcheck source=memory.sh
source "$(dirname "${BASH_SOURCE[0]}")/memory.sh"

mode=http
proxies=(nginx haproxy lbcore)
connections=5000
warmup=40
settle=15

while (($# > 0)); do
    case $1 in
        --help | -h) usage; exit 0 ;;
        --check) check=yes ;;
        --no-build) build=no ;;
        *)
            (($# > 1)) || bad_usage "$1 is unknown or needs a value"
            case $1 in
                --proxies) IFS=, read -r -a proxies <<<"$2" ;;
                --connections) require_number "$@"; connections=$2 ;;
                --warmup) require_number "$@"; warmup=$2 ;;
                --settle) require_number "$@"; settle=$2 ;;
                --engine) engine=$2 ;;
                --lbcore) lbcore_path=$2 ;;
                --lbcore-aot) lbcore_aot_path=$2 ;;
                --base-port) require_number "$@"; base_port=$2 ;;
                *) bad_usage "$1 is unknown" ;;
            esac
            shift
            ;;
    esac
    shift
done
((settle <= 45)) || bad_usage "--settle is at most 45"

# backend_holds PID CONNECTIONS   HTTP/1.1 has one open request a connection; a proxy that queues holds fewer
backend_holds() {
    (($(find "/proc/$1/fd" -lname 'socket:*' | wc -l) - backend_listeners >= $2))
}

measure() {
    local name=$1 pid backends_pid empty full per empty_mb full_mb holder hold round backend_listeners
    start_backends
    backends_pid=${started[-1]}
    backend_listeners=$(find "/proc/$backends_pid/fd" -lname 'socket:*' | wc -l)
    start_proxy "$name" "$load_cpu" "$connections"
    pid=${proxy_pid[$name]}

    # As in idle.sh: new connections again and again until code is optimised, and few at a time. All are answered: HAProxy
    # keeps a request whose client has gone until the backend answers it.
    for ((round = 1; round <= warmup; round++)); do
        taskset -c "$load_cpu" "$tool" http --target "${proxy_address[$name]}" --connections 200 --warmup 0 --seconds 1 >/dev/null ||
            fail "$name failed while it was warmed up"
    done
    sleep "$settle"
    empty=$(resident_kib "$pid")

    mkfifo "$work/$name.hold"
    taskset -c "$load_cpu" "$tool" waiting --target "${proxy_address[$name]}" --connections "$connections" \
        <"$work/$name.hold" >"$work/$name.waiting" 2>&1 &
    holder=$!
    started+=("$holder")
    exec {hold}>"$work/$name.hold"
    wait_until "$name takes $connections requests" is_ready "$holder" "$work/$name.waiting"
    wait_until "$name has $connections requests at the backends" backend_holds "$backends_pid" "$connections"
    sleep "$settle"
    full=$(resident_kib "$pid")

    exec {hold}>&-
    wait "$holder" || fail "$name lost requests: $(tail -n 1 "$work/$name.waiting")"
    # First: not every proxy gives up a request whose client has gone, and a stop that drains would wait for the answers.
    kill -TERM "$backends_pid"
    stop_all

    per=$(awk -v kib=$((full - empty)) -v count="$connections" 'BEGIN { printf "%.2f", kib / count }')
    empty_mb=$(awk -v kib="$empty" 'BEGIN { printf "%.1f", kib * 1024 / 1e6 }')
    full_mb=$(awk -v kib="$full" 'BEGIN { printf "%.1f", kib * 1024 / 1e6 }')
    rows+=("| $name | $empty_mb | $full_mb | $per |")
    [[ $name != lbcore* ]] || limit "$name" "KiB per waiting request" "$per" 8
}

raise_descriptor_limit
prepare
describe_machine
declare -a rows=()
for proxy in "${proxies[@]}"; do
    echo "$proxy: $connections waiting requests" >&2
    measure "$proxy"
done

echo
echo "$connections requests that wait for their answer"
echo
echo "| proxy | resident MB, none | resident MB, $connections | KiB per waiting request |"
echo "|---|---|---|---|"
printf '%s\n' "${rows[@]}"
if ((${#verdicts[@]} > 0)); then
    echo
    printf '%s\n' "${verdicts[@]}"
fi
((over == 0)) || exit 1
