"""The examples of the docstrings, and of the pages that speak of Python.

SPDX-License-Identifier: Apache-2.0
"""

import doctest
import importlib
import pathlib
import pkgutil
import re

import pytest

import songdo

MODULES = [
    "songdo",
    *(f"songdo.{found.name}" for found in pkgutil.iter_modules(songdo.__path__) if found.name != "_songdo"),
]
HERE = pathlib.Path(__file__).resolve().parent
PAGES = [HERE.parent / "README.md", *(HERE.parent.parent / "docs" / name for name in ("python.md", "tutorial.md"))]


@pytest.mark.parametrize("name", MODULES)
def test_examples_of_docstrings(name):
    pytest.importorskip("numpy")
    assert doctest.testmod(importlib.import_module(name)).failed == 0


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_examples_of_pages(page, tmp_path, monkeypatch):
    pytest.importorskip("numpy")
    if not page.exists():
        pytest.skip(f"{page.name} is not part of the sdist")
    blocks = re.findall(r"```(?:python|pycon)\n(.*?)```", page.read_text(encoding="utf-8"), flags=re.S)
    assert blocks
    (tmp_path / "bell.qasm").write_text(
        'OPENQASM 3.0;\ninclude "stdgates.inc";\nqubit[2] q;\nbit[2] c;\nh q[0];\ncx q[0], q[1];\nc = measure q;\n',
        encoding="utf-8",
    )
    monkeypatch.chdir(tmp_path)
    text = "\n".join(blocks)
    test = doctest.DocTestParser().get_doctest(text, {}, page.name, str(page), 0)
    assert len(test.examples) >= 3
    assert doctest.DocTestRunner().run(test).failed == 0


def test_public_names_have_docstrings():
    for name in songdo.__all__:
        assert getattr(songdo, name).__doc__, name
