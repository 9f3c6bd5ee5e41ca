"""Sphinx's configuration. What differs from build to build comes from `tools/website.py`, with -D."""

import importlib.metadata

project = "Recurrent networks, by hand and under sliders"
author = "The rnn_core authors"
html_title = "Recurrent networks"  # behind the title of each page
language = "en"

extensions = ["myst_nb", "jupyterlite_sphinx"]
exclude_patterns = ["_contents"]
mathjax_path = "tex-svg-full.js"  # in one file, fonts and all
mathjax3_config = {
    "options": {"enableMenu": False}
}  # what the menu offers would have to be fetched
brought = importlib.metadata.distribution("sphinx-mathjax-offline")
html_static_path = [
    "static",
    str(brought.locate_file(f"sphinx-mathjax-offline/static/mathjax/{mathjax_path}")),
]
html_css_files = ["site.css"]
html_js_files = ["site.js"]
html_favicon = "static/icon.svg"
html_context = {"default_mode": "auto"}
html_domain_indices = html_use_index = False
html_copy_source = False
html_show_sourcelink = False
html_show_sphinx = False
html_show_copyright = False
html_theme = "sphinx_book_theme"
html_theme_options = {
    "logo": {"text": project},
    "home_page_in_toc": True,
    "navbar_persistent": [],  # the search stands in the sidebar
    "show_navbar_depth": 1,
    "extra_footer": "<p>Text and figures: CC BY 4.0. Code: MIT licence.</p>",
    "use_download_button": False,  # every page has one of its own, for the file as it is
    "use_fullscreen_button": False,
    "navigation_with_keys": False,
    "pygments_light_style": "a11y-high-contrast-light",
    "pygments_dark_style": "a11y-high-contrast-dark",
}

nb_execution_mode = "off"
nb_merge_streams = True
nb_output_stderr = "error"
myst_enable_extensions = ["dollarmath"]
myst_heading_anchors = 3

jupyterlite_bind_ipynb_suffix = False  # notebooks are pages, which myst-nb makes
jupyterlite_silence = True


def without_what_lies_elsewhere(app):
    """Drop styles and scripts that an extension would have the reader's browser fetch from other computers."""
    for files in (app.registry.css_files, app.registry.js_files):
        files[:] = [entry for entry in files if "://" not in (entry[0] or "")]


def setup(app):
    without_what_lies_elsewhere(app)
    return {"parallel_read_safe": True}
