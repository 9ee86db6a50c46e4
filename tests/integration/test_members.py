"""Members, sessions and tokens by browser and by API: what each role may do, and what ends at once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from starlette.testclient import TestClient

from mentorfy_core.application import Mentorfy
from mentorfy_core.people import Member, Organization, Role
from mentorfy_runtime.settings import Settings
from mentorfy_web.app import create_app
from mentorfy_web.organizations import HEADER
from tests.integration.signed_in import a_person, running_cheaply, signed_in

PERSON = {"email": "mia@example.org", "name": "Mia", "password": "a few plain words"}
LINK = re.compile(r"http://testserver(/link/[\w-]+)")


@dataclass
class House:
    """A running application with two organisations, and browsers of their people."""

    client: TestClient
    ours: Organization
    theirs: Organization

    @property
    def mentorfy(self) -> Mentorfy:
        return self.client.app.state.mentorfy  # type: ignore[attr-defined, no-any-return]

    def call(self, function: Any, *arguments: Any) -> Any:
        assert self.client.portal is not None
        return self.client.portal.call(function, *arguments)

    def browser(self) -> TestClient:
        browser = TestClient(self.client.app, follow_redirects=False)
        browser.portal = self.client.portal
        return browser

    def of(self, role: Role, organization: Organization | None = None) -> TestClient:
        return signed_in(self.browser(), role, (organization or self.ours).id)

    def person(self, role: Role, organization: Organization | None = None) -> Member:
        member: Member = self.call(a_person, self.mentorfy, role, (organization or self.ours).id)
        return member

    def acts(self) -> list[str]:
        acts = self.call(self.mentorfy.ports.audits.acts, self.ours.id)
        return [one.act.action.value for one in acts]

    def joined(self, link: str, **changed: str) -> TestClient:
        """Return the browser of somebody who has used an invitation."""
        browser = self.browser()
        assert browser.post(link, data={**PERSON, **changed}).status_code == 303
        who = browser.get("/api/session").json()
        browser.headers[HEADER] = who["organization"]["id"]
        return browser


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with TestClient(create_app(running_cheaply(Settings(data=tmp_path / "data"))), follow_redirects=False) as client:
        house = House(client, *[None] * 2)  # type: ignore[arg-type]
        house.ours = house.call(house.mentorfy.ports.people.organizations)[0]
        house.call(a_stranger_house, house.mentorfy)
        house.theirs = house.call(house.mentorfy.ports.people.organizations)[1]
        yield house


async def a_stranger_house(mentorfy: Mentorfy) -> None:
    operator = await a_person(mentorfy, Role.MEMBER, (await mentorfy.ports.people.organizations())[0].id)
    made = await mentorfy.add_organization("Theirs", operator)
    members = await mentorfy.ports.people.members(made.id)
    await a_person(mentorfy, Role.ADMIN, made.id)
    assert members[0].role is Role.OWNER


def link_in(page: Any) -> str:
    found = LINK.search(page.text)
    assert found, page.text
    return found[1]


class TestInviting:
    def test_an_invitation_makes_a_member(self, house: House) -> None:
        link = link_in(house.of(Role.OWNER).post("/members", data={"role": "admin", "email": PERSON["email"]}))
        assert PERSON["email"] in house.browser().get(link).text
        who = house.joined(link).get("/api/session").json()
        assert (who["name"], who["role"], who["organization"]["name"]) == ("Mia", "admin", house.ours.name)
        assert house.acts()[:2] == ["member joined", "member invited"]

    def test_a_withdrawn_one_is_useless(self, house: House) -> None:
        owner = house.of(Role.OWNER)
        link = link_in(owner.post("/members", data={"role": "member"}))
        [invitation] = owner.get("/api/invitations").json()
        assert owner.delete(f"/api/invitations/{invitation['id']}").status_code == 204
        assert house.browser().post(link, data=PERSON).status_code == 404

    def test_a_known_person_joins_with_their_password_only(self, house: House) -> None:
        owner, known = house.of(Role.OWNER), dict(PERSON)
        house.joined(link_in(owner.post("/members", data={"role": "member"})))
        there = house.of(Role.ADMIN, house.theirs)
        second = link_in(there.post("/members", data={"role": "member"}))
        eve = house.browser().post(second, data={**known, "password": "a guess of mine"})
        assert (eve.status_code, "mentorfy_session" in eve.cookies) == (422, False)
        mia = house.joined(second)
        assert [one["name"] for one in mia.get("/api/session").json()["organizations"]] == ["My mentor", "Theirs"]

    def test_guessing_an_accounts_password_by_an_invitation_is_stopped(self, house: House) -> None:
        house.joined(link_in(house.of(Role.OWNER).post("/members", data={"role": "member"})))
        second = link_in(house.of(Role.ADMIN, house.theirs).post("/members", data={"role": "member"}))
        guesses = [
            house.browser().post(second, data={**PERSON, "password": f"guess number {number}"}).status_code
            for number in range(10)
        ]
        assert guesses[-2:] == [429, 429]

    def test_who_is_signed_in_joins_with_the_button(self, house: House) -> None:
        mia = house.joined(link_in(house.of(Role.OWNER).post("/members", data={"role": "member"})))
        second = link_in(house.of(Role.ADMIN, house.theirs).post("/members", data={"role": "member"}))
        assert 'name="password"' not in mia.get(second).text
        assert mia.post(second).status_code == 303
        assert mia.get("/api/session", headers={HEADER: ""}).json()["organization"]["name"] == "Theirs"

    def test_who_is_a_member_already_does_not_use_it_up(self, house: House) -> None:
        owner = house.of(Role.OWNER)
        mia = house.joined(link_in(owner.post("/members", data={"role": "member"})))
        link = link_in(owner.post("/members", data={"role": "member"}))
        assert mia.post(link).status_code == 409
        house.joined(link, email="other@example.org")

    @pytest.mark.parametrize("role", ["emperor", "", "OWNER"])
    def test_there_are_three_roles(self, house: House, role: str) -> None:
        assert house.of(Role.OWNER).post("/members", data={"role": role}).status_code == 422

    def test_an_admin_makes_no_owner(self, house: House) -> None:
        admin = house.of(Role.ADMIN)
        assert admin.post("/members", data={"role": "owner"}).status_code == 403
        assert admin.post("/api/invitations", json={"role": "owner"}).status_code == 403
        member = house.person(Role.MEMBER)
        assert admin.post(f"/members/{member.id}/role", data={"role": "owner"}).status_code == 403


class TestTouching:
    def test_an_admin_touches_no_owner(self, house: House) -> None:
        admin, owner = house.of(Role.ADMIN), house.person(Role.OWNER)
        for way in ("role", "remove", "link"):
            assert admin.post(f"/members/{owner.id}/{way}", data={"role": "member"}).status_code == 403
        assert admin.delete(f"/api/members/{owner.id}").status_code == 403
        assert admin.patch(f"/api/members/{owner.id}", json={"role": "member"}).status_code == 403

    def test_the_last_owner_stays(self, house: House) -> None:
        owner, person = house.of(Role.OWNER), house.person(Role.OWNER)
        for answer in (
            owner.post(f"/members/{person.id}/remove"),
            owner.post(f"/members/{person.id}/role", data={"role": "admin"}),
        ):
            assert answer.status_code == 409
            assert "the only owner" in answer.text
        assert owner.get("/members").status_code == 200

    def test_of_two_owners_who_demote_each_other_one_is_left(self, house: House) -> None:
        first, other = house.person(Role.OWNER), house.person(Role.ADMIN)
        one = house.of(Role.OWNER)
        one.post(f"/members/{other.id}/role", data={"role": "owner"})
        with ThreadPoolExecutor(2) as threads:
            list(
                threads.map(lambda who: one.patch(f"/api/members/{who}", json={"role": "member"}), (first.id, other.id))
            )
        members = house.call(house.mentorfy.ports.people.members, house.ours.id)
        assert sum(member.role is Role.OWNER for member in members) == 1

    @pytest.mark.parametrize("way", ["role", "remove", "link"])
    def test_somebody_elses_member_is_nobody(self, house: House, way: str) -> None:
        stranger = house.person(Role.ADMIN, house.theirs)
        owner = house.of(Role.OWNER)
        answer = owner.post(f"/members/{stranger.id}/{way}", data={"role": "member"})
        assert answer.status_code == 404
        assert stranger.name not in answer.text
        for path in (f"/api/members/{stranger.id}", "/api/members/not-an-id"):
            assert owner.delete(path).status_code == 404

    def test_a_demotion_is_felt_at_the_next_request(self, house: House) -> None:
        admin, person = house.of(Role.ADMIN), house.person(Role.ADMIN)
        assert admin.get("/members").status_code == 200
        house.of(Role.OWNER).post(f"/members/{person.id}/role", data={"role": "member"})
        assert admin.get("/members").status_code == 403

    def test_a_removal_is_felt_at_the_next_request(self, house: House) -> None:
        admin, person = house.of(Role.ADMIN), house.person(Role.ADMIN)
        token = admin.post("/api/tokens", json={"name": "export"}).json()["secret"]
        program = house.browser()
        program.headers["authorization"] = f"Bearer {token}"
        assert program.get("/api/members").status_code == 200
        invitation = link_in(admin.post("/members", data={"role": "admin"}))
        house.of(Role.OWNER).post(f"/members/{person.id}/remove")
        assert admin.get("/members").status_code == 303
        assert program.get("/api/members").status_code == 401
        assert house.browser().post(invitation, data=PERSON).status_code == 404
        again = house.call(a_person, house.mentorfy, Role.ADMIN, house.ours.id)
        assert again.id != person.id

    def test_no_client_becomes_another_by_a_sign_in_link(self, house: House) -> None:
        """The operator is a member here and the owner there: an owner here must not become them."""
        operator = house.person(Role.MEMBER)
        answer = house.of(Role.OWNER).post(f"/members/{operator.id}/link")
        assert (answer.status_code, LINK.search(answer.text)) == (403, None)

    def test_a_new_link_sets_a_password_and_ends_the_sessions(self, house: House) -> None:
        owner = house.of(Role.OWNER)
        mia = house.joined(link_in(owner.post("/members", data={"role": "member"})))
        who = mia.get("/api/session").json()
        first = link_in(owner.post(f"/members/{who['member_id']}/link"))
        link = link_in(owner.post(f"/members/{who['member_id']}/link"))
        assert house.browser().get(first).status_code == 404
        assert 'name="email" ' not in house.browser().get(link).text.replace('type="text" name="email"', "")
        assert house.browser().post(link, data={"password": "short"}).status_code == 422
        assert house.browser().post(link, data={"password": "quite another one"}).status_code == 303
        assert mia.get("/api/session").status_code == 401
        login = {"email": PERSON["email"], "password": PERSON["password"]}
        assert house.browser().post("/login", data=login).status_code == 422
        assert house.browser().post("/login", data={**login, "password": "quite another one"}).status_code == 303


class TestTwoTabs:
    def test_a_page_of_the_organisation_before_does_nothing(self, house: House) -> None:
        operator = house.of(Role.OWNER, house.theirs)
        assert operator.post("/switch", data={"to": str(house.ours.id)}).headers["location"] == "/"
        stale = operator.post("/members", data={"role": "member"})
        assert stale.status_code == 409
        assert f"You switched to {house.ours.name}" in stale.text
        assert operator.post("/account/name", data={"name": "Eve"}).status_code == 409
        told = operator.get("/api/session").headers["x-mentorfy-switched"]
        assert unquote(told).startswith(f"You switched to {house.ours.name}")
        assert house.call(house.mentorfy.ports.links.invitations, house.theirs.id) == []
        assert operator.post("/logout").status_code == 303

    @pytest.mark.parametrize("to", ["", "nonsense", "00000000-0000-4000-8000-00000000dead"])
    def test_one_switches_to_what_is_there(self, house: House, to: str) -> None:
        assert house.of(Role.OWNER).post("/switch", data={"to": to}).status_code == 404

    def test_one_does_not_switch_to_strangers(self, house: House) -> None:
        owner = house.of(Role.OWNER)
        assert owner.post("/switch", data={"to": str(house.theirs.id)}).status_code == 404
        assert owner.patch("/api/session", json={"organization_id": str(house.theirs.id)}).status_code == 404
        assert house.theirs.name not in owner.get("/members").text

    def test_a_request_that_does_not_say_for_whom_does_nothing(self, house: House) -> None:
        owner = house.of(Role.OWNER)
        del owner.headers[HEADER]
        assert owner.post("/members", data={"role": "member"}).status_code == 422


class TestTokens:
    @pytest.fixture
    def program(self, house: House) -> TestClient:
        made = house.of(Role.OWNER).post("/api/tokens", json={"name": "export", "role": "admin"}).json()
        program = house.browser()
        program.headers["authorization"] = f"Bearer {made['secret']}"
        return program

    def test_a_token_acts_as_it_was_made(self, house: House, program: TestClient) -> None:
        who = program.get("/api/session").json()
        assert (who["role"], who["by_token"]) == ("admin", True)
        assert program.post("/api/invitations", json={"role": "member"}).status_code == 201
        assert program.post("/api/invitations", json={"role": "admin"}).status_code == 403
        assert program.post("/api/invitations", json={"role": "owner"}).status_code == 403

    def test_it_is_never_more_than_its_owner(self, house: House) -> None:
        member = house.of(Role.MEMBER)
        made = member.post("/api/tokens", json={"name": "export", "role": "owner"}).json()
        assert made["token"]["role"] == "member"

    def test_a_stolen_one_becomes_nothing_that_lasts(self, house: House, program: TestClient) -> None:
        assert program.post("/api/tokens", json={"name": "mine"}).status_code == 403
        assert program.delete("/api/sessions").status_code == 403
        assert program.delete("/api/session").status_code == 403
        assert program.patch("/api/session", json={"organization_id": str(house.theirs.id)}).status_code == 403
        for path in ("name", "password", "sessions/end", "tokens"):
            assert program.post(f"/account/{path}", data={"name": "Eve"}).status_code == 403
        for one in program.get("/api/members").json():
            assert program.post(f"/api/members/{one['id']}/link").status_code == 403
            assert program.post(f"/members/{one['id']}/link").status_code == 403
        assert program.post("/members", data={"role": "member"}).status_code == 403

    def test_a_revoked_one_is_nobody(self, house: House, program: TestClient) -> None:
        [token] = program.get("/api/tokens").json()
        assert house.of(Role.ADMIN).delete(f"/api/tokens/{token['id']}").status_code == 404
        assert house.of(Role.OWNER).delete(f"/api/tokens/{token['id']}").status_code == 204
        assert program.get("/api/session").status_code == 401

    @pytest.mark.parametrize(
        "authorization", ["Bearer", "Bearer ", "Bearer mentorfy_", "Bearer nonsense", "Basic eDp5", "", "mentorfy_x"]
    )
    def test_a_wrong_one_is_nobody_even_with_a_good_cookie(self, house: House, authorization: str) -> None:
        owner = house.of(Role.OWNER)
        answer = owner.get("/api/session", headers={"authorization": authorization})
        assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")

    def test_a_cookies_secret_is_no_token(self, house: House) -> None:
        owner = house.of(Role.OWNER)
        secret = owner.cookies["mentorfy_session"]
        answer = house.browser().get("/api/session", headers={"authorization": f"Bearer {secret}"})
        assert answer.status_code == 401

    def test_its_use_is_noted(self, house: House, program: TestClient) -> None:
        program.get("/api/session")
        assert program.get("/api/tokens").json()[0]["used_at"] is not None


class TestAccount:
    def test_a_name_is_changed(self, house: House) -> None:
        owner = house.of(Role.OWNER)
        assert owner.post("/account/name", data={"name": "  Hanne   Lund "}).status_code == 303
        assert owner.get("/api/session").json()["name"] == "Hanne Lund"
        assert owner.post("/account/name", data={"name": " "}).status_code == 422

    def test_a_new_password_ends_the_other_sessions(self, house: House) -> None:
        mia = house.joined(link_in(house.of(Role.OWNER).post("/members", data={"role": "member"})))
        other = house.browser()
        other.post("/login", data=PERSON)
        assert other.get("/api/session").status_code == 200
        wrong = mia.post("/account/password", data={"old": "wrong one it is", "password": "quite another one"})
        assert (wrong.status_code, 'id="old-error"' in wrong.text) == (422, True)
        assert mia.post("/account/password", data={"old": PERSON["password"], "password": "short"}).status_code == 422
        changed = mia.post("/account/password", data={"old": PERSON["password"], "password": "quite another one"})
        assert changed.status_code == 303
        assert (mia.get("/api/session").status_code, other.get("/api/session").status_code) == (200, 401)

    def test_a_session_is_ended_from_another(self, house: House) -> None:
        one, other = house.of(Role.OWNER), house.of(Role.OWNER)
        [there] = [each for each in one.get("/api/sessions").json() if not each["this_one"]]
        assert one.post(f"/account/sessions/{there['id']}/end").status_code == 303
        assert (one.get("/api/session").status_code, other.get("/api/session").status_code) == (200, 401)

    def test_nobody_ends_another_persons_session(self, house: House) -> None:
        owner, admin = house.of(Role.OWNER), house.of(Role.ADMIN)
        [session] = owner.get("/api/sessions").json()
        assert admin.post(f"/account/sessions/{session['id']}/end").status_code == 404
        assert owner.get("/api/session").status_code == 200

    def test_signing_out_everywhere_ends_all(self, house: House) -> None:
        one, other = house.of(Role.OWNER), house.of(Role.OWNER)
        assert one.post("/account/sessions/end").headers["location"] == "/login"
        assert (one.get("/api/session").status_code, other.get("/api/session").status_code) == (401, 401)

    def test_a_token_is_shown_once(self, house: House) -> None:
        owner = house.of(Role.OWNER)
        page = owner.post("/account/tokens", data={"token_name": "export", "role": "admin"})
        found = re.search(r"mentorfy_[\w-]{43}", page.text)
        assert found
        assert found[0] not in owner.get("/account").text
        assert owner.post("/account/tokens", data={"token_name": ""}).status_code == 422
        [token] = owner.get("/api/tokens").json()
        assert owner.post(f"/account/tokens/{token['id']}/revoke").status_code == 303
        assert owner.get("/api/tokens").json() == []

    def test_members_have_one_too(self, house: House) -> None:
        page = house.of(Role.MEMBER).get("/account")
        assert page.status_code == 200
        assert "As admin" not in page.text


class TestSigningInByApi:
    def test_a_session_is_in_the_cookie_only(self, house: House) -> None:
        house.joined(link_in(house.of(Role.OWNER).post("/members", data={"role": "member"})))
        program = house.browser()
        answer = program.post("/api/session", json={"email": PERSON["email"], "password": PERSON["password"]})
        assert (answer.status_code, answer.content) == (204, b"")
        who = program.get("/api/session").json()
        program.headers[HEADER] = who["organization"]["id"]
        assert program.delete("/api/session").status_code == 204
        assert program.get("/api/session").status_code == 401

    def test_a_wrong_password_is_a_problem(self, house: House) -> None:
        answer = house.browser().post("/api/session", json={"email": "a@b", "password": "x"})
        assert (answer.status_code, answer.headers["content-type"]) == (401, "application/problem+json")


def test_no_secret_is_in_the_data_folder(house: House, tmp_path: Path) -> None:
    owner = house.of(Role.OWNER)
    link = link_in(owner.post("/members", data={"role": "member"}))
    token = owner.post("/api/tokens", json={"name": "export"}).json()["secret"]
    house.joined(link)
    secrets = [urlsplit(link).path.rpartition("/")[2], token, owner.cookies["mentorfy_session"], PERSON["password"]]
    files = [path for path in (tmp_path / "data").rglob("*") if path.is_file()]
    assert files
    for path in files:
        data = path.read_bytes()
        assert not [secret for secret in secrets if secret.encode() in data], path
