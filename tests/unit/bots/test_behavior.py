import pytest
from hypothesis import given

from mentorfy_core.bots.behavior import Behavior, Creativity, ResponseLength
from mentorfy_core.bots.prompt import compile_prompt
from mentorfy_core.bots.search import SIMILARITY_THRESHOLD, TEMPERATURE, search_params
from mentorfy_core.testing import strategies as domain


@given(behavior=domain.behaviors())
def test_the_owners_words_appear_verbatim_once_and_in_order(behavior: Behavior) -> None:
    prompt = compile_prompt(behavior)
    position = 0
    for words in (behavior.purpose, *behavior.custom_instructions, behavior.speaking_style):
        if words.strip():
            found = prompt.find(words, position)
            assert found >= 0
            position = found + len(words)


@given(behavior=domain.behaviors())
def test_empty_sections_vanish(behavior: Behavior) -> None:
    prompt = compile_prompt(behavior)
    assert ("## Speaking Style\n" in prompt) >= bool(behavior.speaking_style.strip())
    if not any(each.strip() for each in (behavior.purpose, *behavior.custom_instructions, behavior.speaking_style)):
        assert prompt.count("##") == 1


def test_custom_length_is_the_operators_sentence() -> None:
    behavior = Behavior(response_length=ResponseLength.CUSTOM, custom_length="Exactly {n} haiku")
    assert "- Response Length: Exactly {n} haiku" in compile_prompt(behavior)


@pytest.mark.parametrize(
    ("length", "depth", "results"),
    [
        (ResponseLength.CONCISE, 2, 5),
        (ResponseLength.INTELLIGENT, 3, 5),
        (ResponseLength.EXPLANATORY, 5, 10),
        (ResponseLength.CUSTOM, 3, 5),
    ],
)
def test_length_decides_depth_and_results(length: ResponseLength, depth: int, results: int) -> None:
    params = search_params(Behavior(response_length=length, custom_length="short"))
    assert (params.search_depth, params.max_results) == (depth, results)


def test_stricter_bots_demand_closer_matches_and_speak_cooler() -> None:
    order = [Creativity.STRICT, Creativity.ADAPTIVE, Creativity.CREATIVE]
    thresholds = [search_params(Behavior(creativity=each)).similarity_threshold for each in order]
    assert thresholds == sorted(SIMILARITY_THRESHOLD.values(), reverse=True)
    assert [TEMPERATURE[each] for each in order] == [0.3, 0.6, 0.9]
