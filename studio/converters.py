from uuid import UUID

from django.http import Http404


class HexIdConverter:
    """A public id: 32 hex digits; dashes are accepted."""

    regex = "[0-9a-fA-F]{32}|[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"

    def to_python(self, value: str) -> UUID:
        return UUID(value)

    def to_url(self, value: UUID | str) -> str:
        return value.hex if isinstance(value, UUID) else UUID(value).hex


def parse_id(text: str) -> UUID:
    """An id from a query string; 404 for what is none, as for one that does not exist."""
    try:
        return UUID(text)
    except ValueError as error:
        raise Http404("This is no id.") from error
