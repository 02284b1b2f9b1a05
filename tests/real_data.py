"""The real data sets, which a person's checkout may lack and CI has."""

import os
from pathlib import Path

import pytest

GIVEN = os.environ.get("COURSE_TEST_DATA_DIR")
REAL_FOLDER = Path(GIVEN or "not given")
needs_real_data = pytest.mark.skipif(
    not GIVEN or not (REAL_FOLDER / "mnist.npz").is_file(),
    reason="the real data sets are not here; name their folder in COURSE_TEST_DATA_DIR",
)
