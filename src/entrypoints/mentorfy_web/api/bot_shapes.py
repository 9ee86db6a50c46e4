"""Bots, drafts, revisions and trials as JSON."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from mentorfy_core.application import Comparison, Preview, Revision, Trial
from mentorfy_core.bots.behavior import Behavior, Creativity, ResponseLength
from mentorfy_core.bots.model import Bot, Draft
from mentorfy_core.bots.settings import LONGEST, LONGEST_INSTRUCTION, MOST_INSTRUCTIONS
from mentorfy_web.api.chat_shapes import SourceShape, source_shape

Instruction = Annotated[str, Field(max_length=LONGEST_INSTRUCTION)]
Name = Annotated[str, Field(max_length=LONGEST["name"])]


@dataclass(frozen=True, slots=True, kw_only=True)
class BehaviorShape:
    """How a bot speaks and how far it may go.

    Attributes:
        custom_length: What "Custom" means; needed for the response length "Custom" only.
        no_answer: What it says instead of guessing; needed before it is published.
        greeting: What people read before their first question.
    """

    purpose: Annotated[str, Field(max_length=LONGEST["purpose"])] = ""
    custom_instructions: Annotated[tuple[Instruction, ...], Field(max_length=MOST_INSTRUCTIONS)] = ()
    speaking_style: Annotated[str, Field(max_length=LONGEST["speaking_style"])] = ""
    response_length: ResponseLength = ResponseLength.INTELLIGENT
    custom_length: Annotated[str, Field(max_length=LONGEST["custom_length"])] = ""
    creativity: Creativity = Creativity.ADAPTIVE
    no_answer: Annotated[str, Field(max_length=LONGEST["no_answer"])] = Behavior().no_answer
    greeting: Annotated[str, Field(max_length=LONGEST["greeting"])] = ""

    @property
    def behavior(self) -> Behavior:
        """The same in the core's words."""
        return Behavior(**_parts(self))


@dataclass(frozen=True, slots=True, kw_only=True)
class BotShape:
    """A bot as everybody sees it."""

    id: UUID
    name: str
    greeting: str
    offered: bool
    revision: int
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedShape:
    """A bot as operators see it, with its published behaviour."""

    bot: BotShape
    behavior: BehaviorShape
    published_by: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftShape:
    """What a bot's next revision may become.

    Attributes:
        version: Send it with whatever changes the draft: what others changed meanwhile is a 409.
        based_on: The revision it began from.
        saved_at: Absent where nobody has begun one: then it is what is published.
    """

    name: str
    behavior: BehaviorShape
    version: int
    based_on: int
    saved_by: UUID | None
    saved_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewShape:
    """What a behaviour comes to.

    Attributes:
        problems: What keeps it from being published: setting to sentence.
    """

    prompt: str
    temperature: float
    similarity_threshold: float
    search_depth: int
    max_results: int
    problems: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeShape:
    """A setting that differs."""

    setting: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RevisionShape:
    """A bot as it was at a revision, and what that changed."""

    revision: int
    name: str
    behavior: BehaviorShape
    published_by: UUID | None
    published_at: datetime
    changes: Sequence[ChangeShape]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialShape:
    """An answer that was kept nowhere.

    Attributes:
        passages: How many passages it could rest on.
    """

    answered: bool
    text: str
    passages: int
    citations: Sequence[SourceShape]


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparisonShape:
    """What the draft and the published behaviour answer."""

    draft: TrialShape
    published: TrialShape


def bot_shape(bot: Bot) -> BotShape:
    """Return a bot's JSON."""
    return BotShape(
        id=bot.id,
        name=bot.name,
        greeting=bot.behavior.greeting,
        offered=bot.is_offered,
        revision=bot.revision,
        created_at=bot.created_at,
        updated_at=bot.updated_at,
    )


def published_shape(bot: Bot) -> PublishedShape:
    """Return a bot's JSON with all its settings."""
    return PublishedShape(bot=bot_shape(bot), behavior=behavior_shape(bot.behavior), published_by=bot.published_by)


def behavior_shape(behavior: Behavior) -> BehaviorShape:
    """Return a behaviour's JSON."""
    return BehaviorShape(**_parts(behavior))


def draft_shape(draft: Draft) -> DraftShape:
    """Return a draft's JSON."""
    return DraftShape(
        name=draft.name,
        behavior=behavior_shape(draft.behavior),
        version=draft.version,
        based_on=draft.based_on,
        saved_by=draft.saved_by,
        saved_at=draft.saved_at,
    )


def preview_shape(preview: Preview) -> PreviewShape:
    """Return a preview's JSON."""
    return PreviewShape(
        prompt=preview.prompt,
        temperature=preview.temperature,
        similarity_threshold=preview.search.similarity_threshold,
        search_depth=preview.search.search_depth,
        max_results=preview.search.max_results,
        problems=preview.problems,
    )


def revision_shape(revision: Revision) -> RevisionShape:
    """Return a revision's JSON."""
    bot = revision.bot
    changes = [ChangeShape(setting=one.setting, before=one.before, after=one.after) for one in revision.changes]
    return RevisionShape(
        revision=bot.revision,
        name=bot.name,
        behavior=behavior_shape(bot.behavior),
        published_by=bot.published_by,
        published_at=bot.updated_at,
        changes=changes,
    )


def comparison_shape(comparison: Comparison) -> ComparisonShape:
    """Return two answers' JSON."""
    return ComparisonShape(draft=_trial(comparison.draft), published=_trial(comparison.published))


def _trial(trial: Trial) -> TrialShape:
    return TrialShape(
        answered=trial.answered,
        text=trial.text,
        passages=len(trial.evidence),
        citations=[source_shape(quote, place) for place, quote in enumerate(trial.quotes, 1)],
    )


def _parts(behavior: Behavior | BehaviorShape) -> dict[str, Any]:
    return {field.name: getattr(behavior, field.name) for field in fields(Behavior)}
