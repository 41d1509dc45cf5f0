"""What the cases stand on: a started server, callers, forged tokens, and the invariants that hold after every case."""
