"""What every ``Embedder`` and every ``KnowledgeBase`` does."""

import asyncio
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import log1p, sqrt
from typing import Final

import pytest

from mentorfy_core.bots.search import SearchParams
from mentorfy_core.ids import DocumentId, GenerationId, OrganizationId
from mentorfy_core.knowledge.model import Chunk, Evidence, EvidenceKind, LiveSet, Locator
from mentorfy_core.ports.knowledge import Embedder, KnowledgeBase
from mentorfy_core.testing.samples import ODD_TEXT, UNSTORABLE_TEXT, an_organization_id, new_id

ANYTHING: Final = SearchParams(search_depth=1, similarity_threshold=0.0, max_results=50)

BREAD: Final = (
    "Sourdough rises slowly because wild yeast is slow.",
    "Knead the dough until it stretches like a window.",
    "Bake the loaf in a very hot oven with steam.",
    "Cool the loaf on a rack before you cut it.",
)
BOATS: Final = (
    "Stitch the plywood panels of the hull with copper wire.",
    "Fair the hull with epoxy and a long board.",
)
HOSTILE: Final = (
    '"sourdough',
    "sourdough*",
    "sourdough AND NOT yeast OR (NEAR",
    "text: sourdough ^rises {a b} -c +d",
    "'; DROP TABLE passage; --",
    "sourdough \x00 yeast",
    "sourdough \udc80",
    "\N{BREAD} sourdough \N{BREAD}",
    "why " * 300 + "sourdough",
    " ".join(f"word{number}" for number in range(300)) + " sourdough",
    "sourdough" * 500,
    ODD_TEXT,
    UNSTORABLE_TEXT,
)
NO_WORDS: Final = ("", " \n\t ", "?!", "\N{BREAD}", "\x00")


def chunks(texts: Sequence[str]) -> list[Chunk]:
    """Return the passages of a document that consists of these texts."""
    found: list[Chunk] = []
    for index, text in enumerate(texts):
        start = found[-1].end if found else 0
        found.append(Chunk(index=index, text=text, start=start, end=start + len(text)))
    return found


async def learned(knowledge: KnowledgeBase, organization_id: OrganizationId, passages: Sequence[Chunk]) -> GenerationId:
    """Let a knowledge base learn a document and return its generation."""
    generation = GenerationId(new_id())
    results = await knowledge.understand(organization_id, passages)
    await knowledge.write(organization_id, generation, {result.chunk.index: result for result in results})
    return generation


def showing(*generations: GenerationId, revision: int = 1) -> LiveSet:
    """Return a set of generations, each standing for one document."""
    return LiveSet(revision, {generation: (DocumentId(new_id()),) for generation in generations})


def texts_of(evidence: Sequence[Evidence]) -> list[str]:
    """Return the texts, best first."""
    return [one.text for one in evidence]


class EmbedderContract:
    """Subclass it, and override ``embedder``."""

    @pytest.fixture
    def embedder(self) -> Embedder:
        """Return the embedder."""
        raise NotImplementedError

    @pytest.fixture
    def ours(self) -> OrganizationId:
        """For whom."""
        return an_organization_id()

    async def test_vectors_have_unit_length(self, embedder: Embedder, ours: OrganizationId) -> None:
        """As little-endian float32, whatever the text."""
        vectors = await embedder.embed(ours, ["bread", "", " ", ODD_TEXT, UNSTORABLE_TEXT, "bread " * 3000])
        assert len({len(vector) for vector in vectors}) == 1
        assert [sqrt(sum(x * x for x in floats(vector))) for vector in vectors] == pytest.approx([1.0] * 6, abs=1e-3)

    async def test_nothing_gives_nothing(self, embedder: Embedder, ours: OrganizationId) -> None:
        """And costs nothing."""
        assert list(await embedder.embed(ours, [])) == []

    async def test_vectors_come_in_the_order_of_the_texts(self, embedder: Embedder, ours: OrganizationId) -> None:
        """However the work is cut up: a text's vector does not depend on its company."""
        texts = [f"{BREAD[number % 4]} {'And so on. ' * (number % 7)}" for number in range(40)]
        together = await embedder.embed(ours, texts)
        for text, vector in list(zip(texts, together, strict=True))[::13]:
            [alone] = await embedder.embed(ours, [text])
            assert cosine(alone, vector) == pytest.approx(1.0, abs=1e-4)

    async def test_related_texts_are_closer(self, embedder: Embedder, ours: OrganizationId) -> None:
        """That is what vectors are for."""
        asked, near, far = await embedder.embed(ours, ["Why does sourdough rise slowly?", BREAD[0], BOATS[0]])
        assert cosine(asked, near) > cosine(asked, far)

    async def test_thresholds_translate_the_products(self, embedder: Embedder) -> None:
        """Each of them, in order, within the scale."""
        own = [embedder.thresholds[product] for product in (0.65, 0.75, 0.85)]
        assert 0 < own[0] < own[1] < own[2] < 1

    async def test_the_recipe_has_a_name(self, embedder: Embedder) -> None:
        """It tells vectors of one embedder from another's."""
        assert embedder.recipe.strip()

    async def test_at_once_is_as_one_by_one(self, embedder: Embedder, ours: OrganizationId) -> None:
        """Calls do not disturb each other."""
        first, second = await asyncio.gather(embedder.embed(ours, [BREAD[0]]), embedder.embed(ours, [BREAD[0]]))
        assert cosine(first[0], second[0]) == pytest.approx(1.0, abs=1e-4)


