-- People, how they are recognised, and what they may: sessions, tokens, one-time links, counted attempts.
--
-- Locks are taken in this order by all: the organisation's row, a link, an account, a member, sessions and tokens.

create function mentorfy.organization_or_none(organization uuid, is_to_change boolean) returns boolean
language plpgsql volatile set search_path = '' as $$
begin
    if is_to_change then
        perform from public.organization as o where o.id = organization for update;
    else
        perform from public.organization as o where o.id = organization for share;
    end if;
    return found;
end $$;
comment on function mentorfy.organization_or_none is
    'Holds who belongs to an organisation still, for who changes it or who builds on it; false where there is none.';

create function mentorfy.member_row(place public.organization_member) returns jsonb
language sql stable set search_path = '' as $$
    select to_jsonb(place) || jsonb_build_object('name', a.name, 'email', a.email)
    from public.account as a where a.id = place.user_id
$$;

create function mentorfy.member_of(organization uuid, person uuid) returns public.organization_member
language plpgsql stable set search_path = '' as $$
declare
    place public.organization_member;
begin
    select * into place from public.organization_member as m
        where m.organization_id = organization and m.user_id = person and m.removed_at is null;
    if not found then
        raise sqlstate 'PT404' using message = 'no such member';
    end if;
    return place;
end $$;

create function mentorfy.memberships_of(person uuid) returns jsonb language sql stable set search_path = '' as $$
    select coalesce(jsonb_agg(jsonb_build_object('role', m.role, 'organization', to_jsonb(o))
        order by o.created_at, o.id), '[]')
    from public.organization_member as m join public.organization as o on o.id = m.organization_id
    where m.user_id = person and m.removed_at is null
$$;

create function mentorfy.presence(shown jsonb) returns jsonb language sql stable set search_path = '' as $$
    select jsonb_build_object('shown', shown, 'account', to_jsonb(a), 'memberships', mentorfy.memberships_of(a.id))
    from public.account as a where a.id = (shown ->> 'user_id')::uuid
$$;
comment on function mentorfy.presence is 'Who shows a session or a token, and where they are a member.';

create function mentorfy.insert_account(fresh jsonb) returns void language plpgsql volatile set search_path = '' as $$
begin
    insert into public.account select * from jsonb_populate_record(null::public.account, fresh);
exception when unique_violation then
    raise sqlstate 'PT409' using message = 'There is an account with this e-mail.';
end $$;

create function mentorfy.save_account(before jsonb, saved jsonb, keep uuid) returns void
language plpgsql volatile set search_path = '' as $$
declare
    expected public.account := jsonb_populate_record(null::public.account, before);
    stored public.account;
begin
    select * into stored from public.account as a where a.id = expected.id for update;
    if not found then
        raise sqlstate 'PT404' using message = 'no such person';
    elsif stored is distinct from expected then
        raise sqlstate 'PT409' using message = 'the account has changed';
    end if;
    begin
        update public.account as a
            set (name, email, password_hash) = (saved ->> 'name', saved ->> 'email', saved ->> 'password_hash')
            where a.id = stored.id;
    exception when unique_violation then
        raise sqlstate 'PT409' using message = 'There is an account with this e-mail.';
    end;
    if stored.password_hash <> saved ->> 'password_hash' then
        delete from public.session as s where s.user_id = stored.id and s.id is distinct from keep;
    end if;
end $$;

create function mentorfy.end_resets(person uuid) returns void language sql volatile set search_path = '' as $$
    delete from public.link as l where l.kind = 'reset' and person in (l.created_by, l.user_id)
$$;
comment on function mentorfy.end_resets is
    'Who may make somebody choose a new password depends on what both are everywhere: with that, such links end.';

create function mentorfy.add_member(member jsonb) returns void language plpgsql volatile set search_path = '' as $$
declare
    place public.organization_member := jsonb_populate_record(null::public.organization_member, member);
begin
    if not mentorfy.organization_or_none(place.organization_id, false) then
        raise sqlstate 'PT404' using message = 'no such organisation';
    end if;
    perform from public.account as a where a.id = place.user_id;
    if not found then
        perform mentorfy.insert_account(member || jsonb_build_object('id', place.user_id, 'password_hash', ''));
    end if;
    insert into public.organization_member as m select place.*
        on conflict (organization_id, user_id) do update
            set (role, created_at, removed_at) = (excluded.role, excluded.created_at, excluded.removed_at)
            where m.removed_at is not null;
    if not found then
        raise sqlstate 'PT409' using message = 'there is a member with this id';
    end if;
    perform mentorfy.end_resets(place.user_id);
