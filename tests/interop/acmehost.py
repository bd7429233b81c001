"""A host that serves ACME, for tests: the quickstart's deployment with directories, resolvers and
permitted addresses of the test's own."""
import json
import os
import pathlib
import shutil
import subprocess
import sys

TESTS = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(TESTS / "faults"))
os.environ.setdefault("SIGNET_RELEASE", os.environ.get("SIGNET_BUILD", ""))
import node as faults  # noqa: E402

# Made once for all tests by `acme-deployment`, which ctest runs before them.
TEMPLATE = faults.BUILD / "tests/interop/acme-deployment"


def copy_deployment(demo):
    """A deployment of the test's own; made anew where the test is run by hand. What the quickstart
    printed is in its file `quickstart`."""
    if (TEMPLATE / "signet.cfg").exists():
        shutil.copytree(TEMPLATE, demo)
    else:
        make_deployment(demo)


def make_deployment(folder):
    """One that can be copied."""
    printed = faults.make_deployment(folder)
    for left in ("env", "token", "signetd.log"):
        (folder / left).unlink(missing_ok=True)
    (folder / "quickstart").write_text(printed.replace(str(folder), "$DEMO"))


class Host:
    """A signetd, once it is started."""

    def __init__(self, name, directories, dns="", permit='"127.0.0.1/32"', wildcards=False):
        self.name = name
        self.folder = faults.temporary(name)
        self.demo = self.folder / "demo"
        copy_deployment(self.demo)
        self.roots = self.demo / "authorities/root.pem"
        self.config = self.demo / "signet.cfg"
        self.node = faults.Node(self.demo)
        self.url = None
        if directories is not None:
            self.configure(directories, dns, permit)
        if wildcards:
            profile = self.demo / "profiles/tls-server.cfg"
            profile.write_text(profile.read_text().replace("wildcards = false;", "wildcards = true;"))

    def configure(self, directories, dns="", permit='"127.0.0.1/32"'):
        """Writes the instance of ACME, which is the last of the configuration."""
        text = self.config.read_text()
        place = text.index('name = "acme";')
        self.config.write_text(text[:place] + f'''name = "acme"; plugin = "protocol-acme";
    credential_secret = "file:secrets/acme.key";
    directories = ( {directories} );
    dns = {{ {dns} }};
    outbound = {{ permit = [ {permit} ]; }};
  }}
);
''')

    def start(self):
        """Starts it."""
        self.node.must_start()
        self.url = (self.demo / "run/ready").read_text().split("https ", 1)[1].split()[0]

    def directory(self, name="tls"):
        """The URL of a directory."""
        return f"{self.url}/acme/{name}/directory"

    def fail(self, what):
        """Ends the test."""
        path = self.demo / "signetd.log"
        log = path.read_text(errors="replace").splitlines() if path.exists() else []
        sys.exit(f"{self.name}: {what}\n" + "\n".join(log[-15:]))

    def signet(self, *arguments):
        """A command as an officer at the local socket; what it prints."""
        done = subprocess.run([faults.BUILD / "bin/signet", *arguments], capture_output=True, text=True,
                              env=dict(os.environ, SIGNET_URL=f"unix:{self.demo}/run/signet.sock",
                                       SIGNET_PLUGINS=str(faults.PLUGINS)))
        if done.returncode != 0:
            self.fail(f"signet {' '.join(arguments)}: {done.returncode} {done.stdout}{done.stderr}")
        return done.stdout

    def json(self, *arguments):
        """The same, as JSON."""
        return json.loads(self.signet("--json", *arguments))

    def finish(self, what):
        """Stops it; its journal must be whole."""
        self.node.stop()
        self.node.verify_journal()
        print(what)
