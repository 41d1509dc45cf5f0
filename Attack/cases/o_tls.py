"""What TLS is spoken (243)."""

import socket
import ssl
import subprocess
import time


def handshake(w, *options):
    command = ["openssl", "s_client", "-connect", f"127.0.0.1:{w.server.port}", "-servername", "localhost", *options]
    done = subprocess.run(command, input=b"", capture_output=True, timeout=60)
    text = (done.stdout + done.stderr).decode("utf-8", "replace")
    return "Cipher is (NONE)" not in text and "New, " in text, text


def case_243_tls_versions_and_ciphers(w):
    # requirement: 6750-5.2-6 7662-4-9 8414-6.1-1 8414-6.1-2 8414-6.1-3
    weak = "DEFAULT:@SECLEVEL=0"
    for options in (
        ("-tls1", "-cipher", weak),
        ("-tls1_1", "-cipher", weak),
        ("-tls1_2", "-cipher", "AES128-SHA:@SECLEVEL=0"),
        ("-tls1_2", "-cipher", "AES128-GCM-SHA256:@SECLEVEL=0"),
        ("-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-SHA:ECDHE-RSA-AES128-SHA:@SECLEVEL=0"),
        ("-tls1_2", "-cipher", "ECDHE-ECDSA-AES256-SHA384:ECDHE-RSA-AES256-SHA384:@SECLEVEL=0"),
        ("-tls1_2", "-cipher", "aNULL:eNULL:@SECLEVEL=0"),
        ("-tls1_2", "-cipher", "DHE:@SECLEVEL=0"),
        ("-tls1_2", "-cipher", "3DES:RC4:CAMELLIA:@SECLEVEL=0"),
    ):
        spoken, text = handshake(w, *options)
        assert not spoken, f"{' '.join(options)} was accepted: {text[-200:]}"
    assert handshake(w, "-tls1_3")[0], "TLS 1.3 is not spoken"
    assert handshake(
        w,
        "-tls1_2",
        "-cipher",
        "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-AES128-GCM-SHA256",
    )[0]
    spoken, text = handshake(w, "-tls1_3", "-sess_out", w.server.folder + "/session")
    assert "Early data was accepted" not in text and "Max Early Data: 0" in text or "Max Early Data" not in text, (
        "early data is offered"
    )


def case_243_renegotiation(w):
    command = ["openssl", "s_client", "-connect", f"127.0.0.1:{w.server.port}", "-servername", "localhost", "-tls1_2"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    time.sleep(0.5)
    try:
        process.stdin.write(b"R\n")
        process.stdin.flush()
        time.sleep(0.5)
        process.stdin.write(b"GET /health/live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        process.stdin.flush()
    except OSError:
        pass
    output, _ = process.communicate(timeout=60)
    assert b"HTTP/1.1 200" not in output, "renegotiated and went on"


def case_243_handshake_flood(w):
    """Three seconds of handshakes from one address; then plain bytes and half handshakes."""
    context, made, start = w.server.trusted(), 0, time.monotonic()
    address = w.server.next_address()
    # Three seconds, and longer where a machine is so slow that few were made.
    while time.monotonic() - start < 3 or made <= 20 and time.monotonic() - start < 60:
        try:
            with socket.create_connection(("127.0.0.1", w.server.port), source_address=(address, 0), timeout=30) as sock:
                with context.wrap_socket(sock, server_hostname="localhost"):
                    made += 1
        except (OSError, ssl.SSLError):
            pass
    assert made > 20, f"only {made} handshakes"
    for data in (
        b"GET / HTTP/1.1\r\n\r\n",
        b"\x16\x03\x01\xff\xff" + b"\0" * 100,
        b"\x80\x2e\x01\x00\x02",
        b"\x16\x03\x01\x00\x05\x01\x00\xff\xff\xff",
    ):
        with socket.create_connection(
            ("127.0.0.1", w.server.port), source_address=(w.server.next_address(), 0), timeout=30
        ) as sock:
            sock.sendall(data)
            sock.settimeout(60)
            try:
                answer = sock.recv(100)
            except OSError:
                answer = b""
            assert b"HTTP/1.1 2" not in answer, "plain text was answered"
    assert w.caller().get("/health/ready").status == 200


def case_243_every_endpoint_is_https(w):
    """What is published is https, and the port speaks nothing else."""
    # requirement: 6749-2.3.1-8 6749-3.2-3 6750-5.2-5 6750-5.2-11 7009-2-5 7519-12-1 7521-4-1 7521-8.4-1 7523-7-1 7662-2-1 8414-3-2 6749-3.1-4 7591-3-1 7592-2-1 oidc-core-3.1.2.1-2 oidc-core-3.1.3.1-1 oidc-core-5.3-1 oidc-core-16.1-1 oidc-discovery-7.1-1
    document = w.metadata() | w.http.get("/.well-known/openid-configuration").json()
    urls = [value for name, value in document.items() if name == "issuer" or name.endswith(("_endpoint", "_uri"))]
    assert len(urls) >= 8 and all(url.startswith("https://") for url in urls), urls
    for path in (
        "/token",
        "/introspect",
        "/revoke",
        "/jwks",
        "/.well-known/oauth-authorization-server",
        "/health/ready",
    ):
        method = "POST" if path in ("/token", "/introspect", "/revoke") else "GET"
        with socket.create_connection(
            ("127.0.0.1", w.server.port), source_address=(w.server.next_address(), 0), timeout=30
        ) as sock:
            sock.sendall(f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n".encode())
            sock.settimeout(60)
            try:
                answer = sock.recv(200)
            except OSError:
                answer = b""
        assert not answer.startswith(b"HTTP/"), f"{path} is answered without TLS: {answer[:40]}"
    assert "max-age=" in (w.http.get("/jwks").header("Strict-Transport-Security") or ""), "no HSTS on https"
