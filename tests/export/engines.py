"""Three engines behind two methods: a table in, and a statement's answer out.

PostgreSQL is a cluster of its own in a temporary folder, reached by a socket. Spark is a process of
its own, and its Python package lies in a folder of its own, SCORECARD_SPARK or .venv/spark: MLflow
imports it wherever it can be imported, and it warns of the pandas that this project uses.
"""

from __future__ import annotations

import glob
import importlib.util
import json
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Protocol, Self

import duckdb
import polars as pl

ROOT = Path(__file__).parent.parent.parent
SPARK = Path(os.environ.get("SCORECARD_SPARK") or ROOT / ".venv" / "spark")
_PG_TYPES = {
    pl.Float64: "double precision", pl.Int64: "bigint", pl.Boolean: "boolean", pl.Date: "date",
    pl.String: "text",
}  # fmt: skip


class Absent(Exception):
    """The engine is not on this machine."""


class Engine(Protocol):
    """Raises `Absent` when made, starts when entered, ends when left."""

    name: str

    def __enter__(self) -> Self: ...
    def __exit__(self, *_: object) -> None: ...
    def load(self, table: str, frame: pl.DataFrame) -> None: ...
    def run(self, sql: str) -> pl.DataFrame: ...


class Duck:
    name = "duckdb"

    def __enter__(self) -> Self:
        self._connection = duckdb.connect()
        self._connection.execute("set threads = 1")
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def load(self, table: str, frame: pl.DataFrame) -> None:
        self._connection.register(table, frame.to_arrow())

    def run(self, sql: str) -> pl.DataFrame:
        return pl.DataFrame(pl.from_arrow(self._connection.sql(sql).to_arrow_table()))


class Postgres:
    name = "postgres"

    def __init__(self) -> None:
        found = sorted(glob.glob("/usr/lib/postgresql/*/bin/pg_ctl")) or [shutil.which("pg_ctl")]
        if found[-1] is None or importlib.util.find_spec("psycopg") is None:
            raise Absent("PostgreSQL (pg_ctl) or psycopg is not installed")
        self._bin = Path(found[-1]).parent
        self._account = None
        if os.geteuid() == 0:  # as whom PostgreSQL refuses to run
            try:
                self._account = pwd.getpwnam("postgres")
            except KeyError:
                raise Absent("PostgreSQL does not run as root, and has no account here") from None

    def __enter__(self) -> Self:
        import psycopg

        self._folder = tempfile.mkdtemp(prefix="pg", dir="/tmp")  # a socket's path must be short
        if self._account:
            os.chown(self._folder, self._account.pw_uid, self._account.pw_gid)
        self._connection: Any = None
        try:
            self._call(
                "initdb", "-U", "postgres", "--auth=trust", "--no-sync", "-E", "UTF8", "--locale=C"
            )
            options = f"-c listen_addresses='' -k {self._folder} -F -c max_connections=8"
            self._call("pg_ctl", "-w", "-o", options, "-l", f"{self._folder}/log", "start")
            self._connection = psycopg.connect(
                host=self._folder, user="postgres", dbname="postgres", autocommit=True
            )
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        if self._connection is not None:
            self._connection.close()
        if Path(self._folder, "data", "postmaster.pid").exists():
            self._call("pg_ctl", "-m", "immediate", "stop")
        shutil.rmtree(self._folder, ignore_errors=True)

    def _call(self, program: str, *args: str) -> None:
        with tempfile.TemporaryFile() as said:  # the server would hold a pipe open
            done = subprocess.run(
                [str(self._bin / program), "-D", f"{self._folder}/data", *args],
                user=self._account.pw_uid if self._account else None,
                group=self._account.pw_gid if self._account else None,
                cwd=self._folder, env={"PATH": os.defpath, "LC_ALL": "C"}, check=False,
                stdin=subprocess.DEVNULL, stdout=said, stderr=said,
            )  # fmt: skip
            said.seek(0)
            if done.returncode:
                raise RuntimeError(f"{program} failed: {said.read().decode()}")

    def load(self, table: str, frame: pl.DataFrame) -> None:
        from psycopg import sql

        columns = sql.SQL(", ").join(
            sql.SQL("{} {}").format(sql.Identifier(n), sql.SQL(_PG_TYPES[d]))
            for n, d in zip(frame.columns, frame.dtypes, strict=True)
        )
        name = sql.Identifier(table)
        self._connection.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(name))
        self._connection.execute(sql.SQL("CREATE TABLE {} ({})").format(name, columns))
        with (
            self._connection.cursor() as cursor,
            cursor.copy(sql.SQL("COPY {} FROM STDIN").format(name)) as copy,
        ):
            for row in frame.iter_rows():
                copy.write_row(row)

    def run(self, sql: str) -> pl.DataFrame:
        with self._connection.cursor() as cursor:
            cursor.execute(sql)
            names = [column.name for column in cursor.description]
            return pl.DataFrame(
                cursor.fetchall(), schema=names, orient="row", infer_schema_length=None
            )


class Spark:
    name = "spark"

    def __init__(self) -> None:
        if shutil.which("java") is None:
            raise Absent("Spark needs Java, which is not installed")
        if not (SPARK / "pyspark").is_dir():
            raise Absent("pyspark is not in .venv/spark or SCORECARD_SPARK (see docs/export.md)")

    def __enter__(self) -> Self:
        self._folder = Path(tempfile.mkdtemp(prefix="spark"))
        self._files = 0
        self._log = (self._folder / "log").open("wb")
        self._process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("spark_process.py"))],
            env={**os.environ, "PYTHONPATH": str(SPARK), "SPARK_LOCAL_IP": "127.0.0.1"},
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._log,
            cwd=self._folder, text=True,
        )  # fmt: skip
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()  # the process ends with its input
        try:
            self._process.wait(60)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()
        self._log.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _ask(self, **question: str) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer or (error := json.loads(answer)):
            raise RuntimeError(error if answer else (self._folder / "log").read_text()[-2000:])

    def _file(self) -> Path:
        self._files += 1
        return self._folder / f"{self._files}.parquet"

    def load(self, table: str, frame: pl.DataFrame) -> None:
        file = self._file()
        frame.write_parquet(file)
        self._ask(load=table, file=str(file))

    def run(self, sql: str) -> pl.DataFrame:
        out = self._file()
        self._ask(run=sql, file=str(out))
        return pl.read_parquet(out / "*.parquet")


ENGINES: dict[str, type[Engine]] = {engine.name: engine for engine in (Duck, Postgres, Spark)}
