-- Who may do what: browsers nothing, the service all of it. A migration that adds a table or a function ends with
-- ``select mentorfy.lock_down(array['its_tables'])``; a test compares the catalogue with this.

create function mentorfy.lock_down(tables text[]) returns void language plpgsql volatile set search_path = '' as $$
declare
    one text;
    function record;
begin
    foreach one in array tables loop
        execute format('alter table public.%I enable row level security', one);
        execute format('alter table public.%I force row level security', one);
        execute format('revoke all on public.%I from public, anon, authenticated', one);
        execute format('grant select, insert, update, delete on public.%I to service_role', one);
        execute format('drop policy if exists mentorfy_service on public.%I', one);
        execute format('create policy mentorfy_service on public.%I to service_role, %I using (true) with check (true)',
            one, current_user);
    end loop;
    for function in select p.oid::regprocedure as name, p.pronamespace = 'public'::regnamespace as is_shown
        from pg_catalog.pg_proc as p where p.pronamespace = 'mentorfy'::regnamespace
            or p.pronamespace = 'public'::regnamespace and p.prosrc like '%mentorfy.answer(%'
    loop
        execute format('revoke all on function %s from public, anon, authenticated, service_role', function.name);
        if function.is_shown then
            execute format('grant execute on function %s to service_role', function.name);
        end if;
    end loop;
end $$;
comment on function mentorfy.lock_down is
    'Forces row level security; the owner of our functions and the service pass, nobody else. Functions are for the service.';

select mentorfy.lock_down(array[
    'account', 'attempt', 'audit', 'breaker', 'conversation', 'document', 'document_claim', 'document_event',
    'folder_count', 'generation', 'import_entry', 'import_job', 'ledger', 'link', 'mentor_bot', 'mentor_bot_draft',
    'mentor_bot_revision', 'message', 'organization', 'organization_member', 'organization_revision', 'pause',
    'schema_number', 'session', 'token', 'worker'
]);
