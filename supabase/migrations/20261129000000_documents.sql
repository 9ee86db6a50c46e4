-- Mentorfy's schema. Rules are in Python: here a row is compared and set, with its event and the store's time, in one
-- call of one function. How our fields are called here: docs/reference/supabase.md.
--
-- Primary keys begin with the organisation: another one's id is neither found nor in the way.
-- What is derived when written is written by the program, and marked "derived" here.

create schema mentorfy;                              -- what only our own functions call; the Data API does not show it
revoke all on schema mentorfy from public;

create sequence mentorfy.clock as bigint minvalue 0 start 0;
comment on sequence mentorfy.clock is
    'The latest microsecond since 1970 that a write was told: time never goes back, on no server that takes over.';

create table public.schema_number (
    id integer primary key check (id = 1),
    number integer not null,                         -- rises with every migration that the program must know of
    oldest_program integer not null                  -- the smallest number a program may have been made for
);
insert into public.schema_number values (1, 1, 1);

create type public.processing_status as enum
    ('pending_upload', 'uploaded', 'processing', 'retrying', 'available_to_ai', 'failed');

create table public.organization_revision (
    organization_id uuid primary key,
    revision bigint not null,                        -- rises with every change of a document
    served_at timestamptz                            -- when a worker last took a document: turns are by this
) with (fillfactor = 50);                            -- one row that changes with every write stays on its page

create table public.document (
    organization_id uuid not null,
    id uuid not null,
    source text not null,
    external_id text not null,
    title text not null,
    display_path text[] not null,                    -- names, never split from a text
    mime_type text not null,
    size_bytes bigint not null check (size_bytes >= 0),
    source_url text not null,
    processing_status public.processing_status not null,
    desired_version bigint not null,
    desired_token text not null,
    content_version bigint not null,
    content_token text not null,
    content_sha256 text not null,
    storage_path text not null,
    generation uuid,
    live_generation uuid,
    live_version bigint not null,
    note text not null,
    epoch bigint not null,
    next_retry_at timestamptz not null,              -- nothing runs before
    not_before timestamptz,
    fetched_at timestamptz,
    cycle bigint not null,
    retries jsonb not null,                          -- tries by kind since the last progress
    losses integer not null,
    last_error text,                                 -- this and the next three: the last failure, or all null
    error_type text,
    error_id uuid,
    failed_at timestamptz,
    gone_since timestamptz,
    deleted_at timestamptz,
    excluded boolean not null,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    row_version bigint not null,
    retry_count integer not null check (retry_count >= 0),       -- derived
    due_at timestamptz,                              -- derived: next_retry_at where work is owed and unclaimed
    due_stage text not null,                         -- derived
    folder text not null,                            -- derived: JSON, the path without its last name
    sort_key text collate "C" not null,              -- derived from the title
    search_text text not null,                       -- derived: title and path without case
    needs_person boolean not null,                   -- derived
    revision bigint not null,                        -- the organisation's when the row last changed
    primary key (organization_id, id)
) with (fillfactor = 85);
create unique index document_living_file on public.document (organization_id, source, external_id)
    where deleted_at is null;
create index document_deleted_file on public.document (organization_id, source, external_id, deleted_at)
    where deleted_at is not null;
create index document_due on public.document (organization_id, due_at, id) where due_at is not null;
create index document_generation on public.document (organization_id, generation) where generation is not null;
create index document_live on public.document (organization_id, live_generation) where live_generation is not null;
create index document_changed on public.document (organization_id, revision);
create index document_by_name on public.document (organization_id, sort_key, id) where deleted_at is null;
create index document_in_folder on public.document (organization_id, source, folder, sort_key, id)
    where deleted_at is null;
create index document_needs_person on public.document (organization_id, sort_key, id)
    where deleted_at is null and needs_person;
create index document_removed on public.document (organization_id, deleted_at, id) where deleted_at is not null;

-- Heartbeats write this narrow row and no index, so they leave nothing behind that has to be cleaned up.
create table public.document_claim (
    organization_id uuid not null,
    document_id uuid not null,
    claim_epoch bigint not null,
    claimed_stage text not null,
    claimed_version bigint not null,
    claim_token uuid not null,
    claimed_alone boolean not null,
    lease_until timestamptz not null,
    attempt_deadline timestamptz not null,
    progressed boolean not null,
    primary key (organization_id, document_id),
    foreign key (organization_id, document_id) references public.document (organization_id, id) on delete cascade
) with (fillfactor = 50);

