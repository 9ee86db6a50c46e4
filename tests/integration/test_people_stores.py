from __future__ import annotations

import argon2
import pytest

from mentorfy_core.ports import (
    AttemptStore,
    AuditStore,
    Credentials,
    LinkStore,
    NewSecret,
    PeopleStore,
    SessionStore,
    TokenStore,
)
from mentorfy_core.testing.contracts.links import LinkStoreContract
from mentorfy_core.testing.contracts.people import PeopleStoreContract
from mentorfy_core.testing.contracts.sessions import SessionStoreContract, TokenStoreContract
from mentorfy_core.testing.contracts.sign_in import (
    AttemptStoreContract,
    AuditStoreContract,
    CredentialsContract,
    NewSecretContract,
)
from mentorfy_local.memory import (
    MemoryAttemptStore,
    MemoryAuditStore,
    MemoryLinkStore,
    MemoryPeopleStore,
    MemorySessionStore,
    MemoryState,
    MemoryTokenStore,
)
from mentorfy_local.passwords import Argon2Credentials
from mentorfy_local.runtime import random_secret
from mentorfy_sqlite import (
    Database,
    SqliteAttemptStore,
    SqliteAuditStore,
    SqliteLinkStore,
    SqlitePeopleStore,
    SqliteSessionStore,
    SqliteTokenStore,
)
from mentorfy_supabase import (
    Supabase,
    SupabaseAttemptStore,
    SupabaseAuditStore,
    SupabaseCredentials,
    SupabaseLinkStore,
    SupabasePeopleStore,
    SupabaseSessionStore,
    SupabaseTokenStore,
)
from tests.integration.servers.supabase_server import Project
from tests.integration.stores import InMemory, InSqlite


class PeopleInMemory(InMemory):
    @pytest.fixture
    def people(self, state: MemoryState) -> PeopleStore:
        return MemoryPeopleStore(state)

    @pytest.fixture
    def audits(self, state: MemoryState) -> AuditStore:
        return MemoryAuditStore(state)

    @pytest.fixture
    def sessions(self, state: MemoryState) -> SessionStore:
        return MemorySessionStore(state)


class PeopleInSqlite(InSqlite):
    @pytest.fixture
    def people(self, database: Database) -> PeopleStore:
        return SqlitePeopleStore(database)

    @pytest.fixture
    def audits(self, database: Database) -> AuditStore:
        return SqliteAuditStore(database)

    @pytest.fixture
    def sessions(self, database: Database) -> SessionStore:
        return SqliteSessionStore(database)


class PeopleInSupabase:
    @pytest.fixture
    def people(self, supabase: Supabase) -> PeopleStore:
        return SupabasePeopleStore(supabase)

    @pytest.fixture
    def audits(self, supabase: Supabase) -> AuditStore:
        return SupabaseAuditStore(supabase)

    @pytest.fixture
    def sessions(self, supabase: Supabase) -> SessionStore:
        return SupabaseSessionStore(supabase)


class TestMemoryPeopleStore(InMemory, PeopleStoreContract):
    @pytest.fixture
    def store(self, state: MemoryState) -> PeopleStore:
        return MemoryPeopleStore(state)


class TestSqlitePeopleStore(InSqlite, PeopleStoreContract):
    @pytest.fixture
    def store(self, database: Database) -> PeopleStore:
        return SqlitePeopleStore(database)


class TestSupabasePeopleStore(PeopleStoreContract):
    @pytest.fixture
    def store(self, supabase: Supabase) -> PeopleStore:
        return SupabasePeopleStore(supabase)


class TestMemorySessionStore(PeopleInMemory, SessionStoreContract):
    @pytest.fixture
    def store(self, state: MemoryState) -> SessionStore:
        return MemorySessionStore(state)


class TestSqliteSessionStore(PeopleInSqlite, SessionStoreContract):
    @pytest.fixture
    def store(self, database: Database) -> SessionStore:
        return SqliteSessionStore(database)


class TestSupabaseSessionStore(PeopleInSupabase, SessionStoreContract):
    @pytest.fixture
    def store(self, supabase: Supabase) -> SessionStore:
        return SupabaseSessionStore(supabase)


class TestMemoryTokenStore(PeopleInMemory, TokenStoreContract):
    @pytest.fixture
    def store(self, state: MemoryState) -> TokenStore:
        return MemoryTokenStore(state)


class TestSqliteTokenStore(PeopleInSqlite, TokenStoreContract):
    @pytest.fixture
    def store(self, database: Database) -> TokenStore:
        return SqliteTokenStore(database)


class TestSupabaseTokenStore(PeopleInSupabase, TokenStoreContract):
    @pytest.fixture
    def store(self, supabase: Supabase) -> TokenStore:
        return SupabaseTokenStore(supabase)


class TestMemoryLinkStore(PeopleInMemory, LinkStoreContract):
    @pytest.fixture
    def store(self, state: MemoryState) -> LinkStore:
        return MemoryLinkStore(state)


class TestSqliteLinkStore(PeopleInSqlite, LinkStoreContract):
    @pytest.fixture
    def store(self, database: Database) -> LinkStore:
        return SqliteLinkStore(database)


class TestSupabaseLinkStore(PeopleInSupabase, LinkStoreContract):
    @pytest.fixture
    def store(self, supabase: Supabase) -> LinkStore:
        return SupabaseLinkStore(supabase)


class TestMemoryAttemptStore(InMemory, AttemptStoreContract):
    @pytest.fixture
    def store(self, state: MemoryState) -> AttemptStore:
        return MemoryAttemptStore(state)


class TestSqliteAttemptStore(InSqlite, AttemptStoreContract):
    @pytest.fixture
    def store(self, database: Database) -> AttemptStore:
        return SqliteAttemptStore(database)


class TestSupabaseAttemptStore(AttemptStoreContract):
    @pytest.fixture
    def store(self, supabase: Supabase) -> AttemptStore:
        return SupabaseAttemptStore(supabase)


class TestMemoryAuditStore(InMemory, AuditStoreContract):
    @pytest.fixture
    def store(self, state: MemoryState) -> AuditStore:
        return MemoryAuditStore(state)


class TestSqliteAuditStore(InSqlite, AuditStoreContract):
    @pytest.fixture
    def store(self, database: Database) -> AuditStore:
        return SqliteAuditStore(database)


class TestSupabaseAuditStore(AuditStoreContract):
    @pytest.fixture
    def store(self, supabase: Supabase) -> AuditStore:
        return SupabaseAuditStore(supabase)


class TestArgon2Credentials(CredentialsContract):
    @pytest.fixture
    def credentials(self) -> Credentials:
        return Argon2Credentials(argon2.profiles.CHEAPEST)


class TestSupabaseCredentials(CredentialsContract):
    @pytest.fixture
    def credentials(self, supabase: Supabase, supabase_project: Project) -> Credentials:
        return SupabaseCredentials(supabase, supabase_project.publishable_key)


class TestRandomSecret(NewSecretContract):
    @pytest.fixture
    def new_secret(self) -> NewSecret:
        return random_secret


async def test_a_password_costs_what_the_standard_asks() -> None:
    kept = await Argon2Credentials().keep("hanne@example.org", "oars and rowlocks")
    assert kept.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
