"""Faults while the server works: kill -9, power cuts, key rotations."""
