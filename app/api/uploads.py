"""Files that are posted as they are: the body, counted while it streams."""

from fastapi import HTTPException, Request


async def uploaded(request: Request, limit: int) -> bytes:
    """The body of at most `limit` bytes. Raises 413, and 415 for an encoding or a form."""
    if request.headers.get("content-encoding", "identity") != "identity":
        raise HTTPException(415, "send the file as it is, without a content encoding")
    if request.headers.get("content-type", "").lower().startswith("multipart/"):
        raise HTTPException(415, "send the file itself: curl --data-binary @file")
    too_large = HTTPException(413, f"the file is larger than {limit} bytes", {"connection": "close"})
    if int(request.headers.get("content-length") or 0) > limit:
        raise too_large
    pieces, size = [], 0
    async for piece in request.stream():
        size += len(piece)
        if size > limit:
            raise too_large
        pieces.append(piece)
    return b"".join(pieces)
