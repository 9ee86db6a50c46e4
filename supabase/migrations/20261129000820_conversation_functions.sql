-- What was said: turns, streaming answers and their leases, histories, and what operators see of all of it.
--
-- Locks are taken in this order by all: the key of a question, a conversation, its messages.

create function mentorfy.no_conversation() returns void language plpgsql immutable set search_path = '' as $$
begin
    raise sqlstate 'PT404' using message = 'no such conversation';
end $$;

create function mentorfy.said(m public.message) returns jsonb language sql immutable set search_path = '' as $$
    select pg_catalog.to_jsonb(m) - '{search_text,lease_until}'::text[]
$$;

create function mentorfy.talk(c public.conversation) returns jsonb language sql immutable set search_path = '' as $$
    select pg_catalog.to_jsonb(c) - 'search_text'
$$;

create function mentorfy.known_turn(organization uuid, person uuid, of_key text) returns jsonb
language sql stable set search_path = '' as $$
    select jsonb_build_object('conversation', mentorfy.talk(c), 'question', mentorfy.said(q), 'answer', mentorfy.said(a))
    from public.message as q join public.conversation as c on c.id = q.conversation_id
        join public.message as a on a.conversation_id = q.conversation_id and a.seq = q.seq + 1
    where q.organization_id = organization and q.key = of_key and q.key <> '' and q.role = 'user'
        and c.user_id = person and c.deleted_at is null
    limit 1
$$;

create function mentorfy.touch(wanted public.conversation, told timestamptz) returns public.conversation
language plpgsql volatile set search_path = '' as $$
declare
    stored public.conversation;
begin
    update public.conversation as c set updated_at = told
        where c.id = wanted.id and c.organization_id = wanted.organization_id and c.user_id = wanted.user_id
            and c.deleted_at is null
        returning * into stored;
    if not found then
        perform mentorfy.no_conversation();
    end if;
    return stored;
end $$;

create function public.turn_begin(conversation jsonb, question jsonb, answer jsonb, lease interval) returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
declare
    wanted public.conversation := jsonb_populate_record(null::public.conversation, conversation);
    asked public.message := jsonb_populate_record(null::public.message, question);
    given public.message := jsonb_populate_record(null::public.message, answer);
    told timestamptz;
    known jsonb;
begin
    perform pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended(
        concat_ws(' ', wanted.organization_id, wanted.user_id, asked.key), 1)) where asked.key <> '';
    known := mentorfy.known_turn(wanted.organization_id, wanted.user_id, asked.key);
    if known is not null then
        return mentorfy.answer(known || jsonb_build_object('fresh', false), mentorfy.read_at());
    end if;
    told := mentorfy.write_at();
    wanted.created_at := told;
    wanted.updated_at := told;
    insert into public.conversation select wanted.* on conflict (id) do nothing;
    if not found then
        perform from public.conversation as c where c.id = wanted.id for update;
        told := mentorfy.write_at();
        wanted := mentorfy.touch(wanted, told);
    end if;
    select coalesce(max(m.seq), 0) + 1 into asked.seq from public.message as m where m.conversation_id = wanted.id;
    asked.organization_id := wanted.organization_id;
    asked.conversation_id := wanted.id;
    asked.created_at := told;
    given.organization_id := wanted.organization_id;
    given.conversation_id := wanted.id;
    given.created_at := told;
    given.seq := asked.seq + 1;
    given.lease_until := told + lease;
    begin
        insert into public.message select asked.*;
        insert into public.message select given.*;
    exception when unique_violation then
        raise sqlstate 'PT409' using message = 'there is a message with this id';
    end;
    return mentorfy.answer(jsonb_build_object('conversation', mentorfy.talk(wanted), 'question', mentorfy.said(asked),
        'answer', mentorfy.said(given), 'fresh', true), told);
end $$;

create function mentorfy.message_of(organization uuid, message uuid, is_to_change boolean) returns public.message
language plpgsql volatile set search_path = '' as $$
declare
    stored public.message;
