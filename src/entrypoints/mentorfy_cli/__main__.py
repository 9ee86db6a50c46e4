"""``python -m mentorfy_cli``."""

from mentorfy_cli import main

main()
