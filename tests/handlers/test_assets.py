"""Static files under a digest, three.js under its version."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable
from pathlib import Path

import pytest
import tornado.web

from handlers.assets import Assets, catalogue
from tests.handlers.browser import Browser, text

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def assets(app: tornado.web.Application) -> Assets:
    found = app.wildcard_router.rules[0].target_kwargs["parts"].assets
    assert isinstance(found, Assets)
    return found


def folder_with(tmp_path: Path, **files: str) -> Path:
    for name, content in files.items():
        (tmp_path / name.replace("_", ".")).write_text(content)
    return tmp_path


@pytest.mark.gen_test
async def test_cached_for_good(browser: Callable[[], Browser], assets: Assets) -> None:
    """A file under its digest may be kept for ever, has the right type, and can not be read from other sites."""
    answer = await browser().get(assets.url("css/base.css"))
    assert (answer.code, answer.headers["Content-Type"]) == (200, "text/css; charset=utf-8")
    assert answer.headers["Cache-Control"] == "public, max-age=315360000, immutable"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert answer.headers["Cross-Origin-Embedder-Policy"] == "require-corp"  # or a worker would not start
    assert "Set-Cookie" not in answer.headers
    assert answer.body == (ROOT / "static/css/base.css").read_bytes()


@pytest.mark.gen_test
async def test_gzip(browser: Callable[[], Browser], assets: Assets) -> None:
    """Text comes compressed to whoever takes it; HEAD says the same without the body."""
    page = browser()
    url = assets.import_map()["imports"]["three"]
    packed = await page.get(url, {"Accept-Encoding": "gzip"})
    plain = await page.get(url, {"Accept-Encoding": "identity"})
    assert packed.headers["Content-Encoding"] == "gzip" and "Content-Encoding" not in plain.headers
    assert (
        gzip.decompress(packed.body) == plain.body == (ROOT / "node_modules/three/build/three.module.js").read_bytes()
    )
    head = await page.get(url, {"Accept-Encoding": "identity"}, method="HEAD")
    assert (head.code, head.body, head.headers["Content-Length"]) == (200, b"", str(len(plain.body)))


@pytest.mark.parametrize(
    "path",
    [
        "/static/0000000000000000/css/base.css",
        "/static/{digest}/css/no.css",
        "/static/{digest}/css/",
        "/static/{digest}/types.d.ts",
        "/static/{digest}/../server.py",
        "/static/{digest}/%2e%2e/server.py",
        "/static/{digest}/..%2fserver.py",
        "/static/{digest}//etc/passwd",
        "/static/css/base.css",
        "/vendor/three@0.1.0/build/three.module.js",
        "/vendor/three@{three}/build/../package.json",
        "/vendor/three@{three}/package.json",
        "/vendor/three@{three}/src/Three.js",
        "/vendor/ws@8.23.0/index.js",
    ],
)
@pytest.mark.gen_test
async def test_not_served(path: str, browser: Callable[[], Browser], assets: Assets) -> None:
    """Another version, a file that is not listed, and every way out of the folder."""
    answer = await browser().get(path.format(digest=assets.digest, three=assets.three_version))
    assert answer.code == 404
    assert "immutable" not in answer.headers.get("Cache-Control", "")


def test_import_map_leads_to_what_is_served(assets: Assets) -> None:
    """Both entries of the map name the version that package.json says."""
    imports = assets.import_map()["imports"]
    assert imports["three"].removeprefix(assets.vendor_prefix + "/") in assets.vendor
    assert imports["three/addons/"].removeprefix(assets.vendor_prefix + "/") + "misc/Sculptor.js" in assets.vendor


def test_digest_follows_content(tmp_path: Path) -> None:
    """In debug an edited file moves the digest with the next page; otherwise nothing moves while the server runs."""
    three = ROOT / "node_modules" / "three"
    folder = folder_with(tmp_path, a_js="1", b_css="2")
    live, still = Assets(folder, three, debug=True), Assets(folder, three)
    first = live.digest
    assert first == still.digest and re.fullmatch("[0-9a-f]{16}", first)
    live.refresh()
    assert live.digest == first
    folder_with(tmp_path, a_js="3")
    live.refresh()
    still.refresh()
    assert live.digest != first and still.digest == first
    assert live.find_own(first, "a.js") is None and still.find_own(first, "a.js")


def test_catalogue(tmp_path: Path) -> None:
    """Only files with a listed suffix, so that notes and types stay private."""
    folder = folder_with(tmp_path, a_js="", types_d_ts="", README_md="", picture_svg="")
    assert list(catalogue(folder)) == ["a.js", "picture.svg"]


def test_a_typo_fails_the_page(assets: Assets) -> None:
    """A template that names a file that is not there does not render a dead link."""
    with pytest.raises(KeyError, match="css/basse.css"):
        assets.url("css/basse.css")


@pytest.mark.gen_test
async def test_every_link_of_a_page_works(browser: Callable[[], Browser]) -> None:
    """Whatever the landing page loads is there."""
    page = browser()
    links = re.findall(r'(?:href|src)="(/static/[^"]+)"', text(await page.get("/")))
    assert len(links) >= 5
    assert [(await page.get(link)).code for link in links] == [200] * len(links)


def test_modules_of_an_entry(tmp_path: Path) -> None:
    """All static imports below an entry, each once, nearest first; three.js by its version; nothing dynamic."""
    files = {
        "editor/main.js": (
            "import { a,\n  b } from '../net/a.js';\nimport '../net/b.js';\nexport * from './c.js';\n"
            "import { Mesh } from 'three';\nconst late = () => import('./late.js');\n// import './comment.js'\n"
        ),
        "net/a.js": 'import { b } from "./b.js";\nexport const a = 1;\n',
        "net/b.js": "export const text = 'from ./nowhere.js';\n",
        "editor/c.js": "import '../editor/main.js';\n",
        "editor/late.js": "",
        "editor/comment.js": "",
    }
    for name, source in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(source)
    assets = Assets(tmp_path, ROOT / "node_modules" / "three")
    vendor = f"/vendor/three@{assets.three_version}/build"
    names = ("editor/main.js", "net/a.js", "net/b.js", "editor/c.js")
    found = assets.modules("editor/main.js")
    assert [url for url in found if not url.startswith("/vendor")] == [assets.url(name) for name in names]
    assert {url for url in found if url.startswith("/vendor")} == {
        f"{vendor}/three.module.js",
        f"{vendor}/three.core.js",
    }


def test_every_module_of_the_editor_is_named() -> None:
    """The page names every module of ours that its scripts load, so that none waits for another."""
    assets = Assets(ROOT / "static", ROOT / "node_modules" / "three")
    named = set(assets.modules("editor/main.js"))
    pages = {path for path in assets.own if path.startswith("pages/") or path.endswith(".worker.js")}
    assert {assets.url(path) for path in assets.own if path.endswith(".js") and path not in pages} <= named
