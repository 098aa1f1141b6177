"""The box in which statements of somebody's own run: what is asked is answered, what reaches beyond is refused, all in time."""

from __future__ import annotations

import hashlib
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path

import duckdb
import psutil
import pytest

from data import sqlbox, sqlrun
from data.filters import from_query
from data.queries import Reader
from data.sqlrun import Kind, Limits, QueryError, Question, Result, run
from data.sqlviews import lists, prepare
from data.warehouse import Snapshot
from tests.conftest import ROOT

Values = tuple[tuple[str, Kind, str], ...]
BRIEF = Limits(rows=50, megabytes=1, seconds=2.0, memory=256)


@pytest.fixture(scope="module", autouse=True)
def unchanged(sample_warehouse: Snapshot) -> object:
    """Whatever runs here, the snapshot's bytes stay as they are and nothing is written beside them."""

    def bytes_of() -> dict[str, str]:
        files = [path for path in sample_warehouse.folder.rglob("*") if path.is_file()]
        return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}

    before = bytes_of()
    yield None
    assert bytes_of() == before


def ask(snapshot: Snapshot, sql: str, values: Values = (), limits: Limits = BRIEF) -> Result:
    return run(Question(snapshot, sql, values, limits))


def said(snapshot: Snapshot, sql: str, limits: Limits = BRIEF) -> str:
    with pytest.raises(QueryError) as error:
        ask(snapshot, sql, limits=limits)
    return str(error.value)


@pytest.mark.parametrize(
    ("sql", "rows"),
    [
        ("SELECT 1 AS a", [{"a": 1}]),
        ("SELECT 1 AS a;", [{"a": 1}]),
        ("SELECT ';' AS a; -- the end;\n;", [{"a": ";"}]),
        ("/* ; */ SELECT 1 AS a /* end", None),
        ("FROM (VALUES (2), (1)) t(a) ORDER BY a", [{"a": 1}, {"a": 2}]),
        ("WITH t AS (SELECT 1 AS a) SELECT * FROM t -- comment", [{"a": 1}]),
        ("SELECT 1 AS a, 2 AS a", None),
        ("SELECT key FROM labels WHERE dimension = 'modality' AND label = 'SPECT'", [{"key": "spect"}]),
        ("PIVOT (SELECT true o, 1 n) ON o IN (true, false) USING sum(n)", None),
        (
            "WITH RECURSIVE t AS (SELECT 1 a UNION ALL SELECT a + 1 FROM t WHERE a < 3) SELECT * FROM t",
            [{"a": 1}, {"a": 2}, {"a": 3}],
        ),
        ("SELECT count(*) > 0 AS a FROM (DESCRIBE items)", [{"a": True}]),
    ],
)
def test_what_asks_is_answered(sample_warehouse: Snapshot, sql: str, rows: list[dict[str, object]] | None) -> None:
    if sql.endswith("/* end"):
        assert "Parser Error" in said(sample_warehouse, sql)
        return
    found = ask(sample_warehouse, sql)
    assert rows is None or found.table.to_pylist() == rows
    assert found.cut == ""


def test_parameters_are_bound_as_what_they_are(sample_warehouse: Snapshot) -> None:
    values: Values = (("t", "text", "x'; DROP TABLE facts; --"), ("n", "number", "2"), ("d", "date", "2016-12-09"))
    found = ask(sample_warehouse, "SELECT $t AS t, $n + 1 AS n, $d::DATE + 1 AS d", values)
    assert found.table.to_pylist() == [{"t": "x'; DROP TABLE facts; --", "n": 3, "d": date(2016, 12, 10)}]
    with pytest.raises(QueryError, match="is to be a number"):
        ask(sample_warehouse, "SELECT $n", (("n", "number", "two"),))
    assert "parameter" in said(sample_warehouse, "SELECT $missing")


