from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentorfy_core.ids import OrganizationId
from mentorfy_core.imports.choices import beside, decided
from mentorfy_core.imports.grants import EVERYBODY, folders_for
from mentorfy_core.imports.model import IMPORTED, Choice, Entry, Verdict
from mentorfy_core.people import Organization
from mentorfy_core.testing.strategies import NOW

OUT = Choice(left_out=True)
BOTH = Choice(keep_both=True)


def entry(verdict: Verdict, index: int = 0) -> Entry:
    return Entry(index=index, verdict=verdict, display_path=("a.md",))


@pytest.mark.parametrize("verdict", Verdict)
def test_only_what_would_be_imported_can_be_left_out(verdict: Verdict) -> None:
    changed = decided([entry(verdict)], {0: OUT})
    assert changed == ([replace(entry(verdict), left_out=True)] if verdict in IMPORTED else [])


@pytest.mark.parametrize("verdict", Verdict)
def test_only_a_changed_file_has_another_to_be_kept_beside(verdict: Verdict) -> None:
    changed = decided([entry(verdict)], {0: BOTH})
    assert changed == ([replace(entry(verdict), keep_both=True)] if verdict is Verdict.CHANGED else [])


@given(st.lists(st.sampled_from(Verdict), max_size=9), st.dictionaries(st.integers(0, 12), st.builds(Choice)))
def test_choices_can_be_taken_back_and_touch_nothing_else(verdicts: list[Verdict], choices: dict[int, Choice]) -> None:
    plan = [entry(verdict, index) for index, verdict in enumerate(verdicts)]
    changed = {each.index: each for each in decided(plan, choices)}
    assert set(changed) <= set(choices)
    assert decided(changed.values(), choices) == []
    assert decided(changed.values(), dict.fromkeys(choices, Choice())) == [plan[index] for index in changed]


@given(st.text(min_size=1), st.integers(2, 99))
def test_a_file_beside_another_has_another_name_in_the_same_folder(external_id: str, number: int) -> None:
    other = beside(external_id, number)
    assert other != external_id
    assert other.rpartition("/")[0] == external_id.rpartition("/")[0]


def organization(number: int, name: str) -> Organization:
    return Organization(id=OrganizationId(UUID(int=number)), name=name, created_at=NOW)


def test_folders_are_allowed_to_everybody_or_by_id_or_by_name() -> None:
    ann, bob = organization(1, "Ann"), organization(2, "Bob")
    grants = {EVERYBODY: ["/all"], "Ann": ["/ann", "/all"], str(bob.id): ["/bob"], "Nobody": ["/none"]}
    assert folders_for(ann, [ann, bob], grants) == ("/all", "/ann")
    assert folders_for(bob, [ann, bob], grants) == ("/all", "/bob")


def test_taking_anothers_name_or_id_as_a_name_opens_no_folder() -> None:
    ann, thief, odd = organization(1, "Ann"), organization(2, "Ann"), organization(3, str(UUID(int=1)))
    grants = {"Ann": ["/ann"], str(ann.id): ["/of ann's id"]}
    everyone = [ann, thief, odd]
    assert folders_for(thief, everyone, grants) == ()
    assert folders_for(odd, everyone, grants) == ()
    assert folders_for(ann, everyone, grants) == ("/of ann's id",)
    assert folders_for(organization(4, ""), everyone, {EVERYBODY: ["/all"]}) == ("/all",)
