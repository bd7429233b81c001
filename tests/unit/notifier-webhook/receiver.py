"""A receiver of Standard Webhooks: verifies with their own library, keeps the last message, answers
what it was told. It reads one JSON object a line and replies one line."""
import json
import sys
import time

sys.path[:0] = sys.argv[2].split(":")
import peer  # noqa: E402
from standardwebhooks.webhooks import Webhook, WebhookVerificationError  # noqa: E402


class State:
    """What to verify with and to answer, and what came last."""
    secret = ""
    status = 204
    headers = []
    delay = 0
    last = {}
    count = 0


def verified(body, headers):
    """Whether the message is signed, as its library sees it."""
    try:
        Webhook(State.secret).verify(body, headers)
        return True
    except WebhookVerificationError:
        return False


class Handler(peer.Handler):
    """Takes POSTs."""

    def do_POST(self):
        body = self.body()
        headers = {name.lower(): value for name, value in self.headers.items()}
        State.count += 1
        State.last = {"verified": verified(body, headers),
                      "changed": verified(body + b" ", headers),
                      "id": headers.get("webhook-id"), "type": headers["content-type"],
                      "age": abs(time.time() - int(headers.get("webhook-timestamp", 0))) < 60,
                      "signatures": len(headers.get("webhook-signature", "").split(" ")),
                      "path": self.path, "body": json.loads(body)}
        time.sleep(State.delay)
        self.answer(State.status, b"", [tuple(pair) for pair in State.headers])


def told(line, _):
    """Sets what to answer, or tells a member of what came last, by its path."""
    asked = json.loads(line)
    if "tell" in asked:
        found = State.count if asked["tell"] == "count" else State.last
        for name in asked["tell"].split(".") if found is State.last else []:
            found = found[name]
        return found if isinstance(found, str) else json.dumps(found)
    State.secret = asked.get("secret", State.secret)
    State.status = asked.get("status", 204)
    State.headers = asked.get("headers", [])
    State.delay = asked.get("delay", 0)
    return "done"


peer.make_certificates(peer.folder())
peer.serve(Handler, peer.make_context(peer.folder()), told)
