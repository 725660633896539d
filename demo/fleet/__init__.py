"""Sample deployment repositories of any size, laid out like real ones (domain.md, "Layout")."""

from demo.fleet.breakage import Defect
from demo.fleet.compose import compose_file
from demo.fleet.files import File, SampleRepository
from demo.fleet.generator import make_fleet
from demo.fleet.specimens import Hotpatch, SampleInstance

__all__ = ["Defect", "File", "Hotpatch", "SampleInstance", "SampleRepository", "compose_file", "make_fleet"]
