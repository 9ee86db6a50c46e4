-- The first database, as the brief describes it: another enum, defaults, nullable counters, an index and views that depend
-- on it, one row for each import of a file. ``:documents`` rows of what such a database holds.

grant usage on schema public to anon, authenticated, service_role;
create schema auth;
create table auth.users (id uuid primary key, email text unique);
create schema storage;
create table storage.objects (bucket_id text not null, name text not null, primary key (bucket_id, name));

create type processing_status as enum ('pending', 'uploaded', 'processing', 'ready', 'failed');
create type response_length as enum ('Intelligent', 'Concise', 'Explanatory', 'Custom');
create type creativity as enum ('Strict', 'Adaptive', 'Creative');

create table organization (
    id uuid primary key default gen_random_uuid(),
    name text not null,
    created_at timestamptz not null default now()
);
create table mentor_bot (
    id uuid primary key default gen_random_uuid(),
    organization_id uuid not null references organization (id),
    name text not null,
    system_prompt text,
    response_length response_length default 'Intelligent',
    creativity creativity default 'Adaptive',
    custom_instructions text[],
    speaking_style text,
    temperature numeric,
    created_at timestamptz not null default now()
);
create table document (
    id uuid primary key default gen_random_uuid(),
    organization_id uuid references organization (id),
    title text not null,
    storage_path text,
    source_metadata jsonb default '{}',
    processing_status processing_status not null default 'pending',
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
create index document_status on document (organization_id, processing_status);
create index document_to_retry on document (updated_at) where processing_status = 'failed';
create table conversation (
    id uuid primary key default gen_random_uuid(),
    user_id uuid not null,
    mentor_bot_id uuid not null references mentor_bot (id),
    title text,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
create table message (
    id uuid primary key default gen_random_uuid(),
    conversation_id uuid not null references conversation (id) on delete cascade,
    role text not null,
    content text not null,
    metadata jsonb,
    created_at timestamptz not null default clock_timestamp()
);
create index message_conversation on message (conversation_id);

-- The brief's section 5, word for word.
ALTER TABLE document
ADD COLUMN retry_count INTEGER DEFAULT 0,
ADD COLUMN next_retry_at TIMESTAMP WITH TIME ZONE,
ADD COLUMN last_error TEXT,
ADD COLUMN error_type TEXT CHECK (error_type IN ('rate_limit', 'network_error', 'processing_error', 'unknown_error'));

ALTER TYPE processing_status ADD VALUE 'retrying' AFTER 'processing';

create view document_progress as
    select organization_id, processing_status, count(*) as documents, max(updated_at) as changed_at
    from document group by organization_id, processing_status;
create view document_trouble as
    select id, title, last_error, retry_count from document where processing_status in ('failed', 'retrying');
create view organization_trouble as
    select o.name, t.title from document_trouble as t join document as d using (id)
    join organization as o on o.id = d.organization_id;
grant select, insert, update, delete on all tables in schema public to service_role;

-- What it holds.
insert into auth.users select ('00000000-0000-4000-8000-' || lpad(i::text, 12, '0'))::uuid, format('Person.%s@Example.org', i)
    from generate_series(1, 20) as i;
insert into organization (id, name)
    select ('00000000-0000-4000-9000-' || lpad(i::text, 12, '0'))::uuid, format('Client %s', i) from generate_series(1, 3) as i;
insert into mentor_bot (organization_id, name, system_prompt, response_length, creativity, custom_instructions, speaking_style)
    select o.id, 'Brady', E'You are Brady, and explain braces: {}.\n\n## Response Configuration\n- Response Length: '
        || case when n = 1 then 'Two lines.' else '{custom_length_instruction}' end,
        case when n < 3 then 'Custom' end::response_length, 'Creative', '{"Say 100 %.",""}', null
    from organization as o cross join generate_series(1, 3) as n;
insert into document (organization_id, title, storage_path, source_metadata, processing_status, retry_count, next_retry_at,
        last_error, error_type, created_at, updated_at)
    select ('00000000-0000-4000-9000-' || lpad((i % 3 + 1)::text, 12, '0'))::uuid,
        format('Lesson %s – Grüße.pdf', i),
        format('organizations/%s/google_drive/Folder %s/Lesson %s.pdf', i % 3 + 1, i % 12, i),
        case when i % 211 = 0 then null else jsonb_build_object(
            'google_drive_file_id', 'file-' || case when i % 97 = 0 then i - 3 else i end,
            'modified_time', '2025-07-01T10:00:00.000Z', 'mime_type', 'application/pdf', 'size', i) end,
        (enum_range(null::processing_status))[case i % 10 when 0 then 1 when 1 then 2 when 2 then 3 when 3 then 4
            when 4 then 6 else 5 end],
        case i % 10 when 3 then i % 6 when 4 then 5 when 5 then null else 0 end,
        case i % 10 when 3 then now() + interval '1 hour' end,
        case when i % 10 in (3, 4) then 'RateLimitError: key sk-secret was refused' end,
        case when i % 10 = 3 then 'rate_limit' when i % 10 = 4 then 'unknown_error' end,
        now() - interval '30 days' + i * interval '1 minute', now() - interval '1 day'
    from generate_series(1, :documents) as i;
insert into conversation (user_id, mentor_bot_id, title)
    select ('00000000-0000-4000-8000-' || lpad((i % 20 + 1)::text, 12, '0'))::uuid, b.id, 'New Conversation ' || now()::date
    from mentor_bot as b cross join generate_series(1, :documents / 100) as i;
insert into message (conversation_id, role, content, metadata)
    select c.id, case n % 2 when 1 then 'user' else 'assistant' end, format('Said %s', n), '{"tokens": 12}'
    from conversation as c cross join generate_series(1, 4) as n;
insert into message (conversation_id, role, content) select id, 'system', 'You are Brady.' from conversation limit 5;
