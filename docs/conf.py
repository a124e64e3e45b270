"""Configuration of Sphinx. `make docs` builds the site into build/docs; a warning is an error."""

import sys
from pathlib import Path

from sphinx.application import Sphinx

from bingx_spot import __version__

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE / "_extensions"))

project = "bingx-spot"
author = "bingx-spot maintainers"
release = version = __version__
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "sphinx_click", "error_table"]
exclude_patterns = ["_extensions"]
source_suffix = {".md": "markdown"}

myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
# Show texts of the exchange unchanged.
smartquotes = False
# A word in single backticks is code, in our docstrings as in Markdown.
default_role = "code"
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_typehints_format = "short"
napoleon_google_docstring = True
napoleon_numpy_docstring = False
napoleon_use_ivar = True

# furo includes its styles and fonts: the site needs no network.
html_theme = "furo"
html_title = f"bingx-spot {version}"
html_copy_source = False
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_show_sphinx = False
html_show_copyright = False

man_pages = [
    ("reference/command-line", "bingx-spot", "cancel spot orders on the BingX exchange, safely", author, 1)
]


def _is_skipped(_app: object, what: str, name: str, *_: object) -> bool | None:
    """Leave out the async half of the generated methods, whose text is that of the blocking half."""
    return True if what == "module" and name.startswith("Async") else None


def setup(app: Sphinx) -> None:
    """Connect what is above."""
    app.connect("autodoc-skip-member", _is_skipped)
