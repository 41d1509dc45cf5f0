"""Flows that a real browser drives: pages as people meet them, with mail, without script, on a phone and in the dark."""
