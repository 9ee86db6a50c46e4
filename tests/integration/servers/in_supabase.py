"""The product with what workers share in a Supabase project; who people are stays in a file."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from mentorfy_core.application import Mentorfy
from mentorfy_core.application.timing import Timing
from mentorfy_core.retries import RetryManager
from mentorfy_runtime.container import running
from mentorfy_runtime.settings import Settings
from mentorfy_supabase import (
    Supabase,
    SupabaseAuditStore,
    SupabaseBlobStore,
    SupabaseDocumentStore,
    SupabaseGenerationStore,
    SupabaseImportStore,
    SupabasePauseStore,
    SupabaseWorkerStore,
)


@asynccontextmanager
async def in_supabase(
    data: Path, supabase: Supabase, *, timing: Timing | None = None, retries: RetryManager | None = None
) -> AsyncIterator[Mentorfy]:
    """Open the product.

    Args:
        data: For what is not in the project.
        supabase: Need not answer yet.
        timing: Of its workers.
        retries: Their ladders.
    """
    async with running(Settings(data=data)) as mentorfy:
        ports = replace(
            mentorfy.ports,
            documents=SupabaseDocumentStore(supabase),
            generations=SupabaseGenerationStore(supabase),
            imports=SupabaseImportStore(supabase),
            pauses=SupabasePauseStore(supabase),
            workers=SupabaseWorkerStore(supabase),
            audits=SupabaseAuditStore(supabase),
            blobs=SupabaseBlobStore(supabase),
        )
        yield replace(mentorfy, ports=ports, timing=timing or mentorfy.timing, retries=retries or mentorfy.retries)
