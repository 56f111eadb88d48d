"""Serves the assets: whatever stands in the catalogue (``assets.py``), and nothing else."""

from __future__ import annotations

import asyncio

from tornado.web import HTTPError

from handlers.assets import Assets
from handlers.base import HostChecked

#: 10 years in seconds: a path with a digest or a version never changes what it means.
FOR_GOOD = 10 * 365 * 24 * 3600


class AssetHandler(HostChecked):
    """Serves one kind of asset: ``find`` is `Assets.find_own` or `Assets.find_vendor`. Needs no login."""

    def initialize(self, assets: Assets, kind: str) -> None:
        self.find = assets.find_own if kind == "own" else assets.find_vendor

    async def get(self, version: str, path: str) -> None:
        asset = self.find(version, path)
        if asset is None:
            raise HTTPError(404)
        if asset.body is None:
            await asyncio.to_thread(asset.read)
        assert asset.body is not None
        self.set_header("Content-Type", asset.content_type)
        self.set_header("Cache-Control", f"public, max-age={FOR_GOOD}, immutable")
        self.set_header("Vary", "Accept-Encoding")
        if asset.packed is not None and "gzip" in self.request.headers.get("Accept-Encoding", ""):
            self.set_header("Content-Encoding", "gzip")
            self.write(asset.packed)
        else:
            self.write(asset.body)

    head = get

    def compute_etag(self) -> None:
        """None: the path names the content already, and hashing 0.7 MB for each answer would be waste."""
