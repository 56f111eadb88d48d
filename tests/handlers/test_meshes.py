"""Clay in and out over HTTP: blobs, import, export, thumbnails."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import tornado.web

import handlers.meshes
from handlers.meshes import attachment
from handlers.thumbnails import Thumbnails
from handlers.uploads import IMPORTS_PER_USER, Imports
from rooms.meshes import read_mesh
from rooms.meshes.mesh import MAX_UPLOAD_BYTES
from rooms.store import Store
from server import Settings
from tests.handlers.browser import Browser, said
from tests.handlers.conftest import Cast

TETRAHEDRON = b"OFF\n4 4 6\n0 0 0\n10 0 0\n0 10 0\n0 0 10\n3 0 2 1\n3 0 1 3\n3 0 3 2\n3 1 2 3\n"


@pytest.fixture
def imports(app: tornado.web.Application) -> Imports:
    found = app.wildcard_router.rules[0].target_kwargs["parts"].imports
    assert isinstance(found, Imports)
    return found


async def until(condition: Callable[[], bool]) -> None:
    """Waits until ``condition`` holds, ten seconds at most."""
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.005)


# Loading


@pytest.mark.gen_test
async def test_manifest_and_blobs(browser: Callable[[], Browser], store: Store, cast: Cast) -> None:
    """The manifest names blobs, and each is the array, whole, with and without gzip."""
    page = await browser().be(cast.viewer, store)
    api = f"/api/projects/{cast.project.project}"
    manifest = said(await page.get(f"{api}/snapshot"))
    assert cast.project.snapshot is not None
    snapshot = await store.load_snapshot(cast.project.snapshot)
    piece, described = snapshot.pieces[0], manifest["pieces"][0]
    packed = await page.get(f"{api}/blobs/{described['positions']}", {"Accept-Encoding": "gzip"})
    plain = await page.get(f"{api}/blobs/{described['positions']}", {"Accept-Encoding": "identity"})
    assert "immutable" in packed.headers["Cache-Control"] and "private" in packed.headers["Cache-Control"]
    assert packed.headers["X-Content-Type-Options"] == "nosniff"
    assert packed.headers["Content-Encoding"] == "gzip" and "Content-Encoding" not in plain.headers
    assert gzip.decompress(packed.body) == plain.body == piece.positions.tobytes()
    triangles = await page.get(f"{api}/blobs/{described['triangles_blob']}")
    assert triangles.body == piece.triangles.tobytes()


@pytest.mark.gen_test
async def test_blobs_of_others(browser: Callable[[], Browser], store: Store, cast: Cast) -> None:
    """A blob is found through a project that has it, and through no other."""
    assert cast.project.snapshot is not None
    blob = (await store.manifest(cast.project.snapshot))["pieces"][0]["positions"]
    page = await browser().be(cast.outsider, store)
    assert (await page.post("/api/projects/import?filename=t.off", body=TETRAHEDRON)).code == 201
    (own,) = await store.list_projects(cast.outsider.user)
    assert (await page.get(f"/api/projects/{own.project}/blobs/{blob}")).code == 404


# Import


@pytest.mark.gen_test
async def test_import(browser: Callable[[], Browser], store: Store, cast: Cast, imports: Imports) -> None:
    """An uploaded file becomes a project of its own units, named by its file; nothing stays on the disk."""
    page = await browser().be(cast.outsider, store)
    answer = await page.post("/api/projects/import?filename=my%20pyramid.off", body=TETRAHEDRON)
    assert answer.code == 201
    told = said(answer)
    assert told["url"] == f"/p/{told['project']}" and told["repairs"] == []
    project = await store.load_project(told["project"])
    assert project is not None and project.snapshot is not None
    assert (project.name, project.owner.user) == ("my pyramid", cast.outsider.user)
    piece = (await store.load_snapshot(project.snapshot)).pieces[0]
    units = piece.positions.T * (piece.scale * 2.0**-22) + np.array(piece.offset)
    assert np.allclose(sorted(map(tuple, units)), [(0, 0, 0), (0, 0, 10), (0, 10, 0), (10, 0, 0)], atol=1e-5)
    await until(lambda: not list(imports.folder.iterdir()))
    assert not imports.running


@pytest.mark.parametrize(
    ("body", "filename"),
    [
        (b"", "empty.obj"),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "picture.png"),
        (b"hello", "notes.txt"),
        (TETRAHEDRON[:40], "torn.off"),
        (TETRAHEDRON.replace(b"4 4 6", b"4 4000000000 6"), "lying.off"),
        (TETRAHEDRON.replace(b"10 0 0", b"nan 0 0"), "nan.off"),
    ],
)
@pytest.mark.gen_test
async def test_garbage(
    body: bytes, filename: str, browser: Callable[[], Browser], store: Store, cast: Cast, imports: Imports
) -> None:
    """What is no mesh is refused with a sentence, and leaves neither a project nor a file."""
    page = await browser().be(cast.outsider, store)
    answer = await page.post(f"/api/projects/import?filename={filename}", body=body)
    assert answer.code == 422
    assert said(answer)["code"] == "mesh" and said(answer)["message"].endswith(".")
    assert await store.list_projects(cast.outsider.user) == []
    await until(lambda: not list(imports.folder.iterdir()))
    assert not imports.running


async def raw_upload(page: Browser, port: int, headers: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A connection that has sent the head of an import, for bodies that no client would send."""
    token = await page.token()
    cookies = "; ".join(f"{name}={value}" for name, value in page.cookies.items())
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    head = f"POST /api/projects/import HTTP/1.1\r\nHost: localhost:{port}\r\nOrigin: {page.base_url}\r\n"
    writer.write(f"{head}Cookie: {cookies}\r\nX-XSRFToken: {token}\r\n{headers}\r\n\r\n".encode())
    return reader, writer


