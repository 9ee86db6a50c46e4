-- What those who watch an installation read, over all organisations, naming none; and what ends when data are put back.

create table public.counted (                         -- what workers count
    what text not null,
    how text not null,
    times bigint not null,
    primary key (what, how)
);

-- How often these data were put back to an earlier state, and one.
create table public.incarnation (
    id integer primary key check (id = 1),
    number bigint not null
);
insert into public.incarnation values (1, 1);

create function public.counted_add(counts jsonb) returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
begin
    insert into public.counted as c (what, how, times)
        select n.what, n.how, n.times from jsonb_to_recordset(counts) as n(what text, how text, times bigint)
        order by n.what, n.how
        on conflict (what, how) do update set times = c.times + excluded.times;
    return mentorfy.answer(null, mentorfy.write_at());
end $$;

create function public.installation_vitals(
    learning boolean, organizations uuid[], sources text[], connections text[]
) returns jsonb language plpgsql stable security definer set search_path = '' as $$
declare
    told timestamptz := mentorfy.read_at();
begin
    return mentorfy.answer(jsonb_build_object(
        'documents', (
            select coalesce(jsonb_object_agg(c.processing_status, c.documents), '{}') from (
                select processing_status, sum(documents) as documents from public.folder_count
                group by processing_status having sum(documents) > 0) as c),
        'due_since', (
            select min(first.due_at) from public.organization_revision as r
            cross join lateral (
                select d.due_at from public.document as d
                where d.organization_id = r.organization_id and d.due_at <= told and mentorfy.is_free(
                    d.organization_id, d.source, d.due_stage, learning, organizations, sources, connections)
                order by d.due_at limit 1) as first),
        'counted', (
            select coalesce(jsonb_agg(jsonb_build_array(c.what, c.how, c.times)), '[]') from public.counted as c),
        'lives', (select i.number from public.incarnation as i)
    ), told);
end $$;
comment on function public.installation_vitals is
    'Counts that are kept, and the first due of each organisation: no figure is counted by going through documents.';

create function public.installation_restored(leap bigint) returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
declare
    lives bigint;
begin
    update public.incarnation as i set number = i.number + 1 where i.id = 1 returning i.number into lives;
    update public.document as d set epoch = d.epoch + leap, revision = d.revision + leap where d.id is not null;
    update public.document_claim as c set claim_epoch = c.claim_epoch + leap where c.document_id is not null;
    update public.import_job as i set epoch = i.epoch + leap where i.id is not null;
    update public.organization_revision as r set revision = r.revision + leap where r.organization_id is not null;
    update public.folder_count as f set revision = f.revision + leap where f.organization_id is not null;
    delete from public.session as s where s.id is not null;
    delete from public.link as l where l.id is not null;
    return mentorfy.answer(to_jsonb(lives), mentorfy.write_at());
end $$;
comment on function public.installation_restored is
    'What was given out before these data were put back counts no more: epochs, revisions, sessions, links.';

select mentorfy.lock_down(array['counted', 'incarnation']);
