"""The course as a website: what `tools/website.py` puts together."""
