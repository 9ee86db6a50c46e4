"""What every ``UploadStage`` does."""

from collections.abc import AsyncIterator

import pytest

from mentorfy_core.documents.model import LARGEST_FILE
from mentorfy_core.errors import ErrorKind, NotFound, PortError
from mentorfy_core.ids import ImportId, OrganizationId
from mentorfy_core.imports.model import Unreadable
from mentorfy_core.ports import UploadStage
from mentorfy_core.testing.contracts.source import ODD_NAMES
from mentorfy_core.testing.samples import an_organization_id, new_id

MIB = 1024 * 1024


async def arriving(*pieces: bytes) -> AsyncIterator[bytes]:
    """Yield the pieces of a file."""
    for piece in pieces:
        yield piece


async def breaking_off(*pieces: bytes) -> AsyncIterator[bytes]:
    """Yield some pieces, and fail."""
    for piece in pieces:
        yield piece
    raise ConnectionResetError("whoever sent it is gone")


class UploadStageContract:
    """Subclass it, and override ``stage`` with an empty one."""

    @pytest.fixture
    def stage(self) -> UploadStage:
        """Return the stage."""
        raise NotImplementedError

    @pytest.fixture
    def ours(self) -> OrganizationId:
        """Whose files these are."""
        return an_organization_id()

    @pytest.fixture
    def theirs(self) -> OrganizationId:
        """Somebody else."""
        return an_organization_id()

    @pytest.fixture
    def job(self) -> ImportId:
        """The import that the files are for."""
        return ImportId(new_id())

    async def test_what_arrived_is_listed_and_read(
        self, stage: UploadStage, ours: OrganizationId, job: ImportId
    ) -> None:
        """In whatever pieces it came."""
        staged = await stage.put(ours, job, ("b", "May.md"), arriving(b"Dear ", b"", b"builder"))
        assert (staged.path, staged.size_bytes, staged.external_id) == (("b", "May.md"), 12, "b/May.md")
        assert await stage.files(ours, job) == [staged]
        assert await stage.read(ours, staged.token) == b"Dear builder"
        assert await stage.holds(ours, staged.token)
        assert await stage.count(ours, job) == 1

    @pytest.mark.parametrize("data", [b"", b"\x00\xff\r\n", b"long" * MIB], ids=["empty", "binary", "long"])
    async def test_bytes_are_kept_as_they_are(
        self, stage: UploadStage, ours: OrganizationId, job: ImportId, data: bytes
    ) -> None:
        """All of them; equal bytes have equal tokens."""
        first, second = [await stage.put(ours, job, (name,), arriving(data)) for name in "ab"]
        assert first.token == second.token
        assert await stage.read(ours, first.token) == data

    @pytest.mark.parametrize("name", ODD_NAMES, ids=ascii)
    async def test_odd_names_are_names(
        self, stage: UploadStage, ours: OrganizationId, job: ImportId, name: str
    ) -> None:
        """None of them leads anywhere."""
        staged = await stage.put(ours, job, (name, "..", name), arriving(b"odd"))
        assert await stage.files(ours, job) == [staged]

    async def test_the_last_of_two_with_one_path_counts(
        self, stage: UploadStage, ours: OrganizationId, job: ImportId
    ) -> None:
        """Also where it was refused, or refused before."""
        refused = Unreadable(display_path=("a",), kind=ErrorKind.TOO_LARGE, sentence="Too large.", external_id="a")
        await stage.put(ours, job, ("a",), arriving(b"old"))
        await stage.refuse(ours, job, refused)
        assert await stage.files(ours, job) == [refused]
        staged = await stage.put(ours, job, ("a",), arriving(b"new"))
        assert await stage.files(ours, job) == [staged]
        assert await stage.count(ours, job) == 3

    async def test_files_are_listed_by_path(self, stage: UploadStage, ours: OrganizationId, job: ImportId) -> None:
        """Whatever the order in which they came."""
        staged = {path: await stage.put(ours, job, path, arriving(b"x")) for path in (("b",), ("a", "c"), ("a",))}
        assert await stage.files(ours, job) == [staged[path] for path in (("a",), ("a", "c"), ("b",))]

    async def test_half_a_file_is_no_file(self, stage: UploadStage, ours: OrganizationId, job: ImportId) -> None:
        """And does not touch the whole one that was there."""
        whole = await stage.put(ours, job, ("a",), arriving(b"whole"))
        with pytest.raises(ConnectionResetError):
            await stage.put(ours, job, ("a",), breaking_off(b"ha", b"lf"))
        with pytest.raises(ConnectionResetError):
            await stage.put(ours, job, ("b",), breaking_off())
        assert await stage.files(ours, job) == [whole]

    async def test_what_is_too_large_is_not_kept(self, stage: UploadStage, ours: OrganizationId, job: ImportId) -> None:
        """Nor read to its end."""
        pieces = iter([b"x" * MIB] * (LARGEST_FILE // MIB + 9))

        async def endless() -> AsyncIterator[bytes]:
            for piece in pieces:
                yield piece

        with pytest.raises(PortError) as raised:
            await stage.put(ours, job, ("a",), endless())
        assert raised.value.kind is ErrorKind.TOO_LARGE
        assert next(pieces, None) is not None
        assert await stage.files(ours, job) == []

    async def test_what_is_removed_is_gone(self, stage: UploadStage, ours: OrganizationId, job: ImportId) -> None:
        """With its bytes, but not those of another import; removing again does nothing."""
        other = ImportId(new_id())
        gone = await stage.put(ours, job, ("a",), arriving(b"one"))
        kept = await stage.put(ours, other, ("a",), arriving(b"two"))
        assert sorted(await stage.stages(ours)) == sorted([job, other])
        for _ in range(2):
            await stage.remove(ours, job)
        assert await stage.stages(ours) == [other]
        assert (await stage.files(ours, job), await stage.count(ours, job)) == ([], 0)
        assert not await stage.holds(ours, gone.token)
        assert await stage.holds(ours, kept.token)
        with pytest.raises(NotFound):
            await stage.read(ours, gone.token)

    async def test_nobody_elses_files_are_there(
        self, stage: UploadStage, ours: OrganizationId, theirs: OrganizationId, job: ImportId
    ) -> None:
        """Not even to be removed, and not by their content."""
        foreign = await stage.put(theirs, job, ("a",), arriving(b"theirs"))
        await stage.remove(ours, job)
        assert (await stage.files(ours, job), await stage.stages(ours)) == ([], [])
        assert not await stage.holds(ours, foreign.token)
        for token in (foreign.token, "", "sha256:", "sha256:../../a", "modified:2026"):
            with pytest.raises(NotFound):
                await stage.read(ours, token)
        assert await stage.files(theirs, job) == [foreign]
