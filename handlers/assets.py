"""Everything static: our own files under a digest, three.js under its version, and the import map that names both.

A module that is imported by another gets no ``?v=`` of its own, so a version in the query would let a browser mix old
modules with new ones. The digest of *all* our files therefore stands in the path: relative imports and workers
inherit it, and what has once been fetched may be kept for good.

    /static/<digest>/editor/main.js              static/editor/main.js
    /vendor/three@0.187.0/build/three.module.js  node_modules/three/build/three.module.js
    /vendor/three@0.187.0/addons/math/...        node_modules/three/examples/jsm/math/...

Only files that were found when the catalogue was made, with a suffix of `CONTENT_TYPES`, are served: no path of a
request ever reaches the file system.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import posixpath
import re
from dataclasses import dataclass, field
from pathlib import Path

#: What is served, by suffix. Anything else that lies in the folders (types, notes, sources of art) stays private.
CONTENT_TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".json": "application/json",
    ".webp": "image/webp",
    ".png": "image/png",
    ".wasm": "application/wasm",
}

#: Suffixes that gzip makes smaller; pictures are compressed already.
COMPRESSED = frozenset({".js", ".css", ".svg", ".json", ".wasm"})

#: Folders of ``node_modules/three`` that pages may load, and the name of each in URLs.
THREE_FOLDERS = {"build": "build", "addons": "examples/jsm"}


#: The static imports of a module: ``import … from '…'``, ``export … from '…'``, ``import '…'`` at the start of a line. Names
#: may stand on several lines; a dynamic ``import('…')`` is asked for when it is needed, and a worker's modules by the worker.
IMPORT = re.compile(r"""^(?:import|export)\b(?:[^'";]*?\bfrom)?\s*['"]([^'"]+)['"]""", re.MULTILINE)


@dataclass(slots=True)
class Asset:
    """One servable file. ``body`` and ``packed`` (gzip) are read when first asked for and then kept."""

    file: Path
    body: bytes | None = None
    packed: bytes | None = None

    @property
    def content_type(self) -> str:
        return CONTENT_TYPES[self.file.suffix]

    def read(self) -> None:
        """Fills ``body`` and ``packed``. Blocks for up to 0.1 s (three.js is 1.4 MB): not for the event loop."""
        body = self.file.read_bytes()
        if self.file.suffix in COMPRESSED:
            packed = gzip.compress(body, compresslevel=6, mtime=0)
            self.packed = packed if len(packed) < len(body) else None
        self.body = body


def catalogue(folder: Path) -> dict[str, Asset]:
    """Every servable file below ``folder``, by its path relative to it, in sorted order."""
    files = sorted(file for file in folder.rglob("*") if file.suffix in CONTENT_TYPES and file.is_file())
    return {file.relative_to(folder).as_posix(): Asset(file) for file in files}


def digest_of(assets: dict[str, Asset]) -> str:
    """16 hexadecimal digits over the names and contents of all files. Reads them all."""
    digest = hashlib.blake2b(digest_size=8)
    for path, asset in assets.items():
        content = asset.file.read_bytes()
        digest.update(f"{path}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


@dataclass(slots=True)
class Assets:
    """The catalogue of what is served. With ``debug`` our own files are looked at again for every page."""

    static: Path
    three: Path
    debug: bool = False
    own: dict[str, Asset] = field(init=False)
    vendor: dict[str, Asset] = field(init=False)
    digest: str = field(init=False)
    three_version: str = field(init=False)
    #: for each entry module of the pages, the URLs of all that it imports
    _modules: dict[str, list[str]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.three_version = str(json.loads((self.three / "package.json").read_text())["version"])
        self.vendor = {
            f"{name}/{path}": asset
            for name, folder in THREE_FOLDERS.items()
            for path, asset in catalogue(self.three / folder).items()
        }
        self.own = catalogue(self.static)
        self.digest = digest_of(self.own)

    def refresh(self) -> None:
        """Called before a page is rendered: in debug, notices files that were edited."""
        if self.debug:
            own = catalogue(self.static)
            digest = digest_of(own)
            if digest != self.digest:
                self.own, self.digest = own, digest
                self._modules.clear()

    def url(self, path: str) -> str:
        """URL of one of our own files. Raises KeyError for a file that is not there, so a typo fails the page."""
        if path not in self.own:
            raise KeyError(f"no static file {path!r}")
        return f"/static/{self.digest}/{path}"

    @property
    def vendor_prefix(self) -> str:
        return f"/vendor/three@{self.three_version}"

    def import_map(self) -> dict[str, dict[str, str]]:
        """The import map of every page with modules, from the same list that is served."""
        return {
            "imports": {
                "three": f"{self.vendor_prefix}/build/three.module.js",
                "three/addons/": f"{self.vendor_prefix}/addons/",
            }
        }

    def modules(self, entry: str) -> list[str]:
        """URLs of ``entry`` and of everything that it imports, nearest first.

        A page names them all to the browser, which otherwise learns of each level of imports only when the level above
        has arrived: eight round trips instead of one. Raises KeyError for an import of a file that is not there.
        """
        if entry not in self._modules:
            found = dict.fromkeys([self.url(entry)])
            paths = [entry]
            while paths:
                below = []
                for path in paths:
                    for url in self._imports_of(path):
                        if url not in found:
                            found[url] = None
                            below.append(url)
                paths = below
            self._modules[entry] = list(found)
        return self._modules[entry]

    def _imports_of(self, place: str) -> list[str]:
        """URLs that the module at ``place`` (a path of our own, or a URL) imports."""
        own, vendor = f"/static/{self.digest}/", f"{self.vendor_prefix}/"
        if place.startswith(vendor):
            asset = self.vendor[place.removeprefix(vendor)]
        else:
            place = own + place.removeprefix(own)
            asset = self.own[place.removeprefix(own)]
        names = self.import_map()["imports"]
        urls = []
        for name in IMPORT.findall(asset.file.read_text()):
            if name.startswith("."):
                urls.append(posixpath.normpath(posixpath.join(posixpath.dirname(place), name)))
            elif name in names:
                urls.append(names[name])
            else:
                urls.append(vendor + "addons/" + name.removeprefix("three/addons/"))
        return urls

    def read_all(self) -> None:
        """Reads and packs everything that pages load, so that the first visitor need not wait. Blocks for 0.2 s."""
        vendor = f"{self.vendor_prefix}/"
        three = [url.removeprefix(vendor) for url in self.modules("editor/main.js") if url.startswith(vendor)]
        for asset in [*self.own.values(), *(self.vendor[path] for path in three)]:
            if asset.body is None:
                asset.read()

    def find_own(self, digest: str, path: str) -> Asset | None:
        """The file, or None: also when ``digest`` is of another version, whose files we no longer have."""
        return self.own.get(path) if digest == self.digest else None

    def find_vendor(self, version: str, path: str) -> Asset | None:
        return self.vendor.get(path) if version == self.three_version else None
