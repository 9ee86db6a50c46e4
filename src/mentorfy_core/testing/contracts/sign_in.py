"""What every ``AttemptStore``, ``Credentials``, ``NewSecret`` and ``AuditStore`` does."""

import asyncio
import re
from datetime import timedelta
from typing import Final

import pytest

from mentorfy_core.ids import OrganizationId
from mentorfy_core.people import Role
from mentorfy_core.people.attempts import Limit
from mentorfy_core.ports.people import AuditStore
from mentorfy_core.ports.sign_in import AttemptStore, Credentials, NewSecret
from mentorfy_core.testing.contracts.steps import TwoOrganizations
from mentorfy_core.testing.samples import ODD_TEXT, UNSTORABLE_TEXT, a_member, an_act, new_id

PASSWORD: Final = "oars and rowlocks"


def a_limit(most: int = 3, window: timedelta = timedelta(minutes=15)) -> Limit:
    """Return a limit that nobody has met."""
    return Limit(str(new_id()), most, window)


class AttemptStoreContract:
    """Subclass it, and override ``store``."""

    @pytest.fixture
    def store(self) -> AttemptStore:
        """The store under test."""
        raise NotImplementedError

    async def test_as_many_as_allowed_are_counted(self, store: AttemptStore) -> None:
        """Then one waits, at most the window."""
        limit = a_limit()
        assert [await store.take([limit]) for _ in range(3)] == [None] * 3
        for _ in range(2):
            wait = await store.take([limit])
            assert wait is not None
            assert timedelta() < wait <= limit.window

    async def test_however_many_try_at_once(self, store: AttemptStore) -> None:
        """No more than allowed are counted."""
        limit = a_limit()
        waits = await asyncio.gather(*(store.take([limit]) for _ in range(20)))
        assert waits.count(None) == 3

    async def test_what_is_refused_is_counted_nowhere(self, store: AttemptStore) -> None:
        """One limit reached does not use up another."""
        full, other = a_limit(1), a_limit()
        assert await store.take([full]) is None
        for _ in range(5):
            assert await store.take([other, full]) is not None
        assert [await store.take([other]) for _ in range(3)] == [None] * 3

    async def test_limits_are_counted_apart(self, store: AttemptStore) -> None:
        """By their keys."""
        first, second = a_limit(1), a_limit(1)
        assert await store.take([first]) is None
        assert await store.take([second]) is None
        assert await store.take([first]) is not None

    async def test_after_the_window_one_may_try_again(self, store: AttemptStore) -> None:
        """By the store's time."""
        limit = a_limit(1, timedelta(milliseconds=30))
        assert await store.take([limit]) is None
        tries = 1
        while await store.take([limit]) is not None:
            await asyncio.sleep(0.01)
            tries += 1
        assert tries < 100

    async def test_what_is_forgotten_counts_no_more(self, store: AttemptStore) -> None:
        """Only that; it may be repeated."""
        limit, other = a_limit(1), a_limit(1)
        await store.take([limit, other])
        await store.forget(limit)
        await store.forget(limit)
        assert await store.take([limit]) is None
        assert await store.take([other]) is not None


