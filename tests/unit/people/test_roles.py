"""Who may do what to whom."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentorfy_core.errors import Conflict, Forbidden
from mentorfy_core.ids import OrganizationId
from mentorfy_core.people import Actor, Role, require_operator
from mentorfy_core.people.roles import (
    POWER,
    require_may_give,
    require_may_link,
    require_may_touch,
    require_owner_left,
    weaker,
)
from mentorfy_core.testing.samples import a_member, an_organization_id

OURS = an_organization_id()
ELSEWHERE = [an_organization_id() for _ in range(3)]
ROLES = st.sampled_from(Role)
PLACES = st.dictionaries(st.sampled_from([OURS, *ELSEWHERE]), ROLES)


def actor(role: Role) -> Actor:
    member = a_member(OURS, role)
    return Actor(member.id, OURS, role)


def passes(require: Callable[[], None]) -> bool:
    try:
        require()
    except Forbidden:
        return False
    return True


@pytest.mark.parametrize("role", Role)
def test_operators_are_owners_and_admins(role: Role) -> None:
    assert passes(lambda: require_operator(actor(role))) is (role is not Role.MEMBER)


GIVES = {
    Role.OWNER: {Role.OWNER, Role.ADMIN, Role.MEMBER},
    Role.ADMIN: {Role.ADMIN, Role.MEMBER},
    Role.MEMBER: set[Role](),
}


@pytest.mark.parametrize(("who", "role"), list(product(Role, Role)))
def test_nobody_gives_or_touches_more_than_they_are(who: Role, role: Role) -> None:
    assert passes(lambda: require_may_give(actor(who), role)) is (role in GIVES[who])
    assert passes(lambda: require_may_touch(actor(who), a_member(OURS, role))) is (role in GIVES[who])


@given(st.lists(ROLES, min_size=1), st.data())
def test_an_owner_is_left(roles: list[Role], data: st.DataObject) -> None:
    members = [a_member(OURS, role) for role in roles]
    leaving = data.draw(st.sampled_from(members))
    left = [one for one in members if one.role is Role.OWNER and one.id != leaving.id]
    if leaving.role is Role.OWNER and not left:
        with pytest.raises(Conflict, match="the only owner"):
            require_owner_left(members, leaving)
    else:
        require_owner_left(members, leaving)


@given(issuer=PLACES, person=PLACES)
def test_a_link_gives_no_power_that_its_maker_has_not(
    issuer: dict[OrganizationId, Role], person: dict[OrganizationId, Role]
) -> None:
    is_harmless = all(
        place in issuer and issuer[place] is not Role.MEMBER and POWER[issuer[place]] >= POWER[role]
        for place, role in person.items()
    )
    assert passes(lambda: require_may_link(issuer, person)) is is_harmless


@given(ROLES, ROLES)
def test_the_weaker_role_may_do_less(first: Role, second: Role) -> None:
    assert weaker(first, second) in {first, second}
    assert weaker(first, second) is weaker(second, first)
    assert POWER[weaker(first, second)] == min(POWER[first], POWER[second])
