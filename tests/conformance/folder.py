"""Where captured messages lie.

A folder is named by SHIPBELL_SAMPLES: subfolders by source, with the vendors' bodies as files or whole requests
as `*.http`. Without it, the folder of payloads beside the checkout is taken where it exists.
"""

import os
from pathlib import Path


def captured_folder() -> Path | None:
    """Where captured messages lie, if anywhere."""
    named = os.environ.get("SHIPBELL_SAMPLES")
    beside = Path(__file__).parents[3] / "shared" / "payloads"
    return Path(named) if named else beside if beside.is_dir() else None
