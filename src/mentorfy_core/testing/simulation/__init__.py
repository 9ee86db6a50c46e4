"""A deterministic simulator of the whole core under faults: one seed, one schedule.

It runs the real use cases and the real worker's loop on simulated stores, files, blobs, text, knowledge, bell, ids,
chance and time, while people and disasters do what a seed tells them. Monitors check each write, and everything once
more when all is at rest.

Outside the document protocol and not simulated: conversations (I20), audits (I23), logs (I24).
"""

from mentorfy_core.testing.simulation.campaign import Campaign, code_digest, outcomes, read_campaigns, write_campaigns
from mentorfy_core.testing.simulation.exhaustive import Count, exhausted
from mentorfy_core.testing.simulation.expected import EXPECTED, never_seen
from mentorfy_core.testing.simulation.schedule import Outcome, run
from mentorfy_core.testing.simulation.shrink import shrunk

__all__ = [
    "EXPECTED",
    "Campaign",
    "Count",
    "Outcome",
    "code_digest",
    "exhausted",
    "never_seen",
    "outcomes",
    "read_campaigns",
    "run",
    "shrunk",
    "write_campaigns",
]