end $$;

create function public.organization_add(fresh jsonb, owner jsonb) returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
declare
    is_made boolean;
begin
    insert into public.organization select * from jsonb_populate_record(null::public.organization, fresh)
        on conflict do nothing;
    is_made := found;
    if is_made then
        perform mentorfy.add_member(owner);
    end if;
    return mentorfy.answer(to_jsonb(is_made), mentorfy.write_at());
end $$;

create function public.organizations_all() returns jsonb
language sql stable security definer set search_path = '' as $$
    select mentorfy.answer((
        select coalesce(jsonb_agg(to_jsonb(o) order by o.created_at, o.id), '[]') from public.organization as o
    ), mentorfy.read_at())
$$;

create function public.member_add(member jsonb) returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
begin
    perform mentorfy.add_member(member);
    return mentorfy.answer(null, mentorfy.write_at());
end $$;

create function public.member_get(organization uuid, person uuid) returns jsonb
language plpgsql stable security definer set search_path = '' as $$
begin
    return mentorfy.answer(mentorfy.member_row(mentorfy.member_of(organization, person)), mentorfy.read_at());
end $$;

create function public.members_all(organization uuid) returns jsonb
language sql stable security definer set search_path = '' as $$
    select mentorfy.answer((
        select coalesce(jsonb_agg(mentorfy.member_row(m) order by m.created_at, m.user_id), '[]')
        from public.organization_member as m where m.organization_id = organization
    ), mentorfy.read_at())
$$;

create function public.member_change(before jsonb, saved jsonb, act jsonb) returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
declare
    told timestamptz := mentorfy.write_at();
    organization uuid := (before ->> 'organization_id')::uuid;
    person uuid := (before ->> 'user_id')::uuid;
    removed timestamptz := (saved ->> 'removed_at')::timestamptz;
    place public.organization_member;
begin
    perform mentorfy.organization_or_none(organization, true);
    place := mentorfy.member_of(organization, person);
    if place.role <> before ->> 'role' then
        raise sqlstate 'PT409' using message = 'their role has changed';
    end if;
    update public.organization_member as m set (role, removed_at) = (saved ->> 'role', removed)
        where m.organization_id = organization and m.user_id = person;
    perform from public.organization_member as m
        where m.organization_id = organization and m.role = 'owner' and m.removed_at is null;
    if not found then
        raise sqlstate 'PT409' using message = 'the organisation would be left without an owner';
    end if;
    delete from public.link as l where l.organization_id = organization and person in (l.created_by, l.user_id);
    perform mentorfy.end_resets(person);
    if removed is not null then
        delete from public.token as t where t.organization_id = organization and t.user_id = person;
    end if;
    perform mentorfy.append(act, told);
    return mentorfy.answer(null, told);
end $$;

create function public.memberships(person uuid) returns jsonb
language sql stable security definer set search_path = '' as $$
    select mentorfy.answer(mentorfy.memberships_of(person), mentorfy.read_at())
$$;

create function public.account_get(person uuid) returns jsonb
language plpgsql stable security definer set search_path = '' as $$
declare
    stored jsonb;
begin
    select to_jsonb(a) into stored from public.account as a where a.id = person;
    if not found then
        raise sqlstate 'PT404' using message = 'no such person';
    end if;
    return mentorfy.answer(stored, mentorfy.read_at());
end $$;

create function public.account_find(address text) returns jsonb
language sql stable security definer set search_path = '' as $$
    select mentorfy.answer((
        select to_jsonb(a) from public.account as a where a.email = address and a.email <> ''
    ), mentorfy.read_at())
$$;

create function public.account_save(before jsonb, saved jsonb, keep uuid) returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
begin
    perform mentorfy.save_account(before, saved, keep);
    return mentorfy.answer(null, mentorfy.write_at());
end $$;

create function mentorfy.begin_session(fresh jsonb, told timestamptz) returns void
language plpgsql volatile set search_path = '' as $$
declare
    new public.session := jsonb_populate_record(null::public.session, fresh);