begin
    if is_to_change then
        perform from public.message as m where m.organization_id = organization and m.id = message for update;
    end if;
    select m.* into stored from public.message as m join public.conversation as c on c.id = m.conversation_id
        where m.organization_id = organization and m.id = message and c.deleted_at is null;
    if not found then
        raise sqlstate 'PT404' using message = 'no such message';
    end if;
    return stored;
end $$;

create function mentorfy.keep(answer public.message) returns void language sql volatile set search_path = '' as $$
    update public.message as m set (content, search_text, status, answered, bot_revision, citations, considered,
        stopped, error, take, lease_until) = (answer.content, answer.search_text, answer.status, answer.answered,
        answer.bot_revision, answer.citations, answer.considered, answer.stopped, answer.error, answer.take,
        answer.lease_until)
    where m.organization_id = answer.organization_id and m.id = answer.id
$$;

create function public.answer_again(organization uuid, message uuid, revision integer, lease interval) returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
declare
    stored public.message := mentorfy.message_of(organization, message, false);
    told timestamptz;
begin
    perform from public.conversation as c where c.id = stored.conversation_id for update;
    stored := mentorfy.message_of(organization, message, true);
    told := mentorfy.write_at();
    perform from public.message as m where m.conversation_id = stored.conversation_id and m.seq > stored.seq;
    if found or stored.status = 'streaming' or stored.role <> 'assistant' then
        raise sqlstate 'PT409' using message = 'the message cannot be begun anew';
    end if;
    update public.conversation as c set updated_at = told where c.id = stored.conversation_id;
    stored.content := '';
    stored.search_text := '';
    stored.error := '';
    stored.status := 'streaming';
    stored.citations := '[]'::jsonb;
    stored.considered := '[]'::jsonb;
    stored.answered := true;
    stored.stopped := false;
    stored.bot_revision := revision;
    stored.take := stored.take + 1;
    stored.lease_until := told + lease;
    perform mentorfy.keep(stored);
    return mentorfy.answer(mentorfy.said(stored), told);
end $$;

create function public.answer_save(answer jsonb, lease interval) returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
declare
    stored public.message := mentorfy.message_of((answer ->> 'organization_id')::uuid, (answer ->> 'id')::uuid, true);
    new public.message := jsonb_populate_record(stored, answer);
    told timestamptz := mentorfy.write_at();
begin
    if stored.status <> 'streaming' or stored.take <> new.take then
        raise sqlstate 'PT409' using message = 'the message has ended already';
    end if;
    stored.content := new.content;
    stored.search_text := new.search_text;
    stored.answered := new.answered;
    stored.citations := new.citations;
    stored.considered := new.considered;
    stored.lease_until := told + lease;
    if lease is null then
        stored.status := new.status;
        stored.stopped := new.stopped;
        stored.error := new.error;
    end if;
    perform mentorfy.keep(stored);
    return mentorfy.answer(mentorfy.said(stored), told);
end $$;
comment on function public.answer_save is 'With a lease the answer goes on, without one it has ended.';

create function public.answers_expire(at_most integer) returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
declare
    told timestamptz := mentorfy.write_at();
    ended integer;
begin
    update public.message as m set (status, lease_until) = ('aborted', null) from (
        select o.organization_id, o.id from public.message as o where o.status = 'streaming' and o.lease_until <= told
        order by o.lease_until limit at_most for update skip locked) as silent
        where m.organization_id = silent.organization_id and m.id = silent.id;
    get diagnostics ended = row_count;
    return mentorfy.answer(to_jsonb(ended), told);
end $$;

create function public.message_get(organization uuid, message uuid) returns jsonb
language plpgsql stable security definer set search_path = '' as $$
begin
    return mentorfy.answer(mentorfy.said(mentorfy.message_of(organization, message, false)), mentorfy.read_at());
end $$;

create function public.conversation_get(organization uuid, conversation uuid) returns jsonb
language plpgsql stable security definer set search_path = '' as $$
declare
    stored public.conversation;
begin
    select * into stored from public.conversation as c
        where c.id = conversation and c.organization_id = organization and c.deleted_at is null;
    if not found then
        perform mentorfy.no_conversation();
    end if;
    return mentorfy.answer(mentorfy.talk(stored), mentorfy.read_at());
