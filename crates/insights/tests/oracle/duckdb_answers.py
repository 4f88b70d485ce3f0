"""What does DuckDB answer to the same questions? Pairs of an Insights query and SQL over the same masked rows.

Reads the rows from the Parquet file that it is given, runs the SQL of every pair and prints a list of
{query, ordered, rows} as JSON. The SQL is written from the meaning of the query, not translated from it: that is what
makes it an oracle. Values are numbers, texts or null; the caller compares numbers as numbers.
"""

import json
import sys

import duckdb

NUMBERS = ["status", "latency", "bytes"]
TEXTS = ["level", "service", "path"]


def pairs():
    """Yields (query, sql, ordered)."""
    yield from filters()
    yield from patterns()
    yield from lists()
    yield from groups()
    yield from periods()
    yield from expressions()
    yield from texts()
    yield from presence()
    yield from orders()
    yield from duplicates()
    yield from parsing()
    yield from instants()
    yield from stages()
    yield from structures()
    yield from addresses()
    yield from totals()


def counted(condition, where):
    return f"filter {condition} | stats count(*) as c", f"select count(*) from ev where {where}", False


def filters():
    for field, values in [("status", [200, 404]), ("latency", [12.5, 250]), ("bytes", [0, 1e4]), ("odd", [7, -1])]:
        for op in ["=", "!=", "<", "<=", ">", ">="]:
            for value in values:
                yield counted(f"{field} {op} {value}", f"n({field}) {op} {value}")
    for field, values in [("level", ["ERROR", "INFO"]), ("service", ["cart", "none"]), ("path", ["/a", "/b/c"]), ("odd", ["x", "7"])]:
        for op in ["=", "!="]:
            for value in values:
                yield counted(f"{field} {op} '{value}'", f"{field} {op} '{value}'")
    for op in ["<", "<=", ">", ">="]:
        yield counted(f"level {op} 'INFO'", f"level {op} 'INFO'")
        yield counted(f"latency {op} status", f"n(latency) {op} n(status)")
        yield counted(f"bytes {op} latency * 10 + 5", f"n(bytes) {op} n(latency) * 10 + 5")
    yield counted("level = 'ERROR' and status >= 500", "level = 'ERROR' and n(status) >= 500")
    yield counted("level = 'ERROR' or status >= 500", "level = 'ERROR' or n(status) >= 500")
    yield counted("not level = 'ERROR'", "not level = 'ERROR'")
    yield counted("not (level = 'ERROR' or service = 'cart') and bytes > 10", "not (level = 'ERROR' or service = 'cart') and n(bytes) > 10")
    yield counted("nested.code = 3", "n(nested_code) = 3")
    yield counted("list.1 = 5", "n(list_1) = 5")
    yield counted("`we-ird` = 'yes'", "weird = 'yes'")
    yield counted("flag = 'true'", "flag = 'true'")
    yield counted("flag = true", "flag = 'true'")
    yield counted("@logStream = 'web-1'", "stream = 'web-1'")
    yield counted("@timestamp >= 1700500000000 and @timestamp < 1703000000000", "ts >= 1700500000000 and ts < 1703000000000")
    yield counted("nosuchfield = 1", "false")


def patterns():
    likes = ["error", "user", "**", "took 1", "é", "no such text"]
    for part in likes:
        yield counted(f"@message like '{part}'", f"contains(message, '{part}')")
        yield counted(f"@message not like '{part}'", f"not contains(message, '{part}')")
    expressions = [r"took \d{3,}ms", "(?i)ERROR", "^\\{", "cart|web", r"\*{4}@\*+", "[a-c]$", r"\/a\/"]
    for regex in expressions:
        sql = regex.replace("\\/", "/")
        yield counted(f"@message like /{regex}/", f"regexp_matches(message, '{sql}')")
        yield counted(f"@message =~ /{regex}/ and level = 'WARN'", f"regexp_matches(message, '{sql}') and level = 'WARN'")
        yield counted(f"path not like /{regex}/", f"not regexp_matches(path, '{sql}')")
    yield counted("status like /^4/", "regexp_matches(status, '^4')")
    yield counted("level like 'ERR' and path like '/b'", "contains(level, 'ERR') and contains(path, '/b')")


