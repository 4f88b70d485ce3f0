"""How long does DuckDB take? Seconds of each query over the Parquet file, one thread, the quickest of five runs."""

import sys
import time

import duckdb

base = duckdb.connect()
base.execute("set threads = 1")
base.execute(
    'create view ev as select timestamp as ts, message, "f.level" as level, "f.status" as status, '
    f'"f.latency" as latency from read_parquet(\'{sys.argv[1]}\')'
)
for sql in sys.argv[2:]:
    times = []
    for _ in range(5):
        begun = time.perf_counter()
        base.execute(sql).fetchall()
        times.append(time.perf_counter() - begun)
    print(min(times))
