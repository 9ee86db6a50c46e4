-- What is read of the documents table. Every function answers with the store's time, all of it at one point in time.

create function mentorfy.whole(d public.document) returns jsonb language sql stable set search_path = '' as $$
    select (pg_catalog.to_jsonb(d)
            - '{retry_count,due_at,due_stage,folder,sort_key,search_text,needs_person,revision}'::text[])
        || pg_catalog.jsonb_build_object('claim', mentorfy.claim_of(d.organization_id, d.id))
$$;
comment on function mentorfy.whole is 'A document without what is derived, and with its claim.';

create function public.document_get(organization uuid, document uuid) returns jsonb
language plpgsql stable security definer set search_path = '' as $$
declare
    stored jsonb;
begin
    select mentorfy.whole(d) into stored from public.document as d
        where d.organization_id = organization and d.id = document;
    if not found then
        raise sqlstate 'PT404' using message = 'no such document';
    end if;
    return mentorfy.answer(stored, mentorfy.read_at());
end $$;

create function public.document_find(organization uuid, of_source text, external text) returns jsonb
language sql stable security definer set search_path = '' as $$
    select mentorfy.answer((
        select mentorfy.whole(d) from public.document as d
        where d.organization_id = organization and d.source = of_source and d.external_id = external
        order by d.deleted_at desc nulls first, d.created_at desc, d.id desc limit 1), mentorfy.read_at())
$$;

create function mentorfy.is_free(
    organization uuid, of_source text, stage text, learning boolean, organizations uuid[], sources text[],
    connections text[]
) returns boolean language sql immutable set search_path = '' as $$
    select not (stage = 'learn' and learning) and organization <> all(organizations)
        and (stage = 'learn' or of_source <> all(sources)
            and organization::text || ' ' || of_source <> all(connections))
$$;
comment on function mentorfy.is_free is 'Whether nothing that is paused or broken stops a stage; see core Blocked.';

create function public.documents_due(
    at_most integer, learning boolean, organizations uuid[], sources text[], connections text[]
) returns jsonb language plpgsql stable security definer set search_path = '' as $$
declare
    told timestamptz := mentorfy.read_at();
begin
    return mentorfy.answer((
        with turn as (
            select r.organization_id, r.served_at, first.due_at from public.organization_revision as r
            cross join lateral (
                select d.due_at from public.document as d
                where d.organization_id = r.organization_id and d.due_at <= told and mentorfy.is_free(
                    d.organization_id, d.source, d.due_stage, learning, organizations, sources, connections)
                order by d.due_at limit 1) as first
            order by r.served_at nulls first, first.due_at, r.organization_id limit at_most
        ), place as (
            select t.organization_id, q.id, t.served_at, t.due_at,
                row_number() over (partition by t.organization_id order by q.due_at, q.id) as number
            from turn as t cross join lateral (
                select d.id, d.due_at from public.document as d
                where d.organization_id = t.organization_id and d.due_at <= told and mentorfy.is_free(
                    d.organization_id, d.source, d.due_stage, learning, organizations, sources, connections)
                order by d.due_at, d.id limit at_most) as q
        )
        select coalesce(jsonb_agg(jsonb_build_array(p.organization_id, p.id)
                order by p.number, p.served_at nulls first, p.due_at, p.organization_id), '[]')
        from (select * from place order by number, served_at nulls first, due_at, organization_id limit at_most) as p
    ), told);
end $$;
comment on function public.documents_due is
    'The oldest of each organisation, then the second oldest, ...; whose last turn is longest ago comes first.';

create function public.documents_expired(at_most integer) returns jsonb
language plpgsql stable security definer set search_path = '' as $$
declare
    told timestamptz := mentorfy.read_at();
begin
    return mentorfy.answer((
        select coalesce(jsonb_agg(jsonb_build_array(c.organization_id, c.document_id)
            order by c.lease_until, c.organization_id, c.document_id), '[]')
        from (select * from public.document_claim where lease_until <= told
            order by lease_until, organization_id, document_id limit at_most) as c
    ), told);
end $$;

