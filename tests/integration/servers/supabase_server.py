"""A Supabase project to test against: the peer started here, or a real one that the environment names."""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.integration.servers.postgres import Postgres, free_port, run_sql

PEER = Path(__file__).parent / "supabase_peer"
MIGRATIONS = Path(__file__).parents[3] / "supabase" / "migrations"
STATEMENT_TIMEOUT = "8s"
"""That of a hosted project's API."""

LARGEST_FILE = 50
"""MiB that a project's Storage takes, unless its settings say otherwise."""

CONFIG = """
[api]
schemas = ["public"]
max_rows = 1000

[db]
driver = "postgres"
url = "{url}"

[db.migrations]
schema_paths = []

[db.seed]
sql_paths = []

[storage]
enabled = true
file_size_limit = "{largest_file}MiB"

[auth]
enabled = true
jwt_secret = "{jwt_secret}"
enable_signup = true
publishable_key = "env(SUPABASE_PUBLISHABLE_KEY)"
secret_key = "env(SUPABASE_SECRET_KEY)"

[auth.email]
enable_confirmations = false
"""

ROLES = """
do $$ begin
    create role anon nologin noinherit;
    create role authenticated nologin noinherit;
    create role service_role nologin noinherit bypassrls;
    create role project_owner nologin;
exception when duplicate_object then null;
end $$;
grant usage on schema public to anon, authenticated, service_role;
"""
"""What a new project has before any migration of its owner's: roles, and no grants on tables to come.

A hosted project's owner is no superuser, either.
"""


@dataclass(frozen=True)
class Project:
    """Where a project is, and its keys.

    Attributes:
        database: The server under it; ``None`` where it is a real project.
        name: Of the database in it.
    """

    url: str
    secret_key: str
    publishable_key: str
    database: Postgres | None = None
    name: str = ""

    @property
    def direct(self) -> str:
        """Where the database is; ``MENTORFY_TEST_SUPABASE_DATABASE`` names a real project's."""
        return self.database.url(self.name) if self.database else os.environ["MENTORFY_TEST_SUPABASE_DATABASE"]

    def run(self, sql: str) -> str:
        """Run statements past the project's own servers."""
        return run_sql(sql, self.direct)


def named_project() -> Project | None:
    """Return the real project that the environment names, if it does."""
    url = os.environ.get("MENTORFY_TEST_SUPABASE_URL")
    if not url:
        return None
    secret, publishable = (os.environ[f"MENTORFY_TEST_SUPABASE_{kind}_KEY"] for kind in ("SECRET", "PUBLISHABLE"))
    return Project(url, secret, publishable)


@contextmanager
def new_database(cluster: Postgres) -> Iterator[str]:
    """Give a database with our schema and nothing else, applied by an owner who is no superuser; where it is."""
    name = f"bare_{secrets.token_hex(8)}"
    cluster.run(f"create database {name}")
    cluster.run(f"{ROLES} grant project_owner to current_user; alter database {name} owner to project_owner;", name)
    for migration in sorted(MIGRATIONS.glob("*.sql")):
        cluster.run(f"begin; set local role project_owner;\n{migration.read_text()}\ncommit;", name)
    yield cluster.url(name)
    cluster.run(f"drop database {name} with (force)")


@contextmanager
def peer(database: Postgres) -> Iterator[Project]:
    """Start the peer on a new database of a cluster."""
    assert (PEER / "node_modules").is_dir(), "the Supabase peer is missing: ./dev setup installs it where npm is"
    folder = Path(tempfile.mkdtemp(prefix="mentorfy-supabase-"))
    keys = {f"SUPABASE_{name.upper()}_KEY": f"sb_{name}_{secrets.token_hex(16)}" for name in ("publishable", "secret")}
    port, name = free_port(), f"project_{secrets.token_hex(8)}"
    environment = {
        **os.environ,
        **keys,
        "PEER_PROJECT": str(folder),
        "PEER_PORT": str(port),
        "PEER_DATABASE": database.url(name),
        "PEER_LARGEST_FILE": str(LARGEST_FILE * 1024**2),
        "DO_NOT_TRACK": "1",
        "EXPERIMENTAL_STORAGE": "1",
    }
    try:
        database.run(f"create database {name}")
        database.run(f"alter database {name} set statement_timeout = '{STATEMENT_TIMEOUT}'")
        (folder / "supabase").mkdir()
        config = CONFIG.format(url=database.url(name), jwt_secret=secrets.token_hex(32), largest_file=LARGEST_FILE)
        (folder / "supabase" / "config.toml").write_text(config)
        database.run(ROLES, name)
        (folder / "supabase" / "migrations").symlink_to(MIGRATIONS)
        lite = [str(PEER / "node_modules" / ".bin" / "lite"), "migration", "up"]
        migrated = subprocess.run(lite, cwd=folder, env=environment, capture_output=True, text=True, check=False)
        assert migrated.returncode == 0, migrated.stdout + migrated.stderr
        launch = ["node", str(PEER / "launch.mjs")]
        with (
            (folder / "log").open("w+") as log,
            subprocess.Popen(
                launch,
                env=environment,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                start_new_session=True,  # a terminal's Ctrl-C is for whoever uses it
            ) as server,
        ):
            try:
                assert server.stdout is not None
                said = server.stdout.readline()
                assert said.strip() == "ready", said + (folder / "log").read_text()
                public, secret = keys["SUPABASE_PUBLISHABLE_KEY"], keys["SUPABASE_SECRET_KEY"]
                yield Project(f"http://127.0.0.1:{port}", secret, public, database, name)
            finally:
                server.terminate()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
