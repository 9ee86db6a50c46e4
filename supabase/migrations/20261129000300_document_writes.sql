-- What is written to the documents table: each function is one write of ``DocumentStore``, whole or not at all.

create function mentorfy.log_event(stored public.document, event jsonb, at timestamptz) returns void
language sql volatile set search_path = '' as $$
    insert into public.document_event values (stored.organization_id, stored.id, stored.row_version, event ->> 'event',
        stored.processing_status, stored.epoch, at, event ->> 'sentence')
$$;

create function public.document_add(document jsonb, event jsonb, replaces uuid, replaces_version bigint) returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
declare
    added public.document := jsonb_populate_record(null::public.document, document);
    told timestamptz;
    tombstone record;
begin
    added.revision := mentorfy.next_revision(added.organization_id, null);
    told := mentorfy.write_at();
    select d.id, d.row_version, d.excluded into tombstone from public.document as d
        where d.organization_id = added.organization_id and d.source = added.source
            and d.external_id = added.external_id and d.deleted_at is not null
        order by d.deleted_at desc, d.created_at desc, d.id desc limit 1;
    if tombstone.excluded and (tombstone.id, tombstone.row_version) is distinct from (replaces, replaces_version) then
        raise sqlstate 'PT409' using message = 'a person removed this file';
    end if;
    insert into public.document select added.*;
    perform mentorfy.log_event(added, event, told);
    return mentorfy.answer(null, told);
exception when unique_violation then
    raise sqlstate 'PT409' using message = 'a living document has this external id';
end $$;

create function mentorfy.require(stored public.document, saved public.document, event jsonb, told timestamptz)
returns void language plpgsql volatile set search_path = '' as $$
declare
    needed public.generation;
begin
    if event ->> 'event' = 'Learned' or event ->> 'event' = 'Claimed' and event ->> 'stage' = 'learn' then
        select * into needed from public.generation as g
            where g.organization_id = saved.organization_id and g.id = saved.generation and g.retired_at is null
            for update;
        if not found then
            raise sqlstate 'PT409' using message = 'the generation is retired';
        end if;
    end if;
    if event ->> 'event' = 'LeaseExpired' then
        perform from public.document_claim as c
            where c.organization_id = stored.organization_id and c.document_id = stored.id and c.lease_until > told;
        if found then
            raise sqlstate 'PT409' using message = 'the lease has not passed';
        end if;
        perform from public.document_claim as c
            where c.organization_id = stored.organization_id and c.document_id = stored.id
                and c.progressed and not (event ->> 'progressed')::boolean;
        if found then
            raise sqlstate 'PT409' using message = 'the attempt has progressed';
        end if;
    elsif event ->> 'event' = 'Restored' and stored.deleted_at < told - (event ->> 'undo')::interval then
        raise sqlstate 'PT409' using message = 'too late to take the deletion back';
    elsif event ->> 'event' = 'Claimed' and event ->> 'stage' = 'learn' then
        perform from public.document_claim as c join public.document as d
            on d.organization_id = c.organization_id and d.id = c.document_id
            where d.organization_id = saved.organization_id and d.generation = saved.generation
                and c.claimed_stage = 'learn' and d.id <> saved.id;
        if found then
            raise sqlstate 'PT409' using message = 'another document is learning this generation';
        end if;
        if needed.idle_since is not null then
            update public.generation as g set idle_since = null
                where g.organization_id = needed.organization_id and g.id = needed.id;
        end if;
    elsif event ->> 'event' = 'Learned' and needed.chunks_expected is distinct from (
            select count(*) from public.ledger as l where l.organization_id = needed.organization_id
                and l.generation = needed.id and l.chunk_index >= 0 and l.chunk_index < needed.chunks_expected) then
        raise sqlstate 'PT409' using message = 'the ledger is incomplete';
    end if;
end $$;
comment on function mentorfy.require is 'What some events need besides an equal row_version; after all locks are held.';

create function mentorfy.write_claim(saved public.document, claim jsonb) returns jsonb
language plpgsql volatile set search_path = '' as $$
declare
    held public.document_claim := jsonb_populate_record(null::public.document_claim, claim);
