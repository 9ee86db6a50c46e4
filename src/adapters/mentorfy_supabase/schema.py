"""Whether this program and the project's schema know each other."""

from collections.abc import Mapping
from typing import Final

from mentorfy_core.errors import MentorfyError

NUMBER: Final = 1
"""The schema that this program was made for; what is newer is welcome unless it says that it is not."""


NO_SCHEMA: Final = "The Supabase project has no schema of Mentorfy: apply supabase/migrations first."


class OtherSchema(MentorfyError):
    """The project's schema is too old or too new; nothing was touched."""


def require_known(schema: Mapping[str, int]) -> None:
    """Let those schemas pass that this program can work with.

    Args:
        schema: What the function ``mentorfy_schema`` answers.

    Raises:
        OtherSchema: It is none of them.
    """
    number, oldest_program = schema["number"], schema["oldest_program"]
    if number < NUMBER:
        raise OtherSchema(
            f"The Supabase project has schema {number}, this program needs {NUMBER}: apply supabase/migrations first."
        )
    if oldest_program > NUMBER:
        raise OtherSchema(
            f"The Supabase project has schema {number}, which needs a newer Mentorfy than this one ({NUMBER}): "
            "install it."
        )