class CredentialsContract:
    """Subclass it, and override ``credentials``."""

    @pytest.fixture
    def credentials(self) -> Credentials:
        """The credentials under test."""
        raise NotImplementedError

    @pytest.fixture
    def email(self) -> str:
        """Whose they are; nobody has used it yet."""
        return f"{new_id().hex}@example.org"

    @pytest.mark.parametrize("password", [PASSWORD, ODD_TEXT * 3, UNSTORABLE_TEXT * 3, " " * 10, "x" * 1000])
    async def test_only_the_password_itself_is_right(self, credentials: Credentials, email: str, password: str) -> None:
        """To the last character."""
        kept = await credentials.keep(email, password)
        assert kept
        assert password not in kept
        assert await credentials.verify(email, password, kept)
        for wrong in ("", password + " ", password[:-1], password.upper() + "X"):
            assert not await credentials.verify(email, wrong, kept)

    async def test_equal_passwords_are_kept_differently(self, credentials: Credentials, email: str) -> None:
        """Nobody sees that two people have the same, and one person's other sessions end by it."""
        others = await credentials.keep(f"other.{email}", PASSWORD)
        kept = await credentials.keep(email, PASSWORD)
        again = await credentials.keep(email, PASSWORD, kept)
        assert len({others, kept, again}) == 3
        assert await credentials.verify(email, PASSWORD, again)

    @pytest.mark.parametrize("proven", [False, True])
    async def test_a_new_password_takes_the_place_of_the_old(
        self, credentials: Credentials, email: str, proven: bool
    ) -> None:
        """Whether its owner knew the old one or came by a link."""
        kept = await credentials.keep(email, PASSWORD)
        after = await credentials.keep(email, "sails and halyards", kept, proven=proven)
        assert after != kept
        assert await credentials.verify(email, "sails and halyards", after)
        assert not await credentials.verify(email, PASSWORD, after)

    async def test_what_no_account_keeps_lets_nobody_in(self, credentials: Credentials, email: str) -> None:
        """Who held a link that ended meanwhile has changed nothing for themselves."""
        kept = await credentials.keep(email, PASSWORD)
        await credentials.keep(email, "a thief's password", kept)
        assert not await credentials.verify(email, "a thief's password", kept)

    async def test_who_was_interrupted_tries_again(self, credentials: Credentials, email: str) -> None:
        """Nothing was stored the first time."""
        await credentials.keep(email, PASSWORD)
        kept = await credentials.keep(email, PASSWORD)
        assert await credentials.verify(email, PASSWORD, kept)

    @pytest.mark.parametrize("kept", ["", "nonsense", "$argon2id$", "supabase", UNSTORABLE_TEXT])
    async def test_what_is_nothing_of_ours_is_nobodys(self, credentials: Credentials, email: str, kept: str) -> None:
        """Whatever is typed."""
        for password in ("", "nobody's password", kept):
            assert not await credentials.verify(email, password, kept)

    async def test_what_is_kept_is_its_owners_only(self, credentials: Credentials, email: str) -> None:
        """Another person's password does not fit."""
        kept = await credentials.keep(email, PASSWORD)
        await credentials.keep(f"other.{email}", "sails and halyards")
        assert not await credentials.verify(f"other.{email}", "sails and halyards", kept)


class NewSecretContract:
    """Subclass it, and override ``new_secret``."""

    @pytest.fixture
    def new_secret(self) -> NewSecret:
        """The maker under test."""
        raise NotImplementedError

    def test_secrets_are_long_plain_and_different(self, new_secret: NewSecret) -> None:
        """256 bits are 43 characters of 64."""
        secrets = {new_secret() for _ in range(100)}
        assert len(secrets) == 100
        assert all(re.fullmatch(r"[A-Za-z0-9_-]{43,}", secret) for secret in secrets)


class AuditStoreContract(TwoOrganizations):
    """Subclass it, and override ``store``."""

    @pytest.fixture
    def store(self) -> AuditStore:
        """The store under test."""
        raise NotImplementedError

    async def test_the_latest_acts_come_first(
        self, store: AuditStore, ours: OrganizationId, theirs: OrganizationId
    ) -> None:
        """One organisation's, with the store's time."""
        acts = [an_act(a_member(ours, Role.ADMIN), subject=subject) for subject in ("1", "2", ODD_TEXT)]
        await store.append(an_act(a_member(theirs)))
        for act in acts:
            await store.append(act)
        read = await store.acts(ours)
        assert [one.act for one in read] == acts[::-1]
        assert read[0].at >= read[-1].at
        assert read[0].at.utcoffset() is not None
        assert [one.act for one in await store.acts(ours, limit=2)] == acts[:0:-1]
