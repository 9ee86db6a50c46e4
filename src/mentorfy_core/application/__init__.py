"""The use cases, and ``Mentorfy``, the front door that holds one of each."""

from dataclasses import dataclass, field

from mentorfy_core.application.account import OwnAccount, Tokens
from mentorfy_core.application.ask import Answer, Ask
from mentorfy_core.application.begin import Begin, Begun
from mentorfy_core.application.bots import Bots, Preview, Revision, Workbench, preview
from mentorfy_core.application.browse import Documents, DocumentView, Look, Overview
from mentorfy_core.application.change import Change
from mentorfy_core.application.cite import Citation, Cite
from mentorfy_core.application.contents import Contents
from mentorfy_core.application.converse import Conversations
from mentorfy_core.application.deciding import CancelImport, ChooseFiles, ConfirmImport
from mentorfy_core.application.drafts import AddBot, DiscardDraft, RestoreRevision, SaveDraft
from mentorfy_core.application.establish import Establish
from mentorfy_core.application.finish import Finish
from mentorfy_core.application.folders import ChooseFolder, ImportFolder
from mentorfy_core.application.importing import StartImport
from mentorfy_core.application.members import LetIn, Members
from mentorfy_core.application.organizations import AddOrganization
from mentorfy_core.application.oversight import Oversight
from mentorfy_core.application.pausing import Pauses, Stop
from mentorfy_core.application.publish import Offer, Publish
from mentorfy_core.application.quotes import Quote, Quotes, Shown
from mentorfy_core.application.relearn import Relearn
from mentorfy_core.application.remove import Remove, Restore
from mentorfy_core.application.retry import LiftQuarantine, Retry
from mentorfy_core.application.serve import Serve
from mentorfy_core.application.sessions import Sessions
from mentorfy_core.application.signing_in import Links, SignIn
from mentorfy_core.application.speak import Draft, Speak
from mentorfy_core.application.sweep import SweepAnswers
from mentorfy_core.application.timing import Timing
from mentorfy_core.application.together import Together
from mentorfy_core.application.try_out import Comparison, Trial, TryOut
from mentorfy_core.application.uploading import AddFile, FinishUpload, StartUpload
from mentorfy_core.ports import Ports
from mentorfy_core.retries import RetryManager

__all__ = [
    "Answer",
    "Begun",
    "Citation",
    "Comparison",
    "DocumentView",
    "Draft",
    "Mentorfy",
    "Overview",
    "Preview",
    "Quote",
    "Revision",
    "Shown",
    "Stop",
    "Timing",
    "Trial",
    "Workbench",
    "preview",
]