@pytest.mark.gen_test
async def test_too_large_as_announced(
    browser: Callable[[], Browser], store: Store, cast: Cast, imports: Imports, http_port: int
) -> None:
    """A file over the limit is refused before its first byte has come, with both numbers."""
    page = await browser().be(cast.outsider, store)
    reader, writer = await raw_upload(page, http_port, f"Content-Length: {MAX_UPLOAD_BYTES + 1}")
    async with asyncio.timeout(10):
        answer = await reader.read()
    assert answer.startswith(b"HTTP/1.1 413")
    assert b"268,435,457 bytes or more; at most 268,435,456 are taken." in answer
    assert not imports.running and not list(imports.folder.iterdir())
    writer.close()
    await writer.wait_closed()


@pytest.mark.gen_test
async def test_too_large_unannounced(
    browser: Callable[[], Browser],
    store: Store,
    cast: Cast,
    imports: Imports,
    monkeypatch: pytest.MonkeyPatch,
    http_port: int,
) -> None:
    """Without a Content-Length what comes is counted, and what is over the limit is not kept."""
    monkeypatch.setattr(handlers.meshes.Import, "most_bytes", 1000)
    page = await browser().be(cast.outsider, store)
    reader, writer = await raw_upload(page, http_port, "Transfer-Encoding: chunked")
    for _ in range(3):
        writer.write(b"258\r\n" + bytes(600) + b"\r\n")
    await until(lambda: [upload.stat().st_size for upload in imports.folder.iterdir()] != [])
    writer.write(b"0\r\n\r\n")
    async with asyncio.timeout(10):
        status = await reader.readline()
    assert status.startswith(b"HTTP/1.1 413")
    writer.close()
    await writer.wait_closed()
    await until(lambda: not imports.running and not list(imports.folder.iterdir()))


@pytest.mark.gen_test
async def test_lost_while_uploading(
    browser: Callable[[], Browser], store: Store, cast: Cast, imports: Imports, http_port: int
) -> None:
    """A connection that breaks in the middle of a file gives its place and its disk back."""
    page = await browser().be(cast.outsider, store)
    _, writer = await raw_upload(page, http_port, "Content-Length: 100000")
    writer.write(bytes(500))
    await until(lambda: imports.running[cast.outsider.user] == 1)
    writer.close()
    await writer.wait_closed()
    await until(lambda: not imports.running and not list(imports.folder.iterdir()))
    assert await store.list_projects(cast.outsider.user) == []


@pytest.mark.gen_test
async def test_too_many_at_once(browser: Callable[[], Browser], store: Store, cast: Cast, imports: Imports) -> None:
    """One person has three imports under way at most; another is not concerned."""
    uploads = [imports.begin(cast.outsider.user, MAX_UPLOAD_BYTES) for _ in range(IMPORTS_PER_USER)]
    busy, free = await browser().be(cast.outsider, store), await browser().be(cast.owner, store)
    refused = await busy.post("/api/projects/import?filename=t.off", body=TETRAHEDRON)
    assert (refused.code, said(refused)["code"]) == (429, "too_fast")
    assert (await free.post("/api/projects/import?filename=t.off", body=TETRAHEDRON)).code == 201
    uploads.pop().close()
    assert (await busy.post("/api/projects/import?filename=t.off", body=TETRAHEDRON)).code == 201
    for upload in uploads:
        upload.close()
        upload.close()  # the second time nothing happens
    await until(lambda: not imports.running)


