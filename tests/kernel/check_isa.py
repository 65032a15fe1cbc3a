"""check_isa.py OBJDUMP ALLOWED ARCHIVE... - no vector register wider than allowed occurs in the objects.

ALLOWED is xmm or ymm. TAP on stdout.

SPDX-License-Identifier: Apache-2.0
"""
import re
import subprocess
import sys

objdump, allowed, *archives = sys.argv[1:]
forbidden = re.compile(r"%[yz]mm\d" if allowed == "xmm" else r"%zmm\d")
print(f"1..{len(archives)}")
failed = 0
for number, archive in enumerate(archives, 1):
    listing = subprocess.run([objdump, "-d", archive], capture_output=True, text=True, check=True).stdout
    wide = sum(1 for line in listing.splitlines() if forbidden.search(line))
    used = listing.count("%" + allowed)
    good = wide == 0 and used > 0
    failed += not good
    name = archive.replace("\\", "/").rsplit("/", 1)[-1]
    print(f"{'ok' if good else 'not ok'} {number} - {name} uses {allowed} registers and none wider")
    if not good:
        print(f"# {wide} lines with wider registers, {used} uses of {allowed}")
sys.exit(failed != 0)
