"""The command line: one module per command."""

from mentorfy_cli.app import main

__all__ = ["main"]
