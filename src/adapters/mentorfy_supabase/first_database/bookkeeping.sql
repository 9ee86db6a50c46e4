-- What the move knows about itself. Triggers only write down which rows have changed: a row that cannot be mapped never
-- fails a writer. May be run again.

create schema if not exists mentorfy_move;
revoke all on schema mentorfy_move from public;

create table if not exists mentorfy_move.step (name text primary key, at timestamptz not null default clock_timestamp());

create table if not exists mentorfy_move.change (
    seq bigint generated always as identity primary key,
    side text not null,                              -- where it changed: 'first' or 'ours'
    kind text not null,
    id uuid not null
);

create table if not exists mentorfy_move.left_behind (
    kind text not null,
    id uuid not null,
    reason text not null,
    twin uuid,                                       -- the document that has its file; null where a person must look
    primary key (kind, id)
);

create or replace function mentorfy_move.note_change() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
    if coalesce(current_setting('mentorfy_move.copying', true), '') <> 'on' then
        if tg_op <> 'INSERT' then
            insert into mentorfy_move.change (side, kind, id)
                values (tg_argv[0], tg_argv[1], (to_jsonb(old) ->> tg_argv[2])::uuid);
        end if;
        if tg_op = 'INSERT' or tg_op = 'UPDATE' and to_jsonb(new) ->> tg_argv[2] <> to_jsonb(old) ->> tg_argv[2] then
            insert into mentorfy_move.change (side, kind, id)
                values (tg_argv[0], tg_argv[1], (to_jsonb(new) ->> tg_argv[2])::uuid);
        end if;
    end if;
    return null;
end $$;

create or replace function mentorfy_move.repoint(home text, away text) returns integer
language plpgsql set search_path = '' as $$
declare
    one record;
    moved integer := 0;
begin
    for one in select p.oid, p.oid::regprocedure as name from pg_catalog.pg_proc as p
        where p.pronamespace = to_regnamespace(away) and p.prosrc like '%mentorfy.answer(%'
    loop
        execute format('alter function %s set schema %I', one.name, home);
    end loop;
    for one in select p.oid from pg_catalog.pg_proc as p
        where (p.pronamespace = 'mentorfy'::regnamespace or p.pronamespace = to_regnamespace(home)
            and p.prosrc like '%mentorfy.answer(%') and p.prosrc ~ ('\m' || away || '\.|''' || away || '''::')
    loop
        execute regexp_replace(regexp_replace(pg_get_functiondef(one.oid), '\m' || away || '\.', home || '.', 'g'),
            '''' || away || '''::', '''' || home || '''::', 'g');
        moved := moved + 1;
    end loop;
    return moved;
end $$;
comment on function mentorfy_move.repoint is
    'Our functions follow our tables to where they live now: their texts name the schema. May be run again.';
