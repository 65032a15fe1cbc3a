"""Put what the links of a checkout point to into the sdist, so that it builds from itself alone.

Run by `meson dist`. SPDX-License-Identifier: Apache-2.0
"""

import os
import pathlib
import shutil

source, sdist = (pathlib.Path(os.environ[name]) for name in ("MESON_PROJECT_SOURCE_ROOT", "MESON_PROJECT_DIST_ROOT"))
for link in [path for path in sdist.rglob("*") if path.is_symlink()]:
    target = (source / link.relative_to(sdist)).resolve(strict=True)
    link.unlink()
    if target.is_dir():
        shutil.copytree(target, link)
    else:
        shutil.copy(target, link)