create table public.document_event (
    organization_id uuid not null,
    document_id uuid not null,
    seq bigint not null,                             -- the row_version this event made
    event text not null,
    after_status public.processing_status not null,
    epoch bigint not null,
    at timestamptz not null,
    sentence text not null,
    primary key (organization_id, document_id, seq),
    foreign key (organization_id, document_id) references public.document (organization_id, id) on delete cascade
);
create index document_event_age on public.document_event (at);

create table public.folder_count (                   -- living documents that stand alike, counted by a trigger
    organization_id uuid not null,
    source text not null,
    folder text not null,
    processing_status public.processing_status not null,
    visible boolean not null,
    needs_person boolean not null,
    documents bigint not null,                       -- 0 stays, to tell who asks what changed
    revision bigint not null,
    primary key (organization_id, source, folder, processing_status, visible, needs_person)
) with (fillfactor = 70);

create table public.generation (
    organization_id uuid not null,
    id uuid not null,
    content_sha256 text not null,
    recipe text not null,
    chunks_expected integer,
    note text not null,
    idle_since timestamptz,
    retired_at timestamptz,
    primary key (organization_id, id)
);
create unique index generation_unretired on public.generation (organization_id, content_sha256, recipe)
    where retired_at is null;
create index generation_idle on public.generation (idle_since, id) where retired_at is null;

create table public.ledger (                         -- what understanding each chunk found out
    organization_id uuid not null,
    generation uuid not null,
    chunk_index integer not null,
    chunk jsonb not null,
    vector bytea not null,
    primary key (organization_id, generation, chunk_index),
    foreign key (organization_id, generation) references public.generation (organization_id, id)
);

create function mentorfy.read_at() returns timestamptz language sql volatile set search_path = '' as $$
    select greatest(pg_catalog.clock_timestamp(), timestamptz 'epoch' + c.last_value * interval '1 microsecond')
    from mentorfy.clock as c
$$;
comment on function mentorfy.read_at() is 'The store''s time for who only reads: writes nothing, works on a full disk.';

create function mentorfy.write_at() returns timestamptz language plpgsql volatile set search_path = '' as $$
declare
    told timestamptz := mentorfy.read_at();
begin
    perform pg_catalog.setval('mentorfy.clock', (extract(epoch from told) * 1000000)::bigint);
    return told;
end $$;
comment on function mentorfy.write_at() is 'The store''s time for who writes, remembered; of two at once either may be.';

create function mentorfy.answer(value jsonb, at timestamptz) returns jsonb language sql immutable set search_path = ''
as $$
    select pg_catalog.jsonb_build_object('at', at, 'value', value)
$$;
comment on function mentorfy.answer(jsonb, timestamptz) is
    'What every function of ours returns. One value: no limit of rows cuts it, and nobody else''s text looks like it.';

create function mentorfy.next_revision(organization uuid, served timestamptz) returns bigint
language sql volatile set search_path = '' as $$
    insert into public.organization_revision as r (organization_id, revision, served_at)
    values (organization, 1, served)
    on conflict (organization_id) do update
        set revision = r.revision + 1, served_at = coalesce(excluded.served_at, r.served_at)
    returning revision
$$;
comment on function mentorfy.next_revision(uuid, timestamptz) is
    'Raises the revision. Its row is the lock of the organisation''s documents: taken after a document''s row and claim, '
    'before a generation''s, by all.';

create function mentorfy.count_document() returns trigger language plpgsql security definer set search_path = '' as $$
begin
    if tg_op = 'UPDATE' and old.deleted_at is null then
        update public.folder_count as c set documents = c.documents - 1, revision = new.revision
        where c.organization_id = old.organization_id and c.source = old.source and c.folder = old.folder
            and c.processing_status = old.processing_status
            and c.visible = (old.live_generation is not null) and c.needs_person = old.needs_person;
    end if;
    if new.deleted_at is null then
        insert into public.folder_count as c
        values (new.organization_id, new.source, new.folder, new.processing_status, new.live_generation is not null,
            new.needs_person, 1, new.revision)
        on conflict (organization_id, source, folder, processing_status, visible, needs_person)
            do update set documents = c.documents + 1, revision = excluded.revision;
    end if;
    return null;
end $$;
create trigger document_added after insert on public.document
    for each row execute function mentorfy.count_document();
create trigger document_moved after update on public.document
    for each row when ((old.folder, old.processing_status, old.needs_person, old.live_generation is null,
        old.deleted_at is null) is distinct from (new.folder, new.processing_status, new.needs_person,
        new.live_generation is null, new.deleted_at is null))
    execute function mentorfy.count_document();
