"""The server: its options, how it starts and how it ends. Wiring only: what it serves is in ``handlers``, ``rooms``."""

from __future__ import annotations

import asyncio
import logging
import os
import secrets
import signal
import socket
import sys
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from tornado.httpserver import HTTPServer
from tornado.ioloop import PeriodicCallback
from tornado.netutil import bind_sockets
from tornado.options import define, options, parse_command_line
from tornado.web import Application

from handlers import routes
from handlers.accounts import cookie_flags
from handlers.assets import Assets
from handlers.base import AllowedHosts, Parts, UnknownPage, log_request, make_templates
from handlers.heartbeat import Heartbeat
from handlers.outbox import RoomOutbox
from handlers.thumbnails import Thumbnails
from handlers.uploads import Imports
from handlers.words import Words
from rooms.accounts import Accounts
from rooms.errors import ClayroomError
from rooms.map import RoomMap
from rooms.store import Store
from rooms.store.mongod import Mongod
from rooms.workers import WorkerPool

HERE = Path(__file__).resolve().parent

#: Bytes of a request's body where nothing else is said: our forms are a few hundred. Uploads have their own limit.
MAX_BODY = 64 * 1024
#: Bytes of a socket's message: a client's own limit is 256 KiB (docs/protocol.md).
MAX_MESSAGE = 256 * 1024
#: Bytes of all headers of one request: room for cookies of neighbours on the same host.
MAX_HEADERS = 32 * 1024
#: Seconds that an idle connection is kept open.
IDLE_SECONDS = 300
#: Seconds that requests which are being answered may take when the server ends.
LAST_ANSWERS = 3.0
#: Between two collections of chunks that no version needs any more: they are kept for a day at least.
COLLECT_EVERY = timedelta(hours=6)
#: Worker processes: one keeps a core for the event loop on the smallest machine.
WORKERS = 2 if (os.cpu_count() or 1) > 2 else 1

define("port", 8888, type=int, help="port to listen on; 0 takes a free one")
define("host", "127.0.0.1", help="address to listen on; 0.0.0.0 lets others on the network in")
define("data", "data", help="folder for the database, the secret and uploads under way")
define("mongodb_uri", os.environ.get("MONGODB_URI", ""), help="MongoDB to use instead of our own (or env MONGODB_URI)")
define("database", "clayroom", help="name of the database")
define("allowed_hosts", "", multiple=True, help="further host names under which browsers reach this server, by commas")
define("behind_tls", False, help="browsers come by https (through a proxy): Secure cookies and HSTS")
define("trusted_proxies", "", multiple=True, help="addresses of proxies whose X-Forwarded-For and -Proto are believed")
define("debug", False, help="notice edited pages and modules without a restart; never in production")


@dataclass
class Settings:
    """What a deployment chooses. ``workers`` is left to whoever made it to close."""

    data: Path
    workers: WorkerPool
    cookie_secret: str
    allowed_hosts: AllowedHosts
    secure: bool = False
    debug: bool = False


def make_app(store: Store, rooms: RoomMap, settings: Settings, accounts: Accounts | None = None) -> Application:
    assets = Assets(HERE / "static", HERE / "node_modules" / "three", settings.debug)
    parts = Parts(
        store=store,
        rooms=rooms,
        accounts=accounts or Accounts(store),
        heartbeat=Heartbeat(),
        workers=settings.workers,
        assets=assets,
        templates=make_templates(HERE / "templates"),
        imports=Imports(settings.data / "uploads"),
        thumbnails=Thumbnails(store, settings.workers),
        words=Words(HERE / "static" / "locales", settings.debug),
    )
    return Application(
        routes(parts),
        default_handler_class=UnknownPage,
        default_handler_args=dict(parts=parts),
        log_function=log_request,
        assets=assets,
        allowed_hosts=settings.allowed_hosts,
        secure=settings.secure,
        cookie_secret=settings.cookie_secret,
        xsrf_cookies=True,
        xsrf_cookie_name="__Host-clayroom_xsrf" if settings.secure else "clayroom_xsrf",
        xsrf_cookie_kwargs=cookie_flags(settings.secure),
        cross_origin_protection=True,
        websocket_max_message_size=MAX_MESSAGE,
    )