create function public.document_line(organization uuid) returns jsonb
language plpgsql stable security definer set search_path = '' as $$
declare
    told timestamptz := mentorfy.read_at();
begin
    return mentorfy.answer(jsonb_build_object(
        'waiting', (
            select coalesce(jsonb_agg(jsonb_build_object('id', d.id, 'stage', d.due_stage, 'source', d.source,
                'size_bytes', d.size_bytes, 'at', d.due_at) order by d.due_at, d.id), '[]')
            from public.document as d where d.organization_id = organization and d.due_at is not null),
        'running', (
            select coalesce(jsonb_agg(jsonb_build_object('id', d.id, 'stage', c.claimed_stage, 'source', d.source,
                'size_bytes', d.size_bytes, 'at', d.updated_at) order by d.updated_at, d.id), '[]')
            from public.document_claim as c join public.document as d
                on d.organization_id = c.organization_id and d.id = c.document_id
            where c.organization_id = organization),
        'others', (
            select coalesce(jsonb_agg(jsonb_build_array(o.fetches, o.learns)), '[]') from (
                select count(*) filter (where d.due_stage = 'fetch') as fetches,
                    count(*) filter (where d.due_stage = 'learn') as learns
                from public.document as d where d.organization_id <> organization and d.due_at <= told
                group by d.organization_id) as o)
    ), told);
end $$;

create function public.document_measured(organization uuid, of_documents integer) returns jsonb
language sql stable security definer set search_path = '' as $$
    select mentorfy.answer(coalesce(jsonb_agg(jsonb_build_object('event', done.event, 'began', began.at,
        'ended', done.at, 'size_bytes', d.size_bytes)), '[]'), mentorfy.read_at())
    from (
        select * from public.document where organization_id = organization and deleted_at is null
        order by revision desc limit of_documents) as d
    join public.document_event as done on done.organization_id = d.organization_id and done.document_id = d.id
        and done.event in ('Fetched', 'Learned')
    join public.document_event as began on began.organization_id = d.organization_id and began.document_id = d.id
        and began.seq = done.seq - 1 and began.event = 'Claimed'
$$;

create function public.documents_live(organization uuid, known bigint) returns jsonb
language plpgsql stable security definer set search_path = '' as $$
declare
    newest bigint := (select r.revision from public.organization_revision as r where r.organization_id = organization);
begin
    return mentorfy.answer(jsonb_build_object('revision', coalesce(newest, 0), 'generations', (
        select coalesce(jsonb_agg(jsonb_build_array(g.live_generation, g.documents)), '[]') from (
            select d.live_generation, jsonb_agg(d.id order by d.created_at, d.id) as documents
            from public.document as d where d.organization_id = organization and d.live_generation is not null
                and d.deleted_at is null and newest is distinct from known
            group by d.live_generation) as g)), mentorfy.read_at());
end $$;
comment on function public.documents_live is 'Names no generation where the revision is the one that is known.';

create function public.documents_kept_blobs(organization uuid, undo interval) returns jsonb
language plpgsql stable security definer set search_path = '' as $$
declare
    told timestamptz := mentorfy.read_at();
begin
    return mentorfy.answer(jsonb_build_object(
        'keys', (
            select coalesce(jsonb_agg(distinct d.storage_path), '[]') from public.document as d
            where d.organization_id = organization and d.storage_path <> ''
                and (d.deleted_at is null or d.deleted_at > told - undo)),
        'claims', (
            select coalesce(jsonb_agg(c.claim_token), '[]') from public.document_claim as c
            where c.organization_id = organization)
    ), told);
end $$;

create function public.documents_unfetched(organization uuid, of_source text, undo interval) returns jsonb
language plpgsql stable security definer set search_path = '' as $$
declare
    told timestamptz := mentorfy.read_at();
begin
    return mentorfy.answer((
        select coalesce(jsonb_agg(distinct d.desired_token), '[]') from public.document as d
        where d.organization_id = organization and d.source = of_source and d.content_version < d.desired_version
            and (d.deleted_at is null or d.deleted_at > told - undo)
    ), told);
end $$;
