#!/bin/sh
# cover.sh BUILD FOLDER... - lines and branches that the tests reached, a file
# a line and then a folder a line, from gcov's data in BUILD.
build=$1
shift
for dir; do
    for data in "$build/$dir"/*.gcda; do
        [ -f "$data" ] && gcov -n -b -o "$data" "$data" 2>/dev/null
    done
done | awk '
# "98.50% of 200", the part after the colon
function share(text, at) {
    split(text, at, ":")
    split(at[2], at, "% of ")
    total = at[2]
    hit = int(at[1] * total / 100 + 0.5)
}
function row(name, lh, lt, bh, bt) {
    return sprintf("%-32s %6d %7.1f%% %9d %7.1f%%", name, lt,
        lt ? 100 * lh / lt : 100, bt, bt ? 100 * bh / bt : 100)
}
/^File / {
    name = $2
    gsub("\047", "", name)
    ours = name ~ /^[a-z]+\/[a-z0-9_]+\.c$/ && !(name in seen)
    seen[name] = ours
}
/^Lines executed/ && ours { share($0); lines[name] = total; line_hits[name] = hit }
/^Taken at least once/ && ours { share($0); arms[name] = total; arm_hits[name] = hit }
END {
    printf "%-32s %6s %8s %9s %8s\n", "", "lines", "reached", "branches", "taken"
    fflush()
    for (name in lines) {
        print row(name, line_hits[name], lines[name], arm_hits[name],
            arms[name]) | "sort"
        folder = name
        sub("/.*", "", folder)
        lh[folder] += line_hits[name]
        lt[folder] += lines[name]
        bh[folder] += arm_hits[name]
        bt[folder] += arms[name]
    }
    close("sort")
    for (folder in lt)
        print row("all of " folder "/", lh[folder], lt[folder], bh[folder],
            bt[folder]) | "sort"
}'