def lists():
    yield counted("level in ['ERROR', 'WARN']", "level in ('ERROR', 'WARN')")
    yield counted("level not in ['ERROR', 'WARN']", "level not in ('ERROR', 'WARN')")
    yield counted("status in [200, 500]", "n(status) in (200, 500)")
    yield counted("status not in [200, 500]", "n(status) not in (200, 500)")
    yield counted("status in ['200', '500']", "status in ('200', '500')")
    yield counted("service in [level, 'cart']", "service = level or service = 'cart'")
    yield counted("latency in [12.5]", "n(latency) = 12.5")
    yield counted("strlen(path) in [2, 4]", "length(path) in (2, 4)")


AGGREGATES = [
    ("count({f})", "count({f})"),
    ("count_distinct({f})", "count(distinct {f})"),
    ("sum({f})", "sum(n({f}))"),
    ("avg({f})", "avg(n({f}))"),
    ("min({f})", "min(n({f}))"),
    ("max({f})", "max(n({f}))"),
    ("median({f})", "median(n({f}))"),
    ("stddev({f})", "stddev_samp(n({f}))"),
    ("pct({f}, 50)", "quantile_cont(n({f}), 0.5)"),
    ("pct({f}, 90)", "quantile_cont(n({f}), 0.9)"),
    ("pct({f}, 99.9)", "quantile_cont(n({f}), 0.999)"),
]


def groups():
    for field in NUMBERS:
        for function, sql in AGGREGATES:
            call, column = function.format(f=field), sql.format(f=field)
            yield f"stats {call} as v", f"select {column} from ev", False
            for by in ["level", "status"]:
                yield f"stats {call} as v by {by}", f"select {by}, {column} from ev group by 1", False
    for by in ["service, level", "stream", "nested_code"]:
        asked = by.replace("stream", "@logStream").replace("nested_code", "nested.code")
        columns = len(by.split(","))
        group = ", ".join(str(at + 1) for at in range(columns))
        yield f"stats count(*) by {asked}", f"select {by}, count(*) from ev group by {group}", False
        yield f"stats sum(bytes)/count(*) as r, max(latency) - min(latency) as d by {asked}", (
            f"select {by}, sum(n(bytes)) / count(*), max(n(latency)) - min(n(latency)) from ev group by {group}"
        ), False
    yield "stats sortsFirst(path), sortsLast(path) by level", "select level, min(path), max(path) from ev group by 1", False
    yield "stats max(level), min(level) by service", "select service, max(level), min(level) from ev group by 1", False
    yield "stats count(*) by status >= 500", (
        "select case when n(status) >= 500 then 1 when n(status) < 500 then 0 end, count(*) from ev group by 1"
    ), False
    yield "stats count(*) by strlen(path) as l, toupper(level) as u", (
        "select length(path), upper(level), count(*) from ev group by 1, 2"
    ), False
    yield "filter status = 999 | stats count(*), sum(bytes)", "select count(*), sum(n(bytes)) from ev where n(status) = 999", False
    yield "filter status = 999 | stats count(*) by level", "select level, count(*) from ev where n(status) = 999 group by 1", False
    yield "stats count(*), count(flag), avg(bytes + latency)", "select count(*), count(flag), avg(n(bytes) + n(latency)) from ev", False


def periods():
    lengths = {"30s": 30_000, "1m": 60_000, "5m": 300_000, "1h": 3_600_000, "6h": 21_600_000, "1d": 86_400_000}
    for period, ms in lengths.items():
        start = f"(ts - ts % {ms})"
        yield f"stats count(*) by bin({period})", f"select shown({start}), count(*) from ev group by 1", False
        yield f"stats avg(latency) as a by bin({period}) as t, level", (
            f"select shown({start}), level, avg(n(latency)) from ev group by 1, 2"
        ), False
        yield f"fields datefloor(@timestamp, {period}) as f, dateceil(@timestamp, {period}) as c | limit 20000", (
            f"select shown({start}), shown(case when ts % {ms} = 0 then ts else {start} + {ms} end) from ev"
        ), False
    for period, name in {"1w": "week", "1mo": "month", "1q": "quarter", "1y": "year"}.items():
        start = f"epoch_ms(date_trunc('{name}', make_timestamp(ts * 1000)))"
        yield f"stats count(*) by bin({period})", f"select shown({start}), count(*) from ev group by 1", False
        yield f"stats sum(bytes) by datefloor(@timestamp, {period}) as t", (
            f"select shown({start}), sum(n(bytes)) from ev group by 1"
        ), False
    yield "stats count(*) by bin(1h) | sort `bin(1h)` desc | limit 5", (
        "select shown(ts - ts % 3600000) as t, count(*) from ev group by 1 order by 1 desc limit 5"
    ), True
    yield "fields toMillis(@timestamp) as m, fromMillis(toMillis(@timestamp)) as t | limit 20000", "select ts, shown(ts) from ev", False