begin
    delete from public.document_claim as c where c.organization_id = saved.organization_id and c.document_id = saved.id;
    if claim is null or jsonb_typeof(claim) = 'null' then
        return null;
    end if;
    held.organization_id := saved.organization_id;
    held.document_id := saved.id;
    held.claim_epoch := saved.epoch;
    insert into public.document_claim select held.*;
    return to_jsonb(held);
end $$;

create function mentorfy.claim_of(organization uuid, document uuid) returns jsonb
language sql stable set search_path = '' as $$
    select pg_catalog.to_jsonb(c) from public.document_claim as c
    where c.organization_id = organization and c.document_id = document
$$;

create function public.document_save(document jsonb, claim jsonb, moves_claim boolean, event jsonb) returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
declare
    told timestamptz;
    stored public.document;
    saved public.document;
    held jsonb;
begin
    select * into stored from public.document as d
        where d.organization_id = (document ->> 'organization_id')::uuid and d.id = (document ->> 'id')::uuid
        for update;
    if not found then
        raise sqlstate 'PT404' using message = 'no such document';
    end if;
    if stored.row_version <> (document ->> 'row_version')::bigint then
        raise sqlstate 'PT409' using message = 'the document has changed';
    end if;
    perform from public.document_claim as c
        where c.organization_id = stored.organization_id and c.document_id = stored.id for update;
    saved := jsonb_populate_record(stored, document);
    saved.row_version := stored.row_version + 1;
    saved.revision := mentorfy.next_revision(
        stored.organization_id, case when event ->> 'event' = 'Claimed' then mentorfy.read_at() end);
    told := mentorfy.write_at();  -- once the locks are held: what may be undone now, may not be after a wait
    perform mentorfy.require(stored, saved, event, told);
    update public.document as d set (source, external_id, title, display_path, mime_type, size_bytes, source_url,
        processing_status, desired_version, desired_token, content_version, content_token, content_sha256, storage_path,
        generation, live_generation, live_version, note, epoch, next_retry_at, not_before, fetched_at, cycle, retries,
        losses, last_error, error_type, error_id, failed_at, gone_since, deleted_at, excluded, created_at, updated_at,
        row_version, retry_count, due_at, due_stage, folder, sort_key, search_text, needs_person, revision)
        = (saved.source, saved.external_id, saved.title, saved.display_path, saved.mime_type, saved.size_bytes,
        saved.source_url, saved.processing_status, saved.desired_version, saved.desired_token, saved.content_version,
        saved.content_token, saved.content_sha256, saved.storage_path, saved.generation, saved.live_generation,
        saved.live_version, saved.note, saved.epoch, saved.next_retry_at, saved.not_before, saved.fetched_at,
        saved.cycle, saved.retries, saved.losses, saved.last_error, saved.error_type, saved.error_id, saved.failed_at,
        saved.gone_since, saved.deleted_at, saved.excluded, saved.created_at, saved.updated_at, saved.row_version,
        saved.retry_count, saved.due_at, saved.due_stage, saved.folder, saved.sort_key, saved.search_text,
        saved.needs_person, saved.revision)
        where d.organization_id = stored.organization_id and d.id = stored.id;
    if moves_claim then
        held := mentorfy.write_claim(saved, claim);
    else
        held := mentorfy.claim_of(saved.organization_id, saved.id);
    end if;
    perform mentorfy.log_event(saved, event, told);
    return mentorfy.answer(held, told);
exception when unique_violation then
    raise sqlstate 'PT409' using message = 'a living document has this external id';
end $$;
comment on function public.document_save is
    'Locks row, claim, organisation, generation, in this order. Where moves_claim is false the stored claim is kept.';

create function public.document_extend_lease(organization uuid, document uuid, attempt bigint, lease interval)
returns jsonb language plpgsql volatile security definer set search_path = '' as $$
declare
    told timestamptz := mentorfy.write_at();
begin
    update public.document_claim as c set lease_until = told + lease
        where c.organization_id = organization and c.document_id = document and c.claim_epoch = attempt
            and c.attempt_deadline > told;
    return mentorfy.answer(to_jsonb(found), told);
end $$;
