from itertools import chain, product

import pytest

from mentorfy_core.conversations.model import MessageStatus
from mentorfy_core.conversations.oversight import FATES, OUTCOMES, Fate, Outcome, Unanswered, fate, gaps, outcome
from mentorfy_core.ids import BotId, MemberId
from mentorfy_core.testing.samples import a_conversation, a_turn, an_organization_id, new_id


@pytest.mark.parametrize(
    ("status", "answered", "stopped", "expected"),
    [
        (MessageStatus.STREAMING, True, False, None),
        (MessageStatus.COMPLETE, True, False, Fate.ANSWERED),
        (MessageStatus.COMPLETE, False, False, Fate.NO_EVIDENCE),
        (MessageStatus.ABORTED, True, True, Fate.ANSWERED),
        (MessageStatus.ABORTED, True, False, Fate.FAILED),
        (MessageStatus.FAILED, True, True, Fate.FAILED),
    ],
)
def test_an_answer_has_one_fate(status: MessageStatus, answered: bool, stopped: bool, expected: Fate | None) -> None:
    assert fate(status, answered=answered, stopped=stopped) is expected


def test_the_tables_hold_each_combination_once() -> None:
    ended = list(product(set(MessageStatus) - {MessageStatus.STREAMING}, (False, True), (False, True)))
    assert sorted(chain(*FATES.values())) == sorted(ended)
    assert sorted(chain(*OUTCOMES.values())) == sorted(product((False, True), repeat=len(Fate)))


def test_a_conversation_without_an_answer_is_open() -> None:
    assert outcome([]) is Outcome.OPEN


def test_equal_questions_are_one_gap_and_the_latest_comes_first() -> None:
    asked = [_unanswered(text) for text in ("Why?", "When does it  rise", "why", "WHY?!", "?")]
    found = gaps(asked)
    assert [[one.question.text for one in gap.asked] for gap in found] == [
        ["Why?", "why", "WHY?!"],
        ["When does it  rise"],
        ["?"],
    ]
    assert found[0].latest is asked[0]


def _unanswered(text: str) -> Unanswered:
    conversation = a_conversation(an_organization_id(), MemberId(new_id()))
    question = a_turn(conversation, text).question
    return Unanswered(question=question, member_id=conversation.member_id, bot_id=BotId(new_id()))
