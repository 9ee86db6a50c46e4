-- Bots, the revisions of their behaviour, and drafts of the next.

create function mentorfy.bot_row(bot public.mentor_bot, revision public.mentor_bot_revision) returns jsonb
language sql immutable set search_path = '' as $$
    select (pg_catalog.to_jsonb(revision) - 'mentor_bot_id') || pg_catalog.jsonb_build_object(
        'id', bot.id, 'created_at', bot.created_at, 'hidden_since', bot.hidden_since)
$$;

create function mentorfy.newest(bot public.mentor_bot) returns jsonb language sql stable set search_path = '' as $$
    select mentorfy.bot_row(bot, r) from public.mentor_bot_revision as r
    where r.organization_id = bot.organization_id and r.mentor_bot_id = bot.id and r.revision = bot.revision
$$;

create function mentorfy.bot_of(organization uuid, bot uuid, is_to_change boolean) returns public.mentor_bot
language plpgsql volatile set search_path = '' as $$
declare
    stored public.mentor_bot;
begin
    if is_to_change then
        select * into stored from public.mentor_bot as b
            where b.organization_id = organization and b.id = bot for update;
    else
        select * into stored from public.mentor_bot as b where b.organization_id = organization and b.id = bot;
    end if;
    if not found then
        raise sqlstate 'PT404' using message = 'no such bot';
    end if;
    return stored;
end $$;

create function mentorfy.add_revision(bot jsonb, at timestamptz) returns void
language sql volatile set search_path = '' as $$
    insert into public.mentor_bot_revision select * from jsonb_populate_record(null::public.mentor_bot_revision,
        bot || jsonb_build_object('mentor_bot_id', bot -> 'id', 'updated_at', at))
$$;

create function mentorfy.end_draft(bot public.mentor_bot, seen integer) returns void
language plpgsql volatile set search_path = '' as $$
declare
    newest integer;
begin
    select d.version into newest from public.mentor_bot_draft as d
        where d.organization_id = bot.organization_id and d.mentor_bot_id = bot.id;
    if coalesce(newest, 0) <> seen then
        raise sqlstate 'PT409' using message = 'the draft has changed';
    end if;
    insert into public.mentor_bot_draft as d
        select bot.organization_id, bot.id, seen + 1, r.revision, r.name, r.behavior, null, null
        from public.mentor_bot_revision as r
        where r.organization_id = bot.organization_id and r.mentor_bot_id = bot.id and r.revision = bot.revision
        on conflict (organization_id, mentor_bot_id) do update
            set (version, based_on, name, behavior, saved_by, saved_at) = (excluded.version, excluded.based_on,
                excluded.name, excluded.behavior, excluded.saved_by, excluded.saved_at);
end $$;
comment on function mentorfy.end_draft is 'Leaves the version, and what is published in the place of the draft.';

create function public.bot_add(bot jsonb) returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
begin
    insert into public.mentor_bot select * from jsonb_populate_record(null::public.mentor_bot, bot);
    perform mentorfy.add_revision(bot, (bot ->> 'updated_at')::timestamptz);
    return mentorfy.answer(null, mentorfy.write_at());
exception when unique_violation then
    raise sqlstate 'PT409' using message = 'there is a bot with this id';
end $$;

create function public.bot_get(organization uuid, bot uuid) returns jsonb
language plpgsql stable security definer set search_path = '' as $$
begin
    return mentorfy.answer(mentorfy.newest(mentorfy.bot_of(organization, bot, false)), mentorfy.read_at());
end $$;

create function public.bots_all(organization uuid, with_hidden boolean) returns jsonb
language sql stable security definer set search_path = '' as $$
    select mentorfy.answer((
        select coalesce(jsonb_agg(mentorfy.newest(b) order by b.created_at, b.id), '[]') from public.mentor_bot as b
        where b.organization_id = organization and (with_hidden or b.hidden_since is null)
    ), mentorfy.read_at())
$$;

create function public.bot_publish(bot jsonb, draft integer) returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
declare
    told timestamptz := mentorfy.write_at();
    stored public.mentor_bot := mentorfy.bot_of((bot ->> 'organization_id')::uuid, (bot ->> 'id')::uuid, true);
    saved public.mentor_bot;
