#!/usr/bin/env bash
# Measures CPU per HTTP request of nginx, HAProxy and LbCore, side by side.
set -euo pipefail

usage() {
    cat <<'EOF'
bench/compare/http.sh [OPTION…]

Starts two backends and every proxy in front of them, warms each up, then measures in interleaved rounds (A B C A B C)
keep-alive GET requests over 64 connections, closed loop. Everybody keeps connections to the backends and adds
X-Forwarded-For, which the backends check. Prints Markdown tables of medians.

  --proxies LIST       of nginx,haproxy,lbcore,lbcore-aot; default nginx,haproxy,lbcore
  --cases LIST         of small    a tool's head, a body of 128 bytes
                          browser  the 20 fields of a browser, a body of 128 bytes
                          large    a tool's head, a body of 64 KiB
                       default small,browser,large
  --layout NAME        one-core   everything on CPU 1 (default; the quiet one, which --check judges)
                       two-cores  the proxy alone on CPU 0, everything else on CPU 1
                       both
  --rounds N           interleaved rounds; default 7
  --seconds N          length of one window; default 3
  --warmup N           seconds of requests before the first round, for each proxy; default 5
  --connections N      default 64
  --engine NAME        lbcore's engine: auto (default), epoll, managed
  --lbcore PATH        a built lbcore instead of building src/LbCore.Server
  --lbcore-aot PATH    a published one instead of publishing it
  --no-build           use what was built before
  --base-port N        first of the ports used on 127.0.0.1; default 21000
  --output FILE        keep the single windows as lines of JSON
  --check              exit 1 when an acceptance ratio is missed (layout one-core): CPU per request at most 0.75 × the
                       better of nginx and HAProxy, with the large body at most 0.65 ×

Exit codes: 0 fine, 1 a ratio was missed, 2 bad usage, 3 could not measure.
EOF
}

# shellcheck source=common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

mode=http
proxies=(nginx haproxy lbcore)
cases=(small browser large)
layouts=(one-core)
rounds=7
seconds=3
warmup=5
connections=64
output=
check=()

while (($# > 0)); do
    case $1 in
        --help | -h) usage; exit 0 ;;
        --check) check=(--check) ;;
        --no-build) build=no ;;
        *)
            (($# > 1)) || bad_usage "$1 is unknown or needs a value"
            case $1 in
                --proxies) IFS=, read -r -a proxies <<<"$2" ;;
                --layout)
                    case $2 in
                        both) layouts=(one-core two-cores) ;;
                        one-core | two-cores) layouts=("$2") ;;
                        *) bad_usage "--layout is one-core, two-cores or both" ;;
                    esac
                    ;;
                --rounds) require_number "$@"; rounds=$2 ;;
                --seconds) require_number "$@"; seconds=$2 ;;
                --cases) IFS=, read -r -a cases <<<"$2" ;;
                --warmup) require_number "$@"; warmup=$2 ;;
                --connections) require_number "$@"; connections=$2 ;;
                --engine) engine=$2 ;;
                --lbcore) lbcore_path=$2 ;;
                --lbcore-aot) lbcore_aot_path=$2 ;;
                --base-port) require_number "$@"; base_port=$2 ;;
                --output) output=$2 ;;
                *) bad_usage "$1 is unknown" ;;
            esac
            shift
            ;;
    esac
    shift
done

load() {
    taskset -c "$load_cpu" "$tool" "$@"
}

# measure LAYOUT ROUND PROXY SCENARIO…
measure() {
    local layout=$1 round=$2 name=$3
    shift 3
    load "$@" --target "${proxy_address[$name]}" --pid "${proxy_pid[$name]}" --label "$name" --layout "$layout" --round "$round" \
        >>"$output" || fail "$name, round $round: $1 failed: $(tail -n 5 "$work/$name.log")"
}

# set_case NAME   sets what the client is told
set_case() {
    case $1 in
        small) case_options=(--body 128) ;;
        browser) case_options=(--body 128 --browser) ;;
        large) case_options=(--body 65536) ;;
        *) bad_usage "$1 is not a case that this script knows" ;;
    esac
}

# Tier-up of just-in-time code, pools and page faults all happen here, the same way for every proxy.
warm_up() {
    local name=$1 case
    for case in "${cases[@]}"; do
        set_case "$case"
        load http --target "${proxy_address[$name]}" --connections "$connections" --warmup 0 --seconds "$warmup" "${case_options[@]}" >/dev/null ||
            fail "$name failed while it was warmed up: $(tail -n 5 "$work/$name.log")"
    done
}

run_layout() {
    local layout=$1 cpu=$load_cpu name round case
    [[ $layout == one-core ]] || cpu=0
    start_backends
    for name in "${proxies[@]}"; do
        start_proxy "$name" "$cpu" 512
        warm_up "$name"
    done
    for ((round = 1; round <= rounds; round++)); do
        echo "$layout: round $round of $rounds" >&2
        for case in "${cases[@]}"; do
            set_case "$case"
            for name in "${proxies[@]}"; do
                measure "$layout" "$round" "$name" http --connections "$connections" --seconds "$seconds" "${case_options[@]}"
            done
        done
    done
    stop_all
}

declare -a case_options=()
for case in "${cases[@]}"; do
    set_case "$case"
done
prepare
output=${output:-$work/windows.jsonl}
: >"$output"
describe_machine
for layout in "${layouts[@]}"; do
    run_layout "$layout"
done
"$tool" report --input "$output" "${check[@]}"
