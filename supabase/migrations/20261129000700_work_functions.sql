-- Imports and their plans, pauses and breakers, workers, what was done, blobs, the schema's number, and retention.

create function public.import_add(job jsonb) returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
begin
    insert into public.import_job select * from jsonb_populate_record(null::public.import_job, job);
    return mentorfy.answer(null, mentorfy.write_at());
exception when unique_violation then
    raise sqlstate 'PT409' using message = 'there is an import with this id';
end $$;

create function public.import_get(organization uuid, job uuid) returns jsonb
language plpgsql stable security definer set search_path = '' as $$
declare
    stored jsonb;
begin
    select to_jsonb(i) into stored from public.import_job as i where i.organization_id = organization and i.id = job;
    if not found then
        raise sqlstate 'PT404' using message = 'no such import';
    end if;
    return mentorfy.answer(stored, mentorfy.read_at());
end $$;

create function mentorfy.write_entries(organization uuid, job uuid, entries jsonb) returns void
language sql volatile set search_path = '' as $$
    update public.import_entry as e
    set entry = n.entry, verdict = n.entry ->> 'verdict', left_out = (n.entry ->> 'left_out')::boolean
    from jsonb_array_elements(entries) as n(entry)
    where e.organization_id = organization and e.import_id = job and e.entry_index = (n.entry ->> 'index')::integer
$$;

create function public.import_save(job jsonb, entries jsonb) returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
declare
    stored public.import_job;
    saved public.import_job;
begin
    select * into stored from public.import_job as i
        where i.organization_id = (job ->> 'organization_id')::uuid and i.id = (job ->> 'id')::uuid for update;
    if not found then
        raise sqlstate 'PT404' using message = 'no such import';
    end if;
    if stored.row_version <> (job ->> 'row_version')::bigint then
        raise sqlstate 'PT409' using message = 'the import has changed';
    end if;
    saved := jsonb_populate_record(stored, job);
    saved.row_version := stored.row_version + 1;
    if saved.claim_token = stored.claim_token then
        saved.lease_until := stored.lease_until;
    end if;
    update public.import_job as i set (source, root, title, asked_by, created_at, updated_at, next_run_at,
        include_removed, confirmed, state, scanned_at, total, prepared, current, failures, error, epoch, row_version,
        claim_token, lease_until, due_at)
        = (saved.source, saved.root, saved.title, saved.asked_by, saved.created_at, saved.updated_at, saved.next_run_at,
        saved.include_removed, saved.confirmed, saved.state, saved.scanned_at, saved.total, saved.prepared,
        saved.current, saved.failures, saved.error, saved.epoch, saved.row_version, saved.claim_token,
        saved.lease_until, saved.due_at)
        where i.organization_id = stored.organization_id and i.id = stored.id;
    perform mentorfy.write_entries(stored.organization_id, stored.id, entries);
    return mentorfy.answer(to_jsonb(saved.lease_until), mentorfy.write_at());
end $$;
comment on function public.import_save is 'While the same claim is held, the stored lease is kept.';

create function public.import_extend_lease(organization uuid, job uuid, attempt bigint, lease interval)
returns jsonb language plpgsql volatile security definer set search_path = '' as $$
declare
    told timestamptz := mentorfy.write_at();
begin
    update public.import_job as i set lease_until = told + lease
        where i.organization_id = organization and i.id = job and i.epoch = attempt and i.claim_token is not null;
    return mentorfy.answer(to_jsonb(found), told);
end $$;

create function public.imports_due(at_most integer, organizations uuid[], sources text[], connections text[])
returns jsonb language plpgsql stable security definer set search_path = '' as $$
declare
    told timestamptz := mentorfy.read_at();
begin
    return mentorfy.answer((
        select coalesce(jsonb_agg(jsonb_build_array(i.organization_id, i.id) order by i.due_at, i.id), '[]') from (
            select * from public.import_job as i where i.due_at <= told and mentorfy.is_free(
                i.organization_id, i.source, 'fetch', false, organizations, sources, connections)
            order by i.due_at, i.id limit at_most) as i
    ), told);
end $$;

create function public.imports_expired(at_most integer) returns jsonb
language plpgsql stable security definer set search_path = '' as $$
declare
    told timestamptz := mentorfy.read_at();
begin
    return mentorfy.answer((
        select coalesce(jsonb_agg(jsonb_build_array(i.organization_id, i.id) order by i.lease_until, i.id), '[]') from (
            select * from public.import_job as i where i.claim_token is not null and i.lease_until <= told
            order by i.lease_until, i.id limit at_most) as i
    ), told);
end $$;

create function mentorfy.hold_import(organization uuid, job uuid, attempt bigint) returns void
language plpgsql volatile set search_path = '' as $$
begin
    perform from public.import_job as i where i.organization_id = organization and i.id = job and i.epoch = attempt
        and i.claim_token is not null for update;
    if not found then
        raise sqlstate 'PT410' using message = 'the attempt is over';
    end if;
