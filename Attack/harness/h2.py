"""HTTP/2 frames as no library makes them; what matters is what the server behind is asked, so answers are only skipped."""

import struct

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, SETTINGS, WINDOW, CONTINUATION = 0, 1, 4, 8, 9
END_STREAM, END_HEADERS = 1, 4


def frame(kind, flags, stream, payload=b""):
    return struct.pack(">I", len(payload))[1:] + bytes((kind, flags)) + struct.pack(">I", stream) + payload


def length(number):
    """RFC 7541 §5.1 with a prefix of seven bits."""
    if number < 127:
        return bytes((number,))
    found, number = b"\x7f", number - 127
    while number >= 128:
        found += bytes((number % 128 + 128,))
        number //= 128
    return found + bytes((number,))


def fields(pairs):
    """Each a literal that is not indexed (RFC 7541 §6.2.2), whatever bytes are in it."""
    found = b""
    for pair in pairs:
        for text in pair:
            data = text if isinstance(text, bytes) else text.encode("latin-1")
            found += (b"\x00" if text is pair[0] else b"") + length(len(data)) + data
    return found


def request(pairs, body=None, stream=1, trailers=None):
    end = END_STREAM if body is None and trailers is None else 0
    sent = frame(HEADERS, END_HEADERS | end, stream, fields(pairs))
    if body is not None:
        sent += frame(DATA, 0 if trailers else END_STREAM, stream, body)
    if trailers:
        sent += frame(HEADERS, END_HEADERS | END_STREAM, stream, fields(trailers))
    return sent


def exchange(sock, data):
    """Sends it on a new connection and reads until stream 1 or the connection ends; which frames came."""
    kinds, held = [], b""
    try:
        sock.sendall(PREFACE + frame(SETTINGS, 0, 0) + data)
        while part := sock.recv(65536):
            held += part
            while len(held) >= 9 and len(held) >= 9 + int.from_bytes(held[:3], "big"):
                size, kind, flags = int.from_bytes(held[:3], "big"), held[3], held[4]
                stream = int.from_bytes(held[5:9], "big")
                held = held[9 + size :]
                kinds.append(kind)
                if kind == 3 or stream == 1 and kind in (DATA, HEADERS) and flags & END_STREAM:
                    return kinds
    except TimeoutError:
        kinds.append(None)
    except OSError:
        pass
    return kinds
