"""Identifiers. Each is a random UUID; none is authority: see ``people.Actor``."""

from typing import NewType
from uuid import UUID

OrganizationId = NewType("OrganizationId", UUID)
MemberId = NewType("MemberId", UUID)
DocumentId = NewType("DocumentId", UUID)
GenerationId = NewType("GenerationId", UUID)
ImportId = NewType("ImportId", UUID)
BotId = NewType("BotId", UUID)
ConversationId = NewType("ConversationId", UUID)
MessageId = NewType("MessageId", UUID)
ClaimToken = NewType("ClaimToken", UUID)
WorkerId = NewType("WorkerId", UUID)
ErrorId = NewType("ErrorId", UUID)
SessionId = NewType("SessionId", UUID)
LinkId = NewType("LinkId", UUID)
TokenId = NewType("TokenId", UUID)