begin
    if stored.revision <> (bot ->> 'revision')::integer then
        raise sqlstate 'PT409' using message = 'the bot has changed';
    end if;
    if draft is not null then
        perform mentorfy.end_draft(stored, draft);
    end if;
    saved := jsonb_populate_record(stored, bot);
    update public.mentor_bot as b set (revision, name, system_prompt, response_length, creativity, custom_instructions,
        speaking_style, temperature) = (stored.revision + 1, saved.name, saved.system_prompt, saved.response_length,
        saved.creativity, saved.custom_instructions, saved.speaking_style, saved.temperature)
        where b.organization_id = stored.organization_id and b.id = stored.id returning * into saved;
    perform mentorfy.add_revision(bot || jsonb_build_object('revision', saved.revision), told);
    return mentorfy.answer(mentorfy.newest(saved), told);
end $$;

create function public.bot_draft(organization uuid, bot uuid) returns jsonb
language plpgsql stable security definer set search_path = '' as $$
declare
    stored public.mentor_bot := mentorfy.bot_of(organization, bot, false);
begin
    return mentorfy.answer(jsonb_build_object('bot', mentorfy.newest(stored), 'draft', (
        select to_jsonb(d) from public.mentor_bot_draft as d
        where d.organization_id = organization and d.mentor_bot_id = bot)), mentorfy.read_at());
end $$;

create function public.bot_save_draft(draft jsonb) returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
declare
    told timestamptz := mentorfy.write_at();
    new public.mentor_bot_draft := jsonb_populate_record(null::public.mentor_bot_draft, draft);
begin
    perform mentorfy.end_draft(mentorfy.bot_of(new.organization_id, new.mentor_bot_id, true), new.version);
    update public.mentor_bot_draft as d set (based_on, name, behavior, saved_by, saved_at)
        = (new.based_on, new.name, new.behavior, new.saved_by, told)
        where d.organization_id = new.organization_id and d.mentor_bot_id = new.mentor_bot_id returning * into new;
    return mentorfy.answer(to_jsonb(new), told);
end $$;

create function public.bot_discard_draft(organization uuid, bot uuid, seen integer) returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
declare
    stored public.mentor_bot := mentorfy.bot_of(organization, bot, true);
begin
    perform mentorfy.end_draft(stored, seen);
    return mentorfy.answer(mentorfy.newest(stored), mentorfy.write_at());
end $$;

create function public.bot_hide(organization uuid, bot uuid) returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
declare
    told timestamptz := mentorfy.write_at();
    stored public.mentor_bot;
begin
    perform from public.mentor_bot as b where b.organization_id = organization order by b.id for update;
    stored := mentorfy.bot_of(organization, bot, true);
    if stored.hidden_since is null then
        perform from public.mentor_bot as b
            where b.organization_id = organization and b.id <> bot and b.hidden_since is null;
        if not found then
            raise sqlstate 'PT409' using message = 'the last bot that is offered';
        end if;
        update public.mentor_bot as b set hidden_since = told
            where b.organization_id = organization and b.id = bot returning * into stored;
    end if;
    return mentorfy.answer(mentorfy.newest(stored), told);
end $$;

create function public.bot_offer(organization uuid, bot uuid) returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
declare
    stored public.mentor_bot := mentorfy.bot_of(organization, bot, true);
begin
    update public.mentor_bot as b set hidden_since = null
        where b.organization_id = organization and b.id = bot returning * into stored;
    return mentorfy.answer(mentorfy.newest(stored), mentorfy.write_at());
end $$;

create function public.bot_revisions(organization uuid, bot uuid) returns jsonb
language sql stable security definer set search_path = '' as $$
    select mentorfy.answer((
        select coalesce(jsonb_agg(mentorfy.bot_row(b, r) order by r.revision), '[]')
        from public.mentor_bot as b join public.mentor_bot_revision as r
            on r.organization_id = b.organization_id and r.mentor_bot_id = b.id
        where b.organization_id = organization and b.id = bot
    ), mentorfy.read_at())
$$;