def test_rows_and_bytes_are_cut_and_said(sample_warehouse: Snapshot) -> None:
    found = ask(sample_warehouse, "SELECT i FROM range(1000) t(i)")
    assert (found.table.num_rows, found.cut) == (50, "rows")
    assert ask(sample_warehouse, "SELECT i FROM range(50) t(i)").cut == ""
    wide = ask(sample_warehouse, "SELECT repeat('x', 100000) FROM range(40)")
    assert wide.cut == "bytes"
    assert 0 < wide.table.num_rows < 40
    assert "single row" in said(sample_warehouse, "SELECT repeat('x', 3000000)")


OUTSIDE = [
    *(
        "SELECT * FROM read_text('/etc/passwd')",
        "SELECT * FROM read_blob('/etc/hostname')",
        "SELECT * FROM glob('/etc/*')",
    ),
    *(
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM read_csv_auto('/etc/passwd')",
        "SELECT * FROM sniff_csv('/etc/passwd')",
    ),
    *(
        "SELECT * FROM read_json('/etc/x.json')",
        "SELECT * FROM read_ndjson_objects('/etc/x')",
        "SELECT * FROM read_duckdb('x.duckdb')",
    ),
    *(
        "SELECT * FROM parquet_metadata('/etc/passwd')",
        "SELECT * FROM parquet_scan('x')",
        "SELECT * FROM parquet_schema('x')",
    ),
    *(
        "SELECT * FROM '/etc/passwd'",
        "SELECT * FROM '/etc/passwd.csv'",
        'SELECT * FROM "x.parquet"',
        "FROM 'https://example.org/a.parquet'",
    ),
    *(
        "SELECT * FROM ReAd_TeXt('/etc/passwd')",
        "SELECT * FROM \"read_text\"('/etc/passwd')",
        "SELECT * FROM system.main.read_text('/etc/passwd')",
    ),
    *("SELECT * FROM/**/read_text/**/('/etc/passwd')", "SELECT (SELECT content FROM read_text('/etc/passwd'))"),
    *(
        "WITH t AS MATERIALIZED (SELECT * FROM read_text('/etc/passwd')) FROM t",
        "SELECT * FROM facts, LATERAL (SELECT * FROM glob('*'))",
    ),
    *(
        "SELECT getenv('HOME')",
        "SELECT getvariable('x')",
        "SELECT current_setting('secret_directory')",
        "SELECT list_transform(['a'], x -> getenv(x))",
    ),
    *(
        "SELECT * FROM query('SELECT 1')",
        "SELECT * FROM query_table('facts')",
        "SELECT * FROM query_table(['facts', 'letters'])",
    ),
    *(
        "SELECT * FROM json_execute_serialized_sql('{}')",
        "SELECT json_serialize_sql('SELECT 1')",
        "SELECT * FROM sql_auto_complete('SEL')",
    ),
    *(
        "SELECT * FROM duckdb_settings()",
        "SELECT * FROM duckdb_databases()",
        "FROM duckdb_databases",
        "FROM duckdb_secrets()",
        "FROM duckdb_logs",
    ),
    *(
        "FROM pragma_database_list",
        "SELECT * FROM pragma_database_size()",
        "FROM duckdb_extensions()",
        "FROM which_secret('a', 'b')",
    ),
    *(
        "FROM pg_catalog.pg_settings",
        "FROM pg_settings",
        "FROM sqlite_master",
        "SELECT pg_sleep(100)",
        "SELECT sleep_ms(100000)",
    ),
    *(
        "FROM checkpoint()",
        "FROM force_checkpoint()",
        "FROM enable_logging()",
        "FROM truncate_duckdb_logs()",
        "SELECT write_log('x')",
    ),
    *(
        "FROM repeat_row(1, num_rows = 10)",
        "FROM test_all_types()",
        "FROM arrow_scan(1, 2, 3)",
        "FROM pandas_scan(1)",
        "FROM python_map_function(1)",
    ),
    *(
        "SELECT nextval('s')",
        "SELECT __internal_compress_string_ubigint('a')",
        "FROM summary(facts)",
        "FROM seq_scan('facts')",
    ),
    *(
        "COPY facts TO '/srv/out.csv'",
        "COPY (SELECT 1) TO '/srv/out.parquet'",
        "COPY facts FROM '/etc/passwd'",
        "EXPORT DATABASE '/srv/out'",
    ),
    *(
        "IMPORT DATABASE '/srv'",
        "ATTACH '/srv/other.duckdb'",
        "ATTACH ':memory:' AS m",
        "DETACH memory",
        "USE memory",
        "INSTALL httpfs",
        "LOAD httpfs",
    ),
    *(
        "PRAGMA database_list",
        "PRAGMA enable_profiling",
        "SET threads = 8",
        "SET lock_configuration = false",
        "RESET ALL",
        "SET VARIABLE x = 1",
    ),
    *(
        "SET search_path = 'main'",
        "CALL pragma_version()",
        "CHECKPOINT",
        "FORCE CHECKPOINT",
        "VACUUM",
        "ANALYZE",
        "BEGIN",
        "COMMIT",
        "ROLLBACK",
    ),
    *(
        "CREATE TABLE x (a INT)",
        "CREATE TEMP TABLE x AS SELECT 1",
        "CREATE MACRO m() AS 1",
        "CREATE TEMP MACRO m() AS TABLE FROM glob('*')",
    ),
    *(
        "CREATE TEMP VIEW v AS SELECT 1",
        "CREATE SECRET s (TYPE s3)",
        "CREATE SCHEMA s",
        "CREATE TYPE t AS ENUM ('a')",
        "DROP TABLE facts",
        "DROP VIEW items",
    ),
    *(
        "INSERT INTO facts SELECT * FROM facts",
        "UPDATE facts SET overturned = true",
        "DELETE FROM facts",
        "TRUNCATE facts",
        "ALTER TABLE facts ADD COLUMN a INT",
    ),
    *(
        "WITH d AS (DELETE FROM facts RETURNING *) SELECT * FROM d",
        "MERGE INTO facts USING facts f ON true WHEN MATCHED THEN DELETE",
    ),
    *(
        "PREPARE p AS SELECT 1",
        "EXECUTE p",
        "DEALLOCATE p",
        "EXPLAIN ANALYZE SELECT 1",
        "EXPLAIN SELECT 1",
        "SHOW ALL TABLES; SELECT 1",
    ),
    *(
        "SELECT 1; SELECT 2",
        "SELECT 1;;SELECT 2",
        "SELECT 1 --\n; DROP TABLE facts",
        "SELECT 1) t; DROP TABLE facts; SELECT * FROM (SELECT 2",
    ),
    *(
        "SELECT 1) UNION ALL (SELECT 2",
        "SELECT 1) LIMIT 100000 --",
        "SELECT 1) --",
        "SELECT 1 /*",
        "SELECT '",
        'SELECT "',
        "SELECT $$",
        ")",
        "(",
    ),
    *(
        "",
        " ",
        ";",
        "-- nothing",
        "/* nothing */",
        "\ufeff",
        "\u00a0",
        "\x00",
        "SELECT\x00 1",
        "ＳＥＬＥＣＴ 1",
        "SELECT 1\u037e DROP TABLE facts",
    ),
    *(
        "SELECT no_such FROM items",
        "SELECT * FROM no_such",
        "selec 1",
        "SELECT 1 +",
        "PIVOT items ON outcome USING count(*)",
        "SELECT $1",
        "SELECT ?",
    ),
]


