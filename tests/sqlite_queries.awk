# Prints N random `stats` queries, one a line: trawl's text, a tab, the same in
# SQL over a table p whose columns are the fields and whose absent is NULL.
# Leaves are made two-valued in SQL, as absence is in the language.
# usage: awk -v n=100 -v seed=1 -f sqlite_queries.awk
function pick(list,    part, k) { k = split(list, part, " "); return part[1 + int(rand() * k)] }
function leaf(    f, v, op) {
    f = pick("ttl dport sport len proto win flagsbits tos ipid")
    if (f == "flagsbits") { v = pick("syn rst fin")
        trawl = v; sql = v == "syn" ? "flags LIKE '%S%' AND flags NOT LIKE '%A%'" : "flags LIKE '%" (v == "rst" ? "R" : "F") "%'"
        sql = "coalesce(" sql ",0)"; return }
    if (rand() < 0.1) { trawl = "has(" f ")"; sql = "(" f " IS NOT NULL)"; return }
    v = f == "ttl" ? pick("40 50 64 128 255") : f ~ /port/ ? pick("53 80 443 22 25 123 1024 40000") : f == "len" ? pick("60 66 100 1500") : f == "proto" ? pick("6 17 1 58") : pick("0 1 512 8192 65535")
    if (rand() < 0.15) { trawl = f " in (" v ", 53)"; sql = "coalesce(" f " IN (" v ",53),0)"; return }
    op = pick("= != < <= > >=")
    trawl = f " " op " " v; sql = "coalesce(" f " " op " " v ",0)"
}
function cond(depth,    t, s, op, k) {
    if (depth == 0 || rand() < 0.3) { leaf(); return }
    if (rand() < 0.2) { cond(depth - 1); trawl = "not (" trawl ")"; sql = "(NOT " sql ")"; return }
    op = pick("and or")
    cond(depth - 1); t = trawl; s = sql
    cond(depth - 1); trawl = "((" t ") " op " (" trawl "))"; sql = "(" s " " op " " sql ")"
}
function agg(i,    f, k) {
    k = pick("count sum min max avg distinct distinct2 countif")
    f = pick("len ttl dport win sport ipid")
    if (k == "count") { at = "count()"; as = "count(*)" }
    else if (k == "countif") { leaf(); at = "count(" trawl ")"; as = "count(CASE WHEN " sql " THEN 1 END)" }
    else if (k == "distinct") { f = pick("src dst dport ttl"); at = "distinct(" f ")"; as = "count(DISTINCT " f ")" }
    else if (k == "distinct2") { at = "distinct(src, dport)"; as = "count(DISTINCT src || ' ' || dport)" }
    else if (k == "avg") { at = "avg(" f ")"; as = "avg(" f ")" }
    else { at = k "(" f ")"; as = k "(" f ")" }
    at = "a" i " = " at
}
BEGIN {
    srand(seed)
    for (q = 1; q <= n; q++) {
        cond(3); where = trawl; swhere = sql
        m = 1 + int(rand() * 3); ta = sa = ""
        for (i = 1; i <= m; i++) { agg(i); ta = ta (i > 1 ? ", " : "") at; sa = sa "," as }
        nk = int(rand() * 3); tk = sk = ""; split("", used)
        for (i = 1; i <= nk; i++) { k = pick("src dst proto dport ttl ipver flags hour"); if (k in used) continue; used[k] = 1
            tk = tk (tk == "" ? "" : ", ") k; sk = sk (sk == "" ? "" : ",") (k == "hour" ? "CAST(time AS INTEGER)/3600*3600" : k) }
        t = "all " where " | stats " ta (tk == "" ? "" : " by " tk)
        # a query without keys has one row even over nothing, in both
        s = "SELECT " (sk == "" ? "" : sk ",") substr(sa, 2) " FROM p WHERE " swhere (sk == "" ? "" : " GROUP BY " sk)
        print t "\t" s ";"
    }
}