@dataclass(frozen=True, slots=True)
class Mentorfy:
    """The front door: every use case as an attribute.

    Attributes:
        ports: What it stands on.
        retries: The one retry policy.
        timing: How fast a worker's clocks tick.
    """

    ports: Ports
    retries: RetryManager = field(default_factory=RetryManager)
    timing: Timing = field(default_factory=Timing)

    @property
    def establish(self) -> Establish:
        """Make the first organisation."""
        return Establish(self.ports)

    @property
    def start_import(self) -> StartImport:
        """Ask for an import."""
        return StartImport(self.ports)

    @property
    def import_folder(self) -> ImportFolder:
        """Ask for an import of a folder that the operator allowed."""
        return ImportFolder(self.ports)

    @property
    def choose_folder(self) -> ChooseFolder:
        """Look through the folders that the operator allowed."""
        return ChooseFolder(self.ports)

    @property
    def start_upload(self) -> StartUpload:
        """Make an import that waits for files."""
        return StartUpload(self.ports)

    @property
    def add_file(self) -> AddFile:
        """Put a file into such an import."""
        return AddFile(self.ports)

    @property
    def finish_upload(self) -> FinishUpload:
        """Say that all files are there."""
        return FinishUpload(self.ports)

    @property
    def choose_files(self) -> ChooseFiles:
        """Leave files of a plan out."""
        return ChooseFiles(self.ports)

    @property
    def confirm_import(self) -> ConfirmImport:
        """Have a plan carried out."""
        return ConfirmImport(self.ports)

    @property
    def cancel_import(self) -> CancelImport:
        """Stop an import."""
        return CancelImport(self.ports)

    @property
    def serve(self) -> Serve:
        """Run a worker."""
        return Serve(self.ports, self.retries, self.timing)

    @property
    def finish(self) -> Finish:
        """Be a worker until an import is over."""
        return Finish(self.ports, self.serve)

    @property
    def ask(self) -> Ask:
        """Ask a bot."""
        return Ask(self.ports)

    @property
    def begin(self) -> Begin:
        """Begin a turn, or an answer anew."""
        return Begin(self.ports)

    @property
    def speak(self) -> Speak:
        """Write the answer of a turn."""
        return Speak(self.ports)

    @property
    def conversations(self) -> Conversations:
        """See and change one's conversations."""
        return Conversations(self.ports, self.timing.undo)

    @property
    def cite(self) -> Cite:
        """Open what an answer rests on."""
        return Cite(self.ports)

    @property
    def sweep_answers(self) -> SweepAnswers:
        """End answers that nobody writes any more."""
        return SweepAnswers(self.ports)

    @property
    def quotes(self) -> Quotes:
        """Look up an answer's quotes again."""
        return Quotes(self.ports)

    @property
    def bots(self) -> Bots:
        """Look at bots."""
        return Bots(self.ports)

    @property
    def add_bot(self) -> AddBot:
        """Make another bot."""
        return AddBot(self.ports)

    @property
    def save_draft(self) -> SaveDraft:
        """Keep what was written of a bot's next revision."""
        return SaveDraft(self.ports)

    @property
    def discard_draft(self) -> DiscardDraft:
        """Go back to what is published."""
        return DiscardDraft(self.ports)

    @property
    def restore_revision(self) -> RestoreRevision:
        """Make an earlier revision the draft."""
        return RestoreRevision(self.ports)

    @property
    def publish(self) -> Publish:
        """Make a bot behave as its draft says."""
        return Publish(self.ports)

    @property
    def offering(self) -> Offer:
        """Decide which bots people may ask."""
        return Offer(self.ports)

    @property
    def oversight(self) -> Oversight:
        """Look at everybody's conversations."""
        return Oversight(self.ports)

    @property
    def try_out(self) -> TryOut:
        """Ask a draft before people do."""
        return TryOut(self.ports)

    @property
    def documents(self) -> Documents:
        """List the documents."""
        return Documents(self.ports, self.retries, self.timing.lease)

    @property
    def look(self) -> Look:
        """Look at single things."""
        return Look(self.ports, self.timing.lease)

    @property
    def contents(self) -> Contents:
        """See where the documents stand."""
        return Contents(self.ports, self.retries, self.timing.undo, self.timing.lease)

    @property
    def retry(self) -> Retry:
        """Try a document again."""
        return Retry(self._change)

    @property
    def lift_quarantine(self) -> LiftQuarantine:
        """Try a document again that took workers down."""
        return LiftQuarantine(self.ports, self.retry)

    @property
    def relearn(self) -> Relearn:
        """Learn documents again."""
        return Relearn(self.ports, self._change)

    @property
    def pauses(self) -> Pauses:
        """Pause and resume work."""
        return Pauses(self.ports)

    @property
    def remove(self) -> Remove:
        """Remove a document."""
        return Remove(self._change)

    @property
    def restore(self) -> Restore:
        """Take a removal back."""
        return Restore(self._change, self.timing.undo)

    @property
    def add_organization(self) -> AddOrganization:
        """Make an organisation for another client."""
        return AddOrganization(self.ports)

    @property
    def together(self) -> Together:
        """Retry, remove or restore many documents at once."""
        return Together(self.retry, self.remove, self.restore, self.relearn)

    @property
    def sign_in(self) -> SignIn:
        """Begin a session."""
        return SignIn(self.ports)

    @property
    def sessions(self) -> Sessions:
        """Recognise people, and end their sessions."""
        return Sessions(self.ports)

    @property
    def links(self) -> Links:
        """Look at a one-time link, and use it."""
        return Links(self.ports, self.sign_in)

    @property
    def let_in(self) -> LetIn:
        """Make a link that signs a member in."""
        return LetIn(self.ports)

    @property
    def members(self) -> Members:
        """Look after members."""
        return Members(self.ports)

    @property
    def account(self) -> OwnAccount:
        """Change one's own account."""
        return OwnAccount(self.ports, self.sign_in)

    @property
    def tokens(self) -> Tokens:
        """Look after one's own tokens."""
        return Tokens(self.ports)

    @property
    def _change(self) -> Change:
        return Change(self.ports, self.retries)
