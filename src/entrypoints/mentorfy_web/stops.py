"""From what a form or a program names to the pause that is meant."""

from mentorfy_core.pauses import EVERYTHING, Reach, Scope
from mentorfy_core.people import Actor


def scope_of(actor: Actor, reach: Reach, name: str) -> Scope:
    """Return the scope: whatever belongs to an organisation is the actor's."""
    match reach:
        case Reach.EVERYTHING:
            return EVERYTHING
        case Reach.ORGANIZATION:
            return Scope.of_organization(actor.organization_id)
        case Reach.CONNECTION:
            return Scope.of_connection(actor.organization_id, name)
        case Reach.PROVIDER:
            return Scope.of_provider(name)
