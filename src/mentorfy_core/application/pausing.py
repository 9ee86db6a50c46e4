"""Stopping work and letting it go on, by people."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from mentorfy_core.errors import Forbidden, InvalidInput, NotFound, clean
from mentorfy_core.ids import MemberId
from mentorfy_core.pauses import KNOWLEDGE, STORAGE, Breaker, Pause, Reach, Scope
from mentorfy_core.pauses.breaker import State
from mentorfy_core.pauses.words import outage_in_words, pause_in_words, scope_in_words
from mentorfy_core.people import Actor, require_operator
from mentorfy_core.people.audits import Act, Action, audit
from mentorfy_core.ports import Ports

BY_HAND: Final = "Somebody paused it by hand."
LONGEST: Final = timedelta(days=366)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """Something that stops work, as an organisation's people see it.

    Attributes:
        sentence: What is stopped, why and until when.
        by: Which member paused it, if one did.
        until: When it ends by itself, where that is known.
        is_pause: Otherwise an outage.
        can_resume: Whether they may end it. An outage ends by itself, and what the operator of the machine paused for
            everybody is theirs.
    """

    scope: Scope
    sentence: str
    since: datetime
    by: MemberId | None = None
    until: datetime | None = None
    is_pause: bool = False
    can_resume: bool = False


@dataclass(frozen=True, slots=True)
class Pauses:
    """Pause and resume work, and see what stops it."""

    ports: Ports

    async def shown(self, actor: Actor) -> Sequence[Stop]:
        """Return what stops the organisation's work now, the oldest first.

        Raises:
            Forbidden: The actor is a member.
        """
        require_operator(actor)
        read = await self.ports.pauses.of(actor.organization_id)
        labels = {name: source.label for name, source in self.ports.sources.items()}
        stops = [_paused(one, labels, read.at) for one in read.value.pauses]
        stops += [_down(one, labels, read.at) for one in read.value.breakers if one.state is State.OPEN]
        return sorted(stops, key=lambda one: one.since)

    async def pause(
        self,
        actor: Actor,
        scope: Scope,
        *,
        reason: str = "",
        lasts: timedelta | None = None,
        at_the_machine: bool = False,
    ) -> Pause:
        """Have work left alone from now on; what is being worked on is finished. Takes the place of any other pause.

        Args:
            actor: Who asks.
            scope: What of.
            reason: Why, for people.
            lasts: For how long; otherwise until somebody resumes it.
            at_the_machine: Whoever asks operates the installation: never said for a browser. Only they pause what
                concerns everybody.

        Raises:
            Forbidden: The actor is a member, or it concerns everybody.
            NotFound: It is another organisation's, or there is no such source or provider.
            InvalidInput: The time makes no sense.
        """
        self._require_mine(actor, scope, at_the_machine=at_the_machine)
        self._require_known(scope)
        if lasts is not None and not timedelta() < lasts <= LONGEST:
            raise InvalidInput("A pause lasts some minutes, at most a year.", field="minutes")
        now = (await self.ports.pauses.of(actor.organization_id)).at
        return await self.ports.pauses.put(
            Pause(
                scope=scope,
                sentence=clean(reason).strip() or BY_HAND,
                since=now,
                by=None if at_the_machine else actor.member_id,
                until=None if lasts is None else now + lasts,
            ),
            _act(actor, Action.PAUSED, scope, at_the_machine=at_the_machine),
        )

    async def resume(self, actor: Actor, scope: Scope, *, at_the_machine: bool = False) -> Pause:
        """Let work go on: all of it, within seconds.

        What the machine noticed about a provider, any operator may try again: at worst it is noticed again.

        Raises:
            Forbidden: The actor is a member, or the operator of the machine paused it for everybody.
            NotFound: It is another organisation's, or not paused.
        """
        require_operator(actor)
        standing = (await self.ports.pauses.of(actor.organization_id)).value.pauses
        if not any(one.scope == scope and _is_noticed(one) for one in standing):
            self._require_mine(actor, scope, at_the_machine=at_the_machine)
        lifted = await self.ports.pauses.lift(scope, _act(actor, Action.RESUMED, scope, at_the_machine=at_the_machine))
        await self.ports.bell.ring()
        return lifted

    def _require_mine(self, actor: Actor, scope: Scope, *, at_the_machine: bool) -> None:
        require_operator(actor)
        if scope.organization_id not in {None, actor.organization_id}:
            raise NotFound("nothing is paused here")
        if scope.organization_id is None and not at_the_machine:
            raise Forbidden("That concerns everybody: only the operator of this installation may do it.")

    def _require_known(self, scope: Scope) -> None:
        known = {*self.ports.sources} | ({STORAGE, KNOWLEDGE} if scope.reach is Reach.PROVIDER else set())
        if scope.reach in {Reach.CONNECTION, Reach.PROVIDER} and scope.name not in known:
            raise NotFound(f"There is nothing called “{scope.name}” to pause.")


def _is_noticed(pause: Pause) -> bool:
    return pause.kind is not None


def _paused(pause: Pause, labels: Mapping[str, str], now: datetime) -> Stop:
    return Stop(
        scope=pause.scope,
        sentence=pause_in_words(pause, labels, now),
        since=pause.since,
        by=pause.by,
        until=pause.until,
        is_pause=True,
        can_resume=pause.scope.organization_id is not None or _is_noticed(pause),
    )


def _down(breaker: Breaker, labels: Mapping[str, str], now: datetime) -> Stop:
    sentence = outage_in_words(breaker, labels, now)
    return Stop(scope=breaker.scope, sentence=sentence, since=breaker.opened_at or now)


def _act(actor: Actor, action: Action, scope: Scope, *, at_the_machine: bool) -> Act:
    said = audit(actor, action, scope_in_words(scope))
    return (
        Act(organization_id=said.organization_id, member_id=None, action=action, subject=said.subject)
        if at_the_machine
        else said
    )
