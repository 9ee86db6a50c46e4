from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentorfy_core.bots.behavior import Behavior, ResponseLength
from mentorfy_core.bots.model import draft_of
from mentorfy_core.bots.settings import (
    LONGEST,
    LONGEST_INSTRUCTION,
    MOST_INSTRUCTIONS,
    TITLES,
    changes,
    excessive,
    missing,
    plain,
    problems,
    publishable,
    storable,
)
from mentorfy_core.errors import InvalidInput
from mentorfy_core.testing import strategies as domain
from mentorfy_core.testing.samples import UNSTORABLE_TEXT, a_bot, an_organization_id

CUSTOM = Behavior(response_length=ResponseLength.CUSTOM)


@pytest.mark.parametrize(
    ("name", "behavior", "setting"),
    [
        ("  ", Behavior(), "name"),
        ("Ada", CUSTOM, "custom_length"),
        ("Ada", replace(CUSTOM, custom_length=" \n"), "custom_length"),
        ("Ada", Behavior(no_answer="  "), "no_answer"),
    ],
)
def test_what_a_bot_lacks_is_said_of_its_setting(name: str, behavior: Behavior, setting: str) -> None:
    assert list(missing(name, behavior)) == [setting] == list(problems(name, behavior))


def test_a_bot_with_holes_cannot_be() -> None:
    bot = a_bot(an_organization_id())
    with pytest.raises(InvalidInput, match="needs a description of the length"):
        replace(bot, behavior=CUSTOM)
    with pytest.raises(InvalidInput, match="needs a name"):
        replace(bot, name=" ")


def test_a_draft_may_have_holes() -> None:
    draft = draft_of(a_bot(an_organization_id()))
    assert replace(draft, name="", behavior=CUSTOM).behavior == CUSTOM
    assert not draft.is_begun


@pytest.mark.parametrize("setting", LONGEST)
def test_texts_may_be_so_long_and_no_longer(setting: str) -> None:
    longest = "x" * LONGEST[setting]
    assert excessive(*_with(setting, longest)) == {}
    (sentence,) = excessive(*_with(setting, longest + "x")).values()
    assert sentence.startswith(f"{TITLES[setting]}: at most {LONGEST[setting]:,} characters")


def test_so_many_instructions_and_no_more() -> None:
    assert excessive("Ada", Behavior(custom_instructions=("x",) * MOST_INSTRUCTIONS)) == {}
    hundred = Behavior(custom_instructions=("x" * (LONGEST_INSTRUCTION + 1),) * 100)
    assert excessive("Ada", hundred) == {"custom_instructions": "At most 50 custom instructions; these are 100."}


def test_one_instruction_may_be_so_long_and_no_longer() -> None:
    assert excessive("Ada", Behavior(custom_instructions=("x" * LONGEST_INSTRUCTION,))) == {}
    found = excessive("Ada", Behavior(custom_instructions=("x" * (LONGEST_INSTRUCTION + 1), "y")))
    assert "the longest has 2,001" in found["custom_instructions"]


def test_problems_come_in_the_settings_order() -> None:
    found = problems("", Behavior(no_answer="", purpose="x" * 9000, greeting="x" * 9000))
    assert list(found) == ["name", "purpose", "no_answer", "greeting"]


@given(behavior=domain.behaviors(), other=domain.behaviors())
def test_no_change_is_hidden_and_none_invented(behavior: Behavior, other: Behavior) -> None:
    assert changes(("Ada", behavior), ("Ada", behavior)) == []
    assert bool(changes(("Ada", behavior), ("Ada", other))) == (behavior != other)


def test_a_change_has_a_title_and_both_texts() -> None:
    (change,) = changes(("Ada", Behavior()), ("Grace", Behavior()))
    assert (change.title, change.before, change.after) == ("Name", "Ada", "Grace")


@given(behavior=domain.behaviors())
def test_storing_and_publishing_twice_is_storing_and_publishing_once(behavior: Behavior) -> None:
    once = publishable(storable(behavior))
    assert publishable(storable(once)) == once


@given(text=st.text())
def test_plain_text_has_one_kind_of_line_end_and_nothing_unstorable(text: str) -> None:
    kept = plain(text)
    assert "\r" not in kept
    assert "\x00" not in kept
    assert kept.encode().decode() == kept


def test_what_no_store_holds_is_left_out() -> None:
    kept = storable(Behavior(purpose=UNSTORABLE_TEXT, custom_instructions=("a\r\nb", UNSTORABLE_TEXT)))
    assert kept.purpose == "nul  and a lone surrogate  here"
    assert kept.custom_instructions == ("a\nb", kept.purpose)


def test_blank_instructions_are_not_published() -> None:
    behavior = Behavior(custom_instructions=("One.", " \n", "", "Two."))
    assert publishable(behavior).custom_instructions == ("One.", "Two.")


def test_a_bot_is_offered_until_it_is_hidden() -> None:
    bot = a_bot(an_organization_id())
    assert bot.is_offered
    assert not replace(bot, hidden_since=bot.created_at).is_offered


def _with(setting: str, text: str) -> tuple[str, Behavior]:
    if setting == "name":
        return text, Behavior()
    changed: dict[str, str] = {setting: text}
    return "Ada", replace(Behavior(), **changed)  # type: ignore[arg-type]
