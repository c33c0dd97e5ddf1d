"""Requests as the official client sends them, without it."""

import json

from studio.api_keys import create_key


class Asking:
    """Requests with the key of one account."""

    def __init__(self, client, user):
        self.client = client
        self.headers = {
            "authorization": f"bearer {create_key(user=user, name='k', scope='write')[1]}"
        }

    def __call__(self, method, address, body=None, **query):
        text = json.dumps(body) if body is not None else None
        return self.client.generic(
            method,
            f"/api/{address}",
            text or "",
            content_type="application/json",
            headers=self.headers,
            query_params=query,
        )

    def get(self, address, **query):
        answer = self("GET", address, **query)
        content = b"".join(answer) if answer.streaming else answer.content
        assert answer.status_code == 200, content
        return json.loads(content)