end $$;

create function mentorfy.last_messages(conversation uuid, latest integer, before integer) returns jsonb
language sql stable set search_path = '' as $$
    select coalesce(jsonb_agg(mentorfy.said(m) order by m.seq), '[]') from (
        select * from public.message as o where o.conversation_id = conversation and (before is null or o.seq < before)
        order by o.seq desc limit latest) as m
$$;

create function public.messages_last(organization uuid, conversation uuid, latest integer, before integer) returns jsonb
language sql stable security definer set search_path = '' as $$
    select mentorfy.answer(coalesce((
        select mentorfy.last_messages(c.id, latest, before) from public.conversation as c
        where c.id = conversation and c.organization_id = organization and c.deleted_at is null
    ), '[]'), mentorfy.read_at())
$$;

create function mentorfy.says(c public.conversation, words text) returns boolean
language sql stable set search_path = '' as $$
    select pg_catalog.strpos(c.search_text, words) > 0 or exists (
        select from public.message as m where m.conversation_id = c.id and pg_catalog.strpos(m.search_text, words) > 0)
$$;

create function public.conversation_history(
    organization uuid, person uuid, at_most integer, words text, after_at timestamptz, after_id uuid
) returns jsonb language sql stable security definer set search_path = '' as $$
    select mentorfy.answer((
        select coalesce(jsonb_agg(mentorfy.talk(c) order by c.updated_at desc, c.id), '[]') from (
            select * from public.conversation as o
            where o.organization_id = organization and o.user_id = person and o.deleted_at is null
                and (after_at is null or o.updated_at < after_at or o.updated_at = after_at and o.id > after_id)
                and (words = '' or mentorfy.says(o, words))
            order by o.updated_at desc, o.id limit at_most) as c
    ), mentorfy.read_at())
$$;

create function mentorfy.own_conversation(organization uuid, person uuid, conversation uuid)
returns public.conversation language plpgsql volatile set search_path = '' as $$
declare
    stored public.conversation;
begin
    select * into stored from public.conversation as c
        where c.id = conversation and c.organization_id = organization and c.user_id = person for update;
    if not found then
        perform mentorfy.no_conversation();
    end if;
    return stored;
end $$;
comment on function mentorfy.own_conversation is 'A member''s conversation, deleted or not.';

create function public.conversation_rename(
    organization uuid, person uuid, conversation uuid, new_title text, folded text
) returns jsonb language plpgsql volatile security definer set search_path = '' as $$
declare
    stored public.conversation := mentorfy.own_conversation(organization, person, conversation);
begin
    if stored.deleted_at is not null then
        perform mentorfy.no_conversation();
    end if;
    update public.conversation as c set (title, search_text) = (new_title, folded)
        where c.id = stored.id returning * into stored;
    return mentorfy.answer(mentorfy.talk(stored), mentorfy.write_at());
end $$;

create function public.conversation_delete(organization uuid, person uuid, conversation uuid) returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
declare
    told timestamptz := mentorfy.write_at();
    stored public.conversation := mentorfy.own_conversation(organization, person, conversation);
begin
    update public.conversation as c set deleted_at = coalesce(c.deleted_at, told) where c.id = stored.id;
    return mentorfy.answer(null, told);
end $$;

create function public.conversation_restore(organization uuid, person uuid, conversation uuid, undo interval)
returns jsonb language plpgsql volatile security definer set search_path = '' as $$
declare
    stored public.conversation := mentorfy.own_conversation(organization, person, conversation);
    told timestamptz := mentorfy.write_at();
begin
    if stored.deleted_at <= told - undo then
        perform mentorfy.no_conversation();
    end if;
    update public.conversation as c set deleted_at = null where c.id = stored.id returning * into stored;
    return mentorfy.answer(mentorfy.talk(stored), told);
end $$;

create function public.conversations_purge(undo interval, at_most integer) returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
declare
    told timestamptz := mentorfy.write_at();
    removed integer;