def shown(expression, sql):
    return f"fields {expression} as v | limit 20000", f"select {sql} from ev", False


def expressions():
    for expression, sql in [
        ("latency + bytes", "n(latency) + n(bytes)"),
        ("latency - bytes * 2", "n(latency) - n(bytes) * 2"),
        ("(latency - bytes) * 2", "(n(latency) - n(bytes)) * 2"),
        ("bytes / latency", "n(bytes) / nullif(n(latency), 0)"),
        ("bytes / 0", "cast(null as double)"),
        ("bytes % 7", "fmod(n(bytes), 7)"),
        ("status ^ 2", "pow(n(status), 2)"),
        ("-latency", "-n(latency)"),
        ("2 ^ 3 ^ 2", "512"),
        ("abs(latency - 100)", "abs(n(latency) - 100)"),
        ("ceil(latency)", "ceil(n(latency))"),
        ("floor(latency)", "floor(n(latency))"),
        ("sqrt(bytes)", "sqrt(n(bytes))"),
        ("log(bytes)", "case when n(bytes) > 0 then ln(n(bytes)) end"),
        ("greatest(latency, bytes, 50)", "greatest(n(latency), n(bytes), 50)"),
        ("least(latency, bytes, 50)", "least(n(latency), n(bytes), 50)"),
        ("latency > 100", "case when n(latency) > 100 then 1 when n(latency) <= 100 then 0 end"),
        ("strcontains(path, 'a')", "case when contains(path, 'a') then 1 when not contains(path, 'a') then 0 end"),
        ("odd + 1", "n(odd) + 1"),
    ]:
        yield shown(expression, sql)


def texts():
    for expression, sql in [
        ("toupper(path)", "upper(path)"),
        ("tolower(level)", "lower(level)"),
        ("strlen(@message)", "length(message)"),
        ("substr(path, 1)", "substr(path, 2)"),
        ("substr(path, 1, 2)", "substr(path, 2, 2)"),
        ("replace(path, '/', '::')", "replace(path, '/', '::')"),
        ("concat(level, '-', service)", "concat(level, '-', service)"),
        ("concat(status, ':', path)", "concat(status, ':', path)"),
        ("trim(padded)", "trim(padded)"),
        ("ltrim(padded)", "ltrim(padded)"),
        ("rtrim(padded)", "rtrim(padded)"),
        ("trim(path, '/a')", "trim(path, '/a')"),
        ("ltrim(path, '/a')", "ltrim(path, '/a')"),
        ("rtrim(path, 'c/')", "rtrim(path, 'c/')"),
        ("@message", "message"),
        ("@logStream", "stream"),
    ]:
        yield shown(expression, sql)


def presence():
    yield counted("ispresent(flag)", "flag is not null")
    yield counted("not ispresent(flag)", "flag is null")
    yield counted("isempty(flag)", "flag is null or flag = ''")
    yield counted("isblank(padded)", "padded is null or trim(padded) = ''")
    yield counted("ispresent(nosuchfield)", "false")
    yield shown("coalesce(flag, level, 'x')", "coalesce(flag, level, 'x')")
    yield shown("coalesce(odd, latency)", "coalesce(odd, latency)")
    yield "stats count(*) by ispresent(odd)", "select (odd is not null)::int, count(*) from ev group by 1", False


