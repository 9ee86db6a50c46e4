"""For whoever writes an adapter or tests one (extra: ``testing``).

``samples`` builds one valid thing of each kind, ``strategies`` any valid thing, ``machines`` walks through whole lives;
``contracts`` holds a suite of tests for each port: subclass it, give it your adapter in a fixture, and pass.
"""
