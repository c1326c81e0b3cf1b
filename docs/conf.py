"""How Sphinx makes a site of these documents: `make docs`, which fails on a warning."""

project = "ContactPoint"
html_title = project
extensions = ["myst_parser"]
html_theme = "furo"
html_extra_path = ["asyncapi.yaml", "schemas"]
myst_heading_anchors = 3
exclude_patterns = ["conf.py"]
html_copy_source = False
html_show_sphinx = False
html_show_copyright = False
suppress_warnings = ["toc.not_included"]  # a table links to each decision, layout and message
