"""Meshes: files in, clay out, files out again. Arrays and bytes only: no web, no database, no event loop.

The way in is ``read_mesh`` (bytes to ``Mesh``), ``validate`` (repairs, with a sentence for each), ``clay`` (Morton order and
integer positions). The way out is ``Clay.mesh`` and ``write_mesh``. Reading what a stranger uploaded belongs into a worker
process (``rooms.workers``), where ``jobs.import_file`` does all three steps.
"""

from rooms.meshes.mesh import Mesh
from rooms.meshes.order import Clay, check_clay, clay
from rooms.meshes.primitives import sphere
from rooms.meshes.read import IMPORT_FORMATS, read_mesh
from rooms.meshes.thumbnail import thumbnail
from rooms.meshes.validate import validate
from rooms.meshes.write import EXPORT_FORMATS, write_mesh

__all__ = [
    "EXPORT_FORMATS",
    "IMPORT_FORMATS",
    "Clay",
    "Mesh",
    "check_clay",
    "clay",
    "read_mesh",
    "sphere",
    "thumbnail",
    "validate",
    "write_mesh",
]
