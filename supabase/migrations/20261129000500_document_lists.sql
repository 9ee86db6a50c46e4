-- What people see of the documents table: pages, counts, changes since a revision, folders, lists by name.

create function public.documents_page(organization uuid, of_source text, following uuid, at_most integer) returns jsonb
language sql stable security definer set search_path = '' as $$
    select mentorfy.answer(coalesce(jsonb_agg(mentorfy.whole(d) order by d.id), '[]'), mentorfy.read_at())
    from (
        select * from public.document where organization_id = organization and deleted_at is null
            and (of_source is null or source = of_source) and (following is null or id > following)
        order by id limit at_most) as d
$$;

create function public.document_counts(organization uuid) returns jsonb
language sql stable security definer set search_path = '' as $$
    select mentorfy.answer(coalesce(jsonb_object_agg(c.processing_status, c.documents), '{}'), mentorfy.read_at())
    from (
        select processing_status, sum(documents) as documents from public.folder_count
        where organization_id = organization group by processing_status having sum(documents) > 0) as c
$$;

create function mentorfy.revision_of(organization uuid) returns bigint language sql stable set search_path = '' as $$
    select coalesce((
        select r.revision from public.organization_revision as r where r.organization_id = organization), 0)
$$;

create function public.documents_revision(organization uuid) returns jsonb
language sql stable security definer set search_path = '' as $$
    select mentorfy.answer(to_jsonb(mentorfy.revision_of(organization)), mentorfy.read_at())
$$;

create function public.documents_changed(organization uuid, since bigint, at_most integer) returns jsonb
language sql stable security definer set search_path = '' as $$
    select mentorfy.answer(jsonb_build_object(
        'documents', coalesce(jsonb_agg(mentorfy.whole(d) order by d.revision), '[]'),
        'revision', case when count(*) = at_most then max(d.revision) else mentorfy.revision_of(organization) end
    ), mentorfy.read_at())
    from (
        select * from public.document as d where d.organization_id = organization and d.revision > since
        order by d.revision limit at_most) as d
$$;

create function public.document_folders(organization uuid) returns jsonb
language sql stable security definer set search_path = '' as $$
    select mentorfy.answer(coalesce(jsonb_agg(to_jsonb(c)), '[]'), mentorfy.read_at())
    from public.folder_count as c where c.organization_id = organization
$$;

create function public.documents_listed(
    organization uuid, of_source text, of_folder text, statuses text[], words text[], only_waiting boolean,
    after_key text, after_id uuid, at_most integer
) returns jsonb language sql stable security definer set search_path = '' as $$
    select mentorfy.answer(coalesce(jsonb_agg(mentorfy.whole(d) order by d.sort_key, d.id), '[]'), mentorfy.read_at())
    from (
        select * from public.document where organization_id = organization and deleted_at is null
            and (of_source is null or source = of_source)
            and (of_folder is null or folder = of_folder)
            and (statuses = '{}' or processing_status::text = any(statuses))
            and (not only_waiting or needs_person)
            and (after_key is null or (sort_key, id) > (after_key collate "C", after_id))
            and not exists (select 1 from unnest(words) as word where strpos(search_text, word) = 0)
        order by sort_key, id limit at_most) as d
$$;

create function public.documents_removed(organization uuid, within interval, at_most integer) returns jsonb
language plpgsql stable security definer set search_path = '' as $$
declare
    told timestamptz := mentorfy.read_at();
begin
    return mentorfy.answer((
        select coalesce(jsonb_agg(mentorfy.whole(d) order by d.deleted_at desc, d.id desc), '[]') from (
            select * from public.document as d where d.organization_id = organization and d.deleted_at > told - within
                and d.excluded order by d.deleted_at desc, d.id desc limit at_most) as d
    ), told);
end $$;

create function public.document_timeline(organization uuid, document uuid) returns jsonb
language sql stable security definer set search_path = '' as $$
    select mentorfy.answer(coalesce(jsonb_agg(to_jsonb(e) order by e.seq), '[]'), mentorfy.read_at())
    from (
        select seq, event, lag(after_status) over (order by seq) as before, after_status as after, epoch, at, sentence
        from public.document_event where organization_id = organization and document_id = document) as e
$$;
