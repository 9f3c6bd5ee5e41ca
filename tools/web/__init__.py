"""The course as a website: what `tools/website.py` puts together from lessons, exercises and the pages in `pages/`."""
