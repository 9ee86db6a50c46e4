"""For whom somebody acts."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from mentorfy_core.ids import OrganizationId, SessionId, TokenId
from mentorfy_core.people import Account, Actor, Membership, Role
from mentorfy_core.people.links import LinkKind, asks_for
from mentorfy_core.people.sessions import SEEN_EVERY, Presence
from mentorfy_core.testing.samples import LONG_AGO, a_link, a_member, an_organization, an_organization_id, new_id

HERE, THERE = an_organization(an_organization_id()), an_organization(an_organization_id())
PERSON = a_member(HERE.id)
ACCOUNT = Account(id=PERSON.id, name="Ada", created_at=LONG_AGO)
BOTH = (Membership(THERE, Role.OWNER), Membership(HERE, Role.ADMIN))


def session(*memberships: Membership, acting_for: OrganizationId = HERE.id) -> Presence:
    return Presence(account=ACCOUNT, organization_id=acting_for, memberships=memberships, session=SessionId(new_id()))


def token(*memberships: Membership, at_most: Role = Role.OWNER) -> Presence:
    return replace(session(*memberships), session=None, token=TokenId(new_id()), at_most=at_most)


def test_a_session_acts_for_the_organisation_it_was_switched_to() -> None:
    assert session(*BOTH).actor == Actor(PERSON.id, HERE.id, Role.ADMIN)
    assert session(*BOTH, acting_for=THERE.id).actor == Actor(PERSON.id, THERE.id, Role.OWNER)


def test_who_was_removed_here_goes_on_elsewhere() -> None:
    assert session(BOTH[0]).actor == Actor(PERSON.id, THERE.id, Role.OWNER)


@pytest.mark.parametrize("nowhere", [session(), token(), token(BOTH[0])])
def test_who_belongs_nowhere_does_nothing(nowhere: Presence) -> None:
    assert nowhere.acts_in is None
    assert nowhere.actor is None


@pytest.mark.parametrize(
    ("at_most", "role"), [(Role.OWNER, Role.ADMIN), (Role.ADMIN, Role.ADMIN), (Role.MEMBER, Role.MEMBER)]
)
def test_a_token_is_never_more_than_its_member_nor_than_it_was_made_for(at_most: Role, role: Role) -> None:
    actor = token(*BOTH, at_most=at_most).actor
    assert actor is not None
    assert (actor.organization_id, actor.role) == (HERE.id, role)


def test_that_somebody_was_seen_is_noted_now_and_then() -> None:
    presence = session(*BOTH)
    assert presence.is_to_be_noted(LONG_AGO)
    seen = replace(presence, seen_at=LONG_AGO)
    assert not seen.is_to_be_noted(LONG_AGO + SEEN_EVERY - timedelta(seconds=1))
    assert seen.is_to_be_noted(LONG_AGO + SEEN_EVERY)


EVERYTHING = frozenset({"email", "name", "password"})
KNOWN = replace(ACCOUNT, email="ada@example.org", password_hash="hash")


@pytest.mark.parametrize(
    ("kind", "account", "fields"),
    [
        (LinkKind.INVITE, None, EVERYTHING),
        (LinkKind.INVITE, KNOWN, frozenset()),
        (LinkKind.INVITE, ACCOUNT, EVERYTHING),
        (LinkKind.SIGN_IN, ACCOUNT, EVERYTHING),
        (LinkKind.SIGN_IN, KNOWN, frozenset()),
        (LinkKind.RESET, ACCOUNT, EVERYTHING),
        (LinkKind.RESET, KNOWN, frozenset({"password"})),
    ],
)
def test_a_link_asks_for_what_is_not_known(kind: LinkKind, account: Account | None, fields: frozenset[str]) -> None:
    assert asks_for(a_link(PERSON, kind), account) == fields
