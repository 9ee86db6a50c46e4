-- What workers share besides documents: imports and their plans, pauses and breakers, who is alive, what was done.

create table public.import_job (
    organization_id uuid not null,
    id uuid not null,
    source text not null,
    root text not null,
    title text not null,
    asked_by uuid,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    next_run_at timestamptz not null,
    include_removed boolean not null,
    confirmed boolean not null,
    state text not null,
    scanned_at timestamptz,
    total integer not null,
    prepared integer not null,
    current text not null,
    failures integer not null,
    error text not null,
    epoch bigint not null,
    row_version bigint not null,
    claim_token uuid,                                -- this and the next: the claim, or both null
    lease_until timestamptz,                         -- in no index: heartbeats leave nothing behind
    due_at timestamptz,                              -- derived: next_run_at where a step is owed and unclaimed
    primary key (organization_id, id)
) with (fillfactor = 60);
create index import_due on public.import_job (due_at, id) where due_at is not null;
create index import_claimed on public.import_job (id) where claim_token is not null;
create index import_latest on public.import_job (organization_id, created_at, id);

create table public.import_entry (
    organization_id uuid not null,
    import_id uuid not null,
    entry_index integer not null,
    entry jsonb not null,
    verdict text not null,                           -- this and the next are in the entry, too
    left_out boolean not null,
    primary key (organization_id, import_id, entry_index),
    foreign key (organization_id, import_id) references public.import_job (organization_id, id) on delete cascade
);
create index import_entry_kind on public.import_entry (organization_id, import_id, verdict, left_out);

create table public.pause (
    reach text not null,
    organization_id uuid,                            -- null where it concerns all
    name text not null,
    kind text,
    sentence text not null,
    since timestamptz not null,
    "by" uuid,
    until timestamptz,
    unique nulls not distinct (reach, organization_id, name)
);

create table public.breaker (
    reach text not null,
    organization_id uuid,                            -- null where it concerns all
    name text not null,
    failures integer not null,
    failed_at timestamptz,
    opened_at timestamptz,
    probe_at timestamptz,
    closed_at timestamptz,
    witness_organization_id uuid,                    -- whose attempt failed last
    witness_document_id uuid,
    version bigint not null,
    unique nulls not distinct (reach, organization_id, name)
);

create table public.worker (
    id uuid primary key,
    build text not null,
    slots integer not null,
    seen_at timestamptz not null                     -- in no index, for the same reason
) with (fillfactor = 50);

create table public.audit (
    seq bigint generated always as identity primary key,
    organization_id uuid not null,
    member_id uuid,
    action text not null,
    subject text not null,
    at timestamptz not null
);
create index audit_organization on public.audit (organization_id, seq);
