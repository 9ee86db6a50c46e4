"""Fetching a document's bytes from its source."""

from dataclasses import dataclass
from hashlib import sha256

from mentorfy_core.application.held import until_answered
from mentorfy_core.application.obstacles import blaming
from mentorfy_core.documents.events import Fetched
from mentorfy_core.documents.model import Document
from mentorfy_core.errors import ErrorKind, PortError
from mentorfy_core.ids import ClaimToken
from mentorfy_core.pauses import STORAGE
from mentorfy_core.ports import Ports


def storage_key(document: Document, token: ClaimToken) -> str:
    """Return where an attempt stores its bytes: a name of its own, so that no attempt overwrites another's."""
    return f"{document.organization_id}/{document.id}/{token}"


@dataclass(frozen=True, slots=True)
class Fetch:
    """Read the bytes, make sure they are one version, and store them.

    A source that is kept in the store, such as uploads, is asked until the store answers.
    """

    ports: Ports

    async def __call__(self, document: Document, token: ClaimToken) -> Fetched:
        """Return the report of a fetch claim.

        Raises:
            PortError: The source or the blob store failed, or the file changed while it was read.
        """
        source = self.ports.sources.get(document.source)
        if source is None:
            raise PortError(ErrorKind.UNSUPPORTED, f"This installation has no source named “{document.source}”.")
        organization_id, external_id = document.organization_id, document.external_id
        with blaming(document.source):
            before = await until_answered(lambda: source.token(organization_id, external_id))
            data = await until_answered(lambda: source.read(organization_id, external_id))
            after = await until_answered(lambda: source.token(organization_id, external_id))
        if after != before:
            raise PortError(ErrorKind.NETWORK_ERROR, "The file changed while it was being read.")
        key = storage_key(document, token)
        with blaming(STORAGE):
            await self.ports.blobs.put(organization_id, key, data)
        return Fetched(
            epoch=document.epoch,
            token=before,
            sha256=sha256(data).hexdigest(),
            storage_key=key,
            size_bytes=len(data),
        )
