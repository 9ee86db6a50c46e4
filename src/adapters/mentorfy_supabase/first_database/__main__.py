"""The command: one step at a time, each of which may be run again."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from mentorfy_supabase.first_database.copying import copy_all, pending, places
from mentorfy_supabase.first_database.counting import Tally
from mentorfy_supabase.first_database.ending import abandon, finish
from mentorfy_supabase.first_database.preparing import expand
from mentorfy_supabase.first_database.session import Refused, Session
from mentorfy_supabase.first_database.switching import count, switch, switch_back

_STEPS = "expand, copy, count, switch, back, finish, abandon".split(", ")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one step; 0 if it is done, 1 if it was refused."""
    parser = argparse.ArgumentParser(prog="python -m mentorfy_supabase.first_database", description=__doc__)
    parser.add_argument("step", choices=_STEPS)
    parser.add_argument("--migrations", type=Path, default=Path("supabase/migrations"))
    parser.add_argument("--leave", action="store_true", help="documents that cannot be mapped may stay behind")
    asked = parser.parse_args(arguments)
    url = os.environ.get("DATABASE_URL")
    if not url:
        return _say("Set DATABASE_URL to a direct connection to the project's database.", refused=True)
    session = Session(url)
    try:
        session.claim()
        return _say(_do(session, asked.step, asked.migrations, leave=asked.leave))
    except Refused as refusal:
        return _say(str(refusal), refused=True)
    finally:
        session.close()


def _do(session: Session, step: str, migrations: Path, *, leave: bool) -> str:
    match step:
        case "expand":
            expand(session, migrations)
            return f"Prepared. {pending(session, places(session))} rows are to be copied: copy."
        case "copy":
            return f"{copy_all(session, places(session))} changes copied."
        case "count":
            return in_words(count(session))
        case "switch":
            return f"{in_words(switch(session, leave=leave))}\nOur tables are in place. {_history(migrations)}"
        case "back":
            return f"{in_words(switch_back(session))}\nThe old tables are in place."
        case "finish":
            finish(session)
            return "The old tables are gone."
        case _:
            abandon(session)
            return "The move is given up."


def in_words(counted: Tally | None) -> str:
    """Return the counts, and what each old status became."""
    if counted is None:
        return "This was done before."
    lines = [f"{'there':>16} → {'here':<16}{'documents':>10}"]
    lines += [f"{old:>16} → {new:<16}{number:>10}" for (old, new), number in sorted(counted.pairs.items())]
    lines += [f"{'':>16} → {'a twin has it':<16}{counted.twins:>10}"] if counted.twins else []
    lines += [f"stays behind: {number} documents. {reason}" for reason, number in sorted(counted.left.items())]
    lines += [f"{table}: {theirs} there, {ours} here" for table, (theirs, ours) in sorted(counted.rows.items())]
    lines += [f"not as the mapping says: {sentence}" for sentence in counted.wrong]
    there, here = sum(counted.before.values()), sum(counted.after.values())
    return "\n".join([*lines, f"document: {there} there, {here} here"])


def _history(migrations: Path) -> str:
    versions = " ".join(migration.stem.partition("_")[0] for migration in sorted(migrations.glob("*.sql")))
    return f"Tell the Supabase command line: supabase migration repair --status applied {versions}"


def _say(text: str, *, refused: bool = False) -> int:
    (sys.stderr if refused else sys.stdout).write(text + "\n")
    return 1 if refused else 0


if __name__ == "__main__":
    sys.exit(main())
