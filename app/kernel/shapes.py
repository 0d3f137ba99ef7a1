"""A vendor's JSON as the shape that we use of it: one way from pydantic's errors to ours."""

from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from app.kernel.errors import BadPayload

M = TypeVar("M", bound=BaseModel)


class Shape(BaseModel):
    """What we use of a vendor's JSON. Built when the first message of its kind comes: nobody has all of them."""

    model_config = ConfigDict(defer_build=True)


def fit(model: type[M], value: object) -> M:
    """The value as the model. Raises BadPayload with the path of the first place that did not fit; quotes no value."""
    try:
        return model.model_validate(value)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        raise BadPayload(first["msg"], path_of(first["loc"])) from None


def path_of(loc: tuple[str | int, ...]) -> str:
    """A place in a document as people write it: `push.changes[0].new`."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in loc).removeprefix(".")
