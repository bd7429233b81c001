"""A receiver of webhooks: verifies each signature, keeps the last document, answers what it was told.
It reads one JSON object a line and replies one line."""
import base64
import hashlib
import hmac
import json
import sys
import time

sys.path.insert(0, sys.argv[2])
import peer  # noqa: E402

SECRET = base64.b64decode("c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0IQ==")


class State:
    """What to answer, and what came last."""
    status = 200
    type = "application/json"
    body = '{"allow": true}'
    delay = 0
    last = {}


class Handler(peer.Handler):
    """Answers POSTs."""

    def do_POST(self):
        body = self.body()
        wanted = hmac.new(SECRET, body, hashlib.sha256).hexdigest()
        State.last = {
            "verified": hmac.compare_digest(wanted, self.headers["X-Smallstep-Signature"]),
            "id": self.headers["X-Smallstep-Webhook-ID"], "type": self.headers["Content-Type"],
            "authorization": self.headers.get("Authorization", "(none)"), "path": self.path,
            "document": json.loads(body)}
        time.sleep(State.delay)
        self.answer(State.status, State.body.encode(), [("Content-Type", State.type)])


def told(line, _):
    """Sets what to answer, or tells a member of what came last, by its path."""
    asked = json.loads(line)
    if "tell" in asked:
        found = State.last
        for name in asked["tell"].split("."):
            found = found[int(name)] if isinstance(found, list) else found[name]
        return found if isinstance(found, str) and "\n" not in found else json.dumps(found)
    State.status = asked.get("status", 200)
    State.type = asked.get("type", "application/json")
    State.body = asked.get("body", '{"allow": true}')
    State.delay = asked.get("delay", 0)
    return "done"


peer.make_certificates(peer.folder())
peer.serve(Handler, peer.make_context(peer.folder()), told)
