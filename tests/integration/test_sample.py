import json
from collections.abc import AsyncGenerator, Callable
from pathlib import Path

import pytest

from benchmarks.questions import EXAMPLES, Figures, ask_all, import_sample
from mentorfy_core.documents.model import Document, Status
from mentorfy_runtime.container import running
from mentorfy_runtime.people import chosen_bot, local_owner
from mentorfy_runtime.settings import Settings

BAD = {
    "Builders' accounts 2022.pdf": "password",
    "Delivery note, scanned.pdf": "only pictures of pages",
    "Handbook, half downloaded.pdf": "damaged or incomplete",
    "Ideas for 2025.txt": "empty",
    "Everything I know.docx": "zip bomb",
    "Plans viewer.docx": "program",
}


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
async def sample(
    tmp_path_factory: pytest.TempPathFactory, anyio_backend: str
) -> AsyncGenerator[tuple[dict[str, Document], dict[str, Figures]]]:
    """The sample mentor, imported once: its documents by name, and how its questions went."""
    async with running(Settings(data=Path(tmp_path_factory.mktemp("data")))) as mentorfy:
        owner = await local_owner(mentorfy)
        await import_sample(mentorfy, owner)
        documents = {view.document.title: view.document for view in await mentorfy.documents(owner)}
        yield documents, await ask_all(mentorfy, owner, await chosen_bot(mentorfy, owner))


async def test_every_good_document_is_available_and_every_bad_one_failed_at_once_with_its_reason(
    sample: tuple[dict[str, Document], dict[str, Figures]],
) -> None:
    documents, _ = sample
    assert len(documents) == len({path.name for path in (EXAMPLES / "mentor").rglob("*") if path.is_file()})
    for name, document in documents.items():
        if name in BAD:
            assert document.status is Status.FAILED, name
            assert document.tries == 0, name
            assert document.last_error is not None, name
            assert BAD[name] in document.last_error.sentence
        else:
            assert document.status is Status.AVAILABLE_TO_AI, name
    assert "Word document" in documents["Tide notes for Penmorrow.pdf"].note


async def test_questions_are_answered_from_the_right_place_or_not_at_all(
    sample: tuple[dict[str, Document], dict[str, Figures]], record_property: Callable[[str, object], None]
) -> None:
    _, figures = sample
    record_property("figures", json.dumps({name: vars(each) for name, each in figures.items()}, default=str))
    assert figures["answerable"].right >= 18, figures["answerable"].misses
    assert figures["off_topic"].answered <= 1, figures["off_topic"].misses
    assert sum(each.false_quotes for each in figures.values()) == 0
