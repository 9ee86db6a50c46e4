-- People, how they are recognised, bots, and what was said.

create table public.organization (
    id uuid primary key,
    name text not null,
    created_at timestamptz not null
);

create table public.account (                        -- a person has one; a member is their place in an organisation
    id uuid primary key,
    name text not null,
    created_at timestamptz not null,
    email text not null,
    password_hash text not null
);
create unique index account_email on public.account (email) where email <> '';

create table public.organization_member (
    organization_id uuid not null references public.organization (id),
    user_id uuid not null references public.account (id),
    role text not null,
    created_at timestamptz not null,
    removed_at timestamptz,
    primary key (organization_id, user_id)
);
create index organization_member_person on public.organization_member (user_id) where removed_at is null;

create table public.session (
    id uuid primary key,
    digest text not null unique,                     -- of the secret in the cookie
    user_id uuid not null references public.account (id),
    organization_id uuid not null references public.organization (id),
    device text not null,
    created_at timestamptz not null,
    seen_at timestamptz not null,                    -- in no index: being seen leaves nothing behind
    expires_at timestamptz not null
) with (fillfactor = 70);
create index session_person on public.session (user_id);
create index session_expiry on public.session (expires_at);

create table public.token (
    organization_id uuid not null,
    id uuid not null,
    digest text not null unique,
    user_id uuid not null,
    role text not null,
    name text not null,
    created_at timestamptz not null,
    used_at timestamptz,
    primary key (organization_id, id),
    foreign key (organization_id, user_id) references public.organization_member (organization_id, user_id)
) with (fillfactor = 70);
create index token_member on public.token (organization_id, user_id);

create table public.link (
    organization_id uuid not null references public.organization (id),
    id uuid not null,
    digest text not null unique,
    kind text not null,
    role text not null,
    created_at timestamptz not null,
    expires_at timestamptz not null,
    user_id uuid references public.account (id),
    email text not null,
    created_by uuid,
    primary key (organization_id, id)
);
create index link_person on public.link (user_id) where user_id is not null;

create table public.attempt (                        -- at a password
    key text not null,
    at timestamptz not null,
    until timestamptz not null                       -- when it counts no more
);
create index attempt_key on public.attempt (key, at);
create index attempt_until on public.attempt (until);

create table public.mentor_bot (
    organization_id uuid not null,
    id uuid not null,
    created_at timestamptz not null,
    revision integer not null,
    hidden_since timestamptz,
    name text not null,                              -- this and what follows: derived from the newest revision
    system_prompt text not null,
    response_length text not null,
    creativity text not null,
    custom_instructions text[] not null,
    speaking_style text not null,
    temperature numeric not null,
    primary key (organization_id, id)
);

create table public.mentor_bot_revision (
    organization_id uuid not null,
    mentor_bot_id uuid not null,
    revision integer not null,
    name text not null,
    behavior jsonb not null,
    updated_at timestamptz not null,
    published_by uuid,
    primary key (organization_id, mentor_bot_id, revision),
    foreign key (organization_id, mentor_bot_id) references public.mentor_bot (organization_id, id)
);

create table public.mentor_bot_draft (
    organization_id uuid not null,
    mentor_bot_id uuid not null,
    version integer not null,                        -- stays when a draft ends, so that it never falls
    based_on integer not null,
    name text not null,
    behavior jsonb not null,
    saved_by uuid,
    saved_at timestamptz,                            -- null where the draft has ended
    primary key (organization_id, mentor_bot_id),
    foreign key (organization_id, mentor_bot_id) references public.mentor_bot (organization_id, id)
);

create table public.conversation (
    id uuid primary key,
    organization_id uuid not null,
    user_id uuid not null,
    mentor_bot_id uuid not null,
    title text not null,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    deleted_at timestamptz,
    search_text text not null                        -- derived: the title without case
) with (fillfactor = 80);
create index conversation_history on public.conversation (organization_id, user_id, updated_at desc, id);
create index conversation_activity on public.conversation (organization_id, updated_at desc, id)
    where deleted_at is null;
create index conversation_deleted on public.conversation (deleted_at) where deleted_at is not null;

create table public.message (
    organization_id uuid not null,
    id uuid not null,
    conversation_id uuid not null references public.conversation (id) on delete cascade,
    seq integer not null,
    role text not null,
    content text not null,
    created_at timestamptz not null,
    status text not null,
    key text not null,
    answered boolean not null,
    bot_revision integer not null,
    citations jsonb not null,
    considered jsonb not null,
    stopped boolean not null,
    error text not null,
    take integer not null,
    lease_until timestamptz,                         -- while it streams; in no index
    search_text text not null,                       -- derived: the content without case
    primary key (organization_id, id),
    unique (conversation_id, seq)
) with (fillfactor = 70);
create index message_key on public.message (organization_id, key) where key <> '';
create index message_unanswered on public.message (organization_id, created_at) where not answered;
create index message_streaming on public.message (id) where status = 'streaming';
