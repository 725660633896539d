"""A deployment repository made up in any size, in exactly the layout that real ones have (domain.md, "Layout")."""

from demo.fleet.breakage import Breakage
from demo.fleet.compose import compose_file
from demo.fleet.files import DeploymentRepository, File
from demo.fleet.generator import make_fleet
from demo.fleet.specimens import Hotpatch, Specimen

__all__ = ["Breakage", "DeploymentRepository", "File", "Hotpatch", "Specimen", "compose_file", "make_fleet"]
