"""The command ``mentorfy``."""

import os
import sys
from contextlib import suppress
from typing import Final

import typer
from typer.main import get_command

from mentorfy_cli.asking import ask
from mentorfy_cli.doctor import doctor
from mentorfy_cli.documents import documents
from mentorfy_cli.importing import import_
from mentorfy_cli.linking import link
from mentorfy_cli.organizing import organization
from mentorfy_cli.pausing import pause, resume
from mentorfy_cli.problems import kind_of, tell, tell_unexpected
from mentorfy_cli.relearning import relearn
from mentorfy_cli.removing import remove
from mentorfy_cli.restored import restored
from mentorfy_cli.retrying import retry
from mentorfy_cli.simulating import simulate
from mentorfy_cli.status import status
from mentorfy_cli.up import up
from mentorfy_cli.worker import worker
from mentorfy_core.errors import MentorfyError

app: Final = typer.Typer(
    help="Turn your documents into a mentor that answers with quotations.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("import")(import_)
for command in (
    ask,
    documents,
    status,
    retry,
    remove,
    pause,
    resume,
    relearn,
    up,
    link,
    worker,
    doctor,
    restored,
    simulate,
):
    app.command()(command)
app.add_typer(organization, name="organization")


def main() -> None:
    """Run the command line and end the process: 0 done, 1 not done, 2 not understood, 130 stopped by a person."""
    sys.excepthook = tell_unexpected
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]  # both are TextIOWrapper here
    sys.exit(_run(sys.argv[1:]))


def _run(arguments: list[str]) -> int:
    try:
        return int(get_command(app).main(arguments, prog_name="mentorfy", standalone_mode=False) or 0)
    except typer.TyperException as error:
        tell("usage", error.format_message())
        return error.exit_code
    except MentorfyError as error:
        tell(kind_of(error), str(error))
        return 1
    except (KeyboardInterrupt, typer.Abort):
        tell("interrupted", "Stopped.")
        return 130
    except BrokenPipeError:
        with suppress(OSError):  # whoever read has read enough
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