async def main() -> int:
    """Serves until SIGTERM or SIGINT; returns the exit status."""
    ending = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, ending.set)
    data = Path(options.data).resolve()
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    workers = WorkerPool(WORKERS)
    mongod: Mongod | None = None
    store: Store | None = None
    accounts: Accounts | None = None
    try:
        uri = options.mongodb_uri
        if not uri:
            # Spawned from this, the main thread: the database ends when the thread that started it does.
            mongod = Mongod.start(data / "mongodb")
            uri = mongod.uri
        store = await Store.connect(uri, options.database)
        accounts = Accounts(store)
        await workers.start()
        sockets = bind_sockets(options.port, options.host or None)
        port = sockets[0].getsockname()[1]
        rooms = RoomMap(store, owner=f"{socket.gethostname()}:{port}", outbox_factory=RoomOutbox)
        hosts = AllowedHosts([*own_names(options.host), *filter(None, options.allowed_hosts)])
        settings = Settings(data, workers, cookie_secret(data), hosts, options.behind_tls, options.debug)
        app = make_app(store, rooms, settings, accounts)
        await asyncio.to_thread(app.settings["assets"].read_all)
        server = HTTPServer(
            app,
            xheaders=any(options.trusted_proxies),
            trusted_downstream=[*filter(None, options.trusted_proxies)],
            max_body_size=MAX_BODY,
            max_header_size=MAX_HEADERS,
            idle_connection_timeout=IDLE_SECONDS,
        )
        server.add_sockets(sockets)
        collecting = PeriodicCallback(store.collect_chunks, COLLECT_EVERY)
        collecting.start()
        print(greeting(options.host, port), flush=True)
        await ending.wait()
        collecting.stop()
        server.stop()
        await rooms.close()
        with suppress(TimeoutError):
            await asyncio.wait_for(server.close_all_connections(), LAST_ANSWERS)
        return 0
    except (ClayroomError, OSError) as error:
        print(f"Clayroom can not start: {error}", file=sys.stderr)
        return 1
    finally:
        await workers.close()
        if accounts:
            accounts.close()
        if store:
            await store.close()
        if mongod:
            mongod.stop()


def cookie_secret(data: Path) -> str:
    """The secret that signs cookies: from CLAYROOM_COOKIE_SECRET, or else kept in ``data``, made at the first start."""
    if given := os.environ.get("CLAYROOM_COOKIE_SECRET"):
        if len(given) < 32:
            raise ClayroomError(f"CLAYROOM_COOKIE_SECRET has {len(given)} characters; it needs 32 random ones or more.")
        return given
    path = data / "cookie_secret"
    with suppress(FileExistsError), os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
        file.write(secrets.token_urlsafe(48))
    return path.read_text()


def own_names(host: str) -> list[str]:
    """The names by which browsers may ask for us; when others on the network may, this machine's names with them."""
    names = ["localhost", "127.0.0.1", "::1"]
    if host in ("127.0.0.1", "localhost", "::1"):
        return names
    name = socket.gethostname()
    return [*names, name, f"{name}.local", *lan_addresses(), *([host] if host not in ("", "0.0.0.0", "::") else [])]


def lan_addresses() -> list[str]:
    """This machine's addresses on its networks, the one of the default route first. Sends nothing."""
    found = []
    with suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(("192.0.2.1", 9))  # an address of documentation: a datagram socket only looks up the route
        found.append(probe.getsockname()[0])
    with suppress(OSError):
        found += [str(info[4][0]) for info in socket.getaddrinfo(socket.gethostname(), None, type=socket.SOCK_STREAM)]
    return [address for address in dict.fromkeys(found) if not address.startswith("127.") and address != "::1"]


def greeting(host: str, port: int) -> str:
    """The line that says where to point the browser."""
    if host in ("", "0.0.0.0", "::"):
        others = ", ".join(f"http://{address}:{port}" for address in lan_addresses() if ":" not in address)
        return f"Clayroom is ready: http://localhost:{port}" + (
            f", for others on this network {others}" if others else ""
        )
    return f"Clayroom is ready: http://{f'[{host}]' if ':' in host else host}:{port}"


if __name__ == "__main__":
    parse_command_line()
    logging.captureWarnings(True)
    sys.exit(asyncio.run(main()))
