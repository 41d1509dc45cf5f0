"""Clients that nobody on this project wrote, against a started server."""