def orders():
    for field in ["latency", "bytes", "status"]:
        for direction in ["asc", "desc"]:
            yield f"fields {field} | sort {field} {direction}, @timestamp asc | limit 200", (
                f"select {field} from ev order by n({field}) {direction} nulls last, {field} {direction} nulls last, ts limit 200"
            ), True
    yield "fields level, path | sort level asc, path desc, @timestamp desc | limit 100", (
        "select level, path from ev order by level nulls last, path desc nulls last, ts desc limit 100"
    ), True
    yield "fields @timestamp | sort @timestamp | limit 50", "select shown(ts) from ev order by ts limit 50", True
    yield "fields @timestamp | limit 50", "select shown(ts) from ev order by ts desc limit 50", True
    yield "filter level = 'ERROR' | fields bytes | sort bytes * -1, @timestamp | limit 30", (
        "select bytes from ev where level = 'ERROR' order by n(bytes) * -1 nulls last, ts limit 30"
    ), True
    yield "sort @timestamp desc | limit 40 | stats count(*), sum(bytes)", (
        "select count(*), sum(n(bytes)) from (select * from ev order by ts desc limit 40)"
    ), False
    yield "sort latency, @timestamp | limit 40 | filter level = 'INFO' | fields latency", (
        "select latency from (select * from ev order by n(latency) nulls last, latency nulls last, ts limit 40) "
        "where level = 'INFO' order by n(latency) nulls last, latency nulls last, ts"
    ), True
    yield "stats count(*) as c by path | sort c desc, path | limit 3", (
        "select path, count(*) as c from ev group by 1 order by c desc, path nulls last limit 3"
    ), True


def duplicates():
    for keys in ["level", "level, service", "status"]:
        missing = " or ".join(f"{key.strip()} is null" for key in keys.split(","))
        kept = f"row_number() over (partition by {keys} order by ts desc) = 1 or {missing}"
        yield f"fields @timestamp, {keys} | dedup {keys}", f"select shown(ts), {keys} from ev qualify {kept} order by ts desc", True
        oldest = kept.replace("ts desc", "ts")
        yield f"fields @timestamp, {keys} | sort @timestamp asc | dedup {keys}", (
            f"select shown(ts), {keys} from ev qualify {oldest} order by ts"
        ), True
    yield "dedup level | stats count(*)", (
        "select count(*) from (select * from ev qualify row_number() over (partition by level order by ts desc) = 1 or level is null)"
    ), False


def parsing():
    took = r"took (\d+)ms"
    yield "parse @message /took (?<ms>\\d+)ms/ | stats count(ms), sum(ms), max(ms)", (
        f"select count(m), sum(m), max(m) from (select n(nullif(regexp_extract(message, '{took}', 1), '')) as m from ev)"
    ), False
    yield "parse @message 'user=* took *ms' as who, ms | stats count(*) as c by who", (
        "select nullif(regexp_extract(message, 'user=(.*?) took', 1), ''), count(*) as c from ev group by 1"
    ), False
    yield "parse 'took *ms' as ms | filter ms > 100 | stats count(*)", (
        f"select count(*) from ev where n(nullif(regexp_extract(message, '{took}', 1), '')) > 100"
    ), False
    yield "parse path '/*/*' as a, b | stats count(*) by a, b", (
        "select case when regexp_matches(path, '/.*/') then regexp_extract(path, '/(.*?)/(.*)', 1) end, "
        "case when regexp_matches(path, '/.*/') then regexp_extract(path, '/(.*?)/(.*)', 2) end, count(*) from ev group by 1, 2"
    ), False
    yield "fields level | parse @message /(?<first>^.)/ | stats count(*) by first, level", (
        "select nullif(regexp_extract(message, '^.'), ''), level, count(*) from ev group by 1, 2"
    ), False
    yield "parse status /(?<class>^\\d)/ | stats avg(latency) by class", (
        "select nullif(regexp_extract(status, '^\\d'), ''), avg(n(latency)) from ev group by 1"
    ), False


def instants():
    for field in ["status", "latency", "path"]:
        yield f"stats earliest({field}), latest({field}) by level", (
            f"select level, arg_min({field}, ts) filter ({field} is not null), arg_max({field}, ts) filter ({field} is not null) from ev group by 1"
        ), False
    yield "stats min(@timestamp), max(@timestamp)", "select shown(min(ts)), shown(max(ts)) from ev", False
    yield "stats count(*) by @ingestionTime - @timestamp", "select ingestion - ts, count(*) from ev group by 1", False


