"""Mentorfy's core: the rules, the ports and the use cases. It does no I/O and needs the standard library alone.

``application.Mentorfy`` is the front door; ``ports.Ports`` is what it stands on.
"""