begin
    perform mentorfy.member_of(new.organization_id, new.user_id);
    delete from public.session as s using (
        select o.id from public.session as o where o.expires_at <= told for update skip locked) as old
        where s.id = old.id;
    insert into public.session select new.*;
end $$;

create function public.session_begin(fresh jsonb, act jsonb) returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
declare
    told timestamptz := mentorfy.write_at();
begin
    perform mentorfy.begin_session(fresh, told);
    perform mentorfy.append(act, told);
    return mentorfy.answer(null, told);
end $$;

create function public.session_recognise(secret text) returns jsonb
language plpgsql stable security definer set search_path = '' as $$
declare
    told timestamptz := mentorfy.read_at();
begin
    return mentorfy.answer((
        select mentorfy.presence(to_jsonb(s)) from public.session as s where s.digest = secret and s.expires_at > told
    ), told);
end $$;

create function public.session_note(session uuid) returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
declare
    told timestamptz := mentorfy.write_at();
begin
    update public.session as s set seen_at = told where s.id = session;
    return mentorfy.answer(null, told);
end $$;

create function public.session_switch(person uuid, session uuid, organization uuid) returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
declare
    told timestamptz := mentorfy.write_at();
begin
    perform mentorfy.member_of(organization, person);
    update public.session as s set organization_id = organization
        where s.user_id = person and s.id = session and s.expires_at > told;
    if not found then
        raise sqlstate 'PT404' using message = 'no such session';
    end if;
    return mentorfy.answer(null, told);
end $$;

create function public.sessions_of(person uuid) returns jsonb
language plpgsql stable security definer set search_path = '' as $$
declare
    told timestamptz := mentorfy.read_at();
begin
    return mentorfy.answer((
        select coalesce(jsonb_agg(to_jsonb(s) order by s.seen_at desc, s.id), '[]')
        from public.session as s where s.user_id = person and s.expires_at > told
    ), told);
end $$;

create function public.session_end(person uuid, session uuid) returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
begin
    delete from public.session as s where s.user_id = person and s.id = session;
    return mentorfy.answer(to_jsonb(found), mentorfy.write_at());
end $$;

create function public.sessions_end(person uuid, keep uuid) returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
declare
    ended integer;
begin
    delete from public.session as s where s.user_id = person and s.id is distinct from keep;
    get diagnostics ended = row_count;
    return mentorfy.answer(to_jsonb(ended), mentorfy.write_at());
end $$;

create function public.token_add(fresh jsonb, act jsonb) returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
declare
    told timestamptz := mentorfy.write_at();
    new public.token := jsonb_populate_record(null::public.token, fresh);
begin
    perform mentorfy.organization_or_none(new.organization_id, false);
    perform mentorfy.member_of(new.organization_id, new.user_id);
    insert into public.token select new.*;
    perform mentorfy.append(act, told);
    return mentorfy.answer(null, told);
end $$;

create function public.token_recognise(secret text) returns jsonb
language sql stable security definer set search_path = '' as $$
    select mentorfy.answer((
        select mentorfy.presence(to_jsonb(t)) from public.token as t where t.digest = secret
    ), mentorfy.read_at())
$$;

create function public.token_note(organization uuid, token uuid) returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
declare
    told timestamptz := mentorfy.write_at();
begin
    update public.token as t set used_at = told where t.organization_id = organization and t.id = token;
    return mentorfy.answer(null, told);
end $$;

create function public.tokens_of(organization uuid, person uuid) returns jsonb
language sql stable security definer set search_path = '' as $$
    select mentorfy.answer((
        select coalesce(jsonb_agg(to_jsonb(t) order by t.created_at, t.id), '[]')
        from public.token as t where t.organization_id = organization and t.user_id = person
    ), mentorfy.read_at())
$$;

create function public.token_revoke(organization uuid, person uuid, token uuid, act jsonb) returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
declare
    told timestamptz := mentorfy.write_at();
begin
    delete from public.token as t where t.organization_id = organization and t.user_id = person and t.id = token;
    if not found then
        raise sqlstate 'PT404' using message = 'no such token';
    end if;
    perform mentorfy.append(act, told);
    return mentorfy.answer(null, told);
end $$;