def refused(snapshot: Snapshot, sql: str, words: str) -> None:
    assert words.strip(), sql
    assert "Traceback" not in words
    assert str(snapshot.folder) not in words
    assert not Path("/srv/out.csv").exists()


@pytest.mark.slow
@pytest.mark.parametrize("sql", OUTSIDE)
def test_what_reaches_beyond_the_snapshot_is_refused(sample_warehouse: Snapshot, sql: str) -> None:
    refused(sample_warehouse, sql, said(sample_warehouse, sql))


def test_the_check_and_the_engine_together_refuse_what_reaches_beyond(sample_warehouse: Snapshot) -> None:
    with boxed(sample_warehouse) as connection:
        for sql in OUTSIDE:
            try:
                statement = sqlbox._checked(connection, sql)
                connection.execute(sqlbox.wrapped(statement, 10)).fetchall()
            except (duckdb.Error, sqlbox.RefusedError) as error:
                refused(sample_warehouse, sql, sqlbox._words(error, {"database": str(sample_warehouse.database)}))
            else:
                pytest.fail(f"answered: {sql!r}")


FILES = [
    sql
    for sql in OUTSIDE
    if re.search("read_|glob|sniff|parquet|'/etc|COPY|EXPORT|IMPORT|ATTACH|INSTALL|LOAD|https", sql)
]


