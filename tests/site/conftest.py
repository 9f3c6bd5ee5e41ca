"""The whole website with Pyodide, built and served once, below the top of a server on the loopback address."""

import functools
import http.server
import sys
import threading
from pathlib import Path

import needs
import pytest

sys.path.append(str(Path(__file__).resolve().parent.parent / "browser"))

WHY = "these tests open the website in a real browser"


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Hands out files and keeps silent, also when a page no longer waits for one."""

    def log_message(self, *told):
        pass

    def copyfile(self, source, outputfile):
        try:
            super().copyfile(source, outputfile)
        except ConnectionError:
            self.close_connection = True


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """The folder of the site, in a folder that is the top of the server."""
    needs.needed("jupyterlite_sphinx", f"make test-site installs it; {WHY}")
    import pyodide
    import website

    top = tmp_path_factory.mktemp("server") / "some" / "where"
    top.mkdir(parents=True)
    try:
        given = pyodide.distribution()
    except pyodide.Refused as error:
        needs.absent("Pyodide", str(error))
    website.build(top / "course", str(given), "somebody/course")
    return top / "course"


@pytest.fixture(scope="session")
def address(site):
    """Where the site is served, as /some/where/course/: nothing in it may count on being at the top."""
    handler = functools.partial(Quiet, directory=str(site.parents[2]))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/some/where/course/"
    server.shutdown()
    server.server_close()
