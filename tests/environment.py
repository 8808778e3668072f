"""Loaded by pytest before anything of the product (`-p tests.environment`): the run gets a data folder of its own."""

import atexit
import os
import shutil
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
if str(ROOT / "src") not in sys.path:
    sys.path.insert(0, str(ROOT / "src"))
DATA = Path(tempfile.mkdtemp(prefix="huhang-test-"))
DATA.chmod(0o711)  # the database's own user passes through; it reads nothing else here
os.environ["HUHANG_DATA"] = str(DATA)
os.environ["HUHANG_STATICFILES"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
os.environ["HUHANG_TRIAL"] = "1"
for name in ("HUHANG_PACE_TOKEN", "HUHANG_PACE_SOURCE", "HUHANG_PACE_POSTS"):
    os.environ[name] = "0"  # tests are fast; those of the pace itself set it
atexit.register(shutil.rmtree, DATA, ignore_errors=True)  # a run that starts no database leaves nothing either
for name in ("HUHANG_DATABASE_URL", "HUHANG_KEYS", "HUHANG_ANCHORS", "HUHANG_FILES", "HUHANG_MFA_REQUIRED"):
    os.environ.pop(name, None)