def test_the_engine_alone_refuses_files(sample_warehouse: Snapshot) -> None:
    """The second fence, without the first: where a name is not known to the check, the engine has no way outside."""
    assert len(FILES) > 30
    with boxed(sample_warehouse) as connection:
        for sql in FILES:
            if "ATTACH ':memory:'" not in sql:  # a database of its own, in memory, gone with the process
                with pytest.raises(duckdb.Error):
                    connection.execute(sql).fetchall()
        for sql in ("SET enable_external_access = true", "SET lock_configuration = false", "SET memory_limit = '8GB'"):
            with pytest.raises(duckdb.Error):
                connection.execute(sql)


@contextmanager
def boxed(snapshot: Snapshot) -> Iterator[duckdb.DuckDBPyConnection]:
    """The child's own connection, in this process."""
    job = {"database": str(snapshot.database), "memory": 256, "seconds": 10, "lists": lists(), "prepare": prepare()}
    with closing(sqlbox._open(job)) as connection:
        yield connection


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT current_database()",
        "SELECT current_query()",
        "SELECT * FROM information_schema.schemata",
        "SHOW DATABASES",
        "SELECT * FROM information_schema.tables",
        "SHOW TABLES",
        "SELECT current_schemas(true)",
        "SELECT * FROM meta",
        "SELECT version()",
        "SELECT current_user, session_user",
    ],
)
def test_no_path_of_the_machine_is_told(sample_warehouse: Snapshot, sql: str) -> None:
    try:
        held = str(ask(sample_warehouse, sql).table.to_pylist())
    except QueryError as error:
        held = str(error)
    assert str(sample_warehouse.folder) not in held
    assert str(ROOT) not in held
    assert str(Path.home()) == "/" or str(Path.home()) not in held


BOMBS = [
    "SELECT count(*) FROM range(100000000000) t(i) WHERE hash(i) = 3",
    "WITH RECURSIVE t AS (SELECT 1 a UNION ALL SELECT a + 1 FROM t) SELECT max(a) FROM t",
    "WITH RECURSIVE t AS (SELECT 1 a UNION ALL SELECT 1 FROM t, range(10)) SELECT count(*) FROM t",
    "SELECT length(repeat('x', 2000000000))",
    "SELECT length(repeat(repeat('x', 100000), 100000))",
    "SELECT sum(length(repeat('abc', 300000000))) FROM range(1000)",
    "SELECT list_sort(range(50000000))",
    "SELECT len(list_transform(range(100000000), x -> x * 2))",
    "SELECT list_reduce(range(30000000), (a, b) -> (a * 31 + b) % 1000003)",
    "SELECT list(a.i) FROM range(100000) a(i), range(100000) b(i)",
    "SELECT string_agg(repeat('x', 1000), '') FROM range(10000000)",
    "SELECT regexp_replace(repeat('a', 20000000), '(a*)*b', 'c', 'g')",
    "SELECT regexp_matches(repeat('a', 200000000), '^(a|aa)+$')",
    "SELECT levenshtein(repeat('a', 200000), repeat('b', 200000))",
    "SELECT * FROM range(100000000) t(i) ORDER BY hash(i)",
    "SELECT i, count(*) FROM range(100000000) t(i) GROUP BY i",
    "SELECT repeat('x', 1000000) FROM range(1000000)",
    "SELECT count(DISTINCT hash(i)) FROM range(200000000) t(i)",
    "SELECT md5(repeat('x', 1500000000))",
    "SELECT json_extract(repeat('[', 1000000), '$[0]')",
    "SELECT factorial(20) ^ 1e300 + count(*) FROM range(100000) a, range(100000) b, range(100000) c",
    "SELECT printf('%2000000000d', 1)",
    "SELECT rpad('', 2000000000, 'x')",
    "SELECT bar(1, 0, 1, 1000000000)",
]


