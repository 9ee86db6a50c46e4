-- What those who watch an installation read, over all organisations, naming none.

create table public.counted (                         -- what workers count
    what text not null,
    how text not null,
    times bigint not null,
    primary key (what, how)
);

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
            select coalesce(jsonb_agg(jsonb_build_array(c.what, c.how, c.times)), '[]') from public.counted as c)
    ), told);
end $$;
comment on function public.installation_vitals is
    'Counts that are kept, and the first due of each organisation: no figure is counted by going through documents.';

select mentorfy.lock_down(array['counted']);