end $$;

create function public.import_replace_plan(organization uuid, job uuid, attempt bigint, entries jsonb) returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
begin
    perform mentorfy.hold_import(organization, job, attempt);
    delete from public.import_entry as e where e.organization_id = organization and e.import_id = job;
    insert into public.import_entry
        select organization, job, (n.entry ->> 'index')::integer, n.entry, n.entry ->> 'verdict',
            (n.entry ->> 'left_out')::boolean
        from jsonb_array_elements(entries) as n(entry);
    return mentorfy.answer(null, mentorfy.write_at());
end $$;

create function public.import_correct(organization uuid, job uuid, attempt bigint, entries jsonb) returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
begin
    perform mentorfy.hold_import(organization, job, attempt);
    perform mentorfy.write_entries(organization, job, entries);
    return mentorfy.answer(null, mentorfy.write_at());
end $$;

create function public.import_plan(organization uuid, job uuid, since integer, at_most integer, verdicts text[])
returns jsonb language sql stable security definer set search_path = '' as $$
    select mentorfy.answer(coalesce(jsonb_agg(e.entry order by e.entry_index), '[]'), mentorfy.read_at()) from (
        select * from public.import_entry where organization_id = organization and import_id = job
            and entry_index >= since and verdict = any(verdicts) order by entry_index limit at_most) as e
$$;

create function public.import_tally(organization uuid, job uuid) returns jsonb
language sql stable security definer set search_path = '' as $$
    select mentorfy.answer(coalesce(jsonb_agg(jsonb_build_array(t.verdict, t.left_out, t.entries)), '[]'),
        mentorfy.read_at())
    from (
        select verdict, left_out, count(*) as entries from public.import_entry
        where organization_id = organization and import_id = job group by verdict, left_out) as t
$$;

create function public.imports_latest(organization uuid, at_most integer) returns jsonb
language sql stable security definer set search_path = '' as $$
    select mentorfy.answer(coalesce(jsonb_agg(to_jsonb(i) order by i.created_at desc, i.id desc), '[]'),
        mentorfy.read_at())
    from (
        select * from public.import_job where organization_id = organization
        order by created_at desc, id desc limit at_most) as i
$$;

create function mentorfy.append(act jsonb, at timestamptz) returns void
language sql volatile set search_path = '' as $$
    insert into public.audit (organization_id, member_id, action, subject, at)
    select (act ->> 'organization_id')::uuid, (act ->> 'member_id')::uuid, act ->> 'action', act ->> 'subject', at
    where jsonb_typeof(act) = 'object'
$$;
comment on function mentorfy.append is 'Writes down an act in the write that it belongs to; nothing where there is none.';

create function public.audit_append(act jsonb) returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
declare
    told timestamptz := mentorfy.write_at();
begin
    perform mentorfy.append(act, told);
    return mentorfy.answer(null, told);
end $$;

create function public.audit_acts(organization uuid, at_most integer) returns jsonb
language sql stable security definer set search_path = '' as $$
    select mentorfy.answer(coalesce(jsonb_agg(to_jsonb(a) order by a.seq desc), '[]'), mentorfy.read_at()) from (
        select * from public.audit where organization_id = organization order by seq desc limit at_most) as a
$$;

create function public.pauses_standing(remembered interval) returns jsonb
language plpgsql stable security definer set search_path = '' as $$
declare
    told timestamptz := mentorfy.read_at();
begin
    return mentorfy.answer(jsonb_build_object(
        'pauses', (
            select coalesce(jsonb_agg(to_jsonb(p) order by p.since, p.reach, p.organization_id, p.name), '[]')
            from public.pause as p where p.until is null or p.until > told - remembered),
        'breakers', (
            select coalesce(jsonb_agg(to_jsonb(b) order by b.reach, b.organization_id, b.name), '[]')
            from public.breaker as b)
    ), told);
end $$;

create function public.pause_put(fresh jsonb, act jsonb) returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
declare
    told timestamptz := mentorfy.write_at();
    new public.pause := jsonb_populate_record(null::public.pause, fresh);
    stands public.pause;
begin
    perform mentorfy.append(act, told);
    delete from public.pause as p where p.until <= told - interval '1 hour';
    insert into public.pause as p select new.*
        on conflict (reach, organization_id, name) do update
            set (kind, sentence, since, "by", until)
                = (excluded.kind, excluded.sentence, excluded.since, excluded."by", excluded.until)
            where excluded.kind is null or p.until <= told
        returning * into stands;
    if not found then
        select * into stands from public.pause as p where p.reach = new.reach
            and p.organization_id is not distinct from new.organization_id and p.name = new.name;
    end if;
    return mentorfy.answer(to_jsonb(stands), told);