@pytest.mark.parametrize(
    "sql", [pytest.param(sql, marks=[] if at < 4 else [pytest.mark.slow]) for at, sql in enumerate(BOMBS)]
)
def test_a_bomb_ends_in_time_and_in_memory(sample_warehouse: Snapshot, sql: str) -> None:
    largest = 0
    ended = threading.Event()

    def watch() -> None:
        nonlocal largest
        while not ended.wait(0.02):
            for child in psutil.Process().children():
                try:
                    if child.cmdline()[-1].endswith("sqlbox.py"):
                        largest = max(largest, child.memory_info().rss)
                except (psutil.Error, IndexError):
                    continue

    watcher = threading.Thread(target=watch)
    watcher.start()
    started = time.monotonic()
    try:
        found = ask(sample_warehouse, sql, limits=Limits(rows=50, megabytes=1, seconds=1.0, memory=256))
        assert found.table.nbytes < 2 << 20
    except QueryError as error:
        assert str(error).strip()
    finally:
        ended.set()
        watcher.join()
    assert largest < 900 << 20
    assert time.monotonic() - started < 31 + 3  # until it is ready, which takes long where others work, and its second


NESTED = [
    "SELECT " + "(" * 20_000 + "1" + ")" * 20_000,
    "SELECT " + "-" * 1 + "1" + "+1" * 40_000,
    "SELECT 1 WHERE " + "NOT " * 20_000 + "true",
    "SELECT " + "[" * 5_000 + "]" * 5_000,
    "SELECT * FROM " + "(SELECT * FROM " * 3_000 + "facts" + ")" * 3_000,
    " UNION ALL ".join(["SELECT 1"] * 9_000),
    "SELECT 1 IN (" + ",".join(map(str, range(15_000))) + ")",
    "SELECT '" + "x" * 90_000 + "'",
    "SELECT " + "CASE WHEN true THEN " * 3_000 + "1" + " END" * 3_000,
    "WITH "
    + ", ".join(f"t{i} AS (SELECT * FROM {f't{i - 1}, t{i - 1} u' if i else 'facts'})" for i in range(30))
    + " SELECT count(*) FROM t29",
]


@pytest.mark.parametrize(
    "number", [pytest.param(at, marks=[] if at < 2 else [pytest.mark.slow]) for at in range(len(NESTED))]
)
def test_a_statement_of_monstrous_shape_harms_nobody(sample_warehouse: Snapshot, number: int) -> None:
    try:
        ask(sample_warehouse, NESTED[number], limits=Limits(rows=50, megabytes=1, seconds=2.0, memory=256))
    except QueryError as error:
        assert len(str(error)) < 1500


def test_a_megabyte_of_statement_is_refused_before_anything_starts(sample_warehouse: Snapshot) -> None:
    assert "1,000,007 characters" in said(sample_warehouse, "SELECT " + "1" * 1_000_000)


def test_the_child_can_open_nothing_and_start_nothing() -> None:
    script = (
        "import os, socket, sys; sys.path.insert(0, sys.argv[1]); import sqlbox; sqlbox._fence_process(5); sqlbox._fence_files(1 << 28)\n"
        "def fails(do):\n    try:\n        do()\n    except OSError:\n        return True\n    return False\n"
        "print(fails(lambda: open('/etc/hostname')), fails(lambda: open('/srv/written', 'w')), fails(socket.socket), fails(os.pipe))\n"
    )
    folder = str(Path(sqlbox.__file__).parent)
    done = subprocess.run([sys.executable, "-P", "-c", script, folder], capture_output=True, text=True, check=False)
    assert done.stdout.split() == ["True"] * 4, done.stderr


