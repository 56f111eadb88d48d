"""Compiles the C loops of this folder to WebAssembly, and writes them as a module that any page, worker or node imports.

    python static/kernel/wasm/build.py           rebuild, if a source has changed since
    python static/kernel/wasm/build.py --check   say whether the module is what the sources make, and change nothing

The compiler is Zig's clang, from the `ziglang` wheel. Its output, 10 kB, is in the repository, so that only those who
change a loop need the compiler (80 MB). It is written as base64 inside a module: no request, no content type and no
waiting for a compilation stand between the page and its first stroke.
"""

from __future__ import annotations

import base64
import hashlib
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
OUTPUT = HERE / "binary.js"
SOURCES = sorted([*HERE.glob("*.c"), *HERE.glob("*.h")])
FLAGS = [
    "--target=wasm32-freestanding",
    "-mcpu=generic+simd128+nontrapping_fptoint+bulk_memory",
    "-std=c17",
    "-O3",
    "-Wall",
    "-Wextra",
    "-Werror",
    # The reference rounds after each operation, and so do the loops.
    "-ffp-contract=off",
    "-nostdlib",
    "-Wl,--no-entry",
    "-Wl,--import-memory",
    "-Wl,--strip-all",
    "-Wl,-z,stack-size=16384",
]


def digest() -> str:
    """Of the sources and the flags: what the module says it was made from."""
    found = hashlib.blake2b(digest_size=16)
    for word in FLAGS:
        found.update(word.encode() + b"\0")
    for source in SOURCES:
        found.update(source.name.encode() + b"\0" + source.read_bytes() + b"\0")
    return found.hexdigest()


def compiled() -> bytes:
    """The WebAssembly module. Raises CalledProcessError if a source does not compile, after the compiler's words."""
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "loops.wasm"
        sources = [source.name for source in SOURCES if source.suffix == ".c"]
        command = [sys.executable, "-m", "ziglang", "cc", *FLAGS, "-o", str(output), *sources]
        subprocess.run(command, cwd=HERE, check=True)
        return output.read_bytes()


def module(binary: bytes) -> str:
    return (
        "/** Written by build.py from the C files of this folder; do not edit. */\n"
        f"export const SOURCES = '{digest()}';\n"
        f"export const BINARY = '{base64.b64encode(binary).decode()}';\n"
    )


def main() -> int:
    current = OUTPUT.exists() and f"'{digest()}'" in OUTPUT.read_text()
    if "--check" in sys.argv[1:]:
        print("current" if current else f"{OUTPUT.name} is not made from these sources: run `make wasm`")
        return 0 if current else 1
    if not current:
        OUTPUT.write_text(module(compiled()))
    OUTPUT.touch()
    return 0


if __name__ == "__main__":
    sys.exit(main())