def test_left_by_a_crash(tmp_path: Path) -> None:
    """Files of uploads that a killed server had are removed at the next start."""
    folder = tmp_path / "uploads"
    left = Imports(folder).begin("somebody", MAX_UPLOAD_BYTES)
    assert list(folder.iterdir())
    Imports(folder)
    assert not list(folder.iterdir())
    left.close()


# Export


@pytest.mark.parametrize(
    ("format", "media_type"),
    [
        ("obj", "model/obj"),
        ("stl", "model/stl"),
        ("ply", "application/octet-stream"),
        ("glb", "model/gltf-binary"),
    ],
)
@pytest.mark.gen_test
async def test_export(format: str, media_type: str, browser: Callable[[], Browser], store: Store, cast: Cast) -> None:
    """The file has the right kind and name, and reads back as the sculpture."""
    cast.project.name = 'Häse "1"/..\r\n'
    await store.save_meta(cast.project)
    page = await browser().be(cast.viewer, store)
    answer = await page.get(f"/api/projects/{cast.project.project}/export.{format}")
    assert (answer.code, answer.headers["Content-Type"]) == (200, media_type)
    assert answer.headers["Content-Disposition"] == attachment(cast.project.name, f".{format}")
    assert int(answer.headers["Content-Length"]) == len(answer.body)
    mesh = read_mesh(answer.body, filename=f"x.{format}")
    assert len(mesh.triangles) == 320
    radii = np.linalg.norm(mesh.positions, axis=1)
    assert radii.min() > 0.999 and radii.max() < 1.001


@pytest.mark.gen_test
async def test_unknown_export(browser: Callable[[], Browser], store: Store, cast: Cast) -> None:
    """A format that we do not write is no page of ours."""
    page = await browser().be(cast.viewer, store)
    assert (await page.get(f"/api/projects/{cast.project.project}/export.exe")).code == 404


@pytest.mark.parametrize(
    ("name", "plain", "full"),
    [
        ("Hare", "Hare.stl", "Hare.stl"),
        ("../../etc/passwd", "etc_passwd.stl", "etc_passwd.stl"),
        ('a"; filename="b', "a_ filename__b.stl", "a__%20filename__b.stl"),
        ("Häse", "H_se.stl", "H%C3%A4se.stl"),
        ("...", "sculpture.stl", "sculpture.stl"),
        ("兎", "sculpture.stl", "%E5%85%8E.stl"),
    ],
)
def test_attachment(name: str, plain: str, full: str) -> None:
    """No name of a project leaves the folder or the header that it is put into."""
    header = attachment(name, ".stl")
    assert "/" not in header and "\r" not in header and header.count('"') == 2
    assert header.endswith(f"filename*=UTF-8''{full}") or plain != full
    assert header.split('"')[1].endswith(".stl")


# Thumbnails


@pytest.mark.gen_test
async def test_thumbnail(browser: Callable[[], Browser], store: Store, cast: Cast) -> None:
    """A WebP that is made once, asked again for nothing, and made anew after a save."""
    page = await browser().be(cast.viewer, store)
    url = f"/api/projects/{cast.project.project}/thumbnail.webp"
    first = await page.get(url)
    assert (first.code, first.headers["Content-Type"], first.body[:4]) == (200, "image/webp", b"RIFF")
    again = await page.get(url, {"If-None-Match": first.headers["Etag"]})
    assert (again.code, again.body) == (304, b"")
    assert cast.project.snapshot is not None
    snapshot = await store.load_snapshot(cast.project.snapshot)
    snapshot.seq += 1
    snapshot.pieces[0].positions[0] *= 2
    await store.save_snapshot(cast.project.project, snapshot, None)
    third = await page.get(url, {"If-None-Match": first.headers["Etag"]})
    assert third.code == 200 and third.body != first.body


@pytest.mark.gen_test
async def test_one_thumbnail_at_a_time(store: Store, settings: Settings, cast: Cast) -> None:
    """Ten who look at once wait for one picture; it is kept, and another process would find it."""
    ran = []

    class CountingPool:
        async def run(self, function: Callable[..., object], *args: object, timeout: float) -> object:
            ran.append(function)
            return await settings.workers.run(function, *args, timeout=timeout)

    thumbnails = Thumbnails(store, CountingPool())
    pictures = await asyncio.gather(*(thumbnails.of(cast.project) for _ in range(10)))
    assert len(ran) == 1 and len(set(pictures)) == 1
    assert await Thumbnails(store, CountingPool()).of(cast.project) == pictures[0]
    assert len(ran) == 1 and not thumbnails.under_way