def test_no_state_is_left_from_one_question_to_the_next(sample_warehouse: Snapshot) -> None:
    first = ask(sample_warehouse, "SELECT setseed(0.5), random() AS r").table["r"].to_pylist()
    assert ask(sample_warehouse, "SELECT random() AS r").table["r"].to_pylist() != first
    held = ask(sample_warehouse, "SELECT table_name FROM information_schema.tables WHERE table_schema = 'main'")
    assert "x" not in held.table["table_name"].to_pylist()


def test_it_is_killed_when_it_is_stopped(sample_warehouse: Snapshot) -> None:
    started = time.monotonic()
    with pytest.raises(QueryError, match="stopped"):
        run(
            Question(sample_warehouse, BOMBS[0], (), Limits(seconds=60.0)),
            stopped=lambda: time.monotonic() - started > 1,
        )
    assert time.monotonic() - started < 5
    assert not children()


def children() -> list[psutil.Process]:
    """The boxes of this process that still run."""
    return [one for one in psutil.Process().children() if any("sqlbox" in part for part in one.cmdline())]


def test_it_is_killed_beyond_its_time_where_the_engine_cannot_stop_itself(
    sample_warehouse: Snapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    deaf = "import sys, time\nsys.stdin.read()\nsys.stdout.buffer.write(b'R\\0\\0\\0\\0')\nsys.stdout.flush()\ntime.sleep(60)\n"
    path = sample_warehouse.folder.parent / "deaf.py"
    path.write_text(deaf)
    monkeypatch.setattr(sqlrun, "_CHILD", path)
    started = time.monotonic()
    assert "after 1 seconds" in said(sample_warehouse, "SELECT 1", Limits(seconds=1.0))
    assert time.monotonic() - started < 20
    assert not children()


@pytest.mark.skipif(sys.platform != "linux", reason="the system's own signal")
def test_it_dies_with_the_process_that_started_it(sample_warehouse: Snapshot) -> None:
    script = (
        "import sys\nfrom pathlib import Path\nfrom data.warehouse import snapshot\nfrom data.sqlrun import *\n"
        f"s = snapshot(Path({str(sample_warehouse.folder)!r}), {sample_warehouse.snapshot_id!r})\n"
        f"run(Question(s, {BOMBS[0]!r}, (), Limits(seconds=60.0)), told=lambda p: print('running', flush=True))\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, cwd=ROOT)
    assert parent.stdout is not None
    assert parent.stdout.readline() == b"running\n"
    [child] = psutil.Process(parent.pid).children()
    os.kill(parent.pid, signal.SIGKILL)
    parent.wait()
    psutil.wait_procs([child], timeout=5)
    assert not child.is_running() or child.status() == psutil.STATUS_ZOMBIE


def test_a_rate_has_the_interval_that_the_pages_give(sample_warehouse: Snapshot) -> None:
    sql = (
        "SELECT k, sum(n) n, sum(y) y, rate(n, y) r, rate_low(n, y) low, rate_high(n, y) high FROM "
        "(SELECT k, letter_key, count(*) n, count(*) FILTER (overturned) y FROM items, unnest(items.admin) a(k) GROUP BY ALL) GROUP BY k"
    )
    found = {row["k"]: row for row in ask(sample_warehouse, sql).table.to_pylist()}
    with sample_warehouse.connect() as connection:
        groups = {group.key: group.rate for group in Reader(connection, sample_warehouse, from_query({})).by("admin")}
    compared = 0
    for key, row in found.items():
        rate = groups[key]
        assert (int(row["n"]), int(row["y"])) == (rate.n, rate.y)
        assert (row["r"] is None) or not rate.small
        if row["r"] is not None and 0 < rate.y < rate.n:
            compared += 1
            assert (row["r"], row["low"], row["high"]) == pytest.approx((rate.rate, rate.low, rate.high), abs=1e-9)
    assert compared or all(rate.small for rate in groups.values())
