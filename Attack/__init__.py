"""Black-box attack cases against a running server; see docs/security/attacks.md."""
