"""Moves a database as the brief describes it to our schema while its programs go on, and back.

``mapping`` and ``talk_mapping`` say what becomes what. ``python -m mentorfy_supabase.first_database`` is the command;
docs/how-to/migrate-from-the-first-database.md goes through it.
"""
