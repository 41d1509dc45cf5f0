"""What a case is: a function named case_<id>_<what>, marked when a failure would be a critical escape."""


class Skip(Exception):
    """The case cannot run here; the text says why."""


def critical(function):
    """Marks a case whose failure lets an attacker in (C in the list)."""
    function.critical = True
    return function


def last(function):
    """Marks a case that looks at what all the others left behind."""
    function.last = True
    return function
