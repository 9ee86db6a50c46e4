-- Generations and their ledgers.

create function public.generation_open(fresh jsonb) returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
declare
    made public.generation := jsonb_populate_record(null::public.generation, fresh);
    stored public.generation;
begin
    insert into public.generation select made.* on conflict do nothing;
    select * into stored from public.generation as g where g.organization_id = made.organization_id
        and g.content_sha256 = made.content_sha256 and g.recipe = made.recipe and g.retired_at is null;
    if not found then
        raise sqlstate 'PT409' using message = 'this generation id is used already';
    end if;
    return mentorfy.answer(to_jsonb(stored), mentorfy.write_at());
end $$;

create function public.generation_get(organization uuid, wanted uuid) returns jsonb
language plpgsql stable security definer set search_path = '' as $$
declare
    stored jsonb;
begin
    select to_jsonb(g) into stored from public.generation as g where g.organization_id = organization and g.id = wanted;
    if not found then
        raise sqlstate 'PT404' using message = 'no such generation';
    end if;
    return mentorfy.answer(stored, mentorfy.read_at());
end $$;

create function mentorfy.hold_attempt(organization uuid, document uuid, attempt bigint, learned uuid) returns void
language plpgsql volatile set search_path = '' as $$
begin
    perform from public.document_claim as c
        where c.organization_id = organization and c.document_id = document and c.claim_epoch = attempt
            and c.claimed_stage = 'learn' for update;
    if found then
        perform from public.document as d join public.generation as g
            on g.organization_id = d.organization_id and g.id = d.generation
            where d.organization_id = organization and d.id = document and d.generation = learned
                and d.deleted_at is null and g.retired_at is null;
    end if;
    if not found then
        raise sqlstate 'PT410' using message = 'the attempt is over';
    end if;
end $$;
comment on function mentorfy.hold_attempt is 'Locks the claim: until the transaction ends nobody ends the attempt.';

create function public.generation_expect(
    organization uuid, document uuid, attempt bigint, learned uuid, chunks integer, remark text
) returns jsonb language plpgsql volatile security definer set search_path = '' as $$
declare
    stored public.generation;
begin
    perform mentorfy.hold_attempt(organization, document, attempt, learned);
    update public.generation as g set chunks_expected = chunks, note = remark
        where g.organization_id = organization and g.id = learned and g.chunks_expected is null;
    select * into stored from public.generation as g where g.organization_id = organization and g.id = learned;
    return mentorfy.answer(to_jsonb(stored), mentorfy.write_at());
end $$;

create function mentorfy.ledger_row(l public.ledger) returns jsonb language sql immutable set search_path = '' as $$
    select jsonb_build_object('index', l.chunk_index, 'chunk', l.chunk, 'vector', encode(l.vector, 'base64'))
$$;

create function public.ledger_record(
    organization uuid, document uuid, attempt bigint, learned uuid, results jsonb, patience interval
) returns jsonb language plpgsql volatile security definer set search_path = '' as $$
declare
    told timestamptz;
    added integer;
    earlier jsonb;
begin
    perform mentorfy.hold_attempt(organization, document, attempt, learned);
    told := mentorfy.write_at();
    select coalesce(jsonb_agg(mentorfy.ledger_row(l)), '[]') into earlier from public.ledger as l
        where l.organization_id = organization and l.generation = learned
            and l.chunk_index in (select (r ->> 'index')::integer from jsonb_array_elements(results) as r);
    insert into public.ledger
        select organization, learned, (r ->> 'index')::integer, r -> 'chunk', decode(r ->> 'vector', 'base64')
        from jsonb_array_elements(results) as r on conflict do nothing;
    get diagnostics added = row_count;
    if added > 0 then
        update public.document_claim as c set progressed = true, attempt_deadline = told + patience
            where c.organization_id = organization and c.document_id = document;
    end if;
    return mentorfy.answer(earlier, told);
end $$;
comment on function public.ledger_record is
    'Answers with what others had written first. Only one row learns a generation, so nobody writes in between.';

create function public.ledger_rows(organization uuid, learned uuid, with_vectors boolean, indexes integer[])
returns jsonb language sql stable security definer set search_path = '' as $$
    select mentorfy.answer(coalesce(jsonb_agg(case when with_vectors then mentorfy.ledger_row(l)
        else jsonb_build_object('index', l.chunk_index, 'chunk', l.chunk) end order by l.chunk_index), '[]'),
        mentorfy.read_at())
    from public.ledger as l where l.organization_id = organization and l.generation = learned
        and (indexes is null or l.chunk_index = any(indexes))
$$;

create function mentorfy.is_named(g public.generation, undo_from timestamptz) returns boolean
language sql stable set search_path = '' as $$
    select exists (select from public.document as d where d.organization_id = g.organization_id
            and d.generation = g.id and (d.deleted_at is null or d.deleted_at > undo_from))
        or exists (select from public.document as d where d.organization_id = g.organization_id
            and d.live_generation = g.id and (d.deleted_at is null or d.deleted_at > undo_from))
$$;

create function public.generations_unnamed(undo interval, at_most integer) returns jsonb
language plpgsql stable security definer set search_path = '' as $$
declare
    told timestamptz := mentorfy.read_at();
begin
    return mentorfy.answer((
        select coalesce(jsonb_agg(jsonb_build_array(g.organization_id, g.id)
            order by g.idle_since nulls first, g.id), '[]')
        from (
            select * from public.generation as g where g.retired_at is null and not mentorfy.is_named(g, told - undo)
            order by g.idle_since nulls first, g.id limit at_most) as g
    ), told);
end $$;

create function public.generation_retire(organization uuid, wanted uuid, undo interval, idle interval) returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
declare
    told timestamptz;
    stored public.generation;
    named boolean;
begin
    perform from public.organization_revision as r where r.organization_id = organization for update;
    select * into stored from public.generation as g
        where g.organization_id = organization and g.id = wanted for update;
    told := mentorfy.write_at();
    if not found or stored.retired_at is not null then
        return mentorfy.answer(to_jsonb(stored.retired_at is not null), told);
    end if;
    named := mentorfy.is_named(stored, told - undo);
    if not named and told - stored.idle_since > idle then
        update public.generation as g set retired_at = told where g.organization_id = organization and g.id = wanted;
        delete from public.ledger as l where l.organization_id = organization and l.generation = wanted;
        return mentorfy.answer(to_jsonb(true), told);
    end if;
    update public.generation as g set idle_since = case when not named then coalesce(stored.idle_since, told) end
        where g.organization_id = organization and g.id = wanted;
    return mentorfy.answer(to_jsonb(false), told);
end $$;

create function public.generations_unretired(organization uuid) returns jsonb
language sql stable security definer set search_path = '' as $$
    select mentorfy.answer(coalesce(jsonb_agg(g.id), '[]'), mentorfy.read_at())
    from public.generation as g where g.organization_id = organization and g.retired_at is null
$$;