def floats(vector: bytes) -> Sequence[float]:
    """Return the numbers of a vector (on a little-endian machine)."""
    numbers = array("f")
    numbers.frombytes(vector)
    return numbers


def cosine(one: bytes, other: bytes) -> float:
    """Return the cosine of two unit-length vectors."""
    return sum(a * b for a, b in zip(floats(one), floats(other), strict=True))


class KnowledgeBaseContract:
    """Subclass it, and override ``knowledge`` with an open, empty one that finds passages by words at least."""

    @pytest.fixture
    def knowledge(self) -> KnowledgeBase:
        """Return the knowledge base."""
        raise NotImplementedError

    @pytest.fixture
    def ours(self) -> OrganizationId:
        """Whose knowledge this is."""
        return an_organization_id()

    @pytest.fixture
    def theirs(self) -> OrganizationId:
        """Somebody else."""
        return an_organization_id()

    async def test_the_recipe_has_a_name(self, knowledge: KnowledgeBase) -> None:
        """Another one means: learn again."""
        assert knowledge.recipe.strip()

    async def test_what_is_counted_has_a_price(self, knowledge: KnowledgeBase) -> None:
        """And belongs to somebody; more costs more, or as much."""
        if knowledge.meter is not None:
            one, all_ = (knowledge.meter.price(some) for some in (chunks(BREAD[:1]), chunks(BREAD)))
            assert knowledge.meter.provider
            assert (1 <= one.requests <= all_.requests, one.tokens <= all_.tokens) == (True, True)

    async def test_understanding_returns_one_result_per_chunk(
        self, knowledge: KnowledgeBase, ours: OrganizationId
    ) -> None:
        """In order, about that chunk, and nothing is written."""
        results = await knowledge.understand(ours, chunks(BREAD))
        assert [result.chunk for result in results] == chunks(BREAD)
        assert await knowledge.generations(ours) == frozenset()

    async def test_understanding_nothing_gives_nothing(self, knowledge: KnowledgeBase, ours: OrganizationId) -> None:
        """A batch may be empty."""
        assert list(await knowledge.understand(ours, [])) == []

    async def test_understanding_depends_on_the_chunk_alone(
        self, knowledge: KnowledgeBase, ours: OrganizationId, theirs: OrganizationId
    ) -> None:
        """Not on its company, its place or who asks."""
        [alone] = await knowledge.understand(theirs, chunks(BREAD)[2:3])
        among = (await knowledge.understand(ours, chunks(BREAD)))[2]
        assert len(alone.vector) == len(among.vector)
        assert not alone.vector or cosine(alone.vector, among.vector) == pytest.approx(1.0, abs=1e-4)

    async def test_what_was_written_is_listed(self, knowledge: KnowledgeBase, ours: OrganizationId) -> None:
        """Index by index, generation by generation."""
        generation = GenerationId(new_id())
        results = await knowledge.understand(ours, chunks(BREAD))
        await knowledge.write(ours, generation, {0: results[0], 2: results[2]})
        assert await knowledge.written(ours, generation) == {0, 2}
        other = await learned(knowledge, ours, chunks(BOATS))
        assert await knowledge.generations(ours) == {generation, other}

    async def test_nothing_is_listed_before(self, knowledge: KnowledgeBase, ours: OrganizationId) -> None:
        """An unknown generation has no indexes."""
        assert await knowledge.written(ours, GenerationId(new_id())) == frozenset()
        assert await knowledge.generations(ours) == frozenset()

    async def test_writing_nothing_is_nothing(self, knowledge: KnowledgeBase, ours: OrganizationId) -> None:
        """No generation comes of it."""
        await knowledge.write(ours, GenerationId(new_id()), {})
        assert await knowledge.generations(ours) == frozenset()

    async def test_writing_again_changes_nothing(self, knowledge: KnowledgeBase, ours: OrganizationId) -> None:
        """By anybody, in any order, all of it or some."""
        generation = await learned(knowledge, ours, chunks(BREAD))
        results = await knowledge.understand(ours, chunks(BREAD))
        await knowledge.write(ours, generation, {index: results[index] for index in (3, 1)})
        await asyncio.gather(*(knowledge.write(ours, generation, dict(enumerate(results))) for _ in range(3)))
        assert await knowledge.written(ours, generation) == {0, 1, 2, 3}
        found = await knowledge.search(ours, "loaf oven rack", ANYTHING, showing(generation))
        assert sorted(one.index for one in found) == sorted({one.index for one in found})

    async def test_search_finds_the_passage_that_answers(self, knowledge: KnowledgeBase, ours: OrganizationId) -> None:
        """Best first, and says where it stands."""
        bread, boats = await learned(knowledge, ours, chunks(BREAD)), await learned(knowledge, ours, chunks(BOATS))
        live = showing(bread, boats)
        best = (await knowledge.search(ours, "Why does sourdough rise slowly?", ANYTHING, live))[0]
        wanted = chunks(BREAD)[0]
        assert (best.text, best.index, best.start, best.end) == (wanted.text, 0, wanted.start, wanted.end)
        assert (best.generation, best.document_id) == (bread, live.generations[bread][0])
        assert best.seed
        assert best.kind is EvidenceKind.PASSAGE
        assert 0 < best.score <= 1

    @pytest.mark.parametrize(
        "locator", [Locator(), Locator(page=3), Locator(slide=2), Locator(sheet="Ä"), Locator(heading=("A", ODD_TEXT))]
    )
    async def test_locators_come_back(self, knowledge: KnowledgeBase, ours: OrganizationId, locator: Locator) -> None:
        """As they were."""
        passage = replace(chunks(BREAD)[0], locator=locator)
        generation = await learned(knowledge, ours, [passage])
        [found] = await knowledge.search(ours, "wild yeast sourdough", ANYTHING, showing(generation))
        assert found.locator == locator

    @pytest.mark.parametrize("odd", [ODD_TEXT, UNSTORABLE_TEXT], ids=["odd", "unstorable"])
    async def test_odd_text_comes_back(self, knowledge: KnowledgeBase, ours: OrganizationId, odd: str) -> None:
        """At least as far as a store can hold it, and findable by its plain words."""
        generation = await learned(knowledge, ours, chunks([f"Sourdough and {odd}"]))
        [found] = await knowledge.search(ours, "sourdough", ANYTHING, showing(generation))
        assert found.text.startswith("Sourdough and ")

    async def test_headings_are_found_too(self, knowledge: KnowledgeBase, ours: OrganizationId) -> None:
        """A passage may say what only its heading names."""
        passages = chunks(["Twelve hours at least.", "Two hours at most."])
        headings = [Locator(heading=("Bread", "Sourdough")), Locator(heading=("Bread", "Baguette"))]
        generation = await learned(
            knowledge, ours, [replace(one, locator=where) for one, where in zip(passages, headings, strict=True)]
        )
        found = await knowledge.search(ours, "How long does sourdough take?", ANYTHING, showing(generation))
        assert found[0].index == 0

    async def test_results_are_cut(self, knowledge: KnowledgeBase, ours: OrganizationId) -> None:
        """To what was asked for, the best first."""
        generation = await learned(knowledge, ours, chunks(BREAD))
        live = showing(generation)
        everything = await knowledge.search(ours, "loaf oven rack dough", ANYTHING, live)
        some = await knowledge.search(ours, "loaf oven rack dough", replace(ANYTHING, max_results=2), live)
        assert texts_of(some) == texts_of(everything)[:2]

    async def test_nothing_live_is_nothing_found(self, knowledge: KnowledgeBase, ours: OrganizationId) -> None:
        """What was written is not visible for that."""
        generation = await learned(knowledge, ours, chunks(BREAD))
        assert list(await knowledge.search(ours, "sourdough", ANYTHING, showing())) == []
        assert list(await knowledge.search(ours, "sourdough", ANYTHING, LiveSet(2, {generation: ()}))) == []

    async def test_live_generations_that_nobody_wrote_are_no_trouble(
        self, knowledge: KnowledgeBase, ours: OrganizationId
    ) -> None:
        """A set may be older or newer than the knowledge."""
        generation = await learned(knowledge, ours, chunks(BREAD))
        live = showing(GenerationId(new_id()), generation, GenerationId(new_id()))
        assert len(await knowledge.search(ours, "sourdough", ANYTHING, live)) >= 1

    async def test_another_revision_shows_something_else(self, knowledge: KnowledgeBase, ours: OrganizationId) -> None:
        """At once, back and forth."""
        old, new = [await learned(knowledge, ours, chunks([f"Sourdough of {year}."])) for year in (2023, 2024)]
        for revision, (generation, year) in enumerate([(old, 2023), (new, 2024), (old, 2023)]):
            found = await knowledge.search(ours, "sourdough", ANYTHING, showing(generation, revision=revision))
            assert texts_of(found) == [f"Sourdough of {year}."]

    async def test_live_comes_before_the_cut(self, knowledge: KnowledgeBase, ours: OrganizationId) -> None:
        """However many better passages are not visible, a visible one is found."""
        crowd = [f"Sourdough starter number {number}: sourdough, sourdough." for number in range(300)]
        await learned(knowledge, ours, chunks(crowd))
        generation = await learned(knowledge, ours, chunks(["A sourdough loaf, named once among other things."]))
        found = await knowledge.search(ours, "sourdough", replace(ANYTHING, max_results=1), showing(generation))
        assert [one.generation for one in found] == [generation]

    async def test_what_is_not_live_does_not_count(self, knowledge: KnowledgeBase, ours: OrganizationId) -> None:
        """Neither order, nor scores, nor rarity change by what nobody sees."""
        generation = await learned(knowledge, ours, chunks([*BREAD, *BOATS]))
        live = showing(generation)
        asked = "Which yeast makes sourdough, and what wire stitches a hull?"
        before = await knowledge.search(ours, asked, ANYTHING, live), await knowledge.rarity(ours, ["yeast"], live)
        await learned(knowledge, ours, chunks([f"Yeast and wire, yeast and wire, {number}." for number in range(50)]))
        after = await knowledge.search(ours, asked, ANYTHING, live), await knowledge.rarity(ours, ["yeast"], live)
        assert same(before[0], after[0])
        assert before[1] == after[1]

    async def test_a_generation_answers_for_its_first_document(
        self, knowledge: KnowledgeBase, ours: OrganizationId
    ) -> None:
        """Equal bytes are learned once and shown once."""
        generation = await learned(knowledge, ours, chunks(BREAD[:1]))
        first, second = DocumentId(new_id()), DocumentId(new_id())
        found = await knowledge.search(ours, "sourdough", ANYTHING, LiveSet(1, {generation: (first, second)}))
        assert [one.document_id for one in found] == [first]

    async def test_identical_text_appears_once(self, knowledge: KnowledgeBase, ours: OrganizationId) -> None:
        """However often it stands in the material, and it takes nobody's place."""
        copies = [await learned(knowledge, ours, chunks(["Sourdough rises.", BOATS[0]])) for _ in range(4)]
        other = await learned(knowledge, ours, chunks(["Sourdough is sour and rises for hours."]))
        params = SearchParams(search_depth=2, similarity_threshold=0.0, max_results=2)
        found = await knowledge.search(ours, "How does sourdough rise?", params, showing(*copies, other))
        assert sorted(texts_of(found)) == ["Sourdough is sour and rises for hours.", "Sourdough rises."]

    async def test_a_threshold_that_nothing_reaches_finds_nothing(
        self, knowledge: KnowledgeBase, ours: OrganizationId
    ) -> None:
        """Not even neighbours."""
        generation = await learned(knowledge, ours, chunks([*BREAD, *BOATS]))
        params = SearchParams(search_depth=5, similarity_threshold=0.85, max_results=10)
        assert list(await knowledge.search(ours, "Who won the election in Peru?", params, showing(generation))) == []

    async def test_seeds_reach_the_threshold(self, knowledge: KnowledgeBase, ours: OrganizationId) -> None:
        """A stricter one finds no more, and what it finds was found before."""
        generation = await learned(knowledge, ours, chunks([*BREAD, *BOATS]))
        live = showing(generation)
        found = {
            threshold: await knowledge.search(
                ours, "Bake the loaf in a hot oven", replace(ANYTHING, similarity_threshold=threshold), live
            )
            for threshold in (0.0, 0.65, 0.75, 0.85)
        }
        for threshold, evidence in found.items():
            assert all(one.seed and one.score >= threshold for one in evidence)
            assert set(texts_of(evidence)) <= set(texts_of(found[0.0]))
        assert BREAD[2] in texts_of(found[0.65])

    @pytest.mark.parametrize(("depth", "context"), [(1, []), (2, [1, 3]), (3, [0, 1, 3, 4])])
    async def test_neighbours_follow_the_seeds(
        self, knowledge: KnowledgeBase, ours: OrganizationId, depth: int, context: list[int]
    ) -> None:
        """As many steps as depth says, less one; of the same document only."""
        passages = ["Alpha beta.", "Gamma delta.", "Sourdough rises slowly.", "Epsilon zeta.", "Eta theta."]
        generation = await learned(knowledge, ours, chunks(passages))
        other = await learned(knowledge, ours, chunks(BOATS))
        params = SearchParams(search_depth=depth, similarity_threshold=0.75, max_results=10)
        found = await knowledge.search(ours, "Sourdough rises slowly", params, showing(generation, other))
        assert [one.seed for one in found] == [True] + [False] * len(context)
        assert found[0].index == 2
        assert sorted(one.index for one in found[1:]) == context
        assert {one.generation for one in found} == {generation}

    @pytest.mark.parametrize("question", NO_WORDS, ids=map(repr, NO_WORDS))
    async def test_a_blank_question_finds_nothing(
        self, knowledge: KnowledgeBase, ours: OrganizationId, question: str
    ) -> None:
        """Nor does one without any word."""
        generation = await learned(knowledge, ours, chunks(BREAD))
        assert list(await knowledge.search(ours, question, ANYTHING, showing(generation))) == []

    @pytest.mark.parametrize("question", HOSTILE, ids=range(len(HOSTILE)))
    async def test_any_text_may_be_asked(self, knowledge: KnowledgeBase, ours: OrganizationId, question: str) -> None:
        """No text is an error or a command."""
        generation = await learned(knowledge, ours, chunks(BREAD))
        found = await knowledge.search(ours, question, ANYTHING, showing(generation))
        assert set(texts_of(found)) <= set(BREAD)

    async def test_an_empty_knowledge_base_answers(self, knowledge: KnowledgeBase, ours: OrganizationId) -> None:
        """With nothing."""
        assert list(await knowledge.search(ours, "sourdough", ANYTHING, showing())) == []
        assert (await knowledge.rarity(ours, ["sourdough"], showing()))["sourdough"] > 0

    async def test_rarity_counts_visible_passages(self, knowledge: KnowledgeBase, ours: OrganizationId) -> None:
        """ln(1 + passages / (1 + passages with the term)), for each term that was asked."""
        generation = await learned(knowledge, ours, chunks(BREAD))
        await learned(knowledge, ours, chunks(["Loaf loaf loaf."]))
        found = await knowledge.rarity(ours, ["loaf", "yeast", "hull"], showing(generation))
        assert found == pytest.approx({"loaf": log1p(4 / 3), "yeast": log1p(4 / 2), "hull": log1p(4 / 1)})

    @pytest.mark.parametrize("form", ["panel", "Panels", "panels"])
    async def test_rarity_knows_the_forms_of_a_word(
        self, knowledge: KnowledgeBase, ours: OrganizationId, form: str
    ) -> None:
        """A term may be given as it stands in a text, or as its stem."""
        generation = await learned(knowledge, ours, chunks([*BREAD, *BOATS]))
        assert (await knowledge.rarity(ours, [form], showing(generation)))[form] == pytest.approx(log1p(6 / 2))

    @pytest.mark.parametrize("term", ["", "*", '"', "\x00", "\udc80", "a b", "NOT"])
    async def test_rarity_takes_any_text(self, knowledge: KnowledgeBase, ours: OrganizationId, term: str) -> None:
        """What no passage can hold is as rare as can be."""
        generation = await learned(knowledge, ours, chunks(BREAD))
        assert (await knowledge.rarity(ours, [term], showing(generation)))[term] > 0

    async def test_forgotten_is_gone(self, knowledge: KnowledgeBase, ours: OrganizationId) -> None:
        """Also for whoever still believes it is live; everything else stays."""
        gone, kept = await learned(knowledge, ours, chunks(BREAD)), await learned(knowledge, ours, chunks(BOATS))
        live = showing(gone, kept)
        assert texts_of(await knowledge.search(ours, "sourdough yeast", ANYTHING, live))[0] == BREAD[0]
        await knowledge.forget(ours, gone)
        found = await knowledge.search(ours, "sourdough yeast, hull epoxy", ANYTHING, live)
        assert set(texts_of(found)) <= set(BOATS)
        assert await knowledge.written(ours, gone) == frozenset()
        assert await knowledge.generations(ours) == {kept}
        assert (await knowledge.rarity(ours, ["yeast"], live))["yeast"] == pytest.approx(log1p(2 / 1))

    async def test_forgetting_twice_is_forgetting_once(self, knowledge: KnowledgeBase, ours: OrganizationId) -> None:
        """As is forgetting what never was."""
        gone, kept = await learned(knowledge, ours, chunks(BREAD)), await learned(knowledge, ours, chunks(BOATS))
        for generation in (gone, gone, GenerationId(new_id())):
            await knowledge.forget(ours, generation)
        assert await knowledge.generations(ours) == {kept}

    async def test_the_forgotten_can_be_written_again(self, knowledge: KnowledgeBase, ours: OrganizationId) -> None:
        """Somebody may be late; then it can be forgotten again."""
        results = await knowledge.understand(ours, chunks(BREAD))
        generation = await learned(knowledge, ours, chunks(BREAD))
        await knowledge.forget(ours, generation)
        await knowledge.write(ours, generation, {1: results[1]})
        assert await knowledge.written(ours, generation) == {1}
        found = await knowledge.search(ours, "knead the dough", ANYTHING, showing(generation))
        assert texts_of(found) == [BREAD[1]]
        await knowledge.forget(ours, generation)
        assert await knowledge.generations(ours) == frozenset()

    async def test_search_sees_what_was_written_since(self, knowledge: KnowledgeBase, ours: OrganizationId) -> None:
        """A learned document answers at once."""
        first = await learned(knowledge, ours, chunks(BREAD))
        await knowledge.search(ours, "hull", ANYTHING, showing(first, revision=1))
        second = await learned(knowledge, ours, chunks(BOATS))
        found = await knowledge.search(ours, "epoxy hull", ANYTHING, showing(first, second, revision=2))
        assert found[0].text == BOATS[1]

    async def test_searching_twice_gives_the_same(self, knowledge: KnowledgeBase, ours: OrganizationId) -> None:
        """Order and scores."""
        generation = await learned(knowledge, ours, chunks([*BREAD, *BOATS]))
        live = showing(generation)
        twice = [await knowledge.search(ours, "a loaf from the oven", ANYTHING, live) for _ in range(2)]
        assert same(*twice)

    async def test_many_at_once_do_not_disturb_each_other(self, knowledge: KnowledgeBase, ours: OrganizationId) -> None:
        """Learning, searching and forgetting."""
        base = await learned(knowledge, ours, chunks(BREAD))

        async def one(number: int) -> None:
            generation = await learned(knowledge, ours, chunks([f"Sourdough number {number}.", BOATS[0]]))
            live = showing(base, generation, revision=number)
            found = await knowledge.search(ours, f"sourdough number {number}", ANYTHING, live)
            assert f"Sourdough number {number}." in texts_of(found)
            await knowledge.forget(ours, generation)

        await asyncio.gather(*(one(number) for number in range(8)))
        assert await knowledge.generations(ours) == {base}

    async def test_understanding_writes_nothing_for_others(
        self, knowledge: KnowledgeBase, ours: OrganizationId, theirs: OrganizationId
    ) -> None:
        """Nor for oneself."""
        await knowledge.understand(ours, chunks(BREAD))
        assert await knowledge.generations(theirs) == frozenset()

    async def test_generations_of_others_are_not_listed(
        self, knowledge: KnowledgeBase, ours: OrganizationId, theirs: OrganizationId
    ) -> None:
        """Whoever knows an id has no right from it."""
        generation = await learned(knowledge, theirs, chunks(BREAD))
        assert await knowledge.generations(ours) == frozenset()
        assert await knowledge.written(ours, generation) == frozenset()

    async def test_writing_under_an_id_of_others_does_not_reach_them(
        self, knowledge: KnowledgeBase, ours: OrganizationId, theirs: OrganizationId
    ) -> None:
        """Two organisations may use one id without meeting."""
        generation = await learned(knowledge, theirs, chunks(BREAD[:1]))
        results = await knowledge.understand(ours, chunks(BOATS))
        await knowledge.write(ours, generation, dict(enumerate(results)))
        assert await knowledge.written(theirs, generation) == {0}
        live = showing(generation)
        assert texts_of(await knowledge.search(theirs, "sourdough hull", ANYTHING, live)) == [BREAD[0]]
        assert set(texts_of(await knowledge.search(ours, "sourdough hull", ANYTHING, live))) <= set(BOATS)

    async def test_passages_of_others_are_not_found(
        self, knowledge: KnowledgeBase, ours: OrganizationId, theirs: OrganizationId
    ) -> None:
        """Even where a set of live generations names them."""
        foreign = await learned(knowledge, theirs, chunks(BREAD))
        own = await learned(knowledge, ours, chunks(BOATS))
        found = await knowledge.search(ours, "sourdough yeast hull", ANYTHING, showing(foreign, own))
        assert set(texts_of(found)) <= set(BOATS)

    async def test_rarity_does_not_count_others(
        self, knowledge: KnowledgeBase, ours: OrganizationId, theirs: OrganizationId
    ) -> None:
        """What is common elsewhere may be rare here."""
        foreign = await learned(knowledge, theirs, chunks(BREAD))
        own = await learned(knowledge, ours, chunks(BOATS))
        live = showing(foreign, own)
        assert (await knowledge.rarity(ours, ["loaf"], live))["loaf"] == pytest.approx(log1p(2 / 1))

    async def test_others_forget_nothing_of_ours(
        self, knowledge: KnowledgeBase, ours: OrganizationId, theirs: OrganizationId
    ) -> None:
        """Forgetting needs the right organisation."""
        generation = await learned(knowledge, ours, chunks(BREAD))
        await knowledge.forget(theirs, generation)
        assert await knowledge.written(ours, generation) == {0, 1, 2, 3}

    async def test_a_small_organisation_beside_a_huge_one_is_not_affected(
        self, knowledge: KnowledgeBase, ours: OrganizationId, theirs: OrganizationId
    ) -> None:
        """Found passages, their order and their scores stay what they were."""
        generation = await learned(knowledge, ours, chunks([*BREAD, *BOATS]))
        live = showing(generation)
        asked = "Which yeast makes sourdough rise, and what stitches a hull?"
        before = await knowledge.search(ours, asked, ANYTHING, live)
        await learned(knowledge, theirs, chunks([f"Yeast, sourdough, hull {number}." for number in range(200)]))
        assert same(before, await knowledge.search(ours, asked, ANYTHING, live))


def same(before: Sequence[Evidence], after: Sequence[Evidence]) -> bool:
    """Return whether two searches found the same, up to the last bits of a float."""
    unscored = [[replace(one, score=0.0) for one in evidence] for evidence in (before, after)]
    scores: Mapping[int, float] = {place: one.score for place, one in enumerate(before)}
    return unscored[0] == unscored[1] and all(abs(one.score - scores[place]) < 1e-5 for place, one in enumerate(after))
