"""What others call "FastAPI's speed": a route that takes the raw request, reads its body and answers 202."""

from fastapi import FastAPI, Request, Response

app = FastAPI()


@app.get("/healthz")
async def healthz() -> Response:
    """Says that the process is up."""
    return Response()


@app.post("/hooks/{source}")
async def hook(source: str, request: Request) -> Response:
    """Reads the whole body, then answers."""
    await request.body()
    return Response(status_code=202)