end $$;
comment on function public.pause_put is 'The condition is that of the core''s Pause.yields_to, in the same write.';

create function public.pause_lift(of_reach text, organization uuid, of_name text, act jsonb) returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
declare
    told timestamptz := mentorfy.write_at();
    ended public.pause;
begin
    update public.pause as p set until = told where p.reach = of_reach
        and p.organization_id is not distinct from organization and p.name = of_name
        and (p.until is null or p.until > told) returning * into ended;
    if not found then
        raise sqlstate 'PT404' using message = 'nothing is paused here';
    end if;
    perform mentorfy.append(act, told);
    return mentorfy.answer(to_jsonb(ended), told);
end $$;

create function public.breaker_save(heard jsonb) returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
declare
    new public.breaker := jsonb_populate_record(null::public.breaker, heard);
begin
    new.version := new.version + 1;
    if new.version = 1 then
        insert into public.breaker select new.* on conflict do nothing;
    else
        update public.breaker as b set (failures, failed_at, opened_at, probe_at, closed_at, witness_organization_id,
            witness_document_id, version) = (new.failures, new.failed_at, new.opened_at, new.probe_at, new.closed_at,
            new.witness_organization_id, new.witness_document_id, new.version)
            where b.reach = new.reach and b.organization_id is not distinct from new.organization_id
                and b.name = new.name and b.version = new.version - 1;
    end if;
    if not found then
        raise sqlstate 'PT409' using message = 'the breaker has changed';
    end if;
    return mentorfy.answer(null, mentorfy.write_at());
end $$;

create function public.worker_seen(worker uuid, of_build text, of_slots integer) returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
declare
    told timestamptz := mentorfy.write_at();
begin
    delete from public.worker as w where w.seen_at <= told - interval '1 day' and w.id <> worker;
    insert into public.worker as w values (worker, of_build, of_slots, told)
        on conflict (id) do update set (build, slots, seen_at) = (excluded.build, excluded.slots, excluded.seen_at);
    return mentorfy.answer(null, told);
end $$;

create function public.worker_left(worker uuid) returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
begin
    delete from public.worker as w where w.id = worker;
    return mentorfy.answer(null, mentorfy.write_at());
end $$;

create function public.workers_seen() returns jsonb
language plpgsql stable security definer set search_path = '' as $$
declare
    told timestamptz := mentorfy.read_at();
begin
    return mentorfy.answer((
        select coalesce(jsonb_agg(to_jsonb(w) order by w.seen_at desc, w.id), '[]')
        from public.worker as w where w.seen_at > told - interval '1 day'
    ), told);
end $$;

create function public.blob_keys(bucket text, organization uuid) returns jsonb
language plpgsql stable security definer set search_path = '' as $$
begin
    return mentorfy.answer((
        select coalesce(jsonb_agg(o.name order by o.name), '[]') from storage.objects as o
        where o.bucket_id = bucket and o.name like organization::text || '/%'
    ), mentorfy.read_at());
end $$;
comment on function public.blob_keys is
    'From Storage''s own table: a list of ours would forget what was written while its writer died.';

create function public.mentorfy_schema() returns jsonb
language sql stable security definer set search_path = '' as $$
    select mentorfy.answer(jsonb_build_object('number', s.number, 'oldest_program', s.oldest_program),
        mentorfy.read_at())
    from public.schema_number as s
$$;

create function public.mentorfy_prune(events_older interval, deleted_older interval, at_most integer) returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
declare
    told timestamptz := mentorfy.write_at();
    events integer;
    documents integer;
begin
    delete from public.document_event as e using (
        select o.organization_id, o.document_id, o.seq from public.document_event as o
        where o.at <= told - events_older and exists (
            select from public.document as d where d.organization_id = o.organization_id and d.id = o.document_id
                and d.row_version > o.seq)
        order by o.at limit at_most) as old
        where e.organization_id = old.organization_id and e.document_id = old.document_id and e.seq = old.seq;
    get diagnostics events = row_count;
    delete from public.document as d using (
        select o.organization_id, o.id from public.document as o
        where o.deleted_at <= told - deleted_older and (not o.excluded or exists (
            select from public.document as n where n.organization_id = o.organization_id and n.source = o.source
                and n.external_id = o.external_id and n.id <> o.id
                and (n.deleted_at is null or n.deleted_at > o.deleted_at)))
        limit at_most) as gone
        where d.organization_id = gone.organization_id and d.id = gone.id;
    get diagnostics documents = row_count;
    return mentorfy.answer(jsonb_build_object('events', events, 'documents', documents), told);
end $$;
comment on function public.mentorfy_prune is
    'Retention, in portions. Kept: each document''s last event; a person''s tombstone, unless a newer row has its file.';
