# Shared by scripts that read a proxy's memory while many connections are open; sourced after common.sh, not run.
# shellcheck shell=bash

check=no
over=0
declare -a verdicts=()

# Two descriptors a connection in the proxy, and room for its listeners, libraries and pipes.
raise_descriptor_limit() {
    local needed=$((connections * 2 + 1000)) hard
    hard=$(ulimit -Hn)
    [[ $hard == unlimited ]] || ((hard >= needed)) ||
        fail "$connections connections need $needed descriptors, and the hard limit is $hard: raise it (ulimit -Hn, limits.conf, LimitNOFILE) or ask for fewer with --connections"
    ulimit -Sn "$needed" || fail "cannot raise the descriptor limit to $needed"

    # Client to proxy and proxy to each backend: one local port a connection towards each of the addresses.
    local low high
    read -r low high </proc/sys/net/ipv4/ip_local_port_range
    ((high - low > connections)) || fail "$connections connections need as many local ports, and ip_local_port_range gives $((high - low))"
}

# is_ready PID LOG
is_ready() {
    kill -0 "$1" 2>/dev/null || fail "$(tail -n 1 "$2")"
    grep -qx ready "$2"
}

# wait_until WHAT COMMAND…
wait_until() {
    local what=$1
    shift
    for _ in {1..1200}; do
        ! "$@" || return 0
        sleep 0.1
    done
    fail "$what: not within 120 s"
}

# field NAME JSON
field() {
    sed -n "s/.*\"$1\":\([0-9]*\).*/\1/p" <<<"$2"
}

resident_kib() {
    field rss_kib "$("$tool" stat --pid "$1")"
}

# limit NAME WHAT FIGURE LIMIT
limit() {
    local verdict=PASS
    [[ $check == yes ]] || return 0
    awk -v figure="$3" -v limit="$4" 'BEGIN { exit !(figure <= limit) }' || {
        verdict=MISS
        over=$((over + 1))
    }
    verdicts+=("$verdict $1, $2: $3, wanted at most $4")
}
