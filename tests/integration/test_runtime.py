from __future__ import annotations

from random import Random

import pytest

from mentorfy_core.ports import NewId, Randomness
from mentorfy_core.testing.contracts.runtime import NewIdContract, RandomnessContract
from mentorfy_local.runtime import SystemRandomness, random_id


class TestRandomId(NewIdContract):
    @pytest.fixture
    def new_id(self) -> NewId:
        return random_id


class TestSystemRandomness(RandomnessContract):
    @pytest.fixture
    def randomness(self) -> Randomness:
        return SystemRandomness()


class TestSeededRandomness(RandomnessContract):
    @pytest.fixture
    def randomness(self) -> Randomness:
        return SystemRandomness(Random(1))


def test_a_seed_repeats_itself() -> None:
    one, other = SystemRandomness(Random(7)), SystemRandomness(Random(7))
    assert [one.fraction() for _ in range(9)] == [other.fraction() for _ in range(9)]