begin
    delete from public.conversation as c using (
        select o.id from public.conversation as o where o.deleted_at <= told - undo
        order by o.deleted_at limit at_most for update skip locked) as old
        where c.id = old.id;
    get diagnostics removed = row_count;
    return mentorfy.answer(to_jsonb(removed), told);
end $$;

create function public.questions_unanswered(organization uuid, at_most integer) returns jsonb
language sql stable security definer set search_path = '' as $$
    select mentorfy.answer((
        select coalesce(jsonb_agg(jsonb_build_object('question', mentorfy.said(u.question), 'user_id', u.user_id,
            'mentor_bot_id', u.mentor_bot_id) order by u.at desc, u.id), '[]')
        from (
            select q as question, c.user_id, c.mentor_bot_id, a.created_at as at, a.id
            from public.message as a join public.conversation as c on c.id = a.conversation_id
                join public.message as q on q.conversation_id = a.conversation_id and q.seq = a.seq - 1
            where a.organization_id = organization and not a.answered and a.status = 'complete'
                and c.deleted_at is null
            order by a.created_at desc, a.id limit at_most) as u
    ), mentorfy.read_at())
$$;

create function mentorfy.fates_of(conversation uuid, kinds jsonb) returns text
language sql stable set search_path = '' as $$
    select coalesce(string_agg(f.fate, ' ' order by f.fate collate "C"), '') from (
        select distinct kinds ->> concat_ws(' ', m.role, m.status, m.answered::text, m.stopped::text) as fate
        from public.message as m where m.conversation_id = conversation) as f
$$;
comment on function mentorfy.fates_of is 'How the answers came out, by the table of the program; each way once.';

create function public.oversight_conversations(
    organization uuid, bot uuid, people uuid[], since timestamptz, until timestamptz, words text, kinds jsonb,
    outcomes text[], after_at timestamptz, after_id uuid, at_most integer, act jsonb
) returns jsonb language plpgsql volatile security definer set search_path = '' as $$
declare
    is_act boolean := coalesce(jsonb_typeof(act) = 'object', false);
    told timestamptz := case when is_act then mentorfy.write_at() else mentorfy.read_at() end;
begin
    if is_act then
        perform mentorfy.append(act, told);
    end if;
    return mentorfy.answer((
        select coalesce(jsonb_agg(jsonb_build_object('conversation', s.talk, 'messages', s.messages, 'fates', s.fates)
            order by s.updated_at desc, s.id), '[]')
        from (
            select mentorfy.talk(c) as talk, c.updated_at, c.id, f.fates,
                (select count(*) from public.message as m where m.conversation_id = c.id) as messages
            from public.conversation as c cross join lateral mentorfy.fates_of(c.id, kinds) as f(fates)
            where c.organization_id = organization and c.deleted_at is null
                and (bot is null or c.mentor_bot_id = bot)
                and (people is null or c.user_id = any(people))
                and (since is null or c.updated_at >= since)
                and (until is null or c.updated_at < until)
                and (after_at is null or c.updated_at < after_at or c.updated_at = after_at and c.id > after_id)
                and (words = '' or mentorfy.says(c, words))
                and (outcomes is null or f.fates = any(outcomes))
            order by c.updated_at desc, c.id limit at_most) as s
    ), told);
end $$;

create function public.oversight_transcript(act jsonb, conversation uuid, latest integer, before integer) returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
declare
    told timestamptz := mentorfy.write_at();
    stored public.conversation;
begin
    select * into stored from public.conversation as c
        where c.id = conversation and c.organization_id = (act ->> 'organization_id')::uuid and c.deleted_at is null;
    if not found then
        perform mentorfy.no_conversation();
    end if;
    if stored.user_id is distinct from (act ->> 'member_id')::uuid then
        perform mentorfy.append(act, told);
    end if;
    return mentorfy.answer(jsonb_build_object('conversation', mentorfy.talk(stored),
        'messages', mentorfy.last_messages(stored.id, latest, before)), told);
end $$;
comment on function public.oversight_transcript is 'The reading and what is written down about it are one.';
