"""What the flows stand on: a browser that notices every fault, a mail server, a site of our own, and the real server."""