def stages():
    yield "stats count(*) as c by level, service | stats sum(c) as s, max(c) as m by level", (
        "select level, sum(c), max(c) from (select level, service, count(*) as c from ev group by 1, 2) group by 1"
    ), False
    yield "stats sum(bytes) as b by bin(1d) | stats avg(b), min(b), max(b)", (
        "select avg(b), min(b), max(b) from (select sum(n(bytes)) as b from ev group by ts - ts % 86400000)"
    ), False
    yield "fields bytes * 8 as bits | filter bits > 5000 | stats avg(bits) as a by service | filter a > 10000 | sort a desc", (
        "select service, avg(n(bytes) * 8) as a from ev where n(bytes) * 8 > 5000 group by 1 having a > 10000 order by a desc"
    ), True
    yield "stats count(*) as c by path | filter c > 100 | fields c / 2 as half | display path, half", (
        "select path, count(*) / 2.0 from ev group by 1 having count(*) > 100"
    ), False
    yield "fields latency as l | fields l + 1 as m | display m", "select n(latency) + 1 from ev", False
    yield "stats count(*) as n by level | stats count(*)", "select count(*) from (select distinct level from ev)", False


def structures():
    yield "fields jsonParse(@message) as j | stats count(j.level) as c by j.service", (
        "select case when json_valid(message) then json_extract_string(message, '$.service') end, "
        "count(case when json_valid(message) then json_extract_string(message, '$.level') end) from ev group by 1"
    ), False
    yield "fields jsonParse(@message) as j | stats sum(j.nested.code), sum(j.list[0])", (
        "select sum(n(case when json_valid(message) then json_extract_string(message, '$.nested.code') end)), "
        "sum(n(case when json_valid(message) then json_extract_string(message, '$.list[0]') end)) from ev"
    ), False
    yield "fields jsonParse(@message) as j | filter ispresent(j.list) | unnest j.list into item | stats count(*), sum(item)", (
        "select count(*), sum(n(i)) from (select unnest(cast(json_extract(message, '$.list') as varchar[])) as i from ev "
        "where json_valid(message) and json_extract(message, '$.list') is not null)"
    ), False


def addresses():
    yield counted("isValidIp(ip)", "regexp_matches(ip, '^[0-9.]+$')")
    yield counted("isValidIpV4(ip) and not isValidIpV6(ip)", "regexp_matches(ip, '^[0-9.]+$')")
    yield counted("isIpInSubnet(ip, '10.0.0.0/8')", "ip like '10.%' and not contains(ip, '*')")
    yield counted("isIpv4InSubnet(ip, '192.0.2.0/25')", (
        "ip like '192.0.2.%' and not contains(ip, '*') and cast(split_part(ip, '.', 4) as int) < 128"
    ))


def totals():
    yield "fields latency, bytes | addtotals | limit 20000", (
        "select latency, bytes, case when n(latency) is null and n(bytes) is null then null "
        "else coalesce(n(latency), 0) + coalesce(n(bytes), 0) end from ev"
    ), False
    yield "stats sum(bytes) as b, count(*) as c by level | addtotals row=false col=true b, c", (
        "select level, sum(n(bytes)), count(*) from ev group by 1 union all select null, sum(n(bytes)), count(*) from ev"
    ), False


def main(path):
    base = duckdb.connect()
    base.execute("set timezone = 'UTC'")
    base.execute("create macro n(x) as try_cast(x as double)")
    base.execute("create macro shown(ms) as strftime(make_timestamp((ms * 1000)::bigint), '%Y-%m-%d %H:%M:%S.%g')")
    fields = ["level", "service", "path", "status", "latency", "bytes", "odd", "flag", "padded", "ip"]
    columns = ", ".join(f'"f.{name}" as {name}' for name in fields)
    base.execute(
        f"""create table ev as select timestamp as ts, ingestion, cast(stream as varchar) as stream, message, {columns},
        "f.nested.code" as nested_code, "f.list.1" as list_1, "f.we-ird" as weird from read_parquet('{path}')"""
    )
    answers = []
    for query, sql, ordered in pairs():
        rows = base.execute(sql).fetchall()
        answers.append({"query": query, "ordered": ordered, "rows": [[plain(value) for value in row] for row in rows]})
    json.dump(answers, sys.stdout)


def plain(value):
    return value if value is None or isinstance(value, (int, float, str)) else str(value)


if __name__ == "__main__":
    main(sys.argv[1])
