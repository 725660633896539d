"""A deployment repository made up in any size, in exactly the layout that real ones have (domain.md, "Layout")."""

from bot.demo.fleet.breakage import Breakage
from bot.demo.fleet.compose import compose_file
from bot.demo.fleet.files import DeploymentRepository, File
from bot.demo.fleet.generator import make_fleet
from bot.demo.fleet.specimens import Hotpatch, Specimen

__all__ = ["Breakage", "DeploymentRepository", "File", "Hotpatch", "Specimen", "compose_file", "make_fleet"]
