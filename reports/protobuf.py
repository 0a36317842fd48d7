"""The few lines of Protocol Buffers that a writer needs: fields of whole numbers, of texts and of messages.

Source: "Protocol Buffers, Encoding" (protobuf.dev, read in 2026): a field is its number and wire type, then its value.
"""


def varint(number: int) -> bytes:
    """Seven bits at a time, the low ones first; negative numbers as 64 bits of two's complement."""
    number &= (1 << 64) - 1
    if number < 0x80:
        return bytes((number,))
    out = bytearray()
    while number >= 0x80:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def integer(field: int, value: int) -> bytes:
    return varint(field << 3) + varint(value)


def message(field: int, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return varint(field << 3 | 2) + varint(len(body)) + body


def text(field: int, value: str) -> bytes:
    return message(field, value.encode())
