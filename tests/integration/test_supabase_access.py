"""Who may do what, on PostgreSQL itself: the tests' Supabase server grants everything to everybody.

The schema is applied by an owner who is no superuser, as in a hosted project. What there is to try is read from the
catalogue, so a table or function that is added later is tried, too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.integration.servers.postgres import Postgres, run_sql
from tests.integration.servers.supabase_server import new_database

ROLE_NAMES = ("anon", "authenticated", "service_role")

TRY_TABLES = """
create temporary table tried (role text, thing text, verb text, allowed boolean);
grant all on tried to public;
do $$
declare
    one record;
begin
    for one in
        select r.role, c.relname as thing, v.verb, format(v.statement, c.oid::regclass, (
            select a.attname from pg_attribute as a where a.attrelid = c.oid and a.attnum = 1)) as statement
        from pg_class as c,
            unnest(array['anon', 'authenticated', 'service_role']) as r(role),
            (values ('select', 'select 1 from %s limit 1'), ('insert', 'insert into %s default values'),
                ('update', 'update %s set %I = default'), ('delete', 'delete from %s where false'),
                ('truncate', 'truncate %s cascade')) as v(verb, statement)
        where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v', 'm')
        order by 1, 2, 3
    loop
        perform set_config('role', one.role, true);
        begin
            execute one.statement;
            raise exception 'undone' using errcode = 'XX999';
        exception
            when insufficient_privilege then
                insert into tried values (one.role, one.thing, one.verb, false);
            when others then
                insert into tried values (one.role, one.thing, one.verb, true);
        end;
        perform set_config('role', 'none', true);
    end loop;
end $$;
"""

TRY_FUNCTIONS = """
select r.role, p.oid::regprocedure, 'execute', has_schema_privilege(r.role, p.pronamespace, 'usage')
    and has_function_privilege(r.role, p.oid, 'execute')
from pg_proc as p, unnest(array['anon', 'authenticated', 'service_role']) as r(role)
where p.pronamespace in ('public'::regnamespace, 'mentorfy'::regnamespace) order by 1, 2
"""

UNPROTECTED = """
select c.relname from pg_class as c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
    and not (c.relrowsecurity and c.relforcerowsecurity
        and exists (select from pg_policy as p where p.polrelid = c.oid)
        and not exists (select from pg_policy as p where p.polrelid = c.oid
            and p.polroles && array['anon'::regrole::oid, 'authenticated'::regrole::oid, 0::oid]))
order by 1
"""

Run = Callable[[str], str]


@pytest.fixture(scope="module")
def run(cluster: Postgres) -> Iterator[Run]:
    """Run statements in a database of its own; the schema is there."""
    with new_database(cluster) as url:
        yield lambda sql: run_sql(sql, url)


def tried(run: Run, sql: str) -> dict[tuple[str, str, str], bool]:
    rows = [line.split("|") for line in run(sql).splitlines()]
    return {(role, thing, verb): allowed in {"t", "true"} for role, thing, verb, allowed in rows}


def in_a_transaction(sql: str) -> str:
    return f"begin;\n{sql}\nselect * from tried order by 1, 2, 3;\nrollback;"


def test_only_the_service_may_touch_tables(run: Run) -> None:
    """Every table, every role, every verb; the service is what shows that denials come from grants."""
    outcomes = tried(run, in_a_transaction(TRY_TABLES))
    tables = {thing for _, thing, _ in outcomes}
    assert {"document", "document_claim", "mentor_bot", "conversation", "message", "organization"} <= tables
    assert len(outcomes) == len(tables) * len(ROLE_NAMES) * 5
    for (role, table, verb), allowed in outcomes.items():
        assert allowed is (role == "service_role" and verb != "truncate"), (role, table, verb)


def test_rows_stay_hidden_even_where_somebody_granted_everything(run: Run) -> None:
    """As the tests' Supabase server does, or a click too many in a dashboard."""
    grant = "grant all on all tables in schema public to anon, authenticated, service_role;"
    fill = "insert into public.organization values (gen_random_uuid(), 'theirs', now());"
    outcomes = tried(run, in_a_transaction(f"{grant} {fill} {TRY_TABLES}"))
    inserts = {(role, allowed) for (role, _, verb), allowed in outcomes.items() if verb == "insert"}
    assert ("service_role", True) in inserts
    for role, seen in (("anon", 0), ("authenticated", 0), ("service_role", 1)):
        count = run(f"begin; {grant} {fill} set local role {role}; select count(*) from public.organization; rollback;")
        assert count == f"{seen}", role


def test_only_the_service_may_call_functions(run: Run) -> None:
    outcomes = tried(run, TRY_FUNCTIONS)
    assert len({thing for _, thing, _ in outcomes}) > 50
    for (role, function, verb), allowed in outcomes.items():
        is_ours_to_call = role == "service_role" and not function.startswith("mentorfy.")
        assert allowed is is_ours_to_call, (role, function, verb)


def test_functions_run_as_their_owner_and_trust_no_search_path(run: Run) -> None:
    sql = """
        select p.oid::regprocedure from pg_proc as p where p.pronamespace = 'public'::regnamespace
            and not (p.prosecdef and p.proconfig @> array['search_path=""'])
    """
    assert run(sql) == ""


def test_the_service_reaches_through_forced_row_security(run: Run) -> None:
    """Though neither it nor the functions' owner were allowed to bypass it."""
    said = run(
        "begin; alter role service_role nobypassrls; set local role service_role;"
        " select public.worker_seen(gen_random_uuid(), 'build', 2); select count(*) from public.worker; rollback;"
    )
    assert said.splitlines()[-1] == "1"


def test_every_table_is_protected(run: Run) -> None:
    assert run(UNPROTECTED) == ""


@pytest.mark.parametrize(
    "mistake",
    [
        "create table public.forgotten (id uuid);",
        "create table public.forgotten (id uuid); alter table public.forgotten enable row level security;",
        "create table public.forgotten (id uuid); select mentorfy.lock_down(array['forgotten']);"
        " create policy open on public.forgotten to anon using (true);",
    ],
    ids=["nothing", "no policy", "open to anybody"],
)
def test_a_table_that_was_forgotten_is_found(run: Run, mistake: str) -> None:
    assert run(f"begin; {mistake} {UNPROTECTED}; rollback;") == "forgotten"


def test_a_table_that_is_locked_down_is_protected(run: Run) -> None:
    made = "create table public.added (id uuid); select mentorfy.lock_down(array['added']);"
    assert run(f"begin; set local role project_owner; {made} {UNPROTECTED}; rollback;") == ""
