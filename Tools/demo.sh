# What Tools/run is made of. Source it behind lib.sh; it uses the options that Tools/run has read.
# Nothing here needs more than bash, coreutils and the storehouse binary.

server='' simulator='' interrupted='' answer='' visible=() failures=()

console() { PGPASSWORD=$password "$storehouse" sql --port "$port" --user admin "$@"; }

now_us() { now=${EPOCHREALTIME/./}; }

# 1234567 → 1,234,567
grouped() {
    local n=$1 out=
    while [ ${#n} -gt 3 ]; do out=",${n: -3}$out" n=${n:0:${#n}-3}; done
    printf %s "$n$out"
}

check_interrupted() { [ -z "$interrupted" ] || exit 130; }

# bar DONE ALL TEXT: a progress bar, rewritten in place; off a terminal only its last state is shown.
bar() {
    local done=$1 all=$2 width=32 filled hashes
    [ "$all" -gt 0 ] || all=1
    [ "$done" -le "$all" ] || done=$all
    if [ -t 1 ] || [ "$done" -eq "$all" ]; then
        filled=$((done * width / all))
        printf -v hashes '%*s' "$filled" ''
        [ -t 1 ] && printf '\r\e[K'
        printf '[%-*s] %3d %%  %s' "$width" "${hashes// /#}" $((done * 100 / all)) "$3"
        [ "$done" -lt "$all" ] || printf '\n'
    fi
}

# Server --------------------------------------------------------------------------------------------

require_free() {
    if (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; then
        die "port $1 is taken: stop what listens there, or choose another with $2"
    fi
}

start_server() {
    require_free "$port" --port
    require_free "$http_port" --http-port
    mkdir -p "$data" || die "could not create $data"
    server_log=$(mktemp)
    "$storehouse" serve --data "$data" --port "$port" --http-port "$http_port" >"$server_log" 2>&1 &
    server=$!
    local tries=0
    while :; do
        require_server
        check_interrupted
        if [ -s "$data/admin.password" ] && [ -s "$data/ingest.token" ]; then
            password=$(<"$data/admin.password") token=$(<"$data/ingest.token")
            console -c 'SELECT 1' >/dev/null 2>&1 && http_get /v1/health >/dev/null && break
        fi
        [ $((tries += 1)) -lt 1200 ] || die "the server is not ready after two minutes"
        sleep 0.1
    done
    open_session
}

require_server() {
    kill -0 "$server" 2>/dev/null && return
    wait "$server"
    local status=$?
    server=
    tail -n 20 "$server_log" >&2
    die "the server has ended, exit code $status"
}

stop_simulator() {
    [ -n "$simulator" ] || return 0
    kill -TERM "$simulator" 2>/dev/null
    wait "$simulator" 2>/dev/null
    simulator=
}

# Runs at every exit: nothing that was started here is left behind.
stop_all() {
    local status=$?
    trap '' INT TERM
    stop_simulator
    [ -z "${session_PID:-}" ] || kill "$session_PID" 2>/dev/null
    if [ -n "$server" ]; then
        step "stopping the server"
        kill -TERM "$server" 2>/dev/null
        wait "$server"
        local ended=$?
        if [ $ended -ne 0 ]; then
            tail -n 20 "$server_log" >&2
            warn "the server did not stop cleanly, exit code $ended"
            [ $status -ne 0 ] || status=1
        fi
    fi
    rm -rf "${server_log:-}" "${simulator_log:-}" "${history:-}"
    exit $status
}

# Talking to it -------------------------------------------------------------------------------------

# One console that stays connected, so that a question costs no start-up.
open_session() {
    coproc session { PGPASSWORD=$password exec "$storehouse" sql --port "$port" --user admin --csv 2>&1; }
    exec {ask_in}>&"${session[1]}" {ask_out}<&"${session[0]}"
}

# ask "EXPRESSIONS FROM …": the one row's values into `answer`, or the error.
ask() {
    local line
    # Ctrl-C reaches the console too, and then nobody reads this.
    printf "SELECT 'answer', %s;\n" "$1" 2>/dev/null >&"$ask_in" || { answer="the console has ended"; return 1; }
    while IFS= read -r -t 60 line <&"$ask_out"; do
        case $line in
            answer,*) answer=${line#answer,}; return 0 ;;
            *ERROR:*) answer=$line; return 1 ;;
        esac
    done
    answer="no answer within 60 s"
    return 1
}

http_get() {
    local web line
    exec {web}<>"/dev/tcp/127.0.0.1/$http_port" || return 1
    printf 'GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n' "$1" >&"$web"
    IFS= read -r -t 10 line <&"$web"
    cat <&"$web"
    exec {web}>&-
    [[ $line == "HTTP/1.1 200"* ]]
} 2>/dev/null

# Events acknowledged since the server's start, into `acknowledged`.
count_events() {
    acknowledged=$(http_get /metrics | awk '/^storehouse_ingest_events_total/ {n += $NF} END {printf "%d", n}')
}

# History -------------------------------------------------------------------------------------------

has_history() { ask "count(*) FROM fact_sales" && [ "$answer" -gt 0 ]; }

load_history() {
    local file table bytes=0 done=0 began
    history=$(mktemp -d)
    if ! ask "count(*) FROM fact_sales"; then
        step "creating the star schema and the sample policies"
        console -f "$root/SQL/schema.sql" >/dev/null 2> >(grep -v NOTICE: >&2) || die "SQL/schema.sql failed"
        console -f "$root/SQL/policies.sql" >/dev/null || die "SQL/policies.sql failed"
    fi
    step "generating a history of $(grouped "$rows") sales lines"
    "$storehouse" generate --out "$history" --seed $seed --stores "$stores" --rows "$rows" ||
        die "the history could not be generated"
    check_interrupted
    # Sales come last: they are the sign that everything else is there.
    mv "$history/fact_sales.csv" "$history/zz_sales.csv" || die "the history has no sales"
    for file in "$history"/*.csv; do bytes=$((bytes + $(stat -c %s "$file"))); done
    step "loading $((bytes / 1000000)) MB"
    now_us
    began=$now
    for file in "$history"/*.csv; do
        table=$(basename "$file" .csv)
        [ "$table" != zz_sales ] || table=fact_sales
        # A start that was interrupted has left whole tables, never parts of one.
        ask "count(*) FROM $table" || die "$answer"
        [ "$answer" -gt 0 ] || copy_table "$table" "$file" "$done" "$bytes"
        done=$((done + $(stat -c %s "$file")))
        check_interrupted
    done
    now_us
    load_us=$((now - began))
    bar 1 1 "$(grouped "$loaded_rows") rows in $((load_us / 1000000)) s"
    rm -rf "$history"
}

loaded_rows=0
load_us=0

# Copies one file, showing how far the console has read it.
copy_table() {
    local table=$1 file=$2 done=$3 all=$4 columns position copying link
    IFS= read -r columns <"$file"
    console -c "\\copy $table ($columns) FROM '$file' WITH (FORMAT csv, HEADER)" >"$history/copy.log" 2>&1 &
    copying=$!
    while kill -0 $copying 2>/dev/null; do
        position=0
        for link in /proc/$copying/fd/*; do
            [ "$link" -ef "$file" ] && read -r _ position <"/proc/$copying/fdinfo/${link##*/}"
        done 2>/dev/null
        bar $(((done + position) * 999 / 1000)) "$all" "$table"
        sleep 0.2
    done
    wait $copying || { cat "$history/copy.log" >&2; die "loading $table failed"; }
    read -r _ position < <(grep '^COPY ' "$history/copy.log")
    loaded_rows=$((loaded_rows + position))
}

# Live events ---------------------------------------------------------------------------------------

start_simulator() {
    simulator_log=$(mktemp)
    count_events
    "$storehouse" simulate --http-port "$http_port" --token-file "$data/ingest.token" --seed $seed \
        --stores "$stores" --rate "$rate" >"$simulator_log" 2>&1 &
    simulator=$!
    local base=$acknowledged tries=0
    while [ "$acknowledged" -le "$base" ]; do
        require_simulator
        require_server
        check_interrupted
        [ $((tries += 1)) -lt 300 ] || die "no event was acknowledged within 30 s"
        sleep 0.1
        count_events
    done
}

require_simulator() {
    kill -0 "$simulator" 2>/dev/null && return
    tail -n 20 "$simulator_log" >&2
    simulator=
    die "the simulator has ended"
}

# Posts one event of no value, a line that no measure counts, and appends to `visible` how long after
# its acknowledgement SQL saw it, in microseconds: an upper bound, for the question itself takes time.
probe() {
    local line body when length=0 id at
    now_us
    id=probe-$now
    printf -v when '%(%Y-%m-%dT%H:%M:%SZ)T' -1
    body='{"specversion":"1.0","type":"com.storehouse.pos.transaction.v1","source":"/probe","id":"'$id'","time":"'$when'",'
    body+='"data":{"store_id":"'$probe_store'","register_id":"probe","seq":'$now',"status":"COMPLETED",'
    body+='"lines":[{"line_no":1,"kind":"NON_MERCH","qty":"1","net_amount":"0.00"}]}}'
    [ -n "${web:-}" ] || exec {web}<>"/dev/tcp/127.0.0.1/$http_port" || return 1
    printf 'POST /v1/events HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer %s\r\nContent-Type: application/cloudevents+json\r\nContent-Length: %d\r\n\r\n%s' \
        "$token" ${#body} "$body" >&"$web"
    IFS= read -r -t 10 line <&"$web"
    [[ $line == "HTTP/1.1 200"* ]] || { failures+=("a probe was answered ${line:-nothing}"); exec {web}>&-; web=; return 1; }
    while IFS= read -r -t 10 line <&"$web" && line=${line%$'\r'} && [ -n "$line" ]; do
        [[ ${line,,} == content-length:* ]] && length=${line##*[: ]}
    done
    IFS= read -r -t 10 -N "$length" line <&"$web"
    now_us
    at=$now
    [[ $line == *'"stored"'* ]] || { failures+=("a probe was not stored: $line"); return 1; }
    while :; do
        ask "count(*) FROM fact_sales WHERE business_date >= current_date - 1 AND store_id = '$probe_store' AND event_id = '$id'" ||
            { failures+=("$answer"); return 1; }
        now_us
        [ "$answer" = 0 ] || break
        [ $((now - at)) -lt 10000000 ] || { failures+=("an acknowledged event was not visible within 10 s"); return 1; }
    done
    visible+=($((now - at)))
}

# percentile P: of `visible`, in milliseconds, into `milliseconds`.
percentile() {
    [ ${#visible[@]} -gt 0 ] || { milliseconds=; return; }
    milliseconds=$(printf '%s\n' "${visible[@]}" | sort -n |
        awk -v p="$1" '{v[NR] = $1} END {i = int(NR * p / 100); if (i < NR * p / 100) i++; printf "%.1f", v[i] / 1000}')
}

# The live line, once a second, with probes in between; until Ctrl-C, or for --seconds.
watch_live() {
    local last_us last_events shown_us
    ask "min(store_id) FROM dim_store" || die "$answer"
    probe_store=$answer
    count_events
    now_us
    live_began=$now live_first=$acknowledged
    last_us=$now last_events=$acknowledged shown_us=$now
    while [ -z "$interrupted" ]; do
        require_server
        require_simulator
        probe
        [ ${#visible[@]} -le 1000 ] || visible=("${visible[@]: -1000}")
        now_us
        if [ $((now - shown_us)) -ge 1000000 ]; then
            shown_us=$now
            count_events
            show_live $(((acknowledged - last_events) * 1000000 / (now - last_us)))
            last_us=$now last_events=$acknowledged
        fi
        [ -z "$once" ] || [ $((now - live_began)) -lt $((seconds * 1000000)) ] || break
        sleep 0.05
    done
    count_events
    now_us
    live_us=$((now - live_began)) live_events=$((acknowledged - live_first))
    [ ! -t 1 ] || printf '\n'
}

show_live() {
    ask "count(*), round(extract(epoch FROM clock_timestamp() - max(ingested_at)), 2) FROM fact_sales" ||
        { [ -n "$interrupted" ] || warn "$answer"; return; }
    percentile 99
    [ ! -t 1 ] || printf '\r\e[K'
    printf '%s rows in fact_sales · %s events/s · newest %s s old · visible after %s ms (99th percentile)' \
        "$(grouped "${answer%%,*}")" "$(grouped "$1")" "${answer##*,}" "${milliseconds:--}"
    [ -t 1 ] || printf '\n'
}

# --once --------------------------------------------------------------------------------------------

slowest='' slowest_us=0

run_dashboards() {
    local file began
    step "the dashboards"
    for file in "$root"/SQL/dashboards/*.sql; do
        printf '\n%s%s%s\n' "$bold" "$(basename "$file" .sql)" "$plain"
        now_us
        began=$now
        console -c '\timing on' -f "$file" || failures+=("$(basename "$file") failed")
        now_us
        [ $((now - began)) -le "$slowest_us" ] || slowest_us=$((now - began)) slowest=$(basename "$file" .sql)
        check_interrupted
    done
}

# verdict TEXT CONDITION…
verdict() {
    if [ "${@:2}" ]; then
        printf '%sok%s    %s\n' "$green" "$plain" "$1"
    else
        printf '%sFAIL%s  %s\n' "$red" "$plain" "$1"
        failures+=("$1")
    fi
}

report_figures() {
    local per_second=$((live_events * 1000000 / live_us)) problem queries=("$root"/SQL/dashboards/*.sql)
    percentile 99
    echo
    step "figures"
    if [ "$load_us" -gt 0 ]; then
        echo "loaded $(grouped "$loaded_rows") rows at $(grouped $((loaded_rows * 1000000 / load_us))) rows/s"
    fi
    for problem in "${failures[@]}"; do warn "FAIL  $problem"; done
    verdict "$(grouped "$history_rows") sales lines of history (at least 1,000,000)" "$history_rows" -ge 1000000
    verdict "$(grouped "$live_events") live events acknowledged, $(grouped "$per_second")/s (at least 2,000/s)" "$per_second" -ge 2000
    verdict "visible ${milliseconds:-never} ms after the acknowledgement, 99th percentile of ${#visible[@]} (at most 1,000 ms)" \
        "$(printf %.0f "${milliseconds:-1000000}")" -le 1000
    verdict "${#queries[@]} dashboard queries, the slowest $slowest with $((slowest_us / 1000)) ms; ${#failures[@]} failures in all" \
        ${#failures[@]} -eq 0
    [ ${#failures[@]} -eq 0 ] || exit 1
}
