"""What people do; disasters come along."""

from collections.abc import Awaitable, Callable, Sequence
from contextvars import Context
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final
from uuid import UUID

from mentorfy_core.application import Mentorfy
from mentorfy_core.application.change import Change
from mentorfy_core.documents.events import RelearnRequested
from mentorfy_core.documents.model import Document
from mentorfy_core.errors import CallerError, StoreUnavailable
from mentorfy_core.ids import DocumentId, ImportId, MemberId, OrganizationId
from mentorfy_core.imports.model import Choice, Import
from mentorfy_core.pauses import EVERYTHING, KNOWLEDGE, Scope
from mentorfy_core.people import Actor, Role
from mentorfy_core.testing.simulation.disasters import Disasters
from mentorfy_core.testing.simulation.files import BROKEN
from mentorfy_core.testing.simulation.loop import NODE
from mentorfy_core.testing.simulation.plan import Act
from mentorfy_core.testing.simulation.setting import SOURCE
from mentorfy_core.testing.simulation.world import SIGHT

MEMBER: Final = MemberId(UUID(int=1))


@dataclass(slots=True)
class Happenings(Disasters):
    """Everybody and everything that acts."""

    mentorfy: Mentorfy
    removed: dict[int, Document] = field(default_factory=dict)
    chosen: dict[int, Document] = field(default_factory=dict)
    sights: list[tuple[OrganizationId, DocumentId, int]] = field(default_factory=list)

    def perform(self, act: Act) -> None:
        """Let it happen."""
        self._world.counts["act " + act.name] += 1
        self._world.tell(lambda: f"somebody {act.name} ({act.number})")
        getattr(self, act.name)(act.number)

    def imports(self, number: int) -> None:
        self._start_import(number, include_removed=False)

    def imports_all(self, number: int) -> None:
        self._start_import(number, include_removed=True)

    def plans(self, number: int) -> None:
        """Have a plan made, to look at it."""
        self._start_import(number, include_removed=number % 5 == 0, confirmed=False)

    def _start_import(self, number: int, *, include_removed: bool, confirmed: bool = True) -> None:
        self._start(self._organization(number), include_removed=include_removed, confirmed=confirmed)

    def _start(self, organization_id: OrganizationId, *, include_removed: bool, confirmed: bool = True) -> None:
        actor, start = self.actor(organization_id), self.mentorfy.start_import
        self._asks("import", lambda: start(actor, SOURCE, "", confirmed=confirmed, include_removed=include_removed))

    def confirms(self, number: int) -> None:
        """Accept a plan that waits, and leave some files out."""
        waiting = [one for one in self._imports() if one.waits_for_a_person]
        if jobs := waiting or self._imports():
            actor, import_id = self.actor(jobs[-1].organization_id), jobs[-1].id
            plan = self.setting.tables.plans.get(import_id, {})
            choices = {index: Choice(left_out=True) for index in plan if number >> index & 3 == 0}
            self._asks("confirm", lambda: self.mentorfy.confirm_import(actor, import_id, choices))

    def cancels(self, number: int) -> None:
        """Stop an import, at whatever step it is."""
        if jobs := self._imports()[-3:]:
            job = jobs[number % len(jobs)]
            actor, import_id = self.actor(job.organization_id), job.id
            self._asks("cancel", lambda: self.mentorfy.cancel_import(actor, import_id))

    def _imports(self) -> list[Import]:
        return [*self.setting.tables.imports.values()]

    def scans(self, number: int) -> None:
        self._scans(self._organization(number))

    def scans_it(self, number: int) -> None:
        if document := self._chosen(number):
            self._scans(document.organization_id)

    def changes_it(self, number: int) -> None:
        if document := self._chosen(number):
            self.setting.files.change(document.organization_id, document.external_id)

    def renames_it(self, number: int) -> None:
        if document := self._chosen(number):
            self.setting.files.files[document.organization_id][document.external_id].name = f"renamed-{number % 7}.md"

    def breaks_it(self, number: int) -> None:
        if document := self._chosen(number):
            self.setting.files.change(document.organization_id, document.external_id, kind=BROKEN)

    def vanishes_it(self, number: int) -> None:
        if document := self._chosen(number):
            self.setting.files.files[document.organization_id][document.external_id].gone = True

    def returns_it(self, number: int) -> None:
        if document := self._chosen(number):
            self.setting.files.files[document.organization_id][document.external_id].back(self._world.loop.time())

    def imports_all_of_it(self, number: int) -> None:
        if document := self._chosen(number):
            self._start(document.organization_id, include_removed=True)

    def removes_it(self, number: int) -> None:
        if document := self._chosen(number):
            self.removed[number] = document
            actor = self.actor(document.organization_id)
            self._asks("remove", lambda: self.mentorfy.remove(actor, document.id))

    def removes_newest(self, number: int) -> None:
        organization_id = self._organization(number)
        own = [one for one in self._documents() if one.organization_id == organization_id and not one.deleted_at]
        if own:
            actor, document_id = self.actor(organization_id), own[-1].id
            self._asks("remove", lambda: self.mentorfy.remove(actor, document_id))

    def _chosen(self, number: int) -> Document | None:
        """Return the document that acts with this number are about: one that somebody worked at when they began."""
        claimed = [one for one in self._documents() if one.claim]
        document = self.chosen.get(number) or self._pick(claimed or self._documents(), number)
        if document is not None:
            self.chosen[number] = document
        return document

    def _scans(self, organization_id: OrganizationId) -> None:
        now = self._world.now()
        job = Import(
            id=ImportId(self._world.new_id()),
            organization_id=organization_id,
            source=SOURCE,
            root="",
            asked_by=None,
            confirmed=True,
            created_at=now,
            updated_at=now,
            next_run_at=now,
        )
        self._asks("scan", lambda: self.mentorfy.ports.imports.add(job))

    def retries(self, number: int) -> None:
        troubled = [one for one in self._documents() if one.status in {"failed", "retrying"}]
        document = self._pick(troubled or self._documents(), number)
        if document is not None:
            self.sights.append((document.organization_id, document.id, document.cycle))
            for _ in range(1 + number % 3):
                self._clicks(*self.sights[-1])

    def retries_late(self, number: int) -> None:
        """Click once more on a page that was opened long ago."""
        if self.sights:
            self._clicks(*self.sights[number % len(self.sights)])

    def _clicks(self, organization_id: OrganizationId, document_id: DocumentId, cycle: int) -> None:
        actor = self.actor(organization_id)
        self._asks("retry", lambda: self.mentorfy.retry(actor, document_id, cycle), (document_id, cycle))

    def removes(self, number: int) -> None:
        document = self._pick(self._documents(), number)
        if document is not None:
            self.removed[number] = document
        self._each(number, "remove", lambda actor, document_id: self.mentorfy.remove(actor, document_id))

    def restores_it(self, number: int) -> None:
        """Take a removal back in the last moment."""
        if (document := self.removed.get(number)) is not None:
            actor, document_id = self.actor(document.organization_id), document.id
            self._asks("restore", lambda: self.mentorfy.restore(actor, document_id))

    def restores(self, number: int) -> None:
        removed = [one for one in self._documents() if one.deleted_at is not None]
        document = self._pick(removed or self._documents(), number)
        if document is not None:
            actor, document_id = self.actor(document.organization_id), document.id
            self._asks("restore", lambda: self.mentorfy.restore(actor, document_id))

    def relearns(self, number: int) -> None:
        if number % 3:
            self.setting.text.recipe = f"lines/{number % 2 + 1}"
        self._each(number, "relearn", lambda actor, document_id: self._relearn(actor.organization_id, document_id))

    def relearns_it(self, number: int) -> None:
        """Have it learned anew, by the other recipe."""
        if document := self._chosen(number):
            self.setting.text.recipe = "lines/1" if self.setting.text.recipe == "lines/2" else "lines/2"
            self._asks("relearn", lambda: self._relearn(document.organization_id, document.id))

    async def _relearn(self, organization_id: OrganizationId, document_id: DocumentId) -> None:
        event = RelearnRequested(recipe=self.setting.text.recipe)
        await Change(self.mentorfy.ports, self.mentorfy.retries)(organization_id, document_id, lambda _: event)

    def pauses(self, number: int) -> None:
        organization_id = self._organization(number)
        scopes = (
            Scope.of_organization(organization_id),
            Scope.of_connection(organization_id, SOURCE),
            Scope.of_provider(KNOWLEDGE),
            EVERYTHING,
        )
        self._pauses(organization_id, scopes[number % len(scopes)], number)

    def pauses_learning(self, number: int) -> None:
        self._pauses(self._organization(number), Scope.of_provider(KNOWLEDGE), number)

    def _pauses(self, organization_id: OrganizationId, scope: Scope, number: int) -> None:
        actor, lasts = self.actor(organization_id), timedelta(minutes=number % 30 + 1) if number % 3 else None
        self._asks("pause", lambda: self.mentorfy.pauses.pause(actor, scope, lasts=lasts, at_the_machine=True))

    def resumes(self, number: int) -> None:
        standing = [one.scope for one in self.setting.tables.pauses.values() if one.stands(self._world.now())]
        if standing:
            self._resumes(standing[number % len(standing)])

    def resumes_everything(self) -> None:
        """Look at the page, and press every button on it."""
        for pause in [*self.setting.tables.pauses.values()]:
            if pause.stands(self._world.now()):
                self._resumes(pause.scope)

    def _resumes(self, scope: Scope) -> None:
        actor = self.actor(scope.organization_id or self.setting.organizations[0])
        self._asks("resume", lambda: self.mentorfy.pauses.resume(actor, scope, at_the_machine=True))

    def _each(self, number: int, name: str, ask: Callable[[Actor, DocumentId], Awaitable[object]]) -> None:
        document = self._pick(self._documents(), number)
        if document is not None:
            actor, document_id = self.actor(document.organization_id), document.id
            self._asks(name, lambda: ask(actor, document_id))

    def _asks(
        self, name: str, ask: Callable[[], Awaitable[object]], sight: tuple[DocumentId, int] | None = None
    ) -> None:
        """Let a page ask, in the web process if it lives; a person whose page shows no answer sees an error."""
        node = next((one for one in self.processes.nodes if one.name.startswith("web") and one.alive), None)
        context = Context()
        context.run(NODE.set, node)
        context.run(SIGHT.set, sight)
        self._world.loop.create_task(self._request(name, ask), context=context)

    async def _request(self, name: str, ask: Callable[[], Awaitable[object]]) -> None:
        try:
            await ask()
            self._world.counts[f"{name} heard"] += 1
        except CallerError as error:
            self._world.counts[f"refused {name}: {error}"] += 1
        except StoreUnavailable:
            self._world.counts[f"{name} unanswered"] += 1

    def actor(self, organization_id: OrganizationId) -> Actor:
        """Return an organisation's owner."""
        return Actor(MEMBER, organization_id, Role.OWNER)

    def _documents(self) -> list[Document]:
        return [*self.setting.tables.documents.values()]

    def _pick(self, documents: Sequence[Document], number: int) -> Document | None:
        return documents[number % len(documents)] if documents else None
