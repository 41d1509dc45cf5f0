"""Finds the flows, runs them one after the other and says how it went."""

import argparse
import importlib
import os
import pkgutil
import shutil
import time
import traceback

from Attack.harness.runner import default_binary

from .. import flows
from .world import World

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))


def collected():
    """All functions named flow_…, in the order of their files and lines."""
    found = []
    for module in sorted(info.name for info in pkgutil.iter_modules(flows.__path__)):
        loaded = importlib.import_module(f"{flows.__name__}.{module}")
        here = [value for name, value in vars(loaded).items() if name.startswith("flow_") and callable(value)]
        found += sorted(here, key=lambda flow: flow.__code__.co_firstlineno)
    return found


def run(flow, world):
    """The reasons why a flow failed; none if it passed."""
    problems = []
    try:
        flow(world)
    except Exception as error:
        where = traceback.extract_tb(error.__traceback__)
        line = next((frame.lineno for frame in reversed(where) if frame.name == flow.__name__), 0)
        problems.append(f"{type(error).__name__}: {error or 'no reason'} (line {line})")
    return problems + world.judge()


def main():
    parser = argparse.ArgumentParser(prog="scripts/browser", description="Drives the pages with a real browser.")
    parser.add_argument("names", nargs="*", help="parts of names of flows; all if none is given")
    parser.add_argument("--binary", help="the tessera program (default: .build/debug, else .build/release)")
    parser.add_argument("--screenshots", action="store_true", help="write pictures of all pages to out/screenshots")
    parser.add_argument("--list", action="store_true", help="name the flows and end")
    options = parser.parse_args()
    chosen = [
        flow for flow in collected() if not options.names or any(name in flow.__name__ for name in options.names)
    ]
    if options.list or not chosen:
        print("\n".join(flow.__name__ for flow in chosen) or "no such flow")
        return 0 if chosen else 2
    binary = options.binary or default_binary()
    world = World(binary, os.path.join(ROOT, "out", "screenshots") if options.screenshots else None)
    failed, started = 0, time.monotonic()
    try:
        print(f"browser: Chromium {world.browser.version}, {os.path.relpath(binary, ROOT)}", flush=True)
        for flow in chosen:
            begun = time.monotonic()
            problems = run(flow, world)
            failed += bool(problems)
            print(f"{'FAIL' if problems else 'PASS'} {flow.__name__} {time.monotonic() - begun:.1f}s", flush=True)
            for problem in problems[:8]:
                print(f"     {problem[:800]}", flush=True)
    finally:
        world.close()
        shutil.rmtree(world.scratch, ignore_errors=True)
    print(f"browser: {len(chosen) - failed} passed, {failed} failed in {time.monotonic() - started:.0f} s")
    return 1 if failed else 0
