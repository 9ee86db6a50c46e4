"""``/``: the documents, where each stands, and what can be done about it."""

from typing import Final

from starlette.responses import Response

from mentorfy_web.doors import Door
from mentorfy_web.routing import Way
from mentorfy_web.visits import Visit


async def show_content(visit: Visit) -> Response:
    """Show the documents."""
    return visit.page("content.html", documents=await visit.mentorfy.documents(visit.actor))


WAYS: Final = (Way("GET", "/", Door.OPERATOR, show_content),)
