"""The sample mentor: documents to try Mentorfy with."""

from importlib import resources
from pathlib import Path
from typing import Final

_IN_A_CHECKOUT: Final = Path(__file__).parents[3] / "examples" / "mentor"


def sample_folder() -> Path | None:
    """Return the sample's folder: in the installed package, else in the checkout this runs from; ``None`` without."""
    installed = Path(str(resources.files("mentorfy_runtime"))) / "sample"
    return next((folder for folder in (installed, _IN_A_CHECKOUT) if folder.is_dir()), None)
