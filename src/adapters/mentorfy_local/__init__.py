"""Adapters for one machine: folders, an in-process bell, an extractive chat model, MiniLM."""