create function public.link_issue(fresh jsonb, act jsonb) returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
declare
    told timestamptz := mentorfy.write_at();
    new public.link := jsonb_populate_record(null::public.link, fresh);
begin
    perform mentorfy.organization_or_none(new.organization_id, false);
    delete from public.link as l using (
        select o.digest from public.link as o where o.expires_at <= told for update skip locked) as old
        where l.digest = old.digest;
    delete from public.link as l where l.user_id = new.user_id;
    insert into public.link select new.*;
    perform mentorfy.append(act, told);
    return mentorfy.answer(null, told);
end $$;

create function public.link_find(secret text) returns jsonb
language plpgsql stable security definer set search_path = '' as $$
declare
    told timestamptz := mentorfy.read_at();
    stored jsonb;
begin
    select to_jsonb(l) into stored from public.link as l where l.digest = secret and l.expires_at > told;
    if not found then
        raise sqlstate 'PT404' using message = 'no such link';
    end if;
    return mentorfy.answer(stored, told);
end $$;

create function public.invitations(organization uuid) returns jsonb
language plpgsql stable security definer set search_path = '' as $$
declare
    told timestamptz := mentorfy.read_at();
begin
    return mentorfy.answer((
        select coalesce(jsonb_agg(to_jsonb(l) order by l.created_at, l.id), '[]') from public.link as l
        where l.organization_id = organization and l.kind = 'invite' and l.expires_at > told
    ), told);
end $$;

create function public.invitation_withdraw(organization uuid, link uuid, act jsonb) returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
declare
    told timestamptz := mentorfy.write_at();
begin
    delete from public.link as l
        where l.organization_id = organization and l.id = link and l.kind = 'invite' and l.expires_at > told;
    if not found then
        raise sqlstate 'PT404' using message = 'no such invitation';
    end if;
    perform mentorfy.append(act, told);
    return mentorfy.answer(null, told);
end $$;

create function public.link_redeem(
    organization uuid, secret text, before jsonb, account jsonb, member jsonb, session jsonb, act jsonb
) returns jsonb language plpgsql volatile security definer set search_path = '' as $$
declare
    told timestamptz := mentorfy.write_at();
begin
    perform mentorfy.organization_or_none(organization, false);
    delete from public.link as l
        where l.organization_id = organization and l.digest = secret and l.expires_at > told;
    if not found then
        raise sqlstate 'PT404' using message = 'no such link';
    end if;
    if jsonb_typeof(before) = 'object' then
        perform mentorfy.save_account(before, account, null);
    else
        perform mentorfy.insert_account(account);
    end if;
    if jsonb_typeof(member) = 'object' then
        begin
            perform mentorfy.add_member(member);
        exception when sqlstate 'PT409' then
            raise sqlstate 'PT409' using message = 'You are a member already.';
        end;
    end if;
    perform mentorfy.begin_session(session, told);
    perform mentorfy.append(act, told);
    return mentorfy.answer(null, told);
end $$;
comment on function public.link_redeem is 'Of several at once one finds the link; all that it does is one write.';

create function public.attempt_take(limits jsonb) returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
declare
    told timestamptz;
    wait interval;
begin
    perform pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended(k.key, 0)) from (
        select l.value ->> 'key' as key from jsonb_array_elements(limits) as l order by 1) as k;
    told := mentorfy.write_at();
    delete from public.attempt as a using (
        select o.ctid from public.attempt as o where o.until <= told for update skip locked) as old
        where a.ctid = old.ctid;
    select max(full_until.until - told) into wait from jsonb_array_elements(limits) as l cross join lateral (
        select a.until from public.attempt as a where a.key = l.value ->> 'key' and a.until > told
        order by a.at desc offset (l.value ->> 'most')::integer - 1 limit 1) as full_until;
    if wait is null then
        insert into public.attempt
            select l.value ->> 'key', told, told + (l.value ->> 'window')::interval from jsonb_array_elements(limits) as l;
    end if;
    return mentorfy.answer(to_jsonb((extract(epoch from wait) * 1000000)::bigint), told);
end $$;
comment on function public.attempt_take is 'Answers the microseconds to wait, or null where the attempt was counted.';

create function public.attempt_forget(of_key text) returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
begin
    delete from public.attempt as a where a.key = of_key;
    return mentorfy.answer(null, mentorfy.write_at());
end $$;
