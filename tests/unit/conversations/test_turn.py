from dataclasses import replace
from uuid import UUID

import pytest

from mentorfy_core.conversations.model import Message, Speaker
from mentorfy_core.conversations.turn import (
    HISTORY_CHARACTERS,
    HISTORY_TURNS,
    MAX_TITLE,
    TITLE_LENGTH,
    checked_title,
    recent,
    rendered,
    search_question,
    title_of,
)
from mentorfy_core.errors import InvalidInput
from mentorfy_core.ids import ConversationId, MessageId, OrganizationId
from mentorfy_core.testing.strategies import NOW
from tests.unit.conversations.test_citations import LOAF


def said(text: str, speaker: Speaker = Speaker.PERSON) -> Message:
    return Message(
        id=MessageId(UUID(int=1)),
        organization_id=OrganizationId(UUID(int=2)),
        conversation_id=ConversationId(UUID(int=3)),
        seq=1,
        speaker=speaker,
        text=text,
        created_at=NOW,
    )


def test_a_question_that_says_little_leans_on_the_one_before() -> None:
    earlier = [said("How long does the sourdough bread prove?"), said("Twelve hours.", Speaker.BOT)]
    assert search_question("And the rye?", earlier).startswith("How long does the sourdough")
    whole = "How hot must the stone oven be for rye loaves?"
    assert search_question(whole, earlier) == whole


def test_a_title_is_one_line_of_sixty_characters() -> None:
    assert len(title_of("word " * 50)) == TITLE_LENGTH


def test_a_model_is_sent_the_last_turns_that_fit() -> None:
    many = [replace(said(str(number)), seq=number) for number in range(40)]
    assert [message.text for message in recent(many)] == [str(n) for n in range(40 - 2 * HISTORY_TURNS, 40)]
    long = [said("first"), said("x" * HISTORY_CHARACTERS), said("last")]
    assert [message.text for message in recent(long)] == ["last"]


def test_evidence_is_data_in_marked_blocks() -> None:
    assert rendered([LOAF]) == f"<passage number=1>\n{LOAF.text}\n</passage>"


def test_a_title_that_a_person_gives_is_one_line_too() -> None:
    assert checked_title(" Bread\n and\x00 butter ") == "Bread and butter"


@pytest.mark.parametrize("title", ["", " \n", "\x00", "x" * (MAX_TITLE + 1)])
def test_titles_must_be_titles(title: str) -> None:
    with pytest.raises(InvalidInput):
        checked_title(title)
