"""Every embedder that needs no server."""

import asyncio
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from mentorfy_core.errors import PortError
from mentorfy_core.ids import OrganizationId
from mentorfy_core.ports.knowledge import Embedder
from mentorfy_core.testing.contracts.knowledge import EmbedderContract, cosine
from mentorfy_core.testing.samples import an_organization_id
from mentorfy_local import minilm
from mentorfy_local.hash_embedder import HashEmbedder
from mentorfy_local.minilm import MiniLM
from mentorfy_local.wordpiece import WordPiece


class TestHashEmbedder(EmbedderContract):
    @pytest.fixture
    def embedder(self) -> Embedder:
        return HashEmbedder()


MINILM = MiniLM()


class TestMiniLM(EmbedderContract):
    @pytest.fixture
    def embedder(self) -> Embedder:
        return MINILM

    async def test_a_paraphrase_is_close(self, embedder: Embedder, ours: OrganizationId) -> None:
        asked, near, far = await embedder.embed(
            ours,
            [
                "How do I get my money back?",
                "Refunds are paid within two weeks of cancelling.",
                "The hull is stitched with wire.",
            ],
        )
        assert cosine(asked, near) > 0.3 > cosine(asked, far)

    async def test_vectors_are_those_of_the_published_model(self, embedder: Embedder, ours: OrganizationId) -> None:
        """Cosines as its reference implementation gives them, which computes GELU exactly."""
        texts = ["This is an example sentence", "Each sentence is converted", "Čau, 世界! " * 40]
        vectors = await embedder.embed(ours, texts)
        assert cosine(vectors[0], vectors[1]) == pytest.approx(0.40456, abs=2e-4)
        assert cosine(vectors[0], vectors[2]) == pytest.approx(0.04815, abs=2e-4)

    async def test_text_past_what_it_reads_changes_nothing(self, embedder: Embedder, ours: OrganizationId) -> None:
        one, other = await embedder.embed(ours, ["bread " * 300 + "and butter", "bread " * 300 + "or a hull"])
        assert one == other


async def test_who_goes_away_does_not_keep_others_waiting() -> None:
    ours = an_organization_id()
    alone = [(await MINILM.embed(ours, [f"Loaf {number}"]))[0] for number in range(40)]
    calls = [asyncio.create_task(MINILM.embed(ours, [f"Loaf {number}"])) for number in range(40)]
    await asyncio.sleep(0)
    for call in calls[::3]:
        call.cancel()
    for number, together in enumerate(await asyncio.gather(*calls, return_exceptions=True)):
        if number % 3:
            assert isinstance(together, list)
            assert cosine(together[0], alone[number]) > 0.9999
        else:
            assert isinstance(together, asyncio.CancelledError)


async def test_what_goes_wrong_with_many_is_told_to_each(monkeypatch: pytest.MonkeyPatch) -> None:
    embedder = MiniLM()
    await embedder.embed(an_organization_id(), ["Loaf"])
    assert embedder._model is not None

    def broken(_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(embedder, "_model", (embedder._model[0], broken))
    calls = (embedder.embed(an_organization_id(), [f"Loaf {number}"]) for number in range(5))
    outcomes = await asyncio.gather(*calls, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [MemoryError] * 5


async def test_missing_weights_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(minilm, "PACKAGE", "no_such_package")
    assert not MiniLM.is_installed()
    with pytest.raises(PortError, match="not installed"):
        await MiniLM().embed(an_organization_id(), ["bread"])


def test_the_weights_package_is_not_imported() -> None:
    asking = "from mentorfy_local.minilm import MiniLM; MiniLM.is_installed()"
    code = f"import sys; {asking}; print('{minilm.PACKAGE}' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=Path.cwd())
    assert run.stdout.strip() == "False"


VOCABULARY = "[UNK] [CLS] [SEP] bread ##s un ##bread , é e ! 世 界".split()


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("Bread, BREADS!", "bread , bread ##s !"),
        ("unbread", "un ##bread"),
        ("é\u0301 E", "e e"),
        ("世界", "世 界"),
        ("br\x00ead\tx", "bread [UNK]"),
        ("b" * 101, "[UNK]"),
        ("", ""),
        ("bread " * 20, "bread bread bread bread bread bread"),
    ],
)
def test_texts_are_cut_into_pieces_as_bert_does(text: str, tokens: str) -> None:
    numbers = WordPiece(VOCABULARY, longest=8).encode(text)
    assert named(numbers) == ["[CLS]", *tokens.split(), "[SEP]"]


def named(numbers: Sequence[int]) -> list[str]:
    return [VOCABULARY[number] for number in numbers]
